"""Grafts: lung, blood and marrow of the host, what reaches the patch, and what it hears."""

import math

import numpy as np
import pytest

import bones
import rules
from bmu_abm import grafting, lesion
from bmu_abm.grafting import DEPOT
from bmu_abm.surface import defect_beside
from bmu_abm.trabecula import REVERSAL

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


@pytest.mark.mechanism("tt-cxcr4-tracking")
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


@pytest.mark.mechanism("sc-homing", "sc-ucb-gc")
def test_of_one_dose_fewest_home_from_a_vein_more_from_the_heart_and_all_given_in_place(still):
    """Cells that are given into the heart are all in the blood: the lung catches none of them."""
    vein, heart, place = (
        arrived(still, trapped=0.8, route=route)
        for route in ("intravenous", "intracardiac", "intramarrow")
    )
    assert abs(heart - 400 * 0.1 / 1.1) <= 8
    assert vein + 8 < heart < place


# -- given in place -------------------------------------------------------------------------------


def in_place(still, route="bone_surface", cells=400.0, days=1, prepare=None, **traits):
    """Return a bone into whose patch `cells` were given, some days later, but for their lives."""
    m = bones.changed(still(), **SIMPLE)
    if prepare is not None:
        prepare(m)
    dosed(m, cells / m.body.marrow_share, route, **traits | {"life_days": 1e9})
    return rules.tick(m, rules.grafts_arrive, days)


def there(m):
    return len(m.populations["msc"])


@pytest.mark.parametrize("route", ["intramarrow", "bone_surface"])
def test_what_is_not_retained_leaks_away(still, route):
    assert abs(there(in_place(still, route, retention=0.25)) - 100) <= 8


@pytest.mark.mechanism("sc-bmmsc-plga-ovxrat", "sc-adsc-col1-ovxrabbit")
@pytest.mark.parametrize("route", ["intramarrow", "bone_surface"])
def test_a_scaffold_frees_its_cells_over_days(still, route):
    """A mean of 5 days: 18 % on the first, 63 % after five, all in the end."""
    for days in (1, 5, 60):
        expected = 400 * (1 - math.exp(-days / 5.0))
        m = in_place(still, route, days=days, release_days=5.0)
        assert abs(there(m) - expected) <= 25
        assert m.depots["held"][0] * m.body.marrow_share == pytest.approx(400 - expected)
    assert abs(there(in_place(still, route, days=60, release_days=5.0)) - 400) <= 25


def test_cells_die_in_a_scaffold_as_elsewhere(still):
    """Of cells that live for 5 days and are held for 15 a quarter gets out."""
    m = bones.changed(still(), **SIMPLE)
    dosed(m, 400 / m.body.marrow_share, "bone_surface", life_days=5.0, release_days=15.0)
    rules.tick(m, rules.grafts_arrive, 60)
    assert abs(there(m) - 100) <= 15


def test_a_scaffold_empties_alike_at_any_step(still):
    held = []
    for steps in (1, 4):
        m = bones.changed(still(), **SIMPLE)
        m.today["dt"] = 1.0 / steps
        dosed(m, 400 / m.body.marrow_share, "intramarrow", life_days=5.0, release_days=15.0)
        rules.tick(m, rules.grafts_arrive, 3 * steps)
        held.append(float(m.depots["held"][0]))
    assert held[0] == pytest.approx(held[1])


def test_a_scaffold_with_cells_is_not_forgotten(still):
    m = in_place(still, release_days=1000.0)
    m.depots["marrow"], m.depots["blood"] = 0.0, 0.0
    assert len(grafting.remaining(m.depots)) == 1


@pytest.mark.mechanism("sc-esc-col1-ovx", "sc-vsel-scid", "sc-ipsc-cpc-nuderat")
def test_on_the_surface_cells_lie_at_the_rim_of_a_defect_or_on_eroded_bone(still):
    def erode(m):
        bones.erode(m, np.arange(40), 20.0, REVERSAL)

    def wound(m):
        erode(m)
        lesion.cut(m, "disc", 60.0)

    eroded, wounded = in_place(still, prepare=erode), in_place(still, prepare=wound)
    places = eroded.populations["msc"].live["site"]
    assert set(places) <= set(range(40)) and len(set(places)) > 30
    b = wounded.trabecula
    at = wounded.populations["msc"].live["site"]
    assert len(at) > 300 and all(defect_beside(s, b.sites, b.nx, b.ny) >= 0 for s in at)
    whole = in_place(still).populations["msc"].live["site"]
    assert len(set(whole)) > 250 and (whole >= 400).any()


@pytest.mark.parametrize("route", ["intramarrow", "bone_surface"])
def test_there_is_room_for_all_that_can_arrive(still, route):
    m = still()
    dosed(m, 3.3 / m.body.marrow_share, route)
    share, vessels = m.body.marrow_share, len(m.trabecula.vessels)
    assert grafting.most_arrivals(m.depots, share, vessels) >= 4


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


# -- what a donor's cells are ---------------------------------------------------------------------


def settled(still, **traits):
    """Return the donor cells of a graft into the marrow on their first day."""
    m = bones.changed(still(), **SIMPLE, graft_rejection_per_day=0.0)
    dosed(m, 100.0 / m.body.marrow_share, "intramarrow", **traits)
    rules.grafts_arrive(m)
    return m.populations["msc"].live


def test_unmodified_cells_are_driven_exactly_as_those_of_the_host(still):
    cells = settled(still)
    assert (cells["drive"] == 1.0).all() and (cells["life_days"] == 21.0).all()
    assert (cells["bone_bias"] == 0.0).all() and (cells["fat_bias"] == 0.0).all()


@pytest.mark.mechanism("sc-adult-potential")
def test_potency_and_bias_to_fat_are_drives_of_the_cell(still):
    cells = settled(still, potency=1.5, adipo_bias=0.4)
    assert cells["drive"] == pytest.approx(1.5) and cells["bone_bias"] == pytest.approx(0.5)
    assert cells["fat_bias"] == pytest.approx(-0.6)


@pytest.mark.mechanism("sc-adsc-aged-samp8", "sc-adsc-young-samp8")
def test_the_age_of_the_donor_takes_drive_and_life_and_turns_to_fat(still):
    young, aged = settled(still), settled(still, age=2.0)
    for name in ("drive", "life_days"):
        assert (aged[name] < 0.9 * young[name].min()).all()
    assert (aged["fat_bias"] > 0.1).all()
