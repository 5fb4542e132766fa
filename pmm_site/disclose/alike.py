"""Rounding steps of shares that reveal nothing beyond the shares.

The program is open: whoever sees that a share is given in steps of five points, or not at all, can try which counts
make it do so. Of 30 Members of whom 29 know an instrument the step of five would be the answer of each. So all counts
that read the same in the coarsest step are treated alike: a finer one is taken only where it would be safe for each of
them, whoever of the Members had given which answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import cache
from itertools import product

from pmm_site.disclose.answers import STEPS, AnswersProblem, counts_of, share_of

Counts = tuple[int, ...]
"""How many gave each answer."""

STILL_POSSIBLE = 2
"""Answers that must remain possible of every hidden respondent, of two or of three."""

_POOLED = 2
"""Members who pool what they know, whatever `coalitions` says: else a share is missing only where all say the same."""


def steps_alike(problem: AnswersProblem, unions: Iterable[frozenset[str]]) -> tuple[Decimal, ...]:
    """The steps that are safe for all counts that read the same in the coarsest one, finest first.

    unions: the respondents of each that pools what it knows; whether a step is safe from it depends on its own answers
    and on what is published.
    """
    counts = counts_of(problem, problem.respondents)
    known = {counts_of(problem, members) for members in unions}
    return tuple(step for step in _steps(counts) if all(_is_open(counts, step, own) for own in known))


@cache
def _steps(counts: Counts) -> tuple[Decimal, ...]:
    """The steps that are safe from any two Members, whatever they had answered."""
    splits = [own for own in product(range(_POOLED + 1), repeat=len(counts)) if sum(own) <= _POOLED]
    alike = _alike(counts)
    return tuple(
        step
        for step in STEPS
        if not any(_reads_as_all(_read(each, step)) for each in alike)
        and all(_is_open(counts, step, own) for own in splits)
    )


def _is_open(counts: Counts, step: Decimal, own: Counts) -> bool:
    """Whether who knows so many of each answer can tell no other in any world that reads the same in the coarsest step.

    Who knows them all has nothing to tell.
    """
    if sum(own) >= sum(counts):
        return True
    worlds: dict[Counts | tuple[Decimal, ...], list[Counts]] = {}
    for each in _alike(counts):
        if all(known <= given for known, given in zip(own, each, strict=True)):
            worlds.setdefault(_read(each, step), []).append(each)
    return all(
        sum(any(world[at] > own[at] for world in told) for at in range(len(own))) >= STILL_POSSIBLE
        for told in worlds.values()
    )


@cache
def _alike(counts: Counts) -> tuple[Counts, ...]:
    """All counts whose shares read the same in the coarsest step."""
    number, read = sum(counts), _read(counts, STEPS[-1])
    ranges = [
        [count for count in range(number + 1) if share_of(count, number, STEPS[-1]) == share] for share in read[:-1]
    ]
    found = (_filled(some, number) for some in product(*ranges))
    return tuple(each for each in found if each[-1] >= 0 and _read(each, STEPS[-1]) == read)


def _filled(some: Sequence[int], number: int) -> Counts:
    return (*some, number - sum(some))


@cache
def _read(counts: Counts, step: Decimal) -> tuple[Decimal, ...]:
    number = sum(counts)
    return tuple(share_of(count, number, step) for count in counts)


def _reads_as_all(shares: tuple[Decimal, ...]) -> bool:
    """Whether a share is written as all or, of two answers, as none: nobody's answer follows, but it reads so."""
    return Decimal(100) in shares or (len(shares) == STILL_POSSIBLE and Decimal(0) in shares)
