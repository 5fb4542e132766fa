"""One table of decisions for all sites: each question answered once, in any process, kept by its content."""

from __future__ import annotations

import enum
import hashlib
import json
import pickle
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from typing import Any, Protocol

import pmm_site
from pmm_site.disclose.bins import Distribution, Lean, is_lean_safe, means_beside
from pmm_site.disclose.counts import NO_ROOM, HiddenContributors, class_outcome, comparison_outcomes, skewness_outcome
from pmm_site.disclose.decisions import (
    VISIBLE,
    Decisions,
    KpiDecision,
    KpiProblem,
    Outcome,
    Question,
    Search,
)
from pmm_site.disclose.distribution import Bins, distribution_of
from pmm_site.disclose.figures import RoundingChoice, RoundingProblem
from pmm_site.disclose.history import History
from pmm_site.disclose.means import (
    choose_means,
    mean_decisions,
    past_distributions,
    past_leans,
    rounding_problem,
    variables_of,
)
from pmm_site.disclose.questions import NO_HISTORY, Changes, questions, rate_problems, without_figures
from pmm_site.disclose.rates import decide_rates
from pmm_site.model import Dataset, Direction, Statistics

Run = Callable[[Callable[[Any], Any], Iterable[Any]], Iterable[Any]]
"""Anything that maps a function over questions in order: the built-in map, or that of a pool of processes."""


class Cache(Protocol):
    """Keeps answers by the content of their question; confidential, like everything beside the data."""

    def get(self, key: str) -> bytes | None:
        """The bytes kept under a key, None where there are none."""

    def put(self, key: str, content: bytes) -> None:
        """Keep bytes under a key."""


def decide(
    dataset: Dataset,
    submitted: Statistics,
    changes: Changes,
    *,
    history: History = NO_HISTORY,
    run: Run = map,
    cache: Cache | None = None,
) -> Decisions:
    """Decide every figure over all submitted values, once for all sites.

    changes: the Members that two cycles share, by (cycle, previous, KPI, group). history: what was published
    before and stays known. run: maps a function over questions, here or in other processes. cache: keeps answers
    between builds.
    With the basis `visible` there is no figure over hidden values and nothing to decide, but what values that are shown
    give away beside earlier figures and identities is told all the same.
    """
    basis = dataset.settings.disclosure.basis
    asked = list(questions(dataset, submitted, changes, history))
    if basis == VISIBLE:
        known = [without_figures(question) for question in asked if question.is_of_something_known]
        told = (answer for answers in _answers(decide_question, known, run, cache) for answer in answers)
        exposed = {(each.cycle, each.kpi): each for each in told if each.search and each.search.exposed}
        return Decisions(exposed, {}, VISIBLE)
    found = _answers(decide_question, asked, run, cache)
    rates = _answers(decide_rates, list(rate_problems(dataset, submitted, history)), run, cache)
    return Decisions(
        {(answer.cycle, answer.kpi): answer for answers in found for answer in answers},
        {(answer.cycle, answer.instrument): answer for answer in rates},
        basis,
    )


def decide_question(question: Question) -> tuple[KpiDecision, ...]:
    """Decide every figure of the KPIs of a question: means, then bins beside them, then shape; a pure function."""
    problem = rounding_problem(question)
    published = tuple(each for part in question.parts for each in past_distributions(part))
    leans = tuple(each for part in question.parts for each in past_leans(part))
    choice = means_beside(problem, choose_means(problem), published)
    if leans and not choice.exposed:
        choice = means_beside(problem, choice, published, leans)
    counted = []
    for part in question.parts:
        bins = distribution_of(part, problem, choice, published, leans)
        if bins.edges:
            published = (*published, Distribution(variables_of(part), bins.edges))
        counted.append(bins)
    classes = _classes(question, problem, choice, published, leans)
    return tuple(
        _kpi_decision(part, choice, bins, performance)
        for part, bins, performance in zip(question.parts, counted, classes, strict=True)
    )


def _classes(
    question: Question,
    problem: RoundingProblem,
    choice: RoundingChoice,
    published: tuple[Distribution, ...],
    told: tuple[Lean, ...],
) -> Iterator[Outcome]:
    """Whether each class may be over all submitted values, beside all else that is published; told: earlier ones."""
    for part in question.parts:
        hidden = HiddenContributors(part)
        outcome = class_outcome(part, hidden)
        if outcome.published and part.kpi.direction is not Direction.NONE and not hidden.is_nothing:
            lean = Lean(variables_of(part))
            if lean in told or is_lean_safe(problem, choice, published, (*told, lean)):
                told = (*told, lean)
            else:
                outcome = NO_ROOM
        yield outcome


def _kpi_decision(part: KpiProblem, choice: RoundingChoice, bins: Bins, performance: Outcome) -> KpiDecision:
    search = Search(choice.method, choice.proven, choice.rounds, choice.linear_programs, choice.nodes, choice.exposed)
    means, hidden = mean_decisions(part, choice), HiddenContributors(part)
    return KpiDecision(
        cycle=part.cycle,
        kpi=part.kpi.id,
        means=means,
        edges=bins.edges,
        counts=bins.counts,
        distribution=bins.outcome,
        performance=performance,
        skewness=skewness_outcome(part, hidden),
        tests=comparison_outcomes(part, hidden),
        search=search,
    )


def _answers(function: Callable[[Any], Any], questions: list[Any], run: Run, cache: Cache | None) -> list[Any]:
    """The answers in the order of the questions; only those not kept are asked."""
    if cache is None:
        return list(run(function, questions))
    keys = [content_key(function.__name__, question) for question in questions]
    kept = [_kept(cache, key) for key in keys]
    missing = [position for position, answer in enumerate(kept) if answer is None]
    found = run(function, [questions[position] for position in missing])
    for position, answer in zip(missing, found, strict=True):
        kept[position] = answer
        cache.put(keys[position], pickle.dumps(answer))
    return kept


def _kept(cache: Cache, key: str) -> Any:
    """The answer kept under a key; None where there is none or it cannot be read."""
    content = cache.get(key)
    if content is None:
        return None
    try:
        return pickle.loads(content)
    except Exception:  # whatever damaged the bytes, the question is answered again
        return None


def content_key(kind: str, question: Any) -> str:
    """A hash of all that an answer depends on, the same whatever the order of sets and of hashing."""
    text = json.dumps([kind, pmm_site.__version__, _canonical(question)], ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _canonical(value: Any) -> Any:
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        return value.hex()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, enum.Enum):
        return value.value
    if is_dataclass(value):
        return [_canonical(getattr(value, each.name)) for each in fields(value)]
    if isinstance(value, Mapping):
        return sorted(([_canonical(key), _canonical(each)] for key, each in value.items()), key=json.dumps)
    if isinstance(value, (set, frozenset)):
        return sorted(map(_canonical, value), key=json.dumps)
    return [_canonical(each) for each in value]
