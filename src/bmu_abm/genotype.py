"""Genotypes: variants that act on levels of the network, and their draw for virtual subjects.

`network/variants.csv` declares each variant: the node on which it acts, the factor per risk
allele, and the frequency of that allele. What it does to bone is the network's doing.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

import numpy as np

from bmu_abm.network.declared import LEVELS


@dataclass(frozen=True)
class Variant:
    """A place in the genome with a risk allele.

    Attributes
    ----------
    node : str
        Node of the network whose level it scales.
    per_allele : float
        Factor on that level for each copy of the risk allele.
    frequency : float
        Of the risk allele.
    """

    name: str
    node: str
    per_allele: float
    frequency: float
    source: str


def _read() -> dict[str, Variant]:
    text = resources.files("bmu_abm.network").joinpath("variants.csv").read_text(encoding="utf-8")
    return {row["name"]: _variant(row) for row in csv.DictReader(text.splitlines())}


def _variant(row: Mapping[str, str]) -> Variant:
    variant = Variant(
        row["name"], row["node"], float(row["per_allele"]), float(row["frequency"]), row["source"]
    )
    if variant.node not in LEVELS or variant.per_allele <= 0.0 or not 0 < variant.frequency < 1:
        raise ValueError(f"variants.csv: {variant.name} has a node, effect or frequency that fails")
    return variant


VARIANTS: dict[str, Variant] = _read()


def factors(genotype: Mapping[str, int]) -> dict[str, float]:
    """Return the factors on the network's nodes, by parameter path, of counts of risk alleles."""
    found: dict[str, float] = {}
    for name, count in genotype.items():
        path = f"node.{VARIANTS[name].node}"
        found[path] = found.get(path, 1.0) * VARIANTS[name].per_allele ** count
    return found


def draw(subject: int, seed: int = 1) -> dict[str, int]:
    """Return the risk alleles (0 to 2) of a virtual subject: two independent draws a variant."""
    rng = np.random.default_rng([seed, subject, 21])
    return {name: int(rng.binomial(2, v.frequency)) for name, v in VARIANTS.items()}
