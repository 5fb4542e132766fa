"""The figures themselves, computed again from the submitted values: contributors, means, counts, skewness.

Exact arithmetic on the numbers as submitted, so that a difference of one last digit is a finding and not noise.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any, cast

from pmm_site.audit.rights import is_reported
from pmm_site.model import Answer, CycleData, Dataset, Kpi, ResponseStatus, Unit
from pmm_site.recent import Recent

Group = tuple[str, str]
Key = tuple[str, str]
"""(cycle, KPI)."""

ALL: Group = ("all", "all")

_STEPS: Mapping[Unit, tuple[str, ...]] = {
    Unit.PERCENT: ("0.1", "1", "5"),
    Unit.VARIATION: ("0.1", "1", "5"),
    Unit.RATIO: ("0.01", "0.1", "0.5"),
}
_BLANKS = {
    ResponseStatus.REPORTED: ("Q", "N"),
    ResponseStatus.NOT_APPLICABLE: ("M", "F"),
    ResponseStatus.NOT_AVAILABLE: ("O", "F"),
}
"""What a row says of its observation, and of its being confidential, where it shows no value."""
_SHARES_OF_INDEX = (Decimal("0.001"), Decimal("0.01"), Decimal("0.05"))

_ANSWERS = 40_000
"""Answers that are remembered at least, more than one site asks for."""


@dataclass(frozen=True, repr=False)
class Truth:
    """What was submitted in the published cycles of a dataset."""

    dataset: Dataset

    @cached_property
    def cycles(self) -> Mapping[str, CycleData]:
        """The published cycles by id."""
        return {data.cycle.id: data for data in self.dataset.cycles if data.cycle.id in self.dataset.published_cycles}

    @cached_property
    def values(self) -> Mapping[Key, Mapping[str, Fraction]]:
        """The submitted values by (cycle, KPI) and Member; a KPI in force that nobody reported is there and empty."""
        found: dict[Key, dict[str, Fraction]] = {}
        for cycle, data in self.cycles.items():
            for each in data.observations:
                entry = found.setdefault((cycle, each.kpi), {})
                if is_reported(each) and each.value is not None:
                    entry[each.member] = exact(each.written, each.value)
        return found

    @cached_property
    def statuses(self) -> Mapping[Key, Mapping[str, ResponseStatus]]:
        """What each participant said of each KPI."""
        found: dict[Key, dict[str, ResponseStatus]] = {}
        for cycle, data in self.cycles.items():
            for each in data.observations:
                found.setdefault((cycle, each.kpi), {})[each.member] = each.status
        return found

    @cached_property
    def blank_rows(self) -> Mapping[Key, Mapping[tuple[str, str, str], tuple[str, str, str]]]:
        """Value and statuses of each Member's row, by (cycle, KPI) and the row's own key, where no value is shown."""
        return {
            (cycle, kpi): {(cycle, kpi, member): ("", *_BLANKS[status]) for member, status in statuses.items()}
            for (cycle, kpi), statuses in self.statuses.items()
        }

    @cached_property
    def answers(self) -> Mapping[Key, Sequence[Answer]]:
        """What participants answered, by (cycle, instrument)."""
        found: dict[Key, list[Answer]] = {}
        for cycle, data in self.cycles.items():
            for each in data.answers:
                found.setdefault((cycle, each.instrument), []).append(each)
        return found

    @cached_property
    def groups(self) -> Mapping[str, Mapping[Group, frozenset[str]]]:
        """The participants in each group of each cycle: all, every grouping and crossing, unions of the year."""
        return {cycle: self._groups(data) for cycle, data in self.cycles.items()}

    def _groups(self, data: CycleData) -> dict[Group, frozenset[str]]:
        found: dict[Group, set[str]] = {ALL: set(data.participants)}
        for grouping in self.dataset.catalogue.groupings:
            for group in grouping.groups:
                found[grouping.id, group.id] = set()
        for code, participant in data.participants.items():
            for key in participant.groups.items():
                found.setdefault(key, set()).add(code)
            for first, second in self.dataset.settings.disclosure.crossings:
                if first in participant.groups and second in participant.groups:
                    key = (f"{first}:{second}", f"{participant.groups[first]}:{participant.groups[second]}")
                    found.setdefault(key, set()).add(code)
        for union in self.dataset.unions.values():
            members = {
                entry.member
                for entry in union.memberships
                if (entry.first or -9999) <= data.cycle.reference_year <= (entry.last or 9999)
            }
            found["union", union.id] = members & set(data.participants)
        return {key: frozenset(members) for key, members in found.items()}

    @cached_property
    def known(self) -> Recent[Hashable, Any]:
        """Memory of whoever asks the same of many sites."""
        return Recent(_ANSWERS)

    @cached_property
    def contributors(self) -> Mapping[Key, frozenset[str]]:
        """The Members that reported each KPI."""
        return {key: frozenset(values) for key, values in self.values.items()}

    def bits(self, cycle: str, key: Group) -> int:
        """The participants in a group as an integer with a bit for each Member."""
        return cast(int, self.known.made(("bits", cycle, key), lambda: self.bits_of(self.group(cycle, key))))

    def bits_of(self, members: frozenset[str]) -> int:
        """A set of Members as an integer with a bit for each."""
        numbers = self._numbers
        return cast(int, self.known.made(("bits", members), lambda: sum(1 << numbers[member] for member in members)))

    @cached_property
    def _numbers(self) -> Mapping[str, int]:
        return {code: number for number, code in enumerate(sorted(self.dataset.members))}

    def mean_of(self, key: Key, members: frozenset[str]) -> Fraction | None:
        """The mean of the submitted values of some Members; None where none of them reported."""
        return cast("Fraction | None", self.known.made(("mean", key, members), lambda: self.fresh_mean(key, members)))

    def fresh_mean(self, key: Key, members: frozenset[str]) -> Fraction | None:
        """The same of Members that no other site asks for together: it is not remembered."""
        values = self.values.get(key, {})
        return mean(values[member] for member in members if member in values)

    def group(self, cycle: str, key: Group) -> frozenset[str]:
        """The participants in a group; nobody in one that does not exist."""
        return self.groups.get(cycle, {}).get(key, frozenset())


def exact(written: str, value: float) -> Fraction:
    """A number as it was submitted."""
    try:
        return Fraction(Decimal(written))
    except (ArithmeticError, ValueError):
        return Fraction(Decimal(repr(value)))


def mean(values: Iterable[Fraction]) -> Fraction | None:
    """The mean; None of nothing."""
    found = list(values)
    if not found:
        return None
    common = math.lcm(*(each.denominator for each in found))  # decimals: a small power of ten
    total = sum(each.numerator * (common // each.denominator) for each in found)
    return Fraction(total, common * len(found))


def steps(kpi: Kpi, means: Iterable[Fraction]) -> frozenset[Decimal]:
    """The roundings that a mean of the KPI may have, by the catalogue or the unit's default."""
    if kpi.roundings is not None:
        return frozenset(kpi.roundings)
    if kpi.unit.is_quantity:
        powers = {_power(each) for each in means}
        return frozenset(Decimal(1).scaleb(power - digit) for power in powers for digit in (2, 1, 0))
    if kpi.unit is Unit.INDEX:
        lower, upper = kpi.bounds.lower, kpi.bounds.upper
        if lower is None or upper is None:
            return frozenset()
        span = Decimal(repr(upper)) - Decimal(repr(lower))
        return frozenset(share * span for share in _SHARES_OF_INDEX)
    return frozenset(map(Decimal, _STEPS[kpi.unit]))


def visible_step(kpi: Kpi, value: Fraction) -> Decimal | None:
    """The step of a mean over shown values: a decimal more than the finest one; quantities to four digits."""
    if kpi.roundings is None and kpi.unit.is_quantity:
        return Decimal(1).scaleb(_power(value) - 3)
    allowed = steps(kpi, (value,))
    if not allowed:
        return None
    step, finest = Decimal("0.1"), min(allowed)
    while finest % (step * 10):
        step /= 10
    return step


def _power(value: Fraction) -> int:
    """The power of ten of the first significant digit; 0 for zero."""
    return 0 if not value else Decimal(repr(float(abs(value)))).adjusted()


def is_rounded(printed: Decimal, value: Fraction, step: Decimal) -> bool:
    """Whether `printed` is `value` rounded to a multiple of `step` (a tie either way)."""
    if step <= 0 or not printed.is_finite() or Fraction(printed) % Fraction(step):
        return False
    slack = Fraction(step) / 2 + max(abs(value), Fraction(1)) / 10**12
    return abs(Fraction(printed) - value) <= slack


def skewness(values: Iterable[Fraction]) -> float | None:
    """The adjusted Fisher-Pearson coefficient; None of fewer than three values or of equal ones."""
    found = [float(each) for each in values]
    number = len(found)
    if number < 3 or len(set(found)) < 2:
        return None
    centre = math.fsum(found) / number
    second = math.fsum((each - centre) ** 2 for each in found) / number
    third = math.fsum((each - centre) ** 3 for each in found) / number
    if second <= 0:
        return None
    return float(math.sqrt(number * (number - 1)) / (number - 2) * third / math.sqrt(second**3))
