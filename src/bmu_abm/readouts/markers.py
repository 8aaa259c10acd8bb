"""Turnover markers: what the patch does, and its serum equivalent.

A ratio is over a constant of the host, the mean of its burn-in ensemble. Serum moves less than a
cancellous patch: one declared share per marker moves, the rest stays. CTX and NTX are ends of
collagen that cathepsin K has cut; they tell nothing of what other proteases remove.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bmu_abm.model import BoneModel

CUT = "collagen that cathepsin K cuts"
GAINS = {
    "ctx_ratio": ("serum_ctx_gain", CUT),
    "ntx_ratio": ("serum_ntx_gain", CUT),
    "p1np_ratio": ("serum_p1np_gain", "formation_um_per_year"),
    "bsap_ratio": ("serum_bsap_gain", "mineralising_per_site"),
    "ocn_ratio": ("serum_ocn_gain", "mineralising_per_site"),
    "trap5b_ratio": ("serum_trap5b_gain", "osteoclasts_per_mm2"),
}


# Whose microRNA reaches serum: its node, and how many of the cells that release it there are.
MICRO_RNA = {
    "mir21_ratio": ("mir21", "osteoclasts_per_mm2"),
    "mir194_ratio": ("mir194", "mineralising_per_site"),
}


def activity(model: BoneModel) -> dict[str, float]:
    """Return what the patch did per day and surface since the last sample, in absolute units."""
    book, b = model.ledger[0], model.trabecula
    days = max(float(book["days"]), 1e-9)
    per_year = 365.0 / days / b.n_sites
    return {
        "resorption_um_per_year": float(book["removed_nm"]) / 1000.0 * per_year,
        "formation_um_per_year": float(book["formed_nm"]) / 1000.0 * per_year,
        "mineralising_per_site": float(book["mineralising_days"]) / days / b.n_sites,
        "osteoclasts_per_mm2": float(book["osteoclast_days"]) / days / b.surface_mm2,
    }


def markers(model: BoneModel, baseline: dict[str, float]) -> dict[str, float]:
    """Return patch and serum ratios over the host's constants."""
    p, book = model.p[0], model.ledger[0]
    now = {k: v / baseline[k] for k, v in activity(model).items()}
    removed = float(book["removed_nm"])
    cut = float(book["cut_nm"]) / removed if removed > 0.0 else 1.0
    now[CUT] = now["resorption_um_per_year"] * cut
    serum = {}
    for name, (gain, driver) in GAINS.items():
        share = float(p[gain])
        serum[name] = 1.0 - share + share * now[driver]
    return {
        "resorption_ratio": now["resorption_um_per_year"],
        "formation_ratio": now["formation_um_per_year"],
        **serum,
    }


def micro_rna(model: BoneModel, baseline: dict[str, float]) -> dict[str, float]:
    """Return microRNA of serum over rest: level in the cells times their number, by its share."""
    share, now = float(model.p["serum_mirna_share"][0]), activity(model)
    told = {}
    for name, (node, cells) in MICRO_RNA.items():
        told[name] = 1.0 + share * (
            float(model.today[node][0]) * now[cells] / baseline[cells] - 1.0
        )
    return told
