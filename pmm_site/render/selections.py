"""What pages and narrative texts count and list: KPIs, instruments, goals, areas and participants by a criterion.

Everything is read from the release package, in the order of the catalogue; nothing is ranked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from decimal import ROUND_HALF_EVEN, Decimal
from typing import NamedTuple

from pmm_site.model import ALL, AnalysisPolicy, CapacityArea, GroupKey, Instrument, Kpi
from pmm_site.render.view import SiteView
from pmm_site.tables import (
    CapacityRow,
    ChangeRow,
    CycleRow,
    FindingRow,
    GroupTestRow,
    InstrumentRow,
    MemberRow,
    SdgRow,
    SummaryRow,
)

GOALS = range(1, 18)
PRIORITIES = ("high", "medium", "low")
MUCH_LOW = "much-low"
"""Much used, and yet the KPIs perform low: the fourth cell, which findings.csv does not name."""

FINDINGS = ("review-relevance", "raise-awareness", "high-uptake", "few-plans")
PERFORMANCES = ("well", "low", "inconclusive", "not-evaluable")
CLASS_ORDER = {performance: at for at, performance in enumerate(PERFORMANCES)}


class ClassChange(NamedTuple):
    """A KPI whose class differs from that of the cycle before.

    `same_members`: means over the Members of both cycles, None where the package has no such row; `test`:
    whether their change is more than chance, None where it may not be said.
    """

    kpi: Kpi
    before: SummaryRow
    now: SummaryRow
    same_members: ChangeRow | None
    test: GroupTestRow | None


class Successor(NamedTuple):
    """A KPI that left the set: the last cycle it was in, and the KPIs that take its place."""

    kpi: Kpi
    version: str
    until: str
    successors: tuple[Kpi, ...]


def threshold(view: SiteView, name: str) -> str:
    """A threshold of the analysis or of the rules as a plain number: `70`; the documented default without one."""
    known = {**{each.name: each.default for each in fields(AnalysisPolicy)}, **(view.info.analysis or {}),
             **(view.info.rules or {})}  # fmt: skip
    value = Decimal(str(known[name]))
    return format(value.quantize(Decimal(1)) if value == value.to_integral() else value.normalize(), "f")


def cycle_before(view: SiteView, cycle: str) -> CycleRow | None:
    """The published cycle before one, None for the first."""
    ids = [row.cycle for row in view.cycles]
    at = ids.index(cycle) if cycle in ids else 0
    return view.cycles[at - 1] if at else None


def kpis(
    view: SiteView,
    cycle: str,
    *,
    performance: str | None = None,
    dimension: str | None = None,
) -> tuple[Kpi, ...]:
    """The analysed KPIs that have a class on this site in a cycle; `performance` as in summary.csv."""
    return tuple(
        kpi
        for kpi in view.catalogue.kpis
        if kpi.analysed
        and (row := view.summary(cycle, kpi.id)) is not None
        and (performance is None or row.performance == performance)
        and (dimension is None or view.dimension_of(kpi).id == dimension)
    )


def kpis_of_instrument(view: SiteView, instrument: Instrument) -> tuple[Kpi, ...]:
    """The KPIs of the outcomes that an instrument serves."""
    return tuple(kpi for kpi in view.catalogue.kpis if kpi.outcome in instrument.outcomes)


def instruments(view: SiteView, cycle: str, *, finding: str | None) -> tuple[Instrument, ...]:
    """The instruments of the catalogue, or those with a finding in findings.csv."""
    return tuple(
        each
        for each in view.catalogue.instruments
        if finding is None or any(row.finding == finding for row in findings_of(view, cycle, each.id))
    )


def by_use(view: SiteView, cycle: str, *, much: bool) -> tuple[Instrument, ...]:
    """The instruments in use by many or by few of those that answered, by the thresholds of the analysis."""
    high, low = (Decimal(threshold(view, f"instrument_{end}_use")) for end in ("high", "low"))
    found = []
    for each in view.catalogue.instruments:
        in_use = share(view.instrument_rows.get((cycle, each.id)), "in_use")
        if in_use is not None and (in_use >= high if much else in_use < low):
            found.append(each)
    return tuple(found)


def findings_of(view: SiteView, cycle: str, instrument: str) -> Sequence[FindingRow]:
    """The findings on an instrument."""
    return view.findings_on_instrument.get((cycle, instrument), ())


def used_yet_low(view: SiteView, cycle: str) -> tuple[tuple[Instrument, tuple[Kpi, ...]], ...]:
    """Much-used instruments beside low-performing KPIs: the fourth cell, which findings.csv does not name."""
    found = ((instrument, low_though_used(view, cycle, instrument)) for instrument in view.catalogue.instruments)
    return tuple((instrument, kpis) for instrument, kpis in found if kpis)


def low_though_used(view: SiteView, cycle: str, instrument: Instrument) -> tuple[Kpi, ...]:
    """The low-performing KPIs of an instrument that is much used; none of one that is not."""
    row = view.instrument_rows.get((cycle, instrument.id))
    if row is None or row.in_use is None or row.in_use < Decimal(threshold(view, "instrument_high_use")):
        return ()
    return tuple(
        kpi
        for kpi in kpis_of_instrument(view, instrument)
        if kpi.analysed and (summary := view.summary(cycle, kpi.id)) is not None and summary.performance == "low"
    )


def goals(view: SiteView, cycle: str, *, contribution: str | None = None) -> tuple[SdgRow, ...]:
    """The goals with figures, by number."""
    rows = (view.sdg_rows.get((cycle, goal)) for goal in GOALS)
    return tuple(row for row in rows if row is not None and contribution in (None, row.contribution))


def area_row(view: SiteView, cycle: str, area: str) -> CapacityRow | None:
    """The need of an area over all Members; None where the package has no such row."""
    return view.capacity_rows.get((cycle, area), {}).get(ALL)


def areas(view: SiteView, cycle: str, *, priority: str | None = None) -> tuple[tuple[CapacityArea, CapacityRow], ...]:
    """The areas with a priority, the highest first and within a priority in the order of the catalogue."""
    found = [
        (area, row)
        for area in view.catalogue.capacity_building
        if (row := area_row(view, cycle, area.id)) is not None and priority in (None, row.priority)
    ]
    return tuple(sorted(found, key=lambda pair: PRIORITIES.index(pair[1].priority)))


def response_rate(view: SiteView, cycle: str, kpi: str) -> Decimal | None:
    """How many percent of the participants reported a KPI, from the counts: the published rate is rounded already.

    A rate rounded twice would differ by a point from page to page. None where the KPI has no figures.
    """
    row, summary = view.coverage(cycle, kpi), view.summary(cycle, kpi)
    if row is not None and row.participants:
        return Decimal(100 * row.reported) / row.participants
    return summary.response_rate if summary is not None else None


def participants(view: SiteView, cycle: str, key: GroupKey = ALL) -> tuple[MemberRow, ...]:
    """The Members that took part in a cycle, by code."""
    rows = view.members(cycle)
    return tuple(
        rows[code]
        for code in sorted(rows)
        if rows[code].participates and (key == ALL or rows[code].groups.get(key.grouping) == key.group)
    )


def newcomers(view: SiteView, cycle: str) -> tuple[MemberRow, ...]:
    """The participants that did not take part in the cycle before; none in the first cycle."""
    before = cycle_before(view, cycle)
    if before is None:
        return ()
    earlier = {row.member for row in participants(view, before.cycle)}
    return tuple(row for row in participants(view, cycle) if row.member not in earlier)


def share(row: InstrumentRow | None, question: str) -> Decimal | None:
    """The published share of an answer: question `aware`, `in_use`, `planned` or `not_planned`."""
    return getattr(row, question) if row is not None else None


def respondents(row: InstrumentRow | None, question: str) -> int:
    """How many Members answered the question that a share is of."""
    if row is None:
        return 0
    return row.aware_respondents if question == "aware" else row.usage_respondents


class MeanShare(NamedTuple):
    """A mean of published shares to a whole percent; over how many instruments, and out of how many."""

    mean: Decimal
    known: int
    of: int


def mean_share(view: SiteView, cycle: str, question: str, of_instruments: Sequence[Instrument]) -> MeanShare | None:
    """The mean of the published shares of some instruments; None where none is published."""
    of = [share(view.instrument_rows.get((cycle, each.id)), question) for each in of_instruments]
    known = [each for each in of if each is not None]
    if not known:
        return None
    mean = (sum(known, Decimal(0)) / len(known)).quantize(Decimal(1), ROUND_HALF_EVEN)
    return MeanShare(mean, len(known), len(of))


def test_of(view: SiteView, cycle: str, kpi: str, factor: str) -> GroupTestRow | None:
    """The test on a KPI by a factor: a grouping, an instrument or the cycle before. None: nothing is said."""
    return next((row for row in view.tests(cycle, kpi) if row.factor == factor), None)


def moved(view: SiteView, cycle: str) -> tuple[tuple[Kpi, GroupTestRow], ...]:
    """Analysed KPIs that changed by more than chance since the cycle before, each with its test."""
    before = cycle_before(view, cycle)
    tested = ((kpi, test_of(view, cycle, kpi.id, before.cycle)) for kpi in kpis(view, cycle)) if before else ()
    return tuple((kpi, test) for kpi, test in tested if test is not None and test.significant)


def users_compared(view: SiteView, cycle: str, *, differing: bool) -> tuple[tuple[Instrument, tuple[Kpi, ...]], ...]:
    """Instruments with a published test of whether users and others report other values, each with the KPIs tested."""
    found = []
    for instrument in view.catalogue.instruments:
        tests = ((kpi, test_of(view, cycle, kpi.id, instrument.id)) for kpi in kpis_of_instrument(view, instrument))
        tested = tuple(kpi for kpi, test in tests if test is not None and (test.significant or not differing))
        if tested:
            found.append((instrument, tested))
    return tuple(found)


def class_changes(view: SiteView, cycle: str) -> tuple[ClassChange, ...]:
    """KPIs with a class in both cycles that is no longer the same."""
    before = cycle_before(view, cycle)
    if before is None:
        return ()
    found = []
    for kpi in kpis(view, cycle):
        now, earlier = view.summary(cycle, kpi.id), view.summary(before.cycle, kpi.id)
        if now is not None and earlier is not None and now.performance != earlier.performance:
            same = view.changes(cycle, kpi.id).get(ALL)
            found.append(ClassChange(kpi, earlier, now, same, test_of(view, cycle, kpi.id, before.cycle)))
    return tuple(found)


def dropped(view: SiteView, cycle: str | None = None) -> tuple[Successor, ...]:
    """KPIs whose last version ended before the latest cycle (or just before `cycle`), with their successors."""
    order = [row.cycle for row in view.cycles]
    found = []
    for kpi in view.catalogue.kpis:
        last = kpi.versions[-1] if kpi.versions else None
        if last is None or last.until not in order[:-1]:
            continue
        if cycle is None or (cycle in order and order.index(cycle) == order.index(last.until) + 1):
            known = view.catalogue.kpi_by_id
            successors = tuple(known[id] for id in last.successor if id in known)
            found.append(Successor(kpi, last.version, last.until, successors))
    return tuple(found)


def joined(view: SiteView, cycle: str) -> tuple[Kpi, ...]:
    """KPIs whose first version begins with a cycle that is not the first."""
    order = [row.cycle for row in view.cycles]
    return tuple(
        kpi for kpi in view.catalogue.kpis if kpi.versions and kpi.versions[0].since == cycle and cycle in order[1:]
    )


def revised(view: SiteView, cycle: str) -> tuple[Kpi, ...]:
    """KPIs of which a further version begins with a cycle."""
    return tuple(kpi for kpi in view.catalogue.kpis if any(version.since == cycle for version in kpi.versions[1:]))
