"""The register of mechanisms: what the review behind the model describes, and where it is here.

`register.csv` has a row for each mechanism; `where` names the parameter, rule or part that carries
it, `context` says why a row is not simulated. What the network carries it finds itself.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from importlib import resources

from bmu_abm.network.declared import EDGES, Edge
from bmu_abm.network.text import sentence

GROUPS = (
    "cell",
    "process",
    "signal",
    "pathway",
    "hormone-nutrient",
    "mirna",
    "cerna",
    "tissue",
    "disease-model",
    "drug",
    "drug-class-effect",
    "side-effect",
    "stem-cell-therapy",
    "mirna-therapy",
    "targeting-technology",
    "measurement",
    "risk-genetics",
    "sequence/combination",
)


@dataclass(frozen=True)
class Mechanism:
    """A row of the register.

    Attributes
    ----------
    id, group, name : str
        As in the register.
    where : str
        Parameter, rule or file that carries it beside the network; empty for none.
    context : str
        Why it is not simulated; empty for what is.
    note : str
        What of it is left out, or assumed.
    """

    id: str
    group: str
    name: str
    where: str
    context: str
    note: str

    @property
    def edges(self) -> tuple[Edge, ...]:
        """Edges of the network that carry it."""
        return tuple(edge for edge in EDGES if self.id in edge.mechanisms)

    def told(self) -> str:
        """Return what it does here, in words."""
        if self.context:
            return f"not simulated: {self.context}"
        parts = [sentence(edge) for edge in self.edges]
        if self.where:
            parts.append(f"by `{self.where}`")
        told = "; ".join(parts)
        return f"{told}. Note: {self.note}" if self.note else told


def _read() -> dict[str, Mechanism]:
    text = resources.files("bmu_abm.network").joinpath("register.csv").read_text(encoding="utf-8")
    return {row["id"]: Mechanism(**row) for row in csv.DictReader(text.splitlines())}


REGISTER: dict[str, Mechanism] = _read()
