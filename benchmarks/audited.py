"""The program's own audit of printed means: one KPI of a synthetic world as the component that its attack works on.

The audit shares nothing with the choice of roundings; here its speed is measured, and what it finds must be nothing.
"""

from __future__ import annotations

import time
from typing import NamedTuple

import numpy as np

from benchmarks.reconstruction import Printed
from benchmarks.synthetic import LEVELS, Members, World, wco_and_own
from pmm_site.audit.reconstruct import attack_component
from pmm_site.audit.worlds import Component, Fact, Type, Unknown, mask_of
from pmm_site.model import DEFAULT_PROTECTION


class Audited(NamedTuple):
    """What the audit found and its processor time in seconds."""

    violations: int
    seconds: float


def audited(one: World, people: Members, printed: Printed, coalitions: str) -> Audited:
    """Attack the printed means as the audit of a build does, for all readers that the policy names."""
    component = component_of(one, people, printed, coalitions)
    start = time.process_time()
    found = attack_component(component)
    return Audited(len(found.breaches), time.process_time() - start)


def component_of(one: World, people: Members, printed: Printed, coalitions: str) -> Component:
    """Unknowns, published sums and readers, as differences from the truth in units of R."""
    codes = list(one.values)
    at = {code: number for number, code in enumerate(codes)}
    facts = []
    for key, (mean, step) in printed.items():
        inside = one.cells[key]
        truth = sum(one.values[code] for code in inside)
        ends = (len(inside) * float(mean + sign * step / 2) - truth for sign in (-1, 1))
        low, high = (end / one.scale for end in ends)
        facts.append(Fact(":".join(key), tuple((at[code], 1.0) for code in inside), min(low, 0.0), max(high, 0.0)))
    everything = (1 << len(facts)) - 1
    knowledge = {member: mask_of(at[code] for code in wco_and_own(one, people, member)) for member in people.groups}
    wco = mask_of(at[code] for code, level in one.levels.items() if level in LEVELS[:2])
    kinds = dict.fromkeys((wco, *knowledge.values()))
    number = {known: position for position, known in enumerate(kinds)}
    types = tuple(Type(f"kind {position}", known, everything, 0) for known, position in number.items())
    pooled = {
        mask_of({number[knowledge[member]] for member in inside if member in knowledge}): f"union {union}"
        for union, inside in people.unions.items()
        if coalitions != "none"
    }
    public = mask_of(at[code] for code, level in one.levels.items() if level == LEVELS[0])
    return Component(
        one.name,
        tuple(_unknown(one, code) for code in codes),
        tuple(facts),
        (),
        Type("public", public, everything, 0),
        types,
        tuple((name, mask) for mask, name in pooled.items() if mask),
        coalitions == "pairs",
    )


def _unknown(one: World, code: str) -> Unknown:
    rule, value = DEFAULT_PROTECTION[one.kpi.unit], one.values[code]
    side, width = rule.side, rule.width
    if one.kpi.unit.is_quantity:
        side = max(rule.side * abs(value) / one.scale, rule.floor)
        width = max(rule.width * abs(value) / one.scale, 2 * rule.floor)
    bounds = one.kpi.bounds
    lower = -np.inf if bounds.lower is None else (bounds.lower - value) / one.scale
    upper = np.inf if bounds.upper is None else (bounds.upper - value) / one.scale
    return Unknown(code, value / one.scale, lower, upper, side, width, one.scale)
