"""The summary of a KPI against the data: response rate, skewness and class, worked out again from the values."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from itertools import pairwise
from typing import cast

import numpy as np

from pmm_site.audit.resampling import interval
from pmm_site.audit.structure import Expected
from pmm_site.audit.truth import skewness
from pmm_site.model import Direction, ResponseStatus

_CLASSES = frozenset({"well", "low", "inconclusive", "not-evaluable"})
_LEAST = 3
"""Fewer values have no skewness, whatever the policy asks for."""
_ALIKE = 1e-9
"""Values that differ by less than this part of themselves may count as varying or not: rounding alone decides it."""

_FINE = 1e-4
"""Of values closer to each other than this part of their range only rounding tells whether a sample of them varies."""
_NEARLY = 1e-7
"""An end of the interval of a skewness that is nearer to zero may be rounded to either side."""

Row = Mapping[str, str]
Members = frozenset[str]


def summary_problems(expected: Expected, row: Row, basis: Members, shown: Members) -> Iterator[str]:
    """What is wrong with a summary; basis: the Members that figures are over, shown: those that the site shows."""
    key = (row["cycle"], row["kpi"])
    policy = expected.dataset.settings.disclosure
    if row["contributors"] != str(len(basis)):
        yield "the number of contributors is not the audit's"
    if row["response_rate"] not in _response_rates(expected, key):
        yield "the response rate is not the audit's"
    words = ("visible",) if policy.basis == "visible" else ("submitted", "visible")
    if row["basis"] not in words or row["performance"] not in _CLASSES:
        yield "a word that is none of the table's"
        return
    members = shown if row["basis"] == "visible" else basis
    truth = _skewness(expected, key, members) if _are_enough(expected, members) else None
    yield from _skewness_problems(expected, row, members, truth)
    if row["performance"] not in _classes(expected, row, members, truth):
        yield "the class is not that of the values it is over"


def _response_rates(expected: Expected, key: tuple[str, str]) -> tuple[str, ...]:
    """How the share of participants that reported may be written, in percent to one decimal."""
    statuses = list(expected.truth.statuses.get(key, {}).values())
    tenths = round(Fraction(1000 * statuses.count(ResponseStatus.REPORTED), len(statuses))) if statuses else 0
    written = f"{tenths // 10}.{tenths % 10}"
    return written, written.removesuffix(".0")


def _skewness_problems(expected: Expected, row: Row, members: Members, truth: float | None) -> Iterator[str]:
    """What is wrong with the figure: too fine, of too few, or held back where nothing hidden is in it."""
    if row["skewness"]:
        if truth is None or not _is_near(row["skewness"], truth):
            yield "the skewness is not the audit's to one decimal"
    elif row["basis"] == "visible" and truth is not None and _vary(expected, row, members):
        yield "the skewness of the values shown is held back"


def _classes(expected: Expected, row: Row, members: Members, truth: float | None) -> frozenset[str]:
    """The classes that may stand over these values; truth: their skewness, None of too few or of equal ones.

    Over submitted values equal ones are inconclusive, since a class of their own would reveal them all.
    """
    direction = expected.dataset.catalogue.kpi_by_id[row["kpi"]].direction
    if direction is Direction.NONE or not _are_enough(expected, members):
        return frozenset({"not-evaluable"})
    if truth is None:
        return frozenset({"not-evaluable", "inconclusive"} if row["basis"] == "submitted" else {"not-evaluable"})
    if not _vary(expected, row, members):
        return frozenset({"inconclusive", _leaning(truth, direction), "not-evaluable"})
    low, high = _interval(expected, (row["cycle"], row["kpi"]), members)
    if math.isnan(low) or min(abs(low), abs(high)) <= _NEARLY:
        return frozenset({"inconclusive", _leaning(truth, direction)})
    return frozenset({"inconclusive" if low < 0 < high else _leaning(low, direction)})


def _leaning(skewness: float, direction: Direction) -> str:
    return "low" if (skewness > 0) == (direction is Direction.HIGHER) else "well"


def _are_enough(expected: Expected, members: Members) -> bool:
    return len(members) >= max(expected.dataset.settings.disclosure.performance_contributors, _LEAST)


def _vary(expected: Expected, row: Row, members: Members) -> bool:
    """Whether the values differ by more than rounding errors."""
    key = (row["cycle"], row["kpi"])

    def found() -> bool:
        values = [expected.truth.values[key][member] for member in members]
        return max(values) - min(values) > _ALIKE * max(map(abs, values))

    return cast(bool, expected.truth.known.made(("vary", key, members), found))


def _skewness(expected: Expected, key: tuple[str, str], members: Members) -> float | None:
    def found() -> float | None:
        values = expected.truth.values[key]
        return skewness(values[member] for member in sorted(members))

    return cast("float | None", expected.truth.known.made(("skewness", key, members), found))


def _interval(expected: Expected, key: tuple[str, str], members: Members) -> tuple[float, float]:
    """The interval of the skewness; not a number where values are so unlike each other that rounding decides it."""

    def found() -> tuple[float, float]:
        values = sorted(expected.truth.values[key][member] for member in members)
        steps = [above - below for below, above in pairwise(values) if above > below]
        if min(steps) < _FINE * (values[-1] - values[0]):
            return math.nan, math.nan
        return interval(np.array([float(value) for value in values]))

    return cast("tuple[float, float]", expected.truth.known.made(("interval", key, members), found))


def _is_near(written: str, truth: float) -> bool:
    """Whether a figure is the coefficient to one decimal."""
    try:
        printed = Decimal(written)
    except InvalidOperation:
        return False
    exponent = printed.normalize().as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -1 and abs(float(printed) - truth) <= 0.05 + 1e-9
