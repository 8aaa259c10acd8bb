"""Where the cells of a graft are, what became of them, and the vessels that SLIT3 grows."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bmu_abm.model import BoneModel

# Cells of a graft that are in the marrow or line its surface; osteocytes lie in the bone.
IN_MARROW = ("msc", "osteoblast", "adipocyte")


def grafts(model: BoneModel) -> dict[str, float]:
    """Return the cells of grafts by type, and their shares of the doses that still live (%).

    `graft_lung_pct` is of the whole host, without chance; `graft_marrow_pct` are the cells in the
    marrow of this patch over its share of the doses.
    """
    donors = {
        name: float((population.live["donor"] == 1).sum())
        for name, population in model.populations.items()
        if name in (*IN_MARROW, "osteocyte")
    }
    dose = float(model.depots["dose"].sum())
    homed = sum(donors[name] for name in IN_MARROW)
    return {
        **{f"n_donor_{name}": count for name, count in donors.items()},
        "graft_lung_pct": 100.0 * float(model.depots["lung"].sum()) / dose if dose else 0.0,
        "graft_marrow_pct": 100.0 * homed / (dose * model.body.marrow_share) if dose else 0.0,
        "donor_bone_um": model.ledger["donor_total_nm"][0] / 1000.0 / model.trabecula.n_columns,
        "formed_bone_um": model.ledger["formed_total_nm"][0] / 1000.0 / model.trabecula.n_columns,
        "slit3_ng_ml": model.fields.mean("SLIT3"),
        "type_h_ratio": float(model.today["type_h"][0]),
    }
