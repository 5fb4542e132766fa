"""Shares of answers: open for every hidden respondent, compared with enumeration of all worlds."""

from __future__ import annotations

from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmm_site.disclose import answers
from pmm_site.disclose.answers import STEPS, AnswersChoice, AnswersProblem, Shares, common_step, safe_steps, shares_of
from pmm_site.disclose.decisions import RateDecision, RateProblem
from pmm_site.disclose.figures import Reader
from pmm_site.disclose.rates import decide_rates
from pmm_site.model import DisclosurePolicy
from tests.depth import examples

YES_NO = ("yes", "no")
USES = ("in-use", "planned", "not-planned")
OUTSIDER = Reader("public", frozenset())


def question(
    given_answers: str, *readers: Reader, options: tuple[str, ...] = YES_NO, earlier: str = ""
) -> AnswersProblem:
    """Respondents a, b, c … with answers by first letter; `earlier` names those of an earlier share to one decimal."""
    words = {option[0]: option for option in options}
    by_key = {chr(ord("a") + number): words[letter] for number, letter in enumerate(given_answers)}
    before = (Shares(frozenset(earlier), STEPS[0]),) if earlier else ()
    return AnswersProblem(by_key, options, frozenset(by_key), readers or (OUTSIDER,), earlier=before)


def open_by_enumeration(problem: AnswersProblem, step: Decimal) -> bool:
    """Whether all answers stay open, by writing down every world that prints the same shares."""
    published = (*problem.earlier, Shares(problem.respondents, step))

    def printed(world: dict[str, str]) -> list[dict[str, Decimal]]:
        return [
            shares_of(AnswersProblem(world, problem.options, shares.respondents, ()), shares.step)
            for shares in published
        ]

    keys = sorted(problem.answers)
    truth = printed(dict(problem.answers))
    worlds = [dict(zip(keys, each, strict=True)) for each in product(problem.options, repeat=len(keys))]
    alike = [world for world in worlds if printed(world) == truth]
    for reader in problem.readers:
        told = [world for world in alike if all(world[key] == problem.answers[key] for key in reader.known)]
        for key in set(keys) - reader.known:
            if len({world[key] for world in told}) < problem.possible:
                return False
    return True


@examples(40)
@given(st.text("yn", min_size=1, max_size=7), st.frozensets(st.sampled_from("abcd"), max_size=3), st.booleans())
def test_yes_and_no_agree_with_enumeration(given_answers: str, known: frozenset[str], later: bool) -> None:
    """Exactly the steps that leave yes and no open in the list of all worlds are safe, also with an earlier share."""
    keys = frozenset("abcdefg"[: len(given_answers)])
    earlier = "".join(sorted(keys))[:-1] if later and len(keys) > 1 else ""
    problem = question(given_answers, OUTSIDER, Reader("known", known & keys), earlier=earlier)
    assert safe_steps(problem).steps == tuple(step for step in STEPS if open_by_enumeration(problem, step))


@examples(25)
@given(st.text("ipn", min_size=1, max_size=5), st.frozensets(st.sampled_from("abc"), max_size=2))
def test_uses_agree_with_enumeration(given_answers: str, known: frozenset[str]) -> None:
    """Exactly the steps that leave two of the three uses open are safe."""
    keys = frozenset("abcde"[: len(given_answers)])
    problem = question(given_answers, OUTSIDER, Reader("known", known & keys), options=USES)
    assert safe_steps(problem).steps == tuple(step for step in STEPS if open_by_enumeration(problem, step))


def test_everybody_aware_is_a_leak_unless_rounding_hides_it() -> None:
    """All of 30 aware says it of each; all of 62 at a step of five points may be 61."""
    assert safe_steps(question("y" * 30)).steps == ()
    assert safe_steps(question("y" * 62)).steps == (Decimal(5),)


def test_the_last_of_three_is_seen_by_the_two_others() -> None:
    """Two Members who pool their answers know the third's, whatever the rounding of three."""
    problem = question("yyn", OUTSIDER, Reader("pair a+b", frozenset("ab")))
    choice = safe_steps(problem)
    assert choice.steps == ()
    assert choice.limiting == ("pair a+b",)


def test_a_late_respondent_is_seen_against_the_earlier_share() -> None:
    """The share of 5 and then of 6 respondents tells the sixth answer: no step is safe that is safe alone."""
    assert safe_steps(question("yynny" + "y")).steps != ()
    assert safe_steps(question("yynny" + "y", earlier="abcde")).steps == ()


def test_no_respondents_no_shares() -> None:
    """Nobody answered: nothing to publish."""
    assert safe_steps(question("")).steps == ()


def test_one_step_for_both_questions() -> None:
    """The finest step at which most questions can be published; None when none can."""
    fine, coarse = AnswersChoice((Decimal(1), Decimal(5))), AnswersChoice((Decimal(5),))
    assert common_step(fine, coarse) == (Decimal(5), (True, True))
    assert common_step(fine, AnswersChoice(())) == (Decimal(1), (True, False))
    assert common_step(AnswersChoice(()), AnswersChoice(())) == (None, (False, False))


def test_a_failing_solver_leaves_nothing_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """An integer program that does not end well counts as a leak."""

    class Failed:
        status, x = 4, None

    two_classes = question("yynnyynn" * 2, earlier="abcdefgh")
    answers._all_open.cache_clear()
    assert safe_steps(two_classes).steps
    answers._all_open.cache_clear()
    monkeypatch.setattr(answers, "milp", lambda *_, **__: Failed)
    assert safe_steps(two_classes).steps == ()
    answers._all_open.cache_clear()


def rates(aware: dict[str, bool], usage: dict[str, str], coalitions: str) -> RateDecision:
    """The shares of one instrument as they are decided."""
    everybody = tuple(sorted({*aware, *usage}))
    return decide_rates(RateProblem("c", "tool", aware, usage, {}, everybody, DisclosurePolicy(coalitions=coalitions)))


def test_of_every_answer_two_must_remain_possible() -> None:
    """Who alone plans an instrument would know of all others that they use it; of four and four nobody knows enough."""
    names = [f"M{number:02}" for number in range(12)]
    alone = rates({}, dict.fromkeys(names, "in-use") | {names[3]: "planned"}, "none")
    assert (alone.in_use, alone.use.published, alone.use.readers) == (None, False, (names[3],))
    even = rates({}, {name: USES[number % 3] for number, name in enumerate(names)}, "none")
    assert (even.in_use, even.use.published) == (Decimal("33.3"), True)


def test_no_share_reads_as_if_all_had_said_so() -> None:
    """Of two hundred one is not aware: in steps of five nobody can tell who, but 100 % would say that nobody is."""
    names = [f"M{number:03}" for number in range(200)]
    aware = dict.fromkeys(names, True) | {names[7]: False}
    given_answers = {name: YES_NO[not each] for name, each in aware.items()}
    readers = (OUTSIDER, *(Reader(name, frozenset({name})) for name in names[6:8]))
    counted = safe_steps(AnswersProblem(given_answers, YES_NO, frozenset(names), readers))
    assert counted.steps == (Decimal(5),)
    assert (rates(aware, {}, "none").aware, rates(aware, {}, "none").awareness.published) == (None, False)


def told_by_number(number: int, coalitions: str, options: tuple[str, ...]) -> dict[object, list[tuple[int, ...]]]:
    """What is published of so many respondents, and all counts of answers of which it is: nobody is in a union."""
    names = [f"M{number:02}" for number in range(number)]
    found: dict[object, list[tuple[int, ...]]] = {}
    for counts in product(range(number + 1), repeat=len(options)):
        if sum(counts) == number:
            given_answers = [option for option, count in zip(options, counts, strict=True) for _ in range(count)]
            by_name = dict(zip(names, given_answers, strict=True))
            aware = {name: answer == "yes" for name, answer in by_name.items()}
            told = rates(aware, {}, coalitions) if options == YES_NO else rates({}, by_name, coalitions)
            found.setdefault((told.step, told.aware, told.in_use, told.planned, told.not_planned), []).append(counts)
    return found


@pytest.mark.parametrize("coalitions", ["none", "pairs"])
@pytest.mark.parametrize(("number", "options"), [(12, YES_NO), (24, YES_NO), (30, YES_NO), (62, YES_NO), (14, USES)])
def test_neither_a_step_nor_its_absence_is_an_answer(number: int, options: tuple[str, ...], coalitions: str) -> None:
    """Whoever tries which counts give what is published finds two answers of everybody else, alone and in pairs.

    95 % in steps of five is 28 or 29 of 30; where 28 had no share at all, the step itself would be the answer.
    """
    for counts in told_by_number(number, coalitions, options).values():
        for own in product(range(3), repeat=len(options)):
            worlds = [each for each in counts if all(map(int.__le__, own, each))]
            if sum(own) <= (2 if coalitions == "pairs" else 1) and worlds:
                possible = [any(world[at] > own[at] for world in worlds) for at in range(len(options))]
                assert sum(possible) >= 2, (own, counts)


def test_a_union_is_told_nothing_by_the_step_that_it_is_the_reason_for() -> None:
    """All who do not know an instrument are in a union: the step would be the same if one more were outside."""
    names = [f"M{number:02}" for number in range(60)]
    aware = dict.fromkeys(names, True) | dict.fromkeys(names[:6], False)

    def step(*others: str) -> Decimal | None:
        given_answers = aware | dict.fromkeys(others, False)
        unions = {"u": tuple(names[:6])}
        problem = RateProblem("c", "tool", given_answers, {}, unions, tuple(names), DisclosurePolicy())
        return decide_rates(problem).step

    assert step() == step(names[20]) == Decimal(5)
