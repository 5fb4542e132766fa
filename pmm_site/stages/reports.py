"""The folder `reports` of the output: what a build was made from and what it decided, for the Secretariat only."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

from pmm_site.inputs import files_below, is_closed
from pmm_site.publish.staging import replace_file, writing
from pmm_site.stages.confidential import Project

if TYPE_CHECKING:
    from pmm_site.disclose import Assembly

_INPUTS = ("site.yml", "data", "content", "themes")


def write_inputs(project: Project, reports: Path) -> None:
    """Write validation.json (the warnings) and inputs.json (sha256 of every input, by path)."""
    with writing(reports):
        _write_json(reports / "validation.json", [problem.as_json() for problem in project.warnings])
        _write_json(reports / "inputs.json", _input_hashes(project.folder))


def write_decisions(assembly: Assembly, reports: Path) -> None:
    """Write suppression.csv (what became of each figure, and why) and disclosure.json; no value stands in either."""
    from pmm_site import disclose

    exposed, unproven = disclose.exposed(assembly.decisions), disclose.unproven(assembly.decisions)
    with writing(reports):
        log = disclose.log_csv(disclose.suppression_log(assembly.decisions))
        replace_file(reports / "suppression.csv", log.encode())
        _write_json(
            reports / "disclosure.json",
            {
                "release": assembly.release,
                "exposed_by_earlier_releases": list(exposed),
                "not_proven_best": list(unproven),
            },
        )


def _input_hashes(project: Path) -> dict[str, str]:
    """sha256 of every input, by path."""
    return {
        path: hashlib.sha256(place.read_bytes()).hexdigest()
        for name in _INPUTS
        for path, place in files_below(project, name)
        if place.is_file() and not is_closed(project, place) and not path.startswith("data/public-package/")
    }


def _write_json(path: Path, content: object) -> None:
    replace_file(path, (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode())
