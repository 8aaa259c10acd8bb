"""What the engine declares and files may name; imported late, since it loads compiled code."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from bmu_abm.faults import show, suggest

Refusal = tuple[str, str]


def parameters() -> Mapping[str, Any]:
    """Return the declared parameters of the model by path."""
    registry: Mapping[str, Any] = import_module("bmu_abm.parameters").REGISTRY
    return registry


def drivers() -> Mapping[str, Any]:
    """Return the global scalars that an intervention may set, by name."""
    declared: Mapping[str, Any] = import_module("bmu_abm.systemic.environment").DRIVERS
    return declared


def fields() -> Mapping[str, Any]:
    """Return the declared diffusing signals by name."""
    declared: Mapping[str, Any] = import_module("bmu_abm.fields").DECLARATIONS
    return declared


def traits() -> Mapping[str, float]:
    """Return the traits of grafted cells by name, with their defaults."""
    declared: Mapping[str, float] = import_module("bmu_abm.grafting").TRAITS
    return declared


def refuse_parameter(path: str, value: float) -> Refusal | None:
    """Return what is wrong with setting a model parameter, with the mend; None when nothing is."""
    known = parameters()
    if path not in known:
        return "unknown parameter", suggest(path, known)
    return refuse_range(value, known[path])


def refuse_range(value: float, declared: Any) -> Refusal | None:
    """Return the refusal of a value outside `low` to `high` of its declaration, or None."""
    if declared.low <= value <= declared.high:
        return None
    what = f"is {show(value)} but must lie between {declared.low:g} and {declared.high:g}"
    return f"{what} {declared.unit}".rstrip(), "change the value"
