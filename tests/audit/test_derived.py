"""Tables that follow from others, and the rows of all tables: what is told, how often, and in which order."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pmm_site.audit.rights import Rights
from pmm_site.audit.sites import SiteAuditor
from pmm_site.model import CapacityArea, Dataset, DisclosurePolicy, SdgLink, Usage
from tests.audit.test_structure import Change, add, cell, changed
from tests.audit.worlds import AUDITS, TIMELY, small_world, write_packages
from tests.factories import union

Case = tuple[str, str, Change, str]

WORKING = replace(TIMELY, capacity_building=("training",))
SLOW = replace(AUDITS, capacity_building=("training",))


def told_world() -> Dataset:
    """The small world with a class for each KPI, a goal, an area and shares of answers."""
    world = small_world((WORKING, SLOW))
    (data,) = world.cycles
    uses = (Usage.IN_USE, Usage.PLANNED, Usage.NOT_PLANNED)
    answers = tuple(
        replace(data.answers[0], member=member, usage=uses[number % 3]) for number, member in enumerate(world.members)
    )
    catalogue = replace(
        world.catalogue,
        sdg_mapping=(SdgLink("outcome", 8),),
        capacity_building=(CapacityArea("training", {"en": "Training"}),),
    )
    policy = DisclosurePolicy(performance_contributors=5, moments_contributors=5)
    return replace(
        world,
        catalogue=catalogue,
        cycles=(replace(data, answers=answers),),
        unions={**world.unions, "west": union("west", "FRA", "USA")},
        settings=replace(world.settings, disclosure=policy),
    )


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[SiteAuditor, Path]:
    """An auditor of this world, and its packages."""
    world, output = told_world(), tmp_path_factory.mktemp("told")
    write_packages(world, output)
    return SiteAuditor(world), output


def copied(told: tuple[SiteAuditor, Path], site: str, folder: Path) -> Path:
    """A copy of a site's package."""
    for path in (told[1] / site).rglob("*"):
        if path.is_file():
            target = folder / site / path.relative_to(told[1] / site)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    return folder / site


def test_sites_of_the_world_pass(told: tuple[SiteAuditor, Path]) -> None:
    """Nothing is found in what was written, and the tables that the others test hold rows."""
    auditor, output = told
    for root in output.iterdir():
        assert auditor.audit_folder(root, root.name).findings == ()
    for table in ("sdgs", "capacity", "coverage", "instruments"):
        assert len((output / "wco" / "data" / f"{table}.csv").read_text("utf-8").splitlines()) > 1


def a_test(**changes: str) -> Change:
    """Add a test between regions over shown values, with some words changed."""
    row = {"cycle": "c2024", "kpi": "audits", "test": "kruskal-wallis", "factor": "region"}
    return lambda rows: rows.append({**row, "significant": "false", "basis": "visible", **changes})


WRONG: dict[str, Case] = {
    "the response rate of a goal": ("sdgs", "c2024/8", cell("response_rate", "37.4", goal="8"), "own tables"),
    "KPIs that perform well": ("sdgs", "c2024/8", cell("well_performing", "2", goal="8"), "own tables"),
    "a contribution": ("sdgs", "c2024/8", cell("contribution", "other?", goal="8"), "own tables"),
    "outcomes of a goal": ("sdgs", "c2024/1", cell("outcomes", "374", goal="1"), "own tables"),
    "a goal left out": ("sdgs", "c2024/8", lambda rows: rows.remove(rows[7]), "follows from"),
    "goals in another order": ("sdgs", "", lambda rows: rows.reverse(), "another order"),
    "the response rate of an area": (
        "capacity",
        "c2024/training/all/all",
        cell("response_rate", "37.4", grouping="all"),
        "own tables",
    ),
    "a priority": ("capacity", "c2024/training/region", cell("priority", "none", grouping="region"), "own tables"),
    "a group of an area": (
        "capacity",
        "c2024/training/region/374",
        add(cycle="c2024", area="training", grouping="region", group="374", kpis="2"),
        "own tables",
    ),
    "a finding": (
        "findings",
        "c2024/high-uptake/audits",
        lambda rows: rows.append(
            {"cycle": "c2024", "finding": "high-uptake", "kpi": "audits", "instrument": "safe-framework"}
        ),
        "own tables",
    ),
    "a column more": ("sdgs", "", cell("more", "374193"), "other columns"),
    "a test of nothing": ("tests", "c2024", a_test(factor="374193"), "a word that is none"),
    "a verdict of nothing": ("tests", "c2024", a_test(significant="37.4"), "a word that is none"),
    "who uses an instrument": (
        "tests",
        "c2024/audits/safe-framework/mann-whitney",
        a_test(test="mann-whitney", factor="safe-framework"),
        "too few",
    ),
    "the status of shares": ("instruments", "c2024", cell("obs_status", "M"), "the status is not"),
    "a row that stands twice": ("coverage", "", lambda rows: rows.append(dict(rows[-1])), "twice"),
    "means in another order": ("aggregates", "", lambda rows: rows.reverse(), "another order"),
    "a mean left out": ("aggregates", "c2024/declarations-on-time/all:all", lambda rows: rows.pop(0), "missing"),
    "a Member left out": ("members", "c2024/BDI", lambda rows: rows.pop(0), "missing"),
    "a KPI left out": ("summary", "c2024/declarations-on-time", lambda rows: rows.pop(0), "missing"),
    "closed rows left out": (
        "values",
        "",
        lambda rows: rows.remove(next(each for each in rows if not each["value"])),
        "missing",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_row_that_does_not_follow_is_found(case: str, told: tuple[SiteAuditor, Path], tmp_path: Path) -> None:
    """Each cell of a table that follows from others is what these give; each row stands once, in its place."""
    table, key, change, what = WRONG[case]
    root = copied(told, "wco", tmp_path)
    changed(root, table, change)
    findings = told[0].audit_folder(root, "wco").findings
    assert any(key in each.key and what in each.what and each.place == f"data/{table}.csv" for each in findings)


def test_a_country_is_told_where_its_values_appear(told: tuple[SiteAuditor, Path], tmp_path: Path) -> None:
    """A site that is named and does not show a value, or shows it and is not named, is a finding."""
    for sites in ("public;wco", "country-ken"):
        root = copied(told, "country-ken", tmp_path / sites)
        changed(root, "visibility", cell("sites", sites, kpi="audits"))
        findings = told[0].audit_folder(root, "country-ken").findings
        assert [each.key for each in findings if each.place == "data/visibility.csv"] == ["c2024/audits"]
    changed(root := copied(told, "country-ken", tmp_path / "unions"), "visibility", cell("unions", "eac", kpi="audits"))
    assert any(each.place == "data/visibility.csv" for each in told[0].audit_folder(root, "country-ken").findings)


def test_the_audit_knows_which_sites_a_project_has() -> None:
    """The sites that the settings ask for and that have readers, worked out by its own account."""
    world = told_world()
    assert Rights(world).sites[:4] == ("public", "wco", "union-eac", "union-west")
    selection = replace(world.settings.sites, public=False, unions=("eac",), countries="none")
    asked = replace(world, settings=replace(world.settings, sites=selection))
    assert Rights(asked).sites == ("wco", "union-eac")
