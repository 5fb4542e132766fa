"""The small project that a person edits into their own: `starter/`, with a secret of its own."""

from __future__ import annotations

import secrets
from importlib.resources import files
from pathlib import Path

from pmm_site.demo.writing import copy_tree, whole_folder, write_text


def write_new(directory: Path) -> None:
    """Write the starter project into an empty or new folder; raises UsageProblem for one that is not empty.

    The salt is drawn anew: it is the one secret of a project that has to differ from every other one.
    """
    with whole_folder(directory) as part:
        copy_tree(files("pmm_site.demo") / "starter", part)
        write_text(part / "data" / "salt.txt", secrets.token_hex(32) + "\n")
