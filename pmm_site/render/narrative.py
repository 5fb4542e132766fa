"""Narrative texts: Markdown with calls to a page's HTML, its headings and its plain words."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import NamedTuple

from markupsafe import Markup

from pmm_site.model import ContentPage
from pmm_site.placeholders import find
from pmm_site.render.calls import BLOCKS, evaluate
from pmm_site.render.edition import Edition
from pmm_site.render.links import Here
from pmm_site.render.markdown import to_html
from pmm_site.render.markup import without_tags
from pmm_site.render.speech import Speech
from pmm_site.render.theme import Theme
from pmm_site.render.theme_files import read_front_matter, read_text

# Stand for a call while Markdown is at work: private characters that no text holds and no rule of Markdown knows.
OPEN, CLOSE = "\ue000", "\ue001"
STAND_IN = re.compile(f"{OPEN}(\\d+){CLOSE}")
PARAGRAPH = re.compile(r"<p>((?:(?!</p>).)*)</p>", re.DOTALL)
HEADING = re.compile(r'<h2 id="([^"]+)">(.*?)</h2>', re.DOTALL)
FRONT = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)


class Heading(NamedTuple):
    """A heading of the second level: its anchor and its words."""

    anchor: str
    text: str


class Narrative(NamedTuple):
    """A text ready for a page. `lead`: its first paragraph that is no block; `words`: for the search index."""

    html: Markup
    headings: tuple[Heading, ...]
    lead: str
    words: str


def narrative(edition: Edition, here: Here, page: ContentPage) -> Narrative:
    """The text of a narrative page with every call evaluated on this site."""
    latest = edition.view.latest
    speech = Speech(edition, here, page.cycle or (latest.cycle if latest else ""))
    text = page.markdown.replace(OPEN, "").replace(CLOSE, "")
    placeholders, _ = find(text)
    parts, at = [], 0
    for index, placeholder in enumerate(placeholders):
        parts += [text[at : placeholder.start], f"{OPEN}{index}{CLOSE}"]
        at = placeholder.end
    html = str(to_html("".join(parts) + text[at:]))
    blocks = {index for index, each in enumerate(placeholders) if each.name in BLOCKS}
    html = PARAGRAPH.sub(lambda match: _opened(match, blocks), html)
    printed = [evaluate(speech, each) for each in placeholders]
    lead = next(_leads(html, blocks), "")
    filled = STAND_IN.sub(lambda match: str(printed[int(match[1])]), html)
    headings = tuple(Heading(match[1], without_tags(match[2])) for match in HEADING.finditer(filled))
    words = Markup(re.sub(r"<svg.*?</svg>", " ", filled, flags=re.DOTALL)).striptags()
    lead_text = without_tags(STAND_IN.sub(lambda match: str(printed[int(match[1])]), lead))
    return Narrative(Markup(filled), headings, lead_text, words)


def _opened(match: re.Match[str], blocks: set[int]) -> str:
    """A paragraph without the blocks in it: what stands around a block becomes paragraphs beside it."""
    if not any(int(found[1]) in blocks for found in STAND_IN.finditer(match[1])):
        return match[0]
    parts: list[str] = []
    at = 0
    for found in STAND_IN.finditer(match[1]):
        if int(found[1]) in blocks:
            parts += [_paragraph(match[1][at : found.start()]), found[0]]
            at = found.end()
    return "\n".join(part for part in [*parts, _paragraph(match[1][at:])] if part)


def _paragraph(inner: str) -> str:
    return f"<p>{inner.strip()}</p>" if inner.strip() else ""


def _leads(html: str, blocks: set[int]) -> Iterator[str]:
    """Paragraphs of running text, in order."""
    for match in PARAGRAPH.finditer(html):
        if not any(int(found[1]) in blocks for found in STAND_IN.finditer(match[1])):
            yield match[1]


def default_page(edition: Edition, slug: str) -> ContentPage | None:
    """A page that the theme brings, in the language of the edition or else in English; None where it brings none."""
    return page_of_theme(edition.theme, tuple(dict.fromkeys((edition.language, edition.fallback, "en"))), slug)


@functools.lru_cache(maxsize=256)
def page_of_theme(theme: Theme, languages: tuple[str, ...], slug: str) -> ContentPage | None:
    """A page that a theme brings, in the first of the languages that it has it in."""
    for language in languages:
        path = theme.content_file(language, slug)
        if path is None:
            continue
        text = read_text(path)
        front = FRONT.match(text)
        title, order = read_front_matter(path, front[1], slug) if front else (slug, 0)
        return ContentPage(language, slug, title, text[front.end() :] if front else text, order)
    return None
