"""The tables as those who calculate with them read them: pandas, by the types of the Table Schema."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas
import pytest

from pmm_site import package
from pmm_site.model import ALL

PUBLIC = Path(__file__).parents[2] / "data" / "public-package"
RESOURCES: dict[str, dict[str, Any]] = {
    each["path"]: each for each in json.loads((PUBLIC / "datapackage.json").read_text("utf-8"))["resources"]
}
TYPES = {"string": "string", "integer": "Int64", "number": "Float64", "boolean": "boolean"}


def frame(path: str) -> pandas.DataFrame:
    """A table with the types that the descriptor gives its columns; a blank is a missing value and nothing else is."""
    fields = {each["name"]: TYPES[each["type"]] for each in RESOURCES[path]["schema"]["fields"]}
    return pandas.read_csv(PUBLIC / path, dtype=fields, keep_default_na=False, na_values=[""])


@pytest.mark.parametrize("path", [path for path in RESOURCES if "/" not in path])
def test_every_table_has_the_types_of_its_schema(path: str) -> None:
    """No column needs a guess: every cell is of its type, and required columns have no blank."""
    found = frame(path)
    for field in RESOURCES[path]["schema"]["fields"]:
        if field.get("constraints", {}).get("required"):
            assert not found[field["name"]].isna().any(), field["name"]


def test_means_are_those_that_pages_are_made_from() -> None:
    """Each published mean is the number that the program reads, missing exactly where none is published."""
    found = frame("aggregates.csv")
    rows = package.read(PUBLIC).tables["aggregates"]
    assert found["mean"].isna().tolist() == [row.mean is None for row in rows]
    told = [Decimal(repr(float(each))) for each in found["mean"].dropna()]
    assert told == [row.mean for row in rows if row.mean is not None]


def test_a_question_of_an_analyst_takes_three_lines() -> None:
    """World means of the latest cycle by KPI, from the table alone, agree with the rows that say `all`."""
    found = frame("aggregates.csv")
    latest = found["cycle"].max()
    world = found[(found["cycle"] == latest) & (found["grouping"] == ALL.grouping)].set_index("kpi")["mean"].dropna()
    rows = package.read(PUBLIC).tables["aggregates"]
    expected = {
        row.kpi: float(row.mean)
        for row in rows
        if (row.cycle, row.grouping) == (latest, ALL.grouping) and row.mean is not None
    }
    assert len(expected) > 30
    assert world.to_dict() == expected
