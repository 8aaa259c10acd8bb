"""The osteoclast lineage in a step: precursors enter, move and fuse; osteoclasts move and resorb.

All of them take every move of the step together, in one call of compiled code.
"""

from __future__ import annotations

from bmu_abm.cells import osteoclast, precursor
from bmu_abm.compiled import kernel


@kernel
def live(
    cells, count, clasts, n_clasts, sensed, coarse, coarse_source, sites, kinds, vessels, active,
    n_active, coat, drugs, slice_nm, ledger, today, p, nx, ny, moves,
):  # fmt: skip
    """Let precursors (`cells`) and osteoclasts (`clasts`) make the `moves` of a step."""
    span = today[0].dt / moves
    for m in range(moves):
        precursor.enter(cells, count, sites, vessels, today, m, span, p, nx, ny)
        precursor.live(cells, count, sensed, sites, today, m, span, p, nx, ny)
        precursor.fuse(
            cells, count, clasts, n_clasts, sites, coarse, ledger, today, m, span, p, nx, ny
        )
        osteoclast.live(
            clasts, n_clasts, cells, count, sensed, coarse, coarse_source, sites, kinds, active,
            n_active, coat, drugs, slice_nm, ledger, today, m, span, p, nx, ny,
        )  # fmt: skip
