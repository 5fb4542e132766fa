"""The files below a folder as loading finds them: links are followed inside of it, and never out of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path


def files_below(base: Path, name: str = "") -> Iterator[tuple[str, Path]]:
    """The file `name` of a folder, or every file below that folder in it, by path with `/`, sorted.

    A link that leads out of `base`, or back to a folder that holds it, is given as it is: nobody reads what is behind.
    """
    place = base / name
    if is_closed(base, place) or place.is_file():
        yield name, place
    elif place.is_dir():
        yield from sorted(_below(base, name, (place.resolve(),)))


def is_closed(base: Path, path: Path) -> bool:
    """Whether a path is a link that leads out of a folder, or nowhere."""
    return path.is_symlink() and not (path.exists() and path.resolve().is_relative_to(base.resolve()))


def _below(base: Path, folder: str, outer: tuple[Path, ...]) -> Iterator[tuple[str, Path]]:
    """Files below a folder; `outer` are the real places of the folders that hold it, its own the last."""
    try:
        entries = list(os.scandir(base / folder))
    except OSError:  # loading reports a folder that cannot be read
        entries = []
    for entry in entries:
        path, place = f"{folder}/{entry.name}" if folder else entry.name, Path(entry.path)
        linked = entry.is_symlink()
        if (linked and is_closed(base, place)) or entry.is_file():
            yield path, place
        elif entry.is_dir():
            real = place.resolve() if linked else outer[-1] / entry.name
            if real in outer:
                yield path, place
            else:
                yield from _below(base, path, (*outer, real))
