"""Osteocytes: load, age, damage and estrogen in; sclerostin, RANKL, OPG and calls out."""

import math

import numpy as np
import pytest

import bones
import rules
from bmu_abm.trabecula import FORMATION, HOLE

YEAR = 365.0


def buried(m, sites=None, depth_um=20.0, age=4 * YEAR, **fields):
    """Bury osteocytes that do not die below sites of the front face (all of them by default)."""
    bones.changed(m, osteocyte_life_years=1e9, osteocyte_crack_death=0.0)
    sites = np.arange(m.trabecula.n_columns) if sites is None else np.atleast_1d(sites)
    z = m.trabecula.sites["height"][sites] - round(1000 * depth_um)
    told = {"z": z, "age": age, "customary_strain": 1.0, "secretion": 1.0}
    return bones.put(m, "osteocyte", sites, **told | fields)


def secreted(m, name):
    """Return what all osteocytes together give to a field in a step."""
    rules.osteocytes(rules.silence(m))
    return float(m.fields.native_source(name).sum(dtype=float))


def secretion_under(still, name, load=1.0, estrogen=1.0, tgfb=0.0, **fields):
    m = still()
    buried(m, **fields)
    m.today["load"], m.today["estrogen"] = load, estrogen
    m.fields.native("TGF-beta")[:] = tgfb
    bones.changed(m, osteocyte_strain_gain=1.2, osteocyte_disuse_gain=0.5)
    return secreted(m, name)


@pytest.mark.mechanism("load-stimulus", "sclerostin")
def test_load_lowers_sclerostin_in_proportion_to_the_excess_strain(still):
    rest = secretion_under(still, "sclerostin")
    # Flat bone: strain = load; level = 1 - 1.2 (strain - 1).
    assert secretion_under(still, "sclerostin", load=1.2) == pytest.approx(0.76 * rest, rel=1e-3)
    assert secretion_under(still, "sclerostin", load=0.8) == pytest.approx(1.24 * rest, rel=1e-3)


@pytest.mark.mechanism("load-stimulus")
def test_disuse_raises_rankl_and_overload_does_not_lower_it(still):
    rest = secretion_under(still, "RANKL")
    assert secretion_under(still, "RANKL", load=0.8) == pytest.approx(1.1 * rest, rel=1e-3)
    assert secretion_under(still, "RANKL", load=1.2) == pytest.approx(rest, rel=1e-6)


def test_cells_become_used_to_a_new_strain(still):
    m = still()
    cells = buried(m)
    bones.changed(m, osteocyte_accommodation_years=1.0)
    m.today["load"] = 1.5
    rules.tick(m, rules.osteocytes, 365)
    assert cells["customary_strain"] == pytest.approx(1.5 - 0.5 * np.exp(-1.0), abs=1e-3)


def test_young_cells_secrete_no_sclerostin_yet_and_most_opg(still):
    assert secretion_under(still, "sclerostin", age=1.0) < 0.2 * secretion_under(
        still, "sclerostin"
    )
    assert secretion_under(still, "OPG", age=1.0) > 1.2 * secretion_under(
        still, "OPG", age=9 * YEAR
    )


def test_deep_cells_are_heard_less(still):
    m = still()
    near = secretion_under(still, "RANKL", depth_um=10.0)
    far = secretion_under(still, "RANKL", depth_um=50.0)
    reach = float(m.p["osteocyte_reach_um"][0])
    assert far / near == pytest.approx(np.exp(-40.0 / reach), rel=1e-3)


@pytest.mark.mechanism("e2-rankl", "e2-opg")
def test_without_estrogen_more_rankl_and_less_opg(still):
    assert secretion_under(still, "RANKL", estrogen=0.0) > 1.05 * secretion_under(still, "RANKL")
    assert secretion_under(still, "OPG", estrogen=0.0) < 0.97 * secretion_under(still, "OPG")


def test_old_cells_next_to_resorption_spread_it(still):
    """Matrix TGF-beta makes old bone speak, young bone hardly, bone under formation not at all."""
    gain = [
        secretion_under(still, "RANKL", tgfb=10.0, age=age)
        / secretion_under(still, "RANKL", age=age)
        for age in (0.1 * YEAR, 10 * YEAR)
    ]
    assert gain[0] < 1.1 < 1.5 < gain[1]
    m = still()
    cells = buried(m, age=10 * YEAR)
    m.trabecula.sites["state"][cells["site"]] = FORMATION
    m.fields.native("TGF-beta")[:] = 10.0
    assert secreted(m, "RANKL") == pytest.approx(secretion_under(still, "RANKL", age=10 * YEAR))


@pytest.mark.parametrize("harm", ["estrogen", "age", "calling"])
def test_what_kills_osteocytes(still, harm):
    """400 cells for 30 days at a hazard near 0.3 a year, or at one at least four times as high.

    Control: 10 deaths expected, 25 are exceeded with p < 1e-4. Harmed: at least 40 expected from
    the hazards below, fewer than 25 with p < 1e-2 (the draws are fixed, so it does not flicker).
    """
    alive = {}
    for harmed in (False, True):
        m = still()
        cells = buried(m, age=0.0)
        bones.changed(
            m, osteocyte_life_years=3.0, osteocyte_ageing_years=1.0,
            osteocyte_estrogen_death=4.0, osteocyte_ageing_call=0.0, osteocyte_call_memory_days=1e9,
        )  # fmt: skip
        m.today["estrogen"] = 0.0 if harmed and harm == "estrogen" else 1.0
        cells["age"] = 4 * YEAR if harmed and harm == "age" else 0.0
        cells["calling"] = 2.0 if harmed and harm == "calling" else 0.0
        alive[harmed] = len(rules.tick(m, rules.osteocytes, 30).populations["osteocyte"])
    assert alive[False] >= 375 and alive[True] < 375


def test_exhumed_and_perforated_cells_are_gone(still):
    m = still()
    buried(m, sites=[5, 6, 7])
    m.trabecula.sites["height"][5] -= 30_000
    m.trabecula.sites["state"][6] = HOLE
    rules.osteocytes(m)
    assert m.populations["osteocyte"].live["site"].tolist() == [7]


# -- calls ----------------------------------------------------------------------------------------


def event(m, crack):
    """Let one event happen in the middle of the front face: a patch of 50 um, 60 um deep."""
    bones.changed(
        m, damage_patch_radius_um=50.0, damage_patch_radius_sd=0.0, damage_patch_depth_um=60.0,
        damage_patch_depth_sd=0.0, damage_crack_damage=4.0,
    )  # fmt: skip
    m.calls[0], m.n_calls[0], m.n_cracks[0] = bones.middle(m), 1, int(crack)
    rules.calls(m)


@pytest.mark.parametrize("crack", [False, True])
@pytest.mark.mechanism("remodel-init")
def test_an_event_makes_a_patch_call_and_a_crack_also_harms_its_slices(still, crack):
    m = still()
    cells = buried(m)
    deep = buried(m, depth_um=65.0)
    behind = bones.put(
        m, "osteocyte", np.arange(400, 800), z=m.trabecula.sites["height"][400] + 20_000
    )
    m.trabecula.damage[:] = 0.0
    event(m, crack)
    far = bones.distance(m, cells["site"], np.full(len(cells), bones.middle(m)))
    # The half-axes of the ellipse are 50 um times exp(-0.25) to exp(0.25).
    assert (cells["calling"][far <= 3] == 1.0).all() and (cells["calling"][far >= 7] == 0.0).all()
    assert not deep["calling"].any() and not behind["calling"].any()
    assert m.ledger["calls"][0] == 1 and m.n_calls[0] == 0
    harmed = np.flatnonzero(m.trabecula.damage.any(axis=1))
    if not crack:
        assert len(harmed) == 0
        return
    assert set(harmed) == set(cells["site"][cells["calling"] > 0])
    slices = m.trabecula.damage[bones.middle(m)]
    assert slices.max() == 4.0 and np.count_nonzero(slices) == 60.0 / m.trabecula.slice_um


def test_a_crack_kills_a_share_of_its_patch_and_the_rest_calls(still):
    """About 100 cells lie in the patch; half die: 3 standard deviations are 15."""
    m = still()
    buried(m)
    bones.changed(m, osteocyte_crack_death=0.5)
    event(m, crack=True)
    left = m.populations["osteocyte"].live
    far = bones.distance(m, left["site"], np.full(len(left), bones.middle(m)))
    died, calling = m.trabecula.n_columns - len(left), np.count_nonzero(left["calling"])
    assert (left["calling"][far <= 3] == 1.0).all()
    assert abs(died - calling) < 3 * np.sqrt(died + calling) and died > 20


def test_other_events_kill_no_cell(still):
    m = still()
    cells = buried(m)
    bones.changed(m, osteocyte_crack_death=1.0)
    event(m, crack=False)
    assert len(m.populations["osteocyte"]) == len(cells)


@pytest.mark.mechanism("fig1-a", "remodel-init")
def test_calling_raises_rankl(still):
    rest = secretion_under(still, "RANKL")
    assert secretion_under(still, "RANKL", calling=1.0) > 2.0 * rest


def test_a_call_ends_by_osteoclast_contact_and_under_formation(still):
    m = still()
    cells = buried(m, sites=[10, 11, 12], calling=1.0)
    m.trabecula.sites["osteoclast"][11] = 1
    m.trabecula.sites["state"][12] = FORMATION
    bones.changed(m, osteocyte_call_memory_days=400.0, osteocyte_call_contact_days=12.0)
    rules.osteocytes(m)
    fading = math.exp(-1 / 400)
    assert cells["calling"] == pytest.approx([fading, fading - 1 / 12, 0.0])
    rules.tick(m, rules.osteocytes, 12)
    assert cells["calling"][0] > 0.9 and cells["calling"][1] == 0.0


def test_the_death_of_an_old_cell_near_the_surface_sets_off_a_call(still):
    for chance, called in ((0.0, 0), (1.0, 400)):
        m = still()
        buried(m)
        bones.changed(m, osteocyte_life_years=1e-9, osteocyte_ageing_call=chance)
        rules.osteocytes(m)
        assert len(m.populations["osteocyte"]) == 0 and m.n_calls[0] == called
