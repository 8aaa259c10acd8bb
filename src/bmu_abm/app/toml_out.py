"""A scenario as the text of a TOML file that `bmu run` takes."""

from __future__ import annotations

import json
from typing import Any

from bmu_abm import shipped
from bmu_abm.scenario import Scenario

_LEFT_OUT = ("host", "patch", "intervention", "parameters")


def text_of(scenario: Scenario, seed: int) -> str:
    """Return the file; `Scenario` reads it back to the same scenario."""
    table = scenario.to_dict() | {"seed": seed}
    lines = [f"{key} = {_value(value)}" for key, value in table.items() if key not in _LEFT_OUT]
    host = scenario.host.name
    named = bool(shipped.path("host", host)) and _is_shipped(scenario, host)
    lines.append(f"host = {_value(host)}" if named else "")
    lines.append(f"patch = {_inline(table['patch'])}")
    parts = ["\n".join(line for line in lines if line)]
    if not named:
        parts += _table("host", table["host"])
    if table["parameters"]:
        parts += _table("parameters", table["parameters"])
    for course in table["intervention"]:
        body = "\n".join(f"{_key(key)} = {_value(value)}" for key, value in course.items())
        parts.append(f"[[intervention]]\n{body}")
    return "\n\n".join(parts) + "\n"


def _is_shipped(scenario: Scenario, host: str) -> bool:
    again = Scenario.from_dict(scenario.to_dict() | {"host": host})
    return again.host == scenario.host


def _table(name: str, values: dict[str, Any]) -> list[str]:
    plain = {k: v for k, v in values.items() if not isinstance(v, dict)}
    body = "\n".join(f"{_key(key)} = {_value(value)}" for key, value in plain.items())
    parts = [f"[{name}]\n{body}"]
    for key, value in values.items():
        if isinstance(value, dict) and value:
            parts += _table(f"{name}.{_key(key)}", value)
    return parts


def _key(text: str) -> str:
    return text if text.replace("_", "").isalnum() and text.isascii() else json.dumps(text)


def _inline(values: dict[str, Any]) -> str:
    return "{ " + ", ".join(f"{key} = {_value(value)}" for key, value in values.items()) + " }"


def _value(value: Any) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=True).replace("\x7f", "\\u007F")
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return repr(value)
