"""The shipped project, loaded and analysed, says what the committee paper says of the first cycle.

Rows are made here from all submitted values as if nothing had to be protected; what sites publish of them is
the matter of other tests.
"""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from pmm_site.analyse import analyse, capacity, contributions, findings, verdict
from pmm_site.load import load
from pmm_site.model import ConfStatus, GroupKey, ObsStatus, Usage
from pmm_site.tables import AggregateRow, CoverageRow, InstrumentRow, MemberRow, SummaryRow
from tests.committee_paper import FEW_PLAN, MEANS, PRODUCTIVE_GOALS, RAISE, REVIEW, UPTAKE

ROOT = Path(__file__).parents[2]
CYCLE = "c2022"
FREE = (ObsStatus.SHOWN, ConfStatus.FREE)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    """The shipped settings and data without the narrative pages."""
    project = tmp_path_factory.mktemp("project")
    shutil.copy(ROOT / "site.yml", project)
    shutil.copytree(ROOT / "data", project / "data")
    loaded, problems = load(project)
    assert loaded is not None, "\n".join(map(str, problems))
    return loaded


@pytest.fixture(scope="module")
def statistics(dataset):
    """Everything over all submitted values."""
    return analyse(dataset)


@pytest.fixture(scope="module")
def summary(dataset, statistics):
    """Classes of every KPI in every cycle."""
    kpis, policy = dataset.catalogue.kpi_by_id, dataset.settings.disclosure
    return [
        SummaryRow(
            cycle, kpi, len(each.values), Decimal(0), *(None,) * 7,
            verdict(tuple(each.values.values()), kpis[kpi].direction, policy).performance.value, "submitted",
        )
        for (cycle, kpi), each in statistics.kpis.items()
    ]  # fmt: skip


@pytest.fixture(scope="module")
def coverage(statistics):
    """Who answered each KPI."""
    return [
        CoverageRow(cycle, kpi, each.participants, len(each.values), each.not_applicable, each.not_available)
        for (cycle, kpi), each in statistics.kpis.items()
    ]


@pytest.fixture(scope="module")
def use(statistics):
    """Exact shares of every instrument of the cycle, by instrument."""
    return {
        instrument: InstrumentRow(
            cycle, instrument, len(each.aware), share(each.aware.values(), True), len(each.usage),
            *(share(each.usage.values(), usage) for usage in Usage), None, *FREE,
        )
        for (cycle, instrument), each in statistics.instruments.items()
        if cycle == CYCLE
    }  # fmt: skip


@pytest.fixture(scope="module")
def found(dataset, summary, use):
    """Instruments and KPIs of each finding of the cycle."""
    rows = findings(dataset.catalogue, summary, list(use.values()), dataset.settings.analysis)
    return {kind: {(row.kpi, row.instrument) for row in rows if row.finding == kind} for kind in
            ("review-relevance", "raise-awareness", "high-uptake", "few-plans")}  # fmt: skip


def share(answers, wanted):
    """Share of answers in percent."""
    given = list(answers)
    return Decimal(100 * given.count(wanted)) / len(given)


def tools(pairs):
    """The instruments of a finding."""
    return {instrument for _, instrument in pairs}


@pytest.mark.parametrize(("kpi", "mean"), MEANS.items())
def test_published_means(statistics, kpi, mean):
    """Paragraph 9: the eight global averages, to one decimal."""
    assert round(statistics.kpis[CYCLE, kpi].mean(), 1) == mean


def test_published_counts(dataset, statistics):
    """105 nominated, 62 submitted; all 62 gave the female-to-male ratio, 24 the share of e-commerce."""
    (first,) = (data for data in dataset.cycles if data.cycle.id == CYCLE)
    assert (first.cycle.nominated, len(first.participants)) == (105, 62)
    assert len(statistics.kpis[CYCLE, "female-to-male-all-staff"].values) == 62
    assert len(statistics.kpis[CYCLE, "share-of-ecommerce-shipments"].values) == 24
    assert len(statistics.instruments) == 2 * 46


def test_over_three_quarters_gave_no_data_on_competency_based_hr(statistics):
    """Paragraph 9: more than 75 % of the Members did not provide the data."""
    coverage_of_hr = statistics.kpis[CYCLE, "competency-based-hr-coverage"]
    assert len(coverage_of_hr.values) / coverage_of_hr.participants < 0.25


def test_electronic_declarations_are_high_in_every_grouping(dataset, statistics):
    """Paragraph 9: high regardless of region, geography, income and type: every group of 5 or more above 95 %."""
    declarations = statistics.kpis[CYCLE, "rate-of-electronic-declarations"]
    groupings = {grouping.id for grouping in dataset.catalogue.groupings}
    large = [key for key, members in declarations.groups.items() if key.grouping in groupings and len(members) >= 5]
    assert len({key.grouping for key in large}) == 4
    assert min(declarations.mean(key) for key in large) > 95


def test_ecommerce_differs_between_groups(dataset, statistics):
    """Paragraph 9: large discrepancies by grouping: regions of 3 or more differ by over 20 points."""
    shipments = statistics.kpis[CYCLE, "share-of-ecommerce-shipments"]
    regions = [GroupKey("region", each.id) for each in dataset.catalogue.groupings[0].groups]
    means = [shipments.mean(key) for key in regions if len(shipments.groups[key]) >= 3]
    assert max(means) - min(means) > 20


def test_24_instruments_few_plan_to_use(use, found):
    """Paragraph 11: 24 of 46 tools, which on average 16 % plan to use, the eight named ones among them."""
    few = tools(found["few-plans"])
    assert len(few) == 24
    assert few >= FEW_PLAN
    assert round(sum(use[each].planned for each in few) / 24) == 16


def test_awareness_is_high_except_of_one(use):
    """Paragraph 11: all but the Global Travel Assessment System are known to most."""
    assert {each for each, row in use.items() if row.aware < 60} == {"gtas"}


@pytest.mark.parametrize(
    ("finding", "named"),
    [("review-relevance", REVIEW), ("raise-awareness", RAISE), ("high-uptake", UPTAKE)],
)
def test_named_instruments_are_in_their_findings(found, finding, named):
    """Paragraphs 12 to 14: every tool that the paper names is in the finding that it is named for."""
    assert tools(found[finding]) >= named


def test_findings_keep_apart(found):
    """Nothing that is much used is little used; the ethics code and the GNC handbook have planners enough."""
    assert not tools(found["high-uptake"]) & tools(found["review-relevance"] | found["raise-awareness"])
    assert not tools(found["few-plans"]) & {"model-code-ethics", "gnc-handbook", "ecommerce-fos", "api-pnr"}


def test_much_used_instruments_serve_revenue_collection(dataset, use):
    """Paragraph 14: the five tools used most all serve outcomes of Revenue Collection."""
    most = sorted(use, key=lambda each: use[each].in_use)[-5:]
    outcomes = {each.id: each.outcomes for each in dataset.catalogue.instruments}
    served = {dataset.catalogue.outcome_by_id[id_].dimension for each in most for id_ in outcomes[each]}
    assert served == {"revenue"}


def test_most_productive_goals(dataset, summary, coverage):
    """Paragraph 16: Goals 3, 5, 8, 9, 12, 16 and 17."""
    rows = contributions(dataset.catalogue, summary, coverage, dataset.settings.analysis)
    productive = {row.goal for row in rows if row.cycle == CYCLE and row.contribution == "most-productive"}
    assert productive == PRODUCTIVE_GOALS


def test_capacity_needs(dataset, statistics, summary, coverage):
    """Paragraph 17: every area has a row; competency-based human resources are of high priority."""
    aggregates = [
        AggregateRow(cycle, kpi, *key, len(members), None, None, *FREE, 0, None)
        for (cycle, kpi), each in statistics.kpis.items()
        for key, members in each.groups.items()
    ]
    members = [
        MemberRow(data.cycle.id, code, {}, True, each.groups, None)
        for data in dataset.cycles
        for code, each in data.participants.items()
    ]
    policy = dataset.settings.analysis
    rows = capacity(dataset.catalogue, summary, coverage, aggregates, members, policy)
    priority = {row.area: row.priority for row in rows if row.cycle == CYCLE and row.grouping == "all"}
    assert list(priority) == [area.id for area in dataset.catalogue.capacity_building]
    assert len(priority) == 9
    assert priority["competency-hr"] == "high"
    regions = {row.group for row in rows if row.cycle == CYCLE and row.grouping == "region"}
    assert regions == {"ams", "ap", "esa", "eur", "mena", "wca"}
