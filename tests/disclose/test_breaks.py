"""The breaks of `make broken-rules` fit the program as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.breaks import BREAKS, Break

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("each", BREAKS, ids=lambda each: f"{each.rule}: {each.how}")
def test_a_rule_can_be_broken_where_it_says(each: Break) -> None:
    """The line that breaks the rule stands in its file once, what comes of it is Python, and the tests exist."""
    broken = each.applied((ROOT / "pmm_site" / each.file).read_text(encoding="utf-8"))
    compile(broken, each.file, "exec")
    assert all((ROOT / "tests" / name).is_file() for name in each.tests)
