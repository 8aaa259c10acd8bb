"""Plate-model micro-CT: volume, thickness, number, separation, holes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from bmu_abm.trabecula import HOLE_COLUMN

if TYPE_CHECKING:
    from bmu_abm.model import BoneModel


def structure(model: BoneModel) -> dict[str, float]:
    """Return plate-model indices; Tb.N is plate area per volume, without the rims of holes."""
    b = model.trabecula
    pitch_um = model.spec.host.plate_pitch_um
    bone_um = b.bone_volume_nm() / 1000.0
    open_share = 1.0 - model.intact_columns / b.n_columns
    thickness = bone_um / max(1, model.intact_columns)
    number = (1.0 - open_share) / pitch_um * 1000.0
    holes = (b.column_kind == HOLE_COLUMN).reshape(b.ny, b.nx)
    return {
        "bv_tv": bone_um / b.n_columns / pitch_um,
        "tb_th_um": thickness,
        "tb_n_per_mm": number,
        "tb_sp_um": 1000.0 / number - thickness if number > 0 else float("inf"),
        "hole_area_fraction": float(holes.mean()),
        "perforations": float(count_holes(holes)),
    }


def count_holes(holes: NDArray[np.bool_]) -> int:
    """Count connected holes on a periodic face (8 neighbours)."""
    if not holes.any():
        return 0
    labels, n = ndimage.label(holes, structure=np.ones((3, 3)))
    parent = list(range(n + 1))

    def root(i: int) -> int:
        while parent[i] != i:
            i = parent[i]
        return i

    for first, last in ((labels[0], labels[-1]), (labels[:, 0], labels[:, -1])):
        for shift in (-1, 0, 1):
            for a, c in zip(first, np.roll(last, shift), strict=True):
                if a and c:
                    parent[root(int(a))] = root(int(c))
    return sum(1 for i in range(1, n + 1) if parent[i] == i)
