"""What the body gives the signalling network: hormones and other drivers, each over its rest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bmu_abm.network.declared import INPUTS, LEVELS

if TYPE_CHECKING:
    from bmu_abm.host import Host

# Drivers that are over their rest as they stand.
RELATIVE = (
    "glucocorticoid",
    "retinoic_acid",
    "ageing",
    "dysbiosis",
    "nerve",
    "hypoxia",
    "immune_tone",
    "phosphate",
    "reactive_oxygen",
)
FROM_SKELETON = (
    "pth_occupied",
    "pth_burst",
    "calcitriol",
    "calcitonin",
    "calcitonin_receptors",
    "strontium",
)


def inputs(
    drivers: Mapping[str, float],
    host: Host,
    estrogen: float,
    skeleton: np.void,
    setpoint_mmol_per_l: float,
) -> NDArray[np.float64]:
    """Return what multiplies each node of the network, in the order of `LEVELS`.

    Parameters
    ----------
    drivers : mapping
        Of today.
    host : Host
        Whose own testosterone is rest.
    estrogen : float
        Response of bone cells to estradiol.
    skeleton : record
        Receptors of PTH and calcitonin, calcium (mmol/l), calcitriol, calcitonin and strontium of
        the last step.
    setpoint_mmol_per_l : float
        Serum calcium at rest.
    """
    given = {name: drivers[name] for name in RELATIVE}
    given["estrogen"] = estrogen
    given["testosterone"] = over_rest(
        drivers["testosterone_nmol_per_l"], host.testosterone_nmol_per_l
    )
    given["serum_calcium"] = float(skeleton["calcium"]) / setpoint_mmol_per_l
    for name in FROM_SKELETON:
        given[name] = float(skeleton[name])
    levels = np.ones(len(LEVELS))
    for name, level in given.items():
        levels[INPUTS[name]] = level
    return levels


def over_rest(level: float, rest: float) -> float:
    """Return a level over its rest; 1 where there is none at rest."""
    return level / rest if rest > 0.0 else 1.0


def estradiol(drivers: Mapping[str, float], host: Host, share: float) -> float:
    """Return serum estradiol (pmol/l).

    In males a share of it follows what aromatase makes of testosterone.
    """
    level = drivers["estradiol_pmol_per_l"]
    if host.sex != "male":
        return level
    made = over_rest(drivers["testosterone_nmol_per_l"], host.testosterone_nmol_per_l)
    return level * (1.0 + share * (made * drivers["aromatase"] - 1.0))
