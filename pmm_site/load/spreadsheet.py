"""The first sheet of an XLSX workbook as rows of text.

A workbook comes from outside and is opened only when its parts are few, small when unpacked, and plain XML
without a document type (so no entities). Formulas are refused, because the result stored beside one may be out
of date; so are dates, truth values, errors, numbers shown as percentages, merged cells and whatever is hidden: there,
what is seen is not what is stored.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import IO, Any
from xml.parsers import expat

from pmm_site.load import numbers
from pmm_site.load.files import FORBIDDEN, ProjectFolder
from pmm_site.load.log import FileLog, shown_word
from pmm_site.load.tables import LONGEST_CELL, MOST_COLUMNS, MOST_ROWS, Columns, Line
from pmm_site.problems import counted

FILE_BYTES = 32_000_000
MOST_PARTS = 1_000
UNPACKED_BYTES = 128_000_000

_KINDS = {
    "f": ("formula", "the cell holds a formula"),
    "d": ("cell", "the cell holds a date, which is stored as a number"),
    "b": ("cell", "the cell holds a truth value"),
    "e": ("cell", "the cell holds an error of the spreadsheet"),
}
_QUOTED = re.compile(r'"[^"]*"|\\.')
"""What a number format only writes beside the number: a percent sign there divides nothing."""

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
            if not _first_is_seen(workbook.worksheets, log):
                return None
            sheet = workbook.worksheets[0]
            sheet.reset_dimensions()  # the size that a sheet claims to have is not to be believed
            lines, complete = _rows(sheet.iter_rows(), log, columns)
            with sheet._get_source() as part:  # the library gives cells only, unless it keeps them all in memory
                looks = _looks_of(part)
            return lines, _is_as_seen(lines, looks, log) and complete
    except Exception as error:
        log.error("spreadsheet", f"the workbook cannot be read ({type(error).__name__})")
        return None


def _first_is_seen(sheets: Sequence[Any], log: FileLog) -> bool:
    """Whether the sheet that is read is the first that a person sees; reported when not."""
    if not sheets:
        log.error("spreadsheet", "the workbook has no sheet")
        return False
    if sheets[0].sheet_state == "visible":
        return True
    seen = next((at for at, sheet in enumerate(sheets, start=1) if sheet.sheet_state == "visible"), None)
    called = shown_word(sheets[seen - 1].title) if seen is not None else ""
    message = "the first sheet, which is the one that is read, is hidden"
    if seen is not None:
        message += f"; the first that is seen is sheet {seen}" + (f", {called}" if called else "")
    log.error("hidden", message, next_step="delete the hidden sheets, or show the first and look at it")
    return False


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
            place = shown_word(header[at]).strip("'") if at < len(header) else f"column {at + 1}"
            log.error(rule, message, line=number, place=place, row=columns.key(header, row))
        if faults and not header:  # what follows would be taken for the header
            return [], False
        while row and row[-1] == "":
            row.pop()
        if faults:
            complete = False
        elif row:
            header = header or row
            lines.append((number, row + [""] * (len(header) - len(row))))
    return lines, complete


# --- what is seen -------------------------------------------------------------------------------


@dataclass(slots=True)
class _Looks:
    """What makes a sheet look other than its cells are: merged ranges, and the numbers of hidden rows and columns."""

    merged: list[str] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    columns: list[range] = field(default_factory=list)
    row: int = 0

    def note(self, name: str, attributes: dict[str, str]) -> None:
        """Note an element of the sheet's XML."""
        element = name.rpartition(" ")[2]
        if element == "row":
            self.row = int(attributes.get("r", self.row + 1))
            if _is_hidden(attributes, "ht"):
                self.rows.append(self.row)
        elif element == "col" and _is_hidden(attributes, "width"):
            self.columns.append(range(int(attributes["min"]), int(attributes["max"]) + 1))
        elif element == "mergeCell":
            self.merged.append(attributes["ref"])


def _is_hidden(attributes: dict[str, str], size: str) -> bool:
    return attributes.get("hidden") in ("1", "true") or float(attributes.get(size, 1)) == 0


def _looks_of(part: IO[bytes]) -> _Looks:
    looks = _Looks()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = looks.note
    parser.ParseFile(part)
    return looks


def _is_as_seen(lines: list[Line], looks: _Looks, log: FileLog) -> bool:
    """Whether all of the table is seen, and each cell by itself; reported when not."""
    if not lines:
        return True
    from openpyxl.utils import range_boundaries

    header, last, as_seen = lines[0][1], lines[-1][0], True
    for merged in looks.merged:
        left, top, right, bottom = range_boundaries(merged)
        if left <= len(header) and bottom >= lines[0][0] and top <= last and (left, top) != (right, bottom):
            place = shown_word(header[left - 1]).strip("'") if left == right else ""
            log.error("merged", f"the cells {merged} are merged, so only the first of them holds anything",
                      line=top, place=place)  # fmt: skip
            as_seen = False
    numbers_of_lines = {number for number, _ in lines}
    rows = [row for row in looks.rows if row in numbers_of_lines]
    if rows:
        log.error("hidden", f"{counted(len(rows), 'row')} of the table cannot be seen, the first here", line=rows[0])
    columns = [at for at in range(1, len(header) + 1) if any(at in hidden for hidden in looks.columns)]
    for at in columns:
        place = shown_word(header[at - 1]).strip("'")
        log.error("hidden", f"column {at} of the table cannot be seen", line=lines[0][0], place=place)
    return as_seen and not rows and not columns


# --- cells --------------------------------------------------------------------------------------


def _text(value: Any) -> str:
    """What a cell without fault holds, as text."""
    if value is None:
        return ""
    return numbers.written(value) if isinstance(value, (int, float)) else str(value).strip()


def _cell_fault(cell: Any) -> tuple[str, str] | None:
    """Which rule the cell breaks, and the message."""
    if cell.value is None:
        return None
    if cell.data_type in _KINDS:
        return _KINDS[cell.data_type]
    if cell.data_type not in _PLAIN or isinstance(cell.value, bool):
        return "cell", "the cell holds neither text nor a plain number"
    if isinstance(cell.value, (int, float)):
        if "%" in _QUOTED.sub("", cell.number_format or ""):
            return "cell", "the number is shown as a percentage, so it is stored divided by 100"
        return None if abs(cell.value) < 1e15 else ("cell", "the number is too large")
    text = str(cell.value)
    if len(text) > LONGEST_CELL:
        return "cell", f"the cell has more than {LONGEST_CELL} characters"
    found = FORBIDDEN.search(text)
    return ("characters", f"the cell holds the character U+{ord(found.group()):04X}") if found else None
