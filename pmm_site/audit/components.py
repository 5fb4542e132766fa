"""From a dataset, what is published and what was published before, to the components that an attack works on."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from pmm_site.audit.kinds import kinds_of_readers
from pmm_site.audit.protection import protection, quantile
from pmm_site.audit.published import (
    Printed,
    PrintedBins,
    PrintedMean,
    PrintedShape,
    PrintedShares,
    printed_interval,
)
from pmm_site.audit.releases import Earlier
from pmm_site.audit.resampling import side
from pmm_site.audit.rights import BASIC_USERS, OUTSIDERS, Audience, Rights, Secret
from pmm_site.audit.truth import Truth
from pmm_site.audit.whole import whole_edges, whole_sums
from pmm_site.audit.worlds import Bins, Class, Component, Fact, Unknown
from pmm_site.model import Dataset, Unit

_LEANING = frozenset({"well", "low", "inconclusive"})
_FEWEST_OF_CLASS = 3
"""Fewer values lean to no side."""

Key = tuple[str, str]
VariableKey = tuple[str, str, str, Fraction]
"""Cycle, KPI, Member and the value: a corrected value is another unknown."""
SumKey = tuple[str, tuple[VariableKey, ...], Fraction, Fraction]
"""The name of a published sum, what it is over, and the interval it lies in."""


@dataclass
class KpiFigures:
    """The values and the published figures of a KPI in a cycle, with their readers, as keys rather than numbers."""

    values: dict[VariableKey, Audience] = field(default_factory=dict)
    current: set[VariableKey] = field(default_factory=set)
    sums: dict[SumKey, Audience] = field(default_factory=dict)
    earlier: set[SumKey] = field(default_factory=set)
    bins: dict[tuple[tuple[VariableKey, ...], tuple[float, ...], str], Audience] = field(default_factory=dict)
    classes: dict[tuple[VariableKey, ...], Audience] = field(default_factory=dict)
    earlier_classes: set[tuple[VariableKey, ...]] = field(default_factory=set)


@dataclass(frozen=True, repr=False)
class Components:
    """Builds every component of a dataset."""

    rights: Rights
    truth: Truth
    printed: Mapping[Printed, Audience]
    earlier: Sequence[Earlier] = ()

    @property
    def dataset(self) -> Dataset:
        """The confidential data."""
        return self.rights.dataset

    def all(self) -> Iterator[Component]:
        """Every component that has any figure, in the order of cycles and catalogue."""
        by_key: defaultdict[Key, KpiFigures] = defaultdict(KpiFigures)
        self._values(by_key)
        self._figures(by_key)
        self._before(by_key)
        for keys in self._tied(by_key):
            component = self._component(keys, by_key)
            if component is not None:
                yield component

    # --- gathering ---------------------------------------------------------------------------------

    def _values(self, by_key: defaultdict[Key, KpiFigures]) -> None:
        for secret in self.rights.secrets:
            if not secret.published:
                continue
            value = self.truth.values[secret.cycle, secret.kpi][secret.member]
            key = (secret.cycle, secret.kpi, secret.member, value)
            figures = by_key[secret.cycle, secret.kpi]
            figures.values[key] = with_own(secret)
            figures.current.add(key)

    def _keys(self, cycle: str, kpi: str, members: Iterable[str]) -> tuple[VariableKey, ...]:
        values = self.truth.values.get((cycle, kpi), {})
        return tuple((cycle, kpi, member, values[member]) for member in sorted(members) if member in values)

    def _figures(self, by_key: defaultdict[Key, KpiFigures]) -> None:
        for printed, readers in self.printed.items():
            if isinstance(printed, PrintedShares) or (isinstance(printed, PrintedShape) and not _is_class(printed)):
                continue
            figures = by_key[printed.cycle, printed.kpi]
            if not isinstance(printed, PrintedMean):
                reported = self.truth.values.get((printed.cycle, printed.kpi), ())
                members = self._keys(printed.cycle, printed.kpi, reported)
                if isinstance(printed, PrintedBins):
                    _add(figures.bins, (members, _edges(printed.edges), "figure"), readers)
                elif len(members) >= _FEWEST_OF_CLASS:
                    _add(figures.classes, members, readers)
                continue
            members = self._keys(printed.cycle, printed.kpi, self._contributors(printed))
            total = self._sum(members, printed.mean, printed.rounding, alone=not printed.other)
            if total is not None:
                name = ":".join(printed.group) + (f" with {printed.other}" if printed.other else "")
                _add(figures.sums, (name, members, *total), readers)

    def _contributors(self, printed: PrintedMean) -> frozenset[str]:
        members = self.truth.group(printed.cycle, printed.group)
        if printed.other:
            members &= self.truth.group(printed.other, printed.group)
            members &= frozenset(self.truth.values.get((printed.other, printed.kpi), ()))
        return members

    def _sum(
        self, members: tuple[VariableKey, ...], mean: str, rounding: str, alone: bool
    ) -> tuple[Fraction, Fraction] | None:
        """The interval of the sum of a printed mean; None where the mean has no contributors or is no number."""
        means = self._interval_of_mean(members[0][1], mean, rounding, alone) if members else None
        if means is None:
            return None
        if all(map(self._is_whole, members)):
            return whole_sums(len(members), printed_interval(mean, rounding) or means, means)
        return means[0] * len(members), means[1] * len(members)

    def _is_whole(self, key: VariableKey) -> bool:
        """Whether readers take a value for a whole number: every count of its KPI and cycle is one, and so is it."""
        kpi = self.dataset.catalogue.kpi_by_id.get(key[1])
        is_count = kpi is not None and kpi.unit is Unit.COUNT
        return is_count and key[3].denominator == 1 and key[:2] not in self._with_fractions

    @cached_property
    def _with_fractions(self) -> frozenset[Key]:
        """KPIs and cycles of which some value is no whole number."""
        values = self.truth.values.items()
        return frozenset(key for key, each in values if any(value.denominator > 1 for value in each.values()))

    def _interval_of_mean(self, kpi: str, mean: str, rounding: str, alone: bool) -> tuple[Fraction, Fraction] | None:
        """The interval of a mean by its printed digits, and by its step where steps follow the mean's power of ten.

        Steps are those of one to three significant digits, so the mean lies between once and a thousand times its
        own step. One that is not `alone` shares the coarser step of two means: its own may be finer.
        """
        found = printed_interval(mean, rounding)
        definition = self.dataset.catalogue.kpi_by_id.get(kpi)
        if found is None or definition is None or definition.roundings is not None or not definition.unit.is_quantity:
            return found
        low, high = found
        centre, step = (low + high) / 2, Fraction(rounding) if rounding else high - low
        if not centre and alone:
            return Fraction(0), Fraction(0)  # no mean but zero is rounded to zero at its own digits
        least, greatest = step, 1000 * step
        if not alone:
            return max(low, -greatest), min(high, greatest)
        return (max(low, least), min(high, greatest)) if centre > 0 else (max(low, -greatest), min(high, -least))

    def _before(self, by_key: defaultdict[Key, KpiFigures]) -> None:
        """Values, sums and distributions of earlier releases."""
        for release in self.earlier:
            for (cycle, kpi, member), value in release.values.items():
                figures = by_key[cycle, kpi]
                key = (cycle, kpi, member, value)
                figures.values[key] = figures.values.get(key, frozenset({member})) | self._all(
                    release.seen[cycle, kpi, member]
                )
            for mean in release.means:
                members = self._then(release, mean.cycle, mean.kpi, mean.members)
                alone = " with " not in mean.figure
                total = self._sum(members, _decimal(mean.mean), _decimal(mean.step), alone)
                if total is not None:
                    sum_key = (f"{mean.figure} in {release.name}", members, *total)
                    figures = by_key[mean.cycle, mean.kpi]
                    _add(figures.sums, sum_key, self._all(mean.readers))
                    figures.earlier.add(sum_key)
            for each in release.bins:
                members = self._then(release, each.cycle, each.kpi, each.members)
                figures = by_key[each.cycle, each.kpi]
                _add(figures.bins, (members, each.edges, "earlier"), self._open_to(each.kpi))
            for published in release.classes:
                members = self._then(release, published.cycle, published.kpi, published.members)
                if len(members) >= _FEWEST_OF_CLASS:
                    figures = by_key[published.cycle, published.kpi]
                    _add(figures.classes, members, self._open_to(published.kpi))
                    figures.earlier_classes.add(members)

    def _all(self, readers: Audience) -> Audience:
        """Readers of then as readers of now: whoever stands for many stands for all who are like them."""
        if OUTSIDERS in readers:
            return readers | self.rights.everybody
        return readers | self.rights.wco if BASIC_USERS in readers else readers

    def _then(self, release: Earlier, cycle: str, kpi: str, members: Iterable[str]) -> tuple[VariableKey, ...]:
        return tuple(
            (cycle, kpi, member, release.values[cycle, kpi, member])
            for member in sorted(members)
            if (cycle, kpi, member) in release.values
        )

    def _open_to(self, kpi: str) -> Audience:
        """Who may see figures of a KPI that all sites have in common."""
        return self.rights.everybody if self.rights.kpi_tables("public", kpi) == "all" else self.rights.wco

    # --- components --------------------------------------------------------------------------------

    def _tied(self, by_key: Mapping[Key, KpiFigures]) -> Iterator[tuple[Key, ...]]:
        """Keys of each component: KPIs of a cycle that identities tie, each of the others alone."""
        leader: dict[str, str] = {}

        def find(kpi: str) -> str:
            while leader.setdefault(kpi, kpi) != kpi:
                kpi = leader[kpi]
            return kpi

        for identity in self.dataset.catalogue.identities:
            terms = list(identity.terms)
            for other in terms[1:]:
                leader[find(other)] = find(terms[0])
        groups: dict[tuple[str, str], list[Key]] = {}
        for cycle, kpi in by_key:
            groups.setdefault((cycle, find(kpi)), []).append((cycle, kpi))
        yield from (tuple(keys) for keys in groups.values())

    def _component(self, keys: tuple[Key, ...], by_key: Mapping[Key, KpiFigures]) -> Component | None:
        parts = [by_key[key] for key in keys]
        if not any(part.sums or part.bins or part.classes for part in parts) and len(keys) == 1:
            return None
        variables = [key for part in parts for key in sorted(part.values)]
        at = {key: number for number, key in enumerate(variables)}
        readers = [audience for key in variables for part in parts if (audience := part.values.get(key)) is not None]
        scales = {key: self._scale(key, part) for key, part in zip(keys, parts, strict=True)}
        current = frozenset(key for part in parts for key in part.current)
        unknowns = tuple(self._unknown(key, scales[key[0], key[1]], key in current) for key in variables)
        facts, seen_by = self._facts(parts, at, unknowns)
        bins, bins_seen_by = self._bins(parts, at, unknowns)
        classes, classes_seen_by = _classes(parts, at)
        types = kinds_of_readers(self.rights, keys[0][0], readers, seen_by, bins_seen_by, classes_seen_by)
        return Component("+".join("/".join(key) for key in keys), unknowns, facts, bins, *types, classes)

    def _scale(self, key: Key, part: KpiFigures) -> float:
        """R: the bounds' distance, else the 5th to 95th percentile of the values submitted in that cycle."""
        kpi = self.dataset.catalogue.kpi_by_id.get(key[1])
        if kpi is not None and kpi.bounds.lower is not None and kpi.bounds.upper is not None:
            return kpi.bounds.upper - kpi.bounds.lower
        values = sorted(float(each[3]) for each in part.current or part.values)
        return quantile(values, 0.95) - quantile(values, 0.05)

    def _unknown(self, key: VariableKey, scale: float, current: bool) -> Unknown:
        kpi = self.dataset.catalogue.kpi_by_id.get(key[1])
        value, name = float(key[3]), "/".join(key[:3])
        if kpi is None or scale <= 0:
            return Unknown(name, 0.0, -math.inf, math.inf, 0.0, 0.0, 0.0, current)
        rule = self.dataset.settings.disclosure.protection.get(kpi.unit)
        side, width = protection(rule, kpi.unit.is_quantity, value, scale, whole=self._is_whole(key))
        zero = 0.0 if kpi.unit.is_quantity and value >= 0 else -math.inf  # nobody believes in negative hours
        least = zero if kpi.bounds.lower is None else kpi.bounds.lower
        lower = min((least - value) / scale, 0.0)
        upper = math.inf if kpi.bounds.upper is None else max((kpi.bounds.upper - value) / scale, 0.0)
        return Unknown(name, value / scale, lower, upper, side / scale, width / scale, scale, current)

    def _facts(
        self, parts: Sequence[KpiFigures], at: Mapping[VariableKey, int], unknowns: Sequence[Unknown]
    ) -> tuple[tuple[Fact, ...], list[Audience]]:
        """Sums of differences; the truth always keeps to them, whatever was printed."""
        found: list[Fact] = []
        readers: list[Audience] = []
        merged: dict[tuple[tuple[int, ...], str], int] = {}
        for part in parts:
            for (name, members, low, high), audience in part.sums.items():
                numbers = tuple(at[key] for key in members)
                scale = unknowns[numbers[0]].scale or 1.0  # nothing may be published on values without a range
                total = _total(members)
                kind = "earlier" if (name, members, low, high) in part.earlier else "figure"
                terms = tuple((number, 1.0) for number in numbers)
                lower, upper = min(float(low - total) / scale, 0.0), max(float(high - total) / scale, 0.0)
                same = (numbers, f"{kind} {sorted(audience)}")
                if same in merged:  # the same Members for the same readers: the narrower of both
                    other = found[merged[same]]
                    lower, upper = max(lower, other.lower), min(upper, other.upper)
                    found[merged[same]] = other._replace(lower=lower, upper=upper)
                    continue
                merged[same] = len(found)
                found.append(Fact(name, terms, lower, upper, kind))
                readers.append(audience)
        for fact in self._identities(at, unknowns):
            found.append(fact)
            readers.append(self.rights.everybody)
        return tuple(found), readers

    def _identities(self, at: Mapping[VariableKey, int], unknowns: Sequence[Unknown]) -> Iterator[Fact]:
        """Arithmetic between a Member's values of tied KPIs, as near as its values keep to it."""
        for identity in self.dataset.catalogue.identities:
            versions = [{(key[0], key[1], key[2]): key for key in at if unknowns[at[key]].current}]
            versions += [
                {key: (*key, value) for key, value in release.values.items() if (*key, value) in at}
                for release in self.earlier
            ]
            seen: set[tuple[int, ...]] = set()
            for version in versions:
                for cycle, member in sorted({(key[0], key[2]) for key in version}):
                    keys = [version.get((cycle, kpi, member)) for kpi in identity.terms]
                    if any(key is None for key in keys):
                        continue
                    numbers = tuple(at[key] for key in keys if key is not None)
                    if numbers in seen or any(unknowns[number].scale <= 0 for number in numbers):
                        continue
                    seen.add(numbers)
                    factors = list(identity.terms.values())
                    unit = max(unknowns[number].scale for number in numbers)
                    terms = tuple(
                        (number, factor * unknowns[number].scale / unit)
                        for number, factor in zip(numbers, factors, strict=True)
                    )
                    # The truth may miss the sum by its own rounding; who reckons with it knows no more than that.
                    value = sum(unknowns[number].place * factor for number, factor in terms)
                    miss = abs(value - identity.equals / unit)
                    yield Fact(f"identity of {member}", terms, -miss, miss, "identity")

    def _bins(
        self, parts: Sequence[KpiFigures], at: Mapping[VariableKey, int], unknowns: Sequence[Unknown]
    ) -> tuple[tuple[Bins, ...], list[Audience]]:
        found: list[Bins] = []
        readers: list[Audience] = []
        for part in parts:
            for (members, edges, kind), audience in part.bins.items():
                if len(edges) < 3 or not members:
                    continue  # one bin of everything says no more than the bounds
                numbers = tuple(at[key] for key in members)
                scale = unknowns[numbers[0]].scale or 1.0
                if all(map(self._is_whole, members)):
                    edges = whole_edges(edges)
                inner = [Fraction(repr(edge)) if math.isfinite(edge) else edge for edge in edges[1:-1]]
                places = tuple(_bin(inner, key[3]) for key in members)
                found.append(Bins(numbers, places, tuple(edge / scale for edge in edges), kind))
                readers.append(audience)
        return tuple(found), readers


def _is_class(printed: PrintedShape) -> bool:
    """Whether a figure says to which side values lean, or that it is not sure."""
    return printed.what == "performance" and printed.told in _LEANING


def _classes(parts: Sequence[KpiFigures], at: Mapping[VariableKey, int]) -> tuple[tuple[Class, ...], list[Audience]]:
    """Published classes with their readers; one that stood in an earlier release tells nothing new."""
    found: list[Class] = []
    readers: list[Audience] = []
    for part in parts:
        for members, audience in part.classes.items():
            kind = "earlier" if members in part.earlier_classes else "figure"
            leaning = side(np.array([float(value) for *_, value in members]))
            found.append(Class(tuple(at[key] for key in members), leaning, kind))
            readers.append(audience)
    return tuple(found), readers


def with_own(secret: Secret) -> Audience:
    """The readers of a value and the Member that reported it."""
    return secret.readers if secret.member in secret.readers else secret.readers | {secret.member}


def _add(figures: dict[Any, Audience], key: Any, readers: Audience) -> None:
    figures[key] = figures.get(key, frozenset()) | readers


def _edges(printed: tuple[str, ...]) -> tuple[float, ...]:
    """Edges as numbers, open ends infinite."""
    last = len(printed) - 1
    return tuple(
        float(text) if text else (-math.inf if position < last else math.inf) for position, text in enumerate(printed)
    )


def _bin(inner: Sequence[Fraction | float], value: Fraction) -> int:
    """The bin of a value between inner edges: these belong to the bin above them."""
    return sum(value >= edge for edge in inner)


def _total(members: Sequence[VariableKey]) -> Fraction:
    """The exact sum of values, in parts of their common denominator: adding fractions one by one takes long."""
    whole = math.lcm(*(key[3].denominator for key in members))
    return Fraction(sum(key[3].numerator * (whole // key[3].denominator) for key in members), whole)


def _decimal(number: Fraction) -> str:
    """A decimal number as text, with as few decimals as it has."""
    for places in range(13):
        if not number * 10**places % 1:
            return f"{float(number):.{places}f}" if abs(number) < 10**15 else str(int(number))
    return repr(float(number))
