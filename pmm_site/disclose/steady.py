"""Whether the verdict of a test would be the same if a few of its Members had reported other values.

A verdict near its limit says much about every value: that hardly any difference is negative, say, or that the users of
an instrument are those with the highest values. A verdict that would be the same whatever any three Members had
reported leaves room for each of them, also in worlds in which one value moves and others make up for it.

Nobody may learn who uses an instrument. So for tests between users and others, Members may also change sides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np

from pmm_site.disclose.decisions import ComparisonCandidate
from pmm_site.disclose.questions import CHANGE_SEEN_BEFORE
from pmm_site.model import StatisticalTest
from pmm_site.ranks import Floats, between_two, kruskal_wallis, signed_rank

FEW = 3
"""Members whose values, whatever they were, must not turn a verdict."""

_KEPT = 3
"""Worlds from which one more value is moved: the one nearest to turning may not be on the way to the next."""

Samples = list[Floats]
Moved = Callable[[Samples], Iterator[Samples]]


def is_steady(test: ComparisonCandidate) -> bool:
    """Whether the verdict stays when the values that bear on it most are replaced by the opposite extremes.

    Three of one sample together, and three one after the other wherever they are. `test.turns` already allows for
    changes of the other tests of its family. False for a test that is not known.
    """
    samples = [np.array(sample, dtype=np.float64) for sample in test.samples]
    kind = _KINDS.get(test.test)
    if kind is None or not all(np.isfinite(sample).all() for sample in samples):
        return False
    together, one_moved, p_value = kind

    def stays(each: Samples) -> bool:
        return bool(p_value(each) <= test.turns) == test.significant

    if not all(map(stays, together(samples))):
        return False
    worlds = [samples]
    for _ in range(FEW):  # in several samples: one more each time, of those that bear on the verdict most
        moved = [(p_value(each), each) for world in worlds for each in one_moved(world)]
        moved.sort(key=lambda found: found[0], reverse=test.significant)
        worlds = [each for _, each in moved[:_KEPT]]
        if not stays(worlds[0]):
            return False
    return True


def _signs_changed(samples: Samples, few: int = FEW) -> Iterator[Samples]:
    """The lowest differences become the greatest rises; then the highest become the greatest falls."""
    (changes,) = samples
    far = 2 * np.abs(changes).max() + 1
    ordered = np.sort(changes)
    yield [np.concatenate([ordered[few:], far + np.arange(len(ordered[:few]))])]
    yield [np.concatenate([ordered[:-few], -far - np.arange(len(ordered[-few:]))])]


def _ends_changed(samples: Samples, few: int = FEW) -> Iterator[Samples]:
    """In each sample in turn the lowest values become the highest of all, then the highest the lowest of all."""
    pooled = np.concatenate(samples)
    low, high = pooled.min() - 1, pooled.max() + 1
    for at, sample in enumerate(samples):
        ordered = np.sort(sample)
        for others in (
            np.concatenate([ordered[few:], high + np.arange(len(ordered[:few]))]),
            np.concatenate([ordered[:-few], low - np.arange(len(ordered[-few:]))]),
        ):
            yield [*samples[:at], others, *samples[at + 1 :]]


def _sides_changed(samples: Samples, few: int = FEW) -> Iterator[Samples]:
    """`_ends_changed`, and in each sample in turn the lowest, then the highest, change to the other sample."""
    yield from _ends_changed(samples, few)
    for one, other in ((0, 1), (1, 0)):
        ordered = np.sort(samples[one])
        for left, gone in ((ordered[few:], ordered[:few]), (ordered[:-few], ordered[-few:])):
            changed = list(samples)
            changed[one], changed[other] = left, np.concatenate([samples[other], gone])
            yield changed


_KINDS: dict[str, tuple[Moved, Moved, Callable[[Sequence[Floats]], float]]] = {
    StatisticalTest.CHANGE: (_signs_changed, partial(_signs_changed, few=1), lambda samples: signed_rank(samples[0])),
    CHANGE_SEEN_BEFORE: (_signs_changed, partial(_signs_changed, few=1), lambda samples: signed_rank(samples[0])),
    StatisticalTest.KRUSKAL_WALLIS: (_ends_changed, partial(_ends_changed, few=1), kruskal_wallis),
    StatisticalTest.MANN_WHITNEY: (
        _sides_changed,
        partial(_sides_changed, few=1),
        lambda samples: between_two(*samples),
    ),
}
