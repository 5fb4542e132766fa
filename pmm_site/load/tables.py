"""Tables as CSV (RFC 4180, with a header row) or as the first sheet of a workbook, under one stem.

Cells are text without surrounding blanks. Blank lines, and rows of blank cells only, are passed over. A row
that cannot be used is reported, left out, and makes the table incomplete.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter

from pmm_site.load import files
from pmm_site.load.files import ProjectFolder
from pmm_site.load.log import FileLog, Log, misspelt, row_key, shown_word

MOST_ROWS = 200_000
MOST_COLUMNS = 500
LONGEST_CELL = 32_767

Line = tuple[int, list[str]]
"""The 1-based line (of a workbook: row) and the cells."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table with the columns of its header. `complete` is False when a row or column had to be left out."""

    log: FileLog
    columns: tuple[str, ...]
    rows: tuple[Line, ...]
    complete: bool

    def select(self, *columns: str) -> Iterator[tuple[int, tuple[str, ...]]]:
        """Line and cells of every row in the order asked for; a column that the table has not is blank."""
        positions = [self.columns.index(each) if each in self.columns else len(self.columns) for each in columns]
        if len(positions) == 1:
            for line, cells in self.rows:
                yield line, ((*cells, "")[positions[0]],)
            return
        choose = itemgetter(*positions)
        for line, cells in self.rows:
            yield line, choose((*cells, ""))


@dataclass(frozen=True, slots=True)
class Columns:
    """What a header may hold; `others` admits more columns, which are then left to the caller.

    The first `keys` of the required columns are the key of a row.
    """

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    others: bool = False
    keys: int = 1

    @property
    def known(self) -> tuple[str, ...]:
        """The names of all columns."""
        return (*self.required, *self.optional)

    def admit(self, name: str) -> bool:
        """Whether the column may stand there."""
        return name in self.known or name.startswith(self.prefixes) or self.others

    def key(self, header: Sequence[str], cells: Sequence[str]) -> str:
        """The key of a row for messages, also of one too short or too long; empty where none of it can be printed."""
        named = dict(zip(header, cells, strict=False))
        parts = [named.get(name, "") for name in self.required[: self.keys]]
        return row_key(*parts) if any(map(shown_word, parts)) else ""


def table_path(folder: ProjectFolder, stem: str) -> str:
    """The path of the table, `.csv` where there is none or both."""
    return f"{stem}.xlsx" if folder.has(f"{stem}.xlsx") and not folder.has(f"{stem}.csv") else f"{stem}.csv"


def read_table(folder: ProjectFolder, stem: str, kind: str, columns: Columns, log: Log) -> Table | None:
    """The table under the stem, None when it is missing (not reported) or cannot be used (reported)."""
    path = table_path(folder, stem)
    file_log = FileLog(log, kind, path)
    if not folder.has(path):
        return None
    if path.endswith(".csv") and folder.has(f"{stem}.xlsx"):
        file_log.error("two-files", f"the table stands here and in {stem}.xlsx")
        return None
    if path.endswith(".xlsx"):
        from pmm_site.load.spreadsheet import read_sheet  # openpyxl is heavy and rarely needed

        lines = read_sheet(folder, path, file_log, columns)
    else:
        lines = _read_csv(folder, path, file_log)
    return None if lines is None else _table(lines[0], complete=lines[1], columns=columns, log=file_log)


def _read_csv(folder: ProjectFolder, path: str, log: FileLog) -> tuple[list[Line], bool] | None:
    """All rows that are not blank, and whether the file was read to its end."""
    text = folder.read_text(path, log, files.TABLE_BYTES)
    if text is None:
        return None
    lines: list[Line] = []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    first = 1
    try:
        for cells in reader:
            if any(cells):
                lines.append((first, cells))
            first = reader.line_num + 1
            if len(lines) > MOST_ROWS + 1:
                log.error("rows", f"the table has more than {MOST_ROWS} rows", line=first)
                return lines[: MOST_ROWS + 1], False
    except csv.Error as error:
        log.error("syntax", _csv_fault(str(error)), line=first)
        return lines, False
    return lines, True


def _csv_fault(message: str) -> str:
    if "field larger" in message:
        return f"a cell has more than {LONGEST_CELL} characters"
    if "unexpected end" in message:
        return "the quotation mark that opens a cell of this row is never closed"
    return "a closing quotation mark is followed by something other than a comma"


def _table(lines: list[Line], *, complete: bool, columns: Columns, log: FileLog) -> Table | None:
    """Checks header and widths."""
    if not lines:
        if complete:  # else what went wrong was reported
            log.error("empty", "the table has no header row")
        return None
    header_line, header = lines[0]
    names = tuple(name.strip() for name in header)
    if not _header_is_right(names, header_line, columns, log):
        return None
    rows: list[Line] = []
    for line, cells in lines[1:]:
        cells = [cell.strip() for cell in cells]
        if not any(cells):
            continue
        if len(cells) != len(names):
            message = f"this row has {len(cells)} fields, the header has {len(names)}"
            log.error("fields", message, line=line, row=columns.key(names, cells))
            complete = False
        elif max(map(len, cells)) > LONGEST_CELL:
            message = f"a cell has more than {LONGEST_CELL} characters"
            log.error("cell", message, line=line, row=columns.key(names, cells))
            complete = False
        else:
            rows.append((line, cells))
    return Table(log, names, tuple(rows), complete and all(map(columns.admit, names)))


def _header_is_right(names: tuple[str, ...], line: int, columns: Columns, log: FileLog) -> bool:
    """Report what is wrong with the header; False when the table cannot be used."""
    if len(names) > MOST_COLUMNS:
        log.error("rows", f"the table has more than {MOST_COLUMNS} columns", line=line)
        return False
    missing = [name for name in columns.required if name not in names]
    if len(missing) == len(columns.required):
        _report_no_header(names, line, columns, log)
        return False
    unknown = [name for name in names if name and not columns.admit(name)]
    _report_columns(names, line, columns, log)
    for name in sorted({*missing} - misspelt(unknown, columns.known)):
        log.error("missing-column", f"the column '{name}' is missing", line=line, place=name)
    return not missing and len(set(names)) == len(names)


def _report_no_header(names: tuple[str, ...], line: int, columns: Columns, log: FileLog) -> None:
    """Report what stands where the header should be."""
    if names[0].casefold().startswith("sep="):  # how a spreadsheet is told what separates the cells
        message, advice = "the first row is no header, but a line for spreadsheets", "delete this line"
    elif len(names) == 1 and any(mark in names[0] for mark in ";\t"):
        message, advice = "the cells are not separated by commas", "save it as CSV with commas between the cells"
    else:
        first = "row of the first sheet" if log.path.endswith(".xlsx") else "row"
        message = f"the first {first} is no header: it must name the columns {', '.join(columns.required)}"
        advice = "add a header row"
    log.error("missing-column", message, line=line, next_step=advice)


def _report_columns(names: Iterable[str], line: int, columns: Columns, log: FileLog) -> None:
    """Report columns that are unknown, nameless or there twice."""
    seen: set[str] = set()
    for at, name in enumerate(names, start=1):
        if name and name in seen:
            log.error(
                "duplicate-column",
                f"the column {shown_word(name)} stands twice",
                line=line,
                place=shown_word(name).strip("'"),
            )
        elif not name:
            log.error("unknown-column", f"column {at} has no name", line=line)
        elif not columns.admit(name):
            quoted = shown_word(name)
            message = f"unknown column {quoted}" if quoted else f"the name of column {at} is unknown"
            place = shown_word(name).strip("'")
            log.error("unknown-column", message, line=line, place=place, word=name, meant=columns.known)
        seen.add(name)
