"""The vocabulary of the decisions: what is asked of one KPI in one cycle, and what was decided.

A question (`KpiProblem`, `RateProblem`) holds all that its answer depends on and can be pickled, so that
it may be answered in another process and kept by its content. An answer holds no confidential value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from pmm_site.disclose.history import Past, Version
from pmm_site.disclose.knowledge import NOTHING_PAST, Knowledge
from pmm_site.disclose.records import RecordedShares
from pmm_site.model import ALL, DisclosurePolicy, GroupKey, Identity, Kpi, Readers

SUBMITTED = "submitted"
VISIBLE = "visible"


class MeanKey(NamedTuple):
    """A mean of a KPI in a cycle: of a group, or of those in it who also reported in cycle `other`."""

    group: GroupKey
    other: str | None = None


GLOBAL = MeanKey(ALL)


class MeanCandidate(NamedTuple):
    """A mean that may be published.

    contributors: bits of the Members in it. steps: its roundings, finest first. weight: what publishing it
    is worth. audience: who may open a site that gives it.
    """

    key: MeanKey
    contributors: int
    steps: tuple[Decimal, ...]
    weight: float
    audience: Readers


class ComparisonCandidate(NamedTuple):
    """A test to be decided: `members` are bits of the contributors of each sample, the rest is as in `GroupTest`."""

    test: str
    factor: str
    members: tuple[int, ...]
    significant: bool
    samples: tuple[tuple[float, ...], ...]
    turns: float


@dataclass(frozen=True)
class KpiProblem:
    """One KPI in one cycle: the values, who knows which of them, and which figures are wanted.

    values: the current ones, in the order of `knowledge.contributors`. audience: the readers of the figures that
    all sites have in common; None where the ceiling admits no such figure. scale: the range R of the protection.
    past: what was published before; older: versions of values that only earlier figures are over, after the current.
    """

    cycle: str
    kpi: Kpi
    values: tuple[float, ...]
    knowledge: Knowledge
    means: tuple[MeanCandidate, ...]
    edges: tuple[float, ...]
    counts: tuple[int, ...]
    tests: tuple[ComparisonCandidate, ...]
    audience: Readers | None
    scale: float
    policy: DisclosurePolicy
    past: Past = NOTHING_PAST
    older: tuple[Version, ...] = ()


@dataclass(frozen=True)
class Question:
    """KPIs tied by identities in one cycle (most often one), to be decided together.

    salt: a secret that keeps the choice from being computed again.
    """

    parts: tuple[KpiProblem, ...]
    identities: tuple[Identity, ...] = ()
    salt: str = ""

    @property
    def is_of_something_known(self) -> bool:
        """Whether more is known of the values than who may see them: figures published before, identities."""
        past = [part.past for part in self.parts]
        return bool(self.identities) or any(each.means or each.distributions or each.classes for each in past)


class Ruling(NamedTuple):
    """Whether a figure is published, by which rule (a code of `log.RULES`), and the readers who limited it, by name."""

    published: bool
    rule: str
    readers: tuple[str, ...] = ()


class MeanDecision(NamedTuple):
    """A mean and the step it is rounded to; both None where it may not be shown."""

    mean: Decimal | None
    step: Decimal | None
    ruling: Ruling


class Search(NamedTuple):
    """How the roundings were found: `optimal` and proven, or `greedy`, `closed`; the work it took.

    exposed: (reader, key of a value) that facts and knowledge alone give away.
    """

    method: str
    proven: bool
    rounds: int
    linear_programs: int
    nodes: int
    exposed: tuple[tuple[str, str], ...] = ()


NOT_PUBLISHED = Ruling(False, "not-candidate")
TOO_FEW = Ruling(False, "minimum-contributors")
CEILING = Ruling(False, "ceiling")
UNPROTECTABLE = Ruling(False, "no-protection")


@dataclass(frozen=True)
class KpiDecision:
    """What may be published of one KPI in one cycle, on every site alike.

    means: one entry per candidate. edges, counts: the published bins, merged from the finest; empty where
    there is no distribution. performance: whether the class is over all submitted values; skewness: whether
    its figure may be published. tests: those that may be published. search: how the means were chosen.
    """

    cycle: str
    kpi: str
    means: Mapping[MeanKey, MeanDecision]
    edges: tuple[float, ...] = ()
    counts: tuple[int, ...] = ()
    distribution: Ruling = NOT_PUBLISHED
    performance: Ruling = NOT_PUBLISHED
    skewness: Ruling = NOT_PUBLISHED
    tests: Mapping[tuple[str, str], Ruling] = field(default_factory=dict)
    search: Search | None = None


@dataclass(frozen=True)
class RateProblem:
    """One instrument in one cycle: respondents of each question and their answers as shares are made of them.

    past_aware, past_usage: what was published before of each question.
    """

    cycle: str
    instrument: str
    aware: Mapping[str, bool]
    usage: Mapping[str, str]
    unions: Mapping[str, tuple[str, ...]]
    everybody: tuple[str, ...]
    policy: DisclosurePolicy
    past_aware: tuple[RecordedShares, ...] = ()
    past_usage: tuple[RecordedShares, ...] = ()


@dataclass(frozen=True)
class RateDecision:
    """Shares in percent, each blank where it may not be shown, and the step they are rounded to."""

    cycle: str
    instrument: str
    aware: Decimal | None
    in_use: Decimal | None
    planned: Decimal | None
    not_planned: Decimal | None
    step: Decimal | None
    awareness: Ruling = NOT_PUBLISHED
    use: Ruling = NOT_PUBLISHED


@dataclass(frozen=True)
class Decisions:
    """The one table of decisions that all sites share, by (cycle, KPI) and (cycle, instrument)."""

    kpis: Mapping[tuple[str, str], KpiDecision]
    rates: Mapping[tuple[str, str], RateDecision]
    basis: str
