"""Needs for capacity building by area, for all Members and by group, from published rows and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from pmm_site.analyse.rollups import PublishedClass, Responses, added_up, published_classes, responses
from pmm_site.model import ALL, AnalysisPolicy, Catalogue, Direction, GroupKey, Kpi, Performance
from pmm_site.tables import AggregateRow, CapacityRow, CoverageRow, MemberRow, SummaryRow


@dataclass(frozen=True)
class _Published:
    """The published figures of one cycle that needs are read from."""

    classes: Sequence[PublishedClass]
    coverage: Mapping[str, Responses]
    aggregates: Mapping[tuple[str, GroupKey], AggregateRow]
    participants: Mapping[GroupKey, int]


def capacity(
    catalogue: Catalogue,
    summary_rows: Sequence[SummaryRow],
    coverage_rows: Sequence[CoverageRow],
    aggregate_rows: Sequence[AggregateRow],
    member_rows: Sequence[MemberRow],
    policy: AnalysisPolicy,
) -> tuple[CapacityRow, ...]:
    """The need for capacity building in each area, per cycle, for all and for every group with participants.

    An area's KPIs are those that name it. One is in need when it performs low, or when fewer than
    `capacity_response_rate` percent of the participants report it. The priority is `high` when at least
    `capacity_high` percent of the area's KPIs are in need, `medium` from `capacity_medium`, else `low`.

    For a group the response rates are its own (contributors of its participants). There is no class by group:
    a KPI that performs low over all Members counts in every group but those whose published mean is nearer to
    the desired end than that of all Members, by more than both roundings can explain. `low_performing` counts
    such KPIs, `response_rate` is the mean over the area's KPIs. An area without KPIs in a cycle has no row.
    """
    answered = responses(coverage_rows)
    rows: list[CapacityRow] = []
    for cycle, classes in published_classes(catalogue, summary_rows).items():
        published = _Published(
            classes=classes,
            coverage={kpi: each for (of_cycle, kpi), each in answered.items() if of_cycle == cycle},
            aggregates={
                (row.kpi, GroupKey(row.grouping, row.group)): row for row in aggregate_rows if row.cycle == cycle
            },
            participants=_participants(row for row in member_rows if row.cycle == cycle),
        )
        rows.extend(_needs(catalogue, cycle, published, policy))
    return tuple(rows)


def _participants(rows: Iterator[MemberRow]) -> Mapping[GroupKey, int]:
    return Counter(GroupKey(*group) for row in rows if row.participates for group in row.groups.items())


def _needs(catalogue: Catalogue, cycle: str, published: _Published, policy: AnalysisPolicy) -> Iterator[CapacityRow]:
    groups = [GroupKey(each.id, group.id) for each in catalogue.groupings for group in each.groups]
    for area in catalogue.capacity_building:
        kpis = [each for each in published.classes if area.id in each.kpi.capacity_building]
        for key in (ALL, *groups) if kpis else ():
            if key == ALL or published.participants.get(key):
                yield _need(cycle, area.id, key, kpis, published, policy)


def _need(
    cycle: str, area: str, key: GroupKey, kpis: Sequence[PublishedClass], published: _Published, policy: AnalysisPolicy
) -> CapacityRow:
    answered = {each.kpi.id: _responses(each.kpi, key, published) for each in kpis}
    low = {each.kpi.id for each in kpis if _performs_low(each, key, published)}
    missing = {kpi for kpi, given in answered.items() if not given.reach(policy.capacity_response_rate)}
    share = 100 * len(low | missing) / len(kpis)
    priority = "high" if share >= policy.capacity_high else "medium" if share >= policy.capacity_medium else "low"
    rate = added_up(answered.values()).rate
    return CapacityRow(cycle, area, key.grouping, key.group, len(kpis), len(low), rate, priority)


def _responses(kpi: Kpi, key: GroupKey, published: _Published) -> Responses:
    """Responses over all Members or in a group; a group without a row of the KPI has no contributors."""
    if key == ALL:
        return published.coverage.get(kpi.id, Responses(0, 0))
    row = published.aggregates.get((kpi.id, key))
    return Responses(row.contributors if row else 0, published.participants[key])


def _performs_low(kpi: PublishedClass, key: GroupKey, published: _Published) -> bool:
    if kpi.performance != Performance.LOW.value:
        return False
    return key == ALL or not _is_better(kpi.kpi, published.aggregates, key)


def _is_better(kpi: Kpi, aggregates: Mapping[tuple[str, GroupKey], AggregateRow], key: GroupKey) -> bool:
    """Whether a group's published mean is surely nearer to the desired end than that of all Members."""
    group, everybody = aggregates.get((kpi.id, key)), aggregates.get((kpi.id, ALL))
    if group is None or everybody is None or group.mean is None or everybody.mean is None:
        return False
    ahead = group.mean - everybody.mean if kpi.direction is Direction.HIGHER else everybody.mean - group.mean
    return ahead > ((group.rounding or Decimal(0)) + (everybody.rounding or Decimal(0))) / 2
