"""Small projects for tests: the valid one, and copies of it with something changed."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

VALID = Path(__file__).parent.parent / "projects" / "valid"
BROKEN = Path(__file__).parent.parent / "projects" / "broken"

NOW = datetime(2026, 1, 1, tzinfo=UTC)
"""The instant at which these projects are read."""


def copy_of_valid(folder: Path) -> Path:
    """A copy of the valid project in a folder that does not exist yet."""
    return Path(shutil.copytree(VALID, folder))


def with_overlay(folder: Path, case: Path) -> Path:
    """The valid project with the files of a case in place of its own, and without those named in removed.txt."""
    project = copy_of_valid(folder)
    shutil.copytree(case, project, dirs_exist_ok=True, ignore=shutil.ignore_patterns("expected.txt", "removed.txt"))
    removed = case / "removed.txt"
    for path in removed.read_text(encoding="utf-8").split() if removed.exists() else ():
        if (project / path).is_dir():
            shutil.rmtree(project / path)
        else:
            (project / path).unlink()
    return project


def change(project: Path, path: str, old: str, new: str) -> None:
    """Replace text in a file of the project; the old text must be there once."""
    text = (project / path).read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path}"
    (project / path).write_text(text.replace(old, new), encoding="utf-8")
