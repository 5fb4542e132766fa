"""A cache of answers between builds, on the confidential side of the output folder; nothing of it goes to a site.

The key of an entry is a hash of all that the answer depends on but the code, which the name of the folder stands for.
"""

from __future__ import annotations

import contextlib
import hashlib
import shutil
from importlib import metadata
from pathlib import Path

from pmm_site.folder_cache import FolderCache

_SOLVERS = ("highspy", "numpy", "scipy")

_STAGES = ("load", "analyse", "disclose", "package")
_VOCABULARY = ("distributions", "model", "placeholders", "problems", "ranks", "recent", "skewness", "tables")
"""The modules below the stages that figures come from; a test holds that none is missing."""


class AnswerCache(FolderCache):
    """A cache whose entries do not outlive the code that figures come from: its folder is named by a hash of that."""

    def __init__(self, directory: Path, *, limit: int = 20_000) -> None:
        super().__init__(directory / code_digest(), limit=limit)

    def trim(self) -> None:
        """Delete what other versions of the code left, and the entries above the limit that were used longest ago."""
        with contextlib.suppress(OSError):
            for other in self.directory.parent.iterdir():
                if other != self.directory:
                    shutil.rmtree(other)
        super().trim()


def key_of(*parts: str) -> str:
    """A key that stands for texts, whatever their length."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


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
