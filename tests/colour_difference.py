"""CIEDE2000: how different two colours look."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bmu_abm.pictures.colour import linear, rgb

_TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
_WHITE = np.array([0.95047, 1.0, 1.08883])
_25_7 = 25.0**7


def lab(code: str) -> NDArray:
    """CIE L*a*b* (D65) of a colour code."""
    t = _TO_XYZ @ linear(rgb(code)) / _WHITE
    f = np.where(t > 216 / 24389, np.cbrt(t), (24389 / 27 * t + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def _hue(a: float, b: float) -> float:
    return float(np.degrees(np.arctan2(b, a)) % 360)


def _mean_hue(h1: float, h2: float) -> float:
    mean = (h1 + h2) / 2
    return mean if abs(h1 - h2) <= 180 else (mean + 180) % 360


def _weights(lightness: float, chroma: float, hue: float) -> tuple[float, float, float, float]:
    t = (
        1
        - 0.17 * np.cos(np.radians(hue - 30))
        + 0.24 * np.cos(np.radians(2 * hue))
        + 0.32 * np.cos(np.radians(3 * hue + 6))
        - 0.20 * np.cos(np.radians(4 * hue - 63))
    )
    s_l = 1 + 0.015 * (lightness - 50) ** 2 / np.sqrt(20 + (lightness - 50) ** 2)
    turn = 30 * np.exp(-(((hue - 275) / 25) ** 2))
    r_c = 2 * np.sqrt(chroma**7 / (chroma**7 + _25_7))
    r_t = -np.sin(np.radians(2 * turn)) * r_c
    return s_l, 1 + 0.045 * chroma, 1 + 0.015 * chroma * t, r_t


def ciede2000(first: NDArray, second: NDArray) -> float:
    """Difference of two L*a*b* colours."""
    chroma = [np.hypot(*one[1:]) for one in (first, second)]
    mean7 = np.mean(chroma) ** 7
    grow = 1 + 0.5 * (1 - np.sqrt(mean7 / (mean7 + _25_7)))
    (l1, a1, b1), (l2, a2, b2) = first, second
    c1, c2 = np.hypot(grow * a1, b1), np.hypot(grow * a2, b2)
    h1, h2 = _hue(grow * a1, b1), _hue(grow * a2, b2)
    step = (h2 - h1 + 180) % 360 - 180 if c1 * c2 else 0.0
    d_h = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(step / 2))
    mean_hue = _mean_hue(h1, h2) if c1 * c2 else h1 + h2
    s_l, s_c, s_h, r_t = _weights((l1 + l2) / 2, (c1 + c2) / 2, mean_hue)
    d_l, d_c, d_h = (l2 - l1) / s_l, (c2 - c1) / s_c, d_h / s_h
    return float(np.sqrt(d_l**2 + d_c**2 + d_h**2 + r_t * d_c * d_h))


def least_difference(codes: tuple[str, ...]) -> float:
    """Smallest difference between two of several colour codes."""
    labs = [lab(code) for code in codes]
    return min(ciede2000(a, b) for i, a in enumerate(labs) for b in labs[:i])
