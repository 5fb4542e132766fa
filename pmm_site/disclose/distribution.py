"""The distribution of a KPI: from its question and the chosen means to the bins that may be published."""

from __future__ import annotations

from typing import NamedTuple

from pmm_site.disclose.bins import Distribution, Lean, choose_bins
from pmm_site.disclose.decisions import CEILING, TOO_FEW, KpiProblem, Ruling
from pmm_site.disclose.figures import RoundingChoice, RoundingProblem
from pmm_site.disclose.means import variables_of
from pmm_site.disclose.system import Floats
from pmm_site.distributions import merged

NO_BINS = Ruling(False, "no-bins")


class BinsDecision(NamedTuple):
    """Edges and counts as they may be published, both empty where they may not, and why.

    worlds: found on the way, as `BinsChoice` has them.
    """

    edges: tuple[float, ...]
    counts: tuple[int, ...]
    ruling: Ruling
    worlds: tuple[Floats, ...] = ()


def distribution_of(
    part: KpiProblem,
    problem: RoundingProblem,
    choice: RoundingChoice,
    published: tuple[Distribution, ...],
    leans: tuple[Lean, ...],
) -> BinsDecision:
    """The finest safe bins of one KPI beside the chosen means, distributions of KPIs tied to it and earlier classes."""
    refused = _refusal(part)
    if refused is not None:
        return BinsDecision((), (), refused)
    chosen = choose_bins(problem, choice, variables_of(part), part.edges, published, leans)
    if chosen.groups is None:
        return BinsDecision((), (), Ruling(False, "protected", chosen.limiting), chosen.worlds)
    edges, counts = merged(part.edges, part.counts, chosen.groups)
    if len(counts) == len(part.counts):
        return BinsDecision(edges, counts, Ruling(True, "finest-bins"), chosen.worlds)
    return BinsDecision(edges, counts, Ruling(True, "merged-bins", chosen.limiting), chosen.worlds)


def _refusal(part: KpiProblem) -> Ruling | None:
    """Why there is no distribution at all; None when there may be one."""
    if part.audience is None:
        return CEILING
    if len(part.values) < max(part.policy.minimum_contributors, 1):
        return TOO_FEW
    return None if part.edges else NO_BINS
