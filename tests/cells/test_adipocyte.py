"""Adipocytes: they take space, secrete, and die after years."""

import math

import numpy as np
import pytest

import bones
import rules
from bmu_abm import snapshots
from bmu_abm.signalling import adipokines
from bmu_abm.trabecula import HOLE


def fat(m, sites, radius_um=28.0):
    return bones.put(m, "adipocyte", sites, radius_um=radius_um)


def test_an_adipocyte_takes_the_space_of_its_disc_once(still):
    m = still()
    fat(m, [0, 3, 410])
    rules.tick(m, rules.adipocytes, 3)
    marks = m.trabecula.sites["fat"]
    assert (marks == bones.fat_of_discs(m)).all()
    assert marks.max() == 2  # the first two overlap
    # The disc of radius 2.8 sites holds 5 x 5 of them without the corners.
    assert marks.sum() == 3 * 21


def test_it_gives_its_space_back(still):
    m = still()
    fat(m, [0, 3, 410])
    rules.adipocytes(m)
    snapshots.release(m, "adipocyte", np.array([True, False, False]))
    assert (m.trabecula.sites["fat"] == bones.fat_of_discs(m)).all()
    m.trabecula.sites["state"][3] = HOLE
    rules.adipocytes(m)
    assert len(m.populations["adipocyte"]) == 1
    assert (m.trabecula.sites["fat"] == bones.fat_of_discs(m)).all()
    bones.changed(m, adipocyte_life_days=0.5)
    rules.adipocytes(m)
    assert not m.trabecula.sites["fat"].any()


@pytest.mark.parametrize("radius_um", [20.0, 40.0])
@pytest.mark.mechanism("cell-adi", "cell-preadi")
def test_it_secretes_rankl_and_sfrp1_by_its_area(still, radius_um):
    m = still()
    fat(m, bones.middle(m), radius_um)
    bones.changed(m, adipocyte_rankl_pm=4.0, adipocyte_sfrp1_pm=12.0)
    rules.adipocytes(rules.silence(m))
    area = math.pi * (radius_um / 10.0) ** 2
    assert m.fields.native_source("RANKL").sum() == pytest.approx(1.0 * area, rel=1e-5)
    assert m.fields.native_source("SFRP1").sum() == pytest.approx(3.0 * area, rel=1e-5)


@pytest.mark.mechanism("adipokines", "adi-inhibits-ob", "adi-promotes-oc")
def test_adipokines_act_where_fat_is(still):
    """Source under the disc; half of the resting drive to bone stays at the level of rest."""
    m = still()
    fat(m, bones.middle(m))
    bones.changed(m, adipocyte_adipokine=2.8)
    rules.adipocytes(rules.silence(m))
    source = m.fields.native_source("adipokine")
    assert source.sum() == pytest.approx(0.25 * 2.8 * math.pi * 2.8**2, rel=1e-5)
    m.fields.solve()
    field = m.fields.native("adipokine")
    assert field[0].max() > 1.5 * field[1].mean() and field[1].max() < 1e-6


@pytest.mark.mechanism("adi-inhibits-ob", "adi-promotes-oc")
def test_resting_adipokines_change_nothing(still):
    p = still().p[0]
    assert adipokines.ripens(1.0, p) == adipokines.bone_left_open(1.0, p) == 1.0
    assert adipokines.ripens(3.0, p) == pytest.approx(1.05)
    assert adipokines.bone_left_open(3.0, p) == pytest.approx(1.0 - 0.15 / 2.0)


@pytest.mark.mechanism("cell-preadi", "sfrp1")
def test_preadipocytes_secrete_sfrp1_and_osteogenic_cells_do_not(still):
    said = []
    for pparg in (0.9, 0.1):
        m = rules.silence(still())
        bones.changed(m, msc_division_per_day=0.0, msc_preadipocyte_sfrp1_pm=12.0)
        bones.changed(m, msc_adipogenesis_per_day=0.0, msc_fate_days=1e9)
        bones.put(m, "msc", np.arange(10), runx2=0.5, pparg=pparg, drive=1.0, life_days=1e9)
        rules.free_mscs(m)
        said.append(float(m.fields.native_source("SFRP1").sum()))
    assert said == pytest.approx([30.0, 0.0])
