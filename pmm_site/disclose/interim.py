"""The counting rule: a figure is published when nobody's hidden contributors to it are few.

For every reader the hidden contributors of a figure are none or at least five, the same for the difference
of any two published groups, and near a bound at least twenty. Figures are taken in the order of their weight.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import numpy as np

from pmm_site.disclose.counts import HiddenContributors
from pmm_site.disclose.decisions import KpiProblem, Outcome, RateDecision, RateProblem
from pmm_site.disclose.knowledge import Knowledge, attackers
from pmm_site.disclose.steps import rounded
from pmm_site.distributions import bin_of
from pmm_site.model import Readers

FEWEST_HIDDEN = 5
FEWEST_NEAR_BOUND = 20
NEAR_BOUND = 0.10
FINEST_SHARE = Decimal("0.1")

SAFE = Outcome(True, "hidden-contributors")
TOO_FEW = Outcome(False, "minimum-contributors")
NO_FIGURE = Outcome(False, "no-figure")


def distribution(part: KpiProblem, hidden: HiddenContributors) -> Outcome:
    """Over all contributors, where for every reader the hidden ones are enough and lie in at least two bins."""
    if not part.edges or part.audience is None:
        return NO_FIGURE
    if len(part.values) < part.policy.minimum_contributors:
        return TOO_FEW
    outcome = hidden.outcome([(1 << len(part.values)) - 1], FEWEST_HIDDEN)
    if not outcome.published:
        return outcome
    bins = [0] * (len(part.edges) - 1)
    for number, value in enumerate(part.values):
        bins[bin_of(part.edges, value)] |= 1 << number
    wrong = np.flatnonzero((hidden.of(bins) > 0).sum(axis=1) == 1)[:3]
    return Outcome(False, "one-bin", tuple(hidden.names[position] for position in wrong)) if len(wrong) else SAFE


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
    shares = tuple(100 * sum(answer == option for answer in answers.values()) / number for option in options)
    near = any(min(share, 100 - share) <= 100 * NEAR_BOUND for share in shares)
    fewest = FEWEST_NEAR_BOUND if near else FEWEST_HIDDEN
    everyone = Readers(everyone=True)
    readers = attackers(known, (everyone,), problem.policy.coalitions)
    counts = {reader.name: number - reader.knows.bit_count() for reader in readers}
    limiting = tuple(name for name, count in counts.items() if 0 < count < fewest)[:3]
    if limiting:
        return Outcome(False, "hidden-contributors", limiting), ()
    if any(share == 100 or (len(options) == 1 and share == 0) for share in shares):
        return Outcome(False, "one-answer"), ()
    return SAFE, shares
