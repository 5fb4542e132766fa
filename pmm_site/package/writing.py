"""From a ReleasePackage to a folder of files: CSV tables, catalogue.json, site.json, datapackage.json, Markdown."""

from __future__ import annotations

import enum
import functools
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pmm_site
from pmm_site.model import ContentPage, SiteKind
from pmm_site.package.columns import Column, columns, description, lines
from pmm_site.package.contents import PackageInfo, ReleasePackage
from pmm_site.tables import COUNTRY_TABLES, TABLES

FORMAT_VERSION = "1.0"

CONTENT = "content"
"""The folder of narrative pages in a release package."""


def files(package: ReleasePackage) -> dict[str, bytes]:
    """The files of a release package, by relative path and sorted; the same package gives the same bytes."""
    texts: dict[str, str] = {}
    resources: list[str] = []
    for table in TABLES:
        if table in COUNTRY_TABLES and package.info.kind is not SiteKind.COUNTRY:
            continue
        layout = layout_of(package, table)
        texts[f"{table}.csv"] = _csv(table, layout, package.tables.get(table, ()))
        resources.append(_resource(table, f"{table}.csv", layout))
    layout = layout_of(package, "values")
    for kpi, rows in _values_by_kpi(package).items():
        texts[f"kpi/{kpi}.csv"] = _csv("values", layout, rows)
        resources.append(_resource("values", f"kpi/{kpi}.csv", layout, name=f"kpi-{kpi}"))
    texts.update(_pages(package.content))
    texts["catalogue.json"] = _catalogue(package)
    texts["site.json"] = _json(_site(package.info))
    texts["datapackage.json"] = _descriptor(package.info, resources)
    return {path: texts[path].encode("utf-8") for path in sorted(texts)}


def write(package: ReleasePackage, directory: Path) -> None:
    """Write a release package into `directory`, which must be empty or absent; OSError where it cannot."""
    _write(files(package), directory)


def write_pages(pages: Iterable[ContentPage], directory: Path) -> None:
    """Write narrative pages into the release package in `directory`, which has none; OSError where it cannot."""
    _write({path: text.encode("utf-8") for path, text in _pages(pages).items()}, directory)


def _write(contents: Mapping[str, bytes], directory: Path) -> None:
    for path, content in contents.items():
        target = directory / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def layout_of(package: ReleasePackage, table: str) -> tuple[Column, ...]:
    """The columns that a table has on this package's site."""
    with_peer_review = any(row.peer_review is not None for row in package.tables.get("members", ()))
    groupings = tuple(grouping.id for grouping in package.catalogue.groupings)
    return columns(table, package.info.kind, package.info.languages, groupings, with_peer_review)


def _values_by_kpi(package: ReleasePackage) -> dict[str, list[Any]]:
    by_kpi: dict[str, list[Any]] = {kpi.id: [] for kpi in package.catalogue.kpis}
    for row in package.tables.get("values", ()):
        by_kpi[row.kpi].append(row)
    return by_kpi


def _csv(table: str, layout: tuple[Column, ...], rows: Sequence[Any]) -> str:
    return lines(table, layout).text(rows)


def _json(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=False, allow_nan=False) + "\n"


def plain(value: Any) -> Any:
    """A value as JSON knows it: dataclasses and NamedTuples as objects, enums as their words, None left out."""
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, Decimal):
        return format(value, "f")
    if is_dataclass(value) and not isinstance(value, type):
        named = {each.name: getattr(value, each.name) for each in fields(value)}
        return {name: plain(each) for name, each in named.items() if each is not None}
    if hasattr(value, "_asdict"):
        return {name: plain(each) for name, each in value._asdict().items() if each is not None}
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, (set, frozenset)):
        return sorted(plain(each) for each in value)
    return value


_catalogues: dict[int, tuple[ReleasePackage, str]] = {}
"""The catalogue that was written last, by identity: most sites have the same, and it is long."""


def _catalogue(package: ReleasePackage) -> str:
    """catalogue.json."""
    kept = _catalogues.get(id(package.catalogue))
    if kept is not None and kept[0].catalogue is package.catalogue and kept[0].unions == package.unions:
        return kept[1]
    text = _json({**plain(package.catalogue), "unions": plain(package.unions)})
    _catalogues.clear()
    _catalogues[id(package.catalogue)] = (package, text)
    return text


def _site(info: PackageInfo) -> Any:
    """The content of site.json: what is not given is left out."""
    names = ("site", "kind", "subject", "title", "organization", "contact", "licence", "notice", "languages",
             "base_url", "theme", "analysis", "rules")  # fmt: skip
    return {name: plain(getattr(info, name)) for name in names if getattr(info, name) is not None}


def _descriptor(info: PackageInfo, resources: list[str]) -> str:
    """datapackage.json, with the entries of its tables, which are JSON already."""
    language = info.languages[0]
    head = {
        "profile": "tabular-data-package",
        "name": f"pmm-{info.site}",
        "title": info.title.get(language, ""),
        "version": FORMAT_VERSION,
        "generator": f"pmm-site {pmm_site.__version__}",
        "site": info.site,
        "readers": {"communities": list(info.communities), "members": list(info.members)},
        "release": info.release,
        "synthetic": info.synthetic,
        "languages": list(info.languages),
        "cycles": list(info.cycles),
        **({"licenses": [{"name": "custom", "title": info.licence.get(language, "")}]} if info.licence else {}),
    }
    return _json(head).removesuffix("\n}\n") + ',\n "resources": [\n' + ",\n".join(resources) + "\n ]\n}\n"


@functools.lru_cache(maxsize=4096)
def _resource(table: str, path: str, layout: tuple[Column, ...], name: str | None = None) -> str:
    """The entry of a table in the descriptor, as JSON: the same on every site of a kind."""
    fields_of_table = [
        {
            "name": column.name,
            "type": column.schema_type,
            "description": description(table, column),
            **({"constraints": {"required": True}} if _is_required(column) else {}),
        }
        for column in layout
    ]
    entry = {
        "name": name or table,
        "path": path,
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {"fields": fields_of_table, "missingValues": [""]},
    }
    return json.dumps(entry, ensure_ascii=False)


def _is_required(column: Column) -> bool:
    """Whether a cell may never be blank: that of a cycle, and of a number, code or truth value that is not optional."""
    return not column.optional and (column.kind is not str or column.name == "cycle")


def _pages(pages: Iterable[ContentPage]) -> dict[str, str]:
    return {f"{CONTENT}/{page.language}/{page.slug}.md": _page(page) for page in pages}


def _page(page: ContentPage) -> str:
    head: dict[str, Any] = {"title": page.title, "order": page.order, **({"cycle": page.cycle} if page.cycle else {})}
    # JSON values are YAML too: no quoting rules of our own, and no site patterns, which name other sites.
    lines = [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in head.items()]
    return "\n".join(["---", *lines, "---", page.markdown.lstrip("\n")])
