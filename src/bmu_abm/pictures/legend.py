"""Legends: what is seen in a stain, each as the glyph that it has in the picture."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from bmu_abm.pictures import glyphs
from bmu_abm.pictures.page import Page
from bmu_abm.pictures.palette import STATE_NAMES
from bmu_abm.pictures.stains import LABEL_COLOUR, Labels, Stain, label_days

Mark = Callable[[Page, float, float], None]
Entry = tuple[Mark, str]
_PX = 12
_GAP = 14


def _swatch(page: Page, x: float, y: float, *, colour: str, hatch: bool = False) -> None:
    page.swatch(x, y, colour, hatch=hatch)


def _shape(
    page: Page, x: float, y: float, *, shape: np.ndarray, face: str, edge: str = "none"
) -> None:
    glyphs.put(
        page.ground, shape * [1, -1], np.array([[x, y]]), face=face, edge=edge, width_px=1, zorder=2
    )


def _osteoclast(page: Page, x: float, y: float, *, stain: Stain) -> None:
    _shape(page, x, y, shape=7 * glyphs.lobed_disc(3), face=stain.osteoclast)
    spots = np.array([x, y]) + 7 * glyphs.nuclei_spots(5, 3)
    glyphs.put(page.ground, glyphs.circle(12), spots, 1.0, face=stain.nucleus, zorder=2.1)


def _vessel(page: Page, x: float, y: float, *, stain: Stain) -> None:
    shape = glyphs.circle() * [8, 4]
    _shape(page, x, y, shape=shape, face=stain.vessel_fill, edge=stain.vessel)


def state_entries(page: Page, shown: set[int]) -> list[Entry]:
    """Return the legend of the tissue states; a defect only where one is shown."""
    names = [(code, name) for code, name in enumerate(STATE_NAMES) if code < 6 or code in shown]
    return [
        (partial(_swatch, colour=page.palette.states[code], hatch=code == 4), name)
        for code, name in names
    ]


def cell_entries(page: Page, stain: Stain) -> list[Entry]:
    """Return the legend of the cells on the map."""
    star = (
        partial(_shape, shape=6.5 * glyphs.star(), face=page.palette.calling),
        "calling osteocyte",
    )
    return [
        (partial(_osteoclast, stain=stain), "osteoclast"),
        (partial(_shape, shape=3.6 * glyphs.circle(), face=stain.precursor), "precursor"),
        (partial(_shape, shape=3.6 * glyphs.cobble(), face=stain.osteoblast), "osteoblast"),
        (partial(_shape, shape=5.5 * glyphs.diamond(), face=stain.progenitor), "progenitor"),
        *([star] if stain.states else []),
    ]


def section_entries(page: Page, stain: Stain) -> list[Entry]:
    """Return the legend of what only the section shows."""
    osteocyte = glyphs.lens() * [6.5, 3]
    fat = partial(
        _shape, shape=5.5 * glyphs.circle(), face=stain.adipocyte, edge=stain.adipocyte_rim
    )
    edge = page.palette.text2 if page.palette.name == "dark" else "none"
    return [
        (partial(_shape, shape=osteocyte, face=stain.osteocyte, edge=edge), "osteocyte"),
        (fat, "adipocyte"),
        (partial(_vessel, stain=stain), "vessel"),
    ]


def stain_entries(page: Page, stain: Stain, labels: Labels | None, day: int) -> list[Entry]:
    """Return the legend of the tissue in a stain other than the schematic one."""
    bone = "#4C9A79" if stain.name == "goldner" else "#D5E2D8"
    if stain.name == "tetracycline":
        first, second = label_days(labels, day)
        words = f"labels of day {first} and day {second}, {second - first} days apart"
        return [(partial(_swatch, colour=LABEL_COLOUR), words)]
    if stain.name == "backscatter":
        return [
            (partial(_swatch, colour=stain.osteoid), "osteoid"),
            (partial(_swatch, colour="#C7C7C7"), "fully mineralised"),
        ]
    return [
        (partial(_swatch, colour=bone), "mineralised bone"),
        (partial(_swatch, colour=stain.osteoid), "osteoid"),
    ]


def write_entries(page: Page, x: float, y: float, entries: list[Entry]) -> float:
    """Write a row of entries from a place; return where it ends."""
    for mark, name in entries:
        mark(page, x + 8, y)
        x = page.text(x + 22, y, name, _PX, soft=True) + _GAP
    return x


def age_ramp(page: Page, x: float, y: float) -> float:
    """Write the ramp of bone age; return where it ends."""
    x = page.text(x, y, "bone age", _PX, soft=True) + 6
    page.gradient(x, y, 90, page.palette.ages)
    return page.text(x + 96, y, "0 to 30 years", _PX, soft=True) + _GAP
