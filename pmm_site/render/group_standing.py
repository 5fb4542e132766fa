"""What stands out in a group of Members: where its means are furthest from the world's, and which goals they touch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from markupsafe import Markup

from pmm_site.model import ALL, GroupKey, Kpi
from pmm_site.render import citing, selections
from pmm_site.render.comparisons import standing
from pmm_site.render.edition import Edition
from pmm_site.render.highlights import MOST, Highlight, distance
from pmm_site.render.links import Here
from pmm_site.render.markup import Cell, Column, table
from pmm_site.render.named import goal_link, kpi_link
from pmm_site.tables import AggregateRow

SIDES = ("ahead", "level", "behind")


class Compared(NamedTuple):
    """A KPI of which the means of a group and of the world are published, and how the group stands."""

    kpi: Kpi
    row: AggregateRow
    world: AggregateRow
    standing: str
    distance: float


def compared(edition: Edition, key: GroupKey, cycle: str) -> tuple[Compared, ...]:
    """The KPIs on which a group can be compared with the world, in the order of the catalogue."""
    found = []
    for kpi in edition.view.catalogue.kpis:
        rows = edition.view.means(cycle, kpi.id)
        row, world = rows.get(key), rows.get(ALL)
        side = standing(kpi, row, world)
        if side and row is not None and world is not None:
            assert row.mean is not None
            assert world.mean is not None
            found.append(Compared(kpi, row, world, side, distance(kpi, row.mean, world.mean)))
    return tuple(found)


def furthest(found: tuple[Compared, ...], side: str) -> tuple[Compared, ...]:
    """Those on a side of the world's mean (`ahead` or `behind`), the furthest by the scale of the KPI first."""
    return tuple(sorted((each for each in found if each.standing == side), key=lambda each: -each.distance)[:MOST])


def highlights(edition: Edition, here: Here, found: tuple[Compared, ...]) -> tuple[Highlight, ...]:
    """KPIs with the mean of the group and that of the world beside it."""
    wording = edition.wording
    return tuple(
        Highlight(
            kpi_link(edition, here, each.kpi), wording.mean_cell(each.kpi, each.row),
            edition.words("dossier.beside-world", figure=wording.plain_mean(each.kpi, each.world)),
        )
        for each in found
    )  # fmt: skip


def sentences(edition: Edition, here: Here, key: GroupKey, cycle: str, found: tuple[Compared, ...]) -> tuple[str, ...]:
    """The furthest of each side in a sentence with its source; none where nothing may be quoted."""
    if not citing.quotable(edition):
        return ()
    name, quotes = edition.group_name(*key), []
    source = citing.citation(edition, here, name, cycle)
    for each in (*furthest(found, "behind")[:1], *furthest(found, "ahead")[:1]):
        sentence = edition.words(
            "group.quote-text", name=name, kpi=edition.kpi_name(each.kpi.id), cycle=edition.cycle_name(cycle),
            figure=edition.wording.plain_mean(each.kpi, each.row), members=_members(edition, each.row),
            world=edition.wording.plain_mean(each.kpi, each.world), world_members=_members(edition, each.world),
        )  # fmt: skip
        quotes.append(citing.with_source(edition, sentence, source))
    return tuple(quotes)


def _members(edition: Edition, row: AggregateRow) -> str:
    return edition.words("charts.count-members", count=row.contributors)


def goals(edition: Edition, here: Here, key: GroupKey, cycle: str) -> Markup:
    """Each goal with the compared KPIs behind it, those with the largest share behind first; empty without any."""
    words, number = edition.words, edition.formats.number
    columns = (
        Column(words("group.goal")), Column(words("group.compared"), number=True),
        *(Column(words(f"standing.{side}"), number=True) for side in SIDES),
        Column(words("group.members-each"), number=True, sort=False),
    )  # fmt: skip
    rows: list[tuple[str | Cell, ...]] = []
    for goal, found in _by_share_behind(edition, compared(edition, key, cycle)):
        counts = Counter(each.standing for each in found)
        members = sorted(each.row.contributors for each in found)
        span = [number(each) for each in dict.fromkeys((members[0], members[-1]))]
        rows.append((
            Cell(goal_link(edition, here, goal), str(goal)), Cell(number(len(found)), str(len(found))),
            *(Cell(number(counts[side]), str(counts[side])) for side in SIDES),
            "–".join(span),
        ))  # fmt: skip
    if not rows:
        return Markup("")
    caption = words("group.goals-caption", name=edition.group_name(*key), cycle=edition.cycle_name(cycle))
    return table(caption, columns, rows, caption_hidden=True)


def _by_share_behind(edition: Edition, found: tuple[Compared, ...]) -> Iterator[tuple[int, list[Compared]]]:
    goals_of = edition.view.goals_of
    mapped = [
        (goal, [each for each in found if goal in goals_of[each.kpi.outcome]]) for goal in selections.GOALS
    ]  # fmt: skip
    with_kpis = [pair for pair in mapped if pair[1]]

    def order(pair: tuple[int, list[Compared]]) -> tuple[Decimal, int, int]:
        behind = sum(each.standing == "behind" for each in pair[1])
        return -Decimal(behind) / len(pair[1]), -len(pair[1]), pair[0]

    yield from sorted(with_kpis, key=order)
