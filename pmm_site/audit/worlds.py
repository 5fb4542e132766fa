"""The terms of the interval attack: what is unknown, what was published about it, and who knows what.

Everything is given as a difference from the truth, in units of the KPI's range R: the truth is the world of all
zeros, and a reader who cannot tell it from a world far away is a reader who does not know. Sets of values and of
readers are integers with one bit each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

TOLERANCE = 1e-6
"""By so much of R an interval may be narrower than asked for."""


class Unknown(NamedTuple):
    """A value: its key, its place on the KPI's scale, and how far a reader's interval must reach.

    place: the value divided by R; lower, upper: the KPI's bounds as differences; side, width: of the protection.
    All in units of R, infinite where there is no bound.
    """

    key: str
    place: float
    lower: float
    upper: float
    side: float
    width: float
    scale: float
    current: bool = True


class Fact(NamedTuple):
    """A published sum: lower <= sum of factor times difference <= upper; `name` is its group and origin.

    `kind` is `figure`, `earlier` (of a release before) or `identity` (arithmetic between KPIs, which all know).
    """

    name: str
    terms: tuple[tuple[int, float], ...]
    lower: float
    upper: float
    kind: str = "figure"


class Bins(NamedTuple):
    """A published distribution: its members, and for each member the bin it is in; edges in the KPI's unit / R."""

    members: tuple[int, ...]
    place: tuple[int, ...]
    edges: tuple[float, ...]
    kind: str = "figure"


class Class(NamedTuple):
    """A published class: `side` is the one to which its members surely lean, 0 where they lean to none."""

    members: tuple[int, ...]
    side: int
    kind: str = "figure"


class Type(NamedTuple):
    """Readers with the same knowledge: bits of the values they know, and of the facts, bins and classes they see."""

    name: str
    knows: int
    facts: int
    bins: int
    classes: int = 0


@dataclass(frozen=True, repr=False)
class Component:
    """One KPI in one cycle, or several that arithmetic ties: everything that an attack on it needs.

    types: what each kind of insider knows, basic users first; `outsider` knows no more than any of them.
    coalitions: sets of types that pool what they know, by name; pairs: whether any two do.
    """

    name: str
    unknowns: tuple[Unknown, ...]
    facts: tuple[Fact, ...]
    bins: tuple[Bins, ...]
    outsider: Type
    types: tuple[Type, ...]
    coalitions: tuple[tuple[str, int], ...]
    pairs: bool
    classes: tuple[Class, ...] = ()


def knowledge(audiences: Sequence[frozenset[str]]) -> dict[str, int]:
    """For each reader that is in any of the audiences, the bits of those it is in."""
    alike: dict[frozenset[str], int] = {}
    for number, audience in enumerate(audiences):
        alike[audience] = alike.get(audience, 0) | 1 << number
    found: dict[str, int] = {}
    for audience, mask in alike.items():
        for name in audience:
            found[name] = found.get(name, 0) | mask
    return found


def bits(mask: int) -> Iterator[int]:
    """The positions of the bits that are set, ascending."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def mask_of(numbers: Iterable[int]) -> int:
    """The integer with these bits set."""
    found = 0
    for number in numbers:
        found |= 1 << number
    return found


def mask_of_flags(flags: npt.NDArray[np.bool_]) -> int:
    """The integer with a bit for each flag that is set."""
    return int.from_bytes(np.packbits(flags, bitorder="little").tobytes(), "little")


def flags_of(mask: int, number: int) -> npt.NDArray[np.bool_]:
    """The first bits of a mask as flags."""
    content = (mask & (1 << number) - 1).to_bytes((number + 7) // 8, "little")
    return np.unpackbits(np.frombuffer(content, np.uint8), count=number, bitorder="little").astype(bool)
