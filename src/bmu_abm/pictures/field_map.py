"""One signal on a face as a calm ramp: paper where there is little, accent where there is much."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from bmu_abm.pictures import furniture
from bmu_abm.pictures.colour import linear, ramp, srgb_bytes
from bmu_abm.pictures.palette import Palette, palette_of
from bmu_abm.pictures.patch import Bone, Patch, face_number
from bmu_abm.pictures.relief import Enlarger, shade
from bmu_abm.pictures.surface_map import face_pixels, show_image

DAMAGE = "damage"
_LOG_RANGE = 30.0
_SMOOTH = 0.6
_RELIEF = 0.35
_TOP = 21


@dataclass(frozen=True)
class Scale:
    """How values become places on the ramp.

    Attributes
    ----------
    low, high : float
        Values at the ends.
    log : bool
        Whether the scale is logarithmic: where the range exceeds 30.
    """

    low: float
    high: float
    log: bool

    @classmethod
    def of(cls, values: NDArray) -> Scale:
        """Return the scale that fits the values of both faces."""
        finite = values[np.isfinite(values)]
        low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
        positive = finite[finite > 0]
        floor = float(positive.min()) if positive.size else 0.0
        if floor > 0 and high / floor > _LOG_RANGE:
            return cls(max(floor, high / 1e4), high, True)
        return cls(low, high if high > low else low + 1.0, False)

    def position(self, values: NDArray) -> NDArray[np.float64]:
        """Return places on the ramp, 0 to 1."""
        held = np.clip(values, self.low, self.high)
        if self.log:
            return np.log(held / self.low) / np.log(self.high / self.low)
        return (held - self.low) / (self.high - self.low)


def ramp_codes(palette: Palette) -> tuple[str, str]:
    """Return the two ends of the ramp of a theme."""
    return (palette.resting if palette.name == "light" else palette.card, palette.accent)


def field_values(model: Bone, name: str) -> tuple[NDArray, str]:
    """Return the map (2, ny, nx) of a signal, or the mean microdamage of the columns; its unit.

    Raises
    ------
    ValueError
        If there is no such signal.
    """
    if name == DAMAGE:
        return _damage(model), "relative"
    if name not in model.fields.names:
        known = ", ".join((*model.fields.names, DAMAGE))
        raise ValueError(f"field is {name!r}: choose one of {known}")
    return np.asarray(model.fields.map(name)), str(model.fields.declarations[name].unit)


def _damage(model: Bone) -> NDArray:
    patch = Patch.of(model)
    columns = model.trabecula.damage.reshape(patch.ny, patch.nx, -1)
    top, bottom = patch.sites["height"][0], patch.sites["height"][1][:, ::-1]
    middle = (np.arange(columns.shape[-1]) + 0.5) * patch.slice_um * 1000
    solid = (middle < top[..., None]) & (middle > bottom[..., None])
    mean = (columns * solid).sum(axis=-1) / np.maximum(solid.sum(axis=-1), 1)
    return np.stack([mean, mean[:, ::-1]])


def _number(value: float) -> str:
    return f"{value:.2g}" if abs(value) < 100 else f"{value:,.0f}".replace(",", " ")


def _legend(ax: Axes, name: str, unit: str, scale: Scale, palette: Palette) -> None:
    title = f"{name} ({unit}{', log' if scale.log else ''})"
    low, high = _number(scale.low), _number(scale.high)
    width, height = furniture.size_px(ax)
    parts = [furniture.text_width(ax, text, 11) for text in (low, high, title)]
    wide = max(parts[0] + 62 + parts[1], parts[2]) + 16
    furniture.chip(ax, 8, 8, wide, 40, palette)
    furniture.write(ax, 16, 35, title, palette.text, 11)
    furniture.write(ax, 16, 18, low, palette.text2, 11)
    left = 16 + parts[0] + 6
    furniture.write(ax, left + 56, 18, high, palette.text2, 11)
    bar = ax.inset_axes((left / width, 13.5 / height, 50 / width, 9 / height), zorder=_TOP)
    bar.imshow(ramp(ramp_codes(palette), np.linspace(0, 1, 128))[None], aspect="auto")
    furniture.bare(bar)


def field_map(
    ax: Axes,
    model: Bone,
    name: str,
    face: str = "front",
    *,
    theme: str = "light",
    furnish: bool = True,
) -> None:
    """Draw one signal on a face: one ramp of even lightness, with unit and range.

    Parameters
    ----------
    ax : Axes
        Empty; becomes um.
    model : BoneModel
        Only read.
    name : str
        A field of the model, or "damage".
    face : {"front", "back"}
    theme : {"light", "dark"}
    furnish : bool
        Whether names, the legend and a scale bar are drawn.

    Raises
    ------
    ValueError
        If a name is unknown.
    """
    number, palette, patch = face_number(face), palette_of(theme), Patch.of(model)
    values, unit = field_values(model, name)
    scale = Scale.of(values)
    enlarge = Enlarger(patch.ny, patch.nx, face_pixels(ax, patch))
    place = np.round(enlarge(scale.position(values[number]), _SMOOTH) * 511).astype(np.intp)
    colours = linear(ramp(ramp_codes(palette), np.linspace(0, 1, 512))).astype(np.float32)
    resting = np.ones((patch.ny, patch.nx), dtype=bool)
    bright = shade(patch.height_um(number), resting, enlarge, patch.site_um)
    light = colours[place] * (1 + _RELIEF * (bright - 1))[..., None]
    show_image(ax, srgb_bytes(light), patch)
    if furnish:
        furniture.name_chip(ax, f"{face} face", palette)
        furniture.scale_bar(ax, palette)
        _legend(ax, name, unit, scale, palette)
