"""Synthetic worlds over the real participants and unions: values, levels, readers and candidate means of 51 KPIs.

Members, groupings and unions are those of the demonstration; values and disclosure levels are drawn with a seed and are
nobody's. Kinds of KPIs: 26 percentages, 10 counts, 9 ratios and 6 that are all or nothing; levels about 30 % public,
35 % WCO, 15 % union and 20 % country.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
import yaml

from pmm_site.disclose.figures import Cell, Reader, RoundingProblem, Variable, protected_variable, value_range
from pmm_site.disclose.precision import interval_by_steps
from pmm_site.disclose.steps import steps
from pmm_site.model import ALL, DEFAULT_PROTECTION, DEFAULT_WEIGHTS, Bounds, Direction, GroupKey, Kpi, Unit

KINDS = ("percent",) * 26 + ("count",) * 10 + ("ratio",) * 9 + ("all-or-nothing",) * 6
GROUPINGS = ("region", "income", "geography", "administration")
LEVELS = ("public", "wco", "union", "country")
SHARES = (0.30, 0.35, 0.15, 0.20)
DEMONSTRATION = Path(__file__).parents[1] / "pmm_site" / "demo"


@dataclass(frozen=True)
class Members:
    """Members by code with their groups, and unions with their Members."""

    groups: dict[str, dict[str, str]]
    unions: dict[str, frozenset[str]]


@dataclass(frozen=True)
class World:
    """One KPI: values and levels by Member, and the groups that somebody reported in."""

    name: str
    kpi: Kpi
    values: dict[str, float]
    levels: dict[str, str]
    cells: dict[GroupKey, tuple[str, ...]]
    scale: float


def members(everybody: bool) -> Members:
    """The participants of the first cycle, or all Members."""
    with (DEMONSTRATION / "tables" / "members.csv").open(encoding="utf-8", newline="") as file:
        chosen = {row["member"] for row in csv.DictReader(file) if everybody or row["first_cycle"] == "yes"}
    with (DEMONSTRATION / "framework" / "members.csv").open(encoding="utf-8", newline="") as file:
        groups = {row["member"]: {each: row[each] for each in GROUPINGS} for row in csv.DictReader(file)}
    unions = yaml.safe_load((DEMONSTRATION / "framework" / "unions.yml").read_text(encoding="utf-8"))
    named = {
        union["id"]: frozenset(each if isinstance(each, str) else each["member"] for each in union["members"])
        for union in unions
    }
    return Members({member: groups[member] for member in sorted(chosen)}, dict(sorted(named.items())))


def world(number: int, people: Members, crossing: bool, seed: int = 0) -> World:
    """The KPI with this number: a function of its arguments."""
    random = np.random.default_rng([seed, number])
    rate = random.uniform(0.55, 0.95)
    codes = [member for member in people.groups if random.random() < rate]
    kpi, values = _values(KINDS[number % len(KINDS)], len(codes), random)
    levels = random.choice(LEVELS, len(codes), p=SHARES)
    cells: dict[GroupKey, list[str]] = {}
    for code in codes:
        groups = people.groups[code]
        keys = [ALL, *(GroupKey(grouping, groups[grouping]) for grouping in GROUPINGS if groups[grouping])]
        if crossing:
            keys.append(GroupKey("region:income", f"{groups['region']}:{groups['income']}"))
        for key in keys:
            cells.setdefault(key, []).append(code)
    return World(
        f"c1/kpi-{number}",
        kpi,
        dict(zip(codes, map(float, values), strict=True)),
        dict(zip(codes, map(str, levels), strict=True)),
        {key: tuple(found) for key, found in sorted(cells.items())},
        value_range(kpi.bounds, tuple(map(float, values))),
    )


def _values(kind: str, count: int, random: np.random.Generator) -> tuple[Kpi, np.ndarray]:
    unit, bounds = Unit.PERCENT, Bounds(0, 100)
    if kind == "count":
        unit, bounds = Unit.COUNT, Bounds(0, None)
        values = np.round(np.exp(random.normal(6, 1.5, count)))
    elif kind == "ratio":
        unit, bounds = Unit.RATIO, Bounds(0, 5)
        values = np.round(5 * random.beta(2, 5, count), 2)
    elif kind == "percent":
        values = np.round(100 * random.beta(random.uniform(0.8, 4), random.uniform(0.8, 3), count), 1)
    else:
        values = 100.0 * (random.random(count) < random.uniform(0.3, 0.9))
    return Kpi(kind, "outcome", {}, unit, bounds, Direction.HIGHER), values


def readers(one: World, people: Members, coalitions: str) -> tuple[Reader, ...]:
    """Everybody to protect against: the public, WCO users, Members, and with `coalitions` unions and pairs."""
    wco = frozenset(code for code, level in one.levels.items() if level in LEVELS[:2])
    found = [
        Reader("public", frozenset(c for c, level in one.levels.items() if level == LEVELS[0])),
        Reader("wco", wco),
    ]
    knowledge = {member: wco_and_own(one, people, member) for member in people.groups}
    distinct: dict[frozenset[str], str] = {}
    for member, known in knowledge.items():
        distinct.setdefault(known, member)
    found += [Reader(f"member {member}", known) for known, member in distinct.items()]
    if coalitions in ("unions", "pairs"):
        for union, inside in people.unions.items():
            pooled = wco.union(*(knowledge[member] for member in inside if member in knowledge))
            found.append(Reader(f"union {union}", pooled))
    if coalitions == "pairs":
        for (known, member), (also, other) in combinations(distinct.items(), 2):
            found.append(Reader(f"pair {member}+{other}", known | also))
    return tuple(found)


def wco_and_own(one: World, people: Members, member: str) -> frozenset[str]:
    """The values that a Member knows: what every user sees, its own, and its unions' union values."""
    wco = frozenset(code for code, level in one.levels.items() if level in LEVELS[:2])
    shared = (inside for inside in people.unions.values() if member in inside)
    fellows = frozenset().union(*shared)
    own = frozenset({member}) & one.values.keys()
    return wco | own | frozenset(code for code in fellows & one.levels.keys() if one.levels[code] == LEVELS[2])


def problem(
    one: World, people: Members, coalitions: str, *, finest_only: bool = False, tied: bool = False
) -> RoundingProblem:
    """The choice of roundings for groups of at least three contributors."""
    rule = DEFAULT_PROTECTION[one.kpi.unit]
    variables: dict[str, Variable] = {
        code: protected_variable(value, one.kpi.unit, one.kpi.bounds, one.scale, rule)
        for code, value in one.values.items()
    }
    cells = tuple(_cells(one, finest_only))
    return RoundingProblem(one.name, variables, cells, readers(one, people, coalitions), salt="benchmark", tied=tied)


def _cells(one: World, finest_only: bool) -> Iterator[Cell]:
    for key, codes in one.cells.items():
        if len(codes) >= 3:
            mean = sum(one.values[code] for code in codes) / len(codes)
            levels = steps(one.kpi, mean)
            weight = DEFAULT_WEIGHTS.get("crossing" if ":" in key.grouping else key.grouping, DEFAULT_WEIGHTS["other"])
            least, greatest = interval_by_steps(one.kpi, mean)
            yield Cell(key, frozenset(codes), levels[:1] if finest_only else levels, weight, None, least, greatest)
