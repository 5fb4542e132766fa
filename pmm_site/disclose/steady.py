"""Whether a test says the same whatever a few of its Members had reported.

A verdict near its limit is a strong statement on every value: that hardly any difference is negative, or that users of
an instrument are those with the highest values. One that stays whatever a few Members had reported leaves room for each
of them, in the worlds in which one value moves and others make up for it. Answers on instruments are nobody's to know:
of users and others each Member may also have been among the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from pmm_site.disclose.decisions import ComparisonCandidate
from pmm_site.ranks import Floats, between_two, kruskal_wallis, signed_rank

FEW = 3
"""Members whose values, whatever they were, must not turn a verdict."""

Samples = list[Floats]


def is_steady(test: ComparisonCandidate) -> bool:
    """Whether the verdict, and those of its family, stay when the values that bear on it most are any others."""
    samples = [np.array(sample, dtype=np.float64) for sample in test.samples]
    kind = _KINDS.get(test.test)
    if kind is None or not all(np.isfinite(sample).all() for sample in samples):
        return False
    moved, p_value = kind
    found = [p_value(each) for each in moved(samples)]
    return all(each <= test.turns if test.significant else each > test.turns for each in found)


def _signs_changed(samples: Samples) -> Iterator[Samples]:
    """The lowest differences as the greatest rises, and the highest as the greatest falls."""
    (changes,) = samples
    far = 2 * np.abs(changes).max() + 1
    ordered = np.sort(changes)
    yield [np.concatenate([ordered[FEW:], far + np.arange(len(ordered[:FEW]))])]
    yield [np.concatenate([ordered[:-FEW], -far - np.arange(len(ordered[-FEW:]))])]


def _ends_changed(samples: Samples) -> Iterator[Samples]:
    """In one sample the lowest values become the highest of all, or the highest the lowest."""
    pooled = np.concatenate(samples)
    low, high = pooled.min() - 1, pooled.max() + 1
    for at, sample in enumerate(samples):
        ordered = np.sort(sample)
        for others in (
            np.concatenate([ordered[FEW:], high + np.arange(len(ordered[:FEW]))]),
            np.concatenate([ordered[:-FEW], low - np.arange(len(ordered[-FEW:]))]),
        ):
            yield [*samples[:at], others, *samples[at + 1 :]]


def _sides_changed(samples: Samples) -> Iterator[Samples]:
    """The same, and the lowest or highest values of one sample in the other instead."""
    yield from _ends_changed(samples)
    for one, other in ((0, 1), (1, 0)):
        ordered = np.sort(samples[one])
        for left, gone in ((ordered[FEW:], ordered[:FEW]), (ordered[:-FEW], ordered[-FEW:])):
            found = list(samples)
            found[one], found[other] = left, np.concatenate([samples[other], gone])
            yield found


_KINDS: dict[str, tuple[Callable[[Samples], Iterator[Samples]], Callable[[Sequence[Floats]], float]]] = {
    "change": (_signs_changed, lambda samples: signed_rank(samples[0])),
    "change-to": (_signs_changed, lambda samples: signed_rank(samples[0])),
    "kruskal-wallis": (_ends_changed, kruskal_wallis),
    "mann-whitney": (_sides_changed, lambda samples: between_two(*samples)),
}
