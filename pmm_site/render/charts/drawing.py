"""What a chart consists of before it is drawn, and what it is afterwards.

A `Drawing` is data only: marks in data units along x and in pixels along y, with fixed geometry, so that
own values can be laid over a finished chart. Equal drawings have equal keys and are drawn once.
"""

from __future__ import annotations

import functools
import hashlib
import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import NamedTuple

from pmm_site.render.charts.palette import Colour

WIDTH = 440
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

    def position(self, value: float) -> float:
        """The x coordinate of a value, held within the plot."""
        share = (value - self.lower) / (self.upper - self.lower)
        return self.start + min(1.0, max(0.0, share)) * (self.end - self.start)


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


class Tick(NamedTuple):
    """A tick of the axis in data units, with its label."""

    value: float
    label: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything that is drawn, and nothing else: what is not a mark, a label or a tick does not reach the page."""

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

    @property
    def scale(self) -> Scale:
        """Where x values stand in the finished SVG."""
        return Scale(self.lower, self.upper, self.padding.left, self.width - self.padding.right)

    @property
    def key(self) -> str:
        """Names the content: 16 hexadecimal digits of a hash over the drawing and the code that draws."""
        content = json.dumps([getattr(self, each.name) for each in fields(self)], separators=(",", ":"))
        return hashlib.blake2b(content.encode(), digest_size=8, key=_code_that_draws()).hexdigest()


@functools.cache
def _code_that_draws() -> bytes:
    digest = hashlib.blake2b(digest_size=32)
    for name in ("drawing.py", "plot.py", "svg.py"):
        digest.update((Path(__file__).parent / name).read_bytes())
    return digest.digest()
