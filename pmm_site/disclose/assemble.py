"""From decisions to the release package of each site: the rows that the site's readers may have.

`Assembly` holds what all sites share; `Assembly.package` adds what one site shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from pmm_site.disclose.about import narrative_pages, package_info, published_catalogue
from pmm_site.disclose.decisions import SUBMITTED, VISIBLE, Decisions
from pmm_site.disclose.levels import (
    Access,
    Grade,
    ceiling_admits,
    effective_level,
    level_readers,
    sharing_unions,
    shown_to,
    site_unions,
    sites,
    sole_reader,
    union_members,
)
from pmm_site.disclose.questions import Changes
from pmm_site.disclose.shared import (
    AggregateHead,
    CycleValues,
    Judge,
    Key,
    SharedRows,
    shared_rows,
    summary_row,
    value_rows,
    written,
)
from pmm_site.disclose.steps import visible_mean
from pmm_site.disclose.unprotected import open_decisions, visible_changes
from pmm_site.model import (
    PREVIEW,
    Catalogue,
    CycleData,
    Dataset,
    GroupKey,
    Kpi,
    KpiStatistics,
    Level,
    Site,
    SiteKind,
    Statistics,
)
from pmm_site.package import ReleasePackage, UnionName
from pmm_site.tables import AggregateRow, AnswerRow, GroupTestRow, MemberRow, SummaryRow, ValueRow, VisibilityRow

Tables = dict[str, tuple[Any, ...]]

RollUp = Callable[[Catalogue, Mapping[str, tuple[Any, ...]]], Mapping[str, tuple[Any, ...]]]
"""Findings, contributions to goals and capacity needs: rows from published rows."""


class _FirstRows(NamedTuple):
    """The aggregate rows of a KPI, with what they were made from."""

    heads: tuple[AggregateHead, ...]
    visible: KpiStatistics
    rows: tuple[AggregateRow, ...]


@dataclass(frozen=True)
class Assembly:
    """All that the release packages of one build have in common.

    submitted: statistics over all submitted values. changes: the Members that two cycles share, by (cycle, previous
    cycle, KPI, group). judge: gives the verdict on values. roll_up: gives further tables, computed from the published
    ones. release: the name of the release, or `preview`.
    """

    dataset: Dataset
    decisions: Decisions
    submitted: Statistics
    changes: Changes
    judge: Judge
    roll_up: RollUp | None = None
    release: str = PREVIEW

    @cached_property
    def access(self) -> Access:
        """The readers of every value."""
        return Access.of(self.dataset)

    @cached_property
    def catalogue(self) -> Catalogue:
        """The catalogue, the same in every package."""
        return published_catalogue(self.dataset)

    @cached_property
    def rows(self) -> SharedRows:
        """The rows over all submitted values, which sites take over by reference."""
        return shared_rows(self.dataset, self.decisions, self.submitted, self.changes, self.judge)

    @cached_property
    def values(self) -> dict[str, CycleValues]:
        """The rows of every value by cycle: as they are on a site that shows it, and on one that does not."""
        return value_rows(self.dataset, self.access)

    @cached_property
    def members(self) -> tuple[MemberRow, ...]:
        """A row for every Member in every published cycle, without peer review."""
        return tuple(
            _member_row(self.dataset, data, code)
            for data in self.dataset.published
            for code in sorted(self.dataset.members)
        )

    @cached_property
    def sites_by_readers(self) -> tuple[str, ...]:
        """For each distinct set of readers the ids of the sites that show a value with them, joined by `;`."""
        every = sites(self.dataset)
        return tuple(";".join(site.id for site in every if shown_to(site, readers)) for readers in self.access.readers)

    @cached_property
    def _first_rows(self) -> dict[tuple[bool, Key], _FirstRows]:
        """The rows that were made first of each KPI, for the public site and for another: most sites show the same."""
        return {}

    def package(self, site: Site, visible: Statistics) -> ReleasePackage:
        """Everything that one site may show; `visible` are the statistics over the values that it shows."""
        tables = figures(self, site, visible)
        if self.roll_up is not None:
            tables.update(self.roll_up(self.dataset.catalogue, tables))
        return ReleasePackage(
            info=package_info(self.dataset, site, self.release),
            catalogue=self.catalogue,
            unions=tuple(
                UnionName(union.id, union.name, tuple(sorted(union_members(self.dataset, union.id))))
                for union in self.dataset.unions.values()
            ),
            tables=tables,
            content=tuple(narrative_pages(self.dataset, site)),
        )


# --- tables -------------------------------------------------------------------------------------


def figures(assembly: Assembly, site: Site, visible: Statistics) -> Tables:
    """Every table of the site but the roll-ups, which are computed from these."""
    rows, dataset = assembly.rows, assembly.dataset
    if dataset.settings.disclosure.basis == VISIBLE:
        shared_changes = visible_changes(assembly.changes, visible)
        decisions = open_decisions(dataset, visible, shared_changes)
        rows = shared_rows(dataset, decisions, visible, shared_changes, assembly.judge)
    grades = {kpi.id: ceiling_admits(site, kpi) for kpi in dataset.catalogue.kpis}
    whole = tuple(key for key in rows.keys if grades[key[1]] is Grade.ALL)
    own_unions = frozenset(site_unions(dataset, site))
    tables: Tables = {
        "cycles": rows.cycles,
        "members": _members(assembly, site),
        "values": _values(assembly, site, grades),
        "aggregates": tuple(_aggregates(assembly, site, rows, grades, visible)),
        "changes": tuple(
            row
            for key in rows.keys
            for row in rows.changes.get(key, ())
            if _admits(grades[key[1]], own_unions, row.grouping, row.group)
        ),
        "tests": tuple(_tests(rows, whole, visible)),
        "summary": tuple(_summary(assembly, rows, whole, visible)),
        "distribution": tuple(row for key in whole for row in rows.distribution[key]),
        "coverage": tuple(rows.coverage[key] for key in whole),
        "instruments": rows.instruments,
    }
    if site.kind is SiteKind.COUNTRY:
        tables["answers"] = tuple(_answers(dataset, site))
        tables["visibility"] = tuple(_visibility(assembly, site))
    return tables


def _admits(grade: Grade, own_unions: frozenset[str], grouping: str, group: str) -> bool:
    """Whether a group's aggregate may stand on a site: a union's own on its sites only."""
    if grouping == "union":
        return group in own_unions and grade in (Grade.ALL, Grade.UNION_AGGREGATES)
    return grade is Grade.ALL


def _aggregates(
    assembly: Assembly,
    site: Site,
    rows: SharedRows,
    grades: Mapping[str, Grade],
    visible: Statistics,
) -> Iterator[AggregateRow]:
    own_unions = frozenset(site_unions(assembly.dataset, site))
    for key in rows.keys:
        grade = grades[key[1]]
        if grade not in (Grade.ALL, Grade.UNION_AGGREGATES):
            continue
        kpi = assembly.dataset.catalogue.kpi_by_id[key[1]]
        for row in _with_visible(assembly, site, kpi, rows.aggregates[key], visible.kpis[key]):
            if _admits(grade, own_unions, row.grouping, row.group):
                yield row


def _with_visible(
    assembly: Assembly, site: Site, kpi: Kpi, heads: tuple[AggregateHead, ...], visible: KpiStatistics
) -> tuple[AggregateRow, ...]:
    """The aggregate rows of a KPI, with the means over the values that the site shows.

    A row that was made for another site from the same values is taken over, not made again.
    """
    place = (site.kind is SiteKind.PUBLIC, (visible.cycle, visible.kpi))
    first = assembly._first_rows.get(place)
    if first is not None and first.heads is heads and first.visible.values == visible.values:
        return first.rows
    rows = []
    for position, head in enumerate(heads):
        group = GroupKey(head.grouping, head.group)
        members = visible.groups.get(group, ())
        if first is not None and first.heads is heads and first.visible.groups.get(group) == members:
            rows.append(first.rows[position])
        else:
            mean = visible.mean(group)
            rows.append(AggregateRow(*head, len(members), None if mean is None else visible_mean(kpi, mean)))
    all_rows = tuple(rows)
    if first is None:
        assembly._first_rows[place] = _FirstRows(heads, visible, all_rows)
    return all_rows


def _tests(rows: SharedRows, keys: tuple[Key, ...], visible: Statistics) -> Iterator[GroupTestRow]:
    """Tests over all values where they may be published, else over shown values."""
    free: dict[Key, list[GroupTestRow]] = {}
    for test in visible.tests:
        row = GroupTestRow(test.cycle, test.kpi, test.test, test.factor, test.significant, VISIBLE)
        free.setdefault((test.cycle, test.kpi), []).append(row)
    for key in keys:
        rows_of_kpi = {(row.test, row.factor): row for row in free.get(key, ())}
        rows_of_kpi.update({(row.test, row.factor): row for row in rows.tests.get(key, ())})
        yield from (rows_of_kpi[test] for test in sorted(rows_of_kpi))


def _summary(assembly: Assembly, rows: SharedRows, keys: tuple[Key, ...], visible: Statistics) -> Iterator[SummaryRow]:
    dataset = assembly.dataset
    basis = dataset.settings.disclosure.basis
    for key in keys:
        head = rows.summary[key]
        if head.verdict is not None:
            yield summary_row(head, head.verdict, VISIBLE if basis == VISIBLE else SUBMITTED)
            continue
        kpi = dataset.catalogue.kpi_by_id[key[1]]
        values = tuple(visible.kpis[key].values.values())
        verdict = written(assembly.judge(values, kpi.direction, dataset.settings.disclosure), True)
        yield summary_row(head, verdict, VISIBLE)


def _values(assembly: Assembly, site: Site, grades: Mapping[str, Grade]) -> tuple[ValueRow, ...]:
    flags = assembly.access.shown(site)
    admitted = {kpi for kpi, grade in grades.items() if grade in (Grade.ALL, Grade.UNION_AGGREGATES)}
    found: list[ValueRow] = []
    for data in assembly.dataset.published:
        numbers = assembly.access.numbers[data.cycle.id]
        rows = assembly.values[data.cycle.id]
        if site.kind is SiteKind.PUBLIC:
            found += (row for number, row in zip(numbers, rows.bare, strict=True) if flags[number])
            continue
        chosen = [
            shown if flags[number] else closed
            for number, shown, closed in zip(numbers, rows.shown, rows.closed, strict=True)
        ]
        own = rows.own.get(sole_reader(site) or "", ())
        if site.kind is SiteKind.COUNTRY:
            for position in own:
                chosen[position] = chosen[position]._replace(note=data.observations[position].note or None)
        kept = {position for position in own if grades.get(rows.kpis[position]) is Grade.OWN_VALUE}
        if len(admitted) == len(grades):
            found += chosen
        else:
            found += (
                row
                for position, (kpi, row) in enumerate(zip(rows.kpis, chosen, strict=True))
                if kpi in admitted or position in kept
            )
    return tuple(found)


# --- Members and their own rows -----------------------------------------------------------------


def _member_row(dataset: Dataset, data: CycleData, code: str) -> MemberRow:
    participant = data.participants.get(code)
    groups = participant.groups if participant is not None else dataset.members[code].groups
    return MemberRow(data.cycle.id, code, dataset.members[code].name, participant is not None, groups, None)


def _members(assembly: Assembly, site: Site) -> tuple[MemberRow, ...]:
    """Every Member in every cycle, with peer review where all readers of the site may know it."""
    dataset = assembly.dataset
    reviews = {
        (data.cycle.id, code): participant.peer_review.value
        for data in dataset.published
        for code, participant in data.participants.items()
        if shown_to(site, level_readers(dataset, _review_level(dataset), code, data.cycle.reference_year))
    }
    if not reviews:
        return assembly.members
    return tuple(
        row._replace(peer_review=reviews[row.cycle, row.member]) if (row.cycle, row.member) in reviews else row
        for row in assembly.members
    )


def _review_level(dataset: Dataset) -> Level:
    return dataset.settings.disclosure.peer_review_disclosure


def _answers(dataset: Dataset, site: Site) -> Iterator[AnswerRow]:
    order = {instrument.id: position for position, instrument in enumerate(dataset.catalogue.instruments)}
    for data in dataset.published:
        own = (answer for answer in data.answers if answer.member == site.subject)
        for answer in sorted(own, key=lambda each: order.get(each.instrument, len(order))):
            aware = "" if answer.aware is None else "yes" if answer.aware else "no"
            yield AnswerRow(data.cycle.id, answer.instrument, aware, answer.usage.value if answer.usage else "")


def _visibility(assembly: Assembly, site: Site) -> Iterator[VisibilityRow]:
    """Where each reported value of the own Member appears."""
    dataset = assembly.dataset
    for data in dataset.published:
        numbers = assembly.access.numbers[data.cycle.id]
        for position in assembly.values[data.cycle.id].own.get(site.subject or "", ()):
            if numbers[position] < 0:
                continue
            observation = data.observations[position]
            level = effective_level(observation, dataset.catalogue.kpi_by_id.get(observation.kpi))
            if level is None:
                continue
            shared = level is Level.UNION
            unions = sharing_unions(observation, dataset.unions, data.cycle.reference_year) if shared else ()
            places = assembly.sites_by_readers[numbers[position]]
            yield VisibilityRow(data.cycle.id, observation.kpi, level.value, ";".join(unions), places)
