"""Linear and mixed-integer programs over the worlds that a reader cannot tell from the truth.

`Nearby` seeks a world in which one value lies far enough away and as few others as possible move; `extremes` gives
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
from scipy.optimize import LinearConstraint, linprog, milp

from pmm_site.audit.worlds import TOLERANCE, Bins, Component, Floats, bits, flags_of, mask_of_flags

_ZERO = 1e-9
_OPEN = 1e3
"""What stands for an infinite bound in integer programs, in units of R."""

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
        self._solver = _solver(doubled, np.ones(2 * self.number), self.row_lower, self.row_upper)
        self._all_columns = np.arange(2 * self.number, dtype=np.int32)
        self._all_rows = np.arange(len(component.facts), dtype=np.int32)
        self._facts = -1
        self.solved = 0

    def world(self, unknown: int, least: float, known: int, facts: int, boxes: Boxes | None = None) -> Floats | None:
        """Differences with that of `unknown` at least `least` away (negative: at most), nothing `known` moved.

        facts: bits of those that hold; boxes: bounds of some values instead of the KPI's. None when there is no
        such world.
        """
        lower, upper = self._bounds(known, boxes)
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
        status = _status(self._solver)
        if status != highspy.HighsModelStatus.kOptimal:
            return None
        found = np.array(self._solver.getSolution().col_value)
        difference: Floats = found[: self.number] - found[self.number :]
        difference[np.abs(difference) < _ZERO] = 0.0
        return difference

    def _bounds(self, known: int, boxes: Boxes | None) -> tuple[Floats, Floats]:
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
        lower, upper = self.nearby._bounds(known, boxes)
        solver = self._solvers.get(facts)
        columns = np.arange(len(lower), dtype=np.int32)
        if solver is None:
            seen = [row for row in range(len(self.nearby.row_lower)) if facts >> row & 1]
            matrix = self.nearby.matrix[seen].tocsc()
            cost = np.zeros(len(lower))
            solver = _solver(matrix, cost, self.nearby.row_lower[seen], self.nearby.row_upper[seen])
            self._solvers[facts] = solver
        cost = np.zeros(len(lower))
        cost[unknown] = sense
        solver.changeColsBounds(len(lower), columns, lower, np.maximum(lower, upper))
        solver.changeColsCost(len(lower), columns, cost)
        self.solved += 1
        status = _status(solver)
        if status == highspy.HighsModelStatus.kOptimal:
            return float(np.array(solver.getSolution().col_value)[unknown])
        if status == highspy.HighsModelStatus.kUnbounded:
            return -sense * math.inf
        raise SolverFailed(str(status))

    def checked(self, unknown: int, known: int, facts: int) -> Box:
        """The same interval by another solver path (scipy, with presolve): what both give must agree."""
        lower, upper = self.nearby._bounds(known, None)
        rows = [row for row in range(len(self.nearby.row_lower)) if facts >> row & 1]
        matrix = self.nearby.dense[rows]
        limits = np.concatenate([self.nearby.row_upper[rows], -self.nearby.row_lower[rows]])
        both = np.vstack([matrix, -matrix])
        keep = np.isfinite(limits)
        ends = []
        for sense in (1.0, -1.0):
            cost = np.zeros(len(lower))
            cost[unknown] = sense
            table = list(zip(lower, upper, strict=True))
            solved = linprog(cost, A_ub=both[keep] if rows else None, b_ub=limits[keep] if rows else None, bounds=table)
            if solved.status == 3:
                ends.append(-sense * math.inf)
            elif solved.status == 0:
                ends.append(float(solved.x[unknown]))
            else:
                raise SolverFailed(f"linprog {solved.status}")
        return ends[0], ends[1]


def interval_in_bins(
    component: Component, unknown: int, known: int, facts: int, seen: int, sign: float
) -> tuple[float, Floats]:
    """The end of the interval when distributions are respected, exactly, by a mixed-integer program.

    sign: 1 asks for the greatest difference, -1 for the least. Gives the end, beyond any protection where nothing
    bounds it, and the world that shows it; SolverFailed when it is not proven optimal.
    """
    return _BinModel(component, known, facts, seen).end(unknown, -sign)


class _BinModel:
    """Differences and one yes-or-no variable per value and bin."""

    def __init__(self, component: Component, known: int, facts: int, seen: int) -> None:
        self.component = component
        self.number = len(component.unknowns)
        self.lower = np.array([max(each.lower, -_OPEN) for each in component.unknowns])
        self.upper = np.array([min(each.upper, _OPEN) for each in component.unknowns])
        for each in bits(known):
            self.lower[each] = self.upper[each] = 0.0
        self.rows: list[tuple[dict[int, float], float, float]] = []
        self.binaries = 0
        for row in bits(facts):
            fact = component.facts[row]
            self.rows.append((dict(fact.terms), fact.lower, fact.upper))
        for number in bits(seen):
            self._distribution(component.bins[number])

    def _distribution(self, bins: Bins) -> None:
        counts = [bins.place.count(each) for each in range(len(bins.edges) - 1)]
        columns: list[list[int]] = [[] for _ in counts]
        for member in bins.members:
            place, first = self.component.unknowns[member].place, self.number + self.binaries
            self.binaries += len(counts)
            below, above = {member: 1.0}, {member: 1.0}
            for position in range(len(counts)):
                columns[position].append(first + position)
                low = max(bins.edges[position] - place, -_OPEN)
                high = min(bins.edges[position + 1] - place, _OPEN)
                below[first + position], above[first + position] = -low, -high
            self.rows.append((below, 0.0, math.inf))
            self.rows.append((above, -math.inf, 0.0))
            self.rows.append(({first + position: 1.0 for position in range(len(counts))}, 1.0, 1.0))
        for position, count in enumerate(counts):
            self.rows.append((dict.fromkeys(columns[position], 1.0), count, count))

    def end(self, unknown: int, sense: float) -> tuple[float, Floats]:
        """The least value of sense times the difference, and its world."""
        total = self.number + self.binaries
        matrix = sparse.lil_matrix((len(self.rows), total))
        for row, (terms, _, _) in enumerate(self.rows):
            for column, factor in terms.items():
                matrix[row, column] = factor
        cost = np.zeros(total)
        cost[unknown] = sense
        solved = milp(
            cost,
            constraints=LinearConstraint(matrix.tocsr(), [row[1] for row in self.rows], [row[2] for row in self.rows]),
            bounds=Limits(
                np.concatenate([self.lower, np.zeros(self.binaries)]),
                np.concatenate([self.upper, np.ones(self.binaries)]),
            ),
            integrality=np.concatenate([np.zeros(self.number), np.ones(self.binaries)]),
            options={"node_limit": 20_000, "mip_rel_gap": 0.0},
        )
        if solved.status != 0 or solved.x is None:
            raise SolverFailed(f"milp {solved.status}")
        difference = np.array(solved.x[: self.number])
        difference[np.abs(difference) < 1e-7] = 0.0
        return float(difference[unknown]), difference


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


def _solver(matrix: sparse.csc_matrix, cost: Floats, lower: Floats, upper: Floats) -> Any:
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
    solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    for option, value in (("output_flag", False), ("threads", 1), ("presolve", "off"), ("solver", "simplex")):
        solver.setOptionValue(option, value)
    solver.passModel(program)
    return solver


def _status(solver: Any) -> Any:
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
