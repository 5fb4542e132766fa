"""Reading from the project folder and from nowhere else.

Every path is resolved first: a symlink or `..` that leaves the folder is refused, and so is anything that is
no regular file. Text is UTF-8 (a BOM is accepted) without control and bidirectional formatting characters.
"""

from __future__ import annotations

import errno
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from pmm_site.load.log import FileLog

YAML_BYTES = 4_000_000
TEXT_BYTES = 4_000_000
TABLE_BYTES = 64_000_000

FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
"""Characters that no input holds: they are invisible, or let a text look like another one."""


@dataclass(frozen=True, slots=True)
class ProjectFolder:
    """The folder that inputs are read from; paths are relative to it, with `/`."""

    root: Path

    def _inside(self, path: str) -> Path | None:
        """The real path, None when it lies outside of the folder or cannot be found out."""
        try:
            real = (self.root / path).resolve()
            return real if real.is_relative_to(self.root.resolve()) else None
        except (OSError, RuntimeError, ValueError):
            return None

    def has(self, path: str) -> bool:
        """Whether there is something of that name, readable or not."""
        try:
            (self.root / path).lstat()
        except (OSError, ValueError):
            return False
        return True

    def is_folder(self, path: str) -> bool:
        """Whether it is a folder inside of the project."""
        real = self._inside(path)
        try:
            return real is not None and real.is_dir()
        except OSError:
            return False

    def leads_out(self, path: str) -> bool:
        """Whether it lies outside of the project, or where it lies cannot be found out."""
        return self._inside(path) is None

    def names(self, path: str, log: FileLog) -> list[str]:
        """Sorted names in a folder without hidden ones and office lock files; empty where there is no folder."""
        if not self.has(path):
            return []
        if self._inside(path) is None:
            log.error("outside", "the folder leads out of the project")
            return []
        try:
            names = sorted(each.name for each in (self.root / path).iterdir())
        except OSError as error:
            log.error("unreadable", f"the folder cannot be read: {error.strerror or type(error).__name__}")
            return []
        return [name for name in names if not name.startswith((".", "~$"))]

    def read_bytes(self, path: str, log: FileLog, limit: int) -> bytes | None:
        """The bytes of a regular file of at most `limit` bytes; None, and a problem, for anything else."""
        real = self._inside(path)
        if real is None:
            circle = _is_circle(self.root / path)
            log.error("outside", "the symlink leads back to itself" if circle else
                      "the file leads out of the project (a symlink or '..')")  # fmt: skip
            return None
        try:
            status = real.stat()
            if not stat.S_ISREG(status.st_mode):
                log.error("unreadable", "this is no regular file")
                return None
            if status.st_size > limit:
                log.error("too-large", f"the file has {status.st_size} bytes, at most {limit} are read")
                return None
            return real.read_bytes()
        except OSError as error:
            log.error("unreadable", f"the file cannot be read: {error.strerror or type(error).__name__}")
            return None

    def read_text(self, path: str, log: FileLog, limit: int) -> str | None:
        """The text of a file without its BOM; None, and a problem with the line, when it is no UTF-8.

        Characters that no input holds are reported, line by line, and taken out, so that the rest is checked at once.
        """
        data = self.read_bytes(path, log, limit)
        if data is None:
            return None
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            log.error("encoding", "the file is not UTF-8", line=line)
            return None
        if not text.strip():
            log.error("empty", "the file is empty")
            return None
        return text if FORBIDDEN.search(text) is None else _cleaned(text, log)


def _is_circle(path: Path) -> bool:
    """Whether a symlink leads back to itself, so that it leads nowhere."""
    try:
        path.stat()
    except OSError as error:
        return error.errno == errno.ELOOP
    except ValueError:
        return False
    return False


def _cleaned(text: str, log: FileLog) -> str | None:
    """The text without the characters that no input holds; None with a NUL byte, for then it may be no text at all."""
    for number, line in enumerate(text.split("\n"), start=1):
        forbidden = FORBIDDEN.search(line)
        if forbidden:
            is_binary = forbidden.group() == "\x00"
            what = "a NUL byte" if is_binary else f"the character U+{ord(forbidden.group()):04X}"
            log.error("characters", f"the file holds {what}, which is not allowed", line=number)
            if is_binary:
                return None
    return FORBIDDEN.sub("", text)
