"""Five ways to stain the same bone: what colour everything takes, and what it is for.

Goldner and TRAP follow the conventions of the microscope and are not safe for the colour-blind;
the schematic stain, the default, is.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bmu_abm.pictures.colour import Array, mix, ramp, rgb
from bmu_abm.pictures.palette import Palette, palette_of

OLDEST_YEARS = 30.0
_YOUNG_YEARS = 2.0
Ages = NDArray[np.floating]


@dataclass(frozen=True)
class Stain:
    """Colours of one stain.

    Attributes
    ----------
    bone : callable
        Ages in years (n,) -> sRGB (n, 3) of mineralised bone.
    cement : float
        Change of brightness on a cement line: relative when negative, added when positive.
    states : bool
        Whether surfaces carry the colour of their state.
    cells : bool
        Whether cells are seen.
    """

    name: str
    title: str
    subtitle: str
    reading: str
    bone: Callable[[Ages], Array]
    osteoid: str
    marrow: str
    speckle: str
    osteoclast: str
    nucleus: str
    precursor: str
    osteoblast: str
    osteoblast_nucleus: str
    progenitor: str
    osteocyte: str
    lining: str
    reversal: str
    adipocyte: str
    adipocyte_rim: str
    vessel: str
    vessel_fill: str
    halo: str
    cement: float = -0.22
    states: bool = False
    cells: bool = True


def age_position(years: Ages) -> Array:
    """Return where an age lies on the ramp, 0 to 1, even in the square root of the age."""
    return np.sqrt(np.clip(years, 0, OLDEST_YEARS) / OLDEST_YEARS)


def _hex(values: Array) -> str:
    return "#" + "".join(f"{round(255 * float(v)):02X}" for v in np.clip(values, 0, 1))


def _even(code: str) -> Callable[[Ages], Array]:
    return lambda years: np.broadcast_to(rgb(code), (len(years), 3))


def _schematic(palette: Palette) -> Stain:
    dark = palette.name == "dark"
    fat = _hex(mix(palette.marrow, palette.adipocyte, 0.28)) if dark else palette.adipocyte
    return Stain(
        name="schematic",
        title="Schematic",
        subtitle="bone age, pale is young",
        reading="Surface band: red resorption, amber reversal, blue formation. "
        "Safe for the colour-blind.",
        bone=lambda years: ramp(palette.ages, age_position(years)),
        osteoid=palette.ages[0],
        marrow=palette.marrow,
        speckle=palette.speckle,
        osteoclast=palette.osteoclast,
        nucleus="#F3E9F4" if not dark else "#2A0A2C",
        precursor=palette.precursor,
        osteoblast=palette.osteoblast,
        osteoblast_nucleus="#EAF1FB" if not dark else "#3A5578",
        progenitor=palette.progenitor,
        osteocyte=palette.osteocyte,
        lining=palette.lining,
        reversal=_hex(mix(palette.states[2], "#5A4310", 0.35)),
        adipocyte=fat,
        adipocyte_rim=palette.adipocyte_rim,
        vessel=palette.vessel,
        vessel_fill=_hex(mix(palette.marrow, palette.vessel, 0.2)),
        halo=palette.halo,
        states=True,
    )


def _goldner_bone(years: Ages) -> Array:
    young = np.clip(1 - years / _YOUNG_YEARS, 0, 1)[:, None]
    return rgb("#4C9A79") * (1 - young) + rgb("#6DB394") * young


def _goldner(palette: Palette) -> Stain:
    return Stain(
        name="goldner",
        title="Goldner trichrome",
        subtitle="mineralised green, osteoid orange-red",
        reading="Read the osteoid seam under the osteoblasts: its width and its length.",
        bone=_goldner_bone,
        osteoid="#DA5A2E",
        marrow="#F8ECE6",
        speckle="#D3AEAC",
        osteoclast="#B5304A",
        nucleus="#4A1030",
        precursor="#C4708C",
        osteoblast="#C2503C",
        osteoblast_nucleus="#54161C",
        progenitor="#8C5068",
        osteocyte="#1F3A30",
        lining="#9C5A50",
        reversal="#9E4A55",
        adipocyte="#FFFDFC",
        adipocyte_rim="#D9BDB0",
        vessel="#CF9878",
        vessel_fill="#F2D9CB",
        halo="#FFF8F4",
    )


def _trap(palette: Palette) -> Stain:
    return Stain(
        name="trap",
        title="TRAP",
        subtitle="osteoclasts wine red",
        reading="Count osteoclasts and the surface that they cover; precursors are pink.",
        bone=_even("#D5E2D8"),
        osteoid="#E6EBE6",
        marrow="#F3F6F1",
        speckle="#CCD9D2",
        osteoclast="#96123C",
        nucleus="#F3DDE4",
        precursor="#C9607F",
        osteoblast="#A9C1C8",
        osteoblast_nucleus="#56747F",
        progenitor="#9DB6BC",
        osteocyte="#5F7F7C",
        lining="#A3B6BC",
        reversal="#A9BFC2",
        adipocyte="#FCFDFC",
        adipocyte_rim="#C6D3CD",
        vessel="#CCD3CE",
        vessel_fill="#E9EEEA",
        halo="#F7FAF7",
        cement=-0.10,
    )


def _tetracycline(palette: Palette) -> Stain:
    return Stain(
        name="tetracycline",
        title="Tetracycline",
        subtitle="two labels",
        reading="",
        bone=_even("#14271F"),
        osteoid="#14271F",
        marrow="#05080A",
        speckle="#0C1413",
        osteoclast="#1D332B",
        nucleus="#0A1411",
        precursor="#14241F",
        osteoblast="#1B3029",
        osteoblast_nucleus="#0A1411",
        progenitor="#14241F",
        osteocyte="#050A08",
        lining="#0E1C17",
        reversal="#14241F",
        adipocyte="#060B0C",
        adipocyte_rim="#14221E",
        vessel="#121F1B",
        vessel_fill="#070C0C",
        halo="#0A1210",
        cement=-0.30,
    )


def _backscatter_bone(years: Ages) -> Array:
    from bmu_abm.trabecula import mineral_degree

    degree = np.asarray(mineral_degree(np.asarray(years, dtype=float) * 365.0), dtype=float)
    grey = 0.06 + 0.72 * np.clip(degree, 0, 1) ** 2.2
    return np.repeat(grey[:, None], 3, axis=1)


def _backscatter(palette: Palette) -> Stain:
    black = "#050505"
    cells = ("osteoclast", "nucleus", "precursor", "osteoblast", "osteoblast_nucleus", "progenitor")
    around = ("lining", "reversal", "adipocyte", "adipocyte_rim", "vessel", "vessel_fill", "halo")
    blank: dict[str, Any] = dict.fromkeys(cells + around, black)
    return Stain(
        name="backscatter",
        title="Backscatter",
        subtitle="mineral as grey, 0 to full",
        reading="Young bone is dark grey, old bone light; cement lines are bright, lacunae black.",
        bone=_backscatter_bone,
        osteoid="#0F0F0F",
        marrow=black,
        speckle=black,
        osteocyte="#060606",
        cement=0.10,
        cells=False,
        **blank,
    )


_MAKERS: dict[str, Callable[[Palette], Stain]] = {
    "schematic": _schematic,
    "goldner": _goldner,
    "trap": _trap,
    "tetracycline": _tetracycline,
    "backscatter": _backscatter,
}
STAINS = tuple(_MAKERS)
LABEL_COLOUR = "#F4F04E"


def stain_of(name: str, theme: str = "light") -> Stain:
    """Return a stain by name.

    Raises
    ------
    ValueError
        If there is no such stain; names the nearest one.
    """
    if name not in _MAKERS:
        near = difflib.get_close_matches(str(name), STAINS, 1)
        hint = f" (did you mean {near[0]!r}?)" if near else ""
        raise ValueError(f"stain is {name!r}: choose one of {', '.join(STAINS)}{hint}")
    return _MAKERS[name](palette_of(theme))


Labels = tuple[int, int]


def label_days(labels: Labels | None, day: int) -> Labels:
    """Return the two label days; by default 38 and 10 days ago.

    Raises
    ------
    ValueError
        If the second day is not after the first, or lies in the future.
    """
    if labels is None:
        return day - 38, day - 10
    first, second = (int(one) for one in labels)
    if not first < second <= day:
        raise ValueError(f"labels are {labels}: two days in order, not after day {day}")
    return first, second
