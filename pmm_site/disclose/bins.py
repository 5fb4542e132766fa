"""Choose the bins of a KPI's distribution: the finest ones that are safe beside the means already chosen.

Contract
    `choose_bins(problem, choice, members, edges, earlier)` decides into how many groups the bins between `edges` are
    merged before the distribution over the variables `members` is published. The candidates, always tried in this
    order whatever the values are: the finest bins, then 10, 5, 4, 3 and 2 groups of neighbouring bins, as even as can
    be. The first is taken beside which every reader's interval of every variable hidden from them is still as wide as
    `roundings` requires, given the means, these bins and the distributions published `earlier`. All readers see
    distributions. Where no candidate is safe, or it cannot be found out, there is no distribution.

    `means_beside(problem, choice, earlier)` coarsens the chosen means until they are safe beside the distributions
    published earlier. Values that these give away by themselves are added to `exposed`.

Only worlds that keep all published figures show that anything is safe. An integer program that is not decided within
its limit of nodes counts as unsafe.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import chain, islice

import numpy as np

from pmm_site.disclose.assignment import (
    Assignment,
    Binned,
    Leaning,
    Places,
    ascending,
    between_whole,
    binned,
    even_groups,
    keeps,
    leaning,
)
from pmm_site.disclose.attack import Attack, SolverFailed
from pmm_site.disclose.figures import Cell, CellKey, RoundingChoice, RoundingProblem
from pmm_site.disclose.steps import rounded
from pmm_site.disclose.system import TOLERANCE, Floats, System, cell_mean, compile_problem
from pmm_site.disclose.witnesses import Witnesses, aims
from pmm_site.distributions import merged

FEWER = (10, 5, 4, 3, 2)
"""Numbers of groups that are tried after the finest bins."""
_MOST_EXCHANGES = 8
"""Pairs of values changing places that are tried for one target before an integer program is."""
_FEW_HIDDEN = 5
"""Of fewer hidden values a class may give one away alone, when other values were opened since."""
_NODES = 500
"""Limit of nodes of one integer program; past it the question is undecided, and the figure unsafe."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """A published distribution: the variables counted and the edges of its bins, in the KPI's unit."""

    members: frozenset[str]
    edges: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Lean:
    """A published class: the variables of which it says the sign of the skewness, or that the sign is not sure."""

    members: frozenset[str]


@dataclass(frozen=True)
class BinsChoice:
    """How many of the finest bins each published bin holds; None: no distribution.

    limiting: the names of the readers because of whom finer bins are not safe. undecided: an integer program ended at
    its limit. linear_programs, nodes: the work that it took. worlds: those that were found, in units of R by variable;
    whoever attacks the same means together with more begins with them.
    """

    groups: tuple[int, ...] | None
    limiting: tuple[str, ...] = ()
    undecided: bool = False
    linear_programs: int = 0
    nodes: int = 0
    worlds: tuple[Floats, ...] = field(default=(), compare=False, repr=False)


def candidates(bins: int) -> tuple[tuple[int, ...], ...]:
    """The groups of bins to try, finest first; each a tuple of how many neighbouring bins every group holds."""
    return tuple(even_groups(bins, wanted) for wanted in (bins, *(fewer for fewer in FEWER if fewer < bins)))


def choose_bins(
    problem: RoundingProblem,
    choice: RoundingChoice,
    members: frozenset[str],
    edges: Sequence[float],
    earlier: tuple[Distribution, ...] = (),
    leans: tuple[Lean, ...] = (),
) -> BinsChoice:
    """The finest safe merge of the bins between these edges, as the module's contract says."""
    if choice.method == "closed" or not members or not ascending(tuple(edges)) or len(edges) < 3:
        return BinsChoice(None)
    gate = _Gate(problem, choice)
    limiting: list[str] = []
    for groups in candidates(len(edges) - 1):
        fewer, _ = merged(edges, (0,) * (len(edges) - 1), groups)
        violated = gate.violation((*earlier, Distribution(members, fewer)), leans)
        if violated is None:
            return gate.bins_choice(groups, limiting)
        limiting.append(violated[0])
    return gate.bins_choice(None, limiting)


def is_lean_safe(
    problem: RoundingProblem,
    choice: RoundingChoice,
    published: tuple[Distribution, ...],
    leans: tuple[Lean, ...],
    worlds: Iterable[Floats] = (),
) -> bool:
    """Whether every reader's intervals stay as wide when all these leans are told beside means and distributions.

    worlds: found while the bins were chosen, and tried first.
    """
    return choice.method != "closed" and _Gate(problem, choice, worlds).violation(published, leans) is None


def means_beside(
    problem: RoundingProblem, choice: RoundingChoice, earlier: tuple[Distribution, ...], leans: tuple[Lean, ...] = ()
) -> RoundingChoice:
    """The choice itself where it is safe beside what was published before, else a coarser one, called greedy."""
    if choice.method == "closed" or not (earlier or leans):
        return choice
    while (violated := (gate := _Gate(problem, choice, spared=bool(leans))).violation(earlier, leans)) is not None:
        reader, variable = violated
        published = [cell for cell in problem.cells if choice.levels[cell.key] is not None]
        if not published:
            return choice if gate.is_undecided else replace(choice, exposed=tuple({*choice.exposed, violated}))
        lightest = min(published, key=lambda cell: (variable not in cell.members, cell.weight, str(cell.key)))
        for cell in published:  # one mean has one rounding, whatever groups it stands for
            if (cell.members, cell.audience, cell.levels) == (lightest.members, lightest.audience, lightest.levels):
                choice = _coarsened(problem, choice, cell, reader)
        choice = replace(choice, proven=False, method="greedy")
    return choice


def _coarsened(problem: RoundingProblem, choice: RoundingChoice, cell: Cell, reader: str) -> RoundingChoice:
    """The choice with the next coarser step of a cell, or without its mean where there is none."""
    step = choice.levels[cell.key]
    coarser = next((each for each in cell.levels if step is not None and each > step), None)
    mean = None if coarser is None else rounded(cell_mean(cell, problem), coarser)
    limiting = tuple(dict.fromkeys((*choice.limiting.get(cell.key, ()), reader)))[:5]
    return replace(
        choice,
        levels={**choice.levels, cell.key: coarser},
        means={**choice.means, cell.key: mean},
        limiting={**choice.limiting, cell.key: limiting},
    )


class _Gate:
    """Attacks the chosen means together with one set of distributions after the other.

    Worlds found and values given away are kept from one to the next: they are the first to be tried.
    spared: values that are exposed already ask for nothing; else for all that means alone leave of them.
    """

    def __init__(
        self, problem: RoundingProblem, choice: RoundingChoice, worlds: Iterable[Floats] = (), *, spared: bool = False
    ) -> None:
        self._system = compile_problem(problem)
        self._exposed = choice.exposed
        self._spared = spared
        steps = {cell.key: cell.levels for cell in problem.cells}

        def level(key: CellKey) -> int:
            step = choice.levels[key]
            return len(steps[key]) if step is None else steps[key].index(step)

        levels = [min(map(level, keys)) for keys in self._system.groups]  # the finest of a mean that stands twice
        self._lows, self._highs = self._system.row_bounds(np.array(levels, dtype=np.int64))
        self._attack = Attack(self._system.matrix)
        self._worlds = list(worlds)
        self._suspects: list[tuple[int, int]] = []
        self._nodes = 0
        self.is_undecided = False

    def bins_choice(self, groups: tuple[int, ...] | None, limiting: list[str]) -> BinsChoice:
        """The choice of these groups, with the work that it took."""
        readers = tuple(dict.fromkeys(limiting))
        worlds = tuple(self._worlds)
        return BinsChoice(groups, readers, self.is_undecided, self._attack.programs, self._nodes, worlds)

    def violation(
        self, distributions: tuple[Distribution, ...], leans: tuple[Lean, ...] = ()
    ) -> tuple[str, str] | None:
        """The names of a reader and of a variable that all these together give away to them; None where all is safe."""
        system = self._system
        counted = tuple(_binned(system, each) for each in distributions)
        judged = tuple(leaning(system, each.members) for each in leans)
        search = _Search(system, counted, judged, self._attack, self._lows, self._highs, self._worlds)
        if not search.start(self._exposed, self._spared):
            self.is_undecided = True
            return next(iter(self._exposed))
        violation = search.run(self._suspects)
        self._worlds = search.worlds
        self._nodes += search.nodes
        self.is_undecided |= search.undecided
        if violation is None:
            return None
        self._suspects.append(violation)
        reader, target = violation
        self.is_undecided |= not self._are_few(reader, judged)
        return system.reader_names[reader], system.columns[target]

    def _are_few(self, reader: int, leans: tuple[Leaning, ...]) -> bool:
        """Whether a lean tells a reader of few hidden values, or there is none: else worlds may only not be found."""
        hidden = [int((~self._system.knowledge[reader, each.columns]).sum()) for each in leans]
        return not leans or any(0 < number < _FEW_HIDDEN for number in hidden)


def _binned(system: System, distribution: Distribution) -> Binned:
    columns = np.array([number for number, key in enumerate(system.columns) if key in distribution.members], dtype=int)
    edges = between_whole(distribution.edges) if system.whole[columns].all() else distribution.edges
    return binned(system, columns, edges)


class _Search:
    """The attack of all readers on one set of distributions; it ends with the first violation."""

    def __init__(
        self,
        system: System,
        distributions: tuple[Binned, ...],
        leans: tuple[Leaning, ...],
        attack: Attack,
        lows: Floats,
        highs: Floats,
        worlds: list[Floats],
    ) -> None:
        self._system = system
        self._attack = attack
        self._lows, self._highs = lows, highs
        self._distributions = distributions
        self._places = Places(system, distributions)
        self._program: Assignment | None = None
        self._served_at: dict[int, float] = {}
        self._witnesses = Witnesses(system, lambda world: keeps(system, (*distributions, *leans), world), worlds)
        self.worlds = self._witnesses.worlds
        self.nodes = 0
        self.undecided = False

    def start(self, exposed: tuple[tuple[str, str], ...], spared: bool) -> bool:
        """Set what protection has to reach: of exposed values all that is left, or nothing where they are spared.

        False where the solver fails for an exposed value: nobody would notice if a distribution narrowed it further.
        """
        self._witnesses.set_rows(self._lows, self._highs)
        for reader, variable in exposed:
            position = self._system.positions[variable]
            row = self._system.reader_names.index(reader)
            if spared:
                self._witnesses.require(row, position, 0.0, 0.0)
                continue
            try:
                self._aim_at(row, -self._system.down_limit, self._system.up_limit)
                reach = [self._attack.extreme(position, way, np.inf).reach for way in (-1, 1)]
            except SolverFailed:
                return False
            self._witnesses.require(row, position, *reach)
        return True

    def run(self, suspects: Iterable[tuple[int, int]]) -> tuple[int, int] | None:
        """The first reader and target that are not protected; None where all are.

        In the order of the work that it takes: values outside their bins, then suspects, then all readers in turn.
        """
        if (plain := self._outside_bins()) is not None:
            return plain
        for reader, target in suspects:
            if not self._witnesses.is_safe(reader, target) and not self._protected(reader, target):
                return reader, target
        for distribution in self._distributions:
            self._witnesses.seed_swaps(distribution.columns)
        for target in range(self._system.size):
            self._witnesses.seed(target)
        for reader in self._witnesses.each_unsafe():
            for target in map(int, self._witnesses.unsafe(reader)):
                if not self._witnesses.is_safe(reader, target) and not self._protected(reader, target):
                    return reader, target
        return None

    def _outside_bins(self) -> tuple[int, int] | None:
        """A reader and hidden value for whose protection it would have to leave all bins that hold hidden values.

        No world does that, so it needs no program to know that the value is not protected.
        """
        system = self._system
        for each in self._distributions:
            hidden = ~system.knowledge[:, each.columns]
            bins = each.bins(system.values)
            value, scale = system.values[each.columns], system.scales[each.columns]
            lowest = each.edges[np.where(hidden, bins, len(each.inside)).min(axis=1)][:, np.newaxis]
            highest = each.edges[np.where(hidden, bins, -1).max(axis=1) + 1][:, np.newaxis]
            down = np.minimum((value - lowest) / scale, system.down_limit[each.columns])
            up = np.minimum((highest - value) / scale, system.up_limit[each.columns])
            wrong = hidden & (
                (down < system.side_down[each.columns] - TOLERANCE)
                | (up < system.side_up[each.columns] - TOLERANCE)
                | (down + up < system.width[each.columns] - TOLERANCE)
            )
            for reader, column in np.argwhere(wrong):
                if not self._witnesses.is_required(int(reader), int(each.columns[column])):
                    return int(reader), int(each.columns[column])
        return None

    def _protected(self, reader: int, target: int) -> bool:
        """Whether worlds show that the interval of a value is wide enough.

        Tried first is the distance that was enough for other readers, then any for which there is room. The exact end
        of the interval is asked for last, since that takes longest.
        """
        need_down, need_up, width = self._witnesses.needs(reader, target)
        need = {-1: need_down, 1: need_up}
        out_of_reach = {-1: np.inf, 1: np.inf}
        first: float | None = max(need_down, self._served_at.get(target, aims(self._system, target)[0]))
        for direction, exactly in ((-1, False), (1, False), (-1, False), (-1, True), (1, True)):
            rest = max(need[direction], width - self._witnesses.shown(reader, target, -direction))
            aim, first = rest if first is None else first, None
            if self._witnesses.shown(reader, target, direction) >= aim - TOLERANCE:
                continue
            if exactly:
                self._by_assignment(reader, target, direction, aim, exactly=True)
            elif aim < out_of_reach[direction] - TOLERANCE:
                self._towards(reader, target, direction, aim)
            if self._witnesses.is_safe(reader, target):
                self._served_at[target] = min(self._witnesses.shown(reader, target, -1), width - need_up)
                return True
            shown = self._witnesses.shown(reader, target, direction)
            if shown < need[direction] - TOLERANCE and (exactly or aim <= need[direction] + TOLERANCE):
                return False
            if shown < aim - TOLERANCE:
                out_of_reach[direction] = min(out_of_reach[direction], aim)
        return self._witnesses.is_safe(reader, target)

    def _towards(self, reader: int, target: int, direction: int, aim: float) -> None:
        """Look for a world in which the target lies as far off as `aim`."""
        self._by_places(reader, target, direction, aim)
        if self._witnesses.shown(reader, target, direction) < aim - TOLERANCE:
            self._by_assignment(reader, target, direction, aim, exactly=False)

    def _aim_at(self, reader: int, least: Floats, most: Floats) -> None:
        hidden = ~self._system.knowledge[reader, : self._system.size]
        self._attack.set_columns(np.where(hidden, least, 0.0), np.where(hidden, most, 0.0))
        self._attack.set_rows(*self._seen(reader))

    def _seen(self, reader: int) -> tuple[Floats, Floats]:
        opened = self._system.opened_rows(reader)
        return np.where(opened, self._lows, -np.inf), np.where(opened, self._highs, np.inf)

    def _by_places(self, reader: int, target: int, direction: int, aim: float) -> None:
        """Look for one by linear programs: all values in their own bins, then two of them changing places."""
        hidden = ~self._system.knowledge[reader, : self._system.size]
        prices = self._witnesses.prices(target, direction)
        exchanges = islice(self._places.exchanges(target, direction, hidden), _MOST_EXCHANGES)
        for least, most in chain([self._places.own], exchanges):
            with suppress(SolverFailed):
                self._aim_at(reader, least, most)
                self._witnesses.add(self._attack.extreme(target, direction, aim, prices).world)
            if self._witnesses.shown(reader, target, direction) >= aim - TOLERANCE:
                return

    def _by_assignment(self, reader: int, target: int, direction: int, aim: float, exactly: bool) -> None:
        """Look for one by the integer program: any as far off as `aim`, or `exactly` the furthest."""
        self._program = self._program or Assignment(self._system, self._distributions)
        hidden = ~self._system.knowledge[reader, : self._system.size]
        self._program.set_reader(hidden, *self._seen(reader))
        if exactly:
            solution = self._program.furthest(target, direction, aim, _NODES)
        else:
            solution = self._program.reach(target, direction, aim, self._witnesses.prices(target, direction), _NODES)
        self.nodes += solution.nodes
        self.undecided |= not solution.decided
        if solution.world is not None:
            self._witnesses.add(solution.world)
