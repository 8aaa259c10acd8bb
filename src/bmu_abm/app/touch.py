"""What the pointer can do to a bone: a microcrack, a defect, or cells dropped on a place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bmu_abm import lesion
from bmu_abm.faults import fault, show, suggest

if TYPE_CHECKING:
    from bmu_abm.model import BoneModel

TOOLS = ("microcrack", "defect", "precursors", "stem_cells")
LEAST_SITES, MOST_SITES = 2, 20
_CRACK_DEPTH_UM = 40.0
_DROPPED_PER_SITE = 0.08
_LIFE_DAYS = 90.0
_TOUCH = 251  # marks ids and draws that are none of the engine's own


def use(model: BoneModel, data: Mapping[str, Any]) -> None:
    """Use a tool on a disc of a face.

    Parameters
    ----------
    model : BoneModel
    data : mapping
        `tool`, `face` (0 front, 1 back), `x`, `y` (sites), `radius` (sites).

    Raises
    ------
    InputError
        The tool is unknown, or the place is not on the patch.
    """
    tool, face, x, y, radius = check(data, model.trabecula.nx, model.trabecula.ny)
    inside = _disc(model, x, y, radius)
    {
        "microcrack": _crack,
        "defect": _cut,
        "precursors": _drop_precursors,
        "stem_cells": _drop_stem_cells,
    }[tool](model, face, inside)
    model.mirror.invalidate()


def check(data: Mapping[str, Any], nx: int, ny: int) -> tuple[str, int, int, int, int]:
    """Return tool, face, x, y and radius, checked."""
    tool = data.get("tool")
    if tool not in TOOLS:
        raise fault("pointer", "tool", f"is {show(tool)}", suggest(str(tool), TOOLS))
    limits = {
        "face": (0, 1),
        "x": (0, nx - 1),
        "y": (0, ny - 1),
        "radius": (LEAST_SITES, MOST_SITES),
    }
    values = []
    for key, (low, high) in limits.items():
        value = data.get(key)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            mend = f"give a whole number from {low} to {high}"
            raise fault("pointer", key, f"is {show(value)}", mend)
        values.append(value)
    face, x, y, radius = values
    return str(tool), face, x, y, radius


def _disc(model: BoneModel, x: int, y: int, radius: int) -> NDArray[np.bool_]:
    """Return the sites (ny, nx) of a disc on a periodic face."""
    nx, ny = model.trabecula.nx, model.trabecula.ny
    dx = (np.arange(nx) - x + nx // 2) % nx - nx // 2
    dy = (np.arange(ny) - y + ny // 2) % ny - ny // 2
    return np.asarray(dx[None, :] ** 2 + dy[:, None] ** 2 <= radius**2)


def _columns(inside: NDArray[np.bool_], face: int) -> NDArray[np.bool_]:
    return inside if face == 0 else inside[:, ::-1]


def _crack(model: BoneModel, face: int, inside: NDArray[np.bool_]) -> None:
    """Damage the bone down to 40 um below the face, as a crack does, and let osteocytes call."""
    b = model.trabecula
    columns = np.flatnonzero(_columns(inside, face).ravel())
    front, back = b.heights()
    surface = (front if face == 0 else back).ravel()[columns]
    middle = (np.arange(b.n_slices) + 0.5) * b.slice_nm
    depth = (surface[:, None] - middle) * (1 if face == 0 else -1)
    hit = (depth >= 0) & (depth < _CRACK_DEPTH_UM * 1000.0)
    damage = b.damage[columns]
    damage[hit] += np.float32(model.p["damage_crack_damage"][0])
    b.damage[columns] = damage
    _call(model, face, columns)


def _cut(model: BoneModel, face: int, inside: NDArray[np.bool_]) -> None:
    """Take the columns under the disc out, through and through, as a drill does."""
    lesion.cut_columns(model, _columns(inside, face))


def _call(model: BoneModel, face: int, columns: NDArray[np.intp]) -> None:
    cells = model.populations["osteocyte"].live
    b = model.trabecula
    n = b.n_columns
    y, x = np.divmod(cells["site"] % n, b.nx)
    column = y * b.nx + np.where(cells["site"] < n, x, b.nx - 1 - x)
    front, back = (heights.ravel() for heights in b.heights())
    surface = (front if face == 0 else back)[column]
    near = np.abs(surface.astype(np.int64) - cells["z"]) < _CRACK_DEPTH_UM * 1000.0
    cells["calling"][near & np.isin(column, columns)] = 1.0


def _free_sites(model: BoneModel, face: int, inside: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return sites of the disc that are bone, chosen by draws of their own."""
    b = model.trabecula
    state = b.face("state")[face]
    sites = np.flatnonzero((inside & (state < 5)).ravel()) + face * b.n_columns
    rng = np.random.default_rng([int(model.today["key"][0]), int(model.tick), _TOUCH])
    count = min(len(sites), max(1, round(len(sites) * _DROPPED_PER_SITE)))
    return np.sort(rng.permutation(sites)[:count])


def _drop(model: BoneModel, name: str, sites: NDArray[np.intp], **state: float) -> None:
    population = model.populations[name]
    rows = np.zeros(len(sites), population.dtype)
    rows["site"] = sites
    rows["id"] = (np.int64(model.tick) << np.int64(22)) + sites + (np.int64(_TOUCH) << np.int64(52))
    for field, value in state.items():
        rows[field] = value
    known = np.isin(rows["id"], population.live["id"])
    population.append(rows[~known])


def _drop_precursors(model: BoneModel, face: int, inside: NDArray[np.bool_]) -> None:
    _drop(model, "osteoclast_precursor", _free_sites(model, face, inside), nfatc1=0.0)


def _drop_stem_cells(model: BoneModel, face: int, inside: NDArray[np.bool_]) -> None:
    sites = _free_sites(model, face, inside)
    _drop(model, "msc", sites, drive=1.0, cxcr4=1.0, life_days=_LIFE_DAYS, secretome=1.0, donor=1)
