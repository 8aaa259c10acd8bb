"""Tasks done one after the other on a thread of their own; a mistake becomes a notice."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import TypeVar

from bmu_abm.app.growing import Abandoned
from bmu_abm.app.worker import Worker
from bmu_abm.errors import BmuError

T = TypeVar("T")


class Serial:
    """Whatever is done by one thread, in order.

    Parameters
    ----------
    turn : callable
        Called between the tasks; returns for how long the thread may sleep (s).

    Attributes
    ----------
    listeners : list of callable
        Called on each beat.
    on_notice : callable
        Hears each mistake as one line.
    playing : bool
        Falls when a defect shows.
    """

    playing = False

    def __init__(self, turn: Callable[[], float | None]) -> None:
        self.listeners: list[Callable[[], None]] = []
        self.on_notice: Callable[[str], None] = lambda line: None
        self._worker = Worker(turn)

    def submit(self, task: Callable[[], T]) -> Future[T | None]:
        """Let the session's thread do a task; a mistake becomes a notice."""
        return self._worker.submit(lambda: self._told(task))

    def ask(self, task: Callable[[], T], seconds: float = 120.0) -> T:
        """Let the thread do a task and wait for its result; mistakes are raised."""
        return self._worker.submit(task).result(seconds)

    def poke(self) -> None:
        """Let the listeners look again."""
        self._worker.poke()

    def close(self) -> None:
        """End the session."""
        self._worker.close()
        self.listeners.clear()

    @property
    def closed(self) -> bool:
        """Whether the session has ended."""
        return self._worker.closed

    def _told(self, task: Callable[[], T]) -> T | None:
        try:
            return task()
        except BmuError as error:
            self._notice(str(error))
        except Abandoned:
            pass
        except Exception as error:
            self.playing = False
            self._notice(f"a defect of ours: {type(error).__name__}: {error}; press Reset")
        return None

    def _notice(self, line: str) -> None:
        """Tell a mistake; a page that has gone must not end the thread."""
        with suppress(Exception):
            self.on_notice(line)

    def _beat(self) -> None:
        for listener in list(self.listeners):
            self._told(listener)
