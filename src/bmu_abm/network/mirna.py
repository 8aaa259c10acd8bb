"""The microRNAs of the network: which of its nodes are levels of which microRNA.

A node `mir103_3p` is the level of miR-103-3p; one that acts in both lineages has a level in each,
`mir124_ob` and `mir124_oc`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bmu_abm.network.declared import LEVELS, NODES

_NODE = re.compile(r"mir(\d\w*?)(_o[bc])?")
_CLASS = {"osteoblast lineage": "osteoblast", "osteoclast lineage": "osteoclast"}


@dataclass(frozen=True)
class MicroRna:
    """A microRNA.

    Attributes
    ----------
    name : str
        As it is written: miR-103-3p.
    slug : str
        In snake case: mir_103_3p.
    nodes : tuple of str
        Its levels.
    """

    name: str
    slug: str
    nodes: tuple[str, ...]


def cells_of(node: str) -> str:
    """Return the lineage whose level a node is: osteoblast or osteoclast."""
    return _CLASS[NODES[node].cell]


def _found() -> dict[str, MicroRna]:
    levels: dict[str, list[str]] = {}
    for node in LEVELS:
        match = _NODE.fullmatch(node)
        if match is not None:
            levels.setdefault(match[1], []).append(node)
    told = [
        MicroRna(f"miR-{number.replace('_', '-')}", f"mir_{number}", tuple(nodes))
        for number, nodes in levels.items()
    ]
    return {one.slug: one for one in sorted(told, key=_rank)}


def _rank(one: MicroRna) -> tuple[int, str]:
    """Sort by number: miR-9-5p before miR-15b."""
    return int(re.findall(r"\d+", one.slug)[0]), one.slug


MICRO_RNAS: dict[str, MicroRna] = _found()
