"""The generated pages of the network and of the register of mechanisms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from bmu_abm.network.coverage import tied_tests
from bmu_abm.network.declared import CELLS, EDGES, NODES
from bmu_abm.network.register import GROUPS, REGISTER, Mechanism
from bmu_abm.network.text import plain, sentence

Table = Callable[[Sequence[str], Iterable[Sequence[str]]], str]
OPEN = "open: "


def network_page(command: str, table: Table) -> str:
    """Return the page of all nodes and edges, a section for each class of cells."""
    evaluated = sum(not edge.carried_by for edge in EDGES)
    head = f"""# The signalling network

Written by `{command}` from `src/bmu_abm/network/nodes.csv` and `edges.csv`; change those files, not
this page.

The network has {len(NODES)} nodes and {len(EDGES)} edges. {evaluated} edges are evaluated in the
network, once a step, for all cells of a type at once; the others are carried by the rule or
parameter that stands there, place by place. Levels are over rest: at rest each is exactly 1. A gain
is the share of the target that follows the source; a Hill curve is taken over its value at 1.
`--set parameters.node.nfkb=0.5` halves a level, `--set parameters.edge.traf6.src=0` silences an
edge; interventions scale both. `bmu network NODE` prints what stands here for one node.

`python benchmarks/edges.py` reverses every edge, one at a time, and runs the test of its target;
`docs/validation/edges.csv` says which reversals were caught.
"""
    return head + "".join(_section(cell, table) for cell in CELLS)


def _section(cell: str, table: Table) -> str:
    names = [name for name, node in NODES.items() if node.cell == cell]
    rows = [
        (
            f"`{name}`" if not NODES[name].is_local else plain(name),
            NODES[name].help,
            NODES[name].combines,
            f"{NODES[name].days:g}" if NODES[name].days else "",
            NODES[name].input.replace("_", " "),
        )
        for name in names
    ]
    nodes = table(("node", "what it is", "combines", "days", "from the body"), rows)
    said = "".join(f"- {sentence(edge)}\n" for edge in EDGES if edge.target in names)
    return f"\n## {cell}\n\n{nodes}\n{said}"


def mechanisms_page(command: str, table: Table, tests: Path) -> str:
    """Return the page of the register: what each mechanism does, where, and which test sees it."""
    found = tied_tests(tests) if tests.is_dir() else {}
    counts = Counter(_state(mechanism) for mechanism in REGISTER.values())
    head = f"""# Mechanisms

Written by `{command}` from `src/bmu_abm/network/register.csv`, the network and the marks of the
tests; change those, not this page.

Of {len(REGISTER)} mechanisms, {counts["simulated"]} are simulated and tested, {counts["context"]}
are context, {counts["open"]} are open.
"""
    return head + "".join(_group(group, table, found) for group in GROUPS)


def _state(mechanism: Mechanism) -> str:
    if mechanism.context.startswith(OPEN):
        return "open"
    return "context" if mechanism.context else "simulated"


def _group(group: str, table: Table, found: dict[str, list[str]]) -> str:
    rows = [
        (f"`{m.id}`", m.name, m.told(), "<br>".join(found.get(m.id, [])))
        for m in REGISTER.values()
        if m.group == group
    ]
    return f"\n## {group}\n\n{table(('id', 'mechanism', 'what it does', 'tests'), rows)}"
