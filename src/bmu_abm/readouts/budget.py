"""The budget of loss: where the bone went since month 0.

Each column has a level to which its cavities are referred: what lay between its surfaces before
the cavities that are open now. Then, exactly,

bone = what finished cavities left behind - remodelling space - perforated columns,

and mineral is bone times its mean degree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bmu_abm.compiled import helper, kernel
from bmu_abm.geometry import back_site
from bmu_abm.trabecula import INTACT_COLUMN, QUIESCENT

if TYPE_CHECKING:
    from bmu_abm.model import BoneModel


@helper
def level(site):
    """Return the z of the surface (nm) before the cavity that is open now, if one is."""
    return site.height if site.state == QUIESCENT else site.opened_nm


@kernel
def levels(sites, kinds, nx, ny):
    """Return sums over columns (nm): finished bone, open cavities, and columns that are gone.

    A column that is gone counts with what lay between its surfaces before its last cavities.
    """
    finished, space, gone = 0, 0, 0
    for c in range(nx * ny):
        front, back = sites[c], sites[back_site(c, nx, ny)]
        whole = level(front) - level(back)
        finished += whole
        if kinds[c] == INTACT_COLUMN:
            space += whole - (front.height - back.height)
        else:
            gone += whole
    return finished, space, gone


def state(model: BoneModel) -> dict[str, float]:
    """Return the parts of the bone today (um per column): `finished_um - space_um - gone_um`."""
    b = model.trabecula
    finished, space, gone = (
        nm / 1000.0 / b.n_columns for nm in levels(b.sites, b.column_kind, b.nx, b.ny)
    )
    return {"finished_um": finished, "space_um": space, "gone_um": gone}


def changes(now: dict[str, float], origin: dict[str, float]) -> dict[str, float]:
    """Return the change of cancellous mineral since month 0 (%), and its parts.

    Parameters
    ----------
    now, origin : dict of str to float
        `finished_um`, `space_um`, `gone_um`, `mineral_um` and `mineral_degree` today and then.

    Returns
    -------
    dict of str to float
        `bmd_cancellous_pct`, and its exact parts: `budget_space_pct` (cavities that are open or
        being filled), `budget_balance_pct` (what finished cavities lack, or have too much),
        `budget_perforation_pct` (columns that are gone) and `budget_mineral_pct` (mean degree of
        mineral).
    """
    start = origin["mineral_um"] / origin["mineral_degree"]

    def share(name: str) -> float:
        return 100.0 * (now[name] - origin[name]) / start

    volume = now["mineral_um"] / now["mineral_degree"] / start
    return {
        "bmd_cancellous_pct": 100.0 * (now["mineral_um"] / origin["mineral_um"] - 1.0),
        "budget_space_pct": -share("space_um"),
        "budget_balance_pct": share("finished_um"),
        "budget_perforation_pct": -share("gone_um"),
        "budget_mineral_pct": 100.0
        * volume
        * (now["mineral_degree"] / origin["mineral_degree"] - 1.0),
    }
