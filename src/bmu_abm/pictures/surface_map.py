"""One face of the bone from above: relief, tissue states and the cells on it."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba_array

from bmu_abm.pictures import furniture
from bmu_abm.pictures.colour import linear, srgb_bytes
from bmu_abm.pictures.palette import Palette, palette_of
from bmu_abm.pictures.patch import Bone, Patch, face_number
from bmu_abm.pictures.relief import Enlarger, Image, pixels_per_site, shade
from bmu_abm.pictures.stains import Labels, Stain, stain_of
from bmu_abm.pictures.surface_cells import draw_cells
from bmu_abm.pictures.surface_classes import SurfaceClasses, surface_classes
from bmu_abm.pictures.tint import edge_factor, hatch_factor, smooth_labels, soften

QUIET_STATES = (0,)


def _paint(classes: SurfaceClasses, bright: Image, enlarge: Enlarger) -> np.ndarray:
    labels = smooth_labels(classes.labels, enlarge)
    factor = np.where(labels == classes.flat, np.float32(1), bright)
    if classes.hatched is not None and (classes.labels == classes.hatched).any():
        hatch = hatch_factor(bright.shape, enlarge.px)
        factor = np.where(labels == classes.hatched, factor * hatch, factor)
    if classes.edged:
        factor = factor * edge_factor(labels, enlarge.px)
    light = linear(classes.colours).astype(np.float32)[labels]
    return srgb_bytes(soften(light * factor[..., None]))


def relief_image(
    patch: Patch, face: int, stain: Stain, palette: Palette, labels: Labels | None = None
) -> np.ndarray:
    """Return the picture (h, w, 3) of a face without its cells, as sRGB bytes; row 0 is y = 0."""
    enlarge = Enlarger(patch.ny, patch.nx, pixels_per_site(max(patch.nx, patch.ny)))
    resting = np.isin(patch.sites["state"][face], QUIET_STATES)
    bright = shade(patch.height_um(face), resting, enlarge, patch.site_um)
    return _paint(surface_classes(patch, face, stain, palette, labels), bright, enlarge)


def show_image(ax: Axes, image: np.ndarray, patch: Patch) -> None:
    """Put the picture of a face on an axes, in um, y upwards."""
    extent = (0.0, patch.width_um, 0.0, patch.ny * patch.site_um)
    ax.imshow(image, extent=extent, origin="lower", interpolation="antialiased", zorder=0)
    ax.set_xlim(*extent[:2])
    ax.set_ylim(*extent[2:])
    ax.set_aspect("equal")
    furniture.bare(ax)


def cut_line(
    ax: Axes, patch: Patch, y: int, palette: Palette, *, face: int = 0, handle: bool = True
) -> None:
    """Draw the dashed line along which the section is cut."""
    at = (y + 0.5) * patch.site_um
    ax.axhline(at, color=palette.halo, lw=2.4 * furniture.PX, alpha=0.85, zorder=9)
    ax.axhline(at, color=palette.accent, lw=1.5 * furniture.PX, ls=(0, (4, 2.2)), zorder=9.1)
    if handle and face == 0:
        spot = 6.5 / furniture.size_px(ax)[0] * patch.width_um * 1.45
        colours = to_rgba_array(palette.accent)
        ax.scatter(
            [spot], [at], s=(13 * furniture.PX) ** 2, c=colours, edgecolors=palette.halo,
            linewidths=1.8 * furniture.PX, zorder=9.2,
        )  # fmt: skip


def surface_map(
    ax: Axes,
    model: Bone,
    face: str = "front",
    stain: str = "schematic",
    *,
    theme: str = "light",
    labels: Labels | None = None,
    cut_y: int | None = None,
    cells: bool = True,
    marrow: bool = False,
    furnish: bool = True,
) -> None:
    """Draw one face of the bone from above.

    Parameters
    ----------
    ax : Axes
        Empty; becomes um, x of the face to the right, y upwards.
    model : BoneModel
        Only read.
    face : {"front", "back"}
    stain : {"schematic", "goldner", "trap", "tetracycline", "backscatter"}
    theme : {"light", "dark"}
    labels : (int, int), optional
        Days of the two tetracycline labels; 38 and 10 days ago by default.
    cut_y : int, optional
        Row along which a section is cut: a dashed line.
    cells : bool
        Whether cells are drawn.
    marrow : bool
        Whether adipocytes and vessels above the bone are drawn too.
    furnish : bool
        Whether a name and a scale bar are drawn.

    Raises
    ------
    ValueError
        If a name is unknown, the row is not on the patch, or the labels are out of order.
    """
    number, palette, dye = face_number(face), palette_of(theme), stain_of(stain, theme)
    patch = Patch.of(model)
    show_image(ax, relief_image(patch, number, dye, palette, labels), patch)
    if cells and dye.cells:
        draw_cells(ax, model, patch, number, dye, palette, marrow=marrow)
    if cut_y is not None:
        cut_line(ax, patch, patch.check_row(cut_y), palette, face=number)
    if furnish:
        furniture.name_chip(ax, f"{face} face", palette)
        furniture.scale_bar(ax, palette)
