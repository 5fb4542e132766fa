"""What a piece of evidence may give away, on whichever site it stands: values, means, least and greatest values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from pmm_site.audit.evidence import Evidence, Picture, Record
from pmm_site.audit.orders import Orders
from pmm_site.audit.rights import Rights
from pmm_site.audit.truth import ALL, Group, Truth, mean
from pmm_site.audit.writings import ANYWHERE, IN_CONTEXT, digits_of, roundings
from pmm_site.recent import Recent

_MANY, _FEW = 400, 2
"""A record that names many Members and many KPIs is searched for numbers of five digits and more only."""
_RECORDS = 50_000
"""Records that are remembered at least, with what they may give away."""
LONG = 5
FINE = 4
"""Digits from which on a mean is recognised without the name of its group."""

Hit = tuple[int, str]
"""A secret by its number, and the digits that gave it away."""
MeanHit = tuple[str, str, Group, str]
"""Cycle, KPI, group and digits."""


class Charge(NamedTuple):
    """Evidence and what it may give away, before any site is asked: secrets by their numbers, and means."""

    evidence: Evidence
    secrets: tuple[int, ...] = ()
    means: tuple[tuple[Record, MeanHit], ...] = ()


@dataclass(repr=False)
class Charges:
    """The secrets and means of one dataset, and what of them records, pictures and orders of Members may give away."""

    rights: Rights
    truth: Truth

    def __post_init__(self) -> None:
        self.orders = Orders(self.rights.dataset)
        self.by_pair: dict[tuple[str, str], list[tuple[int, frozenset[str]]]] = {}
        self.by_digits: dict[str, list[int]] = {}
        for number, secret in enumerate(self.rights.secrets):
            written = digits_of(secret.written)
            if len(written) >= IN_CONTEXT:
                self.by_pair.setdefault((secret.member, secret.kpi), []).append((number, roundings(written)))
                for digits in roundings(written):
                    self.by_digits.setdefault(digits, []).append(number)
        self._ends: dict[str, Mapping[str, None]] = {}
        self._hits: Recent[Record, tuple[tuple[Hit, ...], tuple[MeanHit, ...]]] = Recent(_RECORDS)

    @cached_property
    def means(self) -> Mapping[tuple[str, str], Mapping[Group, str]]:
        """The digits of every mean, by (cycle, KPI) and group."""
        return {key: self._mean_digits(key) for key in self.truth.values}

    def _mean_digits(self, key: tuple[str, str]) -> dict[Group, str]:
        """The digits of the mean of each group that has contributors, to twelve places."""
        found = {}
        for group, members in self.truth.groups.get(key[0], {}).items():
            average = mean(value for member, value in self.truth.values[key].items() if member in members)
            if average is not None:
                found[group] = digits_of(f"{float(average):.11e}")
        return found

    @cached_property
    def mean_writings(self) -> Mapping[str, list[tuple[str, str, Group]]]:
        """Means by long runs of their digits."""
        found: dict[str, list[tuple[str, str, Group]]] = {}
        for (cycle, kpi), means in self.means.items():
            for group, written in means.items():
                for digits in roundings(written):
                    if len(digits) >= ANYWHERE:
                        found.setdefault(digits, []).append((cycle, kpi, group))
        return found

    def of(self, evidence: Evidence) -> tuple[Charge, ...]:
        """The charge of what in the evidence may matter to any site; none of nothing."""
        if evidence.pictures or evidence.sequences:
            evidence = evidence._replace(
                pictures=tuple(each for each in evidence.pictures if self._is_framed(each)),
                sequences=tuple(each for each in evidence.sequences if not self.orders.is_usual(each.members)),
            )
        return (self.charge(evidence),) if evidence else ()

    def charge(self, evidence: Evidence) -> Charge:
        """The evidence with the secrets and the means that its records may give away."""
        values: set[int] = set()
        means: list[tuple[Record, MeanHit]] = []
        for record in evidence.records:
            secrets, found = self.hits(record)
            values.update(number for number, _ in secrets)
            means += [(record, each) for each in found]
        return Charge(evidence, tuple(sorted(values)), tuple(means))

    def _is_framed(self, picture: Picture) -> bool:
        """Whether the numbers of a picture hold a least or greatest value."""
        return any(not self.ends(kpi).keys().isdisjoint(picture.numerals) for kpi in picture.kpis)

    def ends(self, kpi: str) -> Mapping[str, None]:
        """The digits of the least and greatest values of a KPI."""
        known = self._ends.get(kpi)
        if known is None:
            numbers = (number for ends in self.orders.ends(kpi, self.rights.secrets) for number in ends)
            known = self._ends[kpi] = dict.fromkeys(digits_of(self.rights.secrets[each].written) for each in numbers)
        return known

    def hits(self, record: Record) -> tuple[tuple[Hit, ...], tuple[MeanHit, ...]]:
        """The secrets and the means that a record may give away, before any site is asked."""
        known = self._hits.get(record)
        if known is None:
            known = self._hits[record] = tuple(self._values_in(record)), tuple(self._means_in(record))
        return known

    def _values_in(self, record: Record) -> Iterator[Hit]:
        members, kpis, numerals = record.members, record.kpis, frozenset(record.numerals)
        if len(members) * len(kpis) <= _MANY and min(len(members), len(kpis)) <= _FEW:
            for member in members:
                for kpi in kpis:
                    for number, writings in self.by_pair.get((member, kpi), ()):
                        for digits in writings & numerals:
                            yield number, digits
            return
        for digits in numerals:
            for number in self.by_digits.get(digits, ()) if len(digits) >= LONG else ():
                secret = self.rights.secrets[number]
                if secret.member in members and secret.kpi in kpis:
                    yield number, digits

    def _means_in(self, record: Record) -> Iterator[MeanHit]:
        if record.members or len(record.kpis) * max(len(record.groups), 1) > _MANY:
            return
        numerals = frozenset(record.numerals)
        for kpi in record.kpis:
            for cycle in self.truth.cycles:
                means = self.means.get((cycle, kpi), {})
                for group in record.groups or (ALL,):
                    for digits in roundings(means[group]) & numerals if group in means else ():
                        if record.groups or len(digits) >= FINE:
                            yield cycle, kpi, group, digits
