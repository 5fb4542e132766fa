"""Tables and links as Markup, made in Python: several times faster than loops in a template.

Everything that is not Markup is escaped here; nothing else in `render` puts angle brackets around data.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import NamedTuple

from markupsafe import Markup, escape


class Column(NamedTuple):
    """A column: its heading; `number` aligns figures; `sort` lets readers sort by it."""

    heading: str
    number: bool = False
    sort: bool = True


class Cell(NamedTuple):
    """A cell: its text, the key that it sorts by (None: its text), its class and the columns that it spans."""

    text: str
    order: str | None = None
    kind: str = ""


def safe(text: str) -> Markup:
    """A text escaped once: Markup stays as it is."""
    return text if type(text) is Markup else escape(text)


_TAG = re.compile(r"<!--.*?-->|<[^>]*>", re.DOTALL)
_BREAKING = re.compile(r"[ \t\r\n\f]+")


def without_tags(html: str) -> str:
    """What a piece of HTML says. Markup.striptags takes spaces that do not break for others; here they stay."""
    return Markup(_BREAKING.sub(" ", _TAG.sub("", html)).strip()).unescape()


def link(href: str, text: str, kind: str = "") -> Markup:
    """An anchor."""
    klass = f' class="{safe(kind)}"' if kind else ""
    return Markup(f'<a href="{safe(href)}"{klass}>{safe(text)}</a>')


NONE = "–"
"""What a cell says where there is nothing to say: a card on a narrow screen leaves it out."""

WIDE = 6
"""Columns from which a table may be wider than a tablet: there it scrolls in its own frame."""

NARROW = 3
"""Columns up to which a table fits the narrowest screen as it is."""

_NUMBER = ' class="n"'


class _Frame(NamedTuple):
    """What stands around the cells of a column: the start of the tag, its class, its end."""

    start: str
    kind: str
    end: str


@functools.lru_cache(maxsize=4096)
def _frames(columns: tuple[Column, ...]) -> tuple[_Frame, ...]:
    starts = ['<th scope="row"', *(f'<td data-label="{escape(column.heading)}"' for column in columns[1:])]
    ends = ["</th>", *(["</td>"] * (len(columns) - 1))]
    return tuple(
        _Frame(start, "n" if column.number else "", end)
        for start, column, end in zip(starts, columns, ends, strict=True)
    )


def _cell(cell: str | Cell, frame: _Frame) -> str:
    start, kind, end = frame
    if isinstance(cell, Cell):
        text, order, own = cell
        if own:
            kind = f"{kind} {own}" if kind else own
        if order is not None:
            start = f'{start} data-sort="{safe(order)}"'
    else:
        text = cell
    if text == NONE:
        kind = f"{kind} none" if kind else "none"
    if kind:
        return f'{start} class="{kind}">{safe(text)}{end}'
    return f"{start}>{safe(text)}{end}"


def cells(columns: tuple[Column, ...], row: Iterable[str | Cell]) -> Markup:
    """The cells of a row below these columns, as `table` takes them: for rows that are kept."""
    return Markup("".join(map(_cell, row, _frames(columns))))


class Table(NamedTuple):
    """A table that many sites share: its rows by what they speak of, so that each site can set its reader's apart."""

    start: str
    rows: Mapping[Hashable, str]
    end: str

    def printed(self, own: Hashable = None, *, ahead: bool = False) -> Markup:
        """The table, with the row of the reader's own Member or group marked, and (`ahead`) before all others."""
        rows = self.rows
        if own in rows:
            marked = {own: rows[own].replace("<tr>", '<tr class="own">', 1)}
            rows = {**marked, **rows, **marked} if ahead else {**rows, **marked}
        return Markup(f"{self.start}{''.join(rows.values())}{self.end}")

    @property
    def weight(self) -> int:
        """Characters of the whole."""
        return len(self.start) + sum(map(len, self.rows.values())) + len(self.end)


def shared_table(
    caption: str, columns: Sequence[Column], rows: Mapping[Hashable, Sequence[str | Cell] | Markup], *,
    layout: str = "cards",
) -> Table:  # fmt: skip
    """A data table as sites share it, its caption hidden; rows and layout as for `table`."""
    start, end = _around(caption, columns, sortable=True, layout=layout, caption_hidden=True)
    return Table(start, dict(zip(rows, _rows(columns, rows.values()), strict=True)), end)


def table(
    caption: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[str | Cell] | Markup],
    *,
    sortable: bool = True,
    layout: str = "cards",
    caption_hidden: bool = False,
) -> Markup:
    """A data table. Row headings are in the first column.

    rows: cells in the order of the columns, or what `cells` made of them.

    layout: what happens on a narrow screen: `cards` (a card per row) or `scroll` (a region that scrolls).
    """
    start, end = _around(caption, columns, sortable=sortable, layout=layout, caption_hidden=caption_hidden)
    return Markup(f"{start}{''.join(_rows(columns, rows))}{end}")


def _rows(columns: Sequence[Column], rows: Iterable[Sequence[str | Cell] | Markup]) -> list[str]:
    frames = _frames(tuple(columns))
    return [f"<tr>{row if type(row) is Markup else ''.join(map(_cell, row, frames))}</tr>" for row in rows]


def _around(
    caption: str, columns: Sequence[Column], *, sortable: bool, layout: str, caption_hidden: bool
) -> tuple[str, str]:
    """What stands before and after the rows."""
    hidden = ' class="visually-hidden"' if caption_hidden else ""
    name = escape(caption)
    wide = " wide" if layout == "cards" and len(columns) >= WIDE else ""
    if layout == "cards" and len(columns) <= NARROW:
        layout = "plain"
    start = (
        f'<table class="data {layout}{wide}"{" data-sortable" if sortable else ""}><caption{hidden}>{name}</caption>'
        f"<thead><tr>{_headings(tuple(columns))}</tr></thead><tbody>"
    )
    end = "</tbody></table>"
    if layout == "scroll":
        start = f'<div class="scroller" role="region" aria-label="{name}" tabindex="0">{start}'
        end += "</div>"
    return start, end


@functools.lru_cache(maxsize=4096)
def _headings(columns: tuple[Column, ...]) -> str:
    return "".join(
        f'<th scope="col"{_NUMBER if column.number else ""}{"" if column.sort else " data-nosort"}>'
        f"{escape(column.heading)}</th>"
        for column in columns
    )
