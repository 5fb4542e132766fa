# The project's jobs, one word each. Everything that they need they install: Python packages into .venv from
# requirements.lock, and where it is allowed (root on Debian) Chromium for the browser tests.

PYTHON ?= python3
BIN := .venv/bin
# What Python compiles is kept for the next run, whatever the environment says: of the tests it is a third of the start.
export PYTHONDONTWRITEBYTECODE :=
READY := .venv/.ready

QUICK := --dist worksteal --hypothesis-profile quick -m "not browser and not server and not project and not slow"

.PHONY: fuzz site test quick oldest check serve package lock bench bench-disclosure broken-rules pictures docs clean servers

site: $(READY) ## build every site of the project in this folder into build/sites
	$(BIN)/pmm-site build

test: $(READY) browser servers tests/tools/node_modules ## all tests
	$(BIN)/python -m pytest -n 2 --dist worksteal

quick: $(READY) ## the tests of the stages alone, without browser, servers and whole projects
	$(BIN)/python -m pytest -n 2 $(QUICK)

oldest: ## the quick tests with the oldest packages that pyproject.toml allows
	test -d build/oldest || $(PYTHON) -m venv build/oldest
	build/oldest/bin/python -m pip install --quiet uv
	build/oldest/bin/uv pip install --quiet --python build/oldest/bin/python --resolution lowest-direct --editable '.[test]'
	build/oldest/bin/python -m pytest -n 2 $(QUICK)

check: $(READY) ## inputs, style and types
	$(BIN)/pmm-site check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

serve: $(READY) ## preview on this machine, reloading on a change
	$(BIN)/pmm-site serve

# For this repository's demonstration only: it copies a preview. For a real project copy the released package, as
# docs/hosting.md says.
package: $(READY) ## refresh data/public-package of the demonstration
	$(BIN)/pmm-site build --site public
	rm -rf data/public-package
	cp -r build/sites/public/data data/public-package

lock: $(READY) ## pin all packages anew
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --extra test --universal --generate-hashes --no-header --no-annotate \
		--quiet --output-file requirements.lock

fuzz: $(READY) ## fuzz the inputs, guided by coverage, for a minute (FUZZ_SECONDS=60)
	mkdir -p .fuzz
	test -d .fuzz/atheris || $(BIN)/python -m pip install --quiet --target .fuzz atheris
	PYTHONPATH=.:.fuzz $(BIN)/python -m tests.load.fuzz $(or $(FUZZ_SECONDS),60)

bench-disclosure: $(READY) ## the rules of disclosure control side by side, into docs/disclosure-measured.md
	$(BIN)/python -m benchmarks.disclosure --write docs/disclosure-measured.md

broken-rules: $(READY) ## break each rule of disclosure in turn: does a test notice?
	$(BIN)/python -m benchmarks.broken_rules --write docs/broken-rules.md

bench: $(READY) ## a whole world built from nothing and again, beside Hugo and Eleventy, into docs/performance.md
	$(BIN)/python -m benchmarks.build --growth --write docs/performance.md

pictures: $(READY) browser ## the pictures of the documentation, taken from built sites
	$(BIN)/pmm-site build --output build/pictures --site public --site country-ken
	$(BIN)/python -m benchmarks.pictures build/pictures/sites docs/pictures

docs: $(READY) ## the documentation as a site, into build/docs
	$(BIN)/mkdocs build --strict

lighthouse: $(READY) browser servers tests/lighthouse/node_modules ## Lighthouse on the public home and KPI pages
	$(BIN)/pmm-site render data/public-package --output build/lighthouse
	$(BIN)/python tests/lighthouse build/lighthouse rate-of-electronic-declarations

clean: ## what can be made again
	rm -rf build .fuzz .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $(READY)

.PHONY: browser
browser:
	@command -v chromium > /dev/null || { \
		if [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; then \
			apt-get update --quiet --quiet && apt-get install --yes --quiet --quiet chromium; \
		else \
			echo "The browser tests need Chromium: apt-get install chromium"; \
		fi; }

servers: ## the web servers and programs that the tests run, from Debian's packages
	@for needed in nginx:nginx-light apache2:apache2 caddy:caddy minisign:minisign openssl:openssl npm:npm \
		java:default-jre-headless \
		/usr/lib/apache2/modules/mod_auth_openidc.so:libapache2-mod-auth-openidc; do \
		PATH="$$PATH:/usr/sbin" command -v "$${needed%%:*}" > /dev/null || test -e "$${needed%%:*}" || echo "$${needed##*:}"; \
	done > .missing-servers
	@if [ -s .missing-servers ]; then \
		if [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; then \
			apt-get update --quiet --quiet && apt-get install --yes --quiet --quiet $$(cat .missing-servers); \
		else \
			echo "The tests need: apt-get install $$(tr '\n' ' ' < .missing-servers)"; \
		fi; \
	fi
	@rm -f .missing-servers

tests/%/node_modules: tests/%/package-lock.json
	cd $(@D) && npm ci --no-audit --no-fund
	@touch $@
