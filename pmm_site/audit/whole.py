"""What readers can also conclude where they know that values are whole numbers: counts of which none has a fraction."""

from __future__ import annotations

import math
from fractions import Fraction

Interval = tuple[Fraction, Fraction]


def whole_sums(number: int, printed: Interval, means: Interval) -> Interval:
    """The least and greatest sum of so many whole numbers whose mean is printed so.

    printed: half a step to each side of the figure; means: the part of it that the step's size leaves. A sum at an end
    counts only if its mean would be printed so: half a step goes to the even multiple, and of a step's decade the
    end that is further from zero has a coarser step.
    """
    step = printed[1] - printed[0]
    is_even = (printed[0] + step / 2) / step % 2 == 0
    least, greatest = math.ceil(means[0] * number), math.floor(means[1] * number)
    for end in (0, 1):
        reached = (least, greatest)[end] == means[end] * number
        is_own = means[end] == printed[end]
        outer = not is_own and (means[end] < 0 if end == 0 else means[end] > 0)
        if reached and (outer or (is_own and not is_even)):
            least, greatest = least + (end == 0), greatest - (end == 1)
    return Fraction(least), Fraction(greatest)


def whole_edges(edges: tuple[float, ...]) -> tuple[float, ...]:
    """Edges of bins of whole numbers, between the last number of a bin and the first of the next.

    So what a value can do in its bin is seen to end before the upper edge, which is in the next bin already.
    """
    halves = {math.ceil(edge) - Fraction(1, 2) for edge in edges[1:-1]}
    return (edges[0], *(float(half) for half in sorted(halves) if edges[0] < half < edges[-1]), edges[-1])
