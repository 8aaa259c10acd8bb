"""A life as an animated GIF: both faces with their cells, month after month."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, ImageDraw

from bmu_abm.app.acts import Act
from bmu_abm.app.arm import Arm
from bmu_abm.app.frame import cell_arrays
from bmu_abm.clock import DAYS_PER_YEAR, MONTHS_PER_YEAR
from bmu_abm.pictures.palette import Palette, palette_of
from bmu_abm.pictures.patch import Patch
from bmu_abm.pictures.stains import Stain, stain_of
from bmu_abm.pictures.surface_map import relief_image

if TYPE_CHECKING:
    from bmu_abm.model import BoneModel

MOST_FRAMES = 60
FACE_PX, _GAP_PX, _FOOT_PX = 320, 8, 28
_FRAME_MS, _COLOURS = 120, 128
_GOLDEN = np.pi * (3 - np.sqrt(5))


def gif(arm: Arm, acts: list[Act], last_day: int, theme: str, stain: str) -> bytes:
    """Live from day 0 to `last_day` and return the film.

    Parameters
    ----------
    arm : Arm
        At day 0; it is lived on.
    acts : list of Act
    last_day : int
    theme, stain : str
    """
    pauses = arm.pauses(last_day, acts, MOST_FRAMES)
    frames = [still(arm.model, theme, stain, last_day) for _ in pauses]
    stream = io.BytesIO()
    small = [one.quantize(_COLOURS) for one in frames]
    small[0].save(
        stream, "GIF", save_all=True, append_images=small[1:], duration=_FRAME_MS, loop=0
    )  # fmt: skip
    return stream.getvalue()


def still(model: BoneModel, theme: str, stain_name: str, last_day: int) -> Image.Image:
    """Return one picture: front face, back face, and where in time it is."""
    patch, palette, stain = Patch.of(model), palette_of(theme), stain_of(stain_name, theme)
    high = round(FACE_PX * patch.ny / patch.nx)
    picture = Image.new("RGB", (2 * FACE_PX + _GAP_PX, high + _FOOT_PX), palette.page)
    cells, counts = cell_arrays(model, patch)
    for face in (0, 1):
        pixels = relief_image(patch, face, stain, palette, width=FACE_PX)[::-1]
        one = Image.fromarray(np.ascontiguousarray(pixels)).resize((FACE_PX, high))
        if stain.cells:
            _draw_cells(one, patch, cells, counts, face, stain)
        picture.paste(one, (face * (FACE_PX + _GAP_PX), 0))
    _time(picture, high, int(model.day), last_day, palette)
    return picture


def _time(picture: Image.Image, top: int, day: int, last_day: int, palette: Palette) -> None:
    """Write the month, and draw how much of the time has passed."""
    pen = ImageDraw.Draw(picture)
    month = MONTHS_PER_YEAR * day / DAYS_PER_YEAR
    pen.text((2, top + 8), f"Month {month:.0f}", fill=palette.text)
    from_, to, y = 80, picture.width - 4, top + 14
    pen.line((from_, y, to, y), fill=palette.strong, width=2)
    now = from_ + (to - from_) * (day / max(last_day, 1))
    pen.line((from_, y, now, y), fill=palette.accent, width=4)


def _draw_cells(
    image: Image.Image,
    patch: Patch,
    cells: dict[str, Any],
    counts: list[int],
    face: int,
    stain: Stain,
) -> None:
    pen, scale = ImageDraw.Draw(image), image.width / patch.nx
    colours = {0: stain.osteoblast, 1: stain.progenitor, 2: stain.precursor, 3: stain.osteoclast}
    ends = np.cumsum(counts)
    for kind, colour in colours.items():
        for i in range(ends[kind] - counts[kind], ends[kind]):
            if cells["cell_face"][i] != face:
                continue
            x = (float(cells["cell_x"][i]) + 0.5) * scale
            y = image.height - (float(cells["cell_y"][i]) + 0.5) * scale
            _glyph(pen, kind, x, y, scale, float(cells["cell_extra"][i]), colour, stain)


def _glyph(
    pen: ImageDraw.ImageDraw,
    kind: int,
    x: float,
    y: float,
    scale: float,
    extra: float,
    colour: str,
    stain: Stain,
) -> None:
    """Draw an osteoblast as a square, a progenitor as a diamond, the others as discs."""
    if kind == 0:
        pen.point((x, y), fill=colour)
    elif kind == 1:
        r = max(scale, 2.5)
        pen.polygon([(x, y - r), (x + r, y), (x, y + r), (x - r, y)], fill=colour)
    elif kind == 2:
        r = max(0.75 * scale, 2.0)
        pen.ellipse((x - r, y - r, x + r, y + r), fill=colour, outline=stain.halo)
    else:
        r = max(scale * np.sqrt(2.5 * max(extra, 1) / np.pi), 4.0)
        pen.ellipse((x - r, y - r, x + r, y + r), fill=colour, outline=stain.halo)
        _nuclei(pen, x, y, r, round(extra), stain.nucleus)


def _nuclei(pen: ImageDraw.ImageDraw, x: float, y: float, r: float, count: int, fill: str) -> None:
    count = min(9, max(1, count))
    for number in range(count):
        far = 0.62 * r * np.sqrt((number + 0.35) / count)
        nx, ny = x + far * np.cos(number * _GOLDEN), y + far * np.sin(number * _GOLDEN)
        pen.ellipse((nx - 1, ny - 1, nx + 1, ny + 1), fill=fill)
