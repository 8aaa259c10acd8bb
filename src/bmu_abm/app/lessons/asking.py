"""Other patches that live a lesson in the background, once for all visitors of a server."""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

from bmu_abm.app.lessons.measuring import arrays
from bmu_abm.app.lessons.reading import Lesson
from bmu_abm.app.lessons.staging import Lived, life_key, live

PATCHES = 16
FEWEST_POOLED = 4


def _humble() -> None:
    if hasattr(os, "nice"):
        os.nice(15)


def _one_process() -> Executor:
    return ProcessPoolExecutor(1, get_context("spawn"), initializer=_humble)


class Asker:
    """Lives patches 1 to 16 of the lessons that somebody asked about, one after the other.

    Parameters
    ----------
    executor : callable
        Makes what lives them; a process of low priority by default.
    """

    def __init__(self, executor: Callable[[], Executor] = _one_process) -> None:
        self._make = executor
        self._pool: Executor | None = None
        self._asked: set[str] = set()
        self._kept: dict[str, dict[int, Lived]] = {}
        self._faults: dict[str, str] = {}
        self._lock = threading.Lock()
        self.listeners: set[Callable[[], None]] = set()
        self.version = 0

    def ask(self, lesson: Lesson) -> None:
        """Let the patches of a lesson be lived, unless they are already."""
        key = life_key(lesson)
        with self._lock:
            if key in self._asked:
                return
            self._asked.add(key)
            if self._pool is None:
                self._pool = self._make()
            for replicate in range(1, PATCHES + 1):
                future = self._pool.submit(live, lesson, replicate)
                future.add_done_callback(self._keeper(key, replicate))
        self._tell()

    def _keeper(self, key: str, replicate: int) -> Callable[[Future[Lived]], None]:
        def keep(done: Future[Lived]) -> None:
            if done.cancelled():
                return
            if done.exception() is None:
                self._kept.setdefault(key, {})[replicate] = done.result()
            else:
                self._asked.discard(key)  # it may be asked again
                self._faults[key] = str(done.exception())
            self._tell()

        return keep

    def _tell(self) -> None:
        self.version += 1
        for listener in list(self.listeners):
            listener()

    def count(self, lesson: Lesson) -> int | None:
        """Return how many patches have been lived; None when nobody asked."""
        key = life_key(lesson)
        return len(self._kept.get(key, {})) if key in self._asked else None

    def fault(self, lesson: Lesson) -> str:
        """Return what went wrong, or nothing."""
        return self._faults.get(life_key(lesson), "")

    def arms(self, lesson: Lesson) -> Mapping[str, Any]:
        """Return the readouts of the patches by arm, or nothing while they are too few."""
        kept = self._kept.get(life_key(lesson), {})
        if len(kept) < FEWEST_POOLED:
            return {}
        found: Mapping[str, Any] = arrays([kept[r] for r in sorted(kept)], lesson.readouts())
        return found

    def close(self) -> None:
        """End the process."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)


ASKER = Asker()
atexit.register(ASKER.close)
