"""Distributions beside means: compared with an enumeration of every way to fill the bins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from scipy.optimize import linprog

from pmm_site.disclose import assignment
from pmm_site.disclose.assignment import Assignment, Places, Solution, binned, even_groups
from pmm_site.disclose.attack import Attack
from pmm_site.disclose.bins import BinsChoice, Distribution, candidates, choose_bins, means_beside
from pmm_site.disclose.figures import CellKey, Fact, Reader, RoundingChoice, RoundingProblem
from pmm_site.disclose.roundings import choose_roundings
from pmm_site.disclose.system import compile_problem
from pmm_site.distributions import bin_of, merged
from tests.depth import examples
from tests.disclose.rounding_worlds import Row, problem_of, told_rows, worlds

EDGES = (0.0, 20.0, 40.0, 60.0, 80.0, 100.0)
OUTSIDER = Reader("public", frozenset())


def enumerated_interval(
    problem: RoundingProblem, rows: list[Row], edges: tuple[float, ...], reader: Reader, target: str
) -> tuple[float, float]:
    """Least and greatest value of the target over every way to give the hidden values the hidden bins."""
    keys = sorted(problem.variables)
    hidden = [key for key in keys if key not in reader.known]
    places = [bin_of(edges, problem.variables[key].value) for key in hidden]
    matrix = np.array([[row.get(key, 0.0) for key in keys] for row, _, _ in rows]).reshape(len(rows), len(keys))
    limits = np.array([[low, high] for _, low, high in rows]).reshape(len(rows), 2)
    ends = [np.inf, -np.inf]
    for arrangement in set(permutations(places)):
        filled = dict(zip(hidden, arrangement, strict=True))
        bounds = [
            (edges[filled[key]], edges[filled[key] + 1]) if key in filled else (problem.variables[key].value,) * 2
            for key in keys
        ]
        for sign in (1, -1):
            cost = np.array([sign * (key == target) for key in keys], dtype=float)
            found = linprog(
                cost, np.vstack([matrix, -matrix]), np.concatenate([limits[:, 1], -limits[:, 0]]) + 1e-7, bounds=bounds
            )
            if found.status == 0:
                ends = [min(ends[0], sign * found.fun), max(ends[1], sign * found.fun)]
    return ends[0], ends[1]


def enumerated_violations(
    problem: RoundingProblem, levels: Mapping[CellKey, Decimal | None], edges: tuple[float, ...], slack: float
) -> list[tuple[str, str]]:
    """Every (reader, variable) closer than the rule, or than the rule and a little more when `slack` is negative."""
    found = []
    for reader in problem.readers:
        rows = told_rows(problem, levels, reader)
        for key in sorted(problem.variables.keys() - reader.known):
            variable = problem.variables[key]
            low, high = enumerated_interval(problem, rows, edges, reader, key)
            wide = high - low >= variable.width - slack
            below = low <= max(variable.lower, variable.value - variable.side) + slack
            above = high >= min(variable.upper, variable.value + variable.side) - slack
            if not (wide and below and above):
                found.append((reader.name, key))
    return found


def chosen(problem: RoundingProblem) -> tuple[RoundingChoice, BinsChoice]:
    """The roundings of a problem and the bins beside them."""
    choice = choose_roundings(problem)
    return choice, choose_bins(problem, choice, frozenset(problem.variables), EDGES)


@examples(8)
@given(worlds(members=5, cells=3, readers=2))
def test_published_bins_are_safe_beside_the_means(problem: RoundingProblem) -> None:
    """No reader's interval is too narrow when every way to fill the published bins is written down."""
    choice, bins = chosen(problem)
    if bins.groups is not None:
        edges, _ = merged(EDGES, (0,) * 5, bins.groups)
        assert enumerated_violations(problem, choice.levels, edges, slack=1e-4) == []


@examples(8)
@given(worlds(members=5, cells=2, readers=2))
def test_finer_bins_would_give_something_away(problem: RoundingProblem) -> None:
    """Every candidate finer than the one published has a violation in the enumeration: nothing is withheld in vain."""
    plain = replace(problem, cells=())  # without means the enumeration and the gate read alike
    _, bins = chosen(plain)
    for groups in candidates(len(EDGES) - 1):
        if groups == bins.groups:
            return
        edges, _ = merged(EDGES, (0,) * 5, groups)
        assert enumerated_violations(plain, {}, edges, slack=-1e-4)


def test_bins_alone_pin_the_only_hidden_value() -> None:
    """Who knows all values but one sees the bin of the last: narrow bins merge until they are wide."""
    problem = problem_of({"A": 10.0, "B": 30.0, "C": 50.0}, {}, [Reader("ab", frozenset("AB"))])
    choice = choose_roundings(problem)
    fine = tuple(float(edge) for edge in range(0, 101, 5))
    assert choose_bins(problem, choice, frozenset("ABC"), fine).groups != (1,) * 20
    assert choose_bins(problem, choice, frozenset("ABC"), EDGES).groups is not None


def test_two_who_can_change_places_are_safe_in_fine_bins() -> None:
    """Values far apart that nobody can tell whose they are need no merging."""
    values = dict(zip("ABCDEF", (7.5, 7.5, 92.5, 92.5, 52.5, 52.5), strict=True))
    problem = problem_of(values, {"all": "ABCDEF"}, [OUTSIDER])
    choice = choose_roundings(problem)
    bins = choose_bins(problem, choice, frozenset(values), tuple(map(float, range(0, 101, 5))))
    assert bins.groups == (1,) * 20


def test_means_give_way_to_a_distribution_of_before() -> None:
    """A distribution that stands and a mean that are safe apart but not together: the mean gets coarser."""
    values = {"A": 41.0, "B": 45.0, "C": 59.0, "D": 1.0, "E": 99.0}
    problem = problem_of(values, {"abc": "ABC"}, [OUTSIDER, Reader("de", frozenset("DE"))])
    choice = choose_roundings(problem)
    edges = (0.0, 40.0, 46.0, 52.0, 60.0, 100.0)
    mended = means_beside(problem, choice, (Distribution(frozenset(values), edges),))
    assert choice.levels["abc"] == Decimal("0.1")
    assert mended.levels["abc"] != Decimal("0.1")
    assert mended.method == "greedy"
    assert mended.limiting["abc"]


@pytest.mark.parametrize("weights", [(1.0, 2.0), (2.0, 1.0)])
def test_a_mean_that_stands_twice_gets_coarser_everywhere(weights: tuple[float, float]) -> None:
    """A region of which all are in one income group has one mean: what one name keeps the other must not give away."""
    values = {"A": 55.7, "B": 93.1, "C": 1.7, "D": 70.4, "E": 48.3}
    problem = problem_of(values, {"abc": "ABC", "same": "ABC"}, [OUTSIDER, Reader("de", frozenset("DE"))])
    cells = tuple(replace(cell, weight=weight) for cell, weight in zip(problem.cells, weights, strict=True))
    problem = replace(problem, cells=cells)
    edges = (0.0, 21.0, 48.0, 57.0, 90.0, 100.0)
    mended = means_beside(problem, choose_roundings(problem), (Distribution(frozenset(values), edges),))
    assert dict(mended.levels) == {"abc": Decimal(5), "same": Decimal(5)}
    assert dict(mended.means) == {"abc": Decimal(50), "same": Decimal(50)}
    assert mended.limiting["abc"] == mended.limiting["same"]


def test_an_earlier_distribution_counts_against_a_new_one() -> None:
    """One more Member in the same bins: beside last month's distribution the newcomer's bin is known."""
    values = {name: 10.0 * number + 7.5 for number, name in enumerate("ABCDEFGHI")}
    problem = problem_of(values, {}, [OUTSIDER])
    choice = choose_roundings(problem)
    fine = tuple(float(edge) for edge in range(0, 101, 5))
    before = Distribution(frozenset("ABCDEFGH"), fine)
    assert choose_bins(problem, choice, frozenset(values), fine).groups == (1,) * 20
    assert choose_bins(problem, choice, frozenset(values), fine, (before,)).groups != (1,) * 20


def test_candidates_come_in_a_fixed_order() -> None:
    """Finest first, then fewer and fewer groups; each adds up to the bins, larger groups at the ends."""
    assert [len(groups) for groups in candidates(12)] == [12, 10, 5, 4, 3, 2]
    assert all(sum(groups) == 12 for groups in candidates(12))
    assert even_groups(10, 4) == (3, 2, 2, 3)


@pytest.mark.parametrize("edges", [(), (0.0,), (0.0, 100.0), (0.0, 50.0, 50.0, 100.0)])
def test_no_bins_no_distribution(edges: tuple[float, ...]) -> None:
    """No bins, one bin or an empty bin are no distribution."""
    problem = problem_of({"A": 10.0, "B": 30.0, "C": 50.0}, {"all": "ABC"}, [OUTSIDER])
    assert choose_bins(problem, choose_roundings(problem), frozenset("ABC"), edges).groups is None


def test_what_identities_tie_changes_places_together() -> None:
    """Beside bins of both KPIs two Members change places in both at once: the identity can hold in every exchange."""
    inspected = {"A": 5.0, "B": 15.0, "C": 25.0, "D": 35.0, "E": 65.0, "F": 75.0, "G": 85.0, "H": 95.0}
    released = {key.lower(): 100 - value for key, value in inspected.items()}
    identities = tuple(Fact(((key, 1.0), (key.lower(), 1.0)), 100.0, 100.0, identity=True) for key in inspected)
    problem = replace(problem_of({**inspected, **released}, {}, [OUTSIDER]), facts=identities)
    system = compile_problem(problem)
    columns = system.positions
    both = [binned(system, np.array([columns[key] for key in keys]), EDGES) for keys in (inspected, released)]
    hidden = np.ones(system.size, dtype=bool)
    found = list(Places(system, tuple(both)).exchanges(columns["A"], 1, hidden))
    assert len(found) == 6  # all but B, who is in the same bins
    for least, most in found:
        for key in inspected:
            pair = [columns[key], columns[key.lower()]]
            assert least[pair].sum() <= 0 <= most[pair].sum()


def test_a_program_that_is_too_large_is_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    """Above a number of binaries only near worlds are sought: what they do not show counts as unsafe, not as safe."""
    problem = problem_of({"A": 12.0, "B": 33.0, "C": 51.0}, {}, [OUTSIDER])
    system = compile_problem(problem)
    counted = binned(system, np.arange(system.size), EDGES)
    found = {}
    for large in (False, True):
        monkeypatch.setattr(assignment, "_LARGE", 0 if large else 2_000)
        program = Assignment(system, (counted,))
        program.set_reader(np.ones(system.size, dtype=bool), np.empty(0), np.empty(0))
        found[large] = program.furthest(0, 1, 0.8, 100), program.reach(0, 1, 0.1, np.ones(system.size), 100)
    assert all(solution.decided for solution in found[False])
    assert found[True][0] == Solution(None, False, 0)
    assert found[True][1].decided is (found[True][1].world is not None)


def test_undecided_is_unsafe(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where neither linear nor integer programs end well only what plain exchanges show is published."""
    problem = problem_of({"A": 12.0, "B": 33.0, "C": 51.0, "D": 78.0}, {"all": "ABCD"}, [Reader("d", frozenset("D"))])
    choice = choose_roundings(problem)
    monkeypatch.setattr(Attack, "_optimal", lambda self: False)
    monkeypatch.setattr(Assignment, "_solution", lambda self: Solution(None, False, 1))
    bins = choose_bins(problem, choice, frozenset("ABCD"), EDGES)
    assert bins.undecided or bins.groups is not None
    edges = merged(EDGES, (0,) * 5, bins.groups)[0] if bins.groups else None
    assert edges is None or enumerated_violations(problem, choice.levels, edges, slack=1e-4) == []


def test_a_world_the_solver_claims_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A claimed world that does not keep the bins proves nothing."""
    problem = problem_of({"A": 10.0, "B": 30.0, "C": 50.0}, {}, [Reader("ab", frozenset("AB"))])
    choice = choose_roundings(problem)
    fine = tuple(float(edge) for edge in range(0, 101, 5))
    far = np.array([0.0, 0.0, 0.4])
    monkeypatch.setattr(Assignment, "_solution", lambda self: Solution(far, True, 1))
    groups = choose_bins(problem, choice, frozenset("ABC"), fine).groups
    assert groups != (1,) * 20


@examples(12)
@given(worlds(cells=2, readers=1))
def test_the_integer_program_goes_as_far_as_asked_or_says_that_nobody_can(problem: RoundingProblem) -> None:
    """A world that it calls far enough is; where it finds none, the furthest world falls short."""
    system = compile_problem(problem)
    if not len(system.knowledge):
        return
    counted = binned(system, np.arange(system.size), (0.0, 25.0, 50.0, 75.0, 100.0))
    program = Assignment(system, (counted,))
    hidden = ~system.knowledge[0, : system.size]
    program.set_reader(hidden, *system.row_bounds(np.zeros(len(system.level_counts), dtype=np.int64)))
    aim = 0.05
    for target in map(int, np.flatnonzero(hidden)):
        for direction, limit in ((-1, system.down_limit[target]), (1, system.up_limit[target])):
            if limit < aim:
                continue
            world = program.reach(target, direction, aim, np.ones(system.size), 500).world
            furthest = program.furthest(target, direction, float(limit), 500).world
            assert furthest is not None
            far = direction * furthest[target]
            assert (world is not None) == (far >= aim - 1e-6)
            assert world is None or direction * world[target] >= aim - 1e-6
