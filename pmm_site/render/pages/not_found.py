"""The page that a web server shows for an address that does not exist."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pmm_site.render.edition import Edition
from pmm_site.render.pages import Head, Page, PageKind


@dataclass(frozen=True, slots=True)
class NotFoundPage:
    """`home` and `search` are links."""

    home: str
    search: str


def pages(edition: Edition) -> Iterator[Page]:
    """The one page; its links hold from the folder of the language."""
    here = edition.here("not-found")
    head = Head(edition.words("not-found.title"), edition.words("not-found.text"), search=None)
    yield Page(here, head, NotFoundPage(here.to("home"), here.to("search")))


KIND = PageKind("not-found", NotFoundPage, pages)
