"""The terms in which roundings are chosen: variables, cells, readers, facts, the problem and the choice.

A *variable* is one confidential value: a Member's value of a KPI in one version (an older release that used another
value has a variable of its own). Its key is any string, unique in the problem. A *cell* is the mean of some variables
that may be published, a *fact* a weighted sum of variables already known (a figure published before, an identity
between KPIs). Several KPIs tied by identities form one problem. All types are plain data: they can be pickled and
hashed by content.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from pmm_site.model import Bounds, GroupKey, Protection, Unit, WorkLimits

CellKey = GroupKey | str


@dataclass(frozen=True, slots=True)
class Variable:
    """A confidential value, what everybody knows of it and how wide readers' intervals must stay.

    `lower`, `upper`: the KPI's bounds, infinite where open. `side`: how far the interval must reach on each side
    (less where the bound comes first); `width`: how wide it must be in all. `scale`: the KPI's range R, the unit
    of all computing. All in the KPI's unit. `whole`: readers know that it is a whole number.
    """

    value: float
    lower: float
    upper: float
    side: float
    width: float
    scale: float
    whole: bool = False

    @property
    def is_sound(self) -> bool:
        """Whether the value can be protected at all: finite, within bounds, with a range and a rule."""
        finite = all(map(math.isfinite, (self.value, self.side, self.width, self.scale)))
        inside = self.lower <= self.value <= self.upper
        return finite and inside and self.scale > 0 and self.side >= 0 and self.width > 0


def value_range(bounds: Bounds, values: tuple[float, ...]) -> float:
    """R: upper minus lower bound when both are given, else the 5th to 95th percentile (linear) of the values."""
    if bounds.lower is not None and bounds.upper is not None:
        return bounds.upper - bounds.lower
    if not values:
        return 0.0
    ordered = sorted(values)
    return _percentile(ordered, 0.95) - _percentile(ordered, 0.05)


def _percentile(ordered: list[float], fraction: float) -> float:
    position = fraction * (len(ordered) - 1)
    below = math.floor(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - below)


def are_whole(unit: Unit, values: Iterable[float]) -> bool:
    """Whether readers take every value of a KPI for a whole number: counts of which none has a fraction."""
    return unit is Unit.COUNT and all(float(value).is_integer() for value in values)


def protected_variable(
    value: float, unit: Unit, bounds: Bounds, scale: float, rule: Protection, *, whole: bool = False
) -> Variable:
    """The variable of a value with its protection resolved: relative to R, or to the value for quantities.

    A whole number has the next one on each side at least: an interval of less than a unit to a side holds no other.
    Of counts, hours and days everybody knows that they are not negative, whether the bounds say so or not.
    """
    if unit.is_quantity:
        side = max(rule.side * abs(value), rule.floor * scale)
        width = max(rule.width * abs(value), 2 * rule.floor * scale)
    else:
        side, width = rule.side * scale, rule.width * scale
    if whole:
        side, width = max(side, 1.0), max(width, 2.0)
    least = 0.0 if unit.is_quantity and value >= 0 else -math.inf
    lower = least if bounds.lower is None else bounds.lower
    upper = math.inf if bounds.upper is None else bounds.upper
    return Variable(value, lower, upper, side, width, scale, whole)


@dataclass(frozen=True, slots=True)
class Cell:
    """One candidate figure: the mean over `members`, the keys of the contributors' variables.

    `levels`: the steps it may be rounded to, finest first. `audience`: None when every reader sees it, else the name
    of those who do (`union-eac`). `least`, `greatest`: what the choice of steps alone says about the mean
    (`precision.interval_by_steps`). `quoted`: the figure that people cite, of which each digit counts as much as the
    figure itself.
    """

    key: CellKey
    members: frozenset[str]
    levels: tuple[Decimal, ...]
    weight: float
    audience: str | None = None
    least: float = -math.inf
    greatest: float = math.inf
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody to protect against: the variables whose values they know and the audiences they belong to.

    `name` is for reports: `public`, `wco`, `KEN`, `union eac`, `KEN+UGA`.
    """

    name: str
    known: frozenset[str]
    opens: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Fact:
    """Something known whatever is chosen: lower <= sum of factor times variable <= upper, in the variables' units.

    `terms` are (variable, factor) pairs. A figure published before is its sum: n times (rounded -/+ half a step).
    `identity`: arithmetic between the values of one Member, which is of no group.
    """

    terms: tuple[tuple[str, float], ...]
    lower: float
    upper: float
    audience: str | None = None
    identity: bool = False


@dataclass(frozen=True)
class RoundingProblem:
    """Everything the choice of roundings of one KPI (or of KPIs tied by identities) in one cycle depends on.

    `name` (`<cycle>/<kpi>`) and the secret `salt` perturb the weights. `tied`: one rounding for all cells
    (`roundings: per-kpi`). Cells of fewer than `minimum_contributors` are not candidates: the caller leaves them out.
    """

    name: str
    variables: Mapping[str, Variable]
    cells: tuple[Cell, ...]
    readers: tuple[Reader, ...]
    facts: tuple[Fact, ...] = ()
    limits: WorkLimits = field(default_factory=WorkLimits)
    salt: str = ""
    tied: bool = False

    @property
    def is_sound(self) -> bool:
        """Whether all values can be protected, and all cells and facts are over them, with finite, ordered numbers."""
        keys = self.variables.keys()
        cells = all(
            cell.members <= keys
            and math.isfinite(cell.weight)
            and cell.least <= cell.greatest
            and all(step.is_finite() and step > 0 for step in cell.levels)
            for cell in self.cells
        )
        facts = all(
            key in keys and math.isfinite(factor) and fact.lower <= fact.upper
            for fact in self.facts
            for key, factor in fact.terms
        )
        return cells and facts and all(variable.is_sound for variable in self.variables.values())


@dataclass(frozen=True)
class RoundingChoice:
    """The steps chosen for each cell (None: no figure) and how they were found.

    `means`: the figures as they may be published. `proven`: nothing better is safe. `method`: `optimal`, `greedy` (a
    work limit or the solver stopped the search: safe, not proven) or `closed` (a value that cannot be protected: no
    figure at all). `limiting`: for each cell below its finest level the readers who stood against a finer one.
    `exposed`: (reader, variable) pairs too closely known from facts and knowledge alone; nothing chosen here narrows
    them further. Names only, never values.
    """

    levels: Mapping[CellKey, Decimal | None]
    means: Mapping[CellKey, Decimal | None]
    proven: bool
    method: str
    rounds: int = 0
    linear_programs: int = 0
    nodes: int = 0
    worth: float = 0.0
    limiting: Mapping[CellKey, tuple[str, ...]] = field(default_factory=dict)
    exposed: tuple[tuple[str, str], ...] = ()
