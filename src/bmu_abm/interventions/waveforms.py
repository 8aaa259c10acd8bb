"""Curves of an effect's strength in time: a number from 0 (absent) upwards, 1 = in full."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from bmu_abm.clock import DAYS_PER_YEAR, MONTHS_PER_YEAR
from bmu_abm.interventions.dosing import Clearance, Schedule, body_amount, saturable_amount
from bmu_abm.interventions.quantity import Quantity, evaluate
from bmu_abm.schema import Table

DAYS_PER_MONTH = DAYS_PER_YEAR / MONTHS_PER_YEAR
Values = Mapping[str, float]


class Waveform(Table):
    """A curve that runs while the course is on, in days since its start."""

    positive: ClassVar[tuple[str, ...]] = ()

    def at(self, schedule: Schedule, day: int, values: Values) -> float:
        """Return the strength on `day`; 0 before the start and after the stop."""
        if not schedule.is_on(day):
            return 0.0
        return self.shape_at(float(day - schedule.start_day), values)

    def shape_at(self, days: float, values: Values) -> float:
        """Return the strength `days` after the start."""
        raise NotImplementedError


class Const(Waveform):
    """1 while the course is on."""

    shape: Literal["const"] = "const"

    def shape_at(self, days: float, values: Values) -> float:
        """Return 1."""
        return 1.0


class Step(Waveform):
    """0, then 1 from `after_months` on."""

    shape: Literal["step"]
    after_months: Quantity

    def shape_at(self, days: float, values: Values) -> float:
        """Return 0 or 1."""
        return 1.0 if days >= evaluate(self.after_months, values) * DAYS_PER_MONTH else 0.0


class Ramp(Waveform):
    """A straight line from 0 to 1 over `over_months`, then 1."""

    shape: Literal["ramp"]
    over_months: Quantity
    positive: ClassVar[tuple[str, ...]] = ("over_months",)

    def shape_at(self, days: float, values: Values) -> float:
        """Return the height of the line."""
        return min(1.0, days / (evaluate(self.over_months, values) * DAYS_PER_MONTH))


class Sigmoid(Waveform):
    """A logistic curve through its middle at `middle_months`, anchored to exactly 0 at the start.

    With s(t) = 1 / (1 + exp((middle - t) / width)) the strength is (s(t) - s(0)) / (1 - s(0)).
    """

    shape: Literal["sigmoid"]
    middle_months: Quantity
    width_months: Quantity
    positive: ClassVar[tuple[str, ...]] = ("width_months",)

    def shape_at(self, days: float, values: Values) -> float:
        """Return the height of the anchored curve."""
        middle = evaluate(self.middle_months, values)
        width = evaluate(self.width_months, values)
        first = _logistic(-middle / width)
        now = _logistic((days / DAYS_PER_MONTH - middle) / width)
        return (now - first) / (1.0 - first) if first < 1.0 else 1.0


class Pulse(Waveform):
    """1 for the first `on_days` of every `every_days`, else 0."""

    shape: Literal["pulse"]
    on_days: Quantity
    every_days: Quantity
    positive: ClassVar[tuple[str, ...]] = ("every_days",)

    def shape_at(self, days: float, values: Values) -> float:
        """Return 0 or 1."""
        phase = days % evaluate(self.every_days, values)
        return 1.0 if phase < evaluate(self.on_days, values) else 0.0


class Exponential(Waveform):
    """An approach to 1 of which half is done after `half_time_days`."""

    shape: Literal["exponential"]
    half_time_days: Quantity
    positive: ClassVar[tuple[str, ...]] = ("half_time_days",)

    def shape_at(self, days: float, values: Values) -> float:
        """Return 1 - 2^(-t / half time)."""
        return -math.expm1(-math.log(2.0) * days / evaluate(self.half_time_days, values))


class Doses(Waveform):
    """The amount in the body, in doses; it outlasts the stop. See `dosing.body_amount`."""

    shape: Literal["doses"]
    elimination_half_life_days: Quantity
    absorption_half_life_days: Quantity | None = None
    positive: ClassVar[tuple[str, ...]] = (
        "elimination_half_life_days",
        "absorption_half_life_days",
    )

    def at(self, schedule: Schedule, day: int, values: Values) -> float:
        """Return the mean amount over the day."""
        into = self.absorption_half_life_days
        half_life = evaluate(self.elimination_half_life_days, values)
        return body_amount(
            schedule, day, half_life, None if into is None else evaluate(into, values)
        )


class SaturableDoses(Waveform):
    """The amount in the body, in doses, of a drug that is also cleared by a way that saturates.

    So it stays for long while there is much of it, and goes fast when there is little: as
    antibodies do that their target takes along. `dose`, `most_per_day` and `half_amount` share a
    unit. See `dosing.saturable_amount`.
    """

    shape: Literal["saturable_doses"]
    dose: Quantity
    absorption_half_life_days: Quantity
    elimination_half_life_days: Quantity
    most_per_day: Quantity
    half_amount: Quantity
    positive: ClassVar[tuple[str, ...]] = (
        "absorption_half_life_days",
        "elimination_half_life_days",
        "half_amount",
    )

    def at(self, schedule: Schedule, day: int, values: Values) -> float:
        """Return the mean amount over the day; 0 for a dose of 0."""
        dose = evaluate(self.dose, values)
        if dose <= 0.0:
            return 0.0
        clearance = Clearance(
            into=math.log(2.0) / evaluate(self.absorption_half_life_days, values),
            out=math.log(2.0) / evaluate(self.elimination_half_life_days, values),
            most=evaluate(self.most_per_day, values) / dose,
            half=evaluate(self.half_amount, values) / dose,
        )
        return saturable_amount(schedule, day, clearance)


Curve = Annotated[
    Const | Step | Ramp | Sigmoid | Pulse | Exponential | Doses | SaturableDoses,
    Field(discriminator="shape"),
]


def _logistic(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-x)) if x >= 0.0 else math.exp(x) / (1.0 + math.exp(x))
