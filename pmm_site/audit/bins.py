"""Bins and quartiles by the audit's own reading of the rules (reference: disclosure, distributions)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import TypeVar

from pmm_site.model import Kpi

Edge = TypeVar("Edge")

_PARTS = 10
_QUARTERS = (Fraction(1, 4), Fraction(1, 2), Fraction(3, 4))


def is_edge(kpi: Kpi, edge: float) -> bool:
    """Whether a bin of a KPI may begin or end at a number; infinite is an open end."""
    ends = (
        -math.inf if kpi.bounds.lower is None else kpi.bounds.lower,
        math.inf if kpi.bounds.upper is None else kpi.bounds.upper,
    )
    if kpi.bins:
        return any(_same(edge, each) for each in (*ends, *kpi.bins))
    if not (math.isfinite(ends[1] - ends[0]) and ends[0] < ends[1]):
        return False  # no distribution at all
    part = (edge - ends[0]) / (ends[1] - ends[0]) * _PARTS
    return math.isfinite(part) and 0 <= round(part) <= _PARTS and _same(part, round(part))


def quartiles(edges: Sequence[Edge], counts: Sequence[int]) -> list[tuple[Edge, Edge]]:
    """From where to where each quartile may be told to lie; none without values.

    Every value counts as its bin. Of n values in their order the p-quantile lies between those of rank ceil(pn) and
    floor(pn) + 1.
    """
    places = [place for place, count in enumerate(counts) for _ in range(count)]
    found = []
    for share in _QUARTERS if places else ():
        rank = share * len(places)
        found.append((edges[places[math.ceil(rank) - 1]], edges[places[math.floor(rank)] + 1]))
    return found


def _same(one: float, other: float) -> bool:
    return one == other or math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
