"""Choose the roundings of means: each as fine as can be, without any reader closing in on a value hidden from them.

Contract
    `choose_roundings(problem)` is a pure function; problem and choice can be pickled.
    - A variable (the value of one Member) is hidden from a reader unless its key is in the reader's `known`. For every
      reader and every variable hidden from them, take the interval of the values that agree with the chosen figures,
      the facts, the bounds and all that the reader knows. It reaches at least `side` below and above the true value
      (or up to the bound), and is at least `width` wide. Tolerance: 1e-6 of the range R of the KPI's values.
    - A reader sees the cells and facts that have no audience, and those of the audiences that they belong to.
    - The mean of a cell is published as `means[key]`, rounded to the step `levels[key]`; both are None where it must
      not be published. Any figure may then be published at a coarser step, or not at all, without another search:
      every coarser interval holds the finer one. So the two means of a change may both take the coarser of their steps.
    - Cells over the same variables with the same steps and the same audience are one figure, with one rounding.
    - A value that cannot be protected (not finite, beyond its bounds, or of a KPI without range) closes the problem:
      nothing is published.
    - Where the facts and a reader's knowledge alone give a value away, no rounding can mend that. The pair of
      reader and variable is in `exposed`, and no figure may narrow the interval further.

Method: implicit hitting set (Moreno-Centeno and Karp, "The Implicit Hitting Set Approach", Operations Research, 2013).
    Levels number the steps of each cell, 0 for the finest, up to one past the last: not published.
    1. The master, an integer program, proposes the levels of greatest worth that no certificate forbids.
    2. A sweep attacks every hidden value for every reader. It looks for witnesses first: worlds that the reader cannot
       tell from the truth and in which the value lies far off. Where it has none, linear programs give the interval.
    3. When a value is given away, the cells that are to blame, with their levels, are shrunk to a minimal certificate.
       Certificates are forbidden for good. The sweep coarsens the cell of the certificate that costs least and goes on,
       so each sweep ends with levels that are safe.
    4. Safe levels that are worth as much as the proposal are optimal. Otherwise begin again with 1.
    When a limit of work is reached, the best safe levels so far are taken, and the choice is called `greedy`.

Only witnesses make anything safe, since arithmetic can check them: a solver that fails makes a figure unsafe.
"""

from __future__ import annotations

import hashlib
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
"""Weights are changed by at most this part of themselves."""
_MOST_LIMITING = 5
"""Readers who limited a figure that are named at most."""

Levels = NDArray[np.int64]
"""The position of the chosen step of each cell, finest first; as many as there are steps where it is not published."""


def choose_roundings(problem: RoundingProblem) -> RoundingChoice:
    """The finest safe steps of all cells of a problem, as the module's contract says."""
    if not problem.is_sound:
        nothing = {cell.key: None for cell in problem.cells}
        return RoundingChoice(nothing, nothing, proven=True, method="closed")
    search = _Search(compile_problem(_salted(problem)), problem)
    return search.choice()


def _salted(problem: RoundingProblem) -> RoundingProblem:
    """The problem with weights changed by up to 10 % that depend on a secret.

    Without the secret nobody can compute which roundings would have been chosen for other values.
    """
    return replace(
        problem, cells=tuple(replace(cell, weight=cell.weight * _factor(problem, cell)) for cell in problem.cells)
    )


def _factor(problem: RoundingProblem, cell: Cell) -> float:
    key = cell.key if isinstance(cell.key, str) else "/".join(cell.key)
    digest = hashlib.sha256(f"{problem.salt}\n{problem.name}\n{cell.audience or ''}\n{key}".encode()).digest()
    return 1 + _SALT_RANGE * (int.from_bytes(digest[:8], "big") / 2**63 - 1)


class _Violation(NamedTuple):
    """Rows (facts and cells) that bound a hidden value too closely.

    multipliers: those of the two linear programs (downwards, upwards) that prove it; None where the solver failed.
    """

    rows: Flags
    multipliers: tuple[Floats, Floats] | None = None


class _Search:
    """One search, with its state. Readers, variables ("targets") and rows are numbered as in `System`."""

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
        """Propose levels, attack and coarsen them, until no better ones can be safe or a limit of work is reached."""
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
        return self._rounding_choice(best, worth, proven, rounds)

    @property
    def _exhausted(self) -> bool:
        return self._attack.programs >= self._limits.linear_programs

    def _sweep(self, proposed: Levels) -> Levels:
        """Safe levels, as fine as the proposed ones or coarser; what gives a value away is forbidden on the way."""
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
        """Forbid the certificate of a violation, and coarsen the one of its cells that loses least worth."""
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
        """Attack one hidden value at these levels; None when witnesses now show that it is protected."""
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
        if rows is None:  # the programs say that it is protected, but no witness confirms it
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
        """The bounds of all rows as the reader sees them: infinite for what only others may see."""
        lows, highs = self._system.row_bounds(levels)
        opened = self._system.opened_rows(reader)
        return np.where(opened, lows, -np.inf), np.where(opened, highs, np.inf)

    def _seen(self, reader: int, levels: Levels) -> Flags:
        lows, highs = self._visible(reader, levels)
        return np.asarray(np.isfinite(lows) | np.isfinite(highs))

    def _look(self, reader: int, target: int) -> None:
        """Look for witnesses of one value that move what few readers know, and so serve many readers at once."""
        need_down, need_up, width = self._witnesses.needs(reader, target)
        aim = max(aims(self._system, target)[0], need_down)
        down = self._seek(reader, target, -1, aim)
        if down < need_down - TOLERANCE:
            return
        up = self._seek(reader, target, 1, max(need_up, width - down))
        if up >= need_up - TOLERANCE and down + up < width - TOLERANCE and down >= aim - TOLERANCE:
            self._seek(reader, target, -1, max(need_down, width - up))

    def _seek(self, reader: int, target: int, direction: int, aim: float) -> float:
        """How far witnesses show that the value may lie, after one more was looked for if that is short of `aim`."""
        if self._witnesses.shown(reader, target, direction) < aim - TOLERANCE:
            prices = self._witnesses.prices(target, direction)
            self._witnesses.add(self._attack.extreme(target, direction, aim, prices).world)
        return self._witnesses.shown(reader, target, direction)

    def _extremes(self, reader: int, target: int) -> tuple[Extreme, Extreme]:
        """How far the value gets down and up, each at most as far as protection needs.

        By the witnesses that there are, and where these fall short exactly, by linear programs.
        """
        need_down, need_up, width = self._witnesses.needs(reader, target)
        aim_down = max(aims(self._system, target)[0], need_down)
        down = self._reached(reader, target, -1, aim_down) or self._stretch(target, -1, aim_down)
        aim_up = max(need_up, width - down.reach)
        up = self._reached(reader, target, 1, aim_up) or self._stretch(target, 1, aim_up)
        if down.reach + up.reach < width - TOLERANCE and down.reach >= aim_down - TOLERANCE:
            down = self._stretch(target, -1, max(need_down, width - up.reach))
        return down, up

    def _reached(self, reader: int, target: int, direction: int, aim: float) -> Extreme | None:
        """What witnesses show already, where that is enough: no row then bounds the value on this side."""
        reach = self._witnesses.shown(reader, target, direction)
        if reach < aim - TOLERANCE:
            return None
        return Extreme(reach, np.empty(0), np.zeros(len(self._system.matrix)))

    def _stretch(self, target: int, direction: int, limit: float) -> Extreme:
        found = self._attack.extreme(target, direction, limit)
        self._witnesses.add(found.world)
        return found

    def _culprits(self, reader: int, target: int, down: Extreme, up: Extreme) -> Flags | None:
        """The rows that bound the value too closely; None when none do."""
        need_down, need_up, width = self._witnesses.needs(reader, target)
        if down.reach < need_down - TOLERANCE:
            return down.rows
        if up.reach < need_up - TOLERANCE:
            return up.rows
        return down.rows | up.rows if down.reach + up.reach < width - TOLERANCE else None

    # --- certificates ---------------------------------------------------------------------------

    def _certificate(self, reader: int, target: int, violation: _Violation, levels: Levels) -> Certificate:
        """Cells with levels that together give the value away; empty where facts and knowledge alone do.

        A minimal one, unless the solver has failed or the work limit is reached.
        """
        rows = np.flatnonzero(violation.rows[self._system.facts :])
        culprits = {int(row): int(levels[row]) for row in rows if levels[row] < self._suppressed[row]}
        if violation.multipliers is None or self._exhausted:
            return culprits
        try:
            return self._shrunk(reader, target, culprits, levels, violation.multipliers)
        except SolverFailed:
            self._failed = True
            return culprits

    def _shrunk(
        self, reader: int, target: int, culprits: dict[int, int], levels: Levels, multipliers: tuple[Floats, Floats]
    ) -> Certificate:
        """The cells without which, or the coarsest levels at which, the value would still be given away.

        All cells and levels where the solver contradicts itself and says that the culprits do not give it away.
        """
        trial = self._suppressed.copy()
        for row, level in culprits.items():
            trial[row] = level
        evidence = Evidence(self._system, reader, target, self._witnesses.needs(reader, target), multipliers)
        if not self._leaks(reader, trial, evidence):
            self._failed = True
            return {row: level for row, level in enumerate(map(int, levels)) if level < self._suppressed[row]}
        for row in sorted(culprits, key=lambda number: (self._system.weights[number], number)):
            for coarser in range(int(self._suppressed[row]), culprits[row], -1):
                trial[row] = coarser
                if self._leaks(reader, trial, evidence):
                    break
                trial[row] = culprits[row]
        return {row: int(trial[row]) for row in culprits if trial[row] < self._suppressed[row]}

    def _leaks(self, reader: int, levels: Levels, evidence: Evidence) -> bool:
        """Whether these levels give the value away to the reader: by earlier evidence, else by linear programs."""
        lows, highs = self._visible(reader, levels)
        verdict = evidence.verdict(lows, highs)
        if verdict is not None:
            return verdict
        self._attack.set_rows(lows, highs)
        need_down, need_up, width = evidence.needs
        down = self._attack.extreme(evidence.target, -1, max(need_down, width))
        up = self._attack.extreme(evidence.target, 1, max(need_up, width - down.reach))
        return evidence.learn(down, up)

    def _expose(self, reader: int, target: int, levels: Levels) -> None:
        """Note that facts and knowledge alone give the value away, and require that no figure narrows its interval."""
        if (reader, target) in self._exposed:  # the solver contradicts itself: publish nothing
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
        """Whether facts and knowledge alone give the value away; True also where the solver cannot tell."""
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

    def _rounding_choice(self, levels: Levels, worth: float, proven: bool, rounds: int) -> RoundingChoice:
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
        """The readers to whom a finer level of the cell would help to close in on a value, the best informed first."""
        readers = {reader for reader, certificate in self._certificates if certificate.get(row, level) < level}
        return tuple(self._system.reader_names[reader] for reader in sorted(readers)[:_MOST_LIMITING])
