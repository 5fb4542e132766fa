"""A confidential value is never printed, whatever is wrong with it and whichever column it stands in."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from pmm_site.load import load
from tests.load.projects import NOW, copy_of_valid

SECRET = "49371"
"""Digits that stand nowhere in the valid project."""

WRITINGS = [
    SECRET, f"0.{SECRET}", f"-{SECRET}", f"{SECRET}e2", f"1,{SECRET}", f"{SECRET} %", f"NaN{SECRET}", f"x{SECRET}.5",
    f"={SECRET}", f"'{SECRET}", f"€{SECRET}", f"{SECRET}.{SECRET}.1", f"a value of {SECRET}", f"0{SECRET}",
]  # fmt: skip

COLUMNS = ("member", "kpi", "value", "status", "disclosure", "unions", "note")
ROW = ("KEN", "paper-declarations", "28.5", "reported", "union", "eac", "")


def messages(project: Path) -> str:
    """All that is told of a project."""
    return "\n".join(map(str, load(project, now=NOW)[1]))


@pytest.mark.parametrize("column", range(len(COLUMNS)), ids=COLUMNS)
def test_a_value_in_any_column_is_not_printed(column: int, tmp_path: Path) -> None:
    """A number that slipped into another column is as secret there, also where it makes the row wrong."""
    project = copy_of_valid(tmp_path / "project")
    table = project / "data/cycles/c2022/values.csv"
    rows = [
        ",".join('"' + (writing if at == column else cell) + '"' for at, cell in enumerate(ROW)) for writing in WRITINGS
    ]
    for number, row in enumerate(rows):
        table.write_text(",".join(COLUMNS) + "\n" + row + "\n", encoding="utf-8")
        told = messages(project)
        assert SECRET not in told, f"row {number}: {told}"


def test_a_value_out_of_bounds_is_not_printed(tmp_path: Path) -> None:
    """The message names Member, KPI and bounds."""
    project = copy_of_valid(tmp_path / "project")
    table = project / "data/cycles/c2022/values.csv"
    table.write_text(",".join(COLUMNS) + f"\nKEN,paper-declarations,{SECRET},reported,wco,,\n", encoding="utf-8")
    told = messages(project)
    assert "row KEN, paper-declarations: the value lies outside the bounds of this KPI, 0 to 100" in told
    assert SECRET not in told


def test_shifted_columns_and_missing_headers_print_nothing(tmp_path: Path) -> None:
    """Neither any order of the cells under the header nor a first row of data in place of it gives a value away."""
    project = copy_of_valid(tmp_path / "project")
    table = project / "data/cycles/c2022/values.csv"
    cells = ("KEN", "paper-declarations", f"28.{SECRET}", "reported", "wco")
    for header in (",".join(COLUMNS[:5]) + "\n", "", "member,kpi\n", "member,kpi,value;status;disclosure\n"):
        rows = [header + ",".join(order) + "\n" for order in itertools.permutations(cells) if order != cells]
        for text in (*rows[::19], "".join(rows)):
            table.write_text(text, encoding="utf-8")
            told = messages(project)
            assert told
            assert SECRET not in told


def test_answers_and_notes_are_not_printed(tmp_path: Path) -> None:
    """A wrong answer is told without its words; a note is never quoted."""
    project = copy_of_valid(tmp_path / "project")
    answers = project / "data/cycles/c2022/instruments.csv"
    answers.write_text("member,instrument,aware,usage\nKEN,data-model,hardly,secretly\n", encoding="utf-8")
    values = project / "data/cycles/c2022/values.csv"
    note = "unpublished remark"
    values.write_text(",".join(COLUMNS) + f"\nKEN,paper-declarations,x,reported,wcoo,,{note}\n", encoding="utf-8")
    told = messages(project)
    assert "instruments-choice" in told
    assert "values-level" in told
    assert not any(word in told for word in ("hardly", "secretly", note))


def test_the_secret_of_the_project_is_not_printed(tmp_path: Path) -> None:
    """A salt of the wrong length or with wrong characters is told without it."""
    project = copy_of_valid(tmp_path / "project")
    for salt in (SECRET, SECRET * 1_000, f"{SECRET}\x00{SECRET}"):
        (project / "data/salt.txt").write_text(salt, encoding="utf-8")
        told = messages(project)
        assert "salt-" in told
        assert SECRET not in told
