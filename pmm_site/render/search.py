"""The search index of an edition: its own pages and no others, as a script file that works from a USB stick.

An index is a copy of text: it holds what the pages of this site say, in this language, and nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from pmm_site.render.edition import Edition

INDEX = "search-index.js"
WORDS = ("none",)


Entry = tuple[str, str, str, str, str, bool]
"""A page as the index knows it: path inside the web root, title, kind, description, more text, whether it is past."""


def files(edition: Edition, entries: Sequence[Entry]) -> Iterator[tuple[str, bytes]]:
    """The index file of an edition, as (path, content)."""
    folder = f"{edition.language}/"
    pages = [
        [path.removeprefix(folder), title, kind_name(edition, kind), description, text, *([1] if past else ())]
        for path, title, kind, description, text, past in entries
    ]
    content = {"language": edition.language, "pages": pages, "words": {
        **{name: edition.words(f"search.{name}") for name in WORDS},
        "count": plural_forms(edition, "search.count"),
    }}  # fmt: skip
    yield folder + INDEX, script("pmmSearch", content)


def kind_name(edition: Edition, kind: str) -> str:
    """What a kind of page is called beside a result; empty where its title says it."""
    key = f"search.kind.{kind}"
    return edition.words(key) if key in edition.words else ""


def plural_forms(edition: Edition, key: str) -> dict[str, str]:
    """The forms of a text with a count, by CLDR plural category, `{count}` left for the script."""
    counts = {edition.formats.plural(count): count for count in (1_000_000, 100, 20, 11, 5, 3, 2, 1, 0)}
    return {
        category: edition.words(key, count=count).replace(edition.formats.number(count), "{count}")
        for category, count in sorted(counts.items())
    }


def script(name: str, content: Any) -> bytes:
    """A script file that sets one global to plain data."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return f"window.{name}={text};\n".encode()
