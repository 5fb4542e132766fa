"""Build a project as `pmm-site build` does, and print the seconds of each stage as JSON.

python -m benchmarks.staged PROJECT [--site PATTERN]
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

from pmm_site.build import build


class Stages:
    """Seconds by stage: a stage speaks when a part of it is done, so what passed since the last word was its time."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._began = time.perf_counter()

    def __call__(self, stage: str, done: int, total: int) -> None:
        """As a build tells its progress."""
        now = time.perf_counter()
        self.seconds[stage] = self.seconds.get(stage, 0.0) + now - self._began
        self._began = now


def main() -> None:
    """Build, and say how long what took."""
    parser = argparse.ArgumentParser()
    parser.add_argument("project", type=Path)
    parser.add_argument("--site", action="append", default=[])
    options = parser.parse_args()
    stages = Stages()
    build(options.project, options.project / "build", sites=options.site, progress=stages)
    print(json.dumps(stages.seconds))


if __name__ == "__main__":
    main()
