"""What the pages across KPIs promise: their figures are those of the package's tables, row by row."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from pmm_site.model import ContentPage, SiteKind
from pmm_site.package import files
from pmm_site.package.columns import description
from pmm_site.package.writing import layout_of
from pmm_site.publish.downloads import downloads
from pmm_site.render import feeds
from pmm_site.render.pages import page_kinds
from pmm_site.tables import COUNTRY_TABLES, TABLES, GroupTestRow
from tests.render.report_site import CATALOGUE, READERS, edition, html_of, main, package, spoken

EVERY_KIND = list(READERS)
OURS = (
    "content", "performance", "instruments", "instrument", "sdgs", "sdg", "coverage", "capacity", "cycle", "data",
    "disclosure", "cite", "changes",
)  # fmt: skip


def page_of(kind: str, site: SiteKind = SiteKind.PUBLIC, path: str = "", language: str = "en") -> str:
    """The main part of the only page of a kind, or of the page at a path."""
    found = html_of(kind, edition(package(site), language))
    return main(found[f"{language}/{path or kind}.html"])


def rows_of(html: str) -> list[str]:
    """The rows of all tables, as words."""
    return [spoken(row) for row in re.findall(r"<tr.*?</tr>", html, flags=re.DOTALL)]


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("site", EVERY_KIND, ids=lambda site: site.value)
@pytest.mark.parametrize("kind", OURS)
def test_every_kind_renders_on_every_site(kind: str, site: SiteKind, language: str) -> None:
    """No page of these kinds depends on what only some sites have."""
    pages = html_of(kind, edition(package(site), language))
    assert pages
    for html in pages.values():
        assert "{{ " not in main(html)
        assert ">None<" not in html
        assert html.count("<h1") == 1


@pytest.mark.parametrize("kind", ["instrument", "sdg"])
def test_the_set_of_pages_is_the_same_on_every_site(kind: str) -> None:
    """Absence of a page would tell something."""
    sets = {frozenset(html_of(kind, edition(package(site)))) for site in EVERY_KIND}
    assert len(sets) == 1
    assert len(next(iter(sets))) == {"instrument": len(CATALOGUE.instruments), "sdg": 17}[kind]


# --- instruments --------------------------------------------------------------------------------


def test_every_finding_of_the_cycle_is_on_the_instruments_page() -> None:
    """Each row of findings.csv stands under its finding: the instrument and, where there is one, the KPI."""
    html, of = page_of("instruments"), package()
    rows = [row for row in of.tables["findings"] if row.cycle == "c2"]
    assert rows
    for row in rows:
        part = html[html.index(f'id="{row.finding}"') :]
        part = part[: part.index("</section>")]
        assert f"instrument/{row.instrument}.html" in part
        assert not row.kpi or f"kpi/{row.kpi}.html" in part


def test_no_finding_is_made_up() -> None:
    """An instrument stands under no finding that findings.csv does not give it, earlier cycles included."""
    html, of = page_of("instruments"), package()
    for finding in ("review-relevance", "raise-awareness", "high-uptake", "few-plans"):
        part = html[html.index(f'id="{finding}"') :]
        part = part[: part.index("</section>")]
        named = set(re.findall(r"instrument/([a-z]+)\.html", part))
        rows = of.tables["findings"]
        assert named == {row.instrument for row in rows if row.cycle == "c2" and row.finding == finding}


def test_an_instrument_prints_its_published_shares_with_n() -> None:
    """Awareness, use and plans in percent of respondents; a share that may not be shown is its word."""
    assert "Guide illustrative 72% 37% 14% 49% 57 / 56 Review relevance · Few plans" in rows_of(page_of("instruments"))
    assert "Manual protected protected protected protected 55 / 54" in rows_of(page_of("instruments"))


def test_own_answers_are_on_the_country_site_only() -> None:
    """The own Member's answers stand on its instrument's page; nowhere else is there anything of the kind."""
    country = page_of("instrument", SiteKind.COUNTRY, "instrument/guide")
    assert "Second cycle yes Planned" in rows_of(country)
    assert "Second cycle no answer no answer" in rows_of(page_of("instrument", SiteKind.COUNTRY, "instrument/course"))
    assert "no answer" not in page_of("instrument", SiteKind.WCO, "instrument/course")


def test_users_and_others_are_told_apart_only_in_words() -> None:
    """A test is told as significant or not, and only where the package has a row."""
    assert "Standard illustrative significant" in rows_of(page_of("instrument", path="instrument/guide"))
    assert "rank test" not in page_of("instrument", path="instrument/model")


# --- performance --------------------------------------------------------------------------------


def test_every_kpi_with_a_class_is_on_the_performance_page_once() -> None:
    """A KPI with a row in summary.csv has one row with its class; one without is listed without figures."""
    html = page_of("performance")
    rows = rows_of(html)
    assert sum(row.startswith("Declarations Well performing Inconclusive 98.6% 59") for row in rows) == 1
    assert sum(row.startswith("Training Low performing") for row in rows) == 1
    assert not any(row.startswith("Secret") for row in rows)
    assert "Secret" in spoken(html[html.index('id="elsewhere"') :])


def test_a_class_over_visible_values_is_marked() -> None:
    """A class whose basis is not all submitted values has a mark that says so."""
    row = next(row for row in rows_of(page_of("performance")) if row.startswith("Standard"))
    assert "Inconclusive *" in row


def test_class_changes_stand_beside_the_means_of_the_same_members() -> None:
    """The class before and now, the means over the Members of both cycles with their n, and whether it is chance."""
    row = next(row for row in rows_of(page_of("performance")) if "97.5%" in row)
    assert row == "Declarations Inconclusive Well performing 97.5% → 98.2% 47 significant"


# --- coverage -----------------------------------------------------------------------------------


def test_coverage_is_that_of_the_table() -> None:
    """Reported, not applicable and not available per KPI equal coverage.csv, and the rate follows from them."""
    rows = rows_of(page_of("coverage", SiteKind.WCO))
    for row in package(SiteKind.WCO).tables["coverage"]:
        name = spoken(str(CATALOGUE.kpi_by_id[row.kpi].name["en"]))
        rate = f"{Decimal(100 * row.reported) / row.participants:.0f}%"
        found = next(each for each in rows if each.startswith(name))
        assert f"{row.reported} {row.not_applicable} {row.not_available} {rate}" in found


def test_the_grid_is_on_restricted_sites_only() -> None:
    """The public site gives coverage in counts: of a Member it says no more than that it takes part."""
    html = page_of("coverage")
    assert 'class="grid"' not in html
    assert "Kenya" not in spoken(re.sub(r"<figure.*?</figure>", " ", html, flags=re.DOTALL))


def test_the_map_shows_who_takes_part() -> None:
    """The picture and its table tell of every Member in members.csv whether it takes part."""
    for site in (SiteKind.PUBLIC, SiteKind.COUNTRY):
        html = page_of("coverage", site)
        drawn = re.search(r"<figure.*?</figure>", html, flags=re.DOTALL)
        assert drawn is not None
        members = [row for row in package(site).tables["members"] if row.cycle == "c2"]
        assert members
        for row in members:
            words = f"{row.name['en']} {'takes part' if row.participates else 'does not take part'}"
            assert words in rows_of(drawn.group()), row.member


def test_the_grid_has_the_status_of_each_row() -> None:
    """A sign per participant and KPI as in values.csv, empty where there is no row."""
    html = page_of("coverage", SiteKind.WCO)
    grid = html[html.index('<table class="grid">') :]
    france = next(row for row in re.findall(r"<tr.*?</tr>", grid, flags=re.DOTALL) if "France" in row)
    assert re.findall(r'<td class="g(.)"', france) == ["Q", "M", "N"]


# --- goals, needs, cycles -----------------------------------------------------------------------


def test_goals_are_sorted_out_by_their_contribution() -> None:
    """The goals of the most productive contribution stand first, the others below, those without an outcome last."""
    html = page_of("sdgs")
    productive, others, unmapped = (html.index(f'id="{part}"') for part in ("productive", "others", "unmapped"))
    assert re.findall(r"sdg/(\d+)", html[productive:others]) == ["9"]
    assert re.findall(r"sdg/(\d+)", html[others:unmapped]) == ["5"]
    assert "Well performing KPIs: 1 of 2" in spoken(html[productive:others])


def test_a_goal_without_judged_kpis_has_no_contribution() -> None:
    """A goal that no outcome serves is not called other: there is nothing to judge."""
    rows = rows_of(page_of("sdgs"))
    assert "7 Affordable and clean energy 0 0 no judged KPI on this site" in rows


def test_a_goal_tells_its_verdict_and_marks_an_illustrative_mapping() -> None:
    """The goal's page says whether it passed, on which figures, and which mapping stands in."""
    html = spoken(page_of("sdg", path="sdg/5"))
    assert "this was not one of the goals" in html
    assert "Judged KPIs that perform well: 0 of 1. On average, 27% of participants report them" in html
    assert "No expected outcome" in spoken(page_of("sdg", path="sdg/13"))


def test_needs_are_those_of_the_table_with_their_trend() -> None:
    """Priority, KPIs, low performance and response rate per area; the trend compares two priorities."""
    rows = rows_of(page_of("capacity"))
    assert "Digital medium 2 0 1 70% low need has grown" in rows
    assert "Skills high 1 1 1 27% no figure no figure" in rows
    assert "Skills high" in rows


def test_a_cycle_keeps_its_own_figures() -> None:
    """The page of an earlier cycle prints that cycle's means and classes, not the latest."""
    rows = rows_of(page_of("cycle", path="cycle/c1"))
    assert any(row.startswith("Declarations 97.3% between 60% and 70% 58 95% Inconclusive") for row in rows)
    assert any(row.startswith("Posts 21.7%") for row in rows)
    assert "98.6" not in page_of("cycle", path="cycle/c1")


def test_home_leads_to_the_report_of_the_cycle_that_it_shows() -> None:
    """Beside the figures of the second cycle "Read the report" is the second report; without one, the first."""
    reports = (ContentPage("en", "report", "First", "Text.", cycle="c1"),
               ContentPage("en", "report-c2", "Second", "Text.", cycle="c2"))  # fmt: skip
    for content, expected in ((reports, "report-c2.html"), (reports[:1], "report.html"), ((), "report.html")):
        home = html_of("home", edition(replace(package(SiteKind.PUBLIC), content=content)))["en/index.html"]
        assert re.findall(r'href="([^"]+)"[^>]*>Read the report<', home) == [expected]


def test_a_dropped_kpi_names_its_successor() -> None:
    """Where a KPI left the set, the changes page says what takes its place."""
    html = spoken(page_of("changes"))
    assert "Posts. Its place is taken by Training" in html
    assert "New participants: 1." in html


# --- data, disclosure, citation, feeds ----------------------------------------------------------


@pytest.mark.parametrize("site", EVERY_KIND, ids=lambda site: site.value)
def test_every_file_of_the_package_is_on_the_data_page(site: SiteKind) -> None:
    """Whatever crosses to the site can be downloaded; and no link leads to a file that is not there."""
    of = package(site)
    linked = set(re.findall(r'href="\.\./data/([^"]+)"', page_of("data", site)))
    assert linked - {"csv-metadata.json"} == {path for path in files(of) if not path.startswith("content/")}


@pytest.mark.parametrize("site", EVERY_KIND, ids=lambda site: site.value)
def test_the_data_page_links_what_is_made_beside_it(site: SiteKind, tmp_path: Path) -> None:
    """The workbooks and archives that the page names are those that publishing makes for this kind of site."""
    of = package(site)
    (tmp_path / "data").mkdir()
    for path, content in files(of).items():
        (tmp_path / "data" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "data" / path).write_bytes(content)
    made = set(downloads(tmp_path))
    linked = set(re.findall(r'href="\.\./(downloads/[^"]+)"', page_of("data", site)))
    assert linked == {path for path in made if path.startswith("downloads/") and "-kpi-" not in path}
    assert "data/csv-metadata.json" in made


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_column_is_explained(language: str) -> None:
    """Each column of each table has its meaning, in the language of the page."""
    of = package(SiteKind.COUNTRY)
    html = page_of("data", SiteKind.COUNTRY, language=language)
    for table in TABLES:
        part = html[html.index(f'id="columns-{table}"') :]
        part = spoken(part[: part.index("</table>")])
        for column in layout_of(of, table):
            meaning = description(table, column, language).replace("`", " ")
            assert meaning
            assert f"{column.name} " in part
            assert " ".join(meaning.replace("\u202f", " ").split())[:20] in part


def test_tables_of_country_sites_are_named_there_only() -> None:
    """The data page of other sites does not speak of answers and visibility."""
    for table in COUNTRY_TABLES:
        assert f"{table}.csv" not in page_of("data", SiteKind.UNION)


def test_a_site_says_who_reads_it() -> None:
    """The readers are those of datapackage.json, in words."""
    assert "Its readers: everyone." in spoken(page_of("disclosure"))
    assert "peer reviewers of: Kenya and Uganda" in spoken(page_of("disclosure", SiteKind.UNION))
    assert "peer reviewers of all Members" in spoken(page_of("disclosure", SiteKind.WCO))


def test_a_ceiling_is_told_with_what_it_means_here() -> None:
    """A KPI with a ceiling is listed on every site, with whether this one has figures of it."""
    assert "Secret WCO without figures" in rows_of(page_of("disclosure"))
    assert "Secret WCO with figures" in rows_of(page_of("disclosure", SiteKind.WCO))


def test_citations_are_well_formed() -> None:
    """BibTeX has balanced braces and escapes what it would read as its own; RIS begins and ends as it must."""
    html = page_of("cite")
    bibtex, ris = re.findall(r"<pre[^>]*>(.*?)</pre>", html, flags=re.DOTALL)[:2]
    assert bibtex.count("{") == bibtex.count("}")
    assert r"Customs \&amp; Co" in bibtex
    assert ris.startswith("TY  - DATA")
    assert ris.rstrip().endswith("ER  -")
    assert "2033-1" in html


def test_a_preview_and_a_restricted_site_warn_who_cites() -> None:
    """What must not be cited or passed on says so."""
    of = edition(package(SiteKind.WCO, release="preview"))
    html = main(html_of("cite", of)["en/cite.html"])
    assert html.count('class="note"') == 3


def test_feeds_are_xml_on_the_public_site_and_nowhere_else() -> None:
    """Sitemap and Atom feed are well-formed and name absolute addresses; a restricted site has neither."""
    made = dict(feeds.files([edition(), edition(language="fr")], ["en/index.html", "fr/index.html", "en/404.html"]))
    assert set(made) == {"sitemap.xml", "robots.txt", "en/feed.xml", "fr/feed.xml"}
    for path in ("sitemap.xml", "en/feed.xml", "fr/feed.xml"):
        ElementTree.fromstring(made[path])
    assert b"404" not in made["sitemap.xml"]
    assert not list(feeds.files([edition(package(SiteKind.WCO, base_url="https://wco.example"))], ["en/index.html"]))
    assert not list(feeds.files([edition(package(base_url=None))], ["en/index.html"]))


# --- all of them --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", OURS)
def test_a_name_cannot_bring_markup(kind: str) -> None:
    """Names of the catalogue are text: what looks like a tag is printed, not obeyed."""
    import dataclasses

    evil = {"en": "<script>x</script>", "fr": "<script>x</script>"}
    of = package(SiteKind.COUNTRY)
    catalogue = dataclasses.replace(
        of.catalogue,
        kpis=tuple(dataclasses.replace(each, name=evil) for each in of.catalogue.kpis),
        instruments=tuple(dataclasses.replace(each, name=evil) for each in of.catalogue.instruments),
        outcomes=tuple(dataclasses.replace(each, name=evil) for each in of.catalogue.outcomes),
        capacity_building=tuple(dataclasses.replace(each, name=evil) for each in of.catalogue.capacity_building),
    )
    object.__setattr__(of, "catalogue", catalogue)
    for html in html_of(kind, edition(of)).values():
        assert "<script>x" not in html


@pytest.mark.parametrize("kind", [kind for kind in OURS if kind not in ("content", "cite", "data")])
def test_no_page_states_a_figure_above_the_ceiling(kind: str) -> None:
    """The public package has no figure of a KPI of ceiling `wco`; its number is on no page of these kinds."""
    for html in html_of(kind, edition()).values():
        assert "66.6" not in spoken(html)


def test_illustrative_names_are_marked_wherever_they_stand() -> None:
    """Beside each link to an illustrative KPI or instrument stands the mark."""
    for kind in ("performance", "instruments", "coverage", "capacity", "cycle", "sdg", "instrument"):
        for html in html_of(kind, edition()).values():
            for end in re.finditer(r'href="[^"]*(?:kpi/standard|instrument/guide)\.html"[^>]*>[^<]*</a>', main(html)):
                assert main(html)[end.end() :].lstrip().startswith('<abbr class="tag"'), kind


def test_our_kinds_exist() -> None:
    """The kinds that these tests go through are those of the program."""
    assert set(OURS) <= set(page_kinds())


def test_a_kpi_says_that_its_cycle_has_no_distribution_where_others_have() -> None:
    """The distribution of an earlier cycle stands on the page: nobody is to take it for that of the page's cycle."""
    of = package()
    earlier = tuple(row._replace(cycle="c1") for row in of.tables["distribution"])
    said = {}
    for name, rows in (("own", of.tables["distribution"]), ("earlier", earlier), ("none", ())):
        html = html_of("kpi", edition(replace(of, tables={**of.tables, "distribution": rows})))
        said[name] = spoken(main(html["en/kpi/declarations.html"]))
    assert "No distribution can be shown" not in said["own"]
    assert "No distribution can be shown for" in said["earlier"]
    assert "Here are those of other cycles" in said["earlier"]
    assert "No distribution can be shown for this KPI" in said["none"]


def test_no_group_is_called_highest_where_chance_could_explain_it() -> None:
    """The line above a chart is what a reader takes away: the test between the groups has the say."""
    of, said = package(), {}
    for significant in (True, False):
        tests = (GroupTestRow("c2", "declarations", "kruskal-wallis", "region", significant, "submitted"),)
        html = html_of("kpi", edition(replace(of, tables={**of.tables, "tests": tests})))
        said[significant] = spoken(main(html["en/kpi/declarations.html"]))
    assert "The groups differ by more than chance would explain." in said[True]
    assert "No difference between the groups beyond chance" not in said[True]
    assert "No difference between the groups beyond chance" in said[False]
