"""A KPI: what it is, where the world stands, how Members and groups differ, what this site may show."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from pmm_site.model import Kpi, SiteKind
from pmm_site.render import citing, figures, kpi_sections, kpi_values, markdown, overviews, selections, versions
from pmm_site.render.charts import Chart
from pmm_site.render.comparisons import Fact
from pmm_site.render.edition import Edition
from pmm_site.render.kpi_lists import cycle_of
from pmm_site.render.kpi_sections import Definition, GroupSection, OwnHeadline
from pmm_site.render.markup import without_tags
from pmm_site.render.pages import Crumb, Head, Page, PageKind
from pmm_site.tables import SummaryRow


@dataclass(frozen=True, slots=True)
class KpiPage:
    """What kpi.html prints. Without figures on this site `absence` says so and every figure is empty.

    distributions: those of all cycles that have one, the newest first, each with the name of its cycle.
    undistributed: the page's cycle where only others have one.
    quotes: the world mean in a sentence with its source, on the public site.
    """

    title: Markup
    index: int
    definition: Markup
    cycle: str
    absence: str
    versions: tuple[Markup, ...]
    own: OwnHeadline | None
    facts: tuple[Fact, ...]
    badge: Markup
    verdict: str
    test: str
    distributions: tuple[tuple[str, Chart], ...]
    undistributed: str
    direction: str
    groups: tuple[GroupSection, ...]
    over_cycles: Chart | None
    cycle_table: Markup
    same_members: tuple[str, ...]
    values: Chart | None
    value_table: Markup
    values_lead: str
    legend: tuple[tuple[Markup, str], ...]
    coverage: Markup
    definitions: tuple[Definition, ...]
    downloads: tuple[tuple[str, str], ...]
    citation: str
    quotes: tuple[str, ...]
    proposal: str


def ids(edition: Edition) -> tuple[str, ...]:
    """A page per KPI of the catalogue, the same on every site."""
    return tuple(kpi.id for kpi in edition.view.catalogue.kpis)


def page(edition: Edition, id: str) -> Page:
    """The page of a KPI."""
    kpi = edition.view.catalogue.kpi_by_id[id]
    words, here = edition.words, edition.here("kpi", kpi.id)
    outcome = edition.view.catalogue.outcome_by_id[kpi.outcome]
    cycle = cycle_of(edition, kpi)
    trail = (
        Crumb(here.to("home"), words("nav.home")),
        Crumb(here.to("dimension", outcome.dimension), edition.dimension_name(outcome.dimension)),
        Crumb(here.to("outcome", outcome.id), edition.outcome_name(outcome.id)),
    )
    name = edition.kpi_name(kpi.id)
    definition = edition.plain(kpi.definition)
    head = Head(name, _description(edition, kpi, cycle), "dimensions", trail, search=f"{definition} {outcome.id}",
                data=(f"kpi/{kpi.id}.csv",), past=not edition.view.is_measured(kpi))  # fmt: skip
    return Page(here, head, _context(edition, kpi, cycle))


def _description(edition: Edition, kpi: Kpi, cycle: str | None) -> str:
    definition = without_tags(markdown.inline(edition.plain(kpi.definition))) if kpi.definition else ""
    row = edition.view.mean(cycle, kpi.id) if cycle else None
    if cycle is None or row is None or row.mean is None:
        return definition or edition.kpi_name(kpi.id)
    mean = edition.wording.plain_mean(kpi, row)
    figure = edition.words("kpi.description", figure=mean, cycle=edition.cycle_name(cycle), count=row.contributors)
    return f"{figure} {definition}".strip()


def _context(edition: Edition, kpi: Kpi, cycle: str | None) -> KpiPage:
    view, here, words = edition.view, edition.here("kpi", kpi.id), edition.words
    summary = view.summary(cycle, kpi.id) if cycle else None
    shown = bool(cycle and view.shown(cycle, kpi.id))
    name_of_cycle, distributions = edition.cycle_name(cycle) if cycle else "", _distributions(edition, kpi)
    return KpiPage(
        title=edition.text(kpi.name) + edition.illustrative(kpi.name_status),
        index=edition.dimension_index(kpi),
        definition=markdown.inline(edition.plain(kpi.definition)) if kpi.definition else Markup(""),
        cycle=name_of_cycle,
        absence=_absence(edition, kpi) if cycle is None else "",
        versions=edition.piece(versions.history, here, kpi),
        own=kpi_sections.own_headline(edition, here, kpi, cycle) if cycle else None,
        facts=edition.piece(kpi_sections.facts, kpi, cycle) if cycle else (),
        badge=edition.wording.performance(summary.performance) if summary else Markup(""),
        verdict=_verdict(edition, kpi, cycle) if cycle else "",
        test=_change_test(edition, kpi, cycle) if cycle else "",
        distributions=distributions,
        undistributed=name_of_cycle if distributions and name_of_cycle not in dict(distributions) else "",
        direction=words(f"direction.{kpi.direction.value}"),
        groups=kpi_sections.group_sections(edition, here, kpi, cycle) if cycle else (),
        over_cycles=figures.over_cycles(edition, kpi) if cycle else None,
        cycle_table=kpi_sections.cycle_table(edition, here, kpi),
        same_members=edition.piece(kpi_sections.same_members, kpi),
        values=kpi_values.shown_values(edition, cycle, kpi) if cycle and shown else None,
        value_table=kpi_values.value_table(edition, kpi, cycle) if cycle else Markup(""),
        values_lead=_values_lead(edition, kpi, cycle) if cycle else "",
        legend=edition.piece(_legend) if cycle else (),
        coverage=kpi_sections.coverage_rows(edition, kpi),
        definitions=kpi_sections.definitions(edition, here, kpi),
        downloads=_downloads(edition, kpi),
        citation=citing.citation(edition, here, edition.kpi_name(kpi.id), cycle) if cycle else "",
        quotes=citing.quotes_of_kpi(edition, here, kpi, cycle) if cycle else (),
        proposal=edition.piece(versions.proposal, kpi),
    )


def _downloads(edition: Edition, kpi: Kpi) -> tuple[tuple[str, str], ...]:
    """Links with their words; a workbook per KPI is made for the sites of many readers only (see publish)."""
    words, here, info = edition.words, edition.here("kpi", kpi.id), edition.view.info
    found = [
        (here.data(f"kpi/{kpi.id}.csv"), words("kpi.download-values")),
        (here.data("aggregates.csv"), words("kpi.download-aggregates")),
        (here.to("data"), words("kpi.download-all")),
    ]
    if info.kind in (SiteKind.PUBLIC, SiteKind.WCO):
        found.insert(0, (here.download(f"{info.site}-kpi-{kpi.id}.xlsx"), words("kpi.download-workbook")))
    return tuple(found)


def _legend(edition: Edition) -> tuple[tuple[Markup, str], ...]:
    """The blanks with what they mean."""
    wording = edition.wording
    return tuple(
        (wording.blank(each), edition.words(f"blank-help.{each.value}", minimum=wording.minimum))
        for each in wording.blanks
    )


def _distributions(edition: Edition, kpi: Kpi) -> tuple[tuple[str, Chart], ...]:
    drawn = [(cycle, figures.distribution(edition, cycle.cycle, kpi)) for cycle in reversed(edition.view.cycles)]
    return tuple((edition.plain(cycle.name), chart) for cycle, chart in drawn if chart is not None)


def _absence(edition: Edition, kpi: Kpi) -> str:
    if not edition.view.admits(kpi):
        return edition.words(f"kpi.above-ceiling-{kpi.ceiling.value}")
    return edition.words("kpi.no-figures")


def _verdict(edition: Edition, kpi: Kpi, cycle: str) -> str:
    summary = edition.view.summary(cycle, kpi.id)
    if summary is None:
        return ""
    parts = [edition.words(f"performance-help.{_reason(edition, kpi, summary)}")]
    if summary.basis == "visible" and summary.performance != "not-evaluable":
        parts.append(edition.words("performance-basis.visible"))
    return " ".join(parts)


def _reason(edition: Edition, kpi: Kpi, summary: SummaryRow) -> str:
    """Which sentence explains the class: why a KPI cannot be judged is known from its direction and its answers."""
    if summary.performance != "not-evaluable":
        return summary.performance
    return overviews.why_not_evaluable(edition, kpi, summary)


def _change_test(edition: Edition, kpi: Kpi, cycle: str) -> str:
    before = selections.cycle_before(edition.view, cycle)
    test = selections.test_of(edition.view, cycle, kpi.id, before.cycle) if before else None
    return kpi_sections.test_sentence(edition, test, "kpi.change-significant", "kpi.change-not-significant")


def _values_lead(edition: Edition, kpi: Kpi, cycle: str) -> str:
    count = len(edition.view.shown(cycle, kpi.id))
    summary = edition.view.summary(cycle, kpi.id)
    kind = "public" if not edition.view.has_member_grid else "restricted"
    if count == 0:
        return edition.words(f"kpi.values-none-{kind}")
    contributors = summary.contributors if summary else count
    return edition.words(f"kpi.values-lead-{kind}", count=count, contributors=contributors)


KIND = PageKind("kpi", KpiPage, page, ids=ids)
