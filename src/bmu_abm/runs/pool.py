"""A pool of worker processes that survives the death of a worker and obeys Ctrl-C.

It uses its own multiprocessing context and leaves the caller's start method and main module
alone, so a plain script may start it at its top level.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from multiprocessing.connection import wait
from types import TracebackType
from typing import Any, TypeVar

T = TypeVar("T")


def available_cores() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def warm_up_kernels() -> None:
    """Compile the engine's kernels here, so that workers find them in the cache on the disk."""
    from bmu_abm import model

    warm_up: Callable[[], object] | None = getattr(model, "warm_up", None)
    if warm_up is not None:
        warm_up()


class WorkerPool(Executor):
    """Processes that run tasks; when one dies, the next task gets a fresh set.

    Leaving a `with` block by an exception ends the workers at once.

    Parameters
    ----------
    workers : int
        Number of processes.
    keep_main : bool
        Let workers import the caller's main module; needed only for tasks that are defined there.
    """

    def __init__(self, workers: int, *, keep_main: bool = False) -> None:
        self.workers = workers
        self._keep_main = keep_main
        self._pool = self._new_pool()

    def _new_pool(self) -> ProcessPoolExecutor:
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(self.workers, mp_context=context, initializer=_begin_worker)

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Start a task as soon as a worker is free."""
        with _interrupts_held(), _main_hidden(not self._keep_main):
            try:
                return self._pool.submit(fn, *args, **kwargs)
            except BrokenProcessPool:
                self._pool = self._new_pool()
                return self._pool.submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let the workers end."""
        self._pool.shutdown(wait=wait, cancel_futures=cancel_futures)

    def terminate(self) -> None:
        """End the workers at once, whatever they are doing."""
        processes = list((getattr(self._pool, "_processes", None) or {}).values())
        self._pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.terminate()
        for process in processes:
            process.join(timeout=5)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Wait for the workers, or end them at once after an exception."""
        if kind is None:
            self.shutdown()
        else:
            self.terminate()


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Hold Ctrl-C back while a worker starts; it inherits that, and the parent alone decides."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _main_hidden(hide: bool) -> Iterator[None]:
    """Keep a starting worker from running the caller's script a second time."""
    main = sys.modules["__main__"]
    if not hide:
        yield
        return
    saved = {name: main.__dict__.pop(name, None) for name in ("__file__", "__spec__")}
    main.__spec__ = None
    try:
        yield
    finally:
        main.__dict__.update({name: value for name, value in saved.items() if value is not None})


def _begin_worker() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_follow_parent, daemon=True).start()


def _follow_parent() -> None:
    """End with the parent, also when it was killed and could not say so."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        with suppress(OSError):
            wait([parent.sentinel])
        os._exit(1)
