"""What interventions may act on: hormones and other drivers, parameters, binders, sources, grafts.

The environment is made anew every day from the host; the interventions of the day act on it, and
the model reads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bmu_abm.network.declared import LEVELS
from bmu_abm.parameters import REGISTRY


@dataclass(frozen=True)
class Driver:
    """A quantity of the whole body that an intervention can set."""

    unit: str
    help: str


DRIVERS: dict[str, Driver] = {
    "estradiol_pmol_per_l": Driver("pmol/l", "serum estradiol"),
    "load": Driver("1", "mechanical load over the customary one"),
    "calcium_intake_mg_per_day": Driver("mg/day", "calcium in food and supplements"),
    "vitamin_d_nmol_per_l": Driver("nmol/l", "serum 25-hydroxyvitamin D"),
    "immune_tone": Driver("1", "supply of osteoclast precursors over the healthy one"),
    "testosterone_nmol_per_l": Driver("nmol/l", "serum testosterone"),
    "aromatase": Driver("1", "aromatase over the usual one"),
    "renal_function": Driver("1", "function of the kidney over the normal one"),
    "liver_function": Driver("1", "function of the liver over the normal one"),
    "glucocorticoid": Driver("1", "glucocorticoid over the usual cortisol"),
    "retinoic_acid": Driver("1", "retinoic acid over that of the diet"),
    "reactive_oxygen": Driver("1", "reactive oxygen in bone over the usual one"),
    "ageing": Driver("1", "burden of age over that of the host at its start"),
    "dysbiosis": Driver("1", "imbalance of the gut's microbes over the healthy one"),
    "nerve": Driver("1", "activity of the nerves of bone over the usual one"),
    "hypoxia": Driver("1", "lack of oxygen in the marrow over the usual one"),
    "strontium": Driver("1", "strontium in food over the usual"),
    "immune_rejection": Driver("1", "power to reject foreign cells over the normal one"),
    "phosphate": Driver("1", "serum phosphate over the usual one"),
    "pth_given": Driver("1", "PTH from outside all day, over that of rest"),
    "pth_injected": Driver("1", "PTH of one injection a day, as its mean over the day, over rest"),
    "calcitriol_given": Driver("1", "calcitriol from outside, over that of rest"),
    "calcitonin_given": Driver("1", "calcitonin from outside, over that of rest"),
    "calcifediol_given": Driver("nmol/l", "25-hydroxyvitamin D from outside, which needs no liver"),
    "alfacalcidol_given": Driver("1", "calcitriol that a healthy liver makes of what is given"),
    "pth_transient": Driver(
        "1", "share of the hold of injected PTH on receptors that does not last"
    ),
    "serm_pmol_per_l": Driver("pmol/l", "partial agonist of the estrogen receptor, as estradiol"),
}
PLACES = ("uniform", "vessels", "eroded")


@dataclass(frozen=True)
class Graft:
    """Cells given on one day; `count` is the whole dose in the host."""

    cell: str
    count: float
    route: str
    traits: Mapping[str, float]


@dataclass(frozen=True)
class Lesion:
    """A piece of bone that is taken out on one day.

    Attributes
    ----------
    shape : str
        `disc`, or `gap`: a strip across the patch, as a fracture.
    size_um : float
        Diameter of a disc, width of a gap.
    """

    shape: str
    size_um: float


@dataclass(frozen=True)
class Deposit:
    """A dose of a drug that bone mineral binds, given on one day.

    Attributes
    ----------
    nmol : float
        What the whole skeleton binds of it.
    affinity, potency : float
        For mineral, and against an osteoclast per molecule; both over alendronate.
    """

    nmol: float
    affinity: float
    potency: float


@dataclass
class Environment:
    """The state of the body on one day, as interventions see and change it.

    Attributes
    ----------
    drivers : dict of str to float
        Named in `DRIVERS`.
    factors : dict of str to float
        Product of the factors on each scaled parameter.
    copies : dict of str to float
        Added to levels of the network, over rest; below 0 they are held back.
    binders : dict of str to list of (pM, pM)
        Soluble binders of a field's ligand: concentration and dissociation constant.
    sources : list of (field, level, place)
        Extra sources, in the unit of the field.
    grafts : list of Graft
    lesions : list of Lesion
    deposits : list of Deposit
    """

    drivers: dict[str, float]
    factors: dict[str, float] = field(default_factory=dict)
    copies: dict[str, float] = field(default_factory=dict)
    binders: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    sources: list[tuple[str, float, str]] = field(default_factory=list)
    grafts: list[Graft] = field(default_factory=list)
    lesions: list[Lesion] = field(default_factory=list)
    deposits: list[Deposit] = field(default_factory=list)

    def scale(self, path: str, factor: float) -> None:
        """Multiply a declared parameter for the day.

        Raises
        ------
        KeyError
            The parameter is not declared or may not change during a run.
        """
        if not REGISTRY[path].live:
            raise KeyError(f"{path} cannot change during a run")
        self.factors[path] = self.factors.get(path, 1.0) * factor

    def titrate(self, node: str, copies: float) -> None:
        """Add copies to a level of the network (over rest), or hold as many back.

        Raises
        ------
        KeyError
            The network has no such level.
        """
        if node not in LEVELS:
            raise KeyError(f"{node} is no level of the network")
        self.copies[node] = self.copies.get(node, 0.0) + copies

    def bind(self, ligand: str, conc_pm: float, kd_pm: float) -> None:
        """Add a soluble binder of a field's ligand, e.g. an antibody against RANKL."""
        self.binders.setdefault(ligand, []).append((conc_pm, kd_pm))

    def emit(self, field: str, level: float, where: str) -> None:
        """Add a source to a field: everywhere, at capillaries, or on eroded bone."""
        self.sources.append((field, level, where))

    def graft(self, cell: str, count: float, route: str, traits: Mapping[str, float]) -> None:
        """Give cells; `count` is the dose for the whole host."""
        self.grafts.append(Graft(cell, count, route, dict(traits)))

    def lesion(self, shape: str, size_um: float) -> None:
        """Take a disc out of the bone, or a gap across it."""
        self.lesions.append(Lesion(shape, size_um))

    def deposit(self, nmol: float, affinity: float, potency: float) -> None:
        """Let bone mineral bind a drug; `nmol` is what the whole skeleton binds."""
        self.deposits.append(Deposit(nmol, affinity, potency))
