"""Links of a built site: every target exists, nothing points outside, nothing is fetched from anywhere.

A site must work from a web root, from a folder of one, and from a USB stick: so every link inside it is
relative and names a file, and every `#fragment` names an id of its target.
"""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from itertools import chain
from typing import NamedTuple
from urllib.parse import unquote

# Our own templates write attributes in double quotes; the validator in the tests holds them to that.
_REFERENCE = re.compile(
    r"<(a|area|link|script|img|source|iframe|use|image|form|object|embed|track|video|audio)\b[^>]*>"
)
_ATTRIBUTE = re.compile(r'\s(href|src|srcset|action|data|poster|xlink:href|rel)="([^"]*)"')
_ID = re.compile(r'\sid="([^"]*)"')
_SCHEME = re.compile(r"^[a-zA-Z][a-zA-Z0-9+.-]*:")
_STYLE_URL = re.compile(r"url\(\s*['\"]?([^'\")]+)['\"]?\s*\)|@import\s+['\"]([^'\"]+)['\"]")

_SHORT = 12_000
"""Characters of the longest piece that is remembered."""

_OUTWARD = frozenset({"http", "https", "mailto"})
"""Schemes of plain links that lead out; a page never loads anything through them."""
_STATED = frozenset({"canonical", "alternate", "license", "me", "author"})
"""Relations of <link> that state an address and fetch nothing."""


class _Piece(NamedTuple):
    """What a piece of a page holds: its ids, and its references with whether they are loaded."""

    ids: tuple[str, ...]
    references: tuple[tuple[str, bool], ...]


def link_findings(files: Mapping[str, bytes]) -> tuple[str, ...]:
    """What is wrong with the links of a site, as `page: what`; `files` are its files by relative path."""
    found: list[str] = []
    ids: dict[str, set[str]] = {}
    wanted: dict[tuple[str, str], str] = {}
    checked: dict[tuple[str, str, bool], tuple[str, str, str]] = {}
    for path in sorted(files):
        if path.endswith(".html"):
            # Rows of tables repeat on many pages and sites: a page is looked at in pieces, each piece once.
            parts = files[path].decode("utf-8").split("<section")
            texts = chain.from_iterable(part.split("<tr>") for part in parts)
            pieces = [_piece(text) if len(text) < _SHORT else _piece.__wrapped__(text) for text in texts]
            ids[path] = set(chain.from_iterable(piece.ids for piece in pieces))
            references = dict.fromkeys(chain.from_iterable(piece.references for piece in pieces))
            found += _page_findings(path, references, files, wanted, checked)
        elif path.endswith(".css"):
            found += _style_findings(path, files[path].decode("utf-8"), files)
    for (target, fragment), page in wanted.items():
        if fragment not in ids.get(target, ()):
            found.append(f"{page}: #{fragment} is no part of {target}")
    return tuple(sorted(found))


@lru_cache(maxsize=30_000)
def _piece(text: str) -> _Piece:
    """What a piece of a page holds; pieces begin where no tag is open."""
    references: list[tuple[str, bool]] = []
    for tag in _REFERENCE.finditer(text):
        attributes = dict(_ATTRIBUTE.findall(tag.group()))
        relation = attributes.pop("rel", "")
        loads = tag.group(1) not in ("a", "area", "form") and not (tag.group(1) == "link" and relation in _STATED)
        references += [(value, loads) for value in attributes.values()]
    return _Piece(tuple(html.unescape(each) for each in _ID.findall(text)), tuple(dict.fromkeys(references)))


def _page_findings(
    path: str,
    references: Iterable[tuple[str, bool]],
    files: Mapping[str, bytes],
    wanted: dict[tuple[str, str], str],
    checked: dict[tuple[str, str, bool], tuple[str, str, str]],
) -> list[str]:
    """The findings of a page; `checked` keeps what was found for a reference from its folder."""
    found = []
    folder = posixpath.dirname(path)
    for value, loads in references:
        key = folder, value, loads
        if key not in checked:
            checked[key] = _checked(folder, value, loads, files)
        problem, target, fragment = checked[key]
        if problem:
            found.append(f"{path}: {problem}")
        elif fragment:
            wanted.setdefault((target or path, fragment), path)
    return found


def _checked(folder: str, value: str, loads: bool, files: Mapping[str, bytes]) -> tuple[str, str, str]:
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


def _style_findings(path: str, text: str, files: Mapping[str, bytes]) -> list[str]:
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
