"""Tables whose every cell was held against the data: they need not be read again wherever a site holds them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from operator import itemgetter

from pmm_site.audit.files import Package, Table

_COLUMNS = {
    "values": frozenset({"cycle", "kpi", "member", "value", "obs_status", "conf_status", "disclosure", "note"}),
    "aggregates": frozenset({
        "cycle", "kpi", "grouping", "group", "contributors", "mean", "rounding", "obs_status", "conf_status",
        "visible_contributors", "visible_mean",
    }),
    "changes": frozenset({
        "cycle", "previous", "kpi", "grouping", "group", "contributors", "mean", "previous_mean", "rounding",
        "obs_status", "conf_status",
    }),
    "coverage": frozenset({"cycle", "kpi", "participants", "reported", "not_applicable", "not_available"}),
}  # fmt: skip
"""Columns that the tables of a package may have and that are held against the data cell by cell, but for notes."""

_CELL_ENDS = bytes.maketrans(b",\t\r", b"   ")


@dataclass(frozen=True)
class Verified:
    """What of a site's tables is known to be as it may be, as words: the same for a CSV file and a sheet of it.

    tables: digests of whole tables; places: where each line without a note stands in the table of values.
    """

    tables: frozenset[bytes] = frozenset()
    places: Mapping[bytes, int] = field(default_factory=dict)
    _left: dict[bytes, bytes] = field(default_factory=dict, compare=False, repr=False)

    def left(self, content: bytes, digest: bytes) -> bytes:
        """What of a table with a digest is to be read: nothing of one that is known, else its lines that are not known.

        Those that are known have to stand in their order, for an order tells as well; else all is to be read.
        """
        if digest in self.tables:
            return b""
        if not self.places:
            return content
        if digest not in self._left:
            self._left[digest] = self._unknown(content)
        return self._left[digest]

    def _unknown(self, content: bytes) -> bytes:
        lines = content.split(b"\n")
        places = [self.places.get(_words(line)) for line in lines]
        known = [place for place in places if place is not None]
        if any(one >= two for one, two in pairwise(known)):
            return content
        return b"\n".join(line for line, place in zip(lines, places, strict=True) if place is None)


NOTHING = Verified()


def verified(package: Package) -> Verified:
    """What may be left unread of a site with a package in whose tables nothing is wrong."""
    tables: set[bytes] = set()
    places: dict[bytes, int] = {}
    for name, table in _held(package):
        if "note" not in table.header:
            tables.add(table_digest(package.files.content(package.base + name)))
        elif name == "values.csv":  # the tables by KPI are parts of it
            places = dict(_without_note(table))
    return Verified(frozenset(tables), places)


def _held(package: Package) -> Iterator[tuple[str, Table]]:
    """The tables that were held against the data, in an order that says nothing, with the paths of their files."""
    for name in package.names:
        table = package.table(name.removesuffix(".csv")) if name.endswith(".csv") else None
        kind = "values" if name.startswith("kpi/") else name.removesuffix(".csv")
        if table is not None and set(table.header) <= _COLUMNS.get(kind, frozenset()) and _is_in_order(table):
            yield name, table


def _without_note(table: Table) -> Iterator[tuple[bytes, int]]:
    note = table.header.index("note")
    for place, row in enumerate(table.rows):
        if not row[note]:
            yield " ".join(filter(None, row)).encode(), place


def _is_in_order(table: Table) -> bool:
    """Whether rows about Members stand by their codes within each cycle and KPI, wherever these rows are."""
    if "member" not in table.header:
        return True
    last: dict[tuple[str, str], str] = {}
    for cycle, kpi, member in map(itemgetter(*map(table.header.index, ("cycle", "kpi", "member"))), table.rows):
        if member <= last.get((cycle, kpi), ""):
            return False
        last[cycle, kpi] = member
    return True


def table_digest(content: bytes) -> bytes:
    """What stands for a table in memory: the same for a CSV file and a sheet with the same words in the same rows."""
    words = content.translate(_CELL_ENDS).replace(b"\n", b" \n ").split(b" ")
    return hashlib.sha256(b" ".join(filter(None, words))).digest()


def _words(line: bytes) -> bytes:
    return b" ".join(line.translate(_CELL_ENDS).split())
