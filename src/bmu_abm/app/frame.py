"""What the browser needs to draw a bone at one moment, as compact arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bmu_abm.pictures.field_map import Scale, field_values
from bmu_abm.pictures.palette import palette_of
from bmu_abm.pictures.patch import Bone, Cells, Patch, cells_of, on_nearer_face, place, placed
from bmu_abm.pictures.seams import label_depth_um, osteoid_um
from bmu_abm.pictures.stains import age_position, label_days, stain_of
from bmu_abm.pictures.surface_cells import CALLING
from bmu_abm.pictures.surface_classes import surface_classes

Arrays = dict[str, NDArray[Any]]
KINDS = ("osteoblast", "msc", "osteoclast_precursor", "osteoclast", "osteocyte", "adipocyte")
NO_BONE = 255
_HEIGHT_STEP_NM = 100
_NEAR_ROWS = 2
_DIFFER_NM = 1000
_STACK_NM = 240_000


@dataclass
class View:
    """What somebody looks at.

    Attributes
    ----------
    row : int
        Row of sites of the section.
    stain, theme : str
    field : str
        A signal, "damage", or "" for the states of the surface.
    differ : bool
        Whether sites that differ from the other arm are marked.
    """

    row: int = 0
    stain: str = "schematic"
    theme: str = "light"
    field: str = ""
    labels: tuple[int, int] | None = None
    differ: bool = True


def surface_arrays(patch: Patch) -> Arrays:
    """Return state (2, ny, nx) and height as seen from outside each face (0.1 um)."""
    height = patch.sites["height"].astype(np.int64)
    outside = np.stack([height[0] - _STACK_NM, _STACK_NM - height[1]])
    tenths = np.clip(np.rint(outside / _HEIGHT_STEP_NM), -32000, 32000)
    return {"state": patch.sites["state"].astype(np.uint8), "height": tenths.astype(np.int16)}


def _extra(name: str, rows: NDArray[Any]) -> NDArray[np.uint8]:
    """Return the one number of a cell that its glyph shows, 0 to 255."""
    if name == "osteoclast":
        return np.clip(np.rint(rows["nuclei"]), 1, 255).astype(np.uint8)
    if name == "osteoclast_precursor":
        return np.clip(rows["nfatc1"] * 255, 0, 255).astype(np.uint8)
    if name == "msc":
        return ((rows["stage"] > 0) + 2 * (rows["donor"] > 0)).astype(np.uint8)
    if name == "adipocyte":
        return np.clip(rows["radius_um"] * 2, 0, 255).astype(np.uint8)
    return np.zeros(len(rows), np.uint8)


def cell_arrays(model: Bone, patch: Patch) -> tuple[Arrays, list[int]]:
    """Return the cells of the map, kind after kind, and how many there are of each.

    Of osteocytes only those that call.
    """
    place_type = np.uint8 if max(patch.nx, patch.ny) <= 256 else np.uint16
    parts: dict[str, list[NDArray[Any]]] = {"face": [], "x": [], "y": [], "extra": [], "seed": []}
    counts = []
    for name in KINDS:
        cells = _callers(model, patch) if name == "osteocyte" else cells_of(model, patch, name)
        counts.append(len(cells))
        parts["face"].append(cells.face.astype(np.uint8))
        parts["x"].append(cells.x.astype(place_type))
        parts["y"].append(cells.y.astype(place_type))
        parts["extra"].append(_extra(name, cells.rows))
        parts["seed"].append((cells.rows["id"] & 0xFFFFFFFF).astype(np.uint32))
    return {f"cell_{k}": np.concatenate(v) for k, v in parts.items()}, counts


def _callers(model: Bone, patch: Patch) -> Cells:
    """Return the osteocytes that call: few of thousands, so that the others need no place."""
    rows = model.populations["osteocyte"].live
    return on_nearer_face(placed(rows[rows["calling"] > CALLING], patch), patch)


def section_arrays(model: Bone, patch: Patch, view: View) -> Arrays:
    """Return the slices of the row by age (254 steps, 255 for none), its seams and osteocytes."""
    row = patch.check_row(view.row)
    top, bottom = patch.row_um(row)
    floor = np.arange(patch.born.shape[-1]) * patch.slice_um
    solid = (floor + patch.slice_um > bottom[:, None]) & (floor < top[:, None])
    years = np.maximum(patch.day - patch.born[row].astype(float), 0) / 365
    ages = np.where(solid, np.rint(254 * age_position(years)), NO_BONE).astype(np.uint8)
    return {"ages": ages, **_seams(patch, row, view), **_lacunae(model, patch, row)}


def _seams(patch: Patch, row: int, view: View) -> Arrays:
    """Return osteoid (2, nx) and, if they are looked at, both labels' depths (4, nx), 0.1 um."""
    layers = [patch.layers(face, row) for face in (0, 1)]
    osteoid = np.stack([osteoid_um(one, patch.day) for one in layers])
    found = {"osteoid": np.clip(np.rint(osteoid * 10), 0, 32000).astype(np.int16)}
    if view.stain == "tetracycline":
        days = label_days(view.labels, patch.day)
        formed = patch.sites["formed_day"][:, row]
        depth = np.stack(
            [label_depth_um(layers[face], formed[face], day) for face in (0, 1) for day in days]
        )
        found["labels_depth"] = np.where(np.isnan(depth), -1, np.rint(depth * 10)).astype(np.int16)
    return found


def _lacunae(model: Bone, patch: Patch, row: int) -> Arrays:
    rows, half = model.populations["osteocyte"].live, patch.ny // 2
    y = rows["site"].astype(np.intp) % (patch.ny * patch.nx) // patch.nx
    near = np.abs((y - row + half) % patch.ny - half) <= _NEAR_ROWS
    cells = placed(rows[near], patch)
    z = np.rint((cells.rows["z"] - _STACK_NM) / _HEIGHT_STEP_NM)
    return {
        "ocy_x": cells.column_x(patch.nx).astype(np.uint16),
        "ocy_z": z.astype(np.int16),
        "ocy_calling": (cells.rows["calling"] > CALLING).astype(np.uint8),
        "ocy_seed": (cells.rows["id"] & 0xFFFFFFFF).astype(np.uint32),
    }


def field_arrays(model: Bone, view: View) -> tuple[Arrays, dict[str, Any] | None]:
    """Return a signal as places on its ramp (2, ny, nx), 0 to 255, and its legend."""
    if not view.field:
        return {}, None
    values, unit = field_values(model, view.field)
    scale = Scale.of(values)
    place_ = np.rint(255 * scale.position(values)).astype(np.uint8)
    legend = {
        "name": view.field,
        "unit": unit,
        "low": scale.low,
        "high": scale.high,
        "log": scale.log,
    }
    return {"field": place_}, legend


def class_arrays(patch: Patch, view: View) -> tuple[Arrays, dict[str, Any] | None]:
    """Return the classes (2, ny, nx) of the surface in a stain, and their colours."""
    stain, palette = stain_of(view.stain, view.theme), palette_of(view.theme)
    if stain.states:
        return {}, None
    both = [surface_classes(patch, face, stain, palette, view.labels) for face in (0, 1)]
    colours = np.rint(255 * np.clip(both[0].colours, 0, 1)).astype(int).tolist()
    labels = np.stack([one.labels for one in both]).astype(np.uint8)
    return {"classes": labels}, {"colours": colours, "flat": both[0].flat, "edged": both[0].edged}


def differing(patch: Patch, other: Patch) -> NDArray[np.uint8]:
    """Return 1 (2, ny, nx) where two bones differ in state, or by more than 1 um in height."""
    state = patch.sites["state"] != other.sites["state"]
    apart = np.abs(patch.sites["height"].astype(np.int64) - other.sites["height"]) > _DIFFER_NM
    return (state | apart).astype(np.uint8)


def vessel_arrays(model: Bone, patch: Patch) -> Arrays:
    """Return the places of the capillaries."""
    face, y, x = place(model.trabecula.vessels, patch)
    return {
        "vessel_face": face.astype(np.uint8),
        "vessel_x": x.astype(np.uint16),
        "vessel_y": y.astype(np.uint16),
    }


def bone_frame(model: Bone, view: View, other: Bone | None = None) -> tuple[dict[str, Any], Arrays]:
    """Return all of one bone: what its arrays mean, and the arrays.

    Parameters
    ----------
    model : BoneModel
        Only read.
    view : View
    other : BoneModel, optional
        The bone with which it is compared.
    """
    patch = Patch.of(model)
    cells, counts = cell_arrays(model, patch)
    fields, legend = field_arrays(model, view)
    classes, painted = class_arrays(patch, view)
    arrays = {
        **surface_arrays(patch), **cells, **section_arrays(model, patch, view), **fields, **classes,
        **vessel_arrays(model, patch),
    }  # fmt: skip
    meta: dict[str, Any] = {
        "nx": patch.nx,
        "ny": patch.ny,
        "site_um": patch.site_um,
        "slice_um": patch.slice_um,
        "day": patch.day,
        "stain": view.stain,
        "kinds": list(KINDS),
        "counts": counts,
        "legend": legend,
        "painted": painted,
        "labels": label_days(view.labels, patch.day),
    }
    if other is not None and view.differ:
        arrays["differ"] = differing(patch, Patch.of(other))
        meta["differ_share"] = float(arrays["differ"].mean())
    return meta, arrays
