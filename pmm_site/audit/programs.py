"""Linear programs over the worlds that a reader cannot tell from the truth.

`Nearby` seeks a world in which one value lies far enough away and as few others as possible move; `Extremes` gives
the whole interval. Both take what the reader knows and sees; a solver status other than optimal, infeasible or
unbounded raises SolverFailed, which counts as unsafe.
"""

from __future__ import annotations

import math
from typing import Any

import highspy
import numpy as np
from scipy import sparse
from scipy.optimize import Bounds as Limits
from scipy.optimize import LinearConstraint, milp

from pmm_site.audit.worlds import TOLERANCE, Component, Floats, flags_of, mask_of_flags

_ZERO = 1e-9

Box = tuple[float, float]
Boxes = tuple[Floats, Floats]
"""Least and greatest difference of every value, where bins bound it."""


class SolverFailed(Exception):
    """The solver gave neither a solution nor a proof that there is none."""


class Nearby:
    """Sparse worlds by one incremental linear program: differences split into a rise and a fall, their sum least."""

    def __init__(self, component: Component) -> None:
        self.component = component
        self.number = len(component.unknowns)
        self.lower = np.array([each.lower for each in component.unknowns])
        self.upper = np.array([each.upper for each in component.unknowns])
        self.row_lower = np.array([fact.lower for fact in component.facts])
        self.row_upper = np.array([fact.upper for fact in component.facts])
        self.matrix = _matrix(component)
        self.dense = self.matrix.toarray()
        doubled = sparse.hstack([self.matrix, -self.matrix], format="csc")
        self._solver = solver_of(doubled, np.ones(2 * self.number), self.row_lower, self.row_upper)
        self._all_columns = np.arange(2 * self.number, dtype=np.int32)
        self._all_rows = np.arange(len(component.facts), dtype=np.int32)
        self._facts = -1
        self.prices = np.ones(self.number)
        self._costs = np.ones(2 * self.number)
        self.solved = 0

    def price(self, prices: Floats, tilt: Floats | None = None) -> None:
        """What it costs to move each value, from now on; tilt: what a rise costs besides, and a fall saves."""
        costs = np.concatenate([prices, prices] if tilt is None else [prices + tilt, prices - tilt])
        if not np.array_equal(costs, self._costs):
            self.prices, self._costs = prices, costs
            self._solver.changeColsCost(2 * self.number, self._all_columns, costs)

    def world(self, unknown: int, least: float, known: int, facts: int, boxes: Boxes | None = None) -> Floats | None:
        """Differences with that of `unknown` at least `least` away (negative: at most), nothing `known` moved.

        facts: bits of those that hold; boxes: bounds of some values instead of the KPI's. None when there is no
        such world.
        """
        lower, upper = self.bounds(known, boxes)
        if least < 0:
            upper[unknown] = min(upper[unknown], least)
        else:
            lower[unknown] = max(lower[unknown], least)
        if (lower > upper + _ZERO).any():
            return None
        columns_lower = np.concatenate([np.maximum(lower, 0), np.maximum(-upper, 0)])
        columns_upper = np.concatenate([np.maximum(upper, 0), np.maximum(-lower, 0)])
        columns_upper = np.maximum(columns_lower, columns_upper)
        self._solver.changeColsBounds(2 * self.number, self._all_columns, columns_lower, columns_upper)
        self._use(facts)
        self.solved += 1
        status = status_of(self._solver)
        if status != highspy.HighsModelStatus.kOptimal:
            return None
        found = np.array(self._solver.getSolution().col_value)
        difference: Floats = found[: self.number] - found[self.number :]
        difference[np.abs(difference) < _ZERO] = 0.0
        return difference

    def bounds(self, known: int, boxes: Boxes | None) -> tuple[Floats, Floats]:
        """Least and greatest difference of every value for one who knows some of them."""
        if boxes is None:
            lower, upper = self.lower.copy(), self.upper.copy()
        else:
            lower, upper = np.maximum(self.lower, boxes[0]), np.minimum(self.upper, boxes[1])
        fixed = flags_of(known, self.number)
        lower[fixed] = upper[fixed] = 0.0
        return lower, upper

    def _use(self, facts: int) -> None:
        if facts == self._facts or not len(self._all_rows):
            return
        holds = flags_of(facts, len(self._all_rows))
        lower, upper = np.where(holds, self.row_lower, -math.inf), np.where(holds, self.row_upper, math.inf)
        self._solver.changeRowsBounds(len(lower), self._all_rows, lower, upper)
        self._facts = facts

    def violated(self, difference: Floats) -> int:
        """Bits of the facts that do not hold in a world."""
        sums = self.dense @ difference
        return mask_of_flags((sums < self.row_lower - TOLERANCE) | (sums > self.row_upper + TOLERANCE))


class Extremes:
    """The interval of one value by linear programs, without regard to distributions."""

    def __init__(self, nearby: Nearby) -> None:
        self.nearby = nearby
        self.solved = 0
        self._solvers: dict[int, Any] = {}

    def interval(self, unknown: int, known: int, facts: int, boxes: Boxes | None = None) -> Box:
        """Least and greatest difference; infinite where nothing bounds it."""
        return self._end(unknown, 1.0, known, facts, boxes), self._end(unknown, -1.0, known, facts, boxes)

    def _end(self, unknown: int, sense: float, known: int, facts: int, boxes: Boxes | None) -> float:
        lower, upper = self.nearby.bounds(known, boxes)
        solver = self._solvers.get(facts)
        columns = np.arange(len(lower), dtype=np.int32)
        if solver is None:
            seen = [row for row in range(len(self.nearby.row_lower)) if facts >> row & 1]
            matrix = self.nearby.matrix[seen].tocsc()
            cost = np.zeros(len(lower))
            solver = solver_of(matrix, cost, self.nearby.row_lower[seen], self.nearby.row_upper[seen])
            self._solvers[facts] = solver
        cost = np.zeros(len(lower))
        cost[unknown] = sense
        solver.changeColsBounds(len(lower), columns, lower, np.maximum(lower, upper))
        solver.changeColsCost(len(lower), columns, cost)
        self.solved += 1
        status = status_of(solver)
        if status == highspy.HighsModelStatus.kOptimal:
            return float(np.array(solver.getSolution().col_value)[unknown])
        if status == highspy.HighsModelStatus.kUnbounded:
            return -sense * math.inf
        raise SolverFailed(str(status))

    def checked(self, unknown: int, known: int, facts: int) -> Box:
        """The same interval by another solver path (scipy, with presolve): what both give must agree."""
        lower, upper = self.nearby.bounds(known, None)
        rows = flags_of(facts, len(self.nearby.row_lower))
        sums = LinearConstraint(self.nearby.matrix[rows], self.nearby.row_lower[rows], self.nearby.row_upper[rows])
        ends = []
        for sense in (1.0, -1.0):
            cost = np.zeros(len(lower))
            cost[unknown] = sense
            solved = milp(cost, constraints=sums if rows.any() else None, bounds=Limits(lower, upper))
            if solved.status == 3:
                ends.append(-sense * math.inf)
            elif solved.status == 0:
                ends.append(float(solved.x[unknown]))
            else:
                raise SolverFailed(f"scipy {solved.status}")
        return ends[0], ends[1]


def _matrix(component: Component) -> sparse.csr_matrix:
    rows: list[int] = []
    columns: list[int] = []
    factors: list[float] = []
    for row, fact in enumerate(component.facts):
        for column, factor in fact.terms:
            rows.append(row)
            columns.append(column)
            factors.append(factor)
    shape = (len(component.facts), len(component.unknowns))
    return sparse.csr_matrix((factors, (rows, columns)), shape=shape)


def solver_of(matrix: sparse.csc_matrix, cost: Floats, lower: Floats, upper: Floats) -> Any:
    """An incremental solver of a program with these rows; the bounds of columns follow."""
    program = highspy.HighsLp()
    rows, columns = matrix.shape
    program.num_row_, program.num_col_ = rows, columns
    program.col_cost_ = cost
    program.col_lower_, program.col_upper_ = np.zeros(columns), np.zeros(columns)
    program.row_lower_, program.row_upper_ = lower, upper
    program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    program.a_matrix_.start_ = matrix.indptr.astype(np.int32)
    program.a_matrix_.index_ = matrix.indices.astype(np.int32)
    program.a_matrix_.value_ = matrix.data.astype(np.float64)
    solver: Any = highspy.Highs()
    for option, value in (("output_flag", False), ("threads", 1), ("presolve", "off"), ("solver", "simplex")):
        solver.setOptionValue(option, value)
    solver.passModel(program)
    return solver


def status_of(solver: Any) -> Any:
    """The status after solving; tried once more from scratch before it counts as failed."""
    known = (
        highspy.HighsModelStatus.kOptimal,
        highspy.HighsModelStatus.kInfeasible,
        highspy.HighsModelStatus.kUnbounded,
    )
    for _ in range(2):
        solver.run()
        status = solver.getModelStatus()
        if status in known:
            return status
        solver.clearSolver()
    raise SolverFailed(str(status))
