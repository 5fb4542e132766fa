"""Shares of answers on instruments: from the question of one instrument to its decision."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from pmm_site.disclose.alike import STILL_POSSIBLE, steps_alike
from pmm_site.disclose.answers import (
    STEPS,
    AnswersChoice,
    AnswersProblem,
    Shares,
    common_step,
    safe_steps,
    shares_of,
)
from pmm_site.disclose.decisions import TOO_FEW, RateDecision, RateProblem, Ruling
from pmm_site.disclose.figures import Reader
from pmm_site.disclose.knowledge import Knowledge, attackers
from pmm_site.disclose.records import RecordedShares
from pmm_site.model import Readers, Usage

AWARENESS = ("yes", "no")
USES = (Usage.IN_USE.value, Usage.PLANNED.value, Usage.NOT_PLANNED.value)


def decide_rates(problem: RateProblem) -> RateDecision:
    """Decide the shares of one instrument in one cycle; a pure function of its question.

    Both questions take one step, the finest at which most can be published. An answer is known to nobody
    but who gave it.
    """
    awareness = {member: AWARENESS[0] if aware else AWARENESS[1] for member, aware in problem.aware.items()}
    asked = [
        _answers_problem(problem, awareness, AWARENESS, problem.past_aware),
        _answers_problem(problem, problem.usage, USES, problem.past_usage),
    ]
    enough = [len(each.respondents) >= max(problem.policy.minimum_contributors, 1) for each in asked]
    choices = [_safe_steps(problem, each) if ok else AnswersChoice(()) for each, ok in zip(asked, enough, strict=True)]
    step, published = common_step(*choices)
    rulings = [
        _ruling(choice, step if shown else None, ok)
        for choice, shown, ok in zip(choices, published, enough, strict=True)
    ]
    shares = [
        shares_of(each, step) if shown and step is not None else {}
        for each, shown in zip(asked, published, strict=True)
    ]
    aware, uses = shares
    in_use, planned, not_planned = (uses.get(use) for use in USES)
    return RateDecision(
        cycle=problem.cycle,
        instrument=problem.instrument,
        aware=aware.get(AWARENESS[0]),
        in_use=in_use,
        planned=planned,
        not_planned=not_planned,
        step=step if aware or uses else None,
        awareness=rulings[0],
        use=rulings[1],
    )


def _safe_steps(problem: RateProblem, asked: AnswersProblem) -> AnswersChoice:
    """The steps that are safe, and that would be so for all counts that read alike: the step itself reveals nothing."""
    choice = safe_steps(asked)
    pooling = () if problem.policy.coalitions == "none" else problem.unions.values()
    alike = steps_alike(asked, (asked.respondents.intersection(members) for members in pooling))
    return AnswersChoice(tuple(step for step in choice.steps if step in alike), choice.limiting)


def _answers_problem(
    problem: RateProblem, answers: Mapping[str, str], options: tuple[str, ...], past: tuple[RecordedShares, ...]
) -> AnswersProblem:
    """One question with what was published of it before; an answer corrected since has a key of its own."""
    given = dict(answers)
    earlier = []
    for shares in past:
        keys = {
            member if answers.get(member) == answer else f"{member}@{answer}": answer
            for member, answer in shares.answers.items()
        }
        given.update(keys)
        earlier.append(Shares(frozenset(keys), shares.step))
    respondents = frozenset(answers)
    readers = _readers(problem, given, [respondents, *(shares.respondents for shares in earlier)])
    return AnswersProblem(given, options, respondents, readers, STILL_POSSIBLE, tuple(earlier))


def _readers(problem: RateProblem, given: Mapping[str, str], shares: list[frozenset[str]]) -> tuple[Reader, ...]:
    """Who knows which answers. Only how many of each kind a reader knows counts, so readers alike are one."""
    keys = tuple(sorted(given))
    bits: dict[str, int] = {}
    kinds: dict[tuple[object, ...], int] = {}
    for position, key in enumerate(keys):
        member = key.partition("@")[0]
        bits[member] = bits.get(member, 0) | 1 << position
        kind = (given[key], *(key in each for each in shares))
        kinds[kind] = kinds.get(kind, 0) | 1 << position
    known = Knowledge(keys, 0, 0, bits, problem.unions, problem.everybody)
    alike: dict[tuple[int, ...], Reader] = {}
    for each in attackers(known, (Readers(everyone=True),), problem.policy.coalitions):
        counts = tuple((each.knows & mask).bit_count() for mask in kinds.values())
        if counts not in alike:
            knows = frozenset(key for position, key in enumerate(keys) if each.knows >> position & 1)
            alike[counts] = Reader(each.name, knows)
    return tuple(alike.values())


def _ruling(choice: AnswersChoice, step: Decimal | None, enough: bool) -> Ruling:
    if not enough:
        return TOO_FEW
    if step is None:
        return Ruling(False, "protected", choice.limiting)
    return Ruling(True, "finest-step") if step == STEPS[0] else Ruling(True, "coarser-step", choice.limiting)
