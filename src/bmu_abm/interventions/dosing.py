"""When doses fall, and how much of them is in the body on a day."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Schedule:
    """The days of a course of treatment.

    Doses fall on start + i x every_days before stop.

    Attributes
    ----------
    start_day : int
        Day of the first dose.
    stop_day : int or None
        First day after the course; None: to the end.
    every_days : int or None
        Days between doses; None: a single dose.
    most_doses : int or None
        No more doses than this.
    """

    start_day: int
    stop_day: int | None = None
    every_days: int | None = None
    most_doses: int | None = None

    def is_on(self, day: int) -> bool:
        """Tell whether the course runs on `day`."""
        return self.start_day <= day and (self.stop_day is None or day < self.stop_day)

    def doses_by(self, day: int) -> int:
        """Return the number of doses given up to and including `day`."""
        last = day if self.stop_day is None else min(day, self.stop_day - 1)
        if last < self.start_day:
            return 0
        count = 1 if self.every_days is None else (last - self.start_day) // self.every_days + 1
        return count if self.most_doses is None else min(count, self.most_doses)

    def is_dose_day(self, day: int) -> bool:
        """Tell whether a dose falls on `day`."""
        return self.doses_by(day) > self.doses_by(day - 1)


def body_amount(
    schedule: Schedule,
    day: int,
    elimination_half_life_days: float,
    absorption_half_life_days: float | None = None,
) -> float:
    """Return the mean amount in the body over a day, in doses.

    First-order absorption and elimination (Bateman 1910), superposed over all doses so far; all
    of a dose is in the body at once when there is no absorption half-life.

    Parameters
    ----------
    schedule : Schedule
        When the doses fall.
    day : int
        The amount is averaged from the beginning to the end of this day.
    elimination_half_life_days, absorption_half_life_days : float
        Half-lives (d), above 0.
    """
    count = schedule.doses_by(day)
    if count == 0:
        return 0.0
    out = math.log(2.0) / elimination_half_life_days
    if absorption_half_life_days is None:
        return _superposed(schedule, day, count, out)
    into = math.log(2.0) / absorption_half_life_days
    if abs(into - out) < 1e-4 * out:  # the formula is 0/0 at equal rates
        into = out * (1.0 + 1e-4)
    decaying = _superposed(schedule, day, count, out) - _superposed(schedule, day, count, into)
    return max(0.0, into / (into - out) * decaying)


def _superposed(schedule: Schedule, day: int, count: int, rate: float) -> float:
    """Return the sum over doses of exp(-rate x age), each averaged over the day."""
    gap = schedule.every_days or 0
    youngest = day - schedule.start_day - (count - 1) * gap
    mean = math.exp(-rate * youngest) * -math.expm1(-rate) / rate
    if count == 1:
        return mean
    return mean * math.expm1(-rate * gap * count) / math.expm1(-rate * gap)
