"""A progress bar on long work: on a terminal, on stderr, and nowhere else."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any

Progress = Callable[[str, int, int], None]
"""Called with the name of the stage, what is done and what there is to do."""

Map = Callable[[Callable[[Any], Any], Iterable[Any]], Iterable[Any]]
"""The built-in map, or that of a pool of processes: answers in the order of the questions."""


def silent(stage: str, done: int, total: int) -> None:
    """Say nothing."""


def telling(run: Map, stage: str, progress: Progress) -> Map:
    """The same map, which begins at once and tells how many of its answers are there each time that one is."""

    def told(function: Callable[[Any], Any], questions: Iterable[Any]) -> Iterator[Any]:
        asked = list(questions)
        return counted(run(function, asked), len(asked))

    def counted(answers: Iterable[Any], total: int) -> Iterator[Any]:
        for done, answer in enumerate(answers, 1):
            progress(stage, done, total)
            yield answer

    return told


@contextlib.contextmanager
def progress_bar(wanted: bool = True) -> Iterator[Progress]:
    """A function that draws progress, silent when stderr is no terminal."""
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
