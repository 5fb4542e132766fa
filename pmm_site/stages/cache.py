"""A cache of answers between builds, on the confidential side of the output folder; nothing of it goes to a site.

The key of an entry is a hash of all that the answer depends on; the name of the folder is a hash of the code that gave
it, so that no entry outlives the code. An entry begins with the hash of its content: a damaged one counts as absent,
and the answer is computed again.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from importlib import metadata
from pathlib import Path

_SOLVERS = ("highspy", "numpy", "scipy")

_STAGES = ("load", "analyse", "disclose", "package")
_VOCABULARY = ("distributions", "model", "placeholders", "problems", "ranks", "recent", "skewness", "tables")
"""The modules below the stages that figures come from; a test holds that none is missing."""


class FolderCache:
    """Bytes by key in a folder; `trim` leaves at most `limit` entries, those read or written last."""

    def __init__(self, directory: Path, *, limit: int = 20_000) -> None:
        self.directory = directory / code_digest()
        self.limit = limit

    def get(self, key: str) -> bytes | None:
        """The bytes kept under a key, None where there are none."""
        path = self.directory / key
        try:
            content = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        digest, _, kept = content.partition(b"\n")
        return kept if digest == hashlib.sha256(kept).hexdigest().encode() else None

    def put(self, key: str, content: bytes) -> None:
        """Keep bytes under a key; where they cannot be written nothing is kept, and no error raised."""
        with contextlib.suppress(OSError):
            self.directory.mkdir(parents=True, exist_ok=True)
            aside = self.directory / f".{key}.{os.getpid()}"
            try:
                aside.write_bytes(hashlib.sha256(content).hexdigest().encode() + b"\n" + content)
                aside.replace(self.directory / key)
            finally:
                aside.unlink(missing_ok=True)

    def trim(self) -> None:
        """Delete what other versions of the code left, and the entries above the limit that were used longest ago."""
        with contextlib.suppress(OSError):
            for other in self.directory.parent.iterdir():
                if other != self.directory:
                    for path in other.iterdir():
                        path.unlink()
                    other.rmdir()
            entries = sorted(self.directory.iterdir(), key=lambda path: path.stat().st_mtime)
            for path in entries[: max(0, len(entries) - self.limit)]:
                path.unlink()


def code_digest() -> str:
    """A hash of the code that figures come from and of the solvers that it calls."""
    digest = hashlib.sha256()
    for path in sources_of_figures():
        digest.update(path.read_bytes())
    for name in _SOLVERS:
        digest.update(f"{name} {metadata.version(name)}".encode())
    return digest.hexdigest()[:16]


def sources_of_figures() -> tuple[Path, ...]:
    """The modules that read values, compute and decide, sorted."""
    here = Path(__file__).parent.parent
    stages = (path for stage in _STAGES for path in here.glob(f"{stage}/*.py"))
    return tuple(sorted((*stages, *(here / f"{name}.py" for name in _VOCABULARY))))
