"""Counts are whole, and readers know it: what rounds and bins leave of them is judged by the whole numbers in it."""

from __future__ import annotations

import itertools
import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from pmm_site.disclose import means
from pmm_site.disclose.assignment import between_whole
from pmm_site.disclose.bins import choose_bins
from pmm_site.disclose.figures import Cell, Reader, RoundingChoice, RoundingProblem, are_whole, protected_variable
from pmm_site.disclose.figures import value_range as range_of
from pmm_site.disclose.precision import ANYTHING, interval_by_steps, interval_of_sum
from pmm_site.disclose.roundings import choose_roundings
from pmm_site.disclose.steps import rounded, steps
from pmm_site.distributions import bin_of, merged
from pmm_site.model import DEFAULT_PROTECTION, Bounds, Unit
from tests.depth import examples
from tests.disclose.worlds import assembly
from tests.factories import MEMBERS, dataset, kpi, reported

COUNT = kpi("declarations", unit=Unit.COUNT, bounds=Bounds(0, None), bins=(0.0, 1.0, 3.0, 6.0))
RULE = DEFAULT_PROTECTION[Unit.COUNT]
EDGES = (0.0, 1.0, 3.0, 6.0, math.inf)
MOST = 16
"""Whole numbers from 0 on that are tried for each hidden value: more than any of the values."""


def counts_of(values: dict[str, int], groups: dict[str, str], known: str) -> RoundingProblem:
    """Counts, the groups whose means may be published, and one reader who knows some of the counts."""
    scale = range_of(COUNT.bounds, tuple(map(float, values.values())))
    variables = {
        name: protected_variable(float(value), Unit.COUNT, COUNT.bounds, scale, RULE, whole=True)
        for name, value in values.items()
    }
    cells = []
    for key, members in groups.items():
        mean = sum(values[name] for name in members) / len(members)
        told = interval_by_steps(COUNT, mean)
        cells.append(Cell(key, frozenset(members), steps(COUNT, mean), 1.0 + len(members), None, *told))
    return RoundingProblem("c1/declarations", variables, tuple(cells), (Reader("reader", frozenset(known)),))


def believed(
    problem: RoundingProblem, choice: RoundingChoice, edges: tuple[float, ...] | None
) -> tuple[list[str], NDArray[np.int64]]:
    """The hidden values, and every combination of whole numbers that all figures printed would be the same of."""
    (reader,) = problem.readers
    hidden = sorted(problem.variables.keys() - reader.known)
    worlds = np.array(list(itertools.product(range(MOST), repeat=len(hidden))))
    kept = np.ones(len(worlds), dtype=bool)
    for cell in problem.cells:
        step, printed = choice.levels[cell.key], choice.means[cell.key]
        if step is None:
            continue
        sums = worlds[:, [hidden.index(name) for name in hidden if name in cell.members]].sum(axis=1)
        sums += round(sum(problem.variables[name].value for name in cell.members & reader.known))
        number = len(cell.members)
        alike = {
            total
            for total in set(sums.tolist())
            if step in steps(COUNT, total / number) and rounded(Decimal(total) / number, step) == printed
        }
        kept &= np.isin(sums, list(alike))
    if edges is not None:
        truth = sorted(bin_of(edges, problem.variables[name].value) for name in hidden)
        places = np.sort(np.array([bin_of(edges, number) for number in range(MOST)])[worlds], axis=1)
        kept &= (places == truth).all(axis=1)
    return hidden, worlds[kept]


def closed_in_on(
    problem: RoundingProblem, choice: RoundingChoice, edges: tuple[float, ...] | None = None
) -> list[tuple[str, int, int]]:
    """Hidden values with less than one whole number on a side that has room for one, or less than three in all."""
    hidden, worlds = believed(problem, choice, edges)
    found = []
    for place, name in enumerate(hidden):
        value, low, high = (
            round(problem.variables[name].value),
            int(worlds[:, place].min()),
            int(worlds[:, place].max()),
        )
        if low > max(value - 1, 0) or high < value + 1 or high - low < 2:
            found.append((name, low, high))
    return found


def some_counts(draw: st.DrawFn) -> RoundingProblem:
    """Four to eight small counts, three or fewer of them hidden, with the means of all and of some groups."""
    names = "ABCDEFGH"[: draw(st.integers(4, 8))]
    values = {name: draw(st.sampled_from((0, 1, 1, 2, 2, 3, 4, 5, 8))) for name in names}
    hidden = draw(st.sets(st.sampled_from(names), min_size=1, max_size=3))
    groups = draw(st.lists(st.sets(st.sampled_from(names), min_size=3), max_size=4))
    wanted = {"".join(sorted(members)) for members in (set(names), *groups)}
    return counts_of(values, {key: key for key in sorted(wanted)}, "".join(sorted(set(names) - hidden)))


@examples(60)
@given(st.composite(some_counts)())
def test_nobody_counts_out_a_hidden_count(problem: RoundingProblem) -> None:
    """Of all whole numbers that the figures allow there are some below and above each hidden count."""
    choice = choose_roundings(problem)
    assert choice.method == "closed" or closed_in_on(problem, choice) == []


@examples(30)
@given(st.composite(some_counts)())
def test_nobody_counts_out_a_hidden_count_beside_bins(problem: RoundingProblem) -> None:
    """The same where a distribution is published too."""
    choice = choose_roundings(problem)
    bins = choose_bins(problem, choice, frozenset(problem.variables), EDGES)
    if bins.groups is not None:
        edges, _ = merged(EDGES, (0,) * (len(EDGES) - 1), bins.groups)
        assert closed_in_on(problem, choice, edges) == []


def test_two_sums_that_a_single_count_parts_are_exact() -> None:
    """Means of twelve and of eleven of them leave real numbers a whole unit to each side, and whole ones none."""
    names = "ABCDEFGHIJKL"
    values = dict(zip(names, (2, 1, 3, 3, 2, 1, 1, 1, 3, 4, 2, 1), strict=True))
    problem = counts_of(values, {"all": names, "but one": names[1:]}, "BCDEFGHIJ")
    tenths = RoundingChoice(
        dict.fromkeys(("all", "but one"), Decimal("0.1")), dict.fromkeys(("all", "but one"), Decimal(2)), True, "", 0
    )
    assert ("A", 2, 2) in closed_in_on(problem, tenths)
    assert closed_in_on(problem, choose_roundings(problem)) == []


def test_a_bin_ends_before_its_upper_edge() -> None:
    """Who knows all other bins' values knows of a 2 in [1, 3) that it is 1 or 2: such bins are not published."""
    problem = counts_of({"A": 1, "B": 2, "C": 2, "D": 8, "E": 0}, {}, "DE")
    choice = choose_roundings(problem)
    bins = choose_bins(problem, choice, frozenset("ABCDE"), EDGES)
    assert closed_in_on(problem, choice, EDGES)
    assert bins.groups != (1, 1, 1, 1)


@given(st.integers(1, 40), st.integers(-200, 200), st.sampled_from(["0.01", "0.1", "1", "5", "10"]))
def test_a_printed_mean_tells_which_whole_sums_there_may_be(number: int, total: int, step: str) -> None:
    """Exactly the sums whose mean is printed the same, ties and all."""
    size = Decimal(step)
    printed = rounded(Decimal(total) / number, size)
    least, greatest = interval_of_sum(total / number, size, ANYTHING, number, whole=True)
    around = range(math.floor(least) - 3, math.ceil(greatest) + 4)
    alike = [each for each in around if rounded(Decimal(each) / number, size) == printed]
    assert (least, greatest) == (alike[0], alike[-1])


@given(st.integers(1, 40), st.integers(-2000, 2000))
def test_a_decade_ends_before_the_next_whole_sum(number: int, total: int) -> None:
    """Of a step of significant digits the sums of its own decade, and no sum of the next one."""
    step = steps(COUNT, total / number)[-1]
    least, greatest = interval_of_sum(
        total / number, step, interval_by_steps(COUNT, total / number), number, whole=True
    )
    assert least <= total <= greatest
    assert {steps(COUNT, end / number) for end in (least, greatest)} == {steps(COUNT, total / number)}


def test_bins_of_whole_numbers_part_between_them() -> None:
    """Edges keep every whole number in its bin; those between two numbers that no number parts are one."""
    assert between_whole(EDGES) == (0.0, 0.5, 2.5, 5.5, math.inf)
    assert between_whole((0.0, 1.2, 1.7, 9.0)) == (0.0, 1.5, 9.0)
    shifted = between_whole((0.0, 1.0, 2.5, 7.0, 40.0))
    assert [bin_of(shifted, each) for each in range(41)] == [
        bin_of((0.0, 1.0, 2.5, 7.0, 40.0), each) for each in range(41)
    ]


@pytest.mark.parametrize(("value", "side", "width"), [(0.0, 1, 2), (3.0, 1, 2), (6.0, 1, 2), (40.0, 6, 12)])
def test_a_count_has_the_next_one_on_each_side(value: float, side: float, width: float) -> None:
    """One whole unit to each side and two in all at least; larger counts keep their share."""
    found = protected_variable(value, Unit.COUNT, COUNT.bounds, 20.0, RULE, whole=True)
    assert (found.side, found.width) == pytest.approx((side, width))


def test_only_counts_without_fractions_are_taken_for_whole() -> None:
    """One value with a fraction, or another unit, and readers may believe any number."""
    assert are_whole(Unit.COUNT, (1.0, 30.0))
    assert not are_whole(Unit.COUNT, (1.0, 2.5))
    assert not are_whole(Unit.DAYS, (1.0, 30.0))


@pytest.mark.parametrize(("first", "whole"), [(2.0, True), (2.5, False)])
def test_a_kpi_with_a_fraction_keeps_the_rule_of_quantities(
    first: float, whole: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the decision is made of: every value of the KPI in the cycle is looked at."""
    seen: list[RoundingProblem] = []
    plain = means.choose_roundings
    monkeypatch.setattr(means, "choose_roundings", lambda problem: seen.append(problem) or plain(problem))
    values = {code: reported(first if code == MEMBERS[0] else 3.0 + at, "wco") for at, code in enumerate(MEMBERS)}
    assembly(dataset({"declarations": values}, kpis=[COUNT]))
    assert {each.whole for problem in seen for each in problem.variables.values()} == {whole}
