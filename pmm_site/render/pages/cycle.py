"""A cycle as released: its results in one place, so that an earlier cycle stays citable."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from markupsafe import Markup

from pmm_site.model import GroupKey, Kpi
from pmm_site.render import overviews, reviews, selections
from pmm_site.render.comparisons import Fact
from pmm_site.render.edition import Edition
from pmm_site.render.kpi_lists import class_counts, class_split, of_dimension
from pmm_site.render.links import Here
from pmm_site.render.markup import Cell, Column, link, table
from pmm_site.render.named import area_link, bullets, cycle_link, dimension_link, goal_link, kpi_link
from pmm_site.render.pages import Crumb, Head, Page, PageKind
from pmm_site.render.pages.content import content_pages, is_report
from pmm_site.tables import CycleRow


class CycleDimension(NamedTuple):
    """A dimension: its anchor, colour, linked name and the results of its KPIs."""

    anchor: str
    colour: int
    name: Markup
    table: Markup


@dataclass(frozen=True, slots=True)
class CyclePage:
    """What cycle.html prints.

    lead; note: the cycle's remark; facts: figures at first sight; reports: links; split: KPIs by class;
    findings, goals, areas: lists; dimensions: all results; groups: participants by grouping; participants: names;
    release: whether this is a release; peer: the peer review of Members where the site may show it; others: cycles.
    """

    title: str
    year: str
    lead: str
    note: str
    facts: tuple[Fact, ...]
    reports: tuple[Crumb, ...]
    split: Markup
    findings: Markup
    goals: Markup
    areas: Markup
    dimensions: tuple[CycleDimension, ...]
    groups: tuple[Markup, ...]
    participants: Markup
    release: str
    peer: Markup
    others: Markup


def ids(edition: Edition) -> tuple[str, ...]:
    """A page per published cycle."""
    return tuple(row.cycle for row in edition.view.cycles)


def page(edition: Edition, id: str) -> Page:
    """The page of a cycle."""
    row = edition.view.cycle_by_id[id]
    view, words, here = edition.view, edition.words, edition.here("cycle", row.cycle)
    name, kpis = edition.plain(row.name), selections.kpis(view, row.cycle)
    lead = _lead(edition, row)
    codes = [each.member for each in selections.participants(view, row.cycle)]
    found = selections.goals(view, row.cycle, contribution="most-productive")
    info = view.info
    context = CyclePage(
        title=name,
        year=words("cycle-page.of-year", year=str(row.reference_year)),
        lead=lead,
        note=row.note,
        facts=_facts(edition, row),
        reports=tuple(
            Crumb(here.to("content", page.slug), page.title)
            for page in content_pages(edition)
            if is_report(page) and page.cycle == row.cycle
        ),
        split=class_split(edition, class_counts(edition, kpis, row.cycle)),
        findings=_findings(edition, here, row.cycle),
        goals=bullets((goal_link(edition, here, each.goal) for each in found), empty=words("sdgs.none")),
        areas=bullets(
            (area_link(edition, here, area) for area, _ in selections.areas(view, row.cycle, priority="high")),
            empty=words("narrative.empty"),
        ),
        dimensions=tuple(_dimensions(edition, here, row.cycle)),
        groups=tuple(_groups(edition, here, row.cycle)),
        participants=overviews.member_names(edition, here, codes),
        release=words("cycle-page.preview") if info.is_preview else words("cycle-page.released", release=info.release),
        peer=reviews.by_member(edition, row.cycle),
        others=bullets(cycle_link(edition, here, each.cycle) for each in view.cycles if each is not row),
    )
    trail = (Crumb(here.to("home"), words("nav.home")),)
    past = edition.view.cycle_by_id[id] != edition.view.latest
    head = Head(words("cycle-page.title", name=name), lead, "", trail, data=("cycles.csv",), past=past)
    return Page(here, head, context)


def _lead(edition: Edition, row: CycleRow) -> str:
    values = {"participants": row.participants, "year": str(row.reference_year)}
    if row.nominated is None:
        return edition.words("cycle-page.lead", **values)
    return edition.words("cycle-page.lead-nominated", nominated=row.nominated, **values)


def _facts(edition: Edition, row: CycleRow) -> tuple[Fact, ...]:
    words, view, number = edition.words, edition.view, edition.formats.number
    shown, _ = view.counts_shown(row.cycle)
    with_figures = sum(view.summary(row.cycle, kpi.id) is not None for kpi in view.catalogue.kpis)
    facts = [Fact(words("cycle-page.participants"), number(row.participants))]
    if row.nominated is not None:
        facts.append(Fact(words("cycle-page.nominated"), number(row.nominated)))
    facts.append(Fact(words("cycle-page.kpis"), number(with_figures)))
    facts.append(Fact(words("cycle-page.values"), number(shown)))
    return tuple(facts)


def _findings(edition: Edition, here: Here, cycle: str) -> Markup:
    """How many instruments are in each finding."""
    items = []
    latest = edition.view.latest
    for finding in selections.FINDINGS:
        title = edition.words(f"instruments.{finding}")
        # The instruments page speaks of the latest cycle: only from there would its lists be those counted here.
        name = link(here.to("instruments") + f"#{finding}", title) if latest and latest.cycle == cycle else title
        count = len(selections.instruments(edition.view, cycle, finding=finding))
        items.append(edition.words.pair(name, edition.words("instruments.count", count=count)))
    return bullets(items)


def _dimensions(edition: Edition, here: Here, cycle: str) -> Iterator[CycleDimension]:
    view = edition.view
    for index, dimension in enumerate(view.catalogue.dimensions, start=1):
        kpis = [kpi for kpi in of_dimension(edition, dimension.id) if view.summary(cycle, kpi.id) is not None]
        if kpis:
            caption = edition.words(
                "performance.caption", dimension=edition.dimension_name(dimension.id), cycle=edition.cycle_name(cycle)
            )
            name = dimension_link(edition, here, dimension.id)
            results = _results(edition, here, cycle, kpis, caption)
            yield CycleDimension(f"dimension-{dimension.id}", index, name, results)


def _results(edition: Edition, here: Here, cycle: str, kpis: Sequence[Kpi], caption: str) -> Markup:
    """Mean, median, n, response rate and class of KPIs in one cycle."""
    words, view = edition.words, edition.view
    columns = [
        Column(words("performance.kpi")),
        Column(words("performance.mean"), number=True),
        Column(words("cycle-page.median"), number=True, sort=False),
        Column(words("performance.n"), number=True),
        Column(words("performance.response"), number=True),
        Column(words("performance.class")),
    ]
    rows = []
    for kpi in kpis:
        summary = view.summary(cycle, kpi.id)
        median = edition.wording.between(kpi, summary.median_from, summary.median_to) if summary else None
        rate = selections.response_rate(view, cycle, kpi.id) if summary else None
        rows.append(
            (
                Cell(kpi_link(edition, here, kpi), edition.kpi_name(kpi.id)),
                overviews.mean_cell(edition, cycle, kpi),
                median or overviews.withheld(edition, summary.contributors if summary else 0),
                overviews.n_cell(edition, cycle, kpi),
                Cell(overviews.percent_or_dash(edition, rate), "" if rate is None else f"{rate:.2f}"),
                overviews.class_cell(edition, cycle, kpi),
            )
        )
    return table(caption, columns, rows)


def _groups(edition: Edition, here: Here, cycle: str) -> Iterator[Markup]:
    """Participants by the groups of each grouping."""
    words, view = edition.words, edition.view
    rows = selections.participants(view, cycle)
    for grouping in view.catalogue.groupings:
        counts = Counter(row.groups.get(grouping.id) for row in rows)
        lines = [
            (
                link(
                    here.to("group", f"{grouping.id}/{group.id}"), edition.group_name(*GroupKey(grouping.id, group.id))
                ),
                edition.formats.number(counts[group.id]),
            )
            for group in grouping.groups
        ]
        name = edition.grouping_name(grouping.id)
        caption = words("cycle-page.who-caption", grouping=name, cycle=edition.cycle_name(cycle))
        columns = [Column(words("cycle-page.group")), Column(words("cycle-page.count"), number=True)]
        yield table(caption, columns, lines, sortable=False)


KIND = PageKind("cycle", CyclePage, page, ids=ids)
