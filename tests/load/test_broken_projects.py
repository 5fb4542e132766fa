"""Each folder in tests/projects/broken is the valid project with a few files replaced, and the exact messages."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest

from pmm_site.load import load
from pmm_site.problems import has_errors
from tests.load.projects import BROKEN, NOW, with_overlay

CASES = sorted(path for path in BROKEN.iterdir() if path.is_dir())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_messages_are_exactly_those_expected(case: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """A broken project gives these messages, in this order and in these words, and no data."""
    dataset, problems = load(with_overlay(tmp_path / "project", case), now=NOW)
    told = "".join(f"{problem}\n" for problem in problems)
    expected = case / "expected.txt"
    if request.config.getoption("--regenerate"):
        expected.write_text(told, encoding="utf-8")
    wanted = expected.read_text(encoding="utf-8")
    assert told == wanted, "\n".join(difflib.unified_diff(wanted.splitlines(), told.splitlines(), lineterm=""))
    assert told
    assert (dataset is None) == has_errors(problems)


def test_there_are_many_broken_projects() -> None:
    """At least 45 ways to be wrong are held."""
    assert len(CASES) >= 45
