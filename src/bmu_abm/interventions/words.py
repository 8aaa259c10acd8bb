"""What the file of an intervention says, in words: its effects, gates and side effects."""

from __future__ import annotations

from typing import Any

from bmu_abm.interventions.declaration import Between, Declaration
from bmu_abm.interventions.effect import Effect
from bmu_abm.interventions.quantity import Factor, Product, Quantity
from bmu_abm.interventions.side_effects import SideEffect

_CURVES = {
    "const": "while the course is on",
    "step": "from some months on",
    "ramp": "growing along a straight line",
    "sigmoid": "growing along a sigmoid",
    "pulse": "for some days of every interval",
    "exponential": "approached exponentially",
    "doses": "by the amount in the body, dose upon dose",
    "saturable_doses": "by the amount in the body, dose upon dose, with a clearance that saturates",
}


def told(effect: Effect) -> str:
    """Return one effect as a sentence without its full stop."""
    parts = [_WORDS[getattr(effect, "verb")](effect)]  # noqa: B009 - of its subclasses
    if effect.amount != 1.0:
        parts.append(f"times {quantity(effect.amount)}")
    parts.append(_CURVES[effect.curve.shape])
    if effect.half_max is not None:
        parts.append(f"saturating, half at {quantity(effect.half_max)}")
    if effect.share != 1.0:
        parts.append(f"in the share {quantity(effect.share)} of the cells")
    return ", ".join(parts)


def quantity(value: Quantity) -> str:
    """Return a number, a parameter or a product of them as a reader writes it."""
    if not isinstance(value, Product):
        return _factor(value)
    above = " x ".join(_factor(one) for one in [value.parameter, *value.times])
    below = " / ".join(_factor(one) for one in value.over)
    return f"{above} / {below}" if below else above


def _factor(value: Factor) -> str:
    return f"`{value}`" if isinstance(value, str) else f"{value:g}"


def _set(effect: Any) -> str:
    value = quantity(getattr(effect, effect.mode))
    said = {
        "level": f"drives `{effect.target}` to {value}",
        "times": f"multiplies `{effect.target}` by {value}",
        "add": f"adds {value} to `{effect.target}`",
        "at_least": f"holds `{effect.target}` at {value} or more",
    }
    return said[effect.mode]


_WORDS: dict[str, Any] = {
    "set": _set,
    "scale": lambda e: f"multiplies `{e.path}` by {quantity(e.factor)} at full strength",
    "titrate": lambda e: f"adds {quantity(e.copies)} to the level of `{e.node}`",
    "bind": lambda e: f"binds {e.ligand}: {quantity(e.conc_pm)} pM, Kd {quantity(e.kd_pm)} pM",
    "emit": lambda e: f"is a source of {e.field} ({e.where}): {quantity(e.level)}",
    "graft": lambda e: f"gives {quantity(e.count)} cells ({e.cell}), {e.route}",
    "lesion": lambda e: f"takes a {e.shape} of {quantity(e.size_um)} um out of the bone",
    "deposit": lambda e: (
        f"is bound by bone mineral: {quantity(e.nmol)} nmol in the skeleton, affinity "
        f"{quantity(e.affinity)} and potency {quantity(e.potency)} over alendronate"
    ),
}


def limits(declaration: Declaration) -> list[str]:
    """Return for whom it is not, and for how long at most, a line each."""
    lines = [f"acts only where `{name}` is {_gate(g)}" for name, g in declaration.gates.items()]
    if declaration.label is not None:
        label = declaration.label
        lines.append(f"given for {label.max_months:g} months at most: {label.source}")
    return lines


def _gate(gate: Any) -> str:
    if not isinstance(gate, Between):
        return " or ".join(gate)
    if gate.high == float("inf"):
        return f"at least {gate.low:g}"
    if gate.low == float("-inf"):
        return f"at most {gate.high:g}"
    return f"{gate.low:g} to {gate.high:g}"


def aside(effect: SideEffect) -> str:
    """Return a side effect and how it is known."""
    if effect.readout is not None:
        return f"{effect.name}: seen in `{effect.readout}`"
    if effect.index is not None:
        return f"{effect.name}: relative risk {effect.index:g}, acts on nothing"
    return f"{effect.name}: {effect.known}"
