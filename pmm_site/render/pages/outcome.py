"""An expected outcome: its KPIs, the goals that it serves, the instruments that should support it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from markupsafe import Markup

from pmm_site.model import NameStatus, Outcome
from pmm_site.render import overviews
from pmm_site.render.edition import Edition
from pmm_site.render.kpi_lists import KpiCard, class_counts, class_split, kpi_card, measured_first
from pmm_site.render.named import goal_link
from pmm_site.render.pages import Crumb, Head, Page, PageKind


@dataclass(frozen=True, slots=True)
class OutcomePage:
    """What outcome.html prints. `goals` are links; `goals_illustrative` says so where the mapping is not official."""

    title: Markup
    index: int
    lead: str
    cycle: str
    split: Markup
    kpis: tuple[KpiCard, ...]
    goals: tuple[Markup, ...]
    goals_illustrative: bool
    instruments: Markup


def ids(edition: Edition) -> tuple[str, ...]:
    """A page per outcome, the same on every site."""
    return tuple(each.id for each in edition.view.catalogue.outcomes)


def page(edition: Edition, id: str) -> Page:
    """The page of an outcome."""
    outcome = edition.view.catalogue.outcome_by_id[id]
    words, here = edition.words, edition.here("outcome", outcome.id)
    context = edition.piece(_without_kpis, outcome)
    context = replace(context, kpis=tuple(kpi_card(edition, here, kpi) for kpi in measured_first(edition, outcome.id)))
    trail = (
        Crumb(here.to("home"), words("nav.home")),
        Crumb(here.to("dimension", outcome.dimension), edition.dimension_name(outcome.dimension)),
    )
    return Page(here, Head(edition.outcome_name(outcome.id), context.lead, "dimensions", trail), context)


def _without_kpis(edition: Edition, outcome: Outcome) -> OutcomePage:
    """What every site prints alike that has the same figures: but for the own Member's value on cards of KPIs."""
    view, words, here = edition.view, edition.words, edition.here("outcome", outcome.id)
    kpis, instruments, goals = view.kpis_of[outcome.id], view.instruments_of[outcome.id], view.goals_of[outcome.id]
    lead = words("outcome.lead", kpis=words("count.kpis", count=len(kpis)),
                 instruments=words("count.instruments", count=len(instruments)),
                 goals=words("count.goals", count=len(goals)))  # fmt: skip
    latest = view.latest
    return OutcomePage(
        title=edition.text(outcome.name) + edition.illustrative(outcome.name_status),
        index=edition.dimension_index(outcome),
        lead=lead,
        cycle=edition.plain(latest.name) if latest else "",
        split=class_split(edition, class_counts(edition, kpis, latest.cycle)) if latest else Markup(""),
        kpis=(),
        goals=tuple(goal_link(edition, here, goal) for goal in goals),
        goals_illustrative=any(
            each.status is NameStatus.ILLUSTRATIVE for each in view.catalogue.sdg_mapping if each.outcome == outcome.id
        ),
        instruments=overviews.instrument_table(edition, here, latest.cycle, instruments)
        if latest and instruments
        else Markup(""),
    )


KIND = PageKind("outcome", OutcomePage, page, ids=ids)
