"""From a dataset and its statistics to the questions of disclosure control.

A question says of one KPI in one cycle which figures are wanted, over which values, and who knows which of these; KPIs
that an identity ties are one question.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from pmm_site.disclose.decisions import ComparisonCandidate, KpiProblem, MeanCandidate, MeanKey, Question, RateProblem
from pmm_site.disclose.figures import value_range
from pmm_site.disclose.history import History, Past
from pmm_site.disclose.knowledge import is_tied, knowledge, older_versions
from pmm_site.disclose.levels import union_members, wco_readers
from pmm_site.disclose.steps import steps
from pmm_site.model import (
    EVERYONE,
    Catalogue,
    CycleData,
    Dataset,
    GroupKey,
    GroupTest,
    Kpi,
    KpiStatistics,
    Level,
    Readers,
    StatisticalTest,
    Statistics,
)

NO_HISTORY = History()
CHANGE_SEEN_BEFORE = "change-to"
"""The test of a change as it concerns the values of the earlier cycle."""

CHANGE_WEIGHT = 0.1
"""Worth of a mean over the Members of two cycles, as a share of its group's weight."""


Changes = Mapping[tuple[str, str, str, GroupKey], tuple[str, ...]]
"""The Members that reported a KPI in two cycles and were in a group in both, by (cycle, previous, KPI, group)."""


def common_audience(dataset: Dataset, kpi: Kpi) -> Readers | None:
    """The readers of the figures of a KPI that all sites share; None where its ceiling admits no such figure."""
    if kpi.ceiling is Level.PUBLIC:
        return EVERYONE
    return wco_readers(dataset) if kpi.ceiling is Level.WCO else None


def audience(dataset: Dataset, kpi: Kpi, group: GroupKey) -> Readers | None:
    """The readers of the mean of a group; None where the KPI's ceiling admits none.

    The mean of a union stands on the union's site and on the country sites of its Members, and on no other.
    """
    if group.grouping != "union":
        return common_audience(dataset, kpi)
    members = union_members(dataset, group.group)
    if not members or kpi.ceiling is Level.COUNTRY:
        return None
    return Readers(members=members)


def weight(policy_weights: Mapping[str, float], group: GroupKey) -> float:
    """What publishing the mean of a group is worth, by its grouping: the weights of the policy, without unit."""
    if ":" in group.grouping:
        kind = "crossing"
    elif group.grouping in policy_weights:
        kind = group.grouping
    else:
        kind = "other"
    return policy_weights.get(kind, policy_weights.get("other", 1.0))


def questions(
    dataset: Dataset, submitted: Statistics, changes: Changes, history: History = NO_HISTORY
) -> Iterator[Question]:
    """One question for each published cycle and KPI, or KPIs tied by identities, in the order of the catalogue."""
    tests = _tests(submitted.tests)
    compared = _compared(dataset, submitted, changes)
    for data in dataset.published:
        for tied in tied_kpis(dataset.catalogue):
            keys = [(data.cycle.id, kpi.id) for kpi in tied if (data.cycle.id, kpi.id) in submitted.kpis]
            parts = tuple(
                _kpi_problem(
                    dataset, data, submitted.kpis[key], compared.get(key, {}), tests.get(key, []), history.past(*key)
                )
                for key in keys
            )
            if parts:
                ids = {kpi.id for kpi in tied}
                identities = tuple(each for each in dataset.catalogue.identities if each.terms.keys() <= ids)
                yield Question(parts, identities, salt=_salt(dataset, parts))


def without_figures(question: Question) -> Question:
    """The question with no figure wanted: its answer says what is known already (`Search.exposed`)."""
    parts = (replace(part, means=(), edges=(), counts=(), tests=(), audience=None) for part in question.parts)
    return replace(question, parts=tuple(parts))


def tied_kpis(catalogue: Catalogue) -> tuple[tuple[Kpi, ...], ...]:
    """All KPIs, in sets of those that identities tie together, directly or through others; most sets have one."""
    tied = {kpi.id: frozenset({kpi.id}) for kpi in catalogue.kpis}
    for identity in catalogue.identities:
        together = frozenset().union(*(tied.get(kpi, frozenset()) for kpi in identity.terms))
        tied.update(dict.fromkeys(together, together))
    sets = dict.fromkeys(tied[kpi.id] for kpi in catalogue.kpis)
    return tuple(tuple(kpi for kpi in catalogue.kpis if kpi.id in each) for each in sets)


def _salt(dataset: Dataset, parts: tuple[KpiProblem, ...]) -> str:
    """The project's secret; where there is none, one made of the confidential values themselves."""
    if dataset.salt:
        return dataset.salt
    rows = [(part.kpi.id, part.knowledge.contributors, part.values) for part in parts]
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def _tests(group_tests: Iterable[GroupTest]) -> dict[tuple[str, str], list[GroupTest]]:
    """Tests by cycle and KPI; a test of a change concerns the values of both cycles."""
    tests: dict[tuple[str, str], list[GroupTest]] = {}
    for test in group_tests:
        tests.setdefault((test.cycle, test.kpi), []).append(test)
        if test.test == StatisticalTest.CHANGE:
            before = test._replace(cycle=test.factor, factor=test.cycle, test=CHANGE_SEEN_BEFORE)
            tests.setdefault((test.factor, test.kpi), []).append(before)
    return tests


class _Wanted(NamedTuple):
    """A mean that is wanted: its contributors, and the steps to which it may be rounded, finest first."""

    members: tuple[str, ...]
    steps: tuple[Decimal, ...]


def _compared(
    dataset: Dataset, submitted: Statistics, changes: Changes
) -> dict[tuple[str, str], dict[MeanKey, _Wanted]]:
    """The matched means by cycle and KPI: each change concerns the values of both its cycles.

    Both means of a change take the coarser of their steps, so each may be rounded to the other's coarser ones.
    """
    found: dict[tuple[str, str], dict[MeanKey, _Wanted]] = {}
    for (cycle, previous, kpi, group), members in changes.items():
        both = {each: _steps(dataset, submitted.kpis[each, kpi], members) for each in (cycle, previous)}
        for here, there in ((cycle, previous), (previous, cycle)):
            coarser = tuple(step for step in both[there] if both[here] and step > both[here][-1])
            wanted = _Wanted(members, (*both[here], *coarser))
            found.setdefault((here, kpi), {})[MeanKey(group, there)] = wanted
    return found


def _steps(dataset: Dataset, statistics: KpiStatistics, members: tuple[str, ...]) -> tuple[Decimal, ...]:
    if not members:
        return ()
    mean = sum(statistics.values[member] for member in members) / len(members)
    return steps(dataset.catalogue.kpi_by_id[statistics.kpi], mean)


def _kpi_problem(
    dataset: Dataset,
    data: CycleData,
    statistics: KpiStatistics,
    compared: Mapping[MeanKey, _Wanted],
    tests: Iterable[GroupTest],
    past: Past,
) -> KpiProblem:
    kpi = dataset.catalogue.kpi_by_id[statistics.kpi]
    known = knowledge(dataset, data, kpi.id, past)
    older = older_versions(past, statistics.values, is_tied(dataset.catalogue, kpi.id))
    current = known.contributors[: len(known.contributors) - len(older)]
    bit = {member: 1 << number for number, member in enumerate(current)}
    values = tuple(statistics.values[member] for member in current)
    return KpiProblem(
        cycle=data.cycle.id,
        kpi=kpi,
        values=values,
        knowledge=known,
        means=tuple(_means(dataset, kpi, statistics, compared, bit)),
        edges=statistics.edges,
        counts=statistics.counts,
        tests=tuple(
            ComparisonCandidate(
                test.test,
                test.factor,
                tuple(_mask(group, bit) for group in test.groups),
                test.significant,
                test.samples,
                test.turns,
            )
            for test in tests
        ),
        audience=common_audience(dataset, kpi),
        scale=value_range(kpi.bounds, values),
        policy=dataset.settings.disclosure,
        past=past,
        older=older,
    )


def _means(
    dataset: Dataset,
    kpi: Kpi,
    statistics: KpiStatistics,
    compared: Mapping[MeanKey, _Wanted],
    bit: Mapping[str, int],
) -> Iterator[MeanCandidate]:
    weights = dataset.settings.disclosure.weights
    own = {
        MeanKey(group): _Wanted(members, _steps(dataset, statistics, members))
        for group, members in statistics.groups.items()
    }
    for key, wanted in (own | dict(compared)).items():
        readers = audience(dataset, kpi, key.group)
        if readers is not None:
            worth = weight(weights, key.group) * (1.0 if key.other is None else CHANGE_WEIGHT)
            yield MeanCandidate(key, _mask(wanted.members, bit), wanted.steps, worth, readers)


def _mask(members: Iterable[str], bit: Mapping[str, int]) -> int:
    mask = 0
    for member in members:
        mask |= bit.get(member, 0)
    return mask


def rate_problems(dataset: Dataset, submitted: Statistics, history: History = NO_HISTORY) -> Iterator[RateProblem]:
    """One question for each instrument and published cycle with statistics."""
    for data in dataset.published:
        year = data.cycle.reference_year
        unions = {union.id: tuple(sorted(union.members_in(year))) for union in dataset.unions.values()}
        for instrument in dataset.catalogue.instruments:
            statistics = submitted.instruments.get((data.cycle.id, instrument.id))
            if statistics is None:
                continue
            yield RateProblem(
                data.cycle.id,
                instrument.id,
                dict(sorted(statistics.aware.items())),
                {member: usage.value for member, usage in sorted(statistics.usage.items())},
                unions,
                tuple(sorted(dataset.members)),
                dataset.settings.disclosure,
                history.shares(data.cycle.id, instrument.id, "aware"),
                history.shares(data.cycle.id, instrument.id, "usage"),
            )
