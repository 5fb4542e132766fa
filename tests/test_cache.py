"""What is kept between builds: an answer, or nothing at all."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from pmm_site.cache import FolderCache


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
