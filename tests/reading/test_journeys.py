"""What readers do on the real sites, opened from the disk: find a figure and take it along, search, compare, review.

Whatever they do, no script fails, no policy is broken and nothing is asked of any other place.
"""

from __future__ import annotations

import csv
import unicodedata
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pmm_site.publish.bundle import bundle
from tests.reading.sites import page_of_each_kind

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.conftest import Built

pytestmark = pytest.mark.browser

KPI = "rate-of-electronic-declarations"


@pytest.fixture(scope="session")
def real(built: Built) -> Path:
    """The web roots of the shipped project, one of each kind of site."""
    return built.shipped() / "sites"


@pytest.fixture
def page(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    """A reader's page; it fails the test on an error, on a breach of the policy and on a request to elsewhere."""
    context = browser.new_context(accept_downloads=True, viewport={"width": 1280, "height": 800})
    context.set_default_timeout(15_000)
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("request", lambda request: None if request.url.startswith("file://") else complaints.append(request.url))
    yield opened
    context.close()
    assert complaints == []


def means(site: Path, kpi: str) -> dict[tuple[str, str, str], dict[str, str]]:
    """The rows of aggregates.csv about a KPI by cycle, grouping and group."""
    with open(site / "data/aggregates.csv", encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["kpi"] == kpi]
    return {(row["cycle"], row["grouping"], row["group"]): row for row in rows}


def folded(text: str) -> str:
    """A text as somebody types it on a keyboard without accents."""
    plain = unicodedata.normalize("NFKD", text.replace("’", "'"))
    return "".join(each for each in plain if not unicodedata.combining(each)).lower()


def test_from_home_to_the_mean_of_a_region_and_its_file(page: Page, real: Path, tmp_path: Path) -> None:
    """Home, dimension, KPI: the region's mean on the page is the one in the file that the page offers."""
    page.goto((real / "public/en/index.html").as_uri())
    page.locator(".dimension-card a").first.click()
    page.locator(f"main a[href='../kpi/{KPI}.html']").first.click()
    page.wait_for_url(f"**/kpi/{KPI}.html")
    table = page.locator("#groups table").first
    if not table.is_visible():
        page.locator("#groups summary").first.click()
    row = table.locator("tbody tr", has_text="East and Southern Africa").inner_text()
    with page.expect_download() as download:
        page.locator("a[href$='data/aggregates.csv']").evaluate("(link) => { link.download = ''; link.click(); }")
    download.value.save_as(tmp_path / "data/aggregates.csv")
    found = means(tmp_path, KPI)["c2024", "region", "esa"]
    assert found["mean"]
    assert found["mean"] in row
    assert found["contributors"] in row


@pytest.mark.parametrize("site", ["public", "wco", "union-eac", "country-ken"])
def test_a_french_search_without_accents(page: Page, real: Path, site: str) -> None:
    """« delai moyen de mainlevee a l'importation » leads to the KPI, written with accents, on every kind of site."""
    page.goto((real / site / "fr/search.html").as_uri())
    name = "Délai moyen de mainlevée à l’importation"
    page.locator("#query").press_sequentially(folded(name))
    page.locator(".search-results a", has_text=name).first.click()
    page.wait_for_url("**/fr/kpi/average-import-release-time.html")
    assert page.locator("h1").inner_text().startswith(name)


def test_two_income_groups_over_two_cycles_from_a_pasted_address(page: Page, real: Path) -> None:
    """The address alone brings the comparison, with the figures of the site's release package."""
    site = real / "wco"
    wanted = [(cycle, "income", group) for group in ("high", "low") for cycle in ("c2022", "c2024")]
    ids = sorted(path.stem for path in (site / "en/kpi").glob("*.html"))
    kpi = next(kpi for kpi in ids if all(is_plain(means(site, kpi).get(key)) for key in wanted))
    published = means(site, kpi)
    page.goto((site / "en/compare.html").as_uri() + f"#k={kpi}&w=income:high,income:low&c=c2022,c2024")
    page.locator(".compare-table table").wait_for()
    cells = page.locator(".compare-table tbody td.n").all_inner_texts()
    assert len(cells) == 4
    for cell, key in zip(cells, wanted, strict=True):
        assert published[key]["mean"] in cell
        assert f"n = {published[key]['contributors']}" in cell.replace("\u00a0", " ")
    assert page.locator(".compare-charts svg").count() >= 1


def test_many_cycles_leave_room_to_choose(real: Path, page: Page) -> None:
    """With the cycles of ten years to tick, KPIs and groups can still be chosen from fields of readable width."""
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto((real / "public/en/compare.html").as_uri())
    page.locator(".compare-table table").wait_for()
    page.evaluate(
        """() => { const cycles = document.querySelector(".compare-cycles"), label = cycles.querySelector("label");
                   for (let more = 0; more < 4; more++) cycles.append(label.cloneNode(true)); }"""
    )
    widths = [field.bounding_box()["width"] for field in page.locator(".compare-form fieldset").all()]
    assert min(widths[:2]) > 250
    assert max(widths) < 700


def is_plain(row: dict[str, str] | None) -> bool:
    """Whether a mean is published and so far from 0 and 100 that it is written as it stands."""
    if row is None or not row["mean"]:
        return False
    mean, step = float(row["mean"]), float(row["rounding"])
    return step < mean < 100 - step


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_reviewer_reads_the_bundle_of_a_country(browser: Browser, real: Path, tmp_path: Path, script: bool) -> None:
    """Unpacked from the zip: start page, language, dossier, a KPI with the own value; with script and without."""
    with zipfile.ZipFile(bundle(real / "country-ken", tmp_path / "bundles")) as archive:
        archive.extractall(tmp_path / "stick")
    context = browser.new_context(java_script_enabled=script)
    context.set_default_timeout(15_000)
    page = context.new_page()
    elsewhere: list[str] = []
    inside = (tmp_path / "stick").as_uri()
    page.on("request", lambda request: None if request.url.startswith(inside) else elsewhere.append(request.url))
    page.goto((tmp_path / "stick/START-HERE.html").as_uri())
    page.locator("a[href='site/fr/index.html']").first.click()
    page.locator("a[href='dossier.html']").first.click()
    page.wait_for_url("**/fr/dossier.html")
    assert "Kenya" in page.locator("h1").inner_text()
    assert "Kenya" in page.locator(".mark").first.inner_text()
    page.locator(f"main a[href='kpi/{KPI}.html']").first.click()
    with open(real / "country-ken/data/values.csv", encoding="utf-8-sig", newline="") as file:
        own = [row for row in csv.DictReader(file) if (row["kpi"], row["member"]) == (KPI, "KEN")][-1]
    assert own["value"].replace(".", ",") in page.locator("main").inner_text()
    context.close()
    assert elsewhere == []


@pytest.mark.parametrize("site", ["public", "country-ken"])
def test_no_kind_of_page_asks_anything_of_another_place(page: Page, real: Path, site: str) -> None:
    """Opened one after the other, pages of every kind load files of their own site only, and no script complains."""
    for path in page_of_each_kind(real / site, "fr").values():
        page.goto(path.as_uri())
