"""Break the rules of disclosure one by one, and see whether a test notices.

    python -m benchmarks.broken_rules [--only WORD] [--write docs/broken-rules.md]

Each break is a small change of one line in a copy of the project. The tests named beside it are run there until one
fails, the one that the document names first. A rule whose break no test notices is guarded by nobody: the command says
so and ends with 1.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.breaks import BREAKS, Break

ROOT = Path(__file__).parents[1]
COPIED = ("pmm_site", "tests", "benchmarks", "themes", "pyproject.toml")

MOST_SECONDS = 120
ENDLESS = "tests that do not end"
NO_SUCH_TEST = 4
"""What pytest ends with where a test that is named does not exist."""

INTRODUCTION = """# Rules broken on purpose

Written by `make broken-rules`: each rule is broken by a change of one line in a copy of the program, and the tests are
run until one fails. *Noticed by* names that test; there are often more.
"""


class Trial(NamedTuple):
    """A rule that was broken, and the test that noticed; blank when none did."""

    broken: Break
    test: str


def trials(chosen: list[Break], noticed: dict[str, str]) -> Iterator[Trial]:
    """Break each rule in turn in one copy of the project; `noticed`: the tests that did last time, by rule and how."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in COPIED:
            place = ROOT / name
            if place.is_dir():
                shutil.copytree(place, copy / name, ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
            elif place.exists():
                shutil.copy(place, copy / name)
        for each in chosen:
            yield Trial(each, _noticed(copy, each, noticed.get(_name(each), "")))


def _name(broken: Break) -> str:
    return f"| {broken.rule} | {broken.how} |"


def _noticed(copy: Path, broken: Break, last: str) -> str:
    """The test that fails while the rule is broken; the rule is whole again afterwards."""
    path = copy / "pmm_site" / broken.file
    whole = path.read_text(encoding="utf-8")
    path.write_text(broken.applied(whole), encoding="utf-8")
    try:
        tests = [f"tests/{name}" for name in broken.tests]
        is_there = last and (copy / "tests" / last.partition("::")[0]).is_file()
        return (is_there and _first_failure(copy, [f"tests/{last}"])) or _first_failure(copy, tests)
    finally:
        path.write_text(whole, encoding="utf-8")


def _first_failure(copy: Path, tests: list[str]) -> str:
    command = [sys.executable, "-B", "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    environment = {**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    ran = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, preexec_fn=_limited)
    if ran.returncode < 0:
        return ENDLESS
    if ran.returncode == NO_SUCH_TEST:
        return ""
    found = re.search(r"^(?:FAILED|ERROR) (\S+)", ran.stdout, re.MULTILINE)
    if found is None and ran.returncode != 0:
        raise RuntimeError(f"the tests did not run:\n{ran.stdout[-2000:]}{ran.stderr[-2000:]}")
    return found[1].removeprefix("tests/") if found else ""


def _limited() -> None:
    """Processor time that no tests need: a search whose rule is broken may never end."""
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))


def table(found: list[Trial]) -> str:
    """What was found, as Markdown."""
    lines = ["| rule | broken by | noticed by |", "| --- | --- | --- |"]
    for each in found:
        test = f"`{each.test.partition('[')[0]}`" if each.test not in ("", ENDLESS) else each.test or "**nobody**"
        lines.append(f"{_name(each.broken)} {test} |")
    return "\n".join(lines) + "\n"


def noticed_before(document: Path | None) -> dict[str, str]:
    """The tests named in the document, by the rule and how it is broken; none where there is no document."""
    text = document.read_text(encoding="utf-8") if document is not None and document.exists() else ""
    return dict(re.findall(r"^(\| .+ \|) `(\S+::\S+)` \|$", text, re.MULTILINE))


def main() -> int:
    """Break, print, and write where asked; 1 when something went unnoticed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--only", default="", help="rules that have this word in them; the document's others stay")
    parser.add_argument("--write", type=Path)
    asked = parser.parse_args()
    found = []
    before = noticed_before(asked.write)
    chosen = [each for each in BREAKS if asked.only in f"{each.rule} {each.how}"]
    for each in trials(chosen, before):
        print(f"{each.broken.rule}: {each.broken.how}: {each.test or 'NOBODY NOTICED'}", flush=True)
        found.append(each)
    if asked.write is not None:
        told = {each.broken: each for each in found}
        kept = [told.get(each) or Trial(each, before.get(_name(each), "")) for each in BREAKS]
        asked.write.write_text(f"{INTRODUCTION}\n{table(kept)}", encoding="utf-8")
    return 0 if all(each.test for each in found) else 1


if __name__ == "__main__":
    sys.exit(main())
