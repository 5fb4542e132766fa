"""Charts as a browser draws them: in the font of the page, nothing clipped, nothing over another, in every scheme."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pmm_site.render import packaged_themes
from pmm_site.render.theme import load_theme
from tests.render.chart_gallery import gallery

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

LANGUAGES = ("en", "fr")


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page per language with a chart of every kind, and the assets of the default theme beside it."""
    folder = tmp_path_factory.mktemp("charts")
    for path, content in load_theme("default", [packaged_themes()]).static_files().items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    for language in LANGUAGES:
        figures = "".join(
            f'<figure class="chart" data-name="{name}" data-highlight="H" data-keep="K"><figcaption><h3>{name}</h3>'
            f'</figcaption><div class="drawing">{chart.svg}</div></figure>'
            for name, chart in gallery(language).items()
        )
        (folder / f"{language}.html").write_text(
            f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>Charts</title>'
            f'<meta http-equiv="Content-Security-Policy" content="default-src \'self\'">'
            f'<link rel="stylesheet" href="theme.css"><script defer src="js/charts.js"></script></head>'
            f'<body><main>{figures}</main><div data-chart-switch><p data-chart-name="Region" id="one">1</p>'
            f'<p data-chart-name="Income" id="two">2</p></div></body></html>'
        )
    return folder


@pytest.fixture(params=LANGUAGES)
def page(request: pytest.FixtureRequest, browser: Browser, shelf: Path) -> Iterator[Page]:
    """The page of a language, opened from the disk."""
    context = browser.new_context(viewport={"width": 700, "height": 900})
    opened = context.new_page()
    opened.goto((shelf / f"{request.param}.html").as_uri())
    opened.evaluate("document.fonts.ready")
    yield opened
    context.close()


TEXTS = """() => [...document.querySelectorAll('figure.chart')].map((figure) => {
  const svg = figure.querySelector('svg');
  const [, , width, height] = svg.getAttribute('viewBox').split(' ').map(Number);
  const frame = svg.getBoundingClientRect(), scale = width / frame.width;
  return { name: figure.dataset.name, width, height, texts: [...svg.querySelectorAll('text')].map((text) => {
    const box = text.getBoundingClientRect();
    return { said: text.textContent, left: (box.left - frame.left) * scale, right: (box.right - frame.left) * scale,
             top: (box.top - frame.top) * scale, bottom: (box.bottom - frame.top) * scale,
             own: Boolean(text.closest('.own')), upright: Boolean(text.getAttribute('transform')) };
  }) };
})"""


def test_no_label_is_clipped(page: Page) -> None:
    """Every text lies inside its picture, as measured by the browser."""
    charts = page.evaluate(TEXTS)
    assert len(charts) == len(gallery())
    for chart in charts:
        for text in chart["texts"]:
            across = text["left"] > -1 and text["right"] < chart["width"] + 1
            down = text["top"] > -1 and text["bottom"] < chart["height"] + 2
            assert (across, down) == (True, True), (chart["name"], text)


def test_no_label_stands_on_another(page: Page) -> None:
    """No two texts of a picture overlap by more than the air of their lines; the own mark has a halo and may."""

    def meet(one: dict[str, Any], other: dict[str, Any]) -> bool:
        if one["upright"] and other["upright"]:
            return False  # their boxes are as wide as a line, their letters are not
        across = min(one["right"], other["right"]) - max(one["left"], other["left"])
        down = min(one["bottom"], other["bottom"]) - max(one["top"], other["top"])
        return across > 1 and down > 7

    for chart in page.evaluate(TEXTS):
        texts = [text for text in chart["texts"] if not text["own"] and text["said"]]
        for at, one in enumerate(texts):
            for other in texts[at + 1 :]:
                assert not meet(one, other), (chart["name"], one["said"], other["said"])


def test_text_is_text_in_the_font_of_the_page(page: Page) -> None:
    """Every text is drawn in Noto Sans alone, glyph by glyph, as the browser's own fonts report."""
    session = page.context.new_cdp_session(page)
    session.send("DOM.enable")
    session.send("CSS.enable")
    root = session.send("DOM.getDocument", {"depth": -1})["root"]["nodeId"]
    nodes = session.send("DOM.querySelectorAll", {"nodeId": root, "selector": "svg.chart text"})["nodeIds"]
    assert len(nodes) > 100
    families = set()
    for node in nodes:
        for font in session.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]:
            families.add((font["familyName"], font["isCustomFont"]))
    assert families == {("Noto Sans", True)}


COLOURS = """() => Object.fromEntries([...document.querySelectorAll('svg.chart [fill^="#"]')].map((mark) =>
  [mark.getAttribute('fill'), getComputedStyle(mark).fill]))"""


def test_dark_and_paper_recolour_the_same_picture(page: Page) -> None:
    """The dark scheme changes the inks; paper is light whatever the scheme."""
    light = page.evaluate(COLOURS)
    page.emulate_media(color_scheme="dark")
    dark = page.evaluate(COLOURS)
    page.emulate_media(color_scheme="dark", media="print")
    paper = page.evaluate(COLOURS)
    assert paper == light
    assert all(dark[each] != light[each] for each in ("#1b2733", "#1f6391", "#17766b", "#eef2f5"))


def test_a_tooltip_by_keyboard_and_pointer(page: Page) -> None:
    """Each picture is one stop; arrows go through its marks, each is told; Escape puts the tip away."""
    figure = page.locator('figure[data-name="groups"]')
    figure.locator('[tabindex="0"]').focus()
    tip = page.locator(".chart-tip")
    first = tip.text_content()
    assert first
    assert first.replace("\u00a0:", ":").startswith("World: 76.4%")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert tip.text_content() != first
    page.keyboard.press("Escape")
    assert not tip.is_visible()
    figure.locator("[data-label]").first.hover()
    assert tip.is_visible()
    assert tip.text_content() == first
    assert tip.get_attribute("aria-live") == "polite"


def test_no_tooltip_says_undefined(page: Page) -> None:
    """Every mark that can be pointed at has words."""
    marks = page.locator("svg.chart [tabindex]")
    labels = marks.evaluate_all("(marks) => marks.map((mark) => mark.getAttribute('aria-label'))")
    assert len(labels) > 60
    assert all(label and "undefined" not in label for label in labels)


def test_a_member_is_picked_out(page: Page) -> None:
    """The picker of the dot plot lists the Members by name, and marks the chosen one."""
    figure = page.locator('figure[data-name="values"]')
    figure.locator("select").select_option(label="Kenya")
    assert figure.locator(".highlighted").get_attribute("data-key") == "KEN"
    said = page.locator(".chart-tip").text_content() or ""
    assert said.replace("\u00a0:", ":").startswith("Kenya: 72")


def test_a_switch_shows_one_chart_of_several(page: Page) -> None:
    """Charts that stand together are shown one at a time, chosen by buttons that tell their state; paper has all."""
    first, second = page.locator("#one"), page.locator("#two")
    assert first.is_visible()
    assert not second.is_visible()
    page.get_by_role("button", name="Income").click()
    assert second.is_visible()
    assert not first.is_visible()
    assert page.get_by_role("button", name="Income").get_attribute("aria-pressed") == "true"
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert first.is_visible()
    assert second.is_visible()
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert second.is_visible()
    assert not first.is_visible()


@pytest.mark.parametrize("kind", ["groups", "values", "map"])
def test_pictures_are_kept_as_png_and_svg(page: Page, tmp_path: Path, kind: str) -> None:
    """Both downloads work from the disk under the strict policy: a PNG that is not empty, an SVG that stands alone."""
    figure = page.locator(f'figure[data-name="{kind}"]')
    found = {}
    for name in ("PNG", "SVG"):
        with page.expect_download() as download:
            figure.get_by_role("button", name=name).click()
        path = tmp_path / download.value.suggested_filename
        download.value.save_as(path)
        found[name] = path
    assert found["PNG"].read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert found["PNG"].stat().st_size > 8000
    svg = found["SVG"].read_text("utf-8")
    assert svg.startswith("<svg")
    assert "var(" not in svg
    assert "data-key" not in svg
    assert 'fill="rgb(' in svg


def test_the_page_obeys_its_policy(browser: Browser, shelf: Path) -> None:
    """No error and no breach of the policy while charts are enhanced."""
    context = browser.new_context()
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto((shelf / "en.html").as_uri())
    page.locator(".chart-tools").first.wait_for()
    context.close()
    assert said == []
