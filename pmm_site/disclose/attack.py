"""The attack of a reader: the least and greatest deviation of a hidden value, by linear programs.

One incremental model per problem (highspy): a reader fixes columns, a level moves row bounds, a target changes two
costs. Every column is split into an upward and a downward part, so that a small cost on all parts finds worlds that
differ from the true one in few values: those serve as witnesses for every reader who knows none of the few.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import highspy
import numpy as np

from pmm_site.disclose.system import Flags, Floats

_SPARING = 1e-3
"""Cost of moving another value by one range, against the gain of one for the target."""

_NOISE = 1e-11
"""Deviations smaller than this are rounding errors of the solver, and count as none."""
_ZERO = 1e-9
"""Multipliers smaller than this count as none."""


class Extreme(NamedTuple):
    """How far the target got (in units of R, never negative), the world it got there in, and what stops it.

    `multipliers`: for each row how much further the target would get if the row gave way (the duals).
    """

    reach: float
    world: Floats
    multipliers: Floats

    @property
    def rows(self) -> Flags:
        """The rows that stop the target."""
        return np.asarray(np.abs(self.multipliers) > _ZERO)


class SolverFailed(Exception):
    """A linear program ended without an optimum twice; whoever asked must take the figure for unsafe."""


class NoWorld(SolverFailed):
    """No world lies within the columns asked for."""


class Attack:
    """The linear program of a system's rows over deviations from the true world."""

    def __init__(self, matrix: Floats) -> None:
        self.programs = 0
        rows, self._size = matrix.shape
        self._rows = np.arange(rows, dtype=np.int32)
        self._columns = np.arange(2 * self._size, dtype=np.int32)
        self._solver: Any = _solver(matrix)
        self._costs = np.zeros(2 * self._size)
        self._lows = self._highs = self._least = self._most = np.empty(0)
        self._lower = self._upper = np.zeros(2 * self._size)

    def set_rows(self, lows: Floats, highs: Floats) -> None:
        """Bounds of all rows: infinite where the reader sees no figure."""
        if len(self._rows) and not (np.array_equal(lows, self._lows) and np.array_equal(highs, self._highs)):
            self._lows, self._highs = lows.copy(), highs.copy()
            self._solver.changeRowsBounds(len(self._rows), self._rows, lows, highs)

    def set_columns(self, least: Floats, most: Floats) -> None:
        """Least and most deviation of each value; both zero for what the reader knows."""
        if np.array_equal(least, self._least) and np.array_equal(most, self._most):
            return
        self._least, self._most = least.copy(), most.copy()
        self._lower = np.concatenate([np.maximum(least, 0.0), np.maximum(-most, 0.0)])
        self._upper = np.concatenate([np.maximum(most, 0.0), np.maximum(-least, 0.0)])
        self._solver.changeColsBounds(2 * self._size, self._columns, self._lower, self._upper)

    def extreme(self, target: int, direction: int, limit: float, sparing: Floats | None = None) -> Extreme:
        """Move the target up (+1) or down (-1), at most by `limit`; exactly as far as possible unless `sparing`.

        Sparing, what moving each value is to cost, from 0 to 1: such solutions move few other values, may stop short
        and name no rows. Raises SolverFailed, and NoWorld where the columns exclude the true world and nothing else
        fits the rows.
        """
        if limit <= 0:
            return Extreme(0.0, np.zeros(self._size), np.zeros(len(self._rows)))
        column, other = target, target + self._size
        if direction < 0:
            column, other = other, column
        if self._lower[other] > 0:
            raise NoWorld
        least, most = float(self._lower[column]), float(self._upper[column])
        self._set_costs(sparing)
        self._solver.changeColCost(column, -1.0)
        self._solver.changeColBounds(column, least, max(least, min(limit, most)))
        self._solver.changeColBounds(other, 0.0, 0.0)
        try:
            self._run()
            return self._read(target, direction, exact=sparing is None)
        finally:
            self._solver.changeColCost(column, float(self._costs[column]))
            self._solver.changeColBounds(column, least, most)
            self._solver.changeColBounds(other, 0.0, float(self._upper[other]))

    def _set_costs(self, sparing: Floats | None) -> None:
        costs = np.zeros(2 * self._size) if sparing is None else _SPARING * np.concatenate([sparing, sparing])
        if not np.array_equal(costs, self._costs):
            self._solver.changeColsCost(2 * self._size, self._columns, costs)
            self._costs = costs

    def _run(self) -> None:
        self.programs += 1
        if not self._optimal():
            if self._lower.any() and self._solver.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
                raise NoWorld
            self._solver.clearSolver()
            if not self._optimal():
                self._solver.clearSolver()
                raise SolverFailed

    def _optimal(self) -> bool:
        # From the true world each time: it is feasible, few pivots away, and no result depends on an earlier one.
        self._solver.setBasis()
        self._solver.run()
        return bool(self._solver.getModelStatus() == highspy.HighsModelStatus.kOptimal)

    def _read(self, target: int, direction: int, exact: bool) -> Extreme:
        solution = self._solver.getSolution()
        parts = np.array(solution.col_value)
        world = parts[: self._size] - parts[self._size :]
        world[np.abs(world) < _NOISE] = 0.0
        multipliers = -np.array(solution.row_dual) if exact else np.zeros(len(self._rows))
        return Extreme(max(float(direction * world[target]), 0.0), world, multipliers)


def _solver(matrix: Floats) -> Any:
    """A silent, single-threaded solver with the split model loaded and all bounds still open."""
    solver: Any = highspy.Highs()
    for option, value in (
        ("output_flag", False), ("threads", 1), ("presolve", "off"), ("solver", "simplex"), ("simplex_strategy", 4),
        ("primal_feasibility_tolerance", 1e-9), ("dual_feasibility_tolerance", 1e-9),
    ):  # fmt: skip
        solver.setOptionValue(option, value)
    rows, size = matrix.shape
    split = np.hstack([matrix, -matrix]).T
    nonzero = split != 0
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = 2 * size, rows
    model.col_cost_ = np.zeros(2 * size)
    model.col_lower_, model.col_upper_ = np.zeros(2 * size), np.zeros(2 * size)
    model.row_lower_, model.row_upper_ = np.full(rows, -np.inf), np.full(rows, np.inf)
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = np.concatenate([[0], np.cumsum(nonzero.sum(axis=1))]).astype(np.int32)
    model.a_matrix_.index_ = np.nonzero(nonzero)[1].astype(np.int32)
    model.a_matrix_.value_ = split[nonzero]
    solver.passModel(model)
    return solver
