"""The verdict on a KPI: does the skewness of its values lean towards the desired end, and surely so?

A positive coefficient is values piled up low with a tail towards high ones, which the committee papers
call "skewed towards lower values on the left".
"""

from __future__ import annotations

from collections.abc import Sequence

from pmm_site.model import Direction, DisclosurePolicy, Performance, Verdict
from pmm_site.skewness import skewness


def verdict(values: Sequence[float], direction: Direction, policy: DisclosurePolicy) -> Verdict:
    """Skewness of the values and the performance class that it gives against the desired end.

    The skewness is the adjusted Fisher-Pearson coefficient G1. With direction `higher` a negative one is
    WELL and a positive one LOW, with `lower` the other way round. INCONCLUSIVE where the 95 % interval of
    the skewness holds 0. NOT_EVALUABLE with direction `none`, fewer values than
    `policy.performance_contributors` (never fewer than 3) or no variation; the last two have no skewness.

    The interval is a percentile bootstrap. Between the two usual kinds the choice was measured, on 600 samples
    each of 10 to 187 values, by what is asked of it: how often is a side taken although the population is
    symmetric? Percentile: 0 to 6 % for normal, uniform and beta(2, 2) populations, at most 9.5 % with heavy
    tails (Student, 5 degrees of freedom). Bias-corrected and accelerated: 3 to 12 %, and 17 to 25 % with
    heavy tails. That one finds more in small samples (exponential population, 15 values: 66 % against 38 %) and
    covers the coefficient itself somewhat better, but a wrong verdict costs more than a missing one. From 45
    values on both find a strong skewness nearly always (exponential 99.5 %, beta(8, 1.2) 94 % or more).

    The result depends on the values only: neither their order nor a change of origin or unit matters, and
    mirrored values give the mirrored verdict.
    """
    number = len(values)
    if number < max(policy.performance_contributors, 3):
        return Verdict(None, Performance.NOT_EVALUABLE)
    found = skewness(values)
    if found.coefficient is None:
        return Verdict(None, Performance.NOT_EVALUABLE)
    if direction is Direction.NONE:
        return Verdict(found.coefficient, Performance.NOT_EVALUABLE)
    if not found.side:
        return Verdict(found.coefficient, Performance.INCONCLUSIVE)
    well = (found.side < 0) == (direction is Direction.HIGHER)
    return Verdict(found.coefficient, Performance.WELL if well else Performance.LOW)
