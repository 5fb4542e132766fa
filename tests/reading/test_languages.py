"""Languages: what is translated, what stands in for what is not, and pages that run from right to left."""

from __future__ import annotations

import json
import re
import shutil
import string
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from babel import Locale

from pmm_site.cli import run
from pmm_site.commands.translations import Place, statuses
from pmm_site.model import SiteKind
from pmm_site.render import packaged_themes
from pmm_site.render.theme import load_theme, texts
from pmm_site.render.words import END, ISOLATE
from tests.render.report_site import main, spoken

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parents[2]
VALID = ROOT / "tests/projects/valid"


def test_english_and_french_are_complete() -> None:
    """The interface, the catalogue, all names and all narrative pages of the project are in both languages."""
    english, french = statuses(ROOT)
    assert (english.language, french.language) == ("en", "fr")
    assert english.missing == french.missing == ()
    assert english.texts == french.texts > 1000


def test_arabic_has_the_whole_interface() -> None:
    """Every text of templates, charts and scripts is in Arabic too, the language that proves right-to-left pages."""
    theme = load_theme("default", [packaged_themes()])
    assert texts(theme, "ar").keys() == texts(theme, "en").keys()


LANGUAGES = sorted(path.name for path in (packaged_themes() / "default" / "i18n").iterdir())


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_takes_the_values_of_the_original(language: str) -> None:
    """No placeholder is lost, misspelt or made up, and plural forms are those of the language."""
    theme = load_theme("default", [packaged_themes()])
    original, translated = texts(theme, "en"), texts(theme, language)
    categories = {*Locale.parse(language, sep="-").plural_form.tags, "other"}
    for key, entry in translated.items():
        forms = {"other": entry} if isinstance(entry, str) else entry
        assert forms.keys() <= categories, (language, key)
        english = original[key]
        allowed = set().union(*map(fields, [english] if isinstance(english, str) else english.values()))
        assert set().union(*map(fields, forms.values())) <= allowed, (language, key)
        assert fields(forms["other"]) == fields(english if isinstance(english, str) else english["other"]), key


COUNTS = re.compile(
    r"\{(?:count|contributors|judged|kpis|low|members|minimum|nominated|not_applicable|not_available|reported"
    r"|shown|told|values|well)\}\s+(?:(?:de|du|des|of the|of) )?([^\W\d_]+)"
)
"""A noun after a number that may be one; totals, `of` and `participants`, are several."""
UNCHANGED = {
    "en": ("and", "in", "more", "not", "of", "reported", "submitted"),
    "fr": ("ont", "sans", "sur"),
}
"""Words after a count that are the same for one and for several."""
SEVERAL = frozenset({"blank-help.too-few", "coverage.lead", "cycle-page.lead-nominated"})
"""Texts whose count is a threshold or that of a whole cycle, and so never one."""


@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_is_counted_has_plural_forms(language: str) -> None:
    """A text with a count before a noun has a form for one; one text cannot agree with two counts."""
    theme = load_theme("default", [packaged_themes()])
    for key, entry in texts(theme, language).items():
        if isinstance(entry, str):
            nouns = [word for word in COUNTS.findall(entry) if word not in UNCHANGED[language]]
            assert not nouns or key in SEVERAL, (key, entry)
        else:
            assert {"one", "other"} <= entry.keys(), key


def fields(text: str) -> set[str]:
    """The placeholders of a text."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_the_status_names_file_and_key_of_what_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A name without French, a page without it, a language that the site has not yet: each told with its place."""
    project = tmp_path / "project"
    shutil.copytree(VALID, project)
    (project / "content/fr/about.md").unlink()
    (project / "content/en/about.md").write_text("---\ntitle: About\n---\nText.\n")
    members = project / "data/members.csv"
    rows = members.read_text("utf-8").splitlines()
    members.write_text("\n".join([rows[0].replace("name_fr", "name_de"), *rows[1:]]) + "\n")
    arguments = ["i18n", "status", "--project", str(project), "--language", "fr", "--language", "pt"]
    assert run([*arguments, "--format", "json"]) == 0
    french, portuguese = json.loads(capsys.readouterr().out)["languages"]
    missing = [Place(**each) for each in french["missing"]]
    assert Place("content/fr/about.md", "") in missing
    assert {each.key for each in missing if each.file == "data/members.csv"} == {row[:3] for row in rows[1:]}
    assert not [each for each in missing if each.file.startswith("themes/")]
    files = {each["file"] for each in portuguese["missing"]}
    assert {"themes/default/i18n/pt/core.yml", "themes/default/content/pt/glossary.md", "site.yml"} <= files
    assert run(arguments) == 0
    assert "  content/fr/about.md: 1\n" in capsys.readouterr().out


def test_a_language_that_is_none_is_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--language` takes codes of the CLDR."""
    assert run(["i18n", "status", "--project", str(VALID), "--language", "klingonisch"]) == 2
    assert "is no language" in capsys.readouterr().err


# --- French sets its signs apart -------------------------------------------------------------------

SPOKEN = frozenset({"alt", "aria-label", "content", "data-label", "placeholder", "title"})
"""Attributes that a reader sees or hears."""
ENGLISH_SIGN = re.compile(r"[^\W\d_][)*»”]?[:;?!](?:\s|$)|[\d)% ][:;](?:\s|$)")
"""A colon or the like after a letter, a figure or an ordinary space: French has a space there that does not break."""


class Texts(HTMLParser):
    """What a page says in its own language: its texts and spoken attributes, without code, scripts and styles."""

    def __init__(self, language: str, page: str) -> None:
        super().__init__()
        self.language = language
        self.found: list[str] = []
        self._within: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Nothing is taken from within an element that is code or in another language."""
        known = dict(attrs)
        aside = tag in ("code", "pre", "script", "style") or known.get("lang") not in (None, self.language)
        if aside or tag in self._within:
            self._within.append(tag)
        if not self._within:
            self.found += [value for name, value in attrs if name in SPOKEN and value]

    def handle_endtag(self, tag: str) -> None:
        """The end of what is aside, or of an element of the same name within it."""
        if self._within and self._within[-1] == tag:
            self._within.pop()

    def handle_data(self, data: str) -> None:
        """A text."""
        if not self._within:
            self.found.append(data)


@pytest.mark.parametrize("kind", SiteKind)
def test_french_pages_set_colons_apart(sites: Path, kind: SiteKind) -> None:
    """No colon, semicolon, question or exclamation mark stands as in English, wherever code composed the text."""
    wrong = {
        (path.name, text.strip())
        for path in (sites / kind.value / "fr").rglob("*.html")
        for text in Texts("fr", path.read_text("utf-8")).found
        if ENGLISH_SIGN.search(text)
    }
    assert not sorted(wrong)


@pytest.mark.parametrize("folder", ["themes/default/content/fr", "content/fr"])
def test_french_texts_set_colons_apart(folder: str) -> None:
    """The same of the narrative pages, whose front matter, links and definition lists have colons of their own."""
    for path in (ROOT / folder).glob("*.md"):
        text = path.read_text("utf-8").split("---", 2)[2]
        prose = re.sub(r"^:   |\{\{.*?\}\}|\]\([^)]*\)|`[^`]*`|CLiKC!", "", text, flags=re.MULTILINE)
        assert not ENGLISH_SIGN.findall(prose), path


# --- a language from right to left, into which the data are not translated -------------------------


@pytest.fixture
def arabic(sites: Path) -> Path:
    """The Arabic pages of a country site."""
    return sites / "country/ar"


def test_what_stands_in_says_so_and_keeps_its_language(arabic: Path) -> None:
    """A page without a translation tells it in the page's language; it and single names carry their own."""
    methodology = (arabic / "methodology.html").read_text("utf-8")
    assert "هذه الصفحة غير متاحة بالعربية" in methodology
    assert '<h1 lang="en" dir="ltr">' in methodology
    assert '<div class="prose" lang="en" dir="ltr">' in methodology
    kpi = (arabic / "kpi/declarations.html").read_text("utf-8")
    assert '<h1><span lang="en" dir="ltr">Declarations</span></h1>' in kpi


def test_the_arabic_page_is_as_reviewed(arabic: Path, request: pytest.FixtureRequest) -> None:
    """The words of a page in Arabic in their order, ⟨ and ⟩ where a value is kept from turning the words around it."""
    expected = Path(__file__).parent / "arabic-outcome.txt"
    html = main((arabic / "outcome/paperless.html").read_text("utf-8"))
    blocks = re.sub(r"</(?:h\d|p|li|tr|dt|dd|summary|caption)>", r"\g<0>¶", html)
    said = "\n".join(line.strip() for line in spoken(blocks).split("¶") if line.strip())
    said = said.replace(ISOLATE, "⟨").replace(END, "⟩") + "\n"
    if request.config.getoption("--regenerate"):
        expected.write_text(said, "utf-8")
    assert said == expected.read_text("utf-8")


@pytest.mark.browser
def test_pages_are_laid_out_from_right_to_left(browser: Browser, arabic: Path) -> None:
    """Navigation, tables and lists begin at the right, charts stay as they are, and nothing sticks out."""
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    page = context.new_page()
    page.goto((arabic / "kpi/declarations.html").as_uri())
    places = page.evaluate(
        """() => {
          const all = (selector) => [...document.querySelectorAll(selector)];
          const end = (element) => element.getBoundingClientRect().right;
          const ends = (selector) => all(selector).map(end);
          const at = (label) => end(all('#distribution svg text').find((tick) => tick.textContent.startsWith(label)));
          return { direction: getComputedStyle(document.body).direction, width: innerWidth, heading: ends('h1 span')[0],
                   navigation: ends('.main-navigation .wrap > ul > li'), headings: ends('#values thead th'),
                   least: at('0'), most: at('100'), scrolls: document.documentElement.scrollWidth };
        }"""
    )
    context.close()
    assert places["direction"] == "rtl"
    assert places["heading"] > places["width"] - 100
    assert places["navigation"] == sorted(places["navigation"], reverse=True)
    assert places["headings"] == sorted(places["headings"], reverse=True)
    assert places["least"] < places["most"]
    assert places["scrolls"] == places["width"]


@pytest.mark.browser
def test_search_finds_arabic_without_its_signs(browser: Browser, arabic: Path) -> None:
    """Vowel signs and the forms of alif do not matter."""
    context = browser.new_context()
    page = context.new_page()
    page.goto((arabic / "search.html").as_uri())
    page.locator("#query").fill("اداء المؤشرات")
    page.locator(".search-results a", has_text="أداء").first.wait_for()
    context.close()
