"""Mesenchymal stem cells: fate, homing, niche, settling, expansion, start of formation."""

import math

import numpy as np
import pytest

import bones
import rules
from bmu_abm.cells.msc import COMMITTED, FREE
from bmu_abm.trabecula import FORMATION, REVERSAL

DEFAULTS = {"runx2": 0.7, "pparg": 0.2, "drive": 1.0, "cxcr4": 1.0, "life_days": 1e9}


def mscs(m, sites, **fields):
    """Put stem cells that neither divide nor turn to fat."""
    bones.changed(m, msc_division_per_day=0.0, msc_adipogenesis_per_day=0.0)
    return bones.put(m, "msc", sites, **DEFAULTS | fields)


# -- fate -----------------------------------------------------------------------------------------


def fate(still, wnt=1.0, estrogen=1.0, sclerostin=30.0, sfrp1=4.0):
    """Return mean Runx2 and PPAR-gamma after 60 days under constant signals."""
    m = still()
    cells = mscs(m, np.arange(50), runx2=0.4, pparg=0.4)
    for name, level in (("Wnt", wnt), ("sclerostin", sclerostin), ("SFRP1", sfrp1)):
        m.fields.native(name)[:] = level
    m.today["estrogen"] = estrogen
    bones.changed(m, msc_estrogen_runx2=0.25, msc_fate_days=10.0)
    rules.tick(m, rules.free_mscs, 60)
    return float(cells["runx2"].mean()), float(cells["pparg"].mean())


@pytest.mark.parametrize(
    "worse", [{"wnt": 0.4}, {"estrogen": 0.0}, {"sclerostin": 90.0}, {"sfrp1": 200.0}]
)
@pytest.mark.mechanism("e2-msc-ob", "wnt-ligand", "bcat-runx2-osx")
def test_runx2_needs_wnt_and_estrogen_and_yields_to_ppar_gamma(still, worse):
    runx2, pparg = fate(still)
    less, more = fate(still, **worse)
    assert less < 0.95 * runx2 and more > 1.02 * pparg


@pytest.mark.mechanism("msc-fate")
def test_runx2_and_ppar_gamma_exclude_each_other(still):
    """From the same signals, the factor that is ahead stays ahead."""
    for ahead, behind in (("runx2", "pparg"), ("pparg", "runx2")):
        m = still()
        cells = mscs(m, np.arange(50), **{ahead: 1.0, behind: 0.0})
        for name, level in (("Wnt", 1.0), ("sclerostin", 30.0), ("SFRP1", 4.0)):
            m.fields.native(name)[:] = level
        bones.changed(
            m,
            msc_cross_inhibition=0.3,
            msc_runx2_drive=1.0,
            msc_pparg_drive=1.0,
            msc_fate_days=10.0,
        )
        rules.tick(m, rules.free_mscs, 60)
        assert (cells[ahead] > 2 * cells[behind]).all()


def turned(still, runx2, pparg, fat=0):
    m = still()
    m.populations["adipocyte"].reserve(100)
    bones.put(m, "msc", np.arange(100), **DEFAULTS | {"runx2": runx2, "pparg": pparg})
    m.trabecula.sites["fat"] = fat
    bones.changed(m, msc_adipogenesis_per_day=100.0, msc_fate_days=1e9, msc_division_per_day=0.0)
    rules.free_mscs(m)
    return len(m.populations["adipocyte"]), len(m.populations["msc"])


def test_a_cell_turns_to_fat_where_ppar_gamma_has_won_and_there_is_space(still):
    assert turned(still, runx2=0.2, pparg=0.8) == (100, 0)
    assert turned(still, runx2=0.6, pparg=0.8) == (0, 100)
    assert turned(still, runx2=0.2, pparg=0.8, fat=1) == (0, 100)


# -- homing and niche -----------------------------------------------------------------------------


def distance_after_five_days(still, cxcr4, chemotaxis=2.5):
    m = still()
    bones.peak(m, "CXCL12", 200.0)
    middle = bones.middle(m)
    cells = mscs(m, np.tile([middle - 8, middle + 8], 100), cxcr4=cxcr4)
    bones.changed(m, msc_chemotaxis=chemotaxis, msc_step_sites=3.0)
    rules.tick(m, rules.free_mscs, 5)
    return bones.distance(m, cells["site"], np.full(200, middle)).mean()


@pytest.mark.mechanism("cxcr4")
def test_stem_cells_follow_cxcl12_by_their_cxcr4(still):
    """A uniform spread over 20 x 20 sites has a mean distance of 7.7, standard error 0.2."""
    without, normal, rich = (distance_after_five_days(still, c) for c in (0.0, 1.0, 4.0))
    assert rich < normal < without - 2.0
    assert distance_after_five_days(still, 4.0, chemotaxis=0.0) == without


def test_slit3_makes_stem_cells_go_farther(still):
    """The step doubles at saturation; half of 4 moves a day are taken without a gradient."""
    far = {}
    for slit3 in (0.0, 1e9):
        m = still()
        start = np.repeat(bones.middle(m), 300)
        m.fields.native("SLIT3")[:] = slit3
        cells = mscs(m, start)
        bones.changed(m, msc_step_sites=1.5, msc_slit3_migration=1.0)
        rules.free_mscs(m)
        far[slit3] = bones.distance(m, cells["site"], start).mean()
    assert far[1e9] > 1.6 * far[0.0]


def born(still, crowding=0.0, type_h=1.0, behind=0):
    """Return the daughters of 400 free cells in a day, at a division of 0.5 a day.

    All are on the front face, which is one tile, but for `behind` of them.
    """
    m = still()
    m.trabecula.type_h[:] = type_h
    mscs(m, np.arange(400) + 400 * (np.arange(400) < behind))
    bones.changed(m, msc_division_per_day=0.5, msc_step_sites=0.0)
    m.trabecula.niche[:] = (400 - behind) / max(crowding, 1e-9)
    rules.free_mscs(m)
    ids = m.populations["msc"].live["id"]
    assert len(np.unique(ids)) == len(ids)
    return len(ids) - 400


def test_the_niche_holds_only_so_many(still):
    """Growth at 0.5 a day, at 0.15 (room of 0.3), and none."""
    assert abs(born(still) - 400 * math.expm1(0.5)) < 40
    assert abs(born(still, crowding=0.7) - 400 * math.expm1(0.15)) < 29
    assert born(still, crowding=1.0) == 0


def test_a_full_niche_leaves_its_neighbours_room(still):
    """A tenth of the cells are on the other face, where nine tenths of the niche are free."""
    other = math.expm1(0.5 * (1 - 40 / 360)) * 40
    assert abs(born(still, crowding=1.0, behind=40) - other) < 14


@pytest.mark.mechanism("vessel-osteo-coupling")
def test_stem_cells_divide_at_capillaries_of_type_h(still):
    assert abs(born(still, type_h=0.5) - 400 * math.expm1(0.25)) < 34


# -- cells of a graft -----------------------------------------------------------------------------


def test_a_grafted_cell_supports_and_one_of_the_host_does_not(still):
    for secretome in (0.0, 2.0):
        m = still()
        mscs(m, bones.middle(m), secretome=secretome)
        bones.changed(m, graft_secretome=800.0, graft_opg_pm=20000.0, msc_step_sites=0.0)
        rules.free_mscs(m)
        assert m.fields.native_source("secretome").sum() == pytest.approx(200.0 * secretome)
        assert m.fields.native_source("OPG").sum() == pytest.approx(5000.0 * secretome)


def test_daughters_inherit_what_drives_a_grafted_cell(still):
    """The same daughters, drawn alike: twice the drive for twice the potency."""
    drives = []
    for bias in (0.0, 1.0):
        m = still()
        mscs(m, np.arange(100), bone_bias=bias, fat_bias=0.3, secretome=2.0)
        bones.changed(m, msc_division_per_day=0.5, msc_fate_spread=0.35)
        m.trabecula.niche[:] = 1e9
        rules.free_mscs(m)
        daughters = m.populations["msc"].live[100:]
        assert (daughters["bone_bias"] == bias).all() and (daughters["fat_bias"] == 0.3).all()
        drives.append(daughters["drive"].copy())
    assert len(drives[0]) > 20 and np.std(np.log(drives[0])) > 0.2
    assert drives[1] == pytest.approx(2.0 * drives[0])


@pytest.mark.mechanism("sc-adsc-zfp467-ovx")
def test_fewer_grafted_cells_turn_to_fat_without_their_bias_to_fat(still):
    """Cells of fat under weak Wnt; silencing takes the excess of their drive to fat."""
    fat = {}
    for bias in (0.1, -0.4):
        m = still()
        m.populations["adipocyte"].reserve(100)
        bones.put(m, "msc", np.arange(100), **DEFAULTS | {"fat_bias": bias, "donor": 1})
        for name, level in (("Wnt", 0.3), ("sclerostin", 30.0), ("SFRP1", 4.0)):
            m.fields.native(name)[:] = level
        bones.changed(m, msc_division_per_day=0.0, msc_adipogenesis_per_day=0.2, msc_fate_days=5.0)
        rules.tick(m, rules.free_mscs, 40)
        fat[bias] = int(m.populations["adipocyte"].live["donor"].sum())
    assert fat[-0.4] < 0.5 * fat[0.1]


def left_after(still, days, **fields):
    m = still()
    sites = bones.disc(m, 8)
    bones.erode(m, sites, 20.0, REVERSAL, progenitors=1)
    bones.put(m, "msc", sites, **DEFAULTS | {"stage": COMMITTED} | fields)
    bones.changed(m, msc_progenitor_division_per_day=0.0, osteoblast_threshold=1e9)
    bones.changed(m, msc_progenitor_life_days=120.0)
    rules.tick(m, rules.committed_mscs, days)
    return len(m.populations["msc"]) / len(sites)


def test_grafted_progenitors_live_for_weeks_and_those_of_the_host_longer(still):
    """197 cells: standard error of a share at most 0.036."""
    assert left_after(still, 30) == pytest.approx(math.exp(-30 / 120), abs=0.1)
    assert left_after(still, 30, life_days=20.0) == pytest.approx(math.exp(-30 / 20), abs=0.1)


# -- on eroded bone -------------------------------------------------------------------------------


def settled(still, coupling_um=10.0, runx2=0.7, state=REVERSAL, osteoclast=0, number=20, **fields):
    m = still()
    sites = bones.disc(m, 9)
    bones.erode(m, sites, 30.0, state, coupling_um=coupling_um, osteoclast=osteoclast)
    mscs(m, np.repeat(bones.middle(m), number), runx2=runx2, **fields)
    bones.changed(m, msc_settle_coupling_um=3.0, msc_step_sites=0.2, msc_fate_days=1e9)
    bones.changed(m, graft_settling=0.4)
    rules.free_mscs(m)
    cells = m.populations["msc"].live
    on = cells["site"][cells["stage"] == COMMITTED]
    assert np.array_equal(m.trabecula.sites["progenitors"], np.bincount(on, minlength=800))
    return len(on)


def test_osteogenic_cells_settle_on_coupled_eroded_bone_only(still):
    assert settled(still) == 20
    assert settled(still, coupling_um=2.0) == 0
    assert settled(still, runx2=0.1) == 0
    assert settled(still, state=FORMATION) == 0
    assert settled(still, osteoclast=1) == 0


def test_a_share_of_grafted_cells_can_engraft_on_bone(still):
    """400 cells: four standard errors of a share of 0.4 are 0.1."""
    assert settled(still, number=400) == 400
    assert settled(still, number=400, donor=1) / 400 == pytest.approx(0.4, abs=0.1)


def cavity(still, coupling_um, progenitors=20, slit3=0.0, secretome=0.0, **parameters):
    """Return a cavity 30 um deep on which committed progenitors have lived for a day."""
    m = still()
    sites = bones.disc(m, 5)
    bones.erode(m, sites, 30.0, REVERSAL, coupling_um=coupling_um)
    mscs(m, sites[:progenitors], stage=COMMITTED)
    m.trabecula.sites["progenitors"][sites[:progenitors]] = 1
    m.fields.native("Wnt")[:], m.fields.native("SLIT3")[:] = 1.0, slit3
    m.fields.native("secretome")[:], m.today["supported"] = secretome, secretome > 0.0
    m.fields.native("sclerostin")[:], m.fields.native("SFRP1")[:] = 30.0, 4.0
    bones.changed(m, msc_progenitor_life_days=1e9, **parameters)
    m.populations["osteoblast"].reserve(200)
    rules.committed_mscs(m)
    return m


def test_coupling_slit3_and_grafted_cells_speed_the_expansion_of_progenitors(still):
    """Twenty progenitors, 0.3 divisions a day at most; tens of draws, fixed by the seed."""

    def daughters(coupling_um, slit3=0.0, secretome=0.0):
        sums = 0
        for threshold in (50.0, 60.0, 70.0):
            m = cavity(
                still, coupling_um, slit3=slit3, secretome=secretome,
                osteoblast_threshold=threshold, msc_progenitor_division_per_day=0.4,
                msc_slit3_migration=1.0, msc_secretome_division=1.0, coupling_half_um=25.0,
            )  # fmt: skip
            bones.assert_marks(m)
            sums += len(m.populations["msc"]) - 20
        return sums

    assert daughters(0.0) == 0
    assert daughters(5.0) < daughters(100.0) < daughters(100.0, slit3=1e9)
    assert daughters(100.0) < daughters(100.0, secretome=1e9)


@pytest.mark.mechanism("cell-ob", "fig1-c")
def test_formation_starts_where_progenitors_are_dense_enough(still):
    sparse = cavity(still, 50.0, progenitors=5, osteoblast_threshold=1.0)
    assert len(sparse.populations["osteoblast"]) == 0
    dense = cavity(still, 50.0, progenitors=81, osteoblast_threshold=0.8)
    blasts = dense.populations["osteoblast"].live
    assert len(blasts) > 20
    assert (dense.trabecula.sites["state"][blasts["site"]] == FORMATION).all()
    bones.assert_cells_have_their_place(dense)
    bones.assert_marks(dense)


def test_vigour_comes_from_coupling(still):
    parameters = {
        "osteoblast_threshold": 0.5, "osteoblast_vigour_sd": 0.0, "osteoblast_vigour_base": 0.3,
        "osteoblast_vigour_coupling_um": 50.0,
    }  # fmt: skip
    for coupling_um, vigour in ((0.0, 0.3), (25.0, 0.65), (50.0, 1.0)):
        m = cavity(still, coupling_um, progenitors=81, **parameters)
        assert m.populations["osteoblast"].live["vigour"] == pytest.approx(vigour)


def test_progenitors_whose_cavity_was_lined_are_free_again(still):
    m = still()
    mscs(m, [20, 21], stage=COMMITTED)
    m.trabecula.sites["progenitors"][[20, 21]] = 1
    rules.committed_mscs(m)
    assert (m.populations["msc"].live["stage"] == FREE).all()
    assert not m.trabecula.sites["progenitors"].any()
