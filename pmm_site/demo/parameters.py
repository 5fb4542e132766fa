"""The tables of the demonstration as typed rows: how many answer, what they answer, whom they show it to."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

QUANTILE_POINTS = (0, 5, 10, 25, 50, 75, 90, 95, 100)
"""Percent of the Members below the values of the columns q0, q5, …"""


@dataclass(frozen=True, slots=True)
class KpiParameters:
    """How the values of one KPI are drawn; the columns of tables/kpis.csv (see its README)."""

    kpi: str
    decimals: int
    response: float
    not_applicable: float
    public: float
    wco: float
    union: float
    ability: float
    drift: float
    regions: Mapping[str, float]
    mean: float | None
    until: str
    complement: str
    quantiles: tuple[float, ...]
    later: tuple[float, ...]

    def quantiles_in(self, cycle: int) -> tuple[float, ...]:
        """How the values are spread in a cycle, counted from 0: some KPIs change their shape after the first."""
        return self.later if cycle and self.later else self.quantiles

    @property
    def is_wide(self) -> bool:
        """Whether some Members would hand in whole numbers."""
        return self.quantiles[-1] - self.quantiles[0] >= 40


@dataclass(frozen=True, slots=True)
class InstrumentParameters:
    """Shares of answers about one instrument, as fractions."""

    instrument: str
    aware_response: float
    aware: float
    usage_response: float
    in_use: float
    planned: float


@dataclass(frozen=True, slots=True)
class MemberParameters:
    """What the generator knows of a Member; `shares_with` is a union it belongs to in every cycle, or empty."""

    code: str
    region: str
    income: str
    income_2022: str
    first_cycle: bool
    shares_with: str


def _rows(folder: str, name: str) -> Iterator[dict[str, str]]:
    table = files("pmm_site.demo").joinpath(folder, name)
    yield from csv.DictReader(table.read_text(encoding="utf-8").splitlines())


def _effects(cell: str) -> dict[str, float]:
    pairs = (part.split(":") for part in cell.split(";") if part)
    return {region: float(effect) for region, effect in pairs}


def _quantiles(row: Mapping[str, str]) -> tuple[float, ...]:
    return tuple(float(row[f"q{point}"]) for point in QUANTILE_POINTS)


@cache
def kpi_parameters() -> tuple[KpiParameters, ...]:
    """One row per KPI, in the order of the catalogue."""
    later = {row["kpi"]: _quantiles(row) for row in _rows("tables", "later.csv")}
    return tuple(
        KpiParameters(
            kpi=row["kpi"],
            decimals=int(row["decimals"]),
            response=float(row["response"]),
            not_applicable=float(row["not_applicable"]),
            public=float(row["public"]),
            wco=float(row["wco"]),
            union=float(row["union"]),
            ability=float(row["ability"]),
            drift=float(row["drift"]),
            regions=_effects(row["regions"]),
            mean=float(row["mean"]) if row["mean"] else None,
            until=row["until"],
            complement=row["complement"],
            quantiles=_quantiles(row),
            later=later.get(row["kpi"], ()),
        )
        for row in _rows("tables", "kpis.csv")
    )


@cache
def instrument_parameters() -> tuple[InstrumentParameters, ...]:
    """One row per instrument, in the order of the catalogue."""
    return tuple(
        InstrumentParameters(row["instrument"], *(float(row[name]) for name in list(row)[1:]))
        for row in _rows("tables", "instruments.csv")
    )


@cache
def member_parameters() -> tuple[MemberParameters, ...]:
    """All Members, sorted by code."""
    framework = {row["member"]: row for row in _rows("framework", "members.csv")}
    return tuple(
        MemberParameters(
            code=row["member"],
            region=framework[row["member"]]["region"],
            income=framework[row["member"]]["income"],
            income_2022=row["income_2022"],
            first_cycle=row["first_cycle"] == "yes",
            shares_with=row["shares_with"],
        )
        for row in _rows("tables", "members.csv")
    )
