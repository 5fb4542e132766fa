"""The URL scheme, in one place: every page is a file, every link is relative and names a file."""

from __future__ import annotations

import functools
from urllib.parse import quote

SINGLE = {
    "home": "index.html",
    "not-found": "404.html",
}
"""Page kinds of which a language has one, and whose file is not called like the kind."""


@functools.lru_cache(maxsize=100_000)
def page_tail(kind: str, id: str = "") -> str:
    """Path of a page inside its language folder; of a kind that has many, `kpi/<id>.html`.

    A group's id is `<grouping>/<group>`, a Member's its code.
    """
    if kind == "content":
        return f"{quote(id)}.html"
    if id:
        return f"{kind}/{quote(id.lower() if kind == 'member' else id)}.html"
    return SINGLE.get(kind, f"{kind}.html")


def page_path(kind: str, id: str, language: str) -> str:
    """Path of a page inside the web root."""
    return f"{language}/{page_tail(kind, id)}"


class Here:
    """Where a page stands; makes relative links from it. One object serves all pages of a folder depth."""

    __slots__ = ("depth", "language", "path", "root", "tail", "up")

    def __init__(self, kind: str, id: str, language: str) -> None:
        self.language = language
        self.tail = page_tail(kind, id)
        self.path = f"{language}/{self.tail}"
        self.depth = self.tail.count("/")
        self.up = "../" * self.depth
        self.root = self.up + "../"

    @property
    def id(self) -> str:
        """What identifies this place."""
        return self.path

    def to(self, kind: str, id: str = "") -> str:
        """Link to another page in the same language."""
        return self.up + page_tail(kind, id)

    def data(self, path: str) -> str:
        """Link to a file of the release package."""
        return f"{self.root}data/{quote(path)}"

    def download(self, name: str) -> str:
        """Link to a download that is made from the release package beside the pages."""
        return f"{self.root}downloads/{quote(name)}"

    def asset(self, path: str) -> str:
        """Link to a static file of the theme."""
        return f"{self.root}assets/{quote(path)}"


def relative(source: str, target: str) -> str:
    """Relative link from one file of the web root to another."""
    return "../" * source.count("/") + target
