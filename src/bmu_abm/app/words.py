"""The sentence of the moment: the month, what happened, one number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bmu_abm.app.history import month_on
from bmu_abm.clock import DAYS_PER_YEAR, MONTHS_PER_YEAR, day_of_month
from bmu_abm.interventions import registry
from bmu_abm.scenario import Course, Scenario

_RECENT_MONTHS = 6
_STEEP_PCT, _LOOK_BACK_DAYS = 0.25, 90


def month_of(day: int) -> str:
    """Return the words for a day: a whole month, or the nearest one."""
    month = month_on(day)
    return f"Month {round(MONTHS_PER_YEAR * day / DAYS_PER_YEAR) if month is None else month}"


def signed(value: float, decimals: int = 1) -> str:
    """Return a number with its sign, a true minus, and no sign for zero."""
    text = f"{value:+.{decimals}f}".replace("-", "−")
    return text.lstrip("+−") if float(f"{value:.{decimals}f}") == 0 else text


def _ago(months: float) -> str:
    whole = round(months)
    if whole <= 0:
        return "just now"
    return "a month ago" if whole == 1 else f"{whole} months ago"


def _course_words(course: Course, month: float) -> tuple[float, str] | None:
    """Return how long ago something last happened to a course, and what; None for nothing."""
    title = registry.find(course.use).declaration.title
    begun, stop = month - course.start_month, course.stop_month
    if begun < 0:
        return None
    if stop is not None and month >= stop:
        return month - stop, f"{title} was stopped {_ago(month - stop)}"
    if begun > _RECENT_MONTHS:
        return begun, f"{title} has gone on for {round(begun)} months"
    return begun, f"{title} began {_ago(begun)}"


def event(scenario: Scenario, day: int) -> str:
    """Return what happened last on the timeline, or what is going on."""
    month = MONTHS_PER_YEAR * day / DAYS_PER_YEAR
    told = [words for one in scenario.intervention if (words := _course_words(one, month))]
    if told:
        return min(told)[1]
    coming = [one for one in scenario.intervention if one.start_month > month]
    if coming:
        first = min(coming, key=lambda one: one.start_month)
        title = registry.find(first.use).declaration.title
        return f"{title} begins in month {first.start_month:g}"
    return "This bone is left alone"


def trend(points: Sequence[Mapping[str, Any]], column: str = "bmd_lumbar_spine_pct") -> str:
    """Return whether a readout rises, falls or holds over the last three months."""
    if len(points) < 2:
        return "unchanged"
    now = points[-1]
    then = next(one for one in points if one["day"] >= now["day"] - _LOOK_BACK_DAYS)
    change = now[column] - then[column]
    if abs(change) < _STEEP_PCT:
        return "holding"
    return "rising" if change > 0 else "falling"


def sentence(
    scenario: Scenario, day: int, points: Sequence[Mapping[str, Any]], osteoclasts: int
) -> list[str]:
    """Return the sentence of the moment in two parts: the month, and the rest."""
    cells = {0: "No osteoclast", 1: "One osteoclast"}.get(osteoclasts, f"{osteoclasts} osteoclasts")
    if not points:
        return [f"{month_of(day)}.", f"{event(scenario, day)}. {cells} on this patch."]
    change = points[-1]["bmd_lumbar_spine_pct"]
    bone = f"Bone mineral is {signed(change)} % from month 0 and {trend(points)}."
    if day == 0:
        bone = "Bone mineral is counted from here."
    return [f"{month_of(day)}.", f"{event(scenario, day)}. {cells} on this patch. {bone}"]


def next_event_day(scenario: Scenario, day: int) -> int | None:
    """Return the next day on which a course begins or stops."""
    months = [one.start_month for one in scenario.intervention]
    months += [one.stop_month for one in scenario.intervention if one.stop_month is not None]
    days = [day_of_month(one) for one in months]
    return min((one for one in days if one > day), default=None)
