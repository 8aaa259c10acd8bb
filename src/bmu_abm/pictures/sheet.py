"""Whole figures: both faces with the section, and one patch in five stains."""

from __future__ import annotations

from os import PathLike

import numpy as np

from bmu_abm.pictures import furniture, legend
from bmu_abm.pictures.page import Page
from bmu_abm.pictures.palette import palette_of
from bmu_abm.pictures.patch import FACES, Bone, Patch
from bmu_abm.pictures.section import Range, bone_span_um, check_range, section, section_height_um
from bmu_abm.pictures.stains import STAINS, Labels, Stain, label_days, stain_of
from bmu_abm.pictures.surface_map import surface_map

_MARGIN, _PAD, _GUTTER = 20, 16, 12
_CARD = 728
_INNER = _CARD - 2 * _PAD
_FACE = (_INNER - _GUTTER) / 2
_TALLEST, _WIDEST_UM = 430, 1250.0
_ZOOM_UM = 1000.0
_HEAD, _LEGEND, _TITLE = 44, 26, 40
_STAIN_WIDTH, _STAIN_ROW = 1140, 150
_STAIN_UM, _STAIN_MARROW_UM = 850.0, 42.0


def liveliest_row(model: Bone) -> int:
    """Return the row, clear of the margins, that shows most sites at work in most states."""
    state = Patch.of(model).sites["state"]
    shares = np.stack([np.sqrt((state == one).sum(axis=(0, 2))) for one in (1, 2, 3)])
    edge = len(shares[0]) // 6
    return edge + int(shares.sum(axis=0)[edge : len(shares[0]) - edge].argmax())


def liveliest_part(model: Bone, y: int, width_um: float) -> Range:
    """Return the part of row `y`, `width_um` wide, with most sites at work."""
    patch = Patch.of(model)
    if patch.width_um <= width_um:
        return 0.0, patch.width_um
    states = np.stack([patch.row_sites(y, face)["state"] for face in (0, 1)])
    busy = np.isin(states, (1, 2, 3)).sum(axis=0)
    sites = int(width_um / patch.site_um)
    total = np.convolve(busy, np.ones(sites, int), mode="valid")
    left = float(total.argmax()) * patch.site_um
    return left, left + sites * patch.site_um


def month_of(day: int) -> str:
    """Return the words for a day, such as "Month 28"."""
    return f"Month {round(day * 12 / 365)}".replace("-", "−")


def _section_size(model: Bone, y: int, part: Range) -> tuple[float, float]:
    """Return width and height in pixels that show a part of a row at one scale."""
    width_um, height_um = part[1] - part[0], section_height_um(model, y, part)
    height_um = max(height_um, 0.36 * width_um)
    scale = min(_INNER / width_um, _TALLEST / height_um)
    return round(width_um * scale), round(height_um * scale)


def _face_height(model: Bone) -> float:
    return round(_FACE * model.trabecula.ny / model.trabecula.nx)


def _faces(page: Page, model: Bone, y: int, top: float, how: dict) -> float:
    high = _face_height(model)
    page.card(_MARGIN, top, _CARD, _TITLE + high + 2 * _LEGEND + 6)
    end = page.text(_MARGIN + _PAD, top + 21, "Surface", 14, bold=True)
    page.text(end + 12, top + 21, "both faces of one plate, unfolded", 12, soft=True)
    for number, face in enumerate(FACES):
        x = _MARGIN + _PAD + number * (_FACE + _GUTTER)
        ax = page.picture(x, top + _TITLE, _FACE, high)
        surface_map(ax, model, face, cut_y=y, **how)
        furniture.round_corners(ax, page.palette.card)
    return top + _TITLE + high


def _face_legend(page: Page, model: Bone, stain: Stain, labels: Labels | None, y: float) -> float:
    x = _MARGIN + _PAD
    first = legend.stain_entries(page, stain, labels, int(model.day))
    if stain.states:
        shown = set(np.unique(model.trabecula.sites["state"]).tolist())
        first = legend.state_entries(page, shown)
    legend.write_entries(page, x, y + 17, first)
    if stain.cells:
        legend.write_entries(page, x, y + 17 + _LEGEND - 3, legend.cell_entries(page, stain))
    return y + 2 * _LEGEND + _PAD + 8


def _cut(page: Page, model: Bone, y: int, top: float, part: Range, how: dict) -> float:
    wide, high = _section_size(model, y, part)
    page.card(_MARGIN, top, _CARD, _TITLE + high + _LEGEND + 12)
    end = page.text(_MARGIN + _PAD, top + 21, "Section", 14, bold=True)
    at = (y + 0.5) * Patch.of(model).site_um
    words = f"along the dashed line, y = {at:.0f} µm; marrow above and below"
    if part[1] - part[0] < Patch.of(model).width_um:
        words = f"along the dashed line, y = {at:.0f} µm, x = {part[0]:.0f} to {part[1]:.0f} µm"
    page.text(end + 12, top + 21, words, 12, soft=True)
    ax = page.picture(_MARGIN + _PAD, top + _TITLE, wide, high)
    section(ax, model, y, x_um=part, **how)
    furniture.round_corners(ax, page.palette.card)
    return top + _TITLE + high


def _cut_legend(page: Page, stain: Stain, y: float) -> None:
    x: float = _MARGIN + _PAD
    if stain.states:
        x = legend.age_ramp(page, x, y + 17)
    else:
        x = page.text(x, y + 17, f"{stain.title}: {stain.subtitle}", 12, soft=True) + 14
    if stain.cells:
        legend.write_entries(page, x, y + 17, legend.section_entries(page, stain))


def _heading(page: Page, model: Bone) -> None:
    end = page.text(_MARGIN, 24, month_of(int(model.day)), 18, bold=True)
    title = getattr(getattr(model, "spec", None), "title", "")
    page.text(end + 14, 25, str(title), 14, soft=True)


def sheet(
    model: Bone,
    path: str | PathLike[str],
    y: int | None = None,
    theme: str = "light",
    stain: str = "schematic",
    *,
    labels: Labels | None = None,
    x_um: Range | None = None,
) -> None:
    """Write one figure: both faces from above, the section along row `y`, legends, the month.

    Parameters
    ----------
    model : BoneModel
        Only read.
    path : str or path
        Where to; the ending says in which format (png, svg, pdf).
    y : int, optional
        Row of the section; the liveliest one by default.
    theme : {"light", "dark"}
    stain : {"schematic", "goldner", "trap", "tetracycline", "backscatter"}
    labels : (int, int), optional
        Days of the two tetracycline labels.
    x_um : (float, float), optional
        Part of the row in the section; of a wide patch the liveliest millimetre by default.

    Raises
    ------
    ValueError
        If the row or the part is not on the patch, or a name is unknown.
    """
    palette, dye, patch = palette_of(theme), stain_of(stain, theme), Patch.of(model)
    row = liveliest_row(model) if y is None else patch.check_row(y)
    whole = x_um is not None or patch.width_um <= _WIDEST_UM
    part = check_range(patch, x_um) if whole else liveliest_part(model, row, _ZOOM_UM)
    how = {"stain": stain, "theme": theme, "labels": labels}
    marks = {"cut_x_um": None if part == (0.0, patch.width_um) else part}
    high = _face_height(model) + _section_size(model, row, part)[1]
    height = _HEAD + high + 2 * _TITLE + 3 * _LEGEND + _PAD + 20 + _MARGIN
    page = Page(_CARD + 2 * _MARGIN, height, palette)
    _heading(page, model)
    below = _faces(page, model, row, _HEAD, how | marks)
    top = _face_legend(page, model, dye, labels, below)
    below = _cut(page, model, row, top, part, how)
    _cut_legend(page, dye, below)
    page.save(path)


def _wrapped(page: Page, x: float, y: float, words: str, width: float) -> None:
    line = ""
    for word in words.split():
        longer = f"{line} {word}".strip()
        if line and furniture.text_width(page.ground, longer, 11) > width:
            page.text(x, y, line, 11, soft=True)
            line, y = word, y + 15
        else:
            line = longer
    page.text(x, y, line, 11, soft=True)


def _reading(name: str, stain: Stain, labels: Labels) -> tuple[str, str]:
    apart = labels[1] - labels[0]
    if name != "tetracycline":
        return stain.subtitle, stain.reading
    return (
        f"labels of day {labels[0]} and day {labels[1]}",
        f"Distance between the lines divided by {apart} days is the apposition rate.",
    )


def _upper_part(model: Bone, y: int, aspect: float) -> tuple[Range, Range]:
    """Return the liveliest part of a row, and heights from the marrow above the front down."""
    part = liveliest_part(model, y, _STAIN_UM)
    high = bone_span_um(Patch.of(model), y, part)[1] + _STAIN_MARROW_UM
    return part, (high - aspect * (part[1] - part[0]), high)


def _scale_note(page: Page, model: Bone, y: int) -> None:
    part, _ = _upper_part(model, y, 1.0)
    width = _STAIN_WIDTH - 232 - _STAIN_ROW - 13 - 32
    words = "100 µm in the sections"
    right = _STAIN_WIDTH - 32 - furniture.text_width(page.ground, words, 12) - 10
    page.bar(right - 100 * width / (part[1] - part[0]), right, 31)
    page.text(right + 10, 31, words, 12, soft=True)


def _stain_row(page: Page, model: Bone, y: int, top: float, name: str, how: dict) -> None:
    dye = stain_of(name, page.palette.name)
    subtitle, reading = _reading(name, dye, how["labels"])
    page.text(32, top + 34, dye.title, 14, bold=True)
    page.text(32, top + 54, subtitle, 11)
    _wrapped(page, 32, top + 76, reading, 178)
    face = page.picture(232, top, _STAIN_ROW, _STAIN_ROW)
    surface_map(face, model, "front", name, cut_y=y, furnish=False, **how)
    left = 232 + _STAIN_ROW + 13
    width = _STAIN_WIDTH - left - 32
    cut = page.picture(left, top, width, _STAIN_ROW)
    x_um, z_um = _upper_part(model, y, _STAIN_ROW / width)
    section(cut, model, y, name, x_um=x_um, z_um=z_um, furnish=False, **how)
    for ax in (face, cut):
        furniture.round_corners(ax, page.palette.page)


def stains_sheet(
    model: Bone,
    path: str | PathLike[str],
    y: int | None = None,
    theme: str = "light",
    *,
    labels: Labels | None = None,
) -> None:
    """Write one figure with the five stains of one patch, each with what it is read for.

    Parameters are those of `sheet`.

    Raises
    ------
    ValueError
        If the row is not on the patch, or the theme is unknown.
    """
    palette, patch = palette_of(theme), Patch.of(model)
    row = liveliest_row(model) if y is None else patch.check_row(y)
    days = label_days(labels, patch.day)
    page = Page(_STAIN_WIDTH, 56 + len(STAINS) * (_STAIN_ROW + 9) + 16, palette)
    end = page.text(32, 30, "One patch, five stains", 18, bold=True)
    words = f"{month_of(patch.day)}; the front face from above, and the cut along its dashed line"
    page.text(end + 14, 31, words, 12, soft=True)
    _scale_note(page, model, row)
    for number, name in enumerate(STAINS):
        top = 52 + number * (_STAIN_ROW + 9)
        _stain_row(page, model, row, top, name, {"theme": theme, "labels": days})
    page.save(path)
