"""Links of a built site: every target exists, nothing points outside, nothing is fetched from anywhere.

A site must work from a web root, from a folder of one, and from a USB stick: so every link inside it is
relative and names a file, and every `#fragment` names an id of its target.
"""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Mapping
from functools import cache
from urllib.parse import unquote

# Our own templates write attributes in double quotes; the validator in the tests holds them to that.
_REFERENCE = re.compile(
    r"<(a|area|link|script|img|source|iframe|use|image|form|object|embed|track|video|audio)\b[^>]*>"
)
_ATTRIBUTE = re.compile(r'\s(href|src|srcset|action|data|poster|xlink:href|rel)="([^"]*)"')
_ID = re.compile(r'\sid="([^"]*)"')
_SCHEME = re.compile(r"^[a-zA-Z][a-zA-Z0-9+.-]*:")
_STYLE_URL = re.compile(r"url\(\s*['\"]?([^'\")]+)['\"]?\s*\)|@import\s+['\"]([^'\"]+)['\"]")

_OUTWARD = frozenset({"http", "https", "mailto"})
"""Schemes of plain links that lead out; a page never loads anything through them."""
_STATED = frozenset({"canonical", "alternate", "license", "me", "author"})
"""Relations of <link> that state an address and fetch nothing."""


def link_findings(files: Mapping[str, bytes]) -> tuple[str, ...]:
    """What is wrong with the links of a site, as `page: what`; `files` are its files by relative path."""
    found: list[str] = []
    ids: dict[str, frozenset[str]] = {}
    wanted: dict[tuple[str, str], str] = {}
    for path in sorted(files):
        if path.endswith(".html"):
            text = files[path].decode("utf-8")
            ids[path] = frozenset(html.unescape(each) for each in _ID.findall(text))
            found += _page_findings(path, text, files, wanted)
        elif path.endswith(".css"):
            found += _style_findings(path, files[path].decode("utf-8"), files)
    for (target, fragment), page in wanted.items():
        if fragment not in ids.get(target, frozenset()):
            found.append(f"{page}: #{fragment} is no part of {target}")
    return tuple(sorted(found))


def _page_findings(path: str, text: str, files: Mapping[str, bytes], wanted: dict[tuple[str, str], str]) -> list[str]:
    found = []
    folder = posixpath.dirname(path)
    for tag in _REFERENCE.finditer(text):
        attributes = dict(_ATTRIBUTE.findall(tag.group()))
        relation = attributes.pop("rel", "")
        loads = tag.group(1) not in ("a", "area", "form") and not (tag.group(1) == "link" and relation in _STATED)
        for value in attributes.values():
            problem = _reference_finding(path, folder, value, loads, files, wanted)
            if problem:
                found.append(f"{path}: {problem}")
    return found


def _reference_finding(
    path: str, folder: str, value: str, loads: bool, files: Mapping[str, bytes], wanted: dict[tuple[str, str], str]
) -> str:
    reference = html.unescape(value)
    scheme = _SCHEME.match(reference)
    if scheme:
        allowed = not loads and scheme.group()[:-1].lower() in _OUTWARD
        return "" if allowed else f"loads or leads to {scheme.group()}"
    if reference.startswith("//") or reference.startswith("/"):
        return f"{reference} is no relative link"
    target, _, fragment = reference.partition("#")
    resolved = _resolved(folder, target.partition("?")[0]) if target else path
    if resolved.startswith("../") or resolved not in files:
        return f"{reference} leads nowhere"
    if fragment:
        wanted.setdefault((resolved, unquote(fragment)), path)
    return ""


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
