"""Pictures of many Members at once: the grid of participants and KPIs, and the map of tiles.

Both are a frame drawn once and marks laid over it per site, since every site shows other cells.
"""

from __future__ import annotations

import enum
import functools
from collections.abc import Mapping, Sequence
from itertools import groupby, pairwise
from pathlib import Path
from typing import NamedTuple

from markupsafe import escape

from pmm_site.render.charts.distribution import Measure
from pmm_site.render.charts.drawing import SMALL, Drawing, Label, Padding, Rect, Rule
from pmm_site.render.charts.layout import Canvas, LegendEntry, add_legend, axis_end, axis_start, decimal
from pmm_site.render.charts.palette import STEPS, Colour
from pmm_site.render.charts.store import Figure, Mark
from pmm_site.render.charts.text import shortened, text_width
from pmm_site.render.formats import Formats, sort_key
from pmm_site.render.markup import Cell, Column
from pmm_site.render.words import Words

# --- the grid of participants and KPIs ------------------------------------------------------------

CELL = 11.0
PITCH = 14.0
HEADING = 215.0
GRID_TEXT = 11.0
DIMENSION_GAP = 10.0
LAST_HEADING = 64.0


class GridState(enum.Enum):
    """What a site shows of one Member and one KPI."""

    SHOWN = "shown"
    NOT_AT_THIS_LEVEL = "not-at-this-level"
    NOT_APPLICABLE = "not-applicable"
    NOT_AVAILABLE = "not-available"
    NOT_ASKED = "not-asked"


class GridMember(NamedTuple):
    """A row of the grid."""

    code: str
    name: str


class GridKpi(NamedTuple):
    """A column of the grid; neighbours with the same dimension stand together."""

    id: str
    name: str
    dimension: str


def coverage_grid(
    members: Sequence[GridMember], kpis: Sequence[GridKpi], states: Mapping[tuple[str, str], GridState],
    words: Words, formats: Formats, own: str | None = None,
) -> Figure:  # fmt: skip
    """Participants down, KPIs across; a square where this site shows the value, another sign for each blank."""
    names = min(150.0, max(text_width(each.name, GRID_TEXT) for each in members)) + 8
    places = _columns(kpis, names)
    signs = sum(17 + round(text_width(words(f"charts.grid.{state.value}"), SMALL)) + 22 for state in _LISTED)
    width = max(places[-1] + LAST_HEADING, signs) + 28
    drawing = _frame(members, kpis, places, names, width)
    left, top = drawing.padding.left, drawing.padding.top
    rows = []
    for member in members:
        counts = dict.fromkeys(GridState, 0)
        for kpi in kpis:
            counts[states.get((member.code, kpi.id), GridState.NOT_ASKED)] += 1
        rows.append((member.name, *(formats.number(counts[state]) for state in _LISTED)))
    shown = sum(state is GridState.SHOWN for state in states.values())
    return Figure(
        drawing, words("charts.grid.title"),
        words("charts.grid.description", members=len(members), kpis=len(kpis), shown=shown),
        (Column(words("charts.member")),
         *(Column(words(f"charts.grid.{state.value}"), number=True) for state in _LISTED)),
        tuple(rows),
        over=_legend(left, words) + _cells(members, kpis, states, [left + place for place in places], top, own),
    )  # fmt: skip


_LISTED = (GridState.SHOWN, GridState.NOT_AT_THIS_LEVEL, GridState.NOT_APPLICABLE, GridState.NOT_AVAILABLE)


def _columns(kpis: Sequence[GridKpi], names: float) -> list[float]:
    """The left edge of each column, in pixels from the left edge of the plot."""
    places = []
    across = names
    for _, group in groupby(kpis, key=lambda each: each.dimension):
        for _ in group:
            places.append(across)
            across += PITCH
        across += DIMENSION_GAP
    return places


def _frame(
    members: Sequence[GridMember], kpis: Sequence[GridKpi], places: Sequence[float], names: float, width: float
) -> Drawing:
    canvas = Canvas(0, width - 28, width, Padding(14, 34 + HEADING, 14, 8))
    for at, member in enumerate(members):
        canvas.text(shortened(member.name, GRID_TEXT, names - 8), 0, at * PITCH + 9.5, size=GRID_TEXT)
        if at % 5 == 4 and at + 1 < len(members):
            y = (at + 1) * PITCH - 1.5
            canvas.rules.append(Rule(0, places[-1] + CELL, y, y, Colour.GRID))
    start = 0
    for dimension, group in groupby(kpis, key=lambda each: each.dimension):
        count = len(list(group))
        end = places[start + count] if start + count < len(kpis) else places[-1] + LAST_HEADING
        heading = shortened(dimension, SMALL, end - places[start] - 6, 700)
        canvas.text(heading, places[start], -HEADING + 2, size=SMALL, weight=700)
        for at in range(start, start + count):
            name = shortened(kpis[at].name, GRID_TEXT, HEADING - 16)
            canvas.labels.append(Label(0, -6, (name,), 0, size=GRID_TEXT, angle=-90)._replace(x=places[at] + 9.5))
        start += count
    canvas.y = len(members) * PITCH
    return canvas.drawing("coverage")


def _cell_path(state: GridState, x: float, y: float) -> str:
    """The sign of a state at the top left corner of its cell."""
    if state is GridState.NOT_APPLICABLE:
        return f"M{x + 2:g},{y + CELL / 2:g}h{CELL - 4:g}"
    if state is GridState.NOT_AVAILABLE:
        return f"M{x + 0.5:g},{y + 0.5:g}h{CELL - 1:g}v{CELL - 1:g}h{1 - CELL:g}z"
    return f"M{x:g},{y:g}h{CELL:g}v{CELL:g}h-{CELL:g}z"


_SIGNS = {
    GridState.SHOWN: f'fill="{Colour.SHOWN.value}"',
    GridState.NOT_AT_THIS_LEVEL: f'fill="{Colour.BAND.value}"',
    GridState.NOT_APPLICABLE: f'stroke="{Colour.SOFT.value}" stroke-width="1.5"',
    GridState.NOT_AVAILABLE: f'stroke="{Colour.AXIS.value}"',
}


def _cells(
    members: Sequence[GridMember], kpis: Sequence[GridKpi], states: Mapping[tuple[str, str], GridState],
    lefts: Sequence[float], top: float, own: str | None,
) -> str:  # fmt: skip
    """One path per state, and strokes across the cells that are not shown at this level."""
    paths: dict[GridState, list[str]] = {state: [] for state in _LISTED}
    strokes = []
    band = ""
    for row, member in enumerate(members):
        y = top + row * PITCH
        if member.code == own:
            band = f'<path d="M{lefts[0] - 4:g},{y - 1.5:g}H{lefts[-1] + CELL + 4:g}v{PITCH:g}H{lefts[0] - 4:g}z" ' \
                   f'stroke="{Colour.OWN.value}" stroke-width="1.5"/>'  # fmt: skip
        for kpi, x in zip(kpis, lefts, strict=True):
            state = states.get((member.code, kpi.id), GridState.NOT_ASKED)
            if state is not GridState.NOT_ASKED:
                paths[state].append(_cell_path(state, x, y))
            if state is GridState.NOT_AT_THIS_LEVEL:
                strokes.append(f"M{x + 1:g},{y + CELL - 1:g}l{CELL - 2:g},{2 - CELL:g}")
    drawn = "".join(f'<path d="{"".join(found)}" {_SIGNS[state]}/>' for state, found in paths.items() if found)
    hatch = f'<path d="{"".join(strokes)}" stroke="{Colour.HATCH.value}" stroke-width="1.5"/>' if strokes else ""
    return f'<g class="cells">{drawn}{hatch}{band}</g>'


def _legend(left: float, words: Words) -> str:
    """The signs and their meaning in one line above the grid."""
    parts = []
    x = left
    for state in _LISTED:
        sign = f'<path d="{_cell_path(state, x, 6)}" {_SIGNS[state]}/>'
        if state is GridState.NOT_AT_THIS_LEVEL:
            sign += f'<path d="M{x + 1:g},16l9,-9" stroke="{Colour.HATCH.value}" stroke-width="1.5"/>'
        text = words(f"charts.grid.{state.value}")
        parts.append(
            f'{sign}<text x="{x + 17:g}" y="15.5" font-size="{SMALL:g}" '
            f'fill="{Colour.SOFT.value}">{escape(text)}</text>'
        )
        x += 17 + round(text_width(text, SMALL)) + 22
    return f'<g class="legend">{"".join(parts)}</g>'


# --- the map of tiles -----------------------------------------------------------------------------

TILE = 27.0
TILE_PITCH = 29.5
TILE_TEXT = 10.0
# The steps on which ink is not legible.
_DARK_STEPS = frozenset({Colour.STEP_4, Colour.STEP_5, Colour.SHOWN, Colour.OWN})


class MapMember(NamedTuple):
    """A Member on the map; `value` is None where this site shows none, `written` says so or is the value."""

    code: str
    name: str
    written: str
    value: float | None = None
    participates: bool = True
    own: bool = False


@functools.cache
def tile_places() -> Mapping[str, tuple[int, int]]:
    """Column and row of every tile by Member code (tiles.txt)."""
    lines = (Path(__file__).parent / "tiles.txt").read_text("ascii").splitlines()
    return {
        code: (column, row)
        for row, line in enumerate(lines)
        for column, code in enumerate(line.split())
        if code != "..."
    }


def _places_of(members: Sequence[MapMember]) -> dict[str, tuple[int, int]]:
    """Places of these Members; those without a tile of their own stand in rows below the map."""
    known = tile_places()
    bottom = max(row for _, row in known.values()) + 2
    others = [each.code for each in members if each.code not in known]
    return {**known, **{code: (at % 31, bottom + at // 31) for at, code in enumerate(others)}}


def members_map(
    members: Sequence[MapMember], measure: Measure | None, words: Words, formats: Formats
) -> Figure:  # fmt: skip
    """A tile per Member, all equal in size; coloured by value in five steps, or by participation."""
    places = _places_of(members)
    shown = {each.code: places[each.code] for each in members}
    steps = _steps(members, measure, formats) if measure else []
    canvas = Canvas(0, 31 * TILE_PITCH, 31 * TILE_PITCH + 28)
    add_legend(canvas, _map_legend(steps, measure, words))
    for code, (column, row) in sorted(shown.items()):
        x, y = column * TILE_PITCH, row * TILE_PITCH
        canvas.rects.append(Rect(x, x + TILE, y, y + TILE, Colour.TRACK, code, code))
    canvas.y = (max(row for _, row in shown.values()) + 1) * TILE_PITCH
    drawing = canvas.drawing("map")
    colours = {each.code: _tile_colour(each, steps, measure) for each in members}
    marks = {each.code: Mark(colours[each.code], words.pair(each.name, each.written)) for each in members}
    listed = sorted((each for each in members if measure is None or each.value is not None),
                    key=lambda each: sort_key(each.name))  # fmt: skip
    return Figure(
        drawing,
        words("charts.map.title", kpi=measure.name) if measure else words("charts.map.title-participation"),
        words("charts.map.description", count=sum(each.value is not None for each in members)) if measure
        else words("charts.map.description-participation", count=sum(each.participates for each in members)),
        (Column(words("charts.member")), Column(words("charts.value") if measure else words("charts.map.participation"),
                                                number=measure is not None)),
        tuple((each.name, Cell(each.written, None if each.value is None else str(each.value))) for each in listed),
        marks=marks, over=_codes(members, shown, colours, drawing.padding),
    )  # fmt: skip


def _steps(members: Sequence[MapMember], measure: Measure, formats: Formats) -> list[tuple[float, str]]:
    """Upper ends of five equal steps of the axis, with their names."""
    values = [each.value for each in members if each.value is not None]
    lower = axis_start(values, measure.lower)
    upper = axis_end(values, lower, measure.upper)
    width = (upper - lower) / len(STEPS)

    edges = [decimal(lower + at * width) for at in range(len(STEPS) + 1)]
    return [
        (float(end), f"{formats.number(start)}–{formats.quantity(end, measure.unit)}") for start, end in pairwise(edges)
    ]


def _tile_colour(each: MapMember, steps: Sequence[tuple[float, str]], measure: Measure | None) -> Colour:
    if measure is None:
        return Colour.SHOWN if each.participates else Colour.TRACK
    if each.value is None:
        return Colour.TRACK
    at = next((at for at, (end, _) in enumerate(steps) if each.value < end), len(STEPS) - 1)
    return STEPS[at]


def _map_legend(steps: Sequence[tuple[float, str]], measure: Measure | None, words: Words) -> list[LegendEntry]:
    if measure is None:
        return [
            LegendEntry(words("charts.map.takes-part"), Colour.SHOWN),
            LegendEntry(words("charts.map.takes-no-part"), Colour.TRACK),
        ]
    named = [LegendEntry(name, colour) for (_, name), colour in zip(steps, STEPS, strict=True)]
    return [*named, LegendEntry(words("charts.map.no-value"), Colour.TRACK)]


def _codes(
    members: Sequence[MapMember], places: Mapping[str, tuple[int, int]], colours: Mapping[str, Colour], padding: Padding
) -> str:
    """The codes on the tiles, light on dark ones, and a frame around the own tile."""
    texts = []
    frame = ""
    for each in members:
        column, row = places[each.code]
        x = padding.left + column * TILE_PITCH
        y = padding.top + row * TILE_PITCH
        dark = colours[each.code] in _DARK_STEPS
        faint = colours[each.code] is Colour.TRACK
        ink = Colour.PAPER if dark else Colour.SOFT if faint else Colour.INK
        texts.append(f'<text x="{x + TILE / 2:g}" y="{y + 17:g}" fill="{ink.value}">{escape(each.code)}</text>')
        if each.own:
            frame = f'<path d="M{x - 1:g},{y - 1:g}h{TILE + 2:g}v{TILE + 2:g}h-{TILE + 2:g}z" ' \
                    f'stroke="{Colour.OWN.value}" stroke-width="3"/>'  # fmt: skip
    return f'<g class="codes" font-size="{TILE_TEXT:g}" text-anchor="middle">{"".join(texts)}</g>{frame}'
