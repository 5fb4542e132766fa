"""What the sites publish over all submitted values, from their own downloads: each figure once, with its readers."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from operator import itemgetter
from typing import NamedTuple

from pmm_site.audit.files import Damaged, Package, Table, parsed_csv
from pmm_site.audit.rights import Audience, Rights

Group = tuple[str, str]


class PrintedMean(NamedTuple):
    """A mean of a group, or (`other` set) of those in it who also reported in another cycle; strings as printed."""

    cycle: str
    kpi: str
    group: Group
    other: str
    mean: str
    rounding: str


class PrintedBins(NamedTuple):
    """A distribution: its edges as printed, blank for an open end."""

    cycle: str
    kpi: str
    edges: tuple[str, ...]


class PrintedShape(NamedTuple):
    """A class (`performance`), a figure of skewness (`skewness`) or a test over all submitted values.

    told: the class, or `true` or `false` of a test.
    """

    cycle: str
    kpi: str
    what: str
    factor: str
    told: str


class PrintedShares(NamedTuple):
    """Shares of the answers on an instrument."""

    cycle: str
    instrument: str
    aware: str
    in_use: str
    planned: str
    not_planned: str
    rounding: str


Printed = PrintedMean | PrintedBins | PrintedShape | PrintedShares


Cells = tuple[tuple[str, ...], ...]
"""The cells of some columns of a table, row by row."""


class Publication:
    """Every figure that any of the sites publishes, and the sites that do.

    Sites have most figures in common: what is read from a table is looked at once, however many sites have it.
    """

    def __init__(self) -> None:
        self._cells: dict[bytes, Cells] = {}
        self._rows: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._sites: dict[tuple[str, Cells], set[str]] = {}

    def add(self, site: str, package: Package) -> None:
        """Take in the figures of a site; Damaged when its tables cannot be read."""
        for name, kind in TABLES.items():
            try:
                content = package.files.content(f"{package.base}{name}.csv")
            except (OSError, KeyError):
                continue  # there is no such table
            key = name.encode() + hashlib.sha256(content).digest()
            if key not in self._cells:
                cells = _cells(parsed_csv(content, f"{package.base}{name}.csv"), name, kind.columns)
                self._cells[key] = tuple(self._rows.setdefault(row, row) for row in cells)
            self._sites.setdefault((name, self._cells[key]), set()).add(site)

    def readers(self, rights: Rights) -> Mapping[Printed, Audience]:
        """Who can open at least one of the sites of each figure."""
        found: dict[Printed, Audience] = {}
        for (name, cells), sites in self._sites.items():
            audience: Audience = frozenset().union(*(rights.site_readers(site) for site in sites))
            for printed in TABLES[name].printed(cells):
                known = found.get(printed, frozenset())
                found[printed] = known if known >= audience else known | audience
        return found


def digest_of_tables(package: Package) -> str:
    """A hash of all that a `Publication` takes in of a site."""
    found = hashlib.sha256()
    for name in TABLES:
        with contextlib.suppress(OSError, KeyError):
            content = package.files.content(f"{package.base}{name}.csv")
            found.update(f"{name}\0{len(content)}\0".encode() + content)
    return found.hexdigest()


def _cells(table: Table, name: str, columns: str) -> Cells:
    try:
        at = [table.header.index(column) for column in columns.split()]
    except ValueError:
        raise Damaged(f"data/{name}.csv lacks a column") from None
    cells = map(itemgetter(*at), table.rows)
    return tuple(sorted(cells, key=_start) if name == "distribution" else cells)


def _aggregates(cells: Cells) -> Iterator[Printed]:
    for cycle, kpi, grouping, group, mean, rounding in cells:
        if mean:
            yield PrintedMean(cycle, kpi, (grouping, group), "", mean, rounding)


def _changes(cells: Cells) -> Iterator[Printed]:
    for cycle, previous, kpi, grouping, group, mean, before, rounding in cells:
        if mean:
            yield PrintedMean(cycle, kpi, (grouping, group), previous, mean, rounding)
        if before:
            yield PrintedMean(previous, kpi, (grouping, group), cycle, before, rounding)


def _distributions(cells: Cells) -> Iterator[Printed]:
    edges: dict[tuple[str, str], list[str]] = {}
    for cycle, kpi, start, end in cells:
        edges.setdefault((cycle, kpi), [start]).append(end)
    for (cycle, kpi), found in edges.items():
        yield PrintedBins(cycle, kpi, tuple(found))


def _start(row: tuple[str, ...]) -> float:
    """Where a bin begins; blank is an open end."""
    try:
        return float(row[2] or "-inf")
    except ValueError:
        raise Damaged("data/distribution.csv has an edge that is no number") from None


def _summaries(cells: Cells) -> Iterator[Printed]:
    for cycle, kpi, skewness, performance, basis in cells:
        if basis != "visible" and performance:
            yield PrintedShape(cycle, kpi, "performance", "", performance)
        if basis != "visible" and skewness:
            yield PrintedShape(cycle, kpi, "skewness", "", "")


def _tests(cells: Cells) -> Iterator[Printed]:
    for cycle, kpi, test, factor, significant, basis in cells:
        if basis != "visible":
            yield PrintedShape(cycle, kpi, test, factor, significant)


def _instruments(cells: Cells) -> Iterator[Printed]:
    for cycle, instrument, aware, in_use, planned, not_planned, rounding in cells:
        if aware or in_use or planned or not_planned:
            yield PrintedShares(cycle, instrument, aware, in_use, planned, not_planned, rounding)


class _Kind(NamedTuple):
    """The columns of a table that hold figures over all submitted values, and how they are read."""

    columns: str
    printed: Callable[[Cells], Iterator[Printed]]


TABLES = {
    "aggregates": _Kind("cycle kpi grouping group mean rounding", _aggregates),
    "changes": _Kind("cycle previous kpi grouping group mean previous_mean rounding", _changes),
    "distribution": _Kind("cycle kpi bin_from bin_to", _distributions),
    "summary": _Kind("cycle kpi skewness performance basis", _summaries),
    "tests": _Kind("cycle kpi test factor significant basis", _tests),
    "instruments": _Kind("cycle instrument aware in_use planned not_planned rounding", _instruments),
}


def printed_interval(mean: str, rounding: str) -> tuple[Fraction, Fraction] | None:
    """The interval in which a printed mean or share lies before rounding: half a step to each side; None for no number.

    A figure that is no multiple of the step was printed more finely: its last decimal then is the step.
    """
    try:
        printed = Decimal(mean)
        step = Decimal(rounding) if rounding else Decimal(0)
    except InvalidOperation:
        return None
    exponent = printed.as_tuple().exponent
    if not isinstance(exponent, int) or not printed.is_finite() or not step.is_finite():
        return None
    if step <= 0 or Fraction(printed) % Fraction(step):
        step = Decimal(1).scaleb(exponent)
    half = Fraction(step) / 2
    return Fraction(printed) - half, Fraction(printed) + half
