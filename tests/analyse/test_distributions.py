"""Bins from the catalogue or the bounds, counts, merging, and quartiles as bins."""

from __future__ import annotations

import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmm_site.distributions import bin_of, counted, finest_edges, merged, quartile_bins
from pmm_site.model import Bounds
from tests.analyse.worlds import kpi

TENS = tuple(range(0, 101, 10))


def test_closed_bounds_give_ten_equal_bins():
    """Without bins in the catalogue, the bounds are cut into ten; the edges are the decimal numbers themselves."""
    assert finest_edges(kpi("a")) == TENS
    assert finest_edges(kpi("a", bounds=Bounds(0.0, 1.0))) == (0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1)


@pytest.mark.parametrize("bounds", [Bounds(0.0, None), Bounds(None, 5.0), Bounds(None, None), Bounds(2.0, 2.0)])
def test_open_or_empty_bounds_without_bins_give_no_distribution(bounds):
    """An open end and no bins: no distribution, whatever the data are."""
    assert finest_edges(kpi("a", bounds=bounds)) == ()
    assert counted((), [1.0]) == ()


@pytest.mark.parametrize(
    ("bounds", "edges"),
    [
        (Bounds(0.0, 100.0), (0, 50, 100)),
        (Bounds(0.0, None), (0, 50, 100, math.inf)),
        (Bounds(None, None), (-math.inf, 0, 50, 100, math.inf)),
        (Bounds(-20.0, 120.0), (-20, 0, 50, 100, 120)),
    ],
)
def test_bins_of_the_catalogue_reach_the_bounds(bounds, edges):
    """Bins that stop short of a bound get one more; at an open end it is open, its edge infinite."""
    assert finest_edges(kpi("a", bounds=bounds, bins=(0.0, 50.0, 100.0))) == edges


def test_a_bin_holds_its_lower_edge_and_the_last_one_both():
    """Half-open bins; the greatest possible value is in the last bin."""
    assert counted(TENS, [0, 9.9, 10, 89.99, 90, 100]) == (2, 1, 0, 0, 0, 0, 0, 0, 1, 2)


def test_values_beyond_the_last_edge_are_in_the_open_bin():
    """A ratio of 250 % is counted where 100 % and more are."""
    edges = finest_edges(kpi("a", bounds=Bounds(0.0, None), bins=(0.0, 50.0, 100.0)))
    assert counted(edges, [20, 50, 100, 250, 1e9]) == (1, 1, 3)


@given(st.lists(st.floats(0, 100), max_size=60))
def test_counts_are_those_of_numpy(values):
    """The same counts as numpy.histogram over the same edges."""
    assert list(counted(TENS, values)) == np.histogram(values, TENS)[0].tolist()


def test_merged_bins_by_hand():
    """Four bins merged as 1 + 2 + 1 keep the outer edges and add up the counts."""
    assert merged((0, 25, 50, 75, 100), (1, 2, 3, 4), (1, 2, 1)) == ((0, 25, 75, 100), (1, 5, 4))


@pytest.mark.parametrize("groups", [(), (2,), (0, 4), (3, 2), (-1, 5)])
def test_groups_that_are_no_partition_are_refused(groups):
    """Groups of bins are positive and cover all bins."""
    with pytest.raises(ValueError, match="groups"):
        merged((0, 25, 50, 75, 100), (1, 2, 3, 4), groups)


def test_quartile_bins_by_hand():
    """Eight values, two a bin: ranks 2-3, 4-5 and 6-7 each lie in two neighbouring bins."""
    assert quartile_bins((0, 10, 20, 30, 40), (2, 2, 2, 2)) == ((0, 20), (10, 30), (20, 40))


def test_quartile_bins_of_an_odd_number_by_hand():
    """Seven values: ranks 2, 4 and 6 alone (ceil(pn) = floor(pn) + 1), so one bin each."""
    assert quartile_bins((0, 10, 20, 30, 40), (2, 2, 2, 1)) == ((0, 10), (10, 20), (20, 30))


def test_quartile_bins_skip_empty_bins_between_two_ranks():
    """Where the two ranks lie apart, the bins between belong to the interval."""
    assert quartile_bins((0, 10, 20, 30, 40), (1, 0, 0, 1))[1] == (0, 40)


def test_quartile_bins_of_nothing():
    """No values, no quartiles; one value is every quartile."""
    assert quartile_bins((0, 10), (0,)) is None
    assert quartile_bins((), ()) is None
    assert quartile_bins((0, 10, 20), (0, 1)) == ((10, 20),) * 3


def test_quartile_bins_keep_the_type_of_the_edges():
    """Edges as published, decimals and blanks for open ends, come back as they are."""
    edges = (Decimal("0"), Decimal("0.5"), None)
    assert quartile_bins(edges, (1, 9)) == ((Decimal("0.5"), None),) * 3


@given(st.lists(st.floats(0, 100), min_size=1, max_size=60), st.data())
def test_quartile_bins_contain_the_nearest_rank_quantiles(values, data):
    """Whatever bins are merged, the values of rank ceil(pn) and floor(pn) + 1 lie within the published interval."""
    sizes, left = [], len(TENS) - 1
    while left:
        sizes.append(data.draw(st.integers(1, left)))
        left -= sizes[-1]
    edges, counts = merged(TENS, counted(TENS, values), sizes)
    ordered, number = sorted(values), len(values)
    for quarter, (low, high) in zip((1, 2, 3), quartile_bins(edges, counts), strict=True):
        for rank in (math.ceil(quarter * number / 4), quarter * number // 4 + 1):
            assert low <= ordered[rank - 1] <= high


@given(st.floats(-1e6, 1e6, allow_nan=False))
def test_every_value_has_a_bin(value):
    """Even a value beyond the outermost edges is counted, in the outermost bin."""
    assert 0 <= bin_of(TENS, value) <= 9
