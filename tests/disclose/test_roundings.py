"""The choice of roundings: safe by an attack of its own, optimal by enumeration, closed where anything is in doubt."""

from __future__ import annotations

import math
import pickle
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmm_site.disclose import content_key, roundings
from pmm_site.disclose.attack import Attack
from pmm_site.disclose.figures import (
    Cell,
    Fact,
    Reader,
    RoundingProblem,
    Variable,
    protected_variable,
    value_range,
)
from pmm_site.disclose.precision import interval_by_steps
from pmm_site.disclose.roundings import choose_roundings
from pmm_site.disclose.steps import steps
from pmm_site.disclose.system import Floats
from pmm_site.model import DEFAULT_PROTECTION, Bounds, Direction, Kpi, Unit, WorkLimits
from tests.depth import examples
from tests.disclose.rounding_worlds import (
    PERCENT,
    each_violation,
    every_choice,
    interval,
    percent,
    problem_of,
    told_rows,
    violations,
    worlds,
    worth,
)

OUTSIDER = Reader("public", frozenset())


@examples(20)
@given(worlds())
def test_every_choice_is_safe_by_an_independent_attack(problem: RoundingProblem) -> None:
    """No reader's interval is too narrow when attacked by scipy from the printed figures."""
    choice = choose_roundings(problem)
    assert choice.proven
    assert violations(problem, choice.levels) == []


@examples(15)
@given(worlds(members=5, cells=3, readers=2))
def test_the_choice_is_worth_as_much_as_any_safe_one(problem: RoundingProblem) -> None:
    """Of all combinations of levels none that the nested model calls safe is worth more."""
    ordered = sorted(every_choice(problem), key=lambda levels: -worth(problem, levels))
    best = next(levels for levels in ordered if is_safe_when_nested(problem, levels))
    assert choose_without_salt(problem) == pytest.approx(worth(problem, best))


def choose_without_salt(problem: RoundingProblem) -> float:
    """The worth of the choice with the salt's perturbation switched off."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(roundings, "_SALT_RANGE", 0.0)
        choice = choose_roundings(problem)
    assert choice.proven
    return worth(problem, choice.levels)


def is_safe_when_nested(problem: RoundingProblem, levels: dict[object, Decimal | None]) -> bool:
    """Whether nothing leaks when a figure also tells what its coarser levels would: the search's stricter reading."""
    cells, chosen = [], {}
    for cell in problem.cells:
        step = levels[cell.key]
        for coarser in cell.levels:
            if step is not None and coarser >= step:
                key = f"{cell.key} at {coarser}"
                cells.append(replace(cell, key=key))
                chosen[key] = coarser
    return next(each_violation(replace(problem, cells=tuple(cells)), chosen), None) is None


@examples(20)
@given(worlds())
def test_order_of_rows_does_not_matter(problem: RoundingProblem) -> None:
    """Cells, readers and variables in another order give the same levels."""
    shuffled = replace(
        problem,
        variables=dict(reversed(problem.variables.items())),
        cells=problem.cells[::-1],
        readers=problem.readers[::-1],
    )
    assert choose_roundings(shuffled).levels == choose_roundings(problem).levels


@examples(20)
@given(worlds())
def test_greedy_fallback_is_safe_and_named(problem: RoundingProblem) -> None:
    """With no work allowed beyond the first sweep the levels are still safe; unless proven they are called greedy."""
    choice = choose_roundings(replace(problem, limits=WorkLimits(rounds=1, linear_programs=0, nodes=1)))
    assert violations(problem, choice.levels) == []
    assert choice.method == ("optimal" if choice.proven else "greedy")


@examples(20)
@given(worlds())
def test_one_rounding_for_all_cells_when_tied(problem: RoundingProblem) -> None:
    """`roundings: per-kpi` publishes every cell at one common step or not at all, and is safe."""
    choice = choose_roundings(replace(problem, tied=True))
    assert len({step for step in choice.levels.values() if step is not None}) <= 1
    assert violations(problem, choice.levels) == []


@examples(15)
@given(worlds())
def test_a_failing_solver_makes_figures_unsafe_not_safe(problem: RoundingProblem) -> None:
    """When no linear program ends well, what is published is safe, and called proven only if none was needed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Attack, "_optimal", lambda self: False)
        choice = choose_roundings(problem)
    assert violations(problem, choice.levels) == []
    assert choice.linear_programs == 0 or not choice.proven


def test_a_lying_solver_makes_nothing_safe(monkeypatch: pytest.MonkeyPatch) -> None:
    """A solver that claims any reach is not believed without a world that bears it out."""
    values = {code: 30.0 + 8 * number for number, code in enumerate("ABCDEF")}
    problem = problem_of(values, {"all": "ABCDEF", "most": "ABCDE"}, [Reader("r", frozenset())])
    real = Attack.extreme

    def lie(self: Attack, target: int, direction: int, limit: float, sparing: Floats | None = None) -> object:
        return real(self, target, direction, limit, sparing)._replace(reach=limit)

    monkeypatch.setattr(Attack, "extreme", lie)
    choice = choose_roundings(problem)
    assert violations(problem, choice.levels) == []
    assert not choice.proven


@pytest.mark.parametrize(
    "broken",
    [math.nan, -1.0, 101.0, math.inf],
    ids=["not a number", "below its bound", "above its bound", "infinite"],
)
def test_a_value_that_cannot_be_protected_closes_the_problem(broken: float) -> None:
    """A value that is no number or breaks its bounds: no figure at all, no crash."""
    problem = problem_of({"A": broken, "B": 50.0, "C": 90.0}, {"all": "ABC"}, [OUTSIDER])
    choice = choose_roundings(problem)
    assert set(choice.levels.values()) == set(choice.means.values()) == {None}
    assert choice.method == "closed"


def test_a_range_of_zero_closes_the_problem() -> None:
    """All values equal under an open bound leave no range to protect: no figure."""
    same = Variable(7.0, 0.0, math.inf, 1.0, 2.0, 0.0)
    problem = replace(problem_of({}, {"all": "ABC"}, [OUTSIDER]), variables=dict.fromkeys("ABC", same))
    assert choose_roundings(problem).levels == {"all": None}


@pytest.mark.parametrize(
    "fact",
    [
        Fact((("A", 1.0),), math.nan, 50.0),
        Fact((("A", 1.0),), 60.0, 50.0),
        Fact((("A", math.nan),), 0.0, 50.0),
        Fact((("Z", 1.0),), 0.0, 50.0),
    ],
    ids=["no number", "empty", "no factor", "unknown value"],
)
def test_a_fact_that_makes_no_sense_closes_the_problem(fact: Fact) -> None:
    """What was published before must be understood: else no figure."""
    problem = problem_of({"A": 10.0, "B": 50.0, "C": 90.0}, {"all": "ABC"}, [OUTSIDER])
    assert choose_roundings(replace(problem, facts=(fact,))).method == "closed"


@examples(20)
@given(st.lists(st.integers(0, 3000), min_size=4, max_size=6), st.frozensets(st.sampled_from("ABC"), max_size=2))
def test_counts_without_an_upper_bound_are_safe(counts: list[int], known: frozenset[str]) -> None:
    """Quantities with an open bound, rounded to significant digits, protected relative to each value."""
    values = dict(zip("ABCDEF", map(float, counts), strict=False))
    bounds, rule = Bounds(0, None), DEFAULT_PROTECTION[Unit.COUNT]
    scale = value_range(bounds, tuple(values.values()))
    variables = {key: protected_variable(value, Unit.COUNT, bounds, scale, rule) for key, value in values.items()}
    kpi = Kpi("declarations", "outcome", {}, Unit.COUNT, bounds, Direction.HIGHER)
    cells = []
    for members in ("ABC", "".join(values)):
        mean = sum(values[member] for member in members) / len(members)
        told = interval_by_steps(kpi, mean)
        cells.append(Cell(members, frozenset(members), steps(kpi, mean), 1.0 + len(members), None, *told))
    problem = RoundingProblem("c1/kpi", variables, tuple(cells), (OUTSIDER, Reader("known", known)))
    choice = choose_roundings(problem)
    assert violations(problem, choice.levels) == []
    if scale == 0:
        assert set(choice.levels.values()) == {None}


@pytest.mark.parametrize("value", [0.0, 50.0, 100.0])
def test_equal_values(value: float) -> None:
    """All values equal, also all zero: whatever is published is safe."""
    problem = problem_of(
        dict.fromkeys("ABCDE", value), {"all": "ABCDE", "some": "ABC"}, [OUTSIDER, Reader("A", frozenset("A"))]
    )
    choice = choose_roundings(problem)
    assert choice.proven
    assert violations(problem, choice.levels) == []


def test_everything_shown_is_published_finest() -> None:
    """Where every reader knows every value nothing limits a figure."""
    problem = problem_of({"A": 1.0, "B": 2.0, "C": 3.0}, {"all": "ABC"}, [Reader("public", frozenset("ABC"))])
    choice = choose_roundings(problem)
    assert choice.levels == {"all": PERCENT[0]}
    assert choice.means == {"all": Decimal("2.0")}


def test_no_values_no_cells_no_readers() -> None:
    """Empty problems have empty answers."""
    assert choose_roundings(RoundingProblem("c1/kpi", {}, (), ())).levels == {}
    assert choose_roundings(problem_of({"A": 1.0, "B": 2.0, "C": 3.0}, {"all": "ABC"}, [])).levels == {
        "all": PERCENT[0]
    }


def test_a_difference_of_two_groups_is_seen() -> None:
    """A group and the same group without one Member: not both finely, and the limiting reader is named."""
    values = {"A": 40.0, "B": 55.0, "C": 60.0, "D": 72.5, "E": 31.0}
    problem = problem_of(values, {"all": "ABCDE", "rest": "ABCD"}, [OUTSIDER])
    choice = choose_roundings(problem)
    assert violations(problem, dict.fromkeys(choice.levels, PERCENT[0])) == [("public", "E")]
    assert violations(problem, choice.levels) == []
    limited = [key for key, step in choice.levels.items() if step != PERCENT[0]]
    assert {choice.limiting[key] for key in limited} == {("public",)}


def test_an_older_release_counts() -> None:
    """Last month's mean without a late joiner makes this month's mean with them coarser."""
    values = {"A": 40.0, "B": 55.0, "C": 60.0, "D": 72.5, "E": 31.0}
    fresh = problem_of(values, {"all": "ABCDE"}, [OUTSIDER])
    older = Fact(tuple((name, 1.0) for name in "ABCD"), 4 * 56.85, 4 * 56.95)
    with_release = replace(fresh, facts=(older,))
    assert choose_roundings(fresh).levels["all"] == PERCENT[0]
    choice = choose_roundings(with_release)
    assert choice.levels["all"] != PERCENT[0]
    assert violations(with_release, choice.levels) == []


def test_a_corrected_value_is_a_variable_of_its_own() -> None:
    """An older mean over the old version of a corrected value does not tie the new one."""
    values = {"A": 40.0, "B": 55.0, "C": 60.0, "D@1": 12.0, "D@2": 72.5}
    variables = {key: percent(value) for key, value in values.items()}
    older = Fact(tuple((name, 1.0) for name in ("A", "B", "C", "D@1")), 4 * 41.7, 4 * 41.8)
    cell = Cell("all", frozenset({"A", "B", "C", "D@2"}), PERCENT, 1.0)
    problem = RoundingProblem("c1/kpi", variables, (cell,), (OUTSIDER,), (older,))
    choice = choose_roundings(problem)
    assert choice.levels["all"] == PERCENT[0]
    assert violations(problem, choice.levels) == []


def test_complements_are_protected_together() -> None:
    """Shares that add up to 100: who knows a Member's one share knows the other, and nothing narrows it further."""
    women = {f"w{name}": value for name, value in zip("ABCD", (30.0, 42.0, 55.0, 61.0), strict=True)}
    men = {f"m{key[1]}": 100 - value for key, value in women.items()}
    ties = tuple(Fact(((f"w{name}", 1.0), (f"m{name}", 1.0)), 100.0, 100.0, identity=True) for name in "ABCD")
    cells = (
        Cell("women", frozenset(women), PERCENT, 2.0),
        Cell("men without D", frozenset({"mA", "mB", "mC"}), PERCENT, 1.0),
    )
    variables = {key: percent(value) for key, value in (women | men).items()}
    problem = RoundingProblem("c1/kpi", variables, cells, (OUTSIDER, Reader("half", frozenset({"wA"}))), ties)
    choice = choose_roundings(problem)
    assert choice.exposed == (("half", "mA"),)
    assert violations(problem, choice.levels) == [("half", "mA")]
    assert None in choice.levels.values() or PERCENT[2] in choice.levels.values()


def test_a_facts_leak_is_never_made_worse() -> None:
    """A value that facts alone pin to 4 points stays at 4 points: no figure narrows it."""
    values = {"A": 40.0, "B": 55.0, "C": 60.0}
    pinned = Fact((("A", 1.0),), 38.0, 42.0)
    problem = replace(problem_of(values, {"all": "ABC"}, [Reader("bc", frozenset("BC"))]), facts=(pinned,))
    choice = choose_roundings(problem)
    reader = problem.readers[0]
    assert choice.exposed == (("bc", "A"),)
    assert interval(problem, told_rows(problem, choice.levels, reader), reader, "A") == pytest.approx((38.0, 42.0))


def test_problem_and_choice_can_be_sent_and_kept() -> None:
    """Both survive pickling, and the key that answers are kept by changes with any content."""
    problem = problem_of({"A": 1.0, "B": 2.0, "C": 3.0}, {"all": "ABC"}, [OUTSIDER])
    assert pickle.loads(pickle.dumps(problem)) == problem
    assert pickle.loads(pickle.dumps(choose_roundings(problem))) == choose_roundings(problem)
    others = (
        replace(problem, salt="other"),
        replace(problem, tied=True),
        replace(problem, readers=(replace(OUTSIDER, opens=frozenset({"u"})),)),
        replace(problem, variables=problem.variables | {"A": percent(1.5)}),
        replace(problem, limits=WorkLimits(rounds=3)),
    )
    assert len({content_key("question", each) for each in (problem, *others)}) == 1 + len(others)


def test_which_of_two_figures_gives_way_is_for_the_secret_to_say() -> None:
    """Two means of equal worth cannot both be fine: without the salt nobody can work out which one had to give way."""
    values = {"A": 10.0, "B": 30.0, "C": 50.0, "D": 90.0}
    plain = problem_of(values, {"all": "ABCD", "three": "ABC"}, [OUTSIDER])
    even = replace(plain, cells=tuple(replace(cell, weight=5.0) for cell in plain.cells))
    finer = {}
    for salt in map(str, range(12)):
        levels = choose_roundings(replace(even, salt=salt)).levels
        assert levels == choose_roundings(replace(even, salt=salt)).levels
        finer[salt] = [key for key, step in levels.items() if step == PERCENT[0]]
    assert all(len(keys) == 1 for keys in finer.values())
    assert {key for keys in finer.values() for key in keys} == {"all", "three"}
