"""How wide an interval must be: the table of the rules, unit by unit."""

from __future__ import annotations

import numpy as np
import pytest

from pmm_site.disclose.figures import protected_variable, value_range
from pmm_site.model import DEFAULT_PROTECTION, Bounds, Unit

QUANTITIES = {Unit.COUNT, Unit.HOURS, Unit.DAYS}
OPEN = Bounds(None, None)


@pytest.mark.parametrize("unit", [each for each in Unit if each not in QUANTITIES])
def test_shares_of_the_range_for_what_has_one(unit: Unit) -> None:
    """2 % of the range to each side and 10 % in all, wherever the value lies."""
    for value in (0.0, 12.0, 40.0):
        found = protected_variable(value, unit, Bounds(0, 40), 40.0, DEFAULT_PROTECTION[unit])
        assert (found.side, found.width) == pytest.approx((0.8, 4.0))


@pytest.mark.parametrize("unit", sorted(QUANTITIES, key=lambda each: each.value))
def test_shares_of_the_value_for_quantities(unit: Unit) -> None:
    """15 % of the value to each side and twice that in all, and never less than 1 % of the range to a side."""
    for value, side in ((1000.0, 150.0), (-1000.0, 150.0), (3.0, 20.0), (0.0, 20.0)):
        found = protected_variable(value, unit, OPEN, 2000.0, DEFAULT_PROTECTION[unit])
        assert (found.side, found.width) == pytest.approx((side, 2 * side))


def test_open_bounds_are_infinite() -> None:
    """What is not bounded may be anything."""
    found = protected_variable(3.0, Unit.COUNT, Bounds(0, None), 10.0, DEFAULT_PROTECTION[Unit.COUNT])
    assert (found.lower, found.upper) == (0.0, np.inf)


@pytest.mark.parametrize("unit", list(Unit))
def test_nobody_believes_in_negative_hours(unit: Unit) -> None:
    """No reader takes a negative one for possible where the value is none, whatever the bounds leave open."""
    for value in (0.0, 3.0):
        found = protected_variable(value, unit, OPEN, 10.0, DEFAULT_PROTECTION[unit])
        assert found.lower == (0.0 if unit in QUANTITIES else -np.inf)
    assert protected_variable(-3.0, unit, OPEN, 10.0, DEFAULT_PROTECTION[unit]).lower == -np.inf


def test_the_range_is_that_of_the_bounds_where_both_are_given() -> None:
    """Whatever was submitted."""
    assert value_range(Bounds(10, 35), (11.0, 12.0)) == 25.0


@pytest.mark.parametrize("bounds", [OPEN, Bounds(0, None), Bounds(None, 500)], ids=["open", "below", "above"])
def test_the_range_is_from_the_5th_to_the_95th_percentile_else(bounds: Bounds) -> None:
    """Linear percentiles, so that a single outlier does not widen it."""
    values = (0.0, 3.0, 4.0, 8.0, 9.0, 15.0, 400.0)
    expected = np.percentile(values, 95) - np.percentile(values, 5)
    assert value_range(bounds, values) == pytest.approx(float(expected))
    assert value_range(bounds, ()) == value_range(bounds, (7.0,)) == 0.0
