"""The calendar of a run: a year has 365 days, month k is sampled on day round(365 k / 12)."""

from __future__ import annotations

DAYS_PER_YEAR = 365
MONTHS_PER_YEAR = 12
MOVES_PER_DAY = 4  # of cells that crawl


def day_of_month(month: float) -> int:
    """Return the day on which month `month` (counted from the end of the burn-in) falls."""
    return round(DAYS_PER_YEAR * month / MONTHS_PER_YEAR)


def moves_in_step(steps_per_day: int) -> int:
    """Return how often cells that crawl move in one step: every six hours, or once a step."""
    return max(1, MOVES_PER_DAY // steps_per_day)
