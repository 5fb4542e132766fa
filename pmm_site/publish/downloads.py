"""Downloads made from a site's release package and nothing else: workbooks, a zip, CSV on the Web, SDMX-CSV.

The names of downloads follow a fixed rule, given at `downloads`, so that pages can link to them before they are made.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pmm_site.model import SiteKind
from pmm_site.publish.archives import archive
from pmm_site.publish.facts import SiteFacts, site_facts
from pmm_site.publish.manifest import paths_below
from pmm_site.publish.sdmx import sdmx_aggregates, sdmx_values
from pmm_site.publish.spreadsheets import Sheet, sheet, table_rows, table_sheet, workbook
from pmm_site.publish.words import filled, words
from pmm_site.tables import TABLES

FOLDER = "downloads"
CSVW = "data/csv-metadata.json"
_SHEET_NAMES = {"aggregates": "groups", "answers": "answers", "visibility": "visibility"}
_OF_A_KPI = ("values", "aggregates", "changes", "summary", "distribution", "coverage")


def names_in_package(folder: Path) -> Iterator[str]:
    """The paths of the files of a release package in a folder, without those that were made from it as downloads."""
    return (name for name, _ in paths_below(folder) if f"data/{name}" != CSVW)


def downloads(root: Path) -> dict[str, bytes]:
    """The content of the downloads of a staged web root, by path; its release package is in `root`/data.

    Always: downloads/<site>.xlsx (a sheet per table), downloads/<site>.zip, data/csv-metadata.json.
    Country sites: downloads/<site>-own.xlsx. Public and WCO site: downloads/<site>-kpi-<kpi>.xlsx.
    WCO site: downloads/wco-sdmx-values.csv, downloads/wco-sdmx-aggregates.csv. The same package gives the same bytes.
    """
    source = _Source(root / "data", site_facts(root))
    site = source.facts
    name = f"{FOLDER}/{site.id}"
    files = {
        CSVW: _csv_metadata(source),
        f"{name}.xlsx": source.workbook([*_read_me(source), *(source.sheet(table) for table in source.tables)]),
    }
    if site.kind is SiteKind.COUNTRY:
        files[f"{name}-own.xlsx"] = source.workbook([*_read_me(source), *_own_sheets(source)])
    if site.kind in (SiteKind.PUBLIC, SiteKind.WCO):
        for kpi in site.catalogue["kpis"]:
            files[f"{name}-kpi-{kpi['id']}.xlsx"] = source.workbook(
                [_about_kpi(source, kpi), *_kpi_sheets(source, kpi)]
            )
    if site.kind is SiteKind.WCO:
        files[f"{name}-sdmx-values.csv"] = sdmx_values(source.rows("values"), source.years)
        files[f"{name}-sdmx-aggregates.csv"] = sdmx_aggregates(source.rows("aggregates"), source.years)
    # There are hundreds of union and country sites: their zips are packed three times as fast, a fifth larger.
    files[f"{name}.zip"] = archive(_zipped(source, files[CSVW]), level=6 if site.is_public else 1)
    return files


@dataclass(frozen=True)
class _Source:
    """The tables of a release package on disk, each read once."""

    package: Path
    facts: SiteFacts

    @cached_property
    def descriptor(self) -> Mapping[str, Any]:
        content: Mapping[str, Any] = json.loads((self.package / "datapackage.json").read_text("utf-8"))
        return content

    @cached_property
    def resources(self) -> Mapping[str, Mapping[str, Any]]:
        """The tables' entries in datapackage.json by table."""
        return {each["name"]: each for each in self.descriptor["resources"] if each["name"] in TABLES}

    @property
    def tables(self) -> tuple[str, ...]:
        return tuple(self.resources)

    @cached_property
    def texts(self) -> Mapping[str, str]:
        """Each table as it stands on disk."""
        return {table: (self.package / f"{table}.csv").read_text("utf-8") for table in self.tables}

    @cached_property
    def years(self) -> Mapping[str, str]:
        """Reference year by cycle."""
        return {row["cycle"]: row["reference_year"] for row in self.rows("cycles")}

    def columns(self, table: str) -> tuple[tuple[str, bool], ...]:
        """The columns of a table: name, and whether it holds numbers."""
        return tuple(
            (field["name"], field["type"] in ("integer", "number") or field["name"] == "value")
            for field in self.resources[table]["schema"]["fields"]
        )

    def rows(self, table: str, holding: str = "") -> Iterator[dict[str, str]]:
        """The rows of a table by column; only lines that hold a text are looked at where one is given."""
        head, *lines = self.texts[table].splitlines(keepends=True)
        return csv.DictReader([head, *(line for line in lines if holding in line)] if holding else [head, *lines])

    @cached_property
    def lines_by_kpi(self) -> Mapping[str, Mapping[str, str]]:
        """The tables that speak of KPIs, cut into one CSV text per KPI, each with the header."""
        by_table: dict[str, dict[str, str]] = {}
        for table in _OF_A_KPI:
            head, _, body = self.texts[table].partition("\n")
            at = head.split(",").index("kpi")
            parts: dict[str, list[str]] = {}
            for line in body.splitlines(keepends=True):
                parts.setdefault(line.split(",", at + 1)[at], []).append(line)
            by_table[table] = {kpi: f"{head}\n{''.join(lines)}" for kpi, lines in parts.items()}
        return by_table

    def sheet(self, table: str) -> Sheet:
        return table_sheet(table, self.columns(table), self.texts[table])

    def workbook(self, sheets: Sequence[Sheet]) -> bytes:
        language = self.facts.languages[0]
        return workbook(
            sheets,
            title=self.facts.text(self.facts.title, language),
            creator=self.facts.text(self.facts.organization, language),
        )


# --- what stands first in every workbook and in the zip -------------------------------------------


def about(facts: SiteFacts, language: str) -> Iterator[tuple[str, str]]:
    """What a reader must know of a download, as pairs of a heading and a text."""
    texts = words(language)
    mark = filled(texts[f"mark.{facts.kind.value}"], subject=facts.subject_name(language))
    readers = [texts[f"readers.{each}"] for each in facts.communities if f"readers.{each}" in texts]
    yield facts.text(facts.title, language), mark
    if facts.synthetic:
        yield "", texts["synthetic"]
    yield texts["readme.site"], facts.id + (f" ({facts.base_url})" if facts.base_url else "")
    yield texts["readme.readers"], ", ".join([*readers, *facts.members])
    yield texts["readme.release"], texts["preview"] if facts.is_preview else facts.release
    yield texts["readme.cycles"], ", ".join(facts.cycles)
    yield texts["readme.filtered"], texts[f"filtered.{facts.kind.value}"]
    yield texts["readme.citation"], citation(facts, language)
    yield texts["readme.licence"], facts.text(facts.licence, language)
    yield texts["readme.contact"], facts.contact


def citation(facts: SiteFacts, language: str) -> str:
    """How to cite the site as released."""
    texts = words(language)
    parts = (facts.text(facts.organization, language), facts.text(facts.title, language),
             f"{', '.join(facts.cycles)}, {facts.id}, {facts.release_name(texts)}", facts.base_url or "")  # fmt: skip
    return ". ".join(part for part in parts if part) + "."


def _read_me(source: _Source) -> Iterator[Sheet]:
    for language in source.facts.languages:
        texts = words(language)
        yield sheet(texts["sheet.readme"], (("", False), ("", False)), about(source.facts, language))
    described = [
        (table, field["name"], field["description"])
        for table, entry in source.resources.items()
        for field in entry["schema"]["fields"]
    ]
    texts = words(source.facts.languages[0])
    yield sheet(texts["sheet.columns"], (("table", False), ("column", False), ("description", False)), described)


def _zipped(source: _Source, csv_metadata: bytes) -> dict[str, bytes]:
    """The tables with what explains them; tables per KPI repeat values.csv and stay out."""
    facts = source.facts
    resources = [each for each in source.descriptor["resources"] if each["name"] in source.resources]
    members = {
        f"{facts.id}/README-{language}.txt": "".join(
            f"{heading}: {text}\n\n" if heading else f"{text}\n\n" for heading, text in about(facts, language) if text
        ).encode("utf-8")
        for language in facts.languages
    }
    first = facts.languages[0]
    members[f"{facts.id}/LICENCE.txt"] = (facts.text(facts.licence, first) + "\n").encode("utf-8")
    members[f"{facts.id}/CITATION.txt"] = (citation(facts, first) + "\n").encode("utf-8")
    members[f"{facts.id}/catalogue.json"] = (source.package / "catalogue.json").read_bytes()
    members[f"{facts.id}/csv-metadata.json"] = csv_metadata
    members[f"{facts.id}/datapackage.json"] = _json({**source.descriptor, "resources": resources})
    for table, text in source.texts.items():
        members[f"{facts.id}/{table}.csv"] = text.encode("utf-8")
    return members


def _csv_metadata(source: _Source) -> bytes:
    """CSV on the Web metadata (W3C, tabular-metadata) of the package's tables."""
    facts = source.facts
    language = facts.languages[0]
    datatypes = {"integer": "integer", "number": "decimal", "boolean": "boolean", "string": "string"}
    tables = [
        {
            "url": entry["path"],
            "tableSchema": {
                "columns": [
                    {
                        "name": field["name"],
                        "titles": field["name"],
                        "dc:description": field["description"],
                        "datatype": datatypes[field["type"]],
                        "required": bool(field.get("constraints", {}).get("required", False)),
                    }
                    for field in entry["schema"]["fields"]
                ]
            },
        }
        for entry in source.resources.values()
    ]
    content = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "dc:title": facts.text(facts.title, language),
        "dc:publisher": facts.text(facts.organization, language),
        "dc:rights": facts.text(facts.licence, language),
        "tables": tables,
    }
    return _json({key: value for key, value in content.items() if value})


def _json(content: Mapping[str, Any]) -> bytes:
    return (json.dumps(content, ensure_ascii=False, allow_nan=False) + "\n").encode("utf-8")


# --- one KPI, one Member --------------------------------------------------------------------------


def _about_kpi(source: _Source, kpi: Mapping[str, Any]) -> Sheet:
    facts = source.facts
    rows: list[tuple[str, str]] = []
    for language in facts.languages:
        rows += [(facts.text(kpi["name"], language), kpi["unit"]),
                 *(("", facts.text(kpi.get(part), language)) for part in ("definition", "formula")),
                 *list(about(facts, language))[1:]]  # fmt: skip
    return sheet(words(facts.languages[0])["sheet.readme"], (("", False), ("", False)), rows)


def _kpi_sheets(source: _Source, kpi: Mapping[str, Any]) -> Iterator[Sheet]:
    texts = words(source.facts.languages[0])
    for table in _OF_A_KPI:
        text = source.lines_by_kpi[table].get(kpi["id"], "\n")
        yield table_sheet(texts[f"sheet.{_SHEET_NAMES.get(table, table)}"], source.columns(table), text)


def _own_sheets(source: _Source) -> Iterator[Sheet]:
    """The own Member's values beside the world's means, its answers, and who sees what."""
    facts = source.facts
    texts = words(facts.languages[0])
    kpis = {kpi["id"]: kpi for kpi in facts.catalogue["kpis"]}
    world = {(row["cycle"], row["kpi"]): row for row in source.rows("aggregates", ",all,all,")}
    columns = [*source.columns("values"), (texts["column.kpi_name"], False), (texts["column.unit"], False),
               (texts["column.world_mean"], True), (texts["column.world_rounding"], True),
               (texts["column.world_contributors"], True)]  # fmt: skip
    own = table_rows(source.texts["values"], f",{facts.subject},")
    rows = []
    for cells in own:
        if cells[2] != facts.subject:
            continue  # the code stood in a note
        cycle, kpi = cells[0], kpis[cells[1]]
        beside = world.get((cycle, kpi["id"]), {})
        rows.append((*cells, facts.text(kpi["name"], facts.languages[0]), kpi["unit"],
                     *(beside.get(part, "") for part in ("mean", "rounding", "contributors"))))  # fmt: skip
    yield sheet(texts["sheet.values"], columns, rows)
    for table in ("answers", "visibility"):
        yield table_sheet(texts[f"sheet.{table}"], source.columns(table), source.texts[table])
