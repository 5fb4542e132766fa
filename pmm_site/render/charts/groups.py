"""Means by group, with the number of contributors and what the rounding leaves open."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from pmm_site.model import Unit
from pmm_site.render.charts.distribution import Measure, OwnValue
from pmm_site.render.charts.drawing import LINE, Rect, Rule
from pmm_site.render.charts.layout import (
    BAR,
    ROW_GAP,
    Canvas,
    LegendEntry,
    Row,
    add_legend,
    add_row,
    axis_end,
    axis_start,
    axis_ticks,
    own_line,
    tick_padding,
)  # fmt: skip
from pmm_site.render.charts.palette import Colour
from pmm_site.render.charts.store import Figure
from pmm_site.render.formats import Formats
from pmm_site.render.markup import Cell, Column
from pmm_site.render.words import Words

ZOOM, LEAST = 0.4, 5.0
"""Percentages below this part of their bound get an axis of their own, which ends at this at least."""
# A rounding below this share of the axis cannot be seen.
VISIBLE_ROUNDING = 0.015


class GroupMean(NamedTuple):
    """The mean of a group.

    `written` is the mean with its rounding ("about 75%, to the nearest 5") or the word for its absence. `short` stands
    beside the bar where that is too long ("≈ 75% ±2.5"). `visible` is the mean over the values that this site shows,
    drawn where the mean is absent.
    """

    key: str
    name: str
    contributors: int
    mean: Decimal | None
    rounding: Decimal | None
    written: str
    visible: Decimal | None = None
    visible_contributors: int = 0
    short: str = ""


def as_drawn(group: GroupMean) -> GroupMean:
    """The group without what the picture does not show: the mean of visible values stands in for an absent one only."""
    return group if group.mean is None else group._replace(visible=None, visible_contributors=0)


def by_group(
    groups: Sequence[GroupMean], measure: Measure, grouping: str, words: Words, formats: Formats,
    world: GroupMean | None = None, room_for_own: bool = False,
) -> Figure:  # fmt: skip
    """A bar per group, all Members first. A mean that may not be shown has no bar, only the word."""
    rows = ([world] if world else []) + list(groups)
    numbers = [float(each.visible) for each in rows if each.visible is not None]
    numbers += [float(end) for each in rows if each.mean is not None for end in _ends(each)]
    lower = axis_start(numbers, measure.lower)
    upper = _end(numbers, lower, measure, room_for_own)
    ticks = axis_ticks(lower, upper, measure.unit, formats)
    canvas = Canvas(lower, upper, padding=tick_padding(ticks))
    add_legend(canvas, _legend(rows, world, lower, upper, words))
    canvas.y = LINE + 4 if room_for_own else 0
    baseline = min(upper, max(lower, 0.0))
    bars = [_add_group(canvas, each, baseline, words, strong=each is world) for each in rows]
    canvas.y -= ROW_GAP - 5
    canvas.notches(ticks)
    if world and world.mean is not None:
        at = canvas.held(float(world.mean))
        canvas.rules += [Rule(at, at, top - 4, bottom + 4, Colour.REFERENCE, 1.5) for top, bottom in bars[1:]]
    drawing = canvas.drawing("groups", ticks, grid=False)
    above = drawing.padding.top
    return Figure(
        drawing, words("charts.groups.title", kpi=measure.name, grouping=grouping), _spoken(groups, words),
        _columns(rows, grouping, words), _table(rows, measure, formats),
        own_label=above + 7, own_spans=tuple((top + above - 3, bottom + above + 3) for top, bottom in bars),
        finding=_finding(groups, words),
    )  # fmt: skip


def _end(numbers: Sequence[float], lower: float, measure: Measure, room_for_own: bool) -> float:
    """The upper end of the axis. Small percentages would be hairlines on an axis to 100: their axis ends above them.

    Not where an own value is laid over, which may be anywhere up to the bound.
    """
    if measure.unit is Unit.PERCENT and measure.upper is not None and numbers and not room_for_own:
        highest = max([LEAST, *numbers])
        if highest < ZOOM * measure.upper:
            return axis_end([highest], lower, None)
    return axis_end(numbers, lower, measure.upper)


def own_mark(figure: Figure, own: OwnValue) -> str:
    """The own value across the bars of a finished picture."""
    return own_line(figure.drawing.scale, own.value, own.label, figure.own_label, figure.own_spans)


def _add_group(canvas: Canvas, group: GroupMean, baseline: float, words: Words, strong: bool) -> tuple[float, float]:
    """Add a row; returned is where its bar stands, from top to bottom."""
    segments: tuple[tuple[float, float, Colour], ...] = ()
    markers: tuple[tuple[float, str, Colour], ...] = ()
    if group.mean is not None:
        colour = Colour.REFERENCE if strong else Colour.MAIN
        segments = ((baseline, float(group.mean), colour),)
    elif group.visible is not None:
        markers = ((float(group.visible), "diamond", Colour.MAIN),)
    remark = words("charts.n", count=group.contributors)
    spoken = words.pair(group.name, f"{group.written}, {remark}")
    row = Row(group.key, group.name, group.short or group.written, remark, segments, markers, spoken,
              strong=strong, faint=group.mean is None)  # fmt: skip
    add_row(canvas, row, baseline)
    bottom = canvas.y - ROW_GAP
    if group.mean is not None and _rounding_shows(group, canvas.lower, canvas.upper):
        half = float(group.rounding or 0) / 2
        first, last = canvas.held(float(group.mean) - half), canvas.held(float(group.mean) + half)
        canvas.rects.append(Rect(first, last, bottom - BAR, bottom, Colour.PALE))
    return bottom - BAR, bottom


def _rounding_shows(group: GroupMean, lower: float, upper: float) -> bool:
    return group.rounding is not None and float(group.rounding) >= VISIBLE_ROUNDING * (upper - lower)


def _legend(
    rows: Sequence[GroupMean], world: GroupMean | None, lower: float, upper: float, words: Words
) -> list[LegendEntry]:
    """Only what the picture contains."""
    entries = []
    if world and world.mean is not None:
        entries.append(LegendEntry(words("charts.groups.world"), Colour.REFERENCE, "upright"))
    if any(each.mean is not None and _rounding_shows(each, lower, upper) for each in rows):
        entries.append(LegendEntry(words("charts.groups.rounded"), Colour.PALE))
    if any(each.mean is None and each.visible is not None for each in rows):
        entries.append(LegendEntry(words("charts.groups.visible"), Colour.MAIN, "diamond"))
    return entries


def _spoken(groups: Sequence[GroupMean], words: Words) -> str:
    shown = [each for each in groups if each.mean is not None]
    if not shown:
        return words("charts.groups.description-none")
    ordered = sorted(shown, key=lambda each: each.mean or 0)
    counts = {"count": len(groups), "shown": len(shown)}
    if _ends(ordered[0])[1] >= _ends(ordered[-1])[0]:
        return words("charts.groups.description-alike", **counts)
    return words("charts.groups.description", **counts, lowest=ordered[0].written, highest=ordered[-1].written)


def _finding(groups: Sequence[GroupMean], words: Words) -> str:
    """Which group is highest and which lowest; a name only where no rounding leaves it open. Empty for one mean."""
    shown = sorted((each for each in groups if each.mean is not None), key=lambda each: each.mean or 0)
    if len(shown) < 2:
        return ""
    highest = shown[-1].name if _ends(shown[-1])[0] > max(_ends(each)[1] for each in shown[:-1]) else ""
    lowest = shown[0].name if _ends(shown[0])[1] < min(_ends(each)[0] for each in shown[1:]) else ""
    if not highest and not lowest:
        return words("charts.groups.finding-open")
    which = "both" if highest and lowest else "highest" if highest else "lowest"
    found = words(f"charts.groups.finding-{which}", highest=highest, lowest=lowest)
    if len(shown) < len(groups):
        found = words("charts.groups.finding-of", finding=found, shown=len(shown), count=len(groups))
    return found


def _ends(group: GroupMean) -> tuple[Decimal, Decimal]:
    """Between what the mean can lie that was rounded."""
    mean, half = group.mean or Decimal(0), (group.rounding or Decimal(0)) / 2
    return mean - half, mean + half


def _columns(rows: Sequence[GroupMean], grouping: str, words: Words) -> tuple[Column, ...]:
    columns = [
        Column(grouping), Column(words("charts.mean"), number=True), Column(words("charts.contributors"), number=True),
    ]  # fmt: skip
    if any(each.visible is not None for each in rows):
        columns += [
            Column(words("charts.groups.visible-column"), number=True),
            Column(words("charts.groups.visible-contributors"), number=True),
        ]
    return tuple(columns)


def _table(rows: Sequence[GroupMean], measure: Measure, formats: Formats) -> tuple[tuple[str | Cell, ...], ...]:
    with_visible = any(each.visible is not None for each in rows)
    table = []
    for each in rows:
        cells: list[str | Cell] = [
            each.name,
            Cell(each.written, "" if each.mean is None else str(each.mean)),
            Cell(formats.number(each.contributors), str(each.contributors)),
        ]
        if with_visible:
            visible = "" if each.visible is None else formats.quantity(each.visible, measure.unit)
            cells += [visible, formats.number(each.visible_contributors) if visible else ""]
        table.append(tuple(cells))
    return tuple(table)
