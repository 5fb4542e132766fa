"""The release package on disk: what is written is what is read, and a valid Frictionless Data Package."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from pmm_site import package
from pmm_site.model import (
    Bounds,
    Catalogue,
    ConfStatus,
    ContentPage,
    Dimension,
    Direction,
    Group,
    Grouping,
    Kpi,
    ObsStatus,
    Outcome,
    SdgLink,
    SiteKind,
    Unit,
)
from pmm_site.package import PackageDamaged, PackageInfo, ReleasePackage, UnionName, reading
from pmm_site.package.columns import columns
from pmm_site.tables import AggregateRow, CycleRow, MemberRow, SummaryRow, ValueRow

A, F = ObsStatus.SHOWN, ConfStatus.FREE
Q, C = ObsStatus.NOT_SHOWN, ConfStatus.PROTECTED
HUNDRED = Decimal("100.0")


def small_package(kind: SiteKind = SiteKind.WCO, **changes: object) -> ReleasePackage:
    """A package with a row or two in the tables that have columns of their own kind."""
    catalogue = Catalogue(
        version="1",
        dimensions=(Dimension("trade", {"en": "Trade", "fr": "Échanges"}),),
        outcomes=(Outcome("paperless", "trade", {"en": "Paperless", "fr": "Dématérialisé"}),),
        kpis=(Kpi("rate", "paperless", {"en": "Rate", "fr": "Taux"}, Unit.PERCENT, Bounds(0.0, 100.0), Direction.HIGHER,
                  roundings=(Decimal("0.1"), Decimal("1"))),),
        sdg_mapping=(SdgLink("paperless", 9),),
        groupings=(Grouping("region", {"en": "Region", "fr": "Région"}, (Group("esa", {"en": "ESA", "fr": "AOA"}),)),),
    )  # fmt: skip
    tables = {
        "cycles": (CycleRow("c2022", {"en": "First", "fr": "Premier"}, 2022, 1, 105, True, ""),),
        "members": (MemberRow("c2022", "KEN", {"en": "Kenya", "fr": "Kenya"}, True, {"region": "esa"}, None),),
        "values": (ValueRow("c2022", "rate", "KEN", "-1.50", A, F, "wco" if kind is not SiteKind.PUBLIC else None),),
        "aggregates": (
            AggregateRow("c2022", "rate", "all", "all", 3, Decimal("76.4"), Decimal("0.1"), A, F, 1, Decimal("76.41")),
            AggregateRow("c2022", "rate", "region", "esa", 2, None, None, Q, C, 0, None),
        ),
        "summary": (
            SummaryRow("c2022", "rate", 3, HUNDRED, None, None, None, None, None, None, None, "well", "visible"),
        ),
    }  # fmt: skip
    info = PackageInfo(
        site=kind.value if kind in (SiteKind.PUBLIC, SiteKind.WCO) else "country-ken", kind=kind,
        subject="KEN" if kind is SiteKind.COUNTRY else None, title={"en": "PMM", "fr": "MMP"}, languages=("en", "fr"),
        communities=("secretariat",), members=("KEN",), release="preview", synthetic=True, cycles=("c2022",),
        licence={"en": "CC BY 4.0", "fr": "CC BY 4.0"},
    )  # fmt: skip
    content = (ContentPage("en", "report", 'The "report": 1', "# Title\n\ntext\n", 2, cycle="c2022"),)
    unions = (UnionName("eac", {"en": "EAC", "fr": "CAE"}, ("KEN", "UGA")),)
    whole = ReleasePackage(info, catalogue, unions, tables, content)
    return replace(whole, **changes) if changes else whole


@pytest.mark.parametrize("kind", list(SiteKind))
def test_what_is_written_is_what_is_read(kind: SiteKind, tmp_path: Path) -> None:
    """A package read from disk equals the one that was written, on each kind of site."""
    written = small_package(kind)
    package.write(written, tmp_path)
    read = package.read(tmp_path)
    assert read.info == written.info
    assert read.catalogue == written.catalogue
    assert read.unions == written.unions
    assert read.content == written.content
    for table, rows in written.tables.items():
        assert read.tables[table] == rows, table


def test_the_same_package_gives_the_same_bytes() -> None:
    """Files depend on the package alone."""
    assert package.files(small_package()) == package.files(small_package())


@pytest.mark.parametrize("kind", list(SiteKind))
def test_it_is_a_valid_frictionless_data_package(kind: SiteKind, tmp_path: Path) -> None:
    """The frictionless library finds the descriptor and every table valid."""
    import frictionless

    package.write(small_package(kind), tmp_path)
    report = frictionless.validate(str(tmp_path / "datapackage.json"))
    assert report.valid, report.flatten(["title", "message"])


def test_columns_that_a_site_does_not_have_are_left_out(tmp_path: Path) -> None:
    """The public site's values have no disclosure column, only a country site's have notes."""
    headers = {}
    for kind in SiteKind:
        headers[kind] = package.files(small_package(kind))["values.csv"].decode().splitlines()[0].split(",")
    assert "disclosure" not in headers[SiteKind.PUBLIC]
    assert all("disclosure" in headers[kind] for kind in SiteKind if kind is not SiteKind.PUBLIC)
    assert [kind for kind in SiteKind if "note" in headers[kind]] == [SiteKind.COUNTRY]


def test_formulas_are_neutralised_and_numbers_are_not(tmp_path: Path) -> None:
    """A text that a spreadsheet would run gets an apostrophe; a negative value stays the number it is."""
    rows = (CycleRow("c2022", {"en": "=cmd()", "fr": "@x"}, 2022, 1, None, True, "+1"),)
    whole = small_package()
    hostile = replace(whole, tables={**whole.tables, "cycles": rows})
    found = package.files(hostile)
    assert found["cycles.csv"].decode().splitlines()[1] == "c2022,'=cmd(),'@x,2022,1,,true,'+1"
    assert ",-1.50," in found["values.csv"].decode()
    package.write(hostile, tmp_path)
    assert package.read(tmp_path).tables["cycles"] == rows


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_whatever_begins_a_formula_is_neutralised(start: str, tmp_path: Path) -> None:
    """Each sign that may begin a formula gets an apostrophe before it, and is read again as it was."""
    rows = (CycleRow("c2022", {"en": "x", "fr": "x"}, 2022, 1, None, True, start + "1"),)
    whole = small_package()
    package.write(replace(whole, tables={**whole.tables, "cycles": rows}), tmp_path)
    assert f"'{start}1".encode() in (tmp_path / "cycles.csv").read_bytes()
    assert package.read(tmp_path).tables["cycles"] == rows


def test_every_column_is_described_in_both_languages() -> None:
    """No column of any table on any kind of site is without an English and a French description."""
    from pmm_site.package.columns import columns, description
    from pmm_site.tables import TABLES

    for table in TABLES:
        for column in columns(table, SiteKind.COUNTRY, ("en", "fr"), ("region",), True):
            english, french = (description(table, column, language) for language in ("en", "fr"))
            assert english, (table, column.name)
            assert french, (table, column.name)
            assert english != french, (table, column.name)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("values.csv", "cycle,kpi\n1,2\n"),
        ("values.csv", "\0"),
        ("site.json", "[]"),
        ("site.json", "{"),
        ("catalogue.json", "{}"),
        ("datapackage.json", "{}"),
        ("content/en/report.md", "no front matter"),
        ("aggregates.csv", None),
    ],
)
def test_a_damaged_package_is_refused_by_name(name: str, content: str | None, tmp_path: Path) -> None:
    """A missing, foreign or damaged file is refused in words that name it, never with a traceback."""
    package.write(small_package(), tmp_path)
    (tmp_path / name).unlink() if content is None else (tmp_path / name).write_text(content)
    with pytest.raises(PackageDamaged, match=str(tmp_path)):
        package.read(tmp_path)


def test_a_descriptor_names_readers_release_and_synthetic_values() -> None:
    """datapackage.json says whose site it is, which release, and that values are generated."""
    descriptor = json.loads(package.files(small_package(SiteKind.COUNTRY))["datapackage.json"])
    assert descriptor["site"] == "country-ken"
    assert descriptor["readers"] == {"communities": ["secretariat"], "members": ["KEN"]}
    assert (descriptor["release"], descriptor["synthetic"]) == ("preview", True)


def test_rows_of_the_largest_world_are_found_again() -> None:
    """All values of 187 Members, 51 KPIs and five cycles: a line that another site has too is the same row object."""
    lines = [
        [f"c{cycle}", f"kpi-{kpi}", f"M{member}", "", "Q", "N", ""]
        for cycle in range(5)
        for kpi in range(51)
        for member in range(187)
    ]
    decode = reading._rows("values", columns("values", SiteKind.WCO, ("en",), (), False))
    first = [decode(line) for line in lines]
    assert all(decode(line) is row for line, row in zip(lines, first, strict=True))


def test_a_row_is_never_taken_for_another() -> None:
    """Cells may hold whatever stands between them in the key of a known row."""
    decode = reading._rows("values", columns("values", SiteKind.WCO, ("en",), (), False))
    between = reading._BETWEEN
    rows = (["c1", f"a{between}b", "c", "", "Q", "N", ""], ["c1", "a", f"b{between}c", "", "Q", "N", ""])
    assert [(row.kpi, row.member) for row in map(decode, rows)] == [(f"a{between}b", "c"), ("a", f"b{between}c")]
