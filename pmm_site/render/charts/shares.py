"""Charts of rows that are shares of a whole: classes, use of instruments, goals."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from pmm_site.model import Unit
from pmm_site.render.charts.drawing import Drawing
from pmm_site.render.charts.layout import (
    ROW_GAP,
    Canvas,
    LegendEntry,
    Row,
    add_legend,
    add_row,
    axis_ticks,
    tick_padding,
)  # fmt: skip
from pmm_site.render.charts.palette import Colour
from pmm_site.render.charts.store import Figure
from pmm_site.render.formats import Formats
from pmm_site.render.markup import Cell, Column
from pmm_site.render.words import Words


class ClassBar(NamedTuple):
    """How many KPIs of a dimension have each class."""

    key: str
    label: str
    well: int
    low: int
    inconclusive: int
    not_evaluable: int


class UsageBar(NamedTuple):
    """Awareness and use of an instrument in percent; `written` is the word for an absence, else empty."""

    key: str
    label: str
    aware: Decimal | None
    in_use: Decimal | None
    planned: Decimal | None
    not_planned: Decimal | None
    respondents: int
    written: str = ""


class GoalBar(NamedTuple):
    """Contribution to a Sustainable Development Goal; `response_rate` in percent."""

    goal: int
    label: str
    kpis: int
    well_performing: int
    response_rate: Decimal | None
    productive: bool


def _stacked(parts: Sequence[tuple[float, Colour]]) -> tuple[tuple[float, float, Colour], ...]:
    segments = []
    start = 0.0
    for size, colour in parts:
        segments.append((start, start + size, colour))
        start += size
    return tuple(segments)


def _of_counts(
    kind: str, rows: Sequence[tuple[str, str, tuple[int, ...], str]], colours: Sequence[Colour], names: Sequence[str],
    words: Words, formats: Formats,
) -> Drawing:  # fmt: skip
    """Stacked bars of counts on one scale, the counts written inside where they fit."""
    canvas = Canvas(0, max([1, *(sum(counts) for _, _, counts, _ in rows)]))
    add_legend(canvas, [LegendEntry(name, colour) for name, colour in zip(names, colours, strict=True)])
    for key, label, counts, figure in rows:
        parts = (f"{name} {formats.number(count)}" for name, count in zip(names, counts, strict=True))
        spoken = words.pair(label, ", ".join(parts))
        inside = tuple(formats.number(count) if count else "" for count in counts)
        segments = _stacked([(count, colour) for count, colour in zip(counts, colours, strict=True)])
        add_row(canvas, Row(key, label, figure, "", segments, (), spoken, inside=inside), 0)
    canvas.y -= ROW_GAP
    canvas.padding = canvas.padding._replace(bottom=8)
    return canvas.drawing(kind)


def classes(rows: Sequence[ClassBar], words: Words, formats: Formats) -> Figure:
    """KPIs by class, a bar per dimension."""
    names = [words(f"performance.{name}") for name in ("well", "low", "inconclusive", "not-evaluable")]
    colours = (Colour.WELL, Colour.LOW, Colour.INCONCLUSIVE, Colour.NOT_EVALUABLE)
    bars = [(each.key, each.label, tuple(each[2:]), words("charts.count-kpis", count=sum(each[2:]))) for each in rows]
    return Figure(
        _of_counts("classes", bars, colours, names, words, formats), words("charts.classes.title"),
        words("charts.classes.description", well=sum(each.well for each in rows), low=sum(each.low for each in rows),
              count=sum(sum(each[2:]) for each in rows)),
        (Column(words("charts.classes.by")), *(Column(name, number=True) for name in names)),
        tuple((each.label, *(formats.number(count) for count in each[2:])) for each in rows),
        finding=words("charts.classes.finding", well=sum(each.well for each in rows),
                      count=sum(sum(each[2:]) for each in rows)),
    )  # fmt: skip


def usage(rows: Sequence[UsageBar], words: Words, formats: Formats) -> Figure:
    """Use of instruments as a stacked bar each, awareness as a mark on it."""
    names = [words(f"charts.usage.{name}") for name in ("in-use", "planned", "not-planned", "aware")]
    ticks = axis_ticks(0, 100, Unit.PERCENT, formats)
    canvas = Canvas(0, 100, padding=tick_padding(ticks))
    colours = (Colour.IN_USE, Colour.PLANNED, Colour.NOT_PLANNED)
    add_legend(canvas, [
        *(LegendEntry(name, colour) for name, colour in zip(names, colours, strict=False)),
        LegendEntry(names[3], Colour.INK, "diamond"),
    ])  # fmt: skip
    for each in rows:
        add_row(canvas, _usage_row(each, names, words, formats), 0)
    canvas.y -= ROW_GAP - 5
    canvas.notches(ticks)

    def cell(value: Decimal | None) -> str | Cell:
        return each.written if value is None else Cell(formats.percent(value), str(value))

    return Figure(
        canvas.drawing("usage", ticks, grid=False), words("charts.usage.title"),
        words("charts.usage.description", count=len(rows)),
        (Column(words("charts.instrument")), *(Column(names[at], number=True) for at in (3, 0, 1, 2)),
         Column(words("charts.respondents"), number=True)),
        tuple(
            (each.label, cell(each.aware), cell(each.in_use), cell(each.planned), cell(each.not_planned),
             formats.number(each.respondents))
            for each in rows
        ),
    )  # fmt: skip


def _usage_row(bar: UsageBar, names: Sequence[str], words: Words, formats: Formats) -> Row:
    remark = words("charts.n", count=bar.respondents)
    if bar.in_use is None:
        return Row(bar.key, bar.label, bar.written, remark, spoken=words.pair(bar.label, bar.written), faint=True)
    shares = (bar.in_use, bar.planned or Decimal(0), bar.not_planned or Decimal(0))
    # Rounded shares may add up to a little more or less than the whole.
    total = float(sum(shares)) or 1.0
    parts = [100 * float(share) / total for share in shares]
    colours = (Colour.IN_USE, Colour.PLANNED, Colour.NOT_PLANNED)
    segments = _stacked(list(zip(parts, colours, strict=True)))
    markers = () if bar.aware is None else ((float(bar.aware), "diamond", Colour.INK),)
    spoken = ", ".join(
        f"{name} {formats.percent(share)}"
        for name, share in zip(names, (*shares, bar.aware), strict=True)
        if share is not None
    )
    label = words.pair(bar.label, spoken)
    return Row(bar.key, bar.label, formats.percent(bar.in_use), remark, segments, markers, label)


def goals(rows: Sequence[GoalBar], words: Words, formats: Formats) -> Figure:
    """Share of the KPIs of each goal that perform well, with the mean response rate as a mark."""
    ticks = axis_ticks(0, 100, Unit.PERCENT, formats)
    canvas = Canvas(0, 100, padding=tick_padding(ticks))
    add_legend(canvas, [
        LegendEntry(words("charts.goals.productive"), Colour.WELL),
        LegendEntry(words("charts.goals.other"), Colour.PALE),
        LegendEntry(words("charts.response-rate"), Colour.REFERENCE, "diamond"),
    ])  # fmt: skip
    for each in rows:
        share = 100 * each.well_performing / each.kpis if each.kpis else 0.0
        colour = Colour.WELL if each.productive else Colour.PALE
        figure = words("charts.goals.of", well=each.well_performing, kpis=each.kpis)
        spoken = words.pair(each.label, words("charts.goals.spoken", well=each.well_performing, kpis=each.kpis))
        row = Row(f"sdg-{each.goal}", each.label, figure, "", ((0, share, colour),), _rate(each.response_rate), spoken,
                  strong=each.productive)  # fmt: skip
        add_row(canvas, row, 0)
    canvas.y -= ROW_GAP - 5
    canvas.notches(ticks)
    productive = words("frame.separator").join(each.label for each in rows if each.productive)
    return Figure(
        canvas.drawing("goals", ticks, grid=False), words("charts.goals.title"),
        words("charts.goals.description", goals=productive) if productive else words("charts.goals.none"),
        (Column(words("charts.goal")), Column(words("charts.kpis"), number=True),
         Column(words("charts.goals.well"), number=True), Column(words("charts.response-rate"), number=True),
         Column(words("charts.goals.contribution"))),
        tuple(
            (each.label, formats.number(each.kpis), formats.number(each.well_performing),
             _percent(each.response_rate, formats),
             words("charts.goals.productive" if each.productive else "charts.goals.other"))
            for each in rows
        ),
        finding=words("charts.goals.finding", productive=sum(each.productive for each in rows), count=len(rows)),
    )  # fmt: skip


def _rate(response_rate: Decimal | None) -> tuple[tuple[float, str, Colour], ...]:
    return () if response_rate is None else ((float(response_rate), "diamond", Colour.REFERENCE),)


def _percent(value: Decimal | None, formats: Formats) -> str | Cell:
    return "" if value is None else Cell(formats.percent(value), str(value))
