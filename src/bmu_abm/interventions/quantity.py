"""A number in an intervention's file: a literal, a declared parameter, or a product of them."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Annotated, Any

from pydantic import BeforeValidator, Discriminator, Field, Tag

from bmu_abm.schema import Table

Factor = float | str


def _as_list(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


Factors = Annotated[list[Factor], BeforeValidator(_as_list), Field(max_length=12)]


class Product(Table):
    """`parameter` x the factors in `times` / the factors in `over`.

    Attributes
    ----------
    parameter : str
        A declared parameter of the intervention, or `host.NAME` for a number of the host.
    times, over : list of float or str
        Numbers or names; one may stand without brackets.
    """

    parameter: str
    times: Factors = Field(default_factory=list)
    over: Factors = Field(default_factory=list)


def _tag(value: Any) -> str | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return "<number>"
    if isinstance(value, str):
        return "<name>"
    return "<product>" if isinstance(value, dict | Product) else None


Quantity = Annotated[
    Annotated[float, Tag("<number>")]
    | Annotated[str, Tag("<name>")]
    | Annotated[Product, Tag("<product>")],
    Discriminator(_tag),
]


def factors_of(quantity: Quantity) -> list[Factor]:
    """Return every number and name in a quantity."""
    if isinstance(quantity, Product):
        return [quantity.parameter, *quantity.times, *quantity.over]
    return [quantity]


def names_in(quantity: Quantity) -> list[str]:
    """Return the names that a quantity needs."""
    return [factor for factor in factors_of(quantity) if isinstance(factor, str)]


def evaluate(quantity: Quantity, values: Mapping[str, float]) -> float:
    """Return the number; linear in `parameter`, so that a dose of 0 gives exactly 0.0."""
    if isinstance(quantity, Product):
        above = prod(_number(factor, values) for factor in quantity.times)
        below = prod(_number(factor, values) for factor in quantity.over)
        return values[quantity.parameter] * (above / below)
    return _number(quantity, values)


def _number(factor: Factor, values: Mapping[str, float]) -> float:
    return values[factor] if isinstance(factor, str) else float(factor)
