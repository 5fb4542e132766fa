"""The tables that follow from others on a site, worked out again: goals, needs for capacity building, findings.

They may be computed from what the site shows and from nothing else. So each of their cells has to be what its other
tables give, by the rules of `analysis` in the settings and the catalogue; and so has their order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import product

from pmm_site.audit.files import Package
from pmm_site.audit.findings import Finding
from pmm_site.audit.structure import Expected
from pmm_site.model import AnalysisPolicy, Catalogue, Direction, Instrument, Kpi

Row = Mapping[str, str]
Line = tuple[str, ...]

_GOALS = range(1, 18)
_JUDGED = ("well", "low", "inconclusive")
_KINDS = ("review-relevance", "raise-awareness", "high-uptake", "few-plans")


def derived_findings(expected: Expected, package: Package) -> Iterator[Finding]:
    """Rows of these tables that the other tables of the site do not give, that are missing, or in another order."""
    shown = _Shown(expected, package)
    tables: Mapping[str, tuple[Line, Callable[[_Shown], Iterator[Line]]]] = {
        "sdgs": (
            ("cycle", "goal", "outcomes", "kpis", "well_performing", "response_rate", "contribution"),
            _contributions,
        ),
        "capacity": (
            ("cycle", "area", "grouping", "group", "kpis", "low_performing", "response_rate", "priority"),
            _needs,
        ),
        "findings": (("cycle", "finding", "kpi", "instrument"), _read_together),
    }
    for name, (columns, right) in tables.items():
        wanted = list(right(shown))
        found = [tuple(row.values()) for row in package.rows(name) if tuple(row) == columns]
        place = f"data/{name}.csv"
        if len(found) < sum(1 for _ in package.rows(name)):
            yield expected.finding(place, "", "other columns than the table has")
        more, less = Counter(found) - Counter(wanted), Counter(wanted) - Counter(found)
        for line in more:
            yield expected.finding(place, "/".join(filter(None, line[:4])), "not what the site's own tables give")
        for line in less:
            yield expected.finding(place, "/".join(filter(None, line[:4])), "follows from the site's tables and is not")
        if not (more or less) and found != wanted:
            yield expected.finding(place, "", "the rows are in another order")


class _Shown:
    """What a site shows that goals, needs and findings are read from."""

    def __init__(self, expected: Expected, package: Package) -> None:
        self.catalogue: Catalogue = expected.dataset.catalogue
        self.policy: AnalysisPolicy = expected.dataset.settings.analysis
        self.classes = {(row["cycle"], row["kpi"]): row["performance"] for row in package.rows("summary")}
        told = {cycle for cycle, _ in self.classes}
        self.cycles = [cycle for cycle in expected.truth.cycles if cycle in told]
        self.coverage = {
            (row["cycle"], row["kpi"]): (int(row["reported"]), int(row["participants"]))
            for row in package.rows("coverage")
        }
        self.means = {
            (row["cycle"], row["kpi"], row["grouping"], row["group"]): row for row in package.rows("aggregates")
        }
        self.instruments = {(row["cycle"], row["instrument"]): row for row in package.rows("instruments")}
        self.in_group = Counter(
            (row["cycle"], grouping.id, row[grouping.id])
            for row in package.rows("members")
            if row["participates"] == "true"
            for grouping in self.catalogue.groupings
        )

    def analysed(self, cycle: str) -> Iterator[tuple[Kpi, str]]:
        """The KPIs that are looked at, with their classes."""
        for kpi in self.catalogue.kpis:
            if kpi.analysed and (cycle, kpi.id) in self.classes:
                yield kpi, self.classes[cycle, kpi.id]


def _rate(answered: Sequence[tuple[int, int]]) -> str:
    """The share of those asked who answered, in percent to one decimal, halves up; blank where nobody was asked."""
    reported, asked = (sum(each[at] for each in answered) for at in (0, 1))
    if not asked:
        return ""
    tenths = (2000 * reported + asked) // (2 * asked)
    return f"{tenths // 10}.{tenths % 10}"


def _reach(answered: Sequence[tuple[int, int]], percent: float) -> bool:
    reported, asked = (sum(each[at] for each in answered) for at in (0, 1))
    return asked > 0 and 100 * reported >= percent * asked


# --- goals --------------------------------------------------------------------------------------


def _contributions(shown: _Shown) -> Iterator[Line]:
    for cycle, goal in product(shown.cycles, _GOALS):
        outcomes = {link.outcome for link in shown.catalogue.sdg_mapping if link.goal == goal}
        judged = [(kpi, told) for kpi, told in shown.analysed(cycle) if kpi.outcome in outcomes and told in _JUDGED]
        well = sum(told == "well" for _, told in judged)
        answered = [shown.coverage.get((cycle, kpi.id), (0, 0)) for kpi, _ in judged]
        most = (
            bool(judged)
            and 100 * well >= shown.policy.sdg_well_performing * len(judged)
            and _reach(answered, shown.policy.sdg_response_rate)
        )
        word = "most-productive" if most else "other"
        yield cycle, str(goal), str(len(outcomes)), str(len(judged)), str(well), _rate(answered), word


# --- needs --------------------------------------------------------------------------------------


def _needs(shown: _Shown) -> Iterator[Line]:
    groups = [(grouping.id, group.id) for grouping in shown.catalogue.groupings for group in grouping.groups]
    for cycle, area in product(shown.cycles, shown.catalogue.capacity_building):
        kpis = [(kpi, told) for kpi, told in shown.analysed(cycle) if area.id in kpi.capacity_building]
        for grouping, group in (("all", "all"), *groups) if kpis else ():
            if grouping == "all" or shown.in_group[cycle, grouping, group]:
                yield _need(shown, cycle, area.id, (grouping, group), kpis)


def _need(shown: _Shown, cycle: str, area: str, group: tuple[str, str], kpis: Sequence[tuple[Kpi, str]]) -> Line:
    answered = [_answered(shown, cycle, kpi, group) for kpi, _ in kpis]
    low = [told == "low" and not _is_ahead(shown, cycle, kpi, group) for kpi, told in kpis]
    few = [not _reach([each], shown.policy.capacity_response_rate) for each in answered]
    share = 100 * sum(map(max, low, few)) / len(kpis)
    high, medium = shown.policy.capacity_high, shown.policy.capacity_medium
    word = "high" if share >= high else "medium" if share >= medium else "low"
    return cycle, area, *group, str(len(kpis)), str(sum(low)), _rate(answered), word


def _answered(shown: _Shown, cycle: str, kpi: Kpi, group: tuple[str, str]) -> tuple[int, int]:
    """How many Members of a group reported a KPI, of how many in it."""
    if group[0] == "all":
        return shown.coverage.get((cycle, kpi.id), (0, 0))
    row = shown.means.get((cycle, kpi.id, *group))
    return int(row["contributors"]) if row else 0, shown.in_group[cycle, *group]


def _is_ahead(shown: _Shown, cycle: str, kpi: Kpi, group: tuple[str, str]) -> bool:
    """Whether the mean of a group is on the better side of that of all, whatever their roundings leave open."""
    ends = [shown.means.get((cycle, kpi.id, *key)) for key in (group, ("all", "all"))]
    if group[0] == "all" or any(row is None or not row["mean"] for row in ends):
        return False
    own, everybody = (Decimal(row["mean"]) for row in ends if row)
    open_to_each = sum(Decimal(row["rounding"] or 0) / 2 for row in ends if row)
    return (own - everybody if kpi.direction is Direction.HIGHER else everybody - own) > open_to_each


# --- findings -----------------------------------------------------------------------------------


def _read_together(shown: _Shown) -> Iterator[Line]:
    """What the shares of those who use instruments and the classes of KPIs say together, by cycle and kind."""
    cycles = dict.fromkeys(cycle for cycle, _ in shown.instruments)
    for cycle, kind, instrument in product(cycles, _KINDS, shown.catalogue.instruments):
        row = shown.instruments.get((cycle, instrument.id))
        for kpi in _told_of(shown, cycle, instrument, row, kind) if row and row["in_use"] else ():
            yield cycle, kind, kpi, instrument.id


def _told_of(shown: _Shown, cycle: str, instrument: Instrument, row: Row, kind: str) -> Iterator[str]:
    """The ids of the KPIs of which a finding is told; a blank one of the instrument alone."""
    used, policy = Decimal(row["in_use"]), shown.policy
    much, little = used >= policy.instrument_high_use, used < policy.instrument_low_use
    if kind == "few-plans":
        if row["planned"] and Decimal(row["planned"]) <= policy.instrument_few_plans and not much:
            yield ""
        return
    wanted, is_so = {
        "review-relevance": ("well", little),
        "raise-awareness": ("low", little),
        "high-uptake": ("well", much and not little),
    }[kind]
    for kpi, told in shown.analysed(cycle):
        if is_so and told == wanted and kpi.outcome in instrument.outcomes:
            yield kpi.id
