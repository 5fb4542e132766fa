"""A dimension: its outcomes and, under each, its KPIs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from markupsafe import Markup

from pmm_site.render.edition import Edition
from pmm_site.render.kpi_lists import KpiCard, class_counts, class_split, kpi_card, measured_first, of_dimension
from pmm_site.render.pages import Crumb, Head, Page, PageKind


class OutcomeSection(NamedTuple):
    """An outcome of the dimension: link, name with its mark, its goals, its KPIs."""

    href: str
    name: Markup
    goals: str
    kpis: tuple[KpiCard, ...]


@dataclass(frozen=True, slots=True)
class DimensionPage:
    """What dimension.html prints. `index` is the 1-based place of the dimension, which colours it."""

    title: str
    index: int
    lead: str
    cycle: str
    split: Markup
    outcomes: tuple[OutcomeSection, ...]


def ids(edition: Edition) -> tuple[str, ...]:
    """A page per dimension."""
    return tuple(each.id for each in edition.view.catalogue.dimensions)


def page(edition: Edition, id: str) -> Page:
    """The page of a dimension."""
    dimension, index = edition.view.dimension_by_id[id], ids(edition).index(id) + 1
    view, words, here = edition.view, edition.words, edition.here("dimension", dimension.id)
    outcomes, kpis = view.outcomes_of[dimension.id], of_dimension(edition, dimension.id)
    lead = words("dimension.lead", outcomes=words("count.outcomes", count=len(outcomes)),
                 kpis=words("count.kpis", count=len(kpis)))  # fmt: skip
    latest = view.latest
    context = DimensionPage(
        title=edition.dimension_name(dimension.id),
        index=index,
        lead=lead,
        cycle=edition.plain(latest.name) if latest else "",
        split=class_split(edition, class_counts(edition, kpis, latest.cycle)) if latest else Markup(""),
        outcomes=tuple(
            OutcomeSection(
                here.to("outcome", outcome.id),
                edition.text(outcome.name) + edition.illustrative(outcome.name_status),
                _goals(edition, outcome.id),
                tuple(kpi_card(edition, here, kpi) for kpi in measured_first(edition, outcome.id)),
            )
            for outcome in outcomes
        ),
    )  # fmt: skip
    head = Head(context.title, lead, "dimensions", (Crumb(here.to("home"), words("nav.home")),))
    return Page(here, head, context)


def _goals(edition: Edition, outcome: str) -> str:
    goals = [str(goal) for goal in edition.view.goals_of[outcome]]
    return edition.words("outcome.goals-short", goals=edition.formats.list(goals)) if goals else ""


KIND = PageKind("dimension", DimensionPage, page, ids=ids)
