"""Where work is done: in processes of this machine, or by the workers of a Dask cluster.

Stages get an `Executor` and do not know where it runs. They take its answers in the order of the questions, so that the
bytes of a build are the same wherever it ran. The workers of a cluster see the same file system as who builds.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from multiprocessing import forkserver, get_context, parent_process
from multiprocessing.connection import wait
from typing import Any, NamedTuple

from pmm_site.problems import PmmSiteError, UsageProblem

Prepare = Callable[..., None]

PATIENCE = 10
"""Seconds to wait for a scheduler."""


class ProcessLost(PmmSiteError):
    """A process that was at work here is gone, and its work with it."""


class _Kept(NamedTuple):
    """Processes of a stage that wait for the next build, and the `prepare` that they were started with."""

    prepared: tuple[Any, ...]
    processes: ProcessPoolExecutor


@dataclass(frozen=True)
class Workers:
    """Processes of this machine, or a cluster.

    jobs: how many processes at once (None: one for each core). scheduler: the address of a cluster's scheduler
    (`tcp://host:port`), None for this machine. keep: the processes wait for the next build, with all that they have
    read and drawn in memory, until `close`.
    """

    jobs: int | None = None
    scheduler: str | None = None
    keep: bool = False
    _kept: dict[str, _Kept] = field(default_factory=dict, compare=False, repr=False)

    @contextlib.contextmanager
    def opened(self, stage: str, prepare: Prepare | None = None, *given: Any) -> Iterator[Executor]:
        """Processes for one stage, each of which first calls `prepare(*given)`.

        On this machine they start empty and serve this stage alone: a forked process would inherit what its parent has
        seen, and the threads of the chart renderer. A worker of a cluster may serve several stages.
        Raises UsageProblem when there is no such cluster, ProcessLost when a process was ended from outside.
        """
        if self.scheduler is not None:
            with _cluster(self.scheduler) as client:
                if prepare is not None:
                    client.run(prepare, *given)
                yield client.get_executor(pure=False)
            return
        try:
            with self._of_this_machine(stage, prepare, given) as processes:
                yield processes
        except BrokenProcessPool:
            raise ProcessLost(
                "a process of this command was ended from outside, usually for lack of memory; what stood before still "
                "stands → fewer processes at once (--jobs 1), or a machine with more memory"
            ) from None

    @contextlib.contextmanager
    def _of_this_machine(self, stage: str, prepare: Prepare | None, given: tuple[Any, ...]) -> Iterator[Executor]:
        if self.keep:
            try:
                yield self._waiting(stage, prepare, given)
            except BaseException:  # a process that was killed, or that kept something half done
                self._kept.pop(stage).processes.shutdown(cancel_futures=True)
                raise
        else:
            processes = self._started(prepare, given)
            try:
                yield processes
            finally:  # after an error nobody waits for what is still to be done
                processes.shutdown(cancel_futures=True)

    def close(self) -> None:
        """End the processes that were kept."""
        while self._kept:
            self._kept.popitem()[1].processes.shutdown()

    def _started(self, prepare: Prepare | None, given: tuple[Any, ...]) -> ProcessPoolExecutor:
        context = get_context("forkserver")
        _start_fork_server()
        return _Processes(self.jobs, context, _begin, (prepare, given))

    def _waiting(self, stage: str, prepare: Prepare | None, given: tuple[Any, ...]) -> ProcessPoolExecutor:
        kept = self._kept.get(stage)
        if kept is None or kept.prepared != (prepare, *given):
            if kept is not None:
                kept.processes.shutdown()
            kept = self._kept[stage] = _Kept((prepare, *given), self._started(prepare, given))
        return kept.processes


def give_back() -> None:
    """Return freed memory to the operating system, where the C library can; called between sites."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


class _Processes(ProcessPoolExecutor):
    """A pool whose processes Ctrl+C never interrupts while they start: one that is half known would never be ended."""

    def submit(self, *task: Any, **named: Any) -> Future[Any]:
        """Submit a task, and raise a KeyboardInterrupt that came meanwhile only afterwards."""
        with _uninterrupted():
            return super().submit(*task, **named)


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """Put Ctrl+C off to the end of the block; where it is ignored, as in the background of a shell, it stays so."""
    is_main = threading.current_thread() is threading.main_thread()  # only there it arrives
    if not is_main or signal.getsignal(signal.SIGINT) in (signal.SIG_IGN, None):
        yield
        return
    pressed: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: pressed.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if pressed:
        raise KeyboardInterrupt


def _start_fork_server() -> None:
    """Start the fork server with Ctrl+C ignored: it and its children would otherwise end in a traceback."""
    if threading.current_thread() is not threading.main_thread():  # only there may signals be set
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        forkserver.ensure_running()
    finally:
        signal.signal(signal.SIGINT, before)


def _begin(prepare: Prepare | None, given: tuple[Any, ...]) -> None:
    """Begin a process of this machine, which ends when its parent ends, however that ends.

    Ctrl+C ends it at once and without a message: nobody waits for what it was doing.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    boss = parent_process()
    if boss is not None:
        threading.Thread(target=_end_with, args=(boss.sentinel,), daemon=True).start()
    if prepare is not None:
        prepare(*given)


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)


@contextlib.contextmanager
def _cluster(address: str) -> Iterator[Any]:
    try:
        from distributed import Client
    except ImportError:
        advice = "pip install '.[cluster]' in the folder of pmm_site"
        raise UsageProblem(f"--scheduler needs the extra `cluster` → {advice}") from None
    try:
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise UsageProblem(f"--scheduler {address}: no scheduler answers there ({type(error).__name__})") from None
    with client:
        threads = client.nthreads().values()
        if not threads or max(threads) > 1:  # what a worker keeps between tasks is not made for two at once
            raise UsageProblem(f"--scheduler {address}: needs workers of one thread each → dask worker --nthreads 1")
        yield client


HERE = Workers()
"""A process for each core of this machine."""
