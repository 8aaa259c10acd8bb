"""When doses fall, and how much of them is in the body on a day."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache


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


@dataclass(frozen=True)
class Clearance:
    """How an amount leaves the body: by a first order, and by a way that saturates.

    Attributes
    ----------
    into, out : float
        Rates (1/d) of absorption and of the elimination that does not saturate.
    most : float
        What the other way takes at most (doses a day).
    half : float
        Amount (doses) at which it takes half of that.
    """

    into: float
    out: float
    most: float
    half: float

    def rate(self, amount: float) -> float:
        """Return what leaves (doses/d)."""
        return self.out * amount + self.most * amount / (self.half + amount)


STEPS_A_DAY = 12


class _Course:
    """The amounts of a course, day after day, as far as they were asked for."""

    def __init__(self, schedule: Schedule, clearance: Clearance) -> None:
        self._schedule, self._clearance = schedule, clearance
        self._depot = self._amount = 0.0
        self._means: list[float] = []

    def mean(self, day: int) -> float:
        """Return the mean amount over a day, in doses."""
        while len(self._means) <= day - self._schedule.start_day:
            self._live_a_day()
        return self._means[day - self._schedule.start_day]

    def _live_a_day(self) -> None:
        """Take a dose where one falls; then steps of the midpoint rule, the depot exactly."""
        given = self._schedule.is_dose_day(self._schedule.start_day + len(self._means))
        self._depot += 1.0 if given else 0.0
        left, total = math.exp(-0.5 * self._clearance.into / STEPS_A_DAY), 0.0
        for _ in range(STEPS_A_DAY):
            entered = self._depot * (1.0 - left)
            middle = self._amount + entered
            middle -= 0.5 / STEPS_A_DAY * self._clearance.rate(self._amount)
            middle = max(0.0, middle)
            entered += self._depot * left * (1.0 - left)
            self._depot *= left * left
            gone = self._clearance.rate(middle) / STEPS_A_DAY
            self._amount = max(0.0, self._amount + entered - gone)
            total += middle
        self._means.append(total / STEPS_A_DAY)


_course = lru_cache(maxsize=128)(_Course)


def saturable_amount(schedule: Schedule, day: int, clearance: Clearance) -> float:
    """Return what `body_amount` does, for a clearance (in doses) that saturates.

    What takes 0.2 mg a day at most takes a hundredth of a dose of 20 mg. Each course is alone: two
    courses of one drug do not share what clears it.
    """
    return _course(schedule, clearance).mean(day) if day >= schedule.start_day else 0.0
