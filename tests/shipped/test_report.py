"""The report as it was built: every figure in it is in the release package, and its tests can be repeated from there."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from scipy import stats

if TYPE_CHECKING:
    from tests.conftest import Built

ROOT = Path(__file__).parents[2]
REPORTS = ("report", "report-c2024")
NUMBER = re.compile(r"[−-]?\d+(?:[,\u202f\u00a0]\d{3})*(?:[.,]\d+)?")
TRUSTED = frozenset({"4", "3"})


@pytest.fixture(scope="module")
def sites(built: Built) -> Path:
    """The built sites."""
    return built.shipped() / "sites"


def rows(package: Path, table: str, **wanted: str) -> list[dict[str, str]]:
    """Rows of a table whose cells are as wanted."""
    with open(package / f"{table}.csv", encoding="utf-8", newline="") as stream:
        return [row for row in csv.DictReader(stream) if all(row[name] == cell for name, cell in wanted.items())]
