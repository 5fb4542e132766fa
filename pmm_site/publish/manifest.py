"""The manifest of a web root: path, size and sha256 of every file of the site, and of nothing else."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

MANIFEST = "manifest.json"


def paths_below(root: Path) -> Iterator[tuple[str, Path]]:
    """Every file below a folder as (relative path with `/`, path), in the order of the names."""
    files = []
    for folder, _, names in os.walk(root):
        base = Path(folder)
        files += [((base / name).relative_to(root).as_posix(), base / name) for name in names]
    yield from sorted(files)


def manifest_of(root: Path) -> dict[str, dict[str, Any]]:
    """The entry of every file below `root` but the manifest itself, by relative path: `bytes` and `sha256`."""
    return {name: _entry(path.read_bytes()) for name, path in paths_below(root) if name != MANIFEST}


def _entry(content: bytes) -> dict[str, Any]:
    return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def manifest_bytes(files: Mapping[str, bytes]) -> bytes:
    """The content of the manifest of files that are in memory, by relative path."""
    return _written({name: _entry(content) for name, content in files.items()})


def _written(entries: Mapping[str, Mapping[str, Any]]) -> bytes:
    content = {"files": [{"path": path, **entries[path]} for path in sorted(entries)]}
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


class WebRoot:
    """A web root that is being written: files are added to those that are there, and at last the manifest of all.

    standing: the web root of the same site as a build left it. A file whose content is the same there is shared with it
    by a hard link, which costs a tenth of writing it again. Raises OSError.
    """

    def __init__(self, root: Path, standing: Path | None = None) -> None:
        self._root, self._standing = os.fspath(root), standing
        self._entries = manifest_of(root)
        self._before = (listed_sums(standing) if standing is not None else None) or {}
        self._folders: set[str] = set()

    def write(self, path: str, content: bytes) -> None:
        """Write a file at a relative path with `/`, in the place of one that was written there before.

        ValueError for a path that leads out of the web root, whatever made it.
        """
        if path.startswith("/") or ".." in path.split("/"):
            raise ValueError("a path that leads out of the web root")
        folder, place = os.path.dirname(path), f"{self._root}/{path}"
        if folder not in self._folders:
            os.makedirs(f"{self._root}/{folder}", exist_ok=True)
            self._folders.add(folder)
        if path in self._entries:
            os.unlink(place)  # it may be shared with the site that stands
        entry = self._entries[path] = _entry(content)
        if self._before.get(path) == entry["sha256"] and _linked(f"{self._standing}/{path}", place):
            return
        with open(place, "wb") as stream:
            stream.write(content)

    def finish(self) -> int:
        """Write the manifest; the number of files, itself among them."""
        with open(f"{self._root}/{MANIFEST}", "wb") as stream:
            stream.write(_written(self._entries))
        return len(self._entries) + 1


def _linked(standing: str, path: str) -> bool:
    """Whether a hard link could be made; not every file system can."""
    try:
        os.link(standing, path)
    except OSError:
        return False
    return True


def listed_sums(root: Path) -> dict[str, str] | None:
    """The sha256 of every file, by path, as the manifest of a web root lists them; None where none can be read."""
    try:
        content = json.loads((root / MANIFEST).read_text("utf-8"))
        return {str(entry["path"]): str(entry["sha256"]) for entry in content["files"]}
    except (OSError, ValueError, KeyError, TypeError):
        return None


def mismatches(root: Path) -> tuple[str, ...]:
    """Where a web root and its manifest differ: `missing PATH`, `changed PATH`, `unlisted PATH`, `no manifest`."""
    listed = listed_sums(root)
    if listed is None:
        return ("no manifest",)
    standing = manifest_of(root)
    both = sorted(listed.keys() & standing.keys())
    return (
        *(f"missing {path}" for path in sorted(listed.keys() - standing.keys())),
        *(f"unlisted {path}" for path in sorted(standing.keys() - listed.keys())),
        *(f"changed {path}" for path in both if listed[path] != standing[path]["sha256"]),
    )
