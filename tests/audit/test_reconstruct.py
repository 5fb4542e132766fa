"""The interval attack on small worlds worked out by hand: what can be closed in on is found, and nothing else."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from pmm_site.audit import programs
from pmm_site.audit.findings import AuditReport
from pmm_site.audit.reconstruct import reconstruct
from pmm_site.audit.releases import Earlier, RecordUnreadable, earlier_releases
from pmm_site.model import Answer, Bounds, Dataset, DisclosurePolicy, Identity, Level, Observation, Unit, Usage
from tests.audit.worlds import put
from tests.factories import catalogue, cycle_data, dataset, instrument, kpi, reported, union

CODES = [f"{first}{second}X" for first in "ABC" for second in "ABCD"]
ALL = ("all", "all")
Rows = Iterable[Mapping[str, object]]


def world(values: Mapping[str, Observation], **changes: object) -> Dataset:
    """Twelve Members, the first six in one region, with values of one KPI in percent."""
    groups = {code: {"region": "esa" if number < 6 else "rest"} for number, code in enumerate(CODES)}
    given = changes.pop("kpis", [kpi("k")])
    data = cycle_data({"k": dict(values)}, kpis=given, participants=CODES, groups=groups)  # type: ignore[arg-type]
    answers = changes.pop("answers", ())
    data = replace(data, answers=tuple(answers))  # type: ignore[arg-type]
    unions = [union("u", *CODES[:2])]
    return dataset(cycles=[data], kpis=given, members=CODES, unions=unions, **changes)  # type: ignore[arg-type]


def spread(level: str = "country", number: int = 12) -> dict[str, Observation]:
    """Values of the first Members, far from each other and from the bounds."""
    return {code: reported(20.0 + 5 * position, level) for position, code in enumerate(CODES[:number])}


def site(folder: Path, name: str, **tables: Rows) -> Path:
    """A site with these tables in its package, all columns as text."""
    for table, rows in tables.items():
        found = [dict(row) for row in rows]
        place = folder / name / "data" / f"{table}.csv"
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(found[0]))
            writer.writeheader()
            writer.writerows(found)
    return folder / name


def mean_of(group: tuple[str, str], mean: object, rounding: object, kpi_id: str = "k") -> dict[str, object]:
    """A row of aggregates.csv."""
    key = {"cycle": "c2024", "kpi": kpi_id, "grouping": group[0], "group": group[1]}
    return {**key, "mean": mean, "rounding": rounding}


def attacked(found: Dataset, roots: Mapping[str, Path], earlier: Iterable[Earlier] = ()) -> AuditReport:
    """The report on these sites."""
    return reconstruct(roots, found, earlier=tuple(earlier))


def caught(report: AuditReport) -> set[tuple[str, str]]:
    """Reader and Member of every finding."""
    return {(each.site, each.key.rpartition("/")[2]) for each in report.findings}


def without(coalitions: str) -> DisclosurePolicy:
    """A policy that protects against fewer coalitions."""
    return DisclosurePolicy(coalitions=coalitions)


def test_a_mean_of_many_hidden_values_is_safe(tmp_path: Path) -> None:
    """Nobody closes in on twelve values of which they know two at most from their mean to one decimal."""
    roots = {"public": site(tmp_path, "public", aggregates=[mean_of(ALL, 47.5, 0.1)])}
    report = attacked(world(spread()), roots)
    assert report.passed
    assert report.examined["attacked values"] == 12
    assert report.examined["programs"] > 0


def test_the_difference_of_two_groups_is_found(tmp_path: Path) -> None:
    """The mean of all and that of all but one are a subtraction away from the one."""
    values = spread()
    values[CODES[11]] = reported(75.0, "country")
    groups = {code: {"region": "esa" if number < 11 else "rest"} for number, code in enumerate(CODES)}
    found = world(values)
    data = replace(
        found.cycles[0], participants=cycle_data({"k": values}, participants=CODES, groups=groups).participants
    )
    rows = [mean_of(ALL, 47.5, 0.1), mean_of(("region", "esa"), 45.0, 0.1)]
    report = attacked(replace(found, cycles=(data,)), {"public": site(tmp_path, "public", aggregates=rows)})
    assert ("(basic users)", CODES[11]) in caught(report)
    assert {member for _, member in caught(report)} == {CODES[11]}


@pytest.mark.parametrize(("rounding", "safe"), [("0.1", False), ("5", True)])
def test_a_coarser_rounding_makes_safe(rounding: str, safe: bool, tmp_path: Path) -> None:
    """Two hidden values among ten that all know: one Member knows the other's to its rounding."""
    values = spread("public") | {code: reported(45.0 + 5 * number, "country") for number, code in enumerate(CODES[:2])}
    total = sum(each.value or 0 for each in values.values())
    printed = {"0.1": round(total / 12, 1), "5": 5 * round(total / 60)}[rounding]
    roots = {"public": site(tmp_path, "public", aggregates=[mean_of(ALL, printed, rounding)])}
    report = attacked(world(values), roots)
    assert caught(report) == (set() if safe else {(CODES[0], CODES[1]), (CODES[1], CODES[0]), *union_of_both(report)})


def union_of_both(report: AuditReport) -> set[tuple[str, str]]:
    """Findings of coalitions that hold one of both; their Members alone are enough."""
    return {each for each in caught(report) if each[0] not in CODES}


def test_only_a_pair_closes_in(tmp_path: Path) -> None:
    """Three hidden values: each Member alone is left with two unknowns, a pair with one."""
    values = spread("public") | {code: reported(40.0 + 10 * at, "country") for at, code in enumerate(CODES[6:9])}
    total = sum(each.value or 0 for each in values.values())
    roots = {"public": site(tmp_path, "public", aggregates=[mean_of(ALL, round(total / 12, 1), 0.1)])}
    assert attacked(world(values, policy=without("none")), roots).passed
    assert attacked(world(values, policy=without("unions")), roots).passed
    pairs = caught(attacked(world(values, policy=without("pairs")), roots))
    assert {member for _, member in pairs} == set(CODES[6:9])
    assert all(len(reader.split("+")) == 2 for reader, _ in pairs)


def test_a_union_that_pools_closes_in(tmp_path: Path) -> None:
    """The two Members of a union know all but one of three hidden values."""
    values = spread("public") | {code: reported(40.0 + 10 * at, "country") for at, code in enumerate(CODES[:3])}
    total = sum(each.value or 0 for each in values.values())
    roots = {"public": site(tmp_path, "public", aggregates=[mean_of(ALL, round(total / 12, 1), 0.1)])}
    assert attacked(world(values, policy=without("none")), roots).passed
    assert caught(attacked(world(values, policy=without("unions")), roots)) == {("union u", CODES[2])}


def test_only_those_who_can_open_a_site_attack_with_it(tmp_path: Path) -> None:
    """The mean of a union stands on the union's site: its Members close in on each other, nobody else does."""
    found = world(spread(), policy=without("none"))
    row = mean_of(("union", "u"), 22.5, 0.1)
    report = attacked(found, {"union-u": site(tmp_path, "union-u", aggregates=[row])})
    assert caught(report) == {(CODES[0], CODES[1]), (CODES[1], CODES[0])}


def test_outsiders_are_attacked_with_what_the_public_knows(tmp_path: Path) -> None:
    """A value for WCO users is hidden from the public alone, and must be safe from it."""
    values = spread("public") | {CODES[3]: reported(50.0, "wco")}
    total = sum(each.value or 0 for each in values.values())
    row = mean_of(ALL, round(total / 12, 1), 0.1)
    assert caught(attacked(world(values), {"public": site(tmp_path, "public", aggregates=[row])})) == {
        ("(everyone)", CODES[3])
    }
    assert attacked(world(values), {"wco": site(tmp_path, "wco", aggregates=[row])}).passed


def test_bounds_are_part_of_the_attack(tmp_path: Path) -> None:
    """A mean near the bound tells that every value is near it."""
    values = {code: reported(98.0 if number % 2 else 99.0, "country") for number, code in enumerate(CODES[:4])}
    report = attacked(world(values), {"public": site(tmp_path, "public", aggregates=[mean_of(ALL, 98.5, 0.1)])})
    assert {member for _, member in caught(report)} == set(CODES[:4])


def test_a_count_is_protected_relative_to_itself(tmp_path: Path) -> None:
    """Of two hidden counts, a large and a small one, the large one is closed in on although the range is wide."""
    number = kpi("k", unit=Unit.COUNT, bounds=Bounds(0.0, None))
    values = {code: reported(float(value), "public") for code, value in zip(CODES, range(100, 1300, 100), strict=True)}
    values |= {CODES[0]: reported(100000.0, "country"), CODES[1]: reported(90.0, "country")}
    total = sum(each.value or 0 for each in values.values())
    row = mean_of(ALL, round(total / 12, -2), 100)
    report = attacked(
        world(values, kpis=[number], policy=without("none")), {"public": site(tmp_path, "public", aggregates=[row])}
    )
    assert {member for _, member in caught(report)} == {CODES[0]}


def test_an_edge_that_is_no_number_is_told(tmp_path: Path) -> None:
    """A distribution that cannot be read is a finding, not a crash."""
    roots = {"public": site(tmp_path, "public", distribution=bins(("0", "x", 6), ("x", "100", 6)))}
    assert [each.what for each in attacked(world(spread()), roots).findings] == [
        "data/distribution.csv has an edge that is no number"
    ]


@pytest.mark.parametrize("rounding", ["0.1", "5"])
def test_the_order_of_rows_changes_no_verdict(rounding: str, tmp_path: Path) -> None:
    """Rows of tables and of the data in another order: what was safe is, what was found is found."""
    values = spread("public") | {code: reported(45.0 + 5 * number, "country") for number, code in enumerate(CODES[:2])}
    parts = {ALL: values, ("region", "esa"): dict(list(values.items())[:6])}
    step = float(rounding)
    rows = [
        mean_of(group, step * round(sum(each.value or 0 for each in inside.values()) / len(inside) / step), rounding)
        for group, inside in parts.items()
    ]
    counts = bins(("0", "60", 8), ("60", "100", 4))
    found = world(values)
    shuffled = replace(found.cycles[0], observations=found.cycles[0].observations[::-1])
    told = attacked(found, {"public": site(tmp_path / "a", "public", aggregates=rows, distribution=counts)})
    again = attacked(
        replace(found, cycles=(shuffled,)),
        {"public": site(tmp_path / "b", "public", aggregates=rows[::-1], distribution=counts[::-1])},
    )
    assert {each.key for each in told.findings} == {each.key for each in again.findings}
    assert told.passed is again.passed is (rounding == "5")


def test_a_digit_beyond_the_rounding_counts(tmp_path: Path) -> None:
    """A mean that is printed more finely than its rounding says tells more, and is attacked as printed."""
    values = spread("public") | {code: reported(47.31, "country") for code in CODES[:2]}
    total = sum(each.value or 0 for each in values.values())
    fine = mean_of(ALL, round(total / 12, 3), 5)
    report = attacked(world(values), {"public": site(tmp_path, "public", aggregates=[fine])})
    assert {member for _, member in caught(report)} == set(CODES[:2])


def test_a_change_is_a_mean_of_its_own(tmp_path: Path) -> None:
    """Who reported in both cycles: the mean of these beside the mean of all gives the newcomer away."""
    values = spread()
    now = cycle_data({"k": values}, participants=CODES, groups={})
    before = cycle_data({"k": dict(list(values.items())[:11])}, "c2022", participants=CODES, groups={})
    found = dataset(cycles=[before, now], kpis=[kpi("k")], members=CODES)
    change = {"cycle": "c2024", "previous": "c2022", "kpi": "k", "grouping": "all", "group": "all"}
    tables = {
        "aggregates": [mean_of(ALL, 47.5, 0.1)],
        "changes": [{**change, "mean": 45.0, "previous_mean": 45.0, "rounding": 0.1}],
    }
    report = attacked(found, {"public": site(tmp_path, "public", **tables)})
    assert {(each.key) for each in report.findings} == {f"c2024/k/{CODES[11]}"}


# --- distributions, identities ------------------------------------------------------------------


def bins(*rows: tuple[object, object, int]) -> list[dict[str, object]]:
    """Rows of distribution.csv."""
    return [{"cycle": "c2024", "kpi": "k", "bin_from": low, "bin_to": high, "contributors": n} for low, high, n in rows]


def test_a_narrow_bin_of_one_hidden_value_is_found(tmp_path: Path) -> None:
    """Eleven values are public, so the bin that nobody of them is in holds the twelfth."""
    values = spread("public") | {CODES[11]: reported(93.0, "country")}
    tables = bins(("0", "90", 11), ("90", "95", 1), ("95", "100", 0))
    report = attacked(world(values), {"public": site(tmp_path, "public", distribution=tables)})
    assert {member for _, member in caught(report)} == {CODES[11]}
    wide = bins(("0", "50", 6), ("50", "100", 6))
    assert attacked(world(values), {"public": site(tmp_path / "wide", "public", distribution=wide)}).passed


def test_a_distribution_beside_a_mean_is_attacked_exactly(tmp_path: Path) -> None:
    """Of 10 and 80 the first Member knows 71 to 83 from the mean, 78 to 100 from the bins, 78 to 83 from both."""
    values = spread("public") | {CODES[0]: reported(10.0, "country"), CODES[1]: reported(80.0, "country")}
    mean = [mean_of(ALL, 51, 1)]
    shares = bins(("0", "15", 1), ("15", "78", 10), ("78", "100", 1))
    policy = without("none")
    alone = {"public": site(tmp_path / "a", "public", aggregates=mean)}
    assert attacked(world(values, policy=policy), alone).passed
    only_bins = {"public": site(tmp_path / "c", "public", distribution=shares)}
    assert attacked(world(values, policy=policy), only_bins).passed
    both = {"public": site(tmp_path / "b", "public", aggregates=mean, distribution=shares)}
    assert caught(attacked(world(values, policy=policy), both)) == {(CODES[0], CODES[1])}


def test_complements_are_attacked_together(tmp_path: Path) -> None:
    """Two shares that add up to 100: a fine mean of the one is a fine mean of the other."""
    kpis = [kpi("a"), kpi("b")]
    first = spread("public") | {code: reported(40.0 + number, "country") for number, code in enumerate(CODES[:2])}
    second = {code: reported(100 - (each.value or 0), "country") for code, each in first.items()}
    second |= {code: replace(each, level=first[code].level) for code, each in second.items()}
    data = cycle_data({"a": first, "b": second}, kpis=kpis, participants=CODES, groups={})
    found = dataset(cycles=[data], kpis=kpis, members=CODES)
    tied = catalogue(kpis, identities=(Identity({"a": 1.0, "b": 1.0}, 100.0),))
    total = sum(each.value or 0 for each in first.values())
    roots = {"public": site(tmp_path, "public", aggregates=[mean_of(ALL, round(total / 12, 1), 0.1, "a")])}
    loose = {each.key.split("/")[1] for each in attacked(found, roots).findings}
    both = {each.key.split("/")[1] for each in attacked(replace(found, catalogue=tied), roots).findings}
    assert (loose, both) == ({"a"}, {"a", "b"})


def test_what_members_give_away_themselves_is_a_notice(tmp_path: Path) -> None:
    """A public share and its hidden complement: nothing that is published could mend it."""
    kpis = [kpi("a"), kpi("b")]
    first = spread("public")
    second = {code: reported(100 - (each.value or 0), "country") for code, each in first.items()}
    data = cycle_data({"a": first, "b": second}, kpis=kpis, participants=CODES, groups={})
    tied = catalogue(kpis, identities=(Identity({"a": 1.0, "b": 1.0}, 100.0),))
    found = dataset(cycles=[data], kpis=kpis, members=CODES, catalogue=tied)
    report = attacked(found, {"public": site(tmp_path, "public", aggregates=[mean_of(ALL, 52.5, 0.1, "b")])})
    assert report.passed
    assert len({each.key for each in report.notices}) == 12


# --- answers, classes ---------------------------------------------------------------------------


def answered(usage: Iterable[Usage], aware: bool | None = True) -> tuple[Answer, ...]:
    """Answers of the first Members on one instrument."""
    return tuple(Answer(code, "tool", aware, each) for code, each in zip(CODES, usage, strict=False))


def shares(**cells: object) -> list[dict[str, object]]:
    """A row of instruments.csv."""
    blank = dict.fromkeys(("aware", "in_use", "planned", "not_planned"), "")
    return [{"cycle": "c2024", "instrument": "tool", **blank, "rounding": "1", **cells}]


def test_everybody_aware_is_a_leak(tmp_path: Path) -> None:
    """A share of 100 % tells every answer."""
    found = world(spread(), answers=answered([Usage.IN_USE] * 6), instruments=[instrument("tool")])
    report = attacked(found, {"public": site(tmp_path, "public", instruments=shares(aware="100"))})
    assert "(everyone)" in {each.site for each in report.findings}


def test_an_answer_of_the_only_other_member_is_found(tmp_path: Path) -> None:
    """One of two who plan knows that another does; none of them can tell who."""
    usage = [Usage.IN_USE] * 5 + [Usage.PLANNED] * 2 + [Usage.NOT_PLANNED] * 5
    found = world(spread(), answers=answered(usage, None), instruments=[instrument("tool")])
    cells = shares(in_use="42", planned="17", not_planned="42")
    assert attacked(found, {"public": site(tmp_path, "public", instruments=cells)}).passed
    alone = [Usage.IN_USE] * 11 + [Usage.PLANNED]
    found = world(spread(), answers=answered(alone, None), instruments=[instrument("tool")])
    cells = shares(in_use="92", planned="8", not_planned="0")
    report = attacked(found, {"public": site(tmp_path / "b", "public", instruments=cells)})
    assert CODES[11] in {each.site for each in report.findings}


@pytest.mark.parametrize(("number", "others", "safe"), [(12, 3, True), (12, 2, False), (29, 1, False)])
def test_a_step_that_other_counts_would_not_have_is_found(number: int, others: int, safe: bool, tmp_path: Path) -> None:
    """95 % in steps of five, of 29 Members: with 27 aware a pair would know all, so 28 are, and each of the others."""
    codes = [f"{first}{second}Y" for first in "ABCDEF" for second in "ABCDE"][:number]
    given = tuple(Answer(code, "tool", at >= others, None) for at, code in enumerate(codes))
    data = replace(cycle_data({"k": {}}, participants=codes, groups={code: {} for code in codes}), answers=given)
    found = dataset(cycles=[data], kpis=[kpi("k")], members=codes, instruments=[instrument("tool")])
    percent = round(20 * (number - others) / number) * 5
    cells = [{**shares(aware=percent)[0], "rounding": "5"}]
    report = attacked(found, {"public": site(tmp_path, "public", instruments=cells)})
    assert ("c2024/tool/aware" not in {each.key for each in report.findings}) is safe


def test_a_late_answer_is_found_by_subtracting(tmp_path: Path) -> None:
    """The shares of an earlier release and those of today differ by the one who answered since."""
    usage = [Usage.IN_USE, Usage.NOT_PLANNED] * 5
    late = [*usage, Usage.IN_USE]
    found = world(spread(), answers=answered(late, None), instruments=[instrument("tool")])
    record = {
        **EMPTY,
        "shares": [["c2024", "tool", "usage", dict(zip(CODES, [each.value for each in usage], strict=False)), "1"]],
    }
    put(tmp_path, "releases/first/record.json", json.dumps(record))
    cells = shares(in_use="55", planned="0", not_planned="45")
    roots = {"public": site(tmp_path, "public", instruments=cells)}
    assert attacked(found, roots).passed
    report = attacked(found, roots, earlier_releases(tmp_path / "releases"))
    assert {each.key for each in report.findings} == {f"c2024/tool/usage/{CODES[10]}"}


@pytest.mark.parametrize(("hidden", "safe"), [(0, True), (3, False), (4, False), (6, False), (7, True)])
def test_a_class_needs_none_or_five_hidden_contributors(hidden: int, safe: bool, tmp_path: Path) -> None:
    """Counted for every reader: of six hidden values a pair of contributors is left with four."""
    values = spread("public") | {code: reported(50.0, "country") for code in CODES[:hidden]}
    row = {"cycle": "c2024", "kpi": "k", "skewness": "", "performance": "low", "basis": "submitted"}
    report = attacked(world(values), {"public": site(tmp_path, "public", summary=[row])})
    assert report.passed is safe
    told_less = site(tmp_path / "b", "public", summary=[{**row, "basis": "visible"}])
    assert attacked(world(values), {"public": told_less}).passed


def leaning(spread: float) -> dict[str, Observation]:
    """Five public values, and seven hidden ones in one bin that lie close together or not."""
    values = dict(zip(CODES, map(reported, (89.7, 92.7, 93.4, 94.2, 95.2), ["public"] * 5), strict=False))
    return values | {code: reported(96.5 - spread * at, "country") for at, code in enumerate(CODES[5:])}


def told_beside(folder: Path, values: Mapping[str, Observation], performance: str) -> dict[str, Path]:
    """A public site with a mean, two bins and a class over these values."""
    total = sum(each.value or 0 for each in values.values())
    row = {"cycle": "c2024", "kpi": "k", "skewness": "", "performance": performance, "basis": "submitted"}
    figures = {
        "aggregates": [mean_of(ALL, round(total / 12, 1), "0.1")],
        "distribution": bins((0, 80, 0), (80, 100, 12)),
    }
    return {"public": site(folder, "public", **figures, **({"summary": [row]} if performance else {}))}


@pytest.mark.parametrize(("spread", "performance"), [(0.1, "well"), (2.0, "inconclusive")])
def test_a_class_is_attacked_beside_means_and_bins(spread: float, performance: str, tmp_path: Path) -> None:
    """That twelve values surely lean, seven of them hidden in one bin, says that these are close together."""
    values = leaning(spread)
    assert attacked(world(values), told_beside(tmp_path / "less", values, "")).passed
    report = attacked(world(values), told_beside(tmp_path / "more", values, performance))
    if performance == "inconclusive":
        assert report.passed
    else:
        assert {member for _, member in caught(report)} == set(CODES[5:])
        assert all("from a class" in each.what for each in report.findings)


def test_a_class_of_an_earlier_release_counts(tmp_path: Path) -> None:
    """Told last month, it is attacked beside the mean and the bins of today: what these add is a finding."""
    values = leaning(0.1)
    rows = [
        ["c2024", "k", code, each.written, ["public"] * (each.level is Level.PUBLIC)] for code, each in values.items()
    ]
    record = {**EMPTY, "format": 2, "readers": {"public": EVERYONE}, "values": rows}
    roots = told_beside(tmp_path, values, "")
    for classes, count in (([], 0), ([["c2024", "k", sorted(values)]], 7)):
        put(tmp_path, "releases/first/record.json", json.dumps({**record, "classes": classes}))
        report = attacked(world(values), roots, earlier_releases(tmp_path / "releases"))
        assert len({member for _, member in caught(report)}) == count


def test_a_record_of_before_tells_every_class_that_may_have_been(tmp_path: Path) -> None:
    """The first format does not say which classes there were: nothing is taken for untold."""
    rows = [["c2024", "k", code, "50", []] for code in CODES] + [["c2024", "few", code, "50", []] for code in CODES[:2]]
    put(tmp_path, "releases/first/record.json", json.dumps({**EMPTY, "values": rows}))
    (release,) = earlier_releases(tmp_path / "releases")
    assert [(each.kpi, set(each.members)) for each in release.classes] == [("k", set(CODES))]


def test_a_record_with_a_class_of_two_is_damaged(tmp_path: Path) -> None:
    """Two values lean to no side."""
    rows = [["c2024", "k", code, "50", []] for code in CODES]
    record = {**EMPTY, "format": 2, "values": rows, "classes": [["c2024", "k", CODES[:2]]]}
    put(tmp_path, "releases/first/record.json", json.dumps(record))
    with pytest.raises(RecordUnreadable):
        earlier_releases(tmp_path / "releases")


@pytest.mark.parametrize(("hidden", "safe"), [(0, True), (1, False), (25, False)])
def test_a_skewness_over_hidden_values_is_found(hidden: int, safe: bool, tmp_path: Path) -> None:
    """However many they are: it bounds how far they lie apart."""
    values = {code: reported(2.0 + at, "country" if at < hidden else "public") for at, code in enumerate(MANY[:30])}
    found = dataset({"k": values}, kpis=[kpi("k")], members=MANY[:30])
    row = {"cycle": "c2024", "kpi": "k", "skewness": "0.0", "performance": "inconclusive", "basis": "submitted"}
    report = attacked(found, {"public": site(tmp_path, "public", summary=[row])})
    assert ("c2024/k/skewness" not in {each.key for each in report.findings}) is safe


@pytest.mark.parametrize(("number", "safe"), [(4, True), (5, False)])
def test_a_test_between_groups_says_nothing_of_those_too_small_for_it(number: int, safe: bool, tmp_path: Path) -> None:
    """Three hidden values in a group of five are too few; in a group of four the test does not look at them."""
    values = spread("public", 6 + number) | {code: reported(50.0 + at, "country") for at, code in enumerate(CODES[6:9])}
    row = {"cycle": "c2024", "kpi": "k", "test": "kruskal-wallis", "factor": "region", "significant": "false",
           "basis": "submitted"}  # fmt: skip
    report = attacked(world(values), {"public": site(tmp_path, "public", tests=[row])})
    assert report.passed is safe


MANY = [f"{first}{second}X" for first in "ABCDEF" for second in "ABCDEFGHIJ"]


@pytest.mark.parametrize(
    ("members", "told", "level", "safe"),
    [(26, "true", "country", False), (26, "true", "public", True), (60, "false", "country", True),
     (60, "true", "country", False), (26, "false", "country", False)],
)  # fmt: skip
def test_a_verdict_that_hangs_on_few_hidden_values_is_found(
    members: int, told: str, level: str, safe: bool, tmp_path: Path
) -> None:
    """One that two other values would turn, or that is not what the data say; of public values anything may be told."""
    codes = MANY[:members]
    shift = 8 if members == 26 else 0
    values = {code: reported(2.0 + at + (at % 2) * shift, level) for at, code in enumerate(codes)}
    groups = {code: {"region": "esa" if at % 2 else "rest"} for at, code in enumerate(codes)}
    data = cycle_data({"k": values}, participants=codes, groups=groups)
    found = dataset(cycles=[data], kpis=[kpi("k")], members=codes)
    row = {"cycle": "c2024", "kpi": "k", "test": "kruskal-wallis", "factor": "region", "significant": told,
           "basis": "submitted"}  # fmt: skip
    report = attacked(found, {"public": site(tmp_path, "public", tests=[row])})
    assert report.passed is safe


@pytest.mark.parametrize(
    "odd", [{"significant": "perhaps"}, {"test": "other"}, {"factor": "nowhere"}, {"kpi": "none"}, {"cycle": "c1999"},
            {"test": "change", "factor": "c1999"}, {"test": "mann-whitney", "factor": "none"}],
    ids=lambda odd: "-".join(odd.values()),
)  # fmt: skip
def test_a_test_that_nobody_can_make_is_found(odd: dict[str, str], tmp_path: Path) -> None:
    """A word, a test, a factor, a KPI or a cycle that is none: closed is the default, and nothing fails."""
    values = {code: reported(2.0 + at, "country") for at, code in enumerate(MANY)}
    groups = {code: {"region": "esa" if at % 2 else "rest"} for at, code in enumerate(MANY)}
    data = cycle_data({"k": values}, participants=MANY, groups=groups)
    found = dataset(cycles=[data], kpis=[kpi("k")], members=MANY)
    row = {"cycle": "c2024", "kpi": "k", "test": "kruskal-wallis", "factor": "region", "significant": "false",
           "basis": "submitted"}  # fmt: skip
    assert attacked(found, {"public": site(tmp_path / "right", "public", tests=[row])}).passed
    report = attacked(found, {"public": site(tmp_path / "odd", "public", tests=[{**row, **odd}])})
    assert not report.passed


@pytest.mark.parametrize(("shift", "safe"), [(0, True), (40, False)])
def test_a_test_that_says_who_uses_an_instrument_is_found(shift: int, safe: bool, tmp_path: Path) -> None:
    """Users that all have higher values: a verdict over public values would tell their answers."""
    codes = MANY[:40]
    values = {code: reported(2.0 + at + (at % 2) * shift, "public") for at, code in enumerate(codes)}
    usage = (Usage.NOT_PLANNED, Usage.IN_USE)
    answers = [Answer(code, "tool", True, usage[at % 2]) for at, code in enumerate(codes)]
    data = cycle_data({"k": values}, participants=codes, answers=answers)
    found = dataset(cycles=[data], kpis=[kpi("k")], members=codes, instruments=[instrument("tool")])
    strict = replace(found.settings, analysis=replace(found.settings.analysis, significance=1e-7))
    found = replace(found, settings=strict if shift else found.settings)
    row = {"cycle": "c2024", "kpi": "k", "test": "mann-whitney", "factor": "tool",
           "significant": "true" if shift else "false", "basis": "submitted"}  # fmt: skip
    assert attacked(found, {"public": site(tmp_path, "public", tests=[row])}).passed is safe


@pytest.mark.parametrize(("ceiling", "safe"), [(Level.WCO, True), (Level.PUBLIC, False)])
def test_what_all_readers_of_a_site_know_may_be_told_there(ceiling: Level, safe: bool, tmp_path: Path) -> None:
    """Values for WCO users: where the KPI's figures are for them alone, equal values and any verdict may be told."""
    codes = MANY[:26]
    groups = {code: {"region": "esa" if at % 2 else "rest"} for at, code in enumerate(codes)}
    spread_out = {code: reported(2.0 + at + (at % 2) * 8, "wco") for at, code in enumerate(codes)}
    values = {"k": spread_out, "same": dict.fromkeys(codes, reported(40.0, "wco"))}
    kpis = [kpi("k", ceiling=ceiling), kpi("same", ceiling=ceiling)]
    data = cycle_data(values, kpis=kpis, participants=codes, groups=groups)
    found = dataset(cycles=[data], kpis=kpis, members=codes)
    test = {"cycle": "c2024", "kpi": "k", "test": "kruskal-wallis", "factor": "region", "significant": "true",
            "basis": "submitted"}  # fmt: skip
    same = {"cycle": "c2024", "kpi": "same", "performance": "not-evaluable", "skewness": "", "basis": "submitted"}
    for name, tables in (("test", {"tests": [test]}), ("class", {"summary": [same]})):
        assert attacked(found, {"wco": site(tmp_path / name, "wco", **tables)}).passed is safe, name


@pytest.mark.parametrize(("before", "safe"), [("public", True), ("country", False)])
def test_a_change_is_over_the_values_of_both_cycles(before: str, safe: bool, tmp_path: Path) -> None:
    """All values of the later cycle are public: a verdict that hangs on few may tell those of the earlier one."""
    codes = MANY[:12]
    old = {code: reported(20.0 + at, before) for at, code in enumerate(codes)}
    new = {code: reported(21.0 + at, "public") for at, code in enumerate(codes)}
    cycles = [cycle_data({"k": old}, "c2022", participants=codes), cycle_data({"k": new}, participants=codes)]
    found = dataset(cycles=cycles, kpis=[kpi("k")], members=codes)
    row = {"cycle": "c2024", "kpi": "k", "test": "change", "factor": "c2022", "significant": "true",
           "basis": "submitted"}  # fmt: skip
    strict = replace(found.settings, analysis=replace(found.settings.analysis, significance=0.01))
    report = attacked(replace(found, settings=strict), {"public": site(tmp_path, "public", tests=[row])})
    assert report.passed is safe


def test_equal_values_may_be_called_inconclusive(tmp_path: Path) -> None:
    """As values that differ are: that tells nothing of them."""
    values = {code: reported(40.0, "country") for code in CODES}
    row = {"cycle": "c2024", "kpi": "k", "performance": "inconclusive", "skewness": "", "basis": "submitted"}
    assert attacked(world(values), {"public": site(tmp_path, "public", summary=[row])}).passed


def test_a_class_that_says_all_values_are_one_is_found(tmp_path: Path) -> None:
    """Told over all values, `not-evaluable` says that the hidden ones are what the shown ones are."""
    values = {code: reported(40.0, "country") for code in CODES}
    row = {"cycle": "c2024", "kpi": "k", "performance": "not-evaluable", "skewness": "", "basis": "submitted"}
    report = attacked(world(values), {"public": site(tmp_path, "public", summary=[row])})
    assert {each.key for each in report.findings} == {"c2024/k/performance"}


@pytest.mark.parametrize("figure", ["mean", "bins"])
def test_any_figure_over_values_without_a_range_is_found(figure: str, tmp_path: Path) -> None:
    """All values of an open KPI equal: no interval can be said to be wide enough, so nothing may be told."""
    values = {code: reported(7.0, "country") for code in CODES}
    measured = kpi("k", unit=Unit.COUNT, bounds=Bounds(0.0, None))
    tables: dict[str, list[dict[str, object]]] = {"mean": [mean_of(ALL, 7, 1)], "bins": bins((0, 5, 0), (5, 10, 12))}
    name = {"mean": "aggregates", "bins": "distribution"}[figure]
    report = attacked(world(values, kpis=[measured]), {"public": site(tmp_path, "public", **{name: tables[figure]})})
    assert {member for _, member in caught(report)} == set(CODES)


@pytest.mark.parametrize(("performance", "others", "safe"), [("well", 8, False), ("inconclusive", 1, True)])
def test_a_sure_class_over_values_without_a_range_is_found(
    performance: str, others: int, safe: bool, tmp_path: Path
) -> None:
    """Nearly all of them are zero: that they surely lean says so, and no interval can be said to be wide enough."""
    codes = [f"{first}{second}{third}" for first in "ABCDEFGHIJ" for second in "ABCDEFGHIJ" for third in "XY"][:180]
    values = {code: reported(float(max(0, at + 1 + others - 180)), "country") for at, code in enumerate(codes)}
    measured = kpi("k", unit=Unit.COUNT, bounds=Bounds(0.0, None))
    row = {"cycle": "c2024", "kpi": "k", "skewness": "", "performance": performance, "basis": "submitted"}
    found = dataset({"k": values}, kpis=[measured], members=codes)
    report = attacked(found, {"public": site(tmp_path, "public", summary=[row])})
    assert report.passed is safe


def test_nothing_is_attacked_where_figures_are_over_shown_values(tmp_path: Path) -> None:
    """With the basis `visible` every figure is a function of what its reader sees."""
    found = world(spread(), policy=DisclosurePolicy(basis="visible"))
    assert attacked(found, {"public": site(tmp_path, "public", aggregates=[mean_of(ALL, 47.5, 0.0001)])}).passed


def test_a_solver_that_fails_counts_as_unsafe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No answer is no proof."""

    def fail(_: object) -> None:
        raise programs.SolverFailed("none")

    monkeypatch.setattr(programs, "status_of", fail)
    values = spread("public") | {code: reported(47.0 + at, "country") for at, code in enumerate(CODES[5:8])}
    report = attacked(world(values), {"public": site(tmp_path, "public", aggregates=[mean_of(ALL, 45.7, 0.1)])})
    assert {each.site for each in report.findings} == {"(solver)"}


# --- earlier releases ---------------------------------------------------------------------------

EMPTY = {
    "format": 1,
    "name": "first",
    "sequence": 1,
    "readers": {},
    "values": [],
    "means": [],
    "distributions": [],
    "shares": [],
}
EVERYONE = {"everyone": True, "basic_users": True, "members": []}


def recorded(
    folder: Path, values: Mapping[str, Observation], mean: float, public: Iterable[str] = ()
) -> tuple[Earlier, ...]:
    """An earlier release with one mean over these values, of which the public site showed some."""
    rows = [["c2024", "k", code, each.written, ["public"] * (code in set(public))] for code, each in values.items()]
    means = [["c2024", "k", "all/all", sorted(values), str(mean), "0.1", EVERYONE]]
    record = {**EMPTY, "readers": {"public": EVERYONE}, "values": rows, "means": means}
    put(folder, "releases/first/record.json", json.dumps(record))
    return earlier_releases(folder / "releases")


def test_a_late_joiner_is_found_by_subtracting(tmp_path: Path) -> None:
    """Last month's mean and today's differ by the one value that came in between."""
    values = spread()
    roots = {"public": site(tmp_path, "public", aggregates=[mean_of(ALL, 47.5, 0.1)])}
    earlier = recorded(tmp_path, dict(list(values.items())[:11]), 45.0)
    assert attacked(world(values), roots).passed
    report = attacked(world(values), roots, earlier)
    assert {member for _, member in caught(report)} == {CODES[11]}


def test_a_corrected_value_is_another_unknown(tmp_path: Path) -> None:
    """When most values were corrected since, last month's mean says nothing of today's."""
    values = spread()
    old = {code: reported((each.value or 0) + 3.3, "country") for code, each in list(values.items())[:11]}
    roots = {"public": site(tmp_path, "public", aggregates=[mean_of(ALL, 47.5, 0.1)])}
    assert attacked(world(values), roots, recorded(tmp_path, old, 48.3)).passed


def test_what_was_once_shown_stays_known(tmp_path: Path) -> None:
    """Ten values were public last month; that they are hidden now makes nobody forget them."""
    values = spread()
    roots = {"public": site(tmp_path, "public", aggregates=[mean_of(ALL, 47.5, 0.1)])}
    earlier = recorded(tmp_path, values, 47.5, public=CODES[:10])
    report = attacked(world(values), roots, earlier)
    assert {each.key.rpartition("/")[2] for each in (*report.findings, *report.notices)} == set(CODES[10:])


def test_what_an_earlier_release_gives_away_alone_is_a_notice(tmp_path: Path) -> None:
    """Nothing that is built now can take back what was published."""
    values = spread()
    roots = {"public": site(tmp_path, "public", aggregates=[mean_of(ALL, 45, 5)])}
    earlier = recorded(tmp_path, values, 47.5, public=CODES[:10])
    report = attacked(world(values), roots, earlier)
    assert report.passed
    assert {each.key.rpartition("/")[2] for each in report.notices} == set(CODES[10:])


def test_a_damaged_record_stops_the_audit(tmp_path: Path) -> None:
    """Without the record nobody knows what was published."""
    put(tmp_path, "releases/first/record.json", "{")
    with pytest.raises(RecordUnreadable):
        earlier_releases(tmp_path / "releases")
