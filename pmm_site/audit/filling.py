"""Who may be in which bin of a distribution: a mixed-integer program over the ways to fill its bins.

Counts in bins are whole numbers, and a linear program alone would understate what they tell. A way to fill the bins
that the program finds bounds every value by its bin; how far a value gets inside these bounds is for linear programs
to say, so that nothing rests on how exactly an integer program counts.
"""

from __future__ import annotations

import math
from typing import Any

import highspy
import numpy as np
from scipy import sparse

from pmm_site.audit.programs import Boxes, Nearby, SolverFailed, solver_of
from pmm_site.audit.worlds import Component, Floats, bits, flags_of

_OPEN = 1e3
"""What stands for an infinite bound, in units of R."""
_NODES = 20_000
_CHANGE, _ENOUGH = 0.01, math.inf
"""What it costs beside its price that a value changes bins; the gap of a program of which any solution will do."""
_HEURISTICS = ("feasibility_jump", "rens", "rins", "root_reduced_cost")
"""Of the solver, left out: they look for ways that nobody asks for."""


class Filling:
    """The ways to fill the bins of some distributions beside some facts, for readers who see both.

    Columns: how far each value rises, how far it falls, and a yes or no for each value and bin.
    """

    def __init__(self, nearby: Nearby, facts: int, seen: int) -> None:
        self.nearby = nearby
        self.component: Component = nearby.component
        self.number = len(self.component.unknowns)
        self.bins = [self.component.bins[which] for which in bits(seen)]
        self.solved = 0
        self._own: list[int] = []
        self._at: list[list[int]] = []
        self._rows: list[tuple[dict[int, float], float, float]] = []
        for row in bits(facts):
            fact = self.component.facts[row]
            self._rows.append((self._of(dict(fact.terms)), fact.lower, fact.upper))
        self._columns = 2 * self.number
        for position in range(len(self.bins)):
            self._distribution(position)
        self._solver = self._model()

    def _of(self, terms: dict[int, float]) -> dict[int, float]:
        falls = {self.number + column: -factor for column, factor in terms.items()}
        return {**terms, **falls}

    def _distribution(self, position: int) -> None:
        bins = self.bins[position]
        counts = [bins.place.count(each) for each in range(len(bins.edges) - 1)]
        inside: list[dict[int, float]] = [{} for _ in counts]
        for member, own in zip(bins.members, bins.place, strict=True):
            unknown, first = self.component.unknowns[member], self._columns
            self._columns += len(counts)
            below, above = self._of({member: 1.0}), self._of({member: 1.0})
            for place in range(len(counts)):
                inside[place][first + place] = 1.0
                below[first + place] = -max(bins.edges[place] - unknown.place, unknown.lower, -_OPEN)
                above[first + place] = -min(bins.edges[place + 1] - unknown.place, unknown.upper, _OPEN)
            self._rows.append((below, 0.0, math.inf))
            self._rows.append((above, -math.inf, 0.0))
            self._rows.append((dict.fromkeys(range(first, first + len(counts)), 1.0), 1.0, 1.0))
            self._own.append(first + own)
            self._at.append(list(range(first, first + len(counts))))
        self._rows += [(columns, count, count) for columns, count in zip(inside, counts, strict=True)]

    def _model(self) -> Any:
        rows = [row for row, (terms, _, _) in enumerate(self._rows) for _ in terms]
        columns = [column for terms, _, _ in self._rows for column in terms]
        factors = [factor for terms, _, _ in self._rows for factor in terms.values()]
        matrix = sparse.csc_matrix((factors, (rows, columns)), shape=(len(self._rows), self._columns))
        lower = np.array([row[1] for row in self._rows])
        upper = np.array([row[2] for row in self._rows])
        solver = solver_of(matrix, np.zeros(self._columns), lower, upper)
        whole = np.arange(2 * self.number, self._columns, dtype=np.int32)
        solver.changeColsIntegrality(len(whole), whole, np.array([highspy.HighsVarType.kInteger] * len(whole)))
        for option, value in (
            ("solver", "choose"), ("mip_max_nodes", _NODES), ("mip_allow_restart", False),
            *((f"mip_heuristic_run_{each}", False) for each in _HEURISTICS),
        ):  # fmt: skip
            solver.setOptionValue(option, value)
        return solver

    def nearest(self, unknown: int, sign: float, aim: float, known: int) -> Boxes | None:
        """The bounds of a way in which `unknown` gets as far as the aim up (1) or down (-1) and few change bins.

        What it costs to change bins are the prices of `nearby`. None where no way is found, though there may be one.
        """
        cost = np.zeros(self._columns)
        for member, own, places in zip(self._members(), self._own, self._at, strict=True):
            cost[places] = _CHANGE + self.nearby.prices[member]
            cost[own] = 0.0
        self._bound(unknown, sign, known)
        self._solver.changeColBounds(self._column(unknown, sign), aim, _OPEN)
        if self._run(cost, gap=_ENOUGH) != highspy.HighsModelStatus.kOptimal:
            return None
        return self._boxes(np.array(self._solver.getSolution().col_value))

    def furthest(self, unknown: int, sign: float, aim: float, known: int) -> Boxes:
        """The bounds of a way in which `unknown` gets as far as the aim up (1) or down (-1), else furthest.

        SolverFailed where that is not proven.
        """
        cost = np.zeros(self._columns)
        cost[self._column(unknown, sign)] = -1.0
        self._bound(unknown, sign, known)
        status = self._run(cost, target=-aim)
        if status == highspy.HighsModelStatus.kInfeasible:  # the truth is a way: presolve has lost it to rounding
            status = self._run(cost, target=-aim, presolve="off")
        if status not in (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kObjectiveTarget):
            raise SolverFailed(str(status))
        return self._boxes(np.array(self._solver.getSolution().col_value))

    def _column(self, unknown: int, sign: float) -> int:
        return unknown if sign > 0 else self.number + unknown

    def _run(
        self, cost: Floats, *, gap: float = 0.0, target: float = -math.inf, presolve: str = "on"
    ) -> highspy.HighsModelStatus:
        self._solver.changeColsCost(self._columns, np.arange(self._columns, dtype=np.int32), cost)
        for option, value in (("presolve", presolve), ("mip_rel_gap", gap), ("objective_target", target)):
            self._solver.setOptionValue(option, value)
        self._solver.clearSolver()
        self._solver.run()
        self.solved += 1
        status: highspy.HighsModelStatus = self._solver.getModelStatus()
        return status

    def _bound(self, unknown: int, sign: float, known: int) -> None:
        """Take what the reader knows as it is, and let the value move one way only."""
        lower, upper = self.nearby.bounds(known, None)
        (lower if sign > 0 else upper)[unknown] = 0.0
        rises = np.maximum(lower, 0), np.clip(upper, 0, _OPEN)
        falls = np.maximum(-upper, 0), np.clip(-lower, 0, _OPEN)
        choices = np.zeros(self._columns - 2 * self.number), np.ones(self._columns - 2 * self.number)
        hidden = ~flags_of(known, self.number)
        fixed = [own for each, own in zip(self._members(), self._own, strict=True) if not hidden[each]]
        choices[0][np.array(fixed, dtype=np.int64) - 2 * self.number] = 1.0
        lows, highs = (np.concatenate([rises[end], falls[end], choices[end]]) for end in (0, 1))
        every = np.arange(self._columns, dtype=np.int32)
        self._solver.changeColsBounds(self._columns, every, lows, np.maximum(lows, highs))

    def _members(self) -> list[int]:
        return [member for bins in self.bins for member in bins.members]

    def _boxes(self, solution: Floats) -> Boxes:
        """The bounds that the bins of a solution put on every value; SolverFailed where they do not hold the counts."""
        low, high = np.full(self.number, -math.inf), np.full(self.number, math.inf)
        chosen = iter(self._at)
        for bins in self.bins:
            places = []
            for member in bins.members:
                place = int(np.argmax(solution[next(chosen)]))
                places.append(place)
                value = self.component.unknowns[member].place
                low[member] = max(low[member], bins.edges[place] - value)
                high[member] = min(high[member], bins.edges[place + 1] - value)
            if sorted(places) != sorted(bins.place):
                raise SolverFailed("a way to fill the bins that does not keep the counts")
        return low, high
