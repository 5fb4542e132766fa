"""The exact interval of one value for one reader: what no witness shows to be wide is worked out.

Linear programs give the interval that the published sums leave. Beside distributions it may be narrower: then a way
to fill the bins is sought in which the value lies as far away as is asked for, and only where there is none the
furthest.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from pmm_site.audit.exchanges import Exchanges
from pmm_site.audit.filling import Filling
from pmm_site.audit.judging import Effort, is_wide
from pmm_site.audit.programs import Box, Boxes, Extremes, Nearby, SolverFailed
from pmm_site.audit.worlds import TOLERANCE, Floats

_CLOSE = 0.1
"""Intervals wider than asked for by less than this part are attacked by a second solver."""


class Asked(NamedTuple):
    """A value, and what the reader knows and sees, as bits."""

    number: int
    known: int
    facts: int
    bins: int


class Interval(NamedTuple):
    """How far a value gets for a reader.

    is_wide: whether that is far enough; ends: lowest and highest value, or those of a part that is wide enough;
    worlds: those found on the way that keep the published bins.
    """

    is_wide: bool
    ends: Box
    worlds: tuple[Floats, ...] = ()


class Intervals:
    """Works out intervals; `exchanges` knows the bounds that everybody's own bins put on values."""

    def __init__(self, nearby: Nearby, exchanges: Exchanges, effort: Effort) -> None:
        self.nearby, self.exchanges, self.effort = nearby, exchanges, effort
        self.component = nearby.component
        self.extremes = Extremes(nearby)
        self._worlds: list[Floats] = []
        self._fillings: dict[tuple[int, int], Filling] = {}

    @property
    def solved(self) -> int:
        """Programs solved so far."""
        return self.extremes.solved + sum(each.solved for each in self._fillings.values())

    def of(self, asked: Asked) -> Interval:
        """The interval of a value for a reader."""
        self._worlds.clear()
        low, high = self.extremes.interval(asked.number, asked.known, asked.facts)
        if self._slack(asked.number, low, high) < _CLOSE:
            self.compare(asked, (low, high))
        if asked.bins and is_wide(self.component, asked.number, low, high):
            own = self.extremes.interval(asked.number, asked.known, asked.facts, self.exchanges.boxes)
            low, high = (
                own if is_wide(self.component, asked.number, *own) else self._beside_bins(asked, own, (low, high))
            )
        return Interval(is_wide(self.component, asked.number, low, high), (low, high), tuple(self._worlds))

    def _beside_bins(self, asked: Asked, own: Box, sums: Box) -> Box:
        """The interval beside distributions, at least `own` and at most `sums`; first where there is most room."""
        unknown = self.component.unknowns[asked.number]
        reached, room = [-own[0], own[1]], [-sums[0], sums[1]]
        need = min(unknown.side, -unknown.lower), min(unknown.side, unknown.upper)
        order = sorted((0, 1), key=lambda side: reached[side] - room[side])
        for side in order:
            aim = max(need[side], min(unknown.width - reached[1 - side], room[side]))
            reached[side] = self._reach(asked, side, reached[side], aim)
            if reached[side] < need[side] - TOLERANCE:
                break
        return -reached[0], reached[1]

    def _reach(self, asked: Asked, side: int, reached: float, aim: float) -> float:
        """How far the value gets to one side: as far as the aim, else the furthest."""
        if reached >= aim - TOLERANCE:
            return reached
        sign = 2.0 * side - 1
        for partner in self.exchanges.partners(asked.number, sign * aim, asked.known):
            boxes = self.exchanges.exchanged(asked.number, partner)
            world = self.nearby.world(asked.number, sign * aim, asked.known, asked.facts, boxes)
            if world is not None:
                self._worlds.append(world)
                return aim
        filling = self._filling(asked)
        near = filling.nearest(asked.number, sign, aim, asked.known)
        if near is not None:
            reached = max(reached, self._end(asked, sign, near, aim))
        if reached < aim - TOLERANCE:
            far = filling.furthest(asked.number, sign, aim, asked.known)
            reached = max(reached, self._end(asked, sign, far, aim))
        return reached

    def _end(self, asked: Asked, sign: float, boxes: Boxes, aim: float) -> float:
        """How far towards the aim the value gets within these bounds; the world that shows it is kept."""
        low, high = self.extremes.interval(asked.number, asked.known, asked.facts, boxes)
        end = min(aim, high if sign > 0 else -low) - TOLERANCE / 10
        world = self.nearby.world(asked.number, sign * end, asked.known, asked.facts, boxes)
        if world is None:
            raise SolverFailed("a way to fill the bins that no world keeps")
        self._worlds.append(world)
        return end

    def _filling(self, asked: Asked) -> Filling:
        key = asked.facts, asked.bins
        if key not in self._fillings:
            self._fillings[key] = Filling(self.nearby, *key)
        return self._fillings[key]

    def filled(self, asked: Asked, target: float) -> Iterator[Boxes]:
        """The bounds of a way to fill the bins in which a value gets to a target, if one is found."""
        if asked.bins:
            sign = math.copysign(1.0, target)
            found = self._filling(asked).nearest(asked.number, sign, abs(target), asked.known)
            if found is not None:
                yield found

    def _slack(self, number: int, low: float, high: float) -> float:
        width = self.component.unknowns[number].width
        return (high - low) / width - 1 if math.isfinite(high - low) and width > 0 else math.inf

    def check(self, asked: Asked) -> None:
        """Attack a value by both solvers."""
        self.compare(asked, self.extremes.interval(asked.number, asked.known, asked.facts))

    def compare(self, asked: Asked, found: Box) -> None:
        """Attack by the second solver what the first gave an interval for; SolverFailed when they disagree."""
        self.effort.checked += 1
        other = self.extremes.checked(asked.number, asked.known, asked.facts)
        for one, two in zip(found, other, strict=True):
            if not (one == two or abs(one - two) <= 10 * TOLERANCE):
                self.effort.disagreed += 1
                raise SolverFailed("two solvers disagree")
