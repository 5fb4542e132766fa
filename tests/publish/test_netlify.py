"""Netlify: what its own parsers make of our configuration, and a stricter reading of our own.

Netlify's parsers let a good deal through (a rule without headers, a status that is no number), so a linter says first
that the file holds nothing but what is meant.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from pmm_site.publish.hosting import PUBLIC_HEADERS
from pmm_site.publish.hosting.writing import netlify_toml

ROOT = Path(__file__).parents[2]
TOOLS = ROOT / "tests/tools"
HEADERS = {name: value for name, value in PUBLIC_HEADERS.items() if name != "Cache-Control"}
_STEPS = (
    r"python3 -m pip install --require-hashes -r requirements\.lock",
    r"python3 -m pip install --no-deps --no-build-isolation \.",
    r"pmm-site render data/public-package --output build/netlify",
)


def lint(text: str) -> Iterator[str]:
    """What is in a netlify.toml that should not be there, and what is missing."""
    content: Mapping[str, Any] = tomllib.loads(text)
    yield from (f"unknown table {name}" for name in sorted(content.keys() - {"build", "headers"}))
    build = content.get("build", {})
    yield from (f"unknown key build.{name}" for name in sorted(build.keys() - {"command", "publish", "environment"}))
    steps = [step.strip() for step in build.get("command", "").split("&&")]
    if len(steps) != len(_STEPS) or not all(re.fullmatch(*pair) for pair in zip(_STEPS, steps, strict=False)):
        yield "the command does more, or less, than render the public package"
    if build.get("publish") != "build/netlify":
        yield "the folder that is published is not the one that is rendered"
    yield from (f"unknown variable {name}" for name in build.get("environment", {}) if name != "PYTHON_VERSION")
    rules = content.get("headers")
    if not isinstance(rules, list):
        yield "no list of rules of headers"
        return
    for rule in rules:
        if set(rule) != {"for", "values"} or not re.fullmatch(r"/[a-z0-9/*.-]*", str(rule.get("for"))):
            yield f"a rule of headers that is none: {rule.get('for')}"
    everywhere = [rule.get("values") for rule in rules if rule.get("for") == "/*"]
    if everywhere != [HEADERS]:
        yield "the headers of every page are not those of pmm-site hosting"


def test_our_configuration_is_the_one_that_hosting_writes() -> None:
    """netlify.toml in this repository equals `pmm-site hosting --kind netlify` and is clean."""
    text = (ROOT / "netlify.toml").read_text("utf-8")
    assert text == netlify_toml()
    assert list(lint(text)) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("pmm-site render data/public-package", "pmm-site build"),
        ("pmm-site render data/public-package", "pmm-site render build/sites/wco/data"),
        ('publish = "build/netlify"', 'publish = "build/sites"'),
        ('publish = "build/netlify"', 'publish = "."'),
        ('PYTHON_VERSION = "3.11"', 'PMM_SITE_ALLOW_CI = "1"'),
        ("nosniff", "no sniff"),
        ("[[headers]]", "[[redirects]]"),
        ('for = "/*"', 'for = "*"'),
        ("default-src 'self'; base-uri", "default-src *; base-uri"),
        ("[build.environment]", '[[plugins]]\npackage = "x"\n[build.environment]'),
        ("[build.environment]", '[functions]\ndirectory = "x"\n[build.environment]'),
    ],
)  # fmt: skip
def test_the_linter_finds_what_does_not_belong(old: str, new: str) -> None:
    """Another command, folder, variable, header, or a table of any other kind is a finding."""
    changed = netlify_toml().replace(old, new)
    assert changed != netlify_toml()
    assert list(lint(changed)) != []


@pytest.mark.server
def test_netlify_reads_what_we_mean(tmp_path: Path) -> None:
    """Netlify's own parsers find each header on every path, the command and folder, no redirect and no error."""
    node = shutil.which("node")
    assert node, "this test needs node: apt-get install npm (make servers)"
    assert (TOOLS / "node_modules").is_dir(), "this test needs npm ci in tests/tools (make test)"
    shutil.copy(ROOT / "netlify.toml", tmp_path)
    (tmp_path / "build/netlify").mkdir(parents=True)
    ran = subprocess.run(
        [node, str(TOOLS / "netlify.mjs"), str(tmp_path), str(tmp_path / "build/netlify")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = json.loads(ran.stdout)
    assert [(rule["for"], rule["values"]) for rule in found["headers"]] == [("/*", HEADERS)]
    assert found["build"]["publish"] == str(tmp_path / "build/netlify")
    assert [step.strip() for step in found["build"]["command"].split("&&")][-1].startswith(
        "pmm-site render data/public-"
    )
    assert (found["redirects"], found["errors"]) == ([], [])
