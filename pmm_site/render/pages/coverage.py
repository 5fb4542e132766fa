"""Who answered each KPI, in counts; from the WCO tier up the grid of participants and KPIs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from markupsafe import Markup, escape

from pmm_site.model import Kpi, ObsStatus
from pmm_site.render import glance, pictures, selections
from pmm_site.render.edition import Edition
from pmm_site.render.kpi_lists import of_dimension
from pmm_site.render.links import Here
from pmm_site.render.markup import NONE, Cell, Column, table
from pmm_site.render.named import bullets, dimension_link, kpi_link, member_link
from pmm_site.render.pages import Crumb, Head, Page, PageKind

SIGNS = {ObsStatus.SHOWN: "A", ObsStatus.NOT_APPLICABLE: "M", ObsStatus.NOT_REPORTED: "O", ObsStatus.NOT_SHOWN: "Q"}


class CoveragePart(NamedTuple):
    """A dimension: its anchor, colour, linked name and the table of its KPIs."""

    anchor: str
    colour: int
    name: Markup
    table: Markup


class LegendEntry(NamedTuple):
    """A sign of the grid and what it means; `kind` colours it."""

    sign: str
    meaning: str
    kind: str


@dataclass(frozen=True, slots=True)
class CoveragePage:
    """What coverage.html prints.

    lead: how much was reported in all; participation: the map of those who take part; dimensions: a table each; grid:
    participants x KPIs, empty on the public site; legend: its signs; key: the KPIs by the number of their column;
    elsewhere: KPIs without figures here.
    """

    cycle: str
    lead: str
    participation: Markup
    dimensions: tuple[CoveragePart, ...]
    grid: Markup
    legend: tuple[LegendEntry, ...]
    key: Markup
    elsewhere: Markup


def pages(edition: Edition) -> Iterator[Page]:
    """One page, on the latest cycle."""
    here, words, view = edition.here("coverage"), edition.words, edition.view
    cycle = view.latest.cycle if view.latest else ""
    covered = [kpi for kpi in view.catalogue.kpis if view.coverage(cycle, kpi.id) is not None]
    absent = [kpi for kpi in view.catalogue.kpis if kpi not in covered and view.in_force(kpi, cycle)]
    in_grid = _grid_kpis(edition, cycle) if view.has_member_grid else ()
    lead = _lead(edition, cycle, covered)
    signs = (ObsStatus.SHOWN, ObsStatus.NOT_SHOWN, ObsStatus.NOT_APPLICABLE, ObsStatus.NOT_REPORTED)
    meanings = ("legend-shown", "legend-not-shown", "legend-not-applicable", "legend-not-available")
    context = CoveragePage(
        cycle=edition.cycle_name(cycle) if cycle else "",
        lead=lead,
        participation=pictures.figure(edition, pictures.participation(edition, cycle), "h2"),
        dimensions=tuple(_parts(edition, here, cycle)),
        grid=_grid(edition, here, cycle, in_grid) if in_grid else Markup(""),
        legend=tuple(
            LegendEntry(words(f"coverage.letters.{SIGNS[sign]}"), words(f"coverage.{meaning}"), f"g{SIGNS[sign]}")
            for sign, meaning in zip(signs, meanings, strict=True)
        ),
        key=Markup("").join(Markup("<li>{}</li>").format(kpi_link(edition, here, kpi)) for kpi in in_grid),
        elsewhere=bullets(kpi_link(edition, here, kpi) for kpi in absent if cycle),
    )
    head = Head(words("coverage.title"), lead, "coverage", (Crumb(here.to("home"), words("nav.home")),),
                data=("coverage.csv",))  # fmt: skip
    yield Page(here, head, context)


def _lead(edition: Edition, cycle: str, covered: Sequence[Kpi]) -> str:
    rows = [row for kpi in covered if (row := edition.view.coverage(cycle, kpi.id)) is not None]
    possible, reported = sum(row.participants for row in rows), sum(row.reported for row in rows)
    latest = edition.view.latest
    if latest is None or not possible:
        return edition.words("coverage.grid-public")
    share = edition.formats.percent(Decimal(100 * reported) / possible, 0)
    return edition.words("coverage.lead", cycle=edition.plain(latest.name), participants=latest.participants,
                         kpis=len(rows), share=share)  # fmt: skip


def _parts(edition: Edition, here: Here, cycle: str) -> Iterator[CoveragePart]:
    for index, dimension in enumerate(edition.view.catalogue.dimensions, start=1):
        kpis = [kpi for kpi in of_dimension(edition, dimension.id) if edition.view.coverage(cycle, kpi.id) is not None]
        if kpis:
            name = dimension_link(edition, here, dimension.id)
            yield CoveragePart(f"dimension-{dimension.id}", index, name, coverage_table(edition, here, cycle, kpis))


def coverage_table(edition: Edition, here: Here, cycle: str, kpis: Sequence[Kpi]) -> Markup:
    """Counts of reported, not applicable and not available, as numbers and as a bar, with the rate before."""
    words, view, number = edition.words, edition.view, edition.formats.number
    before = selections.cycle_before(view, cycle)
    columns = [
        Column(words("coverage.kpi")),
        Column(words("coverage.bar-heading"), sort=False),
        Column(words("coverage.reported"), number=True),
        Column(words("coverage.not-applicable"), number=True),
        Column(words("coverage.not-available"), number=True),
        Column(words("coverage.rate"), number=True),
        *([Column(words("coverage.previous-rate", cycle=edition.plain(before.name)), number=True)] if before else []),
    ]
    rows: list[tuple[str | Cell, ...]] = []
    for kpi in kpis:
        row = view.coverage(cycle, kpi.id)
        if row is None:
            continue
        counts = (("reported", row.reported), ("na", row.not_applicable), ("missing", row.not_available))
        label = words("coverage.bar", reported=row.reported, not_applicable=row.not_applicable,
                      not_available=row.not_available)  # fmt: skip
        rows.append(
            (
                Cell(kpi_link(edition, here, kpi), edition.kpi_name(kpi.id)),
                Cell(glance.parts(counts, label), ""),
                *(number(count) for _, count in counts),
                _rate(edition, cycle, kpi),
                *([_rate(edition, before.cycle, kpi)] if before else []),
            )
        )
    return table(words("coverage.caption", cycle=edition.cycle_name(cycle)), columns, rows, caption_hidden=True)


def _rate(edition: Edition, cycle: str, kpi: Kpi) -> Cell:
    rate = selections.response_rate(edition.view, cycle, kpi.id)
    if rate is None:
        return Cell(NONE, "")
    return Cell(edition.formats.percent(rate, 0), f"{rate:.2f}")


def _grid_kpis(edition: Edition, cycle: str) -> tuple[Kpi, ...]:
    """The KPIs that have a row for some participant."""
    return tuple(kpi for kpi in edition.view.catalogue.kpis if edition.view.values(cycle, kpi.id))


def _grid(edition: Edition, here: Here, cycle: str, kpis: Sequence[Kpi]) -> Markup:
    """A sign per participant and KPI; the own Member's row is marked."""
    words, view = edition.words, edition.view
    signs = {status: words(f"coverage.letters.{sign}") for status, sign in SIGNS.items()}
    cells = {status: f'<td class="g{SIGNS[status]}">{escape(signs[status])}</td>' for status in SIGNS}
    absent = '<td class="gN"></td>'
    head = "".join(
        f'<th scope="col"><a href="{escape(here.to("kpi", kpi.id))}" '
        f'aria-label="{escape(words.pair(number, edition.kpi_name(kpi.id)))}">{number}</a></th>'
        for number, kpi in enumerate(kpis, start=1)
    )
    codes = [row.member for row in selections.participants(view, cycle)]
    body = []
    for code in edition.in_order({code: edition.member_name(code) for code in codes}):
        row = view.values_of.get(code, {})
        marks = "".join(cells[row[cycle, kpi.id].obs_status] if (cycle, kpi.id) in row else absent for kpi in kpis)
        own = ' class="own"' if code == view.own else ""
        body.append(f'<tr{own}><th scope="row">{member_link(edition, here, code)}</th>{marks}</tr>')
    caption = escape(words("coverage.grid-caption", cycle=edition.cycle_name(cycle)))
    return Markup(
        f'<div class="scroller" role="region" aria-label="{caption}" tabindex="0"><table class="grid">'
        f'<caption>{caption}</caption><thead><tr><th scope="col">{escape(words("coverage.member"))}</th>{head}</tr>'
        f"</thead><tbody>{''.join(body)}</tbody></table></div>"
    )


KIND = PageKind("coverage", CoveragePage, pages)
