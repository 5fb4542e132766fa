"""The memory of a process with all its descendants, looked at as often as costs little."""

from __future__ import annotations

import contextlib
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path

_PAUSE, _SPARE = 0.1, 40
"""Seconds between two looks at least, and how many times as long as a look took: large processes take long to count."""


class Watch:
    """The peak of the proportional set sizes of a process and its descendants together, in bytes (Linux)."""

    def __init__(self) -> None:
        self.peak = 0

    @contextlib.contextmanager
    def over(self, process: int) -> Iterator[None]:
        """Watch while the block runs."""
        ended = threading.Event()
        thread = threading.Thread(target=self._look, args=(process, ended), daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def _look(self, process: int, ended: threading.Event) -> None:
        pause = _PAUSE
        while not ended.wait(pause):
            began = time.perf_counter()
            self.peak = max(self.peak, sum(_memory(each) for each in _family(process)))
            pause = max(_PAUSE, _SPARE * (time.perf_counter() - began))


def _family(process: int) -> Iterator[int]:
    yield process
    try:
        lists = [path.read_text() for path in Path(f"/proc/{process}/task").glob("*/children")]
    except OSError:
        return
    for child in " ".join(lists).split():
        yield from _family(int(child))


def _memory(process: int) -> int:
    try:
        match = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{process}/smaps_rollup").read_text(), re.MULTILINE)
    except OSError:
        return 0
    return int(match[1]) * 1024 if match else 0
