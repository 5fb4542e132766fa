"""KPIs as cards and as class splits: what home, dimension and outcome pages show of many KPIs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup, escape

from pmm_site.model import Kpi
from pmm_site.render import glance, selections
from pmm_site.render.comparisons import shown_number
from pmm_site.render.edition import Edition
from pmm_site.render.links import Here
from pmm_site.render.wording import CLASS_SHAPES


class KpiCard(NamedTuple):
    """A KPI at a glance. `figure` is its world mean, `own` the own Member's value on a country site (else empty)."""

    href: str
    name: Markup
    figure: str
    figure_label: str
    own: str
    own_label: str
    glance: Markup
    badge: Markup
    note: str


class ClassCount(NamedTuple):
    """How many KPIs have a class."""

    performance: str
    name: str
    number: int
    shape: str


def kpi_card(edition: Edition, here: Here, kpi: Kpi) -> KpiCard:
    """The card of a KPI for the latest cycle in which it has figures."""
    card, cycle = edition.piece(_card, here, kpi), cycle_of(edition, kpi)
    own = edition.view.own
    if own is None or cycle is None or edition.view.summary(cycle, kpi.id) is None:
        return card
    value = edition.view.values(cycle, kpi.id).get(own)
    figure = "" if shown_number(value) is None else edition.wording.value(kpi, value)
    return card._replace(own=figure, own_label=edition.member_name(own))


def _card(edition: Edition, here: Here, kpi: Kpi) -> KpiCard:
    """The card as sites share it, without the own Member's value."""
    view, words = edition.view, edition.words
    cycle = cycle_of(edition, kpi)
    summary = view.summary(cycle, kpi.id) if cycle else None
    name = edition.text(kpi.name) + edition.illustrative(kpi.name_status)
    href = here.to("kpi", kpi.id)
    if cycle is None or summary is None:
        reason = words("kpi.above-ceiling-short") if not view.admits(kpi) else words("kpi.no-figures-short")
        return KpiCard(href, name, "", "", "", "", Markup(""), Markup(""), reason)
    figure, detail = edition.wording.mean_parts(kpi, view.aggregate(cycle, kpi.id))
    world = edition.group_name("all", "all")
    note = words("kpi.reported-by", count=summary.contributors, cycle=edition.cycle_name(cycle))
    label = words("kpi.distribution-of", name=edition.kpi_name(kpi.id))
    return KpiCard(
        href=href,
        name=name,
        figure=figure,
        figure_label=f"{world}, {detail}" if detail else world,
        own="",
        own_label="",
        glance=glance.distribution(view.distribution(cycle, kpi.id), label, summary.performance),
        badge=edition.wording.performance(summary.performance),
        note=note if view.is_measured(kpi) else f"{words('kpi.no-longer')} {note}",
    )


def cycle_of(edition: Edition, kpi: Kpi) -> str | None:
    """The latest cycle in which this site has figures of a KPI; None where it has none at all."""
    for row in reversed(edition.view.cycles):
        if edition.view.summary(row.cycle, kpi.id) is not None:
            return row.cycle
    own = edition.view.own
    if own:
        for row in reversed(edition.view.cycles):
            if own in edition.view.values(row.cycle, kpi.id):
                return row.cycle
    return None


def class_counts(edition: Edition, kpis: Sequence[Kpi], cycle: str) -> tuple[ClassCount, ...]:
    """How many of some KPIs have each class in a cycle, over those that are analysed and have figures here."""
    rows = [edition.view.summary(cycle, kpi.id) for kpi in kpis if kpi.analysed]
    counts = Counter(row.performance for row in rows if row is not None)
    return tuple(
        ClassCount(each, edition.words(f"class-count.{each}", count=counts[each]), counts[each], CLASS_SHAPES[each])
        for each in selections.PERFORMANCES
    )


def class_split(edition: Edition, counts: Sequence[ClassCount]) -> Markup:
    """The classes as one bar with its numbers in words beneath; colour and shape stand for a class everywhere."""
    total = sum(each.number for each in counts)
    if not total:
        return Markup("")
    spoken = [edition.words.pair(each.name, each.number) for each in counts if each.number]
    label = edition.formats.list(spoken)
    bar = glance.parts([(each.performance, each.number) for each in counts], label)
    items = "".join(
        f'<li class="class-{each.performance}"><svg class="shape" viewBox="0 0 12 12" aria-hidden="true">'
        f'<path d="{each.shape}"/></svg><strong>{edition.formats.number(each.number)}</strong> {escape(each.name)}</li>'
        for each in counts
        if each.number
    )
    return Markup('<div class="class-split">{}<ul>{}</ul></div>').format(bar, Markup(items))


def measured_first(edition: Edition, outcome: str) -> tuple[Kpi, ...]:
    """The KPIs of an outcome in catalogue order, those that are no longer measured last."""
    view = edition.view
    return tuple(sorted(view.kpis_of[outcome], key=lambda kpi: not view.is_measured(kpi)))


def of_dimension(edition: Edition, dimension: str) -> tuple[Kpi, ...]:
    """The KPIs of a dimension, in catalogue order."""
    view = edition.view
    return tuple(kpi for outcome in view.outcomes_of[dimension] for kpi in view.kpis_of[outcome.id])
