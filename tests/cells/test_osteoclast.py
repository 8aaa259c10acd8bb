"""Osteoclasts: the gate of lined bone, erosion, what it frees, survival, perforation."""

import numpy as np
import pytest

import bones
import rules
from bmu_abm.trabecula import HOLE, HOLE_COLUMN, QUIESCENT, RESORPTION, REVERSAL


def clast(m, nuclei=8.0, **fields):
    """Put one osteoclast in the middle of the front face; it does not lose nuclei."""
    bones.changed(m, osteoclast_nucleus_loss_per_day=0.0)
    return bones.put(m, "osteoclast", bones.middle(m), nuclei=nuclei, **fields)


def removed_um(m):
    return int(m.ledger["removed_nm"][0]) / 1000.0


def after_a_day(still, rankl=100.0, prepare=None, **parameters):
    m = still()
    clast(m)
    m.fields.native("RANKL")[:] = rankl
    bones.changed(m, osteoclast_gate_rankl_pm=22.0, **parameters)
    if prepare is not None:
        prepare(m)
    rules.osteoclasts(m)
    return m


@pytest.mark.mechanism("fig1-b")
def test_lined_bone_is_opened_only_above_the_gate(still):
    shut = after_a_day(still, rankl=15.0)
    assert removed_um(shut) == 0.0 and shut.n_active[0] == 0
    assert (shut.trabecula.sites["state"] == QUIESCENT).all()
    opened = after_a_day(still, rankl=40.0)
    assert removed_um(opened) > 10.0
    bones.assert_marks(opened)
    bones.assert_balance(opened)


def test_an_antibody_shuts_the_gate(still):
    def bind(m):
        m.body.rankl_binders = np.array([[2.0, 29.0], [200.0, 3.0]])

    assert removed_um(after_a_day(still, rankl=60.0, prepare=bind)) == 0.0
    assert removed_um(after_a_day(still, rankl=60.0)) > 0.0


def test_eroded_bone_has_no_gate(still):
    def open_all(m):
        bones.erode(m, bones.disc(m, 9), 20.0, REVERSAL)

    m = after_a_day(still, rankl=0.0, prepare=open_all)
    assert removed_um(m) > 10.0
    assert (m.trabecula.sites["state"] == RESORPTION).any()


def test_grafted_cells_calm_osteoclasts(still):
    """A secretome of 1 has half of its effect: 1 - 0.5 x 0.5 of the work."""

    def near(level):
        def prepare(m):
            m.fields.native("secretome")[:], m.today["supported"] = level, level > 0.0

        return prepare

    alone, near_cells = (
        removed_um(after_a_day(still, prepare=near(s), osteoclast_secretome_brake=0.5))
        for s in (0.0, 1.0)
    )
    assert near_cells == pytest.approx(0.75 * alone, rel=0.05)


def test_osteoid_is_spared(still):
    def cover(m):
        m.trabecula.sites["formed_day"] = m.day - 2

    assert removed_um(after_a_day(still, prepare=cover)) == 0.0


def test_erosion_slows_with_depth(still):
    def dig(depth):
        return lambda m: bones.erode(m, bones.disc(m, 9), depth, REVERSAL)

    scale = float(still().p["osteoclast_depth_scale_um"][0])
    shallow, deep = (removed_um(after_a_day(still, prepare=dig(d))) for d in (5.0, 1.3 * scale))
    assert deep < 0.3 * shallow  # 1 / (1 + 1.3^6) = 0.17


@pytest.mark.mechanism("tgfb")
def test_tgf_beta_is_freed_in_proportion_to_the_volume_removed(still):
    for rate in (2.0, 8.0):
        m = after_a_day(
            still, osteoclast_erosion_um_per_day=rate, osteoclast_tgfb_pm_per_um_day=10.0
        )
        freed = float(m.fields.native_source("TGF-beta").sum(dtype=float))
        # A block of the field is four sites.
        assert freed == pytest.approx(10.0 * removed_um(m) / 4, rel=1e-4)
    assert removed_um(m) > 20.0
    cell = m.populations["osteoclast"].live[0]
    assert cell["removed_um3"] == pytest.approx(100.0 * removed_um(m), rel=1e-6)


@pytest.mark.mechanism("matrix-degrade-noncollagen")
def test_coupling_has_a_share_of_the_matrix_and_a_share_of_the_cell(still):
    """Cathepsin K inhibition stops the first and keeps the second."""
    working = after_a_day(still, osteoclast_clastokine_share=0.6)
    sites = working.trabecula.sites
    assert sites["coupling_um"].sum() == pytest.approx(0.4 * removed_um(working), rel=1e-3)
    assert sites["clastokine_um"].sum() == pytest.approx(0.6 * removed_um(working), rel=1e-2)
    inhibited = after_a_day(still, osteoclast_clastokine_share=0.6, osteoclast_matrix_activity=0.0)
    assert removed_um(inhibited) == 0.0
    assert not inhibited.fields.native_source("TGF-beta").any()
    assert not inhibited.trabecula.sites["coupling_um"].any()
    assert inhibited.trabecula.sites["clastokine_um"].sum() > 0.5 * sites["clastokine_um"].sum()


def test_osteoclasts_at_work_secrete_slit3(still):
    assert after_a_day(still, rankl=40.0).fields.native_source("SLIT3").any()
    assert not after_a_day(still, rankl=15.0).fields.native_source("SLIT3").any()


def test_osteoclasts_are_drawn_to_rankl(still):
    m = still()
    bones.peak(m, "RANKL", 100.0, width=8.0)
    bones.changed(
        m, osteoclast_erosion_um_per_day=0.0, osteoclast_steer_rankl=3.0,
        osteoclast_nucleus_loss_per_day=0.0,
    )  # fmt: skip
    middle = bones.middle(m)
    bones.put(m, "osteoclast", [middle - 8, middle + 8], nuclei=4.0)
    rules.tick(m, rules.osteoclasts, 4)
    cells = m.populations["osteoclast"].live
    assert (bones.distance(m, cells["site"], np.full(2, middle)) < 5).all()


# -- survival -------------------------------------------------------------------------------------

APART = [45, 55, 245, 255, 445, 455, 645, 655]  # far enough for eight footprints


def nuclei_left(still, rankl=100.0, tgfb=0.0, estrogen=1.0):
    """Return the nuclei (of 96) that eight osteoclasts still have after ten days."""
    m = still()
    m.fields.native("RANKL")[:], m.fields.native("TGF-beta")[:] = rankl, tgfb
    m.today["estrogen"] = estrogen
    bones.changed(
        m, osteoclast_erosion_um_per_day=0.0, osteoclast_nucleus_loss_per_day=0.08,
        osteoclast_survival_rankl_pm=3.5, osteoclast_estrogen_life=2.0, osteoclast_tgfb_death=2.0,
        osteoclast_recycling=0.0,
    )  # fmt: skip
    bones.put(m, "osteoclast", APART, nuclei=12.0)
    rules.tick(m, rules.osteoclasts, 10)
    return m.populations["osteoclast"].live["nuclei"].sum()


@pytest.mark.mechanism("oc-apoptosis", "e2-oc", "tgfb")
def test_rankl_and_estrogen_loss_keep_osteoclasts_alive_and_tgf_beta_kills(still):
    """Expected of 96 nuclei: 53 at a loss of 0.06 a day, none without RANKL, 78, and 14."""
    rest = nuclei_left(still)
    assert 38 < rest < 68
    assert nuclei_left(still, rankl=0.0) == 0
    assert nuclei_left(still, rankl=1.0) < 0.7 * rest
    assert nuclei_left(still, estrogen=0.0) > rest + 8
    assert nuclei_left(still, tgfb=1e4) < 0.6 * rest


def test_lost_nuclei_live_on_as_osteomorphs(still):
    m = still()
    m.populations["osteoclast_precursor"].reserve(200)
    m.fields.native("RANKL")[:] = 100.0
    bones.changed(m, osteoclast_recycling=1.0, osteoclast_nucleus_loss_per_day=0.2)
    bones.put(m, "osteoclast", APART, nuclei=12.0)
    rules.osteoclasts(m)
    morphs = m.populations["osteoclast_precursor"].live
    assert len(morphs) == 96 - m.populations["osteoclast"].live["nuclei"].sum() > 0
    assert (morphs["osteomorph"] == 1).all() and (morphs["nfatc1"] == 0.0).all()


def test_a_dying_osteoclast_gives_up_its_footprint_and_the_last_keeps_its_own(still):
    m = still()
    cells = bones.put(m, "osteoclast", APART, nuclei=8.0)
    cells["nuclei"][2] = 1.0
    bones.changed(m, osteoclast_erosion_um_per_day=0.0, osteoclast_nucleus_loss_per_day=0.0)
    rules.osteoclasts(m)
    assert len(m.populations["osteoclast"]) == 7
    bones.assert_footprints(m)
    owners = set(m.trabecula.sites["osteoclast"].tolist())
    assert owners == set(range(8))  # 0 is nobody


# -- holes ----------------------------------------------------------------------------------------


def test_a_column_whose_surfaces_meet_is_a_hole_at_both_ends(still):
    m = still()
    b = m.trabecula
    thin = bones.disc(m, 9)
    b.sites["height"][thin] -= 138_500
    m.ledger["removed_total_nm"] += 138_500 * len(thin)
    bones.changed(m, osteoclast_erosion_um_per_day=12.0)
    m.fields.native("RANKL")[:] = 100.0
    clast(m)
    rules.osteoclasts(m)
    holes = int((b.column_kind == HOLE_COLUMN).sum())
    assert holes > 0 and (b.sites["state"] == HOLE).sum() == 2 * holes
    bones.assert_holes(m)
    bones.assert_balance(m)
    in_hole = b.sites[b.sites["state"] == HOLE]
    for name in ("osteoclast", "progenitors", "coupling_um", "clastokine_um"):
        assert not in_hole[name].any()


def test_the_rim_of_a_hole_erodes_faster(still):
    def hole(m):
        ring = np.setdiff1d(bones.disc(m, 9), bones.disc(m, 2))
        bones.erode(m, ring, 5.0, REVERSAL)
        sites = m.trabecula.sites
        for s in bones.disc(m, 1):
            y, x = divmod(int(s), 20)
            for end in (s, 400 + 20 * y + 19 - x):
                sites["state"][end] = HOLE
        m.ledger["perforated_columns"] = 1

    depth = {}
    for gain in (0.0, 3.0):
        m = after_a_day(still, prepare=hole, osteoclast_rim_gain=gain)
        rim = np.setdiff1d(bones.disc(m, 2), bones.disc(m, 1))
        depth[gain] = float(
            (m.trabecula.sites["opened_nm"] - m.trabecula.sites["height"])[rim].sum()
        )
    assert depth[3.0] > 1.5 * depth[0.0] > 0.0
