"""Defects: bone that a surgeon or a fracture takes away, and stem cells that bridge it again.

The rim of a defect secretes CXCL12, as injured tissue does. A stem cell with more Runx2 than
PPAR-gamma at the rim bridges the column beside it: its daughters lay a seed of woven bone there
and go on as osteoblasts on both faces. It fills from its rim, or not, by how many such cells come.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bmu_abm import bisphosphonate, hashing, snapshots
from bmu_abm.cells import osteoblast
from bmu_abm.compiled import helper, kernel
from bmu_abm.fields import CXCL12, coarse_index
from bmu_abm.geometry import column_of, neighbour, partner
from bmu_abm.rates import happens
from bmu_abm.signalling.wnt import beta_catenin
from bmu_abm.surface import BESIDE, defect_beside
from bmu_abm.trabecula import DEFECT, DEFECT_COLUMN, FORMATION, HOLE, INTACT_COLUMN, Trabecula

if TYPE_CHECKING:
    from bmu_abm.model import BoneModel

SHAPES = ("disc", "gap")


def columns_of(trabecula: Trabecula, shape: str, size_um: float) -> NDArray[np.bool_]:
    """Return the columns of a defect in the middle of the patch, shape (ny, nx).

    A disc has a diameter of `size_um`; a gap of that width runs all along y, as a fracture.
    """
    row, place = np.indices((trabecula.ny, trabecula.nx))
    across = place - (trabecula.nx - 1) / 2.0
    along = row - (trabecula.ny - 1) / 2.0
    far = np.abs(across) if shape == "gap" else np.hypot(across, along)
    inside: NDArray[np.bool_] = far <= 0.5 * size_um / trabecula.site_um
    return inside


def cut(model: BoneModel, shape: str, size_um: float) -> None:
    """Take a piece out of the middle of the bone, with the cells in and on it."""
    cut_columns(model, columns_of(model.trabecula, shape, size_um))


def cut_columns(model: BoneModel, chosen: NDArray[np.bool_]) -> None:
    """Take columns (ny, nx) out, with the cells in and on them; the ledger counts them as lost."""
    b = model.trabecula
    gone = np.concatenate([chosen.ravel(), chosen[:, ::-1].ravel()])
    for name, population in model.populations.items():
        snapshots.release(model, name, gone[population.live["site"]])
    b.sites["osteoclast"][gone] = 0
    bisphosphonate.cut_out(model, chosen.ravel())
    model.ledger["removed_total_nm"] += b.cut_defect(chosen, model.day)
    model.today["defect_columns"] = np.count_nonzero(b.column_kind == DEFECT_COLUMN)


@kernel
def heal(
    cells, count, blasts, n_blasts, fine, coarse, coarse_source, sites, kinds, born, damage,
    slice_nm, ledger, today, p, nx, ny,
):  # fmt: skip
    """Let the rim of defects call stem cells, and let those that are there bridge it."""
    t, q = today[0], p[0]
    call(sites, coarse_source, q, nx, ny)
    for i in range(count[0]):
        cell = cells[i]
        if cell.runx2 <= cell.pparg:
            continue
        s = defect_beside(cell.site, sites, nx, ny)
        if s < 0 or n_blasts[0] + 2 > blasts.shape[0]:
            continue
        wnt = t.beta_catenin * beta_catenin(cell.site, fine, coarse, q, nx, ny)
        rate = q.lesion_bridge_per_day * 2.0 * wnt / (1.0 + wnt)
        u = hashing.uniform(t.key, hashing.DEFECT_FILL, cell.id, t.tick)
        if happens(u, rate, t.dt):
            bridge(cell, s, blasts, n_blasts, sites, kinds, born, damage, slice_nm, ledger[0], t, q,
                   nx, ny)  # fmt: skip
            t.defect_columns -= 1


@helper
def call(sites, coarse_source, p, nx, ny):
    """Let bone that borders on a defect secrete CXCL12."""
    for s in range(sites.shape[0]):
        if sites[s].state == DEFECT:
            for dx, dy in BESIDE:
                n = neighbour(s, dx, dy, nx, ny)
                if sites[n].state < HOLE:
                    block = coarse_index(n, nx, ny)
                    coarse_source[CXCL12, block] += 0.25 * p.eroded_cxcl12_pm


@helper
def bridge(cell, s, blasts, n_blasts, sites, kinds, born, damage, slice_nm, ledger, today, p,
           nx, ny):  # fmt: skip
    """Lay a seed of woven bone in the column of site `s`, with an osteoblast on both its faces."""
    c = column_of(s, nx, ny)
    rim = column_of(cell.site, nx, ny)
    other = partner(rim, nx, ny)
    thick = sites[rim].height - sites[other].height
    seed = min(np.int64(1000.0 * p.lesion_seed_um), np.int64(thick))
    middle = (np.int64(sites[rim].height) + np.int64(sites[other].height)) // 2
    low = middle - seed // 2
    kinds[c] = INTACT_COLUMN
    begin(sites[c], low + seed, today)
    begin(sites[partner(c, nx, ny)], low, today)
    osteoblast.rejuvenate(c, low, low + seed, born, damage, slice_nm, today)
    ledger.formed_nm += seed
    ledger.formed_total_nm += seed
    for end in (c, partner(c, nx, ny)):
        identity = hashing.cell_id(hashing.DEFECT_FILL, end, today.tick, 0)
        osteoblast.put(blasts, n_blasts, identity, end, p.lesion_vigour, cell.donor)
        if cell.donor > 0 and end == c:
            ledger.donor_total_nm += seed


@helper
def begin(site, height, today):
    """Turn a site of a defect into one under formation, on bone that was not resorbed."""
    site.height = height
    site.opened_nm = height
    site.floor_nm = height
    site.state = FORMATION
    site.since = today.day
    site.formed_day = today.day
    site.opened_day = today.day
    site.touched_day = today.day
    site.counted = 1
    site.modelled = 1
    site.coupling_um = 0.0
    site.clastokine_um = 0.0
