"""Comparisons between groups, cycles and users of instruments: tests, and the Members two cycles share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from pmm_site.model import (
    ALL,
    Dataset,
    GroupKey,
    GroupTest,
    Kpi,
    KpiStatistics,
    Level,
    StatisticalTest,
    Statistics,
    Usage,
)
from pmm_site.ranks import SMALLEST_SAMPLE, Floats, between_two, holm, kruskal_wallis, signed_rank

ChangeKey = tuple[str, str, str, GroupKey]
"""A change: (cycle, previous published cycle, KPI, group)."""


class _Comparison(NamedTuple):
    """A test before adjustment; `family` names the comparisons that are looked at together."""

    cycle: str
    kpi: str
    test: str
    factor: str
    family: str
    p_value: float
    groups: tuple[frozenset[str], ...]
    samples: tuple[Floats, ...]


def matched(dataset: Dataset, statistics: Statistics) -> Mapping[ChangeKey, tuple[str, ...]]:
    """Members that contributed in two consecutive published cycles and were in the group in both, sorted.

    A group nobody was in both times is present and empty. A KPI that is not in force in the cycle just
    before, or whose version named successors on the way (`_continues`), has no change.
    """
    changes: dict[ChangeKey, tuple[str, ...]] = {}
    for previous, cycle, kpi in _series(dataset, statistics):
        before, after = statistics.kpis[previous, kpi].groups, statistics.kpis[cycle, kpi].groups
        for key, members in after.items():
            earlier = frozenset(before.get(key, ()))
            changes[cycle, previous, kpi, key] = tuple(each for each in members if each in earlier)
    return changes


def tests(dataset: Dataset, statistics: Statistics) -> tuple[GroupTest, ...]:
    """Tests of KPIs between groups, cycles and users of instruments, significant or not after adjustment.

    - `kruskal-wallis`, factor a grouping: over its groups with at least 5 contributors, when there are two;
    - `mann-whitney`, factor an instrument mapped to the KPI's outcome: Members that use it against those that
      answered otherwise, ten or more together; not significant where either are fewer than 5; `groups` are (users,
      others);
    - `change`, factor the previous cycle: Wilcoxon signed-rank over the Members of both, at least 5.

    Adjusted by Holm's procedure at `analysis.significance`: with the confidence asked for, a report that calls
    differences significant is wrong about none of them, however KPIs hang together. The family of a test holds
    all KPIs looked at with the same test and factor in a cycle; of Mann-Whitney all pairs of a KPI and an
    instrument in a cycle. Only `analysed` KPIs are looked at. A KPI with ceiling `wco` is adjusted for all, one
    with ceiling `public` for the public ones only, so that no result depends on a KPI that its readers have no
    figures of; with narrower ceilings there are no aggregates and no tests.
    """
    analysed = {kpi.id: kpi.ceiling for kpi in dataset.catalogue.kpis if kpi.analysed}
    candidates = [
        *_between_groups(dataset, statistics),
        *_between_users(dataset, statistics),
        *_between_cycles(dataset, statistics),
    ]
    results: list[GroupTest] = []
    for ceiling, admitted in ((Level.PUBLIC, {Level.PUBLIC}), (Level.WCO, {Level.PUBLIC, Level.WCO})):
        looked_at = [each for each in candidates if analysed.get(each.kpi) in admitted]
        adjusted = _adjusted(looked_at, dataset.settings.analysis.significance)
        results.extend(each for each in adjusted if analysed[each.kpi] is ceiling)
    return tuple(sorted(results, key=lambda each: (each.cycle, each.kpi, each.test, each.factor)))


def _adjusted(comparisons: Sequence[_Comparison], level: float) -> Iterator[GroupTest]:
    families: dict[tuple[str, str, str], list[_Comparison]] = {}
    for each in comparisons:
        families.setdefault((each.cycle, each.test, each.family), []).append(each)
    for family in families.values():
        verdicts = holm([each.p_value for each in family], level)
        tried, failed = len(family), len(family) - sum(verdicts)
        for each, significant in zip(family, verdicts, strict=True):
            samples = tuple(tuple(sample.tolist()) for sample in each.samples)
            turns = level / (tried if significant else failed)
            yield GroupTest(each.cycle, each.kpi, each.test, each.factor, significant, each.groups, samples, turns)


def _between_groups(dataset: Dataset, statistics: Statistics) -> Iterator[_Comparison]:
    for (cycle, kpi), figures in statistics.kpis.items():
        for grouping in dataset.catalogue.groupings:
            keys = (GroupKey(grouping.id, group.id) for group in grouping.groups)
            groups = [members for key in keys if len(members := figures.groups[key]) >= SMALLEST_SAMPLE]
            if len(groups) < 2:
                continue
            samples = tuple(_sample(figures, members) for members in groups)
            p_value = _kruskal_wallis(*(sample.tobytes() for sample in samples))
            test, contributors = StatisticalTest.KRUSKAL_WALLIS, tuple(map(frozenset, groups))
            yield _Comparison(cycle, kpi, test, grouping.id, grouping.id, p_value, contributors, samples)


def _between_users(dataset: Dataset, statistics: Statistics) -> Iterator[_Comparison]:
    outcomes = {kpi.id: kpi.outcome for kpi in dataset.catalogue.kpis}
    for (cycle, kpi), figures in statistics.kpis.items():
        for instrument in dataset.catalogue.instruments:
            if outcomes[kpi] not in instrument.outcomes:
                continue
            usage = statistics.instruments[cycle, instrument.id].usage
            answered = [member for member in figures.values if member in usage]
            if len(answered) < 2 * SMALLEST_SAMPLE:  # of how many use it nothing is told: answers are nobody's business
                continue
            users = [member for member in answered if usage[member] is Usage.IN_USE]
            others = [member for member in answered if usage[member] is not Usage.IN_USE]
            samples = (_sample(figures, users), _sample(figures, others))
            test, contributors = StatisticalTest.MANN_WHITNEY, (frozenset(users), frozenset(others))
            yield _Comparison(cycle, kpi, test, instrument.id, "", between_two(*samples), contributors, samples)


def _between_cycles(dataset: Dataset, statistics: Statistics) -> Iterator[_Comparison]:
    for previous, cycle, kpi in _series(dataset, statistics):
        before, after = statistics.kpis[previous, kpi], statistics.kpis[cycle, kpi]
        members = [member for member in after.groups[ALL] if member in before.values]
        if len(members) < SMALLEST_SAMPLE:
            continue
        changes = _sample(after, members) - _sample(before, members)
        p_value = _signed_rank(changes.tobytes())
        test, contributors = StatisticalTest.CHANGE, (frozenset(members),)
        yield _Comparison(cycle, kpi, test, previous, previous, p_value, contributors, (changes,))


def _series(dataset: Dataset, statistics: Statistics) -> Iterator[tuple[str, str, str]]:
    """(previous, cycle, KPI) for consecutive published cycles between which the KPI's series continues."""
    order = [data.cycle.id for data in dataset.cycles]
    for previous, cycle in pairwise(data.cycle.id for data in dataset.published):
        for kpi in dataset.catalogue.kpis:
            both = (previous, kpi.id) in statistics.kpis and (cycle, kpi.id) in statistics.kpis
            if both and _continues(kpi, previous, cycle, order):
                yield previous, cycle, kpi.id


def _continues(kpi: Kpi, previous: str, cycle: str, order: Sequence[str]) -> bool:
    """Whether a KPI measures the same in two cycles, so that a change between them means something.

    It does when the same version is in force in both, or when the version changed without naming a
    successor: a new name for the same measure. A version that names successors ends its series, even where
    one of them is the KPI's own id; a successor is another KPI and is never compared with its predecessor.
    """
    before = kpi.version_in(previous, order)
    after = kpi.version_in(cycle, order)
    return before == after or before is None or not before.successor


def _sample(figures: KpiStatistics, members: Sequence[str]) -> Floats:
    return np.array([figures.values[member] for member in members], dtype=np.float64)


# Sites show mostly the same values: what was compared for one of them is not ranked again for the next.


@lru_cache(maxsize=16_384)
def _kruskal_wallis(*samples: bytes) -> float:
    return kruskal_wallis([np.frombuffer(sample, dtype=np.float64) for sample in samples])


@lru_cache(maxsize=16_384)
def _signed_rank(differences: bytes) -> float:
    return signed_rank(np.frombuffer(differences, dtype=np.float64))
