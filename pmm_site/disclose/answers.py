"""Shares of answers on an instrument: which roundings leave every hidden answer open.

Everybody's answer is at country level, so a reader knows the answers of the Members they belong to and no other. A
share rounded to a step stands for a range of counts; the counts of the answers add up to the respondents. For every
reader and every respondent hidden from them at least so many answers must remain possible: both of yes and no, two of
the three uses. The counts are whole numbers, and integer programs decide what is possible: linear ones would
understate what a reader can work out. Respondents in the same shares are alike, so an integer variable per such class
is exact.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import product

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from pmm_site.disclose.figures import Reader
from pmm_site.disclose.steps import rounded

STEPS = (Decimal("0.1"), Decimal(1), Decimal(5))
"""Steps of a share in percent points, finest first."""

Kind = tuple[tuple[int, ...], int]
"""The numbers of the shares that a respondent is in, and the number of their answer."""

_MOST_LIMITING = 5

Classes = tuple[tuple[int, tuple[int, ...]], ...]
"""For each class of respondents the number hidden from a reader, and the numbers of the shares that it is in."""

Ranges = tuple[tuple[tuple[int, int], ...], ...]
"""For each share, and each answer, the least and greatest number of hidden respondents who gave it."""


@dataclass(frozen=True, slots=True)
class Shares:
    """Shares of the answers of some respondents, as published at a step; `respondents` are keys of answers."""

    respondents: frozenset[str]
    step: Decimal


@dataclass(frozen=True)
class AnswersProblem:
    """One question on one instrument: every answer by its key, the options, and who knows which.

    `respondents`: the keys of those whose shares are to be published; `answers` also holds those of `earlier` shares
    (an answer corrected since has a key of its own). `possible`: how many of the options must remain possible for
    each.
    """

    answers: Mapping[str, str]
    options: tuple[str, ...]
    respondents: frozenset[str]
    readers: tuple[Reader, ...]
    possible: int = 2
    earlier: tuple[Shares, ...] = ()


@dataclass(frozen=True)
class AnswersChoice:
    """The steps at which the shares may be published, finest first, and the readers who stand against the finest."""

    steps: tuple[Decimal, ...]
    limiting: tuple[str, ...] = ()


def safe_steps(problem: AnswersProblem) -> AnswersChoice:
    """Those of `STEPS` at which every hidden answer stays open for every reader; none without respondents."""
    safe: list[Decimal] = []
    limiting: tuple[str, ...] = ()
    kinds = _kinds(problem)
    readers = _distinct_readers(problem, kinds)
    for step in STEPS if problem.respondents else ():
        counts_told = [_counts_told(problem, shares) for shares in _published(problem, step)]
        against = tuple(
            name for name, known in readers if not _all_open(*_hidden(kinds, known, counts_told), problem.possible)
        )
        if not against:
            safe.append(step)
        limiting = limiting or against[:_MOST_LIMITING]
    return AnswersChoice(tuple(safe), limiting)


def common_step(*choices: AnswersChoice) -> tuple[Decimal | None, tuple[bool, ...]]:
    """One step for several questions, and which of them may be published at it.

    The finest at which most can be published; None when nothing can.
    """
    candidates = sorted({step for choice in choices for step in choice.steps})
    if not candidates:
        return None, (False,) * len(choices)
    best = max(candidates, key=lambda step: (sum(step in choice.steps for choice in choices), -step))
    return best, tuple(best in choice.steps for choice in choices)


def shares_of(problem: AnswersProblem, step: Decimal) -> dict[str, Decimal]:
    """The shares in percent by answer, rounded to the step."""
    number = len(problem.respondents)
    counts = counts_of(problem, problem.respondents)
    return {option: share_of(count, number, step) for option, count in zip(problem.options, counts, strict=True)}


def share_of(count: int, number: int, step: Decimal) -> Decimal:
    """A share in percent, rounded to the step."""
    return rounded(Decimal(100 * count) / number, step)


def counts_of(problem: AnswersProblem, keys: frozenset[str]) -> tuple[int, ...]:
    """How many of the answers with these keys are each of the options."""
    return tuple(sum(problem.answers[key] == option for key in keys) for option in problem.options)


def told_counts(count: int, number: int, step: Decimal) -> tuple[int, int]:
    """Least and greatest count that is written as the same share: rounding is monotone, so they are a range."""
    printed = share_of(count, number, step)
    alike = [other for other in range(number + 1) if share_of(other, number, step) == printed]
    return alike[0], alike[-1]


def _published(problem: AnswersProblem, step: Decimal) -> tuple[Shares, ...]:
    return (*problem.earlier, Shares(problem.respondents, step))


def _counts_told(problem: AnswersProblem, shares: Shares) -> tuple[tuple[int, int], ...]:
    number = len(shares.respondents)
    return tuple(told_counts(count, number, shares.step) for count in counts_of(problem, shares.respondents))


def _kinds(problem: AnswersProblem) -> dict[str, Kind]:
    """The shares that each answer is in, and which answer it is."""
    published = [shares.respondents for shares in (*problem.earlier, Shares(problem.respondents, STEPS[0]))]
    return {
        key: (tuple(number for number, keys in enumerate(published) if key in keys), problem.options.index(answer))
        for key, answer in sorted(problem.answers.items())
        if any(key in keys for keys in published)
    }


def _distinct_readers(problem: AnswersProblem, kinds: Mapping[str, Kind]) -> list[tuple[str, Counter[Kind]]]:
    """Names and the kinds of answers known: one for all who know as many of each kind, none who know all."""
    found: dict[tuple[Kind, ...], str] = {}
    for reader in sorted(problem.readers, key=lambda each: each.name):
        known = tuple(sorted(kinds[key] for key in reader.known if key in kinds))
        if len(known) < len(kinds):
            found.setdefault(known, reader.name)
    return [(name, Counter(known)) for known, name in found.items()]


def _hidden(
    kinds: Mapping[str, Kind], known: Counter[Kind], told: list[tuple[tuple[int, int], ...]]
) -> tuple[Classes, Ranges]:
    """Classes of hidden respondents, and how many of them gave each answer in each share."""
    sizes = Counter(signature for signature, _ in kinds.values())
    mine: Counter[tuple[int, int]] = Counter()
    for (signature, option), count in known.items():
        sizes[signature] -= count
        mine.update({(share, option): count for share in signature})
    ranges = tuple(
        tuple((low - mine[share, option], high - mine[share, option]) for option, (low, high) in enumerate(counts))
        for share, counts in enumerate(told)
    )
    return tuple(sorted((size, signature) for signature, size in sizes.items() if size)), ranges


@cache
def _all_open(classes: Classes, ranges: Ranges, possible: int) -> bool:
    """Whether in every class at least so many answers are possible for one of its respondents."""
    options = len(ranges[0])
    return all(
        sum(_feasible(classes, ranges, each, option) for option in range(options)) >= possible
        for each in range(len(classes))
    )


def _fills(hidden: tuple[int, tuple[int, ...]], ranges: Ranges, option: int) -> bool:
    """Whether respondents who are all in the same shares can give all answers at once, one of them the option.

    Every answer is given at least and at most so often; between the sums of both every number can be made up.
    """
    size, shares = hidden
    least, most = [], []
    for answer in range(len(ranges[0])):
        told = [ranges[share][answer] for share in shares]
        least.append(max([int(answer == option), *(low for low, _ in told)]))
        most.append(min([size, *(high for _, high in told)]))
    fit = all(low <= high for low, high in zip(least, most, strict=True))
    outside = all(low <= 0 <= high for share, told in enumerate(ranges) if share not in shares for low, high in told)
    return fit and outside and sum(least) <= size <= sum(most)


def _feasible(classes: Classes, ranges: Ranges, chosen: int, option: int) -> bool:
    """Whether somebody of the chosen class may have given the answer: an integer program that must end well."""
    options = len(ranges[0])
    if len(classes) == 1:
        return _fills(classes[0], ranges, option)
    columns = {pair: number for number, pair in enumerate(product(range(len(classes)), range(options)))}
    rows, lows, highs = [], [], []
    for number, (size, _) in enumerate(classes):
        rows.append([float(each == number) for each, _ in columns])
        lows.append(size)
        highs.append(size)
    for share, answer in product(range(len(ranges)), range(options)):
        rows.append([float(given == answer and share in classes[each][1]) for each, given in columns])
        lows.append(ranges[share][answer][0])
        highs.append(ranges[share][answer][1])
    least = np.zeros(len(columns))
    least[columns[chosen, option]] = 1
    result = milp(
        np.zeros(len(columns)),
        integrality=np.ones(len(columns)),
        bounds=Bounds(least, np.inf),
        constraints=LinearConstraint(np.array(rows), np.array(lows), np.array(highs)),
    )
    if result.status != 0 or result.x is None:
        return False
    # A world is believed for what it is, not for what the solver says of it.
    world = np.round(result.x)
    sums = np.array(rows) @ world
    return bool((world >= least).all() and (sums >= lows).all() and (sums <= highs).all())
