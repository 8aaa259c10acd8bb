"""Histomorphometry per bone surface, in the nomenclature of Dempster 2013."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bmu_abm.trabecula import ARRESTED, HOLE, RESORPTION, REVERSAL

if TYPE_CHECKING:
    from bmu_abm.model import BoneModel

DAYS_PER_YEAR = 365.0


def histomorphometry(model: BoneModel) -> dict[str, float]:
    """Return surfaces today, and rates and cavities since the last sample.

    Wall thickness and erosion depth are those of the sites whose formation ended since the last
    sample (nan where there was none).
    """
    sites, book, p = model.trabecula.sites, model.ledger[0], model.p[0]
    bone = sites["state"] < HOLE
    surface = max(1, int(np.count_nonzero(bone)))
    eroded = np.isin(sites["state"], (RESORPTION, REVERSAL, ARRESTED))
    osteoid = (model.day - sites["formed_day"] <= p["mineral_lag_days"]) & bone
    years = max(float(book["days"]), 1e-9) / DAYS_PER_YEAR
    done = float(book["completed_sites"])
    return {
        "es_bs": np.count_nonzero(eroded) / surface,
        "os_bs": np.count_nonzero(osteoid) / surface,
        "ms_bs": model.memory.biopsy["ms_bs"],
        "oc_s_bs": float(book["osteoclast_site_days"]) / (years * DAYS_PER_YEAR) / surface,
        "mar_um_per_day": model.memory.biopsy["mar_um_per_day"],
        "bfr_bs_um_per_year": float(book["formed_nm"]) / 1000.0 / surface / years,
        "ac_f_per_year": float(book["activated_sites"]) / surface / years,
        "w_th_um": float(book["wall_um"]) / done if done else float("nan"),
        "e_de_um": float(book["depth_um"]) / done if done else float("nan"),
    }
