"""Markdown of the catalogue and of narrative pages to safe HTML: Python-Markdown, then nh3."""

from __future__ import annotations

import functools

from markupsafe import Markup

TAGS = frozenset(
    ["a", "abbr", "b", "blockquote", "br", "caption", "code", "dd", "del", "div", "dl", "dt", "em", "figure",
     "figcaption", "h2", "h3", "h4", "hr", "i", "li", "ol", "p", "pre", "s", "span", "strong", "sub", "sup", "table",
     "tbody", "td", "th", "thead", "tr", "ul"]
)  # fmt: skip
ATTRIBUTES = {
    "a": {"href", "title", "hreflang", "lang"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "*": {"id", "class", "lang", "dir"},
}


def sanitised(html: str) -> Markup:
    """HTML without scripts, styles, foreign resources or dangerous addresses; anchors and classes stay."""
    import nh3

    return Markup(
        nh3.clean(
            html,
            tags=set(TAGS),
            attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
            url_schemes={"http", "https", "mailto"},
            link_rel="noopener",
        )
    )


@functools.lru_cache(maxsize=10_000)
def to_html(text: str) -> Markup:
    """Blocks of HTML from Markdown (tables, footnotes off; raw HTML is sanitised)."""
    import markdown

    html = markdown.markdown(
        text,
        extensions=["tables", "sane_lists", "smarty", "toc", "attr_list", "def_list"],
        extension_configs={"smarty": {"smart_dashes": True, "smart_quotes": False}},
        output_format="html",
    )
    return sanitised(html)


@functools.lru_cache(maxsize=10_000)
def inline(text: str) -> Markup:
    """One paragraph of Markdown without its <p>, for a lead or a cell; several paragraphs stay as they are."""
    html = to_html(text).strip()
    if html.startswith("<p>") and html.endswith("</p>") and html.count("<p>") == 1:
        return Markup(html[3:-4])
    return Markup(html)
