"""The output folder: a lock, a staging area beside the sites, and an atomic swap of folders.

Whenever and however the process ends, each web root holds the old site or the new one, and all of it: the two folders
change places in one step of the file system (Linux: `renameat2` with RENAME_EXCHANGE). Where the file system cannot do
that, the old folder is moved aside first, and `put_back` returns it after a crash. All that is swapped in is on the
disk before (`os.sync`), so that a power failure leaves whole sites as well.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import os
import shutil
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

from pmm_site.problems import UsageProblem, WriteFailed
from pmm_site.publish.manifest import MANIFEST

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_ASIDE = ".before"
_UNFINISHED = ".part"


class Output:
    """An output folder: `sites/`, `reports/`, `bundles/`, `hosting/` and a staging area that readers never see.

    cache: the folder of answers kept between builds; `.cache` in the output folder when None.
    """

    def __init__(self, directory: Path, cache: Path | None = None) -> None:
        self.directory = directory
        self.sites = directory / "sites"
        self.reports = directory / "reports"
        self.cache = cache or directory / ".cache"
        self.staging = directory / ".staging"

    @contextlib.contextmanager
    def opened(self) -> Iterator[Output]:
        """Lock the folder, and make an empty staging area that is gone afterwards.

        What a killed build left is cleared away, and a site that it had moved aside is put back. Raises WriteFailed
        when another build holds the folder or it cannot be written; UsageProblem when something stands among the sites
        that no build made, since a build removes what is no site of the project.
        """
        self._refuse_other_things()
        with alone(self.directory, "wait for it, or give --output another folder"):
            try:
                with writing(self.directory):
                    self._tidy()
                    self.staging.mkdir()
                    self.reports.mkdir(exist_ok=True)
                yield self
            finally:
                shutil.rmtree(self.staging, ignore_errors=True)

    def _tidy(self) -> None:
        shutil.rmtree(self.staging, ignore_errors=True)
        for aside in self.sites.glob(f".*{_ASIDE}"):
            put_back(self.sites / aside.name.removeprefix(".").removesuffix(_ASIDE))
        for folder in (self.reports, self.directory / "bundles"):
            for unfinished in folder.glob(f".*{_UNFINISHED}"):
                unfinished.unlink()

    def _refuse_other_things(self) -> None:
        strange = next((each for each in self._entries() if not _is_site(each) and not _is_empty(each)), None)
        if strange is not None:
            raise UsageProblem(
                f"{strange}: something other than a site stands here → give --output another folder, or move it away"
            )

    def _entries(self) -> list[Path]:
        if not self.sites.is_dir():
            return []
        return sorted(each for each in self.sites.iterdir() if not each.name.startswith("."))

    def standing(self) -> tuple[str, ...]:
        """The ids of the sites that stand in the output: folders with the manifest of a site."""
        return tuple(each.name for each in self._entries() if _is_site(each))

    def without(self, sites: Iterable[str]) -> tuple[str, ...]:
        """The ids of the sites that stand in the output, but for these."""
        left_out = set(sites)
        return tuple(site for site in self.standing() if site not in left_out)

    def swap_in(self, *sites: str) -> None:
        """Put staged sites in the place of the standing ones, one after the other.

        After WriteFailed the sites whose turn had not come stand as before.
        """
        with writing(self.sites):
            self.sites.mkdir(exist_ok=True)
        os.sync()
        for site in sites:
            with writing(self.sites / site):
                _exchange(self.staging / site, self.sites / site)

    def write_back(self) -> None:
        """Begin to write what is staged to the disk, in the background, so that `swap_in` has less to wait for."""
        threading.Thread(target=os.sync, daemon=True).start()

    def remove(self, sites: Iterable[str]) -> None:
        """Take away sites, where they stand, each in one step."""
        for site in set(sites) & set(self.standing()):
            with writing(self.sites / site):
                (self.sites / site).rename(self.staging / f"{site}.gone")


def _is_site(place: Path) -> bool:
    return (place / MANIFEST).is_file()


def _is_empty(place: Path) -> bool:
    return place.is_dir() and not any(place.iterdir())


@contextlib.contextmanager
def alone(directory: Path, advice: str) -> Iterator[None]:
    """Lock a folder against every other process, making it if need be; WriteFailed with `advice` when it is locked."""
    with writing(directory):
        directory.mkdir(parents=True, exist_ok=True)
        lock = os.open(directory / ".lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise WriteFailed(f"{directory}: another build is at work here → {advice}") from None
        yield
    finally:
        os.close(lock)


def replace_folder(new: Path, place: Path) -> None:
    """Put a finished folder beside `place` (on one file system) in its place, in one step, and take the old one away.

    WriteFailed leaves in place what stood there.
    """
    with writing(place):
        put_back(place)
        os.sync()
        _exchange(new, place)
    shutil.rmtree(new, ignore_errors=True)


def _exchange(new: Path, place: Path) -> None:
    """Let two folders change places, in one step where the file system can; where nothing stood, move the new one."""
    if not place.exists():
        new.rename(place)
    elif not _exchanged(new, place):
        place.rename(_aside(place))
        try:
            new.rename(place)
        finally:
            put_back(place)


def put_back(place: Path) -> None:
    """Mend a replacement that ended between two renames: return the old folder, or delete it if the new one stands."""
    aside = _aside(place)
    if not aside.exists():
        return
    if place.exists():
        shutil.rmtree(aside)
    else:
        aside.rename(place)


def copy_files(source: Path, names: Iterable[str], target: Path) -> None:
    """Copy the files with these relative paths from `source` to `target`; OSError."""
    for name in names:  # not shutil.copytree: it collects errors into one without an errno
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source / name, target / name)


def replace_file(path: Path, content: bytes) -> None:
    """Write a file so that readers find its old content or the new one, never a part; OSError."""
    beside = path.with_name(f".{path.name}{_UNFINISHED}")
    try:
        with beside.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _aside(place: Path) -> Path:
    return place.with_name(f".{place.name}{_ASIDE}")


def _exchanged(new: Path, place: Path) -> bool:
    """Whether two folders changed places in one step."""
    library = ctypes.CDLL(None, use_errno=True)  # to look for it by name would start a process, with the lock in hand
    try:
        renameat2 = library.renameat2
    except AttributeError:
        return False
    done = renameat2(_AT_FDCWD, os.fsencode(new), _AT_FDCWD, os.fsencode(place), _RENAME_EXCHANGE)
    if done != 0 and ctypes.get_errno() not in (errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(place))
    return bool(done == 0)


@contextlib.contextmanager
def writing(place: Path) -> Iterator[None]:
    """Turn an OSError in the block into WriteFailed with advice: disk full, permission denied, read-only."""
    try:
        yield
    except OSError as error:
        advice = {
            errno.ENOSPC: "free some space on the disk",
            errno.EDQUOT: "the quota of the user is used up",
            errno.EACCES: "give the user of this command the right to write there",
            errno.EPERM: "give the user of this command the right to write there",
            errno.EROFS: "the file system is read-only: give --output a folder that can be written",
        }.get(error.errno or 0, "see what stands there")
        raise WriteFailed(
            f"{place}: could not be written ({os.strerror(error.errno or errno.EIO)}) → {advice}; "
            "what stood before still stands"
        ) from error
