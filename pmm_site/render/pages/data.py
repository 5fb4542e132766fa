"""Every download of the site and what each of its columns means."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from markupsafe import Markup, escape

from pmm_site.model import SiteKind
from pmm_site.package.columns import description
from pmm_site.render.edition import Edition
from pmm_site.render.links import Here
from pmm_site.render.markup import Cell, Column, link, table
from pmm_site.render.pages import Crumb, Head, Page, PageKind
from pmm_site.tables import COUNTRY_TABLES, TABLES

DESCRIPTIONS = {
    "datapackage.json": "data.datapackage",
    "catalogue.json": "data.catalogue",
    "site.json": "data.site",
    "csv-metadata.json": "data.csvw",
}


class TableColumns(NamedTuple):
    """A table of the package: its anchor, its file, what it holds and the meaning of its columns."""

    anchor: str
    file: str
    about: str
    columns: Markup


@dataclass(frozen=True, slots=True)
class DataPage:
    """What data.html prints: whole downloads, files and rows, files by KPI, descriptions, columns, status codes."""

    whole: Markup
    tables: Markup
    kpis: Markup
    descriptions: Markup
    columns: tuple[TableColumns, ...]
    codes: Markup
    licence: Markup


def pages(edition: Edition) -> Iterator[Page]:
    """One page; it names every file of the release package."""
    here, words, view = edition.here("data"), edition.words, edition.view
    names = [name for name in TABLES if name not in COUNTRY_TABLES or view.info.kind is SiteKind.COUNTRY]
    context = DataPage(
        whole=_whole(edition, here),
        tables=_files(edition, here, names),
        kpis=_kpi_files(edition, here),
        descriptions=Markup("").join(
            Markup("<li>{}</li>").format(words.pair(link(here.data(file), file), words(key)))
            for file, key in DESCRIPTIONS.items()
        ),
        columns=tuple(_columns(edition, name) for name in names),
        codes=_codes(edition),
        licence=edition.text(view.info.licence),
    )
    every = (*(f"{name}.csv" for name in names), "datapackage.json")
    head = Head(
        words("data.title"), words("data.lead"), "data", (Crumb(here.to("home"), words("nav.home")),), data=every
    )
    yield Page(here, head, context)


def _whole(edition: Edition, here: Here) -> Markup:
    """The downloads that hold many tables at once; their names are a fixed rule (see publish)."""
    words, info = edition.words, edition.view.info
    found = [(f"{info.site}.xlsx", "data.workbook"), (f"{info.site}.zip", "data.archive")]
    if info.kind is SiteKind.COUNTRY:
        found.insert(0, (f"{info.site}-own.xlsx", "data.own-workbook"))
    if info.kind is SiteKind.WCO:
        found += [("wco-sdmx-values.csv", "data.sdmx-values"), ("wco-sdmx-aggregates.csv", "data.sdmx-aggregates")]
    return Markup("").join(
        Markup("<li>{}</li>").format(words.pair(link(here.download(name), name), words(key))) for name, key in found
    )


def _files(edition: Edition, here: Here, names: list[str]) -> Markup:
    words = edition.words
    columns = [Column(words("data.file")), Column(words("data.content")), Column(words("data.rows"), number=True)]
    rows = []
    for name in names:
        count = edition.view.count(name)
        rows.append(
            (
                Cell(link(here.data(f"{name}.csv"), f"{name}.csv"), name),
                link(f"#columns-{name}", words(f"data.tables-about.{name}")),
                Cell(edition.formats.number(count), str(count)),
            )
        )
    return table(words("data.tables-caption"), columns, rows, caption_hidden=True)


def _kpi_files(edition: Edition, here: Here) -> Markup:
    items = (
        Markup("<li>{}</li>").format(link(here.data(f"kpi/{kpi.id}.csv"), edition.text(kpi.name)))
        for kpi in edition.view.catalogue.kpis
    )
    return Markup("").join(items)


def _columns(edition: Edition, name: str) -> TableColumns:
    words, file = edition.words, f"{name}.csv"
    columns = [Column(words("data.column")), Column(words("data.type")), Column(words("data.meaning"))]
    rows = [
        (
            Markup("<code>{}</code>").format(column.name),
            words(f"data.types.{column.schema_type}"),
            Markup(_with_code(description(name, column, edition.language))),
        )
        for column in edition.view.columns(name)
    ]
    caption = words("data.columns-caption", file=file)
    found = table(caption, columns, rows, sortable=False, caption_hidden=True)
    return TableColumns(f"columns-{name}", file, words(f"data.tables-about.{name}"), found)


def _with_code(text: str) -> str:
    """A description with what stands between backticks as code."""
    parts = str(escape(text)).split("`")
    return "".join(f"<code>{part}</code>" if at % 2 else part for at, part in enumerate(parts))


def _codes(edition: Edition) -> Markup:
    words, public = edition.words, edition.view.info.kind is SiteKind.PUBLIC
    codes = [("A / F", "AF"), ("O / F", "OF-public"), ("Q / C", "QC")] if public else [
        ("A / F", "AF"), ("M / F", "MF"), ("O / F", "OF"), ("Q / N", "QN"), ("Q / C", "QC")]  # fmt: skip
    columns = [Column(words("data.code")), Column(words("data.meaning"))]
    rows = [(Markup("<code>{}</code>").format(code), words(f"data.code-{key}")) for code, key in codes]
    return table(words("data.codes-caption"), columns, rows, sortable=False, caption_hidden=True)


KIND = PageKind("data", DataPage, pages)
