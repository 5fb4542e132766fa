"""Figures decided by counting: how many of their contributors each reader does not know.

The performance class, the figure of skewness and tests are no linear figures; they are told where nobody's
hidden contributors are few (reference: disclosure, section 2.3). Some tell too much however many are hidden: that there
is no class for want of variation says that all values are one, and a skewness near its greatest that all but one are.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pmm_site.disclose.decisions import CEILING, UNPROTECTABLE, ComparisonCandidate, KpiProblem, Ruling
from pmm_site.disclose.knowledge import Attacker, attackers
from pmm_site.disclose.steady import is_steady

BETWEEN_USERS = "mann-whitney"
"""The test between users of an instrument and others."""
FEWEST_FOR_CLASS = 5
"""Fewest hidden contributors of a performance class, where there are any."""

MOST_SKEWED = 0.9
"""Of the greatest skewness that so many values can have, the share above which the figure is not told."""

SAFE = Ruling(True, "hidden-contributors")
ALL_ALIKE = Ruling(False, "all-alike")
AS_INCONCLUSIVE = Ruling(True, "as-inconclusive")
UNSTEADY = Ruling(False, "hangs-on-few")
TOO_FEW_VALUES = Ruling(False, "contributors")


class HiddenContributors:
    """How many contributors of any set are hidden from each reader of the figures that all sites have in common."""

    def __init__(self, part: KpiProblem) -> None:
        self._size = len(part.values)
        readers: tuple[Attacker, ...] = ()
        if part.audience is not None and self._size:
            everyone = attackers(part.knowledge, (part.audience,), part.policy.coalitions)
            readers = tuple(reader for reader in everyone if reader.opens)
        self.names = tuple(reader.name for reader in readers)
        self._hidden = 1 - np.array([self._flags(each.knows) for each in readers], dtype=np.float32)

    def _flags(self, mask: int) -> list[int]:
        return [mask >> number & 1 for number in range(self._size)]

    def of(self, sets: Sequence[int]) -> npt.NDArray[np.float32]:
        """Hidden contributors: readers x sets."""
        members = np.array([self._flags(mask) for mask in sets], dtype=np.float32).T
        return np.asarray(self._hidden @ members)

    def ruling(self, sets: Sequence[int], fewest: int) -> Ruling:
        """Whether for every reader the hidden contributors of each set are none or at least so many."""
        if not self.names or not sets:
            return CEILING
        found = self.of(sets)
        wrong = np.flatnonzero(((found > 0) & (found < fewest)).any(axis=1))
        return Ruling(False, SAFE.rule, tuple(self.names[row] for row in wrong[:3])) if len(wrong) else SAFE


def class_ruling(part: KpiProblem, hidden: HiddenContributors) -> Ruling:
    """Whether the performance class may be over all submitted values.

    Where they are all equal it is told as inconclusive: anything that only happens to equal values would tell of them.
    """
    ruling = _shape(part, hidden, FEWEST_FOR_CLASS, 1.0)
    return AS_INCONCLUSIVE if ruling is ALL_ALIKE else ruling


def skewness_ruling(part: KpiProblem, hidden: HiddenContributors) -> Ruling:
    """Whether the figure of skewness may be told."""
    return _shape(part, hidden, max(part.policy.moments_contributors, FEWEST_FOR_CLASS), MOST_SKEWED)


def _shape(part: KpiProblem, hidden: HiddenContributors, fewest: int, most: float) -> Ruling:
    if part.audience is None:
        return CEILING
    if part.scale <= 0:
        return UNPROTECTABLE
    if len(part.values) < part.policy.performance_contributors:
        return TOO_FEW_VALUES
    everybody = (1 << len(part.values)) - 1
    ruling = hidden.ruling([everybody], fewest)
    if ruling.published and hidden.of([everybody]).any() and _lopsided(part.values) > most:
        return ALL_ALIKE
    return ruling


def _lopsided(values: Sequence[float]) -> float:
    """The size of the skewness as a share of the greatest that so many values can have; infinite for equal ones."""
    away = np.array(values) - np.mean(values)
    if not np.ptp(values) > 1e-12 * np.abs(values).max():
        return np.inf
    # |G1| is at most the square root of n: all values alike but one.
    number = len(values)
    plain = (away**3).mean() / (away**2).mean() ** 1.5
    return float(abs(plain) * np.sqrt(number - 1) / max(number - 2, 1))


def comparison_rulings(part: KpiProblem, hidden: HiddenContributors) -> dict[tuple[str, str], Ruling]:
    """Which tests may be told, by test and factor."""
    return {(each.test, each.factor): _comparison(part, hidden, each) for each in part.tests}


def _comparison(part: KpiProblem, hidden: HiddenContributors, test: ComparisonCandidate) -> Ruling:
    """Whether a test may be told: over enough hidden values, and steady; or over values that all its readers know.

    Of users and others of an instrument nobody knows who they are: their number tells nothing, both together count.
    """
    if part.scale <= 0:
        return UNPROTECTABLE
    fewest = part.policy.moments_contributors
    if test.test == BETWEEN_USERS:
        if sum(map(len, test.samples)) < 2 * fewest:
            return TOO_FEW_VALUES
        users, others = test.members
        ruling, is_known = hidden.ruling([users | others], fewest), False
    else:
        ruling = hidden.ruling(test.members, fewest)
        is_known = ruling.published and not hidden.of(test.members).any()
    return UNSTEADY if ruling.published and not is_known and not is_steady(test) else ruling
