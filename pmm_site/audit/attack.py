"""The interval attack on one component: for every value and every reader who may not see it, how well they know it.

Safety is shown by witnesses. A witness of a value is a world in which the value lies far away, to one side, and that
a reader cannot tell from the truth because nothing that they know has moved. It serves everybody who knows none of
what moved, so a few witnesses that move different values serve all pairs at once, and only readers whom no
witness serves are attacked by programs of their own.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain

import numpy as np

from pmm_site.audit.classes import Classes
from pmm_site.audit.exchanges import Exchanges
from pmm_site.audit.intervals import Asked, Interval, Intervals
from pmm_site.audit.judging import Breach, Effort, Reader, targets
from pmm_site.audit.programs import Box, Boxes, Nearby, SolverFailed
from pmm_site.audit.reach import Crowd, Need, Reach
from pmm_site.audit.worlds import TOLERANCE, Component, Floats, Type, bits, flags_of

_SPREAD = 6
"""Witnesses of a kind that are sought for all readers, before readers are asked one by one."""
_CHEAP = 0.01
"""What it costs to move a value that no reader who lacks a witness knows; one that all of them know costs 1 more."""
_TRIES = 40
"""Witnesses of a kind that are sought for a reader by other prices, where those found would change a class."""
_TILTS = (0.1, 0.3, 1.0, 3.0)
"""What a change of skewness costs, beside what it costs to move values: one after the other is tried."""
_FURTHEST = 2.0
"""Beyond so many R no value is moved to keep a class."""
_ENOUGH = 12
"""So many readers who can close in on a value are named."""
_SAMPLE = 20
"""Of so many values one is attacked by a second solver as well."""

_NOTHING = Interval(False, (0.0, 0.0))

Goals = tuple[float, float]
"""How far witnesses of a value are to lie below (negative) and above the truth."""


@dataclass(repr=False)
class Attack:
    """The attack on one component by one crowd of readers who all know `base`."""

    component: Component
    types: tuple[Type, ...]
    base: int
    coalitions: tuple[tuple[str, int], ...]
    pairs: bool
    effort: Effort = field(default_factory=Effort)

    def __post_init__(self) -> None:
        self.number = len(self.component.unknowns)
        self.crowd = Crowd(self.types, self.coalitions, self.pairs)
        self.nearby = Nearby(self.component)
        self.facts = _union(each.facts for each in self.types)
        self.bins = _union(each.bins for each in self.types)
        self.classes = Classes(self.component, _union(each.classes for each in self.types))
        self.knowing = [
            _union(1 << at for at, each in enumerate(self.types) if each.knows >> number & 1)
            for number in range(self.number)
        ]
        self.seeing = [
            _union(1 << at for at, each in enumerate(self.types) if each.facts >> row & 1)
            for row in range(len(self.component.facts))
        ]
        self.known_by = np.array([flags_of(each, len(self.types)) for each in self.knowing], dtype=np.float64)
        self.exchanges = Exchanges(self.nearby, self.facts, self.bins)
        self.boxes = self.exchanges.boxes
        self.intervals = Intervals(self.nearby, self.exchanges, self.effort)
        self.worlds = np.zeros((64, self.number))
        self.hits: list[int] = []

    def breaches(self) -> Iterator[Breach]:
        """Every reader and value that is too closely known; the first readers found stand for all like them."""
        yield from self.breaches_of(~self.base & (1 << self.number) - 1)

    def breaches_of(self, values: int) -> Iterator[Breach]:
        """`breaches` of some values only, given as bits."""
        for number in bits(values):
            may_not = _union(1 << at for at, each in enumerate(self.types) if not each.knows >> number & 1)
            if may_not:
                self.effort.values += 1
                try:
                    yield from self._attack(number, may_not)
                except SolverFailed:
                    yield Breach("(solver)", self.component.unknowns[number].key, "solver")
        self.effort.programs += self.nearby.solved + self.intervals.solved

    # --- one value --------------------------------------------------------------------------------

    def _attack(self, number: int, may_not: int) -> Iterator[Breach]:
        unknown = self.component.unknowns[number]
        if unknown.scale <= 0:
            told = any(number == column for fact in self.component.facts for column, _ in fact.terms)
            told = told or self.classes.say_of(number)
            if told or any(number in bins.members for bins in self.component.bins):
                yield Breach("(everybody)", unknown.key, "figure")
            return
        if number % _SAMPLE == 0:
            at = next(bits(may_not))
            self.intervals.check(Asked(number, self.base | self.types[at].knows, self.types[at].facts, 0))
        need = Need(min(unknown.side, -unknown.lower), min(unknown.side, unknown.upper), unknown.width)
        reach = Reach(self.crowd, may_not, need)
        self._recall(number, reach)
        goals = self._goals(number)
        for goal in goals:
            self._exchange(number, goal, reach)
            self._spread(number, goal, reach)
        yield from self._one_by_one(number, goals, reach)

    def _one_by_one(self, number: int, goals: Goals, reach: Reach) -> Iterator[Breach]:
        """Seek witnesses for each reader who lacks some, and judge those for whom there are none at the goals."""
        found = 0
        while (reader := reach.unsafe()) is not None and found < _ENOUGH:
            if self._serve(number, goals, reader, reach):
                continue
            cause, interval = self._judge(number, reader)
            for world in interval.worlds:
                self._keep(number, world, reach)
            if not cause and not reach.is_safe(reader):
                goals = self._share(number, interval.ends)
                if not self._serve(number, goals, reader, reach) and self.classes.published:
                    cause = self._closed_in_by_class(number, interval.ends, reader, reach)
            if cause:
                found += _ENOUGH if cause == "class" else 1  # which takes long to find out: one reader is named
                yield Breach(reader.name, self.component.unknowns[number].key, cause)
            reach.settle(reader, lost=bool(cause))

    def _goals(self, number: int) -> Goals:
        """How far witnesses must lie below and above; within the value's own bins where there is room enough."""
        unknown = self.component.unknowns[number]
        low, high = max(self.boxes[0][number], unknown.lower), min(self.boxes[1][number], unknown.upper)
        reach = (low <= max(unknown.lower, -unknown.side), high >= min(unknown.upper, unknown.side))
        if not all(reach) or high - low < unknown.width:
            low, high = unknown.lower, unknown.upper
        return targets(low, high, unknown.side, unknown.width)

    def _share(self, number: int, interval: Box) -> Goals:
        """Goals where an interval that is wide enough has room, in proportion."""
        unknown = self.component.unknowns[number]
        low, high = max(interval[0], -10 * unknown.width), min(interval[1], 10 * unknown.width)
        share = unknown.width / max(high - low, unknown.width)
        least = min(unknown.side, -low), min(unknown.side, high)
        below = max(-low * share, least[0])
        above = max(high * share, least[1], unknown.width - below)
        if above > high:
            below, above = max(below, unknown.width - high), high
        return -below, above

    def _serve(self, number: int, goals: Goals, reader: Reader, reach: Reach) -> bool:
        """Whether witnesses at the goals, or nearer where the other side is far enough, are enough for the reader."""
        known, (facts, _) = self._knows(reader), self._sees(reader)
        for side, goal in enumerate(goals):
            shown = reach.shown(reader)
            enough = max(reach.need[side], min(abs(goal), reach.need.width - shown[1 - side]))
            if shown[side] >= enough - TOLERANCE:
                continue
            target = math.copysign(enough, goal) if goal else 0.0
            short = reach.short(target)
            if short is not None:
                self.nearby.price(self._priced(short))
            for seen in dict.fromkeys((self.facts, facts)):
                world = self._world(number, target, known, seen)
                if world is not None:
                    self._keep(number, world, reach)
                    break
            else:
                return False
        return reach.is_safe(reader)

    def _knows(self, reader: Reader) -> int:
        return self.base | _union(self.types[at].knows for at in bits(reader.types))

    def _sees(self, reader: Reader) -> tuple[int, int]:
        return (
            _union(self.types[at].facts for at in bits(reader.types)),
            _union(self.types[at].bins for at in bits(reader.types)),
        )

    def _judge(self, number: int, reader: Reader) -> tuple[str, Interval]:
        """The cause of a breach, or nothing; and the reader's interval, which is wide enough although no witness is."""
        known = self._knows(reader)
        facts, seen = self._sees(reader)
        interval = self.intervals.of(Asked(number, known, facts, seen))
        if interval.is_wide:
            return "", interval if seen == self.bins else interval._replace(worlds=())
        for cause, kinds in (("identity", ("identity",)), ("earlier", ("identity", "earlier"))):
            some = _union(1 << row for row in bits(facts) if self.component.facts[row].kind in kinds)
            some_bins = _union(1 << which for which in bits(seen) if self.component.bins[which].kind in kinds)
            if not self.intervals.of(Asked(number, known, some, some_bins)).is_wide:
                return cause, _NOTHING
        return "figure", _NOTHING

    # --- beside classes -----------------------------------------------------------------------------

    def _closed_in_by_class(self, number: int, ends: Box, reader: Reader, reach: Reach) -> str:
        """The cause of a breach where no world far enough away keeps the classes; nothing where one is found at last.

        No program knows classes: worlds are sought in which values lean as they do in truth, and what none of them
        shows counts as unsafe. ends: the interval that sums and distributions leave.
        """
        chance = np.random.Generator(np.random.PCG64(number))
        for attempt in range(_TRIES):
            for sign, room in zip((-1.0, 1.0), (-ends[0], ends[1]), strict=True):
                away = self._lacking(sign, room, reader, reach, nearer=attempt % 2 == 1)
                if away > 0:
                    self._seek_leaning(number, sign * (away - TOLERANCE / 2), reader, reach, chance)
            if reach.is_safe(reader):
                return ""
        return "class" if self._sees_what_is_new(reader) else "earlier"

    def _lacking(self, sign: float, room: float, reader: Reader, reach: Reach, *, nearer: bool) -> float:
        """How far away a witness is to lie on a side where there is none that far; 0 where there is.

        nearer: no further than has to be on this side, whatever is missing of the width.
        """
        here = 0 if sign < 0 else 1
        shown = reach.shown(reader)
        away = reach.need[here] if nearer else max(reach.need[here], reach.need.width - shown[1 - here])
        away = min(away, room)
        return away if shown[here] < away - TOLERANCE else 0.0

    def _seek_leaning(
        self, number: int, target: float, reader: Reader, reach: Reach, chance: np.random.Generator
    ) -> None:
        """Keep a world with the value at the target in which all classes are the same, if one is found."""
        known, (facts, _) = self._knows(reader), self._sees(reader)
        self.nearby.price(_CHEAP + chance.random(self.number))
        asked = Asked(number, known, facts, self.bins)
        for boxes in chain(self._boxes(number, target, known, facts), self.intervals.filled(asked, target)):
            for world in self._leaning(number, target, known, facts, boxes, chance):
                if self.classes.hold(world):
                    self._keep(number, world, reach)
                    return

    def _leaning(
        self, number: int, target: float, known: int, facts: int, boxes: Boxes | None, chance: np.random.Generator
    ) -> Iterator[Floats]:
        """Worlds with the value at the target: a sparse one, then some that lean more and more as the truth does."""
        sparse = self.nearby.world(number, target, known, facts, boxes)
        if sparse is None:
            return
        yield sparse
        for strength in _TILTS:
            tilt = strength * self.classes.tilt(sparse)
            self.nearby.price(_CHEAP + chance.random(self.number), tilt)
            tilted = self.nearby.world(number, target, known, facts, _no_further(boxes, self.number))
            if tilted is None:
                return
            yield tilted
            yield (tilted + sparse) / 2

    def _boxes(self, number: int, target: float, known: int, facts: int) -> Iterator[Boxes | None]:
        """Bounds in which a value may get to a target: everybody in their own bins, or two in each other's."""
        if not self.bins:
            yield None
            return
        if self.boxes[0][number] - TOLERANCE <= target <= self.boxes[1][number] + TOLERANCE:
            yield self.boxes
        if self.nearby.world(number, target, known, facts) is None:
            return
        for other in self.exchanges.partners(number, target, known):
            yield self.exchanges.exchanged(number, other)

    def _sees_what_is_new(self, reader: Reader) -> bool:
        """Whether a reader sees any figure that no earlier release had."""
        facts, bins = self._sees(reader)
        seen = [self.component.facts[row].kind for row in bits(facts)]
        seen += [self.component.bins[which].kind for which in bits(bins)]
        return "figure" in (*seen, *(each.kind for each in self.classes.published))

    # --- witnesses for everybody --------------------------------------------------------------------

    def _exchange(self, number: int, goal: float, reach: Reach) -> None:
        """Witnesses in which one other value moves, first one whom few know of those who still lack a witness."""
        prices = self._prices(reach, goal)
        if prices is None:
            return
        moves = self.exchanges.moves(number, goal)
        left = ~flags_of(self.base, self.number)[moves.others]
        for _ in range(_SPREAD):
            if prices is None or not left.any():
                return
            best = int(np.argmin(np.where(left, prices[moves.others], math.inf)))
            left[best] = False
            world = np.zeros(self.number)
            world[moves.others[best]] = moves.amounts[best]
            world[number] = moves.own[best]
            self._keep(number, world, reach)
            prices = self._prices(reach, goal)

    def _spread(self, number: int, goal: float, reach: Reach) -> None:
        """Witnesses that move as few values as they can, and few whom readers know who lack one."""
        before = math.inf
        for _ in range(_SPREAD):
            short = reach.short(goal)
            if short is None or short.sum() >= before:
                return
            before = short.sum()
            self.nearby.price(self._priced(short))
            world = self._world(number, goal, self.base, self.facts)
            if world is None:
                return
            self._keep(number, world, reach)

    def _prices(self, reach: Reach, target: float) -> Floats | None:
        """What it costs to move each value; None when nobody lacks a witness at the target."""
        short = reach.short(target)
        return None if short is None else self._priced(short)

    def _priced(self, short: Floats) -> Floats:
        prices: Floats = _CHEAP + self.known_by @ (short / short.sum())
        return prices

    # --- worlds -------------------------------------------------------------------------------------

    def _keep(self, number: int, difference: Floats, reach: Reach) -> None:
        """Count a world that keeps the classes as a witness of the value attacked, and remember it for others."""
        if not self.classes.hold(difference):
            return
        missed = self.nearby.violated(difference) & self.facts
        moved = map(int, difference.nonzero()[0])
        hit = _union(self.knowing[each] for each in moved) | _union(self.seeing[row] for row in bits(missed))
        if len(self.hits) == len(self.worlds):
            self.worlds = np.concatenate([self.worlds, np.zeros_like(self.worlds)])
        self.worlds[len(self.hits)] = difference
        self.hits.append(hit)
        reach.add(float(difference[number]), hit)

    def _recall(self, number: int, reach: Reach) -> None:
        """Count the worlds found for other values, the furthest first, and none that another makes needless."""
        column = self.worlds[: len(self.hits), number]
        for sign, least in zip((-1.0, 1.0), reach.need, strict=False):
            far = np.flatnonzero(sign * column >= max(least - TOLERANCE, TOLERANCE))
            kept: list[int] = []
            for at in far[np.argsort(-sign * column[far], kind="stable")]:
                hit = self.hits[at]
                if not any(other & hit == other for other in kept):
                    kept.append(hit)
                    reach.add(float(column[at]), hit)

    def _world(self, number: int, target: float, known: int, facts: int) -> Floats | None:
        """A world with the value beyond the target that keeps to facts and distributions; None when none is found."""
        for boxes in self._boxes(number, target, known, facts):
            world = self.nearby.world(number, target, known, facts, boxes)
            if world is not None:
                return world
        return None


def _no_further(boxes: Boxes | None, number: int) -> Boxes:
    """The same bounds, none further away than the furthest that anybody needs: else a tilted program has no end."""
    low, high = boxes or (np.full(number, -math.inf), np.full(number, math.inf))
    return np.maximum(low, -_FURTHEST), np.minimum(high, _FURTHEST)


def _union(masks: Iterable[int]) -> int:
    found = 0
    for mask in masks:
        found |= mask
    return found
