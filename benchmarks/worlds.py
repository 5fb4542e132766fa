"""Worlds to measure: projects of any size as `pmm-site demo` writes them, and builds of them that are watched."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import yaml

from benchmarks.watching import Watch


class Run(NamedTuple):
    """One command: its wall time, peak memory of all its processes, and seconds by stage as its progress tells them."""

    name: str
    seconds: float
    mebibytes: float
    stages: dict[str, float]


class Sites(NamedTuple):
    """What stands after a build: sites, pages, files, bytes."""

    sites: int
    pages: int
    files: int
    bytes: int


def make(project: Path, members: int, cycles: int, coalitions: str) -> None:
    """A project of so many Members and cycles."""
    command = [sys.executable, "-m", "pmm_site", "demo", str(project)]
    subprocess.run(
        [*command, "--members", str(members), "--cycles", str(cycles)], check=True, stdout=subprocess.DEVNULL
    )
    set_coalitions(project, coalitions)


def set_coalitions(project: Path, coalitions: str) -> None:
    """Name those whom the roundings protect against, in the settings of a project."""
    path = project / "site.yml"
    lines = [line for line in path.read_text("utf-8").splitlines() if not re.match(r"\s+coalitions:", line)]
    at = next((at for at, line in enumerate(lines) if line.startswith("disclosure:")), None)
    if at is None:
        lines += ["disclosure:"]
        at = len(lines) - 1
    lines.insert(at + 1, f"  coalitions: {coalitions}")
    path.write_text("\n".join(lines) + "\n", "utf-8")


def keep_half_of_the_countries(project: Path) -> None:
    """Ask for the sites of every second participant."""
    rows = sorted(project.glob("data/cycles/*/participants.csv"))[-1].read_text("utf-8").splitlines()[1:]
    members = sorted(row.partition(",")[0] for row in rows)[::2]
    path = project / "site.yml"
    text = path.read_text("utf-8").replace("countries: participants", f"countries: [{', '.join(members)}]")
    path.write_text(text, "utf-8")


def number_of_kpis(project: Path) -> int:
    """How many KPIs the catalogue has."""
    return len(yaml.safe_load((project / "data" / "catalogue.yml").read_text("utf-8"))["kpis"])


def built(name: str, project: Path, *options: str) -> Run:
    """Run a build and watch its processes; its stages are read from the progress that it tells a terminal."""
    watch = Watch()
    began = time.perf_counter()
    command = [sys.executable, "-m", "benchmarks.staged", str(project), *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    with watch.over(process.pid):
        output, problems = process.communicate()
    seconds = time.perf_counter() - began
    if process.returncode:
        raise SystemExit(f"{name}: the build failed\n{problems}")
    return Run(name, seconds, watch.peak / 2**20, json.loads(output.splitlines()[-1]))


def standing(folder: Path) -> Sites:
    """Count what a build has left."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    pages = sum(path.suffix == ".html" for path in files)
    return Sites(len(list(folder.iterdir())), pages, len(files), sum(path.stat().st_size for path in files))
