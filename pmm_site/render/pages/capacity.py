"""Capacity building: needs by area, by group and over time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from markupsafe import Markup

from pmm_site.model import Grouping, GroupKey
from pmm_site.render import overviews, selections
from pmm_site.render.edition import Edition
from pmm_site.render.links import Here
from pmm_site.render.markup import Cell, Column, table
from pmm_site.render.named import area_link, bullets, kpi_link
from pmm_site.render.pages import Crumb, Head, Page, PageKind


class ByGrouping(NamedTuple):
    """Priorities of all areas by the groups of a grouping, `opened` or behind its title."""

    anchor: str
    title: str
    table: Markup
    opened: bool


class AreaKpis(NamedTuple):
    """An area with its KPIs and how many; `anchor` is where other pages link to."""

    anchor: str
    name: Markup
    size: str
    kpis: Markup


@dataclass(frozen=True, slots=True)
class CapacityPage:
    """What capacity.html prints: the rule with its thresholds, all areas, each grouping, the KPIs of each area."""

    cycle: str
    rule: str
    table: Markup
    groupings: tuple[ByGrouping, ...]
    areas: tuple[AreaKpis, ...]


def pages(edition: Edition) -> Iterator[Page]:
    """One page, on the latest cycle."""
    here, words, view = edition.here("capacity"), edition.words, edition.view
    cycle = view.latest.cycle if view.latest else ""
    context = CapacityPage(
        cycle=edition.cycle_name(cycle) if cycle else "",
        rule=words(
            "capacity.rule",
            high=selections.threshold(view, "capacity_high"),
            medium=selections.threshold(view, "capacity_medium"),
            response=selections.threshold(view, "capacity_response_rate"),
        ),
        table=overviews.area_table(edition, here, cycle) if cycle else Markup(""),
        groupings=tuple(_by_grouping(edition, here, cycle)),
        areas=tuple(_areas(edition, here, cycle)),
    )
    head = Head(words("capacity.title"), words("capacity.lead"), "capacity",
                (Crumb(here.to("home"), words("nav.home")),), data=("capacity.csv",))  # fmt: skip
    yield Page(here, head, context)


def _by_grouping(edition: Edition, here: Here, cycle: str) -> Iterator[ByGrouping]:
    """A table for each grouping of which the package has rows; the first is open."""
    opened = True
    for grouping in edition.view.catalogue.groupings:
        found = _grouping_table(edition, here, cycle, grouping)
        if found:
            title = edition.words("capacity.by", grouping=edition.grouping_name(grouping.id))
            yield ByGrouping(f"by-{grouping.id}", title, found, opened)
            opened = False


def _grouping_table(edition: Edition, here: Here, cycle: str, grouping: Grouping) -> Markup:
    words, view = edition.words, edition.view
    chosen = [(area, view.capacity_rows[(cycle, area.id)]) for area, _ in selections.areas(view, cycle)]
    keys = [GroupKey(grouping.id, group.id) for group in grouping.groups]
    keys = [key for key in keys if any(key in rows for _, rows in chosen)]
    if not keys:
        return Markup("")
    columns = [Column(words("capacity.area")), *(Column(edition.group_name(*key)) for key in keys)]
    before = selections.cycle_before(view, cycle)
    earlier = {area.id: view.capacity_rows.get((before.cycle, area.id), {}) if before else {} for area, _ in chosen}
    rows = [
        (
            Cell(area_link(edition, here, area), edition.plain(area.name)),
            *(overviews.priority(edition, of_area.get(key), earlier[area.id].get(key)) for key in keys),
        )
        for area, of_area in chosen
    ]
    name = edition.grouping_name(grouping.id)
    return table(words("capacity.by-caption", grouping=name, cycle=edition.cycle_name(cycle)), columns, rows)


def _areas(edition: Edition, here: Here, cycle: str) -> Iterator[AreaKpis]:
    """The KPIs of each area with their class and how many reported them."""
    words, view = edition.words, edition.view
    for area in view.catalogue.capacity_building:
        items = []
        for kpi in view.catalogue.kpis:
            summary = view.summary(cycle, kpi.id)
            if area.id not in kpi.capacity_building or summary is None or not kpi.analysed:
                continue
            badge = edition.wording.performance(summary.performance)
            share = overviews.percent_or_dash(edition, selections.response_rate(view, cycle, kpi.id))
            rate = words("capacity.reported-by", rate=share, count=summary.contributors)
            items.append(
                Markup('{} {} <span class="remark">{}</span>').format(kpi_link(edition, here, kpi), badge, rate)
            )
        kpis = bullets(items, empty=words("capacity.kpis-none"))
        yield AreaKpis(f"area-{area.id}", edition.text(area.name), words("count.kpis", count=len(items)), kpis)


KIND = PageKind("capacity", CapacityPage, pages)
