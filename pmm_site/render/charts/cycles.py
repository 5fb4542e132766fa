"""Means over cycles: a small panel per group, all Members in the background, the reader's own values in front."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from markupsafe import escape

from pmm_site.model import Direction
from pmm_site.render.charts.distribution import Measure, OwnValue
from pmm_site.render.charts.drawing import LABEL, LINE, SMALL, WIDTH, Label, Padding, Point, Rule, Symbol
from pmm_site.render.charts.layout import Canvas, LegendEntry, add_legend, decimal, nice_ticks, own_text
from pmm_site.render.charts.palette import Colour
from pmm_site.render.charts.store import Figure
from pmm_site.render.charts.text import text_width, wrapped
from pmm_site.render.formats import Formats
from pmm_site.render.markup import Cell, Column
from pmm_site.render.words import Words

PLOT = 66.0
GUTTER = 26.0
PANEL_GAP = 20.0
LEAST_PART = 0.25
"""A panel spans this part at least of what the KPI can be (or of its largest figure): small changes look small."""
LABEL_ROOM = 0.35
"""Part of a plot's height that stays free for a label beneath its lowest point, where two lines may be near."""


class CycleMean(NamedTuple):
    """The mean of a group in one cycle; `written` is the mean with its rounding, or the word for its absence."""

    contributors: int
    mean: Decimal | None
    rounding: Decimal | None
    written: str


class Series(NamedTuple):
    """A group over the cycles; None where the KPI was not collected."""

    key: str
    name: str
    means: tuple[CycleMean | None, ...]


class OwnSeries(NamedTuple):
    """The values of the Member for whom the site is, by cycle, labelled by their figures; None where none is shown."""

    code: str
    name: str
    values: tuple[OwnValue | None, ...]


class _Panel(NamedTuple):
    """Where a panel stands: its left edge, width and the top of its plot, in pixels; the values at the plot's ends."""

    left: float
    width: float
    top: float
    lower: float
    upper: float

    def x(self, at: int, cycles: int) -> float:
        inner = self.width - 2 * GUTTER
        return self.left + GUTTER + (inner * at / (cycles - 1) if cycles > 1 else inner / 2)

    def centred(self, x: float, half: float) -> float:
        """The middle of a text as near to x as the panel lets a text of twice `half` stand."""
        return min(max(x, self.left + half), self.left + self.width - half)

    def y(self, value: float) -> float:
        return self.top + PLOT - (value - self.lower) / (self.upper - self.lower) * PLOT


def over_cycles(
    series: Sequence[Series], measure: Measure, cycles: Sequence[str], words: Words, formats: Formats,
    world: Series | None = None, own: OwnSeries | None = None,
) -> Figure:  # fmt: skip
    """A panel per group, two beside each other, all on one vertical scale; a mean not shown leaves a gap.

    Own values are laid over the last panel (sites with the same scale share what is beneath); without any means they
    have a panel of their own.
    """
    shown = ([world] if world else []) + list(series)
    if own and not shown:
        shown = [Series("own", own.name, (None,) * len(cycles))]
    lower, upper = _vertical(shown, own, measure)
    canvas = Canvas(0, WIDTH - 28, padding=Padding(bottom=8))
    columns = 1 if len(shown) == 1 else 2
    width = (canvas.plot_width - (columns - 1) * PANEL_GAP) / columns
    if world and series:
        add_legend(canvas, [LegendEntry(words("charts.groups.world"), Colour.AXIS, "line")])
    labelled = max((len(lines) for _, lines in _cycle_labels(cycles, width)), default=1)
    for start in range(0, len(shown), columns):
        row = shown[start : start + columns]
        room = width - (_add_cue(canvas, width, measure, words) if columns == 1 else 0)
        titles = [wrapped(each.name, LABEL, room, 700) for each in row]
        top = canvas.y + max(map(len, titles)) * LINE + 20
        for at, (each, title) in enumerate(zip(row, titles, strict=True)):
            panel = _Panel(at * (width + PANEL_GAP), width, top, lower, upper)
            canvas.labels.append(Label(panel.left, canvas.y + 12, title, weight=700))
            _add_panel(
                canvas, panel, each, cycles, words, world if each is not world else None,
                own if each is shown[-1] else None,
            )  # fmt: skip
        canvas.y = top + PLOT + LINE * labelled + 26
    canvas.y -= 20
    drawing = canvas.drawing("cycles")
    return Figure(
        drawing, words("charts.cycles.title", kpi=measure.name), _spoken(shown, own, cycles, words),
        (Column(words("charts.group")), *(Column(name, number=True) for name in cycles)), _table(shown, own),
        over=_own_line(panel, shown[-1], own, cycles, words, drawing.padding) if own else "",
    )  # fmt: skip


def _table(series: Sequence[Series], own: OwnSeries | None) -> tuple[tuple[str | Cell, ...], ...]:
    rows = [
        (each.name, *(Cell(mean.written, str(mean.mean or "")) if mean else "" for mean in each.means))
        for each in series
        if any(each.means)
    ]
    if own:
        rows.append((own.name, *(Cell(each.label, str(each.value)) if each else "" for each in own.values)))
    return tuple(rows)


def _vertical(series: Sequence[Series], own: OwnSeries | None, measure: Measure) -> tuple[float, float]:
    """Round ends around everything drawn, within the bounds of the KPI."""
    ends = [each.value for each in own.values if each] if own else []
    for each in series:
        for mean in each.means:
            if mean and mean.mean is not None:
                half = float(mean.rounding or 0) / 2
                ends += [float(mean.mean) - half, float(mean.mean) + half]
    if own:
        lower, upper = _shared_scale(min(ends), max(ends), measure)
        return lower - (upper - lower) * LABEL_ROOM, upper
    lowest, highest = _widened(min(ends, default=0.0), max(ends, default=1.0), measure)
    ticks = nice_ticks(lowest, highest, 4)
    step = ticks[1] - ticks[0] if len(ticks) > 1 else highest - lowest
    first = ticks[0] if ticks and ticks[0] <= lowest else (ticks[0] if ticks else lowest) - step
    last = ticks[-1] if ticks and ticks[-1] >= highest else (ticks[-1] if ticks else highest) + step
    lower = first if measure.lower is None else max(first, measure.lower)
    upper = last if measure.upper is None else min(last, measure.upper)
    return float(decimal(lower)), float(decimal(upper))


def _shared_scale(lowest: float, highest: float, measure: Measure) -> tuple[float, float]:
    """One of few scales that hold all that is drawn: a half or a quarter of what the KPI can be, or powers of two.

    Each site has own values of its own; what is beneath them is drawn once for all sites with the same scale.
    """
    lower, upper = measure.lower, measure.upper
    if lower is None or upper is None:
        start = lower if lower is not None else min(0.0, -_power_of_two(-lowest))
        return start, start + (_power_of_two(highest - start) or 1.0)
    least = LEAST_PART * (upper - lower)
    while upper - lower > least:
        middle = (lower + upper) / 2
        if lowest < middle < highest:
            break
        lower, upper = (lower, middle) if highest <= middle else (middle, upper)
    return lower, upper


def _power_of_two(least: float) -> float:
    """The smallest power of two that is not below a number; 0 of none above 0."""
    return 2.0 ** math.ceil(math.log2(least)) if least > 0 else 0.0


def _widened(lowest: float, highest: float, measure: Measure) -> tuple[float, float]:
    """The ends, moved apart until they span what a panel spans at least, within the bounds of the KPI."""
    whole = max(abs(lowest), abs(highest)) or 2 / LEAST_PART
    if measure.lower is not None and measure.upper is not None:
        whole = measure.upper - measure.lower
    more = max(0.0, LEAST_PART * whole - (highest - lowest))
    lower, upper = lowest - more / 2, highest + more / 2
    if measure.upper is not None and upper > measure.upper:
        lower, upper = lower - (upper - measure.upper), measure.upper
    if measure.lower is not None and lower < measure.lower:
        lower, upper = measure.lower, upper + (measure.lower - lower)
    return lower, upper


def _cycle_labels(cycles: Sequence[str], width: float) -> list[tuple[int, tuple[str, ...]]]:
    """The cycles named beneath a panel, in as many lines as each needs: all of a few, else the first and the last."""
    named = range(len(cycles)) if len(cycles) < 5 else (0, len(cycles) - 1)
    room = width / len(named) - 8
    return [(at, _label_lines(cycles[at], room)) for at in named]


def _label_lines(name: str, room: float) -> tuple[str, ...]:
    """A cycle's name on one line, else what it has in brackets beneath, or left out where that cannot stand whole."""
    if text_width(name, SMALL) <= room:
        return wrapped(name, SMALL, room)
    before, _, inside = name.partition(" (")
    beneath = wrapped(f"({inside}", SMALL, room) if inside else ()
    return (*wrapped(before, SMALL, room), *(() if any("…" in line for line in beneath) else beneath))


def _add_panel(
    canvas: Canvas, panel: _Panel, series: Series, cycles: Sequence[str], words: Words, world: Series | None,
    own: OwnSeries | None,
) -> None:  # fmt: skip
    floor = panel.top + PLOT
    canvas.rules.append(Rule(panel.left, panel.left + panel.width, floor + 5, floor + 5, Colour.AXIS))
    for at, lines in _cycle_labels(cycles, panel.width):
        half = max(text_width(line, SMALL) for line in lines) / 2
        centre = panel.centred(panel.x(at, len(cycles)), half)
        for below, line in enumerate(lines):
            canvas.text(line, centre, floor + 20 + below * LINE, align="center", size=SMALL, fill=Colour.SOFT)
    if world:
        _add_line(canvas, panel, world, Colour.AXIS, 1.5, (4, 3))
    _add_line(canvas, panel, series, Colour.MAIN, 2.25, (1, 0))
    for at, mean in enumerate(series.means):
        if mean and mean.mean is not None:
            beside = own.values[at] if own else None
            other = world.means[at] if world else None
            value = beside.value if beside else other.mean if other else None
            _add_point(canvas, panel, series, at, mean, cycles, words, None if value is None else float(value))
    if any(series.means) and not any(mean and mean.mean is not None for mean in series.means):
        written = next((mean.written for mean in reversed(series.means) if mean), "")
        middle = panel.left + panel.width / 2
        canvas.text(written, middle, panel.top + PLOT - 14, align="center", size=SMALL, fill=Colour.SOFT)


def _add_cue(canvas: Canvas, right: float, measure: Measure, words: Words) -> float:
    """Which way is better, beside the title of a panel that stands alone; the width that it takes."""
    if measure.direction is Direction.NONE:
        return 0
    higher = measure.direction is Direction.HIGHER
    cue = words("charts.higher-is-better" if higher else "charts.lower-is-better")
    taken = text_width(cue, SMALL) + 14
    canvas.text(cue, right, canvas.y + 12, align="right", size=SMALL, fill=Colour.SOFT)
    canvas.symbols.append(Symbol(right - taken, canvas.y + 1, Colour.SOFT, "up" if higher else "down"))
    return taken + 12


def _add_line(
    canvas: Canvas, panel: _Panel, series: Series, colour: Colour, width: float, dash: tuple[float, ...]
) -> None:
    """Straight lines between neighbouring cycles that both have a mean."""
    count = len(series.means)
    for at, (start, end) in enumerate(zip(series.means, series.means[1:], strict=False)):
        if start and end and start.mean is not None and end.mean is not None:
            canvas.rules.append(
                Rule(
                    panel.x(at, count), panel.x(at + 1, count), panel.y(float(start.mean)), panel.y(float(end.mean)),
                    colour, width, dash,
                )
            )  # fmt: skip


def _add_point(
    canvas: Canvas, panel: _Panel, series: Series, at: int, mean: CycleMean, cycles: Sequence[str], words: Words,
    beside: float | None,
) -> None:  # fmt: skip
    """A mean with its label, which stands on the side away from the value `beside` it, unless the axis is there."""
    value = float(mean.mean or 0)
    x, y = panel.x(at, len(cycles)), panel.y(value)
    half = float(mean.rounding or 0) / 2
    lowest, highest = y + 5, y - 4  # what the label has to keep clear of
    if panel.y(value - half) - panel.y(value + half) > 9:
        lowest, highest = panel.y(max(value - half, panel.lower)), panel.y(min(value + half, panel.upper))
        canvas.rules.append(Rule(x, x, lowest, highest, Colour.PALE, 6))
    figure = f"{mean.written}, {words('charts.n', count=mean.contributors)}"
    spoken = words.pair(f"{series.name}, {cycles[at]}", figure)
    canvas.points.append(Point(x, y, Colour.MAIN, size=62, key=f"{series.key}-{at}", label=spoken))
    if _is_labelled(at, cycles):
        room = panel.width / max(1, len(cycles) - 1)
        text = mean.written if text_width(mean.written, SMALL, 700) <= min(room, 110) else str(mean.mean)
        half_width = text_width(text, SMALL, 700) / 2
        centre = panel.centred(x, half_width)
        below = beside is not None and value <= beside and lowest < panel.top + PLOT - 11
        canvas.text(text, centre, lowest + 14 if below else highest - 5, align="center", size=SMALL, weight=700)


def _is_labelled(at: int, cycles: Sequence[str]) -> bool:
    """Whether the figure of a cycle is written beside its point: of many cycles only the first and the last."""
    return at in (0, len(cycles) - 1) or len(cycles) < 4


def _own_line(
    panel: _Panel, series: Series, own: OwnSeries, cycles: Sequence[str], words: Words, padding: Padding
) -> str:
    """The own values as diamonds with a line, which has gaps where no value is shown; in pixels of the page."""
    steps, points, last = "", "", None
    for at, (each, mean) in enumerate(zip(own.values, series.means, strict=True)):
        if each is None:
            last = None
            continue
        x, y = panel.x(at, len(cycles)) + padding.left, panel.y(each.value) + padding.top
        steps += f"{'L' if last else 'M'}{x:.2f},{y:.2f}"
        last = each
        spoken = words.pair(f"{own.name}, {cycles[at]}", each.label)
        points += (
            f'<path d="M{x:.2f},{y - 6:.2f}l6,6l-6,6l-6,-6z" data-label="{escape(spoken)}" '
            f'fill="{Colour.OWN.value}" stroke="{Colour.PAPER.value}"/>'
        )
        if _is_labelled(at, cycles):
            label = f"{own.code} {each.label}"
            half = text_width(label, SMALL, 700) / 2
            centre = panel.centred(panel.x(at, len(cycles)), half) + padding.left
            below = mean is not None and mean.mean is not None and each.value < float(mean.mean)
            room = y < panel.top + padding.top + PLOT - 14
            points += own_text(centre, y + 18 if below and room else y - 9, label)
    return f'<g class="own"><path d="{steps}" stroke="{Colour.OWN.value}" stroke-width="2.25"/>{points}</g>'


def _spoken(series: Sequence[Series], own: OwnSeries | None, cycles: Sequence[str], words: Words) -> str:
    parts = []
    for each in series:
        known = [(name, mean.written) for name, mean in zip(cycles, each.means, strict=True) if mean]
        if known:
            parts.append(words.pair(each.name, ", ".join(f"{name} {written}" for name, written in known)))
    if own:
        values = [f"{name} {each.label}" for name, each in zip(cycles, own.values, strict=True) if each]
        parts.append(words.pair(own.name, ", ".join(values)))
    lead = f"{words('charts.cycles.description')} " if any(any(each.means) for each in series) else ""
    return f"{lead}{words('frame.separator').join(parts)}." if parts else lead.strip()
