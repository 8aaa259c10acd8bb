"""A link that holds all of a bone's life: scenario, seed, deeds and day. Hostile until checked."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from dataclasses import dataclass
from typing import Any, NoReturn

from bmu_abm import shipped
from bmu_abm.app.acts import MOST_ACTS, Act, read
from bmu_abm.errors import InputError
from bmu_abm.faults import fault, show
from bmu_abm.scenario import Scenario

VERSION = 1
_LONGEST, _LARGEST, _DEEPEST = 60_000, 1_000_000, 12
_MEND = "take the link again"


@dataclass(frozen=True)
class Life:
    """What a link says: open `scenario` with `seed`, perform `acts`, until `day`."""

    scenario: Scenario
    seed: int
    acts: list[Act]
    day: int


def write(life: Life) -> str:
    """Return the text that stands behind ``#`` in a link."""
    table = {
        "v": VERSION,
        "scenario": _short(life.scenario),
        "seed": life.seed,
        "acts": [act.table() for act in life.acts],
        "day": life.day,
    }
    text = json.dumps(table, separators=(",", ":"), allow_nan=False)
    return base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")


def _short(scenario: Scenario) -> Any:
    """Return the name of a shipped scenario, or its table with the host by name if it ships."""
    table = scenario.to_dict()
    if shipped.path("scenario", scenario.name):
        as_shipped = Scenario.load(scenario.name)
        if as_shipped.to_dict() == table:
            return scenario.name
    name = scenario.host.name
    if shipped.path("host", name):
        again = Scenario.from_dict(table | {"host": name})
        if again.host == scenario.host:
            table["host"] = name
    return table | {"name": scenario.name}


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number")


def _table(text: str) -> dict[str, Any]:
    if len(text) > _LONGEST:
        raise fault("link", "", "is too long", _MEND)
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        unpacker = zlib.decompressobj()
        raw = unpacker.decompress(packed, _LARGEST)
        if unpacker.unconsumed_tail or not unpacker.eof:
            raise fault("link", "", "is cut short or too large", _MEND)
        table = json.loads(raw.decode(), parse_constant=_no_number)
    except (ValueError, binascii.Error, zlib.error, RecursionError):
        raise fault("link", "", "cannot be read", _MEND) from None
    if not isinstance(table, dict) or depth(table) > _DEEPEST:
        raise fault("link", "", "has an unknown form", _MEND)
    return table


def depth(value: Any) -> int:
    """Return how deep a value nests, looking no deeper than needed."""
    level, todo = 0, [value]
    while todo and level <= _DEEPEST:
        level += 1
        inner = [one for one in todo if isinstance(one, dict | list)]
        todo = [x for one in inner for x in (one.values() if isinstance(one, dict) else one)]
    return level


def parse(text: str) -> Life:
    """Check a link.

    Raises
    ------
    InputError
        It is not one of ours, or asks for what is not allowed: one line.
    """
    table = _table(text)
    if table.get("v") != VERSION or isinstance(table["v"], bool):
        raise fault("link", "v", f"is {show(table.get('v'))}", "open it with the version it is of")
    seed, day = (_whole(table, key, top) for key, top in (("seed", 2**53), ("day", 60 * 365)))
    acts = table.get("acts", [])
    if not isinstance(acts, list) or len(acts) > MOST_ACTS:
        raise fault("link", "acts", "is not a list of deeds", _MEND)
    return Life(_scenario(table.get("scenario")), seed, [read(act) for act in acts], day)


def _whole(table: dict[str, Any], key: str, most: int) -> int:
    value = table.get(key)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise fault("link", key, f"is {show(value)}", f"give a whole number from 0 to {most}")
    return value


def _scenario(value: Any) -> Scenario:
    if isinstance(value, str):
        if not shipped.path("scenario", value):
            raise fault("link", "scenario", f"is {show(value)}, which does not ship", _MEND)
        return Scenario.load(value)
    if not isinstance(value, dict):
        raise fault("link", "scenario", "is neither a name nor a table", _MEND)
    name = value.pop("name", "scenario")
    safe = isinstance(name, str) and shipped.is_name(name)
    try:
        return Scenario.from_dict(value, "link", name if safe else "scenario")
    except InputError:
        raise
    except (RecursionError, OverflowError, TypeError):
        raise fault("link", "scenario", "cannot be read", _MEND) from None
