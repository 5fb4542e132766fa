"""The report as it was built: its figures are those of the release package, and tests can be repeated from there."""

from __future__ import annotations

import csv
import json
import re
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from scipy import stats

from pmm_site.model import AnalysisPolicy
from pmm_site.ranks import holm

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Built

NUMBER = re.compile(r"[+−]?\d+(?:,\d{3})*(?:\.\d+)?")
WITH_N = re.compile(
    r"([+−]?\d[\d,]*(?:\.\d+)?)(?:%| hours| days)?(?: or more)?(?:,? to the nearest [\d.]+)?(?:,| \() ?n = (\d+)"
)
CHANGE = re.compile(
    r"(?:about )?([\d.]+)%(?: or more)?(?:, to the nearest [\d.]+)?(?: to (?:about )?([\d.]+)%(?: or more)?)?"
    r"(?:, to the nearest [\d.]+)?(?:, in both cycles)? \(same Members, n = (\d+)"
)
ASKED = (("aware", "aware_respondents"), ("in_use", "usage_respondents"), ("planned", "usage_respondents"))
NAMES_WITH_NUMBERS = re.compile(r"\(2022, 2017, etc\.\)|II?\.\d|Cycle \d \(data of \d{4}\)|CC BY \d\.\d")


@pytest.fixture(scope="module")
def sites(built: Built) -> Path:
    """The built sites."""
    return built.shipped() / "sites"


def rows(package: Path, table: str, **wanted: str) -> list[dict[str, str]]:
    """Rows of a table whose cells are as wanted."""
    with open(package / f"{table}.csv", encoding="utf-8", newline="") as stream:
        return [row for row in csv.DictReader(stream) if all(row[name] == cell for name, cell in wanted.items())]


TOLD = ("cycles", "aggregates", "changes", "findings", "summary", "distribution", "coverage", "instruments", "sdgs",
        "capacity")  # fmt: skip
"""The tables that a report speaks of: it prints no value of a Member."""


def figures_of(package: Path) -> set[Decimal]:
    """Every number of the tables that a report speaks of, and the ends that a rounding leaves."""
    found: set[Decimal] = set()
    for table in TOLD:
        for row in rows(package, table):
            found.update(Decimal(cell) for cell in row.values() if re.fullmatch(r"-?\d+(\.\d+)?(E[+-]?\d+)?", cell))
            for name in ("mean", "previous_mean"):
                if row.get(name) and row.get("rounding"):
                    half = Decimal(row["rounding"]) / 2
                    ends = (Decimal(row[name]) - half, ROUND_FLOOR), (Decimal(row[name]) + half, ROUND_CEILING)
                    found.update(end.quantize(Decimal(1), rounding) for end, rounding in ends)
    return found


def whole_percents(package: Path) -> set[Decimal]:
    """Response rates and means of shares as the text prints them: to a whole percent."""
    rates = {row["response_rate"] for table in ("summary", "sdgs", "capacity") for row in rows(package, table)}
    return {Decimal(rate).quantize(Decimal(1), ROUND_HALF_EVEN) for rate in rates if rate} | set(
        _means_of_shares(package)
    )


def counts_of(package: Path) -> set[Decimal]:
    """How many rows of a kind there are: what the report counts in findings, classes, goals, areas and instruments."""
    found: set[Decimal] = {Decimal(number) for number in range(8)}
    for cycle in rows(package, "cycles"):
        id = cycle["cycle"]
        findings = rows(package, "findings", cycle=id)
        for finding in {row["finding"] for row in findings}:
            found.add(Decimal(len({row["instrument"] for row in findings if row["finding"] == finding})))
        summary = rows(package, "summary", cycle=id)
        found.add(Decimal(len(summary)))
        for performance in {row["performance"] for row in summary}:
            found.add(Decimal(sum(row["performance"] == performance for row in summary)))
        for question in ("aware", "in_use"):
            found.add(Decimal(sum(bool(row[question]) for row in rows(package, "instruments", cycle=id))))
    return found


def catalogue_counts(package: Path) -> set[Decimal]:
    """How many dimensions, outcomes, KPIs and instruments the package names, and its thresholds."""
    catalogue = json.loads((package / "catalogue.json").read_text("utf-8"))
    site = json.loads((package / "site.json").read_text("utf-8"))
    lists = ("dimensions", "outcomes", "kpis", "instruments", "capacity_building")
    thresholds = [value for value in site["analysis"].values() if isinstance(value, int | float)]
    analysed = sum(kpi.get("analysed", True) for kpi in catalogue["kpis"])
    return {Decimal(len(catalogue[name])) for name in lists} | {Decimal(str(each)) for each in thresholds} | {
        Decimal(analysed)}  # fmt: skip


def printed(page: Path) -> Iterator[tuple[str, str]]:
    """Every number in the text of a report with what stands around it; pictures repeat their tables."""
    spoken = NAMES_WITH_NUMBERS.sub(" ", _text(page))
    for match in NUMBER.finditer(spoken):
        around = " ".join(spoken[max(0, match.start() - 60) : match.end() + 30].split())
        yield match[0], around


def _text(page: Path) -> str:
    html = page.read_text("utf-8")
    text = html[html.index('class="prose"') : html.index("</main>")]
    text = re.sub(r"<svg.*?</svg>", " ", text, flags=re.DOTALL)
    spoken = unescape(re.sub(r"<[^>]+>", " ", text)).replace("\u202f", " ").replace("\u00a0", " ")
    return " ".join(spoken.split())


@pytest.mark.parametrize("site", ["public", "wco", "country-ken"])
@pytest.mark.parametrize("report", ["report", "report-c2024"])
def test_every_figure_of_the_report_is_in_the_release_package(sites: Path, site: str, report: str) -> None:
    """Each number that the built report prints is a cell of a table there, a count of its rows, or a threshold.

    Means over several shares, and response rates to a whole percent, are worked out again from the cells.
    """
    package = sites / site / "data"
    exact = figures_of(package) | counts_of(package) | catalogue_counts(package)
    known = exact | whole_percents(package)
    page = sites / site / "en" / f"{report}.html"
    assert [around for number, around in printed(page) if _plain(number) not in known] == []


@pytest.mark.parametrize("site", ["public", "wco", "country-ken"])
def test_a_mean_of_the_report_stands_in_one_row_with_its_number_of_members(sites: Path, site: str) -> None:
    """`98.1% (n = 60)` is one row of aggregates.csv, a share one of instruments.csv: no figure beside another's n."""
    package = sites / site / "data"
    pairs = {_told(row, "mean") for row in rows(package, "aggregates", cycle="c2022")}
    answers = rows(package, "instruments", cycle="c2022")
    pairs |= {(Decimal(row[share]), row[number]) for row in answers for share, number in ASKED if row[share]}
    found = list(WITH_N.finditer(_text(sites / site / "en" / "report.html")))
    assert len(found) > 20
    assert [match[0] for match in found if (_plain(match[1]), match[2]) not in pairs] == []


@pytest.mark.parametrize("site", ["public", "wco", "country-ken"])
def test_a_change_of_the_report_is_one_row_of_the_same_members(sites: Path, site: str) -> None:
    """`from about 55% to about 50% (same Members, n = 21)` is one row of changes.csv with both means and their n."""
    package = sites / site / "data"
    changes = rows(package, "changes", cycle="c2024", grouping="all")
    known = {(_told(row, "previous_mean")[0], *_told(row, "mean")) for row in changes}
    found = list(CHANGE.finditer(_text(sites / site / "en" / "report-c2024.html")))
    assert len(found) > 5
    told = [(_plain(match[1]), _plain(match[2] or match[1]), match[3]) for match in found]
    assert [each for each in told if each not in known] == []


def _told(row: dict[str, str], name: str) -> tuple[Decimal, str]:
    """A mean with its n as a report tells it: by the end that is open where the rounding passes 100 percent."""
    if not row[name]:
        return Decimal(-1), row["contributors"]
    mean, step = Decimal(row[name]), Decimal(row["rounding"])
    open_end = (mean - step / 2).quantize(Decimal(1), ROUND_FLOOR)
    return (open_end if step >= 1 and mean == 100 else mean), row["contributors"]


def _plain(number: str) -> Decimal:
    return Decimal(number.replace(",", "").replace("−", "-").replace("+", ""))


def _means_of_shares(package: Path) -> Iterator[Decimal]:
    """Means of shares over all instruments, those of a finding, and those of a dimension, to a whole percent."""
    catalogue = json.loads((package / "catalogue.json").read_text("utf-8"))
    dimension = {outcome["id"]: outcome["dimension"] for outcome in catalogue["outcomes"]}
    serves = {each["id"]: {dimension[id] for id in each["outcomes"]} for each in catalogue["instruments"]}
    for cycle in rows(package, "cycles"):
        shares = rows(package, "instruments", cycle=cycle["cycle"])
        found = rows(package, "findings", cycle=cycle["cycle"])
        chosen = [set(serves), *({row["instrument"] for row in found if row["finding"] == name} for name in
                                 {row["finding"] for row in found})]  # fmt: skip
        chosen += [{id for id, of in serves.items() if each in of} for each in set(dimension.values())]
        for instruments in chosen:
            for question in ("aware", "in_use", "planned"):
                known = [Decimal(row[question]) for row in shares if row["instrument"] in instruments and row[question]]
                if known:
                    yield (sum(known) / len(known)).quantize(Decimal(1))
                    yield Decimal(len(known))


def test_a_test_over_shown_values_can_be_repeated_from_the_downloads(sites: Path) -> None:
    """Every Kruskal-Wallis result of basis `visible` on the WCO site is scipy's over values.csv, adjusted by Holm."""
    package = sites / "wco" / "data"
    catalogue = _analysed(package)
    for cycle in (row["cycle"] for row in rows(package, "cycles")):
        members = {row["member"]: row for row in rows(package, "members", cycle=cycle)}
        values = [row for row in rows(package, "values", cycle=cycle) if row["value"]]
        told = [row for row in rows(package, "tests", cycle=cycle, test="kruskal-wallis") if row["basis"] == "visible"]
        assert told
        for grouping in {row["factor"] for row in told}:
            p_values = _p_values(values, members, grouping, catalogue)
            for row in (row for row in told if row["factor"] == grouping):
                family = [kpi for kpi in p_values if catalogue[row["kpi"]] == "wco" or catalogue[kpi] == "public"]
                verdicts = holm([p_values[kpi] for kpi in family], AnalysisPolicy().significance)
                assert str(verdicts[family.index(row["kpi"])]).lower() == row["significant"], row


def _analysed(package: Path) -> dict[str, str]:
    """Ceilings of the analysed KPIs that all Members may have figures of."""
    kpis = json.loads((package / "catalogue.json").read_text("utf-8"))["kpis"]
    return {
        kpi["id"]: kpi.get("ceiling", "public")
        for kpi in kpis
        if kpi.get("analysed", True) and kpi.get("ceiling", "public") in ("public", "wco")
    }


def _p_values(
    values: list[dict[str, str]], members: dict[str, dict[str, str]], grouping: str, kpis: dict[str, str]
) -> dict[str, float]:
    """The p that scipy gives each KPI over the groups with at least five values; without variation 1."""
    found: dict[str, float] = {}
    for kpi in kpis:
        groups: dict[str, list[float]] = {}
        for row in values:
            if row["kpi"] == kpi and members[row["member"]][grouping]:
                groups.setdefault(members[row["member"]][grouping], []).append(float(row["value"]))
        samples = [sample for sample in groups.values() if len(sample) >= 5]
        if len(samples) > 1:
            pooled = {value for sample in samples for value in sample}
            found[kpi] = float(stats.kruskal(*samples).pvalue) if len(pooled) > 1 else 1.0
    return found


def test_a_page_for_members_is_in_no_form_on_the_public_site(sites: Path) -> None:
    """Front matter keeps it to restricted sites: no file name, text, index or archive of the public site has it."""
    from zipfile import ZipFile

    for site, expected in (("wco", True), ("country-ken", True), ("union-eac", True), ("public", False)):
        root = sites / site
        paths = [path for path in root.rglob("*") if path.is_file()]
        named = any("for-members" in path.name for path in paths)
        readable = [path for path in paths if path.suffix in {".html", ".js", ".json", ".md", ".xml", ".csv"}]
        spoken = any("Where Members need each other" in path.read_text("utf-8") for path in readable)
        assert (named, spoken) == (expected, expected), site
    with ZipFile(sites / "public" / "downloads" / "public.zip") as archive:
        assert not any(b"need each other" in archive.read(name) for name in archive.namelist())


def test_two_classes_rose_and_one_fell_since_the_first_cycle(sites: Path) -> None:
    """The second cycle has changes of class to tell, with significance where it may be told."""
    package = sites / "public" / "data"
    classes = {
        cycle: {row["kpi"]: row["performance"] for row in rows(package, "summary", cycle=cycle)}
        for cycle in ("c2022", "c2024")
    }
    changed = {
        kpi: tuple(classes[cycle][kpi] for cycle in classes)
        for kpi in classes["c2022"]
        if kpi in classes["c2024"] and classes["c2022"][kpi] != classes["c2024"][kpi]
    }
    assert changed["inspections-on-risk-profiles"] == ("inconclusive", "well")
    assert changed["agencies-in-single-window"] == ("inconclusive", "well")
    assert changed["binding-rulings-on-time"] == ("well", "inconclusive")
    page = (sites / "public" / "en" / "performance.html").read_text("utf-8")
    told = page[page.index('id="changes"') : page.index('id="moved"')]
    assert all(f"kpi/{kpi}.html" in told for kpi in changed)
