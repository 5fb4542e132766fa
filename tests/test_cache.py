"""What is kept between builds: an answer, or nothing at all."""

from __future__ import annotations

import errno
import re
from pathlib import Path

import pytest

import pmm_site
from pmm_site import cache as caching
from pmm_site.cache import FolderCache

PROGRAM = Path(pmm_site.__file__).parent


def reached_from(*folders: str) -> set[str]:
    """The modules of the program that a stage is made of and imports, however far one follows, by their paths."""
    wanted = [path for folder in folders for path in (PROGRAM / folder).glob("*.py")]
    found: set[str] = set()
    while wanted:
        path = wanted.pop()
        name = path.relative_to(PROGRAM).as_posix()
        if name not in found:
            found.add(name)
            imported = re.findall(r"(?:from|import) pmm_site\.([\w.]+)", path.read_text("utf-8"))
            places = [PROGRAM / each.replace(".", "/") for each in imported]
            wanted += [place / "__init__.py" if place.is_dir() else place.with_suffix(".py") for place in places]
    return found


def test_any_code_that_figures_come_from_makes_another_digest() -> None:
    """An answer is not used again, nor an old site left standing, when what read, computed or decided has changed."""
    hashed = {path.relative_to(PROGRAM).as_posix() for path in caching.sources_of_figures()}
    assert reached_from("load", "analyse", "disclose", "package") <= hashed


def test_a_full_disk_keeps_nothing_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What could not be written whole is taken away again: it would fill the disk, and holds confidential answers."""
    cache = FolderCache(tmp_path)

    def full(path: Path, content: bytes) -> int:
        with path.open("wb") as stream:
            stream.write(content[:10])
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(Path, "write_bytes", full)
        cache.put("key", b"answer")
    assert cache.get("key") is None
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    cache.put("key", b"answer")
    assert cache.get("key") == b"answer"
