"""Barriers: what an automatic tester finds in a real browser, and what readers do without mouse, width or motion."""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pmm_site.render.pages import page_kinds
from tests.reading.sites import page_of_each_kind

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


@pytest.mark.parametrize(
    ("kind", "language"),
    [*itertools.product(["public", "wco", "union", "country"], ["en", "fr"]), ("country", "ar")],
)
def test_axe_finds_nothing_on_any_kind_of_page(page: Page, sites: Path, kind: str, language: str) -> None:
    """Every kind of page of every kind of site, in each language, in light and dark: no violation of any rule."""
    pages = page_of_each_kind(sites / kind, language)
    expected = page_kinds().keys() - (set() if kind == "country" else {"dossier"})
    assert pages.keys() == expected
    found = {name: problems for name, path in pages.items() if (problems := violations(page, path))}
    assert found == {}


# --- by keyboard ------------------------------------------------------------------------------------

_FOCUS = """() => {
  const at = document.activeElement, style = getComputedStyle(at), box = at.getBoundingClientRect();
  const name = at.getAttribute('aria-label') || at.textContent || at.id;
  return { name: name.trim().replace(/\\s+/g, ' '), tag: at.tagName,
           ring: style.outlineStyle !== 'none' || style.boxShadow !== 'none' || Boolean(at.closest('svg')),
           seen: box.width > 0 && box.bottom > 0 && box.top < innerHeight };
}"""


def tab_to(page: Page, name: str, tag: str = "") -> dict[str, Any]:
    """Press Tab until something of a name has the focus; every stop on the way must be in sight and show its focus."""
    for _ in range(200):
        page.keyboard.press("Tab")
        stop: dict[str, Any] = page.evaluate(_FOCUS)
        assert stop["ring"], f"no focus to be seen on {stop}"
        assert stop["seen"], f"the focus is out of sight on {stop}"
        if name in stop["name"] and tag in stop["tag"]:
            return stop
    raise AssertionError(f"{name} cannot be reached by Tab")


def test_a_reader_walks_by_keyboard_from_home_to_a_figure(page: Page, sites: Path) -> None:
    """The first stop leads past the navigation; menus, cards, figures and their tables open without a mouse."""
    page.goto((sites / "country/en/index.html").as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate(_FOCUS)["name"] == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.goto((sites / "country/en/index.html").as_uri())
    tab_to(page, "Dimensions", "SUMMARY")
    page.keyboard.press("Enter")
    tab_to(page, "Trade", "A")
    page.keyboard.press("Escape")
    assert page.evaluate(_FOCUS)["name"] == "Dimensions"
    page.keyboard.press("Enter")
    tab_to(page, "Trade", "A")
    page.keyboard.press("Enter")
    page.wait_for_url("**/dimension/trade.html")
    tab_to(page, "Declarations", "A")
    page.keyboard.press("Enter")
    page.wait_for_url("**/kpi/declarations.html")
    tab_to(page, "Show the data as a table", "SUMMARY")
    page.keyboard.press("Enter")
    assert page.locator("#distribution table").is_visible()
    tab_to(page, "Values of this KPI (CSV)", "A")


def test_every_stop_of_the_keyboard_can_be_seen_and_left(page: Page, sites: Path) -> None:
    """From the top of the busiest pages Tab reaches the footer: nothing holds the focus, nothing hides it."""
    for name in ("kpi/declarations.html", "coverage.html", "dossier.html"):
        page.goto((sites / "country/en" / name).as_uri())
        tab_to(page, "pmm@example.org", "A")


def test_comparing_goes_by_keyboard(page: Page, sites: Path) -> None:
    """A KPI is added from its list and taken out again by its button."""
    page.goto((sites / "country/en/compare.html").as_uri() + "#k=declarations&w=all&c=c2")
    page.locator(".compare-table table").wait_for()
    page.locator("select[data-add=k]").focus()
    page.keyboard.type("Training")
    page.locator("[data-chips=k] button", has_text="Training").wait_for()
    chip = page.locator("[data-chips=k] button", has_text="Declarations")
    chip.focus()
    page.keyboard.press("Enter")
    chip.wait_for(state="detached")
    assert "k=training" in page.url
    assert page.evaluate("document.activeElement !== document.body"), "the focus is lost with the button"


# --- narrow, enlarged, still, on paper --------------------------------------------------------------


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_nothing_scrolls_sideways_at_400_percent(browser: Browser, sites: Path, language: str) -> None:
    """At 320 pixels, which is 400 % zoom of a usual window, every kind of page fits; tables scroll in their frames."""
    context = browser.new_context(viewport={"width": 320, "height": 256})
    opened = context.new_page()
    wide = {}
    for kind, path in page_of_each_kind(sites / "country", language).items():
        opened.goto(path.as_uri())
        width = opened.evaluate("document.documentElement.scrollWidth")
        if width > 320:
            wide[kind] = width
    context.close()
    assert wide == {}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_nothing_scrolls_sideways_on_a_tablet(browser: Browser, sites: Path, language: str) -> None:
    """Between a phone's cards and a desk's width, as at 200 % zoom, wide tables scroll in their own frames."""
    context = browser.new_context()
    opened = context.new_page()
    pages = page_of_each_kind(sites / "country", language)
    wide = {}
    for kind in ("dossier", "member", "capacity", "performance", "changes"):
        opened.goto(pages[kind].as_uri())
        for width in (660, 700, 760, 860):
            opened.set_viewport_size({"width": width, "height": 600})
            if (needed := opened.evaluate("document.documentElement.scrollWidth")) > width:
                wide[kind, width] = needed
    context.close()
    assert wide == {}


def test_a_phone_keeps_the_scale_and_the_words_above_a_table(browser: Browser, sites: Path) -> None:
    """As cards, a Member's values keep their picture and leave out empty cells; a caption takes the whole line."""
    context = browser.new_context(viewport={"width": 390, "height": 800})
    opened = context.new_page()
    opened.goto((sites / "country/en/dossier.html").as_uri())
    assert opened.locator("td.scale svg").first.is_visible()
    assert not any(each.is_visible() for each in opened.locator("td.none").all())
    opened.goto((sites / "country/en/performance.html").as_uri())
    caption = opened.locator("table.cards caption:not(.visually-hidden)").first.bounding_box()
    assert caption is not None
    assert caption["width"] > 300
    context.close()


def test_a_country_meets_its_own_results_first(browser: Browser, sites: Path) -> None:
    """On a phone the way to the own results is in the first view, and each figure of the overview on one line."""
    context = browser.new_context(viewport={"width": 320, "height": 640})
    opened = context.new_page()
    opened.goto((sites / "country/fr/index.html").as_uri())
    box = opened.locator(".own-entry .button").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 640
    fits = """all => all.every((each) => each.scrollWidth <= each.clientWidth
      && each.clientHeight < 1.5 * parseFloat(getComputedStyle(each).fontSize))"""
    assert opened.locator(".hero .figure").evaluate_all(fits)
    context.close()


def test_ahead_and_behind_differ_where_colours_are_the_readers(browser: Browser, sites: Path) -> None:
    """In forced colours a standing keeps its shape, and only the current page is underlined in the navigation."""
    context = browser.new_context(forced_colors="active")
    opened = context.new_page()
    opened.goto((sites / "country/en/dossier.html").as_uri())
    shapes = opened.evaluate(
        """() => ['ahead', 'behind', 'level'].map((kind) => {
          const made = document.createElement('span');
          made.className = 'standing ' + kind;
          document.body.append(made);
          const { clipPath, blockSize } = getComputedStyle(made, '::before');
          return clipPath + blockSize;
        })"""
    )
    assert len(set(shapes)) == 3
    line = "each => getComputedStyle(each).borderBlockEndColor"
    ground = opened.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    entries = opened.locator(".main-navigation .wrap > ul > li > a")
    underlined = [each for each in entries.all() if each.evaluate(line) != ground]
    assert [each.get_attribute("aria-current") for each in underlined] == ["page"]
    context.close()


def test_who_asks_for_stillness_gets_it(browser: Browser, sites: Path) -> None:
    """With reduced motion no element of home, KPI and compare page moves or fades."""
    context = browser.new_context(reduced_motion="reduce")
    opened = context.new_page()
    for name in ("index.html", "kpi/declarations.html", "compare.html"):
        opened.goto((sites / "country/en" / name).as_uri())
        moving = opened.evaluate(
            """() => [...document.querySelectorAll('*')].filter((each) => {
              const style = getComputedStyle(each);
              return style.transitionDuration !== '0s' || style.animationName !== 'none'
                || style.scrollBehavior === 'smooth';
            }).map((each) => each.className)"""
        )
        assert moving == [], name
    context.close()


def test_paper_has_the_figures_and_the_mark_and_no_navigation(browser: Browser, sites: Path) -> None:
    """Printed from a dark screen: dark on light, folded tables open, the handling mark, nothing that only leads on."""
    context = browser.new_context(color_scheme="dark")
    opened = context.new_page()
    opened.goto((sites / "country/en/kpi/declarations.html").as_uri())
    opened.emulate_media(media="print", color_scheme="dark")
    opened.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert not opened.locator(".main-navigation").is_visible()
    assert opened.locator("#distribution table").is_visible()
    assert opened.locator(".mark").first.is_visible()
    assert opened.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"
    dark_ink = opened.evaluate("getComputedStyle(document.querySelector('h1')).color")
    assert max(map(int, re.findall(r"\d+", dark_ink))) < 90
    context.close()
