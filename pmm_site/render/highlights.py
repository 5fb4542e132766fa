"""Where a Member looks first: KPIs furthest behind the world or ahead of it, those that moved away or came nearer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from markupsafe import Markup

from pmm_site.model import Kpi
from pmm_site.render import selections
from pmm_site.render.comparisons import course, scale_of, shown_number, value_standing
from pmm_site.render.edition import Edition
from pmm_site.render.links import Here
from pmm_site.render.named import kpi_link

MOST = 5
"""KPIs in a list at most."""


class Highlight(NamedTuple):
    """A KPI, the Member's figure, and what stands beside it in words."""

    kpi: Markup
    figure: str
    beside: str


def furthest(edition: Edition, here: Here, member: str, cycle: str, side: str) -> tuple[Highlight, ...]:
    """The KPIs furthest `behind` the world's mean or `ahead` of it, by the scale of each; most first."""
    found = []
    for kpi, value in _shown(edition, member, cycle):
        world = edition.view.mean(cycle, kpi.id)
        if world is not None and world.mean is not None and value_standing(kpi, value, world) == side:
            beside = edition.words("dossier.beside-world", figure=edition.wording.plain_mean(kpi, world))
            found.append((distance(kpi, value, world.mean), kpi, value, beside))
    return _most(edition, here, found)


def moved(edition: Edition, here: Here, member: str, cycle: str, way: str) -> tuple[Highlight, ...]:
    """The KPIs that moved most since the cycle before, `farther` from the desired end or `nearer`; most first."""
    previous = selections.cycle_before(edition.view, cycle)
    if previous is None:
        return ()
    earlier = {kpi.id: value for kpi, value in _shown(edition, member, previous.cycle)}
    found = []
    for kpi, value in _shown(edition, member, cycle):
        before = earlier.get(kpi.id)
        if before is not None and course(kpi, before, value) == way:
            beside = edition.words("dossier.beside-before", figure=edition.wording.figure(kpi, before))
            found.append((distance(kpi, value, before), kpi, value, beside))
    return _most(edition, here, found)


def _shown(edition: Edition, member: str, cycle: str) -> Iterator[tuple[Kpi, Decimal]]:
    """The KPIs of which the site shows a value of the Member, in the order of the catalogue, with the values."""
    values = edition.view.values_of.get(member, {})
    for kpi in edition.view.catalogue.kpis:
        value = shown_number(values.get((cycle, kpi.id)))
        if value is not None:
            yield kpi, value


def distance(kpi: Kpi, one: Decimal, other: Decimal) -> float:
    """How far two figures are from each other as a part of the KPI's scale; of the larger one where it has none."""
    ends = scale_of(kpi)
    whole = ends[1] - ends[0] if ends else float(max(abs(one), abs(other)))
    return float(abs(one - other)) / whole


def _most(edition: Edition, here: Here, found: Iterable[tuple[float, Kpi, Decimal, str]]) -> tuple[Highlight, ...]:
    furthest = sorted(found, key=lambda each: -each[0])[:MOST]
    return tuple(
        Highlight(kpi_link(edition, here, kpi), edition.wording.figure(kpi, value), beside)
        for _, kpi, value, beside in furthest
    )
