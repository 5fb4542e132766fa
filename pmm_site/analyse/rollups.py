"""The findings of the report, from published rows and nothing else, so that they cannot say more than those.

Every roll-up looks at the `analysed` KPIs that have a summary row in a cycle: a KPI above the site's ceiling
has none and counts nowhere. Rules and thresholds are those of `AnalysisPolicy`; shares are in percent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from pmm_site.model import AnalysisPolicy, Catalogue, Kpi, Performance
from pmm_site.tables import CoverageRow, FindingRow, InstrumentRow, SdgRow, SummaryRow

GOALS = range(1, 18)
"""The Sustainable Development Goals."""

REVIEW_RELEVANCE = "review-relevance"
RAISE_AWARENESS = "raise-awareness"
HIGH_UPTAKE = "high-uptake"
FEW_PLANS = "few-plans"

_WELL, _LOW = Performance.WELL.value, Performance.LOW.value
_JUDGED = frozenset({_WELL, _LOW, Performance.INCONCLUSIVE.value})


class Responses(NamedTuple):
    """How many Members answered, of how many asked; figures of several KPIs add up."""

    reported: int
    asked: int

    @property
    def rate(self) -> Decimal | None:
        """Share that answered in percent, to one decimal; None when nobody was asked."""
        if not self.asked:
            return None
        return (Decimal(100 * self.reported) / self.asked).quantize(Decimal("0.1"), ROUND_HALF_UP)

    def reach(self, percent: float) -> bool:
        """Whether the share that answered, unrounded, is at least so many percent; never of nobody."""
        return self.asked > 0 and 100 * self.reported >= percent * self.asked


def added_up(parts: Iterable[Responses]) -> Responses:
    """Responses added up: over the same participants their rate is the mean of the rates."""
    reported = asked = 0
    for part in parts:
        reported, asked = reported + part.reported, asked + part.asked
    return Responses(reported, asked)


def responses(rows: Iterable[CoverageRow]) -> Mapping[tuple[str, str], Responses]:
    """Responses by cycle and KPI; a Member that left a KPI out as not applicable was asked all the same."""
    return {(row.cycle, row.kpi): Responses(row.reported, row.participants) for row in rows}


class PublishedClass(NamedTuple):
    """A KPI with its published class."""

    kpi: Kpi
    performance: str


def published_classes(catalogue: Catalogue, rows: Iterable[SummaryRow]) -> Mapping[str, tuple[PublishedClass, ...]]:
    """The published class of every analysed KPI, by cycle in the order of the rows, KPIs in catalogue order."""
    published: dict[str, dict[str, str]] = {}
    for row in rows:
        published.setdefault(row.cycle, {})[row.kpi] = row.performance
    analysed = [kpi for kpi in catalogue.kpis if kpi.analysed]
    return {
        cycle: tuple(PublishedClass(kpi, classes[kpi.id]) for kpi in analysed if kpi.id in classes)
        for cycle, classes in published.items()
    }


def findings(
    catalogue: Catalogue,
    summary_rows: Sequence[SummaryRow],
    instrument_rows: Sequence[InstrumentRow],
    policy: AnalysisPolicy,
) -> tuple[FindingRow, ...]:
    """What the use of instruments and the performance of KPIs say together, per cycle.

    An instrument is little used when fewer than `instrument_low_use` of those who answered use it, much used
    from `instrument_high_use`. With every KPI of an outcome that the instrument is mapped to:
    - `review-relevance`: the KPI performs well although the instrument is little used;
    - `raise-awareness`: the KPI performs low and the instrument is little used;
    - `high-uptake`: the KPI performs well and the instrument is much used;
    - `few-plans` (KPI blank): at most `instrument_few_plans` plan to use it, and it is not much used already.
    An instrument can be in several; one whose shares are not published is in none.
    """
    by_cycle = published_classes(catalogue, summary_rows)
    order = {instrument.id: index for index, instrument in enumerate(catalogue.instruments)}
    outcomes = {instrument.id: instrument.outcomes for instrument in catalogue.instruments}
    rows: list[FindingRow] = []
    for row in sorted(instrument_rows, key=lambda each: order[each.instrument]):
        for kpi, performance in by_cycle.get(row.cycle, ()):
            finding = _finding(performance, row, policy)
            if finding and kpi.outcome in outcomes[row.instrument]:
                rows.append(FindingRow(row.cycle, finding, kpi.id, row.instrument))
        if _few_plan(row, policy):
            rows.append(FindingRow(row.cycle, FEW_PLANS, "", row.instrument))
    cycles = {cycle: index for index, cycle in enumerate(dict.fromkeys(row.cycle for row in instrument_rows))}
    kinds = (REVIEW_RELEVANCE, RAISE_AWARENESS, HIGH_UPTAKE, FEW_PLANS)
    return tuple(sorted(rows, key=lambda each: (cycles[each.cycle], kinds.index(each.finding))))


def _finding(performance: str, row: InstrumentRow, policy: AnalysisPolicy) -> str | None:
    if row.in_use is None:
        return None
    if row.in_use < policy.instrument_low_use:
        return {_WELL: REVIEW_RELEVANCE, _LOW: RAISE_AWARENESS}.get(performance)
    if row.in_use >= policy.instrument_high_use and performance == _WELL:
        return HIGH_UPTAKE
    return None


def _few_plan(row: InstrumentRow, policy: AnalysisPolicy) -> bool:
    if row.planned is None or row.in_use is None:
        return False
    return row.planned <= policy.instrument_few_plans and row.in_use < policy.instrument_high_use


def contributions(
    catalogue: Catalogue,
    summary_rows: Sequence[SummaryRow],
    coverage_rows: Sequence[CoverageRow],
    policy: AnalysisPolicy,
) -> tuple[SdgRow, ...]:
    """How Customs contributes to each of the 17 goals, per cycle in the order of the summary rows.

    A goal's KPIs are those of the outcomes mapped to it; `kpis` counts the judged ones, whose class is well,
    low or inconclusive, and `well_performing` those of them that perform well. `response_rate` is the
    mean over the judged KPIs. The contribution is `most-productive` when at least `sdg_well_performing` percent of
    the judged KPIs perform well and the response rate is at least `sdg_response_rate`, else `other`.
    """
    answered = responses(coverage_rows)
    return tuple(
        _contribution(catalogue, cycle, goal, classes, answered, policy)
        for cycle, classes in published_classes(catalogue, summary_rows).items()
        for goal in GOALS
    )


def _contribution(
    catalogue: Catalogue,
    cycle: str,
    goal: int,
    classes: Sequence[PublishedClass],
    answered: Mapping[tuple[str, str], Responses],
    policy: AnalysisPolicy,
) -> SdgRow:
    outcomes = {link.outcome for link in catalogue.sdg_mapping if link.goal == goal}
    judged = [each for each in classes if each.kpi.outcome in outcomes and each.performance in _JUDGED]
    well = sum(1 for each in judged if each.performance == _WELL)
    response = added_up(answered.get((cycle, each.kpi.id), Responses(0, 0)) for each in judged)
    enough = bool(judged) and 100 * well >= policy.sdg_well_performing * len(judged)
    productive = enough and response.reach(policy.sdg_response_rate)
    contribution = "most-productive" if productive else "other"
    return SdgRow(cycle, goal, len(outcomes), len(judged), well, response.rate, contribution)
