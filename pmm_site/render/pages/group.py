"""A group of Members, a region or an income group or a union: its means against the world's."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from markupsafe import Markup

from pmm_site.model import ALL, GroupKey, Kpi
from pmm_site.render import citing, group_standing, selections
from pmm_site.render.comparisons import Fact, small_scale, standing, standing_badge
from pmm_site.render.edition import Edition
from pmm_site.render.formats import sort_key
from pmm_site.render.highlights import Highlight
from pmm_site.render.kpi_lists import of_dimension
from pmm_site.render.links import Here
from pmm_site.render.markup import NONE, Cell, Column, cells, table
from pmm_site.render.memo import Same, key_number, remembered
from pmm_site.render.named import kpi_link, member_link
from pmm_site.render.pages import Crumb, Head, Page, PageKind
from pmm_site.tables import AggregateRow


class DimensionTable(NamedTuple):
    """The KPIs of a dimension with the group's means."""

    id: str
    name: str
    place: int
    table: Markup


@dataclass(frozen=True, slots=True)
class GroupPage:
    """What group.html prints.

    behind, ahead: the KPIs whose means stand out; goals: how the group stands by goal; siblings: the groups of the
    same grouping (link, name, current); quotes: sentences with their source; downloads: (link, words).
    """

    title: str
    grouping: str
    cycle: str
    lead: str
    facts: tuple[Fact, ...]
    behind: tuple[Highlight, ...]
    ahead: tuple[Highlight, ...]
    goals: Markup
    siblings: tuple[tuple[str, str, bool], ...]
    dimensions: tuple[DimensionTable, ...]
    members: tuple[Markup, ...]
    members_heading: str
    quotes: tuple[str, ...]
    citation: str
    downloads: tuple[tuple[str, str], ...]


def ids(edition: Edition) -> tuple[str, ...]:
    """A page per group of each grouping, and per union that this site has a mean of."""
    view = edition.view
    if view.latest is None:
        return ()
    unions = sorted({row.group for row in view.rows("aggregates") if row.grouping == "union"})
    groups = [f"{grouping.id}/{group.id}" for grouping in view.catalogue.groupings for group in grouping.groups]
    return (*groups, *(f"union/{union}" for union in unions))


def page(edition: Edition, id: str) -> Page:
    """The page of a group, for the latest cycle."""
    key, cycle = GroupKey(*id.split("/")), edition.view.cycles[-1].cycle
    words, here = edition.words, edition.here("group", f"{key.grouping}/{key.group}")
    name, grouping = edition.group_name(*key), edition.grouping_name(key.grouping)
    members = _members(edition, key, cycle)
    found = group_standing.compared(edition, key, cycle)
    standings, number = Counter(each.standing for each in found), edition.formats.number
    lead = _lead(edition, cycle, len(members), found)
    context = GroupPage(
        title=name,
        grouping=grouping,
        cycle=edition.cycle_name(cycle),
        lead=lead,
        facts=(
            Fact(words("group.participants"), number(len(members)), words("group.participants-note")),
            Fact(words("standing.ahead"), number(standings["ahead"]), words("group.ahead-note"), "ahead"),
            Fact(words("standing.level"), number(standings["level"]), words("group.level-note")),
            Fact(words("standing.behind"), number(standings["behind"]), words("group.behind-note"), "behind"),
        ),
        behind=group_standing.highlights(edition, here, group_standing.furthest(found, "behind")),
        ahead=group_standing.highlights(edition, here, group_standing.furthest(found, "ahead")),
        goals=edition.piece(group_standing.goals, here, key, cycle),
        siblings=_siblings(edition, here, key),
        dimensions=tuple(_tables(edition, here, key, cycle)),
        members=tuple(member_link(edition, here, code) for code in members),
        members_heading=words("group.members", count=len(members)),
        quotes=group_standing.sentences(edition, here, key, cycle, found),
        citation=citing.citation(edition, here, name, cycle),
        downloads=((here.data("aggregates.csv"), words("kpi.download-aggregates")),
                   (here.to("data"), words("kpi.download-all"))),
    )  # fmt: skip
    trail = [Crumb(here.to("home"), words("nav.home"))]
    if edition.view.catalogue.groupings:  # else the home page lists no groups
        trail.append(Crumb(f"{here.to('home')}#groups", words("group.others")))
    return Page(here, Head(f"{name} ({grouping})", lead, "", tuple(trail), data=("aggregates.csv",)), context)


def _members(edition: Edition, key: GroupKey, cycle: str) -> tuple[str, ...]:
    """The participants of the cycle in the group, by name."""
    view = edition.view
    if key.grouping == "union":
        union = view.union_by_id.get(key.group)
        part = {row.member for row in selections.participants(view, cycle)}
        codes = [code for code in (union.members if union else ()) if code in part]
    else:
        codes = [row.member for row in selections.participants(view, cycle, key)]
    return tuple(sorted(codes, key=lambda code: sort_key(edition.member_name(code))))


def _lead(edition: Edition, cycle: str, members: int, found: tuple[group_standing.Compared, ...]) -> str:
    """How many take part, and the KPIs on which the group is furthest behind the world and ahead of it."""
    sentences = [edition.words("group.lead", count=members, cycle=edition.cycle_name(cycle))]
    for side in ("behind", "ahead"):
        for each in group_standing.furthest(found, side)[:1]:
            sentences.append(edition.words(
                f"group.lead-{side}", kpi=edition.kpi_name(each.kpi.id),
                figure=edition.wording.plain_mean(each.kpi, each.row),
                world=edition.wording.plain_mean(each.kpi, each.world),
            ))  # fmt: skip
    return " ".join(sentences)


def _siblings(edition: Edition, here: Here, key: GroupKey) -> tuple[tuple[str, str, bool], ...]:
    grouping = edition.view.grouping_by_id.get(key.grouping)
    if grouping is None:
        return ()
    return tuple(
        (here.to("group", f"{key.grouping}/{group.id}"), edition.plain(group.name), group.id == key.group)
        for group in grouping.groups
    )


def _tables(edition: Edition, here: Here, key: GroupKey, cycle: str) -> Iterator[DimensionTable]:
    words = edition.words
    name = edition.group_name(*key)
    columns = (
        Column(words("group.kpi")), Column(words("group.mean"), number=True), Column(words("group.world"), number=True),
        Column(words("group.scale"), sort=False), Column(words("group.standing")), Column(words("kpi.n"), number=True),
    )  # fmt: skip
    heads = key_number(columns)
    for at, dimension in enumerate(edition.view.catalogue.dimensions, 1):
        rows = []
        for kpi in of_dimension(edition, dimension.id):
            found = edition.view.means(cycle, kpi.id)
            row, world = found.get(key), found.get(ALL)
            if row is None:
                continue
            rows.append(
                remembered(
                    ("kpi-of-group", edition.wording_key, heads, here.up, Same(row), Same(world)),
                    functools.partial(_row, edition, here, kpi, row, world, columns),
                )
            )
        if rows:
            text = edition.plain(dimension.name)
            caption = words("group.caption", name=name, dimension=text, cycle=edition.cycle_name(cycle))
            yield DimensionTable(dimension.id, text, at, table(caption, columns, rows, caption_hidden=True))


def _row(
    edition: Edition, here: Here, kpi: Kpi, row: AggregateRow, world: AggregateRow | None, columns: tuple[Column, ...]
) -> Markup:
    reference = world.mean if world else None
    return cells(columns, (
        Cell(kpi_link(edition, here, kpi), edition.kpi_name(kpi.id)),
        Cell(edition.wording.mean_cell(kpi, row), "" if row.mean is None else str(row.mean), "strong"),
        Cell(edition.wording.mean_cell(kpi, world), "" if reference is None else str(reference)),
        Cell(small_scale(kpi, row.mean, reference), kind="scale"),
        Cell(standing_badge(edition, standing(kpi, row, world)) or NONE, kind="judged"),
        Cell(edition.formats.number(row.contributors), str(row.contributors)),
    ))  # fmt: skip


KIND = PageKind("group", GroupPage, page, ids=ids)
