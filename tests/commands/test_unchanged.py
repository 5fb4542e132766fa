"""What is unchanged is not made again: work is counted, never timed, and the bytes are those of a fresh build."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pmm_site.build import build
from pmm_site.problems import DisclosureRefused
from pmm_site.publish import Output
from pmm_site.stages import rendering
from pmm_site.stages.standing import Standings, read_standings
from tests.commands.test_commands import contents, pmm_site

if TYPE_CHECKING:
    from tests.conftest import Built


@pytest.fixture
def project(built: Built, tmp_path: Path) -> Path:
    """A copy of the small project with its sites, as a build left them."""
    shutil.copytree(built.small().parent / "project", tmp_path / "project")
    shutil.copytree(built.small(), tmp_path / "project" / "build")
    return tmp_path / "project"


def made(project: Path, *options: str) -> list[str]:
    """Build, and tell which sites were made anew."""
    ran = pmm_site("build", "--project", project, "--format", "json", *options)
    assert ran.returncode == 0, ran.stderr
    found: list[str] = json.loads(ran.stdout)["made"]
    return found


def files(project: Path, site: str) -> dict[str, tuple[int, int]]:
    """Inode and time of every page of a site, by path."""
    root = project / "build" / "sites" / site
    return {
        path.relative_to(root).as_posix(): (path.stat().st_ino, path.stat().st_mtime_ns)
        for path in root.rglob("*.html")
    }


def change_note(project: Path) -> str:
    """Give a value a note, which stands on the Member's own site only; the id of that site."""
    path = sorted((project / "data" / "cycles").glob("*/values.csv"))[-1]
    header, first, *rest = path.read_text().splitlines()
    cells = dict(zip(header.split(","), first.split(","), strict=True))
    cells["note"] = "corrected after a second count"
    path.write_text("\n".join([header, ",".join(cells.values()), *rest]) + "\n")
    return f"country-{cells['member'].lower()}"


def change_value(project: Path) -> str:
    """Another number in a row of the newest cycle, within its bounds and as public as before; the KPI's id."""
    path = sorted((project / "data" / "cycles").glob("*/values.csv"))[-1]
    header, *lines = path.read_text().splitlines()
    rows = [dict(zip(header.split(","), line.split(","), strict=True)) for line in lines]
    row = next(row for row in rows if row["disclosure"] == "public" and float(row["value"] or 0) > 50)
    row["value"] = str(round(float(row["value"]) - 2.7, 1))
    path.write_text("\n".join([header, *(",".join(row.values()) for row in rows)]) + "\n")
    return row["kpi"]


def test_nothing_is_made_when_nothing_changed(project: Path) -> None:
    """A second build makes no site, and opens no file of a web root for writing."""
    before = files(project, "public")
    assert made(project) == []
    assert files(project, "public") == before


def test_only_the_sites_that_a_change_reaches_are_made(project: Path) -> None:
    """A note is on the own site alone: that site is made anew, and its pages that do not show it are shared."""
    home = change_note(project)
    before = files(project, home)
    assert made(project) == [home]
    after = files(project, home)
    unchanged = [path for path in before if after[path] == before[path]]
    assert len(unchanged) > len(before) / 2
    assert "en/dossier.html" not in unchanged


def test_a_changed_value_is_worked_on_and_nothing_else(project: Path) -> None:
    """One question is decided and one component attacked; charts and pages of other KPIs are those that were there.

    Verdicts: on the component, on each site, and on all of them together.
    """
    made(project)
    cache, sites = project / "build" / ".cache", sorted(path.name for path in (project / "build" / "sites").iterdir())
    kept = {kind: set((cache / kind).rglob("*")) for kind in ("decisions", "verdicts", "charts")}
    before = {site: files(project, site) for site in sites}
    kpi = change_value(project)
    assert sorted(made(project)) == sites
    new = {kind: len(set((cache / kind).rglob("*")) - known) for kind, known in kept.items()}
    assert (new["decisions"], new["verdicts"]) == (1, 1 + len(sites) + 1)
    assert 0 < new["charts"] < len(kept["charts"]) / 3
    for site in sites:
        after = files(project, site)
        written = {path for path in after if after[path] != before[site][path]}
        assert {path for path in written if "/kpi/" in path} == {f"en/kpi/{kpi}.html", f"fr/kpi/{kpi}.html"}
        assert len(written) < len(after) / 4


def test_a_build_beside_old_sites_gives_the_bytes_of_a_build_from_nothing(project: Path) -> None:
    """After a change the sites are what they would be without what stood before."""
    change_note(project)
    made(project)
    made(project, "--output", str(project / "fresh"))
    for root in sorted((project / "fresh" / "sites").iterdir()):
        assert contents(project / "build" / "sites" / root.name) == contents(root), root.name


def change_narrative(project: Path) -> str:
    """Another sentence on a narrative page; where the page stands in a site."""
    page = project / "content" / "en" / "about.md"
    page.write_text(page.read_text() + "\n\nA sentence of today.\n")
    return "en/about.html"


def test_a_narrative_page_that_changed_decides_nothing_again(project: Path) -> None:
    """All sites get the page; no figure is decided again, and the bytes are those of a build from nothing."""
    path = change_narrative(project)
    shutil.rmtree(project / "build" / ".cache" / "decisions")
    sites = sorted(each.name for each in (project / "build" / "sites").iterdir())
    assert sorted(made(project)) == sites
    assert not (project / "build" / ".cache" / "decisions").exists()
    made(project, "--output", str(project / "fresh"))
    for site in sites:
        found = contents(project / "build" / "sites" / site)
        assert b"A sentence of today." in found[path]
        assert found == contents(project / "fresh" / "sites" / site), site


def test_a_narrative_page_that_is_gone_is_on_no_site(project: Path) -> None:
    """A page that was removed leaves the standing packages as well."""
    for language in ("en", "fr"):
        (project / "content" / language / "about.md").unlink()
    made(project)
    assert not list((project / "build" / "sites").glob("*/data/content/*/about.md"))


@pytest.mark.parametrize("options", [(), ("--release", "first")], ids=["preview", "release"])
def test_a_project_without_sites_is_decided_all_the_same(options: tuple[str, ...], project: Path) -> None:
    """Where no site stands to be taken over, none counts as decided: what is refused and what is recorded stays so."""
    settings = project / "site.yml"
    text = settings.read_text()
    for asked, none in (("public: true", "public: false"), ("wco: true", "wco: false"), ("unions: all", "unions: []"),
                        ("countries: participants", "countries: []")):  # fmt: skip
        assert asked in text
        text = text.replace(asked, none)
    settings.write_text(text)
    report = project / "build" / "reports" / "disclosure.json"
    report.unlink()
    assert made(project, *options) == []
    assert report.exists()
    assert (project / "releases" / "first" / "record.json").exists() == bool(options)


def test_sites_left_out_of_a_build_get_its_narrative_pages_later(project: Path) -> None:
    """After a build of one site, a build of all brings the others up to date too."""
    path = change_narrative(project)
    assert made(project, "--site", "public") == ["public"]
    others = made(project)
    assert "public" not in others
    for root in (project / "build" / "sites").iterdir():
        assert "A sentence of today." in (root / path).read_text(), root.name


def test_a_page_of_a_cycle_that_the_clock_published_is_decided_anew(project: Path) -> None:
    """Nothing is taken from standing packages once another cycle counts, whatever else changed."""
    reports = project / "build" / "reports" / "standing.json"
    reports.write_text(json.dumps({**json.loads(reports.read_text()), "until": "2020-01-01T00:00:00+00:00"}))
    change_narrative(project)
    shutil.rmtree(project / "build" / ".cache" / "decisions")
    made(project)
    assert (project / "build" / ".cache" / "decisions").exists()


@pytest.mark.parametrize("change", ["narrative", "theme"])
def test_what_was_read_is_noted_whatever_changed(project: Path, change: str) -> None:
    """The record of inputs holds the hashes of the files as the sites were made from them."""
    if change == "narrative":
        change_narrative(project)
    else:
        (project / "themes" / "own" / "static").mkdir(parents=True)
        (project / "themes" / "own" / "static" / "new.txt").write_text("new")
    made(project)
    noted = json.loads((project / "build" / "reports" / "inputs.json").read_text())
    path = "content/en/about.md" if change == "narrative" else "themes/own/static/new.txt"
    assert noted[path] == hashlib.sha256((project / path).read_bytes()).hexdigest()


def test_a_theme_that_changed_reaches_every_site(project: Path) -> None:
    """A changed template makes all sites anew from the packages that stand, without deciding anything again."""
    theme = project / "themes" / "default"
    shutil.copytree(Path(__file__).parents[2] / "themes" / "default", theme, ignore=shutil.ignore_patterns("src"))
    template = theme / "templates" / "base.html"
    template.write_text(template.read_text() + "<!-- another -->")
    shutil.rmtree(project / "build" / ".cache" / "decisions")
    assert sorted(made(project)) == sorted(path.name for path in (project / "build" / "sites").iterdir())
    assert "<!-- another -->" in (project / "build" / "sites" / "public" / "en" / "index.html").read_text()
    assert not (project / "build" / ".cache" / "decisions").exists()


@pytest.mark.parametrize("harm", ["a page changed", "a page removed", "a stray file", "an older time"])
def test_a_web_root_that_was_touched_is_made_again(project: Path, harm: str) -> None:
    """Whatever was done to a web root since, the next build makes that site whole, and no other."""
    root = project / "build" / "sites" / "wco"
    right = contents(root)
    page = root / "en" / "report.html"
    if harm == "a page changed":
        page.write_text("<p>Hello</p>")
    elif harm == "a page removed":
        page.unlink()
    elif harm == "a stray file":
        (root / "en" / "old.html").write_text("stale")
    else:
        os.utime(page, (0, 0))
    assert made(project) == ["wco"]
    assert contents(root) == right


@pytest.mark.parametrize("record", [None, "", "{", '{"standing": {"public": {}}}'])
def test_without_a_record_nothing_counts_as_known(built: Built, tmp_path: Path, record: str | None) -> None:
    """A record that is missing or damaged is as none: nothing is unchanged, nothing may stand beside a new site."""
    output = Output(Path(shutil.copytree(built.small() / "reports", tmp_path / "reports")).parent)
    assert read_standings(output).by_site
    (tmp_path / "reports" / "standing.json").unlink()
    if record is not None:
        (tmp_path / "reports" / "standing.json").write_text(record)
    assert read_standings(output) == Standings()


@pytest.mark.parametrize("until", ["soon", "2030-01-01", 7])
def test_a_record_of_no_instant_is_none(built: Built, tmp_path: Path, until: object) -> None:
    """The time at which the next cycle is published is one with a time zone, or nothing is known."""
    output = Output(Path(shutil.copytree(built.small() / "reports", tmp_path / "reports")).parent)
    path = tmp_path / "reports" / "standing.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "until": until}))
    assert read_standings(output) == Standings()


def test_a_preview_takes_sites_of_another_state_away(project: Path) -> None:
    """Where a build is refused beside old figures, a preview drops the old sites and shows the one asked for."""
    path = sorted((project / "data" / "cycles").glob("*/values.csv"))[-1]
    text = path.read_text()
    path.write_text(text.replace(",public,", ",wco,", 1))
    assert path.read_text() != text
    with pytest.raises(DisclosureRefused):
        build(project, project / "build", sites=("public",))
    result = build(project, project / "build", sites=("public",), preview=True)
    assert "wco" in result.removed
    assert [root.name for root in (project / "build" / "sites").iterdir()] == ["public"]


@pytest.mark.parametrize("sites", [(), ("*",)])
def test_a_site_that_the_project_no_longer_has_is_taken_away(sites: tuple[str, ...], project: Path) -> None:
    """Whether all sites are built by saying nothing or by a pattern: none stands beside them that nobody attacked."""
    gone = project / "build" / "sites" / "union-gone"
    shutil.copytree(project / "build" / "sites" / "wco", gone)
    assert "union-gone" in build(project, project / "build", sites=sites).removed
    assert not gone.exists()


def test_a_theme_that_changes_while_sites_are_drawn_is_a_change(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From nothing as well: a template edited during a build is found by the next one, which draws the site anew."""
    extra = project / "themes" / "own" / "static" / "later.txt"
    extra.parent.mkdir(parents=True)
    render = rendering.render_sites

    def edited(*arguments: object, **options: object) -> dict[str, int]:
        files = render(*arguments, **options)  # type: ignore[arg-type]
        extra.write_text("edited")
        return files

    monkeypatch.setattr(rendering, "render_sites", edited)
    assert build(project, tmp_path / "new", sites=("public",)).made == ("public",)
    monkeypatch.undo()
    assert build(project, tmp_path / "new", sites=("public",)).made == ("public",)
    assert build(project, tmp_path / "new", sites=("public",)).made == ()
