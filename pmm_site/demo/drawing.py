"""Random numbers that are the same on every machine, and what the demonstration draws with them.

Only uniform draws of a seeded PCG64 are used, with sums and square roots: no transcendental function
whose last digit depends on the processor decides who comes before whom.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def generator(seed: int, purpose: str, cycle: int = 0) -> np.random.Generator:
    """An own stream of draws per purpose and cycle, so that a longer project begins like a shorter one."""
    return np.random.Generator(np.random.PCG64([seed, zlib.crc32(purpose.encode()), cycle]))


def bell(source: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    """Bell-shaped draws with mean 0 and variance 1: four uniform draws added up."""
    first, second, third, fourth = source.random((4, *shape))
    return np.asarray((first + second + third + fourth - 2.0) * np.sqrt(3.0))


def drifting(seed: int, purpose: str, shape: tuple[int, ...], cycles: int, persistence: float) -> list[Floats]:
    """One array of bell-shaped draws per cycle, each correlated by `persistence` with the one before."""
    states = [bell(generator(seed, purpose), shape)]
    for cycle in range(1, cycles):
        fresh = bell(generator(seed, purpose, cycle), shape)
        states.append(persistence * states[-1] + np.sqrt(1 - persistence**2) * fresh)
    return states


def best_first(members: Sequence[int], score: Floats) -> list[int]:
    """The members by falling score; equal scores by number."""
    return sorted(members, key=lambda member: (-score[member], member))


def share_of(total: int, share: float) -> int:
    """A share of a number of Members, as a whole number, halves upward."""
    return int(share * total + 0.5)
