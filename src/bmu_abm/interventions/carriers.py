"""Carriers: what brings the dose of an intervention to bone, and keeps it from elsewhere.

A carrier is a file in `scenarios/carriers/`, of the same form as an intervention. Of a dose, `bone`
times as much reaches bone as without a carrier, and `off_bone` times as much the rest of the body.
`osteoblast` and `osteoclast` are the shares in which cells of the two lineages take up what has
reached bone. Its own effects know one number of the drug: `dose`, over the usual one.
"""

from __future__ import annotations

from functools import cache

from bmu_abm import shipped, tomlfile
from bmu_abm.faults import fault
from bmu_abm.interventions import registry
from bmu_abm.interventions.declaration import Declaration

NONE = "systemic"
NEEDED = ("bone", "off_bone", "osteoblast", "osteoclast", "dose")


def names() -> list[str]:
    """Return the names that `carrier` accepts, sorted."""
    return shipped.names("carrier")


@cache
def find(name: str) -> Declaration:
    """Return a carrier by name.

    Raises
    ------
    KeyError
        Nothing has this name.
    InputError
        Its file is wrong.
    """
    document = tomlfile.load(shipped.found("carrier", name))
    carrier = registry.declare(document.data, document.source, document.lines)
    for key in NEEDED:
        if key not in carrier.parameters:
            raise fault(document.source, f"parameters.{key}", "is missing", "add it")
    return carrier


def carried(name: str, values: dict[str, float]) -> dict[str, float]:
    """Return the parameters of an intervention as cells of bone meet them.

    Parameters
    ----------
    name : str
        A carrier.
    values : dict of str to float
        What is given: a `dose`, and maybe the uptake by cells of each lineage.
    """
    if name == NONE:
        return values
    share = find(name).defaults()
    reached = values | {"dose": values["dose"] * share["bone"]}
    for cell in ("osteoblast", "osteoclast"):
        key = f"{cell}_uptake"
        if key in values:
            reached[key] = values[key] * share[cell]
    return reached


def own_values(name: str, dose: float, usual: float) -> dict[str, float]:
    """Return the numbers that a carrier's own effects know, for a dose beside the usual one."""
    return find(name).defaults() | {"dose": dose / usual if usual > 0.0 else dose}


def exposure(name: str, values: dict[str, float]) -> dict[str, float]:
    """Return how much of a dose reaches bone and how much the rest of the body, in its own unit.

    `off_target_share`, where an intervention declares it, is the part of what reaches the rest of
    the body that meets something to act on. It is data about the course and acts on nothing.
    """
    share = find(name).defaults()
    off_bone = values["dose"] * share["off_bone"]
    found = {"bone": values["dose"] * share["bone"], "off_bone": off_bone}
    if "off_target_share" in values:
        found["off_target"] = off_bone * values["off_target_share"]
    return found | {cell: found["bone"] * share[cell] for cell in ("osteoblast", "osteoclast")}
