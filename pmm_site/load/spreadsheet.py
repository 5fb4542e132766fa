"""The first sheet of an XLSX workbook as rows of text.

A workbook comes from outside and is opened only when its parts are few, small when unpacked, and plain XML
without a document type (so no entities). Formulas are refused, because the result stored beside one may be out
of date; so are dates, truth values, errors and numbers shown as percentages: there, what is seen is not what is stored.
"""

from __future__ import annotations

import io
import warnings
import zipfile
import zlib
from collections.abc import Iterable
from typing import Any

from pmm_site.load import numbers
from pmm_site.load.files import FORBIDDEN, ProjectFolder
from pmm_site.load.log import FileLog, shown_word
from pmm_site.load.tables import LONGEST_CELL, MOST_COLUMNS, MOST_ROWS, Columns, Line

FILE_BYTES = 32_000_000
MOST_PARTS = 1_000
UNPACKED_BYTES = 128_000_000

_KINDS = {
    "f": ("formula", "the cell holds a formula"),
    "d": ("cell", "the cell holds a date, which is stored as a number"),
    "b": ("cell", "the cell holds a truth value"),
    "e": ("cell", "the cell holds an error of the spreadsheet"),
}
_PLAIN = frozenset({"n", "s", "str", "inlineStr"})


def read_sheet(folder: ProjectFolder, path: str, log: FileLog, columns: Columns) -> tuple[list[Line], bool] | None:
    """Rows that are not blank, and whether all could be read; None, and a problem, when the workbook is unusable."""
    data = folder.read_bytes(path, log, FILE_BYTES)
    if data is None:
        return None
    fault = _archive_fault(data)
    if fault:
        log.error("spreadsheet", fault)
        return None
    import openpyxl  # 0.2 s, and most tables are CSV

    # Whatever a damaged or hostile workbook does to the library is a problem of the input, never a traceback.
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            workbook = openpyxl.load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
            if not workbook.worksheets:
                log.error("spreadsheet", "the workbook has no sheet")
                return None
            sheet = workbook.worksheets[0]
            sheet.reset_dimensions()  # the size that a sheet claims to have is not to be believed
            return _rows(sheet.iter_rows(), log, columns)
    except Exception as error:
        log.error("spreadsheet", f"the workbook cannot be read ({type(error).__name__})")
        return None


def _archive_fault(data: bytes) -> str:
    """Why the archive is not opened; empty when it is harmless."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS:
                return f"the workbook has {len(parts)} parts, at most {MOST_PARTS} are read"
            unpacked = sum(part.file_size for part in parts)
            if unpacked > UNPACKED_BYTES:
                return f"the workbook unpacks to {unpacked} bytes, at most {UNPACKED_BYTES} are read"
            return next((fault for part in parts if (fault := _part_fault(archive, part))), "")
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError):
        return "this is not an .xlsx workbook, or it is damaged or encrypted"


def _part_fault(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> str:
    if not part.filename.casefold().endswith((".xml", ".rels", ".vml")):
        return ""
    text = archive.read(part)
    if b"\x00" in text or text.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "a part of the workbook is not UTF-8"
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        return "a part of the workbook declares a document type or entities"
    return ""


def _rows(rows: Iterable[Any], log: FileLog, columns: Columns) -> tuple[list[Line], bool]:
    lines: list[Line] = []
    complete = True
    header: list[str] = []
    for number, cells in enumerate(rows, start=1):
        if number > MOST_ROWS + 1:
            log.error("rows", f"the table has more than {MOST_ROWS} rows", line=number)
            return lines, False
        if len(cells) > MOST_COLUMNS:
            log.error("rows", f"the table has more than {MOST_COLUMNS} columns", line=number)
            return lines, False
        faults = {at: fault for at, cell in enumerate(cells) if (fault := _cell_fault(cell))}
        row = ["" if at in faults else _text(cell.value) for at, cell in enumerate(cells)]
        for at, (rule, message) in faults.items():
            place = shown_word(header[at]).strip("'") if at < len(header) else ""
            log.error(rule, message, line=number, place=place, row=columns.key(header, row))
        while row and row[-1] == "":
            row.pop()
        if faults:
            complete = False
        elif row:
            header = header or row
            lines.append((number, row + [""] * (len(header) - len(row))))
    return lines, complete


def _text(value: Any) -> str:
    """What a cell without fault holds, as text."""
    if value is None:
        return ""
    return numbers.written(value) if isinstance(value, (int, float)) else str(value).strip()


def _cell_fault(cell: Any) -> tuple[str, str] | None:
    """Which rule the cell breaks, and how it is told."""
    if cell.value is None:
        return None
    if cell.data_type in _KINDS:
        return _KINDS[cell.data_type]
    if cell.data_type not in _PLAIN or isinstance(cell.value, bool):
        return "cell", "the cell holds neither text nor a plain number"
    if isinstance(cell.value, (int, float)):
        if "%" in (cell.number_format or ""):
            return "cell", "the number is shown as a percentage, so it is stored divided by 100"
        return None if abs(cell.value) < 1e15 else ("cell", "the number is too large")
    text = str(cell.value)
    if len(text) > LONGEST_CELL:
        return "cell", f"the cell has more than {LONGEST_CELL} characters"
    found = FORBIDDEN.search(text)
    return ("characters", f"the cell holds the character U+{ord(found.group()):04X}") if found else None
