"""The bytes of a site as readers get them: a folder or a zip, and the tables of its release package.

An own parser: what the writer of release packages believes about its files plays no part.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import lzma
import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, Protocol


class SiteFiles(Protocol):
    """Files by relative path."""

    def names(self) -> tuple[str, ...]:
        """Paths with `/`, sorted."""

    def content(self, name: str) -> bytes:
        """The bytes of a file; KeyError or OSError when there is none."""


class Folder:
    """The files below a folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._place = f"{root}{os.sep}"

    def names(self) -> tuple[str, ...]:
        """Paths with `/`, sorted, as they were when first asked for."""
        return self._names

    @cached_property
    def _names(self) -> tuple[str, ...]:
        """Links to files and folders are followed, as a web server follows them."""
        return tuple(sorted(self._below("", ())))

    def _below(self, folder: str, outer: tuple[str, ...]) -> Iterator[str]:
        real = os.path.realpath(self._place + folder)
        if real in outer:
            return  # a link to a folder that holds it
        with os.scandir(self._place + folder) as entries:
            for entry in entries:
                if entry.is_dir():
                    yield from self._below(f"{folder}{entry.name}/", (*outer, real))
                elif entry.is_file():
                    yield folder + entry.name

    def content(self, name: str) -> bytes:
        """The bytes of a file."""
        with open(self._place + name, "rb", 0) as stream:
            return stream.readall()


UNREADABLE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, RuntimeError, ValueError, OSError, EOFError,
)  # fmt: skip
"""What `zipfile` raises for a zip that is damaged, encrypted or packed in an unknown way."""


class Damaged(Exception):
    """A file of a release package, or a zip, that cannot be read."""


class Archive:
    """The files in a zip; Damaged where it cannot be read."""

    def __init__(self, path: Path) -> None:
        try:
            self.zip = zipfile.ZipFile(path)
        except UNREADABLE:
            raise Damaged(f"{path.name} is no zip that can be opened") from None

    def names(self) -> tuple[str, ...]:
        """The paths of all files, sorted."""
        return tuple(sorted(member.filename for member in self.zip.infolist() if not member.is_dir()))

    def content(self, name: str) -> bytes:
        """The bytes of a member."""
        try:
            return self.zip.read(name)
        except UNREADABLE:
            raise Damaged(f"{name} cannot be read") from None


class Table(NamedTuple):
    """A CSV table as text: its header and its rows, each as long as the header."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def records(self) -> Iterator[dict[str, str]]:
        """Rows as dictionaries."""
        for row in self.rows:
            yield dict(zip(self.header, row, strict=True))


@dataclass(frozen=True)
class Package:
    """The release package of a site, read from `data/` of its web root (or from the package's own folder)."""

    files: SiteFiles
    base: str = "data/"
    _tables: dict[str, Table | None] = field(default_factory=dict, init=False, compare=False, repr=False)

    def table(self, name: str) -> Table | None:
        """A table by the path of its file below the package without `.csv`; None when it is not there."""
        if name not in self._tables:
            self._tables[name] = self._table(name)
        return self._tables[name]

    def _table(self, name: str) -> Table | None:
        content = self._content(name)
        return None if content is None else parsed_csv(content, f"{self.base}{name}.csv")

    def _content(self, name: str) -> bytes | None:
        try:
            return self.files.content(f"{self.base}{name}.csv")
        except (OSError, KeyError):
            return None

    def header(self, name: str) -> tuple[str, ...]:
        """The columns of a table, without reading its rows; none when it is not there."""
        content = self._content(name) or b""
        return parsed_csv(content.partition(b"\n")[0], f"{self.base}{name}.csv").header

    def lines(self, name: str) -> list[bytes]:
        """The lines of a table as they are written, the header first; none when it is not there."""
        return (self._content(name) or b"").splitlines()

    def rows(self, name: str) -> list[dict[str, str]]:
        """The rows of a table; none when it is not there."""
        table = self.table(name)
        return [] if table is None else list(table.records())

    def document(self, name: str) -> dict[str, Any]:
        """A JSON object of the package; Damaged when it is none."""
        try:
            found = json.loads(self.files.content(self.base + name))
        except (OSError, KeyError, ValueError):
            raise Damaged(f"{self.base}{name} is missing or no JSON") from None
        if not isinstance(found, dict):
            raise Damaged(f"{self.base}{name} is no object")
        return found

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Paths of the files of the package, below it."""
        return tuple(name[len(self.base) :] for name in self.files.names() if name.startswith(self.base))

    def state(self) -> str:
        """A hash of the names of all files, and of the bytes of those that tell figures or what the package is."""
        total = hashlib.sha256()
        for name in self.names:
            content = self.files.content(self.base + name) if name.endswith((".csv", ".json")) else b""
            total.update(f"{name}\0{len(content)}\0".encode("utf-8", "surrogateescape") + content)
        return total.hexdigest()


def parsed_csv(content: bytes, place: str) -> Table:
    """A table from bytes; Damaged when lines differ in length, columns share a name or the bytes are no text."""
    try:
        lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise Damaged(f"{place} cannot be read") from None
    header = tuple(lines[0]) if lines else ()
    if len(set(header)) < len(header):
        raise Damaged(f"{place} has two columns of one name")
    rows = tuple(map(tuple, filter(None, lines[1:])))
    if set(map(len, rows)) - {len(header)}:
        raise Damaged(f"{place} has lines of different length")
    return Table(header, rows)
