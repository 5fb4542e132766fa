"""Distributions over fixed bins: the edges, the counts, their merging and what may be read from them.

Bins come from the catalogue or from the KPI's bounds, never from the data. A bin holds its lower edge
and not its upper one; the last bin holds both. An infinite edge is an open end. Everything a reader is
told of order statistics is a function of published bins (`quartile_bins`), so it says nothing new.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import TypeVar

from pmm_site.model import Kpi

DEFAULT_BINS = 10
"""Number of equal bins of closed bounds where the catalogue gives none."""

Edge = TypeVar("Edge")


def finest_edges(kpi: Kpi) -> tuple[float, ...]:
    """Edges of a KPI's finest distribution, ascending, in its unit; empty where the KPI has none.

    The catalogue's `bins`, completed so that every possible value has a bin: where they stop short of a
    bound, one more bin reaches it; at an open end one more bin is open, its edge infinite. Without `bins`,
    ten equal bins of the bounds when both are closed, else no distribution.
    """
    lower, upper = kpi.bounds.lower, kpi.bounds.upper
    if kpi.bins:
        first = -math.inf if lower is None else lower
        last = math.inf if upper is None else upper
        before = (first,) if first < kpi.bins[0] else ()
        after = (last,) if last > kpi.bins[-1] else ()
        return (*before, *kpi.bins, *after)
    if lower is None or upper is None or not lower < upper:
        return ()
    inner = (lower + (upper - lower) * step / DEFAULT_BINS for step in range(1, DEFAULT_BINS))
    return (lower, *inner, upper)


def bin_of(edges: Sequence[float], value: float) -> int:
    """Index of the bin that holds a value; a value beyond the outermost edges is in the outermost bin."""
    return min(max(bisect_right(edges, value) - 1, 0), len(edges) - 2)


def counted(edges: Sequence[float], values: Iterable[float]) -> tuple[int, ...]:
    """Number of values in each bin; empty when there are no edges. The counts add up to the values."""
    if not edges:
        return ()
    counts = [0] * (len(edges) - 1)
    for value in values:
        counts[bin_of(edges, value)] += 1
    return tuple(counts)


def merged(
    edges: Sequence[Edge], counts: Sequence[int], groups: Sequence[int]
) -> tuple[tuple[Edge, ...], tuple[int, ...]]:
    """Edges and counts after merging neighbouring bins; `groups` holds the number of bins in each merged bin.

    Raises ValueError when the groups are not positive or do not add up to the bins.
    """
    if len(edges) != len(counts) + 1 or sum(groups) != len(counts) or any(size < 1 for size in groups):
        raise ValueError("groups must be positive and add up to the number of bins")
    new_edges, new_counts, start = [edges[0]], [], 0
    for size in groups:
        new_edges.append(edges[start + size])
        new_counts.append(sum(counts[start : start + size]))
        start += size
    return tuple(new_edges), tuple(new_counts)


def quartile_bins(edges: Sequence[Edge], counts: Sequence[int]) -> tuple[tuple[Edge, Edge], ...] | None:
    """Where the first quartile, the median and the third quartile lie: three pairs (from, to) of edges.

    Nearest rank: the p-quantile of n values lies from the start of the bin that holds the value of rank
    ceil(pn) to the end of the bin that holds the value of rank floor(pn) + 1, which are the two ranks that
    the usual definitions lie between. None when there are no values. Edges may be of any type.
    """
    number = sum(counts)
    if not number:
        return None
    ranks = ((-(-quarter * number // 4), quarter * number // 4 + 1) for quarter in (1, 2, 3))
    bins = ((_bin_of_rank(counts, low), _bin_of_rank(counts, high)) for low, high in ranks)
    return tuple((edges[first], edges[last + 1]) for first, last in bins)


def _bin_of_rank(counts: Sequence[int], rank: int) -> int:
    """Index of the bin that holds the value of a rank, counted from 1."""
    passed = 0
    for index, count in enumerate(counts):
        passed += count
        if passed >= rank:
            return index
    raise ValueError(f"rank {rank} of {passed} values")
