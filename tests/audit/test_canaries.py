"""A unique number in every cell of a project, the whole build, and a plain search of every byte of every site.

Nothing of the audit is used here: who may see what is written down beside each value, and numbers are looked for
as text, in every writing, in everything that can be unpacked or decoded.
"""

from __future__ import annotations

import csv
import gzip
import html
import io
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

MEMBERS = {"BDI": "eac", "KEN": "eac", "TZA": "eac", "UGA": "eac", "FRA": "eu", "DEU": "eu", "ITA": "eu", "USA": ""}
KPIS = ("alpha", "beta", "gamma")
CEILINGS = {"alpha": "public", "beta": "wco", "gamma": "union"}
LEVELS = ("public", "wco", "union", "country")
SITES = ("public", "wco", "union-eac", "union-eu", *(f"country-{code.lower()}" for code in MEMBERS))
CYCLES = ("c2022", "c2024", "c2026")  # the last one is a draft


def may_see(site: str, member: str, kpi: str, level: str, cycle: str) -> bool:
    """The rule of who sees what, by hand: by rungs, for no Member here is in two unions."""
    if cycle == "c2026":
        return False
    rung = max(LEVELS.index(level), LEVELS.index(CEILINGS[kpi]))
    union = MEMBERS[member]
    if rung == 2 and not union:
        rung = 3
    if site == "public":
        return rung == 0
    if site == "wco":
        return rung <= 1
    if site.startswith("union-"):
        return rung <= 1 or (rung == 2 and site == f"union-{union}")
    own = site.removeprefix("country-").upper()
    return own == member or rung <= 1 or (rung == 2 and MEMBERS[own] == union)


def canaries() -> Iterator[tuple[str, str, str, str, str]]:
    """(cycle, Member, KPI, level, number): eight digits, no two alike in any row of five."""
    number = 0
    for cycle in CYCLES:
        for position, member in enumerate(MEMBERS):
            for place, kpi in enumerate(KPIS):
                number += 1
                digits = 12_345_679 + number * 831_217
                yield cycle, member, kpi, LEVELS[(position + place) % 4], f"{digits / 1_000_000:.6f}"


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every site of the canary project, built by the command."""
    project = tmp_path_factory.mktemp("canaries")
    write_project(project)
    command = [sys.executable, "-m", "pmm_site", "build", "--project", str(project), "--jobs", "2"]
    ran = subprocess.run(command, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return project / "build" / "sites"


def write_project(project: Path) -> None:
    """A project in files, with a unique number in every cell and a unique word in every note."""
    (project / "data").mkdir(parents=True)
    (project / "site.yml").write_text("title: {en: Canaries, fr: Canaris}\nlanguages: [en, fr]\n")
    kpis = "".join(
        f"  - {{id: {kpi}, outcome: o, name: {{en: {kpi} rate, fr: taux {kpi}}}, unit: percent, bounds: [0, 100],"
        f" direction: higher, ceiling: {CEILINGS[kpi]}}}\n"
        for kpi in KPIS
    )
    (project / "data" / "catalogue.yml").write_text(
        'version: "1"\ndimensions: [{id: d, name: {en: Dim, fr: Dim}}]\n'
        "outcomes: [{id: o, dimension: d, name: {en: Out, fr: Out}}]\n"
        f"kpis:\n{kpis}instruments: [{{id: tool, name: {{en: Tool, fr: Outil}}, outcomes: [o]}}]\n"
        "capacity_building: [{id: aeo, name: {en: AEO, fr: OEA}}]\n"
    )
    (project / "data" / "groupings.yml").write_text(
        "- {id: region, name: {en: Region, fr: Région}, groups: [{id: one, name: {en: One, fr: Un}}]}\n"
    )
    table(project / "data" / "sdg-mapping.csv", ["outcome", "goal"], [["o", "17"]])
    names = [[code, f"Land {code.title()}", f"Pays {code.title()}", "one"] for code in MEMBERS]
    table(project / "data" / "members.csv", ["member", "name_en", "name_fr", "region"], names)
    unions = [[code for code, union in MEMBERS.items() if union == each] for each in ("eac", "eu")]
    (project / "data" / "unions.yml").write_text(
        "".join(
            f"- {{id: {each}, name: {{en: {each.upper()}, fr: {each.upper()}}}, members: [{', '.join(codes)}]}}\n"
            for each, codes in zip(("eac", "eu"), unions, strict=True)
        )
    )
    for cycle in CYCLES:
        write_cycle(project / "data" / "cycles" / cycle, cycle)


def write_cycle(folder: Path, cycle: str) -> None:
    """A cycle; the last one is a draft."""
    folder.mkdir(parents=True)
    status = "draft" if cycle == "c2026" else "published"
    (folder / "cycle.yml").write_text(
        f"id: {cycle}\nname: {{en: {cycle}, fr: {cycle}}}\nreference_year: {cycle[1:]}\n"
        f"status: {status}\nsynthetic: true\n"
    )
    table(folder / "participants.csv", ["member"], [[code] for code in MEMBERS])
    rows = [
        [member, kpi, value, "reported", level, "", f"zq{digits(value)}qz remark of the year"]
        for each, member, kpi, level, value in canaries()
        if each == cycle
    ]
    header = ["member", "kpi", "value", "status", "disclosure", "unions", "note"]
    table(folder / "values.csv", header, rows)
    answers = [[code, "tool", "yes" if at % 2 else "no", "planned"] for at, code in enumerate(MEMBERS)]
    table(folder / "instruments.csv", ["member", "instrument", "aware", "usage"], answers)


def table(path: Path, header: list[str], rows: list[list[str]]) -> None:
    """A CSV file."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])


def digits(text: str) -> str:
    """The digits of a number without zeros at its ends."""
    return re.sub(r"\D", "", text).strip("0")


def texts(name: str, content: bytes, depth: int = 0) -> Iterator[str]:
    """Everything that can be read in a file: its bytes, its parts, each decoded."""
    if content[:2] == b"PK" and depth < 5:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.namelist():
                yield from texts(member, archive.read(member), depth + 1)
        return
    if content[:2] == b"\x1f\x8b":
        yield from texts(name, gzip.decompress(content), depth + 1)
        return
    yield name
    text = content.decode("utf-8", "replace")
    yield text
    plain = unquote(html.unescape(text))
    if plain != text:
        yield plain
    escaped = re.sub(r"\\u([0-9a-fA-F]{4})", lambda match: chr(int(match.group(1), 16)), plain)
    if escaped != plain:
        yield escaped


NUMBERS = (re.compile(r"\d+(?:[.,]\d+)?"), re.compile(r"\d[\d.,'\u00a0\u202f\u2009 ]*\d"))
"""A number with at most one mark, and one with separators of every kind."""


def spoken(site: Path) -> set[str]:
    """The digits of all numbers of a site, number by number, and the unique words of notes."""
    found: set[str] = set()
    for path in sorted(site.rglob("*")):
        if path.is_file():
            for text in texts(path.relative_to(site).as_posix(), path.read_bytes()):
                found |= {digits(number) for pattern in NUMBERS for number in pattern.findall(text)}
                found |= {f"note {word}" for word in re.findall(r"zq(\d+)qz", text)}
    return found


@pytest.mark.parametrize("site", SITES)
def test_a_site_holds_the_canaries_of_its_readers_and_no_other(site: str, sites: Path) -> None:
    """Each number stands on a site exactly when the rule lets it, whatever its writing; so does each note."""
    said = spoken(sites / site)
    wrong = []
    for cycle, member, kpi, level, value in canaries():
        allowed = may_see(site, member, kpi, level, cycle)
        if (digits(value) in said) != allowed:
            wrong.append(f"{cycle}/{kpi}/{member}: {'missing' if allowed else 'there'}")
        own = site == f"country-{member.lower()}" and cycle != "c2026"
        if (f"note {digits(value)}" in said) != own:
            wrong.append(f"{cycle}/{kpi}/{member}: note")
    assert wrong == []


def test_every_site_was_built(sites: Path) -> None:
    """The search above looked at all of them."""
    assert {path.name for path in sites.iterdir()} == set(SITES)


def test_the_search_would_find_a_planted_number(sites: Path, tmp_path: Path) -> None:
    """A number in a cell of a zip, with a decimal comma, is found: the test can fail."""
    value = next(value for *_, level, value in canaries() if level == "country")
    copy = tmp_path / "public"
    shutil.copytree(sites / "public" / "data", copy)
    with zipfile.ZipFile(copy / "more.zip", "w") as archive:
        archive.writestr("x.csv", f'"{value.replace(".", ",")}"')
    assert digits(value) in spoken(copy)
    assert digits(value) not in spoken(sites / "public")
