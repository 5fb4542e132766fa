"""Tables that were held against the data are not read again, and nothing can hide behind them."""

from __future__ import annotations

from pathlib import Path

import pytest

from pmm_site.audit.files import Folder, Package, Table
from pmm_site.audit.sites import SiteAuditor
from pmm_site.audit.verified import Verified, _is_in_order, verified
from tests.audit.worlds import NOTE, VALUES, put

SITE = "country-ken"
COPY = "downloads/copy.csv"


@pytest.fixture
def known(sites: Path) -> Verified:
    """What is known of the tables of Kenya's site, which have a column of notes."""
    return verified(Package(Folder(sites / SITE)))


@pytest.fixture
def values(sites: Path) -> str:
    """Its table of values."""
    return (sites / SITE / "data" / "values.csv").read_text("utf-8")


def left(known: Verified, content: str) -> list[str]:
    """The lines of a table that are to be read."""
    return known.left(content.encode()).content.decode().splitlines()


def keys(auditor: SiteAuditor, sites: Path) -> list[str]:
    """What is found on Kenya's site."""
    return [each.key for each in auditor.audit_folder(sites / SITE, SITE).findings]


def test_of_a_table_with_notes_the_noted_rows_are_left(known: Verified, values: str) -> None:
    """The header and the rows with a note, whoever holds a copy: a CSV file, or a sheet with tabs between its cells."""
    header, *rows = values.splitlines()
    noted = [row for row in rows if NOTE in row]
    assert noted
    assert left(known, values) == [header, *noted]
    sheet = left(Verified(known.tables, known.places), values.replace(",", " \t"))
    assert sheet == [each.replace(",", " \t") for each in (header, *noted)]


def test_of_a_table_without_notes_nothing_is_left(known: Verified, sites: Path) -> None:
    """Figures that were held cell by cell are known as a whole, and with a byte more they are not."""
    content = (sites / SITE / "data" / "aggregates.csv").read_text("utf-8")
    assert left(known, content) == []
    assert left(known, content + "x\n") == [*content.splitlines(), "x"]


def test_a_value_in_a_copy_of_the_table_is_found(values: str, auditor: SiteAuditor, sites: Path) -> None:
    """One blank cell filled with Uganda's hidden value: that line is none of those that are known."""
    blank = next(line for line in values.splitlines() if ",declarations-on-time,UGA," in line)
    assert str(VALUES["UGA"]) not in blank
    filled = values.replace(blank, blank.replace(",UGA,,", f",UGA,{VALUES['UGA']},"))
    assert filled != values
    put(sites / SITE, COPY, values)
    assert keys(auditor, sites) == []
    put(sites / SITE, COPY, filled)
    assert keys(auditor, sites) == ["c2024/declarations-on-time/UGA"]


def test_lines_out_of_their_order_are_all_left(known: Verified, values: str) -> None:
    """Each line alone is as it may be; an order by hidden values tells, and so does a line that stands twice."""
    header, *rows = values.splitlines()
    by_value = sorted(
        (row for row in rows if ",declarations-on-time," in row), key=lambda row: VALUES[row.split(",")[2]]
    )
    for lines in ([header, *by_value], [header, rows[0], rows[0]]):
        assert left(known, "\n".join(lines)) == lines


def test_nothing_is_known_of_tables_with_findings(values: str, auditor: SiteAuditor, sites: Path) -> None:
    """With a hidden value in the package itself every copy of it is accused as well."""
    blank = next(line for line in values.splitlines() if ",declarations-on-time,UGA," in line)
    filled = values.replace(blank, blank.replace(",UGA,,", f",UGA,{VALUES['UGA']},"))
    for path in ("data/values.csv", COPY):
        put(sites / SITE, path, filled)
    places = {each.place for each in auditor.audit_folder(sites / SITE, SITE).findings if each.check == "scan"}
    assert {"data/values.csv", COPY} <= places


def test_a_table_out_of_order_over_several_cycles_is_not_known() -> None:
    """Members in the order of their values, each with its rows of two cycles: no two rows of a cycle stand together."""
    rows = tuple((cycle, "k", member, "1") for member in ("CZE", "AUT", "FRA") for cycle in ("c1", "c2"))
    header = ("cycle", "kpi", "member", "value")
    assert not _is_in_order(Table(header, rows))
    assert _is_in_order(Table(header, tuple(sorted(rows))))
