"""The texts of a theme, and which of them a language has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from pmm_site.render.theme import Theme, load_theme, texts
from pmm_site.render.theme_files import read_texts


def theme_texts(name: str, directories: Sequence[Path], language: str) -> Iterator[tuple[str, str, bool]]:
    """(file, key, whether it is translated) of every text and narrative page of a theme and of those it extends.

    `file` is where the text of this language belongs, as `themes/<theme>/…`; English has every text. A page has no key.
    """
    theme = load_theme(name, directories)
    own = texts(theme, language)
    seen: set[str] = set()
    for layer in theme.layers:
        for path in sorted((layer / "i18n" / "en").glob("*.yml")):
            file = f"themes/{layer.name}/i18n/{language}/{path.name}"
            keys = read_texts(path).keys() - seen
            seen |= keys
            yield from ((file, key, key in own) for key in sorted(keys))
    yield from _pages(theme, language)


def _pages(theme: Theme, language: str) -> Iterator[tuple[str, str, bool]]:
    seen: set[str] = set()
    for layer in theme.layers:
        for path in sorted((layer / "content" / "en").glob("*.md")):
            if path.stem not in seen:
                seen.add(path.stem)
                found = theme.content_file(language, path.stem) is not None
                yield f"themes/{layer.name}/content/{language}/{path.name}", "", found
