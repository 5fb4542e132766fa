"""An instrument or tool: awareness and use over the cycles, the KPIs it should support, what was found."""

from __future__ import annotations

from dataclasses import dataclass, replace

from markupsafe import Markup

from pmm_site.model import Instrument
from pmm_site.render import citing, differences, overviews, selections
from pmm_site.render.comparisons import Fact
from pmm_site.render.edition import Edition
from pmm_site.render.links import Here
from pmm_site.render.markup import Cell, Column, link, table
from pmm_site.render.memo import Same, remembered
from pmm_site.render.named import bullets, kpi_link, outcome_link
from pmm_site.render.pages import Crumb, Head, Page, PageKind
from pmm_site.tables import InstrumentRow


@dataclass(frozen=True, slots=True)
class InstrumentPage:
    """What instrument.html prints.

    website: a link, empty without one; facts: awareness and use in the latest cycle; own: the own Member's answers on a
    country site; findings: of the latest cycle, with their KPIs; outcomes: those it serves; linked: their KPIs; tests:
    users against others, where told; quotes: sentences with their source; citation: empty without a cycle; downloads:
    (link, words).
    """

    title: Markup
    cycle: str
    website: Markup
    facts: tuple[Fact, ...]
    figures: Markup
    own: Markup
    findings: Markup
    outcomes: Markup
    linked: Markup
    tests: Markup
    quotes: tuple[str, ...]
    citation: str
    downloads: tuple[tuple[str, str], ...]


def ids(edition: Edition) -> tuple[str, ...]:
    """A page per instrument, the same on every site."""
    return tuple(each.id for each in edition.view.catalogue.instruments)


def page(edition: Edition, id: str) -> Page:
    """The page of an instrument."""
    instrument = edition.view.instrument_by_id[id]
    words, here, name = edition.words, edition.here("instrument", instrument.id), edition.plain(instrument.name)
    cycle = edition.view.latest.cycle if edition.view.latest else ""
    context = replace(
        edition.piece(_without_own, instrument),
        own=_own(edition, instrument, name),
        quotes=citing.quotes_of_instrument(edition, here, instrument, cycle),
        citation=citing.citation(edition, here, name, cycle) if cycle else "",
    )
    trail = (Crumb(here.to("home"), words("nav.home")), Crumb(here.to("instruments"), words("instruments.title")))
    about = citing.use_of(edition, instrument, cycle) or words.pair(words("instrument.kind"), name)
    return Page(here, Head(name, about, "instruments", trail), context)


def _without_own(edition: Edition, instrument: Instrument) -> InstrumentPage:
    """What sites print alike: the own Member's answers and what may be cited are of one site."""
    view, words, here = edition.view, edition.words, edition.here("instrument", instrument.id)
    name, cycle = edition.plain(instrument.name), view.latest.cycle if view.latest else ""
    known = view.catalogue.outcome_by_id
    kpis = [kpi for kpi in selections.kpis_of_instrument(view, instrument) if view.in_force(kpi, cycle)]
    caption = words("instrument.linked-caption", name=name, cycle=edition.cycle_name(cycle) if cycle else "")
    return InstrumentPage(
        title=edition.text(instrument.name) + edition.illustrative(instrument.name_status),
        cycle=edition.cycle_name(cycle) if cycle else "",
        website=link(instrument.url, words("instrument.website")) if instrument.url else Markup(""),
        facts=_facts(edition, instrument),
        figures=_figures(edition, instrument, name),
        own=Markup(""),
        findings=_findings(edition, here, cycle, instrument),
        outcomes=bullets(
            (outcome_link(edition, here, known[id]) for id in instrument.outcomes if id in known),
            empty=words("instrument.unmapped"),
        ),
        linked=overviews.performance_table(edition, here, cycle, kpis, caption) if kpis and cycle else Markup(""),
        tests=_tests(edition, here, cycle, instrument),
        quotes=(),
        citation="",
        downloads=citing.downloads_of(edition, here, "instruments"),
    )


def _facts(edition: Edition, instrument: Instrument) -> tuple[Fact, ...]:
    """How many know it, use it, plan to or do not, in the latest cycle."""
    view, words = edition.view, edition.words
    if view.latest is None:
        return ()
    row = view.instrument_rows.get((view.latest.cycle, instrument.id))
    found = []
    for question in overviews.QUESTIONS:
        share, respondents = selections.share(row, question), selections.respondents(row, question)
        figure, step = edition.wording.share_parts(row, share, respondents)
        notes = [step, words("charts.n", count=respondents) if respondents else ""]
        label = words(f"instruments.{question.replace('_', '-')}")
        found.append(Fact(label, figure, Markup("{}").format(words("frame.separator")).join(filter(None, notes))))
    return tuple(found)


def _figures(edition: Edition, instrument: Instrument, name: str) -> Markup:
    rows = tuple(edition.view.instrument_rows.get((cycle.cycle, instrument.id)) for cycle in edition.view.cycles)
    key = "instrument", edition.wording_key, instrument.id, tuple(map(Same, rows))
    return remembered(key, lambda: _table(edition, rows, name))


def _table(edition: Edition, known: tuple[InstrumentRow | None, ...], name: str) -> Markup:
    words, view = edition.words, edition.view
    headings = ("instrument.cycle", "instruments.aware", "instruments.in-use", "instruments.planned",
                "instruments.not-planned", "instruments.respondents")  # fmt: skip
    columns = [Column(words(key), number=at > 0) for at, key in enumerate(headings)]
    columns.insert(1, Column(words("instrument.use"), sort=False))
    rows: list[tuple[str | Cell, ...]] = []
    for cycle, row in zip(reversed(view.cycles), reversed(known), strict=True):
        shares = (overviews.share_cell(edition, row, question) for question in overviews.QUESTIONS)
        bar = Cell(overviews.use_bar(edition, row), "")
        rows.append((edition.plain(cycle.name), bar, *shares, overviews.respondents_cell(edition, row)))
    return table(words("instrument.caption", name=name), columns, rows, sortable=False)


def _own(edition: Edition, instrument: Instrument, name: str) -> Markup:
    """The own Member's answers, newest cycle first; nothing on other sites."""
    words, view = edition.words, edition.view
    rows = []
    for cycle in reversed(view.cycles):
        answer = view.answers.get((cycle.cycle, instrument.id))
        if answer is not None:
            aware = words(f"instrument.aware-{answer.aware}") if answer.aware else words("instrument.own-none")
            usage = words(f"instruments.{answer.usage}") if answer.usage else words("instrument.own-none")
            rows.append((edition.plain(cycle.name), aware, usage))
    if not rows:
        return Markup("")
    columns = [Column(words(key)) for key in ("instrument.cycle", "instrument.aware", "instrument.use")]
    return table(words("instrument.own-caption", name=name), columns, rows, sortable=False)


def _findings(edition: Edition, here: Here, cycle: str, instrument: Instrument) -> Markup:
    """The findings with their KPIs, in the order of the report."""
    words, rows = edition.words, selections.findings_of(edition.view, cycle, instrument.id)
    items = []
    known = edition.view.catalogue.kpi_by_id
    found = [
        (finding, [known[row.kpi] for row in rows if row.finding == finding and row.kpi])
        for finding in selections.FINDINGS
        if any(row.finding == finding for row in rows)
    ]
    if low := selections.low_though_used(edition.view, cycle, instrument):
        found.append((selections.MUCH_LOW, list(low)))
    for finding, kpis in found:
        title = link(here.to("instruments") + f"#{finding}", words(f"instruments.{finding}"))
        linked = Markup(", ").join(kpi_link(edition, here, kpi) for kpi in kpis)
        items.append(words("instrument.pair", finding=title, kpi=linked) if kpis else title)
    return bullets((Markup(item) for item in items), empty=words("instrument.no-findings"))


def _tests(edition: Edition, here: Here, cycle: str, instrument: Instrument) -> Markup:
    """Whether users and others differ, for the KPIs of which it may be said."""
    words, view = edition.words, edition.view
    rows = []
    for kpi in selections.kpis_of_instrument(view, instrument):
        test = selections.test_of(view, cycle, kpi.id, instrument.id)
        if test is not None:
            name = Cell(kpi_link(edition, here, kpi), edition.kpi_name(kpi.id))
            rows.append((name, differences.significance(edition, test)))
    columns = [Column(words("instrument.kpi")), Column(words("instrument.test-result"))]
    return table(words("instrument.test"), columns, rows, sortable=False, caption_hidden=True) if rows else Markup("")


KIND = PageKind("instrument", InstrumentPage, page, ids=ids)
