"""Narrative pages: reports, methodology, glossary, accessibility, and any other page of the project's content."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from pmm_site.model import ContentPage
from pmm_site.render.edition import Edition
from pmm_site.render.formats import formats
from pmm_site.render.links import Here
from pmm_site.render.narrative import Heading, default_page, narrative
from pmm_site.render.pages import Crumb, Head, Page, PageKind

DEFAULTS = ("report", "methodology", "glossary", "accessibility")
"""Pages that the theme brings where the project has none."""


@dataclass(frozen=True, slots=True)
class ContentView:
    """What content.html prints.

    title: the heading; foreign: attributes of a text in another language than the page's, else empty; fallback: says
    that the text is not translated, empty where it is; text: the narrative; headings: for the list beside it; kind:
    `report` or `help`; cycle: a link to the cycle that a report speaks of; others: links to the other reports;
    computed: says that the figures are computed; newer: a link from an earlier report to that of the latest cycle.
    """

    title: str
    foreign: Markup
    fallback: str
    text: Markup
    headings: tuple[Heading, ...]
    kind: str
    cycle: Crumb | None
    others: tuple[Crumb, ...]
    computed: str
    newer: Crumb | None


def content_pages(edition: Edition) -> tuple[ContentPage, ...]:
    """The narrative pages of an edition, one per slug: its own language, else the fallback, else the theme's."""
    found: dict[str, ContentPage] = {}
    for language in dict.fromkeys((edition.fallback, edition.language)):
        found.update({page.slug: page for page in edition.view.content if page.language == language})
    for slug in DEFAULTS:
        default = default_page(edition, slug) if slug not in found else None
        if default is not None:
            found[slug] = default
    return tuple(sorted(found.values(), key=lambda page: (page.order, page.slug)))


def is_report(page: ContentPage) -> bool:
    """Whether a page is the report of a cycle."""
    return page.slug == "report" or page.slug.startswith("report-")


def report_of(edition: Edition, cycle: str) -> str:
    """The slug of the report that speaks of a cycle; of `report` where none does."""
    reports = (each.slug for each in content_pages(edition) if is_report(each) and each.cycle == cycle)
    return next(reports, "report")


def newest_report(edition: Edition) -> str:
    """The slug of the report that readers look for: that of the latest cycle."""
    latest = edition.view.latest
    return report_of(edition, latest.cycle if latest else "")


def ids(edition: Edition) -> tuple[str, ...]:
    """A page per slug."""
    return tuple(each.slug for each in content_pages(edition))


def page(edition: Edition, slug: str) -> Page:
    """The narrative page of a slug."""
    every = content_pages(edition)
    here, of = edition.here("content", slug), next(each for each in every if each.slug == slug)
    text = narrative(edition, here, of)
    section = "report" if is_report(of) else slug
    home = Crumb(here.to("home"), edition.words("nav.home"))
    past = is_report(of) and slug != newest_report(edition)
    head = Head(of.title, _sentence(text.lead), section, (home,), search=text.words, past=past)
    return Page(here, head, _context(edition, here, of, every, text.html, text.headings))


def _context(
    edition: Edition, here: Here, page: ContentPage, every: tuple[ContentPage, ...], text: Markup,
    headings: tuple[Heading, ...],
) -> ContentView:  # fmt: skip
    foreign = page.language != edition.language
    name = formats(page.language).name_in(edition.formats) if foreign else ""
    report = is_report(page)
    cycle = page.cycle if page.cycle in edition.view.cycle_by_id else None
    others = tuple(
        Crumb(here.to("content", each.slug), each.title) for each in every if is_report(each) and each is not page
    )
    newest = next((each for each in every if each.slug == newest_report(edition)), page)
    return ContentView(
        title=page.title,
        foreign=edition.foreign(page.language) if foreign else Markup(""),
        fallback=edition.words("content.fallback", language=name) if foreign else "",
        text=text,
        headings=headings if len(headings) > 2 else (),
        kind="report" if report else "help",
        cycle=Crumb(here.to("cycle", cycle), edition.cycle_name(cycle)) if report and cycle else None,
        others=others if report else (),
        computed=edition.words("report.computed") if report else "",
        newer=Crumb(here.to("content", newest.slug), newest.title) if report and newest.slug != page.slug else None,
    )


def _sentence(lead: str) -> str:
    """The first sentence of the lead, for search results and previews."""
    return lead if len(lead) <= 200 else lead[:199].rsplit(" ", 1)[0] + "…"


KIND = PageKind("content", ContentView, page, ids=ids)
