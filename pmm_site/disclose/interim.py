"""The counting rule: a figure is published when nobody's hidden contributors to it are few.

For every reader the hidden contributors of a figure are none or at least five, the same for the difference
of any two published groups, and near a bound at least twenty. Figures are taken in the order of their weight.
"""

from __future__ import annotations

import numpy as np

from pmm_site.disclose.counts import HiddenContributors
from pmm_site.disclose.decisions import KpiProblem, Outcome
from pmm_site.distributions import bin_of

FEWEST_HIDDEN = 5

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
