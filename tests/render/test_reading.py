"""What readers come for stands first: findings in words, what stands out in a group, sentences to quote, ways there."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from markupsafe import Markup

from pmm_site.model import ContentPage, SiteKind, Unit
from pmm_site.package import ReleasePackage
from pmm_site.render import packaged_themes
from pmm_site.render.charts import Bin, GroupMean, Measure
from pmm_site.render.charts.distribution import distribution
from pmm_site.render.charts.groups import by_group
from pmm_site.render.formats import formats
from pmm_site.render.theme import load_theme
from pmm_site.tables import CoverageRow
from tests.render.report_site import package
from tests.render.test_site import site

WORDS = load_theme("default", [packaged_themes()]).words("en")
MEASURE = Measure("Release", Unit.HOURS, lower=0.0)


def told(root: dict[str, bytes], path: str) -> str:
    """What a page says, in one line."""
    return " ".join(Markup(re.sub(r"(?=</?t[dhr])", " ", root[path].decode())).striptags().split())


def group(name: str, mean: str | None, rounding: str = "1") -> GroupMean:
    """A group's mean as a bar."""
    number = None if mean is None else Decimal(mean)
    return GroupMean(name, name, 9, number, Decimal(rounding), f"about {mean}")


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        ([("A", "10", "1"), ("B", "20", "1"), ("C", "30", "1")], "Highest: C. Lowest: A."),
        ([("A", "10", "1"), ("B", "30", "10"), ("C", "30", "1")], "Lowest: A"),
        ([("A", "10", "1"), ("B", "10", "5"), ("C", "30", "1")], "Highest: C"),
        ([("A", "20", "10"), ("B", "25", "10")], "No group is clearly highest or lowest"),
        ([("A", "10", "10"), ("B", "20", "10")], "No group is clearly highest or lowest"),
        ([("A", "10", "1"), ("B", "20", "1"), ("C", None, "1")],
         "Highest: B. Lowest: A. (of the groups with a mean: 2 of 3)"),
        ([("A", "10", "1"), ("B", None, "1")], ""),
    ],
)  # fmt: skip
def test_a_group_is_called_highest_only_where_no_rounding_leaves_it_open(
    groups: list[tuple[str, str | None, str]], expected: str
) -> None:
    """Means whose roundings touch are not put in an order; what has no mean is not passed over in silence."""
    figure = by_group([group(*each) for each in groups], MEASURE, "Region", WORDS, formats("en"))
    assert figure.finding == expected


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((46, 10), "46 of 56 Members are in the range 0 to 48 hours"),
        ((4, 3, 2), "Most common: 0 to 48 hours (4 of 9 Members)"),
        ((5, 5), ""),
    ],
)
def test_a_distribution_says_where_the_most_members_are(counts: tuple[int, ...], expected: str) -> None:
    """In a line, with the unit; nothing where two ranges hold as many."""
    edges = (0, 48, 96, 144)
    bins = [Bin(Decimal(low), Decimal(high), count) for low, high, count in zip(edges, edges[1:], counts, strict=False)]
    assert distribution(bins, MEASURE, WORDS, formats("en")).finding == expected


def test_a_group_page_says_what_stands_out(tmp_path: Path) -> None:
    """Furthest behind in the lead, in a list and by goal; a group that cannot be compared says so."""
    root = site(package(SiteKind.PUBLIC), tmp_path)
    north = told(root, "en/group/region/north.html")
    assert "Furthest behind the world: “Declarations” (about 85%, to the nearest 5; world 98.6%)." in north
    assert re.search(r"Goal KPIs compared .* 9 Industry, innovation and infrastructure 1 0 0 1 13 ", north)
    south = told(root, "en/group/region/south.html")
    assert "On no KPI can this group be compared with the world." in south
    assert "What stands out" not in south


def test_sentences_are_offered_to_be_quoted_on_the_public_site_only(tmp_path: Path) -> None:
    """With figure, cycle, number of Members and source; figures of other sites must not be passed on."""
    public = site(package(SiteKind.PUBLIC), tmp_path / "public")
    kpi = told(public, "en/kpi/declarations.html")
    assert "In Second cycle, the world mean of “Declarations” was 98.6% (59 Members reported)." in kpi
    assert "the mean of “Declarations” was about 85%" in told(public, "en/group/region/north.html")
    assert "Share of Members that use “Guide”, Second cycle: 37% (n = 56)." in told(public, "en/instrument/guide.html")
    restricted = site(package(SiteKind.WCO), tmp_path / "wco")
    for path in ("en/kpi/declarations.html", "en/group/region/north.html", "en/instrument/guide.html"):
        assert 'id="quote-1"' not in restricted[path].decode()
        assert 'id="citation"' in restricted[path].decode()


def test_every_page_of_results_says_how_it_is_cited(tmp_path: Path) -> None:
    """A KPI, a group, a Member, an instrument and a goal: with cycle and source, and where their table is."""
    root = site(package(SiteKind.PUBLIC), tmp_path)
    pages = ("kpi/declarations", "group/region/north", "member/ken", "instrument/guide", "sdg/9")
    for path in (f"en/{each}.html" for each in pages if f"en/{each}.html" in root):
        assert re.search(r'id="citation">[^<]*Second cycle', root[path].decode()), path
        assert re.search(r'href="[./]*data/[a-z]+\.csv"', root[path].decode()), path


def test_every_group_is_one_step_from_the_overview(tmp_path: Path) -> None:
    """From the overview, the list to browse, and the goals."""
    root = site(package(SiteKind.PUBLIC), tmp_path)
    for path, anchor in (("en/index.html", ""), ("en/search.html", ""), ("en/sdgs.html", "#goals")):
        for name in ("north", "south"):
            assert f'href="group/region/{name}.html{anchor}"' in root[path].decode(), path


def _with_reports() -> ReleasePackage:
    found = package(SiteKind.PUBLIC)
    pages = (
        ContentPage("en", "report", "Report of the first", "Text.", 1, cycle="c1"),
        ContentPage("en", "report-c2", "Report of the second", "Text.", 2, cycle="c2"),
    )
    return replace(found, content=pages)


def test_the_menu_leads_to_the_report_of_the_latest_cycle(tmp_path: Path) -> None:
    """An earlier report says that there is a newer one; the newest does not."""
    root = site(_with_reports(), tmp_path)
    menu = re.search(r'<a href="([^"]+)"[^>]*>Report</a>', root["en/index.html"].decode())
    assert menu is not None
    assert menu[1] == "report-c2.html"
    assert "There is a newer report: Report of the second" in told(root, "en/report.html")
    assert "newer report" not in told(root, "en/report-c2.html")


def test_a_response_rate_is_the_same_on_every_page(tmp_path: Path) -> None:
    """Counted, not rounded twice: 44 of 74 are 59 %, which 59.5 would make 60."""
    found = package(SiteKind.PUBLIC)
    summary = tuple(
        row._replace(response_rate=Decimal("59.5")) if (row.cycle, row.kpi) == ("c2", "declarations") else row
        for row in found.tables["summary"]
    )
    coverage = (CoverageRow("c2", "declarations", 74, 44, 15, 15), *found.tables["coverage"][1:])
    root = site(replace(found, tables={**found.tables, "summary": summary, "coverage": coverage}), tmp_path)
    for path in ("kpi/declarations", "cycle/c2", "coverage", "capacity"):
        page = told(root, f"en/{path}.html")
        assert "59%" in page, path


def test_a_dossier_counts_who_sees_how_many_values_and_compares_with_each_group(tmp_path: Path) -> None:
    """Before the tables that say it KPI by KPI."""
    page = told(site(package(SiteKind.COUNTRY), tmp_path), "en/dossier.html")
    assert "Values that everyone can see: 1 of 1; WCO Members: 1; our unions: 1; only ourselves: 0." in page
    assert "Compared with the mean of Ahead Level Behind Not comparable World 0 0 1 0 South 0 0 0 1" in page


def _axis(*, own: bool, upper: float = 100.0) -> float:
    """Where the axis of groups of small percentages ends."""
    measure = Measure("Cost", Unit.PERCENT, lower=0.0, upper=upper)
    groups = [group("A", "2", "1"), group("B", "5", "5")]
    return by_group(groups, measure, "Region", WORDS, formats("en"), room_for_own=own).drawing.scale.upper


def test_small_percentages_have_an_axis_that_shows_them() -> None:
    """With room for what roundings leave open; where an own value may lie anywhere, up to the bound of the KPI."""
    assert 7.5 <= _axis(own=False) <= 10
    assert _axis(own=True) == 100
    assert _axis(own=False, upper=10.0) == 10
