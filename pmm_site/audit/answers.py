"""The attack on shares of instrument answers: can a reader work out another Member's answer?

Shares are counts in disguise, so this is exact: all respondents of whom the same is published are alike, and what
remains are the counts of each answer among those whom the reader does not know. Of each hidden respondent two
answers must stay possible. Answers of earlier releases are further counts over the respondents of then.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import NamedTuple

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from pmm_site.audit.alike import COARSEST, step_tells
from pmm_site.audit.published import Printed, PrintedShares, printed_interval
from pmm_site.audit.releases import Earlier
from pmm_site.audit.rights import Rights
from pmm_site.audit.truth import Truth


class Shares(NamedTuple):
    """Published counts: least and greatest number of each answer (of those printed) among the respondents."""

    answers: Mapping[str, str]
    limits: tuple[tuple[str, int, int], ...]
    earlier: bool
    step: Fraction


class AnswerBreach(NamedTuple):
    """A reader who can work out another's answer."""

    reader: str
    key: str
    earlier: bool


@dataclass(frozen=True, repr=False)
class AnswerAttack:
    """The attack on every instrument of every cycle."""

    rights: Rights
    truth: Truth
    printed: Sequence[Printed]
    earlier: Sequence[Earlier] = ()

    def breaches(self) -> Iterator[AnswerBreach]:
        """Every kind of reader and answer that is told, one respondent for all that are alike."""
        for (cycle, instrument, question), found in self._questions().items():
            for reader, member in self._told(cycle, found):
                only_before = all(each.earlier for each in found)
                yield AnswerBreach(reader, f"{cycle}/{instrument}/{question}/{member}", only_before)
            if any(self._step_tells(cycle, each) for each in found if not each.earlier):
                yield AnswerBreach("(everyone)", f"{cycle}/{instrument}/{question}", False)

    def _questions(self) -> dict[tuple[str, str, str], list[Shares]]:
        found: dict[tuple[str, str, str], list[Shares]] = {}
        for printed in self.printed:
            if isinstance(printed, PrintedShares):
                for question, columns in (("aware", ("aware",)), ("usage", ("in_use", "planned", "not_planned"))):
                    texts = {column: getattr(printed, column) for column in columns if getattr(printed, column)}
                    answers = self._answers(printed.cycle, printed.instrument, question)
                    if texts and answers:
                        limits = tuple(_limits(texts, printed.rounding, len(answers)))
                        step = min(_steps_told(texts, printed.rounding), default=COARSEST)
                        key = (printed.cycle, printed.instrument, question)
                        found.setdefault(key, []).append(Shares(answers, limits, False, step))
        for release in self.earlier:
            for each in release.shares:
                limits = tuple(_limits_of(each.answers, each.step))
                key = (each.cycle, each.instrument, each.question)
                found.setdefault(key, []).append(Shares(each.answers, limits, True, each.step))
        return found

    def _step_tells(self, cycle: str, shares: Shares) -> bool:
        """Whether the step of shares would be another one where other counts read the same in the coarsest."""
        known = [members for name, members in self._readers(cycle, shares.answers) if name.startswith("union ")]
        given = ([shares.answers[member] for member in members] for members in known)
        return step_tells(_options(shares), shares.answers.values(), shares.step, given)

    def _answers(self, cycle: str, instrument: str, question: str) -> dict[str, str]:
        found = {}
        for each in self.truth.answers.get((cycle, instrument), ()):
            if question == "aware" and each.aware is not None:
                found[each.member] = "yes" if each.aware else "no"
            if question == "usage" and each.usage is not None:
                found[each.member] = each.usage.value
        return found

    def _readers(self, cycle: str, kinds: Mapping[str, Hashable]) -> Iterator[tuple[str, frozenset[str]]]:
        """Kinds of readers and the respondents whose answers they know; of respondents of a kind two stand for all."""
        yield "(everyone)", frozenset()
        policy = self.rights.dataset.settings.disclosure.coalitions
        respondents = frozenset(kinds)
        alike: dict[Hashable, list[str]] = {}
        for member in sorted(respondents):
            alike.setdefault(kinds[member], []).append(member)
        for member, *_ in alike.values():
            yield member, frozenset({member})
        if policy == "none":
            return
        data = self.truth.cycles.get(cycle)
        for union in sorted(self.rights.dataset.unions):
            year = data.cycle.reference_year if data is not None else 0
            members = self.rights.union_years.get((union, year), frozenset()) & respondents
            if members:
                yield f"union {union}", members
        if policy != "unions":
            some = sorted(member for members in alike.values() for member in members[:2])
            for pair in combinations(some, 2):
                yield "+".join(pair), frozenset(pair)

    def _told(self, cycle: str, shares: Sequence[Shares]) -> Iterator[tuple[str, str]]:
        """Readers and respondents whose answer is told."""
        respondents = frozenset(member for each in shares for member in each.answers)
        # Alike: who answered the same ways in the same releases; what a reader knows matters by kinds only.
        kinds = {member: tuple(each.answers.get(member, "") for each in shares) for member in sorted(respondents)}
        judged: dict[tuple[tuple[tuple[str, ...], int], ...], tuple[tuple[str, ...], ...]] = {}
        for reader, known in self._readers(cycle, kinds):
            counts = Counter(kinds[member] for member in known)
            key = tuple(sorted(counts.items()))
            if key not in judged:
                judged[key] = tuple(_told_kinds(shares, Counter(kinds.values()), counts))
                for kind in judged[key]:
                    yield reader, next(member for member in kinds if kinds[member] == kind and member not in known)


def _limits(texts: Mapping[str, str], rounding: str, number: int) -> Iterator[tuple[str, int, int]]:
    """Least and greatest count of each answer, from shares in percent as printed."""
    words = {"aware": "yes", "in_use": "in-use", "planned": "planned", "not_planned": "not-planned"}
    for column, text in texts.items():
        interval = printed_interval(text, rounding)
        if interval is not None:
            yield words[column], *_counts(interval, number)


def _steps_told(texts: Mapping[str, str], rounding: str) -> Iterator[Fraction]:
    for text in texts.values():
        interval = printed_interval(text, rounding)
        if interval is not None:
            yield interval[1] - interval[0]


def _limits_of(answers: Mapping[str, str], step: Fraction) -> Iterator[tuple[str, int, int]]:
    """The same from the answers themselves and the step that their shares were rounded to."""
    number = len(answers)
    counted = Counter(answers.values())
    for word in ("yes",) if counted.keys() <= {"yes", "no"} else ("in-use", "planned", "not-planned"):
        share = Fraction(100 * counted[word], number)
        nearest = round(share / step) * step
        yield word, *_counts((nearest - step / 2, nearest + step / 2), number)


def _counts(interval: tuple[Fraction, Fraction], number: int) -> tuple[int, int]:
    """Counts whose share of `number` in percent lies in the interval."""
    least = -((-interval[0] * number) // 100)
    greatest = interval[1] * number // 100
    return max(int(least), 0), min(int(greatest), number)


def _told_kinds(
    shares: Sequence[Shares], all_kinds: Counter[tuple[str, ...]], known: Counter[tuple[str, ...]]
) -> Iterator[tuple[str, ...]]:
    """Kinds of hidden respondents of whom only one answer is possible for a reader who knows some."""
    hidden = Counter({kind: count - known[kind] for kind, count in all_kinds.items() if count > known[kind]})
    # How the reader can distinguish hidden respondents: in which releases they answered, and whether they changed.
    classes: dict[tuple[bool, ...], int] = {}
    for kind, count in hidden.items():
        classes[_outside(kind)] = classes.get(_outside(kind), 0) + count
    free = {key: _possible(shares, classes, known, key) for key in classes}
    for kind in hidden:
        if len(free[_outside(kind)]) < 2:
            yield kind


def _options(shares: Shares) -> tuple[str, ...]:
    return ("yes", "no") if shares.limits[0][0] == "yes" else ("in-use", "planned", "not-planned")


def _outside(kind: tuple[str, ...]) -> tuple[bool, ...]:
    """What everybody may know of a respondent: the releases in which it answered."""
    return tuple(bool(answer) for answer in kind)


def _possible(
    shares: Sequence[Shares],
    classes: Mapping[tuple[bool, ...], int],
    known: Counter[tuple[str, ...]],
    asked: tuple[bool, ...],
) -> frozenset[str]:
    """The answers that a respondent of a class may have given, as far as the reader can tell."""
    answers = _options(shares[0])
    return frozenset(answer for answer in answers if _is_possible(shares, classes, known, asked, answers, answer))


def _is_possible(
    shares: Sequence[Shares],
    classes: Mapping[tuple[bool, ...], int],
    known: Counter[tuple[str, ...]],
    asked: tuple[bool, ...],
    answers: Sequence[str],
    wanted: str,
) -> bool:
    """Whether counts exist in which one of the class gave the answer: a small integer program, exact by counting."""
    keys = sorted(classes)
    if len(keys) == 1:
        return _single(shares, classes[keys[0]], known, answers, wanted)
    columns = {(key, answer): number for number, (key, answer) in enumerate((k, a) for k in keys for a in answers)}
    rows, lower, upper = [], [], []
    for key in keys:
        rows.append(_row(columns, [(key, answer) for answer in answers]))
        lower.append(float(classes[key]))
        upper.append(float(classes[key]))
    for position, each in enumerate(shares):
        for answer, least, greatest in each.limits:
            rows.append(_row(columns, [(key, answer) for key in keys if key[position]]))
            told_known = sum(count for kind, count in known.items() if kind[position] == answer)
            lower.append(float(least - told_known))
            upper.append(float(greatest - told_known))
    least_of = np.zeros(len(columns))
    least_of[columns[asked, wanted]] = 1.0
    solved = milp(
        np.zeros(len(columns)),
        constraints=LinearConstraint(np.array(rows), lower, upper),
        bounds=Bounds(least_of, np.full(len(columns), np.inf)),
        integrality=np.ones(len(columns)),
    )
    return bool(solved.status == 0)  # anything but a solution counts as impossible, and so as told


def _row(
    columns: Mapping[tuple[tuple[bool, ...], str], int], chosen: list[tuple[tuple[bool, ...], str]]
) -> list[float]:
    row = [0.0] * len(columns)
    for each in chosen:
        row[columns[each]] = 1.0
    return row


def _single(
    shares: Sequence[Shares], hidden: int, known: Counter[tuple[str, ...]], answers: Sequence[str], wanted: str
) -> bool:
    """All hidden respondents alike: the limits of each count, and whether they can add up with one more wanted."""
    least = dict.fromkeys(answers, 0)
    greatest = dict.fromkeys(answers, hidden)
    for position, each in enumerate(shares):
        for answer, low, high in each.limits:
            told_known = sum(count for kind, count in known.items() if kind[position] == answer)
            least[answer] = max(least[answer], low - told_known)
            greatest[answer] = min(greatest[answer], high - told_known)
    least[wanted] = max(least[wanted], 1)
    if any(least[answer] > greatest[answer] for answer in answers):
        return False
    return sum(least.values()) <= hidden <= sum(greatest.values())
