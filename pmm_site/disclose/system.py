"""A rounding problem as arrays, on which the attacks of all readers are computed.

A world is a vector of deviations: how far each variable lies from its true value, in units of its range R. The true
world is the zero vector, so it agrees with every figure.

Columns of the matrix are variables. Rows are the facts, then the cells, each scaled to a largest coefficient of 1. A
world agrees with a row that is published at a level when `lows[row, level] <= row @ world <= highs[row, level]`.
Level 0 is the finest, and the last one is *not published*, with infinite bounds. Bounds are nested: a finer level is
taken to say all that coarser ones say too. That is at least what its reader learns, and publishing more finely never
widens an interval.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pmm_site.disclose.figures import Cell, CellKey, Fact, Reader, RoundingProblem, Variable
from pmm_site.disclose.precision import interval_of_sum

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

TOLERANCE = 5e-7
"""Half of what an audit tolerates, in units of R."""

_OPEN_REACH = 4.0
"""How far a value without a bound may move in an attack, as a multiple of the widest protection of the problem.

Ample, and on the safe side: its true interval is wider.
"""


@dataclass(frozen=True)
class System:
    """The arrays of a problem with V variables, F facts and C rows of cells, seen by K kinds of readers.

    Variables: columns (their keys, sorted), values (V, in the KPI's unit), scales (V, the ranges R), whole (V, whether
    readers know that it is a whole number).
    Rows: matrix (F+C x V), lows and highs (F+C x levels), facts (F), identities (F, whether the fact is one).
    Cells: groups (C, the keys of the cells that a row stands for: those over the same variables with the same steps and
    audience), level_counts (C, their number of steps), weights (C), quoted (C).
    Readers: audiences (names, sorted), row_audience (F+C, the number of the audience that sees the row; one past the
    last where all do), reader_names (K, the best informed first), knowledge (K x V+audiences: which values they know,
    which audiences they belong to).
    Protection, all of V in units of R: how far a variable may deviate (down_limit, up_limit), and how far its interval
    must reach (side_down, side_up, and width in all).
    """

    columns: tuple[str, ...]
    values: Floats
    scales: Floats
    matrix: Floats
    lows: Floats
    highs: Floats
    whole: Flags
    facts: int
    identities: Flags
    groups: tuple[tuple[CellKey, ...], ...]
    level_counts: tuple[int, ...]
    weights: Floats
    quoted: tuple[bool, ...]
    audiences: tuple[str, ...]
    row_audience: NDArray[np.int64]
    reader_names: tuple[str, ...]
    knowledge: Flags
    down_limit: Floats
    up_limit: Floats
    side_down: Floats
    side_up: Floats
    width: Floats

    @property
    def size(self) -> int:
        """Number of variables."""
        return len(self.columns)

    @cached_property
    def positions(self) -> dict[str, int]:
        """Column of each variable."""
        return {key: position for position, key in enumerate(self.columns)}

    @cached_property
    def tied(self) -> tuple[tuple[int, ...], ...]:
        """For each column the other columns that an identity ties to it."""
        found: list[dict[int, None]] = [{} for _ in self.columns]
        for row in self.matrix[: self.facts][self.identities]:
            columns = list(map(int, np.flatnonzero(row)))
            for column in columns:
                found[column].update(dict.fromkeys(each for each in columns if each != column))
        return tuple(map(tuple, found))

    def row_bounds(self, levels: NDArray[np.int64]) -> tuple[Floats, Floats]:
        """The lower and upper bounds of all rows (F+C) when row r of the cells is published at `levels[r]`."""
        chosen = np.concatenate([np.zeros(self.facts, dtype=np.int64), levels])
        rows = np.arange(len(chosen))
        return self.lows[rows, chosen], self.highs[rows, chosen]

    def opened_rows(self, reader: int) -> Flags:
        """Which rows the reader sees (F+C): those for all, and those of the audiences that they belong to."""
        opened = np.concatenate([self.knowledge[reader, self.size :], [True]])
        return np.asarray(opened[self.row_audience])


def compile_problem(problem: RoundingProblem) -> System:
    """The arrays of a problem whose variables are all sound; readers with equal knowledge become one."""
    columns = tuple(sorted(problem.variables))
    variables = [problem.variables[key] for key in columns]
    merged = _merged_cells(problem.cells)
    audiences = _audiences(problem)
    matrix, lows, highs = _rows(problem, columns, variables, [cells[0] for cells in merged])
    names, knowledge = _distinct_readers(problem.readers, columns, audiences)
    numbers = {None: len(audiences)} | {audience: number for number, audience in enumerate(audiences)}
    of_rows = [fact.audience for fact in problem.facts] + [cells[0].audience for cells in merged]
    return System(
        columns, np.array([each.value for each in variables]), np.array([each.scale for each in variables]),
        matrix, lows, highs, np.array([each.whole for each in variables], dtype=bool),
        len(problem.facts), np.array([fact.identity for fact in problem.facts], dtype=bool),
        tuple(tuple(cell.key for cell in cells) for cells in merged),
        tuple(len(cells[0].levels) for cells in merged),
        np.array([sum(cell.weight for cell in cells) for cells in merged], dtype=float),
        tuple(any(cell.quoted for cell in cells) for cells in merged),
        audiences, np.array([numbers[audience] for audience in of_rows], dtype=np.int64),
        names, knowledge, *_protection(variables),
    )  # fmt: skip


def _audiences(problem: RoundingProblem) -> tuple[str, ...]:
    rows: tuple[Fact | Cell, ...] = (*problem.facts, *problem.cells)
    return tuple(sorted({row.audience for row in rows if row.audience is not None}))


def _merged_cells(cells: tuple[Cell, ...]) -> list[list[Cell]]:
    """Cells over the same variables with the same audience and steps, together: they are one figure. No empty ones."""
    merged: dict[tuple[object, ...], list[Cell]] = {}
    for cell in sorted(cells, key=lambda each: (str(each.audience or ""), str(each.key))):
        if cell.levels and cell.members:
            merged.setdefault((cell.members, cell.audience, cell.levels), []).append(cell)
    return list(merged.values())


def _rows(
    problem: RoundingProblem, columns: tuple[str, ...], variables: list[Variable], cells: list[Cell]
) -> tuple[Floats, Floats, Floats]:
    depth = max((len(cell.levels) for cell in cells), default=0) + 1
    count = len(problem.facts) + len(cells)
    matrix = np.zeros((count, len(columns)))
    lows, highs = np.full((count, depth), -np.inf), np.full((count, depth), np.inf)
    position = {key: number for number, key in enumerate(columns)}
    for row, fact in enumerate(problem.facts):
        lower, upper = _fact_slack(fact, problem)
        scale = _fill(matrix[row], fact.terms, position, variables)
        lows[row, :], highs[row, :] = lower / scale, upper / scale
    for row, cell in enumerate(cells, start=len(problem.facts)):
        scale = _fill(matrix[row], tuple((key, 1.0) for key in sorted(cell.members)), position, variables)
        for level, (lower, upper) in enumerate(_cell_slack(cell, problem)):
            lows[row, level], highs[row, level] = lower / scale, upper / scale
    return matrix, lows, highs


def _fill(
    row: Floats, terms: tuple[tuple[str, float], ...], position: dict[str, int], variables: list[Variable]
) -> float:
    """Write the scaled coefficients of a row into it; returns the scale by which its bounds are to be divided."""
    for key, factor in terms:
        row[position[key]] += factor * variables[position[key]].scale
    scale = float(np.abs(row).max()) or 1.0
    row /= scale
    return scale


def _fact_slack(fact: Fact, problem: RoundingProblem) -> tuple[float, float]:
    total = math.fsum(factor * problem.variables[key].value for key, factor in fact.terms)
    return min(fact.lower - total, 0.0), max(fact.upper - total, 0.0)


def _cell_slack(cell: Cell, problem: RoundingProblem) -> list[tuple[float, float]]:
    """How far down and up the cell's sum may deviate at each level, finest first, each within the next."""
    mean, total = cell_mean(cell, problem), math.fsum(problem.variables[key].value for key in cell.members)
    whole = all(problem.variables[key].whole for key in cell.members)
    least, greatest = -math.inf, math.inf
    slack = []
    for step in reversed(cell.levels):
        interval = interval_of_sum(mean, step, (cell.least, cell.greatest), len(cell.members), whole=whole)
        least, greatest = max(least, interval[0]), min(greatest, interval[1])
        slack.append((min(least - total, 0.0), max(greatest - total, 0.0)))
    return slack[::-1]


def cell_mean(cell: Cell, problem: RoundingProblem) -> float:
    """The mean of the cell's contributors, correctly rounded to a float."""
    return math.fsum(problem.variables[key].value for key in cell.members) / len(cell.members)


def _distinct_readers(
    readers: tuple[Reader, ...], columns: tuple[str, ...], audiences: tuple[str, ...]
) -> tuple[tuple[str, ...], Flags]:
    """Names and knowledge of readers, those who know most first: readers x (variables, then audiences)."""
    names: dict[bytes, str] = {}
    rows: dict[bytes, Flags] = {}
    for reader in sorted(readers, key=lambda each: each.name):
        row = np.array(
            [key in reader.known for key in columns] + [each in reader.opens for each in audiences], dtype=bool
        )
        if not row[: len(columns)].all():
            names.setdefault(row.tobytes(), reader.name)
            rows.setdefault(row.tobytes(), row)
    order = sorted(rows, key=lambda each: (-int(rows[each].sum()), names[each]))
    width = len(columns) + len(audiences)
    table = np.array([rows[each] for each in order], dtype=bool).reshape(len(order), width)
    return tuple(names[each] for each in order), table


def _protection(variables: list[Variable]) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Limits of each deviation and what must be reached: down, up, side down, side up, width, in units of R."""
    value, lower, upper, side, width, scale = (
        np.array([getattr(each, name) for each in variables], dtype=float)
        for name in ("value", "lower", "upper", "side", "width", "scale")
    )
    reach = _OPEN_REACH * float(np.maximum(width, 2 * side).max(initial=0.0))
    down = np.where(np.isfinite(lower), value - lower, reach) / scale
    up = np.where(np.isfinite(upper), upper - value, reach) / scale
    side, width = side / scale, width / scale
    return down, up, np.minimum(side, down), np.minimum(side, up), np.minimum(width, down + up)
