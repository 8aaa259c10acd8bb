"""Grafts: lung, blood and marrow of the host, what reaches the patch, and what it hears."""

import math

import numpy as np
import pytest

import bones
import rules
from bmu_abm import grafting
from bmu_abm.grafting import DEPOT

SIMPLE = {
    "graft_homing": 0.1,
    "graft_cxcl12_half_pm": 40.0,
    "graft_lung_clearance_per_day": 0.25,
    "graft_lung_release_per_day": 0.05,
    "marrow_cxcl12_pm": 40.0,
}


def dosed(m, cells, route="intravenous", trapped=0.8, **traits):
    """Give a dose to a still bone."""
    m.depots = np.array([grafting.given(cells, route, traits, trapped, 1)], DEPOT)
    return m


def arrived(still, expected=400.0, cxcr4=1.0, cxcl12=40.0, route="intravenous", trapped=0.0):
    """Return the donor cells after a day; `expected` circulate in the patch."""
    m = bones.changed(still(), **SIMPLE)
    m.fields.native("CXCL12")[:] = cxcl12
    dosed(m, expected / m.body.marrow_share, route, trapped, cxcr4=cxcr4, life_days=30.0)
    rules.grafts_arrive(m)
    donors = m.populations["msc"].live
    assert (donors["donor"] == 1).all() and (donors["cxcr4"] == cxcr4).all()
    assert (donors["life_days"] == 30.0).all()
    assert len(np.unique(donors["id"])) == len(donors)
    assert np.isin(donors["site"], m.trabecula.vessels).all()
    return len(donors)


def test_arrival_from_a_vein_follows_cxcr4_and_cxcl12(still):
    """Odds of 0.1 x CXCR4 x pull: through 8 capillaries only fractions are drawn."""
    for cxcr4 in (0.5, 1.0, 3.0):
        odds = 0.1 * cxcr4
        assert abs(arrived(still, cxcr4=cxcr4) - 400 * odds / (1 + odds)) <= 8
    assert abs(arrived(still, cxcl12=120.0) - 400 * 0.15 / 1.15) <= 8
    assert arrived(still, cxcr4=0.0) == arrived(still, cxcl12=0.0) == 0


def test_cells_given_into_the_marrow_are_there_at_once(still):
    assert abs(arrived(still, cxcr4=0.0, route="intramarrow") - 400) <= 8


def test_the_lung_holds_back_what_it_catches(still):
    """Of 80 % in the lung, 5 % a day get free while 25 % a day die."""
    freed = 0.2 + 0.8 * 0.05 * (1 - math.exp(-0.3)) / 0.3
    assert abs(arrived(still, trapped=0.8) - 400 * freed * 0.1 / 1.1) <= 8


def host(still, days, cxcr4=1.0, steps=1, **parameters):
    """Return lung, blood and marrow of the host as shares of the dose after some days."""
    m = bones.changed(still(), **parameters)
    dosed(m, 1000.0, trapped=float(m.p["graft_lung_trapped"][0]), cxcr4=cxcr4)
    m.today["dt"] = 1.0 / steps
    rules.tick(m, rules.grafts_arrive, days * steps)
    return np.array([m.depots[name][0] for name in ("lung", "blood", "marrow")]) / 1000.0


def test_after_a_day_most_cells_are_in_the_lung_and_few_in_marrow(still):
    for cxcr4 in (1.0, 3.0):
        lung, _, marrow = host(still, 1, cxcr4)
        assert lung >= 0.5 and marrow <= 0.03
    assert host(still, 1, 3.0)[2] > 1.5 * host(still, 1, 1.0)[2]


def test_the_lung_empties_alike_at_any_step(still):
    whole, half = host(still, 4, **SIMPLE), host(still, 4, steps=2, **SIMPLE)
    assert whole[0] == pytest.approx(0.8 * math.exp(-0.3 * 4)) and half[0] == pytest.approx(
        whole[0]
    )
    assert half[2] == pytest.approx(whole[2], rel=0.02)


def test_a_dose_is_forgotten_when_its_cells_are_gone():
    dose = [{"use": "stem_cells", "start_month": 0, "life_days": 2.0}]
    m = bones.bone(interventions=dose, host={"burn_in_years": 0.0})
    m.step()
    assert len(m.depots) == 1
    bones.days(m, 60)
    assert len(m.depots) == 0


def heard(still, days=1, **traits):
    """Return secretome and RANK-Fc that reach the patch from a million cells per kg."""
    m = bones.changed(still(), graft_lung_secretome=0.02, graft_rank_fc_pm_per_day=2.0)
    dosed(m, 1e6 * m.body.body_mass_kg, **traits)
    m.depots["lung"], m.depots["marrow"] = 0.8 * m.depots["dose"], 0.2 * m.depots["dose"]
    for _ in range(days):
        grafting.reach_by_blood(m.depots, m.body.body_mass_kg, m.today, m.p)
    return float(m.today["secretome"][0]), float(m.today["rank_fc_pm"][0])


def test_cells_in_the_lung_act_on_the_patch_by_blood(still):
    assert heard(still) == pytest.approx((0.8 * 0.02, 0.0))
    assert heard(still, secretome=3.0)[0] == pytest.approx(3 * 0.8 * 0.02)


def test_rank_fc_comes_from_all_cells_and_fades_from_serum(still):
    """2 pM a day against a half-life of 4 days: in the end 2 x 4 / ln 2."""
    assert heard(still, rank_fc=1.0)[1] == pytest.approx(2.0, rel=0.1)
    assert heard(still, 100, rank_fc=1.0)[1] == pytest.approx(2.0 * 4.0 / math.log(2.0), rel=0.01)


def test_rank_fc_binds_rankl_and_is_not_a_chemokine():
    """Paired bones: the same cells with and without the gene differ in their RANKL alone."""
    said = {}
    for gene in (0.0, 1.0):
        dose = {"use": "stem_cells", "start_month": 0, "dose": 5e7, "rank_fc": gene}
        m = bones.days(bones.bone(interventions=[dose], host={"burn_in_years": 0.0}), 3)
        said[gene] = (m.body.rankl_binders.shape[0], m.depots["marrow"][0])
    assert (said[0.0][0], said[1.0][0]) == (1, 2)
    assert said[0.0][1] == said[1.0][1]


def test_a_large_local_graft_arrives_whole():
    """More cells than there are spare rows: 65 kg x 1e9 cells x the share of this patch."""
    dose = [{"use": "stem_cells", "start_month": 0, "dose": 1e9}]
    m = bones.bone(interventions=dose, host={"burn_in_years": 0.0})
    bones.changed(m, graft_homing=1e9, graft_lung_trapped=0.0)
    before = len(m.populations["msc"])
    m.step()
    donors = int(m.populations["msc"].live["donor"].sum())
    expected = 65 * 1e9 * m.body.marrow_share
    assert donors > 256 + before  # more than there was room for
    assert 0.9 * expected < donors < 1.1 * expected  # some settle on bone, some divide
    bones.assert_sound(m)


# -- rejection ------------------------------------------------------------------------------------


@pytest.mark.mechanism(
    "dm-nodscid-gc", "dm-cranial-defect-scid", "dm-cranial-defect-nude-rat", "se-sc-rejection"
)  # fmt: skip
def test_foreign_cells_are_rejected_by_immunity_and_own_cells_are_not(still):
    """A life of 30 days, and of 1 / (1 / 30 + 0.3) where immunity is normal."""
    lives = {}
    for foreign, immunity in ((0.0, 1.0), (1.0, 1.0), (1.0, 0.1), (1.0, 0.0)):
        m = bones.changed(still(), **SIMPLE, graft_rejection_per_day=0.3)
        m.today["rejection"] = immunity
        m.fields.native("CXCL12")[:] = 40.0
        dosed(m, 100.0 / m.body.marrow_share, "intramarrow", 0.0, life_days=30.0, foreign=foreign)
        rules.grafts_arrive(m)
        lives[foreign, immunity] = float(m.populations["msc"].live["life_days"].mean())
    assert lives[0.0, 1.0] == lives[1.0, 0.0] == pytest.approx(30.0)
    assert lives[1.0, 1.0] == pytest.approx(1.0 / (1.0 / 30.0 + 0.3))
    assert lives[1.0, 1.0] < lives[1.0, 0.1] < 30.0
