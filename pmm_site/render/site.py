"""One site, from its release package and its theme to all its files.

A site has an edition per language. Each page is made once for all sites on which it would be the same (`Printed`); a
site then fills in its own header and footer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from pmm_site.package import read
from pmm_site.render import OutputFile, feeds, search
from pmm_site.render.charts import ChartStore
from pmm_site.render.edition import Edition
from pmm_site.render.frame import FOOTER_SLOT, HEADER_SLOT, Frames, language_chooser, mark_stylesheet
from pmm_site.render.hooks import kinds_of
from pmm_site.render.links import Here, page_path
from pmm_site.render.pages import Page, PageKind
from pmm_site.render.theme import ThemeProblem, load_theme
from pmm_site.render.tracing import shared
from pmm_site.render.view import SiteView

_SLOT = re.compile(f"({HEADER_SLOT}|{FOOTER_SLOT})")


class SearchEntry(NamedTuple):
    """A page in the search index: `path` is below the web root, `text` holds further words by which it is found.

    past: whether it is about what is over, and stands below the others.
    """

    path: str
    title: str
    kind: str
    description: str
    text: str
    past: bool


class Printed(NamedTuple):
    """A page as many sites share it, without header and footer.

    `parts` are its bytes before, between and after the `slots` that each site fills with its header or footer; `entry`
    is None for a page that is not in the search index.
    """

    here: Here
    section: str
    parts: tuple[bytes, ...]
    slots: tuple[str, ...]
    entry: SearchEntry | None


def site_files(
    package_directory: Path, theme_directories: Sequence[Path], charts: ChartStore | None
) -> Iterator[OutputFile]:
    """All files of a site but its release package (`data/`), each as soon as it is made.

    charts: where drawn charts are kept; None: they are drawn anew. Raises PackageDamaged or ThemeProblem.
    """
    editions = _editions(package_directory, theme_directories, charts)
    theme = editions[0].theme
    yield OutputFile("index.html", language_chooser(editions))
    if editions[0].handling_mark:
        yield OutputFile("assets/mark.css", mark_stylesheet(editions))
    paths: list[str] = []
    for edition in editions:
        paths += yield from _edition_files(edition, taken=frozenset(paths))
    yield from (OutputFile(*each) for each in feeds.files(editions, paths))
    for path, content in theme.static_files().items():
        yield OutputFile(f"assets/{path}", content)


def site_file(
    package_directory: Path, path: str, theme_directories: Sequence[Path], charts: ChartStore | None
) -> bytes | None:
    """The page or static file at `path`, made without the others; None for what is made from all pages, or no file."""
    editions = _editions(package_directory, theme_directories, charts)
    place, _, rest = path.partition("/")
    if place == "assets":
        return editions[0].theme.static_files().get(rest)
    for edition in editions:
        if edition.language == place and path.endswith(".html"):
            return _page_at(edition, path)
    return None


def _page_at(edition: Edition, path: str) -> bytes | None:
    """The page at a path. The pages of a kind without ids may have any path, so they are made and looked at last."""
    kinds = kinds_of(edition.theme).values()
    units = [(kind, id, make) for kind in kinds for id, make in kind.units(edition)]
    named = [(kind, make) for kind, id, make in units if page_path(kind.kind, id, edition.language) == path]
    others = [(kind, make) for kind, _, make in units if kind.ids is None]
    for kind, make in (*named, *others):
        for page in make():
            if page.here.path == path:
                return rendered(page, kind, edition, Frames(edition))
    return None


def _editions(
    package_directory: Path, theme_directories: Sequence[Path], charts: ChartStore | None
) -> tuple[Edition, ...]:
    view = SiteView(read(package_directory))
    theme = load_theme(view.info.theme, theme_directories)
    store = charts if charts is not None else ChartStore()
    return tuple(Edition(view, language, theme, store) for language in view.info.languages)


def _edition_files(edition: Edition, taken: frozenset[str]) -> Generator[OutputFile, None, list[str]]:
    """The files of an edition; returns the paths of its pages, in order. `taken`: those of other editions' pages."""
    frames = Frames(edition)
    entries: list[SearchEntry] = []
    paths: dict[str, None] = {}
    for kind in kinds_of(edition.theme).values():
        if kind.files is not None:
            yield from (OutputFile(*each) for each in kind.files(edition))
        for page in _pages(edition, frames, kind):
            if page.here.path in paths or page.here.path in taken:
                raise ThemeProblem(f"theme {edition.theme.name}: two pages want to be {page.here.path}")
            parts = _filled(page, frames)
            yield OutputFile(page.here.path, b"".join(parts), parts)
            paths[page.here.path] = None
            if page.entry is not None:
                entries.append(page.entry)
    yield from (OutputFile(*each) for each in search.files(edition, entries))
    return list(paths)


def _pages(edition: Edition, frames: Frames, kind: PageKind) -> Iterator[Printed]:
    """The pages of a kind: each made once for all sites that it would be the same on."""
    for name, make in kind.units(edition):

        def printed(make: Callable[[], tuple[Page, ...]] = make) -> tuple[Printed, ...]:
            return tuple(_printed(page, kind, edition, frames) for page in make())

        yield from shared(edition.view, (kind.kind, name, edition.wording_key), printed, _weight)


def _weight(pages: tuple[Printed, ...]) -> int:
    return sum(len(part) for page in pages for part in page.parts)


def _printed(page: Page, kind: PageKind, edition: Edition, frames: Frames) -> Printed:
    frame = frames.frame(page, kind.kind)
    text = _SLOT.split(edition.theme.filled(kind.template, edition.language, page=page.context, frame=frame))
    head, here = page.head, page.here
    entry = None
    if head.search is not None:
        entry = SearchEntry(here.path, head.title, kind.kind, head.description, head.search, head.past)
    return Printed(here, head.section, tuple(part.encode() for part in text[::2]), tuple(text[1::2]), entry)


def _filled(page: Printed, frames: Frames) -> tuple[bytes, ...]:
    """The parts of a page with the header and footer of a site."""
    parts = [page.parts[0]]
    for slot, part in zip(page.slots, page.parts[1:], strict=True):
        parts += (*frames.part(slot, page.section, page.here), part)
    return tuple(parts)


def rendered(page: Page, kind: PageKind, edition: Edition, frames: Frames) -> bytes:
    """The bytes of a page."""
    return b"".join(_filled(_printed(page, kind, edition, frames), frames))
