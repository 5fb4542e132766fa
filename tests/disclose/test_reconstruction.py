"""An attack on finished packages: nothing of the deciding code, only rows, what a reader opens and scipy."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import linprog

from pmm_site.model import Dataset, Identity, Observation, Readers, Site
from pmm_site.package import ReleasePackage
from tests.depth import first_of
from tests.disclose.restriction import shows
from tests.disclose.worlds import packages
from tests.factories import cycle_data, dataset, kpi, reported, union

CODES = [f"{first}{second}X" for first in "ABC" for second in "ABCD"]
TOLERANCE = 1e-4

Variable = tuple[str, str, str]
"""(cycle, KPI, Member)."""


def two_cycles(seed: int, **changes: object) -> Dataset:
    """Twelve Members in two regions and two unions, two cycles, most values hidden from most."""
    chance = random.Random(seed)
    kpis = [kpi("k")]
    cycles = [
        cycle_data({"k": values_of(chance)}, each, kpis=kpis, participants=CODES, groups=regions())
        for each in ("c2022", "c2024")
    ]
    unions = [union("u", *CODES[:5]), union("v", *CODES[4:7])]
    return dataset(cycles=cycles, kpis=kpis, unions=unions, members=CODES, **changes)  # type: ignore[arg-type]


def regions() -> dict[str, dict[str, str]]:
    """Every third Member in one region, the others in the other."""
    return {code: {"region": "rest" if number % 3 else "esa"} for number, code in enumerate(CODES)}


def values_of(chance: random.Random) -> dict[str, Observation]:
    """Values of three Members in four, at levels of which the stricter are the likelier."""
    return {
        code: reported(chance.randint(0, 1000) / 10, chance.choice(["public", "wco", "union", "country", "country"]))
        for code in CODES
        if chance.random() < 0.75
    }


def true_values(world: Dataset) -> dict[Variable, float]:
    """Every value by cycle, KPI and Member."""
    return {
        (data.cycle.id, each.kpi, each.member): each.value
        for data in world.cycles
        for each in data.observations
        if each.value is not None
    }


def attackers(world: Dataset) -> Iterator[tuple[str, Readers, set[str]]]:
    """The public, a user, every Member and some pairs: name, communities and whose values they know."""
    everybody = Readers(basic_users=True)
    yield "public", Readers(), set()
    yield "wco", everybody, set()
    for first, second in zip(CODES, CODES[1:] + CODES[:1], strict=True):
        yield first, Readers(basic_users=True, members=frozenset({first})), {first}
        yield f"{first}+{second}", Readers(basic_users=True, members=frozenset({first, second})), {first, second}
    for each in world.unions.values():
        members = each.members_in(2024)
        yield each.id, Readers(basic_users=True, members=members), set(members)


def opens(reader: Readers, site: Site) -> bool:
    """Whether a reader belongs to the readers of a site."""
    if site.readers.everyone or (site.readers.basic_users and reader.basic_users):
        return True
    return bool(site.readers.members & reader.members)


def groups_of(world: Dataset, cycle: str, grouping: str, group: str) -> set[str]:
    """Members of a group in a cycle."""
    data = next(each for each in world.cycles if each.cycle.id == cycle)
    if grouping == "all":
        return set(data.participants)
    if grouping == "union":
        return set(world.unions[group].members_in(data.cycle.reference_year))
    return {code for code, each in data.participants.items() if each.groups.get(grouping) == group}


Fact = tuple[frozenset[Variable], float, float]


def facts(world: Dataset, found: ReleasePackage, values: dict[Variable, float]) -> Iterator[Fact]:
    """What each printed mean says of the sum of its contributors."""

    def contributors(cycle: str, each: object) -> frozenset[Variable]:
        grouping, group, identifier = each.grouping, each.group, each.kpi  # type: ignore[attr-defined]
        inside = groups_of(world, cycle, grouping, group)
        return frozenset((cycle, identifier, code) for code in inside if (cycle, identifier, code) in values)

    for row in found.tables["aggregates"]:
        if row.mean is not None:
            yield fact(contributors(row.cycle, row), row.mean, row.rounding)
    for row in found.tables["changes"]:
        if row.mean is not None:
            now, before = contributors(row.cycle, row), contributors(row.previous, row)
            both = {code for *_, code in now} & {code for *_, code in before}
            yield fact(frozenset(each for each in now if each[2] in both), row.mean, row.rounding)
            yield fact(frozenset(each for each in before if each[2] in both), row.previous_mean, row.rounding)


def fact(members: frozenset[Variable], mean: object, rounding: object) -> Fact:
    """The interval of a sum behind a rounded mean."""
    centre, half, number = float(mean), float(rounding) / 2, len(members)  # type: ignore[arg-type]
    return members, number * (centre - half), number * (centre + half)


def too_close(world: Dataset, ties: tuple[Identity, ...] = ()) -> list[str]:
    """(reader, hidden value) whose interval is narrower than the protection of a percent asks."""
    values = true_values(world)
    made = list(packages(world))
    found = []
    for name, reader, own in attackers(world):
        seen = [(site, each) for site, each in made if opens(reader, site)]
        known = {each for each in values if each[2] in own} | {
            (data.cycle.id, each.kpi, each.member)
            for site, _ in seen
            for data in world.cycles
            for each in data.observations
            if shows(site, each, world, data.cycle)
        }
        rows = {row for _, each in seen for row in facts(world, each, values)}
        for variable in sorted(values.keys() - known):
            low, high = interval(variable, values, known, sorted(rows, key=str), ties)
            value = values[variable]
            wide = high - low >= 10 - TOLERANCE
            if not (wide and low <= max(0, value - 2) + TOLERANCE and high >= min(100, value + 2) - TOLERANCE):
                found.append(f"{name}: {variable}")
    return found


def interval(
    variable: Variable,
    values: dict[Variable, float],
    known: set[Variable],
    rows: list[Fact],
    ties: tuple[Identity, ...],
) -> tuple[float, float]:
    """Least and greatest value that the rows, the bounds and what is known leave open."""
    order = sorted(values)
    matrix = np.array([[float(each in members) for each in order] for members, _, _ in rows]).reshape(len(rows), -1)
    lows, highs = np.array([row[1] for row in rows]), np.array([row[2] for row in rows])
    bounds = [(values[each], values[each]) if each in known else (0.0, 100.0) for each in order]
    equal = [
        [tie.terms.get(each[1], 0.0) if each[::2] == place else 0.0 for each in order]
        for tie in ties
        for place in sorted({each[::2] for each in order})
        if all((place[0], term, place[1]) in values for term in tie.terms)
    ]
    cost = np.array([float(each == variable) for each in order])
    ends = []
    for sign in (1, -1):
        result = linprog(
            sign * cost,
            A_ub=np.vstack([matrix, -matrix]) if len(rows) else None,
            b_ub=np.concatenate([highs, -lows]) + 1e-7 if len(rows) else None,
            A_eq=np.array(equal) if equal else None,
            b_eq=np.full(len(equal), 100.0) if equal else None,
            bounds=bounds,
        )
        assert result.status == 0
        ends.append(sign * result.fun)
    return ends[0], ends[1]


@pytest.mark.parametrize("seed", first_of(1, [1, 2]))
def test_nobody_closes_in_on_a_hidden_value(seed: int) -> None:
    """From all means and changes of all sites they open, no reader, pair or union gets too near any hidden value."""
    world = two_cycles(seed)
    told = [row for _, found in packages(world) for row in found.tables["aggregates"] if row.mean is not None]
    assert told
    assert too_close(world) == []


@pytest.mark.slow
def test_kpis_tied_by_an_identity_are_protected_together() -> None:
    """Shares that add up to 100: the means of one say nothing more of the other than is safe."""
    chance = random.Random(5)
    first = values_of(chance)
    second = {code: reported(round(100 - (each.value or 0), 1), each.level) for code, each in first.items()}
    kpis = [kpi("female"), kpi("male")]
    data = cycle_data({"female": first, "male": second}, kpis=kpis, participants=CODES, groups=regions())
    tie = Identity({"female": 1.0, "male": 1.0}, 100.0)
    plain = dataset(cycles=[data], kpis=kpis, unions=[union("u", *CODES[:6])], members=CODES)
    world = replace(plain, catalogue=replace(plain.catalogue, identities=(tie,)))
    assert too_close(world, (tie,)) == []
    (public,) = (found for site, found in packages(world) if site.id == "public")
    assert any(row.mean is not None for row in public.tables["aggregates"])


def test_the_attack_finds_a_mean_that_says_too_much() -> None:
    """The attack is no straw man: one exact mean too many is found by it."""
    values = {code: reported(10.0 + 5 * number, "public") for number, code in enumerate(CODES[:5])}
    values[CODES[5]] = reported(77.7, "country")
    truth = {("c2024", "k", code): each.value or 0.0 for code, each in values.items()}
    known = {variable for variable in truth if variable[2] != CODES[5]}
    total = sum(truth.values())
    low, high = interval(("c2024", "k", CODES[5]), truth, known, [(frozenset(truth), total - 0.3, total + 0.3)], ())
    assert high - low < 1
