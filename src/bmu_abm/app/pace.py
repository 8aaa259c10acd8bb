"""How many days are due: the step clock, apart from the drawing."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

_SLICE_S = 0.012
_MEASURED_S = 1.5
_LATE_S = 0.1  # what is late by more is forgotten


class Pace:
    """A clock of days.

    Parameters
    ----------
    days_a_second : float
        As wished.
    now : callable
        The time in seconds.

    Attributes
    ----------
    most : float
        Days a second that there is room for.
    """

    def __init__(
        self, days_a_second: float = 30.0, now: Callable[[], float] = time.monotonic
    ) -> None:
        self.days_a_second = days_a_second
        self.most = float("inf")
        self._now = now
        self._next = now()
        self._lived: deque[float] = deque(maxlen=600)

    def restart(self) -> None:
        """Make the next day due now."""
        self._next = self._now()
        self._lived.clear()

    def live(self, step: Callable[[], bool]) -> float:
        """Step the days that are due, for a short while at most; returns the seconds to the next.

        What could not be lived in time is forgotten, so that a slow machine is slow, not late.
        `step` tells whether to go on.
        """
        begun = self._now()
        self._next = max(self._next, begun - _LATE_S)
        while self._next <= self._now() < begun + _SLICE_S:
            self._lived.append(self._now())
            self._next += 1.0 / min(self.days_a_second, self.most)
            if not step():
                break
        return max(0.0, self._next - self._now())

    def measured(self) -> float:
        """Return the days a second that were lived lately."""
        now = self._now()
        late = [one for one in self._lived if one > now - _MEASURED_S]
        return len(late) / _MEASURED_S
