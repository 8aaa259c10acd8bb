"""Families of interventions: one file for a mimic, an inhibitor or a sponge of every microRNA.

A file in `scenarios/interventions/mirna/` is an intervention in which `<name>` stands for the
microRNA; its effects are repeated for each level, `<node>`, in cells of a lineage, `<cell>`. So
`mir_21_mimic` is `mimic.toml` filled with miR-21.
"""

from __future__ import annotations

from functools import cache

from bmu_abm import shipped
from bmu_abm.network.mirna import MICRO_RNAS, MicroRna, cells_of

KINDS = {
    "mimic": "microRNA mimics",
    "inhibitor": "microRNA inhibitors",
    "sponge": "microRNA sponges",
}
_EFFECT = "[[effect]]"


def names() -> list[str]:
    """Return the names of all members, by kind and then by microRNA."""
    return [f"{slug}_{kind}" for kind in KINDS for slug in MICRO_RNAS]


def group_of(name: str) -> str:
    """Return the heading under which lists gather a member; empty for any other name."""
    found = _split(name)
    return "" if found is None else KINDS[found[1]]


def text(name: str) -> str | None:
    """Return the text of a member as the file that it stands for, or None when there is none."""
    found = _split(name)
    if found is None:
        return None
    micro_rna, kind = found
    head, *effects = template(kind).replace("<name>", micro_rna.name).split(_EFFECT)
    filled = [
        effect.replace("<node>", node).replace("<cell>", cells_of(node))
        for node in micro_rna.nodes
        for effect in effects
    ]
    return head + "\n".join(f"{_EFFECT}{effect.rstrip()}\n" for effect in filled)


@cache
def template(kind: str) -> str:
    """Return the file of a kind, `<name>` and all."""
    file = shipped.folder() / "interventions" / "mirna" / f"{kind}.toml"
    return file.read_text(encoding="utf-8")


def _split(name: str) -> tuple[MicroRna, str] | None:
    slug, _, kind = name.rpartition("_")
    return (MICRO_RNAS[slug], kind) if slug in MICRO_RNAS and kind in KINDS else None
