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
    found = []
    for folder, _, names in os.walk(root):
        base = Path(folder)
        found += [((base / name).relative_to(root).as_posix(), base / name) for name in names]
    yield from sorted(found)


def manifest_of(root: Path) -> dict[str, dict[str, Any]]:
    """What stands below `root`, by relative path, the manifest itself left out."""
    return {name: _entry(path.read_bytes()) for name, path in paths_below(root) if name != MANIFEST}


def _entry(content: bytes) -> dict[str, Any]:
    return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def described(files: Mapping[str, bytes]) -> bytes:
    """The manifest of files in memory, by relative path."""
    return _written({name: _entry(content) for name, content in files.items()})


def _written(entries: Mapping[str, Mapping[str, Any]]) -> bytes:
    content = {"files": [{"path": path, **entries[path]} for path in sorted(entries)]}
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def write_manifest(root: Path) -> None:
    """Write `manifest.json` into a finished web root."""
    (root / MANIFEST).write_bytes(_written(manifest_of(root)))


def write_web_root(root: Path, files: Mapping[str, bytes], standing: Path | None = None) -> None:
    """Write files beside those that are in `root` already, and the manifest of all.

    standing: the web root as it was built before, untouched since; what is the same there is shared (a hard link),
    which costs a tenth of writing it again.
    """
    entries = {**manifest_of(root), **{path: _entry(content) for path, content in files.items()}}
    before = _listed(standing) if standing is not None else {}
    for folder in sorted({os.path.dirname(path) for path in files}):
        (root / folder).mkdir(parents=True, exist_ok=True)
    base = os.fspath(root)
    for path, content in files.items():
        same = standing is not None and before.get(path) == entries[path]["sha256"]
        if not (same and _linked(f"{standing}/{path}", f"{base}/{path}")):
            with open(f"{base}/{path}", "wb") as stream:
                stream.write(content)
    (root / MANIFEST).write_bytes(_written(entries))


def _linked(standing: str, path: str) -> bool:
    """Whether the file could be shared; not every file system can."""
    try:
        os.link(standing, path)
    except OSError:
        return False
    return True


def _listed(root: Path) -> dict[str, str]:
    """sha256 by path as the manifest of a web root lists them; nothing where there is none that can be read."""
    try:
        content = json.loads((root / MANIFEST).read_text("utf-8"))
        return {str(entry["path"]): str(entry["sha256"]) for entry in content["files"]}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def mismatches(root: Path) -> tuple[str, ...]:
    """Where a web root and its manifest differ: `missing PATH`, `changed PATH`, `unlisted PATH`, `no manifest`."""
    try:
        content = json.loads((root / MANIFEST).read_text("utf-8"))
        listed = {entry["path"]: entry for entry in content["files"]}
    except (OSError, ValueError, KeyError, TypeError):
        return ("no manifest",)
    standing = manifest_of(root)
    return tuple(
        [f"missing {path}" for path in sorted(listed.keys() - standing.keys())]
        + [f"unlisted {path}" for path in sorted(standing.keys() - listed.keys())]
        + [
            f"changed {path}"
            for path in sorted(listed.keys() & standing.keys())
            if listed[path].get("sha256") != standing[path]["sha256"]
        ]
    )
