"""Decide every aggregate once, for all sites together.

A question is one KPI in one cycle, or several KPIs that an identity ties; or one instrument in one cycle. It holds all
that its answer depends on, so it can be answered in any process, and its answer be kept under a hash of its content.
"""

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
from pmm_site.disclose.counts import NO_ROOM, HiddenContributors, class_ruling, comparison_rulings, skewness_ruling
from pmm_site.disclose.decisions import (
    VISIBLE,
    Decisions,
    KpiDecision,
    KpiProblem,
    Question,
    Ruling,
    Search,
)
from pmm_site.disclose.distribution import BinsDecision, distribution_of
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
from pmm_site.disclose.system import Floats
from pmm_site.model import Dataset, Direction, Statistics

Run = Callable[[Callable[[Any], Any], Iterable[Any]], Iterable[Any]]
"""Maps a function over questions and gives the answers in their order: the built-in `map`, or that of processes."""


class Cache(Protocol):
    """Keeps answers under a hash of their question. Confidential: it stays beside the data and reaches no site."""

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

    submitted: statistics over all submitted values. changes: the Members that reported in two cycles, by (cycle,
    previous cycle, KPI, group). history: what was published before and stays known. run: maps a function over
    questions, in this process or in others. cache: keeps answers between builds.

    With the basis `visible` no figure is over hidden values, so there is nothing to decide. Values that readers can
    work out from shown values, earlier figures and identities are reported all the same, as `exposed` of the search.
    """
    basis = dataset.settings.disclosure.basis
    asked = list(questions(dataset, submitted, changes, history))
    if basis == VISIBLE:
        asked = [without_figures(question) for question in asked if question.is_of_something_known]
    decisions = [decision for parts in _answers(decide_question, asked, run, cache) for decision in parts]
    if basis == VISIBLE:
        exposing = [decision for decision in decisions if decision.search and decision.search.exposed]
        return Decisions({(decision.cycle, decision.kpi): decision for decision in exposing}, {}, VISIBLE)
    rates = _answers(decide_rates, list(rate_problems(dataset, submitted, history)), run, cache)
    return Decisions(
        {(decision.cycle, decision.kpi): decision for decision in decisions},
        {(rate.cycle, rate.instrument): rate for rate in rates},
        basis,
    )


def decide_question(question: Question) -> tuple[KpiDecision, ...]:
    """Decide every figure of a question's KPIs; a pure function, with one decision per KPI in the question's order.

    Means come first. The bins of each KPI's distribution are chosen beside them and beside the distributions of the
    KPIs before it, and classes beside all of these. Skewness and tests depend on no other figure.
    """
    problem = rounding_problem(question)
    published = tuple(each for part in question.parts for each in past_distributions(part))
    leans = tuple(each for part in question.parts for each in past_leans(part))
    choice = means_beside(problem, choose_means(problem), published)
    if leans:
        choice = means_beside(problem, choice, published, leans)
    counted = []
    for part in question.parts:
        bins = distribution_of(part, problem, choice, published, leans)
        if bins.edges:
            published = (*published, Distribution(variables_of(part), bins.edges))
        counted.append(bins)
    worlds = tuple(world for bins in counted for world in bins.worlds)
    classes = _classes(question, problem, choice, published, leans, worlds)
    return tuple(
        _kpi_decision(part, choice, bins, performance)
        for part, bins, performance in zip(question.parts, counted, classes, strict=True)
    )


def _classes(
    question: Question,
    problem: RoundingProblem,
    choice: RoundingChoice,
    published: tuple[Distribution, ...],
    leans: tuple[Lean, ...],
    worlds: tuple[Floats, ...],
) -> Iterator[Ruling]:
    """Whether each class may be over all submitted values, beside all else that is published.

    leans: from the classes of earlier releases; worlds: found while bins were chosen.
    """
    for part in question.parts:
        hidden = HiddenContributors(part)
        ruling = class_ruling(part, hidden)
        if ruling.published and part.kpi.direction is not Direction.NONE and not hidden.is_nothing:
            lean = Lean(variables_of(part))
            if lean in leans or is_lean_safe(problem, choice, published, (*leans, lean), worlds):
                leans = (*leans, lean)
            else:
                ruling = NO_ROOM
        yield ruling


def _kpi_decision(part: KpiProblem, choice: RoundingChoice, bins: BinsDecision, performance: Ruling) -> KpiDecision:
    search = Search(choice.method, choice.proven, choice.rounds, choice.linear_programs, choice.nodes, choice.exposed)
    means, hidden = mean_decisions(part, choice), HiddenContributors(part)
    return KpiDecision(
        cycle=part.cycle,
        kpi=part.kpi.id,
        means=means,
        edges=bins.edges,
        counts=bins.counts,
        distribution=bins.ruling,
        performance=performance,
        skewness=skewness_ruling(part, hidden),
        tests=comparison_rulings(part, hidden),
        search=search,
    )


def _answers(function: Callable[[Any], Any], questions: list[Any], run: Run, cache: Cache | None) -> list[Any]:
    """The answers in the order of the questions; `function` is asked only those that are not in the cache."""
    if cache is None:
        return list(run(function, questions))
    keys = [content_key(function.__name__, question) for question in questions]
    answers = [_cached(cache, key) for key in keys]
    missing = [position for position, answer in enumerate(answers) if answer is None]
    new_answers = run(function, [questions[position] for position in missing])
    for position, answer in zip(missing, new_answers, strict=True):
        answers[position] = answer
        cache.put(keys[position], pickle.dumps(answer))
    return answers


def _cached(cache: Cache, key: str) -> Any:
    """The answer kept under a key; None where there is none or it cannot be read."""
    content = cache.get(key)
    if content is None:
        return None
    try:
        return pickle.loads(content)
    except Exception:  # whatever damaged the bytes, the question is answered again
        return None


def content_key(kind: str, question: Any) -> str:
    """A hash of all that an answer depends on: the same in every process, whatever the order of sets in it."""
    text = json.dumps([kind, pmm_site.__version__, _canonical(question)], ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _canonical(value: Any) -> Any:
    """A value as lists and plain JSON values: equal values, and only these, give the same text."""
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
