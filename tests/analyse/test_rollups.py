"""Findings, goals and capacity needs from published rows: every rule and every threshold."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pmm_site.analyse import capacity, contributions, findings
from pmm_site.model import AnalysisPolicy, CapacityArea, ConfStatus, Direction, ObsStatus
from pmm_site.tables import AggregateRow, CapacityRow, CoverageRow, InstrumentRow, MemberRow, SummaryRow
from tests.analyse.worlds import catalogue, instrument, kpi, link

POLICY = AnalysisPolicy()
FREE = (ObsStatus.SHOWN, ConfStatus.FREE)


def summary(kpi_id, performance, cycle="c1"):
    """A summary row of which only the class matters here."""
    return SummaryRow(cycle, kpi_id, 50, Decimal(80), *(None,) * 7, performance, "submitted")


def coverage(kpi_id, reported, participants=100, cycle="c1"):
    """Coverage with everything that is not reported not available."""
    return CoverageRow(cycle, kpi_id, participants, reported, 0, participants - reported)


def use(instrument_id, in_use, planned, cycle="c1"):
    """Published shares of an instrument; None where they are not published."""
    shares = [None if share is None else Decimal(share) for share in (in_use, planned)]
    return InstrumentRow(cycle, instrument_id, 60, None, 60, *shares, None, None, *FREE)


FRAMEWORK = catalogue(
    kpi("good"),
    kpi("bad"),
    kpi("unclear"),
    kpi("elsewhere", outcome="trust"),
    kpi("aside", analysed=False),
    instruments=[instrument("first", "paperless"), instrument("second", "paperless", "trust")],
)
SUMMARY = [
    summary("good", "well"),
    summary("bad", "low"),
    summary("unclear", "inconclusive"),
    summary("elsewhere", "not-evaluable"),
    summary("aside", "well"),
]


def found(*rows, policy=POLICY):
    """Findings without their cycle."""
    return {tuple(row)[1:] for row in findings(FRAMEWORK, SUMMARY, rows, policy)}


def test_little_used_instruments():
    """Below half in use: review relevance beside a good KPI, raise awareness beside a bad one, nothing elsewhere."""
    assert found(use("first", "49.9", "30")) == {
        ("review-relevance", "good", "first"),
        ("raise-awareness", "bad", "first"),
    }


def test_much_used_instruments():
    """From 70 % in use: high uptake beside a good KPI; nothing is said beside a bad one."""
    assert found(use("first", "70", "10")) == {("high-uptake", "good", "first")}


@pytest.mark.parametrize("in_use", ["50", "69.9"])
def test_instruments_between_little_and_much_used(in_use):
    """Between the two thresholds nothing is said of KPIs."""
    assert found(use("first", in_use, "25")) == set()


def test_few_plans():
    """At most a fifth plan to use it and it is not much used: one row without a KPI."""
    assert found(use("second", "60", "20")) == {("few-plans", "", "second")}
    assert found(use("second", "70", "5")) == {("high-uptake", "good", "second")}


def test_thresholds_of_findings_are_the_policy():
    """Other thresholds, other findings."""
    policy = AnalysisPolicy(instrument_low_use=20, instrument_high_use=30, instrument_few_plans=5)
    assert found(use("first", "40", "10"), policy=policy) == {("high-uptake", "good", "first")}


def test_unpublished_shares_give_no_finding():
    """A blank is no low use."""
    assert found(use("first", None, None)) == set()


def test_an_instrument_can_be_in_several_findings_and_rows_are_in_order():
    """Ordered by cycle, finding, instrument and KPI as the catalogue has them."""
    rows = [use("second", "30", "10"), use("first", "30", "10")]
    assert [tuple(row) for row in findings(FRAMEWORK, SUMMARY, rows, POLICY)] == [
        ("c1", "review-relevance", "good", "first"),
        ("c1", "review-relevance", "good", "second"),
        ("c1", "raise-awareness", "bad", "first"),
        ("c1", "raise-awareness", "bad", "second"),
        ("c1", "few-plans", "", "first"),
        ("c1", "few-plans", "", "second"),
    ]


def test_findings_of_a_cycle_use_that_cycle():
    """The class of one cycle says nothing about the instruments of another."""
    assert findings(FRAMEWORK, SUMMARY, [use("first", "30", "40", cycle="c2")], POLICY) == ()


GOALS = catalogue(
    kpi("one"),
    kpi("two"),
    kpi("three", outcome="trust"),
    kpi("aside", analysed=False),
    sdg_mapping=(link("paperless", 8), link("trust", 8), link("paperless", 17), link("paperless", 17)),
)


def goal(number, performances, reported=(60, 60, 60), policy=POLICY):
    """The row of a goal for the classes and numbers of reports of the three KPIs."""
    names = ("one", "two", "three")
    rows = [summary(*pair) for pair in zip(names, performances, strict=True) if pair[1]]
    answered = [coverage(*pair) for pair in zip(names, reported, strict=True)]
    return contributions(GOALS, [*rows, summary("aside", "well")], answered, policy)[number - 1]


def test_a_productive_goal_by_hand():
    """Two of three judged KPIs perform well, 60, 70 and 20 of 100 reported: 50 %, just enough."""
    row = goal(8, ("well", "well", "inconclusive"), (60, 70, 20))
    assert row == ("c1", 8, 2, 3, 2, Decimal("50.0"), "most-productive")


def test_too_low_a_response_makes_no_productive_goal():
    """The rate is compared unrounded: 149 of 300 is 49.7 %."""
    assert goal(8, ("well", "well", "low"), (60, 70, 19))[5:] == (Decimal("49.7"), "other")


def test_too_few_well_performing_kpis():
    """One of three is less than half; half is enough."""
    assert goal(8, ("well", "low", "low")).contribution == "other"
    assert goal(17, ("well", "low", "low")).contribution == "most-productive"


def test_kpis_that_cannot_be_judged_do_not_count():
    """Not evaluable KPIs are neither among the KPIs nor in the response rate; nor those that are not analysed."""
    row = goal(8, ("well", "not-evaluable", "not-evaluable"), (80, 0, 0))
    assert row == ("c1", 8, 2, 1, 1, Decimal("80.0"), "most-productive")


def test_kpis_without_a_row_do_not_count():
    """A KPI above the site's ceiling has no summary row: the goal is judged without it."""
    assert goal(8, (None, None, "well")) == ("c1", 8, 2, 1, 1, Decimal("60.0"), "most-productive")
    assert goal(17, (None, None, "well")) == ("c1", 17, 1, 0, 0, None, "other")


def test_all_goals_have_a_row():
    """Seventeen rows a cycle, mapped or not."""
    rows = contributions(GOALS, [summary("one", "well"), summary("one", "low", "c2")], [], POLICY)
    assert [(row.cycle, row.goal) for row in rows] == [(c, n) for c in ("c1", "c2") for n in range(1, 18)]
    assert rows[0] == ("c1", 1, 0, 0, 0, None, "other")


def test_thresholds_of_goals_are_the_policy():
    """A rule of all KPIs and a full response is harder to meet."""
    strict = AnalysisPolicy(sdg_well_performing=100, sdg_response_rate=61)
    assert goal(8, ("well", "well", "well"), policy=strict).contribution == "other"


NEEDS = catalogue(
    kpi("one", capacity_building=("aeo",)),
    kpi("two", capacity_building=("aeo", "hr")),
    kpi("three", capacity_building=("aeo",), direction=Direction.LOWER),
    kpi("four", capacity_building=("aeo",)),
    kpi("aside", capacity_building=("aeo",), analysed=False),
    capacity_building=(CapacityArea("aeo", {"en": "AEO"}), CapacityArea("hr", {"en": "HR"})),
)
MEMBERS = [
    MemberRow("c1", code, {"en": code}, code != "ZZZ", {"region": region, "income": "low"}, None)
    for code, region in (("AAA", "north"), ("BBB", "north"), ("CCC", "south"), ("DDD", "south"), ("ZZZ", "south"))
]


def aggregate(kpi_id, grouping, group, contributors, mean=None, rounding="1"):
    """A published mean of a group."""
    published = None if mean is None else Decimal(mean)
    return AggregateRow("c1", kpi_id, grouping, group, contributors, published, Decimal(rounding), *FREE, 0, None)


def needs(performances, reported, aggregates=(), policy=POLICY):
    """Capacity rows by area, grouping and group, for the classes and numbers of reports of the four KPIs."""
    names = ("one", "two", "three", "four")
    rows = [summary(*pair) for pair in zip(names, performances, strict=True) if pair[1]]
    answered = [coverage(*pair, participants=4) for pair in zip(names, reported, strict=True)]
    found_rows = capacity(NEEDS, [*rows, summary("aside", "low")], answered, aggregates, MEMBERS, policy)
    return {(row.area, row.grouping, row.group): row for row in found_rows}


@pytest.mark.parametrize(
    ("performances", "reported", "low", "priority"),
    [
        (("well", "well", "well", "well"), (4, 4, 4, 2), 0, "low"),
        (("low", "well", "well", "well"), (4, 4, 4, 4), 1, "medium"),
        (("well", "well", "well", "not-evaluable"), (4, 4, 4, 1), 0, "medium"),
        (("low", "well", "well", "well"), (4, 4, 4, 1), 1, "high"),
        (("low", "well", "well", "well"), (1, 4, 4, 4), 1, "medium"),
        (("low", "low", "inconclusive", "well"), (4, 4, 4, 4), 2, "high"),
    ],
)
def test_priority_of_an_area_by_hand(performances, reported, low, priority):
    """In need: low or reported by fewer than half, counted once; half of the KPIs is high, a quarter medium."""
    row = needs(performances, reported)["aeo", "all", "all"]
    rate = Decimal(100 * sum(reported)) / 16
    assert row[4:6] == (4, low)
    assert abs(row.response_rate - rate) <= Decimal("0.05")
    assert row.priority == priority


@pytest.mark.parametrize(("contributors", "rate", "priority"), [(0, "0.0", "high"), (1, "50.0", "low")])
def test_groups_have_their_own_response_rate(contributors, rate, priority):
    """The north's two participants reported; of the south's two (one Member takes no part) none or one did."""
    means = [aggregate("two", "region", "north", 2), aggregate("two", "region", "south", contributors)]
    rows = needs((None, "well", None, None), (0, 2 + contributors, 0, 0), means)
    assert rows["hr", "region", "north"] == CapacityRow("c1", "hr", "region", "north", 1, 0, Decimal("100.0"), "low")
    assert rows["hr", "region", "south"][4:] == (1, 0, Decimal(rate), priority)
    assert ("hr", "income", "high") not in rows, "a group without participants has no row"


@pytest.mark.parametrize(
    ("kpi_id", "mean", "low"),
    [("two", "52", 0), ("two", "51", 1), ("two", None, 1), ("three", "48", 0), ("three", "52", 1)],
)
def test_a_group_that_is_surely_better_than_all_is_not_low(kpi_id, mean, low):
    """Beyond both roundings (half a step each) on the desired side of the mean of all Members, 50."""
    performances = [("low" if each == kpi_id else None) for each in ("one", "two", "three", "four")]
    means = [aggregate(kpi_id, "all", "all", 4, "50"), aggregate(kpi_id, "region", "north", 2, mean)]
    assert needs(performances, (4, 4, 4, 4), means)["aeo", "region", "north"].low_performing == low


def test_an_area_without_published_kpis_has_no_row():
    """An area all of whose KPIs are above the site's ceiling is absent."""
    assert {area for area, _, _ in needs(("well", None, None, None), (4, 4, 4, 4))} == {"aeo"}


def test_thresholds_of_needs_are_the_policy():
    """With other thresholds one KPI of four in need is of high priority."""
    policy = AnalysisPolicy(capacity_high=25, capacity_medium=10, capacity_response_rate=10)
    assert needs(("low", "well", "well", "well"), (1, 1, 1, 1), policy=policy)["aeo", "all", "all"].priority == "high"
