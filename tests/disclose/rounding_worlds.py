"""Small worlds and an attack of their own: scipy's linear programs on unscaled values, apart from the search."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

import numpy as np
from hypothesis import strategies as st
from scipy.optimize import linprog

from pmm_site.disclose.figures import Cell, CellKey, Reader, RoundingProblem, Variable
from pmm_site.disclose.hitting import level_worth

PERCENT = (Decimal("0.1"), Decimal(1), Decimal(5))
AUDIT_TOLERANCE = 1e-6

Row = tuple[Mapping[str, float], float, float]


def percent(value: float) -> Variable:
    """A percent value under the default protection."""
    return Variable(value, 0.0, 100.0, 2.0, 10.0, 100.0)


def problem_of(
    values: Mapping[str, float], groups: Mapping[str, str], readers: Iterable[Reader], **others: object
) -> RoundingProblem:
    """A problem over percent values; `groups` maps a cell's key to its members, one letter each."""
    cells = tuple(
        Cell(key, frozenset(members), PERCENT, weight=10.0 - 0.7 * number)
        for number, (key, members) in enumerate(groups.items())
    )
    variables = {key: percent(value) for key, value in values.items()}
    return RoundingProblem("c1/kpi", variables, cells, tuple(readers), **others)  # type: ignore[arg-type]


def told_rows(problem: RoundingProblem, levels: Mapping[CellKey, Decimal | None], reader: Reader) -> list[Row]:
    """What the reader reads: for each figure the variables, and least and greatest sum, from the printed number."""
    rows: list[Row] = []
    for fact in problem.facts:
        if fact.audience is None or fact.audience in reader.opens:
            rows.append((dict(fact.terms), fact.lower, fact.upper))
    for cell in problem.cells:
        step = levels[cell.key]
        if step is None or not (cell.audience is None or cell.audience in reader.opens):
            continue
        total = sum(Decimal(repr(problem.variables[key].value)) for key in cell.members)
        printed = round(total / len(cell.members) / step) * step
        half = step / 2
        rows.append((
            dict.fromkeys(cell.members, 1.0),
            float(len(cell.members) * (printed - half)),
            float(len(cell.members) * (printed + half)),
        ))  # fmt: skip
    return rows


def interval(problem: RoundingProblem, rows: list[Row], reader: Reader, target: str) -> tuple[float, float]:
    """Least and greatest value of the target that agree with the rows, the bounds and what the reader knows."""
    keys = sorted(problem.variables)
    bounds = []
    for key in keys:
        variable = problem.variables[key]
        known = (variable.value, variable.value)
        bounds.append(
            known if key in reader.known else (variable.lower, None if variable.upper == np.inf else variable.upper)
        )
    matrix = np.array([[row.get(key, 0.0) for key in keys] for row, _, _ in rows]).reshape(len(rows), len(keys))
    lows, highs = np.array([low for _, low, _ in rows]), np.array([high for _, _, high in rows])
    ends = []
    for sign in (1, -1):
        cost = np.zeros(len(keys))
        cost[keys.index(target)] = sign
        result = linprog(
            cost, np.vstack([matrix, -matrix]), np.concatenate([highs, -lows]) + 1e-9, bounds=bounds, method="highs"
        )
        if result.status == 3:
            ends.append(-sign * np.inf)
            continue
        assert result.status == 0, result.message
        ends.append(sign * result.fun)
    return ends[0], ends[1]


def violations(problem: RoundingProblem, levels: Mapping[CellKey, Decimal | None]) -> list[tuple[str, str]]:
    """Every (reader, variable) whose interval is not wide enough."""
    return list(each_violation(problem, levels))


def each_violation(problem: RoundingProblem, levels: Mapping[CellKey, Decimal | None]) -> Iterator[tuple[str, str]]:
    """The violations one by one, so that who needs one need not wait for all."""
    for reader in problem.readers:
        rows = told_rows(problem, levels, reader)
        for key, variable in sorted(problem.variables.items()):
            if key in reader.known:
                continue
            low, high = interval(problem, rows, reader, key)
            slack = AUDIT_TOLERANCE * variable.scale
            wide = high - low >= min(variable.width, variable.upper - variable.lower) - slack
            below = low <= max(variable.lower, variable.value - variable.side) + slack
            above = high >= min(variable.upper, variable.value + variable.side) - slack
            if not (wide and below and above):
                yield reader.name, key


def worth(problem: RoundingProblem, levels: Mapping[CellKey, Decimal | None]) -> float:
    """What a choice is worth by the problem's own weights."""
    total = 0.0
    for cell in problem.cells:
        step = levels[cell.key]
        position = len(cell.levels) if step is None else cell.levels.index(step)
        total += cell.weight * level_worth(len(cell.levels))[position]
    return total


def every_choice(problem: RoundingProblem) -> Iterable[dict[CellKey, Decimal | None]]:
    """All combinations of levels."""
    for combination in itertools.product(*[(*cell.levels, None) for cell in problem.cells]):
        yield {cell.key: step for cell, step in zip(problem.cells, combination, strict=True)}


@st.composite
def worlds(draw: st.DrawFn, members: int = 7, cells: int = 4, readers: int = 4) -> RoundingProblem:
    """Percent worlds: overlapping groups, readers who know some values, one group for an audience only."""
    names = "ABCDEFGHIJKLMNOP"[: draw(st.integers(3, members))]
    values = {name: draw(st.integers(0, 1000)) / 10 for name in names}
    some = st.frozensets(st.sampled_from(names), min_size=2)
    groups = {f"g{number}": "".join(sorted(draw(some))) for number in range(draw(st.integers(1, cells)))}
    known = [
        draw(st.frozensets(st.sampled_from(names), max_size=len(names) - 1))
        for _ in range(draw(st.integers(1, readers)))
    ]
    opens = [draw(st.sampled_from((frozenset(), frozenset({"inner"})))) for _ in known]
    people = [Reader(f"r{number}", *each) for number, each in enumerate(zip(known, opens, strict=True))]
    problem = problem_of(values, groups, people)
    first, *others = problem.cells
    inner = Cell(first.key, first.members, first.levels, first.weight, draw(st.sampled_from((None, "inner"))))
    return RoundingProblem(problem.name, problem.variables, (inner, *others), problem.readers)
