"""Skewness of values and how sure its sign is: the adjusted Fisher-Pearson coefficient and a bootstrap interval.

Samples are the same on every machine and for every order of the values.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

RESAMPLES = 2000
"""Bootstrap samples: an even number, for they come in mirrored pairs."""

TAIL = RESAMPLES * 25 // 1000
"""Samples cut off on each side of the 95 % interval."""

PORTIONS = 8
"""Portions that the samples are reckoned in; divides RESAMPLES."""

SAME = 1e-9
"""An end of the interval this near to 0 is 0: the last digits, which machines round differently, decide nothing."""

Floats = npt.NDArray[np.float64]


class Skewness(NamedTuple):
    """The coefficient, None without variation, and the ends of its 95 % interval."""

    coefficient: float | None
    low: float
    high: float

    @property
    def side(self) -> int:
        """-1 where the long tail is surely of low values, 1 where of high ones, 0 where the interval holds 0."""
        if self.low <= SAME and self.high >= -SAME:
            return 0
        return -1 if self.high < 0 else 1


def skewness(values: Sequence[float]) -> Skewness:
    """The skewness of at least three values; neither their order nor a change of origin or unit matters."""
    return _skewness(tuple(sorted(values)))


@lru_cache(maxsize=65536)
def _skewness(ordered: tuple[float, ...]) -> Skewness:
    """The skewness of sorted values; (None, 0, 0) without variation."""
    number = len(ordered)
    spread = ordered[-1] - ordered[0]
    if not spread > 1e-12 * max(abs(ordered[0]), abs(ordered[-1])):
        return Skewness(None, 0.0, 0.0)
    middle = (ordered[0] + ordered[-1]) / 2
    scaled = (np.array(ordered) - middle) / spread
    samples = np.partition(_coefficients(scaled, _portions(number)), (TAIL - 1, RESAMPLES - TAIL))
    deviations = [(value - middle) / spread for value in ordered]
    return Skewness(_coefficient(deviations), float(samples[TAIL - 1]), float(samples[RESAMPLES - TAIL]))


def _coefficient(values: Sequence[float]) -> float:
    """Adjusted Fisher-Pearson coefficient of at least three values that vary; sums are exactly rounded."""
    number = len(values)
    mean = math.fsum(values) / number
    second = math.fsum((value - mean) ** 2 for value in values) / number
    third = math.fsum((value - mean) ** 3 for value in values) / number
    return third / (second * math.sqrt(second)) * math.sqrt(number * (number - 1)) / (number - 2)


def _coefficients(scaled: Floats, portions: Floats) -> Floats:
    """Skewness of every sample: portions (of samples, samples, values) say how often each value was drawn.

    A sample without variation counts as 0: it says nothing for either side.
    """
    number = len(scaled)
    powers = np.stack([scaled, scaled**2, scaled**3], axis=1)
    first, second, third = ((portions @ powers).reshape(-1, 3) / number).T
    variance = second - first**2
    varies = variance > 1e-12
    moment = third - 3 * first * second + 2 * first**3
    ratio = np.where(varies, moment / np.where(varies, variance, 1.0) ** 1.5, 0.0)
    return np.asarray(ratio * math.sqrt(number * (number - 1)) / (number - 2))


@lru_cache(maxsize=4)
def _portions(number: int) -> Floats:
    """The weights of the samples in portions that the linear algebra library keeps on one thread.

    On a busy machine its threads cost tenfold.
    """
    return _weights(number).astype(np.float64).reshape(PORTIONS, -1, number)


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
