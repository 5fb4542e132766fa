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

PORTIONS = 4
"""Portions that the samples are computed in; divides half of RESAMPLES."""

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
    spread = ordered[-1] - ordered[0]
    if not spread > 1e-12 * max(abs(ordered[0]), abs(ordered[-1])):
        return Skewness(None, 0.0, 0.0)
    middle = (ordered[0] + ordered[-1]) / 2
    scaled = (np.array(ordered) - middle) / spread
    samples = np.partition(_coefficients(scaled), (TAIL - 1, RESAMPLES - TAIL))
    deviations = [(value - middle) / spread for value in ordered]
    return Skewness(_coefficient(deviations), float(samples[TAIL - 1]), float(samples[RESAMPLES - TAIL]))


def _coefficient(values: Sequence[float]) -> float:
    """Adjusted Fisher-Pearson coefficient of at least three values that vary; sums are exactly rounded."""
    number = len(values)
    mean = math.fsum(values) / number
    second = math.fsum((value - mean) ** 2 for value in values) / number
    third = math.fsum((value - mean) ** 3 for value in values) / number
    return third / (second * math.sqrt(second)) * math.sqrt(number * (number - 1)) / (number - 2)


def _coefficients(scaled: Floats) -> Floats:
    """Skewness of every sample of sorted values; 0 of one without variation: it says nothing for either side.

    Each sample stands beside its mirror image, so that mirrored values have exactly the mirrored interval.
    """
    number = len(scaled)
    powers = np.stack([scaled, scaled**2, scaled**3], axis=1)
    both = np.concatenate([powers, powers[::-1]], axis=1)
    moments = np.concatenate([weights @ both for weights in _portions(number)]) / number
    first, second, third = moments.reshape(-1, 2, 3).reshape(-1, 3).T
    variance = second - first**2
    varies = variance > 1e-12
    variance = np.where(varies, variance, 1.0)
    moment = third - 3 * first * second + 2 * first**3
    ratio = np.where(varies, moment / (variance * np.sqrt(variance)), 0.0)
    return np.asarray(ratio * math.sqrt(number * (number - 1)) / (number - 2))


@lru_cache(maxsize=8)
def _portions(number: int) -> tuple[Floats, ...]:
    """How often each of the sorted values is drawn in each sample that is no mirror image: samples x values.

    The seed is the number of values: the same samples on every machine, for every order of rows. In portions that the
    linear algebra library keeps on one thread: on a busy machine its threads cost tenfold.
    """
    generator = np.random.Generator(np.random.PCG64(number))
    half = RESAMPLES // 2
    drawn = generator.integers(0, number, size=(half, number))
    flat = (drawn + np.arange(half)[:, None] * number).ravel()
    weights = np.bincount(flat, minlength=half * number).reshape(half, number).astype(np.float64)
    return tuple(np.split(weights, PORTIONS))
