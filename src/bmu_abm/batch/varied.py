"""What a study file may say of one varied quantity."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from bmu_abm.faults import show
from bmu_abm.host import flatten
from bmu_abm.schema import Table, problem

Value = bool | int | float | str
MOST_LEVELS = 10_000


def _values(values: Any) -> Any:
    if not isinstance(values, list):
        raise problem(f"must be a list, is {show(values)}", "write it in [brackets]")
    if not values:
        raise problem("is an empty list", "give the levels, or leave the key out")
    if len(values) > MOST_LEVELS:
        raise problem(f"has {len(values)} levels, more than {MOST_LEVELS}", "give fewer")
    for value in values:
        _check_value(value)
    if len(set(values)) < len(values):
        twice = next(value for value in values if values.count(value) > 1)
        raise problem(f"holds {show(twice)} twice", "give each level once")
    return values


def _check_value(value: Any) -> None:
    if isinstance(value, float) and not math.isfinite(value):
        raise problem(f"holds {show(value)}", "nan and inf are not allowed")
    if not isinstance(value, bool | int | float | str):
        what = f"must hold numbers, texts or true and false, holds {show(value)}"
        raise problem(what, "write one level after the other")


class Varied(Table):
    """A quantity that a study varies: `[parameters."PATH"]`.

    Attributes
    ----------
    low, high : float or None
        Range; by default the declared one.
    values : list or None
        The levels themselves; numbers, texts or truth values.
    levels : int or None
        Number of even steps from `low` to `high`; by default low, the scenario's value, high.
    scale : {"linear", "log"}
        In which the range is divided or sampled.
    whole : bool or None
        Whole numbers only; by default as the quantity needs.
    name : str or None
        Column of the results; by default the path.
    """

    low: float | None = None
    high: float | None = None
    values: Annotated[list[Any] | None, BeforeValidator(_values)] = None
    levels: int | None = Field(None, ge=2, le=MOST_LEVELS)
    scale: Literal["linear", "log"] = "linear"
    whole: bool | None = None
    name: str | None = Field(None, min_length=1, max_length=100)

    @model_validator(mode="after")
    def _consistent(self) -> Varied:
        if self.values is not None:
            for key in ("low", "high", "levels"):
                if getattr(self, key) is not None:
                    raise problem("stands beside values", "give one of the two", key)
        return self


_KEYS = frozenset(Varied.model_fields)


def gather(value: Any) -> Any:
    """Turn nested tables into one table a path: ``[parameters.intervention.0.dose]``.

    A list is short for `values`: ``"host.load" = [0.8, 1.0]``.
    """
    if not isinstance(value, dict):
        return value
    flat: dict[str, Any] = {}
    todo: list[tuple[str, Any]] = [("", value)]
    while todo:
        prefix, item = todo.pop()
        if isinstance(item, list):
            flat[prefix] = {"values": item}
        elif not isinstance(item, dict) or (prefix and _is_leaf(item)):
            flat[prefix] = item
        elif prefix.count(".") > 8:
            raise problem("has too many dots in its path", "write intervention.0.dose", prefix)
        else:
            todo += [(f"{prefix}.{k}" if prefix else str(k), v) for k, v in reversed(item.items())]
    return flat


def _is_leaf(table: dict[str, Any]) -> bool:
    return not any(isinstance(v, dict) for v in table.values()) and (
        not table or any(key in _KEYS for key in table) or not _lists_only(table)
    )


def _lists_only(table: dict[str, Any]) -> bool:
    return all(isinstance(value, list) for value in table.values())


VariedTable = Annotated[dict[str, Varied], BeforeValidator(gather)]
Settings = Annotated[dict[str, Any], BeforeValidator(flatten)]
