"""The attack on instances whose answers were published, and against brute force on small whole-number worlds."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmm_site.disclose.attack import Attack
from pmm_site.disclose.figures import Fact, Reader, RoundingProblem, Variable
from pmm_site.disclose.system import compile_problem
from tests.depth import examples

LARGE = 10_000.0


def table_problem(cells: Mapping[str, float], published: Iterable[str], known: Iterable[str] = ()) -> RoundingProblem:
    """Cells of a table, never negative; `published` are sums like `a+b`, told exactly to who knows `known`."""
    variables = {key: Variable(value, 0.0, LARGE, 1.0, 2.0, 100.0) for key, value in cells.items()}
    facts = []
    for total in published:
        terms = tuple((key, 1.0) for key in total.split("+"))
        value = math.fsum(cells[key] for key, _ in terms)
        facts.append(Fact(terms, value, value))
    return RoundingProblem("table", variables, (), (Reader("reader", frozenset(known)),), tuple(facts))


def feasible(problem: RoundingProblem, target: str) -> tuple[float, float]:
    """The interval that the problem's reader can prove for a cell."""
    system = compile_problem(problem)
    attack = Attack(system.matrix)
    hidden = ~system.knowledge[0, : system.size]
    attack.set_columns(np.where(hidden, -system.down_limit, 0.0), np.where(hidden, system.up_limit, 0.0))
    attack.set_rows(*system.row_bounds(np.zeros(0, dtype=np.int64)))
    position = system.positions[target]
    down, up = (attack.extreme(position, direction, math.inf).reach for direction in (-1, 1))
    value, scale = problem.variables[target].value, problem.variables[target].scale
    return value - down * scale, value + up * scale


def margins(table: Mapping[str, Mapping[str, float]]) -> list[str]:
    """The sums of the rows and of the columns of a table whose cells are named `row column`."""
    columns = list(next(iter(table.values())))
    rows = ["+".join(f"{row}{column}" for column in columns) for row in table]
    return rows + ["+".join(f"{row}{column}" for row in table) for column in columns]


def cells_of(table: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """The cells of a table by row and column."""
    return {f"{row}{column}": float(value) for row, line in table.items() for column, value in line.items()}


@pytest.mark.parametrize(("cell", "interval"), [("11", (3, 6)), ("12", (1, 4)), ("21", (0, 3)), ("22", (0, 3))])
def test_handbook_example_of_geurts(cell: str, interval: tuple[float, float]) -> None:
    """The 3x2 example of the Handbook on Statistical Disclosure Control has these feasibility intervals."""
    table = {"1": {"1": 5, "2": 2, "3": 9}, "2": {"1": 1, "2": 2, "3": 7}}
    problem = table_problem(cells_of(table), [*margins(table), "13", "23"])
    assert feasible(problem, cell) == pytest.approx(interval)


SDC_TABLE = {
    "w": {"a": 30, "b": 47, "c": 64, "d": 89},
    "x": {"a": 90, "b": 124, "c": 5, "d": 31},
    "y": {"a": 92, "b": 100, "c": 59, "d": 85},
    "z": {"a": 800, "b": 991, "c": 651, "d": 685},
}
SDC_TABLE_SHOWN = ["wd", "xb", "xd", "ya", "yc", "za", "zc"]


def test_two_suppressions_in_every_row_and_column_do_not_protect() -> None:
    """In sdcTable's 4x4 problem cell w, b is exactly 47 although each line has two blanks; a third opens it."""
    cells = cells_of(SDC_TABLE)
    problem = table_problem(cells, [*margins(SDC_TABLE), *SDC_TABLE_SHOWN])
    assert feasible(problem, "wb") == pytest.approx((47, 47))
    repaired = table_problem(cells, [*margins(SDC_TABLE), *(cell for cell in SDC_TABLE_SHOWN if cell != "xb")])
    assert feasible(repaired, "wb") == pytest.approx((0, 141))


REGIONS = {"A": 2, "B": 2, "I": 8, "J": 8, "K": 3, "L": 3, "M": 3, "N": 7}
REGION_SUMS = ["A+B+I+J", "K+L+M+N", "L+M", "A+B+I+J+K+N"]


@pytest.mark.parametrize(
    ("suppressed", "intervals"),
    [
        ("ABKL", {"K": (3, 3), "L": (3, 3)}),
        ("ABKLM", {"K": (3, 3)}),
        ("ABKN", {"K": (0, 10)}),
    ],
)
def test_two_hierarchies_over_the_same_regions(suppressed: str, intervals: dict[str, tuple[float, float]]) -> None:
    """Counties and sizes over eight regions, protected in turns: some patterns give a region away exactly."""
    shown = [region for region in REGIONS if region not in suppressed]
    problem = table_problem({region: float(value) for region, value in REGIONS.items()}, [*REGION_SUMS, *shown])
    for region, interval in intervals.items():
        assert feasible(problem, region) == pytest.approx(interval)


def test_three_singletons_fall_to_two_of_them() -> None:
    """Of three contributors of one each in a row none alone sees the others; two who talk see the third."""
    row = {"A": 1.0, "B": 1.0, "H": 7.0, "M": 1.0, "W": 0.0}
    published = ["A+B+H+M+W", "H", "W"]
    assert feasible(table_problem(row, published, known="A"), "B") == pytest.approx((0, 2))
    assert feasible(table_problem(row, published, known="AB"), "M") == pytest.approx((1, 1))


def test_a_sum_of_zero_discloses_every_term() -> None:
    """A total of zero over values that are never negative says that each is zero."""
    assert feasible(table_problem({"A": 0.0, "B": 0.0, "C": 0.0}, ["A+B+C"]), "A") == pytest.approx((0, 0))


@examples(60)
@given(
    st.lists(st.integers(0, 4), min_size=4, max_size=5),
    st.integers(0, 2),
    st.integers(0, 2),
    st.frozensets(st.integers(0, 3), max_size=2),
)
def test_brute_force_reconstruction_agrees(
    values: list[int], all_slack: int, pair_slack: int, known: frozenset[int]
) -> None:
    """Whole-number worlds of nested groups, written down one by one, have the linear programs' intervals."""
    names = "ABCDE"[: len(values)]
    variables = {
        name: Variable(float(value), 0.0, 4.0, 0.1, 0.2, 4.0) for name, value in zip(names, values, strict=True)
    }
    told = [(names, all_slack), (names[:2], pair_slack), (names[2:4], all_slack)]
    facts = []
    for members, slack in told:
        total = sum(int(variables[name].value) for name in members)
        facts.append(Fact(tuple((name, 1.0) for name in members), total - slack, total + slack))
    reader = Reader("reader", frozenset(names[number] for number in known))
    problem = RoundingProblem("small", variables, (), (reader,), tuple(facts))
    worlds = [
        dict(zip(names, world, strict=True))
        for world in product(range(5), repeat=len(names))
        if all(world[names.index(name)] == variables[name].value for name in reader.known)
    ]
    alike = [
        world
        for world in worlds
        if all(fact.lower <= sum(world[name] for name, _ in fact.terms) <= fact.upper for fact in facts)
    ]
    for name in sorted(set(names) - reader.known):
        seen = [world[name] for world in alike]
        assert feasible(problem, name) == pytest.approx((min(seen), max(seen)), abs=1e-6)
