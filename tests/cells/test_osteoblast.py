"""Osteoblasts: what sets their pace, what they lay down, say, and become."""

import math

import numpy as np
import pytest

import bones
import rules
from bmu_abm.trabecula import FORMATION, QUIESCENT, REVERSAL

REFERENCE = {"Wnt": 1.0, "sclerostin": 30.0, "SFRP1": 4.0}


def forming(still, depth_um=0.0, radius=4.0, vigour=1.0, days=1, **fields):
    """Return a bone on which osteoblasts have formed for a day, in the middle of the front."""
    m = still()
    sites = bones.disc(m, radius)
    bones.erode(m, sites, depth_um, FORMATION, floor_nm=0)
    m.n_active[0] = 0
    m.trabecula.sites["floor_nm"][sites] = m.trabecula.sites["height"][sites]
    bones.put(m, "osteoblast", sites, vigour=vigour)
    for name, level in (REFERENCE | fields).items():
        m.fields.native(name)[:] = level
    m.today["supported"] = "secretome" in fields
    m.ledger["removed_total_nm"] += round(1000 * depth_um) * len(sites)
    bones.changed(m, osteoblast_rate_um_per_day=0.7, osteoblast_curvature_per_um=0.05)
    m.populations["osteocyte"].reserve(200)
    rules.tick(rules.silence(m), rules.osteoblasts, days)
    return m


def laid(m):
    bones.assert_balance(m)
    return float(m.populations["osteoblast"].live["laid_um"].mean())


@pytest.mark.mechanism("ob-matrix")
def test_an_osteoblast_lays_down_by_its_vigour(still):
    # The neighbours that were there first make a site a little lower: 2 %.
    assert laid(forming(still)) == pytest.approx(0.7, rel=0.02)
    assert laid(forming(still, vigour=0.5)) == pytest.approx(0.35, rel=0.02)


def test_two_half_steps_lay_down_as_much_as_a_whole_one(still):
    """A lone vigorous cell on a flat bone, whose vigour fades to a third within the day."""
    walls = []
    for steps in (1, 2):
        m = forming(still, radius=0, days=0)
        bones.changed(m, osteoblast_vigour_days=0.9, osteoblast_curvature_per_um=0.0)
        m.today["dt"] = 1.0 / steps
        rules.tick(m, rules.osteoblasts, steps)
        walls.append(laid(m))
    assert walls[0] == pytest.approx(0.7 * 0.9 * (1 - math.exp(-1 / 0.9)), rel=0.01)
    assert walls[1] == pytest.approx(walls[0], abs=2e-3)


@pytest.mark.parametrize("against", [{"sclerostin": 90.0}, {"SFRP1": 300.0}, {"Wnt": 0.3}])
def test_sclerostin_and_sfrp1_slow_it_through_wnt(still, against):
    assert laid(forming(still, **against)) < 0.8 * 0.7


def test_less_sclerostin_speeds_it(still):
    assert laid(forming(still, sclerostin=5.0)) > 1.2 * 0.7


def test_pits_fill_faster_than_hills(still):
    """One osteoblast 10 um below, or above, its neighbours, and level with them."""
    pit, hill, flat = (laid(forming(still, depth_um=d, radius=0)) for d in (10.0, -10.0, 0.0))
    assert pit == pytest.approx(1.5 * flat, abs=2e-3)
    assert hill == pytest.approx(0.5 * flat, abs=2e-3)


@pytest.mark.mechanism("remodel-purpose", "ob-layers")
def test_new_matrix_is_young_and_undamaged(still):
    m = still()
    site = bones.middle(m)
    b = m.trabecula
    b.damage[:] = 7.0
    top = int(b.sites["height"][site]) // b.slice_nm
    b.sites["state"][site] = FORMATION
    bones.put(m, "osteoblast", site, vigour=1.0)
    for name, level in REFERENCE.items():
        m.fields.native(name)[:] = level
    bones.changed(m, osteoblast_vigour_days=1e9)
    rules.tick(m, rules.osteoblasts, 9)
    assert b.born[site, top] == m.day and b.damage[site, top] == 0.0
    assert b.born[site, top - 1] < m.day and b.damage[site, top - 1] == 7.0


def days_of_formation(still, estrogen, secretome=0.0):
    m = forming(still, secretome=secretome)
    m.today["estrogen"] = estrogen
    bones.changed(
        m, osteoblast_vigour_days=20.0, osteoblast_vigour_end=0.2, osteoblast_estrogen_life=0.5,
        osteoblast_secretome_life=1.0,
    )  # fmt: skip
    days = 0
    while len(m.populations["osteoblast"]):
        rules.tick(m, rules.osteoblasts, 1)
        days += 1
    assert (m.trabecula.sites["state"] == QUIESCENT).all()
    return days


@pytest.mark.mechanism("e2-ob-number")
def test_vigour_fades_and_faster_without_estrogen(still):
    """Vigour falls as (1 - 1/20)^n to 0.2: 32 days; without estrogen (1 - 1/10)^n: 16 days."""
    assert abs(days_of_formation(still, 1.0) - 32) <= 1
    assert abs(days_of_formation(still, 0.0) - 16) <= 1


@pytest.mark.mechanism("exosomes")
def test_grafted_cells_lengthen_the_life_of_osteoblasts(still):
    """At half of the full effect, which doubles the life, 48 days instead of 32."""
    assert abs(days_of_formation(still, 1.0, secretome=1.0) - 48) <= 2


@pytest.mark.mechanism("cell-lining")
def test_tired_osteoblasts_line_the_bone_or_die(still):
    for share in (0.0, 1.0):
        m = forming(still, vigour=0.01)
        n = len(bones.disc(m, 4.0))
        assert len(m.populations["osteoblast"]) == 0 and m.ledger["completed_sites"][0] == n
        lag = float(m.p["mineral_lag_days"][0])  # the osteoid seam outlives the cells by it
        assert m.ledger["formation_days"][0] == pytest.approx(n * lag)
        m = still()
        bones.changed(m, osteoblast_lining_share=share, osteoblast_vigour_end=0.04)
        sites = bones.disc(m, 4.0)
        m.trabecula.sites["state"][sites] = FORMATION
        bones.put(m, "osteoblast", sites, vigour=0.03)
        rules.osteoblasts(m)
        assert m.ledger["lining_cells"][0] == share * n
        assert m.ledger["dead_osteoblasts"][0] == (1 - share) * n


@pytest.mark.mechanism("rankl-osteoblast", "slit3")
def test_forming_bone_secretes_opg_wnt_rankl_and_slit3(still):
    m = forming(still)
    n = len(m.populations["osteoblast"])
    bones.changed(
        m, osteoblast_opg_pm=600.0, osteoblast_wnt=0.5, osteoblast_rankl_pm=10.0,
        osteoblast_slit3_ng_ml=150.0,
    )  # fmt: skip
    rules.osteoblasts(rules.silence(m))
    for name, each in (("OPG", 150.0), ("Wnt", 0.5), ("RANKL", 2.5), ("SLIT3", 37.5)):
        assert m.fields.native_source(name).sum() == pytest.approx(each * n, rel=1e-5)


@pytest.mark.mechanism("ob-embed", "fig1-d", "ob-layers")
def test_osteocytes_are_buried_at_their_density_in_the_new_bone(still):
    """400 sites x 20 days x 0.7 um x 100 um2 = 5.6e-4 mm3, 16000 per mm3: 9 cells, and twice."""
    buried = {}
    for density in (16_000.0, 320_000.0):
        m = forming(still, radius=20.0)
        bones.changed(m, osteocyte_density_per_mm3=density, osteoblast_vigour_days=1e9)
        m.populations["osteocyte"].reserve(2000)
        rules.tick(m, rules.osteoblasts, 20)
        cells = m.populations["osteocyte"].live
        buried[density] = len(cells)
        top = m.trabecula.sites["height"][cells["site"]]
        assert (cells["z"] < top).all() and (cells["age"] == 0.0).all()
    assert buried[16_000.0] < 25 and abs(buried[320_000.0] - 179) < 54


def test_matrix_of_grafted_cells_is_counted_apart(still):
    for donor in (0, 1):
        m = forming(still, days=0)
        m.populations["osteoblast"].live["donor"] = donor
        rules.osteoblasts(m)
        assert m.ledger["formed_total_nm"][0] > 0
        assert m.ledger["donor_total_nm"][0] == donor * m.ledger["formed_total_nm"][0]


def test_gaps_in_forming_bone_close(still):
    m = still()
    middle = bones.middle(m)
    around = np.setdiff1d(bones.disc(m, 2), [middle])
    bones.erode(m, np.append(around, [middle, 3]), 30.0, REVERSAL)
    m.trabecula.sites["state"][around] = FORMATION
    bones.put(m, "osteoblast", around, vigour=1.0)
    rules.gaps_fill(m)
    assert m.trabecula.sites["state"][middle] == FORMATION
    assert m.trabecula.sites["state"][3] == REVERSAL
    bones.assert_cells_have_their_place(m)
