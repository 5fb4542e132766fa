"""A Sustainable Development Goal: the outcomes mapped to it, the KPIs behind it, its contribution by cycle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from markupsafe import Markup

from pmm_site.model import NameStatus
from pmm_site.render import citing, overviews, selections
from pmm_site.render.edition import Edition
from pmm_site.render.links import Here
from pmm_site.render.markup import Column, table
from pmm_site.render.named import outcome_link
from pmm_site.render.pages import Crumb, Head, Page, PageKind


class MappedOutcome(NamedTuple):
    """An outcome with the target of the goal that it serves (empty without one)."""

    name: Markup
    target: str


@dataclass(frozen=True, slots=True)
class SdgPage:
    """What sdg.html prints.

    `verdict`, `facts` and `rule` are of the latest cycle; `citation` is empty without one. `illustrative`: the mapping
    stands in for the official one.
    """

    number: int
    name: str
    kicker: str
    verdict: str
    productive: bool
    facts: str
    rule: str
    outcomes: tuple[MappedOutcome, ...]
    illustrative: bool
    kpis: Markup
    cycles: Markup
    citation: str
    downloads: tuple[tuple[str, str], ...]


def ids(edition: Edition) -> tuple[str, ...]:
    """A page for each of the seventeen goals, the same on every site."""
    return tuple(map(str, selections.GOALS))


def page(edition: Edition, id: str) -> Page:
    """The page of a goal."""
    goal = int(id)
    view, words, here = edition.view, edition.words, edition.here("sdg", str(goal))
    cycle = view.latest.cycle if view.latest else ""
    row = view.sdg_rows.get((cycle, goal))
    links = [each for each in view.catalogue.sdg_mapping if each.goal == goal]
    kpis = [kpi for kpi in selections.kpis(view, cycle) if goal in view.goals_of[kpi.outcome]]
    caption = words("sdg.caption", number=goal, cycle=edition.cycle_name(cycle) if cycle else "")
    name, verdict = edition.goal_name(goal), _verdict(edition, goal, cycle)
    title = words.pair(words("sdg.number", number=goal), name)
    has_figures = row is not None and row.kpis > 0
    context = SdgPage(
        number=goal,
        name=name,
        kicker=words("sdg.number", number=goal),
        verdict=verdict,
        productive=row is not None and row.contribution == "most-productive",
        facts=words("sdg.facts", well=row.well_performing, kpis=row.kpis,
                    response=overviews.percent_or_dash(edition, row.response_rate)) if row and has_figures else "",
        rule=words("sdg.rule", well=selections.threshold(view, "sdg_well_performing"),
                   response=selections.threshold(view, "sdg_response_rate")),
        outcomes=tuple(
            MappedOutcome(
                outcome_link(edition, here, view.catalogue.outcome_by_id[each.outcome]),
                words("sdg.target", target=each.target) if each.target else "",
            )
            for each in links
        ),
        illustrative=any(each.status is NameStatus.ILLUSTRATIVE for each in links),
        kpis=overviews.performance_table(edition, here, cycle, kpis, caption) if kpis else Markup(""),
        cycles=_cycles(edition, here, goal),
        citation=citing.citation(edition, here, title, cycle) if cycle else "",
        downloads=citing.downloads_of(edition, here, "sdgs"),
    )  # fmt: skip
    trail = (Crumb(here.to("home"), words("nav.home")), Crumb(here.to("sdgs"), words("sdgs.title")))
    return Page(here, Head(title, verdict, "sdgs", trail), context)


def _verdict(edition: Edition, goal: int, cycle: str) -> str:
    """One sentence on the contribution in a cycle."""
    row = edition.view.sdg_rows.get((cycle, goal))
    if not any(each.goal == goal for each in edition.view.catalogue.sdg_mapping):
        return edition.words("sdg.unmapped")
    if not cycle:
        return edition.words("home.no-cycle")
    name = edition.cycle_name(cycle)
    if row is None or row.kpis == 0:
        return edition.words("sdg.no-kpi", cycle=name)
    key = "sdg.productive" if row.contribution == "most-productive" else "sdg.not-productive"
    return edition.words(key, cycle=name)


def _cycles(edition: Edition, here: Here, goal: int) -> Markup:
    """Judged KPIs, response rate and contribution by cycle, newest first."""
    words, rows = edition.words, []
    for cycle in reversed(edition.view.cycles):
        row = edition.view.sdg_rows.get((cycle.cycle, goal))
        if row is not None:
            rows.append(
                (
                    edition.plain(cycle.name),
                    edition.formats.number(row.kpis),
                    edition.formats.number(row.well_performing),
                    overviews.percent_or_dash(edition, row.response_rate),
                    overviews.contribution(edition, row.contribution),
                )
            )
    if not rows:
        return Markup("")
    columns = [
        Column(words("instrument.cycle")),
        Column(words("sdgs.kpis"), number=True),
        Column(words("sdgs.well"), number=True),
        Column(words("sdgs.response"), number=True),
        Column(words("sdgs.contribution")),
    ]
    return table(words("sdg.over-caption", number=goal), columns, rows, sortable=False)


KIND = PageKind("sdg", SdgPage, page, ids=ids)
