"""One table of decisions: asked once, kept by content, the same in any process, and closed where values are odd."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from pmm_site.analyse import analyse, matched
from pmm_site.disclose import Decisions, decide, exposed
from pmm_site.disclose.bins import is_lean_safe
from pmm_site.disclose.counts import AS_INCONCLUSIVE, UNPROTECTABLE
from pmm_site.disclose.decide import content_key
from pmm_site.disclose.decisions import GLOBAL, MeanKey, Ruling
from pmm_site.disclose.means import choose_means, rounding_problem
from pmm_site.disclose.questions import questions, tied_kpis
from pmm_site.model import (
    Answer,
    Bounds,
    Dataset,
    DisclosurePolicy,
    GroupKey,
    Identity,
    Kpi,
    Level,
    Observation,
    Unit,
    Usage,
)
from tests.factories import catalogue, cycle_data, dataset, instrument, kpi, reported, union

CODES = [f"{first}{second}X" for first in "ABCDE" for second in "ABCDE"]
MANY = [f"{first}{second}X" for first in "ABCDEFGHIJ" for second in "ABCDEF"]


class Memory:
    """A cache that counts."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def get(self, key: str) -> bytes | None:
        """What is kept."""
        return self.kept.get(key)

    def put(self, key: str, content: bytes) -> None:
        """Keep it."""
        self.kept[key] = content


class Counted:
    """The built-in map, counting the questions asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, function: Callable[[Any], Any], each: Iterable[Any]) -> Iterable[Any]:
        """Map and count."""
        found = list(each)
        self.asked += len(found)
        return map(function, found)


def world(changes: dict[str, Observation] | None = None, **others: object) -> Dataset:
    """Twenty-five hidden values of two KPIs, and an instrument."""
    values = {code: reported(10.0 + 3.1 * number, "country") for number, code in enumerate(CODES)}
    kpis = [kpi("k"), kpi("l")]
    given = {"k": values, "l": {**values, **(changes or {})}}
    answers = [Answer(code, "tool", number % 3 > 0, list(Usage)[number % 3]) for number, code in enumerate(CODES)]
    data = cycle_data(given, kpis=kpis, participants=CODES, answers=answers)
    return dataset(cycles=[data], kpis=kpis, members=CODES, instruments=[instrument()], **others)  # type: ignore[arg-type]


def decided(found: Dataset, **how: Any) -> Decisions:
    """The decisions on a world."""
    submitted = analyse(found)
    return decide(found, submitted, matched(found, submitted), **how)


def single(values: dict[str, Observation], measured: Kpi | None = None, **others: object) -> Decisions:
    """Decisions on one KPI."""
    measured = measured or kpi("k")
    data = cycle_data({"k": values}, kpis=[measured], participants=CODES)
    return decided(dataset(cycles=[data], kpis=[measured], members=CODES, **others))  # type: ignore[arg-type]


# --- asked once ---------------------------------------------------------------------------------


def test_an_unchanged_question_costs_nothing() -> None:
    """With a cache the second build asks nothing, and one changed value asks about its KPI alone."""
    memory, first, second, third = Memory(), Counted(), Counted(), Counted()
    answer = decided(world(), cache=memory, run=first)
    assert first.asked == 3
    assert decided(world(), cache=memory, run=second) == answer
    assert second.asked == 0
    decided(world({CODES[0]: reported(11.0, "country")}), cache=memory, run=third)
    assert third.asked == 1


def test_a_damaged_answer_is_asked_for_again() -> None:
    """Whatever is in the cache, the decisions are those of the data."""
    memory = Memory()
    answer = decided(world(), cache=memory)
    memory.kept = dict.fromkeys(memory.kept, b"damaged")
    assert decided(world(), cache=memory) == answer


def test_any_map_in_order_will_do() -> None:
    """Questions and answers can be pickled, and another worker gives the same answers."""
    submitted = analyse(world())
    for question in questions(world(), submitted, {}):
        assert pickle.loads(pickle.dumps(question)) == question
    with ThreadPoolExecutor(2) as pool:
        assert decided(world(), run=pool.map) == decided(world())


def test_the_key_follows_the_content() -> None:
    """Every part of a question is in its key: a value, who may see it, a policy figure, the salt."""
    submitted = analyse(world())
    (question, _) = questions(world(), submitted, {})
    variants = [
        world({}),
        world({}, salt="other"),
        world({}, policy=DisclosurePolicy(coalitions="none")),
        world({}, policy=DisclosurePolicy(minimum_contributors=4)),
        world({}, unions=[union("u", *CODES[:3])]),
    ]
    keys = [content_key("q", next(iter(questions(each, analyse(each), {})))) for each in variants]
    assert keys[0] == content_key("q", question)
    assert len(set(keys)) == len(keys)


def test_without_a_salt_the_values_make_one() -> None:
    """A project without a secret file takes one from its confidential rows, another for other values."""
    plain = world({}, salt=None)
    changed = world({CODES[0]: reported(11.0, "country")}, salt=None)
    salts = [[each.salt for each in questions(found, analyse(found), {})] for found in (plain, changed)]
    assert all(salts[0])
    assert salts[0][0] == salts[1][0]
    assert salts[0][1] != salts[1][1]


# --- means --------------------------------------------------------------------------------------


def test_changes_never_cost_a_groups_mean() -> None:
    """The means of a cycle are the same whether or not they are compared with another cycle."""
    kpis = [kpi("k")]
    values = [
        {code: reported(10.0 + 2.9 * number + more, "country") for number, code in enumerate(CODES[: 22 + more])}
        for more in (0, 3)
    ]
    both = dataset(
        cycles=[
            cycle_data({"k": each}, name, kpis=kpis, participants=CODES)
            for each, name in zip(values, ("c2022", "c2024"), strict=True)
        ],
        kpis=kpis,
        members=CODES,
    )
    submitted = analyse(both)
    compared, alone = decide(both, submitted, matched(both, submitted)), decide(both, submitted, {})
    for key, decision in alone.kpis.items():
        assert {mean: compared.kpis[key].means[mean] for mean in decision.means} == decision.means
    assert compared.kpis["c2024", "k"].means[MeanKey(GLOBAL.group, "c2022")].step is not None


def test_one_rounding_per_kpi() -> None:
    """With `per-kpi` all published means of a KPI have one step."""
    policy = DisclosurePolicy(roundings="per-kpi")
    for decision in decided(world(policy=policy)).kpis.values():
        assert len({mean.step for mean in decision.means.values() if mean.step is not None}) == 1


def test_crossings_are_decided_too() -> None:
    """A crossing of two groupings has means like any group."""
    policy = DisclosurePolicy(crossings=(("region", "region"),))
    keys = {key.group.grouping for key in decided(world(policy=policy)).kpis["c2024", "k"].means}
    assert "region:region" in keys


def test_few_contributors_are_no_candidates() -> None:
    """Below the least number of contributors there is no figure, whatever could be safe."""
    found = single({code: reported(5.0 * number, "public") for number, code in enumerate(CODES[:2])})
    decision = found.kpis["c2024", "k"]
    assert decision.means[GLOBAL].ruling.rule == "minimum-contributors"
    assert decision.distribution.rule == "minimum-contributors"


def test_ceilings_leave_no_common_figure() -> None:
    """A KPI at country level has no candidate at all, one at union level the unions' own."""
    values = {code: reported(3.0 * number + 5, "public") for number, code in enumerate(CODES)}
    of_country = single(values, kpi("k", ceiling=Level.COUNTRY), unions=[union("u", *CODES[:9])])
    assert of_country.kpis["c2024", "k"].means == {}
    of_union = single(values, kpi("k", ceiling=Level.UNION), unions=[union("u", *CODES[:9])])
    decision = of_union.kpis["c2024", "k"]
    assert set(decision.means) == {MeanKey(GroupKey("union", "u"))}
    assert (decision.edges, decision.performance.published) == ((), False)


def test_identities_tie_kpis_directly_and_through_others() -> None:
    """KPIs of one identity are one question, and so are those of identities that share a KPI."""
    kpis = [kpi(each) for each in "abcde"]
    ties = (Identity({"a": 1.0, "b": 1.0}, 100.0), Identity({"b": 1.0, "d": -1.0}, 0.0))
    found = tied_kpis(catalogue(kpis, identities=ties))
    assert [[each.id for each in tied] for tied in found] == [["a", "b", "d"], ["c"], ["e"]]


# --- odd values: a safe blank, never a crash ----------------------------------------------------


@pytest.mark.parametrize(
    ("values", "measured"),
    [
        ([50.0] * 12, kpi("k")),
        ([0.0] * 12, kpi("k")),
        ([0.0] * 12, kpi("k", unit=Unit.COUNT, bounds=Bounds(0.0, None))),
        ([7.0] * 12, kpi("k", unit=Unit.COUNT, bounds=Bounds(0.0, None))),
        ([1.0], kpi("k")),
        ([], kpi("k")),
        ([float(10**each) for each in range(12)], kpi("k", unit=Unit.COUNT, bounds=Bounds(0.0, None))),
        ([-3.0, -1.0, 0.0, 2.0, 3.5, 4.0], kpi("k", unit=Unit.VARIATION, bounds=Bounds(None, None))),
        ([0.1, 0.2, 0.35, 0.4, 0.8], kpi("k", unit=Unit.RATIO, bounds=Bounds(0.0, None))),
        ([1.0, 2.0, 3.0, 4.0, 5.0], kpi("k", unit=Unit.INDEX, bounds=Bounds(1.0, 5.0))),
    ],
)
@pytest.mark.parametrize("level", ["country", "public"])
def test_odd_values_end_well(values: list[float], measured: Kpi, level: str) -> None:
    """All equal, all zero, none, one, over many magnitudes, negative: decided or blank."""
    given = {code: reported(value, level) for code, value in zip(CODES, values, strict=False)}
    decision = single(given, measured).kpis["c2024", "k"]
    assert set(decision.means) >= {GLOBAL}


def test_without_a_range_there_is_no_figure() -> None:
    """All values equal and an open bound: no interval can be called wide enough, so nothing but n is published."""
    measured = kpi("k", unit=Unit.COUNT, bounds=Bounds(0.0, None))
    decision = single({code: reported(7.0, "country") for code in CODES}, measured).kpis["c2024", "k"]
    assert all(mean.step is None for mean in decision.means.values())
    assert decision.means[GLOBAL].ruling.rule == "no-protection"


def test_a_mean_at_a_bound_says_nothing_of_anybody() -> None:
    """Ninety-nine of a hundred each: the exact mean would pin everybody, so it is coarse or blank."""
    decision = single({code: reported(99.5, "country") for code in CODES[:4]}).kpis["c2024", "k"]
    assert decision.means[GLOBAL].step != Decimal("0.1")


def test_arithmetic_between_kpis_is_known_to_everybody() -> None:
    """Shares that add up to 100, of which a Member shows one and hides the other: the operator hears of it."""
    few = CODES[:12]
    shown = {code: reported(30.0 + number, "public" if number == 0 else "country") for number, code in enumerate(few)}
    other = {code: reported(70.0 - number, "country") for number, code in enumerate(few)}
    kpis = [kpi("k"), kpi("l")]
    data = cycle_data({"k": shown, "l": other}, kpis=kpis, participants=few)
    plain = dataset(cycles=[data], kpis=kpis, members=few)
    tie = Identity({"k": 1.0, "l": 1.0}, 100.0)
    found = decided(replace(plain, catalogue=replace(plain.catalogue, identities=(tie,))))
    assert {key.partition(": ")[2] for key in exposed(found)} == {f"c2024/l/{few[0]}"}


def test_a_change_is_safe_beside_the_means_of_its_groups() -> None:
    """Nineteen of the twenty reported before: mean and matched mean together must not tell of the twentieth."""
    now = {code: reported(20.0 + 2.7 * number, "country") for number, code in enumerate(CODES[:20])}
    before = {code: now[code] for code in CODES[:19]}
    cycles = [cycle_data({"k": each}, name, participants=CODES) for name, each in (("c2022", before), ("c2024", now))]
    means = decided(dataset(cycles=cycles, kpis=[kpi("k")], members=CODES)).kpis["c2024", "k"].means
    whole, matched_step = means[GLOBAL].step, means[MeanKey(GLOBAL.group, "c2022")].step
    assert whole == Decimal("0.1")
    assert matched_step is None or 20 * whole + 19 * matched_step >= 10


@pytest.mark.parametrize("seed", [25, 59, 64, 69])
def test_what_was_chosen_in_two_searches_is_found_safe_in_one(seed: int) -> None:
    """Changes are chosen beside the groups' means; distributions and classes look at both, and at nothing else."""
    random = Random(seed)
    codes = CODES[: random.randint(9, 13)]
    groups = {code: {"region": random.choice(["esa", "rest"])} for code in codes}
    now = {code: _any_value(random, ["public", "country", "country"]) for code in codes}
    before = {code: _any_value(random, ["country"]) for code in codes if random.random() < 0.8}
    cycles = [
        cycle_data({"k": each}, name, participants=codes, groups=groups)
        for name, each in (("c2022", before), ("c2024", now))
    ]
    steps = (Decimal("0.5"), Decimal(1), Decimal(5))
    found = dataset(cycles=cycles, kpis=[kpi("k", roundings=steps)], members=codes)
    submitted = analyse(found)
    for question in questions(found, submitted, matched(found, submitted)):
        problem = rounding_problem(question)
        assert is_lean_safe(problem, choose_means(problem), (), ())


def _any_value(random: Random, levels: list[str]) -> Observation:
    return reported(round(random.uniform(40, 100), 1), random.choice(levels))


# --- counting -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("hidden", "told"), [(0, True), (1, False), (4, False), (6, False), (7, True)])
def test_a_class_needs_none_or_five_hidden_for_every_reader(hidden: int, told: bool) -> None:
    """Two Members who pool know two of the hidden values, so seven must be hidden from outsiders."""
    values = {code: reported(3.0 * number + 1, "public") for number, code in enumerate(CODES[:12])}
    values |= {code: reported(50.0 + number, "country") for number, code in enumerate(CODES[12 : 12 + hidden])}
    assert single(values).kpis["c2024", "k"].performance.published is told


@pytest.mark.parametrize(("spread", "told"), [(0.1, False), (2.0, True)])
def test_a_class_that_leaves_no_room_beside_means_and_bins_is_not_told(spread: float, told: bool) -> None:
    """That thirteen values surely lean, seven of them hidden in one bin, says that these are close together."""
    values = dict(zip(CODES, map(reported, (89.7, 92.7, 93.4, 94.2, 95.2, 96.8), ["public"] * 6), strict=False))
    values |= {code: reported(96.5 - spread * at, "country") for at, code in enumerate(CODES[6:13])}
    decision = single(values).kpis["c2024", "k"]
    assert decision.performance.published is told


@pytest.mark.parametrize(("hidden", "told"), [(0, True), (1, False), (12, False)])
def test_skewness_is_told_where_nothing_is_hidden(hidden: int, told: bool) -> None:
    """Beside the bins it bounds how far hidden values lie apart, and where most are opened later it gives the rest."""
    values = {code: reported(3.0 * number + 1, "public") for number, code in enumerate(CODES[:12])}
    values |= {code: reported(50.0 + number, "country") for number, code in enumerate(CODES[12 : 12 + hidden])}
    assert single(values).kpis["c2024", "k"].skewness.published is told


@pytest.mark.parametrize("bounds", [Bounds(0, 100), Bounds(0, None)], ids=["with a range", "without"])
def test_that_all_values_are_one_is_told_by_no_class(bounds: Bounds) -> None:
    """`not-evaluable` would say that the hidden ones are what the shown ones are; so would a class over shown ones."""
    values = {code: reported(40.0, "country" if number < 13 else "public") for number, code in enumerate(CODES)}
    decision = single(values, kpi("k", bounds=bounds)).kpis["c2024", "k"]
    assert decision.performance in (AS_INCONCLUSIVE, UNPROTECTABLE)
    assert not decision.skewness.published


def test_without_a_range_there_is_no_figure_but_the_contributors() -> None:
    """Nearly all values of an open KPI equal: R is 0, nothing can be said to be wide enough."""
    values = {code: reported(7.0, "country" if number < 13 else "public") for number, code in enumerate(CODES)}
    values[CODES[-1]] = reported(900.0, "public")
    decision = single(values, kpi("k", unit=Unit.COUNT, bounds=Bounds(0, None))).kpis["c2024", "k"]
    assert all(mean.step is None for mean in decision.means.values())
    assert not decision.edges
    assert decision.performance.rule == decision.skewness.rule == "no-protection"


def test_coalitions_are_the_policys() -> None:
    """Protecting against single readers, six hidden values are enough for a class."""
    values = {code: reported(3.0 * number + 1, "public") for number, code in enumerate(CODES[:12])}
    values |= {code: reported(50.0 + number, "country") for number, code in enumerate(CODES[12:18])}
    for coalitions, told in (("none", True), ("pairs", False)):
        found = single(values, policy=DisclosurePolicy(coalitions=coalitions))
        assert found.kpis["c2024", "k"].performance.published is told


def test_a_test_between_groups_is_told_where_no_group_has_few_hidden() -> None:
    """Each group of a test has for every reader none or enough hidden values, else nothing is said of it."""
    assert between_regions(hidden=0, apart=0, members=26).published
    assert between_regions(hidden=3, apart=0, members=26).rule == "hidden-contributors"
    assert between_regions(hidden=12, apart=0, members=60).published
    assert between_regions(hidden=12, apart=60, members=60).published


@pytest.mark.parametrize("apart", [0, 12])
def test_a_verdict_that_hangs_on_few_is_not_told(apart: int) -> None:
    """Of 26 Members these verdicts would be others with three other values: over hidden ones they are not told."""
    assert between_regions(hidden=12, apart=apart, members=26).rule == "hangs-on-few"
    assert between_regions(hidden=0, apart=apart, members=26).published


@pytest.mark.parametrize("level", ["public", "country"])
def test_a_test_does_not_say_who_uses_an_instrument(level: str) -> None:
    """Where the users have the highest values it is not told, though the values be public: answers never are."""
    values = {code: reported(2.0 + at, level) for at, code in enumerate(CODES)}
    told = {}
    for name, users in (("apart", CODES[10:]), ("mixed", CODES[::2])):
        usage = {code: Usage.IN_USE if code in users else Usage.NOT_PLANNED for code in CODES}
        answers = [Answer(code, "tool", True, usage[code]) for code in CODES]
        data = cycle_data({"k": values}, participants=CODES, answers=answers)
        kpis = [kpi("k"), *(kpi(f"other-{number}") for number in range(40))]
        world = dataset(cycles=[data], kpis=kpis, members=CODES, instruments=[instrument("tool")])
        found = analyse(world)
        tests = tuple(each._replace(turns=0.05 / 400) for each in found.tests)
        decisions = decide(world, replace(found, tests=tests), matched(world, found))
        told[name] = decisions.kpis["c2024", "k"].tests["mann-whitney", "tool"]
    assert told["apart"].rule == "hangs-on-few"
    assert told["mixed"].published


def between_regions(*, hidden: int, apart: int, members: int) -> Ruling:
    """What becomes of the test between two regions, one `apart` from the other, with so many hidden values in each."""
    codes = MANY[:members]
    groups = {code: {"region": "esa" if at % 2 else "rest"} for at, code in enumerate(codes)}
    values = {
        code: reported(2.0 + at + (at % 2) * apart, "country" if at < 2 * hidden else "public")
        for at, code in enumerate(codes)
    }
    data = cycle_data({"k": values}, participants=codes, groups=groups)
    found = decided(dataset(cycles=[data], kpis=[kpi("k")], members=codes))
    return found.kpis["c2024", "k"].tests["kruskal-wallis", "region"]


def test_the_basis_visible_decides_nothing() -> None:
    """With figures over shown values there is nothing to protect."""
    found = decided(replace(world(), settings=replace(world().settings, disclosure=DisclosurePolicy(basis="visible"))))
    assert (found.kpis, found.rates, found.basis) == ({}, {}, "visible")


def test_a_class_has_performance_contributors() -> None:
    """Nine values have no class, though everybody may see them all; ten have one."""
    values = {code: reported(10.0 + number**2, "public") for number, code in enumerate(CODES[:10])}
    told = single(values).kpis["c2024", "k"].performance
    few = single(dict(list(values.items())[:9])).kpis["c2024", "k"].performance
    assert (told.published, few.published, few.rule) == (True, False, "contributors")
