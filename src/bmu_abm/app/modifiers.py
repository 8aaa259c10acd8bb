"""What a course names beside its numbers: form, carrier, and of a graft donor, route, scaffold.

Only what an intervention takes is offered, by the rules of `Course`.
"""

from __future__ import annotations

from typing import Any, get_args

from bmu_abm.interventions import carriers, presets
from bmu_abm.interventions.declaration import Declaration
from bmu_abm.interventions.verbs import GraftEffect
from bmu_abm.routes import IN_PLACE, Route

Choice = dict[str, Any]
_ROUTES = {
    "intravenous": "through lung and blood; few cells reach the marrow",
    "intracardiac": "into the blood behind the lung",
    "intramarrow": "to the capillaries of the marrow",
    "bone_surface": "to the rim of a defect, to eroded bone, or else anywhere on bone",
}


def choices() -> dict[str, dict[str, Choice]]:
    """Return what can be named, by kind and name: title, help, and defaults that it changes."""
    routes = {name: _choice(name.replace("_", " "), _ROUTES[name]) for name in get_args(Route)}
    held = {"donor": _presets("donor"), "route": routes, "scaffold": _presets("scaffold")}
    return {"carrier": _carriers()} | held


def taken_by(found: Declaration) -> dict[str, list[str]]:
    """Return the names that an intervention takes, by kind; kinds without one are out."""
    taken: dict[str, list[str]] = {"form": list(found.forms)}
    if "dose" in found.parameters:
        taken["carrier"] = list(_carriers())
    if route_of(found) is not None:
        fitting = {kind: _fitting(kind, found) for kind in presets.KINDS}
        taken |= {"donor": fitting["donor"], "route": list(get_args(Route))}
        taken["scaffold"] = fitting["scaffold"]
    return {kind: names for kind, names in taken.items() if names}


def forms(found: Declaration) -> dict[str, Choice]:
    """Return the forms of an intervention, as `choices` gives the rest."""
    return {name: _choice(_title(name), one.help, one.values) for name, one in found.forms.items()}


def _title(name: str) -> str:
    """Return the words of a name; the short ones are abbreviations."""
    return " ".join(one.upper() if len(one) <= 3 else one for one in name.split("_"))


def route_of(found: Declaration) -> str | None:
    """Return where an intervention gives cells unless the course says so; None if it gives none."""
    return next((one.route for one in found.effect if isinstance(one, GraftEffect)), None)


def in_place() -> list[str]:
    """Return the routes on which a scaffold can hold cells."""
    return list(IN_PLACE)


def _choice(title: str, help_: str, values: dict[str, float] | None = None) -> Choice:
    return {"title": title, "help": " ".join(help_.split()), "values": values or {}}


def _carriers() -> dict[str, Choice]:
    found = {}
    for name in carriers.names():
        if name == carriers.NONE:
            continue
        one = carriers.find(name)
        share = one.defaults()
        told = f"bone gets {share['bone']:g} times the dose, the rest {share['off_bone']:g} times"
        found[name] = _choice(one.title, told)
    return found


def _presets(kind: presets.PresetKind) -> dict[str, Choice]:
    found = {name: presets.find(kind, name) for name in presets.names(kind)}
    return {name: _choice(one.title, one.description, one.numbers()) for name, one in found.items()}


def _fitting(kind: presets.PresetKind, found: Declaration) -> list[str]:
    """Return the presets all of whose numbers the intervention declares."""
    return [
        name
        for name in presets.names(kind)
        if set(presets.find(kind, name).values) <= set(found.parameters)
    ]
