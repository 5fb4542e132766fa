"""Tests are told where they leave room for every value: attacks on hidden values and answers by told verdicts."""

from __future__ import annotations

from itertools import combinations, combinations_with_replacement

import numpy as np
import pytest

from pmm_site.disclose.decisions import ComparisonCandidate
from pmm_site.disclose.steady import is_steady
from pmm_site.ranks import between_two, kruskal_wallis, signed_rank

LEVEL = 0.05


def candidate(test: str, *samples: list[float], turns: float = LEVEL) -> ComparisonCandidate:
    """A test as it is decided on, alone in its family or with a stricter limit."""
    arrays = [np.array(sample) for sample in samples]
    p_value = {
        "change": lambda: signed_rank(arrays[0]),
        "kruskal-wallis": lambda: kruskal_wallis(arrays),
        "mann-whitney": lambda: between_two(*arrays),
    }[test]()
    return ComparisonCandidate(test, "f", (), p_value <= turns, tuple(map(tuple, samples)), turns)


@pytest.mark.parametrize(("number", "turns", "steady"), [(15, 0.001, False), (15, LEVEL, False), (60, 0.001, True)])
def test_that_all_rose_says_not_of_each_that_it_did(number: int, turns: float, steady: bool) -> None:
    """Of fifteen a strict limit allows hardly one that fell: told, it would bound each; of sixty it allows many."""
    assert is_steady(candidate("change", [0.5 + at / 100 for at in range(number)], turns=turns)) is steady


@pytest.mark.parametrize("sign", [1, -1])
def test_a_verdict_is_as_steady_of_falls_as_of_rises(sign: int) -> None:
    """The direction makes no difference, significant or not."""
    rises = [sign * (0.5 + at / 100) for at in range(15)]
    mixed = [sign * (-1) ** at * (1.0 + at) for at in range(60)]
    assert not is_steady(candidate("change", rises, turns=0.001))
    assert is_steady(candidate("change", mixed, turns=0.001))


def test_a_told_verdict_leaves_each_value_any_other() -> None:
    """Whatever any two of the values were, a steady verdict stays: tried out with both at either end."""
    dice = np.random.default_rng(7)
    groups = [dice.normal(shift, 1, 25) for shift in (0, 0, 4)]
    told = candidate("kruskal-wallis", *(group.tolist() for group in groups))
    assert is_steady(told)
    places = [(at, number) for at, group in enumerate(groups) for number in range(0, len(group), 6)]
    for first, second in combinations(places, 2):
        for ends in ((-99.0, -99.5), (99.0, 99.5), (-99.0, 99.0)):
            moved = [group.copy() for group in groups]
            for (at, number), end in zip((first, second), ends, strict=True):
                moved[at][number] = end
            assert (kruskal_wallis(moved) <= LEVEL) is told.significant


def test_users_that_are_all_above_the_others_are_not_told() -> None:
    """Where values are public, a strict verdict would say who the users are: only few sets of them would give it."""
    users, others = [50.0 + at for at in range(9)], [20.0 + at for at in range(9)]
    assert not is_steady(candidate("mann-whitney", users, others, turns=LEVEL / 66))


def test_with_a_steady_verdict_every_member_may_use_the_instrument_or_not() -> None:
    """Any user and any other may change places: the verdict stays."""
    dice = np.random.default_rng(3)
    users, others = dice.normal(0, 1, 30).tolist(), dice.normal(0, 1, 25).tolist()
    told = candidate("mann-whitney", users, others, turns=LEVEL / 66)
    assert is_steady(told)
    for one in range(len(users)):
        for other in range(len(others)):
            changed = [*users[:one], others[other], *users[one + 1 :]]
            rest = [*others[:other], users[one], *others[other + 1 :]]
            assert (between_two(np.array(changed), np.array(rest)) <= told.turns) is told.significant


def turned_by_three(test: str, samples: list[np.ndarray]) -> bool:
    """Whether three values, wherever they are, make another verdict at the other end or (of users) the other side."""
    told = candidate(test, *(sample.tolist() for sample in samples), turns=0.01)
    kinds = [
        (at, end, side) for at in range(len(samples)) for end in (0, -1) for side in (False, test == "mann-whitney")
    ]
    for moves in combinations_with_replacement(dict.fromkeys(kinds), 3):
        worlds = [sorted(sample.tolist()) for sample in samples]
        gone: list[list[float]] = [[] for _ in samples]
        for number, (at, end, side) in enumerate(moves):
            value = worlds[at].pop(end)
            (gone[1 - at] if side else gone[at]).append(value if side else (-1) ** -end * (99.0 + number))
        moved = [world + more for world, more in zip(worlds, gone, strict=True)]
        if candidate(test, *moved, turns=0.01).significant is not told.significant:
            return True
    return False


@pytest.mark.parametrize(("test", "seed"), [*(("kruskal-wallis", each) for each in (146, 2432, 3142, 1, 2)),
                                            *(("mann-whitney", each) for each in (142, 199, 203, 1, 2))])  # fmt: skip
def test_three_values_in_several_samples_do_not_turn_a_verdict(test: str, seed: int) -> None:
    """A verdict is steady only if it stays also where one value is of one sample and two are of another."""
    dice = np.random.default_rng(seed)
    number = 3 if test == "kruskal-wallis" else 2
    samples = [np.round(dice.normal(dice.choice([0, 1, 2]), 1, int(dice.integers(10, 16))), 2) for _ in range(number)]
    told = candidate(test, *(sample.tolist() for sample in samples), turns=0.01)
    assert not (is_steady(told) and turned_by_three(test, samples))


@pytest.mark.parametrize("samples", [[[1.0, float("nan"), 3.0] * 9], [[float("inf")] * 30]])
def test_what_is_no_number_is_not_told(samples: list[list[float]]) -> None:
    """Closed is the default, and so is a test that nobody knows."""
    assert not is_steady(ComparisonCandidate("change", "f", (), True, tuple(map(tuple, samples)), LEVEL))
    assert not is_steady(ComparisonCandidate("other", "f", (), True, ((1.0, 2.0),), LEVEL))
