"""An axis of a design: a varied quantity with its range, its levels and what the scenario holds."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bmu_abm import known
from bmu_abm.batch.varied import Value, Varied
from bmu_abm.errors import InputError
from bmu_abm.faults import fault, nearest, show, suggest
from bmu_abm.interventions import registry
from bmu_abm.interventions.declaration import RESERVED
from bmu_abm.scenario import Course, Scenario
from bmu_abm.schema import line_of

_OF_THE_STUDY = ("seed", "replicates", "title", "description")
_WHOLE = ("every_days", "doses", "sample_every_days", "steps_per_day")


@dataclass(frozen=True)
class Place:
    """Where a mistake stands: file, dotted key, and the lines of the file's keys."""

    source: str
    key: str
    lines: dict[str, int]

    def fault(self, what: str, mend: str, part: str = "") -> InputError:
        """Return the error for this key, or for a part of its table."""
        key = f"{self.key}.{part}" if part else self.key
        return fault(self.source, key, what, mend, line_of(key, self.lines))


@dataclass(frozen=True)
class Axis:
    """A varied quantity.

    Attributes
    ----------
    path : str
        As `--set` takes it.
    name : str
        Column of the results.
    base : value or None
        What the base scenario holds; None where that is no single value.
    values : tuple or None
        Levels that were listed; then there is no range.
    low, high : float
        Range.
    levels : int or None
        Number of even steps.
    """

    path: str
    name: str
    base: Value | None
    values: tuple[Value, ...] | None = None
    low: float = math.nan
    high: float = math.nan
    levels: int | None = None
    log: bool = False
    whole: bool = False

    def steps(self) -> tuple[Value, ...]:
        """Return the levels of a grid, in order and each once."""
        if self.values is not None:
            return self.values
        if self.levels is not None:
            points = [self.at(i / (self.levels - 1)) for i in range(self.levels)]
        else:
            points = [self._whole(self.low), self._whole(self.high)]
            if isinstance(self.base, int | float) and self.low < self.base < self.high:
                points.insert(1, self.base)
        return tuple(dict.fromkeys(points))

    def at(self, share: float) -> Value:
        """Return the value at a share, 0 to 1, of the range or of the levels."""
        if self.values is not None:
            return self.values[min(int(share * len(self.values)), len(self.values) - 1)]
        if self.whole:
            steps = int(self.high) - int(self.low) + 1
            return int(self.low) + min(int(share * steps), steps - 1)
        if share in (0.0, 1.0):
            return (self.low, self.high)[int(share)]
        if self.log:
            return self.low * math.exp(share * math.log(self.high / self.low))
        return self.low + share * (self.high - self.low)

    def _whole(self, value: float) -> Value:
        return int(value) if self.whole else value


@dataclass(frozen=True)
class _Declared:
    """What the package says of a path: its range, where it has one, and the scenario's value."""

    base: Any
    low: float | None = None
    high: float | None = None
    unit: str = ""


def resolve(path: str, varied: Varied, scenario: Scenario, place: Place) -> Axis:
    """Return the axis of a varied quantity.

    Raises
    ------
    InputError
        There is no such quantity, its range is empty or leaves the declared one.
    """
    declared = _look_up(path, scenario, place)
    base = declared.base if isinstance(declared.base, bool | int | float | str) else None
    if varied.name in ("point", "replicate", "seed", "month", "run_id"):
        raise place.fault("is a column of every table", "choose another name", "name")
    name = varied.name or path
    if varied.values is not None:
        for value in varied.values:
            _check_range(value, declared, place, "values")
        return Axis(path, name, base, tuple(varied.values))
    low, high = _range(varied, declared, place)
    whole = path.rpartition(".")[2] in _WHOLE if varied.whole is None else varied.whole
    if whole and (low != int(low) or high != int(high)):
        raise place.fault("must go from one whole number to another", "round its low and high")
    log = varied.scale == "log"
    if log and low <= 0.0:
        raise place.fault("a log scale needs a low above 0", "raise low, or use linear", "scale")
    return Axis(path, name, base, None, low, high, varied.levels, log, whole)


def _range(varied: Varied, declared: _Declared, place: Place) -> tuple[float, float]:
    low = declared.low if varied.low is None else varied.low
    high = declared.high if varied.high is None else varied.high
    if low is None or high is None:
        missing = "low" if low is None else "high"
        raise place.fault(
            f"has no declared range, and no {missing}", "give it low and high, or values"
        )
    for key, value in (("low", low), ("high", high)):
        _check_range(value, declared, place, key)
    if low >= high:
        raise place.fault(f"the range from {low:g} to {high:g} is empty", "give a high above low")
    return low, high


def _check_range(value: Any, declared: _Declared, place: Place, part: str) -> None:
    if declared.low is None or declared.high is None:
        return
    if isinstance(value, bool | str):
        raise place.fault(f"must hold numbers, holds {show(value)}", "write a number", part)
    refusal = known.refuse_range(value, declared)
    if refusal is not None:
        raise place.fault(*refusal, part)


def _look_up(path: str, scenario: Scenario, place: Place) -> _Declared:
    room, _, rest = path.partition(".")
    if room in _OF_THE_STUDY:
        mend = (
            f"set {room} at the top of the study" if room in ("seed", "replicates") else "remove it"
        )
        raise place.fault("is not for a design to vary", mend)
    found = None
    if room == "parameters" and rest in known.parameters():
        declared = known.parameters()[rest]
        base = scenario.parameters.get(rest, scenario.host.parameters.get(rest, declared.default))
        found = _Declared(base, declared.low, declared.high, declared.unit)
    elif room == "intervention":
        found = _of_course(rest, scenario)
    elif room != "parameters":
        found = _of_table(path, scenario)
    if found is None:
        raise place.fault("unknown parameter", _mend(path, scenario))
    return found


def _of_course(rest: str, scenario: Scenario) -> _Declared | None:
    number, _, name = rest.partition(".")
    if not (number.isascii() and number.isdigit() and len(number) < 4):
        return None
    if int(number) >= len(scenario.intervention):
        return None
    course: Course = scenario.intervention[int(number)]
    declared = registry.find(course.use).declaration.parameters.get(name)
    if declared is not None:
        return _Declared(course.values()[name], declared.low, declared.high, declared.unit)
    if name in RESERVED:
        return _Declared(getattr(course, name))
    return None


def _of_table(path: str, scenario: Scenario) -> _Declared | None:
    if path == "host":
        return _Declared(scenario.host.name)
    place: Any = scenario.to_dict()
    if path in Scenario.model_fields and path not in place:
        return _Declared(None)
    for part in path.split("."):
        if not isinstance(place, dict) or part not in place:
            return None
        place = place[part]
    return _Declared(place)


def _mend(path: str, scenario: Scenario) -> str:
    paths = list(_paths(scenario))
    near = nearest(path, paths)
    if near is not None:
        return f"did you mean '{near}'?"
    return suggest(path, [name for name in paths if not name.startswith("parameters.")])


def _paths(scenario: Scenario) -> Iterator[str]:
    for number, course in enumerate(scenario.intervention):
        for name in ("start_month", *registry.find(course.use).declaration.parameters):
            yield f"intervention.{number}.{name}"
    for name, value in scenario.to_dict()["host"].items():
        if isinstance(value, float):
            yield f"host.{name}"
    yield from ("host", "patch", "years", "steps_per_day")
    for path in known.parameters():
        yield f"parameters.{path}"
