"""The figures that the first cycle published, computed again from the files of the demonstration."""

import csv
from pathlib import Path

import pytest

from tests.committee_paper import FEW_PLAN, MEANS, PRODUCTIVE_GOALS, RAISE, REVIEW, UPTAKE
from tests.demo.submissions import Submissions
from tests.demo.verdicts import goals, instruments_with, performances, shares


@pytest.fixture(scope="module")
def classes(first: Submissions) -> dict[str, str]:
    """Performance classes of the first cycle."""
    return performances(first)


@pytest.mark.parametrize("kpi", MEANS)
def test_global_mean_is_the_published_one(first: Submissions, kpi: str) -> None:
    """The plain mean over the reported values, to one decimal, is the published figure."""
    assert first.mean(kpi) == MEANS[kpi]


def test_numbers_of_members(first: Submissions) -> None:
    """105 nominated, 62 took part; 24 report e-commerce, all their staff, fewer than a quarter competency-based HR."""
    assert first.framework("cycles/c2022/cycle.yml")["nominated"] == 105
    assert len(first.participants) == 62
    assert len(first.values("share-of-ecommerce-shipments")) == 24
    assert len(first.values("female-to-male-all-staff")) == 62
    assert 10 <= len(first.values("competency-based-hr-coverage")) < 62 / 4


def test_electronic_declarations_are_high_in_every_grouping(first: Submissions) -> None:
    """No region, income level, geographical type or type of administration falls below 90 %."""
    values = first.values("rate-of-electronic-declarations")
    for members in first.groups.values():
        reported = [values[member] for member in members if member in values]
        assert not reported or sum(reported) / len(reported) >= 90


def test_ecommerce_differs_widely_between_groups(first: Submissions) -> None:
    """Among regions and income levels with three reporters, the means lie more than 40 points apart."""
    values = first.values("share-of-ecommerce-shipments")
    for grouping in ("region", "income"):
        reported = [
            [values[member] for member in members if member in values]
            for (each, _), members in first.groups.items()
            if each == grouping
        ]
        means = [sum(numbers) / len(numbers) for numbers in reported if len(numbers) >= 3]
        assert max(means) - min(means) > 40


def test_aeos_grow_in_some_regions_and_carry_little_trade(first: Submissions) -> None:
    """Two regions grow by more than 40 %, two by less than 10 %; AEOs carry less than a fifth of trade."""
    values = first.values("variation-number-aeos")
    reported = [
        [values[member] for member in members if member in values]
        for (grouping, _), members in first.groups.items()
        if grouping == "region"
    ]
    means = [sum(numbers) / len(numbers) for numbers in reported if len(numbers) >= 3]
    assert sum(mean > 40 for mean in means) >= 2
    assert sum(mean < 10 for mean in means) >= 2
    assert first.mean("aeo-involvement-in-trade") < 20


def test_instruments_few_plan_to_use(first: Submissions) -> None:
    """Of 46 instruments, 24 stand apart by how few plan to use them, 16 % on average, the named ones among them."""
    planned = shares(first, "usage", "planned")
    assert len(planned) == 46
    few = sorted(planned, key=lambda instrument: planned[instrument])[:24]
    assert round(sum(planned[each] for each in few) / 24, 1) == 16.0
    assert max(planned[each] for each in few) + 3 < min(planned[each] for each in planned if each not in few)
    assert set(few) >= FEW_PLAN


def test_awareness_is_high_except_for_one(first: Submissions) -> None:
    """More than 70 % know each instrument, and fewer than half the Global Travel Assessment System."""
    aware = shares(first, "aware", "yes")
    assert {instrument for instrument, share in aware.items() if share <= 70} == {"gtas"}
    assert aware["gtas"] < 50
    assert max(aware.values()) < 100


def test_revenue_tools_are_used_most(first: Submissions, classes: dict[str, str]) -> None:
    """The five named tools are the ones in use at 70 % or more, linked to a KPI that performs well."""
    in_use = shares(first, "usage", "in-use")
    much = {instrument for instrument, share in in_use.items() if share >= 70}
    assert much == UPTAKE
    assert much <= instruments_with(first, classes, "well")
    dimension = {outcome["id"]: outcome["dimension"] for outcome in first.catalogue["outcomes"]}
    by_dimension: dict[str, list[float]] = {}
    for instrument in first.catalogue["instruments"]:
        for each in {dimension[outcome] for outcome in instrument["outcomes"]}:
            by_dimension.setdefault(each, []).append(in_use[instrument["id"]])
    assert max(by_dimension, key=lambda each: sum(by_dimension[each]) / len(by_dimension[each])) == "revenue"


def test_named_findings_on_instruments(first: Submissions, classes: dict[str, str]) -> None:
    """The instruments that the published findings name come out where they are named, below 50 % in use."""
    little = {instrument for instrument, share in shares(first, "usage", "in-use").items() if share < 50}
    review = little & instruments_with(first, classes, "well")
    raise_awareness = little & instruments_with(first, classes, "low")
    assert review >= REVIEW
    assert raise_awareness >= RAISE
    assert not {"ecommerce-fos", "api-pnr", "stce-guide", "cts", "laboratory-guide", "gtas"} & review


def test_most_productive_goals(first: Submissions, classes: dict[str, str]) -> None:
    """Goals 3, 5, 8, 9, 12, 16 and 17 and no others, over all KPIs and over those that the public may read about."""
    assert goals(first, classes) == PRODUCTIVE_GOALS
    public = {kpi: each for kpi, each in classes.items() if first.kpis[kpi].get("ceiling", "public") == "public"}
    assert goals(first, public) == PRODUCTIVE_GOALS


def test_classes_are_a_sensible_mix(classes: dict[str, str]) -> None:
    """All four classes occur; what the report praises performs well, what it worries about does not."""
    assert set(classes.values()) == {"well", "low", "inconclusive", "not-evaluable"}
    assert classes["rate-of-electronic-declarations"] == "well"
    assert classes["risk-management-tools"] == "well"
    assert classes["inspections-on-risk-profiles"] == "inconclusive"
    assert classes["female-to-male-senior-management"] == "low"
    assert classes["aeo-involvement-in-trade"] == "low"


def test_participants_are_the_published_ones(first: Submissions) -> None:
    """The 62 include who is named and not who is not, by region as published, with the income of 2022."""
    assert {"HKG", "CIV", "MDA", "KEN", "PNG"} <= set(first.participants)
    assert not {"USA", "DEU", "GMB"} & set(first.participants)
    sizes = {group: len(members) for (grouping, group), members in first.groups.items() if grouping == "region"}
    assert sizes == {"esa": 15, "eur": 15, "ams": 12, "ap": 11, "wca": 7, "mena": 2}
    incomes = {group: len(members) for (grouping, group), members in first.groups.items() if grouping == "income"}
    assert incomes == {"high": 15, "upper-middle": 18, "lower-middle": 19, "low": 10}
    with (first.project / "data" / "members.csv").open(encoding="utf-8", newline="") as stream:
        current = {row["member"]: row["income"] for row in csv.DictReader(stream)}
    changed = {member for member, row in first.participants.items() if row["income"] != current[member]}
    assert changed == {"MNG", "NAM", "UKR"}


def test_shipped_project_is_the_demonstration(demo: Path) -> None:
    """site.yml, data/ and the page about the site in this repository are what `pmm-site demo` writes."""
    shipped = Path(__file__).resolve().parents[2]
    written = {path.relative_to(demo) for path in demo.rglob("*") if path.is_file()}
    for path in sorted(written):
        assert (shipped / path).read_bytes() == (demo / path).read_bytes(), path
    inputs = {path.relative_to(shipped) for path in (shipped / "data").rglob("*") if path.is_file()}
    assert {path for path in inputs if path.parts[1] != "public-package"} <= written
