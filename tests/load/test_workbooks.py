"""Tables as workbooks: the same data as CSV, and nothing that is seen but not stored."""

from __future__ import annotations

import csv
import io
import time
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from pmm_site.load import load
from pmm_site.load.codes import CODES
from pmm_site.load.numbers import is_number
from pmm_site.problems import Problem
from tests.load.projects import NOW, VALID, copy_of_valid

VALUES = "data/cycles/c2024/values"
HEADER = ("member", "kpi", "value", "status", "disclosure")
ROW = ("KEN", "electronic-declarations", 80, "reported", "public")


def workbook(
    path: Path, rows: list[tuple[Any, ...]], fill: Callable[[Any, Any], None] = lambda book, sheet: None
) -> None:
    """Write rows into the first sheet, then let `fill` write more; a second sheet holds what must not be read."""
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    for at, row in enumerate(rows):
        sheet.write_row(at, 0, row)
    fill(book, sheet)
    book.add_worksheet().write(0, 0, "not read")
    book.close()


def values_problems(project: Path, fill: Callable[[Any, Any], None]) -> tuple[Problem, ...]:
    """The problems when values of the second cycle come from a workbook changed by `fill`."""
    (project / f"{VALUES}.csv").unlink()
    workbook(project / f"{VALUES}.xlsx", [HEADER, ROW], fill)
    dataset, problems = load(project, now=NOW)
    assert dataset is None
    return problems


def test_csv_and_workbooks_give_equal_data(tmp_path: Path) -> None:
    """Every table as a workbook, numbers as numbers: the same data set, but for trailing zeros of the writing."""
    project = copy_of_valid(tmp_path / "project")
    for table in sorted(project.rglob("*.csv")):
        text = table.read_text(encoding="utf-8").replace("98.10", "98.1").replace("1.90", "1.9")
        table.write_text(text, encoding="utf-8")
    expected, _ = load(project, now=NOW)
    for table in sorted(project.rglob("*.csv")):
        with table.open(encoding="utf-8", newline="") as file:
            rows = [tuple(float(cell) if is_number(cell) else cell for cell in row) for row in csv.reader(file)]
        workbook(table.with_suffix(".xlsx"), rows)
        table.unlink()
    dataset, problems = load(project, now=NOW)
    assert problems == ()
    assert dataset == expected


def with_part(data: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """A workbook with one part changed."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, change(old.read(part)) if part == name else old.read(part))
    return target.getvalue()


@pytest.mark.parametrize(
    ("stored", "written"),
    [
        ("76.400000000000006", "76.4"),
        ("0.30000000000000004", "0.3"),
        ("1E-7", "0.0000001"),
        ("12", "12"),
        ("12.50", "12.5"),
    ],
)
def test_a_number_is_written_as_the_digits_that_a_spreadsheet_shows(stored: str, written: str, tmp_path: Path) -> None:
    """What a workbook stores as a binary fraction is written with the digits that a person typed."""
    project = copy_of_valid(tmp_path / "project")
    (project / f"{VALUES}.csv").unlink()
    path = project / f"{VALUES}.xlsx"
    workbook(path, [HEADER, (*ROW[:2], 80, *ROW[3:])])
    change = lambda part: part.replace(b"<v>80</v>", f"<v>{stored}</v>".encode())  # noqa: E731
    path.write_bytes(with_part(path.read_bytes(), "xl/worksheets/sheet1.xml", change))
    dataset, problems = load(project, now=NOW)
    assert dataset is not None, problems
    assert [each.written for each in dataset.cycles[1].observations if each.written] == [written]


def formatted(number_format: str, value: Any) -> Callable[[Any, Any], None]:
    """Writes the value of the row with a number format."""
    return lambda book, sheet: sheet.write(1, 2, value, book.add_format({"num_format": number_format}))


def cell(row: int, column: int, value: Any) -> Callable[[Any, Any], None]:
    """Writes one more cell."""
    return lambda book, sheet: sheet.write(row, column, value)


CELLS: dict[str, tuple[Callable[[Any, Any], None], str]] = {
    "formula": (lambda book, sheet: sheet.write_formula(1, 2, "=40+40", None, 80), "values-formula"),
    "error": (lambda book, sheet: sheet.write_formula(1, 2, "=1/0", None, "#DIV/0!"), "values-formula"),
    "date": (formatted("dd/mm/yyyy", date(2024, 5, 1)), "values-cell"),
    "percentage": (formatted("0.0%", 0.8), "values-cell"),
    "truth value": (cell(1, 2, True), "values-cell"),
    "huge number": (cell(1, 2, 1e300), "values-cell"),
    "decimal comma as text": (cell(1, 2, "80,5"), "values-number"),
    "control character": (cell(1, 1, "electronic\u202e-declarations"), "values-characters"),
    "a cell beyond the header": (cell(1, 7, "x"), "values-fields"),
    "a far column": (cell(1, 16_383, "x"), "values-rows"),
    "a far row": (cell(1_048_575, 0, "x"), "values-rows"),
}


@pytest.mark.parametrize("name", CELLS)
def test_a_cell_that_is_not_what_it_seems_is_told(name: str, tmp_path: Path) -> None:
    """Formulas, dates, percentages, truth values, far cells: one problem with the row, no number in it."""
    fill, code = CELLS[name]
    problems = values_problems(copy_of_valid(tmp_path / "project"), fill)
    assert [problem.code for problem in problems] == [code]
    assert problems[0].line > 1
    assert problems[0].row.startswith(str(ROW[0])) or name.startswith("a far")
    assert problems[0].file == f"{VALUES}.xlsx"
    assert "80" not in str(problems[0])


LEVELS = [HEADER, *((*ROW[:1], kpi, 80, "reported", "country") for kpi in ("a", "b", "c"))]


def of_levels(project: Path, fill: Callable[[Any, Any], None]) -> list[Problem]:
    """The problems that come from how a workbook of three rows looks, when `fill` has changed it."""
    (project / f"{VALUES}.csv").unlink()
    workbook(project / f"{VALUES}.xlsx", LEVELS, fill)
    dataset, problems = load(project, now=NOW)
    assert dataset is None
    return [each for each in problems if each.code in ("values-merged", "values-hidden")]


UNSEEN: dict[str, tuple[Callable[[Any, Any], None], str, int, str]] = {
    "merged levels": (lambda book, sheet: sheet.merge_range("E2:E4", "country"), "values-merged", 2, "disclosure"),
    "merged row": (lambda book, sheet: sheet.merge_range("A3:B3", "KEN"), "values-merged", 3, ""),
    "merged beyond the end": (lambda book, sheet: sheet.merge_range("E4:E9", "wco"), "values-merged", 4, "disclosure"),
    "hidden row": (lambda book, sheet: sheet.set_row(2, None, None, {"hidden": True}), "values-hidden", 3, ""),
    "row without height": (lambda book, sheet: sheet.set_row(3, 0), "values-hidden", 4, ""),
    "hidden column": (
        lambda book, sheet: sheet.set_column(4, 4, None, None, {"hidden": True}), "values-hidden", 1, "disclosure",
    ),
    "column without width": (lambda book, sheet: sheet.set_column(4, 4, 0), "values-hidden", 1, "disclosure"),
}  # fmt: skip


@pytest.mark.parametrize("name", UNSEEN)
def test_what_is_merged_or_hidden_is_told(name: str, tmp_path: Path) -> None:
    """Merged cells read as blank, and nobody looks at hidden ones: both are refused with place and next step."""
    fill, code, line, place = UNSEEN[name]
    (problem,) = of_levels(copy_of_valid(tmp_path / "project"), fill)
    assert (problem.code, problem.line, problem.place) == (code, line, place)
    assert problem.next_step == CODES[code].next_step
    assert "80" not in str(problem)


def test_what_is_merged_or_hidden_beside_the_table_is_left_alone(tmp_path: Path) -> None:
    """Only the table is read, so only its own cells must be seen."""

    def fill(book: Any, sheet: Any) -> None:
        sheet.merge_range("A9:B9", "")
        sheet.merge_range("H2:H4", "")
        sheet.set_row(8, None, None, {"hidden": True})
        sheet.set_column(9, 12, None, None, {"hidden": True})

    assert of_levels(copy_of_valid(tmp_path / "project"), fill) == []


@pytest.mark.parametrize("hide", ["hide", "very_hidden"])
def test_a_hidden_first_sheet_is_refused(hide: str, tmp_path: Path) -> None:
    """What nobody sees is not read; the message says which sheet is seen first."""

    def fill(book: Any, sheet: Any) -> None:
        getattr(sheet, hide)()
        book.add_worksheet("Answers").activate()

    (problem,) = values_problems(copy_of_valid(tmp_path / "project"), fill)
    assert problem.code == "values-hidden"
    assert "sheet 2, 'Answers'" in problem.rule


@pytest.mark.parametrize("number_format", ['0.0"%"', "0.0\\%"])
def test_a_percent_sign_that_is_only_written_divides_nothing(number_format: str, tmp_path: Path) -> None:
    """A format that writes a percent sign as a text leaves the number as it is, and so it is read."""
    project = copy_of_valid(tmp_path / "project")
    (project / f"{VALUES}.csv").unlink()
    workbook(project / f"{VALUES}.xlsx", [HEADER, ROW], formatted(number_format, 80))
    dataset, problems = load(project, now=NOW)
    assert dataset is not None, problems
    assert [each.written for each in dataset.cycles[1].observations if each.written] == ["80"]


def test_a_fault_in_the_header_is_the_only_one_told(tmp_path: Path) -> None:
    """A header with a date in it is told with its column; the row beneath is not taken for the header."""
    (problem,) = values_problems(copy_of_valid(tmp_path / "project"), formatted_header)
    assert (problem.code, problem.line, problem.place) == ("values-cell", 1, "column 6")


def formatted_header(book: Any, sheet: Any) -> None:
    """Writes a date beside the header."""
    sheet.write(0, 5, date(2024, 5, 1), book.add_format({"num_format": "dd/mm/yyyy"}))


def test_the_message_says_that_the_first_sheet_is_read(tmp_path: Path) -> None:
    """Where the table stands on a later sheet, nobody has to guess why no header is found."""
    project = copy_of_valid(tmp_path / "project")
    (project / f"{VALUES}.csv").unlink()
    workbook(project / f"{VALUES}.xlsx", [("How to fill in this workbook",)])
    _, problems = load(project, now=NOW)
    assert [each.rule for each in problems if each.code == "values-missing-column"] == [
        "the first row of the first sheet is no header: it must name the columns member, kpi, value, status, disclosure"
    ]


def test_a_header_below_blank_rows_keeps_row_numbers(tmp_path: Path) -> None:
    """Rows are counted as the spreadsheet counts them."""
    project = copy_of_valid(tmp_path / "project")
    (project / f"{VALUES}.csv").unlink()
    workbook(project / f"{VALUES}.xlsx", [(), HEADER, (), (*ROW[:4], "pubic")])
    _, problems = load(project, now=NOW)
    assert [(problem.code, problem.line) for problem in problems] == [("values-level", 4)]


def damaged(kind: str) -> bytes:
    """Bytes that are no workbook, or one to harm its reader."""
    source = io.BytesIO()
    book = xlsxwriter.Workbook(source, {"in_memory": True})
    book.add_worksheet().write_row(0, 0, HEADER)
    book.close()
    if kind in ("text", "half"):
        return b"member,kpi\n" if kind == "text" else source.getvalue()[: len(source.getvalue()) // 2]
    data = with_part(source.getvalue(), "xl/worksheets/sheet1.xml", SHEETS[kind])
    target = io.BytesIO(data)
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as archive:
        if kind == "bomb":
            archive.writestr("xl/media/zeros.bin", bytes(130_000_000), compresslevel=1)
        if kind == "parts":
            for number in range(2_000):
                archive.writestr(f"xl/media/{number}.bin", b"")
    return target.getvalue()


ENTITIES = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
SHEETS: dict[str, Callable[[bytes], bytes]] = {
    "entities": lambda data: data.replace(b"<worksheet", ENTITIES + b"<worksheet", 1),
    "utf-16": lambda data: data.decode().replace("UTF-8", "UTF-16").encode("utf-16"),
    "no xml": lambda data: b"<worksheet",
    "bomb": lambda data: data,
    "parts": lambda data: data,
    "far row number": lambda data: data.replace(b'r="1"', b'r="99999999999"', 1),
}


@pytest.mark.parametrize("kind", ["text", "half", *SHEETS])
def test_a_damaged_or_hostile_workbook_is_told_quickly(kind: str, tmp_path: Path) -> None:
    """A zip bomb, entities, a truncated file: one problem, no traceback, little work."""
    project = copy_of_valid(tmp_path / "project")
    (project / f"{VALUES}.csv").unlink()
    (project / f"{VALUES}.xlsx").write_bytes(damaged(kind))
    started = time.process_time()
    dataset, problems = load(project, now=NOW)
    assert time.process_time() - started < 5
    assert dataset is None
    expected = "values-rows" if kind == "far row number" else "values-spreadsheet"
    assert [problem.code for problem in problems] == [expected]


def test_both_kinds_of_one_table_are_told_even_when_equal(tmp_path: Path) -> None:
    """Which of two files counts is never guessed."""
    project = copy_of_valid(tmp_path / "project")
    (project / "data/members.xlsx").write_bytes(b"")
    dataset, problems = load(project, now=NOW)
    assert dataset is None
    assert "members-two-files" in {problem.code for problem in problems}
    assert VALID.is_dir()
