"""An audit that shares nothing with the program: what readers can prove from printed means.

Works on the printed numbers alone, with one linear program per reader over the values hidden from them, scaled to
the range of the KPI and to its lower bound.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

import highspy
import numpy as np

from benchmarks.synthetic import World
from pmm_site.disclose.figures import Reader
from pmm_site.model import DEFAULT_PROTECTION, GroupKey

TOLERANCE = 1e-6

Printed = Mapping[GroupKey, tuple[Decimal, Decimal]]
"""Mean and step as published, by group."""


class Findings(NamedTuple):
    """Violations of the rule, and for each hidden value the narrowest half width that some reader can prove.

    Half widths are fractions of the range, of the value for counts.
    """

    violations: int
    half_widths: dict[str, float]


def audit(one: World, printed: Printed, people: tuple[Reader, ...], *, intervals: bool = True) -> Findings:
    """Attack every hidden value as every reader; without `intervals` only for violations, which is quicker."""
    half_widths: dict[str, float] = {}
    violations = 0
    for known in dict.fromkeys(reader.known for reader in people):
        hidden = [code for code in one.values if code not in known]
        for code, (low, high) in _attack(one, printed, hidden, intervals).items():
            violations += not _is_wide(one, code, low, high)
            size = abs(one.values[code]) if one.kpi.unit.is_quantity else one.scale
            half = (high - low) / 2 * one.scale / size if size else 0.0
            half_widths[code] = min(half, half_widths.get(code, np.inf))
    return Findings(violations, half_widths)


def _is_wide(one: World, code: str, low: float, high: float) -> bool:
    """The rule of protection, on scaled values."""
    rule, lower, upper = DEFAULT_PROTECTION[one.kpi.unit], 0.0, np.inf
    value = (one.values[code] - (one.kpi.bounds.lower or 0.0)) / one.scale
    if one.kpi.bounds.upper is not None:
        upper = 1.0
    side, width = rule.side, rule.width
    if one.kpi.unit.is_quantity:
        side, width = max(rule.side * value, rule.floor), max(rule.width * value, 2 * rule.floor)
    return (
        low <= max(lower, value - side) + TOLERANCE
        and high >= min(upper, value + side) - TOLERANCE
        and high - low >= min(width, upper - lower) - TOLERANCE
    )


def _attack(one: World, printed: Printed, hidden: list[str], intervals: bool) -> dict[str, tuple[float, float]]:
    """Scaled intervals of the hidden values; without `intervals` at least as wide as found on the way."""
    if not hidden:
        return {}
    solver = _model(one, printed, hidden)
    truth = np.array([_scaled(one, code) for code in hidden])
    low, high = truth.copy(), truth.copy()
    for column, code in enumerate(hidden):
        for sign in (1.0, -1.0):
            if not intervals and _is_wide(one, code, low[column], high[column]):
                break
            solver.changeColCost(column, sign)
            solver.run()
            status = solver.getModelStatus()
            if status in (highspy.HighsModelStatus.kUnbounded, highspy.HighsModelStatus.kUnboundedOrInfeasible):
                high[column] = np.inf
            elif status == highspy.HighsModelStatus.kOptimal:
                found = np.array(solver.getSolution().col_value)
                low, high = np.minimum(low, found), np.maximum(high, found)
            solver.changeColCost(column, 0.0)
    return {code: (float(low[column]), float(high[column])) for column, code in enumerate(hidden)}


def _scaled(one: World, code: str) -> float:
    return (one.values[code] - (one.kpi.bounds.lower or 0.0)) / one.scale


def _model(one: World, printed: Printed, hidden: list[str]) -> Any:
    solver: Any = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("primal_feasibility_tolerance", 1e-9)
    position = {code: number for number, code in enumerate(hidden)}
    upper = highspy.kHighsInf if one.kpi.bounds.upper is None else 1.0
    for _ in hidden:
        solver.addCol(0.0, 0.0, upper, 0, [], [])
    base = one.kpi.bounds.lower or 0.0
    for key, (mean, step) in printed.items():
        codes = one.cells[key]
        inside = [position[code] for code in codes if code in position]
        if inside:
            known = sum(_scaled(one, code) for code in codes if code not in position)
            ends = [len(codes) * (float(mean + sign * step / 2) - base) / one.scale - known for sign in (-1, 1)]
            solver.addRow(ends[0] - 1e-9, ends[1] + 1e-9, len(inside), inside, [1.0] * len(inside))
    return solver
