"""One thread that does everything that touches a bone, in order: no locks, no races."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")
_LONGEST_SLEEP_S = 0.5

# Held while a bone lives its days and while a frame is made, never while one is sent. All bones
# share one interpreter: if they queue for this instead of for that, clicks get it at once.
ONE_AT_A_TIME = threading.Lock()


class Worker:
    """A thread with a queue of tasks and something to do between them.

    Parameters
    ----------
    turn : callable
        Called again and again between the tasks; returns for how long it may sleep (s), None for
        as long as nobody asks for anything.
    """

    def __init__(self, turn: Callable[[], float | None]) -> None:
        self._turn = turn
        self._tasks: deque[tuple[Callable[[], Any], Future[Any]]] = deque()
        self._wake = threading.Condition()
        self._poked = False
        self.closed = False
        self._thread = threading.Thread(target=self._run, name="bone", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def submit(self, task: Callable[[], T]) -> Future[T]:
        """Let the thread do a task as soon as it can."""
        future: Future[T] = Future()
        with self._wake:
            if self.closed:
                future.cancel()
                return future
            self._tasks.append((task, future))
            self._wake.notify()
        return future

    def poke(self) -> None:
        """Take a turn now."""
        with self._wake:
            self._poked = True
            self._wake.notify()

    def close(self) -> None:
        """End the thread; tasks that wait are dropped."""
        with self._wake:
            self.closed = True
            self._wake.notify()

    def join(self, seconds: float = 5.0) -> None:
        """Wait until the thread has ended."""
        if self._thread is not threading.current_thread() and self._thread.is_alive():
            self._thread.join(seconds)

    @property
    def busy(self) -> bool:
        """Whether tasks wait."""
        return bool(self._tasks)

    def _run(self) -> None:
        while not self.closed:
            pause = self._turn()
            with self._wake:
                if not (self._tasks or self._poked or self.closed) and pause != 0:
                    self._wake.wait(_LONGEST_SLEEP_S if pause is None else pause)
                self._poked = False
                waiting = list(self._tasks)
                self._tasks.clear()
            for task, future in waiting:
                _do(task, future)


def _do(task: Callable[[], T], future: Future[T]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        future.set_result(task())
    except BaseException as error:
        future.set_exception(error)
