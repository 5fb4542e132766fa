"""The overview: the cycle in figures, the dimensions, coverage, what is new, what this site is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from markupsafe import Markup

from pmm_site.model import ALL, NameStatus
from pmm_site.render import glance, selections
from pmm_site.render.comparisons import Fact, course, course_badge, standings
from pmm_site.render.edition import Edition
from pmm_site.render.kpi_lists import KpiCard, class_counts, class_split, kpi_card, of_dimension
from pmm_site.render.links import Here
from pmm_site.render.named import bullets, goal_link, groups_by_grouping, kpi_link, member_link, with_note
from pmm_site.render.pages import Head, Page, PageKind
from pmm_site.render.pages.content import report_of
from pmm_site.render.site_readers import contents, readers

FIGURES = 8


class DimensionCard(NamedTuple):
    """A dimension on the home page."""

    href: str
    name: str
    place: int
    size: str
    split: Markup


class News(NamedTuple):
    """Something that changed with the latest cycle."""

    heading: str
    text: Markup


@dataclass(frozen=True, slots=True)
class HomePage:
    """What home.html prints. `own` is the way to the own Member's results on a country site, else empty.

    groups: the pages of groups, by the name of their grouping.
    """

    cycle: str
    lead: str
    facts: tuple[Fact, ...]
    own: tuple[str, str, str] | None
    performance: str
    dimensions: tuple[DimensionCard, ...]
    figures: tuple[KpiCard, ...]
    groups: tuple[tuple[str, tuple[Markup, ...]], ...]
    goals: tuple[Markup, ...]
    sdgs: str
    coverage: Markup
    coverage_lead: str
    coverage_link: str
    news: tuple[News, ...]
    changes: str
    readers: str
    contents: tuple[str, ...]
    disclosure: str
    report: str
    data: str
    search: str


def pages(edition: Edition) -> Iterator[Page]:
    """The one overview."""
    here, view, words = edition.here("home"), edition.view, edition.words
    title = edition.plain(view.info.title)
    latest = view.latest
    cycle = latest.cycle if latest else ""
    context = HomePage(
        cycle=edition.plain(latest.name) if latest else "",
        lead=words("home.lead") if latest else words("home.no-cycle"),
        facts=_facts(edition, cycle) if latest else (),
        own=_own(edition, here, cycle) if latest else None,
        performance=here.to("performance"),
        dimensions=_dimensions(edition, here, cycle),
        figures=_figures(edition, here),
        groups=groups_by_grouping(edition, here),
        goals=tuple(
            goal_link(edition, here, row.goal)
            for row in (selections.goals(view, cycle, contribution="most-productive") if latest else ())
        ),
        sdgs=here.to("sdgs"),
        coverage=_coverage(edition, cycle),
        coverage_lead=_coverage_lead(edition, cycle),
        coverage_link=here.to("coverage"),
        news=_news(edition, here, cycle) if latest else (),
        changes=here.to("changes"),
        readers=readers(edition),
        contents=contents(edition),
        disclosure=here.to("disclosure"),
        report=here.to("content", report_of(edition, cycle)),
        data=here.to("data"),
        search=here.to("search"),
    )
    data = ("aggregates.csv", "values.csv", "summary.csv")
    yield Page(here, Head(title, words("home.description", title=title), "home", data=data), context)


def _facts(edition: Edition, cycle: str) -> tuple[Fact, ...]:
    """How many KPIs perform well, participants, KPIs, share of answers reported."""
    view, words, number = edition.view, edition.words, edition.formats.number
    row = view.cycle_by_id[cycle]
    kpis = [kpi for kpi in view.catalogue.kpis if view.summary(cycle, kpi.id) is not None]
    classes = {each.performance: each.number for each in class_counts(edition, kpis, cycle)}
    found = []
    if judged := sum(classes.values()):
        part = words("home.well-of", well=number(classes["well"]), judged=number(judged))
        found.append(Fact(words("home.well"), part, words("home.well-note")))
    named = "" if row.nominated is None else words("home.nominated", count=row.nominated)
    found.append(Fact(words("home.participants"), number(row.participants), named))
    outcomes = words("count.outcomes", count=len(view.catalogue.outcomes))
    dimensions = words("count.dimensions", count=len(view.catalogue.dimensions))
    found.append(Fact(words("home.kpis"), number(len(kpis)),
                      words("home.kpis-note", outcomes=outcomes, dimensions=dimensions)))  # fmt: skip
    counts = _coverage_counts(edition, cycle)
    if sum(counts.values()):
        share = 100 * counts["reported"] / sum(counts.values())
        found.append(
            Fact(words("home.response"), edition.formats.percent(str(round(share))), words("home.response-note"))
        )
    return tuple(found)


def _coverage_counts(edition: Edition, cycle: str) -> dict[str, int]:
    rows = [row for row in edition.view.rows("coverage") if row.cycle == cycle]
    return {
        "reported": sum(row.reported for row in rows),
        "na": sum(row.not_applicable for row in rows),
        "missing": sum(row.not_available for row in rows),
    }


def _coverage(edition: Edition, cycle: str) -> Markup:
    counts = _coverage_counts(edition, cycle)
    if not sum(counts.values()):
        return Markup("")
    items = [edition.words(f"home.coverage-{name}", count=count) for name, count in counts.items()]
    return glance.parts_with_legend(list(counts.items()), items, edition.formats.list(items))


def _coverage_lead(edition: Edition, cycle: str) -> str:
    """The best and the least reported KPI: partial data are normal and are shown as such."""
    rows = [row for row in edition.view.rows("coverage") if row.cycle == cycle and row.participants]
    if not rows:
        return ""
    most, least = max(rows, key=lambda row: row.reported), min(rows, key=lambda row: row.reported)
    return edition.words(
        "home.coverage-lead",
        most=edition.kpi_name(most.kpi), most_count=most.reported,
        least=edition.kpi_name(least.kpi), least_count=least.reported,
    )  # fmt: skip


def _own(edition: Edition, here: Here, cycle: str) -> tuple[str, str, str] | None:
    """On a country site: link, heading and sentence that lead to the Member's own results."""
    view = edition.view
    own = view.own
    if own is None:
        return None
    reported = len([row for row in view.values_of.get(own, {}).values() if row.cycle == cycle and row.value])
    sentence = edition.words("home.own", count=reported, cycle=edition.cycle_name(cycle))
    counts = standings(edition, cycle, own)
    if counts["ahead"] or counts["behind"]:
        sentence += " " + edition.words("home.own-standing", ahead=counts["ahead"], behind=counts["behind"])
    return here.to("dossier"), edition.words("home.own-heading", name=edition.member_name(own)), sentence


def _dimensions(edition: Edition, here: Here, cycle: str) -> tuple[DimensionCard, ...]:
    found = []
    for at, dimension in enumerate(edition.view.catalogue.dimensions, 1):
        kpis = of_dimension(edition, dimension.id)
        outcomes = edition.words("count.outcomes", count=len(edition.view.outcomes_of[dimension.id]))
        size = f"{outcomes} · {edition.words('count.kpis', count=len(kpis))}"
        split = class_split(edition, class_counts(edition, kpis, cycle))
        found.append(DimensionCard(here.to("dimension", dimension.id), edition.plain(dimension.name), at, size, split))
    return tuple(found)


def _figures(edition: Edition, here: Here) -> tuple[KpiCard, ...]:
    """KPIs of published names whose world mean is published: the figures that people know."""
    view = edition.view
    latest = view.latest
    if latest is None:
        return ()
    known = [
        kpi
        for kpi in view.catalogue.kpis
        if (row := view.mean(latest.cycle, kpi.id)) is not None and row.mean is not None and kpi.analysed
    ]
    known.sort(key=lambda kpi: kpi.name_status is NameStatus.ILLUSTRATIVE)
    return tuple(kpi_card(edition, here, kpi) for kpi in known[:FIGURES])


def _moved(edition: Edition, here: Here, cycle: str) -> tuple[Markup, ...]:
    """The KPIs that changed by more than chance, each with the means of the same Members before and now."""
    found = []
    for kpi, _ in selections.moved(edition.view, cycle):
        row = edition.view.changes(cycle, kpi.id).get(ALL)
        if row is None or row.mean is None or row.previous_mean is None or row.rounding is None:
            continue
        figure, detail = edition.wording.change(kpi, row.previous_mean, row.mean, row.rounding)
        note = edition.words("frame.separator").join(part for part in (figure, detail) if part)
        way = course_badge(edition, course(kpi, row.previous_mean, row.mean))
        found.append(with_note(kpi_link(edition, here, kpi), Markup("{} {}").format(note, way)))
    return tuple(found)


def _class_change(edition: Edition, here: Here, change: selections.ClassChange) -> Markup:
    before, now = (edition.words(f"performance.{row.performance}") for row in (change.before, change.now))
    return with_note(kpi_link(edition, here, change.kpi), edition.words("change.from-to", before=before, now=now))


def _news(edition: Edition, here: Here, cycle: str) -> tuple[News, ...]:
    view, words = edition.view, edition.words
    before = selections.cycle_before(view, cycle)
    if before is None:
        return ()
    names = {"cycle": edition.cycle_name(cycle), "previous": edition.plain(before.name)}
    found = []
    if moved := _moved(edition, here, cycle):
        found.append(News(words("home.moved", count=len(moved), **names), bullets(moved)))
    changes = selections.class_changes(view, cycle)
    if changes:
        links = bullets([_class_change(edition, here, each) for each in changes[:5]])
        found.append(News(words("home.class-changes", count=len(changes), **names), links))
    newcomers = selections.newcomers(view, cycle)
    if newcomers:
        listed = Markup(edition.formats.list([str(member_link(edition, here, row.member)) for row in newcomers]))
        found.append(News(words("home.newcomers", count=len(newcomers)), listed))
    dropped = selections.dropped(view, before.cycle)
    if dropped:
        links = bullets([kpi_link(edition, here, each.kpi) for each in dropped])
        found.append(News(words("home.dropped", count=len(dropped), **names), links))
    return tuple(found)


KIND = PageKind("home", HomePage, pages)
