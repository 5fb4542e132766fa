"""Writes the fonts of page and charts from the npm packages beside this script (`npm ci` first).

static/fonts gets the woff2 files of the page; pmm_site/render/charts/fonts gets the same glyphs as TrueType for
vl-convert, and the advance widths with which the charts lay out their labels. Needs fonttools and brotli.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from fontTools.merge import Merger
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

HERE = Path(__file__).parent
PACKAGES = HERE / "node_modules" / "@fontsource"
PAGE_FONTS = HERE.parent / "static" / "fonts"
CHART_FONTS = HERE.parents[2] / "pmm_site" / "render" / "charts" / "fonts"
WEIGHTS = (400, 700)


def page_fonts() -> None:
    """The woff2 files, unchanged, and their licences."""
    PAGE_FONTS.mkdir(parents=True, exist_ok=True)
    for weight in WEIGHTS:
        for package, subset in (("noto-sans", "latin"), ("noto-sans", "latin-ext"), ("noto-sans-arabic", "arabic")):
            source = PACKAGES / package / "files" / f"{package}-{subset}-{weight}-normal.woff2"
            shutil.copyfile(source, PAGE_FONTS / f"noto-sans-{subset}-{weight}.woff2")
    for package in ("noto-sans", "noto-sans-arabic"):
        shutil.copyfile(PACKAGES / package / "LICENSE", PAGE_FONTS / f"LICENSE-{package}.txt")


def chart_font(weight: int) -> TTFont:
    """One TrueType font of a weight with the Latin glyphs, without hints and alternates."""
    parts = []
    for subset in ("latin", "latin-ext"):
        font = TTFont(PAGE_FONTS / f"noto-sans-{subset}-{weight}.woff2")
        font.flavor = None
        options = Options(layout_features=["kern", "mark", "mkmk", "ccmp"], hinting=False, name_IDs=["*"])
        subsetter = Subsetter(options)
        subsetter.populate(unicodes=font.getBestCmap())
        subsetter.subset(font)
        part = CHART_FONTS / f"part-{subset}.ttf"
        font.save(part)
        parts.append(part)
    merged = Merger().merge([str(part) for part in parts])
    for part in parts:
        part.unlink()
    # The time of the merge is no part of the font.
    merged["head"].created = merged["head"].modified = 3_000_000_000
    merged.recalcTimestamp = False
    return merged


def chart_fonts() -> None:
    """The TrueType files and advances.json: thousandths of an em by weight and character."""
    CHART_FONTS.mkdir(parents=True, exist_ok=True)
    advances = {}
    for weight in WEIGHTS:
        font = chart_font(weight)
        font.save(CHART_FONTS / f"noto-sans-{weight}.ttf")
        scale = 1000 / font["head"].unitsPerEm
        glyphs = font.getBestCmap()
        advances[str(weight)] = {chr(code): round(font["hmtx"][glyphs[code]][0] * scale) for code in sorted(glyphs)}
    text = json.dumps(advances, ensure_ascii=True, separators=(",", ":"), indent=None)
    (CHART_FONTS / "advances.json").write_text(text + "\n", "ascii")
    shutil.copyfile(PACKAGES / "noto-sans" / "LICENSE", CHART_FONTS / "LICENSE-noto-sans.txt")


if __name__ == "__main__":
    page_fonts()
    chart_fonts()
