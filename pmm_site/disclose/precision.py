"""What a rounded mean says about the mean.

`steps.rounded` goes to the nearest multiple of the step, ties to the even one. A reader may therefore conclude
`rounded - step / 2 <= mean <= rounded + step / 2` and nothing narrower, except where the steps themselves speak:
steps of significant digits follow the mean's power of ten, so whoever sees the step knows the decade.
"""

from __future__ import annotations

import math
from decimal import Decimal

from pmm_site.disclose.steps import rounded
from pmm_site.model import Kpi

ANYTHING = (-math.inf, math.inf)


def interval_of_mean(mean: float | Decimal, step: Decimal) -> tuple[float, float]:
    """What a mean rounded to the step says about it: [rounded - step / 2, rounded + step / 2]."""
    centre = rounded(mean, step)
    return float(centre - step / 2), float(centre + step / 2)


def interval_by_steps(kpi: Kpi, mean: float) -> tuple[float, float]:
    """What the choice of steps alone says about a mean: its decade where they are significant digits, else nothing.

    A mean of zero has the steps of one unit digit, which together with a figure of zero says that it is zero.
    """
    if kpi.roundings is not None or not kpi.unit.is_quantity:
        return ANYTHING
    if not mean:
        return 0.0, 0.0
    power = Decimal(repr(float(abs(mean)))).adjusted()
    least, greatest = float(Decimal(1).scaleb(power)), float(Decimal(1).scaleb(power + 1))
    return (least, greatest) if mean > 0 else (-greatest, -least)


def interval_of_sum(
    mean: float | Decimal, step: Decimal, by_steps: tuple[float, float], number: int, *, whole: bool
) -> tuple[float, float]:
    """What a mean of so many values, rounded, says about their sum; `by_steps`: what its steps say about the mean.

    A sum of whole numbers is whole: most printed means of counts give it exactly. An end counts only where its mean
    would be printed so: half a step goes to the even multiple, and a decade ends before the next one begins.
    """
    if not whole:
        lower, upper = interval_of_mean(mean, step)
        return number * max(lower, by_steps[0]), number * min(upper, by_steps[1])
    centre = rounded(mean, step)
    ends = number * (centre - step / 2), number * (centre + step / 2)
    least, greatest = math.ceil(ends[0]), math.floor(ends[1])
    if centre / step % 2:
        least, greatest = least + (least == ends[0]), greatest - (greatest == ends[1])
    if math.isfinite(by_steps[0]) and math.isfinite(by_steps[1]):
        first, last = (number * Decimal(repr(each)) for each in by_steps)
        least = max(least, math.ceil(first) + (first < 0 and first == math.ceil(first)))
        greatest = min(greatest, math.floor(last) - (last > 0 and last == math.floor(last)))
    return float(least), float(greatest)
