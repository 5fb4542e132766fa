"""How the tables of a release package are written as CSV and read again.

The columns of a table are the fields of its row type (`pmm_site.tables`), with three exceptions: `name` becomes one
column per language (`name_en`), `groups` becomes one column per grouping, and a column that a kind of site does not
have (`disclosure`, `note`, `peer_review`) is left out there. What each column means stands in columns.csv.
"""

from __future__ import annotations

import csv
import enum
import functools
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from importlib import resources
from typing import Any, NamedTuple

from pmm_site.model import SiteKind
from pmm_site.recent import Recent
from pmm_site.tables import TABLES

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet may take for the beginning of a formula (OWASP, "CSV Injection")."""


class Column(NamedTuple):
    """A column of a table on disk, with where its cell comes from in the row.

    field: the field of the row. key: the language or grouping, for a field that becomes several columns; else None.
    kind: the type of the cell. optional: whether it may be blank.
    """

    name: str
    field: str
    key: str | None
    kind: type
    optional: bool

    @property
    def schema_type(self) -> str:
        """The Frictionless Table Schema type."""
        return {int: "integer", bool: "boolean", Decimal: "number"}.get(self.kind, "string")


def neutralised(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would take it for a formula; else as it is."""
    return "'" + text if text.startswith(FORMULA_STARTS) else text


def _original(text: str) -> str:
    """The text that was `neutralised`."""
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA_STARTS) else text


def _plain_type(annotation: Any) -> tuple[type, bool]:
    """The type of a field and whether it may be None."""
    if typing.get_origin(annotation) in (types.UnionType, typing.Union):
        parts = [part for part in typing.get_args(annotation) if part is not type(None)]
        return parts[0], True
    return annotation, False


@functools.cache
def _fields(table: str) -> tuple[tuple[str, type, bool], ...]:
    hints = typing.get_type_hints(TABLES[table])
    row_type: Any = TABLES[table]
    return tuple((name, *_plain_type(hints[name])) for name in row_type._fields)


def _absent(table: str, name: str, kind: SiteKind, with_peer_review: bool) -> bool:
    """Whether this kind of site has no such column."""
    if table == "values" and name == "disclosure":
        return kind is SiteKind.PUBLIC
    if table == "values" and name == "note":
        return kind is not SiteKind.COUNTRY
    return table == "members" and name == "peer_review" and not with_peer_review


@functools.cache
def columns(
    table: str, kind: SiteKind, languages: tuple[str, ...], groupings: tuple[str, ...], with_peer_review: bool = False
) -> tuple[Column, ...]:
    """The columns of a table on a kind of site, in order."""
    layout: list[Column] = []
    for name, plain, optional in _fields(table):
        if _absent(table, name, kind, with_peer_review):
            continue
        if name == "name":
            layout += [Column(f"name_{language}", name, language, str, True) for language in languages]
        elif name == "groups":
            layout += [Column(grouping, name, grouping, str, True) for grouping in groupings]
        else:
            layout.append(Column(name, name, None, plain, optional))
    return tuple(layout)


@functools.lru_cache(maxsize=1 << 16)
def _quoted(text: str) -> str:
    """A text as a CSV cell: neutralised, in quotation marks where it needs them."""
    safe = neutralised(text)
    if any(mark in safe for mark in (",", '"', "\n", "\r")):
        return '"' + safe.replace('"', '""') + '"'
    return safe


def _cell_writer(table: str, column: Column) -> Callable[[Any], str]:
    """A function from a row to the cell of a column; rows are tuples, so it takes them by position."""
    at = [name for name, _, _ in _fields(table)].index(column.field)
    key, kind = column.key, column.kind
    if key is not None:
        return lambda row: _quoted(row[at].get(key, ""))
    if kind is Decimal:
        return lambda row: "" if row[at] is None else format(row[at], "f")
    if kind is bool:
        return lambda row: "true" if row[at] else "false"
    if issubclass(kind, enum.Enum):
        return lambda row: str(row[at]._value_)
    if kind is int or column.field == "value":
        return lambda row: "" if row[at] is None else str(row[at])
    return lambda row: "" if row[at] is None else _quoted(row[at])


class Lines:
    """Writes a table of one layout. The line of a row object is kept by identity: many sites have the same rows."""

    KEPT = 1_000
    """Lines kept; more where a site has more."""

    def __init__(self, table: str, layout: tuple[Column, ...]) -> None:
        self._writers = tuple(_cell_writer(table, column) for column in layout)
        self._kept: Recent[int, tuple[Any, str]] = Recent(self.KEPT)
        self.header = ",".join(_quoted(column.name) for column in layout) + "\n"

    def text(self, rows: Sequence[Any]) -> str:
        """A table of these rows, with its header."""
        self._kept.limit = max(self._kept.limit, len(rows))
        return self.header + "".join(map(self.line, rows))

    def line(self, row: Any) -> str:
        """The line of a row, with its end."""
        kept = self._kept.get(id(row))
        if kept is not None and kept[0] is row:
            return kept[1]
        text = ",".join([write(row) for write in self._writers]) + "\n"
        self._kept[id(row)] = (row, text)
        return text


@functools.cache
def lines(table: str, layout: tuple[Column, ...]) -> Lines:
    """The writer of a table with these columns: one for all sites that have them."""
    return Lines(table, layout)


def forget() -> None:
    """Release the lines that are kept for further packages."""
    lines.cache_clear()


def _decoder(column: Column) -> Callable[[str], Any]:
    plain = column.kind
    if plain is bool:
        return lambda text: {"true": True, "false": False}[text]
    if plain is int or plain is Decimal or (isinstance(plain, type) and issubclass(plain, enum.Enum)):
        return lambda text: None if text == "" and column.optional else plain(text)
    if column.field == "value":
        return str
    return lambda text: None if text == "" and column.optional else _original(text)


def decoder(table: str, layout: tuple[Column, ...]) -> Callable[[list[str]], Any]:
    """A function from the cells of a line to a row; it raises ValueError, KeyError or ArithmeticError on a bad cell."""
    row_type: Any = TABLES[table]
    simple = [(at, column.field, _decoder(column)) for at, column in enumerate(layout) if column.key is None]
    keyed = [(at, column.field, column.key) for at, column in enumerate(layout) if column.key is not None]
    maps = {name for _, name, _ in keyed} | ({"name", "groups"} & set(row_type._fields))
    blank = {name: None for name, _, optional in _fields(table) if optional}

    def decode(cells: list[str]) -> Any:
        if len(cells) != len(layout):
            raise ValueError(f"{len(layout)} cells expected")
        fields: dict[str, Any] = {**blank, **{name: {} for name in maps}}
        for at, name, convert in simple:
            fields[name] = convert(cells[at])
        for at, name, key in keyed:
            if cells[at]:
                fields[name][key] = _original(cells[at])
        return row_type(**fields)

    return decode


@functools.cache
def descriptions() -> Mapping[tuple[str, str], Mapping[str, str]]:
    """What each column means, by (table, column) and language; `*` stands for every table."""
    text = resources.files("pmm_site.package").joinpath("columns.csv").read_text("utf-8")
    texts: dict[tuple[str, str], dict[str, str]] = {}
    for row in csv.DictReader(text.splitlines()):
        languages = {name.removeprefix("description_"): row[name] for name in row if name.startswith("description_")}
        texts[row["table"], row["column"]] = languages
    return texts


def description(table: str, column: Column, language: str = "en") -> str:
    """What a column means, in a language (English where it is not translated)."""
    texts_of = descriptions()
    field = column.field if column.key is not None else column.name
    text_by_language = texts_of.get((table, field)) or texts_of.get(("*", field)) or {}
    return text_by_language.get(language) or text_by_language.get("en", "")
