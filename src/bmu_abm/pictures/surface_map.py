"""One face of the bone from above: relief, tissue states and the cells on it."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from bmu_abm.pictures import furniture
from bmu_abm.pictures.colour import linear, srgb_bytes
from bmu_abm.pictures.palette import Palette, palette_of
from bmu_abm.pictures.patch import Bone, Patch, face_number
from bmu_abm.pictures.relief import Enlarger, Image, shade
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
    patch: Patch,
    face: int,
    stain: Stain,
    palette: Palette,
    *,
    width: int,
    labels: Labels | None = None,
) -> np.ndarray:
    """Return the picture (h, width, 3) of a face without its cells, in sRGB bytes; y upwards."""
    enlarge = Enlarger(patch.ny, patch.nx, width)
    resting = np.isin(patch.sites["state"][face], QUIET_STATES)
    bright = shade(patch.height_um(face), resting, enlarge, patch.site_um)
    return _paint(surface_classes(patch, face, stain, palette, labels), bright, enlarge)


def face_pixels(ax: Axes, patch: Patch) -> int:
    """Make an axes ready for a face, in um, y upwards; return how wide its picture should be."""
    ax.set_xlim(0, patch.width_um)
    ax.set_ylim(0, patch.ny * patch.site_um)
    ax.set_aspect("equal")
    furniture.bare(ax)
    return furniture.device_pixels(ax)


def show_image(ax: Axes, image: np.ndarray, patch: Patch) -> None:
    """Put the picture of a face on an axes that was made ready."""
    extent = (0.0, patch.width_um, 0.0, patch.ny * patch.site_um)
    ax.imshow(image, extent=extent, origin="lower", interpolation="antialiased", zorder=0)


def cut_line(
    ax: Axes,
    patch: Patch,
    y: int,
    palette: Palette,
    *,
    face: int = 0,
    x_um: tuple[float, float] | None = None,
) -> None:
    """Draw the dashed line along which the section is cut, with ticks where it ends."""
    at, width = (y + 0.5) * patch.site_um, furniture.size_px(ax)[0]
    ax.axhline(at, color=palette.halo, lw=2.4 * furniture.PX, alpha=0.85, zorder=9)
    ax.axhline(at, color=palette.accent, lw=1.5 * furniture.PX, ls=(0, (4, 2.2)), zorder=9.1)
    for end in x_um or ():
        x = end if face == 0 else patch.width_um - end
        tick = 5 / width * patch.width_um
        ax.plot(
            [x, x], [at - tick, at + tick], color=palette.accent, lw=1.8 * furniture.PX, zorder=9.1
        )
    if face == 0:
        size = 13 * float(np.clip(width / 340, 0.6, 1))
        ax.scatter(
            [0.72 * size / width * patch.width_um], [at], s=(size * furniture.PX) ** 2,
            c=[palette.accent], edgecolors=palette.halo, linewidths=1.8 * furniture.PX, zorder=9.2,
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
    cut_x_um: tuple[float, float] | None = None,
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
    cut_x_um : (float, float), optional
        Part of that row which the section shows, in the columns of the front face.
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
    width = face_pixels(ax, patch)
    image = relief_image(patch, number, dye, palette, width=width, labels=labels)
    show_image(ax, image, patch)
    if cells and dye.cells:
        draw_cells(ax, model, patch, number, dye, palette, marrow=marrow)
    if cut_y is not None:
        cut_line(ax, patch, patch.check_row(cut_y), palette, face=number, x_um=cut_x_um)
    if furnish:
        furniture.name_chip(ax, f"{face} face", palette)
        furniture.scale_bar(ax, palette)
