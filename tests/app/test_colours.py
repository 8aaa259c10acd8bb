"""Colours everybody can tell apart, and text everybody can read."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from bmu_abm.pictures.colour import linear, rgb
from bmu_abm.pictures.palette import PALETTES, palette_of
from colour_difference import ciede2000, lab

# Full dichromacy, in linear light: Machado, Oliveira and Fernandes 2009, severity 1.
VISION = {
    "normal": np.eye(3),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}


def seen(code: str, vision: str) -> str:
    light = np.clip(VISION[vision] @ linear(rgb(code)), 0, 1)
    plain = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return "#" + "".join(f"{round(255 * float(v)):02X}" for v in plain)


def least(codes: tuple[str, ...], vision: str) -> float:
    labs = [lab(seen(code, vision)) for code in codes]
    return min(ciede2000(a, b) for a, b in itertools.combinations(labs, 2))


def contrast(a: str, b: str) -> float:
    """WCAG 2: ratio of relative luminances."""
    light = [float(np.dot((0.2126, 0.7152, 0.0722), linear(rgb(one)))) + 0.05 for one in (a, b)]
    return max(light) / min(light)


def test_contrast_of_black_on_white_is_21():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)


def test_grey_is_grey_to_everybody():
    assert all(seen("#808080", vision) in ("#808080", "#7F8080", "#808081") for vision in VISION)


@pytest.mark.parametrize("theme", PALETTES)
@pytest.mark.parametrize("ground", ["page", "card", "tint"])
def test_text_meets_wcag_aa(theme, ground):
    p = palette_of(theme)
    for ink in (p.text, p.text2, p.accent):
        assert contrast(ink, getattr(p, ground)) >= 4.5, (ink, ground)
    assert contrast(p.on_accent, p.accent) >= 4.5
    assert contrast(p.card, p.text) >= 4.5  # notices


@pytest.mark.parametrize("theme", PALETTES)
def test_what_can_be_acted_on_stands_out(theme):
    p = palette_of(theme)
    for ground in (p.page, p.card):
        assert contrast(p.accent, ground) >= 3


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("theme", PALETTES)
def test_states_are_told_apart(theme, vision):
    assert least(palette_of(theme).states[:6], vision) >= 20


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("theme", PALETTES)
def test_cells_are_told_apart(theme, vision):
    p = palette_of(theme)
    assert least((p.osteoclast, p.precursor, p.osteoblast, p.progenitor, p.osteocyte), vision) >= 15


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("theme", PALETTES)
def test_lines_of_charts_are_told_apart(theme, vision):
    p = palette_of(theme)
    lines = (p.text, p.accent, p.states[1], p.states[3])
    assert least(lines, vision) >= 10
