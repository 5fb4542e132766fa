"""Evidence on one reader and value: what linear programs solved before say of other levels, by arithmetic alone.

Multipliers of rows bound how far a value can get whatever the rows' bounds are (weak duality), so a leak once proven
is often proven for other levels too. A world in which the value gets far enough shows, wherever it keeps the rows,
that there is no leak.
"""

from __future__ import annotations

import numpy as np

from pmm_site.disclose.attack import Extreme
from pmm_site.disclose.system import TOLERANCE, Floats, System

_FEASIBLE = 1e-9
"""How far a world may lie beyond the bounds of a row and still keep it."""


class Evidence:
    """What is known of whether levels give a value away to a reader.

    needs: how far the value must get down, up, and in all. multipliers: of a leak's programs, down and up.
    """

    def __init__(
        self,
        system: System,
        reader: int,
        target: int,
        needs: tuple[float, float, float],
        multipliers: tuple[Floats, Floats],
    ) -> None:
        self.target = target
        self.needs = needs
        self._matrix = system.matrix
        hidden = ~system.knowledge[reader, : system.size]
        self._down, self._up = np.where(hidden, system.down_limit, 0.0), np.where(hidden, system.up_limit, 0.0)
        self._bounds = tuple(self._split(way, each) for way, each in zip((-1, 1), multipliers, strict=True))
        self._worlds: list[tuple[Extreme, Extreme]] = []

    def _split(self, direction: int, multipliers: Floats) -> tuple[Floats, Floats, float]:
        """The multipliers of upper and of lower bounds, and what the values' own bounds add."""
        left = -multipliers @ self._matrix
        left[self.target] += direction
        own = float(np.maximum(left * self._up, -left * self._down).sum())
        return np.maximum(multipliers, 0.0), np.maximum(-multipliers, 0.0), own

    def verdict(self, lows: Floats, highs: Floats) -> bool | None:
        """Whether rows with these bounds give the value away; None when that takes a linear program."""
        down, up = (_most(each, lows, highs) for each in self._bounds)
        if self._too_close(down, up):
            return True
        for world in self._worlds:
            sums = np.array([extreme.world for extreme in world]) @ self._matrix.T
            if ((sums >= lows - _FEASIBLE) & (sums <= highs + _FEASIBLE)).all():
                return False
        return None

    def learn(self, down: Extreme, up: Extreme) -> bool:
        """Take in how far the value gets; whether that is too close."""
        leaks = self._too_close(down.reach, up.reach)
        if leaks:
            self._bounds = (self._split(-1, down.multipliers), self._split(1, up.multipliers))
        else:
            self._worlds.append((down, up))
        return leaks

    def _too_close(self, down: float, up: float) -> bool:
        need_down, need_up, width = self.needs
        return down < need_down - TOLERANCE or up < need_up - TOLERANCE or down + up < width - TOLERANCE


def _most(bound: tuple[Floats, Floats, float], lows: Floats, highs: Floats) -> float:
    """The furthest that a value can get: the rows' bounds times their multipliers, and its own part."""
    above, below, own = bound
    with np.errstate(invalid="ignore"):
        rows = np.where(above > 0, above * highs, 0.0) - np.where(below > 0, below * lows, 0.0)
    return float(rows.sum()) + own
