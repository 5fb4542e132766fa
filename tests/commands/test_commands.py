"""The command line as a person or a script meets it: exit codes, words for people, JSON for machines."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pmm_site.cli import run
from pmm_site.commands.parsing import parsed
from pmm_site.problems import counted
from pmm_site.render import packaged_themes
from pmm_site.stages import confidential
from pmm_site.stages.services import SERVICES, is_on_service

if TYPE_CHECKING:
    from tests.conftest import Built


def pmm_site(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, outside any continuous-integration service."""
    clean = {name: value for name, value in os.environ.items() if name not in (*SERVICES, "PMM_SITE_ALLOW_CI")}
    command = [sys.executable, "-m", "pmm_site", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env={**clean, **environment})


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project as `pmm-site new` writes it."""
    assert pmm_site("new", tmp_path / "project").returncode == 0
    return tmp_path / "project"


def test_a_new_project_has_no_problems(project: Path) -> None:
    """What `new` writes passes `check` without an error."""
    ran = pmm_site("check", "--project", project)
    assert ran.returncode == 0, ran.stdout
    assert "0 errors" in ran.stdout or "no problems" in ran.stdout


def test_a_project_is_not_written_over_another(project: Path) -> None:
    """`new` and `demo` refuse a folder that is not empty, as wrong usage, and leave it alone."""
    before = sorted(path.name for path in project.iterdir())
    for command in ("new", "demo"):
        assert pmm_site(command, project).returncode == 2
    assert sorted(path.name for path in project.iterdir()) == before


@pytest.mark.parametrize("inputs", ["data", "content/en", "themes", "releases"])
def test_no_output_is_written_among_the_inputs(inputs: str, project: Path) -> None:
    """An output folder that a build would read is wrong usage, and nothing is written there."""
    before = sorted(project.rglob("*"))
    for command in (["build"], ["hosting"], ["audit"], ["render", project / "data"], ["bundle", "public"]):
        ran = pmm_site(*command, "--project", project, "--output", project / inputs / "out")
        assert (ran.returncode, "is for what is read → give --output" in ran.stderr) == (2, True), ran.stderr
    assert sorted(project.rglob("*")) == before


def test_the_command_that_comes_next_can_be_copied(tmp_path: Path) -> None:
    """A folder with a blank or a quotation mark in its name is written as a shell reads it."""
    ran = pmm_site("new", tmp_path / "Kenya's project")
    assert shlex.split(ran.stdout.splitlines()[-1]) == ["pmm-site", "build", "--project", f"{tmp_path}/Kenya's project"]


def test_problems_come_all_at_once_with_exit_code_1(project: Path) -> None:
    """`check` and `build` both tell every problem of every file and build nothing."""
    (project / "site.yml").write_text((project / "site.yml").read_text() + "\nlanguagse: [en]\n")
    cycle = next((project / "data" / "cycles").iterdir())
    (cycle / "values.csv").write_text((cycle / "values.csv").read_text() + "KEN,no-such-kpi,1,reported,publik,,\n")
    checked = pmm_site("check", "--project", project)
    built = pmm_site("build", "--project", project)
    assert (checked.returncode, built.returncode) == (1, 1)
    for words in (checked.stdout, built.stderr):
        assert "site.yml" in words
        assert "values.csv" in words
        assert "did you mean 'public'?" in words
        assert "Traceback" not in words
    assert not (project / "build" / "sites").exists()


@pytest.mark.parametrize("there", [False, True], ids=["no folder", "an empty folder"])
@pytest.mark.parametrize("command", ["check", "build", "serve", "audit"])
def test_a_place_without_a_project_is_told_and_left_alone(command: str, there: bool, tmp_path: Path) -> None:
    """Whoever mistypes the folder gets one message with what to do, and no output folder in it."""
    place = tmp_path / "elsewhere"
    if there:
        place.mkdir()
    ran = pmm_site(command, "--project", place)
    assert ran.returncode == 1
    assert re.findall(r"\[error ([\w-]+)\]", ran.stdout + ran.stderr) == ["project-missing-folder"]
    assert f"{place}: " in ran.stdout + ran.stderr
    assert "1 error" in ran.stdout + ran.stderr
    assert ("nothing was built" in ran.stderr) == (command == "build")
    assert "--project" in ran.stdout + ran.stderr
    assert place.exists() == there
    assert list(place.glob("*")) == []


def test_a_taken_port_is_told(project: Path) -> None:
    """Where another preview listens, the message names the port and the option, and nothing is said to be served."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = pmm_site("serve", "--project", project, "--port", port)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert f"127.0.0.1:{port}" in ran.stderr
    assert "--port" in ran.stderr
    assert "Serving" not in ran.stderr


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid"])
def test_a_host_that_is_not_here_is_told(host: str, project: Path) -> None:
    """Another port would not help where the address is none of this machine."""
    ran = pmm_site("serve", "--project", project, "--host", host)
    assert ran.returncode == 2
    assert ran.stderr.rstrip().endswith("→ give --host a name or an address of this machine"), ran.stderr


MISNAMED: tuple[tuple[tuple[str, ...], str], ...] = (
    (("explain", "KEN", "no-such-kpi"), "no KPI 'no-such-kpi' in this project → "),
    (
        ("explain", "KEN", "{kpi}", "--site", "country-KEN"),
        "no site 'country-KEN' in this project → did you mean 'country-ken'?",
    ),
    (("verify", "nowhere"), "nowhere: neither a folder nor a zip → "),
    (("build", "--release", "2026_First"), "small letters, digits and single hyphens → did you mean '2026-first'?"),
    (("render", "nowhere"), "nowhere: no release package stands here → "),
)


@pytest.mark.parametrize(
    ("arguments", "told"), MISNAMED, ids=lambda value: value[0] if isinstance(value, tuple) else ""
)
def test_what_is_misnamed_is_told_with_the_next_step(arguments: tuple[str, ...], told: str, project: Path) -> None:
    """Wrong usage ends in one line that says what to write instead."""
    kpi = (project / "data/cycles/c2024/values.csv").read_text("utf-8").splitlines()[1].split(",")[1]
    ran = pmm_site(*(each.replace("{kpi}", kpi) for each in arguments), "--project", project)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert told in ran.stderr, ran.stderr


def test_machines_get_json(project: Path) -> None:
    """`--format json` gives problems with code, file, line and rule; exit codes stay the same."""
    (project / "data" / "catalogue.yml").unlink()
    ran = pmm_site("check", "--project", project, "--format", "json")
    problems = json.loads(ran.stdout)["problems"]
    assert ran.returncode == 1
    assert {"code", "file", "line", "rule", "next_step", "severity"} <= problems[0].keys()


@pytest.mark.parametrize(
    "arguments",
    [[], ["bild"], ["build", "--sit", "public"], ["demo", "x", "--members", "0"], ["build", "--jobs", "none"]],
)
def test_wrong_usage_is_exit_code_2(arguments: list[str], tmp_path: Path) -> None:
    """A command, option or number that makes no sense is told on stderr without a traceback."""
    ran = pmm_site(*arguments)
    assert ran.returncode == 2
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize(("number", "told"), [(0, "0 values"), (1, "1 value"), (2, "2 values"), (1234, "1,234 values")])
def test_one_is_told_as_one(number: int, told: str) -> None:
    """Messages count in words that fit the number."""
    assert counted(number, "value") == told


def test_a_misspelt_command_is_told_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    """One letter wrong: the command that was meant; a word like none: where the commands are told."""
    for word, advice in (("bild", "did you mean 'build'?"), ("xyzzy", "see pmm-site --help")):
        with pytest.raises(SystemExit) as ended:
            run([word, "--project", "."])
        assert ended.value.code == 2
        assert f"there is no command '{word}' → {advice}" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["--site", "wco", "country-*"], ["--site", "wco", "--site", "country-*"]])
def test_several_sites_are_named_at_once_or_one_by_one(words: list[str]) -> None:
    """`build --site` takes several ids and patterns, after one word or after one each."""
    assert parsed(["build", *words]).site == ["wco", "country-*"]


def test_a_site_that_does_not_exist_is_wrong_usage(project: Path) -> None:
    """`build --site` with a pattern that matches no site names it and builds nothing."""
    ran = pmm_site("build", "--project", project, "--site", "country-zzz")
    assert ran.returncode == 2
    assert "country-zzz" in ran.stderr


def test_a_folder_that_cannot_be_written_is_exit_code_4(project: Path, tmp_path: Path) -> None:
    """An output that cannot be written is told in words with the next step."""
    (tmp_path / "file").write_text("")
    ran = pmm_site("build", "--project", project, "--output", tmp_path / "file", "--site", "public")
    assert ran.returncode == 4
    assert "could not be written" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_confidential_data_stay_away_from_services(project: Path) -> None:
    """On a continuous-integration service a cycle that is not synthetic is refused with exit code 3, unless allowed."""
    cycle = next((project / "data" / "cycles").iterdir()) / "cycle.yml"
    cycle.write_text(cycle.read_text().replace("synthetic: true", "synthetic: false"))
    refused = pmm_site("build", "--project", project, "--site", "public", CI="true")
    assert refused.returncode == 3
    assert "continuous-integration" in refused.stderr
    allowed = pmm_site("build", "--project", project, "--site", "public", CI="true", PMM_SITE_ALLOW_CI="1")
    assert allowed.returncode == 0, allowed.stderr


@pytest.mark.parametrize("name", ["CI", "NETLIFY", "TF_BUILD", "JENKINS_URL", "CODEBUILD_BUILD_ID", "GITHUB_ACTIONS",
                                  "GITLAB_CI"])  # fmt: skip
def test_services_are_known_by_their_variables(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service is known by its own variable, with `CI` or without; a variable that says no is none."""
    for each in SERVICES:
        monkeypatch.delenv(each, raising=False)
    assert not is_on_service()
    monkeypatch.setenv(name, "false")
    assert not is_on_service()
    monkeypatch.setenv(name, "True")
    assert is_on_service()


@pytest.mark.parametrize("error", [ValueError("98.25 of KEN"), KeyError("98.25"), RecursionError("98.25")])
def test_a_failure_of_the_program_quotes_no_data(
    error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What nobody foresaw ends with exit code 4 and the place in the program: no traceback, no word of the error."""

    def failing(_: Path) -> None:
        raise error

    monkeypatch.setattr(confidential, "checked", failing)
    assert run(["check"]) == 4
    told = capsys.readouterr()
    assert f"internal failure ({type(error).__name__}" in told.err
    assert "98.25" not in told.out + told.err
    assert "Traceback" not in told.err


def test_what_cannot_be_read_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A failure of the machine that no stage told in its own words ends with exit code 4 and the place."""
    (tmp_path / "sums").mkdir()
    (tmp_path / "sums/SHA256SUMS").write_text("")
    (tmp_path / "sums/loop").symlink_to("loop")
    assert run(["verify", str(tmp_path / "sums")]) in (3, 4)
    assert "Traceback" not in capsys.readouterr().err


def test_render_takes_the_place_of_a_site_only(tmp_path: Path) -> None:
    """A folder that holds something else than a site is left alone, and so is everything when there is no package."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/letter.txt").write_text("dear")
    (tmp_path / "package").mkdir()
    for package in ("package", "mine", "nowhere"):
        ran = pmm_site("render", tmp_path / package, "--output", tmp_path / "mine")
        assert (ran.returncode, "no release package" in ran.stderr) == (2, True)
    (tmp_path / "package/datapackage.json").write_text("{}")
    ran = pmm_site("render", tmp_path / "package", "--output", tmp_path / "mine")
    assert (ran.returncode, "something other than a site" in ran.stderr) == (2, True)
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["letter.txt"]


def test_rendering_a_package_gives_the_bytes_of_the_build(built: Built, tmp_path: Path) -> None:
    """`pmm-site render` in a folder where nothing confidential exists gives a site of each kind byte for byte."""
    sites = built.small() / "sites"
    for site in (sites / name for name in ("public", "wco", "union-eac", "country-ken")):
        shutil.copytree(site / "data", tmp_path / "in" / site.name)
        ran = pmm_site("render", tmp_path / "in" / site.name, "--output", tmp_path / site.name)
        assert ran.returncode == 0, ran.stderr
        assert contents(tmp_path / site.name) == contents(site), site.name


def test_two_builds_give_the_same_bytes(built: Built, tmp_path: Path) -> None:
    """Another hash seed, time zone, folder, number of processes and order of rows change no byte."""
    sites = built.small() / "sites"
    project = Path(shutil.copytree(sites.parent.parent / "project", tmp_path / "moved" / "project"))
    for path in project.rglob("data/**/*.csv"):
        header, *rows = path.read_text("utf-8").splitlines(keepends=True)
        path.write_text("".join([header, *reversed(rows)]), "utf-8")
    options = ("--project", project, "--output", tmp_path / "elsewhere", "--jobs", 1)
    ran = pmm_site("build", *options, PYTHONHASHSEED="7", TZ="Pacific/Auckland")
    assert ran.returncode == 0, ran.stderr
    for site in sorted(sites.iterdir()):
        assert contents(tmp_path / "elsewhere" / "sites" / site.name) == contents(site), site.name


def contents(root: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def test_a_project_without_a_published_cycle_is_built(project: Path) -> None:
    """Before the first cycle the framework can be read; no page speaks of a cycle, or of ceilings that keep figures."""
    cycle = project / "data/cycles/c2024/cycle.yml"
    cycle.write_text(cycle.read_text("utf-8").replace("status: published", "status: draft"), "utf-8")
    ran = pmm_site("build", "--project", project)
    assert ran.returncode == 0, ran.stderr
    assert sorted(each.name for each in (project / "build/sites").iterdir()) == ["public", "wco"]
    pages = project / "build/sites/public/en"
    assert "No cycle has been published yet." in (pages / "sdg/5.html").read_text("utf-8")
    assert "ceiling of these KPIs" not in (pages / "coverage.html").read_text("utf-8")


def test_a_reader_that_goes_away_leaves_the_exit_code(project: Path) -> None:
    """`pmm-site check | head -1` ends like `pmm-site check`: what was found is not forgotten with the pipe."""
    with (project / "site.yml").open("a") as settings:
        settings.write("languagse: [en]\n")
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "pmm_site", "check", "--project", str(project)]
    ran = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True)
    os.close(writer)
    assert (ran.returncode, ran.stderr) == (1, "")


def test_a_project_without_groupings_is_built(project: Path) -> None:
    """data/groupings.yml may be missing: a union's page then leads to no list of groups."""
    (project / "data/groupings.yml").unlink()
    members = project / "data/members.csv"
    rows = (",".join(line.split(",")[:3]) for line in members.read_text("utf-8").splitlines())
    members.write_text("\n".join(rows) + "\n", "utf-8")
    ran = pmm_site("build", "--project", project, "--site", "union-eac")
    assert ran.returncode == 0, ran.stderr
    page = (project / "build/sites/union-eac/en/group/union/eac.html").read_text("utf-8")
    assert "index.html#groups" not in page


def test_a_link_that_leads_nowhere_is_told_with_its_page(project: Path) -> None:
    """A link to what is not there stops the build as a problem of the input: with its line, once for all languages."""
    page = project / "content" / "en" / "untranslated.md"
    page.write_text("---\ntitle: T\n---\n[One](kpi/none.html)\n\n[Nothing](none.html)\n", encoding="utf-8")
    ran = pmm_site("build", "--project", project, "--site", "public")
    assert ran.returncode == 1, ran.stderr
    assert ran.stderr.splitlines() == [
        "pmm-site: 2 broken links: nothing was published → mend the page or theme",
        "content/en/untranslated.md:4: kpi/none.html leads nowhere",
        "content/en/untranslated.md:6: none.html leads nowhere",
    ]
    assert not (project / "build" / "sites" / "public").exists()


def test_check_tells_colours_of_a_theme_that_cannot_be_read(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A pale ink on pale paper is an error with file, token, ratio and advice; a misspelt token is a warning."""
    folder = project / "themes" / "pale"
    folder.mkdir(parents=True)
    (folder / "theme.yml").write_text(
        "extends: default\ntokens: {light: {ink: '#cccccc', brnad: '#000000'}}\n", "utf-8"
    )
    (project / "site.yml").write_text((project / "site.yml").read_text("utf-8") + "theme: pale\n", "utf-8")
    assert run(["check", "--project", str(project)]) == 1
    told = capsys.readouterr().out
    assert (
        "themes/pale/theme.yml: tokens.light.ink: 'ink' on 'paper' has a contrast of 1.6 to 1; 4.5 are needed" in told
    )
    assert "tokens.light.brnad: no token of the default theme has this name → did you mean 'brand'? [warning" in told


def test_check_tells_what_is_wrong_in_a_template(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A field that its page does not have is an error with file, line and advice; so is a template without syntax."""
    here = ("--project", str(project))
    assert run(["theme", "eject", "kpi.html", *here]) == 0
    (project / "site.yml").write_text((project / "site.yml").read_text("utf-8") + "theme: own\n", "utf-8")
    template = project / "themes" / "own" / "templates" / "kpi.html"
    right = template.read_text("utf-8")
    capsys.readouterr()
    assert run(["check", *here]) == 0
    assert capsys.readouterr().out == "no problems\n"
    template.write_text(right.replace("{{ page.title }}", "{{ page.titel }}", 1), "utf-8")
    assert run(["check", *here]) == 1
    line = 1 + right[: right.index("{{ page.title }}")].count("\n")
    told = f"themes/own/templates/kpi.html:{line}: page.titel: a page has no 'titel' → did you mean 'title'?"
    assert told in capsys.readouterr().out
    template.write_text("{% if %}", "utf-8")
    assert run(["check", *here]) == 1
    assert "themes/own/templates/kpi.html:1: Expected an expression" in capsys.readouterr().out


def test_a_theme_is_looked_at_and_changed_whatever_else_is_wrong(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Errors in the data hide none in the theme, and a template can be copied before they are mended."""
    with (project / "site.yml").open("a") as settings:
        settings.write("theme: own\nlanguagse: [en]\n")
    (project / "themes/own/i18n/en").mkdir(parents=True)
    (project / "themes/own/theme.yml").write_text("extends: default\n")
    (project / "themes/own/i18n/en/own.yml").write_text("nav: [\n")
    assert run(["check", "--format", "json", "--project", str(project)]) == 1
    told = json.loads(capsys.readouterr().out)["problems"]
    assert [each["code"] for each in told] == ["site-unknown-key", "theme-broken"]
    assert run(["theme", "eject", "kpi.html", "--project", str(project)]) == 0
    assert (project / "themes/own/templates/kpi.html").exists()


def test_an_ejected_template_begins_a_theme(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The copy is that of the default theme, in a theme that extends it; a second time, or a wrong name, is refused."""
    assert run(["theme", "eject", "kpi.html", "--project", str(project)]) == 0
    assert "theme: own" in capsys.readouterr().out
    copy = project / "themes" / "own" / "templates" / "kpi.html"
    assert copy.read_bytes() == (packaged_themes() / "default" / "templates" / "kpi.html").read_bytes()
    assert (project / "themes" / "own" / "theme.yml").read_text("utf-8") == "extends: default\n"
    assert run(["theme", "eject", "kpi.html", "--project", str(project)]) == 2
    assert run(["theme", "eject", "kpis.html", "--project", str(project)]) == 2
    assert "did you mean 'kpi.html'?" in capsys.readouterr().err


@pytest.mark.parametrize("encoding", ["latin-1", "ascii"])
def test_a_terminal_that_lacks_letters_gets_every_finding(encoding: str, project: Path) -> None:
    """What cannot be shown is written as an escape; JSON stays JSON."""
    with (project / "site.yml").open("a") as settings:
        settings.write("\nlanguagse: [en]\n")
    ran = pmm_site("check", "--project", project, PYTHONIOENCODING=encoding)
    assert (ran.returncode, "\\u2192 did you mean 'languages'?" in ran.stdout) == (1, True), ran.stderr
    told = pmm_site("check", "--project", project, "--format", "json", PYTHONIOENCODING=encoding)
    assert "languagse" in json.loads(told.stdout)["problems"][0]["rule"]


def test_an_interrupt_while_a_class_is_made_has_the_same_exit_code(tmp_path: Path) -> None:
    """`python -m` ends by the signal when it was interrupted in code that is run from text, unless told otherwise."""
    (tmp_path / "stopped.py").write_text(
        "import sys, pmm_site.cli\n"
        "pmm_site.cli.run = lambda arguments: exec('raise KeyboardInterrupt')\n"
        "from pmm_site.__main__ import main\n"
        "sys.exit(main())\n"
    )
    here = {**os.environ, "PYTHONPATH": os.pathsep.join((str(tmp_path), str(Path(__file__).parents[2])))}
    assert subprocess.run([sys.executable, "-m", "stopped"], env=here, capture_output=True).returncode == 130


@pytest.mark.parametrize("seconds", [0.02, 0.1, 0.3, 0.8])
def test_an_interrupt_at_any_moment_ends_in_a_line(seconds: float, project: Path) -> None:
    """Ctrl+C while the program is still being read, or at work: exit code 130, and no traceback of any process."""
    script = "import sys; from pmm_site.__main__ import main; print('up', flush=True); sys.exit(main())"
    command = [sys.executable, "-c", script, "build", "--project", str(project)]
    process = subprocess.Popen(command, start_new_session=True, text=True, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)  # fmt: skip
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(seconds)
    os.killpg(process.pid, signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert (process.returncode, "Traceback" in told, "stopped" in told) == (130, False, True), told
