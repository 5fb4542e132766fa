"""The note of what stands in an output folder, so that the next build makes nothing again that is unchanged.

For each site the note (`reports/standing.json`) holds hashes of what the site was made from, and a fingerprint of its
files. A site is unchanged as long as the names, sizes and times of its files are; a change of bytes that leaves all
three alone is found by the commands `audit` and `verify`, which read the bytes. Without a note, or with one that cannot
be read, everything is made again. It holds names, counts and hashes, and no value.
"""

from __future__ import annotations

import functools
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

NOTE = "standing.json"
_DATA, _NARRATIVE = ("site.yml", "data", "releases"), "content"
_NOT_READ = ("data/public-package",)
"""What is written from a build, and read by none."""


@dataclass(frozen=True)
class Standing:
    """A site as it was published; every field but the last is a hash.

    sources: of all that the confidential side read. decided: of the same without narrative pages. state: of all that
    figures depend on (`Project.state`). package: of the site's release package. theme: of the themes and the program.
    fingerprint: of the names, sizes and times of the site's files. files: how many these are.
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
    """All that is noted of the sites that stand in an output folder; empty where nothing is.

    sources: the hash of what the last build read. sites: the ids of all sites of its project, standing or not.
    until: the instant (ISO 8601) at which the clock publishes the next waiting cycle, None when none waits.
    warnings: those of the last build. by_site: every site that stands, by id.
    """

    sources: str = ""
    sites: tuple[str, ...] = ()
    until: str | None = None
    warnings: tuple[Problem, ...] = ()
    by_site: Mapping[str, Standing] = field(default_factory=dict)

    @property
    def are_of_today(self) -> bool:
        """Whether the clock has published nothing since the last build."""
        if self.until is None or "SOURCE_DATE_EPOCH" in os.environ:  # no cycle waits, or the clock stands still
            return True
        return datetime.now(UTC) < datetime.fromisoformat(self.until)


def read_standings(output: Output) -> Standings:
    """The note of an output folder; an empty one where there is none that can be read."""
    try:
        note = json.loads((output.reports / NOTE).read_text("utf-8"))
        by_site = {str(site): Standing(**hashes) for site, hashes in note["standing"].items()}
        warnings = tuple(Problem(**{**each, "severity": Severity(each["severity"])}) for each in note["warnings"])
        until = note["until"]
        if until is not None and datetime.fromisoformat(until).tzinfo is None:
            return Standings()  # a time without its zone is no instant
        return Standings(note["sources"], tuple(note["sites"]), until, warnings, by_site)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return Standings()


def write_standings(output: Output, standings: Standings) -> None:
    """Replace the note, whole or not at all; WriteFailed."""
    content: dict[str, Any] = {
        "sources": standings.sources,
        "sites": list(standings.sites),
        "until": standings.until,
        "warnings": [problem.as_json() for problem in standings.warnings],
        "standing": {site: asdict(each) for site, each in standings.by_site.items()},
    }
    with writing(output.reports):
        replace_file(output.reports / NOTE, (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode())


# --- hashes ---------------------------------------------------------------------------------------


def hash_of_data(project: Path) -> str:
    """A hash of the program and of all that figures and levels are read from: settings, data, earlier releases."""
    digest = hashlib.sha256(hash_of_program().encode())
    for name in _DATA:
        _add(digest, project, name)
    return digest.hexdigest()


def hash_of_decisions(data: str, release: str) -> str:
    """A hash of all that release packages are made from but narrative pages; `data`: the hash of the data."""
    return hashlib.sha256(f"{data}\0{release}\0{os.environ.get('SOURCE_DATE_EPOCH', '')}".encode()).hexdigest()


def hash_of_sources(project: Path, decided: str) -> str:
    """A hash of all that the confidential side reads; `decided`: the hash of all of it but narrative pages."""
    digest = hashlib.sha256(f"{decided}\0".encode())
    _add(digest, project, _NARRATIVE)
    return digest.hexdigest()


def hash_of_themes(directories: Iterable[Path]) -> str:
    """A hash of all that pages are made from beside their package: the themes in these folders, and the program."""
    digest = hashlib.sha256(hash_of_program().encode())
    for directory in directories:
        _add(digest, directory)
    return digest.hexdigest()


def hash_of_folder(folder: Path) -> str:
    """A hash of the names and contents of all files below a folder."""
    digest = hashlib.sha256()
    _add(digest, folder)
    return digest.hexdigest()


def fingerprint(root: Path) -> str:
    """A hash of the names, sizes and times of all files below a web root; empty when there is none."""
    entries = sorted(_entries(os.fspath(root), ""))
    return hashlib.sha256("\n".join(entries).encode()).hexdigest() if entries else ""


@functools.cache
def hash_of_program() -> str:
    """A hash of the program's files and of the versions of the packages that it needs."""
    digest = hashlib.sha256()
    _add(digest, Path(__file__).parent.parent, leave_out=("__pycache__",))
    needed = metadata.requires("pmm-site") or ()
    for name in sorted({_name_of(each) for each in needed if "extra ==" not in each}):
        digest.update(f"{name} {metadata.version(name)}\n".encode())
    return digest.hexdigest()


def _name_of(requirement: str) -> str:
    length = next((at for at, letter in enumerate(requirement) if not (letter.isalnum() or letter in "-_.")), None)
    return requirement[:length]


def _add(digest: Any, base: Path, name: str = "", leave_out: tuple[str, ...] = _NOT_READ) -> None:
    """Add a file, or all files below a folder, with their names, to a hash."""
    for path, place in files_below(base, name):
        if not any(f"{left}/" in f"{path}/" for left in leave_out):
            content = place.read_bytes() if place.is_file() and not is_closed(base, place) else _link(place)
            digest.update(f"{path}\0{len(content)}\0".encode())
            digest.update(content)


def _link(place: Path) -> bytes:
    """The target of a symbolic link that no stage follows; nothing for one that leads back into its own folder."""
    return os.fsencode(os.readlink(place)) if place.is_symlink() else b""


def _entries(folder: str, prefix: str) -> Iterator[str]:
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _entries(entry.path, f"{prefix}{entry.name}/")
        else:
            status = entry.stat(follow_symlinks=False)
            yield f"{prefix}{entry.name}\0{status.st_size}\0{status.st_mtime_ns}"
