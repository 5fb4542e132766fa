"""General site generators on pages of this program: finished contents, to which they add layout and navigation."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.watching import Watch

_NAVIGATION = "<nav><ul>{}</ul></nav>".format(
    "".join(f'<li><a href="/{at}.html">Entry {at}</a></li>' for at in range(25))
)
_MAIN = re.compile(r"<title>(.*?)</title>.*?<main[^>]*>(.*)</main>", re.DOTALL)


class Typeset(NamedTuple):
    """What a generator needed: pages, wall seconds, peak memory in MiB."""

    name: str
    pages: int
    seconds: float
    mebibytes: float


class Content(NamedTuple):
    """A page's path in the output, its title, what stands in <main>."""

    path: str
    title: str
    body: str


def measured(sites: Path, folder: Path, most: int) -> tuple[Typeset, ...]:
    """Hugo and Eleventy on at most `most` pages, spread evenly over all sites; what is not installed is left out."""
    chosen = _spread(sorted(path for path in sites.rglob("*.html") if path.parent.parent != sites), most)
    found = []
    if shutil.which("hugo"):
        found.append(_measured(_version("hugo", "version"), _hugo(folder / "hugo"), sites, chosen))
    if shutil.which("npm"):
        found.append(_measured("Eleventy 3", _eleventy(folder / "eleventy"), sites, chosen))
    return tuple(found)


def _spread(paths: Sequence[Path], most: int) -> list[Path]:
    step = max(1.0, len(paths) / most)
    return [paths[int(at * step)] for at in range(min(most, len(paths)))]


class _Generator(NamedTuple):
    folder: Path
    layout: str
    command: tuple[str, ...]


def _measured(name: str, generator: _Generator, sites: Path, chosen: Sequence[Path]) -> Typeset:
    for content in _contents(sites, chosen):
        target = generator.folder / "content" / content.path
        target.parent.mkdir(parents=True, exist_ok=True)
        head = {"title": content.title, "layout": generator.layout, **_address(generator, content.path)}
        target.write_text(f"---\n{json.dumps(head, ensure_ascii=False)}\n---\n{content.body}", "utf-8")
    watch = Watch()
    began = time.perf_counter()
    process = subprocess.Popen(generator.command, cwd=generator.folder, stdout=subprocess.DEVNULL)
    with watch.over(process.pid):
        if process.wait():
            raise SystemExit(f"{name} failed")
    seconds = time.perf_counter() - began
    made = sum(1 for _ in (generator.folder / "public").rglob("*.html"))
    if made < len(chosen):
        raise SystemExit(f"{name} made {made} of {len(chosen)} pages")
    shutil.rmtree(generator.folder)
    return Typeset(name, len(chosen), seconds, watch.peak / 2**20)


def _contents(sites: Path, chosen: Sequence[Path]) -> Iterator[Content]:
    for path in chosen:
        found = _MAIN.search(path.read_text("utf-8"))
        if found is None:
            raise SystemExit(f"{path}: no page")
        # An index is a list to one of them and a folder to the other: here it is a page like all others.
        name = path.relative_to(sites).as_posix().replace("index.html", "home.html")
        yield Content(name, found[1], found[2])


def _address(generator: _Generator, path: str) -> dict[str, str]:
    return {"permalink": path} if generator.folder.name == "eleventy" else {}


def _hugo(folder: Path) -> _Generator:
    layouts = folder / "layouts"
    (layouts / "_default").mkdir(parents=True)
    (layouts / "partials").mkdir()
    (layouts / "partials" / "navigation.html").write_text(_NAVIGATION)
    (layouts / "_default" / "page.html").write_text(
        _page("{{ .Title }}", '{{ partialCached "navigation.html" . }}', "{{ .Content }}")
    )
    kinds = ["taxonomy", "term", "RSS", "sitemap", "section", "home", "404"]
    (folder / "hugo.toml").write_text(
        f'baseURL = "https://example.org/"\ndisableKinds = {json.dumps(kinds)}\nuglyURLs = true\n'
    )
    return _Generator(folder, "page", ("hugo", "--quiet"))


def _eleventy(folder: Path) -> _Generator:
    (folder / "layouts").mkdir(parents=True)
    (folder / "layouts" / "page.njk").write_text(_page("{{ title }}", _NAVIGATION, "{{ content | safe }}"))
    (folder / "eleventy.config.js").write_text(
        'module.exports = () => ({htmlTemplateEngine: false, dir: {input: "content", includes: "../layouts", '
        'output: "public"}});\n'
    )
    (folder / "package.json").write_text('{"private": true}\n')
    subprocess.run(
        ("npm", "install", "--silent", "--no-audit", "--no-fund", "@11ty/eleventy@3"), cwd=folder, check=True
    )
    return _Generator(folder, "page.njk", ("npx", "eleventy", "--quiet"))


def _page(title: str, navigation: str, content: str) -> str:
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>'
        f"<body><header>{navigation}</header><main>{content}</main><footer>Footer</footer></body></html>\n"
    )


def _version(command: str, *arguments: str) -> str:
    output = subprocess.run((command, *arguments), capture_output=True, text=True, check=True).stdout
    number = re.search(r"\d+\.\d+(\.\d+)?", output)
    return f"{command.capitalize()} {number[0] if number else ''}".strip()
