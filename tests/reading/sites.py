"""Which pages the tests of reading open: of each kind one, of each kind of site, in each language."""

from __future__ import annotations

import re
from pathlib import Path

LANGUAGES = ("en", "fr", "ar")
"""Arabic stands for the languages that run from right to left, and for those into which the data are not translated."""

_KIND = re.compile(r'<body class="page-([a-z-]+)"')


def page_of_each_kind(root: Path, language: str) -> dict[str, Path]:
    """Of a web root in one language, a page of each kind: the largest, which has most to get wrong."""
    found: dict[str, Path] = {}
    for path in sorted((root / language).rglob("*.html"), key=lambda path: (-path.stat().st_size, path)):
        kind = _KIND.search(path.read_text("utf-8"))
        assert kind is not None, f"{path} tells no kind"
        found.setdefault(kind[1], path)
    return found
