"""All KPIs by performance class and dimension, and the classes that changed since the cycle before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from markupsafe import Markup

from pmm_site.render import differences, overviews, pictures, selections
from pmm_site.render.edition import Edition
from pmm_site.render.kpi_lists import class_counts, class_split, of_dimension
from pmm_site.render.named import bullets, dimension_link, kpi_link
from pmm_site.render.pages import Crumb, Head, Page, PageKind


class DimensionPart(NamedTuple):
    """A dimension: its anchor, colour, linked name, the classes of its KPIs as a bar, and their table."""

    anchor: str
    colour: int
    name: Markup
    split: Markup
    table: Markup


@dataclass(frozen=True, slots=True)
class PerformancePage:
    """What performance.html prints.

    split and chart: classes over all KPIs; dimensions: a table each; changes: classes that changed since `previous`
    (empty in the first cycle); moved: KPIs that changed by more than chance, with a note on what that rests on;
    elsewhere: KPIs of which this site has no figures; methodology: a link.
    """

    cycle: str
    methodology: str
    split: Markup
    chart: Markup
    dimensions: tuple[DimensionPart, ...]
    previous: str
    changes: Markup
    moved: Markup
    moved_note: str
    elsewhere: Markup


def pages(edition: Edition) -> Iterator[Page]:
    """One page, on the latest cycle."""
    here, words, view = edition.here("performance"), edition.words, edition.view
    latest = view.latest
    cycle = latest.cycle if latest else ""
    kpis = selections.kpis(view, cycle)
    before = selections.cycle_before(view, cycle)
    absent = [kpi for kpi in view.catalogue.kpis if view.summary(cycle, kpi.id) is None and view.in_force(kpi, cycle)]
    context = PerformancePage(
        cycle=edition.cycle_name(cycle) if latest else "",
        methodology=here.to("methodology"),
        split=class_split(edition, class_counts(edition, kpis, cycle)),
        chart=pictures.figure(edition, pictures.classes(edition, cycle), "h2"),
        dimensions=tuple(_parts(edition, cycle)),
        previous=edition.plain(before.name) if before else "",
        changes=differences.change_table(edition, here, cycle) if before else Markup(""),
        moved=differences.moved_table(edition, here, cycle) if before else Markup(""),
        moved_note=words("performance.moved-note", told=_tested(edition, cycle, before.cycle)) if before else "",
        elsewhere=bullets(kpi_link(edition, here, kpi) for kpi in absent),
    )
    head = Head(words("performance.title"), words("performance.lead"), "performance",
                (Crumb(here.to("home"), words("nav.home")),), data=("summary.csv", "distribution.csv"))  # fmt: skip
    yield Page(here, head, context)


def _tested(edition: Edition, cycle: str, before: str) -> int:
    """The number of KPIs with a published test of their change."""
    kpis = selections.kpis(edition.view, cycle)
    return sum(selections.test_of(edition.view, cycle, kpi.id, before) is not None for kpi in kpis)


def _parts(edition: Edition, cycle: str) -> Iterator[DimensionPart]:
    here = edition.here("performance")
    for index, dimension in enumerate(edition.view.catalogue.dimensions, start=1):
        kpis = [kpi for kpi in of_dimension(edition, dimension.id) if edition.view.summary(cycle, kpi.id) is not None]
        if not kpis:
            continue
        caption = edition.words(
            "performance.caption", dimension=edition.dimension_name(dimension.id), cycle=edition.cycle_name(cycle)
        )
        yield DimensionPart(
            f"dimension-{dimension.id}",
            index,
            dimension_link(edition, here, dimension.id),
            class_split(edition, class_counts(edition, kpis, cycle)),
            overviews.performance_table(edition, here, cycle, kpis, caption),
        )


KIND = PageKind("performance", PerformancePage, pages)
