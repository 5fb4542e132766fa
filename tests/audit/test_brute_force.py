"""The attack against brute force: every reader, every value, every way to fill the bins, by another solver."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations, permutations

import numpy as np
import pytest
from scipy.optimize import linprog

from pmm_site.audit.attack import Attack
from pmm_site.audit.programs import Extremes, Nearby
from pmm_site.audit.worlds import Bins, Component, Fact, Type, Unknown, bits, mask_of
from tests.depth import first_of

SIDE, WIDTH = 0.02, 0.10


def component(values: Sequence[float], facts: Sequence[Fact], types: Sequence[Type], **changes: object) -> Component:
    """Values between 0 and 1 with the usual protection; pairs pool."""
    unknowns = tuple(Unknown(str(at), value, -value, 1 - value, SIDE, WIDTH, 1.0) for at, value in enumerate(values))
    plain = {"bins": (), "coalitions": (), "pairs": True, **changes}
    return Component("c/k", unknowns, tuple(facts), outsider=types[0], types=tuple(types), **plain)  # type: ignore[arg-type]


def random_component(seed: int, with_bins: bool) -> Component:
    """Values, some known to all, random groups with means of random precision, a fact that only some see."""
    chance = random.Random(seed)
    number = 6 if with_bins else chance.randint(6, 10)
    values = [round(chance.random(), 3) for _ in range(number)]
    facts = []
    for group in range(chance.randint(2, 4)):
        members = [at for at in range(number) if not group or chance.random() < 0.6]
        if len(members) > 1:
            half = chance.choice([0.001, 0.005, 0.02, 0.05]) * len(members)
            off = chance.uniform(-half, half)
            facts.append(Fact(str(group), tuple((at, 1.0) for at in members), off - half, off + half))
    shared = mask_of([at for at in range(number) if chance.random() < 0.3])
    everything = (1 << len(facts)) - 1
    seen = everything & ~1 if chance.random() < 0.5 else everything
    types = [Type("basic", shared, seen, int(with_bins))]
    hidden = [at for at in range(number) if not shared >> at & 1]
    types += [Type(f"m{at}", shared | 1 << at, chance.choice([seen, everything]), int(with_bins)) for at in hidden]
    bins = (bins_of(values, chance),) if with_bins else ()
    pool = mask_of(chance.sample(range(len(types)), min(3, len(types))))
    return component(values, facts, types, bins=bins, coalitions=(("union", pool),), pairs=chance.random() < 0.7)


def bins_of(values: Sequence[float], chance: random.Random) -> Bins:
    """Three bins with random edges."""
    first, second = sorted(round(chance.uniform(0.1, 0.9), 2) for _ in range(2))
    edges = (0.0, first, max(second, first + 0.05), 1.0)
    places = tuple(sum(value >= edge for edge in edges[1:-1]) for value in values)
    return Bins(tuple(range(len(values))), places, edges)


def readers(found: Component) -> Iterator[int]:
    """Bits of the types of every reader, coalition and pair."""
    yield from (1 << at for at in range(len(found.types)))
    yield from (types for _, types in found.coalitions)
    if found.pairs:
        yield from (1 << one | 1 << other for one, other in combinations(range(len(found.types)), 2))


def assignments(found: Component, known: int, seen: int) -> Iterator[tuple[float, float]]:
    """For each way to fill the bins with hidden values, the bounds of every value."""
    plain = [(each.lower, each.upper) for each in found.unknowns]
    for at in bits(known):
        plain[at] = (0.0, 0.0)
    if not (found.bins and seen):
        yield plain  # type: ignore[misc]
        return
    each = found.bins[0]
    hidden = [at for at in each.members if not known >> at & 1]
    for places in set(permutations([each.place[at] for at in hidden])):
        limits = list(plain)
        for at, place in zip(hidden, places, strict=True):
            value = found.unknowns[at].place
            low, high = each.edges[place] - value, each.edges[place + 1] - value
            limits[at] = (max(limits[at][0], low), min(limits[at][1], high))
        yield limits  # type: ignore[misc]


def interval(found: Component, at: int, types: int) -> tuple[float, float]:
    """The union over all assignments of what the linear programs leave, by scipy alone."""
    known = seen = rows = 0
    for number in bits(types):
        known |= found.types[number].knows
        seen |= found.types[number].bins
        rows |= found.types[number].facts
    matrix, limits = [], []
    for row in bits(rows):
        line = np.zeros(len(found.unknowns))
        for column, factor in found.facts[row].terms:
            line[column] = factor
        matrix += [line, -line]
        limits += [found.facts[row].upper, -found.facts[row].lower]
    low, high = math.inf, -math.inf
    for table in assignments(found, known, seen):
        if any(one > other for one, other in table):  # type: ignore[misc]
            continue
        for sense in (1.0, -1.0):
            cost = np.zeros(len(found.unknowns))
            cost[at] = sense
            solved = linprog(cost, A_ub=matrix or None, b_ub=limits or None, bounds=table)
            if solved.status == 0:
                low, high = min(low, solved.x[at]), max(high, solved.x[at])
    return low, high


def exposed(found: Component) -> set[str]:
    """Values that some reader closes in on, by brute force."""
    base = found.types[0].knows
    result = set()
    for types in readers(found):
        known = base
        for number in bits(types):
            known |= found.types[number].knows
        for at, unknown in enumerate(found.unknowns):
            if known >> at & 1 or unknown.key in result:
                continue
            low, high = interval(found, at, types)
            wide = (
                low <= max(unknown.lower, -SIDE) + 1e-6
                and high >= min(unknown.upper, SIDE) - 1e-6
                and high - low >= WIDTH - 1e-6
            )
            if not wide:
                result.add(unknown.key)
    return result


def attacked(found: Component) -> set[str]:
    """Values that the attack says somebody closes in on."""
    attack = Attack(found, found.types, found.types[0].knows, found.coalitions, found.pairs)
    return {each.key for each in attack.breaches()}


@pytest.mark.parametrize("seed", first_of(5, range(25)))
def test_the_attack_finds_what_brute_force_finds(seed: int) -> None:
    """On random worlds both name the same values: no witness is false, no reader is forgotten."""
    found = random_component(seed, with_bins=False)
    assert attacked(found) == exposed(found)


@pytest.mark.parametrize("seed", first_of(4, range(100, 112)))
def test_so_it_does_beside_a_distribution(seed: int) -> None:
    """Brute force fills the bins in every way there is; the attack asks an integer program where witnesses end."""
    found = random_component(seed, with_bins=True)
    assert attacked(found) == exposed(found)


@pytest.mark.parametrize("seed", range(200, 230))
def test_a_figure_told_more_finely_protects_nobody_more(seed: int) -> None:
    """What is closed in on stays so when every sum is told twice as finely; in some worlds more is."""
    found = random_component(seed, with_bins=seed % 3 == 0)
    finer = tuple(fact._replace(lower=fact.lower / 2, upper=fact.upper / 2) for fact in found.facts)
    assert attacked(found) <= attacked(replace(found, facts=finer))


@pytest.mark.parametrize("seed", range(300, 330))
def test_hiding_a_further_value_gives_no_other_away(seed: int) -> None:
    """Who knows one value less closes in on no more of the others."""
    found = random_component(seed, with_bins=seed % 3 == 0)
    known = next(bits(found.types[0].knows), None)
    if known is None:
        return
    less = tuple(each._replace(knows=each.knows & ~(1 << known)) for each in found.types)
    hidden = replace(found, types=less, outsider=less[0])
    assert attacked(hidden) - {found.unknowns[known].key} <= attacked(found)


@pytest.mark.slow
def test_the_worlds_are_no_trivial_ones() -> None:
    """Some of the random worlds are safe in part, some values in them are not."""
    outcomes = [len(attacked(random_component(seed, False))) / 6 for seed in range(25)]
    assert any(outcome == 0 for outcome in outcomes)
    assert sum(outcome > 0 for outcome in outcomes) > 5


# --- instances whose answers were published -----------------------------------------------------


def feasible(cells: dict[str, float], sums: Sequence[str], target: str, upper: float = 1000.0) -> tuple[float, float]:
    """The interval of a cell of a table when these sums of cells are told exactly."""
    names = sorted(cells)
    unknowns = tuple(Unknown(name, cells[name], -cells[name], upper - cells[name], 1.0, 2.0, 1.0) for name in names)
    facts = [Fact(each, tuple((names.index(cell), 1.0) for cell in each.split("+")), 0.0, 0.0) for each in sums]
    reader = Type("reader", 0, (1 << len(facts)) - 1, 0)
    table = Component("table", unknowns, tuple(facts), (), reader, (reader,), (), False)
    extremes = Extremes(Nearby(table))
    low, high = extremes.interval(names.index(target), 0, reader.facts)
    assert extremes.checked(names.index(target), 0, reader.facts) == pytest.approx((low, high), abs=1e-6)
    return round(cells[target] + low, 6), round(cells[target] + high, 6)


@pytest.mark.parametrize(("cell", "limits"), [("x11", (3, 6)), ("x12", (1, 4)), ("x21", (0, 3)), ("x22", (0, 3))])
def test_the_handbooks_example_of_a_table(cell: str, limits: tuple[int, int]) -> None:
    """Geurts' 3x2 table, third column shown: the Handbook on Statistical Disclosure Control gives these intervals."""
    cells = {"x11": 5.0, "x12": 2.0, "x21": 1.0, "x22": 2.0}
    assert feasible(cells, ["x11+x12", "x21+x22", "x11+x21", "x12+x22"], cell) == limits


def test_two_hierarchies_over_eight_regions() -> None:
    """Regions A to H and zones K to N of two each: hiding A, B, K, L alone leaves K and L exact."""
    cells = {"A": 1.0, "B": 2.0, "K": 3.0, "L": 3.0}
    assert feasible(cells, ["A+B", "K+L", "K"], "L") == (3, 3)
    assert feasible(cells, ["A+B", "K+L"], "K") == (0, 6)


def test_three_single_respondents() -> None:
    """Zeros in a sum of zero are told; so is the third where two are known."""
    assert feasible({"a": 0.0, "b": 0.0}, ["a+b"], "a") == (0, 0)
    assert feasible({"a": 4.0, "b": 7.0, "c": 9.0}, ["a+b+c", "a+b"], "c") == (9, 9)
