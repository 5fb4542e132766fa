"""Figures decided by counting: how many of their contributors each reader does not know.

The performance class and tests are not linear in the values. They are published where no reader has few hidden
contributors (reference: disclosure, section 2.3). Some reveal too much however many are hidden: a class that is missing
because nothing varies says that all values are equal, and the skewness says how close the hidden ones are.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pmm_site.disclose.decisions import CEILING, UNPROTECTABLE, ComparisonCandidate, KpiProblem, Ruling
from pmm_site.disclose.knowledge import Attacker, attackers
from pmm_site.disclose.steady import is_steady
from pmm_site.model import StatisticalTest

"""The test between users of an instrument and others."""
FEWEST_FOR_CLASS = 5
"""Fewest hidden contributors of a performance class, where there are any."""

SAFE = Ruling(True, "hidden-contributors")
AS_INCONCLUSIVE = Ruling(True, "as-inconclusive")
UNSTEADY = Ruling(False, "hangs-on-few")
NO_ROOM = Ruling(False, "class-tells")
NOT_ALL_SHOWN = Ruling(False, "not-all-shown")
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

    @property
    def is_nothing(self) -> bool:
        """Whether every reader knows all values."""
        return not self._hidden.any()

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

    Where they are all equal it is published as inconclusive: a class that only equal values get would reveal them.
    """
    if (refused := _refusal(part)) is not None:
        return refused
    everybody = (1 << len(part.values)) - 1
    ruling = hidden.ruling([everybody], FEWEST_FOR_CLASS)
    if ruling.published and not _vary(part.values) and hidden.of([everybody]).any():
        return AS_INCONCLUSIVE
    return ruling


def skewness_ruling(part: KpiProblem, hidden: HiddenContributors) -> Ruling:
    """Whether the figure of skewness may be published: only where every reader knows all values.

    Beside bins and known values it bounds how far the hidden ones lie apart, however many they are; and where nearly
    all are opened later, it gives the others away.
    """
    if (refused := _refusal(part)) is not None:
        return refused
    everybody = (1 << len(part.values)) - 1
    ruling = hidden.ruling([everybody], len(part.values) + 1)
    return ruling if ruling.published or ruling is CEILING else NOT_ALL_SHOWN


def _refusal(part: KpiProblem) -> Ruling | None:
    """Why nothing may be published on the shape of the values; None when it may."""
    if part.audience is None:
        return CEILING
    if part.scale <= 0:
        return UNPROTECTABLE
    return TOO_FEW_VALUES if len(part.values) < part.policy.performance_contributors else None


def _vary(values: Sequence[float]) -> bool:
    """Whether the values differ by more than rounding errors."""
    return bool(np.ptp(values) > 1e-12 * np.abs(values).max())


def comparison_rulings(part: KpiProblem, hidden: HiddenContributors) -> dict[tuple[str, str], Ruling]:
    """Which tests may be published, by test and factor."""
    return {(each.test, each.factor): _comparison(part, hidden, each) for each in part.tests}


def _comparison(part: KpiProblem, hidden: HiddenContributors, test: ComparisonCandidate) -> Ruling:
    """Whether a test may be published: over enough hidden values, and steady; or over values that all its readers know.

    Nobody knows who uses an instrument, so the number of users says nothing: users and others are counted together.
    """
    if part.scale <= 0:
        return UNPROTECTABLE
    fewest = part.policy.moments_contributors
    if test.test == StatisticalTest.MANN_WHITNEY:
        if sum(map(len, test.samples)) < 2 * fewest:
            return TOO_FEW_VALUES
        users, others = test.members
        ruling, is_known = hidden.ruling([users | others], fewest), False
    else:
        ruling = hidden.ruling(test.members, fewest)
        is_known = ruling.published and not hidden.of(test.members).any()
    return UNSTEADY if ruling.published and not is_known and not is_steady(test) else ruling
