"""The table of the committee paper's statements names pages and tests that exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.conftest import Built

ROOT = Path(__file__).parents[2]
TABLE = (ROOT / "docs" / "explanation" / "paper.md").read_text("utf-8")
PARAGRAPHS = range(1, 21)


def test_every_paragraph_of_the_paper_is_in_the_table() -> None:
    """Paragraphs 1 to 20 each have a row."""
    first_cells = re.findall(r"^\| ([\d, a-z]+) \|", TABLE, flags=re.MULTILINE)
    told = {int(number) for cell in first_cells for number in re.findall(r"\d+", cell)}
    assert told == set(PARAGRAPHS)


def test_every_test_in_the_table_exists() -> None:
    """Each row names a file of tests and a test in it."""
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TABLE)
    assert len(named) == len(re.findall(r"^\| .*`tests/", TABLE, flags=re.MULTILINE)) > 30
    for file, test in named:
        functions = {node.name for node in ast.walk(ast.parse((ROOT / file).read_text("utf-8")))
                     if isinstance(node, ast.FunctionDef)}  # fmt: skip
        assert test in functions, f"{file}::{test}"


def test_every_page_in_the_table_is_on_the_public_site(built: Built) -> None:
    """Each row names a page that is built."""
    pages = re.findall(r"\| `(en/[\w/-]+\.html)` \|", TABLE)
    assert len(pages) > 30
    for page in pages:
        assert (built.shipped() / "sites" / "public" / page).is_file(), page
