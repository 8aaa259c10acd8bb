"""The colours of the pictures, as the browser takes them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from bmu_abm.pictures.colour import ramp
from bmu_abm.pictures.field_map import ramp_codes
from bmu_abm.pictures.palette import PALETTES, STATE_NAMES, palette_of
from bmu_abm.pictures.stains import LABEL_COLOUR, OLDEST_YEARS, STAINS, stain_of

_STEPS = 255


def _table(values: Any) -> list[list[int]]:
    return [[int(c) for c in one] for one in np.rint(255 * np.clip(np.asarray(values), 0, 1))]


def stain_colours(name: str, theme: str) -> dict[str, Any]:
    """Return a stain: its colour codes, and bone by age as a table of 255 sRGB colours."""
    stain = stain_of(name, theme)
    table = {k: v for k, v in asdict(stain).items() if not callable(v)}
    years = OLDEST_YEARS * np.linspace(0, 1, _STEPS) ** 2
    return table | {"ages": _table(stain.bone(years)), "label": LABEL_COLOUR}


def theme_colours(theme: str) -> dict[str, Any]:
    """Return a theme: the palette, the ramp of signals, and every stain in it."""
    palette = palette_of(theme)
    return {
        **asdict(palette),
        "ramp": _table(ramp(ramp_codes(palette), np.linspace(0, 1, 256))),
        "stains": {name: stain_colours(name, theme) for name in STAINS},
    }


def all_colours() -> dict[str, Any]:
    """Return both themes, and the names of the states."""
    return {
        "themes": {name: theme_colours(name) for name in PALETTES},
        "states": list(STATE_NAMES),
        "stains": list(STAINS),
    }
