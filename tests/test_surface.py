"""Eroded surface: reversal, relining, arrest, and what it secretes."""

import math

import pytest

import bones
import rules
from bmu_abm.trabecula import ARRESTED, FORMATION, QUIESCENT, RESORPTION, REVERSAL


def aged(still, state, depth_um, waited, **fields):
    """Return the bone and the one site of it that was eroded, a step after it waited."""
    m = still()
    site = bones.middle(m)
    bones.erode(m, site, depth_um, state, **fields)
    for name in ("touched_day", "since"):
        m.trabecula.sites[name][site] = m.day - waited
    m.trabecula.sites["opened_day"][site] = m.day - waited - 3
    bones.changed(
        m, coupling_contact_gap_days=4.0, coupling_reline_depth_um=10.0, coupling_reline_days=30.0,
        coupling_arrest_days=150.0, coupling_arrest_relining_days=500.0, coupling_memory_days=50.0,
    )  # fmt: skip
    rules.surface_ages(m)
    return m, m.trabecula.sites[site]


@pytest.mark.parametrize(
    ("state", "depth_um", "waited", "becomes"),
    [
        (RESORPTION, 40.0, 3, RESORPTION),
        (RESORPTION, 40.0, 4, REVERSAL),
        (REVERSAL, 40.0, 149, REVERSAL),
        (REVERSAL, 40.0, 150, ARRESTED),
        (REVERSAL, 9.0, 29, REVERSAL),
        (REVERSAL, 9.0, 30, QUIESCENT),
        (REVERSAL, 11.0, 30, REVERSAL),
        (ARRESTED, 40.0, 499, ARRESTED),
        (ARRESTED, 40.0, 500, QUIESCENT),
    ],
)
@pytest.mark.mechanism("remodel-order", "fig1-c")
def test_eroded_surface_moves_on_by_time_and_depth(still, state, depth_um, waited, becomes):
    m, site = aged(still, state, depth_um, waited)
    assert site["state"] == becomes
    assert m.n_active[0] == (becomes != QUIESCENT)
    unfilled = waited + 3 if becomes == QUIESCENT else 0  # it was opened three days earlier
    assert m.ledger["unfilled_days"][0] == unfilled


@pytest.mark.parametrize("state", [RESORPTION, REVERSAL, ARRESTED])
def test_a_site_under_an_osteoclast_waits(still, state):
    assert aged(still, state, 5.0, 10_000, osteoclast=1)[1]["state"] == state


def test_bound_coupling_fades_and_goes_with_relining(still):
    site = aged(still, RESORPTION, 40.0, 0, coupling_um=10.0, clastokine_um=5.0)[1]
    kept = math.exp(-1.0 / 50.0)
    assert site["coupling_um"] == pytest.approx(10.0 * kept)
    assert site["clastokine_um"] == pytest.approx(5.0 * kept)
    lined = aged(still, REVERSAL, 5.0, 100, coupling_um=10.0, clastokine_um=5.0)[1]
    assert lined["coupling_um"] == lined["clastokine_um"] == 0.0


def test_eroded_surface_secretes_cxcl12_and_a_colony_factor(still):
    for count in (1, 5):
        m = still()
        bones.erode(m, range(20, 20 + count), 30.0, REVERSAL)
        bones.changed(m, eroded_cxcl12_pm=200.0, eroded_mcsf_pm=40.0)
        rules.surface_ages(m)
        assert m.fields.native_source("CXCL12").sum() == pytest.approx(50.0 * count)
        assert m.fields.native_source("M-CSF").sum() == pytest.approx(10.0 * count)


def test_sites_on_which_formation_began_leave_the_list(still):
    m = still()
    bones.erode(m, [20, 21, 22], 30.0, REVERSAL)
    m.trabecula.sites["state"][21] = FORMATION
    rules.surface_ages(m)
    assert m.active[: int(m.n_active[0])].tolist() == [20, 22]
