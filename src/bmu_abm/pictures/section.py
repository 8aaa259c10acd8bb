"""The vertical cut through both faces: bone by age, surfaces, cells and marrow."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from bmu_abm.pictures import furniture
from bmu_abm.pictures.colour import rgb
from bmu_abm.pictures.cut import Cut
from bmu_abm.pictures.marrow import draw_marrow
from bmu_abm.pictures.packets import Window, packets_image
from bmu_abm.pictures.palette import palette_of
from bmu_abm.pictures.patch import Bone, Patch
from bmu_abm.pictures.profile import Surface, surfaces_of
from bmu_abm.pictures.seams import osteoid_um
from bmu_abm.pictures.section_cells import draw_section_cells
from bmu_abm.pictures.section_lines import draw_bands, draw_labels, draw_lining
from bmu_abm.pictures.stains import Labels, Stain, label_days, stain_of

Range = tuple[float, float]
_MARROW_UM = 96.0
_LEAST_MARROW_UM = 30.0
_THIN_SEAM_UM = 1.0


def check_range(patch: Patch, x_um: Range | None) -> Range:
    """Return the part of the row to be drawn; ValueError unless it lies on the patch."""
    if x_um is None:
        return 0.0, patch.width_um
    left, right = (float(one) for one in x_um)
    if not 0 <= left < right <= patch.width_um:
        raise ValueError(f"x_um is {x_um}: choose two places from 0 to {patch.width_um:g} um")
    return left, right


def bone_span_um(patch: Patch, y: int, x_um: Range) -> Range:
    """Return the lowest and the highest place of bone in a part of a row."""
    first, last = (int(one / patch.site_um) for one in (x_um[0], x_um[1] - 1e-6))
    top, bottom = patch.row_um(y)
    return float(bottom[first : last + 1].min()), float(top[first : last + 1].max())


def section_height_um(model: Bone, y: int, x_um: Range | None = None) -> float:
    """Return a good height for a section: the bone of the row and marrow on both sides."""
    patch = Patch.of(model)
    span = bone_span_um(patch, patch.check_row(y), check_range(patch, x_um))
    return span[1] - span[0] + 2 * _MARROW_UM


def check_heights(z_um: Range) -> Range:
    """Return the lowest and highest place to be drawn; ValueError unless in order."""
    low, high = (float(one) for one in z_um)
    if not low < high:
        raise ValueError(f"z_um is {z_um}: choose two heights in order")
    return low, high


def _heights(ax: Axes, patch: Patch, y: int, x_um: Range) -> Range:
    width, height = furniture.size_px(ax)
    low, high = bone_span_um(patch, y, x_um)
    least = high - low + 2 * _LEAST_MARROW_UM
    half = max((x_um[1] - x_um[0]) * height / width, least) / 2
    middle = (low + high) / 2
    return middle - half, middle + half


def _window(x_um: Range, z_um: Range, pixels: int) -> Window:
    pixel = (x_um[1] - x_um[0]) / pixels
    rows = max(2, round((z_um[1] - z_um[0]) / pixel))
    x = x_um[0] + (np.arange(pixels) + 0.5) * pixel
    z = z_um[0] + (np.arange(rows) + 0.5) * (z_um[1] - z_um[0]) / rows
    return Window(np.asarray(x, dtype=np.float64), np.asarray(z, dtype=np.float64))


def _make_ready(ax: Axes, x_um: Range, z_um: Range) -> Window:
    """Make an axes ready for a section; return the pixels of its picture."""
    ax.set_xlim(*x_um)
    ax.set_ylim(*z_um)
    ax.set_aspect("equal")
    furniture.bare(ax)
    return _window(x_um, z_um, furniture.device_pixels(ax))


def _seam(patch: Patch, y: int, surface: Surface, x_um: NDArray) -> NDArray:
    thick = osteoid_um(patch.layers(surface.face, y), patch.day)
    thick = thick if surface.face == 0 else thick[::-1]
    seam = surface.smooth(thick, x_um)
    return np.where(seam > _THIN_SEAM_UM, seam, 0)


def _blend(image: NDArray, colour: NDArray, share: NDArray) -> NDArray:
    part = share[..., None].astype(np.float32)
    return image + (colour.astype(np.float32) - image) * part


def _packets(patch: Patch, y: int, stain: Stain, window: Window) -> NDArray:
    top, bottom = patch.row_um(y)
    floor = np.arange(patch.born.shape[-1]) * patch.slice_um
    solid = (floor + patch.slice_um > bottom[:, None]) & (floor < top[:, None])
    years = np.maximum(patch.day - patch.born[y].astype(float), 0) / 365
    return packets_image(years, solid, stain, window, (patch.site_um, patch.slice_um), seed=y)


def section_image(
    patch: Patch, y: int, stain: Stain, window: Window, surfaces: tuple[Surface, Surface]
) -> NDArray[np.uint8]:
    """Return sRGB bytes (h, w, 3) of the bone of row `y` and the marrow; no cells."""
    image, pixel = _packets(patch, y, stain, window), window.pixel_um
    cover = np.ones(image.shape[:2])
    for surface in surfaces:
        depth = surface.out * (surface.height(window.x_um)[None, :] - window.z_um[:, None])
        seam = _seam(patch, y, surface, window.x_um)
        share = np.clip((seam[None, :] - depth) / pixel + 0.5, 0, 1) * (seam > 0)
        image = _blend(image, rgb(stain.osteoid), share)
        cover = cover * np.clip(depth / pixel + 0.5, 0, 1) * surface.solid_at(window.x_um)
    image = _blend(image, rgb(stain.marrow), 1 - cover)
    return (np.clip(image, 0, 1) * 255 + 0.5).astype(np.uint8)


def section(
    ax: Axes,
    model: Bone,
    y: int,
    stain: str = "schematic",
    *,
    x_um: Range | None = None,
    z_um: Range | None = None,
    theme: str = "light",
    labels: Labels | None = None,
    furnish: bool = True,
) -> None:
    """Draw the cut through both faces along row `y`, at one scale in both directions.

    The back face lies below; both are drawn in the columns of the front face.

    Parameters
    ----------
    ax : Axes
        Empty; becomes um, x along the plate, z up. Its shape says how much marrow is seen.
    model : BoneModel
        Only read.
    y : int
        Row of sites.
    stain : {"schematic", "goldner", "trap", "tetracycline", "backscatter"}
    x_um : (float, float), optional
        Part of the row; all of it by default.
    z_um : (float, float), optional
        Lowest and highest place; by default both surfaces and as much marrow as fits.
    theme : {"light", "dark"}
    labels : (int, int), optional
        Days of the two tetracycline labels; 38 and 10 days ago by default.
    furnish : bool
        Whether names and a scale bar are drawn.

    Raises
    ------
    ValueError
        If the row or the part is not on the patch, a name is unknown, or the labels are out of
        order.
    """
    palette, dye, patch = palette_of(theme), stain_of(stain, theme), Patch.of(model)
    row, reach = patch.check_row(y), check_range(patch, x_um)
    days = label_days(labels, patch.day)
    heights = check_heights(z_um) if z_um else _heights(ax, patch, row, reach)
    surfaces = surfaces_of(patch, row)
    image = section_image(patch, row, dye, _make_ready(ax, reach, heights), surfaces)
    extent = (*reach, *heights)
    ax.imshow(image, extent=extent, origin="lower", interpolation="antialiased", zorder=0)
    cut = Cut(ax, patch, row, dye, palette, surfaces, furniture.size_px(ax)[0] / np.ptp(reach))
    if dye.cells:
        draw_marrow(cut, model)
        draw_lining(cut)
    if dye.states:
        draw_bands(cut)
    if dye.name == "tetracycline":
        draw_labels(cut, days)
    draw_section_cells(cut, model)
    if furnish:
        furniture.name_chip(ax, "front face", palette, px=11)
        furniture.name_chip(ax, "back face", palette, bottom=True, px=11)
        furniture.scale_bar(ax, palette, share=0.16)
