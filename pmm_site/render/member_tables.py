"""A Member's values beside its benchmarks: tables by dimension for the Member's page and the dossier."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from markupsafe import Markup

from pmm_site.model import ALL, GroupKey, Kpi
from pmm_site.render import selections
from pmm_site.render.comparisons import (
    change_of,
    course,
    course_badge,
    own_groups,
    shown_number,
    small_scale,
    standing_badge,
    value_standing,
)
from pmm_site.render.edition import Edition
from pmm_site.render.kpi_lists import of_dimension
from pmm_site.render.links import Here
from pmm_site.render.markup import NONE, Cell, Column, cells, link, table
from pmm_site.render.memo import Same, key_number, remembered
from pmm_site.render.named import kpi_link
from pmm_site.tables import AggregateRow, ValueRow


class MemberTable(NamedTuple):
    """The values of a Member in one dimension."""

    id: str
    name: str
    place: int
    table: Markup


class _Layout(NamedTuple):
    edition: Edition
    here: Here
    member: str
    cycle: str
    previous: str
    groups: Sequence[GroupKey]
    with_level: bool
    is_own: bool
    columns: tuple[Column, ...] = ()
    heads: int = 0


def member_tables(edition: Edition, here: Here, member: str, cycle: str, *, blanks: bool) -> Iterator[MemberTable]:
    """A table per dimension: value, change, world and group means. `blanks`: also KPIs without a value here."""
    view = edition.view
    before = selections.cycle_before(view, cycle)
    layout = _Layout(
        edition, here, member, cycle, before.cycle if before else "", own_groups(edition, cycle, member),
        view.info.kind.value != "public", view.is_own(member),
    )  # fmt: skip
    columns = tuple(_columns(layout))
    layout = layout._replace(columns=columns, heads=key_number(columns))
    values = view.values_of.get(member, {})
    for at, dimension in enumerate(view.catalogue.dimensions, 1):
        rows = []
        for kpi in of_dimension(edition, dimension.id):
            row = values.get((cycle, kpi.id))
            if (blanks and view.summary(cycle, kpi.id) is not None) or shown_number(row) is not None:
                rows.append(_row(layout, kpi, row, values.get((layout.previous, kpi.id))))
        if rows:
            name = edition.plain(dimension.name)
            caption = edition.words("member.caption", name=edition.member_name(member), dimension=name,
                                    cycle=edition.cycle_name(cycle))  # fmt: skip
            made = table(caption, columns, rows, caption_hidden=True)
            yield MemberTable(dimension.id, name, at, made)


def _columns(layout: _Layout) -> list[Column]:
    edition, words = layout.edition, layout.edition.words
    columns = [Column(words("member.kpi")), Column(words("member.value"), number=True)]
    if layout.previous:
        columns += [
            Column(edition.cycle_name(layout.previous), number=True),
            Column(words("member.change"), number=True),
        ]
    columns.append(Column(edition.group_name("all", "all"), number=True))
    columns += [Column(edition.group_name(*key), number=True) for key in layout.groups]
    columns += [Column(words("member.scale"), sort=False), Column(words("group.standing"))]
    if layout.with_level:
        columns.append(Column(words("kpi.shared-with")))
    return columns


def _row(layout: _Layout, kpi: Kpi, row: ValueRow | None, earlier: ValueRow | None) -> Markup:
    means = [layout.edition.view.mean(layout.cycle, kpi.id, key) for key in (ALL, *layout.groups)]
    place = layout.edition.wording_key, layout.heads, layout.here.up, layout.is_own
    key = "member", place, kpi.id, Same(row), Same(earlier), *map(Same, means)
    return remembered(key, lambda: cells(layout.columns, _cells(layout, kpi, row, earlier, means)))


def _cells(
    layout: _Layout,
    kpi: Kpi,
    row: ValueRow | None,
    earlier: ValueRow | None,
    means: Sequence[AggregateRow | None],
) -> Iterator[str | Cell]:
    edition = layout.edition
    number = shown_number(row)
    name: Markup = kpi_link(edition, layout.here, kpi)
    if row is not None and row.note:
        name += Markup('<span class="note-of-member">{}</span>').format(row.note)
    yield Cell(name, edition.kpi_name(kpi.id))
    yield Cell(edition.wording.value(kpi, row), "" if number is None else str(number), "strong")
    if layout.previous:
        before = shown_number(earlier)
        yield Cell(edition.wording.value(kpi, earlier), "" if before is None else str(before))
        change = change_of(edition, kpi, before, number)
        moved = "" if before is None or number is None else course(kpi, before, number)
        yield Markup("{} {}").format(change, course_badge(edition, moved)) if moved else change
    for mean in means:
        order = "" if mean is None or mean.mean is None else str(mean.mean)
        yield Cell(edition.wording.mean_cell(kpi, mean), order)
    world = means[0]
    yield Cell(small_scale(kpi, number, world.mean if world else None, own=layout.is_own), kind="scale")
    verdict = standing_badge(edition, value_standing(kpi, number, world)) if number is not None else ""
    yield Cell(verdict or NONE, kind="judged")
    if layout.with_level:
        levels = "own-level" if layout.is_own else "level"
        yield edition.words(f"{levels}.{row.disclosure}") if row is not None and row.disclosure else NONE


def peer_table(edition: Edition, here: Here, member: str, cycle: str) -> Markup:
    """On how many KPIs a Member is ahead of, level with or behind the world and each of its groups."""
    view, words, number = edition.view, edition.words, edition.formats.number
    values = view.values_of.get(member, {})
    sides = ("ahead", "level", "behind")
    columns = (
        Column(words("dossier.peer"), sort=False),
        *(Column(words(f"dossier.peer-{side}"), number=True, sort=False) for side in (*sides, "none")),
    )
    rows = []
    for key in (ALL, *own_groups(edition, cycle, member)):
        found: Counter[str] = Counter()
        for kpi in view.catalogue.kpis:
            value = shown_number(values.get((cycle, kpi.id)))
            if value is not None:
                found[value_standing(kpi, value, view.mean(cycle, kpi.id, key)) or "none"] += 1
        name = edition.group_name(*key)
        linked = name if key == ALL else link(here.to("group", f"{key.grouping}/{key.group}"), name)
        rows.append((linked, *(number(found[side]) for side in (*sides, "none"))))
    caption = words("dossier.peers-caption", cycle=edition.cycle_name(cycle))
    return table(caption, columns, rows, sortable=False, caption_hidden=True)
