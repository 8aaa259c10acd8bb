"""The verbs: how the strength of an effect on a day becomes a change of the environment.

Every verb is linear in its strength or saturates from 0, so that a strength of 0 gives exactly
the floats of no treatment: a factor of 1.0, a concentration of 0.0, a driver as it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from bmu_abm import known
from bmu_abm.faults import show, suggest
from bmu_abm.interventions.effect import Effect, Environment, Today
from bmu_abm.interventions.quantity import Quantity, evaluate
from bmu_abm.routes import Route
from bmu_abm.schema import problem


class SetEffect(Effect):
    """Drive a global scalar: `level`, `times`, `add` or `at_least`, exactly one of them.

    At full strength the driver is the level; a multiple of its value; its value and something
    more; at least the level. They act in this order, whatever the order in the file.
    """

    verb: Literal["set"]
    target: str
    level: Quantity | None = None
    times: Quantity | None = None
    add: Quantity | None = None
    at_least: Quantity | None = None

    modes: ClassVar[tuple[str, ...]] = ("level", "times", "add", "at_least")
    quantities: ClassVar[tuple[str, ...]] = modes

    @model_validator(mode="after")
    def _one_mode(self) -> SetEffect:
        if sum(getattr(self, mode) is not None for mode in self.modes) != 1:
            raise problem("needs exactly one of level, times, add, at_least", "give one of them")
        return self

    @property
    def mode(self) -> str:
        """Which of the four ways it is."""
        return next(mode for mode in self.modes if getattr(self, mode) is not None)

    def act(self, today: Today, environment: Environment) -> None:
        """Set the driver."""
        strength, base = self.strength(today), environment.drivers[self.target]
        value = evaluate(getattr(self, self.mode), today.values)
        environment.drivers[self.target] = _driven(self.mode, base, value, strength)

    def check(self) -> None:
        """Refuse an unknown driver."""
        _refuse_unknown(self.target, known.drivers(), "target", "driver")


def _driven(mode: str, base: float, value: float, strength: float) -> float:
    if mode == "level":
        return base + (value - base) * min(1.0, strength)
    if mode == "times":
        return base * max(0.0, 1.0 + (value - 1.0) * strength)
    if mode == "add":
        return max(0.0, base + value * strength)
    return max(base, value * strength)


class ScaleEffect(Effect):
    """Multiply a model parameter: by `factor` at a strength of 1, never below 0."""

    verb: Literal["scale"]
    path: str
    factor: Quantity

    quantities: ClassVar[tuple[str, ...]] = ("factor",)

    def act(self, today: Today, environment: Environment) -> None:
        """Scale the parameter."""
        factor = evaluate(self.factor, today.values)
        environment.scale(self.path, max(0.0, 1.0 + (factor - 1.0) * self.strength(today)))

    def check(self) -> None:
        """Refuse an unknown parameter, and one that may not change during a run."""
        declared = known.parameters()
        _refuse_unknown(self.path, declared, "path", "parameter")
        if not declared[self.path].live:
            live = [path for path, parameter in declared.items() if parameter.live]
            mend = suggest(self.path, live)
            raise problem(f"{show(self.path)} may not change during a run", mend, "path")


class TitrateEffect(Effect):
    """Add `copies` x strength to a level of the network, over rest: as a mimic does.

    Below 0 they are held back, as by a sponge: what is beyond the level changes nothing.
    """

    verb: Literal["titrate"]
    node: str
    copies: Quantity

    quantities: ClassVar[tuple[str, ...]] = ("copies",)

    def act(self, today: Today, environment: Environment) -> None:
        """Add the copies, or hold them back."""
        copies = evaluate(self.copies, today.values) * self.strength(today)
        environment.titrate(self.node, copies)

    def check(self) -> None:
        """Refuse what is no level of the network."""
        paths = (path.partition(".") for path in known.parameters())
        levels = {name: None for room, _, name in paths if room == "node"}
        _refuse_unknown(self.node, levels, "node", "level of the network")


class BindEffect(Effect):
    """Bind a field's ligand with a soluble binder of `conc_pm` x strength."""

    verb: Literal["bind"]
    ligand: str
    conc_pm: Quantity
    kd_pm: Quantity

    quantities: ClassVar[tuple[str, ...]] = ("conc_pm", "kd_pm")
    positive: ClassVar[tuple[str, ...]] = ("kd_pm",)

    def act(self, today: Today, environment: Environment) -> None:
        """Add the binder."""
        concentration = evaluate(self.conc_pm, today.values) * self.strength(today)
        environment.bind(self.ligand, concentration, evaluate(self.kd_pm, today.values))

    def check(self) -> None:
        """Refuse an unknown field."""
        _refuse_unknown(self.ligand, known.fields(), "ligand", "field")


class EmitEffect(Effect):
    """Add a source of a field: `level` x strength, in the field's unit."""

    verb: Literal["emit"]
    field: str
    level: Quantity
    where: Literal["uniform", "vessels", "eroded"] = "uniform"

    quantities: ClassVar[tuple[str, ...]] = ("level",)

    def act(self, today: Today, environment: Environment) -> None:
        """Add the source."""
        level = evaluate(self.level, today.values) * self.strength(today)
        environment.emit(self.field, level, self.where)

    def check(self) -> None:
        """Refuse an unknown field."""
        _refuse_unknown(self.field, known.fields(), "field", "field")


class GraftEffect(Effect):
    """Give cells with traits, on dose days only; `count` is the whole dose in the host.

    A course may name another `route`.
    """

    verb: Literal["graft"]
    cell: Literal["msc"]
    count: Quantity
    route: Route
    traits: dict[str, Quantity] = Field(default_factory=dict)

    quantities: ClassVar[tuple[str, ...]] = ("count",)

    def act(self, today: Today, environment: Environment) -> None:
        """Add the cells when a dose falls on the day."""
        if not today.schedule.is_dose_day(today.day):
            return
        traits = {name: evaluate(value, today.values) for name, value in self.traits.items()}
        count = max(0.0, evaluate(self.count, today.values) * self.strength(today))
        environment.graft(self.cell, count, today.route or self.route, traits)

    def check(self) -> None:
        """Refuse an unknown trait."""
        for trait in self.traits:
            _refuse_unknown(trait, known.traits(), "traits", "trait")

    def all_quantities(self) -> dict[str, Quantity]:
        """Return every quantity of the effect, traits included."""
        traits = {f"traits.{name}": value for name, value in self.traits.items()}
        return super().all_quantities() | traits


class LesionEffect(Effect):
    """Take a disc of a diameter, or a gap of a width, out of the bone, on dose days only."""

    verb: Literal["lesion"]
    shape: Literal["disc", "gap"] = "disc"
    size_um: Quantity

    quantities: ClassVar[tuple[str, ...]] = ("size_um",)

    def act(self, today: Today, environment: Environment) -> None:
        """Cut when a dose falls on the day; nothing for a size of 0."""
        if not today.schedule.is_dose_day(today.day):
            return
        size = evaluate(self.size_um, today.values) * self.strength(today)
        if size > 0.0:
            environment.lesion(self.shape, size)


class DepositEffect(Effect):
    """Let bone mineral bind a drug on dose days only; `nmol` is the skeleton's share of a dose.

    `affinity` for mineral and `potency` against osteoclasts, per molecule, are over alendronate.
    """

    verb: Literal["deposit"]
    nmol: Quantity
    affinity: Quantity
    potency: Quantity

    quantities: ClassVar[tuple[str, ...]] = ("nmol", "affinity", "potency")
    positive: ClassVar[tuple[str, ...]] = ("affinity",)

    def act(self, today: Today, environment: Environment) -> None:
        """Give the drug when a dose falls on the day; nothing where the strength is 0."""
        strength = self.strength(today)
        if strength == 0.0 or not today.schedule.is_dose_day(today.day):
            return
        nmol = max(0.0, evaluate(self.nmol, today.values) * strength)
        affinity = evaluate(self.affinity, today.values)
        environment.deposit(nmol, affinity, evaluate(self.potency, today.values))


AnyEffect = Annotated[
    SetEffect
    | ScaleEffect
    | TitrateEffect
    | BindEffect
    | EmitEffect
    | GraftEffect
    | LesionEffect
    | DepositEffect,
    Field(discriminator="verb"),
]


def phase_of(effect: Effect) -> int:
    """Return the rank in which effects act on a day: levels, multiples, additions, floors."""
    return SetEffect.modes.index(effect.mode) if isinstance(effect, SetEffect) else 0


def _refuse_unknown(name: str, declared: Mapping[str, object], key: str, what: str) -> None:
    if name not in declared:
        raise problem(f"unknown {what} {show(name)}", suggest(name, declared), key)
