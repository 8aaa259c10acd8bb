"""Grafts: how many cells arrive, by route, CXCR4 and CXCL12; none is lost for want of room."""

import math

import numpy as np
import pytest

import bones
import rules
from bmu_abm.grafting import DEPOT

DAY = (1.0 - math.exp(-0.35)) / 0.35  # days that the lung feels in its first day


def arrived(still, expected=200.0, cxcr4=1.0, cxcl12=40.0, local=0, days=1):
    """Return the donor cells after some days; `expected` at CXCR4 1 and 40 pM if none were lost."""
    m = still()
    m.fields.native("CXCL12")[:] = cxcl12
    bones.changed(
        m, graft_cxcl12_half_pm=40.0, graft_homing_per_day=0.003, graft_lung_clearance_per_day=0.35
    )
    cells = expected / m.body.marrow_share / (1.0 if local else 0.003)
    m.depots = np.array([(cells, cxcr4, 21.0, 1, local)], DEPOT)
    rules.tick(m, rules.grafts_arrive, days)
    donors = m.populations["msc"].live
    assert (donors["donor"] == 1).all() and (donors["cxcr4"] == cxcr4).all()
    assert len(np.unique(donors["id"])) == len(donors)
    assert np.isin(donors["site"], m.trabecula.vessels).all()
    return len(donors), m.depots[0]["cells"] / cells


def test_arrival_from_a_vein_scales_with_cxcr4(still):
    """Rates of 100, 200 and 600 through 8 capillaries; only their fractions are drawn."""
    for cxcr4 in (0.5, 1.0, 3.0):
        assert abs(arrived(still, cxcr4=cxcr4)[0] - 200 * cxcr4 * DAY) <= 8
    assert arrived(still, cxcr4=0.0)[0] == 0


def test_arrival_from_a_vein_follows_cxcl12(still):
    assert arrived(still, cxcl12=0.0)[0] == 0
    assert abs(arrived(still, cxcl12=120.0)[0] - 300 * DAY) <= 8


def test_cells_that_wait_in_the_lung_are_lost(still):
    count, left = arrived(still, days=3)
    assert left == pytest.approx(math.exp(-0.35 * 3))
    assert abs(count - 200 * (1 - left) / 0.35) <= 24


def test_cells_given_into_the_marrow_are_there_at_once(still):
    count, left = arrived(still, cxcr4=0.0, local=1)
    assert abs(count - 200) <= 8 and left == 0.0


def test_a_large_local_graft_arrives_whole():
    """More cells than there are spare rows: 65 kg x 1e9 cells x the share of this patch, twice.

    Twice, since CXCL12 far above its half-maximum doubles the reference rate; a few divide.
    """
    dose = [{"use": "stem_cells", "start_month": 0, "dose": 1e9}]
    m = bones.bone(interventions=dose, host={"burn_in_years": 0.0})
    bones.changed(
        m, graft_homing_per_day=1.0, graft_cxcl12_half_pm=1.0, graft_lung_clearance_per_day=0.01
    )
    before = len(m.populations["msc"])
    m.step()
    donors = int(m.populations["msc"].live["donor"].sum())
    expected = 65 * 1e9 * m.body.marrow_share
    assert donors > 256 + before  # more than there was room for
    assert 1.8 * expected < donors < 2.1 * expected
    bones.assert_sound(m)
