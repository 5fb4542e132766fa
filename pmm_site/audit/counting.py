"""Figures that no linear program attacks: classes and tests need many hidden contributors.

For every reader the contributors that they do not know must be none, or enough (reference: disclosure, 2.3). Of the
figure of skewness no number is enough: it bounds how far values lie apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

from pmm_site.audit.components import with_own
from pmm_site.audit.published import Printed, PrintedShape
from pmm_site.audit.rights import BASIC_USERS, OUTSIDERS, Audience, Rights
from pmm_site.audit.steadiness import FEWEST_COMPARED, hangs_on_few, usage_of
from pmm_site.audit.truth import Truth, skewness
from pmm_site.audit.worlds import knowledge
from pmm_site.model import Direction, Level, StatisticalTest

FEWEST_OF_CLASS = 5


class CountBreach(NamedTuple):
    """A figure published over too few hidden contributors of a reader."""

    reader: str
    key: str


@dataclass(frozen=True, repr=False)
class Counting:
    """Counts hidden contributors of every reader."""

    rights: Rights
    truth: Truth
    printed: Sequence[Printed]

    def breaches(self) -> Iterator[CountBreach]:
        """Every class, skewness and test over all submitted values that is published and may not be."""
        readers: dict[tuple[str, str], dict[str, Audience]] = {}
        for secret in self.rights.secrets:
            if secret.published:
                place = readers.setdefault((secret.cycle, secret.kpi), {})
                place[secret.member] = with_own(secret)
        policy = self.rights.dataset.settings.disclosure
        for printed in self.printed:
            if not isinstance(printed, PrintedShape):
                continue
            key = (printed.cycle, printed.kpi)
            contributors = readers.get(key, {})
            fewest = FEWEST_OF_CLASS if printed.what == "performance" else policy.moments_contributors
            if printed.what == "skewness":
                fewest = len(contributors) + 1
            name = "/".join(part for part in (*key, printed.what, printed.factor) if part)
            if printed.what == "performance" and len(contributors) < policy.performance_contributors:
                yield CountBreach("(everyone)", name)
            if self._tells_that_all_are_equal(printed) and not self._are_known(printed, contributors.values()):
                yield CountBreach("(everyone)", name)
            for sample in self._samples(printed, frozenset(contributors)):
                reader = self._too_few(printed.cycle, {each: contributors[each] for each in sample}, fewest)
                if reader:
                    yield CountBreach(reader, name)
                    break
            if printed.what not in ("performance", "skewness") and self._hangs_on_few(printed, readers):
                yield CountBreach("(everyone)", name)

    def _hangs_on_few(self, printed: PrintedShape, readers: Mapping[tuple[str, str], Mapping[str, Audience]]) -> bool:
        """Whether a test over values or answers that somebody may not see says more than a few of them allow.

        readers: those of each value by cycle and KPI; a change is over the values of both cycles.
        """
        contributors = readers.get((printed.cycle, printed.kpi), {})
        members: frozenset[str] = frozenset().union(*self._samples(printed, frozenset(contributors)))
        is_change = printed.what == StatisticalTest.CHANGE
        before = readers.get((printed.factor, printed.kpi), {}) if is_change else contributors
        known = self._are_known(printed, [each[member] for each in (contributors, before) for member in members])
        if members and known and printed.what != StatisticalTest.MANN_WHITNEY and printed.told in ("true", "false"):
            return False
        return hangs_on_few(self.truth, printed)

    def _are_known(self, printed: PrintedShape, readers: Iterable[Audience]) -> bool:
        """Whether everybody who may open a site with figures of the KPI may read values with these readers."""
        kpi = self.rights.dataset.catalogue.kpi_by_id.get(printed.kpi)
        anybody = BASIC_USERS if kpi is not None and kpi.ceiling is Level.WCO else OUTSIDERS
        return all(anybody in each for each in readers)

    def _tells_that_all_are_equal(self, printed: PrintedShape) -> bool:
        """Whether the class tells that all values are the same."""
        if printed.what != "performance" or printed.told == "inconclusive":
            return False
        values = self.truth.values.get((printed.cycle, printed.kpi), {}).values()
        direction = self.rights.dataset.catalogue.kpi_by_id[printed.kpi].direction
        return len(values) > 2 and skewness(values) is None and direction is not Direction.NONE

    def _samples(self, printed: PrintedShape, contributors: frozenset[str]) -> Iterator[frozenset[str]]:
        """The sets of contributors that a figure is over."""
        if printed.what in ("performance", "skewness"):
            yield contributors
        elif printed.what == StatisticalTest.CHANGE:
            yield contributors & frozenset(self.truth.values.get((printed.factor, printed.kpi), ()))
        elif printed.what == StatisticalTest.KRUSKAL_WALLIS:
            for (grouping, _), members in self.truth.groups.get(printed.cycle, {}).items():
                if grouping == printed.factor and len(compared := contributors & members) >= FEWEST_COMPARED:
                    yield compared
        else:
            # Who uses an instrument is nobody's to know: both samples together are what can be counted.
            yield contributors & usage_of(self.truth, printed.cycle, printed.factor).keys()

    def _too_few(self, cycle: str, sample: Mapping[str, Audience], fewest: int) -> str:
        """A reader of whom the hidden contributors of a sample are some but too few; nothing when there is none."""
        if not sample:
            return ""
        known = knowledge([sample[member] for member in sorted(sample)])
        everything = (1 << len(sample)) - 1
        kinds: dict[int, str] = {}
        for name in (OUTSIDERS, BASIC_USERS, *sorted(self.rights.dataset.members)):
            kinds.setdefault(known.get(name, 0), name)
        for mask, name in (*kinds.items(), *self._coalitions(cycle, kinds, known)):
            if 0 < (everything & ~mask).bit_count() < fewest:
                return name
        return ""

    def _coalitions(self, cycle: str, kinds: Mapping[int, str], known: Mapping[str, int]) -> Iterator[tuple[int, str]]:
        policy = self.rights.dataset.settings.disclosure.coalitions
        if policy == "none":
            return
        year = self.truth.cycles[cycle].cycle.reference_year
        for union in sorted(self.rights.dataset.unions):
            mask = 0
            for member in self.rights.union_years.get((union, year), frozenset()):
                mask |= known.get(member, 0)
            yield mask, f"union {union}"
        if policy != "unions":
            for (one, name), (two, other) in combinations(kinds.items(), 2):
                yield one | two, f"{name}+{other}"
