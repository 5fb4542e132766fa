"""Releases by command: recorded, compared, acknowledged; and the audit of what stands."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.commands.test_commands import pmm_site

if TYPE_CHECKING:
    from tests.conftest import Built


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small project with one release; tests that change it copy it."""
    project = tmp_path_factory.mktemp("released") / "project"
    assert pmm_site("new", project).returncode == 0
    ran = pmm_site("build", "--project", project, "--release", "first")
    assert ran.returncode == 0, ran.stderr
    return project


@pytest.fixture
def project(released: Path, tmp_path: Path) -> Path:
    """A copy of the released project."""
    return Path(shutil.copytree(released, tmp_path / "project"))


def widen(project: Path) -> str:
    """Give the first value at country level to the public; its key as `diff` prints it."""
    path = next((project / "data" / "cycles").glob("*/values.csv"))
    header, *lines = path.read_text().splitlines()
    names = header.split(",")
    for number, line in enumerate(lines):
        cells = line.split(",")
        row = dict(zip(names, cells, strict=True))
        if row["disclosure"] == "country" and row["status"] == "reported":
            cells[names.index("disclosure")] = "public"
            lines[number] = ",".join(cells)
            path.write_text("\n".join([header, *lines]) + "\n")
            return f"{path.parent.name}/{row['kpi']}/{row['member']}"
    raise AssertionError("no value at country level")


def test_what_was_released_stands_unchanged(released: Path) -> None:
    """Between a release and the output that it made there is no difference."""
    ran = pmm_site("diff", "first", released / "build", "--project", released)
    assert (ran.returncode, ran.stdout) == (0, "no difference\n"), ran.stderr


def test_a_table_in_a_theme_is_searched_like_any_other_file(project: Path) -> None:
    """A theme's folder is where a project has its files for download: what is in it is published, so it is searched."""
    static = project / "themes" / "mine" / "static"
    static.mkdir(parents=True)
    (project / "themes" / "mine" / "theme.yml").write_text("extends: default\n")
    shutil.copy(next((project / "data" / "cycles").glob("*/values.csv")), static / "tables.csv")
    with (project / "site.yml").open("a") as settings:
        settings.write("theme: mine\n")
    before = sorted(path.name for path in (project / "build" / "sites" / "public").iterdir())
    ran = pmm_site("build", "--project", project)
    assert (ran.returncode, "public/assets/tables.csv" in ran.stderr) == (3, True), ran.stderr
    assert sorted(path.name for path in (project / "build" / "sites" / "public").iterdir()) == before


def test_a_release_is_whole_and_has_a_plain_name(project: Path) -> None:
    """Part of the sites, or a name that is no plain name, is wrong usage, and what is wrong with it is said."""
    for arguments, said in (
        (["second", "--site", "public"], "all sites together"),
        (["../x"], "small letters, digits and single hyphens"),
        (["preview"], "what a build without a name is called"),
        (["x" * 65], "more than 64 characters"),
        (["con"], "no folder can have this name on Windows"),
    ):
        ran = pmm_site("build", "--project", project, "--release", *arguments)
        assert (ran.returncode, said in ran.stderr) == (2, True), ran.stderr


def test_a_widened_value_needs_a_word(project: Path) -> None:
    """A release that shows a value to more readers is refused until its file names the value."""
    key = widen(project)
    refused = pmm_site("build", "--project", project, "--release", "second")
    assert refused.returncode == 3
    assert key in refused.stderr
    assert "1 value would become more visible than in first" in refused.stderr
    assert "`pmm-site diff first build`" in refused.stderr  # what was refused is in no folder yet
    assert not (project / "releases" / "second").exists()
    word = f"acknowledge_widened: [{key}]\nby: Secretariat\nnote: asked for\n"
    (project / "releases" / "second.yml").write_text(word)
    done = pmm_site("build", "--project", project, "--release", "second")
    assert done.returncode == 0, done.stderr
    told = json.loads(pmm_site("diff", "first", "second", "--project", project, "--format", "json").stdout)
    assert told["widened"] == [key]
    earlier = pmm_site("build", "--project", project, "--release", "first")
    assert (earlier.returncode, "later ones" in earlier.stderr) == (2, True)


@pytest.mark.parametrize("kind", ["cycle", "KPI", "Member", "instrument"])
def test_what_was_released_is_not_forgotten_by_another_name(kind: str, project: Path) -> None:
    """An id that a release names and the data no longer have ends build and audit: figures would add up unseen."""
    old = _renamed_everywhere(project, kind)
    for arguments in (["build"], ["build", "--release", "second"]):
        refused = pmm_site(*arguments, "--project", project)
        assert refused.returncode == 3, refused.stderr
        assert f"releases/first/record.json: {kind} {old}" in refused.stderr
        assert "restore the id" in refused.stderr
    assert not (project / "releases" / "second").exists()
    audited = pmm_site("audit", "--project", project, "--format", "json")
    findings = json.loads(audited.stdout)["findings"]
    assert [each["key"] for each in findings if each["place"] == "releases/first"] == [old]
    assert audited.returncode == 3


def _renamed_everywhere(project: Path, kind: str) -> str:
    """Give one thing of the data another id wherever it is written; the old id."""
    record = json.loads((project / "releases/first/record.json").read_text())
    cycle, kpi, member = record["values"][0][:3]
    old = {"cycle": cycle, "KPI": kpi, "Member": member, "instrument": record["shares"][0][1]}[kind]
    new = {"cycle": "c1901", "Member": "ATA"}.get(kind, "another-id")
    for path in (each for part in ("data", "content") for each in (project / part).rglob("*") if each.is_file()):
        path.write_text(re.sub(rf"(?<![\w-]){old}(?![\w-])", new, path.read_text()))
    if kind == "cycle":
        (project / "data/cycles" / old).rename(project / "data/cycles" / new)
    return old


def test_the_name_of_a_release_stands_for_its_figures(project: Path) -> None:
    """Other figures under the name of a release are refused as wrong usage; its record and sites stay."""
    page = project / "build/sites/public/manifest.json"
    before = page.read_bytes(), (project / "releases/first/record.json").read_bytes()
    path = next((project / "data" / "cycles").glob("*/values.csv"))
    path.write_text(path.read_text().replace(",reported,public,", ",reported,wco,", 1))
    ran = pmm_site("build", "--project", project, "--release", "first")
    assert (ran.returncode, "another name" in ran.stderr) == (2, True), ran.stderr
    assert (page.read_bytes(), (project / "releases/first/record.json").read_bytes()) == before


def test_one_site_of_another_state_is_refused(project: Path) -> None:
    """When the data changed, one site is not built beside standing ones of the old state; all together are."""
    widen(project)
    assert pmm_site("build", "--project", project, "--site", "public").returncode == 3
    assert pmm_site("build", "--project", project, "--site", "*").returncode == 0


def test_explain_names_the_rule_that_won_and_no_value(released: Path) -> None:
    """`explain` tells where a value stands and why, and prints none of the project's values."""
    ran = pmm_site("explain", "KEN", "rate-of-electronic-declarations", "--project", released)
    assert ran.returncode == 0, ran.stderr
    assert "→" in ran.stdout
    path = next((released / "data" / "cycles").glob("*/values.csv"))
    header, *lines = path.read_text().splitlines()
    values = {line.split(",")[header.split(",").index("value")] for line in lines}
    assert not {value for value in values if len(value) > 3 and value in ran.stdout}


def test_the_audit_finds_what_was_changed_by_hand(project: Path) -> None:
    """A page changed after the build is found by `audit --full`, with exit code 3."""
    page = project / "build" / "sites" / "public" / "en" / "index.html"
    page.write_text(page.read_text() + "<!-- changed -->")
    ran = pmm_site("audit", "--full", "--project", project)
    assert ran.returncode == 3
    assert "en/index.html" in ran.stdout


def test_reports_hold_no_value_and_stand_in_no_site(built: Built) -> None:
    """The Secretariat's reports stand beside the sites, not in them, and name keys and rules."""
    output = built.small()
    assert {path.name for path in (output / "reports").iterdir()} >= {"audit.json", "suppression.csv", "inputs.json"}
    assert not list((output / "sites").rglob("suppression*"))
    assert json.loads((output / "reports" / "audit.json").read_text())["passed"] is True


def test_hashes_of_confidential_inputs_stand_in_no_site(built: Built) -> None:
    """With a hash somebody could try values until one fits: those of data/ are in build/reports/ and nowhere else."""
    output = built.small()
    inputs = json.loads((output / "reports" / "inputs.json").read_text())
    hashes = [digest.encode() for path, digest in inputs.items() if path.startswith("data/")]
    assert len(hashes) > 5
    for path in (each for each in (output / "sites").rglob("*") if each.suffix in (".json", ".js", ".html", ".csv")):
        content = path.read_bytes()
        assert not [digest for digest in hashes if digest in content], path


def test_a_lost_record_is_told_by_check_and_stops_a_build(project: Path, tmp_path: Path) -> None:
    """Records that cannot be found again are told, each with its place and what to do, and nothing is built."""
    releases, away = project / "releases", tmp_path / "away"
    releases.rename(away)
    for place, target, code in ((releases, away, "project-outside"), (releases, tmp_path / "gone", "project-outside"),
                                (releases, project / "gone", "release-record")):  # fmt: skip
        place.symlink_to(target)
        for command in ("check", "build"):
            ran = pmm_site(command, "--project", project)
            assert ran.returncode == 1, ran.stderr
            assert "releases: " in ran.stdout + ran.stderr
            assert (code in ran.stdout) == (command == "check")
        place.unlink()
    record = json.loads((away / "first" / "record.json").read_text())
    (away / "first" / "record.json").write_text(json.dumps({**record, "sequence": 2}))
    away.rename(releases)
    told = pmm_site("check", "--project", project)
    assert (told.returncode, "release number 1 is missing → restore" in told.stdout) == (1, True)
    assert pmm_site("build", "--project", project).returncode == 1
