"""Strict tables: the base of every pydantic model of a file, and its errors told in one line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from bmu_abm.errors import InputError
from bmu_abm.faults import fault, nearest, show, suggest

Location = tuple[int | str, ...]


class Table(BaseModel):
    """A table of a file: frozen, strict types, finite numbers, no unknown keys."""

    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, allow_inf_nan=False, validate_default=False
    )

    @model_validator(mode="before")
    @classmethod
    def _refuse_unknown_keys(cls, data: Any) -> Any:
        if isinstance(data, dict):
            for key in data:
                if key not in cls.model_fields:
                    mend = suggest(str(key), cls.model_fields)
                    raise problem("unknown key", mend, str(key))
        return data


def problem(what: str, mend: str, *key: int | str) -> PydanticCustomError:
    """Return an error that a validator may raise; `key` is relative to the validated table."""
    context = {"what": what, "mend": mend, "key": list(key)}
    return PydanticCustomError("problem", "{what}", context)


def explain(
    error: ValidationError, source: str, lines: Mapping[str, int] | None = None
) -> InputError:
    """Turn the errors of pydantic into one line about the first, with a count of the others.

    Parameters
    ----------
    error : pydantic.ValidationError
        What a `Table` raised.
    source : str
        The file's name.
    lines : mapping of str to int, optional
        Line number of each dotted key.
    """
    details = error.errors(include_url=False)
    first = details[0]
    what, mend = _phrase(first)
    if len(details) > 1:
        mend += f" (+ {len(details) - 1} more)"
    key = dotted(_location(first))
    return fault(source, key, what, mend, line_of(key, lines or {}))


def dotted(location: Location) -> str:
    """Return a location as a dotted key, without the names of internal levels."""
    if location[:1] == ("effect",):
        location = (*location[:2], *location[3:])  # the verb, by which pydantic chose the table
    parts = [str(part) for part in location if part != "settings"]
    return ".".join(part for part in parts if not part.startswith("<"))


def line_of(key: str, lines: Mapping[str, int]) -> int | None:
    """Return the line of a key, or of the nearest table that holds it."""
    while key:
        if key in lines:
            return lines[key]
        key = key.rpartition(".")[0]
    return None


def _location(detail: Mapping[str, Any]) -> Location:
    extra = detail.get("ctx", {}).get("key", []) if detail["type"] == "problem" else []
    return (*detail["loc"], *extra)


def _phrase(detail: Mapping[str, Any]) -> tuple[str, str]:
    """Return what is wrong and the mend."""
    kind, context, value = detail["type"], detail.get("ctx", {}), detail.get("input")
    if kind == "problem":
        return context["what"], context["mend"]
    if kind == "missing":
        return "is missing", "add it"
    if kind == "literal_error":
        return f"is {show(value)}, which is not one of the choices", _choices(value, context)
    if kind in _BOUNDS:
        relation, name = _BOUNDS[kind]
        return f"is {show(value)} but must be {relation} {context[name]:g}", "change the value"
    if kind in _KINDS:
        wanted, mend = _KINDS[kind]
        return f"must be {wanted}, is {show(value)}", mend
    return f"{detail['msg'].lower()}, is {show(value)}", "correct it"


def _choices(value: Any, context: Mapping[str, Any]) -> str:
    expected = str(context["expected"])
    near = (
        nearest(value, expected.replace(" or ", ", ").replace("'", "").split(", "))
        if (isinstance(value, str))
        else None
    )
    return f"did you mean '{near}'?" if near else f"choose {expected}"


_BOUNDS = {
    "greater_than": ("above", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("below", "lt"),
    "less_than_equal": ("at most", "le"),
}
_NUMBER = ("a number", "write it without quotes and without a unit")
_WHOLE = ("a whole number", "write it without quotes and without a decimal point")
_TABLE = ("a table", "write key = value pairs under its name in brackets")
_LIST = ("a list", "write it in [brackets]")
_TEXT = ("a text", "write it in quotes")
_KINDS = {
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "int_type": _WHOLE,
    "int_from_float": _WHOLE,
    "int_parsing": _WHOLE,
    "finite_number": ("a finite number", "nan and inf are not allowed"),
    "bool_type": ("true or false", "write one of them"),
    "string_type": _TEXT,
    "string_too_short": ("a text that is not empty", "write something"),
    "string_too_long": ("a shorter text", "shorten it"),
    "dict_type": _TABLE,
    "model_type": _TABLE,
    "model_attributes_type": _TABLE,
    "list_type": _LIST,
    "tuple_type": _LIST,
}
