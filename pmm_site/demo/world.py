"""The synthetic world: who takes part, what they report, to whom they show it.

Members have a general ability (higher with income), a diligence in answering and an openness in showing; each
is partly their own and partly chance, and lasts from cycle to cycle. A KPI's table of quantiles says how
its values are spread; a Member's place among the reporters says which of them it gets. So the shape of a
distribution is the table's, whatever the seed, and only who stands where is drawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pmm_site.demo.drawing import Floats, bell, best_first, drifting, generator, share_of
from pmm_site.demo.parameters import (
    QUANTILE_POINTS,
    KpiParameters,
    MemberParameters,
    instrument_parameters,
    kpi_parameters,
    member_parameters,
)

INCOME_EFFECT = {"low": -0.9, "lower-middle": -0.3, "upper-middle": 0.3, "high": 0.9}
GROWTH = 0.2
"""Each later cycle has this share of the first cycle's participants more."""
LEAVERS = 0.08


@dataclass(frozen=True)
class Traits:
    """What lasts of the Members, by cycle where a list: arrays over Members, or over Members and KPIs.

    `place` is where in its step among the reporters a value lies, 0 to 1; `uptake` is over Members and instruments.
    """

    ability: Floats
    diligence: list[Floats]
    openness: list[Floats]
    state: list[Floats]
    place: list[Floats]
    uptake: list[Floats]
    whole_numbers: frozenset[int]


@dataclass(frozen=True)
class Response:
    """One KPI in one cycle: values of the reporters as submitted, and levels, both by Member number."""

    values: Mapping[int, float]
    levels: Mapping[int, str]


def _by_region(seed: int) -> Floats:
    """Evenly spread places from -1.7 to 1.7 within each region, so that no region is all open or all closed."""
    members = member_parameters()
    chance = bell(generator(seed, "openness"), (len(members),))
    places = np.zeros(len(members))
    for region in sorted({member.region for member in members}):
        for first in (True, False):
            inside = [i for i, each in enumerate(members) if each.region == region and each.first_cycle is first]
            for place, member in enumerate(best_first(inside, chance)):
                places[member] = 1.7 - 3.4 * (place + 0.5) / len(inside)
    return places


def draw_traits(seed: int, cycles: int) -> Traits:
    """The lasting traits of all Members, whoever takes part."""
    members, kpis = member_parameters(), kpi_parameters()
    count, wide = len(members), (len(members), len(kpis))
    income = np.array([INCOME_EFFECT.get(member.income, 0.0) for member in members])
    ability = 0.8 * income + 0.7 * bell(generator(seed, "ability"), (count,))
    diligence = 0.4 * ability + bell(generator(seed, "diligence"), (count,))
    open_places = _by_region(seed)
    noise = generator(seed, "whole numbers").random(count)
    return Traits(
        ability=ability,
        diligence=[diligence[:, None] + each for each in drifting(seed, "answering", wide, cycles, 0.85)],
        openness=[open_places[:, None] + 0.6 * each for each in drifting(seed, "showing", wide, cycles, 0.93)],
        state=drifting(seed, "state", wide, cycles, 0.97),
        place=[generator(seed, "place", cycle).random(wide) for cycle in range(cycles)],
        uptake=[
            0.6 * ability[:, None] + each
            for each in drifting(seed, "uptake", (count, len(instrument_parameters())), cycles, 0.96)
        ],
        whole_numbers=frozenset(i for i in range(count) if noise[i] < 0.12),
    )


def draw_participants(seed: int, members: int, cycles: int) -> list[list[int]]:
    """Member numbers that take part, per cycle, sorted; the published participants of the first cycle come first."""
    everyone = member_parameters()
    chance = bell(generator(seed, "participants"), (len(everyone),))
    queue = best_first([i for i, member in enumerate(everyone) if member.first_cycle], chance)
    queue += best_first([i for i, member in enumerate(everyone) if not member.first_cycle], chance)
    present, waiting = queue[:members], queue[members:]
    taking_part = [sorted(present)]
    for cycle in range(1, cycles):
        size = min(len(everyone), share_of(members, 1 + GROWTH * cycle))
        tired = bell(generator(seed, "leaving", cycle), (len(everyone),))
        stay = len(present) - share_of(len(present), LEAVERS)
        remaining = best_first(present, tired)
        remaining, leaving = remaining[:stay], remaining[stay:]
        waiting += leaving
        joining = size - len(remaining)
        present, waiting = remaining + waiting[:joining], waiting[joining:]
        taking_part.append(sorted(present))
    return taking_part


def _rounded(values: Floats, decimals: Sequence[int]) -> Floats:
    return np.array([round(float(value), places) for value, places in zip(values, decimals, strict=True)])


def _with_mean(values: Floats, decimals: Sequence[int], kpi: KpiParameters) -> Floats:
    """The values moved until their mean, to one decimal, is the published one; ends of the range stay ends."""
    least, most = kpi.quantiles[0], kpi.quantiles[-1]
    moved = values
    for _ in range(200):
        written = _rounded(moved, decimals)
        gap = (kpi.mean or 0.0) - float(np.mean(written))
        if abs(gap) < 0.03:
            return written
        inner = (values > least) & (values < most)
        moved = np.where(inner, np.clip(moved + gap, least, most), moved)
    raise ValueError(f"the quantiles of {kpi.kpi} do not admit the mean {kpi.mean}")


def _values(kpi: KpiParameters, number: int, reporters: Sequence[int], traits: Traits, cycle: int) -> dict[int, float]:
    """Values as submitted: the quantiles of the reporters' places, drifted, rounded as each of them does."""
    members = member_parameters()
    own = np.sqrt(1 - kpi.ability**2)
    region = np.array([kpi.regions.get(member.region, 0.0) for member in members])
    score = kpi.ability * traits.ability + own * traits.state[cycle][:, number] + region
    rising = best_first(reporters, score)[::-1]
    shares = (np.arange(len(rising)) + traits.place[cycle][rising, number]) / len(rising) * 100
    quantiles = kpi.quantiles_in(cycle)
    values = np.interp(shares, QUANTILE_POINTS, quantiles)
    least, most = quantiles[0], quantiles[-1]
    inner = (values > least) & (values < most)
    values = np.where(inner, np.clip(values + kpi.drift * cycle, least, most), np.clip(values, least, most))
    coarse = traits.whole_numbers if kpi.is_wide and kpi.mean is None else frozenset()
    decimals = [0 if member in coarse else kpi.decimals for member in rising]
    calibrated = kpi.mean is not None and cycle == 0 and len(rising) >= 20
    written = _with_mean(values, decimals, kpi) if calibrated else _rounded(values, decimals)
    return dict(zip(rising, map(float, written), strict=True))


def _levels(kpi: KpiParameters, number: int, reporters: Sequence[int], traits: Traits, cycle: int) -> dict[int, str]:
    """The most open reporters choose `public`, the next `wco`, then those in a union `union`, the rest `country`."""
    members = member_parameters()
    ordered = best_first(reporters, traits.openness[cycle][:, number])
    public, wco = share_of(len(ordered), kpi.public), share_of(len(ordered), kpi.public + kpi.wco)
    reserved = ordered[wco:]
    sharing = [member for member in reserved if members[member].shares_with][: share_of(len(ordered), kpi.union)]
    levels = dict.fromkeys(ordered[:public], "public") | dict.fromkeys(ordered[public:wco], "wco")
    return levels | {member: "union" if member in sharing else "country" for member in reserved}


def draw_responses(participants: Sequence[int], traits: Traits, cycle: int) -> dict[str, Response]:
    """Per KPI the values and levels of those who report it."""
    responses: dict[str, Response] = {}
    for number, kpi in enumerate(kpi_parameters()):
        if kpi.complement:
            base = responses[kpi.complement]
            values = {member: round(100 - value, kpi.decimals) for member, value in base.values.items()}
            responses[kpi.kpi] = Response(values, base.levels)
            continue
        response = kpi.response if kpi.response == 1 else min(0.98, kpi.response + 0.02 * cycle)
        wanted = max(1, share_of(len(participants), response))
        reporters = best_first(participants, traits.diligence[cycle][:, number])[:wanted]
        responses[kpi.kpi] = Response(
            _values(kpi, number, reporters, traits, cycle), _levels(kpi, number, reporters, traits, cycle)
        )
    return responses


def _answered(participants: Sequence[int], share: float, chance: Floats) -> list[int]:
    return best_first(participants, chance)[: max(1, share_of(len(participants), share))]


def draw_answers(
    seed: int, participants: Sequence[int], traits: Traits, cycle: int
) -> dict[tuple[int, str], tuple[str, str]]:
    """(aware, usage) by Member number and instrument; a blank is no answer, and who gave none at all is absent."""
    answers: dict[tuple[int, str], tuple[str, str]] = {}
    shape = (len(member_parameters()), len(instrument_parameters()))
    silence = bell(generator(seed, "silence", cycle), (2, *shape))
    chance = bell(generator(seed, "awareness", cycle), shape)
    for number, each in enumerate(instrument_parameters()):
        uptake = traits.uptake[cycle][:, number]
        asked = _answered(participants, each.aware_response, silence[0][:, number])
        knowing = set(best_first(asked, uptake + 0.5 * chance[:, number])[: share_of(len(asked), each.aware)])
        users = best_first(_answered(participants, each.usage_response, silence[1][:, number]), uptake)
        in_use = share_of(len(users), each.in_use + 0.02 * cycle)
        planned = in_use + share_of(len(users), each.planned - 0.01 * cycle)
        usage = dict.fromkeys(users[:in_use], "in-use") | dict.fromkeys(users[in_use:planned], "planned")
        for member in sorted(set(asked) | set(users)):
            aware = ("yes" if member in knowing else "no") if member in asked else ""
            answers[member, each.instrument] = (aware, usage.get(member, "not-planned") if member in users else "")
    return answers


def reference_income(member: MemberParameters, cycle: int) -> str:
    """The income class of the reference year of a cycle, empty where the World Bank gives none."""
    return member.income_2022 if cycle == 0 else member.income
