"""The project in this repository, built: the figures that are public come out, on the sites where they belong."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Built

ROOT = Path(__file__).parents[2]

PUBLISHED_MEANS = {
    "rate-of-electronic-declarations": "98.1",
    "data-standardization": "76.4",
    "share-of-ecommerce-shipments": "50.7",
    "risk-management-tools": "82.5",
    "inspections-on-risk-profiles": "70.2",
    "female-to-male-all-staff": "67.7",
    "female-to-male-middle-management": "59.0",
    "female-to-male-senior-management": "44.0",
}
"""Global means of the first cycle as the committee paper prints them (paragraph 9)."""


def rows(package: Path, table: str, **wanted: str) -> list[dict[str, str]]:
    """Rows of a table of a package whose cells are as wanted."""
    with open(package / f"{table}.csv", encoding="utf-8", newline="") as stream:
        return [row for row in csv.DictReader(stream) if all(row[name] == cell for name, cell in wanted.items())]


def files(root: Path) -> dict[str, bytes]:
    """Every file below a folder by its relative path."""
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


@pytest.fixture(scope="module")
def sites(built: Built) -> Path:
    """The built sites."""
    return built.shipped() / "sites"


def test_the_committed_public_package_is_that_of_the_build(sites: Path) -> None:
    """data/public-package, which a public host renders, is what the build gives; `make package` refreshes it."""
    assert files(ROOT / "data" / "public-package") == files(sites / "public" / "data")


@pytest.mark.parametrize("kpi", PUBLISHED_MEANS)
def test_the_published_means_come_out_on_the_public_site(kpi: str) -> None:
    """Each global mean of the first cycle stands on the public site as the paper prints it, to one decimal."""
    found = rows(ROOT / "data" / "public-package", "aggregates", cycle="c2022", kpi=kpi, grouping="all")
    assert [(row["mean"], row["rounding"]) for row in found] == [(PUBLISHED_MEANS[kpi], "0.1")]


def test_the_published_counts_come_out_on_the_public_site() -> None:
    """62 Members of 105 nominated took part; 24 told of e-commerce; over 75 % gave no data on competency-based HR."""
    package = ROOT / "data" / "public-package"
    (cycle,) = rows(package, "cycles", cycle="c2022")
    assert (cycle["participants"], cycle["nominated"], cycle["synthetic"]) == ("62", "105", "true")
    (shipments,) = rows(package, "coverage", cycle="c2022", kpi="share-of-ecommerce-shipments")
    assert shipments["reported"] == "24"
    (ratio,) = rows(package, "coverage", cycle="c2022", kpi="female-to-male-all-staff")
    assert ratio["reported"] == "62"
    (competency,) = rows(package, "coverage", cycle="c2022", kpi="competency-based-hr-coverage")
    assert int(competency["reported"]) < 0.25 * 62


def test_the_most_productive_goals_come_out_on_the_public_site() -> None:
    """The goals that the paper names, and no others, are the most productive ones."""
    found = rows(ROOT / "data" / "public-package", "sdgs", cycle="c2022", contribution="most-productive")
    assert sorted(int(row["goal"]) for row in found) == [3, 5, 8, 9, 12, 16, 17]


def test_every_page_says_that_the_values_are_generated(sites: Path) -> None:
    """A synthetic cycle is told on each page of each site, in the page's language."""
    for page in sorted((sites / "public").rglob("*.html")):
        text = page.read_text("utf-8")
        if page.parent != sites / "public":
            assert "No Member reported them" in text or "Aucun Membre" in text, page


def test_a_union_value_of_kenya_is_where_its_readers_are(sites: Path) -> None:
    """Every union value of Kenya stands on Uganda's site and its union's, not on the WCO's or the public one."""
    own = rows(sites / "country-ken" / "data", "visibility", level="union")
    eac = [row for row in own if "eac" in row["unions"].split(";") or not row["unions"]]
    assert eac
    for row in eac:
        key = {"cycle": row["cycle"], "kpi": row["kpi"], "member": "KEN"}
        shown = {
            site.name: [each["value"] for each in rows(site / "data", "values", **key)] for site in sites.iterdir()
        }
        assert all(shown[site] not in ([], [""]) for site in ("country-ken", "country-uga", "union-eac")), key
        assert all(shown[site] in ([], [""]) for site in ("wco", "public")), key


def test_a_site_holds_no_value_above_its_readers(sites: Path) -> None:
    """No table of values on a restricted site shows a level that its readers do not have."""
    for site, allowed in (("wco", {"public", "wco"}), ("union-eac", {"public", "wco", "union"})):
        levels = {row["disclosure"] for row in rows(sites / site / "data", "values") if row["value"]}
        assert levels <= allowed
    closed = rows(sites / "country-uga" / "data", "values", disclosure="country")
    assert {row["member"] for row in closed} == {"UGA"}
