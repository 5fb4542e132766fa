"""The sections of a KPI page: headline, groups, cycles, values, coverage, facts of the definition."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from markupsafe import Markup

from pmm_site.model import ALL, GroupKey, Kpi
from pmm_site.render import figures, glance, selections, versions
from pmm_site.render.charts import Chart
from pmm_site.render.comparisons import (
    Benchmark,
    Fact,
    benchmarks,
    course,
    course_badge,
    shown_number,
    standing_badge,
    value_standing,
)
from pmm_site.render.differences import change_cell
from pmm_site.render.edition import Edition
from pmm_site.render.links import Here
from pmm_site.render.markup import NONE, Cell, Column, Table, cells, link, safe, shared_table, table
from pmm_site.render.memo import remembered
from pmm_site.render.named import bullets, goal_link, instrument_link
from pmm_site.tables import AggregateRow, ChangeRow, CoverageRow, GroupTestRow, SummaryRow


class GroupSection(NamedTuple):
    """A grouping: its anchor, name, chart (None: not drawn), table and what the test between its groups says."""

    id: str
    name: str
    chart: Chart | None
    table: Markup
    test: str


class OwnHeadline(NamedTuple):
    """The own Member's value at the top of a country site's page, beside its benchmarks."""

    name: str
    figure: str
    before: Markup
    cycle: str
    benchmarks: tuple[Benchmark, ...]
    standing: Markup
    level: str
    note: str


class Definition(NamedTuple):
    """A term of the definition with what it says."""

    term: str
    text: Markup | str


def facts(edition: Edition, kpi: Kpi, cycle: str) -> tuple[Fact, ...]:
    """The figures of the first view: world mean, typical Member, response, change between cycles."""
    words, view = edition.words, edition.view
    row, summary = view.aggregate(cycle, kpi.id), view.summary(cycle, kpi.id)
    found = []
    if row is not None:
        figure, detail = edition.wording.mean_parts(kpi, row)
        base = words("kpi.mean-note", count=row.contributors)
        note = detail if row.mean is None and detail else _joined(edition, detail, base)
        found.append(Fact(words("kpi.world-mean"), figure, note, "main"))
    if summary is not None:
        median = edition.wording.between(kpi, summary.median_from, summary.median_to)
        if median:
            found.append(Fact(words("kpi.median"), median, words("kpi.median-note")))
        found.append(
            Fact(
                words("kpi.response"),
                edition.formats.percent(selections.response_rate(view, cycle, kpi.id) or 0, 0),
                _reported(edition, summary),
            )
        )
    change = view.changes(cycle, kpi.id).get(ALL)
    if change is not None and change.mean is not None and change.rounding is not None:
        assert change.previous_mean is not None
        label = words("kpi.change", cycle=edition.cycle_name(change.previous))
        figure, detail = edition.wording.change(kpi, change.previous_mean, change.mean, change.rounding)
        found.append(Fact(label, figure, _joined(edition, detail, words("kpi.change-note", count=change.contributors))))
    return tuple(found)


def _joined(edition: Edition, *parts: str) -> str:
    return edition.words("frame.separator").join(part for part in parts if part)


def _reported(edition: Edition, summary: SummaryRow) -> str:
    participants = edition.view.cycle_by_id[summary.cycle].participants
    return edition.words("kpi.response-note", count=summary.contributors, participants=participants)


def own_headline(edition: Edition, here: Here, kpi: Kpi, cycle: str) -> OwnHeadline | None:
    """What a country site's page says first; None on other sites."""
    view = edition.view
    own = view.own
    if own is None:
        return None
    row = view.values(cycle, kpi.id).get(own)
    shown = shown_number(row)
    visibility = view.visibility.get((cycle, kpi.id))
    return OwnHeadline(
        name=edition.member_name(own),
        figure=edition.wording.value(kpi, row),
        before=_own_before(edition, kpi, cycle, shown),
        cycle=edition.cycle_name(cycle),
        benchmarks=benchmarks(edition, here, cycle, kpi, own),
        standing=standing_badge(edition, value_standing(kpi, shown, view.mean(cycle, kpi.id)), short=False)
        if shown is not None
        else Markup(""),
        level=edition.words(f"own-level.{visibility.level}") if visibility else "",
        note=(row.note or "") if row else "",
    )


def _own_before(edition: Edition, kpi: Kpi, cycle: str, now: Decimal | None) -> Markup:
    """The own value in the cycle before, and where it has moved since; empty where there is no such cycle."""
    before = selections.cycle_before(edition.view, cycle)
    if before is None:
        return Markup("")
    row = edition.view.values(before.cycle, kpi.id).get(edition.view.own or "")
    figure, earlier = edition.wording.value(kpi, row), shown_number(row)
    value = safe(edition.words.pair(edition.cycle_name(before.cycle), figure))
    moved = "" if earlier is None or now is None else course(kpi, earlier, now)
    return Markup("{} {}").format(value, course_badge(edition, moved, short=False)) if moved else value


def group_sections(edition: Edition, here: Here, kpi: Kpi, cycle: str) -> tuple[GroupSection, ...]:
    """A section per grouping, and one for the unions that this site may show a mean of."""
    view = edition.view
    rows = view.aggregates(cycle, kpi.id)
    found = []
    for grouping in view.catalogue.groupings:
        keys = [GroupKey(grouping.id, group.id) for group in grouping.groups if (grouping.id, group.id) in rows]
        if keys:
            chart = figures.groups(edition, cycle, kpi, grouping.id)
            found.append(_group_section(edition, here, kpi, cycle, grouping.id, tuple(keys), chart))
    unions = [key for key in rows if key.grouping == "union"]
    if unions:
        found.append(_group_section(edition, here, kpi, cycle, "union", tuple(sorted(unions)), None))
    return tuple(found)


def _group_section(
    edition: Edition, here: Here, kpi: Kpi, cycle: str, grouping: str, keys: tuple[GroupKey, ...], chart: Chart | None
) -> GroupSection:
    name = edition.grouping_name(grouping)
    test = selections.test_of(edition.view, cycle, kpi.id, grouping)
    sentence = test_sentence(edition, test, "kpi.test-differs", "kpi.test-alike")
    if chart and test and not test.significant:
        # Naming the highest group would make a finding of what chance could explain.
        chart, sentence = replace(chart, finding=edition.words(f"kpi.groups-alike-{test.basis}")), ""
    found = edition.piece(_group_table, here, kpi, cycle, name, keys)
    own = GroupKey(grouping, edition.view.own_group(cycle, grouping) or "")
    return GroupSection(f"by-{grouping}", name, chart, found.printed(own), sentence)


def _group_table(edition: Edition, here: Here, kpi: Kpi, cycle: str, name: str, keys: tuple[GroupKey, ...]) -> Table:
    words, view = edition.words, edition.view
    changes = view.changes(cycle, kpi.id)
    columns: tuple[Column, ...] = (
        Column(name),
        Column(words("kpi.n"), number=True),
        Column(words("kpi.mean-unit", unit=edition.wording.unit(kpi)), number=True),
    )
    if view.has_changes(cycle, kpi.id):
        columns += (Column(words("kpi.same-members"), number=True, sort=False),)
    rows: dict[Hashable, Markup] = {}
    for key in (ALL, *keys):
        row = view.aggregate(cycle, kpi.id, key)
        if row is None:
            continue
        rows[key] = _group_row(edition, here, kpi, row, changes.get(key), columns)
    caption = words("kpi.group-caption", name=edition.kpi_name(kpi.id), grouping=name, cycle=edition.cycle_name(cycle))
    return shared_table(caption, columns, rows)


def _group_row(
    edition: Edition, here: Here, kpi: Kpi, row: AggregateRow, change: ChangeRow | None, columns: tuple[Column, ...]
) -> Markup:
    name = edition.group_name(row.grouping, row.group)
    is_all = GroupKey(row.grouping, row.group) == ALL
    found: list[str | Cell] = [
        Cell(name if is_all else link(here.to("group", f"{row.grouping}/{row.group}"), name), name),
        Cell(edition.formats.number(row.contributors), str(row.contributors)),
        Cell(edition.wording.mean_or_visible(kpi, row), "" if row.mean is None else str(row.mean)),
    ]
    if len(columns) > len(found):
        found.append(NONE if change is None else change_cell(edition, kpi, change))
    return cells(columns, found)


def cycle_table(edition: Edition, here: Here, kpi: Kpi) -> Markup:
    """The KPI in each cycle: the own value on a country site, mean, contributors, class; empty where none is shown."""
    words, view, own = edition.words, edition.view, edition.view.own
    means = {cycle.cycle: view.mean(cycle.cycle, kpi.id) for cycle in view.cycles}
    with_means, with_own = any(means.values()), figures.own_series(edition, kpi) is not None
    columns = [Column(words("kpi.cycle"), sort=False)]
    if own:
        columns.append(Column(edition.member_name(own), number=True))
    if with_means:
        columns += [Column(words("kpi.world-mean"), number=True), Column(words("kpi.n"), number=True),
                    Column(words("kpi.class"))]  # fmt: skip
    rows = []
    for cycle in reversed(view.cycles):
        row = means[cycle.cycle]
        if row is None and not with_own:
            continue
        cells: list[str | Markup | Cell] = [link(here.to("cycle", cycle.cycle), edition.plain(cycle.name))]
        if own:
            cells.append(edition.wording.value(kpi, view.values(cycle.cycle, kpi.id).get(own)))
        if with_means:
            cells += _mean_cells(edition, kpi, cycle.cycle, row)
        rows.append(cells)
    caption = words("kpi.cycle-caption", name=edition.kpi_name(kpi.id))
    return table(caption, columns, rows, sortable=False, caption_hidden=True) if rows else Markup("")


def _mean_cells(edition: Edition, kpi: Kpi, cycle: str, row: AggregateRow | None) -> tuple[str | Markup | Cell, ...]:
    """The mean of a cycle, over how many, and the class; dashes in a cycle without the KPI."""
    if row is None:
        return NONE, NONE, ""
    summary = edition.view.summary(cycle, kpi.id)
    badge = edition.wording.performance(summary.performance) if summary else ""
    return edition.wording.mean(kpi, row), edition.formats.number(row.contributors), badge


def test_sentence(edition: Edition, test: GroupTestRow | None, more: str, chance: str) -> str:
    """A test in a sentence: the word `more` or `chance`, and what it is over where that is not all values."""
    if test is None:
        return ""
    sentence = edition.words(more if test.significant else chance)
    return f"{sentence} {edition.words('kpi.test-visible')}" if test.basis == "visible" else sentence


def same_members(edition: Edition, kpi: Kpi) -> tuple[str, ...]:
    """Each change between cycles over the Members that reported both times, newest first, in sentences."""
    found = []
    for cycle in reversed(edition.view.cycles):
        row = edition.view.changes(cycle.cycle, kpi.id).get(ALL)
        if row is None or row.mean is None or row.previous_mean is None or row.rounding is None:
            continue
        figure, detail = edition.wording.change(kpi, row.previous_mean, row.mean, row.rounding)
        cycles = {"previous": edition.cycle_name(row.previous), "cycle": edition.cycle_name(row.cycle)}
        change = f"{figure} ({detail})" if detail else figure
        found.append(edition.words("kpi.same-members-text", count=row.contributors, change=change, **cycles))
    return tuple(found)


def coverage_rows(edition: Edition, kpi: Kpi) -> Markup:
    """Who answered, per cycle, as a bar of parts with its numbers."""
    rows = tuple(edition.view.coverage(cycle.cycle, kpi.id) for cycle in edition.view.cycles)
    return remembered(("coverage", edition.wording_key, rows), lambda: _coverage(edition, rows))


def _coverage(edition: Edition, rows: tuple[CoverageRow | None, ...]) -> Markup:
    words, found = edition.words, []
    for cycle, row in zip(reversed(edition.view.cycles), reversed(rows), strict=True):
        if row is None:
            continue
        parts = (("reported", row.reported), ("na", row.not_applicable), ("missing", row.not_available))
        items = [words(f"kpi.coverage-{name}", count=count) for name, count in parts]
        bar = glance.parts_with_legend(parts, items, edition.formats.list(items))
        found.append(Markup('<div class="coverage-row"><h3>{}</h3>{}</div>').format(edition.plain(cycle.name), bar))
    return Markup("").join(found)


def definitions(edition: Edition, here: Here, kpi: Kpi) -> tuple[Definition, ...]:
    """What the KPI is: unit, desired end, formula, readers, instruments, goals."""
    key = "definitions", edition.wording_key, here.up, kpi.id
    return remembered(key, lambda: _definitions(edition, here, kpi))


def _definitions(edition: Edition, here: Here, kpi: Kpi) -> tuple[Definition, ...]:
    words, view = edition.words, edition.view
    found = [
        Definition(words("kpi.unit"), words(f"unit.{kpi.unit.value}")),
        Definition(words("kpi.direction"), words(f"direction.{kpi.direction.value}")),
    ]
    if kpi.formula:
        found.append(Definition(words("kpi.formula"), edition.text(kpi.formula)))
    found += [
        Definition(words("kpi.ceiling"), words(f"ceiling.{kpi.ceiling.value}")),
        Definition(words("kpi.analysed"), words("kpi.analysed-yes" if kpi.analysed else "kpi.analysed-no")),
    ]
    if before := versions.predecessors(edition, here, kpi):
        found.append(Definition(words("version.predecessors"), before))
    instruments = [instrument_link(edition, here, each) for each in view.instruments_of[kpi.outcome]]
    if instruments:
        found.append(Definition(words("kpi.instruments"), bullets(instruments)))
    goals = [goal_link(edition, here, goal) for goal in view.goals_of[kpi.outcome]]
    if goals:
        found.append(Definition(words("kpi.goals"), bullets(goals)))
    return tuple(found)
