"""Calls in narrative texts print what the package holds, in the language of the page, and the right blank else."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from pmm_site.model import SiteKind
from pmm_site.placeholders import VOCABULARY, find
from pmm_site.render.calls import BLOCKS, EVALUATIONS
from pmm_site.tables import GroupTestRow
from tests.render.report_site import package, said, told

ROOT = Path(__file__).parent.parent.parent
SHIPPED = sorted((ROOT / "content" / "en").glob("*.md"))
DEFAULTS = sorted((ROOT / "themes" / "default" / "content" / "en").glob("*.md"))


def test_every_call_of_the_vocabulary_prints_something() -> None:
    """The check of the inputs and the pages know the same calls."""
    assert set(EVALUATIONS) == set(VOCABULARY)
    assert set(VOCABULARY) >= BLOCKS


@pytest.mark.parametrize(
    ("call", "printed"),
    [
        ("mean(declarations)", "98.6% (n = 59)"),
        ("mean(declarations, cycle=c1)", "97.3% (n = 58)"),
        ("mean(standard, cycle=c1)", "about 75%, to the nearest 5 (n = 31)"),
        ("mean(declarations, group=region:north)", "about 85%, to the nearest 5 (n = 13)"),
        ("mean(declarations, group=region:south)", "too few contributors (n = 2)"),
        ("contributors(training)", "17"),
        ("response_rate(training)", "27%"),
        ("performance(declarations)", "well performing"),
        ("median(declarations)", "between 60% and 70%"),
        ("change(declarations)", "from 97.5% to 98.2% (same Members, n = 47; a significant change)"),
        ("change(standard)", "protected (n = 23)"),
        ("test(declarations)", "significant"),
        ("test(declarations, region)", "not significant"),
        ("test(training, region)", "not stated here"),
        ("differences(declarations)", "not significant by Region"),
        ("differences(standard)", "not stated here by Region"),
        ("spread(declarations, region)", "about 85% (in each of the 1 of 2 groups that have a mean)"),
        ("count(moved)", "1"),
        ("count(users-compared)", "1"),
        ("count(users-differ)", "1"),
        ("propose(standard)", "Standard"),
        ("peer_reviews", "where each review stands is told to the Member concerned, and not on this site"),
        ("awareness(model)", "91% (n = 57)"),
        ("usage(guide)", "37% (n = 56)"),
        ("plans(manual)", "protected (n = 54)"),
        ("plans(few-plans)", "16% (mean of 2 instruments)"),
        ("participants", "63"),
        ("participants(cycle=c1)", "61"),
        ("nominated(cycle=c1)", "104"),
        ("year", "2033"),
        ("cycle", "Second cycle"),
        ("previous_cycle", "First cycle"),
        ("count(well)", "1"),
        ("count(analysed)", "3"),
        ("count(few-plans)", "2"),
        ("count(newcomers)", "1"),
        ("count(outcomes)", "2"),
        ("threshold(instrument-few-plans)", "20"),
        ("threshold(performance-contributors)", "10"),
        ("title(standard)", "Standard illustrative"),
        ("title(9)", "9 Industry, innovation and infrastructure"),
        ("contact", "pmm@example.org"),
    ],
)
def test_a_call_prints_the_figure_of_the_package(call: str, printed: str) -> None:
    """Figures, their n and their rounding are those of the tables."""
    assert said(f"{{{{ {call} }}}}") == printed


def test_a_verdict_over_visible_values_says_so() -> None:
    """A test over the values that the site shows is marked wherever it is told, and is no word on the means of all."""
    of = package()
    tests = (
        GroupTestRow("c2", "declarations", "change", "c1", True, "visible"),
        GroupTestRow("c2", "declarations", "kruskal-wallis", "region", True, "visible"),
    )
    of = replace(of, tables={**of.tables, "tests": tests})
    assert said("{{ test(declarations) }}", of) == "significant among the values shown"
    assert said("{{ differences(declarations) }}", of) == (
        "significant, over the values that this site shows, by Region"
    )
    assert said("{{ change(declarations) }}", of) == "from 97.5% to 98.2% (same Members, n = 47)"


@pytest.mark.parametrize(
    ("states", "printed"),
    [
        ({"KEN": "completed"}, "Kenya: completed"),
        ({"KEN": "completed", "UGA": "requested", "FRA": "none"},
         "of the 3 Members of which this site may tell: requested: 1, completed: 1, and not requested: 1"),
    ],
)  # fmt: skip
def test_peer_reviews_are_told_as_far_as_the_package_has_them(states: dict[str, str], printed: str) -> None:
    """The own review on a country site, counts where the policy admits more readers."""
    of = package()
    members = tuple(row._replace(peer_review=states.get(row.member)) for row in of.tables["members"])
    assert said("{{ peer_reviews }}", replace(of, tables={**of.tables, "members": members})) == printed


def test_a_list_of_kpis_gives_mean_and_n() -> None:
    """Each entry carries the figure that it rests on, and the blank where there is none."""
    assert "Declarations 98.6%, n = 59" in said("{{ list(well) }}")
    assert said("{{ list(users-differ) }}") == "Guide illustrative : Standard illustrative"


def test_a_figure_follows_the_language() -> None:
    """French writes a decimal comma, and its own words for a class and a rounding."""
    assert said("{{ mean(declarations) }}", language="fr") == "98,6 % (n = 59)"
    assert said("{{ performance(training) }}", language="fr") == "peu performant"


def test_beside_a_protected_mean_stands_the_figure_over_the_values_shown() -> None:
    """The statistic over visible values takes the place of the one that is protected."""
    printed = said("{{ mean(standard) }}")
    assert printed.startswith("protected (n = 29;")
    assert "44.25%" in printed


@pytest.mark.parametrize("call", ["mean(secret)", "contributors(secret)", "median(secret)", "performance(secret)"])
def test_a_figure_above_the_ceiling_prints_the_blank_of_its_site(call: str) -> None:
    """The public site has one word for what is not there; a site that holds the figure prints it."""
    assert said(f"{{{{ {call} }}}}") == "not available here"
    assert "not" not in said(f"{{{{ {call} }}}}", package(SiteKind.WCO))


@pytest.mark.parametrize("call", ["mean(declarations)", "count(well)", "year", "test(declarations)", "usage(model)"])
def test_a_cycle_that_the_site_lacks_prints_a_blank(call: str) -> None:
    """A text about a cycle that is not published shows no figure of another one."""
    assert not any(digit in said(f"{{{{ {call} }}}}", cycle="c9") for digit in "0123456789")


def test_a_mean_over_some_of_the_instruments_says_so() -> None:
    """Where a share is protected, the mean over the others tells over how many of them it is."""
    assert said("{{ usage(instruments) }}") == "54% (mean of the 3 of 4 instruments with a figure)"


def test_a_distribution_that_is_protected_says_so() -> None:
    """In the place of a chart that may not be drawn stands the KPI's name with the blank."""
    assert said("{{ chart(standard) }}") == "Distribution of “Standard”: protected"


def test_a_list_names_what_the_findings_name() -> None:
    """A finding's list holds its instruments with the share it rests on, and no others."""
    printed = said("{{ list(few-plans) }}")
    assert "Guide illustrative 14% plan to use it, n = 56" in printed
    assert "Course 18% plan to use it, n = 56" in printed
    assert "Model" not in printed


def test_an_empty_list_says_so() -> None:
    """A list without entries prints a word instead of nothing."""
    assert said("{{ list(high-uptake) }}", cycle="c9") == "None."


def test_lists_keep_to_what_stands_within() -> None:
    """A selection can be narrowed to a dimension or an outcome."""
    assert said("{{ count(analysed, within=staff) }}") == "1"
    assert "Training" not in said("{{ list(analysed, within=paperless) }}")


def test_a_block_is_never_inside_a_paragraph() -> None:
    """A list called for in running text closes the paragraph before it and opens one after it."""
    html = told("Before {{ list(well) }} after.")
    assert "<p>Before</p>" in html
    assert "<p>after.</p>" in html


def test_a_text_cannot_bring_a_script() -> None:
    """Raw HTML in Markdown is sanitised, calls are not confused by it."""
    html = told('<script>alert(1)</script> [x](javascript:alert(1)) <b onclick="x">{{ year }}</b>')
    assert "script" not in html
    assert "onclick" not in html
    assert "2033" in html


def test_text_that_looks_like_a_stand_in_is_left_as_text() -> None:
    """The private characters that stand for calls cannot be smuggled in."""
    assert said("\ue0000\ue001 {{ year }}") == "0 2033"


def test_synthetic_cycles_say_so_and_others_do_not() -> None:
    """The note is printed for generated values only."""
    assert "synthetic" in said("{{ synthetic }}")
    real = package(synthetic=False)
    rows = tuple(row._replace(synthetic=False) for row in real.tables["cycles"])
    real.tables["cycles"] = rows  # type: ignore[index]
    assert said("{{ synthetic }}", real) == ""


@pytest.mark.parametrize("path", sorted(ROOT.glob("themes/default/content/*/*.md")), ids=lambda path: str(path)[-20:])
def test_no_page_of_the_theme_counts_on_a_part_of_another(path: Path) -> None:
    """A project may replace any of them alone: a link to a part that its page lacks would stop the build."""
    assert re.findall(r"\]\(\S+\.html#\S+\)", path.read_text("utf-8")) == []


@pytest.mark.parametrize("path", [*SHIPPED, *DEFAULTS], ids=lambda path: f"{path.parent.parent.name}-{path.stem}")
def test_both_languages_make_the_same_calls(path: Path) -> None:
    """No figure is lost or exchanged in translation, and no call of a shipped text is unknown."""
    french = path.parent.parent / "fr" / path.name
    calls = []
    for text in (path.read_text("utf-8"), french.read_text("utf-8")):
        found, mistakes = find(text)
        assert not mistakes
        calls.append(sorted((each.name, sorted(each.arguments.items())) for each in found))
    assert calls[0] == calls[1]


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("name", ["report.md", "report-c2024.md"])
def test_the_reports_type_no_figure(language: str, name: str) -> None:
    """Every number in a report of the project is computed: its text holds no digit outside calls and links."""
    import re

    text = (ROOT / "content" / language / name).read_text("utf-8").split("---\n", 2)[2]
    without = re.sub(r"\{\{.*?\}\}|\]\([^)]*\)", "", text)
    headings = re.sub(r"^#+ .*$", "", without, flags=re.MULTILINE)
    assert not re.search(r"\d", headings)


@pytest.mark.parametrize("path", sorted((ROOT / "themes/default/i18n/fr").glob("*.yml")) +
                         sorted(ROOT.glob("content/fr/*.md")) + sorted(ROOT.glob("themes/default/content/fr/*.md")),
                         ids=lambda path: path.name)  # fmt: skip
def test_french_uses_narrow_spaces(path: Path) -> None:
    """Before ; ! ? % and closing quotes, and after opening ones, French has a narrow no-break space."""
    import re

    for line in path.read_text("utf-8").split("\n"):
        if not line.lstrip().startswith("#"):
            assert not re.search(r"\w [;!?%»]|« \w", line), line
