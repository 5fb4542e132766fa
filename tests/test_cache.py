"""What is kept between builds: an answer, or nothing at all."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

import pmm_site
from pmm_site.stages import cache as caching
from pmm_site.stages.cache import AnswerCache

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
    cache = AnswerCache(tmp_path)

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


@pytest.mark.parametrize("damage", [lambda kept: kept[:-1], lambda kept: kept + b"!", lambda kept: b"", bytes.upper])
def test_a_damaged_answer_is_none(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    """What is not byte for byte what was kept is decided anew, never used."""
    cache = AnswerCache(tmp_path)
    cache.put("key", b"answer")
    (entry,) = cache.directory.iterdir()
    entry.write_bytes(damage(entry.read_bytes()))
    assert cache.get("key") is None


def test_what_was_used_last_stays(tmp_path: Path) -> None:
    """Above the limit the entries go that were read or written longest ago, and all that other code left."""
    other = tmp_path / "other-code"
    other.mkdir()
    (other / "key").write_bytes(b"answer")
    cache = AnswerCache(tmp_path, limit=2)
    for age, key in enumerate(("latest", "middle", "oldest", "read")):
        cache.put(key, b"answer")
        os.utime(cache.directory / key, (1_000_000 - age, 1_000_000 - age))
    cache.get("read")
    cache.trim()
    assert [key for key in ("latest", "middle", "oldest", "read") if cache.get(key)] == ["latest", "read"]
    assert not other.exists()
