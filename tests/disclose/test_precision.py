"""What a rounded mean tells of the mean, and nothing narrower."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmm_site.disclose.precision import ANYTHING, interval_by_steps, interval_of_mean
from pmm_site.disclose.steps import steps
from pmm_site.model import Bounds, Direction, Kpi, Unit

COUNT = Kpi("declarations", "outcome", {}, Unit.COUNT, Bounds(0, None), Direction.HIGHER)
PERCENT = Kpi("rate", "outcome", {}, Unit.PERCENT, Bounds(0, 100), Direction.HIGHER)


@given(st.floats(-1e6, 1e6), st.sampled_from([Decimal("0.1"), Decimal(1), Decimal(5), Decimal(100)]))
def test_the_interval_holds_the_mean_and_is_a_step_wide(mean: float, step: Decimal) -> None:
    """The told interval holds the mean and is exactly one step wide."""
    lower, upper = interval_of_mean(mean, step)
    assert lower - 1e-9 <= mean <= upper + 1e-9
    assert upper - lower == pytest.approx(float(step))


@given(st.floats(1e-3, 1e9))
def test_significant_digits_tell_the_decade(mean: float) -> None:
    """All means that get the same steps lie in the decade told, and those beyond get others."""
    least, greatest = interval_by_steps(COUNT, mean)
    assert least <= mean < greatest
    assert steps(COUNT, least) == steps(COUNT, mean)
    assert steps(COUNT, greatest) != steps(COUNT, mean)


def test_fixed_steps_tell_nothing_and_zero_tells_itself() -> None:
    """Percentages have the same steps whatever the mean; a count of zero has steps that give it away."""
    assert interval_by_steps(PERCENT, 12.0) == ANYTHING
    assert interval_by_steps(COUNT, 0.0) == (0.0, 0.0)
