"""Links of a built site: every target exists, nothing points outside, nothing is fetched from anywhere.

A site must work from a web root, from a folder of one, and from a USB stick: so every link inside it is
relative and names a file, and every `#fragment` names an id of its target.
"""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Container, Iterable, Sequence
from functools import cache, lru_cache
from itertools import chain
from typing import NamedTuple
from urllib.parse import unquote

from pmm_site.recent import Recent

# Our own templates write attributes in double quotes; the validator in the tests holds them to that.
_REFERENCE = re.compile(
    r"<(a|area|link|script|img|source|iframe|use|image|form|object|embed|track|video|audio)\b[^>]*>"
)
_LEADING = ("href", "src", "srcset", "action", "data", "poster", "xlink:href")
_ATTRIBUTE = re.compile(rf'\s({"|".join(_LEADING)}|rel)="([^"]*)"')
_ID = re.compile(r'id="([^"]*)"')
_SCHEME = re.compile(r"^[a-zA-Z][a-zA-Z0-9+.-]*:")
_STYLE_URL = re.compile(r"url\(\s*['\"]?([^'\")]+)['\"]?\s*\)|@import\s+['\"]([^'\"]+)['\"]")

_SHORT = 12_000
"""Characters of the longest piece that is remembered."""

_PIECES, _PARTS, _SEEN = 30_000, 5_000, 1_000_000
"""Pieces and parts of pages that are remembered at least, and parts that are known to have been seen at most."""

_OUTWARD = frozenset({"http", "https", "mailto"})
"""Schemes of plain links that lead out; a page never loads anything through them."""
_STATED = frozenset({"canonical", "alternate", "license", "me", "author"})
"""Relations of <link> that state an address and fetch nothing."""


class _Piece(NamedTuple):
    """What a piece of a page holds: its ids, and its references with whether they are loaded."""

    ids: frozenset[str]
    references: frozenset[tuple[str, bool]]


class Links:
    """The links of a site, whose files are added one by one: of each page only what it refers to and its ids are kept.

    paths: files that the site has besides, whose content has no links that are looked at.
    """

    def __init__(self, paths: Iterable[str] = ()) -> None:
        self._paths = set(paths)
        self._pages: dict[str, list[_Piece]] = {}
        self._styles: dict[str, bytes] = {}

    def add(self, path: str, content: bytes, parts: Sequence[bytes] = ()) -> None:
        """Take in a file by its relative path.

        parts: what a page was joined from, where that is known; none begins or ends within a tag. A part that many
        pages have is looked at once.
        """
        self._paths.add(path)
        if path.endswith(".html"):
            self._pages[path] = list(map(_looked_at, parts or (content,)))
        elif path.endswith(".css"):
            self._styles[path] = content

    def findings(self) -> tuple[str, ...]:
        """What is wrong with the links, as `page: what`."""
        found: list[str] = []
        site = _Site(self._paths)
        for path, pieces in sorted(self._pages.items()):
            found += site.page_findings(path, pieces)
        for path, content in self._styles.items():
            found += _style_findings(path, content.decode("utf-8"), self._paths)
        for (target, fragment), page in site.wanted.items():
            if not any(fragment in piece.ids for piece in self._pages.get(target, ())):
                found.append(f"{page}: #{fragment} is no part of {target}")
        return tuple(sorted(found))


# The hash of a text, of 64 bits, stands for it: the texts themselves would be most of what a process remembers.
_seen: set[int] = set()
_known: Recent[int, _Piece] = Recent(_PARTS)
_pieces: Recent[int, _Piece] = Recent(_PIECES)


def _looked_at(part: bytes) -> _Piece:
    """What a part of a page holds, kept from the second time that it is seen."""
    key = hash(part)
    piece = _known.get(key)
    if piece is not None:
        return piece
    # Rows of tables repeat on many pages and sites: a part is looked at in pieces, each piece once.
    texts = chain.from_iterable(text.split("<tr>") for text in part.decode("utf-8").split("<section"))
    pieces = [_remembered(text) if len(text) < _SHORT else _piece(text) for text in texts]
    piece = _Piece(
        frozenset(chain.from_iterable(each.ids for each in pieces)),
        frozenset(chain.from_iterable(each.references for each in pieces)),
    )
    if key in _seen:
        _known[key] = piece
    elif len(_seen) >= _SEEN:
        _seen.clear()
    _seen.add(key)
    return piece


def _remembered(text: str) -> _Piece:
    key = hash(text)
    piece = _pieces.get(key)
    if piece is None:
        piece = _pieces[key] = _piece(text)
    return piece


def _piece(text: str) -> _Piece:
    """What a piece of a page holds; pieces begin where no tag is open."""
    references: list[tuple[str, bool]] = []
    # Most of a page are marks of charts: where no attribute leads anywhere, no tag needs a look.
    for tag in _REFERENCE.finditer(text) if any(f'{name}="' in text for name in _LEADING) else ():
        attributes = dict(_ATTRIBUTE.findall(tag.group()))
        relation = attributes.pop("rel", "")
        loads = tag.group(1) not in ("a", "area", "form") and not (tag.group(1) == "link" and relation in _STATED)
        references += [_reference(value, loads) for value in attributes.values()]
    ids = (match[1] for match in _ID.finditer(text) if text[match.start() - 1 : match.start()].isspace())
    return _Piece(frozenset(map(html.unescape, ids)), frozenset(references))


@lru_cache(maxsize=20_000)
def _reference(value: str, loads: bool) -> tuple[str, bool]:
    """A reference, one object for all places that have it."""
    return value, loads


class _Site:
    """The files of a site, and what is known of references to them.

    `wanted`: ids that pages name, by (page, id), with the first page that names them; `sound`: by folder, references
    that lead somewhere and need no second look, and pieces that hold no others, by their place in memory.
    """

    def __init__(self, files: Container[str]) -> None:
        self.files = files
        self.wanted: dict[tuple[str, str], str] = {}
        self.sound: dict[str, tuple[set[tuple[str, bool]], set[int]]] = {}

    def page_findings(self, path: str, pieces: Sequence[_Piece]) -> list[str]:
        """The findings on the references of a page, whose pieces are kept until all pages were looked at."""
        found = []
        folder = posixpath.dirname(path)
        sound, sound_pieces = self.sound.setdefault(folder, (set(), set()))
        fresh = [piece for piece in pieces if id(piece) not in sound_pieces]
        for reference in sorted(frozenset().union(*(piece.references for piece in fresh)) - sound):
            problem, target, fragment = _checked(folder, *reference, self.files)
            if problem:
                found.append(f"{path}: {problem}")
                continue
            if fragment:
                self.wanted.setdefault((target or path, fragment), path)
            if target or not fragment:
                sound.add(reference)
        sound_pieces.update(id(piece) for piece in fresh if piece.references <= sound)
        return found


def _checked(folder: str, value: str, loads: bool, files: Container[str]) -> tuple[str, str, str]:
    """What is wrong with a reference, the file that it leads to (empty: its own page), the id that it names there."""
    reference = html.unescape(value)
    scheme = _SCHEME.match(reference)
    if scheme:
        allowed = not loads and scheme.group()[:-1].lower() in _OUTWARD
        return "" if allowed else f"loads or leads to {scheme.group()}", "", ""
    if reference.startswith("/"):
        return f"{reference} is no relative link", "", ""
    target, _, fragment = reference.partition("#")
    resolved = _resolved(folder, target.partition("?")[0]) if target else ""
    if target and resolved not in files:
        return f"{reference} leads nowhere", "", ""
    return "", resolved, unquote(fragment)


def _style_findings(path: str, text: str, files: Container[str]) -> list[str]:
    found = []
    for match in _STYLE_URL.finditer(text):
        target = match.group(1) or match.group(2)
        if target.startswith(("data:", "#")):
            continue
        resolved = _resolved(posixpath.dirname(path), target.partition("?")[0].partition("#")[0])
        if _SCHEME.match(target) or resolved not in files:
            found.append(f"{path}: {target} leads nowhere")
    return found


@cache
def _resolved(folder: str, target: str) -> str:
    return posixpath.normpath(posixpath.join(folder, unquote(target)))
