"""What can be chosen on the page: hosts, scenarios, interventions, parameters, series, signals.

All of it is read from the registries, so a new file or plugin appears by itself.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from bmu_abm import shipped, tomlfile
from bmu_abm.app import modifiers
from bmu_abm.app.touch import TOOLS
from bmu_abm.fields import DECLARATIONS
from bmu_abm.interventions import families, registry
from bmu_abm.parameters import REGISTRY
from bmu_abm.pictures.field_map import DAMAGE
from bmu_abm.runs.figure import PANELS

_OWN_PANELS: list[dict[str, Any]] = [
    {
        "title": "Bone volume",
        "unit": "% of tissue",
        "factor": 100,
        "decimals": 1,
        "floor": "free",
        "least_span": 4.0,
        "lines": [("bv_tv", "BV/TV", "text")],
    },
    {
        "title": "Trabecular thickness",
        "unit": "µm",
        "decimals": 0,
        "floor": "free",
        "least_span": 20.0,
        "lines": [("tb_th_um", "Tb.Th", "text")],
    },
    {
        "title": "Hole area",
        "unit": "% of plate",
        "factor": 100,
        "decimals": 2,
        "lines": [("hole_area_fraction", "holes", "text")],
    },
    {
        "title": "Microdamage",
        "unit": "× untreated mean",
        "decimals": 2,
        "lines": [("microdamage_ratio", "damage", "text")],
    },
    {
        "title": "Strength of the plate",
        "unit": "× month 0",
        "decimals": 2,
        "floor": "free",
        "least_span": 0.2,
        "lines": [("strength_ratio", "strength", "text")],
    },
    {
        "title": "RANKL and OPG",
        "unit": "ratio",
        "decimals": 2,
        "lines": [("rankl_opg_ratio", "RANKL/OPG", "text")],
    },
    {
        "title": "Apposition and activation",
        "unit": "µm a day; per year",
        "decimals": 2,
        "lines": [
            ("mar_um_per_day", "MAR", "formation"),
            ("ac_f_per_year", "Ac.f", "resorption"),
        ],
    },
    {
        "title": "Precursors and progenitors",
        "unit": "number in the patch",
        "decimals": 0,
        "lines": [
            ("n_osteoclast_precursor", "precursors", "precursor"),
            ("n_msc", "stem cells", "progenitor"),
        ],
    },
]
FIRST_PANELS = (
    "Bone mineral",
    "Resorption and formation",
    "Eroded and osteoid surface",
    "Osteoclasts",
)
_ROLES = {
    "#1F2933": "text",
    "#8A94A0": "text2",
    "#B8371C": "resorption",
    "#3E8BD3": "formation",
    "#43083E": "osteoclast",
    "#2450C4": "osteoblast",
    "#C9A640": "adipocyte_rim",
}


def panels() -> list[dict[str, Any]]:
    """Return the charts that can be chosen: title, unit, lines as (column, label, role)."""
    told = [
        {
            "title": panel.title,
            "unit": panel.unit.replace("{surface}", "the patch"),
            "factor": panel.factor,
            "decimals": 0 if panel.lines[0].column.startswith("n_") else panel.decimals,
            "floor": panel.floor,
            "least_span": panel.least_span,
            "lines": [
                (one.column, one.label, _ROLES.get(one.colour, "text")) for one in panel.lines
            ],
        }
        for panel in PANELS
    ]
    common = {"factor": 1.0, "decimals": 1, "floor": "zero", "least_span": 0.0}
    return told + [common | one for one in _OWN_PANELS]


def hosts() -> list[dict[str, Any]]:
    """Return name and title of every host."""
    return [{"name": name, "title": _title("host", name)} for name in shipped.names("host")]


def scenarios() -> list[dict[str, Any]]:
    """Return name, title and host of every scenario."""
    listed = []
    for name in shipped.names("scenario"):
        table = tomlfile.parse(shipped.read("scenario", name), name).data
        listed.append(
            {
                "name": name,
                "title": table["title"],
                "description": " ".join(str(table.get("description", "")).split()),
                "host": table["host"],
            }
        )
    return listed


def _title(kind: shipped.Kind, name: str) -> str:
    return str(tomlfile.parse(shipped.read(kind, name), name).data["title"])


def interventions() -> list[dict[str, Any]]:
    """Return every intervention with its controls: from files and from plugins alike."""
    listed = []
    for name in registry.names():
        found = registry.find(name).declaration
        listed.append(
            {
                "name": name,
                "title": found.title,
                "kind": found.kind,
                "group": families.group_of(name),
                "description": " ".join(found.description.split()),
                "sources": list(found.sources),
                "label_months": found.label.max_months if found.label else None,
                "forms": modifiers.forms(found),
                "modifiers": modifiers.taken_by(found),
                "route": modifiers.route_of(found),
                "parameters": {
                    key: {
                        "default": one.default,
                        "unit": one.unit,
                        "low": one.low,
                        "high": one.high,
                        "help": one.help,
                        "source": one.source,
                        "live": one.live,
                    }
                    for key, one in found.parameters.items()
                },
            }
        )
    return listed


def parameters() -> list[dict[str, Any]]:
    """Return every parameter of the model; those that are not live need a restart."""
    return [
        {
            "path": one.path,
            "default": one.default,
            "unit": one.unit,
            "low": one.low,
            "high": one.high,
            "kind": one.kind,
            "live": one.live,
            "help": one.help,
            "source": one.source,
        }
        for one in REGISTRY.values()
    ]


@cache
def everything() -> dict[str, Any]:
    """Return all that the page offers (JSON-able), read once: each page that opens asks for it."""
    return {
        "hosts": hosts(),
        "scenarios": scenarios(),
        "interventions": interventions(),
        "modifiers": modifiers.choices(),
        "in_place": modifiers.in_place(),
        "parameters": parameters(),
        "panels": panels(),
        "first_panels": list(FIRST_PANELS),
        "fields": [
            {"name": one.name, "unit": one.unit} for one in DECLARATIONS.values()
        ] + [{"name": DAMAGE, "unit": "relative"}],
        "tools": list(TOOLS),
    }  # fmt: skip
