"""Builds on a machine that has no room, no right or no peace; run as a program in a mount namespace of its own.

Arguments: an empty folder to mount a small disk on, a project, and its output as built. Prints what happened as JSON.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from pmm_site.publish import manifest_of

SPARE = 30_000
"""Room left on the full disk, in bytes: enough to begin, and not for a release package."""


class Disk:
    """The small disk with an output on it."""

    def __init__(self, place: Path, project: Path, output: Path) -> None:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(place)], check=True)
        self.place, self.project, self.output = place, project, place / "build"
        shutil.copytree(output, self.output)
        self.before = self.sites()

    def sites(self) -> dict[str, Any]:
        """What stands in every web root."""
        return {root.name: manifest_of(root) for root in sorted((self.output / "sites").iterdir())}

    def build(self, *before: str) -> dict[str, Any]:
        """What a build says, whether the sites are as they were, and what it left beside them."""
        command = [sys.executable, "-m", "pmm_site", "build", "--site", "public", "--project", str(self.project)]
        ran = subprocess.run([*before, *command, "--output", str(self.output)], capture_output=True, text=True)
        beside = sorted(path.name for path in self.output.iterdir())
        return {"code": ran.returncode, "said": ran.stderr, "as before": self.sites() == self.before, "beside": beside}

    def remount(self, how: str) -> None:
        """Mount the disk again, `ro` or `rw`."""
        subprocess.run(["mount", "-o", f"remount,{how}", str(self.place)], check=True)


def main(place: Path, project: Path, output: Path) -> None:
    """Every fault in turn, and at last none."""
    disk, told = Disk(place, project, output), {}
    disk.remount("ro")
    told["read-only"] = disk.build()
    disk.remount("rw")
    for folder in (disk.output, disk.output / "sites"):
        folder.chmod(0o555)
    drop = "-dac_override,-dac_read_search"
    told["denied"] = disk.build(*(("setpriv", "--bounding-set", drop, "--inh-caps", drop) if os.geteuid() == 0 else ()))
    for folder in (disk.output, disk.output / "sites"):
        folder.chmod(0o755)
    with (disk.output / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        told["two at once"] = disk.build()
    ballast = place / "ballast"
    with ballast.open("wb") as stream:
        stream.write(b"\0" * (shutil.disk_usage(place).free - SPARE))
    told["full"] = disk.build()
    ballast.unlink()
    told["mended"] = disk.build()
    print(json.dumps(told))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
