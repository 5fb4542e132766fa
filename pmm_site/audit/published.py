"""What the sites publish over all submitted values, from their own downloads: each figure once, with its readers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import NamedTuple

from pmm_site.audit.files import Damaged, Package, Table
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
    """A class (`performance`), a figure of skewness (`skewness`) or a test over all submitted values."""

    cycle: str
    kpi: str
    what: str
    factor: str


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


@dataclass
class Publication:
    """Every figure that any of the sites publishes, and the sites that do."""

    figures: dict[Printed, set[str]] = field(default_factory=dict)

    def add(self, site: str, package: Package) -> None:
        """Take in the figures of a site; Damaged when its tables cannot be read."""
        for printed in _printed(package):
            self.figures.setdefault(printed, set()).add(site)

    def merge(self, site: str, figures: frozenset[Printed]) -> None:
        """Take in figures that were read elsewhere."""
        for printed in figures:
            self.figures.setdefault(printed, set()).add(site)

    def readers(self, rights: Rights) -> Mapping[Printed, Audience]:
        """Who can open at least one of the sites of each figure."""
        known: dict[frozenset[str], Audience] = {}
        found = {}
        for printed, sites in self.figures.items():
            key = frozenset(sites)
            if key not in known:
                known[key] = frozenset().union(*(rights.site_readers(site) for site in key))
            found[printed] = known[key]
        return found


def _printed(package: Package) -> Iterator[Printed]:
    for row in _rows(package, "aggregates", "cycle kpi grouping group mean rounding"):
        cycle, kpi, grouping, group, mean, rounding = row
        if mean:
            yield PrintedMean(cycle, kpi, (grouping, group), "", mean, rounding)
    columns = "cycle previous kpi grouping group mean previous_mean rounding"
    for cycle, previous, kpi, grouping, group, mean, before, rounding in _rows(package, "changes", columns):
        if mean:
            yield PrintedMean(cycle, kpi, (grouping, group), previous, mean, rounding)
        if before:
            yield PrintedMean(previous, kpi, (grouping, group), cycle, before, rounding)
    edges: dict[tuple[str, str], list[str]] = {}
    for cycle, kpi, start, end in _rows(package, "distribution", "cycle kpi bin_from bin_to"):
        edges.setdefault((cycle, kpi), [start]).append(end)
    for (cycle, kpi), found in edges.items():
        yield PrintedBins(cycle, kpi, tuple(found))
    for cycle, kpi, skewness, performance, basis in _rows(package, "summary", "cycle kpi skewness performance basis"):
        if basis != "visible" and performance:
            yield PrintedShape(cycle, kpi, "performance", "")
        if basis != "visible" and skewness:
            yield PrintedShape(cycle, kpi, "skewness", "")
    for cycle, kpi, test, factor, basis in _rows(package, "tests", "cycle kpi test factor basis"):
        if basis != "visible":
            yield PrintedShape(cycle, kpi, test, factor)
    columns = "cycle instrument aware in_use planned not_planned rounding"
    for row in _rows(package, "instruments", columns):
        if any(row[2:6]):
            yield PrintedShares(*row)


def _rows(package: Package, name: str, columns: str) -> Iterator[tuple[str, ...]]:
    """The cells of some columns, row by row; nothing when there is no such table."""
    table: Table | None = package.table(name)
    if table is None:
        return
    try:
        at = [table.header.index(column) for column in columns.split()]
    except ValueError:
        raise Damaged(f"data/{name}.csv lacks a column") from None
    for row in table.rows:
        yield tuple(row[position] for position in at)


def told(mean: str, rounding: str) -> tuple[Fraction, Fraction] | None:
    """What a printed mean tells of the mean: half a step to each side; None when it is no number.

    Where the figure is no multiple of the step it is printed more finely, and its decimals tell more.
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
