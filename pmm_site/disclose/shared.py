"""The rows that all sites have in common: made once, and taken over by reference.

Every figure over all submitted values has one row here, made from the table of decisions. A site takes the rows of the
KPIs that their ceilings admit there, and adds what it alone shows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from pmm_site.disclose.counts import AS_INCONCLUSIVE
from pmm_site.disclose.decisions import (
    NOT_PUBLISHED,
    SUBMITTED,
    Decisions,
    KpiDecision,
    MeanDecision,
    MeanKey,
    RateDecision,
)
from pmm_site.disclose.levels import Access, effective_level
from pmm_site.disclose.questions import CHANGE_SEEN_BEFORE, Changes
from pmm_site.disclose.steps import rounded
from pmm_site.distributions import quartile_bins
from pmm_site.model import (
    ConfStatus,
    CycleData,
    Dataset,
    Direction,
    DisclosurePolicy,
    GroupKey,
    KpiStatistics,
    Observation,
    ObsStatus,
    Performance,
    ResponseStatus,
    StatisticalTest,
    Statistics,
    Verdict,
)
from pmm_site.tables import (
    ChangeRow,
    CoverageRow,
    CycleRow,
    DistributionRow,
    GroupTestRow,
    InstrumentRow,
    SummaryRow,
    ValueRow,
)

Key = tuple[str, str]
"""(cycle, KPI)."""

Judge = Callable[[Sequence[float], Direction, DisclosurePolicy], Verdict]
"""The verdict on values: their skewness and the performance class that it gives."""

Quartiles = tuple[Decimal | None, Decimal | None, Decimal | None, Decimal | None, Decimal | None, Decimal | None]
"""Where the first quartile, the median and the third quartile lie: from and to of each."""

ONE_DECIMAL = Decimal("0.1")

_UNREPORTED = {
    ResponseStatus.REPORTED: (ObsStatus.NOT_SHOWN, ConfStatus.NOT_AT_THIS_LEVEL),
    ResponseStatus.NOT_APPLICABLE: (ObsStatus.NOT_APPLICABLE, ConfStatus.FREE),
    ResponseStatus.NOT_AVAILABLE: (ObsStatus.NOT_REPORTED, ConfStatus.FREE),
}


class AggregateHead(NamedTuple):
    """The first fields of an `AggregateRow`: all but the number and mean of the values that a site shows."""

    cycle: str
    kpi: str
    grouping: str
    group: str
    contributors: int
    mean: Decimal | None
    rounding: Decimal | None
    obs_status: ObsStatus
    conf_status: ConfStatus


class SummaryHead(NamedTuple):
    """A `SummaryRow` without its basis; `verdict` is None where the class is over the values that a site shows."""

    cycle: str
    kpi: str
    contributors: int
    response_rate: Decimal
    quartiles: Quartiles
    verdict: tuple[Decimal | None, str] | None


@dataclass(frozen=True)
class SharedRows:
    """Rows over all submitted values by (cycle, KPI); `keys` in the order of cycles and catalogue."""

    keys: tuple[Key, ...]
    cycles: tuple[CycleRow, ...]
    coverage: Mapping[Key, CoverageRow]
    aggregates: Mapping[Key, tuple[AggregateHead, ...]]
    changes: Mapping[Key, tuple[ChangeRow, ...]]
    distribution: Mapping[Key, tuple[DistributionRow, ...]]
    summary: Mapping[Key, SummaryHead]
    tests: Mapping[Key, tuple[GroupTestRow, ...]]
    instruments: tuple[InstrumentRow, ...]


def shared_rows(
    dataset: Dataset, decisions: Decisions, statistics: Statistics, changes: Changes, judge: Judge
) -> SharedRows:
    """The rows that sites have in common, from statistics over all submitted values and the decisions on them."""
    keys = tuple(
        (data.cycle.id, kpi.id)
        for data in dataset.published
        for kpi in dataset.catalogue.kpis
        if (data.cycle.id, kpi.id) in statistics.kpis
    )
    decided = {key: decisions.kpis.get(key) or KpiDecision(*key, means={}) for key in keys}
    return SharedRows(
        keys=keys,
        cycles=cycle_rows(dataset),
        coverage={key: coverage_row(statistics.kpis[key]) for key in keys},
        aggregates={key: _aggregates(statistics.kpis[key], decided[key]) for key in keys},
        changes=_changes(dataset, decided, statistics, changes),
        distribution={key: _distribution(decided[key]) for key in keys},
        summary={key: _summary(dataset, statistics.kpis[key], decided[key], judge) for key in keys},
        tests=_tests(statistics, decided),
        instruments=_instruments(dataset, decisions, statistics),
    )


def cycle_rows(dataset: Dataset) -> tuple[CycleRow, ...]:
    """One row for each published cycle."""
    language = dataset.settings.languages[0]
    return tuple(
        CycleRow(
            data.cycle.id,
            data.cycle.name,
            data.cycle.reference_year,
            len(data.participants),
            data.cycle.nominated,
            data.cycle.synthetic,
            (data.cycle.note or {}).get(language, ""),
        )
        for data in dataset.published
    )


def coverage_row(statistics: KpiStatistics) -> CoverageRow:
    """Who answered the KPI; the same whether the statistics are over all values or over shown ones."""
    answered = statistics.participants - statistics.not_applicable - statistics.not_available
    return CoverageRow(
        statistics.cycle,
        statistics.kpi,
        statistics.participants,
        answered,
        statistics.not_applicable,
        statistics.not_available,
    )


def response_rate(coverage: CoverageRow) -> Decimal:
    """Members that reported, in percent of participants, to one decimal."""
    if not coverage.participants:
        return Decimal("0.0")
    return rounded(Decimal(100 * coverage.reported) / coverage.participants, ONE_DECIMAL)


# --- means --------------------------------------------------------------------------------------


def statuses(shown: bool) -> tuple[ObsStatus, ConfStatus]:
    """The SDMX codes of a figure: of one that is shown, or of one that is protected."""
    return (ObsStatus.SHOWN, ConfStatus.FREE) if shown else (ObsStatus.NOT_SHOWN, ConfStatus.PROTECTED)


def _aggregates(statistics: KpiStatistics, decision: KpiDecision) -> tuple[AggregateHead, ...]:
    return tuple(
        _aggregate(statistics, group, len(members), decision.means.get(MeanKey(group)))
        for group, members in statistics.groups.items()
    )


def _aggregate(
    statistics: KpiStatistics, group: GroupKey, contributors: int, decision: MeanDecision | None
) -> AggregateHead:
    shown = decision is not None and decision.mean is not None and decision.step is not None
    mean, step = (decision.mean, decision.step) if decision is not None and shown else (None, None)
    return AggregateHead(statistics.cycle, statistics.kpi, *group, contributors, mean, step, *statuses(shown))


def _changes(
    dataset: Dataset, decided: Mapping[Key, KpiDecision], statistics: Statistics, changes: Changes
) -> dict[Key, tuple[ChangeRow, ...]]:
    found: dict[Key, list[ChangeRow]] = {}
    for (cycle, previous, kpi, group), members in changes.items():
        if (cycle, kpi) not in decided or (previous, kpi) not in decided:
            continue
        now = decided[cycle, kpi].means.get(MeanKey(group, previous))
        before = decided[previous, kpi].means.get(MeanKey(group, cycle))
        step = _coarser(now, before)
        mean = previous_mean = None
        if step is not None:
            mean = rounded(statistics.kpis[cycle, kpi].mean_of(members), step)
            previous_mean = rounded(statistics.kpis[previous, kpi].mean_of(members), step)
        row = ChangeRow(
            cycle, previous, kpi, *group, len(members), mean, previous_mean, step, *statuses(step is not None)
        )
        found.setdefault((cycle, kpi), []).append(row)
    return {key: tuple(rows) for key, rows in found.items()}


def _coarser(now: MeanDecision | None, before: MeanDecision | None) -> Decimal | None:
    """The coarser step of two published means; None unless both are published."""
    if now is None or before is None or now.step is None or before.step is None:
        return None
    return max(now.step, before.step)


# --- shape and tests ----------------------------------------------------------------------------


def edge(value: float) -> Decimal | None:
    """An edge of a bin as it is written; None for an open end."""
    if math.isinf(value):
        return None
    return Decimal(repr(round(value, 9))).normalize() + 0


def _distribution(decision: KpiDecision) -> tuple[DistributionRow, ...]:
    edges = tuple(map(edge, decision.edges))
    return tuple(
        DistributionRow(decision.cycle, decision.kpi, edges[position], edges[position + 1], count)
        for position, count in enumerate(decision.counts)
    )


def _summary(dataset: Dataset, statistics: KpiStatistics, decision: KpiDecision, judge: Judge) -> SummaryHead:
    verdict = None
    if decision.performance.published:
        kpi = dataset.catalogue.kpi_by_id[statistics.kpi]
        found = judge(tuple(statistics.values.values()), kpi.direction, dataset.settings.disclosure)
        if decision.performance == AS_INCONCLUSIVE and kpi.direction is not Direction.NONE:
            found = found._replace(performance=Performance.INCONCLUSIVE)
        verdict = written(found, decision.skewness.published)
    rate = response_rate(coverage_row(statistics))
    return SummaryHead(statistics.cycle, statistics.kpi, len(statistics.values), rate, _quartiles(decision), verdict)


def _quartiles(decision: KpiDecision) -> Quartiles:
    bins = quartile_bins(tuple(map(edge, decision.edges)), decision.counts)
    if bins is None:
        return None, None, None, None, None, None
    (first, first_to), (median, median_to), (third, third_to) = bins
    return first, first_to, median, median_to, third, third_to


def written(verdict: Verdict, with_figure: bool) -> tuple[Decimal | None, str]:
    """Skewness to one decimal, where it may be published, and the word of the class."""
    figure = None
    if with_figure and verdict.skewness is not None and math.isfinite(verdict.skewness):
        figure = rounded(verdict.skewness, ONE_DECIMAL)
    return figure, verdict.performance.value


def summary_row(head: SummaryHead, verdict: tuple[Decimal | None, str], basis: str) -> SummaryRow:
    """The summary with its class and what the class is over."""
    return SummaryRow(head.cycle, head.kpi, head.contributors, head.response_rate, *head.quartiles, *verdict, basis)


def _tests(statistics: Statistics, decided: Mapping[Key, KpiDecision]) -> dict[Key, tuple[GroupTestRow, ...]]:
    rows_by_key: dict[Key, list[GroupTestRow]] = {}
    for test in statistics.tests:
        published = _is_published(decided, (test.cycle, test.kpi), (test.test, test.factor))
        if test.test == StatisticalTest.CHANGE:  # a change is over the values of both cycles
            published &= _is_published(decided, (test.factor, test.kpi), (CHANGE_SEEN_BEFORE, test.cycle))
        if published:
            row = GroupTestRow(test.cycle, test.kpi, test.test, test.factor, test.significant, SUBMITTED)
            rows_by_key.setdefault((test.cycle, test.kpi), []).append(row)
    return {key: tuple(rows) for key, rows in rows_by_key.items()}


def _is_published(decided: Mapping[Key, KpiDecision], key: Key, test: tuple[str, str]) -> bool:
    return key in decided and decided[key].tests.get(test, NOT_PUBLISHED).published


# --- instruments --------------------------------------------------------------------------------


def _instruments(dataset: Dataset, decisions: Decisions, statistics: Statistics) -> tuple[InstrumentRow, ...]:
    rows = []
    for data in dataset.published:
        for instrument in dataset.catalogue.instruments:
            key = (data.cycle.id, instrument.id)
            answers = statistics.instruments.get(key)
            if answers is None:
                continue
            rates = decisions.rates.get(key) or RateDecision(*key, None, None, None, None, None)
            shown = rates.aware is not None or rates.in_use is not None
            rows.append(
                InstrumentRow(
                    *key,
                    len(answers.aware),
                    rates.aware,
                    len(answers.usage),
                    rates.in_use,
                    rates.planned,
                    rates.not_planned,
                    rates.step if shown else None,
                    *statuses(shown),
                )
            )
    return tuple(rows)


# --- values -------------------------------------------------------------------------------------


class CycleValues(NamedTuple):
    """Rows of every observation of a cycle, in the order of the observations.

    kpis: the KPI of each. closed: without the value. shown: with the value and its level. bare: with the value, without
    its level, as the public site has them. own: the positions of each Member's observations.
    """

    kpis: tuple[str, ...]
    closed: tuple[ValueRow, ...]
    shown: tuple[ValueRow, ...]
    bare: tuple[ValueRow, ...]
    own: Mapping[str, tuple[int, ...]]


def value_rows(dataset: Dataset, access: Access) -> dict[str, CycleValues]:
    """The rows of every observation of the published cycles, by cycle."""
    return {data.cycle.id: _cycle_values(dataset, data) for data in access.dataset.published}


def _cycle_values(dataset: Dataset, data: CycleData) -> CycleValues:
    cycle = data.cycle.id
    own: dict[str, list[int]] = {}
    closed, shown = [], []
    for position, observation in enumerate(data.observations):
        own.setdefault(observation.member, []).append(position)
        closed.append(ValueRow(cycle, observation.kpi, observation.member, "", *_UNREPORTED[observation.status]))
        shown.append(
            ValueRow(
                cycle,
                observation.kpi,
                observation.member,
                observation.written,
                *statuses(True),
                _level(dataset, observation),
            )
        )
    bare = tuple(row._replace(disclosure=None) for row in shown)
    kpis = tuple(observation.kpi for observation in data.observations)
    positions = {member: tuple(found) for member, found in own.items()}
    return CycleValues(kpis, tuple(closed), tuple(shown), bare, positions)


def _level(dataset: Dataset, observation: Observation) -> str | None:
    level = effective_level(observation, dataset.catalogue.kpi_by_id.get(observation.kpi))
    return None if level is None else level.value
