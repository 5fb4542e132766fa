"""From the questions of tied KPIs to one choice of roundings, and back to a decision on every mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from pmm_site.disclose.bins import Distribution, Lean
from pmm_site.disclose.decisions import (
    GLOBAL,
    TOO_FEW,
    UNPROTECTABLE,
    KpiProblem,
    MeanCandidate,
    MeanDecision,
    MeanKey,
    Question,
    Ruling,
)
from pmm_site.disclose.figures import (
    Cell,
    Fact,
    Reader,
    RoundingChoice,
    RoundingProblem,
    Variable,
    are_whole,
    protected_variable,
)
from pmm_site.disclose.history import Version
from pmm_site.disclose.knowledge import Knowledge, attackers
from pmm_site.disclose.precision import interval_by_steps, interval_of_sum
from pmm_site.disclose.roundings import choose_roundings
from pmm_site.disclose.system import cell_mean
from pmm_site.model import Identity, Readers

NO_STEPS = Ruling(False, "no-steps")
FINEST = Ruling(True, "finest-step")

Means = Mapping[MeanKey, MeanDecision]


def variable_key(kpi: str, member: str) -> str:
    """The key of a Member's value of a KPI."""
    return f"{kpi}/{member}"


def variables_of(part: KpiProblem) -> frozenset[str]:
    """The keys of all current values of a KPI."""
    return frozenset(variable_key(part.kpi.id, member) for member in _current(part))


def _current(part: KpiProblem) -> tuple[str, ...]:
    return part.knowledge.contributors[: len(part.values)]


def audience_name(audience: Readers) -> str | None:
    """A name for the readers of a figure; None where everyone reads it."""
    if audience.everyone:
        return None
    return "wco" if audience.basic_users else "members " + " ".join(sorted(audience.members))


def rounding_problem(question: Question) -> RoundingProblem:
    """All means of KPIs tied by identities in one cycle, beside every reader's knowledge."""
    policy = question.parts[0].policy
    return RoundingProblem(
        name=f"{question.parts[0].cycle}/{'+'.join(part.kpi.id for part in question.parts)}",
        variables={key: each for part in question.parts for key, each in _variables(part).items()},
        cells=tuple(cell for part in question.parts for cell in _cells(part)),
        readers=tuple(_readers(question)),
        facts=(*_identity_facts(question), *(fact for part in question.parts for fact in _past_facts(part))),
        limits=policy.work_limits,
        salt=question.salt,
        tied=policy.roundings != "per-cell",
    )


def _variables(part: KpiProblem) -> dict[str, Variable]:
    values = (*part.values, *(version.value for version in part.older))
    whole = are_whole(part.kpi.unit, part.values)
    return {
        variable_key(part.kpi.id, name): _variable(part, value, whole=whole, older=number >= len(part.values))
        for number, (name, value) in enumerate(zip(part.knowledge.contributors, values, strict=True))
    }


def _variable(part: KpiProblem, value: float, *, whole: bool, older: bool) -> Variable:
    """A value with its protection; an older one may lie beyond the bounds of today, or have a fraction."""
    rule = part.policy.protection[part.kpi.unit]
    whole = whole and are_whole(part.kpi.unit, (value,))
    found = protected_variable(value, part.kpi.unit, part.kpi.bounds, part.scale, rule, whole=whole)
    return replace(found, lower=min(found.lower, value), upper=max(found.upper, value)) if older else found


def cell_key(kpi: str, key: MeanKey) -> str:
    """The key of a mean among those of several KPIs."""
    return "|".join((kpi, *key.group, key.other or ""))


def _cells(part: KpiProblem) -> Iterator[Cell]:
    for candidate in part.means:
        if _refusal(part, candidate) is None:
            mean = _mean_of(part, candidate)
            least, greatest = interval_by_steps(part.kpi, mean)
            members = frozenset(
                variable_key(part.kpi.id, member)
                for number, member in enumerate(_current(part))
                if candidate.contributors >> number & 1
            )
            yield Cell(
                cell_key(part.kpi.id, candidate.key),
                members,
                candidate.steps,
                candidate.weight,
                audience_name(candidate.audience),
                least,
                greatest,
                quoted=candidate.key == GLOBAL,
            )


def _mean_of(part: KpiProblem, candidate: MeanCandidate) -> float:
    """The mean of a candidate's contributors, of whom there is at least one."""
    inside = [value for number, value in enumerate(part.values) if candidate.contributors >> number & 1]
    return sum(inside) / len(inside)


def _refusal(part: KpiProblem, candidate: MeanCandidate) -> Ruling | None:
    """Why a mean is no candidate at all; None when it is one."""
    if candidate.contributors.bit_count() < max(part.policy.minimum_contributors, 1):
        return TOO_FEW
    return None if candidate.steps else NO_STEPS


def _readers(question: Question) -> Iterator[Reader]:
    known = combined(question.parts)
    wanted = [each.audience for part in question.parts for each in part.means]
    published = [each.audience for part in question.parts for each in part.past.means]
    audiences = tuple(dict.fromkeys((*wanted, *published)))
    names = [audience_name(audience) for audience in audiences]
    keys = known.contributors
    members_of: dict[int, frozenset[str]] = {}
    for attacker in attackers(known, audiences, question.parts[0].policy.coalitions):
        if not attacker.opens and not question.is_of_something_known:
            continue  # sees no figure of these KPIs, on any site
        if attacker.knows not in members_of:
            members_of[attacker.knows] = frozenset(
                key for number, key in enumerate(keys) if attacker.knows >> number & 1
            )
        opened = (name for position, name in enumerate(names) if name and attacker.opens >> position & 1)
        yield Reader(attacker.name, members_of[attacker.knows], frozenset(opened))


def combined(parts: tuple[KpiProblem, ...]) -> Knowledge:
    """What each reader knows of several KPIs together; contributors are keys of variables."""
    contributors: list[str] = []
    public = wco = 0
    shifts = []
    for part in parts:
        shifts.append(len(contributors))
        public |= part.knowledge.public << len(contributors)
        wco |= part.knowledge.wco << len(contributors)
        contributors += (variable_key(part.kpi.id, member) for member in part.knowledge.contributors)
    informed = sorted({member for part in parts for member in part.knowledge.members})
    members = {
        member: sum(part.knowledge.of(member) << shift for part, shift in zip(parts, shifts, strict=True))
        for member in informed
    }
    first = parts[0].knowledge
    return Knowledge(tuple(contributors), public, wco, members, first.unions, first.everybody)


def _identity_facts(question: Question) -> Iterator[Fact]:
    """Everybody knows the arithmetic that ties the values of one Member: those of now, and those of each release."""
    facts = {
        Fact(terms, identity.equals, identity.equals, identity=True): None
        for standing in _standing(question)
        for identity in question.identities
        for terms in _terms(identity, standing)
    }
    yield from facts


def _terms(identity: Identity, standing: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[tuple[str, float], ...]]:
    """The terms of an identity over the values of each Member that has them all."""
    if identity.terms.keys() <= standing.keys():
        everywhere = frozenset.intersection(*(frozenset(standing[kpi]) for kpi in identity.terms))
        for member in sorted(everywhere):
            yield tuple((standing[kpi][member], factor) for kpi, factor in sorted(identity.terms.items()))


def _standing(question: Question) -> Iterator[Mapping[str, Mapping[str, str]]]:
    """The variables of each KPI by Member: as they are now, and as they stood in each release."""
    yield {
        part.kpi.id: {member: variable_key(part.kpi.id, member) for member in _current(part)} for part in question.parts
    }
    then: dict[str, dict[str, Mapping[str, str]]] = {}
    for part in question.parts:
        for release, versions in part.past.states:
            then.setdefault(release, {})[part.kpi.id] = _keys_then(part, versions)
    yield from then.values()


def _past_facts(part: KpiProblem) -> Iterator[Fact]:
    """What means published before say of the sums of the values, or versions of values, that they were over."""
    for figure in part.past.means:
        number = len(figure.versions)
        decade = interval_by_steps(part.kpi, sum(version.value for version in figure.versions) / number)
        terms = tuple((key, 1.0) for key in sorted(_past_keys(part, figure.versions)))
        whole = are_whole(part.kpi.unit, (*part.values, *(version.value for version in figure.versions)))
        lower, upper = interval_of_sum(figure.mean, figure.step, decade, number, whole=whole)
        yield Fact(terms, lower, upper, audience_name(figure.audience))


def _past_keys(part: KpiProblem, versions: tuple[Version, ...]) -> frozenset[str]:
    """The keys of versions: an unchanged value is the current variable."""
    return frozenset(_keys_then(part, versions).values())


def _keys_then(part: KpiProblem, versions: tuple[Version, ...]) -> Mapping[str, str]:
    older = frozenset(part.older)
    return {
        version.member: variable_key(part.kpi.id, version.name if version in older else version.member)
        for version in versions
    }


def past_distributions(part: KpiProblem) -> tuple[Distribution, ...]:
    """Distributions published before, over the variables of the values that they counted."""
    return tuple(Distribution(_past_keys(part, each.versions), each.edges) for each in part.past.distributions)


def past_leans(part: KpiProblem) -> tuple[Lean, ...]:
    """Classes published before, over the variables of the values that they judged."""
    return tuple(Lean(_past_keys(part, each.versions)) for each in part.past.classes)


def choose_means(problem: RoundingProblem) -> RoundingChoice:
    """The finest safe rounding of every mean: first of the groups, then, beside those, of the changes.

    The second search takes the figures of the first as facts, so that no change ever costs a group's mean.
    """
    groups = tuple(cell for cell in problem.cells if not _of_change(cell))
    changes = tuple(cell for cell in problem.cells if _of_change(cell))
    first = choose_roundings(replace(problem, cells=groups))
    if not changes or first.method == "closed":
        return first
    group_facts = tuple(fact for cell in groups for fact in _facts_of_mean(cell, problem, first.levels[cell.key]))
    return _joined(first, choose_roundings(replace(problem, cells=changes, facts=(*problem.facts, *group_facts))))


def _of_change(cell: Cell) -> bool:
    return not str(cell.key).endswith("|")


def _facts_of_mean(cell: Cell, problem: RoundingProblem, step: Decimal | None) -> Iterator[Fact]:
    """What a published mean says of the sum of its values; nothing where it is not published.

    With what its coarser roundings would say: beside distributions and classes it is taken to say that too.
    """
    if step is not None:
        mean = cell_mean(cell, problem)
        terms = tuple((key, 1.0) for key in sorted(cell.members))
        whole = all(problem.variables[key].whole for key in cell.members)
        decade = cell.least, cell.greatest
        coarser = (each for each in cell.levels if each >= step)
        told = [interval_of_sum(mean, each, decade, len(cell.members), whole=whole) for each in coarser]
        yield Fact(terms, max(least for least, _ in told), min(most for _, most in told), cell.audience)


def _joined(first: RoundingChoice, second: RoundingChoice) -> RoundingChoice:
    """Two searches as one: proven when both are, with the work of both."""
    return RoundingChoice(
        levels={**first.levels, **second.levels},
        means={**first.means, **second.means},
        proven=first.proven and second.proven,
        method=first.method if first.method == second.method else "greedy",
        rounds=first.rounds + second.rounds,
        linear_programs=first.linear_programs + second.linear_programs,
        nodes=first.nodes + second.nodes,
        worth=first.worth + second.worth,
        limiting={**first.limiting, **second.limiting},
        exposed=tuple(sorted({*first.exposed, *second.exposed})),
    )


def mean_decisions(part: KpiProblem, choice: RoundingChoice) -> Means:
    """What was chosen for every candidate of one KPI."""
    return {candidate.key: _decision(part, candidate, choice) for candidate in part.means}


def _decision(part: KpiProblem, candidate: MeanCandidate, choice: RoundingChoice) -> MeanDecision:
    refusal = _refusal(part, candidate)
    if refusal is not None:
        return MeanDecision(None, None, refusal)
    key = cell_key(part.kpi.id, candidate.key)
    step, mean = choice.levels.get(key), choice.means.get(key)
    limiting = choice.limiting.get(key, ())
    if step is None or mean is None:
        closed = choice.method == "closed"
        return MeanDecision(None, None, UNPROTECTABLE if closed else Ruling(False, "protected", limiting))
    return MeanDecision(mean, step, FINEST if step == candidate.steps[0] else Ruling(True, "coarser-step", limiting))
