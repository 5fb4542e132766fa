"""The rows of a package's tables: each once, in the order of the catalogue, none missing where all have to stand.

Which rows stand in a table, how often and in which order may depend on the catalogue, on who took part and who
answered, and on what was decided to be told; on values that are not shown it may not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from operator import ge
from typing import Any

from pmm_site.audit.files import Package, Table
from pmm_site.audit.findings import Finding
from pmm_site.audit.structure import Expected

Place = tuple[Any, ...]

_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "values": ("cycle", "kpi", "member"),
    "members": ("cycle", "member"),
    "coverage": ("cycle", "kpi"),
    "summary": ("cycle", "kpi"),
    "aggregates": ("cycle", "kpi", "group"),
    "changes": ("cycle", "kpi", "group", "previous"),
    "distribution": ("cycle", "kpi", "bin_from"),
    "tests": ("cycle", "kpi", "test", "factor"),
    "instruments": ("cycle", "instrument"),
    "answers": ("cycle", "instrument"),
    "visibility": ("cycle", "kpi"),
}
"""What tells the rows of a table apart, in the order in which they stand by it."""
_WHOLE = ("members", "coverage", "summary", "aggregates", "instruments")
"""Tables in which every row has to stand that may; others hold what was decided to be told, or shown values."""


def row_findings(expected: Expected, package: Package) -> Iterator[Finding]:
    """Rows that stand twice, in another order than the catalogue's, or that are missing."""
    places = expected.truth.known.made("places", lambda: _Places(expected))
    for name, columns in _COLUMNS.items():
        table = package.table(name)
        if table is None:
            continue
        found = places.of(table, columns)
        if any(map(ge, found, found[1:])):
            yield expected.finding(f"data/{name}.csv", "", "rows that stand twice, or in another order")
        if name in _WHOLE:
            for place in sorted(set(_all_places(expected, places, name)) - set(found)):
                yield expected.finding(f"data/{name}.csv", places.key(columns, place), "a row that is missing")
        elif name == "values" and expected.site != "public" and len(found) < len(expected.value_rows):
            yield expected.finding(f"data/{name}.csv", "", "rows that are missing")


class _Places:
    """The place of everything that rows are about, in the order of the project."""

    def __init__(self, expected: Expected) -> None:
        catalogue, settings = expected.dataset.catalogue, expected.dataset.settings
        ids = {grouping.id: [group.id for group in grouping.groups] for grouping in catalogue.groupings}
        self.groups = [("all", "all"), *((grouping, group) for grouping in ids for group in ids[grouping])]
        for one, other in settings.disclosure.crossings:
            both = product(ids.get(one, ()), ids.get(other, ()))
            self.groups += ((f"{one}:{other}", f"{first}:{second}") for first, second in both)
        self.groups += (("union", union) for union in expected.dataset.unions)
        self.orders: Mapping[str, Mapping[Any, int]] = {
            "cycle": _numbered(expected.truth.cycles),
            "kpi": _numbered(kpi.id for kpi in catalogue.kpis),
            "group": _numbered(self.groups),
            "member": _numbered(sorted(expected.dataset.members)),
            "instrument": _numbered(each.id for each in catalogue.instruments),
        }

    def of(self, table: Table, columns: tuple[str, ...]) -> list[Place]:
        """The places of the rows; of what the project does not have it is the last."""
        return list(zip(*(self._column(table, column) for column in columns), strict=True))

    def _column(self, table: Table, column: str) -> list[Any]:
        at = table.header.index(column)
        if column == "bin_from":
            return [float(row[at] or "-inf") for row in table.rows]
        order = self.orders.get(column)
        if order is None:
            return [row[at] for row in table.rows]
        last = len(order)
        if column == "group":
            beside = table.header.index("grouping")
            return [order.get((row[beside], row[at]), last) for row in table.rows]
        return [order.get(row[at], last) for row in table.rows]

    def key(self, columns: tuple[str, ...], place: Place) -> str:
        """How findings name a place."""
        names = (list(self.orders[column])[at] for column, at in zip(columns, place, strict=True))
        return "/".join(name if isinstance(name, str) else ":".join(name) for name in names)


def _numbered(things: Iterable[Any]) -> dict[Any, int]:
    return {thing: number for number, thing in enumerate(things)}


def _all_places(expected: Expected, places: _Places, table: str) -> Iterator[Place]:
    """The places of all rows that a table has to have on a site."""
    cycles, kpis = places.orders["cycle"], places.orders["kpi"]
    if table in ("members", "instruments"):
        yield from product(cycles.values(), places.orders[table.removesuffix("s")].values())
        return
    own_unions = expected.rights.unions_of_site(expected.site)
    for cycle, kpi in expected.truth.statuses:
        admitted = expected.admitted.get(kpi, "")
        if table != "aggregates":
            if admitted == "all":
                yield cycles[cycle], kpis[kpi]
            continue
        for number, (grouping, group) in enumerate(places.groups):
            if (grouping == "union" and group in own_unions and admitted in ("all", "union")) or (
                grouping != "union" and admitted == "all"
            ):
                yield cycles[cycle], kpis[kpi], number
