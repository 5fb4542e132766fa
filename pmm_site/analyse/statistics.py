"""The statistics of every KPI and instrument over one set of values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from pmm_site.analyse.comparisons import tests
from pmm_site.analyse.groups import group_keys, groups_of_participants
from pmm_site.distributions import counted, finest_edges
from pmm_site.model import (
    Answer,
    CycleData,
    Dataset,
    GroupKey,
    InstrumentStatistics,
    Kpi,
    KpiStatistics,
    Observation,
    ResponseStatus,
    Statistics,
)


def analyse(dataset: Dataset) -> Statistics:
    """All that is computed over the values in a dataset: one function for all values and for visible ones.

    There is an entry for every KPI in force (one with observations) and every instrument in every
    published cycle; a draft has none. A contributor is a Member whose observation has a value, so a dataset
    restricted to what a site shows keeps its observations and drops the values of the others: counts of
    coverage follow the statuses and stay as they were. Pure; the order of rows does not matter.
    """
    keys = group_keys(dataset)
    kpis: dict[tuple[str, str], KpiStatistics] = {}
    instruments: dict[tuple[str, str], InstrumentStatistics] = {}
    for data in dataset.published:
        cycle = data.cycle.id
        groups = groups_of_participants(dataset, data)
        for kpi in dataset.catalogue.kpis:
            if kpi.id in data.by_kpi:
                kpis[cycle, kpi.id] = _kpi_statistics(data, kpi, keys, groups)
        answers = _answers_by_instrument(data)
        for instrument in dataset.catalogue.instruments:
            given = answers.get(instrument.id, [])
            instruments[cycle, instrument.id] = _instrument_statistics(cycle, instrument.id, given)
    statistics = Statistics(kpis, instruments)
    return replace(statistics, tests=tests(dataset, statistics))


def _kpi_statistics(
    data: CycleData, kpi: Kpi, keys: Iterable[GroupKey], groups_of: Mapping[str, tuple[GroupKey, ...]]
) -> KpiStatistics:
    observations = data.by_kpi[kpi.id]
    values = dict(sorted((each.member, each.value) for each in observations if each.value is not None))
    members: dict[GroupKey, list[str]] = {key: [] for key in keys}
    for member in values:
        for key in groups_of[member]:
            members[key].append(member)
    edges = finest_edges(kpi)
    return KpiStatistics(
        cycle=data.cycle.id,
        kpi=kpi.id,
        values=values,
        groups={key: tuple(found) for key, found in members.items()},
        edges=edges,
        counts=counted(edges, values.values()),
        participants=len(data.participants),
        not_applicable=_number(observations, ResponseStatus.NOT_APPLICABLE),
        not_available=_number(observations, ResponseStatus.NOT_AVAILABLE),
    )


def _number(observations: Iterable[Observation], status: ResponseStatus) -> int:
    return sum(1 for each in observations if each.status is status)


def _answers_by_instrument(data: CycleData) -> Mapping[str, list[Answer]]:
    sorted_out: dict[str, list[Answer]] = {}
    for answer in sorted(data.answers, key=lambda each: each.member):
        sorted_out.setdefault(answer.instrument, []).append(answer)
    return sorted_out


def _instrument_statistics(cycle: str, instrument: str, given: Iterable[Answer]) -> InstrumentStatistics:
    return InstrumentStatistics(
        cycle=cycle,
        instrument=instrument,
        aware={each.member: each.aware for each in given if each.aware is not None},
        usage={each.member: each.usage for each in given if each.usage is not None},
    )
