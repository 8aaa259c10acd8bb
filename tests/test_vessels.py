"""Capillaries of type H: what SLIT3 makes of them, how fast, and what they do for stem cells."""

import math

import numpy as np
import pytest

import bones
from bmu_abm import vessels
from bmu_abm.parameters import REGISTRY

REST = REGISTRY["vessel.slit3_rest_ng_ml"].default


def grown(still, slit3, days=30.0, times=1, gain=1.0):
    m = bones.changed(
        still(), vessel_slit3_gain=gain, vessel_growth_days=30.0, precursor_slit3_half_ng_ml=80.0
    )
    field = np.full(m.trabecula.type_h.shape, slit3, np.float32)
    for _ in range(times):
        vessels.grow(m.trabecula.type_h, field, days, m.today, m.p)
    return m


def end(slit3):
    """Return where capillaries tend to, from the law itself."""
    rest = 1 + REST / (REST + 80.0)
    return (1 + slit3 / (slit3 + 80.0)) / rest


@pytest.mark.parametrize("slit3", [0.0, REST, 400.0])
def test_they_follow_slit3_with_a_lag(still, slit3):
    m = grown(still, slit3)
    expected = end(slit3) + (1 - end(slit3)) * math.exp(-1)
    assert m.trabecula.type_h == pytest.approx(expected)
    assert grown(still, slit3, 10.0, 3).trabecula.type_h == pytest.approx(expected)


def test_they_grow_where_slit3_is(still):
    m = still()
    bones.peak(m, "SLIT3", 400.0)
    vessels.grow(m.trabecula.type_h, m.fields.native("SLIT3").reshape(-1), 300.0, m.today, m.p)
    near = np.argmax(m.fields.native("SLIT3"))
    assert m.trabecula.type_h[near] > 1.2 and m.trabecula.type_h[-1] < 0.85


def test_without_a_gain_slit3_leaves_them_alone(still):
    assert grown(still, 400.0, gain=0.0).trabecula.type_h == pytest.approx(1.0)
