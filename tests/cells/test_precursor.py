"""Osteoclast precursors: supply, the two signals for NFATc1, chemotaxis, fusion."""

import math

import numpy as np
import pytest

import bones
import rules


def born(still, **today):
    """Return the precursors that leave a capillary in a move, over 100 days."""
    m = still()
    bones.changed(m, precursor_births_per_vessel_day=4.0, precursor_estrogen_births=0.5)
    for name, value in today.items():
        m.today[name] = value
    for _ in range(100):
        rules.tick(m, rules.precursors_enter, 1)
    return len(m.populations["osteoclast_precursor"]) / len(m.trabecula.vessels) / 400


@pytest.mark.mechanism("cell-preoc", "sys-crosstalk")
def test_supply_per_vessel_follows_immune_tone_and_estrogen_loss(still):
    assert born(still) == 1.0
    assert born(still, immune_tone=2.0) == 2.0
    # 1.5 a move: one for sure and one by a draw, 3200 draws; bounds of four standard errors.
    assert born(still, estrogen=0.0) == pytest.approx(1.5, abs=0.035)


def ripening(still, rankl, mcsf, opg=0.0, binder=0.0):
    """Return NFATc1 after a week under constant signals."""
    m = still()
    m.fields.native("RANKL")[:], m.fields.native("M-CSF")[:] = rankl, mcsf
    m.fields.native("OPG")[:] = opg
    m.body.rankl_binders = np.array([[2.0, 29.0], [binder, 3.0]])
    cells = bones.put(m, "osteoclast_precursor", np.arange(100))
    bones.changed(m, precursor_life_days=1e9, binding_rankl_unreached=0.0)
    rules.tick(m, rules.precursors_live, 7)
    assert len(m.populations["osteoclast_precursor"]) == 100
    return float(cells["nfatc1"].mean())


@pytest.mark.mechanism("gmcsf-oc", "rankl-rank-activation", "m-csf")
def test_nfatc1_needs_rank_and_a_colony_factor(still):
    both = ripening(still, rankl=60.0, mcsf=60.0)
    assert both > 0.5
    assert ripening(still, rankl=60.0, mcsf=0.0) == 0.0
    assert ripening(still, rankl=0.0, mcsf=60.0) == 0.0


@pytest.mark.mechanism("opg-decoy", "opg-pathway")
def test_opg_and_an_antibody_keep_rankl_from_rank(still):
    both = ripening(still, rankl=60.0, mcsf=60.0)
    assert ripening(still, rankl=60.0, mcsf=60.0, opg=500.0) < 0.5 * both
    assert ripening(still, rankl=60.0, mcsf=60.0, binder=500.0) < 0.01 * both


@pytest.mark.mechanism("csf1-node", "m-csf", "cell-stroma")
def test_without_a_colony_factor_precursors_die_early(still):
    left = {}
    for mcsf in (0.0, 1e4):
        m = still()
        m.fields.native("M-CSF")[:] = mcsf
        bones.put(m, "osteoclast_precursor", np.arange(400))
        bones.changed(m, precursor_life_days=12.0)
        left[mcsf] = len(
            rules.tick(m, rules.precursors_live, 5).populations["osteoclast_precursor"]
        )
    # Life is a fifth as long without M-CSF; four standard deviations.
    assert abs(left[1e4] - 400 * math.exp(-5 / 12)) < 40
    assert abs(left[0.0] - 400 * math.exp(-25 / 12)) < 28


def test_nfatc1_rises_to_the_balance_of_induction_and_decay_whatever_the_step(still):
    """After a day: (gain / decay) (1 - exp(-decay)), with full signals."""
    for moves in (1, 4):
        m = still()
        m.fields.native("RANKL")[:], m.fields.native("M-CSF")[:] = 1e6, 1e9
        bones.put(m, "osteoclast_precursor", np.arange(20))
        bones.changed(
            m, precursor_life_days=1e9, precursor_nfatc1_gain_per_day=0.7,
            precursor_nfatc1_decay_per_day=0.3,
        )  # fmt: skip
        for move in range(moves):
            rules.precursors_move(m, move, 1.0 / moves)
        cells = m.populations["osteoclast_precursor"].live
        assert cells["nfatc1"] == pytest.approx(0.7 / 0.3 * (1 - math.exp(-0.3)), rel=1e-3)


def spread_after_a_week(still, name, height):
    """Return the mean distance from the middle of precursors that started 8 sites from it."""
    m = still()
    if height:
        bones.peak(m, name, height)
    middle = bones.middle(m)
    bones.put(m, "osteoclast_precursor", np.tile([middle - 8, middle + 8], 100))
    bones.changed(m, precursor_life_days=1e9, precursor_chemotaxis=3.0, precursor_step_sites=4.0)
    rules.tick(m, rules.precursors_live, 7)
    cells = m.populations["osteoclast_precursor"].live
    return bones.distance(m, cells["site"], np.full(len(cells), middle)).mean()


@pytest.mark.parametrize(("name", "height"), [("RANKL", 100.0), ("TGF-beta", 20.0)])
@pytest.mark.mechanism("oc-recruit", "chemokines", "fig1-b")
def test_precursors_gather_where_rankl_and_matrix_factors_are(still, name, height):
    """A uniform spread over 20 x 20 sites has a mean distance of 7.7."""
    assert spread_after_a_week(still, name, height) < 6.0 < spread_after_a_week(still, name, 0.0)


# -- fusion ---------------------------------------------------------------------------------------


def ripe(m, sites, nfatc1=1.1):
    m.populations["osteoclast"].reserve(10)
    bones.changed(
        m, precursor_fusion_number=3.0, precursor_fusion_reach_sites=4.0, osteoclast_max_nuclei=14.0
    )
    return bones.put(m, "osteoclast_precursor", sites, nfatc1=nfatc1)


def fused(m, per_day=20.0):
    """Let ripe precursors fuse for a day; at 20 a day, one in ten million is left over."""
    bones.changed(m, precursor_fusion_per_day=per_day)
    rules.precursors_fuse(m)
    return m.populations["osteoclast"].live["nuclei"].tolist()


@pytest.mark.mechanism("oc-fusion", "cell-oc")
def test_ripe_precursors_in_reach_fuse_into_one_cell(still):
    m = still()
    middle = bones.middle(m)
    ripe(m, [middle, middle + 1, middle + 2, middle + 3, middle - 8])
    assert fused(m) == [4.0]
    assert m.populations["osteoclast_precursor"].live["site"].tolist() == [middle - 8]
    bones.assert_footprints(m)
    assert (m.trabecula.sites["osteoclast"] > 0).sum() >= 4


@pytest.mark.parametrize(("number", "nfatc1"), [(2, 1.1), (6, 0.9)])
@pytest.mark.mechanism("oc-fusion")
def test_too_few_or_unripe_precursors_do_not_fuse(still, number, nfatc1):
    m = still()
    ripe(m, np.full(number, bones.middle(m)), nfatc1)
    assert fused(m) == [] and len(m.populations["osteoclast_precursor"]) == number


def test_slit3_brakes_fusion(still):
    m = still()
    ripe(m, np.full(6, bones.middle(m)))
    m.fields.native("SLIT3")[:] = 1e12
    bones.changed(m, precursor_slit3_brake=1.0)
    assert fused(m) == []
    bones.changed(m, precursor_slit3_brake=0.0)
    assert fused(m) == [6.0]


def test_a_ripe_precursor_joins_an_osteoclast_that_has_room(still):
    for nuclei, after in ((8.0, 9.0), (14.0, 14.0)):
        m = still()
        middle = bones.middle(m)
        bones.put(m, "osteoclast", middle, nuclei=nuclei)
        m.trabecula.sites["osteoclast"][bones.disc(m, 2)] = 1
        ripe(m, middle + 5)
        assert fused(m) == [after]


def test_the_founder_is_consumed_though_more_are_ripe_than_fit(still):
    """Else its id, which the osteoclast takes, could be used again."""
    m = still()
    middle = bones.middle(m)
    # Twenty ripe cells that SLIT3 holds back stand before the founder in the rows.
    ripe(m, [middle - 4] * 20 + [middle])
    bones.changed(m, precursor_slit3_brake=1.0)
    face, y, x = np.unravel_index(middle - 4, (2, 20, 20))
    m.fields.native("SLIT3")[face, y // 2, x // 2] = 1e15
    founder = int(m.populations["osteoclast_precursor"].live["id"][-1])
    assert fused(m) == [14.0]
    assert m.populations["osteoclast"].live["id"].tolist() == [founder]
    assert founder not in m.populations["osteoclast_precursor"].live["id"]
