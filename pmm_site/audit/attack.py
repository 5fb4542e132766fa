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

import numpy as np

from pmm_site.audit.judging import Breach, Docket, Effort, Reader, is_wide, targets
from pmm_site.audit.programs import Box, Boxes, Extremes, Nearby, SolverFailed, interval_in_bins
from pmm_site.audit.worlds import TOLERANCE, Component, Floats, Type, bits, mask_of_flags

_SPREAD = 3
"""Witnesses that move different values, sought before readers are asked one by one: they serve all pairs."""
_EXCHANGES = 6
"""Exchanges of bins tried before the exact interval is worked out."""
_AIMS = 6
"""How often the goals of a value are moved."""
_ENOUGH = 12
"""So many readers who can close in on a value are named."""
_CLOSE = 0.1
"""Intervals wider than asked for by less than this part are attacked by a second solver."""
_SAMPLE = 20
"""Of so many values one is attacked by a second solver as well."""


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
        self.nearby = Nearby(self.component)
        self.extremes = Extremes(self.nearby)
        self.facts = _union(each.facts for each in self.types)
        self.bins = _union(each.bins for each in self.types)
        self.knowing = [
            _union(1 << at for at, each in enumerate(self.types) if each.knows >> number & 1)
            for number in range(len(self.component.unknowns))
        ]
        self.seeing = [
            _union(1 << at for at, each in enumerate(self.types) if each.facts >> row & 1)
            for row in range(len(self.component.facts))
        ]
        self.boxes = self._own_bins()
        self.memberships = [
            _union(1 << which for which in bits(self.bins) if number in self.component.bins[which].members)
            for number in range(len(self.component.unknowns))
        ]
        self.alike = self._alike()
        self.goals = [self._goal(number) for number in range(len(self.component.unknowns))]
        self.pools: dict[tuple[int, int], list[int]] = {}
        self.worlds: list[tuple[Floats, int]] = []

    def breaches(self) -> Iterator[Breach]:
        """Every reader and value that is too closely known; the first readers found stand for all like them."""
        yield from self.breaches_of(~self.base & (1 << len(self.component.unknowns)) - 1)

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
        self.effort.programs += self.nearby.solved + self.extremes.solved

    # --- one value --------------------------------------------------------------------------------

    def _attack(self, number: int, may_not: int) -> Iterator[Breach]:
        unknown = self.component.unknowns[number]
        if unknown.scale <= 0:
            told = any(number == column for fact in self.component.facts for column, _ in fact.terms)
            if told or any(number in bins.members for bins in self.component.bins):
                yield Breach("(everybody)", unknown.key, "figure")
            return
        if number % _SAMPLE == 0:
            self._check(number, may_not)
        docket = Docket()
        for aims in range(_AIMS, -1, -1):
            breaches, aimed = self._seek(number, may_not, docket, may_aim=aims > 0)
            yield from breaches
            if not aimed:
                return

    def _seek(self, number: int, may_not: int, docket: Docket, may_aim: bool) -> tuple[list[Breach], bool]:
        """Serve every reader by witnesses at the value's goals, and judge those whom none serves.

        Gives the breaches and whether the goals were moved to where a judged reader's interval has room.
        """
        found: list[Breach] = []
        for target in self.goals[number]:
            self._exchange_values(number, target)
            self._spread(number, target, may_not)
            tried: set[int] = set()
            while (reader := self._unserved(number, target, may_not, docket)) is not None:
                if reader.types not in tried and self._serve(number, target, reader):
                    tried.add(reader.types)
                    continue
                docket.judged.add(reader.types)
                cause, interval = self._judge(number, reader)
                if cause:
                    docket.lost |= reader.types if reader.types.bit_count() == 1 else 0
                    found.append(Breach(reader.name, self.component.unknowns[number].key, cause))
                    if len(found) >= _ENOUGH:
                        return found, False
                elif may_aim:
                    self._aim(number, interval)
                    return found, True
        return found, False

    def _aim(self, number: int, interval: Box) -> None:
        """Move the goals of a value to where an interval has room, in proportion, and keep what reaches them."""
        unknown = self.component.unknowns[number]
        low, high = max(interval[0], -10 * unknown.width), min(interval[1], 10 * unknown.width)
        share = unknown.width / max(high - low, unknown.width)
        least = min(unknown.side, -low), min(unknown.side, high)
        below = max(-low * share, least[0])
        above = max(high * share, least[1], unknown.width - below)
        if above > high:
            below, above = max(below, unknown.width - high), high
        self.goals[number] = -below, above
        for target in self.goals[number]:
            self.pools.pop((number, -1 if target < 0 else 1), None)
        for difference, hit in self.worlds:
            if difference[number]:
                self._enter(number, float(difference[number]), hit)

    def _goal(self, number: int) -> tuple[float, float]:
        """How far witnesses must lie below and above; within the value's own bins where there is room enough."""
        unknown = self.component.unknowns[number]
        low, high = max(self.boxes[0][number], unknown.lower), min(self.boxes[1][number], unknown.upper)
        reach = (low <= max(unknown.lower, -unknown.side), high >= min(unknown.upper, unknown.side))
        if not all(reach) or high - low < unknown.width:
            low, high = unknown.lower, unknown.upper
        return targets(low, high, unknown.side, unknown.width)

    def _knows(self, reader: Reader) -> int:
        return self.base | _union(self.types[at].knows for at in bits(reader.types))

    def _sees(self, reader: Reader) -> tuple[int, int]:
        return (
            _union(self.types[at].facts for at in bits(reader.types)),
            _union(self.types[at].bins for at in bits(reader.types)),
        )

    def _pool(self, number: int, target: float) -> list[int]:
        return self.pools.setdefault((number, -1 if target < 0 else 1), [])

    def _serve(self, number: int, target: float, reader: Reader) -> bool:
        """Whether a witness serves the reader; it is kept for others."""
        facts, _ = self._sees(reader)
        known = self._knows(reader)
        for seen in dict.fromkeys((self.facts, facts)):
            world = self._world(number, target, known, seen)
            if world is not None:
                self._keep(world)
                return True
        return False

    def _spread(self, number: int, target: float, may_not: int) -> None:
        """Witnesses that move different values, each as few as it can."""
        pool = self._pool(number, target)
        moved = self.base
        for _ in range(_SPREAD):
            if self._unserved(number, target, may_not, Docket()) is None:
                return
            before = len(pool)
            world = self._world(number, target, moved & ~(1 << number), self.facts)
            if world is None:
                return
            self._keep(world)
            if len(pool) == before:
                return
            moved |= _support(world)

    def _keep(self, difference: Floats) -> None:
        """Remember a world as a witness of every value that lies far enough away in it."""
        missed = self.nearby.violated(difference) & self.facts
        moved = [int(number) for number in difference.nonzero()[0]]
        hit = _union(self.knowing[number] for number in moved) | _union(self.seeing[row] for row in bits(missed))
        self.worlds.append((difference, hit))
        for number in moved:
            self._enter(number, float(difference[number]), hit)

    def _enter(self, number: int, away: float, hit: int) -> None:
        """Enter a world among the witnesses of a value if the value lies beyond a goal in it."""
        for target in self.goals[number]:
            if (away <= target + TOLERANCE) if target < 0 else (away >= target - TOLERANCE):
                pool = self._pool(number, target)
                if not any(other & hit == other for other in pool):
                    pool[:] = [other for other in pool if hit & other != hit]
                    pool.append(hit)

    # --- who is not served yet --------------------------------------------------------------------

    def _unserved(self, number: int, target: float, may_not: int, docket: Docket) -> Reader | None:
        """A reader, coalition or pair for whom no witness of the value is good; None when all are served or judged."""
        if abs(target) <= TOLERANCE:
            return None  # a value at its bound need not move beyond it
        pool = self._pool(number, target)
        asked = may_not & ~docket.lost
        alone = asked
        for hit in pool:
            alone &= hit
        for at in bits(alone):
            if 1 << at not in docket.judged:
                return Reader(self.types[at].name, 1 << at)
        for name, types in self.coalitions:
            if types & asked == types and types not in docket.judged and all(types & hit for hit in pool):
                return Reader(name, types)
        return self._unserved_pair(pool, asked, docket) if self.pairs else None

    def _unserved_pair(self, pool: list[int], asked: int, docket: Docket) -> Reader | None:
        """Two types that between them know something of every witness."""
        least = min((hit & asked for hit in pool), key=int.bit_count, default=asked)
        for at in bits(least):
            partners = asked
            for hit in pool:
                if not hit >> at & 1:
                    partners &= hit
                    if not partners:
                        break
            for other in bits(partners & ~(1 << at)):
                types = 1 << at | 1 << other
                if types not in docket.judged:
                    return Reader(f"{self.types[at].name}+{self.types[other].name}", types)
        return None

    # --- worlds -------------------------------------------------------------------------------------

    def _world(self, number: int, target: float, known: int, facts: int) -> Floats | None:
        """A world with the value beyond the target that keeps to facts and distributions; None when none is found."""
        if not self.bins:
            return self.nearby.world(number, target, known, facts)
        inside = self.boxes[0][number] <= target if target < 0 else self.boxes[1][number] >= target
        if inside:
            world = self.nearby.world(number, target, known, facts, self.boxes)
            if world is not None:
                return world
        if self.nearby.world(number, target, known, facts) is None:
            return None
        for other in self._exchange_partners(number, target, known):
            world = self.nearby.world(number, target, known, facts, self._exchanged(number, other))
            if world is not None:
                return world
        return None

    def _own_bins(self) -> Boxes:
        """The bounds of each value within its own bins, infinite for one that is in none."""
        low, high = np.full(len(self.component.unknowns), -math.inf), np.full(len(self.component.unknowns), math.inf)
        for which in bits(self.bins):
            bins = self.component.bins[which]
            for member, place in zip(bins.members, bins.place, strict=True):
                value = self.component.unknowns[member].place
                low[member] = max(low[member], bins.edges[place] - value)
                high[member] = min(high[member], bins.edges[place + 1] - value)
        return np.minimum(low, 0.0), np.maximum(high, 0.0)

    def _exchanged(self, number: int, other: int) -> Boxes:
        """Everybody in their own bins but two, who are in each other's."""
        shift = self.component.unknowns[other].place - self.component.unknowns[number].place
        low, high = (ends.copy() for ends in self.boxes)
        for ends, own in ((low, self.boxes[0]), (high, self.boxes[1])):
            ends[number], ends[other] = own[other] + shift, own[number] - shift
        return low, high

    def _exchange_partners(self, number: int, target: float, known: int) -> list[int]:
        """Values in bins beyond the target that may change places with this one, those of the same groups first."""
        if not self.memberships[number]:
            return []
        place = self.component.unknowns[number].place
        found = []
        for other, unknown in enumerate(self.component.unknowns):
            if other == number or known >> other & 1 or self.memberships[other] != self.memberships[number]:
                continue
            shift = unknown.place - place
            low, high = self.boxes[0][other] + shift, self.boxes[1][other] + shift
            if low <= target if target < 0 else high >= target:
                found.append((self.alike[other] != self.alike[number], abs(shift), other))
        return [other for _, _, other in sorted(found)[:_EXCHANGES]]

    def _alike(self) -> list[object]:
        """What is published of each value: two of whom the same is published may exchange their values."""
        terms: list[list[tuple[int, float]]] = [[] for _ in self.component.unknowns]
        for row, fact in enumerate(self.component.facts):
            for column, factor in fact.terms:
                terms[column].append((row, factor))
        scales = (each.scale for each in self.component.unknowns)
        return [
            (scale, tuple(found), self.memberships[number])
            for number, (scale, found) in enumerate(zip(scales, terms, strict=True))
        ]

    def _exchange_values(self, number: int, target: float) -> None:
        """Witnesses that exchange the value with one of the same groups, or move both against each other."""
        own = self.component.unknowns[number]
        kept = 0
        for other, unknown in enumerate(self.component.unknowns):
            if other == number or self.base >> other & 1 or self.alike[other] != self.alike[number]:
                continue
            shift = unknown.place - own.place
            enough = shift <= target if target < 0 else shift >= target
            if not enough and not self.bins and own.lower <= target <= own.upper:
                shift = target
                enough = unknown.lower <= -target <= unknown.upper
            if enough:
                difference = np.zeros(len(self.component.unknowns))
                difference[number], difference[other] = shift, -shift
                self._keep(difference)
                kept += 1
                if kept >= _SPREAD:
                    return

    # --- the exact interval -------------------------------------------------------------------------

    def _judge(self, number: int, reader: Reader) -> tuple[str, Box]:
        """The cause of a breach, or nothing and the reader's interval, which is wide enough although no witness is."""
        known = self._knows(reader)
        facts, seen = self._sees(reader)
        wide, interval = self._interval(number, known, facts, seen)
        if wide:
            return "", interval
        for cause, kinds in (("identity", ("identity",)), ("earlier", ("identity", "earlier"))):
            some = _union(1 << row for row in bits(facts) if self.component.facts[row].kind in kinds)
            some_bins = _union(1 << which for which in bits(seen) if self.component.bins[which].kind in kinds)
            if not self._interval(number, known, some, some_bins)[0]:
                return cause, interval
        return "figure", interval

    def _interval(self, number: int, known: int, facts: int, seen: int) -> tuple[bool, Box]:
        """Whether a reader's interval is wide enough, and the interval (or a part of it that is)."""
        low, high = self.extremes.interval(number, known, facts)
        if self._slack(number, low, high) < _CLOSE:
            self._compare(number, known, facts, (low, high))
        if not seen or not is_wide(self.component, number, low, high):
            return is_wide(self.component, number, low, high), (low, high)
        low, high = self.extremes.interval(number, known, facts, self.boxes)
        if not is_wide(self.component, number, low, high):
            low, high = (self._end_in_bins(number, known, facts, seen, sign) for sign in (-1.0, 1.0))
        return is_wide(self.component, number, low, high), (low, high)

    def _end_in_bins(self, number: int, known: int, facts: int, seen: int, sign: float) -> float:
        self.effort.programs += 1
        end, world = interval_in_bins(self.component, number, known, facts, seen, sign)
        if seen == self.bins:
            self._keep(world)
        return end

    def _slack(self, number: int, low: float, high: float) -> float:
        width = self.component.unknowns[number].width
        return (high - low) / width - 1 if math.isfinite(high - low) and width > 0 else math.inf

    def _check(self, number: int, may_not: int) -> None:
        """Attack a value by both solvers, for one reader."""
        at = next(iter(bits(may_not)))
        known = self.base | self.types[at].knows
        self._compare(number, known, self.types[at].facts, self.extremes.interval(number, known, self.types[at].facts))

    def _compare(self, number: int, known: int, facts: int, found: Box) -> None:
        self.effort.checked += 1
        other = self.extremes.checked(number, known, facts)
        for one, two in zip(found, other, strict=True):
            if not (one == two or abs(one - two) <= 10 * TOLERANCE):
                self.effort.disagreed += 1
                raise SolverFailed("two solvers disagree")


def _support(difference: Floats) -> int:
    return mask_of_flags(difference != 0)


def _union(masks: Iterable[int]) -> int:
    found = 0
    for mask in masks:
        found |= mask
    return found
