"""The values that a site may show on one KPI: a dot for each Member."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from markupsafe import escape

from pmm_site.model import Unit
from pmm_site.render.charts.distribution import Measure, add_caption
from pmm_site.render.charts.drawing import LINE, SMALL, Drawing, Rule, Scale
from pmm_site.render.charts.layout import Canvas, axis_end, axis_start, axis_ticks, own_line, tick_padding
from pmm_site.render.charts.palette import Colour
from pmm_site.render.charts.store import Figure
from pmm_site.render.charts.text import text_width
from pmm_site.render.formats import Formats, sort_key
from pmm_site.render.markup import Cell, Column
from pmm_site.render.words import Words

DOTS = 96.0
RADIUS = 4.5


class VisibleValue(NamedTuple):
    """A value that this site shows; `written` is the number as submitted."""

    member: str
    name: str
    written: str
    own: bool = False


def visible_values(
    values: Sequence[VisibleValue], measure: Measure, words: Words, formats: Formats,
    mean: tuple[float, str] | None = None,
) -> Figure:  # fmt: skip
    """A dot per Member whose value this site shows, laid over a frame that all sites share; the own one marked.

    `mean` is the published mean of all Members with its label. The axis spans the bounds of the KPI, else
    the values shown here.
    """
    numbers = [float(each.written) for each in values] + ([mean[0]] if mean else [])
    lower = axis_start(numbers, measure.lower)
    own = next((each for each in values if each.own), None)
    frame = _values_frame(
        lower, axis_end(numbers, lower, measure.upper), measure, words, formats, mean, own is not None
    )
    scale, shown = frame.drawing.scale, sorted(values, key=lambda each: sort_key(each.name))
    return Figure(
        frame.drawing, words("charts.values.title", kpi=measure.name),
        words("charts.values.description", count=len(values)),
        (Column(words("charts.member")), Column(words("charts.value"), number=True)),
        tuple([_dot(each, scale, measure.unit, words, formats).row for each in shown]),
        over=_dots([_dot(each, scale, measure.unit, words, formats) for each in values if not each.own], frame.floor)
        + (_own_mark(own, scale, frame.top, frame.floor, measure.unit, words, formats) if own else ""),
    )  # fmt: skip


class _ValuesFrame(NamedTuple):
    """What stands around the dots; they stand on `floor`, and `top` is where the plot begins, in page pixels."""

    drawing: Drawing
    top: float
    floor: float


@functools.lru_cache(maxsize=2000)
def _values_frame(
    lower: float, upper: float, measure: Measure, words: Words, formats: Formats, mean: tuple[float, str] | None,
    room_for_own: bool,
) -> _ValuesFrame:  # fmt: skip
    ticks = axis_ticks(lower, upper, measure.unit, formats)
    canvas = Canvas(lower, upper, padding=tick_padding(ticks, 44))
    if mean:
        canvas.lift(LINE - 6)
    if room_for_own:
        canvas.y = LINE
    if mean:
        _add_mean(canvas, *mean)
    top = canvas.y
    canvas.y += DOTS
    canvas.rules.append(Rule(lower, upper, canvas.y, canvas.y, Colour.AXIS))
    add_caption(canvas, measure, words)
    drawing = canvas.drawing("values", ticks)
    return _ValuesFrame(drawing, drawing.padding.top + top, drawing.padding.top + canvas.y)


def _add_mean(canvas: Canvas, value: float, label: str) -> None:
    half = text_width(label, SMALL) / 2
    at = canvas.held(value)
    canvas.rules.append(Rule(at, at, 0, canvas.y + DOTS, Colour.REFERENCE, 1.5, (4, 3)))
    centre = min(max(canvas.pixels(at), half), canvas.plot_width - half)
    canvas.text(label, centre, -5, align="center", size=SMALL, fill=Colour.SOFT)


class _Dot(NamedTuple):
    """The dot of a Member, in the order in which dots stand: where along x, its tag up to its height, its row."""

    x: float
    member: str
    start: str
    row: tuple[str | Cell, ...]


@functools.lru_cache(maxsize=30_000)
def _dot(value: VisibleValue, scale: Scale, unit: Unit, words: Words, formats: Formats) -> _Dot:
    x = scale.position(float(value.written))
    row = value.name, Cell(formats.quantity(Decimal(value.written), unit), value.written)
    return _Dot(x, value.member, f'<circle {_data(value, unit, words, formats)} cx="{x:.2f}" cy="', row)


_DOT_END = f'" r="{RADIUS:g}" fill="{Colour.MAIN.value}" stroke="{Colour.PAPER.value}"/>'


def _dots(dots: Sequence[_Dot], floor: float) -> str:
    """Dots of the other Members, stacked where they would overlap."""
    placed = sorted(dots)
    stacks = _stacked([each.x for each in placed], 2 * RADIUS)
    step = min(2 * RADIUS + 0.5, (DOTS - 4 * RADIUS) / max([1, *stacks]))
    marks = [
        f"{each.start}{floor - RADIUS - 2 - level * step:.2f}{_DOT_END}"
        for each, level in zip(placed, stacks, strict=True)
    ]
    return f'<g class="dots">{"".join(marks)}</g>' if marks else ""


def _own_mark(
    own: VisibleValue, scale: Scale, top: float, floor: float, unit: Unit, words: Words, formats: Formats
) -> str:
    """The own value as a larger diamond on the axis, with a line up to its label."""
    label = f"{own.member} {formats.quantity(Decimal(own.written), unit)}"
    value = float(own.written)
    start = f"{scale.position(value):.2f},{floor - 17:.2f}"
    return own_line(scale, value, label, top - 4, [(top, floor)]) + (
        f'<path class="own" {_data(own, unit, words, formats)} d="M{start}l8,8l-8,8l-8,-8Z" '
        f'fill="{Colour.OWN.value}" stroke="{Colour.PAPER.value}" stroke-width="1.5"/>'
    )


def _data(value: VisibleValue, unit: Unit, words: Words, formats: Formats) -> str:
    label = words.pair(value.name, formats.quantity(Decimal(value.written), unit))
    return f'data-key="{escape(value.member)}" data-label="{escape(label)}"'


def _stacked(positions: Sequence[float], diameter: float) -> list[int]:
    """For positions in ascending order, the lowest level at which each dot meets none before it."""
    ends: list[float] = []
    levels = []
    for x in positions:
        level = next((at for at, end in enumerate(ends) if x - end >= diameter), len(ends))
        if level == len(ends):
            ends.append(x)
        ends[level] = x
        levels.append(level)
    return levels
