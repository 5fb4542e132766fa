"""How wide a label is: the advance widths of the font that page and charts share.

Charts lay out their own labels, so that nothing depends on the fonts of the machine that draws.
"""

from __future__ import annotations

import functools
import json
import unicodedata
from collections.abc import Mapping
from pathlib import Path

FONT_FAMILY = "Noto Sans"
MOST_LINES = 3
"""Lines that a label may have."""

# A glyph the table lacks (another script) is drawn by a fallback font of about this width.
_UNKNOWN_ADVANCE = 640
_WIDTHLESS = frozenset("\u200e\u200f\u2068\u2069")  # they steer the direction of text


@functools.cache
def _advances() -> Mapping[int, Mapping[str, int]]:
    table = json.loads((Path(__file__).parent / "advances.json").read_text("ascii"))
    return {int(weight): widths for weight, widths in table.items()}


def drawable(text: str) -> str:
    """The text with the narrow no-break space, which the font lacks, as an ordinary no-break space."""
    return text.replace("\u202f", "\u00a0")


def steered(line: str) -> str:
    """A line as a chart writes it: letters from right to left run so, though the chart runs from left to right."""
    if any(unicodedata.bidirectional(character) in ("R", "AL") for character in line):
        return f"\u2067{line}\u2069"
    return line


@functools.lru_cache(maxsize=20_000)
def text_width(text: str, size: float, weight: int = 400) -> float:
    """Width of one line in pixels at a font size in pixels (kerning, which only narrows, is not counted)."""
    widths = _advances()[weight]
    drawn = (character for character in text if character not in _WIDTHLESS)
    return sum(widths.get(character, _UNKNOWN_ADVANCE) for character in drawn) * size / 1000


def wrapped(text: str, size: float, available: float, weight: int = 400) -> tuple[str, ...]:
    """The lines of a label no wider than `available` pixels; what exceeds `MOST_LINES` ends in an ellipsis.

    A word that is wider than a line alone is cut there.
    """
    lines: list[str] = []
    for word in drawable(text).split(" "):
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(joined, size, weight) <= available:
            lines[-1] = joined
        else:
            lines.append(word)
    kept = lines[:MOST_LINES]
    if len(lines) > MOST_LINES:
        kept[-1] += "…"
    return tuple(shortened(line, size, available, weight) for line in kept)


def shortened(text: str, size: float, available: float, weight: int = 400) -> str:
    """One line no wider than `available` pixels, cut with an ellipsis where it must be."""
    line = drawable(text)
    if text_width(line, size, weight) <= available:
        return line
    bare = line.removesuffix("…")
    while bare and text_width(bare.rstrip() + "…", size, weight) > available:
        bare = bare[:-1]
    return bare.rstrip() + "…"
