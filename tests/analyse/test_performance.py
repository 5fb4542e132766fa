"""The verdict: skewness by hand and against scipy, the class, and what may not change it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from pmm_site import skewness
from pmm_site.analyse import verdict
from pmm_site.model import Direction, DisclosurePolicy, Performance
from tests.depth import examples

POLICY = DisclosurePolicy()
FEW = DisclosurePolicy(performance_contributors=3)
PILED_UP_LOW = [1, 1, 2, 2, 2, 3, 3, 4, 5, 7, 9, 14, 22, 35]
PILED_UP_HIGH = [100 - value for value in PILED_UP_LOW]

samples = st.lists(st.integers(-1000, 1000), min_size=10, max_size=40)


def test_skewness_worked_by_hand():
    """0, 0, 3: mean 1, m2 = (1 + 1 + 4) / 3 = 2, m3 = (-1 - 1 + 8) / 3 = 2; G1 = 2 / 2**1.5 * sqrt(6) / 1 = sqrt(3)."""
    assert verdict([0, 3, 0], Direction.HIGHER, FEW).skewness == pytest.approx(math.sqrt(3), abs=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_skewness_equals_scipy(seed):
    """The coefficient is the adjusted Fisher-Pearson one of scipy with bias=False."""
    values = np.random.default_rng(seed).lognormal(3, 1, size=10 + 17 * seed).round(2)
    expected = stats.skew(values, bias=False)
    assert verdict(values.tolist(), Direction.HIGHER, POLICY).skewness == pytest.approx(expected, rel=1e-10)


def test_piled_up_low_is_a_positive_coefficient_and_low_performing_when_high_is_desired():
    """The paper's "skewed towards lower values on the left": a tail to the right, positive, low performing."""
    found = verdict(PILED_UP_LOW, Direction.HIGHER, POLICY)
    assert found.skewness > 0
    assert found.performance is Performance.LOW


@pytest.mark.parametrize(
    ("values", "direction", "expected"),
    [
        (PILED_UP_HIGH, Direction.HIGHER, Performance.WELL),
        (PILED_UP_LOW, Direction.LOWER, Performance.WELL),
        (PILED_UP_HIGH, Direction.LOWER, Performance.LOW),
    ],
)
def test_class_follows_the_desired_end(values, direction, expected):
    """Values piled up at the desired end perform well, at the other end low."""
    assert verdict(values, direction, POLICY).performance is expected


def test_symmetric_values_are_inconclusive():
    """Where the interval of the skewness holds 0 no side is taken."""
    assert verdict(list(range(30)), Direction.HIGHER, POLICY).performance is Performance.INCONCLUSIVE


def test_one_far_value_alone_convinces_nobody():
    """A single outlier gives a large coefficient; samples without it say nothing, so the class is inconclusive."""
    found = verdict([50.0] * 19 + [90.0], Direction.HIGHER, POLICY)
    assert found.skewness == pytest.approx(stats.skew([50.0] * 19 + [90.0], bias=False))
    assert found.performance is Performance.INCONCLUSIVE


def test_without_a_desired_end_there_is_a_coefficient_and_no_class():
    """Direction none: the shape can be told, the performance cannot."""
    found = verdict(PILED_UP_LOW, Direction.NONE, POLICY)
    assert found.skewness == pytest.approx(stats.skew(PILED_UP_LOW, bias=False))
    assert found.performance is Performance.NOT_EVALUABLE


@pytest.mark.parametrize("values", [[], [1.0], [1.0, 2.0], [1, 2, 3, 4, 5, 6, 7, 8, 90]])
def test_too_few_values_are_not_evaluable(values):
    """Fewer than `performance_contributors` values have neither coefficient nor class."""
    assert verdict(values, Direction.HIGHER, POLICY) == (None, Performance.NOT_EVALUABLE)


def test_two_values_are_too_few_whatever_the_policy():
    """The coefficient needs three values; a policy of 1 does not make a class of two."""
    found = verdict([1.0, 2.0], Direction.HIGHER, DisclosurePolicy(performance_contributors=1))
    assert found == (None, Performance.NOT_EVALUABLE)


@pytest.mark.parametrize("value", [0.0, 0.1, 1e9 / 3, -7.7])
def test_equal_values_are_not_evaluable(value):
    """Without variation there is no shape."""
    assert verdict([value] * 20, Direction.LOWER, POLICY) == (None, Performance.NOT_EVALUABLE)


@examples(40)
@given(samples, st.randoms(use_true_random=False))
def test_order_of_rows_does_not_matter(values, dice):
    """The same values in another order give exactly the same verdict."""
    shuffled = values.copy()
    dice.shuffle(shuffled)
    assert verdict(shuffled, Direction.HIGHER, POLICY) == verdict(values, Direction.HIGHER, POLICY)


@examples(40)
@given(samples, st.integers(-10_000, 10_000), st.sampled_from([1, 2, 100]))
def test_origin_and_unit_do_not_matter(values, constant, factor):
    """A constant added to all values, or another unit, changes no class."""
    moved = [value * factor + constant for value in values]
    assert verdict(moved, Direction.HIGHER, POLICY).performance is verdict(values, Direction.HIGHER, POLICY).performance


@pytest.mark.parametrize("unit", [1.0, 0.1])
def test_an_end_of_the_interval_that_is_zero_but_for_its_last_digits_takes_no_side(unit):
    """The upper end is 0; in tenths it is computed as -2.5e-16, which is no skewness either."""
    values = [1 * unit] * 4 + [2 * unit] * 12
    assert verdict(values, Direction.HIGHER, POLICY).performance is Performance.INCONCLUSIVE


@examples(40)
@given(samples)
def test_mirrored_values_with_the_other_desired_end_keep_their_class(values):
    """Negated values with the direction turned round have the negated coefficient and the same class."""
    found = verdict(values, Direction.HIGHER, POLICY)
    mirrored = verdict([-value for value in values], Direction.LOWER, POLICY)
    assert mirrored.performance is found.performance
    assert mirrored.skewness == (None if found.skewness is None else pytest.approx(-found.skewness, abs=1e-9))


def test_symmetric_populations_seldom_get_a_side():
    """Of 200 normal samples of 62 values at most 8 % are judged: the 95 % interval does what it says."""
    dice = np.random.default_rng(62)
    drawn = dice.normal(50, 10, size=(200, 62))
    classes = [verdict(row.tolist(), Direction.HIGHER, POLICY).performance for row in drawn]
    assert sum(each is not Performance.INCONCLUSIVE for each in classes) <= 16


def test_strong_skewness_is_found():
    """Of 100 samples of 45 values piled up near the top at least 90 are judged well performing."""
    drawn = np.random.default_rng(45).beta(8, 1.2, size=(100, 45))
    classes = [verdict(row.tolist(), Direction.HIGHER, POLICY).performance for row in drawn]
    assert classes.count(Performance.WELL) >= 90


def test_the_same_values_are_judged_once(monkeypatch):
    """A verdict on values that were judged before, in any order, draws no samples."""
    values = [float(each**2) for each in range(11, 40)]
    first = verdict(values, Direction.HIGHER, POLICY)
    monkeypatch.setattr(skewness, "_coefficients", None)
    assert verdict(values[::-1], Direction.HIGHER, POLICY) == first
