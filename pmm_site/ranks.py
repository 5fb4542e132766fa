"""Two-sided p-values of rank tests, by their large-sample approximations with ties and continuity corrected.

Kruskal-Wallis, Mann-Whitney and Wilcoxon signed-rank, equal to scipy.stats with `method="asymptotic"` but
without its start-up and its cost per call, for a build tests thousands of samples. All are functions of
ranks only. Samples without any variation have p = 1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

SMALLEST_SAMPLE = 5
"""Fewest contributors in a sample for which the approximations of the tests hold."""


def kruskal_wallis(samples: Sequence[Floats]) -> float:
    """Return p of the hypothesis that all samples come from the same distribution."""
    from scipy.special import chdtrc

    pooled, ties = _ranks(np.concatenate(samples))
    number = len(pooled)
    correction = 1 - ties / (number**3 - number)
    if correction <= 0:
        return 1.0
    ends = np.cumsum([len(sample) for sample in samples])
    sums = [float(part.sum()) ** 2 / len(part) for part in np.split(pooled, ends[:-1])]
    statistic = (12 / (number * (number + 1)) * math.fsum(sums) - 3 * (number + 1)) / correction
    return float(chdtrc(len(samples) - 1, max(statistic, 0.0)))


def mann_whitney(first: Floats, second: Floats) -> float:
    """Return p of the hypothesis that neither sample tends to higher values than the other."""
    ranks, ties = _ranks(np.concatenate([first, second]))
    number, one, two = len(ranks), len(first), len(second)
    variance = one * two / 12 * ((number + 1) - ties / (number * (number - 1)))
    if variance <= 0:
        return 1.0
    wins = float(ranks[:one].sum()) - one * (one + 1) / 2
    distance = max(wins, one * two - wins) - one * two / 2 - 0.5
    return _two_sided(distance / math.sqrt(variance))


def between_two(first: Floats, second: Floats) -> float:
    """`mann_whitney`; 1 where a sample is too small for it."""
    return mann_whitney(first, second) if min(len(first), len(second)) >= SMALLEST_SAMPLE else 1.0


def signed_rank(differences: Floats) -> float:
    """Return p of the hypothesis that paired differences lie symmetrically about 0; zeros are left out."""
    kept = differences[differences != 0]
    number = len(kept)
    if not number:
        return 1.0
    # Equal differences of decimal numbers differ in their last binary digits: they are ties all the same.
    sizes = np.round(np.abs(kept) / np.abs(kept).max(), 12)
    ranks, ties = _ranks(sizes)
    variance = (number * (number + 1) * (2 * number + 1) - ties / 2) / 24
    distance = abs(float(ranks[kept > 0].sum()) - number * (number + 1) / 4) - 0.5
    return _two_sided(distance / math.sqrt(variance))


def holm(p_values: Sequence[float], level: float) -> tuple[bool, ...]:
    """Which hypotheses Holm's step-down procedure rejects at a family-wise level (a fraction)."""
    rejected = [False] * len(p_values)
    for passed, index in enumerate(sorted(range(len(p_values)), key=lambda each: (p_values[each], each))):
        if not p_values[index] <= level / (len(p_values) - passed):
            break
        rejected[index] = True
    return tuple(rejected)


def _ranks(values: Floats) -> tuple[Floats, float]:
    """Mean ranks from 1, and the sum of t**3 - t over groups of t equal values."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    means = last - (counts - 1) / 2
    return means[inverse], float((counts.astype(np.float64) ** 3 - counts).sum())


def _two_sided(score: float) -> float:
    """Two-sided p of a standard normal score; a score below 0 after the continuity correction gives 1."""
    return min(1.0, math.erfc(score / math.sqrt(2)))
