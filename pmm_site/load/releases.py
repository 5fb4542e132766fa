"""releases/<name>.yml: what a person acknowledges of a release, written by hand; and where its record lies."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from pmm_site.load import files
from pmm_site.load.fields import Field
from pmm_site.load.files import ProjectFolder
from pmm_site.load.log import FileLog, KnownIds, Log, printable
from pmm_site.load.strict_yaml import parse
from pmm_site.load.words import id_fault
from pmm_site.problems import InputProblems

_KEY = re.compile(r"[a-z0-9-]{1,64}/[a-z0-9-]{1,64}/[A-Z]{3}")


def check_releases(folder: ProjectFolder, log: Log, values: KnownIds) -> None:
    """Report records of releases that lie outside of the project, and what is wrong with a word for one to come.

    values: the keys of all values. What was acknowledged of a release that is recorded was true when it was made.
    """
    for name in folder.names("releases", FileLog(log, "project", "releases")):
        for path in (f"releases/{name}", f"releases/{name}/record.json"):
            if folder.leads_out(path):
                FileLog(log, "project", printable(path)).error("outside", "the record leads out of the project")
                break
        else:
            _check_name(folder, log, name)
            release = name.removesuffix(".yml")
            if release != name and not folder.is_folder(f"releases/{release}"):
                _check_keys(_listed(folder, log, release), values)


def _check_name(folder: ProjectFolder, log: Log, name: str) -> None:
    """Report a file that looks like one of a release and is not read: what it agrees to would count for nothing."""
    stem, _, ending = name.rpartition(".")
    if stem and ending.casefold() in ("yml", "yaml") and (ending != "yml" or id_fault(stem)):
        right = f"{stem}.yml"
        advice = "" if id_fault(stem) or folder.has(f"releases/{right}") else f"rename it to {right}"
        FileLog(log, "project", printable(f"releases/{name}")).error(
            "unknown-file", "nothing reads this file", next_step=advice
        )


def _check_keys(keys: Iterable[Field], values: KnownIds) -> None:
    for each in keys:
        key = each.string()
        if key is not None and values.lacks(key):
            message = f"no value has the key '{key}'" if _KEY.fullmatch(key) else "this is no key of a value"
            each.log.warning("value", message, line=each.node.line, place=each.path)


def read_acknowledgement(project: Path, release: str) -> frozenset[str]:
    """The keys of values that the release's file lets become more visible; none where there is no file.

    The file names `acknowledge_widened` (a list of keys as `diff` prints them), `by` and a `note`.
    Raises InputProblems with all that is wrong with it.
    """
    folder, log = ProjectFolder(project), Log()
    if not folder.has(f"releases/{release}.yml"):
        return frozenset()
    keys = frozenset(key for each in _listed(folder, log, release) if (key := each.string()) is not None)
    problems = log.finished()
    if problems:
        raise InputProblems(problems)
    return keys


def _listed(folder: ProjectFolder, log: Log, release: str) -> list[Field]:
    """The keys that a release's file names, and what else is wrong with it."""
    path = f"releases/{release}.yml"
    file_log = FileLog(log, "release", printable(path))
    text = folder.read_text(path, file_log, files.YAML_BYTES)
    node = parse(text, file_log) if text is not None else None
    if node is None:
        return []
    fields = Field(file_log, node).mapping(required=("acknowledge_widened", "by"), optional=("note",)) or {}
    for name in ("by", "note"):
        if name in fields:
            fields[name].string()
    return fields["acknowledge_widened"].items() if "acknowledge_widened" in fields else []
