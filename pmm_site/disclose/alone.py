"""Cells that give a value away by themselves: found without a linear program, by the arithmetic of one bounded sum.

Most certificates are of a single cell in which a reader knows all but a few. Found for all readers at once, they spare
the search its first rounds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pmm_site.disclose.hitting import Certificate
from pmm_site.disclose.system import TOLERANCE, Flags, System


class Alone(NamedTuple):
    """A cell whose row gives a hidden value away at a level: the best informed reader to whom it does."""

    reader: int
    row: int
    level: int

    @property
    def certificate(self) -> Certificate:
        """The row and its level, to be forbidden."""
        return {self.row: self.level}


def alone(system: System, is_exposed: Callable[[int, int], bool]) -> Iterator[Alone]:
    """For each cell row the coarsest level at which the row alone gives a value away, if there is such.

    is_exposed: whether a reader can close in on a value whatever is published; such a pair stands against nothing.
    """
    for row, count in enumerate(system.level_counts):
        number = system.facts + row
        columns = np.flatnonzero(system.matrix[number])
        sees = _opens(system, number)
        hidden = ~system.knowledge[np.ix_(sees, columns)]
        for level in range(count - 1, -1, -1):
            found = np.argwhere(_leaks(system, number, level, columns, hidden))
            pairs = ((int(sees[reader]), int(columns[place])) for reader, place in found)
            reader = next((reader for reader, target in pairs if not is_exposed(reader, target)), None)
            if reader is not None:
                yield Alone(reader, row, level)
                break


def _opens(system: System, row: int) -> NDArray[np.int64]:
    """The readers who see a row."""
    audience = system.row_audience[row]
    if audience == len(system.audiences):
        return np.arange(len(system.knowledge))
    return np.flatnonzero(system.knowledge[:, system.size + audience])


def _leaks(system: System, row: int, level: int, columns: NDArray[np.int64], hidden: Flags) -> Flags:
    """Readers x values that the row gives away: how far each can get while the others make up for it."""
    factor = np.abs(system.matrix[row, columns])
    rises = system.matrix[row, columns] > 0
    down, up = system.down_limit[columns], system.up_limit[columns]
    # How far each value can lower and raise the sum.
    lower, raised = factor * np.where(rises, down, up), factor * np.where(rises, up, down)
    low, high = system.lows[row, level], system.highs[row, level]
    up_most = (high + (hidden @ lower)[:, np.newaxis] - lower) / factor
    down_most = ((hidden @ raised)[:, np.newaxis] - raised - low) / factor
    up_most, down_most = np.where(rises, up_most, down_most), np.where(rises, down_most, up_most)
    up_reach, down_reach = np.minimum(up, up_most), np.minimum(down, down_most)
    wrong = (
        (down_reach < system.side_down[columns] - TOLERANCE)
        | (up_reach < system.side_up[columns] - TOLERANCE)
        | (down_reach + up_reach < system.width[columns] - TOLERANCE)
    )
    return np.asarray(wrong & hidden)
