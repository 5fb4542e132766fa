"""Small valid objects for tests: each has what a test does not care about, and a test names what it does.

Values are written as `{"kpi": {"KEN": reported(71.2, "union")}}`; a Member without an entry gave no answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from pmm_site.model import (
    Answer,
    Bounds,
    Catalogue,
    Cycle,
    CycleData,
    CycleStatus,
    Dataset,
    Dimension,
    Direction,
    DisclosurePolicy,
    Group,
    Grouping,
    Instrument,
    Kpi,
    Level,
    Member,
    Membership,
    Observation,
    Outcome,
    Participant,
    ResponseStatus,
    Settings,
    SiteSelection,
    Union,
    Unit,
)

MEMBERS = ("BDI", "CHN", "FRA", "KEN", "SOM", "TZA", "UGA", "USA")
REGIONS = {
    "BDI": "esa",
    "KEN": "esa",
    "SOM": "esa",
    "TZA": "esa",
    "UGA": "esa",
    "CHN": "rest",
    "FRA": "rest",
    "USA": "rest",
}


def kpi(identifier: str = "k", **changes: Any) -> Kpi:
    """A KPI in percent, higher is better, with ceiling public."""
    plain = Kpi(identifier, "outcome", {"en": identifier.upper()}, Unit.PERCENT, Bounds(0.0, 100.0), Direction.HIGHER)
    return replace(plain, **changes)


def instrument(identifier: str = "tool", **changes: Any) -> Instrument:
    """An instrument that serves the only outcome."""
    return replace(Instrument(identifier, {"en": identifier.upper()}, ("outcome",)), **changes)


def catalogue(kpis: Iterable[Kpi] = (), **changes: Any) -> Catalogue:
    """One dimension, one outcome, the KPIs given and a grouping `region` with the groups `esa` and `rest`."""
    plain = Catalogue(
        version="1",
        dimensions=(Dimension("dimension", {"en": "Dimension"}),),
        outcomes=(Outcome("outcome", "dimension", {"en": "Outcome"}),),
        kpis=tuple(kpis) or (kpi(),),
        groupings=(Grouping("region", {"en": "Region"}, (Group("esa", {"en": "ESA"}), Group("rest", {"en": "Rest"}))),),
    )
    return replace(plain, **changes)


def union(identifier: str, *memberships: str | Membership) -> Union:
    """A union of Members, each for ever or with years."""
    return Union(
        identifier,
        {"en": identifier.upper()},
        tuple(each if isinstance(each, Membership) else Membership(each) for each in memberships),
    )


def reported(value: float, level: str | Level = "country", unions: Iterable[str] = (), **changes: Any) -> Observation:
    """An observation with a value, to be completed with its KPI and Member by `cycle_data`."""
    known = level if isinstance(level, Level) else Level(level)
    plain = Observation("", "", ResponseStatus.REPORTED, value, str(value), known, frozenset(unions))
    return replace(plain, **changes)


def unreported(status: str = "not-available", **changes: Any) -> Observation:
    """An observation without value, to be completed by `cycle_data`."""
    return replace(Observation("", "", ResponseStatus(status)), **changes)


Values = Mapping[str, Mapping[str, Observation]]


def cycle_data(
    values: Values,
    identifier: str = "c2024",
    *,
    kpis: Iterable[Kpi] | None = None,
    participants: Iterable[str] = MEMBERS,
    answers: Iterable[Answer] = (),
    groups: Mapping[str, Mapping[str, str]] | None = None,
    **changes: Any,
) -> CycleData:
    """A published cycle whose reference year is in its id; every participant has an observation of every KPI."""
    codes = sorted(participants)
    ids = [each.id for each in kpis] if kpis is not None else list(values)
    observations = tuple(
        replace(values.get(each, {}).get(code, unreported()), kpi=each, member=code) for each in ids for code in codes
    )
    cycle = Cycle(identifier, {"en": identifier}, int(identifier[-4:]), CycleStatus.PUBLISHED)
    return CycleData(
        replace(cycle, **changes),
        {code: Participant(code, (groups or {}).get(code, _region(code))) for code in codes},
        observations,
        tuple(answers),
    )


def _region(code: str) -> dict[str, str]:
    return {"region": REGIONS[code]} if code in REGIONS else {"region": "rest"}


def dataset(
    values: Values | None = None,
    *,
    kpis: Iterable[Kpi] | None = None,
    cycles: Iterable[CycleData] | None = None,
    unions: Iterable[Union] = (),
    members: Iterable[str] = MEMBERS,
    answers: Iterable[Answer] = (),
    instruments: Iterable[Instrument] = (),
    policy: DisclosurePolicy | None = None,
    selection: SiteSelection | None = None,
    **changes: Any,
) -> Dataset:
    """A project with one published cycle of the values given, or with the cycles given."""
    values = values or {}
    known = tuple(kpis) if kpis is not None else tuple(kpi(each) for each in values) or (kpi(),)
    codes = sorted(members)
    found = tuple(cycles) if cycles is not None else (
        cycle_data(values, kpis=known, participants=codes, answers=answers),
    )  # fmt: skip
    plain = Dataset(
        settings=Settings(
            title={"en": "Title"},
            sites=selection or SiteSelection(),
            disclosure=policy or DisclosurePolicy(),
        ),
        catalogue=catalogue(known, instruments=tuple(instruments)),
        members={code: Member(code, {"en": code}, _region(code)) for code in codes},
        unions={each.id: each for each in unions},
        cycles=found,
        published_cycles=tuple(each.cycle.id for each in found if each.cycle.status is CycleStatus.PUBLISHED),
        salt="salt",
    )
    return replace(plain, **changes)
