"""The counting rule: a figure is published when nobody's hidden contributors to it are few.

For every reader the hidden contributors of a figure are none or at least five, the same for the difference
of any two published groups, and near a bound at least twenty. Figures are taken in the order of their weight.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

import numpy as np
import numpy.typing as npt

from pmm_site.disclose.decisions import (
    KpiDecision,
    KpiProblem,
    MeanCandidate,
    MeanDecision,
    MeanKey,
    Outcome,
    RateDecision,
    RateProblem,
)
from pmm_site.disclose.knowledge import Attacker, Knowledge, attackers
from pmm_site.disclose.steps import rounded
from pmm_site.distributions import bin_of
from pmm_site.model import Bounds, Readers

FEWEST_HIDDEN = 5
FEWEST_NEAR_BOUND = 20
NEAR_BOUND = 0.10
FINEST_SHARE = Decimal("0.1")

SAFE = Outcome(True, "hidden-contributors")
TOO_FEW = Outcome(False, "minimum-contributors")
NO_FIGURE = Outcome(False, "no-figure")

Masks = npt.NDArray[np.float32]


class _Hidden:
    """Counts of hidden contributors, for all attackers that may open an audience at once."""

    def __init__(self, known: Knowledge, audiences: tuple[Readers, ...], coalitions: str) -> None:
        self.size = len(known.contributors)
        self.audiences = audiences
        self.readers: tuple[Attacker, ...] = attackers(known, audiences, coalitions)
        self.matrix: Masks = 1 - np.array([self._row(each.knows) for each in self.readers], dtype=np.float32)

    def _row(self, mask: int) -> list[int]:
        return [mask >> number & 1 for number in range(self.size)]

    def counts(self, sets: Sequence[int], audience: Readers) -> tuple[npt.NDArray[np.float32], tuple[Attacker, ...]]:
        """Hidden contributors of each set (columns) for each reader who opens the audience (rows)."""
        bit = 1 << self.audiences.index(audience)
        rows = [position for position, reader in enumerate(self.readers) if reader.opens & bit]
        columns = np.array([self._row(mask) for mask in sets], dtype=np.float32).T
        return self.matrix[rows] @ columns, tuple(self.readers[position] for position in rows)

    def limiting(self, sets: Sequence[int], audience: Readers, fewest: int = FEWEST_HIDDEN) -> tuple[str, ...]:
        """Up to three readers for whom the hidden contributors of a set are neither none nor `fewest`."""
        found, readers = self.counts(sets, audience)
        wrong = ((found > 0) & (found < fewest)).any(axis=1)
        return tuple(readers[position].name for position in np.flatnonzero(wrong)[:3])


def decide_kpi(problem: KpiProblem) -> KpiDecision:
    """Decide every figure of one KPI in one cycle by counting hidden contributors."""
    audiences = tuple(dict.fromkeys(_audiences(problem)))
    if not audiences or not problem.values:
        refused = MeanDecision(None, None, NO_FIGURE)
        return KpiDecision(problem.cycle, problem.kpi.id, {each.key: refused for each in problem.means})
    hidden = _Hidden(problem.knowledge, audiences, problem.policy.coalitions)
    means = _means(problem, hidden)
    distribution = _distribution(problem, hidden)
    policy = problem.policy
    everyone = (1 << len(problem.values)) - 1
    enough = len(problem.values) >= policy.performance_contributors
    shown = distribution.published
    return KpiDecision(
        problem.cycle,
        problem.kpi.id,
        means,
        problem.edges if shown else (),
        problem.counts if shown else (),
        distribution,
        _counted(problem, hidden, [everyone], FEWEST_HIDDEN) if enough else TOO_FEW,
        _counted(problem, hidden, [everyone], policy.moments_contributors) if enough else TOO_FEW,
        {
            (each.test, each.factor): _counted(problem, hidden, each.samples, policy.moments_contributors)
            for each in problem.tests
        },
    )


def _audiences(problem: KpiProblem) -> Iterable[Readers]:
    if problem.audience is not None:
        yield problem.audience
    yield from (each.audience for each in problem.means)


def _counted(problem: KpiProblem, hidden: _Hidden, sets: Sequence[int], fewest: int) -> Outcome:
    if problem.audience is None or not sets:
        return NO_FIGURE
    limiting = hidden.limiting(sets, problem.audience, fewest)
    return Outcome(False, "hidden-contributors", limiting) if limiting else SAFE


def _means(problem: KpiProblem, hidden: _Hidden) -> dict[MeanKey, MeanDecision]:
    published: list[MeanCandidate] = []
    found = {}
    for candidate in sorted(problem.means, key=lambda each: (-each.weight, each.key.other or "", each.key)):
        outcome, mean = _mean_outcome(problem, hidden, candidate, published)
        if outcome.published:
            published.append(candidate)
            found[candidate.key] = MeanDecision(rounded(mean, candidate.steps[0]), candidate.steps[0], outcome)
        else:
            found[candidate.key] = MeanDecision(None, None, outcome)
    return found


def _mean_outcome(
    problem: KpiProblem, hidden: _Hidden, candidate: MeanCandidate, published: list[MeanCandidate]
) -> tuple[Outcome, float]:
    members = candidate.contributors
    inside = [value for number, value in enumerate(problem.values) if members >> number & 1]
    if len(inside) < max(problem.policy.minimum_contributors, 1) or not candidate.steps:
        return TOO_FEW, 0.0
    mean = sum(inside) / len(inside)
    differences = [
        part for each in published for part in (members & ~each.contributors, each.contributors & ~members) if part
    ]
    limiting = hidden.limiting([members, *differences], candidate.audience)
    if not limiting and _near_bound(mean, problem.kpi.bounds, problem.scale):
        limiting = hidden.limiting([members], candidate.audience, FEWEST_NEAR_BOUND)
    return (Outcome(False, "hidden-contributors", limiting) if limiting else SAFE), mean


def _near_bound(mean: float, bounds: Bounds, scale: float) -> bool:
    margin = NEAR_BOUND * scale
    return any(bound is not None and abs(mean - bound) <= margin for bound in (bounds.lower, bounds.upper))


def _distribution(problem: KpiProblem, hidden: _Hidden) -> Outcome:
    """Over all contributors, and for every reader the hidden ones lie in at least two bins."""
    everyone = (1 << len(problem.values)) - 1
    if not problem.edges or problem.audience is None:
        return NO_FIGURE
    if len(problem.values) < problem.policy.minimum_contributors:
        return TOO_FEW
    outcome = _counted(problem, hidden, [everyone], FEWEST_HIDDEN)
    if not outcome.published:
        return outcome
    bins = [0] * (len(problem.edges) - 1)
    for number, value in enumerate(problem.values):
        bins[bin_of(problem.edges, value)] |= 1 << number
    found, readers = hidden.counts(bins, problem.audience)
    wrong = np.flatnonzero((found > 0).sum(axis=1) == 1)[:3]
    return Outcome(False, "one-bin", tuple(readers[position].name for position in wrong)) if len(wrong) else SAFE


# --- instruments --------------------------------------------------------------------------------


def decide_rates(problem: RateProblem) -> RateDecision:
    """Decide the shares of one instrument; answers are known to nobody but who gave them."""
    step = FINEST_SHARE
    awareness, aware = _shares(problem, {member: str(answer) for member, answer in problem.aware.items()}, ("True",))
    uses = ("in-use", "planned", "not-planned")
    use, shares = _shares(problem, problem.usage, uses)
    in_use, planned, not_planned = (rounded(share, step) for share in shares) if shares else (None, None, None)
    return RateDecision(
        problem.cycle,
        problem.instrument,
        rounded(aware[0], step) if aware else None,
        in_use,
        planned,
        not_planned,
        step if aware or shares else None,
        awareness,
        use,
    )


def _shares(
    problem: RateProblem, answers: Mapping[str, str], options: tuple[str, ...]
) -> tuple[Outcome, tuple[float, ...]]:
    respondents = tuple(sorted(answers))
    number = len(respondents)
    if number < max(problem.policy.minimum_contributors, 1):
        return TOO_FEW, ()
    members = {member: 1 << position for position, member in enumerate(respondents)}
    known = Knowledge(respondents, 0, 0, members, problem.unions, problem.everybody)
    hidden = _Hidden(known, (Readers(everyone=True),), problem.policy.coalitions)
    shares = tuple(100 * sum(answer == option for answer in answers.values()) / number for option in options)
    near = any(min(share, 100 - share) <= 100 * NEAR_BOUND for share in shares)
    fewest = FEWEST_NEAR_BOUND if near else FEWEST_HIDDEN
    limiting = hidden.limiting([(1 << number) - 1], Readers(everyone=True), fewest)
    if limiting:
        return Outcome(False, "hidden-contributors", limiting), ()
    if any(share == 100 or (len(options) == 1 and share == 0) for share in shares):
        return Outcome(False, "one-answer"), ()
    return SAFE, shares
