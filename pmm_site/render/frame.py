"""What stands around every page: head, header with navigation, footer. Rendered once per section and depth."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from markupsafe import Markup, escape

from pmm_site.model import SiteKind
from pmm_site.render.edition import Edition
from pmm_site.render.formats import formats
from pmm_site.render.links import Here, page_tail
from pmm_site.render.pages import Crumb, Page
from pmm_site.render.pages.content import content_pages, is_report, newest_report

TAIL = "@@tail@@"
"""Stands in shared fragments for the page's own path inside its language; ids cannot hold it."""

_TAIL = TAIL.encode()
_TAGS = re.compile(f"(<[^<>]*{TAIL}[^<>]*>)")

_SECRET = secrets.token_hex(12)
HEADER_SLOT, FOOTER_SLOT = f"@@header-{_SECRET}@@", f"@@footer-{_SECRET}@@"
"""Stand in a page for the header and the footer of a site, while its other parts are the same on many sites.

No text of a project can hold them: they are drawn anew in each process.
"""

NAVIGATION = (
    "home", "report", "dimensions", "performance", "instruments", "sdgs", "capacity", "coverage", "compare", "data",
)  # fmt: skip
FOOTER = ("methodology", "disclosure", "glossary", "cite", "changes", "accessibility")


class NavigationEntry(NamedTuple):
    """An entry of the navigation; `children` open beneath it."""

    href: str
    text: str
    current: bool
    children: tuple[NavigationEntry, ...] = ()


class LanguageLink(NamedTuple):
    """The same page in a language."""

    language: str
    name: str
    href: str
    current: bool


@dataclass(frozen=True, slots=True)
class FrameParts:
    """What frame/header.html and frame/footer.html print; the same for all pages of a section and depth."""

    site_title: str
    organization: str
    home: str
    tier: str
    mark: str
    kind: str
    navigation: tuple[NavigationEntry, ...]
    languages: tuple[LanguageLink, ...]
    search: str
    footer: tuple[NavigationEntry, ...]
    release: str
    licence: Markup
    notice: Markup
    synthetic: str
    illustrative: str
    contact: str


@dataclass(frozen=True, slots=True)
class Frame:
    """What base.html prints around a page's own block."""

    language: str
    direction: str
    title: str
    description: str
    assets: str
    scripts: tuple[str, ...]
    early_script: str
    noindex: bool
    meta: Markup
    mark_stylesheet: str
    header: Markup
    footer: Markup
    trail: tuple[Crumb, ...]
    kind: str


class Frames:
    """Makes the frame of each page of an edition."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self._fragments: dict[tuple[str, int], Mapping[str, tuple[bytes, ...]]] = {}

    def frame(self, page: Page, kind: str) -> Frame:
        """The frame around one page; `HEADER_SLOT` and `FOOTER_SLOT` stand for what differs by site."""
        edition, here, head = self.edition, page.here, page.head
        title = self._site_title()
        return Frame(
            language=edition.language,
            direction="rtl" if edition.formats.right_to_left else "ltr",
            title=f"{head.title} – {title}" if head.title != title else head.title,
            description=head.description,
            assets=here.asset(""),
            scripts=tuple(here.asset(path) for path in (*edition.theme.scripts, *head.scripts)),
            early_script=here.asset("js/early.js"),
            noindex=edition.view.info.kind is not SiteKind.PUBLIC,
            meta=self._meta(page),
            mark_stylesheet=here.asset("mark.css") if edition.is_restricted else "",
            header=Markup(HEADER_SLOT),
            footer=Markup(FOOTER_SLOT),
            trail=head.trail,
            kind=kind,
        )

    def _site_title(self) -> str:
        return self.edition.plain(self.edition.view.info.title)

    def part(self, slot: str, section: str, here: Here) -> tuple[bytes, ...]:
        """The header or the footer of this site on a page: rendered once per section and depth."""
        key = section, here.depth
        if key not in self._fragments:
            parts = self._parts(section, here)
            theme, language = self.edition.theme, self.edition.language
            rendered = {
                HEADER_SLOT: theme.filled("frame/header.html", language, parts=parts),
                FOOTER_SLOT: theme.filled("frame/footer.html", language, parts=parts),
            }
            self._fragments[key] = {
                name: tuple(each.encode() for each in _TAGS.split(text)) for name, text in rendered.items()
            }
        tail, found = here.tail.encode(), self._fragments[key][slot]
        # Every second part is a tag that names the page itself: the others are the same on all pages.
        return tuple(part.replace(_TAIL, tail) if at % 2 else part for at, part in enumerate(found))

    def _parts(self, section: str, here: Here) -> FrameParts:
        edition, info = self.edition, self.edition.view.info
        return FrameParts(
            site_title=self._site_title(),
            organization=edition.plain(info.organization),
            home=here.to("home"),
            tier=edition.tier,
            mark=edition.handling_mark,
            kind=info.kind.value,
            navigation=self._navigation(section, here),
            languages=self._languages(here),
            search=here.to("search"),
            footer=self._footer(here),
            release=self._release(),
            licence=edition.text(info.licence),
            notice=edition.text(info.notice),
            synthetic=edition.words("frame.synthetic") if info.synthetic else "",
            illustrative=edition.words("frame.illustrative") if edition.has_illustrative_names else "",
            contact=info.contact or "",
        )

    def _footer(self, here: Here) -> tuple[NavigationEntry, ...]:
        """The project's own narrative pages in their order, then what every site has."""
        known = frozenset((*NAVIGATION, *FOOTER))
        own = [each for each in content_pages(self.edition) if each.slug not in known and not is_report(each)]
        pages = [NavigationEntry(here.to("content", each.slug), each.title, False) for each in own]
        return (*pages, *(NavigationEntry(here.to(kind), self.edition.words(f"nav.{kind}"), False) for kind in FOOTER))

    def _release(self) -> str:
        info = self.edition.view.info
        return self.edition.words("frame.preview") if info.is_preview else self.edition.words(
            "frame.release", name=info.release)  # fmt: skip

    def _navigation(self, section: str, here: Here) -> tuple[NavigationEntry, ...]:
        edition = self.edition
        own = ("dossier",) if edition.view.own else ()
        first, *others = edition.theme.navigation or NAVIGATION
        entries = []
        for kind in (first, *own, *others):
            text = edition.words(f"nav.{kind}")
            if kind == "dimensions":
                children = tuple(
                    NavigationEntry(here.to("dimension", each.id), edition.plain(each.name), False)
                    for each in edition.view.catalogue.dimensions
                )
                entries.append(NavigationEntry("", text, section == kind, children))
            else:
                href = here.to("content", newest_report(edition)) if kind == "report" else here.to(kind)
                entries.append(NavigationEntry(href, text, section == kind))
        return tuple(entries)

    def _languages(self, here: Here) -> tuple[LanguageLink, ...]:
        return tuple(
            LanguageLink(
                language,
                formats(language).own_name,
                f"{here.root}{language}/{TAIL}",
                language == self.edition.language,
            )
            for language in self.edition.view.info.languages
        )

    def _meta(self, page: Page) -> Markup:
        """Canonical address, alternates, previews and a Dataset for machines: where the site has a public address."""
        info = self.edition.view.info
        if not info.base_url or info.kind is not SiteKind.PUBLIC:
            return Markup("")
        base = info.base_url.rstrip("/") + "/"
        address = base + page.here.path
        lines = [Markup('<link rel="canonical" href="{}">').format(address)]
        lines += [
            Markup('<link rel="alternate" hreflang="{}" href="{}">').format(each, f"{base}{each}/{page.here.tail}")
            for each in info.languages
        ]
        lines += [
            Markup('<meta property="og:{}" content="{}">').format(name, content)
            for name, content in (
                ("type", "website"), ("url", address), ("title", page.head.title),
                ("description", page.head.description), ("site_name", self._site_title()),
                ("locale", self.edition.language),
            )
        ]  # fmt: skip
        if page.head.data:
            lines.append(_json_ld(self._dataset(page, base, address)))
        return Markup("\n").join(lines)

    def _dataset(self, page: Page, base: str, address: str) -> dict[str, Any]:
        edition, info = self.edition, self.edition.view.info
        years = [row.reference_year for row in edition.view.cycles]
        content: dict[str, Any] = {
            "@context": "https://schema.org/",
            "@type": "Dataset",
            "name": page.head.title,
            "description": page.head.description,
            "url": address,
            "inLanguage": edition.language,
            "isAccessibleForFree": True,
            "distribution": [
                {"@type": "DataDownload", "encodingFormat": "text/csv", "contentUrl": f"{base}data/{path}"}
                for path in page.head.data
            ],
        }
        if years:
            content["temporalCoverage"] = f"{min(years)}/{max(years)}"
        if info.organization:
            content["creator"] = {"@type": "Organization", "name": edition.plain(info.organization)}
        if info.licence:
            content["license"] = edition.plain(info.licence)
        return content


def _json_ld(content: dict[str, Any]) -> Markup:
    text = (
        json.dumps(content, ensure_ascii=False).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    )
    return Markup(f'<script type="application/ld+json">{text}</script>')


def mark_stylesheet(editions: Sequence[Edition]) -> bytes:
    """The handling mark as a custom property by language: print.css sets it in the margin of every printed page."""
    rules = []
    for edition in editions:
        # A CSS string: what could end it or the rule is written as a code point.
        text = "".join(
            each if each.isalnum() or each in " :,.()" else f"\\{ord(each):x} " for each in edition.handling_mark
        )
        rules.append(f':root:lang({edition.language}) {{ --handling-mark: "{text}"; }}\n')
    return "".join(rules).encode("utf-8")


def language_chooser(editions: Sequence[Edition]) -> bytes:
    """`/index.html`: the languages, without script or redirect."""
    first = editions[0]
    languages = [
        (each.language, each.formats.own_name, each.plain(each.view.info.title), f"{each.language}/{page_tail('home')}",
         "rtl" if each.formats.right_to_left else "ltr")
        for each in editions
    ]  # fmt: skip
    info = first.view.info
    html = first.theme.filled(
        "chooser.html",
        first.language,
        languages=languages,
        language=first.language,
        organization=first.plain(info.organization),
        title=first.plain(info.title),
        mark=first.handling_mark,
        kind=info.kind.value,
        noindex=info.kind is not SiteKind.PUBLIC,
        synthetic=[escape(each.words("frame.synthetic")) for each in editions] if info.synthetic else [],
    )
    return html.encode("utf-8")
