"""The colours of charts, by role. Each stands as a plain attribute in the SVG, readable without a stylesheet.

static/css/charts.css maps each of these values to a custom property, so that a theme, the dark scheme and
print recolour the same SVG. Every role has a value of its own, since the value is the key.
"""

from __future__ import annotations

import enum


class Colour(enum.StrEnum):
    """A role and its colour on light paper; the custom property is `--chart-` and the name in lower case."""

    INK = "#1b2733"
    SOFT = "#55636f"
    AXIS = "#8794a0"
    GRID = "#dde4e9"
    TRACK = "#eef2f5"
    PAPER = "#fffffe"
    MAIN = "#1f6391"
    PALE = "#9dc0d8"
    OWN = "#a3195b"
    OWN_PALE = "#cc7aa1"
    REFERENCE = "#2b3844"
    WELL = "#17766b"
    LOW = "#c4572e"
    INCONCLUSIVE = "#8b98a5"
    NOT_EVALUABLE = "#d0d8df"
    IN_USE = "#1f6390"
    PLANNED = "#7fb0d0"
    NOT_PLANNED = "#d5dee6"
    STEP_1 = "#d4e4f0"
    STEP_2 = "#a3c6df"
    STEP_3 = "#689fc6"
    STEP_4 = "#2f75a6"
    STEP_5 = "#124b77"
    SHOWN = "#1f6392"
    HIGH = "#9c3d1f"

    @property
    def custom_property(self) -> str:
        """The name of the CSS custom property that recolours this role."""
        return "--chart-" + self.name.lower().replace("_", "-")


STEPS = (Colour.STEP_1, Colour.STEP_2, Colour.STEP_3, Colour.STEP_4, Colour.STEP_5)
