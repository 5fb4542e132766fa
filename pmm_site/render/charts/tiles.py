"""The map of tiles: a frame drawn once and marks laid over it per site, since every site shows other values."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from markupsafe import escape

from pmm_site.render.charts.distribution import Measure
from pmm_site.render.charts.drawing import Padding, Rect
from pmm_site.render.charts.layout import Canvas, LegendEntry, add_legend, axis_end, axis_start, decimal
from pmm_site.render.charts.palette import STEPS, Colour
from pmm_site.render.charts.store import Figure, Mark
from pmm_site.render.formats import Formats, sort_key
from pmm_site.render.markup import Cell, Column
from pmm_site.render.words import Words

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


def _tile_colour(member: MapMember, steps: Sequence[tuple[float, str]], measure: Measure | None) -> Colour:
    if measure is None:
        return Colour.SHOWN if member.participates else Colour.TRACK
    if member.value is None:
        return Colour.TRACK
    at = next((at for at, (end, _) in enumerate(steps) if member.value < end), len(STEPS) - 1)
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
