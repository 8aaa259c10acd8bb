"""Mineral, DXA-equivalent density and apparent strength of the plate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bmu_abm.compiled import helper, kernel
from bmu_abm.geometry import back_site
from bmu_abm.systemic import strontium
from bmu_abm.trabecula import INTACT_COLUMN, mineral_of_age

if TYPE_CHECKING:
    from bmu_abm.model import BoneModel

G_PER_MOL_CALCIUM, G_PER_MOL_STRONTIUM = 40.08, 87.62
T_SCORE_SHARE = 0.105  # one T-score of the lumbar spine, 0.11 g/cm2, over the young mean of 1.047


@helper
def degrees_by_age(oldest, p):
    """Return the mineral degree of bone of each age up to `oldest` days."""
    degrees = np.empty(oldest + 1)
    for age in range(oldest + 1):
        degrees[age] = mineral_of_age(
            float(age),
            p.mineral_lag_days,
            p.mineral_primary_days,
            p.mineral_primary_share,
            p.mineral_secondary_days,
        )
    return degrees


@kernel
def mineral_and_damage(sites, born, damage, kinds, slice_nm, today, p, nx, ny):
    """Return mineral (um of full mineral per column), damage per um, and intact columns."""
    t = today[0]
    degrees = degrees_by_age(t.day - born.min(), p[0])
    mineral, harm, intact = 0.0, 0.0, 0
    for c in range(nx * ny):
        if kinds[c] != INTACT_COLUMN:
            continue
        intact += 1
        top, bottom = sites[c].height, sites[back_site(c, nx, ny)].height
        for k in range(bottom // slice_nm, (top - 1) // slice_nm + 1):
            part = min(top, (k + 1) * slice_nm) - max(bottom, k * slice_nm)
            um = part / 1000.0
            mineral += um * degrees[t.day - born[c, k]]
            harm += um * damage[c, k]
    return mineral, harm, intact


def state(model: BoneModel) -> dict[str, float]:
    """Return mineral per area, mean mineral degree, damage, cortex and strength today.

    Strength of a plate in its plane: section, mineral degree to the power 2 (Currey 1988) and
    loss by damage; bending adds the square of thickness, so both enter by their geometric mean.
    """
    b = model.trabecula
    mineral, harm, intact = mineral_and_damage(
        b.sites, b.born, b.damage, b.column_kind, b.slice_nm, model.today, model.p, b.nx, b.ny
    )
    bone_um = max(1e-9, b.bone_volume_nm() / 1000.0)
    thickness = bone_um / max(1, intact)
    degree, worn = mineral / bone_um, harm / bone_um
    strength = (intact / b.n_columns) * thickness**1.5 * degree**2 / (1.0 + 0.02 * worn)
    return {
        "mineral_um": mineral / b.n_columns,
        "mineral_degree": degree,
        "damage": worn,
        "cortex": float(model.skeleton["cortex"][0]),
        "strength": strength,
        "strontium_mg": _strontium_mg(model),
    }


def _strontium_mg(model: BoneModel) -> float:
    """Return strontium of the skeleton (mg); that of rest before its first day."""
    known = float(model.skeleton["strontium_mg"][0])
    return known if known >= 0.0 else float(strontium.at_rest(model.p[0])[1])


def dxa_change_pct(now: dict[str, float], origin: dict[str, float], share: float) -> float:
    """Return the change of a DXA reading (%): a cancellous share and a cortical rest."""
    cancellous = now["mineral_um"] / origin["mineral_um"] - 1.0
    cortical = now["cortex"] / origin["cortex"] - 1.0
    return 100.0 * (share * cancellous + (1.0 - share) * cortical)


def strontium_pct(now: dict[str, float], origin: dict[str, float], p: NDArray[np.void]) -> float:
    """Return what strontium that was taken up adds to a DXA reading (%), which is no bone.

    Its atoms weaken X-rays more than those of calcium: about half of the gain that is read under
    strontium ranelate (Blake and Fogelman 2005).
    """
    more = (now["strontium_mg"] - origin["strontium_mg"]) / 1000.0 / G_PER_MOL_STRONTIUM
    calcium = float(p["dxa_skeleton_calcium_g"][0]) / G_PER_MOL_CALCIUM
    return float(p["dxa_strontium_pct_per_mol_pct"][0]) * 100.0 * more / calcium


def t_score(now: dict[str, float], young_mineral_um: float, share: float) -> float:
    """Return the T-score equivalent of the lumbar spine, against young bone of the host."""
    level = share * now["mineral_um"] / young_mineral_um + (1.0 - share) * now["cortex"]
    return (level - 1.0) / T_SCORE_SHARE
