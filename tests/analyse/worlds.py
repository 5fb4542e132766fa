"""Small and large datasets for the tests of `analyse`, built from a few words."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

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
    Group,
    Grouping,
    Instrument,
    Kpi,
    Member,
    Membership,
    Observation,
    Outcome,
    Participant,
    ResponseStatus,
    SdgLink,
    Settings,
    Union,
    Unit,
)

PERCENT = Bounds(0.0, 100.0)
NOT_APPLICABLE, NOT_AVAILABLE = ResponseStatus.NOT_APPLICABLE, ResponseStatus.NOT_AVAILABLE


def kpi(id_: str, **changes: object) -> Kpi:
    """A percentage of outcome `paperless` that should be high, but for the changes."""
    plain: dict[str, object] = {
        "outcome": "paperless",
        "name": {"en": id_},
        "unit": Unit.PERCENT,
        "bounds": PERCENT,
        "direction": Direction.HIGHER,
    }
    return Kpi(id_, **{**plain, **changes})  # type: ignore[arg-type]


def catalogue(*kpis: Kpi, instruments: Sequence[Instrument] = (), **changes: object) -> Catalogue:
    """Two outcomes, two groupings (region: north, south; income: high, low) and the KPIs given."""
    plain: dict[str, object] = {
        "dimensions": (Dimension("trade", {"en": "Trade"}),),
        "outcomes": tuple(Outcome(each, "trade", {"en": each}) for each in ("paperless", "trust")),
        "groupings": (_grouping("region", "north", "south"), _grouping("income", "high", "low")),
    }
    return Catalogue(version="1", kpis=kpis, instruments=tuple(instruments), **{**plain, **changes})  # type: ignore[arg-type]


def instrument(id_: str, *outcomes: str) -> Instrument:
    """An instrument mapped to outcomes."""
    return Instrument(id_, {"en": id_}, outcomes or ("paperless",))


def link(outcome: str, goal: int) -> SdgLink:
    """An outcome mapped to a goal."""
    return SdgLink(outcome, goal)


def cycle(
    id_: str,
    participants: Mapping[str, Mapping[str, str]],
    values: Mapping[str, Mapping[str, float | ResponseStatus]],
    answers: Sequence[Answer] = (),
    year: int = 2022,
    status: CycleStatus = CycleStatus.PUBLISHED,
) -> CycleData:
    """A cycle from groups by participant and from values (or the status of a blank) by KPI and Member."""
    observations = tuple(
        _observation(each, member, given.get(member, NOT_AVAILABLE))
        for each, given in values.items()
        for member in sorted(participants)
    )
    return CycleData(
        Cycle(id_, {"en": id_}, year, status),
        {code: Participant(code, groups) for code, groups in participants.items()},
        observations,
        tuple(answers),
    )


def dataset(
    framework: Catalogue, *cycles: CycleData, unions: Sequence[Union] = (), settings: Settings | None = None
) -> Dataset:
    """A dataset of cycles; those with status published are published."""
    codes = sorted({code for data in cycles for code in data.participants})
    return Dataset(
        settings=settings or Settings({"en": "Test"}),
        catalogue=framework,
        members={code: Member(code, {"en": code}, {}) for code in codes},
        unions={union.id: union for union in unions},
        cycles=cycles,
        published_cycles=tuple(data.cycle.id for data in cycles if data.cycle.status is CycleStatus.PUBLISHED),
    )


def union(id_: str, *memberships: Membership | str) -> Union:
    """A union of memberships; a bare code is a Member without dates."""
    return Union(
        id_,
        {"en": id_},
        tuple(Membership(each) if isinstance(each, str) else each for each in memberships),
    )


def large_world(members: int = 187, kpis: int = 51, cycles: int = 5, instruments: int = 46) -> Dataset:
    """A dataset of any size with four groupings and eighteen unions, for measuring."""
    dice = random.Random(1)
    groupings = tuple(
        _grouping(id_, *(f"{id_}{index}" for index in range(size)))
        for id_, size in (("region", 6), ("income", 4), ("geography", 3), ("administration", 4))
    )
    outcomes = [f"outcome-{index}" for index in range(23)]
    codes = [f"M{index:03}" for index in range(members)]
    groups = {code: {each.id: dice.choice(each.groups).id for each in groupings} for code in codes}
    framework = catalogue(
        *(kpi(f"kpi-{index}", outcome=outcomes[index % 23]) for index in range(kpis)),
        instruments=[instrument(f"tool-{index}", outcomes[index % 23]) for index in range(instruments)],
        groupings=groupings,
        outcomes=tuple(Outcome(each, "trade", {"en": each}) for each in outcomes),
    )
    unions = [union(f"union-{index}", *dice.sample(codes, 10)) for index in range(18)]
    data = [_large_cycle(dice, framework, groups, 2014 + 2 * index) for index in range(cycles)]
    return dataset(framework, *data, unions=unions)


def _large_cycle(
    dice: random.Random, framework: Catalogue, groups: Mapping[str, Mapping[str, str]], year: int
) -> CycleData:
    from pmm_site.model import Usage

    values = {
        each.id: {code: round(dice.betavariate(2, 4) * 100, 1) for code in groups if dice.random() < 0.8}
        for each in framework.kpis
    }
    answers = [
        Answer(code, each.id, dice.random() < 0.8, dice.choice(list(Usage)))
        for each in framework.instruments
        for code in groups
    ]
    return cycle(f"c{year}", groups, values, answers, year)


def _grouping(id_: str, *groups: str) -> Grouping:
    return Grouping(id_, {"en": id_}, tuple(Group(each, {"en": each}) for each in groups))


def _observation(kpi_id: str, member: str, given: float | ResponseStatus) -> Observation:
    if isinstance(given, ResponseStatus):
        return Observation(kpi_id, member, given)
    return Observation(kpi_id, member, ResponseStatus.REPORTED, float(given), str(given))
