"""Workbooks in the Office Open XML format (ECMA-376), written straight from the lines of CSV tables.

A site's workbook repeats what stands on hundreds of other sites, so the XML of a row is made once per process
and kept by the line it was made from. Cells are inline texts and plain numbers, never formulas.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr

from pmm_site.publish.archives import archive
from pmm_site.recent import Recent

ROWS_KEPT = 60_000
"""Rows kept at least: more than any table of one site has."""
_NUMBER = re.compile(r"-?(?:\d+(?:\.\d+)?|\.\d+)")
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SHEET_UNFIT = re.compile(r"[\[\]:*?/\\']")
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"


class Sheet(NamedTuple):
    """A sheet: its name, column heads with whether a column holds numbers, and its rows as XML."""

    name: str
    columns: tuple[tuple[str, bool], ...]
    body: str


_kept: Recent[tuple[tuple[bool, ...], str], str] = Recent(ROWS_KEPT)


def table_sheet(name: str, columns: Sequence[tuple[str, bool]], text: str) -> Sheet:
    """The sheet of a CSV table; `text` is the file with its header, `columns` its columns in order."""
    numeric = tuple(is_number for _, is_number in columns)
    rows: list[str] = []
    for line in _records(text):
        written = _kept.get((numeric, line))
        if written is None:
            cells = next(csv.reader([line])) if '"' in line else line.split(",")
            written = _kept[numeric, line] = row(cells, numeric)
        rows.append(written)
    return Sheet(name, tuple(columns), "".join(rows))


def sheet(name: str, columns: Sequence[tuple[str, bool]], rows: Iterable[Sequence[str]]) -> Sheet:
    """A sheet of rows of texts."""
    numeric = tuple(is_number for _, is_number in columns)
    return Sheet(name, tuple(columns), "".join(row(cells, numeric) for cells in rows))


def table_rows(text: str, holding: str) -> Iterator[list[str]]:
    """The rows of a CSV table whose line holds a text, as cells."""
    return csv.reader(line for line in _records(text) if holding in line)


def _records(text: str) -> Iterator[str]:
    """The records of a CSV text without its header; a record goes on while a quotation mark is open."""
    lines = iter(text.split("\n"))
    next(lines, None)
    if '"' not in text:
        yield from filter(None, lines)
        return
    for line in lines:
        while line.count('"') % 2:
            line += "\n" + next(lines)
        if line:
            yield line


def row(cells: Sequence[str], numeric: Sequence[bool], style: str = "") -> str:
    """A row as XML: numbers where the column holds numbers and the cell is one, else texts."""
    made = []
    for cell, is_number in zip(cells, numeric, strict=True):
        if not cell:
            made.append("<c/>")
        elif is_number and _NUMBER.fullmatch(cell):
            made.append(f"<c{style}><v>{cell}</v></c>")
        else:
            text = escape(_UNFIT.sub("\ufffd", cell))
            kept = ' xml:space="preserve"' if text != text.strip() else ""
            made.append(f'<c{style} t="inlineStr"><is><t{kept}>{text}</t></is></c>')
    return f"<row>{''.join(made)}</row>"


def workbook(sheets: Sequence[Sheet], *, title: str, creator: str) -> bytes:
    """The workbook of these sheets; the same sheets give the same bytes."""
    names = _names(sheets)
    members = {
        f"xl/worksheets/sheet{number}.xml": _sheet_xml(each).encode("utf-8") for number, each in enumerate(sheets, 1)
    }
    listed = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{number}" r:id="rId{number}"/>' for number, name in enumerate(names, 1)
    )
    relations = "".join(
        f'<Relationship Id="rId{number}" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        for number in range(1, len(sheets) + 1)
    )
    styles = f'<Relationship Id="rId{len(sheets) + 1}" Type="{_RELATIONS}/styles" Target="styles.xml"/>'
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        for number in range(1, len(sheets) + 1)
    )
    texts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">{_DEFAULTS}{overrides}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{_ROOT_RELATIONS}</Relationships>',
        "docProps/core.xml": _core(title, creator),
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{relations}{styles}'
        "</Relationships>",
        "xl/styles.xml": _STYLES,
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>{listed}</sheets></workbook>',
    }
    return archive({**members, **{path: (_HEAD + text).encode("utf-8") for path, text in texts.items()}}, level=1)


def _names(sheets: Sequence[Sheet]) -> list[str]:
    """Names that spreadsheet programs take: at most 31 characters, none twice."""
    names: list[str] = []
    for number, each in enumerate(sheets, 1):
        name = _SHEET_UNFIT.sub(" ", _UNFIT.sub("", each.name))[:31].strip() or f"Sheet {number}"
        names.append(name if name.casefold() not in {one.casefold() for one in names} else f"{name[:27]} {number}")
    return names


def _sheet_xml(sheet: Sheet) -> str:
    widths = "".join(
        f'<col min="{at}" max="{at}" width="{min(max(len(name) + 3, 12), 60)}" customWidth="1"/>'
        for at, (name, _) in enumerate(sheet.columns, 1)
    )
    head = row([name for name, _ in sheet.columns], [False] * len(sheet.columns), ' s="1"')
    frozen = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    return (
        f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">{frozen}</sheetView></sheetViews>'
        f"<cols>{widths}</cols><sheetData>{head}{sheet.body}</sheetData></worksheet>"
    )


def _core(title: str, creator: str) -> str:
    """The document's properties: no time, for the same content gives the same file."""
    return (
        f'<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{escape(_UNFIT.sub('', title))}</dc:title>"
        f"<dc:creator>{escape(_UNFIT.sub('', creator))}</dc:creator></cp:coreProperties>"
    )


_DEFAULTS = (
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>'
    '<Override PartName="/docProps/core.xml" '
    'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>'
)
_ROOT_RELATIONS = (
    f'<Relationship Id="rId1" Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/>'
    f'<Relationship Id="rId2" Type="{_PACKAGE}/relationships/metadata/core-properties" Target="docProps/core.xml"/>'
)
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="10"/><name val="Noto Sans"/></font>'
    '<font><b/><sz val="10"/><name val="Noto Sans"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
