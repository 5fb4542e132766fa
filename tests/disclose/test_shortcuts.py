"""What linear programs say keeps the laws, and what the search knows by arithmetic is what they say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pmm_site.disclose.alone import alone
from pmm_site.disclose.attack import Attack, Extreme
from pmm_site.disclose.evidence import Evidence
from pmm_site.disclose.figures import Fact, Reader, RoundingProblem
from pmm_site.disclose.roundings import choose_roundings
from pmm_site.disclose.system import TOLERANCE, System, compile_problem
from tests.depth import examples
from tests.disclose.rounding_worlds import problem_of, worlds


def reached(system: System, reader: int, target: int, levels: list[int]) -> tuple[Extreme, Extreme]:
    """How far a value gets down and up for a reader of figures at these levels, by linear programs."""
    attack = Attack(system.matrix)
    hidden = ~system.knowledge[reader, : system.size]
    attack.set_columns(np.where(hidden, -system.down_limit, 0.0), np.where(hidden, system.up_limit, 0.0))
    lows, highs = system.row_bounds(np.array(levels, dtype=np.int64))
    opened = system.opened_rows(reader)
    attack.set_rows(np.where(opened, lows, -np.inf), np.where(opened, highs, np.inf))
    return attack.extreme(target, -1, np.inf), attack.extreme(target, 1, np.inf)


def leaks(system: System, reader: int, target: int, levels: list[int], slack: float = TOLERANCE) -> bool:
    """Whether the value is too closely known."""
    down, up = (each.reach for each in reached(system, reader, target, levels))
    return bool(
        down < system.side_down[target] - slack
        or up < system.side_up[target] - slack
        or down + up < system.width[target] - slack
    )


def hidden_pairs(system: System) -> list[tuple[int, int]]:
    """Every reader and value hidden from them."""
    return [(int(reader), int(target)) for reader, target in np.argwhere(~system.knowledge[:, : system.size])]


def far(system: System, reader: int, target: int, levels: list[int]) -> tuple[float, float]:
    """How far the value gets down and up."""
    down, up = reached(system, reader, target, levels)
    return down.reach, up.reach


@examples(30)
@given(worlds(cells=3, readers=2), st.data())
def test_a_finer_figure_never_widens_an_interval(problem: RoundingProblem, data: st.DataObject) -> None:
    """Whatever else is published, a cell at a finer level leaves every reader at most as much room."""
    system = compile_problem(problem)
    levels = [data.draw(st.integers(0, count - 1)) for count in system.level_counts]
    row = data.draw(st.integers(0, len(levels) - 1)) if levels else None
    if row is None or not levels[row]:
        return
    finer = [level - 1 if at == row else level for at, level in enumerate(levels)]
    for reader, target in hidden_pairs(system):
        room, less = far(system, reader, target, levels), far(system, reader, target, finer)
        assert all(one <= other + TOLERANCE for one, other in zip(less, room, strict=True))


@examples(30)
@given(worlds(cells=3, readers=2), st.data())
def test_hiding_a_further_value_never_narrows_an_interval(problem: RoundingProblem, data: st.DataObject) -> None:
    """With the same figures published, a reader who knows one value less has at least as much room for the others."""
    reader = data.draw(st.sampled_from(problem.readers))
    if not reader.known:
        return
    forgotten = data.draw(st.sampled_from(sorted(reader.known)))
    less = replace(reader, known=reader.known - {forgotten})
    told, hidden = (compile_problem(replace(problem, readers=(each,))) for each in (reader, less))
    if not len(told.knowledge):
        return
    levels = [data.draw(st.integers(0, count - 1)) for count in told.level_counts]
    for _, target in hidden_pairs(told):
        room, more = far(told, 0, target, levels), far(hidden, 0, target, levels)
        assert all(one <= other + TOLERANCE for one, other in zip(room, more, strict=True))


@examples(40)
@given(worlds(cells=2, readers=3))
def test_a_cell_that_leaks_alone_is_found_without_a_program(problem: RoundingProblem) -> None:
    """The level found for a row is the coarsest at which some reader can close in on some value from it alone."""
    system = compile_problem(problem)
    found = {each.row: each.level for each in alone(system, lambda reader, target: False)}
    for row, count in enumerate(system.level_counts):
        expected = None
        for level in range(count):
            levels = [level if other == row else last for other, last in enumerate(system.level_counts)]
            if any(leaks(system, *pair, levels) for pair in hidden_pairs(system)):
                expected = level
        assert found.get(row) == expected


@examples(40)
@given(worlds(cells=3, readers=2), st.data())
def test_evidence_never_contradicts_the_program(problem: RoundingProblem, data: st.DataObject) -> None:
    """Whatever was learned from some levels, a verdict on others is the verdict of the linear programs."""
    system = compile_problem(problem)
    pairs = hidden_pairs(system)
    if not pairs:
        return
    reader, target = data.draw(st.sampled_from(pairs))
    needs = (float(system.side_down[target]), float(system.side_up[target]), float(system.width[target]))
    nothing = np.zeros(len(system.matrix))
    evidence = Evidence(system, reader, target, needs, (nothing, nothing))
    chosen = st.tuples(*(st.integers(0, count) for count in system.level_counts))
    opened = system.opened_rows(reader)
    for levels in data.draw(st.lists(chosen, min_size=2, max_size=8)):
        lows, highs = system.row_bounds(np.array(levels, dtype=np.int64))
        verdict = evidence.verdict(np.where(opened, lows, -np.inf), np.where(opened, highs, np.inf))
        if verdict is None:
            evidence.learn(*reached(system, reader, target, list(levels)))
        elif verdict:
            assert leaks(system, reader, target, list(levels), TOLERANCE - 1e-8)
        else:
            assert not leaks(system, reader, target, list(levels), TOLERANCE + 1e-8)


def test_a_value_that_was_given_away_before_stands_against_no_cell() -> None:
    """What facts alone tell of A no figure can mend: a mean that says nothing more of it is published."""
    values = {"A": 40.0, "B": 56.0, "C": 70.0, "D": 20.0}
    told = Fact((("A", 1.0),), 39.9, 40.1)
    problem = problem_of(values, {"ab": "AB", "all": "ABCD"}, [Reader("r", frozenset("B"))], facts=(told,))
    choice = choose_roundings(problem)
    assert choice.exposed == (("r", "A"),)
    assert choice.levels["ab"] is not None
    assert choice.proven
