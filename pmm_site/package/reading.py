"""From a folder of files to a ReleasePackage; a damaged or foreign folder is refused, with file and line."""

from __future__ import annotations

import csv
import functools
import json
import re
from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from pmm_site.model import Catalogue, ContentPage, SiteKind
from pmm_site.package.columns import Column, columns, decoder
from pmm_site.package.contents import PackageInfo, ReleasePackage, UnionName
from pmm_site.problems import ExitCode, PmmSiteError
from pmm_site.recent import Recent
from pmm_site.tables import COUNTRY_TABLES, TABLES

ROWS_KEPT = 60_000
"""Rows kept of a table, over all sites. It must be more than one site has: else none would be found on the next."""

_ANEW = "copy data/ of the built site again"

_NAME = re.compile(r"[A-Za-z0-9]+([-_][A-Za-z0-9]+)*")

_BETWEEN = "\x1f"
"""Stands between the cells of a line in the key under which its row is kept (U+001F, unit separator)."""


class PackageDamaged(PmmSiteError):
    """The folder is no release package, or a file in it is not what its schema says."""

    exit_code = ExitCode.INPUT


def read(directory: Path) -> ReleasePackage:
    """The release package in a folder; PackageDamaged names the first file and line that is wrong."""
    site = _json(directory, "site.json")
    descriptor = _json(directory, "datapackage.json")
    try:
        info = _info(site, descriptor)
        catalogue, unions = _catalogue(json.dumps(_json(directory, "catalogue.json")))
    except (KeyError, TypeError, ValueError) as error:
        raise PackageDamaged(
            f"{directory}: no release package of this version ({type(error).__name__}) → build it with this version"
        ) from None
    _refuse_odd_names(directory, _names_of(info, catalogue, unions))
    tables = {table: _table(directory, table, info, catalogue) for table in TABLES if _has(table, info.kind)}
    rows = (*tables["cycles"], *tables["members"], *tables["values"])
    _refuse_odd_names(directory, {row.cycle for row in rows}, {row.member for row in rows if hasattr(row, "member")})
    return ReleasePackage(info, catalogue, unions, tables, _content(directory, info))


def _names_of(info: PackageInfo, catalogue: Catalogue, unions: tuple[UnionName, ...]) -> set[str]:
    """The ids of which a site makes names of files and folders."""
    groups = (group for grouping in catalogue.groupings for group in grouping.groups)
    named: Iterable[Any] = chain(
        catalogue.kpis, catalogue.outcomes, catalogue.dimensions, catalogue.instruments, catalogue.capacity_building,
        catalogue.groupings, groups, unions,
    )  # fmt: skip
    return {info.site, *info.languages, *info.cycles, *(each.id for each in named)}


def _refuse_odd_names(directory: Path, *names: set[str]) -> None:
    """PackageDamaged where an id would lead to another folder, or could be no file's name."""
    if not all(isinstance(name, str) and _NAME.fullmatch(name) for name in set().union(*names)):
        raise PackageDamaged(f"{directory}: an id that no release package has → {_ANEW}")


def _has(table: str, kind: SiteKind) -> bool:
    return table not in COUNTRY_TABLES or kind is SiteKind.COUNTRY


def _json(directory: Path, name: str) -> dict[str, Any]:
    try:
        content = json.loads((directory / name).read_text("utf-8"))
    except FileNotFoundError:
        raise PackageDamaged(f"{directory}: no release package, {name} is missing → {_ANEW}") from None
    except (OSError, ValueError) as error:
        raise PackageDamaged(f"{directory / name}: cannot be read ({type(error).__name__}) → {_ANEW}") from None
    if not isinstance(content, dict):
        raise PackageDamaged(f"{directory / name}: an object is expected → {_ANEW}")
    return content


def _info(site: Mapping[str, Any], descriptor: Mapping[str, Any]) -> PackageInfo:
    return PackageInfo(
        site=site["site"],
        kind=SiteKind(site["kind"]),
        subject=site.get("subject"),
        title=site["title"],
        languages=tuple(site["languages"]),
        communities=tuple(descriptor["readers"]["communities"]),
        members=tuple(descriptor["readers"]["members"]),
        release=descriptor["release"],
        synthetic=descriptor["synthetic"],
        cycles=tuple(descriptor["cycles"]),
        **{
            name: site[name]
            for name in ("theme", "organization", "contact", "licence", "notice", "base_url", "analysis", "rules")
            if name in site
        },
    )


@functools.lru_cache(maxsize=16)
def _catalogue(text: str) -> tuple[Catalogue, tuple[UnionName, ...]]:
    """Catalogue and unions from catalogue.json; the same text gives the same objects, since most sites have it."""
    from pydantic import TypeAdapter  # 60 ms: only where a package is read

    content = json.loads(text)
    unions = tuple(UnionName(each["id"], each["name"], tuple(each["members"])) for each in content.pop("unions"))
    return TypeAdapter(Catalogue).validate_python(content), unions


def _table(directory: Path, table: str, info: PackageInfo, catalogue: Catalogue) -> tuple[Any, ...]:
    path, line = directory / f"{table}.csv", 1
    groupings = tuple(grouping.id for grouping in catalogue.groupings)
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            lines = csv.reader(stream, strict=True)
            header = next(lines, [])
            layout = columns(table, info.kind, info.languages, groupings, "peer_review" in header)
            if header != [column.name for column in layout]:
                raise PackageDamaged(f"{path}:1: the columns are not those of this table → {_ANEW}")
            decode, rows = _rows(table, layout), []
            for cells in lines:
                line = lines.line_num
                rows.append(decode(cells))
            return tuple(rows)
    except FileNotFoundError:
        raise PackageDamaged(f"{path}: missing → {_ANEW}") from None
    except csv.Error:
        raise PackageDamaged(f"{path}:{line + 1}: the rest is no table → {_ANEW}") from None
    except (OSError, ValueError, KeyError, TypeError, ArithmeticError) as error:
        raise PackageDamaged(
            f"{path}:{line}: a row is not what the schema says ({type(error).__name__}) → {_ANEW}"
        ) from None


@functools.lru_cache(maxsize=64)
def _rows(table: str, layout: tuple[Column, ...]) -> Callable[[list[str]], Any]:
    """The decoder of a table that gives one row object for a line, however many sites have it."""
    decode = decoder(table, layout)
    rows: Recent[str, Any] = Recent(ROWS_KEPT)

    def decode_once(cells: list[str]) -> Any:
        line = _BETWEEN.join(cells)  # a key takes a quarter of the memory that the cells would
        row = rows.get(line)
        if row is None or line.count(_BETWEEN) >= len(cells):  # a cell that holds the separator looks like two
            row = rows[line] = decode(cells)
        return row

    return decode_once


def _content(directory: Path, info: PackageInfo) -> tuple[ContentPage, ...]:
    pages = []
    for language in info.languages:
        for path in sorted((directory / "content" / language).glob("*.md")):
            pages.append(_page(path, language))
    return tuple(pages)


def _page(path: Path, language: str) -> ContentPage:
    try:
        return _page_of(path.read_text("utf-8"), language, path.stem)
    except (OSError, ValueError, KeyError) as error:
        raise PackageDamaged(
            f"{path}: no narrative page of a release package ({type(error).__name__}) → {_ANEW}"
        ) from None


@functools.lru_cache(maxsize=1000)
def _page_of(text: str, language: str, slug: str) -> ContentPage:
    """The narrative page in a text; the same text gives the same object, however many sites have it."""
    _, head, body = text.split("---\n", 2)
    values = {name: json.loads(value) for name, value in (line.split(": ", 1) for line in head.splitlines())}
    return ContentPage(language, slug, values["title"], body, values["order"], cycle=values.get("cycle"))
