"""The release package indexed for pages: rows by cycle, KPI, group or Member, each index made on first use."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from itertools import chain
from typing import Any, cast

from pmm_site.model import ALL, ContentPage, GroupKey, Kpi, KpiVersion, ObsStatus, SiteKind
from pmm_site.package import PackageInfo, ReleasePackage, UnionName
from pmm_site.package.columns import Column
from pmm_site.package.writing import layout_of
from pmm_site.render.framework import Framework
from pmm_site.render.memo import Same, one_for
from pmm_site.render.tracing import Traced, TracedFields, site_specific, traced, traced_index
from pmm_site.tables import (
    AggregateRow,
    AnswerRow,
    CapacityRow,
    ChangeRow,
    CoverageRow,
    CycleRow,
    DistributionRow,
    FindingRow,
    GroupTestRow,
    InstrumentRow,
    MemberRow,
    SdgRow,
    SummaryRow,
    ValueRow,
    VisibilityRow,
)

CycleKpi = tuple[str, str]


def _grouped(rows: tuple[Any, ...], *names: str) -> dict[tuple[Any, ...], list[Any]]:
    """Rows by the values of some columns, in file order."""
    found: dict[tuple[Any, ...], list[Any]] = {}
    for row in rows:
        found.setdefault(tuple(getattr(row, name) for name in names), []).append(row)
    return found


def _without_review(row: MemberRow) -> MemberRow:
    """A Member's row without what differs by site: one object for one content."""
    plain = row._replace(peer_review=None)
    return one_for(("member", repr(plain)), lambda: plain)


def _published(row: AggregateRow) -> AggregateRow:
    """A mean as it is published, the same on many sites: without that over the values which one of them shows."""
    return one_for(("published", Same(row)), lambda: _interned(row._replace(visible_contributors=0, visible_mean=None)))


def _interned(row: AggregateRow) -> AggregateRow:
    """One object for rows that print alike."""
    return one_for(("published", *map(str, row)), lambda: row)


class SiteView(Framework, Traced):
    """What one site may show, ready to be looked up. It holds the package and nothing else.

    Every method in which sites may differ is marked for `tracing`, so that pieces of pages can be shared between sites.
    What is read from the catalogue alone is the same wherever the catalogue is.
    """

    def __init__(self, package: ReleasePackage) -> None:
        Framework.__init__(self, package.catalogue)
        Traced.__init__(self)
        self._package = package
        self.info = cast(PackageInfo, TracedFields(self, "info", package.info))

    def answer(self, name: str, arguments: tuple[Any, ...]) -> Any:
        """What a marked method returns, or the package's `info`, without recording the query."""
        return self._package.info if name == "info" else super().answer(name, arguments)

    @traced
    def rows(self, table: str) -> tuple[Any, ...]:
        """The rows of a table, none where this kind of site has no such table."""
        return self._package.tables.get(table, ())

    # --- cycles ---------------------------------------------------------------------------------

    @property
    @traced
    def cycles(self) -> tuple[CycleRow, ...]:
        """Published cycles, oldest first."""
        return tuple(sorted(self.rows("cycles"), key=lambda row: (row.reference_year, row.cycle)))

    @property
    @traced_index
    def cycle_by_id(self) -> Mapping[str, CycleRow]:
        """Published cycles by id."""
        return {row.cycle: row for row in self.cycles}

    @property
    def latest(self) -> CycleRow | None:
        """The latest published cycle; None before the first is published."""
        return self.cycles[-1] if self.cycles else None

    # --- unions, KPIs in a cycle ------------------------------------------------------------------

    @property
    @traced_index
    def union_by_id(self) -> Mapping[str, UnionName]:
        """Unions that this site may name, by id."""
        return {each.id: each for each in self._package.unions}

    @property
    @traced
    def unions(self) -> tuple[UnionName, ...]:
        """Unions that this site may name, in the order of the catalogue."""
        return self._package.unions

    @property
    @traced
    def content(self) -> tuple[ContentPage, ...]:
        """Narrative pages of the project."""
        return self._package.content

    @traced
    def columns(self, table: str) -> tuple[Column, ...]:
        """The columns that a table has on this site."""
        return layout_of(self._package, table)

    @traced
    def count(self, table: str) -> int:
        """How many rows a table has."""
        return len(self.rows(table))

    def admits(self, kpi: Kpi) -> bool:
        """Whether the ceiling of a KPI lets this site hold any figure of it."""
        order = {SiteKind.PUBLIC: 0, SiteKind.WCO: 1, SiteKind.UNION: 2, SiteKind.COUNTRY: 3}
        return kpi.ceiling.strictness <= order[self.info.kind]

    def in_force(self, kpi: Kpi, cycle: str) -> bool:
        """Whether the catalogue has this KPI in the cycle (no versions: always)."""
        return cycle not in self.cycle_by_id or kpi.is_in_force(cycle, [row.cycle for row in self.cycles])

    def is_measured(self, kpi: Kpi) -> bool:
        """Whether a KPI is one of the latest cycle (True as long as there is none)."""
        return self.latest is None or self.in_force(kpi, self.latest.cycle)

    def version_in(self, kpi: Kpi, cycle: str) -> KpiVersion | None:
        """The version of a KPI in force in a cycle of this site, None where the catalogue names none for it."""
        return kpi.version_in(cycle, [row.cycle for row in self.cycles])

    # --- Members --------------------------------------------------------------------------------

    @property
    @site_specific
    def own(self) -> str | None:
        """The Member that a country site is for. Pages that speak of each Member ask `is_own`: they are shared."""
        return self.info.subject if self.info.kind is SiteKind.COUNTRY else None

    @traced
    def is_own(self, member: str) -> bool:
        """Whether a country site is for this Member."""
        return member == self.own

    @traced
    def own_group(self, cycle: str, grouping: str) -> str | None:
        """The group that the own Member is in, None on other sites."""
        row = self._members.get(cycle, {}).get(self.own or "")
        return row.groups.get(grouping) if row else None

    @traced_index
    def members(self, cycle: str) -> Mapping[str, MemberRow]:
        """Member rows of a cycle by code, without their peer reviews, which few sites show."""
        return {code: _without_review(row) for code, row in self._members.get(cycle, {}).items()}

    @traced
    def peer_reviews(self, cycle: str) -> Mapping[str, str]:
        """The stage of the peer review by Member, for those of which this site may show it."""
        return {code: row.peer_review for code, row in self._members.get(cycle, {}).items() if row.peer_review}

    @cached_property
    def _members(self) -> Mapping[str, Mapping[str, MemberRow]]:
        found: dict[str, dict[str, MemberRow]] = {}
        for row in self.rows("members"):
            found.setdefault(row.cycle, {})[row.member] = row
        return found

    @property
    @traced_index
    def member_by_code(self) -> Mapping[str, MemberRow]:
        """The newest row of each Member."""
        found: dict[str, MemberRow] = {}
        for cycle in self.cycles:
            found.update(self.members(cycle.cycle))
        return found

    @property
    @traced
    def members_shown(self) -> tuple[str, ...]:
        """Members of which this site shows at least one value: they have a page."""
        return tuple(sorted(frozenset(chain.from_iterable(self._members_shown_in.values()))))

    @property
    @traced_index
    def pages_of_members(self) -> Mapping[str, bool]:
        """The same Members, to ask for one."""
        return dict.fromkeys(self.members_shown, True)

    # --- figures --------------------------------------------------------------------------------

    @cached_property
    def _aggregates(self) -> Mapping[CycleKpi, Mapping[GroupKey, AggregateRow]]:
        found: dict[CycleKpi, dict[GroupKey, AggregateRow]] = {}
        for row in self.rows("aggregates"):
            found.setdefault((row.cycle, row.kpi), {})[GroupKey(row.grouping, row.group)] = row
        return found

    @traced_index
    def aggregates(self, cycle: str, kpi: str) -> Mapping[GroupKey, AggregateRow]:
        """All aggregate rows of a KPI in a cycle; beside a published mean none over the values shown, as on pages."""
        published = self.answer("means", (cycle, kpi))
        return {
            key: row if row.mean is None else published[key]
            for key, row in self._aggregates.get((cycle, kpi), {}).items()
        }

    def aggregate(self, cycle: str, kpi: str, key: GroupKey = ALL) -> AggregateRow | None:
        """The aggregate of one group, None where the package has no such row."""
        return self.aggregates(cycle, kpi).get(key)

    @traced_index
    def means(self, cycle: str, kpi: str) -> Mapping[GroupKey, AggregateRow]:
        """The same rows as published, for what never prints the mean over the values shown: most sites share it."""
        return {key: _published(row) for key, row in self._aggregates.get((cycle, kpi), {}).items()}

    def mean(self, cycle: str, kpi: str, key: GroupKey = ALL) -> AggregateRow | None:
        """The published mean of one group, None where the package has no such row."""
        return self.means(cycle, kpi).get(key)

    @cached_property
    def _changes(self) -> Mapping[CycleKpi, Mapping[GroupKey, ChangeRow]]:
        found: dict[CycleKpi, dict[GroupKey, ChangeRow]] = {}
        for row in self.rows("changes"):
            found.setdefault((row.cycle, row.kpi), {})[GroupKey(row.grouping, row.group)] = row
        return found

    @traced
    def has_changes(self, cycle: str, kpi: str) -> bool:
        """Whether any change from the cycle before is published."""
        return bool(self._changes.get((cycle, kpi)))

    @traced_index
    def changes(self, cycle: str, kpi: str) -> Mapping[GroupKey, ChangeRow]:
        """Changes from the cycle before, by group."""
        return self._changes.get((cycle, kpi), {})

    @cached_property
    def _summaries(self) -> Mapping[CycleKpi, SummaryRow]:
        return {(row.cycle, row.kpi): row for row in self.rows("summary")}

    @traced
    def summary(self, cycle: str, kpi: str) -> SummaryRow | None:
        """Response rate, quartile bins and class of a KPI."""
        return self._summaries.get((cycle, kpi))

    @cached_property
    def _coverage(self) -> Mapping[CycleKpi, CoverageRow]:
        return {(row.cycle, row.kpi): row for row in self.rows("coverage")}

    @traced
    def coverage(self, cycle: str, kpi: str) -> CoverageRow | None:
        """Who answered a KPI."""
        return self._coverage.get((cycle, kpi))

    @cached_property
    def _distributions(self) -> Mapping[tuple[Any, ...], list[DistributionRow]]:
        return _grouped(self.rows("distribution"), "cycle", "kpi")

    @traced
    def distribution(self, cycle: str, kpi: str) -> tuple[DistributionRow, ...]:
        """The bins of a KPI, in order."""
        return tuple(self._distributions.get((cycle, kpi), ()))

    @cached_property
    def _values(self) -> Mapping[CycleKpi, Mapping[str, ValueRow]]:
        found: dict[CycleKpi, dict[str, ValueRow]] = {}
        for row in self.rows("values"):
            found.setdefault((row.cycle, row.kpi), {})[row.member] = row
        return found

    @traced_index
    def values(self, cycle: str, kpi: str) -> Mapping[str, ValueRow]:
        """The values of a KPI by Member, blanks included where the package has them."""
        return self._values.get((cycle, kpi), {})

    @traced
    def shown(self, cycle: str, kpi: str) -> tuple[ValueRow, ...]:
        """The values of a KPI that this site shows, by Member code."""
        return tuple(row for row in self.values(cycle, kpi).values() if row.obs_status is ObsStatus.SHOWN)

    @cached_property
    def _members_shown_in(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for row in self.rows("values"):
            if row.obs_status is ObsStatus.SHOWN:
                found.setdefault(row.cycle, []).append(row.member)
        return found

    @traced
    def counts_shown(self, cycle: str) -> tuple[int, int]:
        """How many values of a cycle this site shows, and of how many Members."""
        members = self._members_shown_in.get(cycle, [])
        return len(members), len(set(members))

    @property
    @traced_index
    def values_of(self) -> Mapping[str, Mapping[CycleKpi, ValueRow]]:
        """The values of each Member by (cycle, KPI)."""
        found: dict[str, dict[CycleKpi, ValueRow]] = {}
        for row in self.rows("values"):
            found.setdefault(row.member, {})[row.cycle, row.kpi] = row
        return found

    @cached_property
    def _tests(self) -> Mapping[tuple[Any, ...], list[GroupTestRow]]:
        return _grouped(self.rows("tests"), "cycle", "kpi")

    @traced
    def tests(self, cycle: str, kpi: str) -> tuple[GroupTestRow, ...]:
        """Tests on a KPI."""
        return tuple(self._tests.get((cycle, kpi), ()))

    @property
    @traced_index
    def findings_on_instrument(self) -> Mapping[tuple[Any, ...], list[FindingRow]]:
        """Findings by (cycle, instrument)."""
        return _grouped(self.rows("findings"), "cycle", "instrument")

    @property
    @traced_index
    def instrument_rows(self) -> Mapping[tuple[str, str], InstrumentRow]:
        """Awareness and use by (cycle, instrument)."""
        return {(row.cycle, row.instrument): row for row in self.rows("instruments")}

    @property
    @traced_index
    def answers(self) -> Mapping[tuple[str, str], AnswerRow]:
        """The own Member's answers by (cycle, instrument); country sites only."""
        return {(row.cycle, row.instrument): row for row in self.rows("answers")}

    @property
    @traced_index
    def visibility(self) -> Mapping[CycleKpi, VisibilityRow]:
        """Where each own value appears, by (cycle, KPI); country sites only."""
        return {(row.cycle, row.kpi): row for row in self.rows("visibility")}

    @property
    @traced_index
    def sdg_rows(self) -> Mapping[tuple[str, int], SdgRow]:
        """Contribution to the goals by (cycle, goal)."""
        return {(row.cycle, row.goal): row for row in self.rows("sdgs")}

    @property
    @traced_index
    def capacity_rows(self) -> Mapping[tuple[str, str], Mapping[GroupKey, CapacityRow]]:
        """Needs by (cycle, area), then by group."""
        found: dict[tuple[str, str], dict[GroupKey, CapacityRow]] = {}
        for row in self.rows("capacity"):
            found.setdefault((row.cycle, row.area), {})[GroupKey(row.grouping, row.group)] = row
        return found

    @property
    def has_member_grid(self) -> bool:
        """Whether the package has a row per participant and KPI (from the WCO tier up)."""
        return self.info.kind is not SiteKind.PUBLIC
