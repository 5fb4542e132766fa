"""Where work is done: processes of this machine, or the workers of a Dask cluster.

Stages ask for `Executor.map` and know nothing of where it runs; answers come in the order of the questions, so that
the bytes are the same wherever they were made. A cluster's workers share the file system with the one who builds.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from typing import Any, NamedTuple

from pmm_site.problems import UsageProblem

Prepare = Callable[..., None]

PATIENCE = 10
"""Seconds to wait for a scheduler."""


class _Kept(NamedTuple):
    """Processes of a stage that wait for the next build, and what they were prepared with."""

    prepared: tuple[Any, ...]
    processes: ProcessPoolExecutor


@dataclass(frozen=True)
class Workers:
    """`jobs` processes here (None: one for each core), or a cluster whose scheduler listens at `tcp://host:port`.

    keep: processes wait for the next build, with what they have read and drawn, until `close`.
    """

    jobs: int | None = None
    scheduler: str | None = None
    keep: bool = False
    _kept: dict[str, _Kept] = field(default_factory=dict, compare=False, repr=False)

    @contextlib.contextmanager
    def opened(self, stage: str, prepare: Prepare | None = None, *given: Any) -> Iterator[Executor]:
        """Processes for one stage, each prepared by `prepare(*given)`; UsageProblem when there is no such cluster.

        Here they begin empty and serve this stage alone: a forked one would inherit what its parent has seen, and the
        charts' threads. On a cluster a worker may serve one stage after the other.
        """
        if self.scheduler is not None:
            with _cluster(self.scheduler) as client:
                if prepare is not None:
                    client.run(prepare, *given)
                yield client.get_executor(pure=False)
        elif self.keep:
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
        return ProcessPoolExecutor(self.jobs, context, _begin, (prepare, given))

    def _waiting(self, stage: str, prepare: Prepare | None, given: tuple[Any, ...]) -> ProcessPoolExecutor:
        kept = self._kept.get(stage)
        if kept is None or kept.prepared != (prepare, *given):
            if kept is not None:
                kept.processes.shutdown()
            kept = self._kept[stage] = _Kept((prepare, *given), self._started(prepare, given))
        return kept.processes


def give_back() -> None:
    """Give the memory that was freed back to the machine, where the C library can: between sites it is of no use."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def _begin(prepare: Prepare | None, given: tuple[Any, ...]) -> None:
    """Begin a process of this machine, which ends with the one that it works for, however that one ends."""
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
        raise UsageProblem("--scheduler needs the extra `cluster` → pip install 'pmm-site[cluster]'") from None
    try:
        client = Client(address, timeout=PATIENCE, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise UsageProblem(f"--scheduler {address}: no scheduler answers there ({type(error).__name__})") from None
    with client:
        threads = client.nthreads().values()  # type: ignore[no-untyped-call]
        if not threads or max(threads) > 1:  # what a worker keeps between tasks is not made for two at once
            raise UsageProblem(f"--scheduler {address}: needs workers of one thread each → dask worker --nthreads 1")
        yield client


HERE = Workers()
"""A process for each core of this machine."""
