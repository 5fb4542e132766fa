"""What a chart consists of before it is drawn, and what it is afterwards.

A `Drawing` is data only: marks in data units along x and in pixels along y, with fixed geometry, so that
own values can be laid over a finished chart. Equal drawings have equal keys and are drawn once.
"""

from __future__ import annotations

import functools
import hashlib
import json
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from pmm_site.render.charts.palette import Colour

WIDTH = 380
"""Nominal width of a chart in pixels: legible unscaled on a phone, two beside each other on a desk."""

LABEL = 13.0
SMALL = 12.0
LINE = 17.0
"""Font sizes of labels and of secondary text, and the height of a line of labels, in pixels."""


class Padding(NamedTuple):
    """Pixels around the plot."""

    left: float = 14
    top: float = 8
    right: float = 14
    bottom: float = 26


PADDING = Padding()


class Scale(NamedTuple):
    """The linear x scale of a finished chart: `lower`..`upper` in data units onto `start`..`end` in pixels."""

    lower: float
    upper: float
    start: float
    end: float

    def place(self, value: float) -> float:
        """The x coordinate of a value."""
        return self.start + (value - self.lower) / (self.upper - self.lower) * (self.end - self.start)

    def position(self, value: float) -> float:
        """The x coordinate of a value, held within the plot."""
        return min(self.end, max(self.start, self.place(value)))


class Rect(NamedTuple):
    """A rectangle from x to x2 (data units) and y to y2 (pixels). `key` and `label` make it a readable mark."""

    x: float
    x2: float
    y: float
    y2: float
    fill: Colour
    key: str = ""
    label: str = ""


class Rule(NamedTuple):
    """A line; `dash` is the pattern of its strokes."""

    x: float
    x2: float
    y: float
    y2: float
    stroke: Colour
    width: float = 1
    dash: tuple[float, ...] = (1, 0)


class Point(NamedTuple):
    """A symbol of `size` square pixels."""

    x: float
    y: float
    fill: Colour
    shape: str = "circle"
    size: float = 70
    stroke: Colour = Colour.PAPER
    key: str = ""
    label: str = ""


class Label(NamedTuple):
    """Text at x (data units) moved by `dx` pixels, its first baseline at y; one entry per line."""

    x: float
    y: float
    lines: tuple[str, ...]
    dx: float = 0
    align: str = "left"
    fill: Colour = Colour.INK
    size: float = LABEL
    weight: int = 400
    angle: float = 0


class Symbol(NamedTuple):
    """A sign beside text, 12 pixels wide at (x, y) in the plot.

    kind: square, line, upright, diamond, or an arrow: left, right, up, down.
    """

    x: float
    y: float
    colour: Colour
    kind: str = "square"


class Tick(NamedTuple):
    """A tick of the axis in data units, with its label."""

    value: float
    label: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything that is drawn, and nothing else: what is not a mark, a label or a tick does not reach the page.

    Marks (`rects`, `rules`, `points`) and the grid are drawn by Vega; lettering (`labels`, `symbols`, labels of
    ticks and marks) is set around them afterwards, so that languages share the picture.
    """

    kind: str
    height: float
    lower: float
    upper: float
    width: float = WIDTH
    padding: Padding = PADDING
    ticks: tuple[Tick, ...] = ()
    grid: bool = True
    rects: tuple[Rect, ...] = ()
    rules: tuple[Rule, ...] = ()
    points: tuple[Point, ...] = ()
    labels: tuple[Label, ...] = ()
    symbols: tuple[Symbol, ...] = ()

    @property
    def scale(self) -> Scale:
        """Where x values stand in the finished SVG."""
        return Scale(self.lower, self.upper, self.padding.left, self.width - self.padding.right)

    @property
    def grid_values(self) -> tuple[float, ...]:
        """Where lines of the grid stand, in data units."""
        return tuple(tick.value for tick in self.ticks) if self.grid else ()

    @property
    def key(self) -> str:
        """Names the picture without its lettering: a hash over its geometry and the code that draws it."""
        geometry = (self.height, self.lower, self.upper, self.width, self.padding, self.grid_values)
        marks = ([each[:-1] for each in self.rects], self.rules, [each[:-1] for each in self.points])
        content = json.dumps((geometry, marks), separators=(",", ":"))
        return hashlib.blake2b(content.encode(), digest_size=8, key=_code_that_draws()).hexdigest()


@functools.cache
def _code_that_draws() -> bytes:
    digest = hashlib.blake2b(digest_size=32)
    for name in ("drawing.py", "plot.py", "svg.py"):
        digest.update((Path(__file__).parent / name).read_bytes())
    for name in ("altair", "vl-convert-python"):
        digest.update(f"{name} {metadata.version(name)}".encode())
    return digest.digest()
