"""Themes: a project's wins, extends another, and says what is wrong with it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from pmm_site.commands.theming import theme_problems
from pmm_site.model import Settings
from pmm_site.package import write
from pmm_site.problems import PmmSiteError, has_errors
from pmm_site.render import packaged_themes, render
from pmm_site.render.contrast import contrast, low_contrasts
from pmm_site.render.theme import ThemeProblem, load_theme, token_stylesheet
from tests.render.report_site import package


def theme(folder: Path, **parts: str) -> Path:
    """A folder of themes with the theme `own`; its files by path, `__` for a slash and `_dot_` for a dot."""
    for name, content in parts.items():
        path = folder / "own" / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
    return folder


def rendered(package_folder: Path, themes: Path) -> dict[str, bytes]:
    """A site in the theme `own`."""
    write(package(theme="own"), package_folder)
    made = render(package_folder, theme_directories=[themes, packaged_themes()])
    return {each.path: each.content for each in made}


def test_a_small_theme_changes_a_token_a_text_and_a_template(tmp_path: Path) -> None:
    """What the theme does not have comes from the one that it extends; `default/` reaches the overridden template."""
    themes = theme(
        tmp_path / "themes",
        theme_dot_yml="extends: default\ntokens: {light: {brand: '#123456'}}\n",
        i18n__en__own_dot_yml="nav: {home: Start here}\n",
        templates__dimension_dot_html='{% extends "default/dimension.html" %}{% block head %}<!-- us -->{% endblock %}',
    )
    root = rendered(tmp_path / "package", themes)
    assert b"--brand: #123456" in root["assets/theme.css"]
    assert b"--ink: " in root["assets/theme.css"]
    assert b"<!-- us -->" in root["en/dimension/trade.html"]
    assert b"Paperless" in root["en/dimension/trade.html"]
    assert b"Start here" in root["en/index.html"]
    assert b"<!-- us -->" not in root["en/index.html"]


def test_an_unknown_theme_is_named(tmp_path: Path) -> None:
    """The message says which theme is missing and where it was looked for."""
    with pytest.raises(ThemeProblem, match=r"no theme 'nowhere'.*themes"):
        load_theme("nowhere", [tmp_path, packaged_themes()])


def test_check_tells_a_folder_that_is_no_theme(tmp_path: Path) -> None:
    """A folder in themes/ without theme.yml passes for a theme in site.yml, and is told before a build fails on it."""
    (tmp_path / "themes/own").mkdir(parents=True)
    found = theme_problems(tmp_path, Settings({"en": "T"}, theme="own"))
    assert [(each.code, each.file) for each in found] == [("theme-broken", "themes/own/theme.yml")]
    assert "no theme 'own'" in found[0].rule
    assert found[0].next_step


def test_a_folder_over_the_default_theme_needs_its_settings_too(tmp_path: Path) -> None:
    """`themes/default` of a project wins over the packaged theme; without theme.yml it is told, not passed over."""
    own = tmp_path / "default"
    (own / "i18n/en").mkdir(parents=True)
    (own / "i18n/en/own.yml").write_text("nav: {home: Start}\n")
    with pytest.raises(ThemeProblem, match=r"default has no theme\.yml → "):
        load_theme("default", [tmp_path, packaged_themes()])
    (own / "theme.yml").write_text("extends: default\n")
    assert load_theme("default", [tmp_path, packaged_themes()]).words("en")("nav.home") == "Start"


def test_a_text_that_asks_for_a_value_that_there_is_not_is_told_with_those_that_there_are(tmp_path: Path) -> None:
    """A misspelt placeholder names its text, its language and the values that it could print."""
    themes = theme(
        tmp_path / "themes", theme_dot_yml="extends: default\n", i18n__en__own_dot_yml="frame: {release: 'R {nam}'}\n"
    )
    with pytest.raises(ThemeProblem, match=r"'frame\.release' \(en\) asks for a value 'nam'.* → use name"):
        rendered(tmp_path / "package", themes)


@pytest.mark.parametrize("name", ["../own", "/own", ".", "own/../own", "o\0n", "ówn", ""])
def test_the_name_of_a_theme_is_no_path(name: str, tmp_path: Path) -> None:
    """Neither site.yml nor `extends` can lead to a folder elsewhere."""
    themes = theme(tmp_path / "themes", theme_dot_yml="extends: default\n")
    with pytest.raises(ThemeProblem, match="no name of a theme"):
        load_theme(name, [themes])


@pytest.mark.parametrize("place", ["static/salt.txt", "templates/dimension.html", "templates/more", "i18n/en/own.yml",
                                   "content/en/about.md", "theme.yml"])  # fmt: skip
def test_a_link_out_of_a_theme_is_not_followed(place: str, tmp_path: Path) -> None:
    """Whatever a theme links to, a confidential file never comes onto a site by it; a link within is a file."""
    themes = theme(tmp_path / "themes", theme_dot_yml="extends: default\n", static__a_dot_txt="a")
    (themes / "own/static/b.txt").symlink_to("a.txt")
    assert load_theme("own", [themes, packaged_themes()]).static_files()["b.txt"] == b"a"
    secret = tmp_path / "data"
    secret.mkdir()
    (secret / "salt.txt").write_text("extends: default\n")
    link = themes / "own" / place
    link.parent.mkdir(parents=True, exist_ok=True)
    link.unlink(missing_ok=True)
    link.symlink_to(secret if place == "templates/more" else secret / "salt.txt")
    with pytest.raises(ThemeProblem, match="leads out of the theme"):
        load_theme("own", [themes, packaged_themes()])


def test_a_linked_theme_is_not_entered(tmp_path: Path) -> None:
    """A theme that is itself a link to elsewhere is refused."""
    elsewhere = theme(tmp_path / "elsewhere", theme_dot_yml="extends: default\n")
    (tmp_path / "themes").mkdir()
    (tmp_path / "themes/own").symlink_to(elsewhere / "own")
    with pytest.raises(ThemeProblem, match="leads out of the theme"):
        load_theme("own", [tmp_path / "themes", packaged_themes()])


@pytest.mark.parametrize("path", ["../../data/salt.txt", "/etc/passwd", "default/../../../data/salt.txt"])
def test_a_template_reads_templates_only(path: str, tmp_path: Path) -> None:
    """An `include` that leads out of the folder of templates finds nothing."""
    themes = theme(tmp_path / "themes", theme_dot_yml="extends: default\n",
                   templates__dimension_dot_html=f'{{% include "{path}" %}}')  # fmt: skip
    (tmp_path / "data").mkdir()
    (tmp_path / "data/salt.txt").write_text("secret")
    with pytest.raises(ThemeProblem, match="not there"):
        rendered(tmp_path / "package", themes)


def test_a_theme_that_extends_itself_is_refused(tmp_path: Path) -> None:
    """A circle of themes has no end to fall back to."""
    themes = theme(tmp_path, theme_dot_yml="extends: own\n")
    with pytest.raises(ThemeProblem, match="'own' extends this theme itself"):
        load_theme("own", [themes])


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{{ page.nothing }}", "nothing"),
        ("\n{{ t('no.such.text') }}", r"dimension\.html:2: no text 'no\.such\.text'"),
        ("\n\n{% if %}", r"dimension\.html:3"),
        ('{% extends "absent.html" %}', "absent.html"),
        ("\n{{ 1 + 'a' }}", r"dimension\.html:2: TypeError: unsupported operand.* → "),
        ("\n{{ 1 // 0 }}", r"dimension\.html:2: ZeroDivisionError → "),
        ("\n{{ data_table('a') }}", r"dimension\.html:2: AttributeError → "),
        ("\n{{ t('no.such.text', n=1) }}", r"dimension\.html:2: no text 'no\.such\.text'.* → "),
        ('\n{% include "dimension.html" %}', r"dimension\.html:2: RecursionError → "),
    ],
)
def test_mistakes_in_a_template_stop_the_build(template: str, message: str, tmp_path: Path) -> None:
    """An unknown field, text or template is an error that says where, never a gap in a page."""
    themes = theme(tmp_path / "themes", theme_dot_yml="extends: default\n", templates__dimension_dot_html=template)
    with pytest.raises(PmmSiteError, match=message):
        rendered(tmp_path / "package", themes)


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("\n{{ {}[page.title|string] }}", r"dimension\.html:2: it asks for what is not there → "),
        ("\n{{ {}[7.25] }}", r"dimension\.html:2: it asks for what is not there → "),
        ("\n{{ page[page.title|string] }}", r"dimension\.html:2: it asks for what is not there → "),
        ("\n{% include page.title|string %}", r"dimension\.html:2: the template that it needs is not there → "),
        ("\n{% include ['a.html', page.title|string] %}", r"dimension\.html:2: the template that it needs"),
        ("\n{{ t('x.' ~ page.title) }}", r"dimension\.html:2: a text that it asks for is in no file"),
        ("\n{{ data_table(**{page.title|string: 1}) }}", r"dimension\.html:2: TypeError → "),
        ("\n{{ page['nothing'] }}", r"dimension\.html:2: .* has no attribute 'nothing' → "),
        ("\n{% include ['a.html', 'b.html'] %}", r"needs a template a\.html, b\.html that is not there → "),
    ],
)
def test_a_mistake_in_a_template_is_told_without_what_it_prints(template: str, message: str, tmp_path: Path) -> None:
    """A name is repeated only where the template is written with it: what it prints may be a closed value."""
    themes = theme(tmp_path / "themes", theme_dot_yml="extends: default\n", templates__dimension_dot_html=template)
    with pytest.raises(ThemeProblem, match=message) as told:
        rendered(tmp_path / "package", themes)
    assert "Trade" not in str(told.value)
    assert "7.25" not in str(told.value)


@pytest.mark.parametrize("name", ["frame/header.html", "frame/footer.html", "chooser.html"])
def test_mistakes_around_the_pages_are_told_like_those_on_them(name: str, tmp_path: Path) -> None:
    """Header, footer and the choice of languages are templates like any other."""
    themes = theme(tmp_path / "themes", theme_dot_yml="extends: default\n")
    path = themes / "own/templates" / name
    path.parent.mkdir(parents=True)
    path.write_text("\n{{ nothing }}")
    with pytest.raises(ThemeProblem, match=f"{name}:2: 'nothing' is undefined → "):
        rendered(tmp_path / "package", themes)


@pytest.mark.parametrize(
    ("place", "content", "message"),
    [
        ("theme.yml", "- extends: default\n", "theme.yml: a mapping is expected"),
        ("theme.yml", "extends: [default]\n", "theme.yml: extends: the name"),
        ("theme.yml", "extends: 5\n", "theme.yml: extends: the name"),
        ("theme.yml", "extends: default\ntokens: [a]\n", "theme.yml: tokens: a mapping"),
        ("theme.yml", "extends: default\ntokens: {light: red}\n", "theme.yml: tokens.light: a mapping"),
        ("theme.yml", "extends: default\ntokens: {light: {ink: [a]}}\n", "theme.yml: tokens.light.ink: one value"),
        ("theme.yml", "tokens:\n  light:\n    ink: #fff\n", "theme.yml: tokens.light.ink: one value"),
        ("theme.yml", "extends: default\nstylesheets: main.css\n", "theme.yml: stylesheets: a list"),
        ("theme.yml", "extends: default\nscripts: {a: b}\n", "theme.yml: scripts: a list"),
        ("theme.yml", "extends: default\nnavigation: [1]\n", "theme.yml: navigation: a list"),
        ("theme.yml", "extends: default\nscripts: [absent.js]\n", "the script 'absent.js', which is not there"),
        ("theme.yml", "extends: default\n tokens: {\n", "theme.yml:2: "),
        ("theme.yml", "extends: default\nof: 2026-13-45\n", "theme.yml: no valid YAML"),
        ("theme.yml", "extends: d\xe9faut\n", "theme.yml: the file is not UTF-8"),
        ("i18n/en/own.yml", "[nav]\n", "own.yml: a mapping is expected"),
        ("i18n/en/own.yml", "nav: {home: {one: 1, other: 2}}\n", "own.yml: 'nav.home' must be a text"),
        ("i18n/en/own.yml", "nav: {home: '{'}\n", "own.yml: 'nav.home' has a brace"),
        ("i18n/en/own.yml", "nav: {home: 'a {0}'}\n", "own.yml: 'nav.home' has a brace"),
        ("i18n/en/own.yml", "nav: {home: 'a {n.x}'}\n", "own.yml: 'nav.home' has a brace"),
        ("i18n/en/own.yml", "nav: {home: {one: '{!r}', other: a}}\n", "own.yml: 'nav.home' has a brace"),
        ("i18n/en/own.yml", "nav: {home: caf\xe9}\n", "own.yml: the file is not UTF-8"),
        ("content/en/glossary.md", "---\ntitle: [\n---\n", "glossary.md:2: "),
        ("content/en/glossary.md", "---\n- title\n---\n", "glossary.md: front matter: a mapping"),
        ("content/en/glossary.md", "---\norder: first\n---\n", "glossary.md: order: a whole number"),
        ("content/en/glossary.md", "caf\xe9", "glossary.md: the file is not UTF-8"),
        ("templates/dimension.html", "caf\xe9", "dimension.html, or one that it needs, is not UTF-8"),
        ("static/css/print.css", "/* caf\xe9 */", "static/css/print.css is not UTF-8"),
    ],
)  # fmt: skip
def test_mistakes_in_the_files_of_a_theme_are_told(place: str, content: str, message: str, tmp_path: Path) -> None:
    """Whatever a file of a theme holds, `check` and a build name it, the line or key, and what to do."""
    project = tmp_path / "project"
    themes = theme(project / "themes", theme_dot_yml="extends: default\n")
    (themes / "own" / place).parent.mkdir(parents=True, exist_ok=True)
    (themes / "own" / place).write_bytes(content.encode("latin-1"))
    with pytest.raises(ThemeProblem, match=f"{re.escape(message)}.* → "):
        rendered(tmp_path / "package", themes)
    found = theme_problems(project, Settings({"en": "T"}, theme="own"))
    assert [each.code for each in found] == ["theme-broken"]
    assert re.search(f"{re.escape(message)}.* → ", str(found[0]))


def test_a_theme_that_extends_none_is_told_what_it_lacks(tmp_path: Path) -> None:
    """`check` of a theme without the default's colours ends in the key and the next step, not in a failure."""
    theme(tmp_path / "themes", theme_dot_yml="tokens: {light: {ink: '#000000'}}\n")
    found = theme_problems(tmp_path, Settings({"en": "T"}, theme="own"))
    told = [str(each) for each in found if each.place == "tokens.light"]
    assert len(told) == 1
    assert re.search(r"own/theme\.yml: tokens\.light: there is no 'accent' and .*extends: default", told[0])


def test_check_tells_all_that_is_broken_in_a_theme_at_once(tmp_path: Path) -> None:
    """Each broken file is told with its line, and none hides another, or what is misspelt in a sound one."""
    theme(
        tmp_path / "themes", theme_dot_yml="extends: default\nstylesheets: [a.css, b.css]\nnavigation: [hom]\n",
        i18n__en__own_dot_yml="nav: [\n", i18n__fr__own_dot_yml="nav: {home: '{'}\n",
        content__en__glossary_dot_md="---\norder: first\n---\n", pages__holders_dot_py="import absent\n",
    )  # fmt: skip
    found = theme_problems(tmp_path, Settings({"en": "T"}, languages=("en", "fr"), theme="own"))
    assert [(each.file.removeprefix("themes/own/"), each.line) for each in found] == [
        ("content/en/glossary.md", 0), ("i18n/en/own.yml", 2), ("i18n/fr/own.yml", 0), ("pages/holders.py", 1),
        ("theme.yml", 0),
    ]  # fmt: skip
    assert "the stylesheet 'a.css', the stylesheet 'b.css', which are not there" in found[-1].rule


def test_check_tells_every_template_without_syntax(tmp_path: Path) -> None:
    """Two templates with mistakes in their syntax are both told, and a misspelt field in a third one too."""
    theme(
        tmp_path / "themes", theme_dot_yml="extends: default\n", templates__kpi_dot_html="\n{% if %}",
        templates__data_dot_html="{{ 1 ", templates__search_dot_html="{{ page.nothing }}",
    )  # fmt: skip
    found = theme_problems(tmp_path, Settings({"en": "T"}, theme="own"))
    assert [(each.code, each.file.rpartition("/")[2], each.line) for each in found] == [
        ("theme-broken", "data.html", 1), ("theme-broken", "kpi.html", 2), ("theme-field", "search.html", 1),
    ]  # fmt: skip


def test_check_tells_what_a_template_names_and_nobody_has(tmp_path: Path) -> None:
    """Missing templates, filters and tests are told with their line, also where a build meets them only at times."""
    theme(
        tmp_path / "themes", theme_dot_yml="extends: default\n",
        templates__kpi_dot_html='{% extends "default/kpi.html" %}\n{% block main %}{% include "frame/fotter.html" %}\n'
        '{% include "absent.html" ignore missing %}{% if 1 is foo %}{{ 2|bar }}{% endif %}{% endblock %}',
    )  # fmt: skip
    found = theme_problems(tmp_path, Settings({"en": "T"}, theme="own"))
    assert [(each.code, each.line, each.rule) for each in found] == [
        ("theme-template", 2, "there is no template 'frame/fotter.html'"),
        ("theme-template", 3, "there is no filter 'bar'"),
        ("theme-template", 3, "there is no test 'foo'"),
    ]
    assert found[0].next_step == "did you mean 'frame/footer.html'?"


def test_check_tells_what_a_template_asks_of_its_frame_and_by_name(tmp_path: Path) -> None:
    """A field that the frame lacks, a name that no template is given, a block that replaces none: each has its line."""
    theme(
        tmp_path / "themes", theme_dot_yml="extends: default\n",
        templates__kpi_dot_html='{% extends "default/kpi.html" %}\n{% block haed %}{{ frame.asets }}{% endblock %}\n'
        '{% block head %}{{ foo }}{% set bar = 1 %}{{ bar }}{% block within %}{% endblock %}'
        '{{ maybe | default(1) }}{% if other is defined %}{{ other }}{% endif %}{% endblock %}',
    )  # fmt: skip
    found = theme_problems(tmp_path, Settings({"en": "T"}, theme="own"))
    assert [(each.code, each.line, each.place) for each in found] == [
        ("theme-block", 2, ""), ("theme-field", 2, "frame.asets"), ("theme-field", 3, "foo"),
    ]  # fmt: skip
    assert [each.next_step for each in found[:2]] == ["did you mean 'head'?", "did you mean 'assets'?"]


def test_no_template_of_the_program_is_told(tmp_path: Path) -> None:
    """What `check` looks for in templates is right in those of the default theme, copied as they are."""
    default = packaged_themes() / "default"
    shutil.copytree(default / "templates", tmp_path / "themes" / "own" / "templates")
    theme(tmp_path / "themes", theme_dot_yml="extends: default\n")
    assert theme_problems(tmp_path, Settings({"en": "T"}, theme="own")) == ()


def test_check_tells_a_navigation_that_leads_nowhere(tmp_path: Path) -> None:
    """A page kind without an entry is told before a build stops at its text."""
    theme(tmp_path / "themes", theme_dot_yml="extends: default\nnavigation: [home, dimension, kpi]\n")
    found = theme_problems(tmp_path, Settings({"en": "T"}, theme="own"))
    assert [(each.code, each.rule) for each in found] == [
        ("theme-navigation", "there is no page kind 'dimension' with a text nav.dimension"),
        ("theme-navigation", "there is no page kind 'kpi' with a text nav.kpi"),
    ]
    assert found[0].next_step == "did you mean 'dimensions'?"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("extends: default\ntoken: {}\n", "theme.yml: token: nothing reads this key → did you mean 'tokens'?"),
        ("extends: default\ntokens: {drak: {ink: '#000'}}\n", "tokens.drak: nothing reads this key → did you mean"),
    ],
)  # fmt: skip
def test_settings_that_nothing_reads_are_told(settings: str, message: str, tmp_path: Path) -> None:
    """A misspelt key of theme.yml would change nothing without a word."""
    themes = theme(tmp_path / "themes", theme_dot_yml=settings)
    with pytest.raises(ThemeProblem, match=re.escape(message)):
        load_theme("own", [themes, packaged_themes()])


def test_check_tells_texts_that_nothing_asks_for(tmp_path: Path) -> None:
    """A misspelt key or placeholder of i18n is warned of; texts of the theme's own templates and pages are not."""
    theme(
        tmp_path / "themes", theme_dot_yml="extends: default\n", pages__holders_dot_py=PAGE,
        templates__kpi_dot_html="{{ t('own.text') }}{{ t('kind.' ~ 1) }}",
        i18n__en__own_dot_yml="nav: {hom: A, shareholders: B}\nown: {text: C}\nkind: {'1': D}\n"
        "frame: {release: '{nam}'}\n",
    )  # fmt: skip
    found = theme_problems(tmp_path, Settings({"en": "T"}, theme="own"))
    assert [(each.place, each.rule, each.next_step) for each in found] == [
        ("frame.release", "the text asks for a value 'nam', which it is not given", "did you mean 'name'?"),
        ("nav.hom", "nothing asks for this text", "did you mean 'nav.home'?"),
    ]
    assert not has_errors(found)


def test_a_text_in_two_files_is_refused(tmp_path: Path) -> None:
    """Which of two would win must not depend on the names of files."""
    themes = theme(
        tmp_path / "themes", theme_dot_yml="extends: default\n",
        i18n__en__one_dot_yml="nav: {home: One}\n", i18n__en__two_dot_yml="nav: {home: Two}\n",
    )  # fmt: skip
    with pytest.raises(ThemeProblem, match=r"nav\.home"):
        rendered(tmp_path / "package", themes)


@pytest.mark.slow
def test_a_changed_file_is_seen(tmp_path: Path) -> None:
    """What is compiled is kept only as long as the files are the same."""
    themes = theme(
        tmp_path / "themes", theme_dot_yml="extends: default\n", i18n__en__own_dot_yml="nav: {home: Before}\n"
    )
    assert b"Before" in rendered(tmp_path / "package", themes)["en/index.html"]
    theme(tmp_path / "themes", i18n__en__own_dot_yml="nav: {home: After that}\n")
    assert b"After that" in rendered(tmp_path / "again", themes)["en/index.html"]


def test_dark_tokens_are_for_screens_only() -> None:
    """Paper stays light, whatever the system or the reader's switch says."""
    css = token_stylesheet({"common": {"a": "1"}, "light": {"ink": "black"}, "dark": {"ink": "white"}})
    assert css.count("--ink: white") == 2
    assert css.count("@media screen") == 2


def test_the_default_theme_can_be_read() -> None:
    """Text has 4.5 to 1 and what is no text 3 to 1 on every ground that it stands on, as WCAG 2.2 AA asks."""
    assert not [*low_contrasts(load_theme("default", [packaged_themes()]).tokens)]


def test_contrast_is_that_of_the_standard() -> None:
    """Black on white is 21 to 1, the grey #767676 on white the lightest that text may have."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
    assert contrast("rebeccapurple", "#ffffff") is None


PAGE = """
from dataclasses import dataclass

from pmm_site.render.charts.layout import Canvas, Row, add_row
from pmm_site.render.charts.palette import Colour
from pmm_site.render.charts.store import Figure
from pmm_site.render.markup import Column
from pmm_site.render.pages import Head, Page, PageKind


@dataclass(frozen=True, slots=True)
class ShareholdersPage:
    names: tuple
    chart: object


def pages(edition):
    names = [edition.plain(row.name) for row in edition.view.members("c2").values()]
    canvas = Canvas(0, 10)
    for at, name in enumerate(names):
        add_row(canvas, Row(f"m{at}", name, str(len(name)), segments=((0, len(name), Colour.MAIN),)), 0)
    columns = (Column("Member"), Column("Letters", number=True))
    figure = Figure(canvas.drawing("letters"), "Letters", "How long the names are.", columns, ((names[0], "9"),))
    here = edition.here("shareholders")
    head = Head("Who holds", "All holders", "shareholders")
    yield Page(here, head, ShareholdersPage(names, edition.charts.drawn(figure)))


KIND = PageKind("shareholders", ShareholdersPage, pages)
"""


def test_a_theme_adds_a_page_with_a_chart_and_its_place_in_the_navigation(tmp_path: Path) -> None:
    """A module and a template of the theme make a page like any other: framed, drawn, linked, found by the search."""
    themes = theme(
        tmp_path / "themes",
        theme_dot_yml="extends: default\nnavigation: [home, shareholders, data]\n",
        pages__shareholders_dot_py=PAGE,
        i18n__en__own_dot_yml="nav: {shareholders: Holders}\n",
        templates__shareholders_dot_html='{% extends "base.html" %}{% from "macros/figure.html" import figure %}'
        "{% block main %}<h1>{{ t('nav.shareholders') }}</h1>{{ page.names | join(', ') }}"
        "{{ figure(page.chart) }}{% endblock %}",
    )
    root = rendered(tmp_path / "package", themes)
    html = root["en/shareholders.html"].decode()
    assert "<h1>Holders</h1>" in html
    assert 'class="chart chart-letters"' in html
    assert re.findall(r'<li><a href="([^"]+)"[^>]*>(?:Overview|Holders|Data)</a>', root["en/index.html"].decode()) == [
        "index.html", "shareholders.html", "data.html",
    ]  # fmt: skip
    assert "shareholders.html" in root["en/search-index.js"].decode()


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("x = 1\ny = x.nothing\n", r"shareholders\.py:2: AttributeError"),
        ("def broken(:\n", r"shareholders\.py:1: "),
        ("x = 1\n", "no KIND"),
        (PAGE.replace('PageKind("shareholders"', 'PageKind("kpi"'), "a name of its own"),
        (PAGE.replace("canvas = Canvas(0, 10)", "canvas = None.canvas"), r"shareholders\.py:19: AttributeError: "),
        (PAGE.replace("canvas = Canvas(0, 10)", "canvas = getattr(1, str(7.25 + 1))"), r"py:19: AttributeError$"),
        (
            PAGE.replace("canvas = Canvas(0, 10)", "edition.words('x.' + names[0])"),
            r"shareholders\.py:19: UnknownWord$",
        ),
        (PAGE.replace("canvas = Canvas(0, 10)", "edition.words('x.y')"), r"no text 'x\.y' in the language"),
        ("import sys\nsys.exit(0)\n", r"shareholders\.py:2: SystemExit$"),
        (PAGE.replace("canvas = Canvas(0, 10)", "raise SystemExit(71.25)"), r"shareholders\.py:19: SystemExit$"),
        (PAGE.replace("canvas = Canvas(0, 10)", "canvas = int('71.25')"), r"shareholders\.py:19: ValueError$"),
    ],
)
def test_mistakes_in_a_page_of_a_theme_are_told_with_their_line(source: str, message: str, tmp_path: Path) -> None:
    """A module that fails, says nothing of its kind or takes a name that is taken ends in a message, no traceback.

    Words of an error that may quote a value are left out.
    """
    themes = theme(
        tmp_path / "themes", theme_dot_yml="extends: default\n", pages__shareholders_dot_py=source,
        templates__shareholders_dot_html="{{ page.names }}",
    )  # fmt: skip
    with pytest.raises(ThemeProblem, match=message):
        rendered(tmp_path / "package", themes)
