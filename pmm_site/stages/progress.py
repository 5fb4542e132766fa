"""Progress of long work: how stages report it, and the bar that shows it on a terminal (stderr, nothing elsewhere)."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any

Progress = Callable[[str, int, int], None]
"""Called with the name of the stage, the number of parts that are done, and the number of all parts."""

Map = Callable[[Callable[[Any], Any], Iterable[Any]], Iterable[Any]]
"""The built-in map, or that of a pool of processes: answers in the order of the questions."""


def silent(stage: str, done: int, total: int) -> None:
    """Report nothing."""


def telling(run: Map, stage: str, progress: Progress) -> Map:
    """The map `run` that also reports progress each time that an answer has arrived.

    All questions are handed to `run` when the map is called, not when its first answer is asked for.
    """

    def run_and_report(function: Callable[[Any], Any], questions: Iterable[Any]) -> Iterator[Any]:
        all_questions = list(questions)
        return reported(run(function, all_questions), len(all_questions))

    def reported(answers: Iterable[Any], total: int) -> Iterator[Any]:
        for done, answer in enumerate(answers, 1):
            progress(stage, done, total)
            yield answer

    return run_and_report


@contextlib.contextmanager
def progress_bar(wanted: bool) -> Iterator[Progress]:
    """A progress that is drawn as a bar; `silent` when it is not wanted or stderr is no terminal."""
    if not wanted or not sys.stderr.isatty():
        yield silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    with Bars(
        TextColumn("{task.description:<12}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        console=Console(stderr=True), transient=True,
    ) as bars:  # fmt: skip
        tasks = {}

        def show(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total)
            bars.update(tasks[stage], completed=done, total=total)

        yield show
