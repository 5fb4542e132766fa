"""`analyse`: groups, contributors, distributions and coverage of a small world worked by hand."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from pmm_site.analyse import analyse
from pmm_site.model import (
    ALL,
    Answer,
    CycleStatus,
    DisclosurePolicy,
    GroupKey,
    Membership,
    Settings,
    Usage,
)
from tests.analyse.worlds import (
    NOT_APPLICABLE,
    NOT_AVAILABLE,
    catalogue,
    cycle,
    dataset,
    instrument,
    kpi,
    large_world,
    union,
)
from tests.calls import counted

GROUPS = {
    "AAA": {"region": "north", "income": "high"},
    "BBB": {"region": "north", "income": "low"},
    "CCC": {"region": "south", "income": "low"},
    "DDD": {"income": "low"},
}
VALUES = {"share": {"AAA": 10.0, "BBB": 20.0, "CCC": 90.0, "DDD": NOT_APPLICABLE}}


def world(**settings):
    """Four participants in 2022, one KPI, one union that changes its members."""
    changing = union("u", "AAA", Membership("CCC", None, 2021), Membership("BBB", 2022, None), "ZZZ")
    answers = [
        Answer("BBB", "tool", False, None),
        Answer("AAA", "tool", True, Usage.IN_USE),
        Answer("CCC", "tool", None, Usage.PLANNED),
    ]
    return dataset(
        catalogue(kpi("share"), instruments=[instrument("tool"), instrument("other")]),
        cycle("c2022", GROUPS, VALUES, answers),
        unions=[changing],
        settings=Settings({"en": "Test"}, disclosure=DisclosurePolicy(**settings)),
    )


def test_contributors_of_every_group():
    """All, each grouping's groups and the union of the reference year; a Member without a group is in none."""
    groups = analyse(world()).kpis["c2022", "share"].groups
    assert groups == {
        ALL: ("AAA", "BBB", "CCC"),
        GroupKey("region", "north"): ("AAA", "BBB"),
        GroupKey("region", "south"): ("CCC",),
        GroupKey("income", "high"): ("AAA",),
        GroupKey("income", "low"): ("BBB", "CCC"),
        GroupKey("union", "u"): ("AAA", "BBB"),
    }


def test_crossings_of_the_policy():
    """A crossing has all combinations, those that nobody is in present and empty."""
    groups = analyse(world(crossings=(("region", "income"),))).kpis["c2022", "share"].groups
    crossed = {key.group: members for key, members in groups.items() if key.grouping == "region:income"}
    assert crossed == {"north:high": ("AAA",), "north:low": ("BBB",), "south:high": (), "south:low": ("CCC",)}


def test_means_and_counts():
    """Mean of 10, 20 and 90 is 40; three of four answered; bins of ten."""
    share = analyse(world()).kpis["c2022", "share"]
    assert share.mean() == pytest.approx(40)
    assert share.mean(GroupKey("income", "low")) == pytest.approx(55)
    assert (share.participants, share.not_applicable, share.not_available) == (4, 1, 0)
    assert share.counts == (0, 1, 1, 0, 0, 0, 0, 0, 0, 1)


def test_answers_of_instruments():
    """Answers by Member in order; blanks are absent; an instrument without answers is there and empty."""
    instruments = analyse(world()).instruments
    assert instruments["c2022", "tool"].aware == {"AAA": True, "BBB": False}
    assert list(instruments["c2022", "tool"].aware) == ["AAA", "BBB"]
    assert instruments["c2022", "tool"].usage == {"AAA": Usage.IN_USE, "CCC": Usage.PLANNED}
    assert instruments["c2022", "other"].usage == {}


def test_a_kpi_nobody_reported_has_empty_figures():
    """A KPI in force without contributors has groups, counts and no mean."""
    blank = {"share": dict.fromkeys(GROUPS, NOT_AVAILABLE)}
    share = analyse(dataset(catalogue(kpi("share")), cycle("c", GROUPS, blank))).kpis["c", "share"]
    assert set(share.groups.values()) == {()}
    assert (sum(share.counts), share.mean(), share.not_available) == (0, None, 4)


def test_a_kpi_not_in_force_and_a_draft_have_no_figures():
    """Only KPIs with observations, only published cycles."""
    draft = cycle("c2024", GROUPS, VALUES, year=2024, status=CycleStatus.DRAFT)
    found = analyse(dataset(catalogue(kpi("share"), kpi("later")), cycle("c2022", GROUPS, VALUES), draft))
    assert list(found.kpis) == [("c2022", "share")]


def test_restricted_values_leave_coverage_alone():
    """Without the value of a Member, the means are over the others and the counts of coverage are the same."""
    full = world()
    data = full.cycles[0]
    shown = tuple(replace(each, value=None) if each.member == "CCC" else each for each in data.observations)
    share = analyse(replace(full, cycles=(replace(data, observations=shown),))).kpis["c2022", "share"]
    assert share.mean() == pytest.approx(15)
    assert share.groups[GroupKey("region", "south")] == ()
    assert (share.participants, share.not_applicable, share.not_available) == (4, 1, 0)


def test_order_of_rows_does_not_matter():
    """Shuffled observations, answers and participants give equal statistics in the same order."""
    full = large_world(members=30, kpis=6, cycles=2, instruments=6)
    dice = random.Random(3)
    shuffled = replace(full, cycles=tuple(_shuffled(data, dice) for data in full.cycles))
    assert repr(analyse(shuffled)) == repr(analyse(full))


@pytest.mark.slow
def test_the_analysis_of_a_large_world_is_little_work():
    """187 Members x 51 KPIs x 5 cycles, tests included: under 25 calls a value, fewer than of a quarter of them."""
    small, full = large_world(members=47), large_world()
    _, calls_of_a_quarter = counted(lambda: analyse(small))
    analysis, calls = counted(lambda: analyse(full))
    assert len(analysis.kpis) == 255
    assert calls < 25 * 187 * 51 * 5
    assert calls < 4 * calls_of_a_quarter


def _shuffled(data, dice):
    observations, answers, codes = list(data.observations), list(data.answers), list(data.participants)
    for each in (observations, answers, codes):
        dice.shuffle(each)
    return replace(
        data,
        observations=tuple(observations),
        answers=tuple(answers),
        participants={code: data.participants[code] for code in codes},
    )
