"""Writes the fonts of the page and their metrics for the charts from the npm packages beside this script.

Run `npm ci` first; needs fonttools and brotli. static/fonts gets the woff2 files of the page, and advances.json in
pmm_site/render/charts the widths of their glyphs, with which charts lay out their lettering.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from fontTools.ttLib import TTFont

HERE = Path(__file__).parent
PACKAGES = HERE / "node_modules" / "@fontsource"
FONTS = HERE.parent / "static" / "fonts"
ADVANCES = HERE.parents[2] / "pmm_site" / "render" / "charts" / "advances.json"
WEIGHTS = (400, 700)
SUBSETS = (("noto-sans", "latin"), ("noto-sans", "latin-ext"), ("noto-sans-arabic", "arabic"))


def page_fonts() -> None:
    """The woff2 files, unchanged, and their licences."""
    FONTS.mkdir(parents=True, exist_ok=True)
    for package, subset in SUBSETS:
        for weight in WEIGHTS:
            source = PACKAGES / package / "files" / f"{package}-{subset}-{weight}-normal.woff2"
            shutil.copyfile(source, FONTS / f"noto-sans-{subset}-{weight}.woff2")
        shutil.copyfile(PACKAGES / package / "LICENSE", FONTS / f"LICENSE-{package}.txt")


def advances() -> None:
    """Thousandths of an em by weight and character of the Latin fonts."""
    table: dict[str, dict[str, int]] = {}
    for weight in WEIGHTS:
        widths: dict[str, int] = {}
        for subset in ("latin-ext", "latin"):
            font = TTFont(FONTS / f"noto-sans-{subset}-{weight}.woff2")
            scale = 1000 / font["head"].unitsPerEm
            widths.update({
                chr(code): round(font["hmtx"][glyph][0] * scale) for code, glyph in font.getBestCmap().items()
            })
        table[str(weight)] = dict(sorted(widths.items()))
    ADVANCES.write_text(json.dumps(table, ensure_ascii=True, separators=(",", ":")) + "\n", "ascii")


if __name__ == "__main__":
    page_fonts()
    advances()
