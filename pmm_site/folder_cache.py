"""A cache in a folder: what one build worked out, for the next one and for other processes.

An entry begins with the hash of its content: a damaged one counts as absent, and is worked out again.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path


class FolderCache:
    """Bytes by key in a folder; `trim` leaves at most `limit` entries, those read or written last."""

    def __init__(self, directory: Path, *, limit: int = 20_000) -> None:
        self.directory = directory
        self.limit = limit

    def get(self, key: str) -> bytes | None:
        """The bytes kept under a key, None where there are none."""
        path = self.directory / key
        try:
            digest, _, content = path.read_bytes().partition(b"\n")
        except OSError:
            return None
        if digest != _digest(content):
            return None
        with contextlib.suppress(OSError):  # a folder that can only be read is of use as well
            os.utime(path)
        return content

    def put(self, key: str, content: bytes) -> None:
        """Keep bytes under a key; where they cannot be written nothing is kept, and no error raised."""
        with contextlib.suppress(OSError):
            self.directory.mkdir(parents=True, exist_ok=True)
            aside = self.directory / f".{key}.{os.getpid()}"  # other processes may write the same entry
            try:
                aside.write_bytes(_digest(content) + b"\n" + content)
                aside.replace(self.directory / key)
            finally:
                aside.unlink(missing_ok=True)

    def trim(self) -> None:
        """Delete the entries above the limit that were used longest ago."""
        with contextlib.suppress(OSError):
            entries = sorted(self.directory.iterdir(), key=lambda path: path.stat().st_mtime)
            for path in entries[: max(0, len(entries) - self.limit)]:
                path.unlink()


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest().encode()
