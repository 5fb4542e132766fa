"""search.html: a field that searches this site's own pages, and a list to browse for those without script."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pmm_site.render import selections
from pmm_site.render.edition import Edition
from pmm_site.render.links import Here
from pmm_site.render.pages import Head, Page, PageKind
from pmm_site.render.search import INDEX


@dataclass(frozen=True, slots=True)
class SearchLink:
    """A page to browse to."""

    href: str
    text: str


@dataclass(frozen=True, slots=True)
class SearchSection:
    """A heading with its links."""

    heading: str
    links: tuple[SearchLink, ...]


@dataclass(frozen=True, slots=True)
class SearchPage:
    """Everything search.html prints. `index` is the address of the index file, loaded with the first letter."""

    index: str
    engine: str
    sections: tuple[SearchSection, ...]


def pages(edition: Edition) -> Iterator[Page]:
    """The one search page of an edition."""
    here = edition.here("search")
    context = SearchPage(INDEX, here.asset("vendor/minisearch.js"), _sections(edition, here))
    head = Head(
        edition.words("search.title"), edition.words("search.description"), section="search",
        scripts=("js/search.js",), search=None,
    )  # fmt: skip
    yield Page(here, head, context)


def _sections(edition: Edition, here: Here) -> tuple[SearchSection, ...]:
    catalogue = edition.view.catalogue
    sections = [
        SearchSection(
            edition.plain(dimension.name),
            _sorted(edition, {
                here.to("kpi", kpi.id): edition.kpi_name(kpi.id)
                for kpi in catalogue.kpis
                if edition.view.dimension_of(kpi).id == dimension.id
            }),
        )
        for dimension in catalogue.dimensions
    ]  # fmt: skip
    groups = tuple(
        SearchLink(
            here.to("group", f"{grouping.id}/{each.id}"), f"{edition.plain(each.name)} ({edition.plain(grouping.name)})"
        )
        for grouping in catalogue.groupings
        for each in grouping.groups
    )
    goals = tuple(
        SearchLink(here.to("sdg", str(goal)), f"{goal} {edition.goal_name(goal)}") for goal in selections.GOALS
    )
    members = {here.to("member", code): edition.member_name(code) for code in edition.view.pages_of_members}
    outcomes = {here.to("outcome", each.id): edition.plain(each.name) for each in catalogue.outcomes}
    instruments = {here.to("instrument", each.id): edition.plain(each.name) for each in catalogue.instruments}
    sections.append(SearchSection(edition.words("search.outcomes"), _sorted(edition, outcomes)))
    sections.append(SearchSection(edition.words("search.instruments"), _sorted(edition, instruments)))
    if edition.view.latest is not None:
        sections.append(SearchSection(edition.words("search.groups"), groups))
    sections.append(SearchSection(edition.words("search.members"), _sorted(edition, members)))
    sections.append(SearchSection(edition.words("search.goals"), goals))
    return tuple(section for section in sections if section.links)


def _sorted(edition: Edition, names: dict[str, str]) -> tuple[SearchLink, ...]:
    return tuple(SearchLink(href, names[href]) for href in edition.in_order(names))


KIND = PageKind("search", SearchPage, pages)
