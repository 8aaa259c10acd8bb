"""Single settings on top of a scenario: ``years=5``, ``intervention.0.dose=30``."""

from __future__ import annotations

import tomllib
from typing import Any

from bmu_abm.faults import fault, suggest


def value_of(text: str) -> Any:
    """Return the TOML value that `text` spells; anything else is taken as a text."""
    if "\n" not in text and len(text) < 4000:
        try:
            table = tomllib.loads(f"value = {text}")
        except (ValueError, RecursionError):
            return text
        if list(table) == ["value"]:
            return table["value"]
    return text


def put(data: dict[str, Any], path: str, value: Any, source: str) -> None:
    """Set the value at a dotted path of a scenario's full table, in place.

    Raises
    ------
    InputError
        The path is empty, or leads through something that is not a table.
    """
    parts = path.split(".")
    if not all(parts):
        raise fault(source, path, "is not a dotted key", "write --set years=5")
    place: Any = data
    for depth, part in enumerate(parts[:-1]):
        if part == "parameters" and isinstance(place, dict):
            place.setdefault(part, {})[".".join(parts[depth + 1 :])] = value
            return
        place = _enter(place, part, ".".join(parts[: depth + 1]), source)
    _assign(place, parts[-1], value, path, source)


def _enter(place: Any, part: str, path: str, source: str) -> Any:
    if isinstance(place, list):
        return place[_number(place, part, path, source)]
    if isinstance(place, dict):
        if part not in place:
            raise fault(source, path, "unknown key", suggest(part, place))
        if isinstance(place[part], dict | list):
            return place[part]
    raise fault(source, path, "holds no keys of its own", "set it as a whole")


def _number(place: list[Any], part: str, path: str, source: str) -> int:
    if part.isascii() and part.isdigit() and len(part) < 9 and int(part) < len(place):
        return int(part)
    there = f"there are {len(place)}, numbered from 0" if place else "there are none"
    raise fault(source, path, there, "correct the number")


def _assign(place: Any, part: str, value: Any, path: str, source: str) -> None:
    if isinstance(place, list):
        place[_number(place, part, path, source)] = value
    else:
        place[part] = value
