"""Worlds that need no program: one value moves and one other makes up for it, or both change places.

Also the bounds that distributions put on values: within their own bins, or with two in each other's.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pmm_site.audit.programs import Boxes, Nearby
from pmm_site.audit.worlds import TOLERANCE, Floats, bits, flags_of

_MOST = 6
"""Exchanges of bins tried for one value and reader."""


class Moves(NamedTuple):
    """Worlds of a value: how far it moves itself, which other one moves, and how far that does."""

    own: Floats
    others: npt.NDArray[np.int64]
    amounts: Floats


class Exchanges:
    """What one value can do with the help of one other, beside the facts and bins given as bits."""

    def __init__(self, nearby: Nearby, facts: int, bins: int) -> None:
        self.component = nearby.component
        self.number = len(self.component.unknowns)
        self.places = np.array([each.place for each in self.component.unknowns])
        self.scales = np.array([each.scale for each in self.component.unknowns])
        rows = flags_of(facts, len(self.component.facts))
        self.matrix = nearby.dense[rows]
        self.least, self.most = nearby.row_lower[rows], nearby.row_upper[rows]
        self.memberships = np.array(
            [
                sum(1 << which for which in bits(bins) if number in self.component.bins[which].members)
                for number in range(self.number)
            ],
            dtype=object,
        )
        self.boxes = self._own_bins(bins)
        self.limits = np.maximum(nearby.lower, self.boxes[0]), np.minimum(nearby.upper, self.boxes[1])

    def _own_bins(self, seen: int) -> Boxes:
        """The bounds of each value within its own bins, infinite for one that is in none."""
        low, high = np.full(self.number, -math.inf), np.full(self.number, math.inf)
        for which in bits(seen):
            bins = self.component.bins[which]
            for member, place in zip(bins.members, bins.place, strict=True):
                value = self.component.unknowns[member].place
                low[member] = max(low[member], bins.edges[place] - value)
                high[member] = min(high[member], bins.edges[place + 1] - value)
        return np.minimum(low, 0.0), np.maximum(high, 0.0)

    def exchanged(self, number: int, other: int) -> Boxes:
        """Everybody in their own bins but two, who are in each other's."""
        shift = self.places[other] - self.places[number]
        low, high = (ends.copy() for ends in self.boxes)
        for ends, own in ((low, self.boxes[0]), (high, self.boxes[1])):
            ends[number], ends[other] = own[other] + shift, own[number] - shift
        return low, high

    def partners(self, number: int, target: float, known: int) -> list[int]:
        """Values in bins beyond the target that may change places with this one, those of the same groups first."""
        if not self.memberships[number]:
            return []
        shift = self.places - self.places[number]
        beyond = self.boxes[0] + shift <= target if target < 0 else self.boxes[1] + shift >= target
        able = beyond & ~flags_of(known, self.number) & (self.memberships == self.memberships[number])
        able[number] = False
        found = np.flatnonzero(able)
        unlike = (self.matrix[:, found] != self.matrix[:, [number]]).any(axis=0)
        order = np.lexsort((found, np.abs(shift[found]), unlike))
        return [int(each) for each in found[order[:_MOST]]]

    def moves(self, number: int, target: float) -> Moves:
        """Every world in which the value moves to the target within its bins, or changes places beyond it."""
        found = self._balanced(number, target), self._changed(number, target)
        return Moves(*(np.concatenate(parts) for parts in zip(*found, strict=True)))

    def _balanced(self, number: int, target: float) -> Moves:
        """The value moves to the target, one other as little as makes up for it; the value itself: none has to."""
        inside = self.limits[0][number] - TOLERANCE <= target <= self.limits[1][number] + TOLERANCE
        moved = self.matrix[:, number] * target
        least, most = self.least - moved, self.most - moved
        broken = (least > 0) | (most < 0)
        if not inside:
            return _NONE
        if not broken.any():
            return Moves(np.array([target]), np.array([number]), np.array([target]))
        able = (self.matrix[broken] != 0).all(axis=0)
        able[number] = False
        others = np.flatnonzero(able)
        factors = self.matrix[:, others]
        with np.errstate(divide="ignore", invalid="ignore"):
            one, two = least[:, np.newaxis] / factors, most[:, np.newaxis] / factors
        apart = factors == 0
        low = np.where(apart, -np.inf, np.minimum(one, two)).max(axis=0, initial=-np.inf)
        high = np.where(apart, np.inf, np.maximum(one, two)).min(axis=0, initial=np.inf)
        low, high = np.maximum(low, self.limits[0][others]), np.minimum(high, self.limits[1][others])
        fits = low <= high
        others = others[fits]
        return Moves(np.full(len(others), target), others, np.clip(0.0, low[fits], high[fits]))

    def _changed(self, number: int, target: float) -> Moves:
        """The value changes places with one of the same KPI beyond the target."""
        shift = self.places - self.places[number]
        able = (shift <= target) if target < 0 else (shift >= target)
        able &= (self.scales == self.scales[number]) & (self.memberships == self.memberships[number])
        others = np.flatnonzero(able)
        sums = (self.matrix[:, [number]] - self.matrix[:, others]) * shift[others]
        kept = (sums >= self.least[:, np.newaxis] - TOLERANCE) & (sums <= self.most[:, np.newaxis] + TOLERANCE)
        others = others[kept.all(axis=0)]
        return Moves(shift[others], others, -shift[others])


_NONE = Moves(np.empty(0), np.empty(0, dtype=np.int64), np.empty(0))
