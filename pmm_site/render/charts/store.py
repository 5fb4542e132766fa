"""Draws each picture once: finished SVG bodies by content, in memory and, where the caller gives one, in a folder.

The key of a drawing is a hash of everything in it and of the code that draws, so an entry can serve only
the picture that it was made from. A damaged entry is drawn again.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from markupsafe import Markup

from pmm_site.render.charts.drawing import Drawing
from pmm_site.render.charts.palette import Colour
from pmm_site.render.charts.plot import svg_of
from pmm_site.render.charts.svg import body_of, page_svg
from pmm_site.render.markup import Cell, Column

_DIGEST = 32


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing with its words: what a page shows as one figure.

    `recoloured` gives marks, by key, another colour and `over` is SVG laid over the plot: this is how a country
    site shows its own values on a picture that it shares with all sites.
    """

    drawing: Drawing
    title: str
    description: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str | Cell, ...], ...]
    recoloured: Mapping[str, Colour] = field(default_factory=dict)
    over: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A figure ready for a page. `columns` and `rows` are what it shows, as a table; `key` is its id in the page."""

    svg: Markup
    title: str
    description: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str | Cell, ...], ...]
    key: str


class ChartStore:
    """Finished pictures by content. `drawn` counts the pictures that were not found and had to be drawn."""

    def __init__(self, directory: Path | None = None) -> None:
        self.directory = directory
        self.drawn = 0
        self._bodies: dict[str, str] = {}
        if directory is not None:
            directory.mkdir(parents=True, exist_ok=True)

    def chart(self, figure: Figure) -> Chart:
        """The figure as a chart for a page."""
        drawing = figure.drawing
        body = _recoloured(self.body(drawing), figure.recoloured) + figure.over
        words = "\x1f".join((figure.title, figure.description, body))
        key = hashlib.blake2b(words.encode(), digest_size=6).hexdigest()
        size = (drawing.width, drawing.height)
        svg = Markup(page_svg(drawing.kind, key, body, size, figure.title, figure.description))
        return Chart(svg, figure.title, figure.description, figure.columns, figure.rows, key)

    def body(self, drawing: Drawing) -> str:
        """What stands inside the SVG of a drawing: from memory, from the folder or newly drawn."""
        key = drawing.key
        body = self._bodies.get(key)
        if body is None:
            body = self._stored(key)
            if body is None:
                self.drawn += 1
                body = body_of(svg_of(drawing))
                self._keep(key, body)
            self._bodies[key] = body
        return body

    def _stored(self, key: str) -> str | None:
        if self.directory is None:
            return None
        try:
            content = (self.directory / f"{key}.svg").read_bytes()
        except OSError:
            return None
        digest, body = content[:_DIGEST], content[_DIGEST:]
        return body.decode() if digest == _digest(body) else None

    def _keep(self, key: str, body: str) -> None:
        if self.directory is None:
            return
        content = body.encode()
        target = self.directory / f"{key}.svg"
        # Several processes may draw the same picture: each writes a file of its own and moves it into place.
        temporary = target.with_suffix(f".{os.getpid()}")
        try:
            temporary.write_bytes(_digest(content) + content)
            temporary.replace(target)
        except OSError:
            temporary.unlink(missing_ok=True)


def _digest(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=_DIGEST // 2).hexdigest().encode()


def _recoloured(body: str, colours: Mapping[str, Colour]) -> str:
    for key, colour in sorted(colours.items()):
        mark = re.compile(rf'(data-key="{re.escape(key)}"[^>]* fill=")[^"]*')
        body = mark.sub(rf"\g<1>{colour.value}", body)
    return body
