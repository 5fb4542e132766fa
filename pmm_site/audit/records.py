"""From bytes to records: what is said together in one row, list item, element, JSON object or line.

A file becomes a sequence of items: mentions, and marks of where records, blocks, headings and objects begin or end.
Pieces that were seen before (the same row on another site, the same chart in another language) are not read twice.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from pmm_site.audit.mentions import NOTHING, Mention, Vocabulary, joined
from pmm_site.recent import Recent, one_of

RECORD, BLOCK, CLOSE, ABOUT = "record", "block", "close", "about"
"""A record ends; a block begins or ends; an object ends; what follows is about what was named just now."""


class Heading(NamedTuple):
    """The record that follows is a heading of a depth (1 is a page's title)."""

    depth: int


class Open(NamedTuple):
    """An object begins; `key` is what its name mentions."""

    key: Mention


_BORDERS = (RECORD, BLOCK)

Item = str | Heading | Open | Mention
Items = tuple[Item, ...]

_BLOCKS = frozenset({
    "table", "ul", "ol", "dl", "svg", "section", "article", "main", "nav", "header", "footer", "body", "figure",
    "form", "details", "select", "feed",
})  # fmt: skip
_RECORDS = frozenset({
    "tr", "li", "p", "div", "dt", "option", "thead", "tbody", "tfoot", "g", "entry", "item", "url", "row",
    "script", "style", "aside", "address", "blockquote", "pre", "hr", "record", "desc",
})  # fmt: skip
_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6, "caption": 7, "figcaption": 7}
_SHAPES = frozenset({
    "path", "rect", "circle", "line", "text", "tspan", "g", "svg", "polygon", "polyline", "ellipse", "use",
    "clippath", "lineargradient", "stop", "image", "marker", "symbol", "pattern", "mask", "img", "canvas",
})  # fmt: skip
_LONELY = frozenset({"path", "rect", "circle", "line", "text", "use", "polygon", "ellipse", "image", "img"})
_GEOMETRY = re.compile(
    r"\s(?:d|points|transform|x|y|x1|x2|y1|y2|dx|dy|cx|cy|r|rx|ry|width|height|viewbox|offset|stroke-[a-z]+"
    r"|fill-opacity|stroke|fill|opacity|font-size|font-weight|gradienttransform|clip-path|style)"
    r"""\s*=\s*("[^"]*"|'[^']*')""",
    re.IGNORECASE,
)
_TAG = re.compile(r"/?[a-zA-Z][\w:.-]*")
_BRACES = re.compile("([{}\x01\x02])")
_NEXT_ROW, _FIRST_ROW = re.compile(rb"\]\s*,\s*\["), re.compile(rb"\[\s*(?=\[)\[")
_MARKS = {"}": CLOSE, "\x01": RECORD, "\x02": ABOUT}
_ARRAY = re.compile(r"\[([^\[\]]*)\]")
_LAST_KEY = re.compile(r"""["']?([^"'{}\[\],]+)["']?\s*:\s*\[?\s*$""")
_CHUNKS, _PIECES = 80_000, 100_000
"""Chunks of a kind of files and pieces of them that are remembered at least."""

_INLINE = (
    rb"(?:/?(?:a|abbr|b|bdi|bdo|big|cite|data|del|dfn|em|font|i|ins|kbd|mark|q|s|samp|small|span|strong|sub|sup|tspan|tt"
    rb"|u|var|wbr)\b[^<>]*|!--[^<>]*--)>"
)
_TAGS = re.compile(rb"(?:<" + _INLINE + rb")+")
_PARTED = re.compile(rb"\d[\d.,]*(?:" + _TAGS.pattern + rb"(?:[.,](?:<" + _INLINE + rb")*)?\d[\d.,]*)+")
"""A number with tags between its digits, and around its decimal mark."""
_PARTING = re.compile(rb"<(?<=[\d.,]<)" + _INLINE + rb"(?:<" + _INLINE + rb")*(?:[.,](?:<" + _INLINE + rb")*)?\d")
"""The tags in such a number: found far sooner than the number, for most numbers have none behind them."""

_BLOCK_START = re.compile(rb"<(?=section|table|svg|nav|ul|main|footer)")
_CHUNK_START = re.compile(rb"<(?=tr[ >]|li[ >]|g[ >]|div[ >]|dt[ >]|p[ >]|h[1-6][ >]|caption|figcaption)")
"""Where blocks and chunks of HTML part: a record ends there. Line ends stay, for a name may run over them."""


def stretches(content: bytes) -> list[bytes]:
    """A page in few pieces, each of whole blocks: what stands before its main part, that part, and its foot."""
    ends = sorted({0, max(content.find(b"<main"), 0), max(content.rfind(b"<footer"), 0), len(content)})
    return [content[start:end] for start, end in pairwise(ends)]


def blocks(stretch: bytes) -> list[bytes]:
    """A stretch in pieces that begin with a block: nothing stands together across their borders but headings."""
    first, *rest = _BLOCK_START.split(stretch)
    return [*filter(None, [first]), *(b"<" + block for block in rest)]


def chunks_of(block: bytes) -> list[bytes]:
    """A block in chunks, each without the `<` that it begins with; what stands before the first is one as well."""
    return _CHUNK_START.split(b">" + block)


@dataclass
class Reader:
    """Reads files of every kind into items, remembering pieces; one for all sites of a process."""

    vocabulary: Vocabulary
    _chunks: dict[str, Recent[bytes, Items]] = field(default_factory=dict)
    _pieces: Recent[bytes, tuple[tuple[Item, ...], Mention]] = field(default_factory=lambda: Recent(_PIECES))
    _cells: Recent[bytes, Mention] = field(default_factory=lambda: Recent(_PIECES))
    _once: Recent[Item, Item] = field(default_factory=lambda: Recent(_PIECES))

    def chunks(self, kind: str, content: bytes) -> Iterator[Items]:
        """The items of a file, chunk by chunk; kind: `json` (and scripts), `csv`, `text`."""
        if kind == "json":
            content = _NEXT_ROW.sub(b"]\n\x01[", _FIRST_ROW.sub(b"[\n\x02[", content.replace(b"{", b"\n{")))
        for chunk in content.split(b"\n"):
            found = self.items(kind, chunk)
            if found:
                yield found

    def items(self, kind: str, chunk: bytes) -> Items:
        """The items of a chunk of a file; kind may be `html` (XML and SVG too)."""
        if kind == "html":  # whoever walks over pages remembers what chunks say
            return self._same(condensed(self._html(chunk)))
        memory = self._chunks.get(kind)
        if memory is None:
            memory = self._chunks[kind] = Recent(_CHUNKS)
        found = memory.get(chunk)
        if found is None:
            read = {"json": self._json, "csv": self._row}.get(kind, self._line)
            found = memory[chunk] = self._same(condensed(read(chunk)))
        return found

    def _same(self, items: Items) -> Items:
        """The same items, equal ones as the same objects: what is remembered of one holds for the other."""
        return tuple(one_of(self._once, each) for each in items)

    # --- HTML, XML, SVG -----------------------------------------------------------------------

    def _html(self, chunk: bytes) -> Items:
        """The items of a chunk, which begins behind the `<` of a tag."""
        found: list[Item] = []
        if _PARTING.search(chunk):
            chunk = _PARTED.sub(_with_joined, chunk)
        for piece in chunk.split(b"<"):
            known = self._pieces.get(piece)
            if known is None:
                known = self._pieces[piece] = self._piece(_text(piece))
            marks, mention = known
            found += marks
            if mention is not NOTHING:
                found.append(mention)
        return tuple(found)

    def _piece(self, piece: str) -> tuple[tuple[Item, ...], Mention]:
        """The marks that a tag sets and what the tag and the text behind it mention."""
        match = _TAG.match(piece)
        name = match.group().lower() if match else ""
        closing, name = name.startswith("/"), name.lstrip("/")
        if name in _BLOCKS:
            marks: tuple[Item, ...] = (BLOCK,)
        elif name in _HEADINGS:
            marks = (RECORD,) if closing else (Heading(_HEADINGS[name]),)
        else:
            marks = (RECORD,) if name in _RECORDS else ()
        if name == "script" and not closing:
            return (*marks, *self._json_items(piece)), NOTHING
        geometry = ""
        if name in _SHAPES:
            tag, _, text = piece.partition(">")
            geometry = tag
            piece = _GEOMETRY.sub(" ", tag) + " > " + text
        mention = self.vocabulary.mention(piece[len(name) :], geometry)
        if name in _LONELY and mention.numerals and mention.members:
            return (*marks, RECORD, mention, RECORD), NOTHING
        return marks, mention

    # --- JSON and scripts ---------------------------------------------------------------------

    def _json(self, chunk: bytes) -> Items:
        return tuple(self._json_items(_text(chunk)))

    def _json_items(self, text: str) -> Iterator[Item]:
        before = ""
        parts = _BRACES.split(text)
        for at, part in enumerate(parts):
            if part == "{":
                key = _LAST_KEY.search(before)
                yield Open(self.vocabulary.mention(key.group(1)) if key else NOTHING)
            elif part in _MARKS:
                yield _MARKS[part]
            elif part:
                before = part
                mention = self.vocabulary.mention(_separated(part))
                if mention.numerals and len(mention.members) > 1 and parts[at - 1 : at + 2 : 2] == ["{", "}"]:
                    yield from self._columns(part)
                if mention is not NOTHING:
                    yield mention

    def _columns(self, part: str) -> Iterator[Item]:
        """Arrays of one length in an object are columns, as data of charts are: each row of them is a record."""
        rest = _ARRAY.sub(" ", part)
        lengths: dict[int, list[list[str]]] = {}
        for array in _ARRAY.findall(part):
            cells = _separated(array).split("\t")
            lengths.setdefault(len(cells), []).append(cells)
        for length, arrays in lengths.items():
            for row in zip(*arrays, strict=True) if length > 1 and len(arrays) > 1 else ():
                mention = self.vocabulary.mention(_separated("\t".join((rest, *row))))
                if mention is not NOTHING:
                    yield mention
                    yield RECORD

    # --- lines --------------------------------------------------------------------------------

    def _row(self, chunk: bytes) -> Items:
        """A row of a table: each cell is read by itself, once, wherever it stands."""
        if b'"' in chunk:
            line = chunk.decode("utf-8", "replace")
            cells = [cell.encode() for cell in next(csv.reader([line]), [])] if line.count('"') % 2 == 0 else [chunk]
        else:
            cells = chunk.replace(b";", b",").replace(b"\t", b",").split(b",")
        found = []
        for cell in cells:
            known = self._cells.get(cell)
            if known is None:
                known = self._cells[cell] = self.vocabulary.mention(_text(cell))
            if known is not NOTHING:
                found.append(known)
        return (*found, RECORD) if found else ()

    def _line(self, chunk: bytes) -> Items:
        text = _text(chunk)
        if not text.strip():
            return (BLOCK,)
        mention = self.vocabulary.mention(text)
        if text.startswith("#"):
            return (Heading(len(text) - len(text.lstrip("#"))), mention, RECORD)
        return () if mention is NOTHING else (mention, RECORD)


def condensed(items: Items) -> Items:
    """The same with the mentions of a record joined, without records that say nothing and borders of nothing."""
    found: list[Item] = []
    run: list[Mention] = []
    for item in (*items, None):
        if isinstance(item, Mention):
            run.append(item)
            continue
        if run:
            mention = joined(run)
            closed = bool(found) and found[-1] in _BORDERS and item in _BORDERS
            if mention.says or not closed:
                found.append(mention)
            run = []
        if item is not None and not (item in _BORDERS and found and found[-1] in (item, BLOCK)):
            if item is BLOCK and found and found[-1] is RECORD:
                found.pop()
            found.append(item)
    return tuple(found)


def _with_joined(match: re.Match[bytes]) -> bytes:
    """A number with tags between its digits, and behind it the same without them."""
    return match.group() + b" " + _TAGS.sub(b"", match.group()) + b" "


def _separated(text: str) -> str:
    """Commas outside quotes become tabs: they part values and are no decimal marks."""
    if "," not in text:
        return text
    parts = text.replace('\\"', "'").split('"')
    parts[::2] = [part.replace(",", "\t") for part in parts[::2]]
    return '"'.join(parts)


def _text(content: bytes) -> str:
    return content.decode("utf-8", "replace")
