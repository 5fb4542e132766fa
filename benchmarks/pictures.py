"""The pictures of the documentation, taken from built sites by Chromium.

Run: python -m benchmarks.pictures build/sites docs/pictures
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import sync_playwright

CHROMIUM = "/usr/bin/chromium"


class Picture(NamedTuple):
    """A page of a site in a window of so many pixels, light or dark."""

    site: str
    page: str
    width: int
    height: int
    scheme: str = "light"


PICTURES = {
    "kpi-public.png": Picture("public", "en/kpi/data-standardization.html", 1200, 1000),
    "country-kenya.png": Picture("country-ken", "en/kpi/average-import-release-time.html", 1200, 1000),
    "home-phone-dark.png": Picture("public", "en/index.html", 390, 1200, "dark"),
}


def take(sites: Path, folder: Path) -> None:
    """Take every picture from the sites in a folder, as they open from the disk."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for name, picture in PICTURES.items():
            _take(browser, picture, sites, folder / name)
        browser.close()


def _take(browser: Any, picture: Picture, sites: Path, target: Path) -> None:
    size = {"width": picture.width, "height": picture.height}
    page = browser.new_page(viewport=size, color_scheme=picture.scheme)
    page.goto((sites / picture.site / picture.page).absolute().as_uri())
    page.screenshot(path=target)
    page.close()


if __name__ == "__main__":
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("sites", type=Path)
    words.add_argument("folder", type=Path)
    given = words.parse_args()
    take(given.sites, given.folder)
