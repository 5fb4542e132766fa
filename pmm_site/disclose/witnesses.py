"""Witnesses: explicit worlds that a reader cannot tell from the true one.

A world is a vector of deviations that keeps every published figure. It proves reach for every reader who knows none
of the values it changes and sees none of the figures it breaks, whoever it was found for. A figure is safe only by
witnesses, each checked here by plain arithmetic: no solver's word makes anything safe.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from pmm_site.disclose.system import TOLERANCE, Flags, Floats, System

_FEASIBLE = 1e-8
"""How far a world may lie beyond the bounds of a row and still keep it."""
_MOST_EXCHANGES = 6
"""Partners that are tried for one target, to make up in every figure for its move."""
_MOST_WORLDS = 4000
"""Worlds that are kept, the last ones found."""
_FREE = 0.02
"""Cost of moving a value that none of the readers without a witness knows; of one that all of them know it is 1."""
_BLOCK = 64
"""Readers looked at together: enough to be quick, few enough that the worlds of one serve the next."""


class Witnesses:
    """Worlds found so far and how far they show each reader's interval of each value to reach, in units of R.

    `accepts`: whether a world also keeps what is published besides the rows. `worlds`: found before, perhaps for other
    figures. `down`, `up`: readers x variables.
    `require` may demand more or less of a (reader, variable) than the rule.
    """

    def __init__(
        self, system: System, accepts: Callable[[Floats], bool] = lambda world: True, worlds: Iterable[Floats] = ()
    ) -> None:
        self._system = system
        self._accepts = accepts
        # By column: a world moves few values, and rows of these tables are what it is compared with.
        self._known = np.ascontiguousarray(system.knowledge[:, : system.size].T)
        self._blind = np.ascontiguousarray(~system.knowledge[:, system.size :].T)
        self._hidden = ~system.knowledge[:, : system.size]
        self._serves = np.ascontiguousarray(self._hidden.T, dtype=np.float32)
        self.worlds = list(worlds)
        self._required: dict[tuple[int, int], tuple[float, float]] = {}
        self._reached = np.zeros((2, *self._known.shape))
        # Moves smaller than a side protect nobody: they are not counted.
        self._least = np.array([system.side_down, system.side_up]) - TOLERANCE
        self.down, self.up = self._reached[0].T, self._reached[1].T
        self._lows, self._highs = np.empty(0), np.empty(0)

    def require(self, reader: int, target: int, down: float, up: float) -> None:
        """Ask exactly this reach of one interval: what facts and knowledge alone leave of it."""
        self._required[reader, target] = (down, up)
        self._least[:, target] = np.minimum(self._least[:, target], (down - TOLERANCE, up - TOLERANCE))

    def is_required(self, reader: int, target: int) -> bool:
        """Whether the rule is replaced by what facts and knowledge alone leave."""
        return (reader, target) in self._required

    def needs(self, reader: int, target: int) -> tuple[float, float, float]:
        """What the interval must reach: down, up, and in all."""
        if (reader, target) in self._required:
            down, up = self._required[reader, target]
            return down, up, down + up
        system = self._system
        return float(system.side_down[target]), float(system.side_up[target]), float(system.width[target])

    def unsafe(self, reader: int) -> NDArray[np.int64]:
        """The values hidden from the reader that no witness shows to be protected."""
        return np.flatnonzero(~self._safe(slice(reader, reader + 1))[0] & self._hidden[reader])

    def each_unsafe(self) -> Iterator[int]:
        """The readers with unsafe values, in order; witnesses found meanwhile count."""
        readers = len(self._hidden)
        for first in range(0, readers, _BLOCK):
            block = slice(first, min(first + _BLOCK, readers))
            yield from map(int, first + np.flatnonzero((~self._safe(block) & self._hidden[block]).any(axis=1)))

    def shown(self, reader: int, target: int, direction: int) -> float:
        """How far the value is shown to get down (-1) or up (+1)."""
        return float((self.down if direction < 0 else self.up)[reader, target])

    def is_safe(self, reader: int, target: int) -> bool:
        """Whether witnesses prove the interval wide enough."""
        down, up = self.down[reader, target], self.up[reader, target]
        need_down, need_up, width = self.needs(reader, target)
        return bool(down >= need_down - TOLERANCE and up >= need_up - TOLERANCE and down + up >= width - TOLERANCE)

    def _safe(self, readers: slice) -> Flags:
        system = self._system
        down, up = self.down[readers], self.up[readers]
        safe = (
            (down >= system.side_down - TOLERANCE)
            & (up >= system.side_up - TOLERANCE)
            & (down + up >= system.width - TOLERANCE)
        )
        for reader, target in self._required:
            if readers.start <= reader < readers.stop:
                safe[reader - readers.start, target] = self.is_safe(reader, target)
        return np.asarray(safe)

    def set_rows(self, lows: Floats, highs: Floats) -> None:
        """Take other figures as published: keeps all worlds and counts again those that keep these figures."""
        self._lows, self._highs = lows, highs
        self._reached[:] = 0.0
        if self.worlds:
            for world, broken in zip(self.worlds, self._broken(np.array(self.worlds)), strict=True):
                self._count(world, broken)

    def relax_rows(self, lows: Floats, highs: Floats) -> None:
        """Take coarser figures as published: every witness remains one."""
        self._lows, self._highs = lows, highs

    def add(self, world: Floats) -> None:
        """Keep a world, brought within all bounds, and count it for every reader it is a witness to."""
        world = np.clip(world, -self._system.down_limit, self._system.up_limit)
        self.worlds.append(world)
        del self.worlds[:-_MOST_WORLDS]
        self._count(world, self._broken(world[np.newaxis])[0])

    def _broken(self, worlds: Floats) -> Flags:
        sums = worlds @ self._system.matrix.T
        return np.asarray((sums < self._lows - _FEASIBLE) | (sums > self._highs + _FEASIBLE))

    def _count(self, world: Floats, broken: Flags) -> None:
        audiences = self._system.row_audience[broken]
        if (audiences == len(self._blind)).any():  # breaks what everybody sees
            return
        free = ~self._known[np.flatnonzero(world)].any(axis=0)
        for audience in set(map(int, audiences)):
            free &= self._blind[audience]
        reaches = [
            (self._reached[side, column], far[column])
            for side, far in enumerate((-world, world))
            for column in np.flatnonzero((far >= self._least[side]) & (far > 0))
        ]
        if any((free & (reached < far)).any() for reached, far in reaches) and self._accepts(world):  # asked last: slow
            for reached, far in reaches:
                np.maximum(reached, far, out=reached, where=free)

    def seed_swaps(self, columns: NDArray[np.int64]) -> None:
        """Look for worlds in which two of the columns, of one KPI, have each other's value."""
        for target in map(int, columns):
            for direction in (-1, 1):
                self._seed_swaps(target, direction, columns)

    def _seed_swaps(self, target: int, direction: int, columns: NDArray[np.int64]) -> None:
        system = self._system
        aim = aims(system, target)[0 if direction < 0 else 1]
        if aim <= 0 or not len(self._short(target, direction, aim)):
            return
        moves = (system.values[columns] - system.values[target]) / system.scales[target]
        far = direction * moves >= aim - TOLERANCE
        others, moves = columns[far], moves[far]
        common = system.row_audience == len(system.audiences)
        sums = (system.matrix[common, target][:, np.newaxis] - system.matrix[np.ix_(common, others)]) * moves
        lows, highs = self._lows[common][:, np.newaxis], self._highs[common][:, np.newaxis]
        kept = ((sums >= lows - _FEASIBLE) & (sums <= highs + _FEASIBLE)).all(axis=0)
        partners = dict(zip(map(int, others[kept]), map(float, moves[kept]), strict=True))
        for _ in range(_MOST_EXCHANGES):
            readers = self._short(target, direction, aim)
            if not len(readers) or not partners:
                return
            able = list(partners)
            best = able[int(np.argmax(self._served(readers)[able]))]
            world = np.zeros(system.size)
            world[target] = partners.pop(best)
            world[best] = -world[target]
            self.add(world)

    def seed(self, target: int) -> None:
        """Look for worlds in which only the target, or the target and one other value, move as far as is asked."""
        for direction in (-1, 1):
            self._seed(target, direction)

    def _seed(self, target: int, direction: int) -> None:
        system = self._system
        aim = aims(system, target)[0 if direction < 0 else 1]
        if aim <= 0 or not len(self._short(target, direction, aim)):
            return
        partners = self._exchange(target, direction * aim)
        for _ in range(_MOST_EXCHANGES):
            readers = self._short(target, direction, aim)
            if not len(readers) or not len(partners):
                return
            able = list(partners)
            best = able[int(np.argmax(self._served(readers)[able]))]
            before = len(readers)
            world = np.zeros(system.size)
            world[target] = direction * aim
            world[best] += partners.pop(best) if best != target else 0.0
            if best == target:
                partners.pop(best)
            self.add(world)
            if len(self._short(target, direction, aim)) == before:
                self.worlds.pop()

    def prices(self, target: int, direction: int) -> Floats:
        """What moving each value costs: more, the more of those whom no witness serves yet know it."""
        aim = aims(self._system, target)[0 if direction < 0 else 1]
        readers = self._short(target, direction, aim)
        if not len(readers):
            return np.ones(self._system.size)
        return 1.0 - (1 - _FREE) * self._served(readers) / len(readers)

    def _served(self, readers: NDArray[np.int64]) -> Floats:
        """Of some readers the number who do not know each value."""
        chosen = np.zeros(len(self._hidden), dtype=np.float32)
        chosen[readers] = 1
        return np.asarray(self._serves @ chosen, dtype=np.float64)

    def _short(self, target: int, direction: int, aim: float) -> NDArray[np.int64]:
        reached = self._reached[0 if direction < 0 else 1, target]
        return np.flatnonzero(~self._known[target] & (reached < aim - TOLERANCE))

    def _exchange(self, target: int, move: float) -> dict[int, float]:
        """Moves of one other value that balance the target's in every figure; the target itself: none is needed."""
        system = self._system
        low, high = self._lows - system.matrix[:, target] * move, self._highs - system.matrix[:, target] * move
        active = np.isfinite(low) | np.isfinite(high)
        low, high, matrix = low[active], high[active], system.matrix[active]
        bad = (low > 0) | (high < 0)
        if not bad.any():
            return {target: 0.0}
        with np.errstate(divide="ignore", invalid="ignore"):
            first, second = low[:, None] / matrix, high[:, None] / matrix
        apart = matrix == 0
        least = np.where(apart, -np.inf, np.minimum(first, second)).max(axis=0, initial=-np.inf)
        most = np.where(apart, np.inf, np.maximum(first, second)).min(axis=0, initial=np.inf)
        least, most = np.maximum(least, -system.down_limit), np.minimum(most, system.up_limit)
        able = (least <= most) & ~(apart & bad[:, None]).any(axis=0)
        able[target] = False
        amounts = np.clip(0.0, least, most)
        return {int(other): float(amounts[other]) for other in np.flatnonzero(able)}


def aims(system: System, target: int) -> tuple[float, float]:
    """Least reach down and up that protects a value: its sides, and half of the width each where bounds allow."""
    down_limit, up_limit = float(system.down_limit[target]), float(system.up_limit[target])
    width = float(system.width[target])
    down = min(down_limit, max(float(system.side_down[target]), width / 2))
    up = min(up_limit, max(float(system.side_up[target]), width - down))
    return min(down_limit, max(down, width - up)), up
