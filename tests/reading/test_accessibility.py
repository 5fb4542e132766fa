"""Barriers: what an automatic tester finds in a real browser, and what readers do without mouse, width or motion."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pmm_site.render.pages import page_kinds
from tests.reading.sites import LANGUAGES, page_of_each_kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[1] / "tools/node_modules/axe-core/axe.min.js"

# What depends on colours is asked again in the dark; the rest is the same page.
_RUN = """async (rules) => {
  const options = { resultTypes: ['violations'], ...(rules ? { runOnly: rules } : {}) };
  const { violations } = await axe.run(document, options);
  const shown = (nodes) => nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(' | ');
  return violations.map(({ id, nodes }) => `${id}: ${shown(nodes)}`);
}"""
_COLOURS = ["color-contrast", "link-in-text-block"]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in a window of its own."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


def violations(page: Page, path: Path) -> list[str]:
    """What axe-core finds on a page, all its rules in light and those of colours in dark."""
    found = []
    page.emulate_media(color_scheme="light")
    page.goto(path.as_uri())
    page.evaluate(AXE.read_text("utf-8"))
    rules: Any
    for scheme, rules in (("light", None), ("dark", _COLOURS)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        found += [f"{scheme}: {each}" for each in page.evaluate(_RUN, rules)]
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["public", "wco", "union", "country"])
def test_axe_finds_nothing_on_any_kind_of_page(page: Page, sites: Path, kind: str, language: str) -> None:
    """Every kind of page of every kind of site, in each language, in light and dark: no violation of any rule."""
    pages = page_of_each_kind(sites / kind, language)
    expected = page_kinds().keys() - (set() if kind == "country" else {"dossier"})
    assert pages.keys() == expected
    found = {name: problems for name, path in pages.items() if (problems := violations(page, path))}
    assert found == {}
