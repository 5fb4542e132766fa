"""What a reader does with script: search, compare, sort, keep remarks; from the disk, by keyboard, in French."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pmm_site.model import SiteKind
from pmm_site.package import write
from pmm_site.render import packaged_themes, render
from tests.render.report_site import package

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The web root of a small country site, with its release package, on the disk."""
    root = tmp_path_factory.mktemp("site")
    write(package(SiteKind.COUNTRY), root / "data")
    for file in render(root / "data", theme_directories=[packaged_themes()]):
        (root / file.path).parent.mkdir(parents=True, exist_ok=True)
        (root / file.path).write_bytes(file.content)
    return root


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A reader's browser window without history."""
    opened = browser.new_context()
    opened.set_default_timeout(10_000)
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page that must not complain: an error of a script or a breach of the policy fails the test."""
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    assert complaints == []


# --- search ----------------------------------------------------------------------------------------


def test_search_in_french_without_accents(page: Page, site: Path) -> None:
    """`deuxieme echanges` typed without accents finds the dimension Échanges, from the disk."""
    page.goto((site / "fr" / "search.html").as_uri())
    page.locator("#query").fill("echange")
    link = page.locator(".search-results a").first
    link.wait_for()
    assert link.text_content() == "Échanges"
    assert re.fullmatch(r"\d+ pages? trouvées?", page.locator(".search-status").text_content() or "")
    assert page.locator(".search-results mark").first.text_content() == "Échanges"


def test_search_finds_beginnings_and_slips(page: Page, site: Path) -> None:
    """The beginning of a word and a word with one wrong letter find the KPI."""
    page.goto((site / "en" / "search.html").as_uri())
    for query in ("decl", "declaratoins"):
        page.locator("#query").fill(query)
        page.locator(".search-results a", has_text="Declarations").first.wait_for()


def test_search_goes_by_keyboard(page: Page, site: Path) -> None:
    """Down goes from the field into the results, Escape back to it, Enter opens the page."""
    from playwright.sync_api import expect

    page.goto((site / "en" / "search.html").as_uri())
    page.locator("#query").focus()
    page.keyboard.type("training")
    first = page.locator(".search-results a").first
    expect(first).to_have_attribute("href", re.compile(r"kpi/training\.html$"))  # of all letters, not of the first ones
    page.keyboard.press("ArrowDown")
    assert first.evaluate("(link) => link === document.activeElement")
    page.keyboard.press("Escape")
    assert page.locator("#query").evaluate("(field) => field === document.activeElement")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/kpi/training.html")


def test_a_late_answer_takes_nobody_out_of_the_results(page: Page, site: Path) -> None:
    """Who goes down before the last letter was searched for stays in the list when it is drawn anew."""
    page.goto((site / "en" / "search.html").as_uri())
    page.locator("#query").fill("trainin")
    page.locator(".search-results a").first.wait_for()
    page.evaluate(
        """() => {
            const field = document.getElementById('query');
            document.querySelector('.search-results').firstChild.dataset.old = '';
            field.value = 'training';
            field.dispatchEvent(new Event('input'));
            document.querySelector('.search-results a').focus();
        }"""
    )
    page.locator(".search-results li[data-old]").wait_for(state="detached")
    assert page.locator(".search-results a").first.evaluate("(link) => link === document.activeElement")


def test_a_search_begins_at_home(page: Page, site: Path) -> None:
    """The field of the overview leads to the results, from the disk as well."""
    page.goto((site / "en" / "index.html").as_uri())
    page.get_by_role("searchbox").fill("training")
    page.keyboard.press("Enter")
    page.locator(".search-results li").first.wait_for()
    assert "q=training" in page.url


def test_a_search_can_be_sent_as_an_address(page: Page, site: Path) -> None:
    """?q= searches at once; what is not found is said politely, with the words of the reader as text."""
    page.goto((site / "en" / "search.html").as_uri() + "?q=training")
    page.locator(".search-results a", has_text="Training").first.wait_for()
    page.locator("#query").fill("<b>zzzzqq</b>")
    status = page.locator(".search-status", has_text="<b>zzzzqq</b>")
    status.wait_for()
    assert page.locator(".search-results li").count() == 0


def test_the_index_holds_this_edition_only(site: Path) -> None:
    """The French index has the French pages; every path in it is a page of this site."""
    for language in ("en", "fr"):
        text = (site / language / "search-index.js").read_text("utf-8")
        content = json.loads(text.removeprefix("window.pmmSearch=").removesuffix(";\n"))
        assert content["language"] == language
        assert len(content["pages"]) > 20
        assert all((site / language / path).is_file() for path, *_ in content["pages"])
        assert not any(path.startswith(("search", "404")) for path, *_ in content["pages"])
        past = {path for path, *_, last in content["pages"] if last == 1}
        assert "cycle/c1.html" in past
        assert "cycle/c2.html" not in past


def test_without_script_search_lists_the_framework(browser: Browser, site: Path) -> None:
    """With script off the page says so and leads to every KPI."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((site / "en" / "search.html").as_uri())
    assert page.locator("noscript").count() == 1
    assert page.locator(".search-browse a[href='kpi/declarations.html']").count() == 1
    context.close()


# --- compare -----------------------------------------------------------------------------------------


def test_compare_from_a_pasted_address(page: Page, site: Path) -> None:
    """An address chooses KPIs, groups, Members and cycles; the figures are those of the release package."""
    page.goto((site / "en" / "compare.html").as_uri() + "#k=declarations,standard&w=KEN,all,region:north&c=c1,c2")
    page.locator(".compare-table table").wait_for()
    rows = page.locator(".compare-table tbody tr").all_text_contents()
    assert [rows[0], rows[4]] == ["Declarations", "Standard"]
    assert len(rows) == 8
    assert "91.25%" in rows[1]
    assert "Kenya" in rows[1]
    assert "97.3% n = 58" in rows[2]
    assert "98.6% n = 59" in rows[2]
    assert "≈ 85% ±2.5" in rows[3].replace("\u00a0", " ").replace("\u2009", " ")
    assert "protected" in rows[6]
    assert page.locator(".compare-charts figure").count() == 2
    assert page.locator(".compare-charts svg [data-label='Kenya, 2033: 91.25%']").count() == 1


def test_the_choice_stands_in_the_address(page: Page, site: Path) -> None:
    """Adding and removing changes the address, and the address alone gives the same page again."""
    page.goto((site / "en" / "compare.html").as_uri() + "#k=declarations&w=all&c=c2")
    page.locator("select[data-add=k]").select_option("training")
    page.get_by_role("button", name="Remove Declarations").click()
    assert page.url.endswith("#k=training&w=all&c=c2")
    page.reload()
    page.locator(".compare-table table").wait_for()
    assert "33.4%" in page.locator(".compare-table tbody").inner_text()


def test_unknown_words_in_an_address_do_no_harm(page: Page, site: Path) -> None:
    """Ids that this site does not know are left out; nothing chosen is said in words."""
    page.goto((site / "en" / "compare.html").as_uri() + "#k=<img>,nope&w=XXX&c=c9")
    page.locator(".compare-charts .note").wait_for()
    assert page.locator(".compare-charts img").count() == 0


def test_compare_at_first_shows_the_own_member(page: Page, site: Path) -> None:
    """A country site begins with its own Member beside all Members and the Member's groups."""
    page.goto((site / "en" / "compare.html").as_uri())
    page.locator(".compare-table table").wait_for()
    assert page.locator("[data-chips=w] button").all_text_contents() == ["Kenya", "World", "South"]
    assert page.locator("[data-add=k] option").first.text_content() == "Choose a KPI…"


def test_compare_gives_a_csv(page: Page, site: Path, tmp_path: Path) -> None:
    """The chosen figures can be kept as CSV, with the words for what is not there."""
    page.goto((site / "en" / "compare.html").as_uri() + "#k=declarations,standard&w=all&c=c2")
    page.locator(".compare-table table").wait_for()
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    download.value.save_as(tmp_path / "kept.csv")
    lines = (tmp_path / "kept.csv").read_text("utf-8-sig").splitlines()
    assert lines == [
        "kpi,group_or_member,cycle,contributors,value,words",
        "declarations,all,c2,59,98.6,98.6%",
        "standard,all,c2,29,,protected",
    ]


def test_compare_holds_only_published_figures(site: Path) -> None:
    """The script files hold the means and values of the release package, and no more Members than have a value."""
    text = (site / "en" / "compare-values.js").read_text("utf-8")
    values = json.loads(text.removeprefix("window.pmmValues=").removesuffix(";\n"))
    assert values == {"c1": {}, "c2": {"declarations": {"KEN": "91.25"}, "standard": {"UGA": "44.25"}}}
    text = (site / "fr" / "compare-data.js").read_text("utf-8")
    data = json.loads(text.removeprefix("window.pmmCompare=").removesuffix(";\n"))
    assert [code for code, _ in data["members"]] == ["KEN", "UGA"]
    assert data["means"]["c2"]["standard"] == {"all": [29, "protégé"]}
    assert not (site / "fr" / "compare-values.js").exists()


def test_without_script_compare_has_a_table(browser: Browser, site: Path) -> None:
    """With script off the means of all KPIs by group stand in the page, and no empty control."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((site / "en" / "compare.html").as_uri())
    assert not page.locator("[data-compare]").is_visible()
    assert "98.6%" in page.locator("main table").inner_text()
    context.close()


# --- sorting and remarks -----------------------------------------------------------------------------


def test_tables_sort_by_number_and_back(page: Page, site: Path) -> None:
    """A heading is a button that sorts by its column, tells the direction and leaves blanks last both ways."""
    page.goto((site / "en" / "compare.html").as_uri())
    table = page.locator("section[aria-labelledby=all] table")
    heading = table.locator("th", has_text="World")

    def column() -> list[str]:
        return [text.strip() for text in table.locator("tbody tr td:nth-child(2)").all_text_contents()]

    heading.get_by_role("button").click()
    assert heading.get_attribute("aria-sort") == "ascending"
    ascending = column()
    heading.get_by_role("button").press("Enter")
    assert heading.get_attribute("aria-sort") == "descending"
    descending = column()
    shown = [text for text in ascending if text.endswith("%")]
    assert shown == sorted(shown, key=lambda text: float(text[:-1]))
    assert [text for text in descending if text.endswith("%")] == shown[::-1]
    assert ascending[-1] == descending[-1] == "protected"


def test_remarks_stay_and_are_kept_as_a_file(context: BrowserContext, page: Page, site: Path, tmp_path: Path) -> None:
    """What a reviewer types is there when the dossier is opened again, and can be saved as a text file."""
    address = (site / "en" / "dossier.html").as_uri()
    page.goto(address)
    page.locator("textarea").first.fill("Ask about the <new> system – merci.")
    page.close()
    again = context.new_page()
    again.goto(address)
    assert again.locator("textarea").first.input_value() == "Ask about the <new> system – merci."
    with again.expect_download() as download:
        again.get_by_role("button", name="Save the remarks").click()
    download.value.save_as(tmp_path / "remarks.md")
    text = (tmp_path / "remarks.md").read_text("utf-8")
    assert "Ask about the <new> system – merci." in text
    assert text.startswith("# ")
    assert "## Trade" in text
