"""Where the Members stand on one KPI: the distribution over bins."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from pmm_site.model import Direction, Unit
from pmm_site.render.charts.drawing import LINE, SMALL, WIDTH, Rect, Rule, Symbol, Tick
from pmm_site.render.charts.layout import Canvas, LegendEntry, add_legend, own_line, tick_padding
from pmm_site.render.charts.palette import Colour
from pmm_site.render.charts.store import Figure
from pmm_site.render.charts.text import text_width
from pmm_site.render.formats import Formats
from pmm_site.render.markup import Column
from pmm_site.render.words import Words

SIDE = 26.0
"""Room in pixels that labels at the ends of an axis take beside the plot, about."""
BARS = 112.0
"""Height in pixels of the highest column with its label."""
SQUARES = (14.0, 12.0, 10.5, 9.0, 8.0, 7.0, 6.0, 5.0)
"""Sides in pixels that the square of a Member may have, the largest that fits first."""
# Bins more unequal than this are drawn equally wide: on a linear axis the narrow ones would be hairlines.
MOST_UNEQUAL = 8


class Measure(NamedTuple):
    """What a chart must know of the KPI: its name, unit, desired end and bounds (None: open)."""

    name: str
    unit: Unit
    direction: Direction = Direction.NONE
    lower: float | None = None
    upper: float | None = None


class Bin(NamedTuple):
    """A bin of the distribution; None is an open end."""

    lower: Decimal | None
    upper: Decimal | None
    contributors: int


class Quartiles(NamedTuple):
    """The bins in which the first quartile, the median and the third quartile fall, as (from, to)."""

    first: tuple[Decimal | None, Decimal | None]
    median: tuple[Decimal | None, Decimal | None]
    third: tuple[Decimal | None, Decimal | None]


class OwnValue(NamedTuple):
    """The value of the Member for whom the site is, with the short label of its mark (`KEN 72.3 %`)."""

    value: float
    label: str


class _Axis(NamedTuple):
    """Places edges of bins on a linear axis, or one unit apart where they are too unequal or open."""

    edges: tuple[Decimal | None, ...]
    linear: bool

    def place(self, value: float) -> float:
        if self.linear:
            return value
        for at, (start, end) in enumerate(zip(self.edges, self.edges[1:], strict=False)):
            if end is None or value <= end or at == len(self.edges) - 2:
                if start is None or end is None:
                    return at + 0.5
                return at + min(1.0, max(0.0, (value - float(start)) / float(end - start)))
        return 0.0

    def place_edge(self, at: int) -> float:
        edge = self.edges[at]
        return float(edge) if self.linear and edge is not None else float(at)


def _axis_of(bins: Sequence[Bin]) -> _Axis:
    edges = (bins[0].lower, *(each.upper for each in bins))
    widths = [each.upper - each.lower for each in bins if each.lower is not None and each.upper is not None]
    linear = len(widths) == len(bins) and max(widths) <= MOST_UNEQUAL * min(widths)
    return _Axis(edges, linear)


def distribution(
    bins: Sequence[Bin], measure: Measure, words: Words, formats: Formats,
    quartiles: Quartiles | None = None, room_for_own: bool = False,
) -> Figure:  # fmt: skip
    """Members by bin. The area of a column is the number of Members, which also stands above it."""
    axis = _axis_of(bins)
    last = len(bins)
    ticks = _edge_ticks(axis, measure.unit, formats)
    canvas = Canvas(axis.place_edge(0), axis.place_edge(last), padding=tick_padding(ticks, 44))
    columns = _columns(canvas, bins, axis)
    add_legend(canvas, _legend(columns.side is not None, quartiles is not None, words))
    canvas.y = LINE if room_for_own else 4
    top = canvas.y
    canvas.y += columns.height
    _add_columns(canvas, columns, bins, measure.unit, words, formats)
    canvas.rules.append(Rule(canvas.lower, canvas.upper, canvas.y, canvas.y, Colour.AXIS))
    if quartiles:
        _add_quartiles(canvas, axis, quartiles)
    add_caption(canvas, measure, words)
    drawing = canvas.drawing("distribution", ticks, grid=False)
    start = drawing.padding.top + top
    return Figure(
        drawing, words("charts.distribution.title", kpi=measure.name),
        _spoken(bins, quartiles, measure, words, formats),
        (Column(words("charts.range")), Column(words("charts.members"), number=True)),
        tuple((_bin_name(each, measure.unit, words, formats), formats.number(each.contributors)) for each in bins),
        own_label=start - 4, own_spans=((start, start + columns.height),),
        finding=_finding(bins, measure, words, formats),
    )  # fmt: skip


def own_mark(figure: Figure, bins: Sequence[Bin], own: OwnValue) -> str:
    """The own value on a finished distribution of these bins."""
    placed = _axis_of(bins).place(own.value)
    return own_line(figure.drawing.scale, placed, own.label, figure.own_label, figure.own_spans)


def _edge_ticks(axis: _Axis, unit: Unit, formats: Formats) -> tuple[Tick, ...]:
    """The edges of the bins with their labels: all, or every second where they would touch each other."""
    found = [
        Tick(axis.place_edge(at), formats.quantity(edge, unit))
        for at, edge in enumerate(axis.edges)
        if edge is not None
    ]
    step = (WIDTH - 2 * SIDE) / (axis.place_edge(len(axis.edges) - 1) - axis.place_edge(0))
    rooms = [(after.value - tick.value) * step for tick, after in pairwise(found)]
    widths = [text_width(tick.label, SMALL) for tick in found]
    touch = any((one + two) / 2 + 6 > room for (one, two), room in zip(pairwise(widths), rooms, strict=True))
    return tuple(found[::2] if touch else found)


def _legend(squares: bool, quartiles: bool, words: Words) -> list[LegendEntry]:
    """Only what the picture contains."""
    entries = [LegendEntry(words("charts.distribution.square"), Colour.MAIN)] if squares else []
    if quartiles:
        entries.append(LegendEntry(words("charts.distribution.median"), Colour.REFERENCE))
        entries.append(LegendEntry(words("charts.distribution.middle-half"), Colour.PALE))
    return entries


class _Columns(NamedTuple):
    """Where the columns stand along x, how high the plot is with a line for their labels, in pixels.

    `side` is that of a Member's square in pixels; None: there are too many, and columns are plain bars.
    """

    spans: tuple[tuple[float, float], ...]
    height: float
    side: float | None


def _columns(canvas: Canvas, bins: Sequence[Bin], axis: _Axis) -> _Columns:
    """The largest squares with which every column fits under its label."""
    spans = tuple((axis.place_edge(at), axis.place_edge(at + 1)) for at in range(len(bins)))
    for side in SQUARES:
        across = [_across(canvas, span, side) for span in spans]
        if all(across):
            rows = max(math.ceil(each.contributors / count) for each, count in zip(bins, across, strict=True))
            if rows * side <= BARS - LINE:
                return _Columns(spans, rows * side + LINE, side)
    return _Columns(spans, BARS, None)


def _across(canvas: Canvas, span: tuple[float, float], side: float) -> int:
    return int((canvas.pixels(span[1]) - canvas.pixels(span[0]) - 3) // side)


def _add_columns(
    canvas: Canvas, columns: _Columns, bins: Sequence[Bin], unit: Unit, words: Words, formats: Formats
) -> None:
    """Columns that stand at `canvas.y`, each with its number above."""
    spans = columns.spans
    highest = max(each.contributors / (end - start) for each, (start, end) in zip(bins, spans, strict=True)) or 1
    for at, (each, (start, end)) in enumerate(zip(bins, spans, strict=True)):
        if not each.contributors:
            continue
        members = words("charts.count-members", count=each.contributors)
        spoken = words.pair(_bin_name(each, unit, words, formats), members)
        if columns.side:
            top = _add_squares(canvas, each.contributors, (start, end), columns.side, (f"bin-{at}", spoken))
        else:
            gap = (canvas.upper - canvas.lower) / canvas.plot_width * 0.75
            top = canvas.y - each.contributors / (end - start) / highest * (BARS - LINE)
            canvas.rects.append(Rect(start + gap, end - gap, top, canvas.y, Colour.MAIN, f"bin-{at}", spoken))
        canvas.text(
            formats.number(each.contributors), (canvas.pixels(start) + canvas.pixels(end)) / 2, top - 4,
            align="center", size=SMALL,
        )  # fmt: skip


def _add_squares(canvas: Canvas, members: int, span: tuple[float, float], side: float, mark: tuple[str, str]) -> float:
    """A block of squares in the middle of a bin, the last row begun at the left; returned is the top of the block.

    The block is one rectangle, and another for a row that is not full; lines in the colour of the paper divide them.
    """
    across = min(_across(canvas, span, side), members)
    full, rest = divmod(members, across)
    left = (canvas.pixels(span[0]) + canvas.pixels(span[1]) - across * side) / 2
    edges = [canvas.at(left + at * side) for at in range(across + 1)]
    floor = canvas.y
    top = floor - full * side
    key, spoken = mark
    canvas.rects.append(Rect(edges[0], edges[-1], top, floor, Colour.MAIN, key, spoken))
    if rest:
        top -= side
        canvas.rects.append(Rect(edges[0], edges[rest], top, top + side, Colour.MAIN))
    canvas.rules += [Rule(edge, edge, top, floor, Colour.PAPER, 1.5) for edge in edges]
    lines = range(full + bool(rest) + 1)
    canvas.rules += [Rule(edges[0], edges[-1], floor - at * side, floor - at * side, Colour.PAPER, 1.5) for at in lines]
    return top


def _add_quartiles(canvas: Canvas, axis: _Axis, quartiles: Quartiles) -> None:
    """Beneath the bars: the bins of the middle half, and within them the bin of the median."""

    def span(start: Decimal | None, end: Decimal | None) -> tuple[float, float]:
        places = {edge: axis.place_edge(at) for at, edge in enumerate(axis.edges)}
        first = places.get(start, canvas.lower) if start is not None else canvas.lower
        last = places.get(end, canvas.upper) if end is not None else canvas.upper
        return first, last

    top = canvas.y + 4
    for start, end, colour in (
        (*span(quartiles.first[0], quartiles.third[1]), Colour.PALE),
        (*span(*quartiles.median), Colour.REFERENCE),
    ):
        canvas.rects.append(Rect(start, end, top, top + 7, colour))
    canvas.y = top + 7


def add_caption(canvas: Canvas, measure: Measure, words: Words) -> None:
    """Beneath the tick labels: the unit where the numbers do not say it, and the desired end."""
    below = canvas.y + 40
    if measure.unit not in (Unit.PERCENT, Unit.VARIATION):
        canvas.text(words(f"charts.unit.{measure.unit.value}"), 0, below, size=SMALL, fill=Colour.SOFT)
    if measure.direction is not Direction.NONE:
        higher = measure.direction is Direction.HIGHER
        text = words("charts.higher-is-better" if higher else "charts.lower-is-better")
        end = canvas.plot_width - (16 if higher else 0)
        canvas.text(text, end, below, align="right", size=SMALL, fill=Colour.SOFT)
        arrow = end + 4 if higher else end - text_width(text, SMALL) - 16
        canvas.symbols.append(Symbol(arrow, below - 11, Colour.SOFT, "right" if higher else "left"))


def _bin_name(bin_: Bin, unit: Unit, words: Words, formats: Formats) -> str:
    if bin_.lower is None and bin_.upper is None:
        return words("charts.any-value")
    if bin_.lower is None:
        return words("charts.below", value=formats.quantity(bin_.upper or 0, unit))
    if bin_.upper is None:
        return words("charts.from", value=formats.quantity(bin_.lower, unit))
    return words("charts.between", start=formats.quantity(bin_.lower, unit), end=formats.quantity(bin_.upper, unit))


def _range(bin_: Bin, unit: Unit, words: Words, formats: Formats) -> str:
    """A bin in a sentence: with the unit where the number does not say it."""
    name = _bin_name(bin_, unit, words, formats)
    return f"{name} {words(f'charts.unit.{unit.value}')}" if unit in (Unit.HOURS, Unit.DAYS) else name


def _finding(bins: Sequence[Bin], measure: Measure, words: Words, formats: Formats) -> str:
    """Where the most Members are; empty where no bin has more of them than the others."""
    fullest, *others = sorted(bins, key=lambda each: -each.contributors)
    if not others or fullest.contributors == others[0].contributors:
        return ""
    total = sum(each.contributors for each in bins)
    key = "finding" if 2 * fullest.contributors > total else "finding-most"
    where = _range(fullest, measure.unit, words, formats)
    return words(f"charts.distribution.{key}", range=where, most=fullest.contributors, total=total)


def _spoken(bins: Sequence[Bin], quartiles: Quartiles | None, measure: Measure, words: Words, formats: Formats) -> str:
    text = words("charts.distribution.description", count=sum(each.contributors for each in bins))
    if quartiles:
        median = _range(Bin(*quartiles.median, 0), measure.unit, words, formats)
        text += " " + words("charts.distribution.description-median", range=median)
    return text
