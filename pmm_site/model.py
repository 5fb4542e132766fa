"""The vocabulary of the program: frozen types in the terms of the field, no input or output.

Every stage speaks in these words. The types follow the flow: what `load` reads (`Dataset`),
what `analyse` computes from it (`Statistics`) and whom a site or a value is for (`Readers`).
Ids are plain strings; a text for readers is a `Text`, a mapping from language to string.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

Text = Mapping[str, str]
"""A text for readers, by language code; the first language of the site is the fallback."""

PREVIEW = "preview"
"""What sites call themselves that are built without the name of a release."""


# --- who may see what ---------------------------------------------------------------------------


class Level(enum.Enum):
    """Disclosure level of a value, as the Member chose it; ordered by `strictness`."""

    PUBLIC = "public"
    WCO = "wco"
    UNION = "union"
    COUNTRY = "country"

    @cached_property
    def strictness(self) -> int:
        """0 for public up to 3 for country."""
        return list(Level).index(self)

    def stricter(self, other: Level) -> Level:
        """The stricter of two levels: what a KPI's ceiling does to a Member's choice."""
        return self if self.strictness >= other.strictness else other


@dataclass(frozen=True, slots=True)
class Readers:
    """A set of readers, made of communities. The Secretariat belongs to every set.

    `everyone` contains all others; `basic_users` are the users with a basic PMM role;
    `members` are Member communities (National Contact Points and peer reviewers of a Member).
    """

    everyone: bool = False
    basic_users: bool = False
    members: frozenset[str] = frozenset()

    def include(self, others: Readers) -> bool:
        """Whether every reader in `others` is also in this set."""
        if self.everyone:
            return True
        if others.everyone or (others.basic_users and not self.basic_users):
            return False
        return others.members <= self.members


EVERYONE = Readers(everyone=True)
NOBODY = Readers()
"""Nobody but the Secretariat."""


class SiteKind(enum.Enum):
    """The four kinds of disclosure tier."""

    PUBLIC = "public"
    WCO = "wco"
    UNION = "union"
    COUNTRY = "country"


@dataclass(frozen=True, slots=True)
class Site:
    """One static site: `public`, `wco`, `union-<id>` or `country-<iso3 in lower case>`.

    `subject` is the union id or the Member code, None on the public and the WCO site.
    """

    id: str
    kind: SiteKind
    readers: Readers
    subject: str | None = None


# --- the framework ------------------------------------------------------------------------------


class NameStatus(enum.Enum):
    """Whether a name was published by the WCO or stands in for one that is not known."""

    PUBLISHED = "published"
    ILLUSTRATIVE = "illustrative"


class Unit(enum.Enum):
    """What a KPI is measured in."""

    PERCENT = "percent"
    RATIO = "ratio"
    VARIATION = "variation"
    COUNT = "count"
    HOURS = "hours"
    DAYS = "days"
    INDEX = "index"

    @property
    def is_quantity(self) -> bool:
        """Counts, hours and days: rounded to significant digits, protected relative to the value."""
        return self in (Unit.COUNT, Unit.HOURS, Unit.DAYS)


class Direction(enum.Enum):
    """The desired end of a KPI; NONE cannot be judged by skewness."""

    HIGHER = "higher"
    LOWER = "lower"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Bounds:
    """Least and greatest possible value of a KPI in its unit; None is an open end."""

    lower: float | None = None
    upper: float | None = None


@dataclass(frozen=True, slots=True)
class Dimension:
    """One of the dimensions of Customs performance."""

    id: str
    name: Text


@dataclass(frozen=True, slots=True)
class Outcome:
    """An expected outcome of a dimension."""

    id: str
    dimension: str
    name: Text
    name_status: NameStatus = NameStatus.PUBLISHED


@dataclass(frozen=True, slots=True)
class KpiVersion:
    """A version of a KPI's definition, in force from cycle `since` to cycle `until` (None: open)."""

    version: str
    since: str | None = None
    until: str | None = None
    name: Text | None = None
    successor: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kpi:
    """A Key Performance Indicator as the catalogue defines it.

    `bins` are the finest edges of the distribution; `roundings` the steps of a mean, finest first,
    both as written in the catalogue or None for the unit's default.
    """

    id: str
    outcome: str
    name: Text
    unit: Unit
    bounds: Bounds
    direction: Direction
    definition: Text | None = None
    formula: Text | None = None
    ceiling: Level = Level.PUBLIC
    name_status: NameStatus = NameStatus.PUBLISHED
    analysed: bool = True
    capacity_building: tuple[str, ...] = ()
    bins: tuple[float, ...] | None = None
    roundings: tuple[Decimal, ...] | None = None
    versions: tuple[KpiVersion, ...] = ()

    def version_in(self, cycle: str, order: Sequence[str]) -> KpiVersion | None:
        """The version in force in a cycle, None where the catalogue names none for it.

        order: the ids of cycles, oldest first. A version that begins in none of them has not begun.
        """
        at = order.index(cycle)
        for version in self.versions:
            since = 0 if version.since is None else _place(version.since, order)
            if since <= at <= _place(version.until, order):
                return version
        return None

    def is_in_force(self, cycle: str, order: Sequence[str]) -> bool:
        """Whether the catalogue has the KPI in a cycle; one without versions is in all of them."""
        return not self.versions or self.version_in(cycle, order) is not None


def _place(cycle: str | None, order: Sequence[str]) -> int:
    """The place of a cycle, behind all others where it is none of them."""
    return order.index(cycle) if cycle in order else len(order)


@dataclass(frozen=True, slots=True)
class Instrument:
    """A WCO instrument or tool, mapped to the outcomes that it serves."""

    id: str
    name: Text
    outcomes: tuple[str, ...]
    url: str | None = None
    name_status: NameStatus = NameStatus.PUBLISHED


@dataclass(frozen=True, slots=True)
class CapacityArea:
    """An area of capacity building."""

    id: str
    name: Text


@dataclass(frozen=True, slots=True)
class Identity:
    """KPIs tied by arithmetic: the sum of factor times value over `terms` equals `equals`."""

    terms: Mapping[str, float]
    equals: float


@dataclass(frozen=True, slots=True)
class SdgLink:
    """An expected outcome mapped to a Sustainable Development Goal (1..17)."""

    outcome: str
    goal: int
    target: str | None = None
    status: NameStatus = NameStatus.PUBLISHED


@dataclass(frozen=True, slots=True)
class Group:
    """One group of a grouping, for example a WCO region."""

    id: str
    name: Text


@dataclass(frozen=True, slots=True)
class Grouping:
    """A way Members are grouped: region, income, geography, administration …"""

    id: str
    name: Text
    groups: tuple[Group, ...]


@dataclass(frozen=True)
class Catalogue:
    """The framework: what is measured, how it is organised and what it is mapped to."""

    version: str
    dimensions: tuple[Dimension, ...]
    outcomes: tuple[Outcome, ...]
    kpis: tuple[Kpi, ...]
    instruments: tuple[Instrument, ...] = ()
    capacity_building: tuple[CapacityArea, ...] = ()
    identities: tuple[Identity, ...] = ()
    sdg_mapping: tuple[SdgLink, ...] = ()
    groupings: tuple[Grouping, ...] = ()

    @cached_property
    def kpi_by_id(self) -> Mapping[str, Kpi]:
        """KPIs by id, in catalogue order."""
        return {kpi.id: kpi for kpi in self.kpis}

    @cached_property
    def outcome_by_id(self) -> Mapping[str, Outcome]:
        """Outcomes by id, in catalogue order."""
        return {outcome.id: outcome for outcome in self.outcomes}


# --- Members and cycles -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Member:
    """A WCO Member by ISO 3166-1 alpha-3 code; `groups` maps grouping id to group id (absent: in none)."""

    code: str
    name: Text
    groups: Mapping[str, str]


class Membership(NamedTuple):
    """A Member of a union in the reference years `first` to `last`, inclusive; None is open."""

    member: str
    first: int | None = None
    last: int | None = None

    def holds_in(self, year: int) -> bool:
        """Whether the membership holds in the reference year."""
        return (self.first is None or self.first <= year) and (self.last is None or year <= self.last)


@dataclass(frozen=True, slots=True)
class Union:
    """A customs union or regional community with dated membership."""

    id: str
    name: Text
    memberships: tuple[Membership, ...]

    def members_in(self, year: int) -> frozenset[str]:
        """The codes of the Members in the reference year."""
        return frozenset(each.member for each in self.memberships if each.holds_in(year))


class CycleStatus(enum.Enum):
    """A draft cycle is checked and stands on no site."""

    DRAFT = "draft"
    PUBLISHED = "published"


@dataclass(frozen=True, slots=True)
class Cycle:
    """A two-yearly collection of KPIs. `publish_at` is an ISO 8601 instant in UTC, None: at once."""

    id: str
    name: Text
    reference_year: int
    status: CycleStatus
    synthetic: bool = False
    publish_at: str | None = None
    nominated: int | None = None
    note: Text | None = None


class PeerReview(enum.Enum):
    """Where the Member stands in the second phase of its assessment."""

    NONE = "none"
    REQUESTED = "requested"
    COMPLETED = "completed"


@dataclass(frozen=True, slots=True)
class Participant:
    """A Member that takes part in a cycle; `groups` are those of members.csv with this cycle's overrides."""

    member: str
    groups: Mapping[str, str]
    peer_review: PeerReview = PeerReview.NONE


class ResponseStatus(enum.Enum):
    """What a Member said of a KPI."""

    REPORTED = "reported"
    NOT_APPLICABLE = "not-applicable"
    NOT_AVAILABLE = "not-available"


class ObsStatus(enum.Enum):
    """SDMX CL_OBS_STATUS, the codes used here: normal value, data cannot exist, missing, suppressed."""

    SHOWN = "A"
    NOT_APPLICABLE = "M"
    NOT_REPORTED = "O"
    NOT_SHOWN = "Q"


class ConfStatus(enum.Enum):
    """SDMX CL_CONF_STATUS, the codes used here: free, not for publication, confidential."""

    FREE = "F"
    NOT_AT_THIS_LEVEL = "N"
    PROTECTED = "C"


@dataclass(frozen=True, slots=True)
class Observation:
    """The answer of one participant to one KPI in one cycle.

    `value` is None unless `status` is REPORTED; `written` is the number exactly as submitted.
    `level` is the Member's own choice after its default (before the KPI's ceiling); `unions`
    are the unions that may see it when `level` is UNION.
    """

    kpi: str
    member: str
    status: ResponseStatus
    value: float | None = None
    written: str = ""
    level: Level = Level.COUNTRY
    unions: frozenset[str] = frozenset()
    note: str = ""


class Usage(enum.Enum):
    """Use of an instrument or tool."""

    IN_USE = "in-use"
    PLANNED = "planned"
    NOT_PLANNED = "not-planned"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a participant said of an instrument; None is no answer. Always country level."""

    member: str
    instrument: str
    aware: bool | None
    usage: Usage | None


@dataclass(frozen=True)
class CycleData:
    """A cycle with all that its participants said.

    `observations` holds exactly one entry per participant and KPI in force in the cycle, in the
    order of the catalogue and then of Member codes: a missing row is NOT_AVAILABLE.
    """

    cycle: Cycle
    participants: Mapping[str, Participant]
    observations: tuple[Observation, ...]
    answers: tuple[Answer, ...]

    @cached_property
    def by_kpi(self) -> Mapping[str, tuple[Observation, ...]]:
        """The observations of each KPI in force, by KPI id."""
        by_kpi: dict[str, list[Observation]] = {}
        for observation in self.observations:
            by_kpi.setdefault(observation.kpi, []).append(observation)
        return {kpi: tuple(observations) for kpi, observations in by_kpi.items()}


# --- settings -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SiteSelection:
    """Which sites a project has.

    `unions`: `all`, `none` or ids of unions. `countries`: `all`, `none`, `participants` (of a published cycle) or codes
    of Members.
    """

    public: bool = True
    wco: bool = True
    unions: str | tuple[str, ...] = "all"
    countries: str | tuple[str, ...] = "participants"


@dataclass(frozen=True, slots=True)
class Protection:
    """How wide an attacker's interval must be, as fractions.

    `side`: of the range (bounded units) or of the value (quantities) on each side;
    `width`: in all; `floor`: least side of a quantity as a fraction of the range.
    """

    side: float
    width: float
    floor: float = 0.0


DEFAULT_PROTECTION: Mapping[Unit, Protection] = {
    unit: Protection(0.15, 0.30, 0.01) if unit.is_quantity else Protection(0.02, 0.10) for unit in Unit
}

DEFAULT_WEIGHTS: Mapping[str, float] = {
    "all": 20.0, "region": 6.0, "income": 5.0, "other": 4.0, "union": 4.0, "crossing": 1.0,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class WorkLimits:
    """Limits of the search for roundings, in work and never in seconds, so that bytes do not depend on the machine."""

    rounds: int = 200
    linear_programs: int = 2_000_000
    nodes: int = 100_000


@dataclass(frozen=True, slots=True)
class DisclosurePolicy:
    """The `disclosure` section of site.yml: rules as data.

    `basis`: figures are over all `submitted` values, or over those `visible` on a site. `coalitions`: who pools what
    they know: `none`, `unions` or `pairs` (unions and pairs of Members). `protection`: how wide intervals stay, by
    unit. `minimum_contributors`: fewest of a mean, a distribution or shares. `performance_contributors`: fewest values
    of a performance class. `moments_contributors`: fewest hidden contributors, where there are any, of a skewness or a
    test. `crossings`: pairs of groupings whose combined groups have means. `roundings`: `per-cell`, or `per-kpi` for
    one step in all means of a KPI. `weights`: what a mean is worth when steps are chosen, by grouping. `work_limits`:
    of the choice of steps.
    """

    basis: str = "submitted"
    coalitions: str = "pairs"
    protection: Mapping[Unit, Protection] = field(default_factory=lambda: dict(DEFAULT_PROTECTION))
    minimum_contributors: int = 3
    performance_contributors: int = 10
    moments_contributors: int = 10
    crossings: tuple[tuple[str, str], ...] = ()
    roundings: str = "per-cell"
    weights: Mapping[str, float] = field(default_factory=lambda: dict(DEFAULT_WEIGHTS))
    peer_review_disclosure: Level = Level.COUNTRY
    work_limits: WorkLimits = WorkLimits()


@dataclass(frozen=True, slots=True)
class AnalysisPolicy:
    """The `analysis` section of site.yml: thresholds of verdicts, in percent unless said.

    A goal is most productive when at least `sdg_well_performing` of its judged KPIs perform well and
    their mean response rate is at least `sdg_response_rate`. An instrument is much used from
    `instrument_high_use` in use, little used below `instrument_low_use`; few plan to use it where at most
    `instrument_few_plans` plan to and it is not much used. An area has high priority from
    `capacity_high` and medium from `capacity_medium` (share of its KPIs that perform low or that fewer than
    `capacity_response_rate` report). `significance` is the level of tests, a fraction.
    """

    sdg_well_performing: float = 50.0
    sdg_response_rate: float = 50.0
    instrument_high_use: float = 70.0
    instrument_low_use: float = 50.0
    instrument_few_plans: float = 20.0
    capacity_high: float = 50.0
    capacity_medium: float = 25.0
    capacity_response_rate: float = 50.0
    significance: float = 0.05


@dataclass(frozen=True, slots=True)
class Settings:
    """The content of site.yml, with defaults for what it leaves out; `base_urls`: one with `{site}`, or by site id."""

    title: Text
    languages: tuple[str, ...] = ("en",)
    organization: Text | None = None
    contact: str | None = None
    licence: Text | None = None
    notice: Text | None = None
    theme: str = "default"
    sites: SiteSelection = SiteSelection()
    base_urls: str | Mapping[str, str] | None = None
    disclosure: DisclosurePolicy = DisclosurePolicy()
    analysis: AnalysisPolicy = AnalysisPolicy()


@dataclass(frozen=True, slots=True)
class ContentPage:
    """A narrative page: Markdown with front matter, meant for the sites that match `sites` (patterns)."""

    language: str
    slug: str
    title: str
    markdown: str
    order: int = 0
    sites: tuple[str, ...] = ("*",)
    cycle: str | None = None


@dataclass(frozen=True)
class Dataset:
    """Everything in a project folder, checked. Confidential: it never crosses to `render`.

    `cycles` are in the order of their reference years and include drafts; `published_cycles`
    are those that may stand on sites at this build.
    """

    settings: Settings
    catalogue: Catalogue
    members: Mapping[str, Member]
    unions: Mapping[str, Union]
    cycles: tuple[CycleData, ...]
    published_cycles: tuple[str, ...]
    content: tuple[ContentPage, ...] = ()
    salt: str | None = None

    @cached_property
    def published(self) -> tuple[CycleData, ...]:
        """The cycles that may stand on sites, oldest first."""
        return tuple(data for data in self.cycles if data.cycle.id in self.published_cycles)


# --- statistics ---------------------------------------------------------------------------------


class GroupKey(NamedTuple):
    """A group of Members: ("all", "all"), ("region", "esa"), ("union", "eac"), ("region:income", "esa:low")."""

    grouping: str
    group: str


ALL = GroupKey("all", "all")


class Performance(enum.Enum):
    """Verdict on a KPI from the skewness of its values against the desired end."""

    WELL = "well"
    LOW = "low"
    INCONCLUSIVE = "inconclusive"
    NOT_EVALUABLE = "not-evaluable"


class Verdict(NamedTuple):
    """Adjusted Fisher-Pearson skewness (None: too few values or no variation) and the class it gives."""

    skewness: float | None
    performance: Performance


@dataclass(frozen=True)
class KpiStatistics:
    """Statistics of one KPI in one cycle over one set of values (all submitted, or those a site shows).

    `values`: the contributors' values by Member, sorted by code. `groups`: the contributors of each
    group, sorted; a group nobody contributed to is present and empty. `edges` and `counts`: the finest
    distribution (len(edges) == len(counts) + 1), empty where the KPI has none.
    """

    cycle: str
    kpi: str
    values: Mapping[str, float]
    groups: Mapping[GroupKey, tuple[str, ...]]
    edges: tuple[float, ...] = ()
    counts: tuple[int, ...] = ()
    participants: int = 0
    not_applicable: int = 0
    not_available: int = 0

    def mean(self, key: GroupKey = ALL) -> float | None:
        """Mean over a group in the KPI's unit, None when nobody contributed."""
        members = self.groups.get(key, ())
        return self.mean_of(members) if members else None

    def mean_of(self, members: Sequence[str]) -> float:
        """Mean over some contributors, at least one, in the KPI's unit."""
        return math.fsum(self.values[member] for member in members) / len(members)


@dataclass(frozen=True, slots=True)
class InstrumentStatistics:
    """Answers on one instrument in one cycle, by Member; a Member without an answer is absent."""

    cycle: str
    instrument: str
    aware: Mapping[str, bool]
    usage: Mapping[str, Usage]


class StatisticalTest(enum.StrEnum):
    """A test of a KPI's values, by its name in the published tables.

    Between the groups of a grouping, between users of an instrument and others, or between two cycles (Wilcoxon's
    signed-rank test of the differences).
    """

    KRUSKAL_WALLIS = "kruskal-wallis"
    MANN_WHITNEY = "mann-whitney"
    CHANGE = "change"


class GroupTest(NamedTuple):
    """A `StatisticalTest` on submitted values.

    `factor`: a grouping id, instrument id or previous cycle. `groups`: the contributors of each sample, for the
    disclosure rule. `samples`: what is ranked, by group; of a change the differences. `turns`: the p-value at which the
    verdict would turn. A significant test stays significant up to it, any other stays so above it, however the p-values
    of the rest of its family change while these keep their verdicts.
    """

    cycle: str
    kpi: str
    test: str
    factor: str
    significant: bool
    groups: tuple[frozenset[str], ...]
    samples: tuple[tuple[float, ...], ...]
    turns: float


@dataclass(frozen=True)
class Statistics:
    """Everything `analyse` computes over one set of values, by (cycle, KPI) and (cycle, instrument)."""

    kpis: Mapping[tuple[str, str], KpiStatistics]
    instruments: Mapping[tuple[str, str], InstrumentStatistics]
    tests: tuple[GroupTest, ...] = ()
