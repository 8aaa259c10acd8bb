"""What the pictures read from a model: arrays by face, cells by place, layers by depth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Integral
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

FACES = ("front", "back")
_DEPTH_SLICES = 30
_NM_PER_UM = 1000.0


class Bone(Protocol):
    """What a picture needs of a model."""

    trabecula: Any
    populations: Mapping[str, Any]
    fields: Any
    day: int


def face_number(face: str) -> int:
    """Return 0 for "front" and 1 for "back"; ValueError for anything else."""
    if face not in FACES:
        raise ValueError(f"face is {face!r}: choose one of {', '.join(FACES)}")
    return FACES.index(face)


@dataclass(frozen=True)
class Layers:
    """Slices below a surface, counted from it into the bone (last axis).

    Attributes
    ----------
    born : ndarray (..., depth) of int
        Day on which the layer was laid.
    thick_um : ndarray (..., depth) of float
        Thickness of the layer; 0 where there is no bone.
    """

    born: NDArray[np.int32]
    thick_um: NDArray[np.float64]

    @property
    def roof_um(self) -> NDArray[np.float64]:
        """Depth of the upper side of each layer below the surface."""
        return np.cumsum(self.thick_um, axis=-1) - self.thick_um


@dataclass(frozen=True)
class Patch:
    """The geometry of a model, unfolded.

    Attributes
    ----------
    sites : structured ndarray (2, ny, nx)
        The surface, front and back; x of the back runs the other way.
    born : ndarray (ny, nx, n_slices)
        Birth days of the slices in the columns of the front face.
    """

    day: int
    nx: int
    ny: int
    site_um: float
    slice_um: float
    sites: NDArray[np.void]
    born: NDArray[np.int32]

    @classmethod
    def of(cls, model: Bone) -> Patch:
        """Read the geometry of `model`; nothing is copied."""
        bone = model.trabecula
        nx, ny = int(bone.nx), int(bone.ny)
        return cls(
            day=int(model.day),
            nx=nx,
            ny=ny,
            site_um=float(bone.site_um),
            slice_um=float(bone.slice_um),
            sites=bone.sites.reshape(2, ny, nx),
            born=bone.born.reshape(ny, nx, -1),
        )

    @property
    def width_um(self) -> float:
        """Width of a face."""
        return self.nx * self.site_um

    def height_um(self, face: int) -> NDArray[np.float64]:
        """Return the height (ny, nx) of the bone as seen from outside the face."""
        height = self.sites["height"][face] / _NM_PER_UM
        return height if face == 0 else -height

    def row_um(self, y: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return (top, bottom) heights (nx,) of row `y` in the columns of the front face."""
        front, back = self.sites["height"][:, y] / _NM_PER_UM
        return front, back[::-1]

    def row_sites(self, y: int, face: int) -> NDArray[np.void]:
        """Return the sites (nx,) of row `y` of a face in the columns of the front face."""
        row = self.sites[face, y]
        return row if face == 0 else row[::-1]

    def check_row(self, y: int) -> int:
        """Return `y` as int; ValueError unless it is a row of the patch."""
        whole = isinstance(y, Integral) and not isinstance(y, bool)
        if not whole or not 0 <= y < self.ny:
            raise ValueError(f"y is {y}: choose a row from 0 to {self.ny - 1}")
        return int(y)

    def layers(self, face: int, y: int | slice = slice(None)) -> Layers:
        """Return the layers below a face, in the x of that face; all rows, or row `y`."""
        columns = self.born[y] if face == 0 else self.born[y][..., ::-1, :]
        top = self.sites["height"][face, y] / (_NM_PER_UM * self.slice_um)
        other = self.sites["height"][1 - face, y][..., ::-1] / (_NM_PER_UM * self.slice_um)
        deep = np.arange(_DEPTH_SLICES)
        if face == 0:
            index = np.ceil(top)[..., None].astype(int) - 1 - deep
            low, high = other[..., None], top[..., None]
        else:
            index = np.floor(top)[..., None].astype(int) + deep
            low, high = top[..., None], other[..., None]
        held = np.clip(index, 0, columns.shape[-1] - 1)
        thick = np.clip(np.minimum(index + 1, high) - np.maximum(index, low), 0, 1)
        return Layers(np.take_along_axis(columns, held, axis=-1), thick * self.slice_um)


@dataclass(frozen=True)
class Cells:
    """Living cells of one kind with their places.

    Attributes
    ----------
    rows : structured ndarray (n,)
        Their records.
    face, y, x : ndarray (n,) of int
        Their face and site in the coordinates of that face.
    """

    rows: NDArray[np.void]
    face: NDArray[np.intp]
    y: NDArray[np.intp]
    x: NDArray[np.intp]

    def __len__(self) -> int:
        return len(self.rows)

    def where(self, chosen: NDArray[np.bool_]) -> Cells:
        """Return only the chosen cells."""
        return Cells(self.rows[chosen], self.face[chosen], self.y[chosen], self.x[chosen])

    def column_x(self, nx: int) -> NDArray[np.intp]:
        """Return the x of their columns on the front face."""
        return np.where(self.face == 0, self.x, nx - 1 - self.x)


def place(sites: NDArray[np.integer], patch: Patch) -> tuple[NDArray[np.intp], ...]:
    """Turn flat site numbers into (face, y, x)."""
    return np.unravel_index(np.asarray(sites, dtype=np.intp), patch.sites.shape)


def cells_of(model: Bone, patch: Patch, name: str) -> Cells:
    """Return the living cells of a population, each with its place."""
    return placed(model.populations[name].live, patch)


def placed(rows: NDArray[np.void], patch: Patch) -> Cells:
    """Return cells by their records, each with its place."""
    return Cells(rows, *place(rows["site"], patch))


def osteocytes_of(model: Bone, patch: Patch) -> Cells:
    """Return the osteocytes, each placed on the face that is nearer to it."""
    return on_nearer_face(cells_of(model, patch, "osteocyte"), patch)


def on_nearer_face(cells: Cells, patch: Patch) -> Cells:
    """Return osteocytes, each placed on the face that is nearer to it."""
    x = cells.column_x(patch.nx)
    top = patch.sites["height"][0, cells.y, x]
    bottom = patch.sites["height"][1, cells.y, patch.nx - 1 - x]
    face = (cells.rows["z"] * 2.0 < top.astype(float) + bottom).astype(np.intp)
    return Cells(cells.rows, face, cells.y, np.where(face == 0, x, patch.nx - 1 - x))
