"""Whether a web root or a bundle is what was published: every file against its sum, the sums against a signature."""

from __future__ import annotations

import hashlib
import lzma
import re
import shutil
import struct
import subprocess
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from pmm_site.problems import UsageProblem
from pmm_site.publish.manifest import MANIFEST, mismatches, paths_below

SUMS = "SHA256SUMS"
SIGNATURE = "SHA256SUMS.minisig"
_LINE = re.compile(r"([0-9a-f]{64})  (.+)")
_CHUNK = 1 << 20


class Verified(NamedTuple):
    """What came of a verification.

    files: how many are as they were published. findings: what is not. signature: what is known of it, in words.
    """

    files: int
    findings: tuple[str, ...]
    signature: str


def verify(place: Path, key: Path | None = None) -> Verified:
    """Compare every file of a web root, an unpacked bundle or a zip with its sums, and the signature with `key`.

    A finding is `missing PATH`, `changed PATH`, `unlisted PATH`, `unsafe PATH` or a sentence. UsageProblem where there
    is nothing to verify.
    """
    if zipfile.is_zipfile(place):
        return _verify_zip(place, key)
    if not place.is_dir():
        raise UsageProblem(f"{place}: neither a folder nor a zip → give the folder of a site, or a bundle")
    if (place / SUMS).is_file():
        files = dict(paths_below(place))
        unsafe = tuple(f"unsafe {name}" for name, path in files.items() if path.is_symlink())
        return _against_sums({name: partial(_sum_of, path) for name, path in files.items()},
                             (place / SUMS).read_bytes(), _signature_in(place), key, unsafe)  # fmt: skip
    if (place / MANIFEST).is_file():
        if key is not None:
            raise UsageProblem(f"{place}: a web root has no signature; bundles have → verify without --key")
        findings = mismatches(place)
        return Verified(sum(1 for _ in paths_below(place)) - 1, findings, "a web root carries no signature")
    raise UsageProblem(
        f"{place}: holds neither {MANIFEST} nor {SUMS}, so there is nothing to verify against "
        "→ give the folder of a site, such as build/sites/public, or a bundle"
    )


def _signature_in(place: Path) -> bytes | None:
    path = place / SIGNATURE
    return path.read_bytes() if path.is_file() else None


# What zipfile and the packings below it raise for damaged bytes, encryption (RuntimeError) and unknown packings.
_DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, OSError, EOFError, RuntimeError, ValueError)


def _verify_zip(place: Path, key: Path | None) -> Verified:
    try:
        with zipfile.ZipFile(place) as archive:
            return _verify_members(archive, place, key)
    except _DAMAGED as error:
        return Verified(0, (f"damaged: {str(error) or type(error).__name__}",), "not looked at")


def _verify_members(archive: zipfile.ZipFile, place: Path, key: Path | None) -> Verified:
    members = [member for member in archive.infolist() if not member.is_dir() or member.file_size]
    names = [member.filename for member in members]
    unsafe = tuple(f"unsafe {name}" for name in sorted(set(names)) if not _is_safe(name) or names.count(name) > 1)
    if SUMS not in names:
        raise UsageProblem(f"{place}: holds no {SUMS}, so it is no bundle of pmm-site → give one that `bundle` wrote")
    if unsafe:
        return Verified(0, unsafe, "not looked at")
    sums, signature = archive.read(SUMS), archive.read(SIGNATURE) if SIGNATURE in names else None
    files = {member.filename: partial(_sum_of_member, archive, member) for member in members}
    return _against_sums(files, sums, signature, key, ())


def _is_safe(name: str) -> bool:
    """Whether a member unpacks inside its folder, on every system."""
    path = PurePosixPath(name)
    return not (path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name or "\0" in name)


def _against_sums(
    files: Mapping[str, Callable[[], str]],
    sums: bytes,
    signature: bytes | None,
    key: Path | None,
    unsafe: tuple[str, ...],
) -> Verified:
    """Hold files, given by name as functions that give their sum, against SHA256SUMS; `unsafe`: earlier findings."""
    listed = _listed(sums)
    if listed is None:
        return Verified(0, (f"{SUMS} is damaged",), "not looked at")
    standing = files.keys() - {SUMS, SIGNATURE}
    both = sorted(listed.keys() & standing)
    changed = [name for name in both if files[name]() != listed[name]]
    signed, findings = _signed(sums, signature, key)
    return Verified(
        len(both) - len(changed),
        (*unsafe, *(f"missing {name}" for name in sorted(listed.keys() - standing)),
         *(f"unlisted {name}" for name in sorted(standing - listed.keys())),
         *(f"changed {name}" for name in changed), *findings),
        signed,
    )  # fmt: skip


def _listed(sums: bytes) -> dict[str, str] | None:
    """The sums that SHA256SUMS lists, by name; None where it is damaged or names a file twice."""
    listed: dict[str, str] = {}
    try:
        for line in sums.decode("utf-8").splitlines():
            matched = _LINE.fullmatch(line)
            if matched is None or matched[2] in listed:
                return None
            listed[matched[2]] = matched[1]
    except UnicodeDecodeError:
        return None
    return listed


def _signed(sums: bytes, signature: bytes | None, key: Path | None) -> tuple[str, tuple[str, ...]]:
    """What is known of the signature, and what is wrong with it."""
    if key is None:
        return ("signed; give --key PUBLIC-KEY to know by whom" if signature else "not signed"), ()
    if not key.is_file():  # the signature may well be right
        raise UsageProblem(f"--key {key}: there is no such file → give the publisher's public key")
    if signature is None:
        return "not signed", (f"{SIGNATURE} is missing, so the bundle is not from the holder of the key",)
    program = minisign()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / SUMS).write_bytes(sums)
        (Path(folder) / SIGNATURE).write_bytes(signature)
        ran = subprocess.run(
            [program, "-V", "-q", "-p", str(key.resolve()), "-m", str(Path(folder) / SUMS)],
            capture_output=True, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    if ran.returncode != 0:
        return "wrong", ("the signature is not one of this key",)
    return "signed by the holder of the key", ()


def minisign() -> str:
    """The path of the program that signs and checks signatures; UsageProblem with what to install."""
    found = shutil.which("minisign")
    if found is None:
        raise UsageProblem("minisign is needed for signatures and is not installed → apt-get install minisign")
    return found


def _sum_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _sum_of_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> str:
    """The sum of a member, read in pieces, so that one which unpacks to very much fills no memory."""
    digest = hashlib.sha256()
    with archive.open(member) as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
