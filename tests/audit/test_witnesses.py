"""What the attack takes for granted about witnesses: each is a world that may be the truth, and is counted rightly."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import highspy
import numpy as np
import pytest

from pmm_site.audit.exchanges import Exchanges
from pmm_site.audit.filling import Filling
from pmm_site.audit.programs import Nearby, SolverFailed
from pmm_site.audit.reach import Crowd, Need, Reach
from pmm_site.audit.worlds import Bins, Component, Type, mask_of
from tests.audit.test_brute_force import random_component

TOLERANCE = 1e-5


def bin_of(bins: Bins, value: float) -> int:
    """The bin of a value; one on an edge counts as in the bin that it is nearest to from inside."""
    return sum(value >= edge - 1e-12 for edge in bins.edges[1:-1])


def is_possible(found: Component, difference: np.ndarray) -> bool:
    """Whether a world keeps every sum, every bound and the counts in every bin."""
    for fact in found.facts:
        total = sum(factor * difference[at] for at, factor in fact.terms)
        if not fact.lower - TOLERANCE <= total <= fact.upper + TOLERANCE:
            return False
    values = [each.place + away for each, away in zip(found.unknowns, difference, strict=True)]
    if any(not -TOLERANCE <= value <= 1 + TOLERANCE for value in values):
        return False
    for bins in found.bins:
        moved = Counter(bin_of(bins, values[at]) for at in bins.members)
        on_edge = sum(any(abs(values[at] - edge) < TOLERANCE for edge in bins.edges) for at in bins.members)
        if sum((moved - Counter(bins.place)).values()) > on_edge:
            return False
    return True


@pytest.mark.parametrize("with_bins", [False, True])
def test_every_exchange_is_a_possible_world(with_bins: bool) -> None:
    """Whoever makes up for a value that moves, and whoever changes places with it: what is published stays true."""
    seen = 0
    for seed in range(40):
        found = random_component(seed, with_bins)
        exchanges = Exchanges(Nearby(found), (1 << len(found.facts)) - 1, int(with_bins))
        for number in range(len(found.unknowns)):
            for goal in (-0.05, 0.05):
                moves = exchanges.moves(number, goal)
                for own, other, amount in zip(*moves, strict=True):
                    world = np.zeros(len(found.unknowns))
                    world[other], world[number] = amount, own
                    assert abs(own) >= abs(goal) - 1e-12
                    assert is_possible(found, world)
                    seen += 1
    assert seen > 100


def test_a_presolve_that_loses_the_truth_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The truth is a way to fill the bins: where the program is called infeasible, it is solved without presolve."""
    found = random_component(0, with_bins=True)
    filling = Filling(Nearby(found), (1 << len(found.facts)) - 1, 1)
    whole, asked = filling._run, []

    def lost(*given: Any, presolve: str = "on", **options: Any) -> highspy.HighsModelStatus:
        asked.append(presolve)
        return highspy.HighsModelStatus.kInfeasible if presolve == "on" else whole(*given, presolve=presolve, **options)

    expected = filling.furthest(2, 1.0, 1.0, 1)
    monkeypatch.setattr(filling, "_run", lost)
    for one, two in zip(filling.furthest(2, 1.0, 1.0, 1), expected, strict=True):
        assert (one == two).all()
    assert asked == ["on", "off"]
    monkeypatch.setattr(filling, "_run", lambda *_, **__: highspy.HighsModelStatus.kInfeasible)
    with pytest.raises(SolverFailed):
        filling.furthest(2, 1.0, 1.0, 1)


KNOWN = 1
"""The reader of these worlds knows the first value."""


def fillings() -> Iterator[tuple[Component, Nearby, int, Filling]]:
    """Random components with bins, the worlds near their truth, all their facts, and the ways to fill their bins."""
    for seed in range(30):
        found = random_component(seed, with_bins=True)
        nearby, facts = Nearby(found), (1 << len(found.facts)) - 1
        yield found, nearby, facts, Filling(nearby, facts, 1)


def test_a_way_to_fill_the_bins_keeps_the_counts() -> None:
    """The furthest a value gets is shown by a world that keeps all that is published, for a reader who knows some."""
    moved = 0
    for found, nearby, facts, filling in fillings():
        for sign in (-1.0, 1.0):
            boxes = filling.furthest(2, sign, 1.0, KNOWN)
            world = nearby.world(2, sign * 1e-4, KNOWN, facts, boxes)
            if world is not None:
                assert world[0] == 0
                assert is_possible(found, world)
                moved += 1
    assert moved > 20


def test_the_nearest_way_to_fill_the_bins_gets_as_far_as_asked_and_changes_few() -> None:
    """A world within it has the value at the aim, and fewer values in other bins than in the furthest way."""
    moved = {"nearest": 0, "furthest": 0}
    for found, nearby, facts, filling in fillings():
        for sign in (-1.0, 1.0):
            boxes = filling.nearest(2, sign, 0.1, KNOWN)
            if boxes is None:
                continue
            world = nearby.world(2, sign * (0.1 - 1e-6), KNOWN, facts, boxes)
            assert world is not None
            assert is_possible(found, world)
            for name, each in (("nearest", boxes), ("furthest", filling.furthest(2, sign, 0.1, KNOWN))):
                moved[name] += sum((low > 0) or (high < 0) for low, high in zip(*each, strict=True))
    assert 0 < moved["nearest"] < moved["furthest"]


def naive(worlds: list[tuple[float, int]], types: int) -> tuple[float, float]:
    """How far down and up the worlds show a value to get that are of use to all of some types."""
    down = max((-away for away, hit in worlds if not hit & types and away < 0), default=0.0)
    up = max((away for away, hit in worlds if not hit & types and away > 0), default=0.0)
    return down, up


@pytest.mark.parametrize("pairs", [False, True])
@pytest.mark.parametrize("seed", range(10))
def test_reach_is_counted_for_every_reader(pairs: bool, seed: int) -> None:
    """Tables over all pairs and coalitions say what counting world by world says: exactly the unsafe are found."""
    chance = random.Random(seed)
    number = 6
    types = [Type(f"t{at}", 0, 0, 0) for at in range(number)]
    coalitions = [("u", 0b000111), ("v", 0b110000)]
    may_not = mask_of([at for at in range(number) if chance.random() < 0.8])
    need = Need(0.02, 0.02, 0.1)
    reach = Reach(Crowd(types, coalitions, pairs), may_not, need)
    worlds = [(chance.choice([-1, 1]) * chance.uniform(0.01, 0.15), chance.getrandbits(number)) for _ in range(12)]
    for away, hit in worlds:
        reach.add(away, hit)
    asked = {1 << at for at in range(number)} | {mask for _, mask in coalitions}
    if pairs:
        asked |= {1 << one | 1 << other for one, other in combinations(range(number), 2)}
    lacking = set()
    for mask in asked:
        down, up = naive(worlds, mask)
        if mask & may_not == mask and not (down >= 0.02 and up >= 0.02 and down + up >= 0.1):
            lacking.add(mask)
    found = set()
    while (reader := reach.unsafe()) is not None:
        assert reach.shown(reader) == pytest.approx(naive(worlds, reader.types))
        assert not reach.is_safe(reader)
        found.add(reader.types)
        reach.settle(reader, lost=False)
    assert found == lacking


def test_who_closes_in_alone_is_asked_no_more_with_others() -> None:
    """A pair or coalition with somebody who knows the value too well tells nothing new."""
    types = [Type(name, 0, 0, 0) for name in "abc"]
    reach = Reach(Crowd(types, [("u", 0b011)], True), 0b111, Need(0.1, 0.1, 0.2))
    reach.add(-0.2, 0b001)
    reach.add(0.2, 0b001)
    first = reach.unsafe()
    assert first is not None
    assert first.types == 0b001
    reach.settle(first, lost=True)
    assert reach.unsafe() is None
