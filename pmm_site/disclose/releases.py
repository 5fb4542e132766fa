"""Releases: the record of what one shows to whom, the history of records, what must be acknowledged for a new one."""

from __future__ import annotations

import os
from collections.abc import Collection, Container, Iterable, Iterator
from pathlib import Path

from pmm_site.disclose.assemble import Assembly
from pmm_site.disclose.decisions import VISIBLE
from pmm_site.disclose.difference import Difference
from pmm_site.disclose.history import History
from pmm_site.disclose.levels import shown_to
from pmm_site.disclose.questions import audience
from pmm_site.disclose.records import (
    Record,
    RecordDamaged,
    RecordedClass,
    RecordedDistribution,
    RecordedMean,
    RecordedShares,
    ValueKey,
    from_json,
)
from pmm_site.model import ALL, Dataset, Direction, GroupKey, Readers, Site

RECORD_FILE = "record.json"


def record_of(assembly: Assembly, published: Iterable[Site], sequence: int) -> Record:
    """The record of what the sites of a build show to whom; `sequence`: its place among the project's releases.

    With the basis `visible` it holds no figures, since none of them is over hidden values.
    """
    sites = tuple(published)
    figures = assembly.dataset.settings.disclosure.basis != VISIBLE
    return Record(
        name=assembly.release,
        sequence=sequence,
        readers={site.id: site.readers for site in sites},
        values=_values(assembly),
        shown=_shown(assembly, sites),
        means=tuple(_means(assembly)) if figures else (),
        distributions=tuple(_distributions(assembly)) if figures else (),
        classes=tuple(_classes(assembly)) if figures else (),
        shares=tuple(_shares(assembly)) if figures else (),
    )


def _values(assembly: Assembly) -> dict[ValueKey, str]:
    numbers = assembly.access.numbers
    return {
        (data.cycle.id, observation.kpi, observation.member): observation.written
        for data in assembly.dataset.published
        for observation, number in zip(data.observations, numbers[data.cycle.id], strict=True)
        if number >= 0
    }


def _shown(assembly: Assembly, sites: tuple[Site, ...]) -> dict[ValueKey, tuple[str, ...]]:
    access = assembly.access
    places = [tuple(site.id for site in sites if shown_to(site, readers)) for readers in access.readers]
    return {
        (data.cycle.id, observation.kpi, observation.member): places[number]
        for data in assembly.dataset.published
        for observation, number in zip(data.observations, access.numbers[data.cycle.id], strict=True)
        if number >= 0 and places[number]
    }


def _means(assembly: Assembly) -> Iterator[RecordedMean]:
    """Means of groups, and both means of each change, as printed."""
    rows, submitted = assembly.rows, assembly.submitted
    for key in rows.keys:
        for row in rows.aggregates[key]:
            readers = _audience(assembly, row.kpi, GroupKey(row.grouping, row.group))
            if row.mean is not None and row.rounding is not None and readers is not None:
                members = submitted.kpis[key].groups[GroupKey(row.grouping, row.group)]
                figure = f"{row.grouping}/{row.group}"
                yield RecordedMean(row.cycle, row.kpi, figure, members, row.mean, row.rounding, readers)
        for change in rows.changes.get(key, ()):
            group = GroupKey(change.grouping, change.group)
            readers = _audience(assembly, change.kpi, group)
            if change.mean is None or change.previous_mean is None or change.rounding is None or readers is None:
                continue
            members = assembly.changes[change.cycle, change.previous, change.kpi, group]
            both = ((change.cycle, change.previous, change.mean), (change.previous, change.cycle, change.previous_mean))
            for here, there, mean in both:
                figure = f"{change.grouping}/{change.group} with {there}"
                yield RecordedMean(here, change.kpi, figure, members, mean, change.rounding, readers)


def _audience(assembly: Assembly, kpi: str, group: GroupKey) -> Readers | None:
    return audience(assembly.dataset, assembly.dataset.catalogue.kpi_by_id[kpi], group)


def _distributions(assembly: Assembly) -> Iterator[RecordedDistribution]:
    for (cycle, kpi), decision in assembly.decisions.kpis.items():
        if decision.edges:
            members = assembly.submitted.kpis[cycle, kpi].groups[ALL]
            yield RecordedDistribution(cycle, kpi, members, decision.edges)


def _classes(assembly: Assembly) -> Iterator[RecordedClass]:
    kpis = assembly.dataset.catalogue.kpi_by_id
    for (cycle, kpi), decision in assembly.decisions.kpis.items():
        if decision.performance.published and kpis[kpi].direction is not Direction.NONE:
            yield RecordedClass(cycle, kpi, assembly.submitted.kpis[cycle, kpi].groups[ALL])


def _shares(assembly: Assembly) -> Iterator[RecordedShares]:
    for (cycle, instrument), rates in assembly.decisions.rates.items():
        answers = assembly.submitted.instruments[cycle, instrument]
        if rates.step is not None and rates.aware is not None:
            aware = {member: "yes" if answer else "no" for member, answer in answers.aware.items()}
            yield RecordedShares(cycle, instrument, "aware", aware, rates.step)
        if rates.step is not None and rates.in_use is not None:
            usage = {member: answer.value for member, answer in answers.usage.items()}
            yield RecordedShares(cycle, instrument, "usage", usage, rates.step)


# --- on disk ------------------------------------------------------------------------------------


def read_history(releases: Path) -> History:
    """The history of all releases that are recorded in the folder; empty where there is no folder.

    RecordDamaged where a record cannot be read or is missing: without it nobody knows what was published.
    """
    if not os.path.lexists(releases):
        return History()
    if not releases.is_dir():
        raise RecordDamaged(str(releases), "this is no folder, or a link that leads nowhere", "restore it from a copy")
    entries = sorted(each for each in releases.iterdir() if not each.name.startswith("."))
    lost = next((each for each in entries if not each.exists()), None)
    if lost is not None:
        raise RecordDamaged(str(lost), "the link leads nowhere")
    history = History.of(read_record(folder) for folder in entries if folder.is_dir())
    numbers = {record.sequence for record in history.records}
    missing = next((number for number in range(1, max(numbers, default=0)) if number not in numbers), None)
    if missing is not None:
        raise RecordDamaged(str(releases), f"release number {missing} is missing", "restore its folder from a copy")
    return history


def read_record(folder: Path) -> Record:
    """The record in the folder of a release; RecordDamaged."""
    path = folder / RECORD_FILE
    if not path.resolve().is_relative_to(folder.parent.parent.resolve()):
        raise RecordDamaged(str(path), "a link leads out of the project", "put the release's folder itself there")
    try:
        content = path.read_bytes()
    except OSError:
        raise RecordDamaged(str(path), "the record cannot be read") from None
    return from_json(content, str(path))


def forgotten(history: History, dataset: Dataset) -> tuple[str, ...]:
    """The ids that records name and the data no longer have, as `releases/<name>/record.json: cycle c2022`.

    What was published under such an id would protect nobody, for the same thing under another id counts as another.
    """
    known: dict[str, Container[str]] = {
        "cycle": {data.cycle.id for data in dataset.cycles},
        "KPI": dataset.catalogue.kpi_by_id,
        "Member": dataset.members,
        "instrument": {instrument.id for instrument in dataset.catalogue.instruments},
    }
    named = (
        f"releases/{record.name}/{RECORD_FILE}: {kind} {identifier}"
        for record in history.records
        for kind, identifiers in _names(record).items()
        for identifier in sorted(identifiers)
        if identifier not in known[kind]
    )
    return tuple(named)


def _names(record: Record) -> dict[str, set[str]]:
    """The ids that a record holds, by what they are of; Members also as readers, for they know what they saw."""
    figures = {(cycle, kpi) for cycle, kpi, _ in record.values}  # a figure is over values that are recorded
    asked = [(each.cycle, each.instrument, each.answers) for each in record.shares]
    return {
        "cycle": {cycle for cycle, _ in figures} | {cycle for cycle, _, _ in asked},
        "KPI": {kpi for _, kpi in figures},
        "Member": {member for _, _, member in record.values}.union(
            *(answers for _, _, answers in asked), *(readers.members for readers in record.readers.values())
        ),
        "instrument": {instrument for _, instrument, _ in asked},
    }


def next_sequence(history: History) -> int:
    """The place of the next release among those of the project, from 1."""
    return 1 + max((record.sequence for record in history.records), default=0)


def unacknowledged(difference: Difference, named: Collection[str]) -> tuple[str, ...]:
    """The keys of values that become more visible and are not among those that a person has `named`."""
    return tuple(key for key in difference.widened if key not in named)
