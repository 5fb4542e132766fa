"""How heavy pages are: what a browser transfers with gzip until the first view of a page stands."""

from __future__ import annotations

import gzip
import posixpath
import re
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Route

    from tests.conftest import Built

WITH_SCRIPT, WITHOUT_SCRIPT = 200_000, 120_000
FONTS = ("fonts/noto-sans-latin-400.woff2", "fonts/noto-sans-latin-700.woff2")
"""What English and French load of the font; the other files are fetched only for other letters."""

_LOADED = re.compile(r'<(script|link)\b[^>]*?\s(?:src|href)="([^"]+)"[^>]*>')
_STARTED = re.compile(r'data-(?:data|values)="([^"]+)"')


@cache
def transferred(path: Path) -> int:
    """Bytes of a file as a server sends it: text compressed, fonts as they are."""
    content = path.read_bytes()
    return len(content) if path.suffix == ".woff2" else len(gzip.compress(content, 6, mtime=0))


def first_view(root: Path, page: Path) -> tuple[int, int]:
    """Bytes for the first view of a page with script, and without."""
    html = page.read_text("utf-8")
    plain = transferred.__wrapped__(page) + sum(transferred(root / "assets" / font) for font in FONTS)
    scripts = 0
    for tag, address in _LOADED.findall(html):
        if tag == "script":
            scripts += transferred(resolved(page, address))
        elif not address.startswith("https:") and not address.endswith(".html"):
            plain += transferred(resolved(page, address))
    scripts += sum(transferred(resolved(page, address)) for address in _STARTED.findall(html))
    return plain + scripts, plain


def resolved(page: Path, address: str) -> Path:
    """The file that an address on a page names."""
    return Path(posixpath.normpath(page.parent.as_posix() + "/" + address))


@pytest.mark.parametrize("site", ["public", "wco", "union-eac", "country-ken"])
def test_every_page_is_light(built: Built, site: str) -> None:
    """Each page of a real site, dossier, coverage and comparison too, is below the limits with script and without."""
    root = built.shipped() / "sites" / site
    weights = {path: first_view(root, path) for path in root.glob("*/**/*.html")}
    assert len(weights) > 200
    heavy = {path for path, (script, plain) in weights.items() if script > WITH_SCRIPT or plain > WITHOUT_SCRIPT}
    assert heavy == set()


def test_nothing_waits_for_a_script(built: Built) -> None:
    """Scripts are deferred, but for one of a few hundred bytes that keeps the chosen colours from flashing."""
    root = built.shipped() / "sites/public"
    for path in root.glob("*/**/*.html"):
        blocking = re.findall(r'<script src="([^"]+)">', path.read_text("utf-8").split("</head>")[0])
        assert [posixpath.basename(each) for each in blocking] == ["early.js"], path
    assert transferred(root / "assets/js/early.js") < 500


_SHIFTS = """window.shifts = [];
new PerformanceObserver((list) => shifts.push(...list.getEntries().map((entry) => entry.value)))
  .observe({ type: 'layout-shift', buffered: true });"""


@pytest.mark.browser
@pytest.mark.parametrize("name", ["fr/index.html", "fr/kpi/declarations.html"])
def test_nothing_moves_when_the_font_arrives(browser: Browser, sites: Path, name: str) -> None:
    """On a phone with a slow line the page stands in a font of the same widths until its own is there."""

    def answer(route: Route) -> None:
        path = sites / "public" / urlsplit(route.request.url).path.lstrip("/")
        if path.suffix == ".woff2":
            time.sleep(0.4)
        route.fulfill(path=path)

    context = browser.new_context(viewport={"width": 412, "height": 823})
    context.route("http://site.test/**", answer)
    context.add_init_script(_SHIFTS)
    page = context.new_page()
    page.goto(f"http://site.test/{name}")
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(200)
    loaded = page.evaluate("[...document.fonts].filter((font) => font.status === 'loaded').map((font) => font.family)")
    moved = page.evaluate("shifts.reduce((sum, each) => sum + each, 0)")
    context.close()
    assert any("Noto Sans" in family for family in loaded)
    assert moved < 0.02
