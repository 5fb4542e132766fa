"""Tests against scipy, their adjustment and families, and the Members that two cycles share."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from pmm_site.analyse import analyse, matched
from pmm_site.model import ALL, Answer, CycleStatus, GroupKey, KpiVersion, Level, Membership, Usage
from pmm_site.ranks import holm, kruskal_wallis, mann_whitney, signed_rank
from tests.analyse.worlds import catalogue, cycle, dataset, instrument, kpi, large_world, union

NORTH = [f"N{index:02}" for index in range(12)]
SOUTH = [f"S{index:02}" for index in range(12)]
GROUPS = {code: {"region": "north" if code in NORTH else "south"} for code in (*NORTH, *SOUTH)}
APART = {code: float(index + (50 if code in SOUTH else 0)) for index, code in enumerate(GROUPS)}
ALIKE = {code: float(index % 12) for index, code in enumerate(GROUPS)}


@pytest.mark.parametrize("seed", range(6))
def test_rank_tests_equal_scipy(seed):
    """With and without ties, the p-values are those of scipy's asymptotic methods."""
    dice = np.random.default_rng(seed)
    one, two, three = (dice.normal(shift, 2, size).round(seed % 3) for shift, size in ((0, 9), (1, 14), (2, 30)))
    assert kruskal_wallis([one, two, three]) == pytest.approx(stats.kruskal(one, two, three).pvalue)
    assert mann_whitney(one, two) == pytest.approx(stats.mannwhitneyu(one, two, method="asymptotic").pvalue)
    differences = (two - dice.normal(0, 1, 14)).round(seed % 3)
    expected = stats.wilcoxon(differences, correction=True, method="asymptotic")
    assert signed_rank(differences) == pytest.approx(expected.pvalue)


def test_rank_tests_without_variation_find_nothing():
    """Equal samples and unchanged values have p = 1."""
    same = np.full(6, 3.0)
    assert kruskal_wallis([same, same]) == mann_whitney(same, same) == signed_rank(same - same) == 1.0


def test_equal_differences_of_decimals_are_ties():
    """0.3 - 0.1 and 0.4 - 0.2 differ in binary and not in fact: their sizes share a rank."""
    differences = np.array([0.3 - 0.1, 0.4 - 0.2, 0.5 - 0.3, 0.2 - 0.4, 0.9 - 0.1, 0.8 - 0.1])
    exact = np.array([2.0, 2.0, 2.0, -2.0, 8.0, 7.0])
    assert signed_rank(differences) == signed_rank(exact)


def test_holm_by_hand():
    """At 0.05 with four: 0.01 <= 0.05/4, 0.016 <= 0.05/3, 0.03 > 0.05/2 stops, and 0.04 stays although <= 0.05."""
    assert holm([0.03, 0.01, 0.04, 0.016], 0.05) == (False, True, False, True)
    assert holm([], 0.05) == ()
    assert holm([float("nan")], 0.05) == (False,)


def test_groups_that_differ_are_significant_and_others_not():
    """Two regions without overlap differ; two with the same values do not; contributors are those compared."""
    found = analyse(
        dataset(catalogue(kpi("apart"), kpi("alike")), cycle("c", GROUPS, {"apart": APART, "alike": ALIKE}))
    )
    by_kpi = {each.kpi: each for each in found.tests}
    assert by_kpi["apart"].significant
    assert not by_kpi["alike"].significant
    assert by_kpi["apart"][:4] == ("c", "apart", "kruskal-wallis", "region")
    assert by_kpi["apart"].groups == (frozenset(NORTH), frozenset(SOUTH))


def test_small_groups_are_left_out():
    """A group of four is no sample, and one sample is no comparison."""
    values = {"share": {code: APART[code] for code in (*NORTH, *SOUTH[:4])}}
    assert analyse(dataset(catalogue(kpi("share")), cycle("c", GROUPS, values))).tests == ()


def test_users_are_compared_with_those_that_answered_otherwise():
    """In use against planned and not planned; Members without an answer and other outcomes' tools are left out."""
    answers = [Answer(code, "tool", True, Usage.IN_USE) for code in SOUTH]
    answers += [Answer(code, "tool", True, Usage.PLANNED) for code in NORTH[:4]]
    answers += [Answer(code, "tool", True, Usage.NOT_PLANNED) for code in NORTH[4:8]]
    answers += [Answer(code, "foreign", True, Usage.IN_USE) for code in SOUTH]
    tools = [instrument("tool", "paperless"), instrument("foreign", "trust")]
    framework = catalogue(kpi("share"), instruments=tools, groupings=())
    (found,) = analyse(dataset(framework, cycle("c", GROUPS, {"share": APART}, answers))).tests
    assert found[:6] == ("c", "share", "mann-whitney", "tool", True, (frozenset(SOUTH), frozenset(NORTH[:8])))
    assert list(map(len, found.samples)) == [len(SOUTH), 8]


def test_how_many_use_an_instrument_is_told_by_no_test():
    """Two users among twelve answers: there is a test, as for any other number of users, and it is not significant."""
    answers = [Answer(code, "tool", True, Usage.IN_USE) for code in SOUTH[:2]]
    answers += [Answer(code, "tool", True, Usage.PLANNED) for code in NORTH[:10]]
    framework = catalogue(kpi("share"), instruments=[instrument("tool", "paperless")], groupings=())
    (found,) = analyse(dataset(framework, cycle("c", GROUPS, {"share": APART}, answers))).tests
    assert (found.test, found.significant) == ("mann-whitney", False)


@pytest.mark.parametrize(("answering", "tests"), [(9, 0), (10, 1)])
def test_few_answers_about_an_instrument_are_no_comparison(answering, tests):
    """Fewer answers than two samples need, however they are divided: no test."""
    answers = [Answer(code, "tool", True, Usage.IN_USE) for code in SOUTH[:5]]
    answers += [Answer(code, "tool", True, Usage.PLANNED) for code in NORTH[: answering - 5]]
    framework = catalogue(kpi("share"), instruments=[instrument("tool", "paperless")], groupings=())
    assert len(analyse(dataset(framework, cycle("c", GROUPS, {"share": APART}, answers))).tests) == tests


@pytest.mark.parametrize(("reporting", "tests"), [(4, 0), (5, 1)])
def test_few_members_of_both_cycles_are_no_comparison(reporting, tests):
    """Four Members that reported in both cycles are no sample."""
    before = {"share": {code: APART[code] for code in NORTH[:reporting]}}
    cycles = cycle("c1", GROUPS, before), cycle("c2", GROUPS, {"share": APART}, year=2024)
    found = analyse(dataset(catalogue(kpi("share"), groupings=()), *cycles))
    assert len(found.tests) == tests


def test_change_between_cycles():
    """All Members higher than two years before is a change; the contributors are those of both cycles."""
    later = {code: value + 3 for code, value in APART.items() if code != "N00"}
    framework = catalogue(kpi("share"), groupings=())
    cycles = cycle("c1", GROUPS, {"share": APART}), cycle("c2", GROUPS, {"share": later}, year=2024)
    (found,) = analyse(dataset(framework, *cycles)).tests
    assert found[:6] == ("c2", "share", "change", "c1", True, (frozenset(later),))
    assert np.allclose(found.samples, 3)


def test_a_verdict_knows_where_it_would_turn():
    """Significant up to the level by the number of tests, not significant above the level by those that failed."""
    later = {code: value + 3 for code, value in APART.items()}
    framework = catalogue(kpi("moved"), kpi("still"), kpi("same"), groupings=())
    before = {"moved": APART, "still": APART, "same": APART}
    after = {"moved": later, "still": APART, "same": APART}
    found = analyse(dataset(framework, cycle("c1", GROUPS, before), cycle("c2", GROUPS, after, year=2024))).tests
    assert {each.kpi: each.significant for each in found} == {"moved": True, "same": False, "still": False}
    turns = {each.kpi: each.turns for each in found}
    assert turns == pytest.approx({"moved": 0.05 / 3, "same": 0.05 / 2, "still": 0.05 / 2})


def test_only_analysed_kpis_with_aggregates_are_tested():
    """A KPI outside the in-depth analysis, or whose ceiling allows no aggregate of all Members, has no test."""
    framework = catalogue(
        kpi("a", analysed=False), kpi("b", ceiling=Level.COUNTRY), kpi("c", ceiling=Level.UNION), kpi("d")
    )
    found = analyse(dataset(framework, cycle("c", GROUPS, dict.fromkeys("abcd", APART))))
    assert {each.kpi for each in found.tests} == {"d"}


def test_a_public_result_does_not_depend_on_kpis_of_a_narrower_ceiling():
    """With many undecided WCO-only KPIs beside it, a public KPI is adjusted for public ones alone."""
    near = {**ALIKE, **{code: float(index % 12 + 5) for index, code in enumerate(SOUTH)}}
    noise = [kpi(f"wco-{index}", ceiling=Level.WCO) for index in range(40)]
    near_wco = kpi("near-wco", ceiling=Level.WCO)
    values = {"near": near, "near-wco": near, **{each.id: ALIKE for each in noise}}
    found = analyse(dataset(catalogue(kpi("near"), near_wco, *noise), cycle("c", GROUPS, values)))
    significant = {each.kpi: each.significant for each in found.tests}
    assert significant["near"]
    assert not significant["near-wco"]


@pytest.mark.parametrize("ceiling", [Level.PUBLIC, Level.WCO])
def test_a_wco_result_is_adjusted_for_all_kpis(ceiling):
    """Undecided KPIs beside a WCO-only one count against it, be they for the public or not."""
    near = {**ALIKE, **{code: float(index % 12 + 5) for index, code in enumerate(SOUTH)}}
    noise = [kpi(f"noise-{index}", ceiling=ceiling) for index in range(40)]
    values = {"near": near, **{each.id: ALIKE for each in noise}}
    alone, among = (
        analyse(dataset(catalogue(kpi("near", ceiling=Level.WCO), *others), cycle("c", GROUPS, values)))
        for others in ((), noise)
    )
    assert [each.significant for each in alone.tests] == [True]
    assert {each.kpi: each.significant for each in among.tests}["near"] is False


def test_matched_members_of_two_cycles():
    """Contributors in both, in the group in both, the union's of both years; a group nobody shares is empty."""
    moved = {**GROUPS, "N00": {"region": "south"}}
    values = {"share": dict.fromkeys(("N00", "N01", "S00"), 1.0)}
    later = {"share": dict.fromkeys(("N00", "S00", "S01"), 2.0)}
    changing = union("u", "N00", Membership("S00", 2023, None))
    cycles = cycle("c1", GROUPS, values), cycle("c2", moved, later, year=2024)
    full = dataset(catalogue(kpi("share")), *cycles, unions=[changing])
    found = {key: members for (*_, key), members in matched(full, analyse(full)).items()}
    assert found[ALL] == ("N00", "S00")
    assert found[GroupKey("region", "north")] == ()
    assert found[GroupKey("region", "south")] == ("S00",)
    assert found[GroupKey("union", "u")] == ("N00",)


def test_matched_over_consecutive_published_cycles():
    """A draft between two cycles does not part them; a KPI absent from the cycle before has no change."""
    share, both = {"share": APART}, {"share": APART, "new": APART}
    cycles = (
        cycle("c1", GROUPS, share, year=2020),
        cycle("draft", GROUPS, both, year=2022, status=CycleStatus.DRAFT),
        cycle("c2", GROUPS, both, year=2024),
        cycle("c3", GROUPS, both, year=2026),
    )
    full = dataset(catalogue(kpi("share"), kpi("new")), *cycles)
    found = {key[:3] for key in matched(full, analyse(full))}
    assert found == {("c2", "c1", "share"), ("c3", "c2", "share"), ("c3", "c2", "new")}


@pytest.mark.parametrize(
    ("versions", "continues"),
    [
        ((), True),
        ((KpiVersion("1"),), True),
        ((KpiVersion("1", "c1", "c1"), KpiVersion("2", "c2", name={"en": "Renamed"})), True),
        ((KpiVersion("1", "c1", "c1", successor=("share", "other")), KpiVersion("2", "c2")), False),
        ((KpiVersion("1", "c1", "c2", successor=("other",)),), True),
    ],
)
def test_a_version_with_successors_ends_its_series(versions, continues):
    """Renamed goes on; split or replaced between the cycles breaks; a later end does not."""
    cycles = cycle("c1", GROUPS, {"share": APART}), cycle("c2", GROUPS, {"share": APART}, year=2024)
    full = dataset(catalogue(kpi("share", versions=versions)), *cycles)
    statistics = analyse(full)
    assert bool(matched(full, statistics)) is continues
    assert any(each.test == "change" for each in statistics.tests) is continues


def test_chance_is_seldom_called_significant():
    """Among thousands of comparisons of random values fewer than one in a hundred is called significant."""
    found = analyse(large_world(members=60, cycles=3)).tests
    assert len(found) > 500
    assert sum(each.significant for each in found) < len(found) / 100
