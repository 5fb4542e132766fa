"""Whether a theme's colours can be read: pairs of tokens that stand on each other, by the contrast of WCAG 2.2 AA."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
TEXT, MARK = 4.5, 3.0
"""The least contrast of text and of what is no text."""

_GROUNDS = ("paper", "sunken", "raised")
_TEXT_ON: tuple[tuple[str, str], ...] = (
    *((ink, ground) for ground in _GROUNDS for ink in ("ink", "ink-soft", "link", "link-hover", "accent", "own")),
    *((ink, ground) for ground in _GROUNDS for ink in ("well", "low", "undecided")),
    *((ink, f"{ink}-soft") for ink in ("well", "low", "undecided", "accent", "own")),
    ("ink", "accent-soft"), ("link", "own-soft"), ("ink-soft", "own-soft"), ("low", "own-soft"), ("well", "own-soft"),
    ("on-brand", "brand"), ("on-brand-soft", "brand"), ("on-brand", "brand-deep"), ("on-brand-soft", "brand-deep"),
    ("on-mark", "mark"), ("paper", "own"),
)  # fmt: skip
_MARKS_ON: tuple[tuple[str, str], ...] = tuple(
    (mark, "paper") for mark in ("dimension-1", "dimension-2", "dimension-3", "dimension-4", "rule-strong")
)
PAIRS = (*((*pair, TEXT) for pair in _TEXT_ON), *((*pair, MARK) for pair in _MARKS_ON))
"""(token in front, token behind, least contrast), for the light and for the dark scheme alike."""


class LowContrast(NamedTuple):
    """Two tokens of a scheme whose contrast is below the least; `ratio` is None where one is no colour like #1f6391."""

    scheme: str
    front: str
    behind: str
    ratio: float | None
    least: float


def low_contrasts(tokens: Mapping[str, Mapping[str, str]]) -> Iterator[LowContrast]:
    """Every pair that cannot be read well enough, or cannot be judged; a scheme lacks no token of the default theme."""
    for scheme in ("light", "dark"):
        for front, behind, least in PAIRS:
            ratio = contrast(tokens[scheme][front], tokens[scheme][behind])
            if ratio is None or ratio < least:
                yield LowContrast(scheme, front, behind, ratio, least)


def contrast(first: str, second: str) -> float | None:
    """The contrast ratio of two colours like #1f6391, from 1 to 21; None where one is written in another way."""
    if not (COLOUR.fullmatch(first) and COLOUR.fullmatch(second)):
        return None
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    """Relative luminance by WCAG 2, from 0 to 1."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
