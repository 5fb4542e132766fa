"""The tables of the release package, a row type each: the only figures that leave the confidential side.

Columns, types and codes are those of the published data; names are fixed (reference: formats).
Means, roundings and shares are decimals, so that what is printed is what was decided; None is a blank.
Status codes follow SDMX: `ObsStatus` and `ConfStatus` of the vocabulary.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from pmm_site.model import ConfStatus, ObsStatus, Text


class CycleRow(NamedTuple):
    """A published cycle; `participants` and `nominated` count Members."""

    cycle: str
    name: Text
    reference_year: int
    participants: int
    nominated: int | None
    synthetic: bool
    note: str


class MemberRow(NamedTuple):
    """A Member in a cycle with its group in each grouping (absent: in none)."""

    cycle: str
    member: str
    name: Text
    participates: bool
    groups: Mapping[str, str]
    peer_review: str | None


class ValueRow(NamedTuple):
    """One value as this site may show it; `value` is the number as submitted or blank."""

    cycle: str
    kpi: str
    member: str
    value: str
    obs_status: ObsStatus
    conf_status: ConfStatus
    disclosure: str | None = None
    note: str | None = None


class AggregateRow(NamedTuple):
    """The mean of a group over all submitted values, and over the values that this site shows."""

    cycle: str
    kpi: str
    grouping: str
    group: str
    contributors: int
    mean: Decimal | None
    rounding: Decimal | None
    obs_status: ObsStatus
    conf_status: ConfStatus
    visible_contributors: int
    visible_mean: Decimal | None


class ChangeRow(NamedTuple):
    """The means of the Members that reported the KPI in both cycles and were in the group in both."""

    cycle: str
    previous: str
    kpi: str
    grouping: str
    group: str
    contributors: int
    mean: Decimal | None
    previous_mean: Decimal | None
    rounding: Decimal | None
    obs_status: ObsStatus
    conf_status: ConfStatus


class GroupTestRow(NamedTuple):
    """A test between groups, cycles or users of an instrument: significant or not, nothing finer."""

    cycle: str
    kpi: str
    test: str
    factor: str
    significant: bool
    basis: str


class FindingRow(NamedTuple):
    """A KPI and an instrument that together give a finding of the report."""

    cycle: str
    finding: str
    kpi: str
    instrument: str


class SummaryRow(NamedTuple):
    """A KPI over all Members: response rate in percent, bins of the quartiles, skewness and class.

    `basis` says whether skewness and class are over all submitted values or over the visible ones.
    """

    cycle: str
    kpi: str
    contributors: int
    response_rate: Decimal
    q1_from: Decimal | None
    q1_to: Decimal | None
    median_from: Decimal | None
    median_to: Decimal | None
    q3_from: Decimal | None
    q3_to: Decimal | None
    skewness: Decimal | None
    performance: str
    basis: str


class DistributionRow(NamedTuple):
    """One bin of a KPI's distribution; a blank edge is an open end. The last bin holds its upper edge."""

    cycle: str
    kpi: str
    bin_from: Decimal | None
    bin_to: Decimal | None
    contributors: int


class CoverageRow(NamedTuple):
    """Who answered a KPI, in Members."""

    cycle: str
    kpi: str
    participants: int
    reported: int
    not_applicable: int
    not_available: int


class InstrumentRow(NamedTuple):
    """Awareness and use of an instrument, in percent of those who answered each question."""

    cycle: str
    instrument: str
    aware_respondents: int
    aware: Decimal | None
    usage_respondents: int
    in_use: Decimal | None
    planned: Decimal | None
    not_planned: Decimal | None
    rounding: Decimal | None
    obs_status: ObsStatus
    conf_status: ConfStatus


class AnswerRow(NamedTuple):
    """The own Member's answer on an instrument."""

    cycle: str
    instrument: str
    aware: str
    usage: str


class VisibilityRow(NamedTuple):
    """Where a value of the own Member appears; lists are separated by `;`."""

    cycle: str
    kpi: str
    level: str
    unions: str
    sites: str


class SdgRow(NamedTuple):
    """Contribution to a Sustainable Development Goal; `contribution` is most-productive or other."""

    cycle: str
    goal: int
    outcomes: int
    kpis: int
    well_performing: int
    response_rate: Decimal | None
    contribution: str


class CapacityRow(NamedTuple):
    """Need for capacity building in an area, for all Members or a group; `priority` high, medium or low."""

    cycle: str
    area: str
    grouping: str
    group: str
    kpis: int
    low_performing: int
    response_rate: Decimal | None
    priority: str


TABLES: Mapping[str, type] = {
    "cycles": CycleRow,
    "members": MemberRow,
    "values": ValueRow,
    "aggregates": AggregateRow,
    "changes": ChangeRow,
    "tests": GroupTestRow,
    "findings": FindingRow,
    "summary": SummaryRow,
    "distribution": DistributionRow,
    "coverage": CoverageRow,
    "instruments": InstrumentRow,
    "answers": AnswerRow,
    "visibility": VisibilityRow,
    "sdgs": SdgRow,
    "capacity": CapacityRow,
}
"""Every table of the release package by the stem of its file."""

COUNTRY_TABLES = frozenset({"answers", "visibility"})
"""Tables that only country sites hold."""
