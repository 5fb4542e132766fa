"""How wide a reader's interval of a value must be, by the table of the rules (reference: disclosure, 2.1)."""

from __future__ import annotations

import math
from collections.abc import Sequence

from pmm_site.model import Protection


def protection(
    rule: Protection | None, is_quantity: bool, value: float, scale: float, *, whole: bool
) -> tuple[float, float]:
    """How far an interval must reach to each side and in all, in the KPI's unit; without a rule it is closed.

    whole: readers know that the value is a whole number, and of an interval they believe its whole numbers only.
    """
    if rule is None:
        return math.inf, math.inf
    if not is_quantity:
        return rule.side * scale, rule.width * scale
    side, width = max(rule.side * abs(value), rule.floor * scale), max(rule.width * abs(value), 2 * rule.floor * scale)
    return (max(side, 1.0), max(width, 2.0)) if whole else (side, width)


def quantile(ordered: Sequence[float], fraction: float) -> float:
    """The linear quantile of sorted values; 0 of none."""
    if not ordered:
        return 0.0
    position = fraction * (len(ordered) - 1)
    below = int(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - below)
