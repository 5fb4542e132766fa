"""What machines read of the public site: sitemap, robots and an Atom feed of changes. Other sites have none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

from markupsafe import Markup

from pmm_site.model import SiteKind
from pmm_site.render.edition import Edition
from pmm_site.render.links import page_path
from pmm_site.render.markup import without_tags
from pmm_site.render.pages.changes import FEED, CycleChanges, cycle_changes
from pmm_site.tables import CycleRow

HEADER = '<?xml version="1.0" encoding="utf-8"?>\n'


def files(editions: Sequence[Edition], paths: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """sitemap.xml, robots.txt and a feed per language, where the public site has an address; nothing elsewhere."""
    info = editions[0].view.info
    if info.kind is not SiteKind.PUBLIC or not info.base_url:
        return
    base = info.base_url.rstrip("/") + "/"
    yield "sitemap.xml", sitemap(base, paths, [edition.language for edition in editions]).encode()
    yield "robots.txt", f"User-agent: *\nAllow: /\nSitemap: {base}sitemap.xml\n".encode()
    for edition in editions:
        yield f"{edition.language}/{FEED}", feed(edition, base).encode()


def sitemap(base: str, paths: Sequence[str], languages: Sequence[str]) -> str:
    """Every page with its other languages, in the order of the paths."""
    known = set(paths)
    entries = []
    for path in sorted(known):
        language, _, tail = path.partition("/")
        if tail == "404.html":
            continue
        others = "".join(
            f'<xhtml:link rel="alternate" hreflang={quoteattr(each)} href={quoteattr(f"{base}{each}/{tail}")}/>'
            for each in languages
            if f"{each}/{tail}" in known
        )
        entries.append(f"<url><loc>{escape(base + path)}</loc>{others if language in languages else ''}</url>\n")
    return (
        f'{HEADER}<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        f'xmlns:xhtml="http://www.w3.org/1999/xhtml">\n{"".join(entries)}</urlset>\n'
    )


def feed(edition: Edition, base: str) -> str:
    """An Atom feed with an entry per cycle, dated by the data: the end of the year that a cycle describes."""
    here, info = edition.here("changes"), edition.view.info
    cycles = list(reversed(edition.view.cycles))
    address = f"{base}{here.path}"
    entries = "".join(_entry(edition, row, cycle_changes(edition, here, row), base) for row in cycles)
    updated = _instant(cycles[0]) if cycles else "1970-01-01T00:00:00Z"
    title = edition.words.pair(edition.plain(info.title), edition.words("changes.title"))
    author = edition.plain(info.organization) or edition.plain(info.title)
    own = f"{base}{edition.language}/{FEED}"
    return (
        f'{HEADER}<feed xmlns="http://www.w3.org/2005/Atom" xml:lang={quoteattr(edition.language)}>\n'
        f"<title>{escape(title)}</title>\n<id>{escape(address)}</id>\n<updated>{updated}</updated>\n"
        f"<author><name>{escape(author)}</name></author>\n"
        f'<link rel="self" href={quoteattr(own)}/>\n<link href={quoteattr(address)}/>\n{entries}</feed>\n'
    )


def _entry(edition: Edition, row: CycleRow, changes: CycleChanges, base: str) -> str:
    address = base + page_path("cycle", row.cycle, edition.language)
    lists = [
        (edition.words("changes.kpis-new"), changes.joined),
        (edition.words("changes.kpis-renamed"), changes.revised),
        (edition.words("changes.kpis-dropped"), changes.dropped),
    ]
    parts = [changes.participants, changes.unchanged]
    parts += [f"{edition.words.pair(name, _plain(edition, items))}." for name, items in lists if items]
    summary = " ".join(part for part in parts if part)
    return (
        f"<entry><title>{escape(edition.plain(row.name))}</title><id>{escape(address)}</id>"
        f"<updated>{_instant(row)}</updated><link href={quoteattr(address)}/>"
        f"<summary>{escape(summary)}</summary></entry>\n"
    )


def _plain(edition: Edition, items: Markup) -> str:
    """A list as running text."""
    return without_tags(str(items).replace("</li><li>", edition.words("frame.separator")))


def _instant(row: CycleRow) -> str:
    return f"{row.reference_year}-12-31T00:00:00Z"
