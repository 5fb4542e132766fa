"""The basis `visible`: every figure over the values that a site shows, with nothing to protect.

Groups of fewer than `minimum_contributors` have no figure but their number, as with the other basis.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pmm_site.disclose.decisions import (
    NOT_PUBLISHED,
    TOO_FEW,
    VISIBLE,
    Decisions,
    KpiDecision,
    MeanDecision,
    MeanKey,
    Ruling,
)
from pmm_site.disclose.questions import CHANGE_SEEN_BEFORE, Changes
from pmm_site.disclose.shared import Key
from pmm_site.disclose.steps import rounded, steps
from pmm_site.model import Catalogue, Dataset, GroupKey, KpiStatistics, StatisticalTest, Statistics

FREE = Ruling(True, VISIBLE)


def open_decisions(dataset: Dataset, visible: Statistics, changes: Changes) -> Decisions:
    """Decisions that publish everything over shown values at its finest step; shares of answers are shown nowhere."""
    least = max(dataset.settings.disclosure.minimum_contributors, 1)
    means = _means(dataset.catalogue, visible, changes, least)
    tests: dict[Key, dict[tuple[str, str], Ruling]] = {key: {} for key in visible.kpis}
    for test in visible.tests:
        tests[test.cycle, test.kpi][test.test, test.factor] = FREE
        if test.test == StatisticalTest.CHANGE:
            tests[test.factor, test.kpi][CHANGE_SEEN_BEFORE, test.cycle] = FREE
    kpis = {
        key: _with_bins(each, least, KpiDecision(*key, means[key], (), (), TOO_FEW, FREE, FREE, tests[key]))
        for key, each in visible.kpis.items()
    }
    return Decisions(kpis, {}, VISIBLE)


def _with_bins(statistics: KpiStatistics, least: int, decision: KpiDecision) -> KpiDecision:
    """The decision with the finest distribution, if there are values enough for one."""
    if len(statistics.values) < least:
        return decision
    return replace(decision, edges=statistics.edges, counts=statistics.counts, distribution=FREE)


def _means(
    catalogue: Catalogue, visible: Statistics, changes: Changes, least: int
) -> Mapping[Key, dict[MeanKey, MeanDecision]]:
    found = {
        key: {MeanKey(group): _finest(catalogue, each, members, least) for group, members in each.groups.items()}
        for key, each in visible.kpis.items()
    }
    for (cycle, previous, kpi, group), members in changes.items():
        for here, there in ((cycle, previous), (previous, cycle)):
            found[here, kpi][MeanKey(group, there)] = _finest(catalogue, visible.kpis[here, kpi], members, least)
    return found


def _finest(catalogue: Catalogue, statistics: KpiStatistics, members: Sequence[str], least: int) -> MeanDecision:
    if len(members) < least:
        return MeanDecision(None, None, TOO_FEW)
    mean = statistics.mean_of(members)
    allowed = steps(catalogue.kpi_by_id[statistics.kpi], mean)
    if not allowed:
        return MeanDecision(None, None, NOT_PUBLISHED)
    return MeanDecision(rounded(mean, allowed[0]), allowed[0], FREE)


def visible_changes(changes: Changes, visible: Statistics) -> dict[tuple[str, str, str, GroupKey], tuple[str, ...]]:
    """The Members of both cycles whose values the site shows in both."""
    return {
        (cycle, previous, kpi, group): tuple(
            member
            for member in members
            if member in visible.kpis[cycle, kpi].values and member in visible.kpis[previous, kpi].values
        )
        for (cycle, previous, kpi, group), members in changes.items()
    }
