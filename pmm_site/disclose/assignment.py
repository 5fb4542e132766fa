"""Worlds that keep distributions: who may be in which bin, beside the published means.

Counts in bins are whole numbers, so the attack is an integer program: a 0/1 variable per value and bin. Most worlds
are found without one: when every value stays in its own bins, or two values change places, the bins are bounds of a
linear program.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, NamedTuple

import highspy
import numpy as np
from numpy.typing import NDArray

from pmm_site.disclose.system import Flags, Floats, System
from pmm_site.skewness import skewness

_MARGIN = 1e-7
"""Worlds keep this far from the edges of their bins, in units of R: no rounding error moves a value to the next bin."""

_SPARING = 1e-3
"""Cost of moving another value by one range, against the gain of one for the target."""
_ANY = np.inf
"""Gap of a program of which any solution will do: the first that is found is taken."""
_HEURISTICS = ("feasibility_jump", "rens", "rins", "root_reduced_cost")
"""Heuristics of HiGHS that are switched off."""
_NEAR = 1.0
"""Worlds are sought first in which no value moves further than so many times the target's own way."""
_LARGE = 2_000
"""Binaries from which a program is too large, since it may take minutes: of tied KPIs, or of very many Members."""
_NOISE = 1e-11
"""Deviations smaller than this are rounding errors of the solver, and count as none."""


class Binned(NamedTuple):
    """A distribution over some columns of a system.

    `edges`: in the KPI's unit, possibly infinite at the ends; `inside`: the published number of columns in each bin.
    """

    columns: NDArray[np.int64]
    edges: Floats
    inside: NDArray[np.int64]

    def bins(self, values: Floats) -> NDArray[np.int64]:
        """The bin of each column, for the values of all columns of the system; edges as in `distributions.bin_of`."""
        return _bins(self.edges, values[self.columns])

    def holds(self, values: Floats) -> bool:
        """Whether as many of the columns are in each bin as was published."""
        return bool((np.bincount(self.bins(values), minlength=len(self.inside)) == self.inside).all())


def binned(system: System, columns: NDArray[np.int64], edges: tuple[float, ...]) -> Binned:
    """The distribution of the true values of the columns."""
    bounds = np.array(edges)
    inside = np.bincount(_bins(bounds, system.values[columns]), minlength=len(edges) - 1)
    return Binned(columns, bounds, inside)


def _bins(edges: Floats, values: Floats) -> NDArray[np.int64]:
    found = np.searchsorted(edges, values, side="right") - 1
    return np.minimum(np.maximum(found, 0), len(edges) - 2)


class Solution(NamedTuple):
    """What an integer program found: a world or none, whether it searched to the end, and its nodes."""

    world: Floats | None
    decided: bool
    nodes: int


class Leaning(NamedTuple):
    """Values of which is told to which side they surely lean, if to any."""

    columns: NDArray[np.int64]
    side: int

    def holds(self, values: Floats) -> bool:
        """Whether the same would be told."""
        return skewness(values[self.columns].tolist()).side == self.side


def leaning(system: System, members: frozenset[str]) -> Leaning:
    """The lean of the true values of some variables."""
    columns = np.array([number for number, key in enumerate(system.columns) if key in members], dtype=int)
    return Leaning(columns, skewness(system.values[columns].tolist()).side)


def keeps(system: System, figures: tuple[Binned | Leaning, ...], world: Floats) -> bool:
    """Whether a world has the true world's figures; a value that did not move is in its own bin."""
    values = np.where(world == 0, system.values, system.values + world * system.scales)
    return all(each.holds(values) for each in figures)


def spans(system: System, distribution: Binned) -> tuple[Floats, Floats]:
    """Least and most deviation of each of the distribution's columns in each of its bins: columns x bins."""
    value, scale = system.values[distribution.columns, np.newaxis], system.scales[distribution.columns, np.newaxis]
    edges = distribution.edges
    least = np.maximum((edges[:-1] - value) / scale + _MARGIN, -system.down_limit[distribution.columns, np.newaxis])
    most = np.minimum((edges[1:] - value) / scale - _MARGIN, system.up_limit[distribution.columns, np.newaxis])
    own = np.arange(len(distribution.columns)), distribution.bins(system.values)
    least[own], most[own] = np.minimum(least[own], 0.0), np.maximum(most[own], 0.0)
    return least, most


class Places:
    """Column bounds that keep all distributions: everybody in their own bins, or two with places changed."""

    def __init__(self, system: System, distributions: tuple[Binned, ...]) -> None:
        self._system = system
        size = system.size
        self._place: list[tuple[int, ...]] = [()] * size
        self._tables = []
        for distribution in distributions:
            bins = np.full(size, -1)
            bins[distribution.columns] = distribution.bins(system.values)
            self._place = [(*place, int(number)) for place, number in zip(self._place, bins, strict=True)]
            row = np.full(size, -1)
            row[distribution.columns] = np.arange(len(distribution.columns))
            self._tables.append((row, *spans(system, distribution)))
        self.own = tuple(np.array(ends) for ends in zip(*(self._span(one, one) for one in range(size)), strict=True))

    def _span(self, column: int, other: int) -> tuple[float, float]:
        """Deviations that bring a column to the bins of another."""
        least, most = -float(self._system.down_limit[column]), float(self._system.up_limit[column])
        for (row, lows, highs), number in zip(self._tables, self._place[other], strict=True):
            if number >= 0:
                least, most = max(least, lows[row[column], number]), min(most, highs[row[column], number])
        return least, most

    def exchanges(self, target: int, direction: int, hidden: Flags) -> Iterator[tuple[Floats, Floats]]:
        """Bounds with the target's place and that of a hidden value further down or up exchanged.

        Those in the same figures come first: their exchange asks least of the others; then the nearest. What identities
        tie to the two changes places with them.
        """
        values, place = self._system.values, self._place
        others = [
            other
            for other in np.flatnonzero(hidden)
            if place[other] != place[target]
            and direction * (values[other] - values[target]) > 0
            and self._alike(target, int(other))
        ]
        matrix = self._system.matrix
        apart = (matrix[:, others] != matrix[:, [target]]).sum(axis=0)
        order = sorted(
            zip(apart, others, strict=True), key=lambda it: (it[0], abs(values[it[1]] - values[target]), it[1])
        )
        for _, other in order:
            least, most = self.own[0].copy(), self.own[1].copy()
            for one, two in self._together(target, int(other)):
                least[one], most[one] = self._span(one, two)
                least[two], most[two] = self._span(two, one)
            if (least <= most).all():
                yield least, most

    def _alike(self, one: int, two: int) -> bool:
        """Whether two columns are in the same distributions."""
        places = zip(self._place[one], self._place[two], strict=True)
        return all((mine < 0) == (theirs < 0) for mine, theirs in places)

    def _together(self, target: int, other: int) -> Iterator[tuple[int, int]]:
        """The target and the other, then the pairs of columns that are tied to them and in the same distributions."""
        yield target, other
        theirs = list(self._system.tied[other])
        for one in self._system.tied[target]:
            two = next((each for each in theirs if self._alike(one, each)), None)
            if two is not None:
                theirs.remove(two)
                yield one, two


class Assignment:
    """The integer program: deviations in two parts as in `Attack`, and a binary per column and bin."""

    def __init__(self, system: System, distributions: tuple[Binned, ...]) -> None:
        self._system = system
        self._size = system.size
        self._own: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
        self._apart: list[Floats] = []
        self._solver: Any = highspy.Highs()
        for option, value in (
            ("output_flag", False), ("threads", 1), ("mip_abs_gap", 1e-7),
            ("mip_feasibility_tolerance", 1e-9), ("primal_feasibility_tolerance", 1e-9),
            # Nearly all programs are decided at their root: what looks for better solutions before is time lost.
            *((f"mip_heuristic_run_{each}", False) for each in _HEURISTICS),
            ("mip_allow_restart", False),
        ):  # fmt: skip
            self._solver.setOptionValue(option, value)
        self._load(distributions)

    def _load(self, distributions: tuple[Binned, ...]) -> None:
        rows: list[tuple[dict[int, float], float, float]] = [({}, 0.0, 0.0) for _ in self._system.matrix]
        for number, row in enumerate(self._system.matrix):
            for column in np.flatnonzero(row):
                rows[number][0].update({int(column): row[column], int(column) + self._size: -row[column]})
        start = 2 * self._size
        for distribution in distributions:
            start = self._load_bins(rows, distribution, start)
        self._columns = start
        self._is_large = start - 2 * self._size > _LARGE
        self._pass_model(rows)

    def _load_bins(self, rows: list[tuple[dict[int, float], float, float]], distribution: Binned, start: int) -> int:
        least, most = spans(self._system, distribution)
        count, bins = least.shape
        binaries = start + np.arange(count * bins).reshape(count, bins)
        for row, column in enumerate(map(int, distribution.columns)):
            moved = {column: 1.0, column + self._size: -1.0}
            mine = list(map(int, binaries[row]))
            rows.append((dict.fromkeys(mine, 1.0), 1.0, 1.0))
            rows.append((moved | dict(zip(mine, -most[row], strict=True)), -np.inf, 0.0))
            rows.append((moved | dict(zip(mine, -least[row], strict=True)), 0.0, np.inf))
        for number, inside in enumerate(distribution.inside):
            rows.append((dict.fromkeys(map(int, binaries[:, number]), 1.0), float(inside), float(inside)))
        possible = least <= most
        self._own.append((binaries, np.where(possible, 1.0, 0.0)))
        self._apart.append(np.where(possible, np.maximum(np.maximum(least, -most), 0.0), np.inf))
        return start + int(count * bins)

    def _pass_model(self, rows: list[tuple[dict[int, float], float, float]]) -> None:
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = self._columns, len(rows)
        model.col_cost_ = np.zeros(self._columns)
        model.col_lower_, model.col_upper_ = np.zeros(self._columns), np.ones(self._columns)
        model.row_lower_ = np.array([low for _, low, _ in rows])
        model.row_upper_ = np.array([high for _, _, high in rows])
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_ = np.cumsum([0, *(len(terms) for terms, _, _ in rows)]).astype(np.int32)
        model.a_matrix_.index_ = np.array([column for terms, _, _ in rows for column in terms], dtype=np.int32)
        model.a_matrix_.value_ = np.array([factor for terms, _, _ in rows for factor in terms.values()])
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        model.integrality_ = [kinds[number >= 2 * self._size] for number in range(self._columns)]
        self._solver.passModel(model)

    def set_reader(self, hidden: Flags, lows: Floats, highs: Floats) -> None:
        """Fix what the reader knows, in value and in bin, and show the rows that the reader sees."""
        system = self._system
        upper = np.ones(self._columns)
        upper[: 2 * self._size] = np.concatenate(
            [np.where(hidden, system.up_limit, 0), np.where(hidden, system.down_limit, 0)]
        )
        for binaries, possible in self._own:
            upper[binaries] = possible
        self._upper = upper
        self._solver.changeColsBounds(
            self._columns, np.arange(self._columns, dtype=np.int32), np.zeros(self._columns), upper
        )
        rows = len(system.matrix)
        if rows:
            self._solver.changeRowsBounds(rows, np.arange(rows, dtype=np.int32), lows, highs)

    def reach(self, target: int, direction: int, aim: float, prices: Floats, node_limit: int) -> Solution:
        """A world in which the target moves at least as far as `aim`, others little, by their prices; none if none is.

        Sought first among those in which nobody else changes bins over a longer way: a much smaller program, and the
        only one where the whole would be too large.
        """
        self._allow(_NEAR * aim)
        near = self._solve(target, direction, aim, _SPARING * prices, _ANY, node_limit)
        self._allow(np.inf)
        if near.world is not None:
            return near
        if self._is_large:
            return near._replace(decided=False)
        found = self._solve(target, direction, aim, _SPARING * prices, _ANY, node_limit)
        return found._replace(nodes=near.nodes + found.nodes)

    def _allow(self, way: float) -> None:
        """Which bins values may be in: those that are no further off."""
        for (binaries, possible), apart in zip(self._own, self._apart, strict=True):
            columns = binaries.ravel().astype(np.int32)
            upper = np.where(apart <= way, possible, 0.0).ravel()
            self._solver.changeColsBounds(len(columns), columns, np.zeros(len(columns)), upper)

    def furthest(self, target: int, direction: int, aim: float, node_limit: int) -> Solution:
        """The world in which the target moves furthest towards the aim; undecided where the program is too large."""
        if self._is_large:
            return Solution(None, decided=False, nodes=0)
        return self._solve(target, direction, -aim, np.zeros(self._size), 0.0, node_limit)

    def _solve(self, target: int, direction: int, aim: float, sparing: Floats, gap: float, node_limit: int) -> Solution:
        column, other = target, target + self._size
        if direction < 0:
            column, other = other, column
        costs = np.zeros(self._columns)
        costs[: 2 * self._size] = np.concatenate([sparing, sparing])
        costs[column] = costs[column] if aim > 0 else -1.0
        self._solver.changeColsCost(self._columns, np.arange(self._columns, dtype=np.int32), costs)
        limit = self._upper[column] if aim > 0 else min(self._upper[column], -aim)
        self._solver.changeColBounds(column, min(max(aim, 0.0), limit), limit)
        self._solver.changeColBounds(other, 0.0, 0.0)  # else both parts rise, and the value stays where it is
        self._solver.setOptionValue("mip_rel_gap", gap)
        self._solver.setOptionValue("mip_max_nodes", max(node_limit, 0))
        self._solver.clearSolver()
        self._solver.run()
        solution = self._solution()
        for each in (column, other):
            self._solver.changeColBounds(each, 0.0, self._upper[each])
        return solution

    def _solution(self) -> Solution:
        status, nodes = self._solver.getModelStatus(), max(int(self._solver.getInfo().mip_node_count), 1)
        if status != highspy.HighsModelStatus.kOptimal:
            return Solution(None, status == highspy.HighsModelStatus.kInfeasible, nodes)
        parts = np.array(self._solver.getSolution().col_value)
        world = parts[: self._size] - parts[self._size : 2 * self._size]
        world[np.abs(world) < _NOISE] = 0.0
        return Solution(world, True, nodes)


def even_groups(bins: int, wanted: int) -> tuple[int, ...]:
    """Sizes of `wanted` groups of neighbouring bins, as even as can be, the larger ones at the ends."""
    least, more = divmod(bins, wanted)
    sizes = [least] * wanted
    ends = [place for low, high in zip(range(wanted), reversed(range(wanted)), strict=True) for place in (low, high)]
    for place in list(dict.fromkeys(ends))[:more]:
        sizes[place] += 1
    return tuple(sizes)


def ascending(edges: tuple[float, ...]) -> bool:
    """Whether edges bound at least one bin and none is empty."""
    return len(edges) > 1 and all(low < high for low, high in pairwise(edges))


def between_whole(edges: tuple[float, ...]) -> tuple[float, ...]:
    """The same bins of whole numbers, with inner edges half a unit below the number that a bin begins with.

    A bin does not hold its upper edge: [1, 3) holds 1 and 2. Seen as [0.5, 2.5] it leaves 2 half a unit upwards, which
    is not enough; seen as [1, 3] it would leave a whole one, to a number that is in the next bin.
    """
    inner = sorted({math.ceil(edge) - 0.5 for edge in edges[1:-1]})
    return (edges[0], *(edge for edge in inner if edges[0] < edge < edges[-1]), edges[-1])
