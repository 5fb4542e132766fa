"""What a build did, for people and for machines."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pmm_site.model import PREVIEW
from pmm_site.problems import Problem, counted


@dataclass(frozen=True)
class BuildResult:
    """What a build did.

    output: the output folder; files: the number of files of each site that was asked for, by id; made: the ids of the
    sites that were rendered, the others stood already as they would be made; removed: the ids of the sites that were
    taken away; release: the name under which the sites were published.
    """

    output: Path
    files: dict[str, int]
    made: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    warnings: tuple[Problem, ...] = ()
    release: str = PREVIEW

    def as_json(self) -> dict[str, Any]:
        """The result for machines."""
        return {
            "output": str(self.output),
            "release": self.release,
            "sites": self.files,
            "made": list(self.made),
            "removed": list(self.removed),
            "warnings": [problem.as_json() for problem in self.warnings],
        }

    def in_words(self) -> str:
        """The result for people."""
        total = sum(self.files.values())
        made = "" if len(self.made) == len(self.files) else f", {len(self.made)} made anew, the others unchanged"
        sites, files = counted(len(self.files), "site"), counted(total, "file")
        lines = [f"{self.output / 'sites'}: {sites}, {files} ({self.release}){made}"]
        if self.removed:
            lines.append("taken away, because the project no longer has them: " + ", ".join(self.removed))
        return "\n".join(lines)
