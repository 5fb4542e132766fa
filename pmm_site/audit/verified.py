"""Tables whose every cell was held against the data: they need not be read again wherever a site holds them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from operator import itemgetter
from typing import NamedTuple

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


class Left(NamedTuple):
    """What of a table is to be read, and the digest by which `Verified.tables` knows it if it does."""

    content: bytes
    digest: bytes


@dataclass(frozen=True)
class Verified:
    """What of a site's tables is known to be as it may be, as words: the same for a CSV file and a sheet of it.

    tables: digests of whole tables, by their bytes and by their words; places: where each line without a note stands
    in the table of values.
    """

    tables: frozenset[bytes] = frozenset()
    places: Mapping[bytes, int] = field(default_factory=dict)
    _left: dict[bytes, Left] = field(default_factory=dict, compare=False, repr=False)

    def left(self, content: bytes) -> Left:
        """What of a table is to be read: nothing of one that is known, else its lines that are not known.

        Those that are known have to stand in their order, since an order says something too; else all of it is read.
        """
        same = digest(content)
        if same in self.tables:  # a copy to the last byte: most are, and their words need not be looked at
            return Left(b"", same)
        found = self._left.get(same)
        if found is None:
            words = _words(content)
            whole = digest(b"\n".join(words))
            unknown = b"" if whole in self.tables else self._unknown(content, words) if self.places else content
            found = self._left[same] = Left(unknown, whole)
        return found

    def _unknown(self, content: bytes, words: list[bytes]) -> bytes:
        places = list(map(self.places.get, words))
        known = [place for place in places if place is not None]
        if any(one >= two for one, two in pairwise(known)):
            return content
        return b"\n".join(line for line, place in zip(content.split(b"\n"), places, strict=True) if place is None)


NOTHING = Verified()


def verified(package: Package) -> Verified:
    """What may be left unread of a site with a package in whose tables nothing is wrong."""
    tables: set[bytes] = set()
    places: dict[bytes, int] = {}
    for name in package.names:
        table = _held(package, name)
        if table is None:
            continue
        if "note" not in table.header:
            content = package.files.content(package.base + name)
            tables |= {digest(content), digest(b"\n".join(_words(content)))}
        else:
            places = dict(_without_note(table))
    return Verified(frozenset(tables), places)


def _held(package: Package, name: str) -> Table | None:
    """A table that was held against the data and is in an order that says nothing.

    Of tables with notes the one of all values, whose parts those by KPI are.
    """
    kind = "values" if name.startswith("kpi/") else name.removesuffix(".csv")
    header = package.header(name.removesuffix(".csv")) if name.endswith(".csv") else ()
    if not header or not set(header) <= _COLUMNS.get(kind, frozenset()) or ("note" in header and name != "values.csv"):
        return None
    table = package.table(name.removesuffix(".csv"))
    return table if table is not None and _is_in_order(table) else None


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


def digest(content: bytes) -> bytes:
    """What stands for bytes in memory."""
    return hashlib.sha256(content).digest()


def _words(content: bytes) -> list[bytes]:
    """The words of each line of a table: the same for a CSV file and a sheet with the same words in the same rows."""
    return [b" ".join(line.split()) for line in content.translate(_CELL_ENDS).split(b"\n")]
