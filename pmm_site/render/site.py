"""One site: its editions, their pages in order, what is made from all pages, the static files."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from pmm_site.package import read
from pmm_site.render import OutputFile
from pmm_site.render.charts import ChartStore
from pmm_site.render.edition import Edition
from pmm_site.render.frame import Frames, language_chooser, mark_stylesheet
from pmm_site.render.pages import Page, PageKind, page_kinds
from pmm_site.render.theme import Theme, load_theme, template_errors
from pmm_site.render.view import SiteView


class SearchEntry(NamedTuple):
    """A page as the search index knows it; `path` is inside the web root, `text` further words to be found by."""

    path: str
    title: str
    kind: str
    description: str
    text: str


def site_files(
    package_directory: Path, theme_directories: Sequence[Path], charts: ChartStore | None
) -> Iterator[OutputFile]:
    """All files of a site but `data/`."""
    view = SiteView(read(package_directory))
    theme = load_theme(view.info.theme, theme_directories)
    store = charts if charts is not None else ChartStore()
    editions = [Edition(view, language, theme, store) for language in view.info.languages]
    yield OutputFile("index.html", language_chooser(editions))
    if editions[0].handling_mark:
        yield OutputFile("assets/mark.css", mark_stylesheet(editions))
    paths: list[str] = []
    for edition in editions:
        yield from _edition_files(edition, paths)
    yield from _feeds(editions, paths)
    for path, content in theme.static_files().items():
        yield OutputFile(f"assets/{path}", content)


def _edition_files(edition: Edition, paths: list[str]) -> Iterator[OutputFile]:
    frames = Frames(edition)
    entries: list[SearchEntry] = []
    for kind in page_kinds().values():
        if kind.files is not None:
            yield from (OutputFile(*each) for each in kind.files(edition))
        for page in kind.pages(edition):
            yield OutputFile(page.here.path, rendered(page, kind, edition, frames))
            paths.append(page.here.path)
            if page.head.search is not None:
                entries.append(SearchEntry(page.here.path, page.head.title, kind.kind, page.head.description,
                                           page.head.search))  # fmt: skip
    if importlib.util.find_spec("pmm_site.render.search"):
        from pmm_site.render import search

        yield from (OutputFile(*each) for each in search.files(edition, entries))


def rendered(page: Page, kind: PageKind, edition: Edition, frames: Frames) -> bytes:
    """The bytes of a page."""
    template = edition.theme.template(kind.template, edition.language)
    with template_errors(edition.theme.name, kind.template):
        return template.render(page=page.context, frame=frames.frame(page, kind.kind)).encode("utf-8")


def _feeds(editions: list[Edition], paths: list[str]) -> Iterator[OutputFile]:
    if importlib.util.find_spec("pmm_site.render.feeds"):
        from pmm_site.render import feeds

        yield from (OutputFile(*each) for each in feeds.files(editions, paths))


def theme_of(package_directory: Path, theme_directories: Sequence[Path]) -> Theme:
    """The theme that a package asks for."""
    return load_theme(read(package_directory).info.theme, theme_directories)
