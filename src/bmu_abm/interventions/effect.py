"""What an effect of an intervention is: how strong on a day, and on what it acts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol

from pydantic import Field, model_validator

from bmu_abm.interventions.dosing import Schedule
from bmu_abm.interventions.quantity import Quantity, evaluate, names_in
from bmu_abm.interventions.waveforms import Const, Curve, Values
from bmu_abm.routes import Route
from bmu_abm.schema import Table


class Environment(Protocol):
    """What interventions act on: `bmu_abm.systemic.environment.Environment`, reset every day."""

    drivers: dict[str, float]

    def scale(self, path: str, factor: float) -> None:
        """Multiply a declared parameter today."""

    def titrate(self, node: str, copies: float) -> None:
        """Add copies to a level of the network, or hold them back."""

    def bind(self, ligand: str, conc_pm: float, kd_pm: float) -> None:
        """Add a soluble binder of a field's ligand (pM)."""

    def emit(self, field: str, level: float, where: str) -> None:
        """Add a source of a field, in the field's unit."""

    def lesion(self, shape: str, size_um: float) -> None:
        """Take a piece out of the bone."""

    def deposit(self, nmol: float, affinity: float, potency: float) -> None:
        """Let bone mineral bind a drug; `nmol` is what the whole skeleton binds."""

    def graft(self, cell: str, count: float, route: str, traits: dict[str, float]) -> None:
        """Add cells; `count` is the whole dose in the host."""


@dataclass(frozen=True)
class Today:
    """What an effect needs to know of a day: the course, the day, the numbers, how far it acts.

    `route` is the one by which the course gives cells; None: that of the intervention.
    """

    schedule: Schedule
    day: int
    values: Values
    gate: float = 1.0
    route: Route | None = None


class Effect(Table):
    """What all verbs share.

    The strength is amount x curve, and behind a receptor (`half_max`) it saturates:
    s^hill / (s^hill + half_max^hill). `share` multiplies what comes out: the part of the cells in
    which it acts.
    """

    quantities: ClassVar[tuple[str, ...]] = ()
    positive: ClassVar[tuple[str, ...]] = ()

    amount: Quantity = 1.0
    curve: Curve = Field(default_factory=Const)
    half_max: Quantity | None = None
    hill: Quantity = 1.0
    share: Quantity = 1.0

    def strength(self, today: Today) -> float:
        """Return the strength on a day; exactly 0.0 for a dose of 0 or a closed gate."""
        curve = self.curve.at(today.schedule, today.day, today.values)
        raw = max(0.0, evaluate(self.amount, today.values) * curve * today.gate)
        share = evaluate(self.share, today.values)
        if self.half_max is None or raw == 0.0:
            return raw * share
        ratio = evaluate(self.half_max, today.values) / raw
        return float(share / (1.0 + ratio ** evaluate(self.hill, today.values)))

    def act(self, today: Today, environment: Environment) -> None:
        """Change the environment of the day."""
        raise NotImplementedError

    @model_validator(mode="after")
    def _engine_knows_it(self) -> Effect:
        self.check()
        return self

    def check(self) -> None:
        """Refuse names that the engine does not declare."""

    def all_quantities(self) -> dict[str, Quantity]:
        """Return every quantity of the effect by its key."""
        shared = ("amount", "half_max", "hill", "share")
        own = {key: getattr(self, key) for key in (*shared, *self.quantities)}
        own |= {f"curve.{key}": value for key, value in self.curve if key != "shape"}
        return {key: value for key, value in own.items() if value is not None}

    def must_be_positive(self) -> tuple[str, ...]:
        """Return the keys of quantities that are divided by."""
        return ("half_max", *self.positive, *(f"curve.{key}" for key in self.curve.positive))


def names_of(effect: Effect) -> dict[str, list[str]]:
    """Return the names that each quantity of an effect needs, by its key."""
    return {key: names_in(quantity) for key, quantity in effect.all_quantities().items()}
