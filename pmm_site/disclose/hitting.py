"""The master of the search: the levels worth most that respect every certificate found so far.

A certificate is a set of (cell row, level) that together give a value away; publishing all of them, each at its level
or finer, is forbidden. Binaries say *row r is published at level l or finer*.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix

from pmm_site.disclose.system import Floats

Certificate = Mapping[int, int]
"""Level by cell row."""

_COARSEST_WORTH = 0.6
"""What a figure is worth at its coarsest step, of 1 at its finest."""


def level_worth(levels: int, quoted: bool = False) -> tuple[float, ...]:
    """What a figure is worth at each level, finest first and 0 when not published.

    1, 0.9, 0.6, 0 for three levels; 1, 2/3, 1/3, 0 for a figure that is quoted: its decimal is worth a region's mean.
    """
    if levels == 0:
        return (0.0,)
    if quoted:
        return tuple(1 - level / levels for level in range(levels + 1))
    loss = 1 - _COARSEST_WORTH
    return (*(1 - loss * (level / max(levels - 1, 1)) ** 2 for level in range(levels)), 0.0)


class Proposal(NamedTuple):
    """Levels by row (one past the coarsest: not published), whether nothing is better, and the nodes it took."""

    levels: NDArray[np.int64]
    best: bool
    nodes: int


class Master:
    """The integer program over levels; `tied` puts every published row at the same level."""

    def __init__(self, weights: Floats, level_counts: Sequence[int], tied: bool, quoted: Sequence[bool]) -> None:
        self._counts = tuple(level_counts)
        self._starts = np.concatenate([[0], np.cumsum(self._counts)]).astype(int)
        self._ties = max(self._counts, default=0) if tied else 0
        self.worth = [
            weight * np.array(level_worth(count, is_quoted))
            for weight, count, is_quoted in zip(weights, self._counts, quoted, strict=True)
        ]
        self._rows: list[dict[int, float]] = []
        self._upper: list[float] = []
        self._order_levels()
        if tied:
            self._tie_levels()

    @property
    def _size(self) -> int:
        return int(self._starts[-1]) + self._ties

    def value(self, levels: NDArray[np.int64]) -> float:
        """What the levels are worth."""
        return float(sum(worth[level] for worth, level in zip(self.worth, levels, strict=True)))

    def forbid(self, certificate: Certificate) -> None:
        """Respect a certificate from now on."""
        self._at_most(
            {int(self._starts[row]) + level: 1.0 for row, level in certificate.items()}, len(certificate) - 1.0
        )

    def solve(self, node_limit: int) -> Proposal | None:
        """The levels worth most; None when the solver did not say so within the limit."""
        if not self._size:
            return Proposal(np.zeros(len(self._counts), dtype=np.int64), True, 0)
        result = milp(
            -self._objective(), integrality=np.ones(self._size), bounds=Bounds(0, 1),
            constraints=LinearConstraint(self._matrix(), -np.inf, np.array(self._upper)),
            options={"node_limit": max(node_limit, 1), "mip_rel_gap": 0.0},
        )  # fmt: skip
        if result.x is None:
            return None
        return Proposal(self._levels(result.x > 0.5), result.status == 0, int(result.mip_node_count or 0))

    def _levels(self, chosen: NDArray[np.bool_]) -> NDArray[np.int64]:
        spans = zip(self._starts[:-1], self._starts[1:], strict=True)
        return np.array([(last - first) - chosen[first:last].sum() for first, last in spans], dtype=np.int64)

    def _objective(self) -> Floats:
        gains = [worth[:-1] - worth[1:] for worth in self.worth]
        return np.concatenate([*gains, np.zeros(self._ties)])

    def _matrix(self) -> csr_matrix:
        rows = [(number, column, factor) for number, row in enumerate(self._rows) for column, factor in row.items()]
        numbers, columns, factors = zip(*rows, strict=True) if rows else ((), (), ())
        return csr_matrix((factors, (numbers, columns)), shape=(len(self._rows), self._size))

    def _at_most(self, row: dict[int, float], bound: float) -> None:
        self._rows.append(row)
        self._upper.append(bound)

    def _order_levels(self) -> None:
        for first, count in zip(self._starts, self._counts, strict=False):
            for level in range(count - 1):
                self._at_most({int(first) + level: 1.0, int(first) + level + 1: -1.0}, 0.0)

    def _tie_levels(self) -> None:
        """Published at level l or finer exactly when published at all and the common level is l or finer."""
        common = int(self._starts[-1])
        self._at_most({common + level: 1.0 for level in range(self._ties)}, 1.0)
        for first, count in zip(self._starts, self._counts, strict=False):
            last = int(first) + count - 1
            for level in range(count):
                finer = {common + each: 1.0 for each in range(level + 1)}
                self._at_most({int(first) + level: 1.0} | dict.fromkeys(finer, -1.0), 0.0)
                self._at_most({last: 1.0, int(first) + level: -1.0} | finer, 1.0)
