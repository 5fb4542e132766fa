"""Instruments and tools: KPI performance against use in four cells, few plans, and the table of all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from markupsafe import Markup

from pmm_site.model import Instrument, Kpi
from pmm_site.render import overviews, selections
from pmm_site.render.edition import Edition
from pmm_site.render.links import Here
from pmm_site.render.named import bullets, instrument_link, kpi_link, with_note
from pmm_site.render.pages import Crumb, Head, Page, PageKind


class MatrixCell(NamedTuple):
    """A finding: its anchor (the finding's id), title, what it suggests, how many instruments in figures and words.

    names: the instruments at a glance; instruments: each with the share of answers and the KPIs behind it.
    """

    anchor: str
    title: str
    help: str
    figure: str
    total: str
    names: Markup
    instruments: Markup


@dataclass(frozen=True, slots=True)
class InstrumentsPage:
    """What instruments.html prints.

    lead, note: with the thresholds; rows: two rows of the matrix (much used, little used), each a heading and two
    cells (KPIs performing well, low); few: the instruments few plan to use; table: all of them.
    """

    cycle: str
    lead: str
    note: str
    rows: tuple[tuple[str, tuple[MatrixCell, MatrixCell]], ...]
    few: MatrixCell
    table: Markup


def pages(edition: Edition) -> Iterator[Page]:
    """One page, on the latest cycle."""
    here, words, view = edition.here("instruments"), edition.words, edition.view
    cycle = view.latest.cycle if view.latest else ""
    every = _by_use(edition, cycle)
    cells = {finding: _cell(edition, here, cycle, finding) for finding in selections.FINDINGS}
    lead = words("instruments.lead", count=len(every))
    context = InstrumentsPage(
        cycle=edition.cycle_name(cycle) if cycle else "",
        lead=lead,
        note=words(
            "instruments.matrix-note",
            high=selections.threshold(view, "instrument_high_use"),
            low=selections.threshold(view, "instrument_low_use"),
        ),
        rows=(
            (words("instruments.much-used"), (cells["high-uptake"], _used_yet_low(edition, here, cycle))),
            (words("instruments.little-used"), (cells["review-relevance"], cells["raise-awareness"])),
        ),
        few=cells["few-plans"],
        table=overviews.instrument_table(edition, here, cycle, every, bars=True) if cycle else Markup(""),
    )
    head = Head(words("instruments.title"), lead, "instruments", (Crumb(here.to("home"), words("nav.home")),),
                data=("instruments.csv", "findings.csv"))  # fmt: skip
    yield Page(here, head, context)


def _by_use(edition: Edition, cycle: str) -> list[Instrument]:
    """All instruments, the most used first; those of which no share may be shown last."""

    def use(instrument: Instrument) -> float:
        share = selections.share(edition.view.instrument_rows.get((cycle, instrument.id)), "in_use")
        return -1.0 if share is None else float(share)

    return sorted(edition.view.catalogue.instruments, key=use, reverse=True)


def _cell(edition: Edition, here: Here, cycle: str, finding: str) -> MatrixCell:
    view = edition.view
    pairs = []
    for instrument in selections.instruments(view, cycle, finding=finding):
        ids = [row.kpi for row in selections.findings_of(view, cycle, instrument.id) if row.finding == finding]
        pairs.append((instrument, [view.catalogue.kpi_by_id[id] for id in ids if id]))
    return _as_cell(edition, here, cycle, finding, pairs)


def _used_yet_low(edition: Edition, here: Here, cycle: str) -> MatrixCell:
    return _as_cell(edition, here, cycle, selections.MUCH_LOW, selections.used_yet_low(edition.view, cycle))


def _as_cell(
    edition: Edition, here: Here, cycle: str, finding: str, pairs: Sequence[tuple[Instrument, Sequence[Kpi]]]
) -> MatrixCell:
    words = edition.words
    names = bullets((instrument_link(edition, here, instrument) for instrument, _ in pairs), "finding-names")
    items = [_item(edition, here, cycle, instrument, kpis) for instrument, kpis in pairs]
    return MatrixCell(
        finding,
        words(f"instruments.{finding}"),
        words(f"instruments.{finding}-help", share=selections.threshold(edition.view, "instrument_few_plans")),
        edition.formats.number(len(items)),
        words("instruments.count", count=len(items)),
        names if pairs else Markup(""),
        bullets(items, "finding-list", empty=words("instruments.no-finding")),
    )


def _item(edition: Edition, here: Here, cycle: str, instrument: Instrument, kpis: Sequence[Kpi]) -> Markup:
    """An instrument with its use, its plans where no KPI is concerned, and the KPIs that make the finding."""
    row = edition.view.instrument_rows.get((cycle, instrument.id))
    question = "in_use" if kpis else "planned"
    figure = selections.share(row, question)
    name = instrument_link(edition, here, instrument)
    if row is not None and figure is not None:
        share = edition.wording.share(row, figure, row.usage_respondents)
        key = "narrative.use-share" if kpis else "narrative.plan-share"
        name = with_note(name, edition.words(key, figure=share, count=row.usage_respondents))
    linked = Markup(" · ").join(kpi_link(edition, here, kpi) for kpi in kpis)
    return name + Markup('<span class="linked">{}</span>').format(linked) if kpis else name


KIND = PageKind("instruments", InstrumentsPage, pages)
