"""Pieces that several charts share: axes, rows of bars, legends, marks laid over a finished picture."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from markupsafe import escape

from pmm_site.model import Unit
from pmm_site.render.charts.drawing import (
    LABEL,
    LINE,
    PADDING,
    SMALL,
    WIDTH,
    Drawing,
    Label,
    Padding,
    Point,
    Rect,
    Rule,
    Scale,
    Symbol,
    Tick,
)  # fmt: skip
from pmm_site.render.charts.palette import Colour
from pmm_site.render.charts.text import text_width, wrapped
from pmm_site.render.formats import Formats

BAR = 13.0
ROW_GAP = 13.0
LEAST_SPAN = 1e-9


def decimal(value: float) -> Decimal:
    """A tick or edge as it is written, without the noise of binary fractions."""
    return Decimal(f"{value:.10g}")


def nice_ticks(lower: float, upper: float, most: int = 5) -> list[float]:
    """Round values from `lower` to `upper` for an axis: both ends where they are multiples of the step."""
    span = upper - lower
    if span <= LEAST_SPAN:
        return [lower]
    magnitude = 10 ** math.floor(math.log10(span / most))
    step = next(
        magnitude * factor for factor in (1, 2, 2.5, 5, 10, 20) if span / (magnitude * factor) <= most * (1 + 1e-9)
    )
    first = math.ceil(lower / step - 1e-9)
    last = math.floor(upper / step + 1e-9)
    return [float(f"{index * step:.10g}") for index in range(first, last + 1)]


def axis_end(values: Iterable[float], lower: float, upper: float | None) -> float:
    """The upper end of an axis: the bound of the KPI, or a round number above every value shown."""
    if upper is not None:
        return upper
    highest = max([*values, lower])
    if highest - lower <= LEAST_SPAN:
        return lower + 1
    ticks = nice_ticks(lower, highest)
    step = ticks[1] - ticks[0] if len(ticks) > 1 else highest - lower
    end = ticks[-1]
    return float(f"{end if end >= highest else end + step:.10g}")


def axis_start(values: Iterable[float], lower: float | None) -> float:
    """The lower end of an axis: the bound of the KPI, or zero or a round number below every value shown."""
    if lower is not None:
        return lower
    lowest = min([*values, 0.0])
    return -axis_end([-lowest], 0, None) if lowest < 0 else 0.0


def axis_ticks(lower: float, upper: float, unit: Unit, formats: Formats) -> tuple[Tick, ...]:
    """Ticks with labels; percent signs stand on every label, other units are named by the chart's words."""
    return tuple(
        Tick(value, formats.quantity(decimal(value), unit).replace("-", "−")) for value in nice_ticks(lower, upper)
    )


def tick_padding(ticks: Sequence[Tick], bottom: float = 26) -> Padding:
    """Padding wide enough for half of the first and of the last label of the axis.

    It grows in steps, so that `100%` and `100 %` leave the same room and languages share the picture.
    """
    widest = max((text_width(tick.label, SMALL) / 2 for tick in (*ticks[:1], *ticks[-1:])), default=0.0)
    side = 18 + 8 * max(0, math.ceil((widest - 18) / 8))
    return Padding(side, 8, side, bottom)


class Row(NamedTuple):
    """A row of a chart of bars: its label, the figure at the right (and a quieter remark after it), its marks.

    `segments` are (from, to, colour) in data units. `markers` are (value, shape, colour).
    """

    key: str
    label: str
    figure: str
    remark: str = ""
    segments: tuple[tuple[float, float, Colour], ...] = ()
    markers: tuple[tuple[float, str, Colour], ...] = ()
    spoken: str = ""
    strong: bool = False
    faint: bool = False
    inside: tuple[str, ...] = ()


@dataclass
class Canvas:
    """Marks being collected for a drawing; y grows downwards from the top of the plot."""

    lower: float
    upper: float
    width: float = WIDTH
    padding: Padding = PADDING
    y: float = 0
    rects: list[Rect] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    points: list[Point] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    symbols: list[Symbol] = field(default_factory=list)

    @property
    def plot_width(self) -> float:
        """Pixels between the paddings."""
        return self.width - self.padding.left - self.padding.right

    def at(self, pixels: float) -> float:
        """The data value at a distance in pixels from the left edge of the plot."""
        return self.lower + pixels / self.plot_width * (self.upper - self.lower)

    def pixels(self, value: float) -> float:
        """The distance of a value from the left edge of the plot."""
        return (value - self.lower) / (self.upper - self.lower) * self.plot_width

    def held(self, value: float) -> float:
        """The value, held within the axis."""
        return min(self.upper, max(self.lower, value))

    def text(self, text: str, pixels: float, y: float, **style: Any) -> None:
        """One line of text at a distance in pixels from the left edge."""
        self.labels.append(Label(self.lower, y, (text,), pixels, **style))

    def lift(self, height: float) -> None:
        """Move what was collected so far above the plot, by `height` pixels."""
        self.padding = self.padding._replace(top=self.padding.top + height)
        self.rects = [each._replace(y=each.y - height, y2=each.y2 - height) for each in self.rects]
        self.rules = [each._replace(y=each.y - height, y2=each.y2 - height) for each in self.rules]
        self.points = [each._replace(y=each.y - height) for each in self.points]
        self.labels = [each._replace(y=each.y - height) for each in self.labels]
        self.symbols = [each._replace(y=each.y - height) for each in self.symbols]

    def notches(self, ticks: Iterable[Tick]) -> None:
        """Lines in the colour of the paper: they divide bars at the ticks and are unseen between them."""
        for tick in ticks:
            if self.lower < tick.value < self.upper:
                self.rules.append(Rule(tick.value, tick.value, 0, self.y, Colour.PAPER))

    def drawing(self, kind: str, ticks: tuple[Tick, ...] = (), grid: bool = True) -> Drawing:
        """The finished drawing, as high as what was collected."""
        height = self.padding.top + self.y + self.padding.bottom
        return Drawing(
            kind, round(height, 1), self.lower, self.upper, self.width, self.padding, ticks, grid,
            tuple(self.rects), tuple(self.rules), tuple(self.points), tuple(self.labels), tuple(self.symbols),
        )  # fmt: skip


class LegendEntry(NamedTuple):
    """A symbol and what it means: `square`, `line`, or the name of a point's shape."""

    text: str
    colour: Colour
    symbol: str = "square"


def add_legend(canvas: Canvas, entries: Sequence[LegendEntry]) -> None:
    """Lay out a legend in lines above the plot, where no grid runs."""
    if not entries:
        return
    across = line_top = 0.0
    for entry in entries:
        needed = 18 + text_width(entry.text, SMALL) + 18
        if across and across + needed - 18 > canvas.plot_width:
            across, line_top = 0.0, line_top + LINE
        canvas.symbols.append(Symbol(across, line_top, entry.colour, entry.symbol))
        canvas.text(entry.text, across + 18, line_top + 11, size=SMALL, fill=Colour.SOFT)
        across += needed
    canvas.lift(line_top + LINE + 9)


def add_row(canvas: Canvas, row: Row, baseline: float) -> None:
    """A row: label and figure on one line (the label may wrap), the bar on its track beneath."""
    figure_width = text_width(row.figure, LABEL, 700) if row.figure else 0
    remark_width = text_width(row.remark, SMALL) + 8 if row.remark else 0
    weight = 700 if row.strong else 400
    lines = wrapped(row.label, LABEL, canvas.plot_width - figure_width - remark_width - 16, weight)
    top = canvas.y
    canvas.labels.append(Label(canvas.lower, top + 12, lines, weight=weight))
    ink = Colour.SOFT if row.faint else Colour.INK
    if row.figure:
        canvas.text(
            row.figure, canvas.plot_width - remark_width, top + 12,
            align="right", weight=400 if row.faint else 700, fill=ink,
        )  # fmt: skip
    if row.remark:
        canvas.text(row.remark, canvas.plot_width, top + 12, align="right", size=SMALL, fill=Colour.SOFT)
    bar = top + (len(lines) - 1) * LINE + LINE + 2
    _add_bar(canvas, row, bar, baseline)
    canvas.y = bar + BAR + ROW_GAP


def _add_bar(canvas: Canvas, row: Row, top: float, baseline: float) -> None:
    canvas.rects.append(Rect(canvas.lower, canvas.upper, top, top + BAR, Colour.TRACK, row.key, row.spoken))
    for at, (start, end, colour) in enumerate(row.segments):
        first, last = canvas.held(start), canvas.held(end)
        if first == last:
            continue
        canvas.rects.append(Rect(first, last, top, top + BAR, colour, f"{row.key}-bar" if at == 0 else ""))
        if at < len(row.inside) and abs(canvas.pixels(last) - canvas.pixels(first)) > 20:
            _add_inside(canvas, row.inside[at], first, last, top, colour)
    if canvas.lower < baseline < canvas.upper:
        canvas.rules.append(Rule(baseline, baseline, top - 2, top + BAR + 2, Colour.AXIS))
    for value, shape, colour in row.markers:
        canvas.points.append(Point(canvas.held(value), top + BAR / 2, colour, shape, 110))


_DARK = frozenset({Colour.MAIN, Colour.WELL, Colour.LOW, Colour.IN_USE, Colour.SHOWN, Colour.HIGH})


def _add_inside(canvas: Canvas, text: str, first: float, last: float, top: float, colour: Colour) -> None:
    middle = (canvas.pixels(first) + canvas.pixels(last)) / 2
    fill = Colour.PAPER if colour in _DARK else Colour.INK
    canvas.text(text, middle, top + BAR - 2.5, align="center", size=11, weight=700, fill=fill)


# --- marks laid over a finished picture ----------------------------------------------------------


def own_line(scale: Scale, value: float, label: str, top: float, spans: Sequence[tuple[float, float]]) -> str:
    """The reader's own value as a line across each of the spans (from, to), with its label at `top`, in page pixels."""
    x = scale.position(value)
    half = text_width(label, SMALL, 700) / 2
    at = min(max(x, scale.start + half), scale.end - half)
    lines = "".join(f"M{x:.2f},{start:g}V{end:g}" for start, end in spans)
    line = f'<path d="{lines}" stroke="{Colour.OWN.value}" stroke-width="2.5"/>'
    return f'<g class="own">{line}{own_text(at, top, label)}</g>'


def own_text(x: float, y: float, label: str) -> str:
    """The label of the reader's own value, its middle at x, readable on whatever is beneath."""
    return (
        f'<text x="{x:.2f}" y="{y:g}" text-anchor="middle" font-size="{SMALL:g}" '
        f'font-weight="700" fill="{Colour.OWN.value}" stroke="{Colour.PAPER.value}" stroke-width="4" '
        f'paint-order="stroke" stroke-linejoin="round">{escape(label)}</text>'
    )
