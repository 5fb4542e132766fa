"""What stands in the output folder and what each site was made from: what is unchanged is not made again.

What is noted are hashes, names and counts. A site counts as unchanged while its files are as the build left them, by
name, size and time. Who changes bytes behind these is found by `audit` and `verify`, which read bytes. Without
the note, or with a damaged one, everything is made again.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from pmm_site.inputs import files_below, is_closed
from pmm_site.problems import Problem, Severity
from pmm_site.publish import Output
from pmm_site.publish.staging import replace_file, writing

NOTED = "standing.json"
_DATA, _NARRATIVE = ("site.yml", "data", "releases"), "content"
_NOT_READ = ("data/public-package",)
"""Written from a build, never read by one."""


@dataclass(frozen=True)
class Standing:
    """A site as it was published.

    sources: hash of what the confidential side read; decided: of that without narrative pages; state: of what figures
    depend on; package and theme: of what the pages were made from; fingerprint: of names, sizes and times of its
    files; files: their number.
    """

    sources: str
    decided: str
    state: str
    package: str
    theme: str
    fingerprint: str
    files: int


@dataclass(frozen=True)
class Standings:
    """All that is noted of the sites that stand in an output folder.

    sources: of the last build; sites: all that its project has, whether they stand or not; until: when a cycle
    that waited is published by itself (ISO 8601); warnings: what the last build warned of; by_site: each that stands.
    """

    sources: str = ""
    sites: tuple[str, ...] = ()
    until: str | None = None
    warnings: tuple[Problem, ...] = ()
    by_site: Mapping[str, Standing] = field(default_factory=dict)

    @property
    def are_of_today(self) -> bool:
        """Whether the clock has published nothing since the last build."""
        waits = self.until is None or "SOURCE_DATE_EPOCH" in os.environ
        return waits or datetime.now(UTC) < datetime.fromisoformat(str(self.until))


def read_standings(place: Output) -> Standings:
    """What is noted of an output folder; nothing where there is none that can be read."""
    try:
        found = json.loads((place.reports / NOTED).read_text("utf-8"))
        by_site = {str(site): Standing(**each) for site, each in found.pop("standing").items()}
        warnings = tuple(Problem(**{**each, "severity": Severity(each["severity"])}) for each in found.pop("warnings"))
        until = found["until"]
        if until is not None and datetime.fromisoformat(until).tzinfo is None:
            return Standings()  # no instant
        return Standings(found["sources"], tuple(found["sites"]), until, warnings, by_site)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return Standings()


def write_standings(place: Output, standings: Standings) -> None:
    """Note what stands, whole or not at all."""
    content: dict[str, Any] = {
        "sources": standings.sources,
        "sites": list(standings.sites),
        "until": standings.until,
        "warnings": [problem.as_json() for problem in standings.warnings],
        "standing": {site: asdict(each) for site, each in standings.by_site.items()},
    }
    with writing(place.reports):
        replace_file(place.reports / NOTED, (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode())


# --- hashes ---------------------------------------------------------------------------------------


def data_of(project: Path) -> str:
    """A hash of everything that figures and levels are read from, and of the program."""
    read = hashlib.sha256(program().encode())
    for name in _DATA:
        _add(read, project, name)
    return read.hexdigest()


def decided_of(data: str, release: str) -> str:
    """A hash of everything that release packages are made from but narrative pages; `data`: the hash of the data."""
    return hashlib.sha256(f"{data}\0{release}\0{os.environ.get('SOURCE_DATE_EPOCH', '')}".encode()).hexdigest()


def sources_of(project: Path, decided: str) -> str:
    """A hash of everything that the confidential side of a build reads: narrative pages, and all else by its hash."""
    read = hashlib.sha256(f"{decided}\0".encode())
    _add(read, project, _NARRATIVE)
    return read.hexdigest()


def theme_of(directories: Iterable[Path]) -> str:
    """A hash of everything that pages are made from beside their package: themes and program."""
    read = hashlib.sha256(program().encode())
    for directory in directories:
        _add(read, directory)
    return read.hexdigest()


def content_of(folder: Path) -> str:
    """A hash of the names and contents of all files below a folder."""
    read = hashlib.sha256()
    _add(read, folder)
    return read.hexdigest()


def fingerprint(root: Path) -> str:
    """A hash of the names, sizes and times of all files below a web root; empty when there is none."""
    entries = sorted(_entries(os.fspath(root), ""))
    return hashlib.sha256("\n".join(entries).encode()).hexdigest() if entries else ""


def program() -> str:
    """A hash of the program's files and of the versions of the packages that it needs."""
    return _program(Path(__file__).parent.parent)


_programs: dict[Path, str] = {}


def _program(package: Path) -> str:
    if package not in _programs:
        read = hashlib.sha256()
        _add(read, package, leave_out=("__pycache__",))
        needed = metadata.requires("pmm-site") or ()
        for name in sorted({_name_of(each) for each in needed if "extra ==" not in each}):
            read.update(f"{name} {metadata.version(name)}\n".encode())
        _programs[package] = read.hexdigest()
    return _programs[package]


def _name_of(requirement: str) -> str:
    length = next((at for at, letter in enumerate(requirement) if not (letter.isalnum() or letter in "-_.")), None)
    return requirement[:length]


def _add(read: Any, base: Path, name: str = "", leave_out: tuple[str, ...] = _NOT_READ) -> None:
    """Add a file, or all files below a folder, with their names, to a hash."""
    for path, place in files_below(base, name):
        if not any(f"{left}/" in f"{path}/" for left in leave_out):
            content = place.read_bytes() if place.is_file() and not is_closed(base, place) else _link(place)
            read.update(f"{path}\0{len(content)}\0".encode())
            read.update(content)


def _link(place: Path) -> bytes:
    """Where a link leads that no stage follows; nothing of a way back into a folder that was looked through."""
    return os.fsencode(os.readlink(place)) if place.is_symlink() else b""


def _entries(folder: str, prefix: str) -> Iterator[str]:
    try:
        found = list(os.scandir(folder))
    except OSError:
        return
    for entry in found:
        if entry.is_dir(follow_symlinks=False):
            yield from _entries(entry.path, f"{prefix}{entry.name}/")
        else:
            told = entry.stat(follow_symlinks=False)
            yield f"{prefix}{entry.name}\0{told.st_size}\0{told.st_mtime_ns}"
