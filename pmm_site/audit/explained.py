"""What explains a number on a site: values that it shows, figures that its tables publish, the catalogue's numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache

from pmm_site.audit.evidence import Record
from pmm_site.audit.files import Damaged, Package
from pmm_site.audit.structure import Expected
from pmm_site.audit.truth import ALL, Group
from pmm_site.audit.writings import ANYWHERE, IN_CONTEXT, digits_of, numerals, roundings, significant

_OF_GROUPS = ("aggregates", "changes")
_OF_KPIS = ("summary", "distribution", "coverage")
_OF_AREAS, _OF_AREA = "capacity", ("grouping", "group", "response_rate")
_RATE = 3
"""Digits of a response rate at most: a longer number explains nothing."""
_KEYS = frozenset({
    "cycle", "previous", "kpi", "grouping", "group", "obs_status", "conf_status", "performance", "basis",
})  # fmt: skip


class Explained:
    """The numbers that one site may print; asked only where a number looks like a secret."""

    def __init__(self, expected: Expected, package: Package) -> None:
        self.expected, self.package = expected, package
        self._by_group: dict[str, dict[Group, frozenset[str]]] = {}

    def beside(self, record: Record, digits: str) -> bool:
        """Whether digits in a record are those of something that the site shows about the same KPI."""
        if digits in self._general:
            return True
        for kpi in record.kpis:
            if any(digits in self._shown.get((member, kpi), ()) for member in record.members):
                return True
            figures = self._figures(kpi)
            groups = self._groups(record)
            if any(digits in said for group, said in figures.items() if groups is None or group in groups):
                return True
        return False

    def is_value(self, members: frozenset[str], kpi: str, digits: str) -> bool:
        """Whether these are all digits of a value of one of the Members that the site shows, of whichever cycle."""
        return any(digits in self._digits_shown.get((member, kpi), ()) for member in members)

    def is_count(self, digits: str) -> bool:
        """Whether these are the digits of how many values the site shows, of a cycle or of all; no Member has them."""
        return digits in self._counts

    @cached_property
    def _counts(self) -> frozenset[str]:
        shown = self.expected.shown
        by_cycle = Counter(cycle for cycle, _, _ in shown)
        return frozenset(digits_of(str(count)) for count in (len(shown), *by_cycle.values()))

    def _groups(self, record: Record) -> frozenset[Group] | None:
        """The groups whose figures may stand in a record about one Member; None for all."""
        if len(record.members) != 1:
            return None
        (member,) = record.members
        found = {ALL, ("", "")} | record.groups
        for groups in self.expected.truth.groups.values():
            found |= {group for group, members in groups.items() if member in members}
        return frozenset(found)

    def anywhere(self, digits: str) -> bool:
        """Whether long digits are those of a figure that the site publishes."""
        return digits in self._long

    def published(self, cycle: str, kpi: str, group: Group) -> int:
        """Number of digits of a published mean; 0 where there is none."""
        return self._published.get((cycle, kpi, group), 0)

    @cached_property
    def _published(self) -> Mapping[tuple[str, str, Group], int]:
        return {
            (row["cycle"], row["kpi"], (row["grouping"], row["group"])): len(digits_of(row["mean"]))
            for row in self._rows["aggregates"]
            if row["mean"]
        }

    @cached_property
    def _shown(self) -> Mapping[tuple[str, str], set[str]]:
        """The writings of shown values of each Member and KPI, of all cycles."""
        found: dict[tuple[str, str], set[str]] = {}
        for secret in self.expected.shown.values():
            found.setdefault((secret.member, secret.kpi), set()).update(_writings(secret.written))
        return found

    @cached_property
    def _digits_shown(self) -> Mapping[tuple[str, str], set[str]]:
        found: dict[tuple[str, str], set[str]] = {}
        for secret in self.expected.shown.values():
            found.setdefault((secret.member, secret.kpi), set()).add(digits_of(secret.written))
        return found

    @cached_property
    def _rows(self) -> Mapping[str, list[dict[str, str]]]:
        return {
            **{name: self._read(name, "cycle", "kpi", "grouping", "group", "mean") for name in _OF_GROUPS},
            **{name: self._read(name, "kpi") for name in _OF_KPIS},
        }

    def _read(self, name: str, *columns: str) -> list[dict[str, str]]:
        """The rows of a table; a table that is damaged, or lacks one of the columns, explains nothing."""
        try:
            table = self.package.table(name)
        except Damaged:
            return []
        return list(table.records()) if table is not None and set(columns) <= set(table.header) else []

    @cached_property
    def _rows_by_kpi(self) -> Mapping[str, list[dict[str, str]]]:
        found: dict[str, list[dict[str, str]]] = {}
        for rows in self._rows.values():
            for row in rows:
                found.setdefault(row["kpi"], []).append(row)
        for row in self._read(_OF_AREAS, "area", *_OF_AREA):  # an area may be called as a KPI is
            if len(digits_of(row["response_rate"])) <= _RATE:
                found.setdefault(row["area"], []).append({column: row[column] for column in _OF_AREA})
        return found

    def _figures(self, kpi: str) -> dict[Group, frozenset[str]]:
        """The writings of the KPI's published figures by group; the group ("", "") holds those of no group."""
        if kpi not in self._by_group:
            found: dict[Group, set[str]] = {("", ""): set(self._catalogue(kpi))}
            for row in self._rows_by_kpi.get(kpi, ()):
                said = found.setdefault((row.get("grouping", ""), row.get("group", "")), set())
                for column, text in row.items():
                    if text and column not in _KEYS:
                        said |= _writings(text)
            self._by_group[kpi] = {group: frozenset(said) for group, said in found.items()}
        return self._by_group[kpi]

    def _catalogue(self, kpi: str) -> Iterator[str]:
        """Numbers in a KPI's definition: bounds, bins, steps, digits in its texts."""
        found = self.expected.dataset.catalogue.kpi_by_id.get(kpi)
        if found is None:
            return
        plain = (found.bounds.lower, found.bounds.upper, *(found.bins or ()), *(found.roundings or ()))
        for number in plain:
            if number is not None:
                yield digits_of(str(number))
        for text in (found.name, found.definition, found.formula):
            for words in (text or {}).values():
                yield from numerals(words)

    @cached_property
    def _general(self) -> frozenset[str]:
        """Years and numbers of Members, which stand beside everything."""
        found = set()
        for data in self.expected.truth.cycles.values():
            found |= {str(data.cycle.reference_year), str(data.cycle.nominated), str(len(data.participants))}
            found |= set(numerals(data.cycle.id))
            for text in data.cycle.name.values():
                found |= set(numerals(text))
        return frozenset(digits_of(each) for each in found if each.isdigit())

    @cached_property
    def _long(self) -> frozenset[str]:
        """Digits of published figures with so many digits that they are searched for everywhere."""
        printed = (text for rows in self._rows.values() for row in rows for text in row.values())
        said = (digits_of(text) for text in printed if len(text) >= ANYWHERE)
        return frozenset(each for each in said if len(each) >= ANYWHERE)


@lru_cache(maxsize=1 << 16)
def _writings(text: str) -> frozenset[str]:
    """The digits that a reader may take from a printed number: its roundings, and what stands before its mark."""
    whole = significant(text.partition(".")[0].lstrip("-"))
    return roundings(digits_of(text)) | ({whole} if len(whole) >= IN_CONTEXT else frozenset())
