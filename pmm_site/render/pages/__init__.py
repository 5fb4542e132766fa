"""The page kinds: a module each, found by name. Its file name is the kind, its template `<kind>.html`.

A module has a frozen dataclass (what its template may print), `KIND`, and `pages(edition)`; or `ids(edition)` and
`page(edition, id)` where there are many pages of a kind.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from pmm_site.render.links import Here

if TYPE_CHECKING:
    from pmm_site.render.edition import Edition


class Crumb(NamedTuple):
    """A step of the trail above a page's heading."""

    href: str
    text: str


class Head(NamedTuple):
    """What the frame needs to know of a page.

    title: of the tab, without the site's title; description: one sentence, for search results and previews;
    section: the navigation entry that is current (a page kind); trail: from the home page to the parent;
    scripts: paths of static files that this page alone needs; search: more words for the search index
    (None: the page is not in the index); data: paths of downloads of the release package, for machines;
    past: whether the page is about what is over, which readers seldom look for.
    """

    title: str
    description: str
    section: str = ""
    trail: tuple[Crumb, ...] = ()
    scripts: tuple[str, ...] = ()
    search: str | None = ""
    data: tuple[str, ...] = ()
    past: bool = False


class Page(NamedTuple):
    """A page before it is rendered."""

    here: Here
    head: Head
    context: Any


class PageKind(NamedTuple):
    """A kind of page.

    kind: its name. context: the type of what its template may print. make: gives the pages of an edition, or where
    there are `ids`, the page of one id. files: further files beside its pages, as (path, bytes). ids: the ids of what
    there is a page for, in order.
    """

    kind: str
    context: type
    make: Callable[[Edition], Iterator[Page]] | Callable[[Edition, str], Page]
    files: Callable[[Edition], Iterator[tuple[str, bytes]]] | None = None
    ids: Callable[[Edition], Iterable[str]] | None = None

    def units(self, edition: Edition) -> Iterator[tuple[str, Callable[[], tuple[Page, ...]]]]:
        """The pages in order, in units that sites can share: each with its name and with what makes its pages."""
        make: Callable[..., Any] = self.make
        if self.ids is None:
            yield "", lambda: tuple(make(edition))
            return
        for id in self.ids(edition):
            yield id, functools.partial(_one_page, make, edition, id)

    @property
    def template(self) -> str:
        """Name of the template."""
        return f"{self.kind}.html"


def _one_page(make: Callable[[Edition, str], Page], edition: Edition, id: str) -> tuple[Page, ...]:
    return (make(edition, id),)


@functools.cache
def page_kinds() -> Mapping[str, PageKind]:
    """All page kinds by name, in alphabetical order."""
    found: dict[str, PageKind] = {}
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda each: each.name):
        kind: PageKind | None = getattr(importlib.import_module(f"{__name__}.{module.name}"), "KIND", None)
        if kind is not None:
            found[kind.kind] = kind
    return found
