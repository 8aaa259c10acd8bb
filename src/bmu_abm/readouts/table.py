"""One row of readouts: every column of the output, in its order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bmu_abm.ledger import LASTING, LEDGER
from bmu_abm.readouts import budget, density, suppression
from bmu_abm.readouts.fracture import hazard_ratio
from bmu_abm.readouts.grafts import grafts
from bmu_abm.readouts.histomorphometry import histomorphometry
from bmu_abm.readouts.markers import activity, markers, micro_rna
from bmu_abm.readouts.memory import bone_of
from bmu_abm.readouts.structure import structure

if TYPE_CHECKING:
    from bmu_abm.model import BoneModel

# What a ratio is over where the host states no constant of its own.
DEFAULT_BASELINE = {
    "resorption_um_per_year": 8.0,
    "formation_um_per_year": 8.0,
    "mineralising_per_site": 0.06,
    "osteoclasts_per_mm2": 2.0,
    "damage": 15.0,
    "sclerostin_pm": 30.0,
    "mineral_um": 120.0,
}


def baseline_of(model: BoneModel) -> dict[str, float]:
    """Return the constants of the host that ratios are over."""
    return {**DEFAULT_BASELINE, **model.spec.host.marker_baseline}


def table(model: BoneModel) -> dict[str, float]:
    """Return all readouts and start the counts of the next stretch."""
    base, p = baseline_of(model), model.p[0]
    now, origin = bone_of(model), model.memory.origin
    spine, hip = float(p["dxa_lumbar_cancellous_share"]), float(p["dxa_hip_cancellous_share"])
    bmd = {
        "lumbar_spine": density.dxa_change_pct(now, origin, spine),
        "total_hip": density.dxa_change_pct(now, origin, hip),
    }
    artefact = density.strontium_pct(now, origin, model.p)
    suppression.catch_up(model, now["damage"], base)
    row = {
        **structure(model),
        **{f"bmd_{site}_pct": change for site, change in bmd.items()},
        **{f"bmd_{site}_dxa_pct": change + artefact for site, change in bmd.items()},
        **budget.changes(now, origin),
        **markers(model, base),
        **micro_rna(model, base),
        **histomorphometry(model),
        **{f"n_{name}": float(len(cells)) for name, cells in model.populations.items()},
        "nuclei_per_osteoclast": _nuclei(model),
        "fat_fraction": float(model.today["fat_fraction"][0]),
        **_ligands(model, base),
        "serum_calcium_mmol_per_l": float(model.skeleton["calcium"][0]),
        "pth_ratio": float(model.skeleton["pth"][0]),
        "pth_burst_hours": float(model.skeleton["pth_burst"][0]) - 1.0,
        "strontium_mg": float(model.skeleton["strontium_mg"][0]),
        "estradiol_pmol_per_l": model.body.drivers["estradiol_pmol_per_l"],
        "microdamage_ratio": now["damage"] / base["damage"],
        "strength_ratio": now["strength"] / origin["strength"],
        **_risks(model, now["strength"] / origin["strength"]),
        **suppression.indices(model),
        "t_score": density.t_score(now, base["mineral_um"], spine),
        "mineral_degree": now["mineral_degree"],
        "mineral_um": now["mineral_um"],
        "damage": now["damage"],
        "sclerostin_pm": model.fields.mean("sclerostin"),
        **grafts(model),
        **activity(model),
        **_counts(model),
        **_bound(model),
    }
    _turn_page(model)
    return row


def _nuclei(model: BoneModel) -> float:
    days = float(model.ledger["osteoclast_days"][0])
    return float(model.ledger["osteoclast_nuclei_days"][0]) / days if days else float("nan")


def _ligands(model: BoneModel, base: dict[str, float]) -> dict[str, float]:
    fields = model.fields
    opg = max(fields.mean("OPG"), 1e-9)
    return {
        "rankl_opg_ratio": fields.mean("RANKL") / opg,
        "free_sclerostin_ratio": fields.mean("sclerostin") / base["sclerostin_pm"],
    }


def _risks(model: BoneModel, strength: float) -> dict[str, float]:
    """Return pain, falls and the hazard of a fracture, each over rest."""
    falls, exponent = float(model.today["falls"][0]), model.p["fracture_strength_exponent"][0]
    return {
        "pain_ratio": float(model.today["pain"][0]),
        "falls_ratio": falls,
        "fracture_hazard_ratio": hazard_ratio(strength, falls, float(exponent)),
    }


def _bound(model: BoneModel) -> dict[str, float]:
    """Return the bisphosphonate in the bone over its surface, where the host is ever given one."""
    if not model.body.deposits:
        return {}
    fmol = float(model.trabecula.bisphosphonate.sum(dtype=float))
    return {"bisphosphonate_nmol_per_mm2": 1e-6 * fmol / model.trabecula.surface_mm2}


_TOLD = (
    "activated_sites",
    "started_sites",
    "completed_sites",
    "arrested_sites",
    "relined_sites",
    "modelled_sites",
    "calls",
    "wall_um",
    "depth_um",
    "depth_um2",
    "balance_um",
    "resorption_days",
    "reversal_days",
    "formation_days",
    "unfilled_days",
    "buried_osteoblasts",
    "fused_precursors",
    "osteoclast_nuclei_days",
)


def _counts(model: BoneModel) -> dict[str, float]:
    """Return sums since the last sample, from which pooled means are made."""
    return {f"sum_{name}": float(model.ledger[name][0]) for name in _TOLD}


def _turn_page(model: BoneModel) -> None:
    book = model.ledger
    for name in LEDGER.names or ():
        if name not in LASTING:
            book[name] = 0
