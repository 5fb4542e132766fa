"""A whole site from its package: links, safety, determinism, what frames every page."""

from __future__ import annotations

import itertools
import json
import posixpath
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from pmm_site.model import SiteKind
from pmm_site.package import ReleasePackage, files, write
from pmm_site.render import packaged_themes, render, render_file
from tests.render.report_site import NAMES, package, text

ROOT = Path(__file__).parent.parent.parent


def site(of: ReleasePackage, folder: Path, themes: list[Path] | None = None) -> dict[str, bytes]:
    """The files of a web root, `data/` included."""
    write(of, folder)
    made = {each.path: each.content for each in render(folder, theme_directories=themes or [packaged_themes()])}
    return {**made, **{f"data/{path}": content for path, content in files(of).items()}}


@pytest.fixture(scope="module", params=[SiteKind.PUBLIC, SiteKind.WCO, SiteKind.COUNTRY], ids=lambda kind: kind.value)
def root(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A site of each kind."""
    return site(package(request.param), tmp_path_factory.mktemp("package"))


class Reader(HTMLParser):
    """The links, ids, tags and attributes of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.sources: list[str] = []
        self.ids: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.inline: list[str] = []
        self._tag = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag with what it refers to."""
        values = {name: value or "" for name, value in attrs}
        self.attributes += [(tag, name) for name in values]
        self._tag = f"script {values.get('type', '')}".strip() if tag == "script" and "src" not in values else tag
        if "id" in values:
            self.ids.append(values["id"])
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        if tag == "link" and values.get("rel") in ("stylesheet", "icon"):
            self.sources.append(values["href"])
        self.sources += [values[name] for name in ("src", "data") if name in values]

    def handle_data(self, data: str) -> None:
        """Text, which counts where it is script or style."""
        if self._tag in ("script", "style") and data.strip():
            self.inline.append(data)

    def handle_endtag(self, tag: str) -> None:
        """The end of an element."""
        self._tag = ""


@cache
def read(html: str) -> Reader:
    """A page as several tests look at it."""
    return Reader(html)


def pages(root: dict[str, bytes]) -> Iterator[tuple[str, str]]:
    """The HTML files of a site."""
    return ((path, content.decode()) for path, content in root.items() if path.endswith(".html"))


def test_every_link_names_a_file_of_the_site(root: dict[str, bytes]) -> None:
    """Links are relative, end in a file, and their anchors exist."""
    # What is made beside the pages when a site is published: the data page's own tests speak of it.
    beside = ("data/", "downloads/")
    ids = {path: set(read(html).ids) for path, html in pages(root)}
    broken = []
    for path, html in pages(root):
        reader = read(html)
        for href in reader.links + reader.sources:
            parts = urlsplit(href)
            if parts.scheme in ("mailto", "https") and href in reader.links:
                continue
            target = posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(parts.path)))
            if not parts.path:
                target = path
            if parts.scheme or parts.netloc or href.startswith("/"):
                broken.append((path, href, "is not relative"))
            elif target not in root and not target.startswith(beside):
                broken.append((path, href, "names no file"))
            elif parts.fragment and target in ids and unquote(parts.fragment) not in ids[target]:
                broken.append((path, href, "names no anchor"))
    assert broken == []


def test_ids_are_unique_on_a_page(root: dict[str, bytes]) -> None:
    """No page has an id twice."""
    for path, html in pages(root):
        ids = read(html).ids
        assert sorted(ids) == sorted(set(ids)), path


def test_no_page_needs_more_than_its_policy_allows(root: dict[str, bytes]) -> None:
    """A policy on every page, and neither inline script nor inline style nor a handler that it would block."""
    for path, html in pages(root):
        assert "default-src 'self'" in html, path
        assert "unsafe" not in html.split("</head>")[0], path
        reader = read(html)
        assert reader.inline == [], path
        assert [each for each in reader.attributes if each[1] == "style" or each[1].startswith("on")] == [], path


def test_every_page_says_that_values_are_generated(root: dict[str, bytes]) -> None:
    """The notice is on each page of a site with synthetic values, in its language."""
    for path, html in pages(root):
        notice = "No Member reported them" if path.startswith(("en/", "index")) else "Aucun Membre ne les a déclarées"
        assert notice in html, path


def test_the_language_switch_stays_on_the_page(root: dict[str, bytes]) -> None:
    """Every page exists in both languages, and each links the other."""
    english = {path.removeprefix("en/") for path, _ in pages(root) if path.startswith("en/")}
    french = {path.removeprefix("fr/") for path, _ in pages(root) if path.startswith("fr/")}
    assert english == french
    for path, html in pages(root):
        if path.startswith("en/"):
            target = posixpath.relpath("fr/" + path.removeprefix("en/"), posixpath.dirname(path))
            assert f'href="{target}" hreflang="fr"' in html, path


def test_one_heading_of_the_first_level(root: dict[str, bytes]) -> None:
    """Each page has one h1, and no level is left out below it."""
    for path, html in pages(root):
        levels = [int(each) for each in re.findall(r"<h([1-6])", html[html.index("<main") : html.index("</main>")])]
        assert levels.count(1) == 1, path
        assert levels[0] == 1, path
        assert all(after - before <= 1 for before, after in itertools.pairwise(levels)), (path, levels)


@pytest.mark.parametrize(
    ("kind", "mark"),
    [
        (SiteKind.WCO, "WCO Members only"),
        (SiteKind.UNION, "Members of the union only: Union"),
        (SiteKind.COUNTRY, "Country level: Kenya"),
    ],
)
def test_restricted_sites_are_marked_and_kept_from_search_engines(kind: SiteKind, mark: str, tmp_path: Path) -> None:
    """Header and footer of every page, and paper, carry the handling mark; no page may be indexed."""
    root = site(package(kind), tmp_path)
    for path, html in pages(root):
        assert 'content="noindex' in html, path
        assert 'rel="canonical"' not in html, path
        if path.startswith("en/"):
            assert html.count(f'<p class="mark">{mark}</p>') == 2, path
            assert "assets/mark.css" in html, path
    assert mark.encode() in root["assets/mark.css"]


def test_the_public_site_bears_no_mark_and_may_be_found(tmp_path: Path) -> None:
    """No handling mark; a canonical address, alternates, and a Dataset for machines on a KPI's page."""
    root = site(package(), tmp_path)
    assert "assets/mark.css" not in root
    html = root["en/kpi/declarations.html"].decode()
    assert 'class="mark"' not in html
    assert "noindex" not in html
    assert '<link rel="canonical" href="https://pmm.example/en/kpi/declarations.html">' in html
    assert 'hreflang="fr" href="https://pmm.example/fr/kpi/declarations.html"' in html
    assert '"@type": "Dataset"' in html


def test_without_an_address_nothing_is_absolute(tmp_path: Path) -> None:
    """A site that does not know where it will stand names no address of its own."""
    root = site(package(base_url=None), tmp_path)
    assert all("canonical" not in html and "og:url" not in html for _, html in pages(root))


HOSTILE = '<script>alert("x")</script>&{{ 7 * 7 }}\'">'


def hostile(of: ReleasePackage) -> ReleasePackage:
    """The package with names that want to be markup, everywhere a name can stand."""
    bad = text(HOSTILE, HOSTILE)
    catalogue = of.catalogue
    changed = replace(
        catalogue,
        dimensions=tuple(replace(each, name=bad) for each in catalogue.dimensions),
        outcomes=tuple(replace(each, name=bad) for each in catalogue.outcomes),
        kpis=tuple(replace(each, name=bad, definition=bad, formula=bad) for each in catalogue.kpis),
        instruments=tuple(replace(each, name=bad) for each in catalogue.instruments),
        groupings=tuple(
            replace(each, name=bad, groups=tuple(replace(group, name=bad) for group in each.groups))
            for each in catalogue.groupings
        ),
    )
    tables = dict(of.tables)
    tables["members"] = tuple(row._replace(name=bad) for row in tables["members"])
    tables["cycles"] = tuple(row._replace(name=bad, note=HOSTILE) for row in tables["cycles"])
    tables["values"] = tuple(row._replace(note=HOSTILE if row.note is not None else None) for row in tables["values"])
    info = replace(of.info, title=bad, organization=bad, licence=bad, notice=bad, release=HOSTILE)
    return replace(of, info=info, catalogue=changed, tables=tables)


@pytest.mark.parametrize("kind", [SiteKind.PUBLIC, SiteKind.COUNTRY])
def test_names_cannot_become_markup(kind: SiteKind, tmp_path: Path) -> None:
    """Whatever a name holds is text on every page, in attributes, in charts and in what machines read."""
    for path, content in site(hostile(package(kind)), tmp_path).items():
        if path.startswith("data/") or path.endswith((".css", ".js", ".woff2", ".txt")):
            continue
        found = content.decode()
        assert "<script>alert" not in found, path
        assert "49" not in re.findall(r"&amp;(\d+)", found), path
        assert read(found).inline == [] if path.endswith(".html") else True, path


def test_what_machines_read_of_a_page_cannot_end_its_script(tmp_path: Path) -> None:
    """In the description of a page's data no name can write a tag, not even half of one, and each is read as it is."""
    html = "".join(text for _, text in pages(site(hostile(package(SiteKind.PUBLIC)), tmp_path)))
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html)
    assert found
    assert not [text for text in found if "<" in text]
    assert {json.loads(text)["creator"]["name"] for text in found} == {HOSTILE}


def test_kpi_outcome_goal_and_instrument_pages_are_the_same_on_every_site(tmp_path: Path) -> None:
    """Absence tells nothing: the set of these pages does not depend on what a site may show."""
    sets = []
    for kind in (SiteKind.PUBLIC, SiteKind.WCO, SiteKind.COUNTRY):
        root = site(package(kind), tmp_path / kind.value)
        sets.append(
            {path for path in root if re.match(r"en/(kpi|outcome|sdg|instrument|dimension|group/region)/", path)}
        )
    assert sets[0] == sets[1] == sets[2]


def test_a_kpi_above_the_ceiling_is_listed_without_figures(tmp_path: Path) -> None:
    """Its page says with whom results are shared and holds no section of figures."""
    html = site(package(), tmp_path)["en/kpi/secret.html"].decode()
    assert "shared with WCO Members only" in html
    assert 'id="values"' not in html
    assert 'class="figure"' not in html


def test_members_have_pages_only_where_a_value_is_shown(tmp_path: Path) -> None:
    """A Member without a shown value has no page, and nothing links to one."""
    root = site(package(), tmp_path)
    assert {path for path in root if path.startswith("en/member/")} == {"en/member/ken.html", "en/member/uga.html"}
    assert sum("member/fra.html" in html for _, html in pages(root)) == 0
    assert len(NAMES) == 4


def test_the_own_value_comes_first_on_a_country_site(tmp_path: Path) -> None:
    """Kenya's value stands before the world's on its site, with world and region beside it."""
    root = site(package(SiteKind.COUNTRY), tmp_path)
    html = root["en/kpi/declarations.html"].decode()
    own = html[html.index('class="own-headline"') : html.index('class="facts"')]
    assert "91.25%" in own
    assert "98.6%" in own
    assert "too few contributors" in own
    assert "en/dossier.html" in root
    assert "own-headline" not in site(package(), tmp_path / "public")["en/kpi/declarations.html"].decode()


RENDER = """
import hashlib, pathlib, sys
from pmm_site.render import packaged_themes, render, render_file
for each in render(pathlib.Path(sys.argv[1]), theme_directories=[packaged_themes()]):
    print(each.path, hashlib.sha256(each.content).hexdigest())
"""


@pytest.mark.slow
def test_the_same_package_gives_the_same_bytes(tmp_path: Path) -> None:
    """In other processes with another hash seed and time zone, and twice in one."""
    write(package(SiteKind.COUNTRY), tmp_path)
    listed = [
        subprocess.run(
            [sys.executable, "-c", RENDER, str(tmp_path)], capture_output=True, text=True, check=True, cwd=ROOT,
            env={"PYTHONHASHSEED": seed, "TZ": zone, "PATH": "/usr/bin:/bin"},
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Pacific/Apia"))
    ]  # fmt: skip
    assert listed[0] == listed[1]
    assert "en/index.html" in listed[0]
    assert len({line.split()[0] for line in listed[0].splitlines()}) == len(listed[0].splitlines())


def test_a_file_made_alone_is_the_file_of_the_site(tmp_path: Path) -> None:
    """Every page and static file; what is made of all pages is not made alone, and nothing stands elsewhere."""
    folder = tmp_path / "data"
    whole = site(package(SiteKind.COUNTRY), folder)
    alone = {path: render_file(folder, path, theme_directories=[packaged_themes()]) for path in whole}
    made = {path: content for path, content in alone.items() if content is not None}
    assert made == {path: whole[path] for path in made}
    others = {path for path in whole.keys() - made.keys() if not re.match(r"data/|../[a-z/-]+\.js", path)}
    assert others == {"index.html", "assets/mark.css"}
    for path in ("../data/values.csv", "assets/../data/values.csv", "en/../../data/values.csv", "en/kpi/no.html", ""):
        assert render_file(folder, path, theme_directories=[packaged_themes()]) is None
