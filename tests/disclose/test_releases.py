"""Across releases: what was shown stays known, published sums stay true, and nobody gains by subtracting."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import linprog

from pmm_site.analyse import analyse, matched, verdict
from pmm_site.disclose import Assembly, decide, exposed, sites
from pmm_site.disclose.difference import difference, showing_of_packages, showing_of_record
from pmm_site.disclose.history import History
from pmm_site.disclose.records import Record, RecordDamaged, RecordedClass, from_json, to_json
from pmm_site.disclose.releases import next_sequence, read_history, record_of, unacknowledged
from pmm_site.model import ALL, Answer, Dataset, DisclosurePolicy, Identity, Level, Observation, Settings, Usage
from pmm_site.package import ReleasePackage
from tests.disclose.worlds import rows, visible
from tests.factories import catalogue, cycle_data, dataset, instrument, kpi, reported, union

CODES = [f"{first}{second}X" for first in "ABCDE" for second in "ABCD"]


def world(changes: dict[str, Observation | None] | None = None, **others: object) -> Dataset:
    """Twenty Members, all but the last hidden at country level, and what differs."""
    values: dict[str, Observation | None] = {
        code: reported(12.0 + 3.7 * number, "country") for number, code in enumerate(CODES[:19])
    }
    values.update(changes or {})
    kept = {code: each for code, each in values.items() if each is not None}
    data = cycle_data({"k": kept}, participants=CODES, groups={code: {} for code in CODES})
    return dataset(cycles=[data], kpis=[kpi("k")], members=CODES, unions=[union("u", *CODES[:3])], **others)  # type: ignore[arg-type]


def assembled(found: Dataset, *records: Record, name: str = "first") -> Assembly:
    """Everything decided for a release after others."""
    submitted = analyse(found)
    changed = matched(found, submitted)
    decisions = decide(found, submitted, changed, history=History.of(records))
    return Assembly(found, decisions, submitted, changed, verdict, release=name)


def release(found: Dataset, *records: Record, name: str = "first") -> Record:
    """The record of a release after others."""
    made = assembled(found, *records, name=name)
    return record_of(made, sites(found), next_sequence(History.of(records)))


def packages(made: Assembly) -> list[ReleasePackage]:
    """The packages of all sites of a release."""
    return [made.package(site, visible(made, site)) for site in sites(made.dataset)]


def global_mean(record: Record) -> Decimal | None:
    """The printed mean over everybody, None when it is protected."""
    return next((each.mean for each in record.means if each.figure == "all/all"), None)


def late_joiner_interval(first: Record, second: Record, joiner: str) -> float:
    """How wide an outsider's interval of the late joiner's value is, from the global means of both releases."""
    told = [each for record in (first, second) for each in record.means if each.figure == "all/all"]
    matrix = np.array([[float(code in each.members) for code in CODES] for each in told])
    lows = [len(each.members) * float(each.mean - each.step / 2) for each in told]
    highs = [len(each.members) * float(each.mean + each.step / 2) for each in told]
    cost = np.array([float(code == joiner) for code in CODES])
    sides, limits = np.vstack([matrix, -matrix]), [*highs, *(-low for low in lows)]
    least, most = (sign * linprog(sign * cost, A_ub=sides, b_ub=limits, bounds=(0, 100)).fun for sign in (1, -1))
    return float(most - least)


def test_an_unchanged_release_says_the_same() -> None:
    """Releasing the same again, beside its own record, publishes the same figures."""
    first = release(world())
    second = release(world(), first, name="second")
    assert (second.means, second.distributions, second.shown) == (first.means, first.distributions, first.shown)
    assert second.sequence == 2


def test_a_late_joiner_is_not_found_by_subtracting() -> None:
    """Alone each mean is safe at a tenth; together they would pin who came in between, so the second is coarser."""
    late = world({CODES[19]: reported(77.0, "country")})
    first, alone = release(world()), release(late)
    assert global_mean(first) is not None
    assert late_joiner_interval(first, alone, CODES[19]) < 5
    second = release(late, first, name="second")
    assert late_joiner_interval(first, second, CODES[19]) >= 10 - 1e-6


def test_a_corrected_value_is_protected_old_and_new() -> None:
    """Two exact means would tell by how much a value was corrected: where that pins both, the second is coarser."""
    first = release(world({CODES[4]: reported(2.0, "country")}))
    corrected = world({CODES[4]: reported(98.0, "country")})
    assert global_mean(first) is not None
    told = [step_of(release(corrected)), step_of(release(corrected, first, name="second"))]
    assert told[0] == Decimal("0.1")
    assert told[1] != Decimal("0.1")


def step_of(record: Record) -> Decimal | None:
    """The step of the mean over everybody."""
    return next((each.step for each in record.means if each.figure == "all/all"), None)


@pytest.mark.slow
def test_a_withdrawn_member_is_not_found_by_subtracting() -> None:
    """Who leaves between two releases is protected like who joins."""
    first = release(world())
    gone = world({CODES[4]: None})
    second = release(gone, first, name="second")
    assert late_joiner_interval(first, second, CODES[4]) >= 10 - 1e-6
    assert late_joiner_interval(first, release(gone), CODES[4]) < 10


def test_a_value_once_shown_stays_known() -> None:
    """Closing a value again does not make it a secret: it protects nobody in a later release."""
    opened = world({code: reported(12.0 + 3.7 * number, "public") for number, code in enumerate(CODES[:10])})
    first = release(opened)
    second = assembled(world(), first, name="second")
    assert exposed(second.decisions) == ()
    (question_means,) = [second.decisions.kpis["c2024", "k"].means]
    assert question_means
    # From nineteen hidden values ten are known: protecting the other nine asks as much as if they were still open.
    alone = assembled(opened)
    assert {key: each.step for key, each in question_means.items()} == {
        key: each.step for key, each in alone.decisions.kpis["c2024", "k"].means.items()
    }


def test_a_member_that_moves_between_groups_is_not_found() -> None:
    """A group's mean before and after a Member changed its group: the record knows who was in it then."""
    values = {code: reported(12.0 + 3.7 * number, "country") for number, code in enumerate(CODES)}
    kpis = [kpi("k")]

    def grouped(mover: str) -> Dataset:
        groups = {code: {"region": "esa" if number < 10 else "rest"} for number, code in enumerate(CODES)}
        groups[CODES[0]] = {"region": mover}
        data = cycle_data({"k": values}, participants=CODES, groups=groups)
        return dataset(cycles=[data], kpis=kpis, members=CODES)

    first = release(grouped("esa"))
    told = {each.figure: each for each in first.means}
    assert "region/esa" in told
    second = release(grouped("rest"), first, name="second")
    again = {each.figure: each for each in second.means}
    pinned = [each for each in (told.get("region/esa"), again.get("region/esa")) if each is not None]
    if len(pinned) == 2:
        lows = [len(each.members) * (each.mean - each.step / 2) for each in pinned]
        highs = [len(each.members) * (each.mean + each.step / 2) for each in pinned]
        assert highs[0] - lows[1] - (lows[0] - highs[1]) >= 10


def test_answers_are_protected_across_releases() -> None:
    """A respondent who joins between two releases is not found by subtracting the shares."""

    def answered(number: int, last: bool) -> Dataset:
        given = [Answer(code, "tool", position % 3 > 0, None) for position, code in enumerate(CODES[:number])]
        given[-1] = replace(given[-1], aware=last)
        return dataset({"k": {}}, members=CODES, answers=given, instruments=[instrument()])

    first = release(answered(19, True))
    (shares,) = first.shares
    assert shares.step == Decimal("0.1")
    alone = release(answered(20, True))
    assert alone.shares[0].step == Decimal("0.1")
    second = release(answered(20, True), first, name="second")
    assert all(each.step > Decimal("0.1") for each in second.shares)


def test_what_knowledge_alone_gives_away_is_told() -> None:
    """When values are opened one by one until one is left behind an old mean, the operator hears of it."""
    first = release(world())
    opened = world({code: reported(12.0 + 3.7 * number, "public") for number, code in enumerate(CODES[:18])})
    found = exposed(assembled(opened, first, name="second").decisions)
    assert any(each.startswith("public: c2024/k/") and each.endswith(CODES[18]) for each in found)


@pytest.mark.parametrize("basis", ["submitted", "visible"])
def test_with_no_figures_over_hidden_values_it_is_told_as_well(basis: str) -> None:
    """What an old mean gives away beside values that are shown now does not depend on the figures of now."""
    first = release(world())
    settings = Settings({"en": "Site"}, disclosure=DisclosurePolicy(basis=basis))
    opened = {code: reported(12.0 + 3.7 * number, "public") for number, code in enumerate(CODES[:18])}
    found = exposed(assembled(world(opened, settings=settings), first, name="second").decisions)
    assert any(each.startswith("public: c2024/k/") and each.endswith(CODES[18]) for each in found)


def test_an_identity_gives_away_what_no_figure_is_over() -> None:
    """A share is public and its complement is not: the basis makes no difference."""
    found = complements(0.0)
    values = {id: {each.member: each for each in found.cycles[0].by_kpi[id]} for id in ("a", "b")}
    values["a"] = {code: replace(each, level=Level.PUBLIC) for code, each in values["a"].items()}
    data = cycle_data(values, kpis=found.catalogue.kpis, participants=CODES, groups={code: {} for code in CODES})
    settings = Settings({"en": "Site"}, disclosure=DisclosurePolicy(basis="visible"))
    told = exposed(assembled(replace(found, cycles=(data,), settings=settings)).decisions)
    assert "public: c2024/b/" + CODES[0] in told
    assert not exposed(assembled(replace(found, settings=settings)).decisions)


def test_what_an_old_distribution_gives_away_is_told() -> None:
    """All values but one are opened: the bin that lacks one is the last one's, and its value is near an edge."""
    values = {code: reported(10.5 + 4.3 * number, "country") for number, code in enumerate(CODES[:18])}
    values[CODES[18]] = reported(70.5, "country")
    first = replace(release(world(dict(values))), means=())
    assert 70.0 in first.distributions[0].edges
    opened = {code: reported(10.5 + 4.3 * number, "public") for number, code in enumerate(CODES[:18])}
    found = exposed(assembled(world({**values, **opened}), first, name="second").decisions)
    assert {each.rpartition(": ")[2] for each in found} == {f"c2024/k/{CODES[18]}"}


def test_what_an_old_class_gives_away_is_told() -> None:
    """All values but one are opened: a little higher it would have left no sure tail, and the class was another."""
    low, high = (80.4, 98.2, 89.7, 74.2, 59.7, 84.7, 78.3, 88.9, 92.4, 94.4), (95.6, 89.6, 89.9, 97.3, 84.5, 74.9, 80.1)
    numbers = (*low, *high, 60.2, 87.5)
    values = dict(zip(CODES, map(reported, numbers), strict=False))
    members = tuple(values)
    first = replace(release(world(dict(values))), means=(), distributions=())
    first = replace(first, classes=(RecordedClass("c2024", "k", members),))
    opened = {code: replace(each, level=Level.PUBLIC) for code, each in values.items() if code != members[10]}
    assert not exposed(assembled(world({**values, **opened}), replace(first, classes=())).decisions)
    found = exposed(assembled(world({**values, **opened}), first, name="second").decisions)
    assert [each.endswith(f": c2024/k/{members[10]}") for each in found] == [True]


# --- the record ---------------------------------------------------------------------------------


def test_a_record_survives_writing_and_reading() -> None:
    """Bytes and back: the same record, the same bytes."""
    answers = [Answer(code, "tool", number % 3 > 0, None) for number, code in enumerate(CODES)]
    values = {"k": {code: reported(float(number * 4), "wco") for number, code in enumerate(CODES)}}
    data = cycle_data(values, participants=CODES, answers=answers)
    found = dataset(cycles=[data], kpis=[kpi("k")], members=CODES, instruments=[instrument()])
    record = release(found)
    assert record.means
    assert record.distributions
    assert record.classes
    assert record.shares
    assert from_json(to_json(record), "here") == record
    assert to_json(from_json(to_json(record), "here")) == to_json(record)


def test_a_record_that_does_not_say_which_classes_were_told_is_read_as_if_all_were() -> None:
    """What may have been published counts as published: a release of before stays usable, and gives nothing away."""
    values = {"k": {code: reported(float(number * 4), "wco") for number, code in enumerate(CODES)}}
    few = {"few": {code: reported(float(number), "wco") for number, code in enumerate(CODES[:2])}}
    data = cycle_data({**values, **few}, participants=CODES)
    record = release(dataset(cycles=[data], kpis=[kpi("k"), kpi("few")], members=CODES))
    fields = json.loads(to_json(record))
    del fields["classes"]
    found = from_json(json.dumps({**fields, "format": 1}).encode(), "here")
    assert found.classes == (RecordedClass("c2024", "k", tuple(sorted(CODES))),)
    assert replace(found, classes=record.classes) == record


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"format": 99}', b"\xff", b'{"format": 2, "name": "x"}'])
def test_a_damaged_record_stops_the_build(tmp_path: Path, content: bytes) -> None:
    """Without knowing what was published nothing may be: the file is named, and no part of its content."""
    (tmp_path / "first").mkdir()
    (tmp_path / "first" / "record.json").write_bytes(content)
    with pytest.raises(RecordDamaged, match=r"record\.json"):
        read_history(tmp_path)


@pytest.mark.parametrize("damage", ["sites", "values", "numbers", "contributors", "class"])
def test_a_record_that_refers_to_what_it_does_not_hold_is_damaged(damage: str) -> None:
    """A site without readers, a figure over values that are not there or too few, a value that is no number."""
    content = json.loads(to_json(release(world({CODES[0]: reported(12.0, "public")}))))
    assert from_json(json.dumps(content).encode(), "here").means
    if damage == "sites":
        del content["readers"]["public"]
    elif damage == "values":
        content["values"] = content["values"][1:]
    elif damage == "numbers":
        content["values"][0][3] = "12,0"
    elif damage == "class":
        content["classes"] = [["c2024", "k", [each[2] for each in content["values"][:2]]]]
    else:
        content["distributions"][0][2] = []
    with pytest.raises(RecordDamaged, match="here: no record"):
        from_json(json.dumps(content).encode(), "here")


def test_a_release_folder_without_record_stops_the_build(tmp_path: Path) -> None:
    """A folder of a release that says nothing is no reason to think that nothing was published."""
    (tmp_path / "first").mkdir()
    with pytest.raises(RecordDamaged):
        read_history(tmp_path)


def recorded(releases: Path, **numbers: int) -> Path:
    """A folder of releases with a record of each name and number, inside of a project."""
    for name, number in numbers.items():
        (releases / name).mkdir(parents=True)
        (releases / name / "record.json").write_bytes(to_json(Record(name, number)))
    return releases


def test_a_history_that_is_lost_stops_the_build(tmp_path: Path) -> None:
    """A file or a link that leads nowhere in the place of the records is not the same as no release."""
    (tmp_path / "file").write_text("")
    (tmp_path / "link").symlink_to(tmp_path / "gone")
    releases = recorded(tmp_path / "releases", one=1)
    (releases / "two").symlink_to(tmp_path / "gone")
    for place, rule in (("file", "no folder"), ("link", "leads nowhere"), ("releases", "two: the link leads nowhere")):
        with pytest.raises(RecordDamaged, match=rule):
            read_history(tmp_path / place)


def test_a_release_that_is_missing_between_others_stops_the_build(tmp_path: Path) -> None:
    """Numbers begin with 1 and leave none out: what one of them showed would be forgotten."""
    assert len(read_history(recorded(tmp_path / "whole", one=1, two=2)).records) == 2
    for name, numbers, missing in (("first", {"two": 2}, 1), ("middle", {"one": 1, "three": 3}, 2)):
        with pytest.raises(RecordDamaged, match=f"release number {missing} is missing → restore its folder"):
            read_history(recorded(tmp_path / name, **numbers))


def test_a_record_outside_of_the_project_is_not_read(tmp_path: Path) -> None:
    """A link is followed inside of the project only."""
    elsewhere = recorded(tmp_path / "elsewhere" / "releases", one=1)
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "releases").symlink_to(elsewhere)
    with pytest.raises(RecordDamaged, match="out of the project"):
        read_history(tmp_path / "project" / "releases")


def test_histories_are_in_the_order_of_publication(tmp_path: Path) -> None:
    """Sequence decides, not the name; no folder, no history."""
    assert read_history(tmp_path / "nowhere").records == ()
    for name, sequence in (("b", 1), ("a", 2)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "record.json").write_bytes(to_json(Record(name, sequence)))
    history = read_history(tmp_path)
    assert [record.name for record in history.records] == ["b", "a"]
    assert next_sequence(history) == 3


# --- the difference -----------------------------------------------------------------------------


def test_widened_values_are_listed_and_must_be_named() -> None:
    """A value that existed and is shown to more readers is widened; the release's file must name it."""
    first = release(world())
    second = release(world({CODES[0]: reported(12.0, "wco")}), first, name="second")
    found = difference(showing_of_record(first), showing_of_record(second))
    key = f"c2024/k/{CODES[0]}"
    assert found.widened == (key,)
    assert unacknowledged(found, ()) == (key,)
    assert unacknowledged(found, {"c1/another/AAA"}) == (key,)
    assert unacknowledged(found, {key}) == ()
    back = difference(showing_of_record(second), showing_of_record(first))
    assert (back.widened, back.narrowed) == ((), (key,))


def test_new_values_are_no_widening() -> None:
    """A value that was not there before is new, at whatever level."""
    second = release(world({CODES[19]: reported(77.0, "public")}), name="second")
    found = difference(showing_of_record(release(world())), showing_of_record(second))
    assert (found.widened, found.appeared) == ((), (f"c2024/k/{CODES[19]}",))


def test_packages_tell_the_same_difference_as_records() -> None:
    """From two build folders the same values are widened, new, narrowed and corrected, the same figures moved."""
    before = assembled(world({CODES[1]: reported(15.7, "public"), CODES[2]: reported(19.4, "wco")}))
    after = assembled(
        world({CODES[0]: reported(12.0, "public"), CODES[2]: reported(20.0, "wco"), CODES[19]: reported(50.0, "wco")})
    )
    of_packages = difference(showing_of_packages(packages(before)), showing_of_packages(packages(after)))
    of_records = difference(
        showing_of_record(record_of(before, sites(before.dataset), 1)),
        showing_of_record(record_of(after, sites(after.dataset), 2)),
    )
    assert of_packages == of_records
    assert of_packages.widened == (f"c2024/k/{CODES[0]}",)
    assert of_packages.corrected == (f"c2024/k/{CODES[2]}",)
    assert of_packages.appeared == (f"c2024/k/{CODES[19]}",)
    assert "c2024/k/all/all" in (*of_packages.figures_moved, *of_packages.figures_gone)


def test_distributions_and_shares_of_answers_move_like_means() -> None:
    """Records and packages tell alike that bins were counted anew, that shares moved, and that they are the same."""

    def asked(aware: int, low: float) -> Assembly:
        plain = world({code: reported(low, "country") for code in CODES[:6]}, instruments=[instrument("tool")])
        uses = [Usage.IN_USE] * (aware - 2) + [Usage.PLANNED] * 6 + [Usage.NOT_PLANNED] * (16 - aware)
        given = [Answer(code, "tool", at < aware, uses[at]) for at, code in enumerate(CODES)]
        cycle = replace(plain.cycles[0], answers=tuple(given))
        return assembled(replace(plain, cycles=(cycle,)))

    def both(one: Assembly, other: Assembly) -> set[tuple[str, ...]]:
        shown = [showing_of_packages(packages(each)) for each in (one, other)]
        kept = [showing_of_record(record_of(each, sites(each.dataset), 1)) for each in (one, other)]
        assert shown[0].figures == kept[0].figures
        return {difference(*shown).figures_moved, difference(*kept).figures_moved}

    before, after = asked(10, 12.0), asked(12, 88.0)
    assert both(before, before) == {()}
    (moved,) = both(before, after)
    assert {"c2024/k/distribution", "c2024/tool/awareness", "c2024/tool/use"} <= set(moved)


def test_with_the_public_site_alone_doubt_counts_as_widening() -> None:
    """The public site does not say who answered, so a value that turns up there counts as having existed."""
    before = [each for each in packages(assembled(world())) if each.info.site == "public"]
    opened = assembled(world({CODES[0]: reported(12.0, "public")}))
    after = [each for each in packages(opened) if each.info.site == "public"]
    assert difference(showing_of_packages(before), showing_of_packages(after)).widened == (f"c2024/k/{CODES[0]}",)


def test_a_member_new_to_the_wco_widens_nothing() -> None:
    """Every user sees the WCO level, whoever comes later."""
    values = {"k": {CODES[0]: reported(12.0, "wco")}}
    before = dataset(values, members=CODES)
    after = dataset(cycles=before.cycles, kpis=[kpi("k")], members=[*CODES, "ZZX"])
    found = difference(showing_of_record(release(before)), showing_of_record(release(after)))
    assert found.widened == ()


def test_the_difference_in_words_holds_keys_and_no_value() -> None:
    """Keys for people and for machines; no digit of a value."""
    first, second = release(world()), release(world({CODES[0]: reported(12.3456, "wco")}), name="second")
    found = difference(showing_of_record(first), showing_of_record(second))
    assert f"c2024/k/{CODES[0]}" in found.in_words()
    assert "12.3456" not in found.in_words() + str(found.as_json())
    assert difference(showing_of_record(first), showing_of_record(first)).in_words() == "no difference"


def test_rows_of_the_public_site_follow_the_history() -> None:
    """What a package prints is what was decided beside the history."""
    first = release(world())
    second = assembled(world({CODES[19]: reported(77.0, "country")}), first, name="second")
    (public,) = (each for each in packages(second) if each.info.site == "public")
    (row,) = rows(public, "aggregates", grouping="all")
    assert row.mean == global_mean(record_of(second, sites(second.dataset), 2))
    assert public.info.release == "second"
    assert second.submitted.kpis["c2024", "k"].mean(ALL) is not None


def complements(shift: float) -> Dataset:
    """Nineteen Members report shares, 45 + shift in the mean, and their complements; one reports a complement alone."""
    shares = {code: round(13.5 + 3.5 * number + shift, 2) for number, code in enumerate(CODES[:19])}
    both = {
        "a": {code: reported(value, "country") for code, value in shares.items()},
        "b": {code: reported(round(100 - value, 2), "country") for code, value in shares.items()},
    }
    both["b"][CODES[19]] = reported(47.87, "country")
    kpis = [kpi("a"), kpi("b")]
    data = cycle_data(both, kpis=kpis, participants=CODES, groups={code: {} for code in CODES})
    tie = Identity({"a": 1.0, "b": 1.0}, 100.0)
    return dataset(cycles=[data], kpis=kpis, members=CODES, catalogue=catalogue(kpis, identities=(tie,)))


def told_of_the_last(record: Record) -> tuple[float, float]:
    """What both means of one release say together of the complement that one Member alone reported."""
    means = {each.kpi: each for each in record.means if each.figure == "all/all"}
    low, high = -np.inf, np.inf
    if {"a", "b"} <= means.keys():
        low, high = (
            20 * float(means["b"].mean + sign * means["b"].step / 2)
            + 19 * float(means["a"].mean + sign * means["a"].step / 2)
            - 1900
            for sign in (-1, 1)
        )
    return low, high


def width_of(*records: Record) -> float:
    """How far apart the ends are that all releases leave."""
    ends = [told_of_the_last(each) for each in records]
    return min(high for _, high in ends) - max(low for low, _ in ends)


@pytest.mark.slow
def test_identities_hold_for_values_that_were_corrected_since() -> None:
    """Two releases each leave wide room for a value by a share and its complement, but together they would not."""
    before, now = complements(0.33), complements(-5.33)  # means that are rounded down by a third, and up
    first, alone = release(before), release(now)
    assert min(width_of(first), width_of(alone)) >= 10
    assert width_of(first, alone) < 10 - 1e-6
    assert width_of(first, release(now, first, name="second")) >= 10 - 1e-6
