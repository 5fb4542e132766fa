"""The release package indexed for pages: rows by cycle, KPI, group or Member, each index made when first asked for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from pmm_site.model import (
    ALL,
    Dimension,
    Group,
    Grouping,
    GroupKey,
    Instrument,
    Kpi,
    KpiVersion,
    Level,
    Outcome,
    SiteKind,
)
from pmm_site.package import PackageInfo, ReleasePackage, UnionName
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
    ObsStatus,
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


class SiteView:
    """What one site may show, ready to be looked up. It holds the package and nothing else."""

    def __init__(self, package: ReleasePackage) -> None:
        self.package = package
        self.info: PackageInfo = package.info
        self.catalogue = package.catalogue

    def rows(self, table: str) -> tuple[Any, ...]:
        """The rows of a table, none where this kind of site has no such table."""
        return self.package.tables.get(table, ())

    # --- cycles ---------------------------------------------------------------------------------

    @cached_property
    def cycles(self) -> tuple[CycleRow, ...]:
        """Published cycles, oldest first."""
        return tuple(sorted(self.rows("cycles"), key=lambda row: (row.reference_year, row.cycle)))

    @cached_property
    def cycle_by_id(self) -> Mapping[str, CycleRow]:
        """Published cycles by id."""
        return {row.cycle: row for row in self.cycles}

    @property
    def latest(self) -> CycleRow | None:
        """The latest published cycle; None before the first is published."""
        return self.cycles[-1] if self.cycles else None

    @property
    def previous(self) -> CycleRow | None:
        """The cycle before the latest."""
        return self.cycles[-2] if len(self.cycles) > 1 else None

    # --- framework ------------------------------------------------------------------------------

    @cached_property
    def outcomes_of(self) -> Mapping[str, tuple[Outcome, ...]]:
        """Outcomes by dimension id, in catalogue order."""
        return {
            dimension.id: tuple(each for each in self.catalogue.outcomes if each.dimension == dimension.id)
            for dimension in self.catalogue.dimensions
        }

    @cached_property
    def kpis_of(self) -> Mapping[str, tuple[Kpi, ...]]:
        """KPIs by outcome id, in catalogue order."""
        return {
            outcome.id: tuple(kpi for kpi in self.catalogue.kpis if kpi.outcome == outcome.id)
            for outcome in self.catalogue.outcomes
        }

    @cached_property
    def instruments_of(self) -> Mapping[str, tuple[Instrument, ...]]:
        """Instruments mapped to each outcome, by outcome id."""
        return {
            outcome.id: tuple(each for each in self.catalogue.instruments if outcome.id in each.outcomes)
            for outcome in self.catalogue.outcomes
        }

    @cached_property
    def goals_of(self) -> Mapping[str, tuple[int, ...]]:
        """SDGs mapped to each outcome, by outcome id."""
        return {
            outcome.id: tuple(sorted({each.goal for each in self.catalogue.sdg_mapping if each.outcome == outcome.id}))
            for outcome in self.catalogue.outcomes
        }

    @cached_property
    def dimension_by_id(self) -> Mapping[str, Dimension]:
        """Dimensions by id."""
        return {each.id: each for each in self.catalogue.dimensions}

    @cached_property
    def grouping_by_id(self) -> Mapping[str, Grouping]:
        """Groupings by id."""
        return {each.id: each for each in self.catalogue.groupings}

    @cached_property
    def group_by_id(self) -> Mapping[GroupKey, Group]:
        """Groups by (grouping, group)."""
        return {GroupKey(each.id, group.id): group for each in self.catalogue.groupings for group in each.groups}

    @cached_property
    def union_by_id(self) -> Mapping[str, UnionName]:
        """Unions that this site may name, by id."""
        return {each.id: each for each in self.package.unions}

    def dimension_of(self, kpi: Kpi) -> Dimension:
        """The dimension of a KPI."""
        return self.dimension_by_id[self.catalogue.outcome_by_id[kpi.outcome].dimension]

    def admits(self, kpi: Kpi) -> bool:
        """Whether the ceiling of a KPI lets this site hold any figure of it."""
        order = {SiteKind.PUBLIC: 0, SiteKind.WCO: 1, SiteKind.UNION: 2, SiteKind.COUNTRY: 3}
        return kpi.ceiling.strictness <= order[self.info.kind]

    def in_force(self, kpi: Kpi, cycle: str) -> bool:
        """Whether the catalogue has this KPI in the cycle (no versions: always)."""
        return not kpi.versions or cycle not in self.cycle_by_id or self.version_in(kpi, cycle) is not None

    def version_in(self, kpi: Kpi, cycle: str) -> KpiVersion | None:
        """The version of a KPI in force in a cycle of this site, None where the catalogue names none for it."""
        order = [row.cycle for row in self.cycles]
        at = order.index(cycle)
        for version in kpi.versions:
            since = order.index(version.since) if version.since in order else 0
            until = order.index(version.until) if version.until in order else len(order)
            if since <= at <= until:
                return version
        return None

    # --- Members --------------------------------------------------------------------------------

    @property
    def own(self) -> str | None:
        """The Member that a country site is for."""
        return self.info.subject if self.info.kind is SiteKind.COUNTRY else None

    @cached_property
    def members_by_cycle(self) -> Mapping[str, Mapping[str, MemberRow]]:
        """Member rows by cycle and code."""
        found: dict[str, dict[str, MemberRow]] = {}
        for row in self.rows("members"):
            found.setdefault(row.cycle, {})[row.member] = row
        return found

    @cached_property
    def member_by_code(self) -> Mapping[str, MemberRow]:
        """The newest row of each Member."""
        found: dict[str, MemberRow] = {}
        for cycle in self.cycles:
            found.update(self.members_by_cycle.get(cycle.cycle, {}))
        return found

    @cached_property
    def members_shown(self) -> tuple[str, ...]:
        """Members of which this site shows at least one value: they have a page."""
        return tuple(sorted({row.member for row in self.rows("values") if row.obs_status is ObsStatus.SHOWN}))

    @cached_property
    def pages_of_members(self) -> frozenset[str]:
        """The same Members, to ask for one."""
        return frozenset(self.members_shown)

    # --- figures --------------------------------------------------------------------------------

    @cached_property
    def _aggregates(self) -> Mapping[CycleKpi, Mapping[GroupKey, AggregateRow]]:
        found: dict[CycleKpi, dict[GroupKey, AggregateRow]] = {}
        for row in self.rows("aggregates"):
            found.setdefault((row.cycle, row.kpi), {})[GroupKey(row.grouping, row.group)] = row
        return found

    def aggregates(self, cycle: str, kpi: str) -> Mapping[GroupKey, AggregateRow]:
        """All aggregate rows of a KPI in a cycle."""
        return self._aggregates.get((cycle, kpi), {})

    def aggregate(self, cycle: str, kpi: str, key: GroupKey = ALL) -> AggregateRow | None:
        """The aggregate of one group, None where the package has no such row."""
        return self.aggregates(cycle, kpi).get(key)

    @cached_property
    def _changes(self) -> Mapping[CycleKpi, Mapping[GroupKey, ChangeRow]]:
        found: dict[CycleKpi, dict[GroupKey, ChangeRow]] = {}
        for row in self.rows("changes"):
            found.setdefault((row.cycle, row.kpi), {})[GroupKey(row.grouping, row.group)] = row
        return found

    def changes(self, cycle: str, kpi: str) -> Mapping[GroupKey, ChangeRow]:
        """Changes from the cycle before, by group."""
        return self._changes.get((cycle, kpi), {})

    @cached_property
    def _summaries(self) -> Mapping[CycleKpi, SummaryRow]:
        return {(row.cycle, row.kpi): row for row in self.rows("summary")}

    def summary(self, cycle: str, kpi: str) -> SummaryRow | None:
        """Response rate, quartile bins and class of a KPI."""
        return self._summaries.get((cycle, kpi))

    @cached_property
    def _coverage(self) -> Mapping[CycleKpi, CoverageRow]:
        return {(row.cycle, row.kpi): row for row in self.rows("coverage")}

    def coverage(self, cycle: str, kpi: str) -> CoverageRow | None:
        """Who answered a KPI."""
        return self._coverage.get((cycle, kpi))

    @cached_property
    def _distributions(self) -> Mapping[tuple[Any, ...], list[DistributionRow]]:
        return _grouped(self.rows("distribution"), "cycle", "kpi")

    def distribution(self, cycle: str, kpi: str) -> tuple[DistributionRow, ...]:
        """The bins of a KPI, in order."""
        return tuple(self._distributions.get((cycle, kpi), ()))

    @cached_property
    def _values(self) -> Mapping[CycleKpi, Mapping[str, ValueRow]]:
        found: dict[CycleKpi, dict[str, ValueRow]] = {}
        for row in self.rows("values"):
            found.setdefault((row.cycle, row.kpi), {})[row.member] = row
        return found

    def values(self, cycle: str, kpi: str) -> Mapping[str, ValueRow]:
        """The values of a KPI by Member, blanks included where the package has them."""
        return self._values.get((cycle, kpi), {})

    def shown(self, cycle: str, kpi: str) -> tuple[ValueRow, ...]:
        """The values of a KPI that this site shows, by Member code."""
        return tuple(row for row in self.values(cycle, kpi).values() if row.obs_status is ObsStatus.SHOWN)

    @cached_property
    def values_of(self) -> Mapping[str, Mapping[CycleKpi, ValueRow]]:
        """The values of each Member by (cycle, KPI)."""
        found: dict[str, dict[CycleKpi, ValueRow]] = {}
        for row in self.rows("values"):
            found.setdefault(row.member, {})[row.cycle, row.kpi] = row
        return found

    @cached_property
    def _tests(self) -> Mapping[tuple[Any, ...], list[GroupTestRow]]:
        return _grouped(self.rows("tests"), "cycle", "kpi")

    def tests(self, cycle: str, kpi: str) -> tuple[GroupTestRow, ...]:
        """Tests on a KPI."""
        return tuple(self._tests.get((cycle, kpi), ()))

    @cached_property
    def findings(self) -> Mapping[tuple[Any, ...], list[FindingRow]]:
        """Findings by (cycle, kpi); the KPI is blank for findings on an instrument alone."""
        return _grouped(self.rows("findings"), "cycle", "kpi")

    @cached_property
    def findings_on_instrument(self) -> Mapping[tuple[Any, ...], list[FindingRow]]:
        """Findings by (cycle, instrument)."""
        return _grouped(self.rows("findings"), "cycle", "instrument")

    @cached_property
    def instrument_rows(self) -> Mapping[tuple[str, str], InstrumentRow]:
        """Awareness and use by (cycle, instrument)."""
        return {(row.cycle, row.instrument): row for row in self.rows("instruments")}

    @cached_property
    def answers(self) -> Mapping[tuple[str, str], AnswerRow]:
        """The own Member's answers by (cycle, instrument); country sites only."""
        return {(row.cycle, row.instrument): row for row in self.rows("answers")}

    @cached_property
    def visibility(self) -> Mapping[CycleKpi, VisibilityRow]:
        """Where each own value appears, by (cycle, KPI); country sites only."""
        return {(row.cycle, row.kpi): row for row in self.rows("visibility")}

    @cached_property
    def sdg_rows(self) -> Mapping[tuple[str, int], SdgRow]:
        """Contribution to the goals by (cycle, goal)."""
        return {(row.cycle, row.goal): row for row in self.rows("sdgs")}

    @cached_property
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

    @property
    def level(self) -> Level:
        """The level whose values this kind of site is made for."""
        return Level(self.info.kind.value)
