"""Where work is done: processes that begin empty, one set for each stage, kept only when asked to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pmm_site.problems import DisclosureRefused, InputProblems, PmmSiteError, Problem
from pmm_site.render.words import UnknownWord
from pmm_site.stages.workers import ProcessLost, Workers

_seen: list[str] = []


def note(word: str) -> None:
    """Prepare a process."""
    _seen.append(word)


def who(_: object = None) -> tuple[int, tuple[str, ...]]:
    """The process that answers, and what it was prepared with."""
    return os.getpid(), tuple(_seen)


@pytest.fixture
def kept() -> Iterator[Workers]:
    """A process that waits for the next build."""
    workers = Workers(1, keep=True)
    yield workers
    workers.close()


def ask(workers: Workers, stage: str, word: str | None = None) -> tuple[int, tuple[str, ...]]:
    """Who works for a stage."""
    with workers.opened(stage, *((note, word) if word else ())) as processes:
        return next(iter(processes.map(who, [0])))


def test_processes_begin_empty_and_end_with_the_stage() -> None:
    """What this process has seen is not there, and a second stage gets another process."""
    note("here")
    first, second = ask(Workers(1), "disclose"), ask(Workers(1), "render")
    assert first[1] == second[1] == ()
    assert first[0] != second[0]


def test_kept_processes_serve_one_stage(kept: Workers) -> None:
    """The same stage finds its process again; no other stage gets it: no page is made where values were."""
    first = ask(kept, "disclose")
    assert ask(kept, "disclose") == first
    assert ask(kept, "render")[0] != first[0]


def test_kept_processes_are_replaced_when_prepared_otherwise(kept: Workers) -> None:
    """What was prepared for other data is not asked."""
    first = ask(kept, "audit", "one")
    assert ask(kept, "audit", "one") == first
    assert ask(kept, "audit", "two")[1] == ("two",)


def test_a_stage_that_failed_begins_anew(kept: Workers) -> None:
    """After a failure the next build gets a fresh process."""
    first = ask(kept, "render")
    with pytest.raises(RuntimeError), kept.opened("render"):
        raise RuntimeError
    assert ask(kept, "render")[0] != first[0]


def killed(_: object) -> None:
    """End the process that works, as the system does when there is no memory left."""
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("keep", [False, True])
def test_a_process_that_was_ended_is_told_with_what_to_do(keep: bool) -> None:
    """The system ends a process for lack of memory: no failure of the program, and the next stage works."""
    workers = Workers(1, keep=keep)
    with pytest.raises(ProcessLost, match=r"lack of memory.* → .*--jobs 1"), workers.opened("render") as processes:
        processes.submit(killed, 0).result()
    assert ask(workers, "render")
    workers.close()


def test_processes_are_silent_at_an_interrupt() -> None:
    """Ctrl+C reaches every process of a terminal: those that work, and the one that starts them, say nothing."""
    script = (
        "import signal, sys, time\n"
        "from pmm_site.stages.workers import Workers\n"
        "if __name__ == '__main__':\n"
        "    with Workers(2).opened('disclose') as processes:\n"
        "        print(processes.submit(int).result(), flush=True)\n"
        "        try:\n"
        "            list(processes.map(time.sleep, [30, 30]))\n"
        "        except KeyboardInterrupt:\n"
        "            sys.exit(130)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script], start_new_session=True, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "0\n"
    time.sleep(1)
    os.killpg(process.pid, signal.SIGINT)
    _, told = process.communicate(timeout=20)
    assert (process.returncode, told) == (130, "")


def test_processes_end_with_the_one_that_they_work_for() -> None:
    """A preview or build that is killed leaves nobody behind, who would hold memory and confidential values."""
    script = (
        "import os, time\n"
        "from pmm_site.stages.workers import Workers\n"
        "if __name__ == '__main__':\n"
        "    workers = Workers(1, keep=True)\n"
        "    with workers.opened('disclose') as processes:\n"
        "        print(processes.submit(os.getpid).result(), flush=True)\n"
        "    time.sleep(60)\n"
    )
    killed = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert killed.stdout is not None
    worker = int(killed.stdout.readline())
    assert is_alive(worker)
    killed.kill()
    killed.wait(30)
    for _ in range(300):
        if not is_alive(worker):
            break
        time.sleep(0.1)
    assert not is_alive(worker)


def is_alive(process: int) -> bool:
    """Whether a process still works; one that ended and was not asked for yet does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except OSError:
        return False


FAILURES = (
    UnknownWord("nav.nope", "no text 'nav.nope' in the language en"),
    InputProblems([Problem("site-text", "site.yml", "the text is empty")]),
    DisclosureRefused("the audit failed", ["wco: one", "wco: two"]),
)


def fail(at: int) -> None:
    """End in an error of the program's own."""
    raise FAILURES[at]


@pytest.mark.parametrize("at", range(len(FAILURES)), ids=lambda at: type(FAILURES[at]).__name__)
def test_an_error_comes_back_as_it_was(at: int) -> None:
    """What a process ends in is told as it is, and not as a process that the system ended for lack of memory."""
    with pytest.raises(PmmSiteError) as caught, Workers(1).opened("failing") as processes:
        tuple(processes.map(fail, [at]))
    assert type(caught.value) is type(FAILURES[at])
    assert str(caught.value) == str(FAILURES[at])
    assert vars(caught.value) == {**vars(caught.value), **vars(FAILURES[at])}
