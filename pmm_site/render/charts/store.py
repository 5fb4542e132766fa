"""Draws each picture once: finished SVG bodies by content, in memory and, where the caller gives one, in a folder.

The key of a drawing is a hash of everything in it and of the code that draws, so an entry can serve only
the picture that it was made from. A damaged entry is drawn again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup, escape

from pmm_site.folder_cache import FolderCache
from pmm_site.recent import Recent
from pmm_site.render.charts.drawing import WIDTH, Drawing, Point, Rect
from pmm_site.render.charts.palette import Colour
from pmm_site.render.charts.plot import svg_of
from pmm_site.render.charts.svg import body_of, lettering, page_svg
from pmm_site.render.markup import Cell, Column
from pmm_site.render.memo import Same


class Mark(NamedTuple):
    """How a mark of a shared picture looks on one site: its colour, and its label where that differs too."""

    fill: Colour
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing with its words: what a page shows as one figure.

    `finding` is what it shows in a line, empty for none. It may name groups and is therefore no heading: figures under
    a heading are about what it names.

    `marks` gives marks, by key, another colour and label, and `over` is SVG laid over the plot: this is how a
    site shows its own values on a picture that it shares with all sites. `own_label` and `own_spans` are where a
    line at an own value would have its label and run (from, to), in pixels down the page.
    """

    drawing: Drawing
    title: str
    description: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str | Cell, ...], ...]
    marks: Mapping[str, Mark] = field(default_factory=dict)
    over: str = ""
    own_label: float = 0
    own_spans: tuple[tuple[float, float], ...] = ()
    finding: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A figure ready for a page. `columns` and `rows` are what it shows, as a table; `key` is its id in the page."""

    svg: Markup
    title: str
    description: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str | Cell, ...], ...]
    key: str
    finding: str = ""

    def with_own(self, over: str, coloured: str | None = None) -> Chart:
        """The same chart with SVG laid over it, and the mark of a key in the colour of the reader's own group."""
        svg = str(self.svg)
        if coloured is not None:
            before, found, after = svg.partition(f'data-key="{escape(coloured)}"')
            tag, end, rest = after.partition(">")
            svg = f"{before}{found}{_FILL.sub(_OWN_FILL, tag, 1)}{end}{rest}"
        before, end, after = svg.rpartition("</svg>")
        return replace(self, svg=Markup(f"{before}{over}{end}{after}"))


_FILL = re.compile(r' fill="[^"]*"')
_OWN_FILL = f' fill="{Colour.OWN_PALE.value}"'

MOST_REMEMBERED = 2000
"""Pictures of a kind that are remembered at least."""

_LETTERS = str.maketrans("0123456789", "ghijklmnop")
"""Names of charts have no digits: the audit could not tell them from those of a figure."""


class ChartStore:
    """Finished pictures by content. `drawn` counts the pictures that were not found and had to be drawn."""

    def __init__(self, directory: Path | None = None) -> None:
        self._folder = None if directory is None else FolderCache(directory)
        self.drawn = 0
        self._bodies: Recent[str, str] = Recent(MOST_REMEMBERED)
        self._finished: Recent[Same, str] = Recent(MOST_REMEMBERED)
        self._remembered: Recent[Hashable, tuple[Figure, Chart]] = Recent(MOST_REMEMBERED)

    def chart(self, figure: Figure) -> Chart:
        """The figure as a chart for a page."""
        drawing = figure.drawing
        body = self._lettered(drawing, figure.marks) + figure.over
        words = "\x1f".join((figure.title, figure.description, body))
        key = hashlib.blake2b(words.encode(), digest_size=6).hexdigest().translate(_LETTERS)
        size = (drawing.width, drawing.height)
        svg = page_svg(drawing.kind, key, body, size, figure.title, figure.description)
        if drawing.width > WIDTH:
            svg = f'<div class="scroller" role="region" aria-label="{escape(figure.title)}" tabindex="0">{svg}</div>'
        return Chart(Markup(svg), figure.title, figure.description, figure.columns, figure.rows, key, figure.finding)

    def remembered(self, key: Hashable, make: Callable[[], Figure]) -> tuple[Figure, Chart]:
        """A figure that many sites show alike, made once; `key` holds everything that it is made from."""
        found = self._remembered.get(key)
        if found is None:
            figure = make()
            found = self._remembered[key] = figure, self.chart(figure)
        return found

    def _lettered(self, drawing: Drawing, marks: Mapping[str, Mark]) -> str:
        """What stands inside the SVG with its words; without marks of one site it is kept for others of the drawing."""
        key = Same(drawing)
        found = None if marks else self._finished.get(key)
        if found is None:
            found = _marked(self.body(drawing), drawing, marks) + lettering(drawing)
            if not marks:
                self._finished[key] = found
        return found

    def body(self, drawing: Drawing) -> str:
        """What stands inside the SVG of a drawing: from memory, from the folder or newly drawn."""
        key = drawing.key
        body = self._bodies.get(key)
        if body is None:
            stored = self._folder.get(key) if self._folder else None
            if stored is None:
                self.drawn += 1
                body = body_of(svg_of(drawing))
                if self._folder:
                    self._folder.put(key, body.encode())
            else:
                body = stored.decode()
            self._bodies[key] = body
        return body


_MARK = re.compile(r'data-key="([^"]*)"([^>]* fill=)"([^"]*)"')


def _marked(body: str, drawing: Drawing, marks: Mapping[str, Mark]) -> str:
    """The body with the labels of its marks, some of them in another colour or with another label."""
    readable: tuple[Rect | Point, ...] = (*drawing.rects, *drawing.points)
    labels = {str(escape(each.key)): each.label for each in readable if each.key}
    if not labels:
        return body

    def lettered(match: re.Match[str]) -> str:
        mark = marks.get(match[1])
        label = labels.get(match[1], "") if mark is None or mark.label is None else mark.label
        fill = match[3] if mark is None else mark.fill.value
        spoken = f' data-label="{escape(label)}"' if label else ""
        return f'data-key="{match[1]}"{spoken}{match[2]}"{fill}"'

    return _MARK.sub(lettered, body)
