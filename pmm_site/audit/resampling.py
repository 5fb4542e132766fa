"""To which side values surely lean, resampled by the audit itself: it is what a performance class says of them.

The method is published, its samples included, so whoever has values of their own making can do this as well.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from pmm_site.audit.worlds import Floats

_SAMPLES, _CUT = 2000, 50
"""Bootstrap samples, and how many of them lie beyond each end of the 95 % interval."""
_CHUNK = 250
"""Samples added up at a time: few enough for the linear algebra library not to start threads."""
_FLAT = 1e-12
"""Values, or samples of them, that vary by less than this have no skewness."""
_NEAR = 1e-9
"""An end of the interval that is nearer to zero counts as zero."""


def side(values: Floats) -> int:
    """-1 where the tail is surely of low values, 1 where of high ones, 0 where the interval of the skewness holds 0."""
    found = _of_samples(values)
    if np.count_nonzero(found <= _NEAR) < _CUT:
        return 1
    return -1 if np.count_nonzero(found >= -_NEAR) < _CUT else 0


def interval(values: Floats) -> tuple[float, float]:
    """The 95 % percentile interval of the skewness of three values or more; (0, 0) of equal ones."""
    found = np.sort(_of_samples(values))
    return float(found[_CUT - 1]), float(found[_SAMPLES - _CUT])


def _of_samples(values: Floats) -> Floats:
    """The skewness of each sample; 0 of one without variation, which leans to no side."""
    ranked = np.sort(values)
    least, greatest = ranked[0], ranked[-1]
    if greatest - least <= _FLAT * max(abs(least), abs(greatest)):
        return np.zeros(_SAMPLES)
    centred = (2 * ranked - least - greatest) / (2 * (greatest - least))
    number = len(ranked)
    powers = np.column_stack([centred, centred * centred, centred * centred * centred])
    both = np.hstack([powers, powers[::-1]])  # every sample has a mirror image: the same ranks from the other end
    moments = np.concatenate([drawn @ both for drawn in _times_drawn(number)]) / number
    mean, square, cube = np.concatenate([moments[:, :3], moments[:, 3:]]).T
    spread = square - mean * mean
    spread[spread <= _FLAT] = np.inf
    factor = math.sqrt(number * (number - 1)) / (number - 2)
    return np.asarray((cube - 3 * mean * square + 2 * mean**3) * factor / (spread * np.sqrt(spread)))


@lru_cache(maxsize=8)
def _times_drawn(number: int) -> tuple[Floats, ...]:
    """How often each of the values, by rank, is in each sample of the first half: chunks of samples x values."""
    drawn = np.random.Generator(np.random.PCG64(number)).integers(0, number, size=(_SAMPLES // 2, number))
    times = np.zeros((len(drawn), number))
    np.add.at(times, (np.arange(len(drawn))[:, np.newaxis], drawn), 1.0)
    return tuple(times[start : start + _CHUNK] for start in range(0, len(times), _CHUNK))
