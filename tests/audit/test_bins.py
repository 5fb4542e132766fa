"""The audit's account of bins and quartiles: by hand, and against the one that publishes."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmm_site.audit.bins import is_edge, quartiles
from pmm_site.distributions import finest_edges, quartile_bins
from pmm_site.model import Bounds
from tests.factories import kpi

PERCENT = kpi("k", bounds=Bounds(0.0, 100.0))
OPEN = kpi("k", bounds=Bounds(0.0, None), bins=(0.0, 5.0, 20.0))


@pytest.mark.parametrize("edge", [0.0, 10.0, 30.000000000001, 100.0])
def test_ten_equal_parts_of_closed_bounds(edge: float) -> None:
    """Where the catalogue gives no bins; what lies between them is no edge, and nothing is open."""
    assert is_edge(PERCENT, edge)
    assert not is_edge(PERCENT, edge + 0.1)
    assert not is_edge(PERCENT, math.inf)


def test_bins_of_the_catalogue_and_an_open_end() -> None:
    """Those as written and the bounds; without bins and with an open bound there is no distribution."""
    assert [is_edge(OPEN, edge) for edge in (0.0, 5.0, 20.0, math.inf)] == [True] * 4
    assert [is_edge(OPEN, edge) for edge in (-math.inf, 2.0, 19.9)] == [False] * 3
    assert not is_edge(kpi("k", bounds=Bounds(0.0, None)), 0.0)


def test_quartiles_by_hand() -> None:
    """Four values: the first quartile lies between the first two, so from the first bin to the end of the second."""
    assert quartiles([0, 10, 20, 30], [1, 1, 2]) == [(0, 20), (10, 30), (20, 30)]
    assert quartiles([0, 10, 20], [5, 0]) == [(0, 10)] * 3
    assert quartiles([0, 10], [0]) == []


@given(st.lists(st.integers(0, 9), min_size=1, max_size=12))
def test_both_accounts_of_quartiles_agree(counts: list[int]) -> None:
    """Two programs that share nothing say the same of any counts."""
    edges = list(range(len(counts) + 1))
    assert quartiles(edges, counts) == list(quartile_bins(edges, counts) or ())


@given(
    st.one_of(st.none(), st.integers(-50, 0)),
    st.one_of(st.none(), st.integers(60, 200)),
    st.lists(st.integers(1, 59), unique=True, max_size=5).map(sorted),
)
def test_both_accounts_of_edges_agree(lower: int | None, upper: int | None, bins: list[int]) -> None:
    """Every edge that may be published is one to the audit, and what lies just beside it is none."""
    bounds = Bounds(None if lower is None else float(lower), None if upper is None else float(upper))
    found = kpi("k", bounds=bounds, bins=tuple(map(float, bins)) or None)
    for edge in finest_edges(found):
        assert is_edge(found, edge)
        assert not math.isfinite(edge) or not is_edge(found, edge + 0.01)
