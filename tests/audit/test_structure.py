"""The tables of a package are held against the rules and the data, cell by cell."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pmm_site.audit.figures import _is_group
from pmm_site.audit.rights import Rights
from pmm_site.audit.sites import SiteAuditor
from pmm_site.audit.structure import Expected
from pmm_site.audit.truth import Truth
from pmm_site.model import Dataset, DisclosurePolicy, Level
from tests.audit.worlds import AUDITS, VALUES, put, small_world, write_packages
from tests.audit.worlds import TIMELY as TIMELY_KPI
from tests.factories import union

Change = Callable[[list[dict[str, str]]], None]


def changed(root: Path, table: str, change: Change) -> None:
    """Change the rows of a table in place."""
    path = root / "data" / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as written:
        reader = csv.DictReader(written)
        rows, header = list(reader), list(reader.fieldnames or ())
    change(rows)
    columns = list(dict.fromkeys([*header, *(name for row in rows for name in row)]))
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    put(root, f"data/{table}.csv", stream.getvalue())


def cell(column: str, value: str, **where: str) -> Change:
    """Set a cell of the rows that match."""

    def change(rows: list[dict[str, str]]) -> None:
        for row in rows:
            if all(row[name] == wanted for name, wanted in where.items()):
                row[column] = value

    return change


def drop(**where: str) -> Change:
    """Take away the rows that match."""

    def change(rows: list[dict[str, str]]) -> None:
        rows[:] = [row for row in rows if any(row[name] != wanted for name, wanted in where.items())]

    return change


def add(**row: str) -> Change:
    """Add a row."""
    return lambda rows: rows.append({**dict.fromkeys(rows[0], ""), **row})


TIMELY = {"kpi": "declarations-on-time"}
ALL = {**TIMELY, "grouping": "all"}
CLOSED_ROW = add(cycle="c2024", member="KEN", obs_status="Q", conf_status="N", **TIMELY)

WRONG: dict[str, tuple[str, str, Change, str, str]] = {
    "a hidden value": (
        "wco",
        "values",
        cell("value", "37.4193", member="KEN", **TIMELY),
        "declarations-on-time/KEN",
        "may not be shown",
    ),
    "another value": ("wco", "values", cell("value", "22.7", member="CHN", **TIMELY), "CHN", "not the one submitted"),
    "a value held back": ("wco", "values", cell("value", "", member="CHN", **TIMELY), "CHN", "is blank"),
    "a shown row left out": ("wco", "values", drop(member="CHN", **TIMELY), "CHN", "is not"),
    "a wrong status": ("wco", "values", cell("obs_status", "O", member="KEN", **TIMELY), "KEN", "status"),
    "a closed row in public": ("public", "values", CLOSED_ROW, "KEN", "not shown here"),
    "the level of a hidden value": (
        "wco",
        "values",
        cell("disclosure", "country", member="KEN", **TIMELY),
        "KEN",
        "level",
    ),
    "a level in public": ("public", "values", cell("disclosure", "public", member="FRA", **TIMELY), "FRA", "level"),
    "a note elsewhere": ("wco", "values", cell("note", "x", member="KEN", **TIMELY), "KEN", "note"),
    "a wrong count": ("wco", "aggregates", cell("contributors", "7", **ALL), "all:all", "contributors"),
    "a digit too many": ("wco", "aggregates", cell("mean", "59.475", **ALL), "all:all", "digit too many"),
    "a finer step": (
        "wco",
        "aggregates",
        lambda rows: (cell("mean", "59.47", **ALL)(rows), cell("rounding", "0.01", **ALL)(rows))[0],
        "all:all",
        "rounding",
    ),
    "a fine mean over shown values": (
        "wco",
        "aggregates",
        cell("visible_mean", "39.1177", **ALL),
        "all:all",
        "shown values",
    ),
    "the mean of a foreign union": (
        "country-fra",
        "aggregates",
        add(cycle="c2024", grouping="union", group="eac", contributors="3", **TIMELY),
        "union:eac",
        "not its",
    ),
    "a rounding of no mean": (
        "wco",
        "aggregates",
        lambda rows: rows[0].update(mean="", obs_status="Q", conf_status="C", rounding="77.123"),
        "c2024",
        "a rounding of no mean",
    ),
    "a group of nobody": (
        "wco",
        "aggregates",
        add(cycle="c2024", grouping="KEN", group="37.4193", contributors="0", **TIMELY),
        "KEN:37.4193",
        "a group that does not exist",
    ),
    "an edge that is no number": (
        "wco",
        "distribution",
        lambda rows: rows.append({"cycle": "c2024", **TIMELY, "bin_from": "sNaN", "bin_to": "38", "contributors": "1"}),
        "declarations-on-time",
        "",
    ),
    "a count beyond all measure": (
        "wco",
        "distribution",
        lambda rows: rows[0].update(contributors="1000000000000"),
        "",
        "counts",
    ),
    "a draft": ("wco", "aggregates", cell("cycle", "c2026", **ALL), "c2026", "not published"),
    "a finer bin": (
        "wco",
        "distribution",
        lambda rows: rows.append({"cycle": "c2024", **TIMELY, "bin_from": "37", "bin_to": "38", "contributors": "1"}),
        "declarations-on-time",
        "edge",
    ),
    "an exact quartile": ("wco", "summary", cell("median_from", "61.4", **TIMELY), "declarations-on-time", "quartiles"),
    "a fine skewness": ("wco", "summary", cell("skewness", "-0.123", **TIMELY), "declarations-on-time", "skewness"),
    "a wrong coverage": ("wco", "coverage", cell("reported", "5", **TIMELY), "declarations-on-time", "counts"),
    "a foreign answer": ("country-ken", "answers", cell("usage", "not-planned"), "safe-framework", "own Member"),
    "a wrong participation": ("wco", "members", cell("participates", "false", member="KEN"), "KEN", "participation"),
    "a response rate": ("wco", "summary", cell("response_rate", "37.4", **TIMELY), "declarations-on-time", "response"),
    "a rate in another writing": ("wco", "summary", cell("response_rate", "100.00", **TIMELY), "-on-time", "response"),
    "a class of too few": ("wco", "summary", cell("performance", "inconclusive", **TIMELY), "-on-time", "class"),
    "a skewness of too few": ("wco", "summary", cell("skewness", "-0.4", **TIMELY), "-on-time", "skewness"),
    "participants of a cycle": ("wco", "cycles", cell("participants", "37"), "c2024/participants", "not what the data"),
    "Members nominated": ("wco", "cycles", cell("nominated", "374193"), "c2024/nominated", "not what the data"),
    "the note of a cycle": ("wco", "cycles", cell("note", "37.4193"), "c2024/note", "not what the data"),
    "a formula of a cycle": ("wco", "cycles", cell("note", "'"), "c2024/note", "not what the data"),
    "a column of cycles": ("wco", "cycles", cell("more", "37.4193"), "c2024/more", "not what the data"),
    "a cycle told twice": ("wco", "cycles", lambda rows: rows.append(dict(rows[0])), "c2024", "told twice"),
    "no cycle": ("wco", "cycles", drop(cycle="c2024"), "c2024", "missing"),
    "the name of a Member": (
        "wco",
        "members",
        cell("name_en", "Kenya 37.4193", member="KEN"),
        "KEN/name_en",
        "not what",
    ),
    "the group of a Member": ("wco", "members", cell("region", "37", member="KEN"), "KEN/region", "not what"),
    "a Member that is none": ("wco", "members", cell("member", "374", member="KEN"), "374/member", "not what"),
    "a peer review": ("wco", "members", cell("peer_review", "requested", member="KEN"), "KEN", "peer review"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_table_is_found(case: str, auditor: SiteAuditor, sites: Path) -> None:
    """A cell that says too much, or is not what the data say, is a finding that names its row."""
    site, table, change, key, what = WRONG[case]
    changed(sites / site, table, change)
    findings = auditor.audit_folder(sites / site, site).findings
    assert any(key in each.key and what in each.what and each.place == f"data/{table}.csv" for each in findings)


def test_two_columns_of_one_name_are_a_damaged_table(auditor: SiteAuditor, sites: Path) -> None:
    """What one reader takes from the first of them another takes from the last."""
    path = sites / "wco" / "data" / "values.csv"
    lines = path.read_text("utf-8").splitlines()
    doubled = [f"{'value' if at == 0 else '37.4193'},{line}" for at, line in enumerate(lines)]
    put(sites / "wco", "data/values.csv", "\n".join(doubled) + "\n")
    findings = auditor.audit_folder(sites / "wco", "wco").findings
    assert any("two columns of one name" in each.what for each in findings)
    assert any(each.key == "c2024/declarations-on-time/KEN" and each.check == "scan" for each in findings)


def test_what_is_held_back_is_a_finding_of_its_own(auditor: SiteAuditor, sites: Path) -> None:
    """A value that may be shown and is not there is called missing."""
    changed(sites / "wco", "values", drop(member="CHN", **TIMELY))
    missing = [each.key for each in auditor.audit_folder(sites / "wco", "wco").findings if each.check == "missing"]
    assert missing == ["c2024/declarations-on-time/CHN"]


def test_a_table_of_one_kpi_is_held_against_the_same_rules(auditor: SiteAuditor, sites: Path) -> None:
    """`kpi/<id>.csv` may say no more than `values.csv`."""
    changed(sites / "wco", "kpi/declarations-on-time", cell("value", "37.4193", member="KEN"))
    places = {each.place for each in auditor.audit_folder(sites / "wco", "wco").findings}
    assert places == {"data/kpi/declarations-on-time.csv"}


@pytest.mark.parametrize("name", ["answers", "visibility"])
def test_tables_of_country_sites_stand_nowhere_else(name: str, auditor: SiteAuditor, sites: Path) -> None:
    """Answers and visibility are no tables of other sites."""
    put(sites / "wco", f"data/{name}.csv", (sites / "country-ken" / "data" / f"{name}.csv").read_bytes())
    assert any(each.place == f"data/{name}.csv" for each in auditor.audit_folder(sites / "wco", "wco").findings)


def test_a_package_under_a_foreign_name_is_found(auditor: SiteAuditor, sites: Path) -> None:
    """What stands as one site must be that site's package."""
    (sites / "country-ken").rename(sites / "public-copy")
    findings = auditor.audit_folder(sites / "public-copy", "public").findings
    assert any("another site" in each.what for each in findings)


def test_a_site_of_nobody_is_found(auditor: SiteAuditor, sites: Path) -> None:
    """A site whose id is no site's has no readers and may not stand."""
    assert any("nobody" in each.what for each in auditor.audit_folder(sites / "wco", "union-none").findings)


def test_a_page_about_a_member_of_whom_nothing_is_shown(auditor: SiteAuditor, sites: Path) -> None:
    """On the public site only France has a page: the existence of another would say something."""
    put(sites / "public", "en/member/fra.html", "<h1>France</h1>")
    put(sites / "public", "en/member/ken.html", "<h1>Kenya</h1>")
    findings = auditor.audit_folder(sites / "public", "public").findings
    assert [(each.place, each.key) for each in findings] == [("en/member/ken.html", "KEN")]


def test_a_damaged_table_is_a_finding_and_no_crash(auditor: SiteAuditor, sites: Path) -> None:
    """Tables that cannot be read fail the audit."""
    put(sites / "wco", "data/values.csv", b"cycle,kpi\n1,2,3\n")
    put(sites / "wco", "data/aggregates.csv", b"\xff\xfe\x00")
    report = auditor.audit_folder(sites / "wco", "wco")
    assert not report.passed
    assert len(report.findings) == 2


def test_sites_over_shown_values_pass(world: Dataset, tmp_path: Path) -> None:
    """With the basis `visible` nothing is found: each site is held against the values and answers that it shows."""
    open_world = replace(world, settings=replace(world.settings, disclosure=DisclosurePolicy(basis="visible")))
    write_packages(open_world, tmp_path)
    auditor = SiteAuditor(open_world)
    assert [found for site in tmp_path.iterdir() for found in auditor.audit_folder(site, site.name).findings] == []


# --- a union of one Member, a KPI closed to all others -------------------------------------------


@pytest.fixture(scope="module")
def closed_world() -> Dataset:
    """The first KPI of the small world is closed at country level, and Somalia is the only Member of a union."""
    world = small_world((replace(TIMELY_KPI, ceiling=Level.COUNTRY), AUDITS))
    return replace(world, unions={**world.unions, "lone": union("lone", "SOM")})


@pytest.fixture
def closed_sites(closed_world: Dataset, tmp_path: Path) -> Path:
    """The packages of all its sites."""
    write_packages(closed_world, tmp_path / "closed")
    return tmp_path / "closed"


def test_a_lone_member_of_a_union_reads_its_closed_value_there(closed_world: Dataset, closed_sites: Path) -> None:
    """What is built shows it where its only reader is, passes, and shows it on no other site."""
    auditor = SiteAuditor(closed_world)
    told = set()
    for root in closed_sites.iterdir():
        assert auditor.audit_folder(root, root.name).findings == ()
        with (root / "data" / "values.csv").open(encoding="utf-8", newline="") as stream:
            told |= {root.name for row in csv.DictReader(stream) if row["value"] == str(VALUES["SOM"])}
    assert told == {"union-lone", "country-som"}


LONE = {
    "its value on the site of another union": ("union-eac", "values", {"member": "SOM", "value": "93.8162"}),
    "its value for WCO users": ("wco", "values", {"member": "SOM", "value": "93.8162"}),
    "another Member's row on its union's site": ("union-lone", "values", {"member": "KEN"}),
    "an aggregate on its union's site": ("union-lone", "aggregates", {"grouping": "union", "group": "lone"}),
    "the coverage on its country site": ("country-som", "coverage", {"reported": "8"}),
}


@pytest.mark.parametrize("case", LONE)
def test_a_closed_kpi_says_nothing_more(case: str, closed_world: Dataset, closed_sites: Path) -> None:
    """A row of the KPI that the only reader's own value does not need is a finding, on its own sites too."""
    site, table, row = LONE[case]
    changed(closed_sites / site, table, add(cycle="c2024", **TIMELY, **row))
    findings = SiteAuditor(closed_world).audit_folder(closed_sites / site, site).findings
    assert any(each.check == "structure" and each.place == f"data/{table}.csv" for each in findings)


def test_groups_that_cross_exist_where_the_settings_cross_them(world: Dataset) -> None:
    """Also where nobody is in both, for a change is told of groups of the cycle before as well."""
    (grouping,) = {each.id for each in world.catalogue.groupings if each.id == "region"}
    one, *_, other = next(each.groups for each in world.catalogue.groupings if each.id == grouping)
    row = {"cycle": "c2024", "grouping": f"{grouping}:{grouping}", "group": f"{one.id}:{other.id}"}
    crossing = replace(world.settings.disclosure, crossings=((grouping, grouping),))
    crossed = replace(world, settings=replace(world.settings, disclosure=crossing))
    assert [_is_group(Expected("wco", Rights(each), Truth(each)), row) for each in (world, crossed)] == [False, True]
    nowhere = {**row, "group": f"{one.id}:37.4193"}
    assert not _is_group(Expected("wco", Rights(crossed), Truth(crossed)), nowhere)
