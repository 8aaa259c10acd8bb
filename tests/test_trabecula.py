"""The bone: geometry, thickness, packets, mineral, defects."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bmu_abm import geometry
from bmu_abm.trabecula import (
    DEFECT,
    DEFECT_COLUMN,
    HOLE_COLUMN,
    SITE,
    Trabecula,
    grow_plate,
    mineral_degree,
    mineral_of_age,
    smooth_noise,
)

NX, NY = 24, 20


def plate(seed=1, thickness_um=140.0, thickness_cv=0.3, turnover_per_year=0.11):
    b = Trabecula(NX, NY)
    grow_plate(
        b, np.random.default_rng(seed), thickness_um=thickness_um, thickness_cv=thickness_cv,
        turnover_per_year=turnover_per_year, vessels_per_mm2=100.0,
    )  # fmt: skip
    return b


# -- geometry -------------------------------------------------------------------------------------


@settings(max_examples=50, deadline=None)
@given(s=st.integers(0, 2 * NX * NY - 1), dx=st.integers(-30, 30), dy=st.integers(-30, 30))
def test_faces_are_periodic_and_columns_have_two_ends(s, dx, dy):
    n = geometry.neighbour(s, dx, dy, NX, NY)
    assert n // (NX * NY) == s // (NX * NY)
    assert geometry.neighbour(n, -dx, -dy, NX, NY) == s
    other = geometry.partner(s, NX, NY)
    assert other // (NX * NY) != s // (NX * NY) and geometry.partner(other, NX, NY) == s
    assert geometry.column_of(s, NX, NY) == geometry.column_of(other, NX, NY) < NX * NY
    assert geometry.outward(s, NX, NY) == -geometry.outward(other, NX, NY)
    back_x, front_x = other % NX, s % NX
    assert back_x == NX - 1 - front_x


@settings(max_examples=50, deadline=None)
@given(s=st.integers(0, NX * NY - 1), dx=st.integers(-11, 11), dy=st.integers(-9, 9))
def test_separation_undoes_neighbour(s, dx, dy):
    there = geometry.neighbour(s, dx, dy, NX, NY)
    assert geometry.separation(s, there, NX, NY) == (dx, dy)


def test_a_site_has_no_padding():
    """Else copies of equal bones differ in bytes that nobody wrote."""
    assert SITE.itemsize == sum(SITE[name].itemsize for name in SITE.names)


# -- the plate ------------------------------------------------------------------------------------


def test_noise_on_a_patch_no_wider_than_its_length_is_bounded():
    """Else a common offset overflows the heights, and kernels write outside of the columns."""
    for seed in range(300):
        noise = smooth_noise(np.random.default_rng(seed), (20, 20), 12.0)
        assert abs(noise.mean()) < 1e-9 and noise.std() == pytest.approx(1.0)
        assert np.abs(noise).max() < 5.0


def test_thickness_has_the_mean_and_spread_of_the_host():
    thick = np.concatenate([plate(seed).thickness_nm().ravel() for seed in range(40)]) / 1000.0
    assert thick.mean() == pytest.approx(140.0, rel=1e-3)  # set exactly, plate by plate
    assert thick.std() / thick.mean() == pytest.approx(0.3, abs=0.03)


def test_the_mean_is_bone_and_bone_volume_is_exact():
    b = plate()
    front, back = b.heights()
    assert b.bone_volume_nm() == int((front.astype(int) - back).sum())
    assert (b.sites["opened_nm"] == b.sites["height"]).all()
    assert b.surface_mm2 == pytest.approx(2 * NX * NY * 1e-4)
    assert len(b.vessels) == round(100 * b.surface_mm2)


def test_turnover_leaves_young_bone_near_the_surface():
    slow, fast = plate(turnover_per_year=0.02), plate(turnover_per_year=0.3)
    assert np.median(fast.born) > np.median(slow.born)
    b = fast
    top = b.sites["height"][: NX * NY] // b.slice_nm - 1
    surface, core = b.born[np.arange(NX * NY), top], b.born[:, b.n_slices // 2]
    assert surface.mean() > core.mean()
    assert (b.born <= 0).all() and (b.damage >= 0).all()
    assert np.corrcoef(b.born.ravel(), b.damage.ravel())[0, 1] < -0.9


# -- mineral --------------------------------------------------------------------------------------


def test_mineral_comes_after_the_lag_fast_and_then_slowly():
    age = np.array([0.0, 15.0, 22.5, 30.0, 1130.0, 1e6])
    degree = mineral_degree(age)
    assert degree == pytest.approx([0, 0, 0.35, 0.7, 0.7 + 0.3 * (1 - np.exp(-1)), 1.0])
    assert (np.diff(mineral_degree(np.arange(5000.0))) >= 0).all()


@settings(max_examples=50, deadline=None)
@given(age=st.floats(0.0, 2e4), lag=st.floats(5.0, 60.0), primary=st.floats(2.0, 60.0))
def test_kernels_see_the_same_mineral(age, lag, primary):
    compiled = mineral_of_age(age, lag, primary, 0.7, 1100.0)
    assert compiled == pytest.approx(float(mineral_degree(age, lag, primary)), abs=1e-12)


# -- defects --------------------------------------------------------------------------------------


def test_a_defect_takes_whole_columns_and_says_how_much():
    b = plate()
    columns = np.zeros((NY, NX), np.bool_)
    columns[3:9, 2:7] = True
    b.column_kind[3 * NX + 2] = HOLE_COLUMN
    thick, before = b.thickness_nm(), b.bone_volume_nm()
    removed = b.cut_defect(columns, day=5)
    assert removed == thick[columns].sum() - thick[3, 2]
    assert before - b.bone_volume_nm() == removed
    assert b.column_kind[3 * NX + 2] == HOLE_COLUMN
    assert (b.column_kind == DEFECT_COLUMN).sum() == columns.sum() - 1
    states = b.face("state")
    assert (states[0] == DEFECT).sum() == (states[1] == DEFECT).sum() == columns.sum() - 1
    assert ((states[0] == DEFECT) == (states[1][:, ::-1] == DEFECT)).all()
    assert b.cut_defect(columns, day=6) == 0
