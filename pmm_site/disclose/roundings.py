"""The choice of roundings: every mean at the finest step at which nobody can close in on anybody, exactly optimal.

Contract
    `choose_roundings(problem)` is a pure function of its argument; problem and choice can be pickled.
    Keeping choices is the caller's affair.
    - A variable is hidden from a reader unless the reader's `known` holds its key. For every reader and hidden
      variable the interval of the values consistent with the chosen figures, the facts, the bounds and what the
      reader knows reaches at least `side` below and above the value (or the bound), and is at least `width` wide;
      tolerance 1e-6 R.
    - A reader sees the cells and facts without an audience, and those of the audiences that they open.
    - A cell is published as `means[key]`, rounded to `levels[key]`; both are None where it must not be. Any figure
      may be published at a coarser step than chosen, or not at all, without another search: intervals are nested by
      construction. Two matched means of a change may so take the coarser of their two steps.
    - Cells over the same variables with the same steps and audience are one figure.
    - A value that cannot be protected (not finite, beyond its bounds, no range) closes the problem: no figure.
    - Where facts and knowledge alone say too much, nothing can mend it: the pair is in `exposed` and no figure
      may narrow that interval any further.

Method: implicit hitting set. A sweep attacks every reader's every hidden value (witnesses first, linear programs for
the rest); a violation is shrunk to a minimal certificate, which is forbidden for good, and the sweep coarsens the
cheapest of its cells and goes on, so that each sweep ends with safe levels. The master (an integer program) proposes
the best levels that respect all certificates; when a sweep finds nothing against a proposal, or safe levels are worth
as much, they are optimal. Past a limit of work the best safe levels so far stand, named `greedy`. Only witnesses,
explicit worlds checked by arithmetic, make anything safe: a solver that fails makes a figure unsafe.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pmm_site.disclose.alone import alone
from pmm_site.disclose.attack import Attack, Extreme, SolverFailed
from pmm_site.disclose.evidence import Evidence
from pmm_site.disclose.figures import Cell, CellKey, RoundingChoice, RoundingProblem
from pmm_site.disclose.hitting import Certificate, Master
from pmm_site.disclose.steps import rounded
from pmm_site.disclose.system import TOLERANCE, Flags, Floats, System, cell_mean, compile_problem
from pmm_site.disclose.witnesses import Witnesses, aims

_SALT_RANGE = 0.1
_MOST_LIMITING = 5

Levels = NDArray[np.int64]


def choose_roundings(problem: RoundingProblem) -> RoundingChoice:
    """The finest safe steps of all cells of a problem; see the module's contract."""
    if not all(variable.is_sound for variable in problem.variables.values()) or not _rows_are_sound(problem):
        nothing = {cell.key: None for cell in problem.cells}
        return RoundingChoice(nothing, nothing, proven=True, method="closed")
    search = _Search(compile_problem(_salted(problem)), problem)
    return search.choice()


def _rows_are_sound(problem: RoundingProblem) -> bool:
    """Whether every cell and fact speaks of known variables in numbers."""
    known = problem.variables.keys()
    cells = all(
        cell.members <= known
        and math.isfinite(cell.weight)
        and cell.least <= cell.greatest
        and all(step.is_finite() and step > 0 for step in cell.levels)
        for cell in problem.cells
    )
    return cells and all(
        key in known and math.isfinite(factor) and fact.lower <= fact.upper
        for fact in problem.facts
        for key, factor in fact.terms
    )


def _salted(problem: RoundingProblem) -> RoundingProblem:
    """Weights within 10 % of those given, by a secret: the pattern of roundings cannot be computed again."""
    return replace(
        problem, cells=tuple(replace(cell, weight=cell.weight * _factor(problem, cell)) for cell in problem.cells)
    )


def _factor(problem: RoundingProblem, cell: Cell) -> float:
    key = cell.key if isinstance(cell.key, str) else "/".join(cell.key)
    digest = hashlib.sha256(f"{problem.salt}\n{problem.name}\n{cell.audience or ''}\n{key}".encode()).digest()
    return 1 + _SALT_RANGE * (int.from_bytes(digest[:8], "big") / 2**63 - 1)


class _Violation(NamedTuple):
    """Rows that bound a hidden value too closely, with the multipliers of the exact linear programs that say so."""

    rows: Flags
    multipliers: tuple[Floats, Floats] | None = None


class _Search:
    """The state of one search."""

    def __init__(self, system: System, problem: RoundingProblem) -> None:
        self._system = system
        self._problem = problem
        self._limits = problem.limits
        self._attack = Attack(system.matrix)
        self._witnesses = Witnesses(system)
        self._master = Master(system.weights, system.level_counts, problem.tied, system.quoted)
        self._suppressed = np.array(system.level_counts, dtype=np.int64)
        self._certificates: list[tuple[int, Certificate]] = []
        self._exposed: set[tuple[int, int]] = set()
        self._failed = False
        self._nodes = 0

    # --- the loop -------------------------------------------------------------------------------

    def choice(self) -> RoundingChoice:
        """Propose, attack and mend until nothing better can be safe."""
        for each in alone(self._system, self._is_exposed):
            self._forbid(each.reader, each.certificate)
        best = self._suppressed.copy()
        worth, proven, rounds = -1.0, False, 0
        while rounds < max(self._limits.rounds, 1) and not proven:
            proposal = self._master.solve(self._limits.nodes - self._nodes)
            if proposal is None:
                proposal_levels, optimal = np.zeros_like(self._suppressed), False
            else:
                proposal_levels, optimal = proposal.levels, proposal.best
                self._nodes += proposal.nodes
            bound = self._master.value(proposal_levels)
            if optimal and not self._failed and worth >= bound - 1e-9:
                proven = True
                break
            rounds += 1
            safe = self._sweep(proposal_levels)
            if self._master.value(safe) > worth:
                best, worth = safe, self._master.value(safe)
            proven = optimal and not self._failed and worth >= bound - 1e-9
            if self._failed or self._exhausted or not optimal:
                break
        return self._told(best, worth, proven, rounds)

    @property
    def _exhausted(self) -> bool:
        return self._attack.programs >= self._limits.linear_programs

    def _sweep(self, proposed: Levels) -> Levels:
        """Safe levels near the proposed ones; certificates found on the way go to the master."""
        levels = proposed.copy()
        self._witnesses.set_rows(*self._system.row_bounds(levels))
        for target in range(self._system.size):
            self._witnesses.seed(target)
        for reader in self._witnesses.each_unsafe():
            while len(unsafe := self._witnesses.unsafe(reader)):
                target = int(unsafe[0])
                violation = self._probe(reader, target, levels)
                if violation is not None:
                    self._mend(reader, target, violation, levels)
        return levels

    def _mend(self, reader: int, target: int, violation: _Violation, levels: Levels) -> None:
        """Forbid what gives the value away, and coarsen the cell of it that costs least."""
        certificate = self._certificate(reader, target, violation, levels)
        if not certificate:
            self._expose(reader, target, levels)
            return
        self._forbid(reader, certificate)
        row, level = min(certificate.items(), key=lambda item: (self._loss(item, levels), item[0]))
        levels[row] = self._suppressed[row] if self._problem.tied else level + 1
        self._witnesses.relax_rows(*self._system.row_bounds(levels))

    def _forbid(self, reader: int, certificate: Certificate) -> None:
        self._certificates.append((reader, certificate))
        self._master.forbid(certificate)

    def _loss(self, item: tuple[int, int], levels: Levels) -> float:
        row, level = item
        worth = self._master.worth[row]
        return float(worth[levels[row]] - worth[self._suppressed[row] if self._problem.tied else level + 1])

    # --- one reader, one value ------------------------------------------------------------------

    def _probe(self, reader: int, target: int, levels: Levels) -> _Violation | None:
        """Attack one value with the chosen levels; None when witnesses now show it to be protected."""
        self._aim_at(reader, levels)
        try:
            self._look(reader, target)
            if self._witnesses.is_safe(reader, target):
                return None
            down, up = self._extremes(reader, target)
        except SolverFailed:
            self._failed = True
            return None if self._witnesses.is_safe(reader, target) else _Violation(self._seen(reader, levels))
        if self._witnesses.is_safe(reader, target):
            return None
        rows = self._culprits(reader, target, down, up)
        if rows is None:  # reached, but no witness bears it out
            self._failed = True
            return _Violation(self._seen(reader, levels))
        return _Violation(rows, (down.multipliers, up.multipliers))

    def _aim_at(self, reader: int, levels: Levels) -> None:
        system = self._system
        hidden = ~system.knowledge[reader, : system.size]
        self._attack.set_columns(np.where(hidden, -system.down_limit, 0.0), np.where(hidden, system.up_limit, 0.0))
        self._show(reader, levels)

    def _show(self, reader: int, levels: Levels) -> None:
        self._attack.set_rows(*self._visible(reader, levels))

    def _visible(self, reader: int, levels: Levels) -> tuple[Floats, Floats]:
        """Bounds of all rows as the reader sees them: none of what is meant for others."""
        lows, highs = self._system.row_bounds(levels)
        opened = self._system.opened_rows(reader)
        return np.where(opened, lows, -np.inf), np.where(opened, highs, np.inf)

    def _seen(self, reader: int, levels: Levels) -> Flags:
        lows, highs = self._visible(reader, levels)
        return np.asarray(np.isfinite(lows) | np.isfinite(highs))

    def _look(self, reader: int, target: int) -> None:
        """Look for witnesses who serve many readers besides this one."""
        need_down, need_up, width = self._witnesses.needs(reader, target)
        aim = max(aims(self._system, target)[0], need_down)
        down = self._seek(reader, target, -1, aim)
        if down < need_down - TOLERANCE:
            return
        up = self._seek(reader, target, 1, max(need_up, width - down))
        if up >= need_up - TOLERANCE and down + up < width - TOLERANCE and down >= aim - TOLERANCE:
            self._seek(reader, target, -1, max(need_down, width - up))

    def _seek(self, reader: int, target: int, direction: int, aim: float) -> float:
        """How far witnesses show the value to get, after one more was sought where it is not the aim."""
        if self._witnesses.shown(reader, target, direction) < aim - TOLERANCE:
            prices = self._witnesses.prices(target, direction)
            self._witnesses.add(self._attack.extreme(target, direction, aim, prices).world)
        return self._witnesses.shown(reader, target, direction)

    def _extremes(self, reader: int, target: int) -> tuple[Extreme, Extreme]:
        """How far the value gets down and up, each no further than protection asks: exactly, where witnesses fail."""
        need_down, need_up, width = self._witnesses.needs(reader, target)
        aim_down = max(aims(self._system, target)[0], need_down)
        down = self._reached(reader, target, -1, aim_down) or self._stretch(target, -1, aim_down)
        aim_up = max(need_up, width - down.reach)
        up = self._reached(reader, target, 1, aim_up) or self._stretch(target, 1, aim_up)
        if down.reach + up.reach < width - TOLERANCE and down.reach >= aim_down - TOLERANCE:
            down = self._stretch(target, -1, max(need_down, width - up.reach))
        return down, up

    def _reached(self, reader: int, target: int, direction: int, aim: float) -> Extreme | None:
        """What witnesses already show, where it is enough: then no row stops the value on this side."""
        reach = self._witnesses.shown(reader, target, direction)
        if reach < aim - TOLERANCE:
            return None
        return Extreme(reach, np.empty(0), np.zeros(len(self._system.matrix)))

    def _stretch(self, target: int, direction: int, limit: float) -> Extreme:
        found = self._attack.extreme(target, direction, limit)
        self._witnesses.add(found.world)
        return found

    def _culprits(self, reader: int, target: int, down: Extreme, up: Extreme) -> Flags | None:
        """The rows that hold the value too closely, None when nothing does."""
        need_down, need_up, width = self._witnesses.needs(reader, target)
        if down.reach < need_down - TOLERANCE:
            return down.rows
        if up.reach < need_up - TOLERANCE:
            return up.rows
        return down.rows | up.rows if down.reach + up.reach < width - TOLERANCE else None

    # --- certificates ---------------------------------------------------------------------------

    def _certificate(self, reader: int, target: int, violation: _Violation, levels: Levels) -> Certificate:
        """Cells and levels that give the value away: minimal, unless the solver or the work limit forbids to look."""
        rows = np.flatnonzero(violation.rows[self._system.facts :])
        found = {int(row): int(levels[row]) for row in rows if levels[row] < self._suppressed[row]}
        if violation.multipliers is None or self._exhausted:
            return found
        try:
            return self._shrunk(reader, target, found, levels, violation.multipliers)
        except SolverFailed:
            self._failed = True
            return found

    def _shrunk(
        self, reader: int, target: int, found: dict[int, int], levels: Levels, multipliers: tuple[Floats, Floats]
    ) -> Certificate:
        trial = self._suppressed.copy()
        for row, level in found.items():
            trial[row] = level
        evidence = Evidence(self._system, reader, target, self._witnesses.needs(reader, target), multipliers)
        if not self._leaks(reader, trial, evidence):
            self._failed = True
            return {row: level for row, level in enumerate(map(int, levels)) if level < self._suppressed[row]}
        for row in sorted(found, key=lambda each: (self._system.weights[each], each)):
            for coarser in range(int(self._suppressed[row]), found[row], -1):
                trial[row] = coarser
                if self._leaks(reader, trial, evidence):
                    break
                trial[row] = found[row]
        return {row: int(trial[row]) for row in found if trial[row] < self._suppressed[row]}

    def _leaks(self, reader: int, levels: Levels, evidence: Evidence) -> bool:
        """Whether these levels alone give the value away to the reader: by what is known already, else by programs."""
        lows, highs = self._visible(reader, levels)
        known = evidence.verdict(lows, highs)
        if known is not None:
            return known
        self._attack.set_rows(lows, highs)
        need_down, need_up, width = evidence.needs
        down = self._attack.extreme(evidence.target, -1, max(need_down, width))
        up = self._attack.extreme(evidence.target, 1, max(need_up, width - down.reach))
        return evidence.learn(down, up)

    def _expose(self, reader: int, target: int, levels: Levels) -> None:
        """Facts and knowledge alone say too much: nothing more may narrow what they leave."""
        if (reader, target) in self._exposed:  # the solver contradicts itself: close
            self._failed, levels[:] = True, self._suppressed
            reached = self._witnesses.down[reader, target], self._witnesses.up[reader, target]
            self._witnesses.require(reader, target, *map(float, reached))
            return
        self._exposed.add((reader, target))
        self._show(reader, self._suppressed)
        try:
            reach = [self._attack.extreme(target, direction, np.inf).reach for direction in (-1, 1)]
        except SolverFailed:
            self._failed, reach = True, [0.0, 0.0]
        self._witnesses.require(reader, target, *reach)

    def _is_exposed(self, reader: int, target: int) -> bool:
        """Whether facts and knowledge alone give the value away, or nobody can tell."""
        if not self._system.facts or (reader, target) in self._exposed:
            return bool(self._system.facts)
        self._aim_at(reader, self._suppressed)
        need_down, need_up, width = self._witnesses.needs(reader, target)
        try:
            down = self._attack.extreme(target, -1, max(need_down, width))
            up = self._attack.extreme(target, 1, max(need_up, width - down.reach))
        except SolverFailed:
            return True
        if self._culprits(reader, target, down, up) is None:
            return False
        self._expose(reader, target, self._suppressed.copy())
        return True

    # --- the answer -----------------------------------------------------------------------------

    def _told(self, levels: Levels, worth: float, proven: bool, rounds: int) -> RoundingChoice:
        system, steps = self._system, {cell.key: cell.levels for cell in self._problem.cells}
        position = {key: row for row, keys in enumerate(system.groups) for key in keys}
        chosen: dict[CellKey, Decimal | None] = {}
        means: dict[CellKey, Decimal | None] = {}
        limiting: dict[CellKey, tuple[str, ...]] = {}
        for cell in self._problem.cells:
            level = int(levels[position[cell.key]]) if cell.key in position else len(cell.levels)
            step = steps[cell.key][level] if level < len(cell.levels) else None
            chosen[cell.key] = step
            means[cell.key] = None if step is None else rounded(cell_mean(cell, self._problem), step)
            if level and cell.key in position:
                limiting[cell.key] = self._limiting(position[cell.key], level)
        exposed = {(system.reader_names[reader], system.columns[target]) for reader, target in self._exposed}
        return RoundingChoice(
            chosen, means, proven, "optimal" if proven else "greedy", rounds, self._attack.programs, self._nodes,
            max(worth, 0.0), limiting, tuple(sorted(exposed)),
        )  # fmt: skip

    def _limiting(self, row: int, level: int) -> tuple[str, ...]:
        """Readers to whom the cell, published more finely, would help to give a value away; the best informed first."""
        readers = {reader for reader, certificate in self._certificates if certificate.get(row, level) < level}
        return tuple(self._system.reader_names[reader] for reader in sorted(readers)[:_MOST_LIMITING])
