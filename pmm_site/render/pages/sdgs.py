"""The Sustainable Development Goals: which of them Customs serves most productively, and how that is found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from markupsafe import Markup

from pmm_site.model import NameStatus
from pmm_site.render import overviews, pictures, selections
from pmm_site.render.edition import Edition
from pmm_site.render.links import Here
from pmm_site.render.named import cycle_link, goal_link, groups_by_grouping
from pmm_site.render.pages import Crumb, Head, Page, PageKind
from pmm_site.tables import SdgRow


class GoalTile(NamedTuple):
    """A goal: its number, name and page; `facts` and `response` are empty where it has no judged KPI."""

    number: int
    name: str
    href: str
    facts: str
    response: str


class PreviousGoals(NamedTuple):
    """The goals served most productively in an earlier cycle."""

    cycle: Markup
    goals: tuple[Markup, ...]


@dataclass(frozen=True, slots=True)
class SdgsPage:
    """What sdgs.html prints: goals served most productively, other goals with an outcome, goals without one.

    illustrative: whether the mapping is a stand-in; previous: earlier cycles, newest first; groups: where
    each group stands by goal, by the name of the grouping.
    """

    cycle: str
    lead: str
    count: str
    illustrative: bool
    productive: tuple[GoalTile, ...]
    others: tuple[GoalTile, ...]
    unmapped: tuple[GoalTile, ...]
    previous: tuple[PreviousGoals, ...]
    groups: tuple[tuple[str, tuple[Markup, ...]], ...]
    chart: Markup


def pages(edition: Edition) -> Iterator[Page]:
    """One page, on the latest cycle."""
    here, words, view = edition.here("sdgs"), edition.words, edition.view
    cycle = view.latest.cycle if view.latest else ""
    mapped = {link.goal for link in view.catalogue.sdg_mapping}
    tiles = {goal: tile(edition, here, goal, view.sdg_rows.get((cycle, goal))) for goal in selections.GOALS}
    productive = {row.goal for row in selections.goals(view, cycle, contribution="most-productive")}
    lead = words("sdgs.lead", well=selections.threshold(view, "sdg_well_performing"),
                 response=selections.threshold(view, "sdg_response_rate"))  # fmt: skip
    context = SdgsPage(
        cycle=edition.cycle_name(cycle) if cycle else "",
        lead=lead,
        count=words("sdgs.productive-count", count=len(productive)),
        illustrative=any(link.status is NameStatus.ILLUSTRATIVE for link in view.catalogue.sdg_mapping),
        productive=tuple(tiles[goal] for goal in selections.GOALS if goal in productive),
        others=tuple(tiles[goal] for goal in selections.GOALS if goal in mapped and goal not in productive),
        unmapped=tuple(tiles[goal] for goal in selections.GOALS if goal not in mapped and goal not in productive),
        previous=tuple(_previous(edition, here)),
        groups=groups_by_grouping(edition, here, "#goals"),
        chart=pictures.figure(edition, pictures.goals(edition, cycle), data=overviews.goal_table(edition, here, cycle)),
    )
    head = Head(words("sdgs.title"), lead, "sdgs", (Crumb(here.to("home"), words("nav.home")),), data=("sdgs.csv",))
    yield Page(here, head, context)


def tile(edition: Edition, here: Here, goal: int, row: SdgRow | None) -> GoalTile:
    """A goal with the figures of a cycle."""
    words = edition.words
    has_kpis = row is not None and row.kpis > 0
    facts = words("sdgs.well-of", well=row.well_performing, kpis=row.kpis) if row is not None and has_kpis else ""
    response = ""
    if row is not None and has_kpis and row.response_rate is not None:
        response = words.pair(words("sdgs.response"), edition.formats.percent(row.response_rate, 0))
    return GoalTile(goal, edition.goal_name(goal), here.to("sdg", str(goal)), facts, response)


def _previous(edition: Edition, here: Here) -> Iterator[PreviousGoals]:
    for cycle in reversed(edition.view.cycles[:-1]):
        rows = selections.goals(edition.view, cycle.cycle, contribution="most-productive")
        yield PreviousGoals(
            cycle_link(edition, here, cycle.cycle), tuple(goal_link(edition, here, row.goal) for row in rows)
        )


KIND = PageKind("sdgs", SdgsPage, pages)
