"""The verdict on a KPI: does the skewness of its values lean towards the desired end, and surely so?

A positive coefficient is values piled up low with a tail towards high ones, which the committee papers
call "skewed towards lower values on the left".
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from pmm_site.model import Direction, DisclosurePolicy, Performance, Verdict

RESAMPLES = 2000
"""Bootstrap samples: an even number, for they come in mirrored pairs."""

TAIL = RESAMPLES * 25 // 1000
"""Samples cut off on each side of the 95 % interval."""

PORTIONS = 8
"""Portions that the samples are reckoned in; divides RESAMPLES."""

SAME = 1e-9
"""An end of the interval this near to 0 is 0: the last digits, which machines round differently, decide nothing."""

Floats = npt.NDArray[np.float64]


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
    coefficient, low, high = _skewness(tuple(sorted(values)))
    if coefficient is None:
        return Verdict(None, Performance.NOT_EVALUABLE)
    if direction is Direction.NONE:
        return Verdict(coefficient, Performance.NOT_EVALUABLE)
    if low <= SAME and high >= -SAME:
        return Verdict(coefficient, Performance.INCONCLUSIVE)
    piled_up_high = high < 0
    well = piled_up_high == (direction is Direction.HIGHER)
    return Verdict(coefficient, Performance.WELL if well else Performance.LOW)


@lru_cache(maxsize=65536)
def _skewness(ordered: tuple[float, ...]) -> tuple[float | None, float, float]:
    """Skewness with the ends of its 95 % interval, for sorted values; (None, 0, 0) without variation."""
    number = len(ordered)
    spread = ordered[-1] - ordered[0]
    if not spread > 1e-12 * max(abs(ordered[0]), abs(ordered[-1])):
        return None, 0.0, 0.0
    middle = (ordered[0] + ordered[-1]) / 2
    scaled = (np.array(ordered) - middle) / spread
    samples = np.partition(_coefficients(scaled, _weights(number)), (TAIL - 1, RESAMPLES - TAIL))
    deviations = [(value - middle) / spread for value in ordered]
    return _coefficient(deviations), float(samples[TAIL - 1]), float(samples[RESAMPLES - TAIL])


def _coefficient(values: Sequence[float]) -> float:
    """Adjusted Fisher-Pearson coefficient of at least three values that vary; sums are exactly rounded."""
    number = len(values)
    mean = math.fsum(values) / number
    second = math.fsum((value - mean) ** 2 for value in values) / number
    third = math.fsum((value - mean) ** 3 for value in values) / number
    return third / (second * math.sqrt(second)) * math.sqrt(number * (number - 1)) / (number - 2)


def _coefficients(scaled: Floats, weights: npt.NDArray[np.uint8]) -> Floats:
    """Skewness of every sample: weights (samples, values) tell how often each value was drawn.

    A sample without variation counts as 0: it says nothing for either side.
    """
    number = len(scaled)
    powers = np.stack([scaled, scaled**2, scaled**3], axis=1)
    # In portions that the linear algebra library keeps on one thread: on a busy machine its threads cost tenfold.
    portions = weights.astype(np.float64).reshape(PORTIONS, -1, number)
    first, second, third = ((portions @ powers).reshape(-1, 3) / number).T
    variance = second - first**2
    varies = variance > 1e-12
    moment = third - 3 * first * second + 2 * first**3
    ratio = np.where(varies, moment / np.where(varies, variance, 1.0) ** 1.5, 0.0)
    return np.asarray(ratio * math.sqrt(number * (number - 1)) / (number - 2))


@lru_cache(maxsize=64)
def _weights(number: int) -> npt.NDArray[np.uint8]:
    """How often each of the sorted values is drawn in each bootstrap sample: shape (RESAMPLES, number).

    The seed is the number of values: the same samples on every machine, for every order of rows. Each
    sample stands beside its mirror image, so that mirrored values have exactly the mirrored interval.
    """
    generator = np.random.Generator(np.random.PCG64(number))
    half = RESAMPLES // 2
    drawn = generator.integers(0, number, size=(half, number))
    flat = (drawn + np.arange(half)[:, None] * number).ravel()
    weights = np.bincount(flat, minlength=half * number).reshape(half, number).astype(np.uint8)
    return np.concatenate([weights, weights[:, ::-1]])
