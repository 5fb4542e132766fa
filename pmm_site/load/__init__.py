"""From a project folder to a `Dataset`: all problems of all files at once, or everything, checked."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from pmm_site.load.log import Log
from pmm_site.load.project import ProjectReader
from pmm_site.load.releases import read_acknowledgement
from pmm_site.model import Dataset, Settings
from pmm_site.problems import Problem, has_errors

__all__ = ["load", "read_acknowledgement", "settings_alone"]


def load(project: Path, *, now: datetime | None = None) -> tuple[Dataset | None, tuple[Problem, ...]]:
    """Read a project folder.

    `now` (with a time zone) decides which cycles with `publish_at` may stand on sites; by default it is
    SOURCE_DATE_EPOCH, else the clock. Returns the data, None when any problem is an error, and all problems
    in the order of files and lines. Whatever the files hold, nothing is raised.
    """
    log = Log()
    dataset = ProjectReader(project, log, now).read()
    problems = log.finished()
    return (None if has_errors(problems) else dataset), problems


def settings_alone(project: Path) -> Settings | None:
    """The settings of a project as far as they can be read, whatever else is wrong; None without a site.yml.

    Reports nothing: ids are not held against other files.
    """
    return ProjectReader(project, Log()).trusting_settings()
