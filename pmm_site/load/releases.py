"""releases/<name>.yml: what a person acknowledges of a release, written by hand; and where its record lies."""

from __future__ import annotations

from pathlib import Path

from pmm_site.load import files
from pmm_site.load.fields import Field
from pmm_site.load.files import ProjectFolder
from pmm_site.load.log import FileLog, Log, printable
from pmm_site.load.strict_yaml import parse
from pmm_site.problems import InputProblems


def check_links(folder: ProjectFolder, log: Log) -> None:
    """Tells records of releases that lie outside of the project, or whose folder cannot be read."""
    for name in folder.names("releases", FileLog(log, "project", "releases")):
        for path in (f"releases/{name}", f"releases/{name}/record.json"):
            if folder.leads_out(path):
                FileLog(log, "project", printable(path)).error("outside", "the record leads out of the project")
                break


def read_acknowledgement(project: Path, release: str) -> frozenset[str]:
    """The keys of values that the release's file lets become more visible; none where there is no file.

    The file names `acknowledge_widened` (a list of keys as `diff` prints them), `by` and a `note`.
    InputProblems tells all that is wrong with it.
    """
    path = f"releases/{release}.yml"
    folder, log = ProjectFolder(project), Log()
    if not folder.has(path):
        return frozenset()
    file_log = FileLog(log, "release", path)
    text = folder.read_text(path, file_log, files.YAML_BYTES)
    node = parse(text, file_log) if text is not None else None
    found = _keys(Field(file_log, node)) if node is not None else frozenset()
    problems = log.finished()
    if problems:
        raise InputProblems(problems)
    return found


def _keys(root: Field) -> frozenset[str]:
    fields = root.mapping(required=("acknowledge_widened", "by"), optional=("note",)) or {}
    for name in ("by", "note"):
        if name in fields:
            fields[name].string()
    listed = fields["acknowledge_widened"].items() if "acknowledge_widened" in fields else []
    return frozenset(key for key in (each.string() for each in listed) if key is not None)
