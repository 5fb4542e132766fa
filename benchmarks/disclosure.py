"""Rules of disclosure control side by side on the same synthetic worlds: what is published and what leaks.

    python -m benchmarks.disclosure [--crossing] [--everybody] [--write docs/disclosure-measured.md]

Seconds are processor time of the choice and of the audit, spread over two processes. Rows against single readers are
attacked by this benchmark itself, which gives all intervals, the others and some of those by the program's audit, which
is what a build runs; neither shares anything with the choice.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from benchmarks.audited import audited
from benchmarks.reconstruction import Printed, audit
from benchmarks.rules import RULES
from benchmarks.synthetic import Members, World, members, problem, readers, world
from pmm_site.disclose.roundings import choose_roundings
from pmm_site.disclose.steps import rounded, steps
from pmm_site.model import GroupKey


class Method(NamedTuple):
    """A row of the table: a textbook rule, or the choice of roundings in one of its settings."""

    name: str
    coalitions: str
    rule: str | None = None
    finest_only: bool = False
    tied: bool = False


CORES = 2
"""Seconds are told as if the work were spread over so many, however many processes do it here."""

SOME = 10
"""Of so many KPIs one is attacked by both audits in the rows of the textbooks, where there is much to find."""

COLUMNS = (
    "rule", "published", "finest step", "violations", "pinned to 1 % / 5 %", "proven", "choice, one KPI", "audit",
)  # fmt: skip

METHODS = (
    *(Method(rule, "none", rule) for rule in RULES),
    Method("suppress, exactly optimal", "none", finest_only=True),
    Method("one rounding per KPI", "none", tied=True),
    Method("**roundings, single readers**", "none"),
    Method("**roundings, and unions**", "unions"),
    Method("**roundings, and pairs**", "pairs"),
)


@dataclass(frozen=True)
class Job:
    """One KPI under one method."""

    number: int
    method: Method
    crossing: bool
    everybody: bool


class Measured(NamedTuple):
    """What one KPI gave: figures published of all groups and at the finest step, the audits, proof and seconds."""

    groups: int
    published: int
    finest: int
    violations: int
    half_widths: tuple[float, ...]
    proven: bool
    seconds: float
    audit_seconds: float


def measure(job: Job) -> Measured:
    """Decide the means of one KPI and attack them."""
    people = members(job.everybody)
    one = world(job.number, people, job.crossing)
    printed, finest, proven, seconds = _published(one, people, job.method)
    attacked = None
    if job.method.rule is None or job.number % SOME == 0:
        attacked = audited(one, people, printed, job.method.coalitions)
    if job.method.coalitions == "none":
        found = audit(one, printed, readers(one, people, "none"))
        violations, half_widths = found.violations, tuple(found.half_widths.values())
        if attacked is not None and bool(violations) != bool(attacked.violations):
            raise AssertionError(f"{one.name}: two audits of {job.method.name} disagree")
    else:
        violations, half_widths = attacked.violations if attacked is not None else 0, ()
    spent = attacked.seconds if attacked is not None else 0.0
    return Measured(len(one.cells), len(printed), finest, violations, half_widths, proven, seconds, spent)


def _published(one: World, people: Members, method: Method) -> tuple[Printed, int, bool, float]:
    """The printed means, how many are at their finest step, whether that is proven best, and the seconds it took."""
    if method.rule is not None:
        everybody = readers(one, people, method.coalitions)
        keys = [key for key in one.cells if RULES[method.rule](one, everybody, key)]
        printed = {key: figure for key in keys if (figure := _finest(one, key)) is not None}
        return printed, len(printed), True, 0.0
    asked = problem(one, people, method.coalitions, finest_only=method.finest_only, tied=method.tied)
    start = time.process_time()
    choice = choose_roundings(asked)
    seconds = time.process_time() - start
    figures = {key: (choice.means[key], step) for key, step in choice.levels.items()}
    shown = {key: (mean, step) for key, (mean, step) in figures.items() if mean is not None and step is not None}
    finest = sum(choice.levels[cell.key] == cell.levels[0] for cell in asked.cells if cell.levels)
    return shown, finest, choice.proven, seconds  # type: ignore[return-value]


def _finest(one: World, key: GroupKey) -> tuple[Decimal, Decimal] | None:
    values = [one.values[code] for code in one.cells[key]]
    mean = sum(values) / len(values)
    step = steps(one.kpi, mean)[0]
    return rounded(mean, step), step


def table(kpis: int, crossing: bool, everybody: bool, processes: int, kept: dict[str, str]) -> Iterator[str]:
    """The rows of the table in Markdown, each as soon as it is measured; those of `kept` rules stay as they are."""
    yield "| " + " | ".join(COLUMNS) + " |"
    yield "| --- " * len(COLUMNS) + "|"
    with ProcessPoolExecutor(processes) as pool:
        for method in METHODS:
            if method.name in kept:
                yield kept[method.name]
                continue
            start = time.perf_counter()
            found = list(pool.map(measure, [Job(number, method, crossing, everybody) for number in range(kpis)]))
            print(f"{method.name}: {time.perf_counter() - start:.0f} s with the audit", flush=True)
            yield _row(method, found)


def _row(method: Method, found: list[Measured]) -> str:
    groups = sum(each.groups for each in found)
    halves = [half for each in found for half in each.half_widths]
    pinned = [sum(half <= limit + 1e-9 for half in halves) / max(len(halves), 1) for limit in (0.01, 0.05)]
    seconds = sum(each.seconds for each in found) / CORES
    audit_seconds = sum(each.audit_seconds for each in found) / CORES
    exact = method.coalitions == "none"
    return " | ".join((
        f"| {method.name}",
        f"{sum(each.published for each in found) / groups:.1%}",
        f"{sum(each.finest for each in found) / groups:.1%}",
        f"{sum(each.violations for each in found)}",
        f"{pinned[0]:.1%} / {pinned[1]:.1%}" if exact else "-",
        "-" if method.rule else f"{sum(each.proven for each in found)} of {len(found)}",
        "-" if method.rule else f"{seconds:.1f}, {max(each.seconds for each in found):.1f}",
        "- |" if method.rule else f"{audit_seconds:.1f} |",
    ))  # fmt: skip


def main() -> None:
    """Measure and print, and write where asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--kpis", type=int, default=51)
    parser.add_argument("--crossing", action="store_true", help="with region x income")
    parser.add_argument("--everybody", action="store_true", help="all Members instead of the 62 participants")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--only", default="", help="rules with this word in them; the document's other rows stay")
    parser.add_argument("--write", type=Path)
    asked = parser.parse_args()
    people = len(members(asked.everybody).groups)
    what = f"{people} Members, {asked.kpis} KPIs, " + ("with region x income" if asked.crossing else "one-way groups")
    kept = _rows(asked.write, f"## {what}", asked.only) if asked.write and asked.only else {}
    lines = [f"## {what}", "", *table(asked.kpis, asked.crossing, asked.everybody, asked.processes, kept), ""]
    print("\n".join(lines))
    if asked.write is not None:
        _write(asked.write, lines)


def _rows(path: Path, heading: str, measured: str) -> dict[str, str]:
    """The rows under a heading of the document by rule, without those that are measured again."""
    section = path.read_text(encoding="utf-8").partition(f"{heading}\n")[2].partition("\n## ")[0]
    rows = {line.split(" | ")[0].removeprefix("| "): line for line in section.splitlines() if line.startswith("| ")}
    return {rule: row for rule, row in rows.items() if measured not in rule}


def _write(path: Path, lines: list[str]) -> None:
    """Replace the section of the same heading in the document, or add it at the end; the introduction is today's."""
    _, mark, sections = path.read_text(encoding="utf-8").partition("\n## ") if path.exists() else ("", "", "")
    before, _, rest = (INTRODUCTION + mark + sections).partition(f"{lines[0]}\n")
    _, mark, after = rest.partition("\n## ")
    path.write_text(before.rstrip() + "\n\n" + "\n".join(lines) + (mark + after if mark else ""), encoding="utf-8")


INTRODUCTION = """# Rules of disclosure control, measured

Written by `python -m benchmarks.disclosure --write docs/disclosure-measured.md`. Synthetic values and levels over the
real participants, groupings and unions; candidates are all groups that somebody reported in. *Published* and *at the
finest step* are shares of these groups. A *violation* is a reader who can prove too narrow an interval for a value
hidden from them, counted by an attack on the printed means that shares nothing with the choice: against single
readers in the rows of the textbooks, against the readers named in the others. *Pinned* is the share of values that
somebody can prove to within so much of the KPI's range (of the value, for counts). *Proven* counts the KPIs for which
nothing better is safe. *Choice* and *audit*: seconds of processor time for all KPIs, spread over two processes, and
for the KPI that took most; the audit is the attack that every build runs.
"""

if __name__ == "__main__":
    main()
