"""Where the network ends: what the rules of the cells do with the level of a node."""

import math

import numpy as np
import pytest

import bones
import rules
from bmu_abm import niche, vessels
from bmu_abm.body import Body
from bmu_abm.cells import osteoclast
from bmu_abm.fields import COARSE, FINE
from bmu_abm.systemic import skeleton
from bmu_abm.trabecula import FORMATION, REVERSAL

mechanism = pytest.mark.mechanism


def told(m, **levels):
    """Give a bone levels of the network."""
    for name, level in levels.items():
        m.today[name] = level
    return m


# -- osteoclast lineage ---------------------------------------------------------------------------


def ripening(still, rankl=60.0, mcsf=60.0, days=3, **levels):
    """Return NFATc1 of precursors after some days under constant signals."""
    m = told(still(), **levels)
    m.fields.native("RANKL")[:], m.fields.native("M-CSF")[:] = rankl, mcsf
    cells = bones.put(m, "osteoclast_precursor", np.arange(100))
    bones.changed(m, precursor_life_days=1e9, precursor_tnf_induction=0.15)
    rules.tick(m, rules.precursors_live, days)
    return float(cells["nfatc1"].mean())


@mechanism("nfkb-oc", "pi3k-akt-oc", "mapk-tf", "malt1-nfkb", "notch1-oc", "notch2-oc", "il6")
@pytest.mark.parametrize("name", ["nfatc1", "oc_differentiation"])
def test_precursors_ripen_in_proportion(still, name):
    rest = ripening(still)
    assert ripening(still, **{name: 2.0}) == pytest.approx(2.0 * rest, rel=0.05)
    assert ripening(still, **{name: 0.0}) == 0.0


@mechanism("tnfa", "tnfa-tnfr1-oc", "tnfr1")
def test_tnf_alpha_alone_ripens_less_than_rankl(still):
    assert ripening(still, rankl=0.0) == 0.0
    alone = ripening(still, rankl=0.0, tnfr1=5.0)
    assert 0.0 < alone < 0.5 * ripening(still, rankl=60.0)
    assert ripening(still, rankl=0.0, mcsf=0.0, tnfr1=5.0) == 0.0
    assert ripening(still, tnfr1=5.0) > ripening(still) + 0.9 * alone


@mechanism("oc-recruit", "cell-preoc")
@pytest.mark.parametrize("level", [0.0, 2.0])
def test_precursors_enter_in_proportion(still, level):
    m = told(still(), precursor_entry=level)
    bones.changed(m, precursor_births_per_vessel_day=4.0)
    rules.precursors_enter(m)
    assert len(m.populations["osteoclast_precursor"]) == 4 * level * len(m.trabecula.vessels)


@mechanism("chemokines", "oc-recruit")
def test_precursors_without_response_do_not_gather(still):
    far = {}
    for level in (0.0, 1.0):
        m = told(still(), chemokine=level)
        bones.peak(m, "RANKL", 100.0)
        middle = bones.middle(m)
        bones.put(m, "osteoclast_precursor", np.tile([middle - 8, middle + 8], 100))
        bones.changed(m, precursor_life_days=1e9, precursor_chemotaxis=3.0)
        rules.tick(m, rules.precursors_live, 7)
        cells = m.populations["osteoclast_precursor"].live
        far[level] = bones.distance(m, cells["site"], np.full(len(cells), middle)).mean()
    assert far[1.0] < 6.0 < far[0.0]


def eroded(still, **levels):
    """Return the bone on which an osteoclast has worked for a day."""
    m = told(still(), **levels)
    bones.changed(m, osteoclast_nucleus_loss_per_day=0.0, osteoclast_depth_scale_um=1e6)
    bones.put(m, "osteoclast", bones.middle(m), nuclei=8.0)
    m.fields.native("RANKL")[:] = 100.0
    rules.osteoclasts(m)
    return m


@mechanism("integrin-b3", "calcitonin-receptor", "ct-resorption", "glp1", "oc-resorb")
def test_osteoclasts_erode_by_their_activity(still):
    rest, half, none = (
        int(eroded(still, oc_activity=level).ledger["removed_nm"][0]) for level in (1.0, 0.5, 0.0)
    )
    assert half == pytest.approx(0.5 * rest, rel=0.02) and none == 0


@mechanism("catk", "matrix-degrade-noncollagen")
def test_without_cathepsin_k_matrix_stays_and_clastokines_do_not_fall(still):
    rest, less = eroded(still), eroded(still, catk=0.2)
    removed = [int(m.ledger["removed_nm"][0]) for m in (rest, less)]
    assert removed[1] == pytest.approx(0.2 * removed[0], rel=0.02)
    said = [float(m.trabecula.sites["clastokine_um"].sum()) for m in (rest, less)]
    assert said[1] == pytest.approx(said[0], rel=1e-6)
    assert len(less.populations["osteoclast"]) == 1


@mechanism("oc-apoptosis", "nfkb-oc")
def test_survival_signals_keep_nuclei(still):
    m = still()
    cell = bones.put(m, "osteoclast", bones.middle(m), nuclei=8.0)[0]
    losses = []
    for level in (0.5, 1.0, 1.1):
        told(m, oc_survival=level)
        c, today, p = m.fields.coarse, m.today[0], m.p[0]
        b = m.trabecula
        losses.append(osteoclast.nucleus_loss(cell, 10.0, c, today, p, b.nx, b.ny))
    assert losses[0] > losses[1] > losses[2] > 0.0


# -- osteocytes, osteoblasts and marrow speak -----------------------------------------------------


def said_by_osteocytes(still, field, **levels):
    m = told(still(), **levels)
    bones.put(
        m, "osteocyte", bones.disc(m, 5), z=m.trabecula.sites["height"][0] - 5000,
        customary_strain=1.0, age=4000.0,
    )  # fmt: skip
    rules.osteocytes(rules.silence(m))
    return float(m.fields.native_source(field).sum())


@mechanism("rankl-osteocyte", "sclerostin", "cell-ocy", "rg-rankl-bmd", "pp2a-rankl")
@pytest.mark.parametrize(
    ("name", "field"),
    [("rankl_osteocyte", "RANKL"), ("opg", "OPG"), ("sclerostin", "sclerostin")],
)
def test_osteocytes_secrete_in_proportion(still, name, field):
    rest = said_by_osteocytes(still, field)
    assert rest > 0.0
    assert said_by_osteocytes(still, field, **{name: 0.5}) == pytest.approx(0.5 * rest, rel=1e-5)
    assert said_by_osteocytes(still, field, **{name: 0.0}) == 0.0


def formed(still, days=1, **levels):
    """Return a bone on which osteoblasts have formed for some days."""
    m = told(still(), **levels)
    sites = bones.disc(m, 4.0)
    bones.erode(m, sites, 0.0, FORMATION, floor_nm=0)
    m.n_active[0] = 0
    bones.put(m, "osteoblast", sites, vigour=1.0)
    for name, level in (("Wnt", 1.0), ("sclerostin", 30.0), ("SFRP1", 4.0)):
        m.fields.native(name)[:] = level
    m.populations["osteocyte"].reserve(200)
    rules.tick(rules.silence(m), rules.osteoblasts, days)
    return m


@mechanism("rankl-osteoblast", "opg-decoy", "slit3", "ob-angiogenic")
@pytest.mark.parametrize(
    ("name", "field"), [("rankl_osteoblast", "RANKL"), ("opg", "OPG"), ("slit3", "SLIT3")]
)
def test_osteoblasts_secrete_in_proportion(still, name, field):
    rest, half = (
        float(formed(still, **{name: level}).fields.native_source(field).sum())
        for level in (1.0, 0.5)
    )
    assert half == pytest.approx(0.5 * rest, rel=1e-5) and rest > 0.0


@mechanism("gmcsf-ob", "tnfa-ob-gmcsf-il6", "gmcsf-oc")
def test_osteoblasts_add_colony_factor_only_under_tnf_alpha(still):
    """Without osteoblasts, or without TNF-alpha, there is none of it."""
    sources = {
        level: float(formed(still, gmcsf=level).fields.native_source("M-CSF").sum())
        for level in (1.0, 1.5, 2.0)
    }
    assert sources[1.0] == 0.0
    assert sources[2.0] == pytest.approx(2.0 * sources[1.5], rel=1e-5) and sources[1.5] > 0.0
    m = told(rules.silence(still()), gmcsf=2.0)
    rules.osteoblasts(m)
    assert not m.fields.native_source("M-CSF").any()


def laid(m):
    return float(m.populations["osteoblast"].live["laid_um"].mean())


@mechanism("ach-nerve", "testosterone-direct", "hif1a", "wnt-bcat", "pi3k-akt-ob", "ob-matrix")
@pytest.mark.parametrize("name", ["ob_activity", "beta_catenin"])
def test_osteoblasts_lay_down_in_proportion(still, name):
    assert laid(formed(still, **{name: 0.5})) == pytest.approx(0.5 * laid(formed(still)), rel=0.03)


@mechanism("dm-glucocorticoid", "e2-ob-number")
def test_osteoblasts_tire_sooner_without_survival_signals(still):
    vigour = [
        float(formed(still, ob_survival=level).populations["osteoblast"].live["vigour"].mean())
        for level in (0.5, 1.0)
    ]
    assert math.log(vigour[0]) == pytest.approx(2.0 * math.log(vigour[1]), rel=1e-6)


@mechanism(
    "rankl-other", "m-csf", "cell-endo", "cell-macro", "cell-fibro", "cell-stroma", "vitd-ob"
)
@pytest.mark.parametrize(
    ("name", "field"),
    [("rankl_marrow", "RANKL"), ("opg", "OPG"), ("wnt", "Wnt"), ("m_csf", "M-CSF")],
)
def test_marrow_cells_secrete_in_proportion(still, name, field):
    m = still()
    found = []
    for level in (1.0, 0.5):
        told(m, **{name: level})
        fine, coarse = Body._marrow_sources(m.p[0], m.today[0], 1.0)
        found.append(fine[FINE.index(field)] if field in FINE else coarse[COARSE.index(field)])
    assert found[1] == pytest.approx(0.5 * found[0], rel=1e-6) and found[0] > 0.0


@mechanism("sfrp1", "cell-preadi", "adi-therapy", "cell-adi")
@pytest.mark.parametrize(("name", "field"), [("sfrp1", "SFRP1"), ("rankl_marrow", "RANKL")])
def test_fat_secretes_in_proportion(still, name, field):
    sources = []
    for level in (1.0, 0.5):
        m = told(rules.silence(still()), **{name: level})
        bones.put(m, "adipocyte", bones.middle(m), radius_um=30.0)
        rules.adipocytes(m)
        sources.append(float(m.fields.native_source(field).sum()))
    assert sources[1] == pytest.approx(0.5 * sources[0], rel=1e-5) and sources[0] > 0.0


# -- stem cells -----------------------------------------------------------------------------------


def fate(still, **levels):
    """Return mean Runx2 and PPAR-gamma after 40 days."""
    m = told(still(), **levels)
    bones.changed(m, msc_division_per_day=0.0, msc_adipogenesis_per_day=0.0, msc_fate_days=10.0)
    cells = bones.put(
        m, "msc", np.arange(50), runx2=0.4, pparg=0.4, drive=1.0, cxcr4=1.0, life_days=1e9
    )
    for name, level in (("Wnt", 1.0), ("sclerostin", 30.0), ("SFRP1", 4.0)):
        m.fields.native(name)[:] = level
    rules.tick(m, rules.free_mscs, 40)
    return float(cells["runx2"].mean()), float(cells["pparg"].mean())


@mechanism("smad-runx2-osx", "gli-runx2", "nicd-ob", "hh-fate", "msc-fate", "bcat-runx2-osx")
@mechanism("ros-bone", "sirt1-target", "adi-inhibits-ob", "pi3k-akt-ob", "gut-mirna")
@pytest.mark.parametrize("name", ["runx2_osterix", "msc_osteogenesis", "beta_catenin"])
def test_bone_signals_turn_stem_cells_from_fat(still, name):
    rest, less, more = fate(still), fate(still, **{name: 0.6}), fate(still, **{name: 1.5})
    assert less[0] < 0.95 * rest[0] and less[1] > 1.02 * rest[1]
    assert more[0] > 1.05 * rest[0] and more[1] < 0.98 * rest[1]


@mechanism("msc-fate")
def test_ppar_gamma_turns_stem_cells_to_fat(still):
    rest, more = fate(still), fate(still, pparg=1.5)
    assert more[1] > 1.1 * rest[1] and more[0] < rest[0]


@mechanism("cxcr-target", "cxcr4", "chemokines")
def test_stem_cells_without_cxc_receptors_do_not_gather(still):
    far = {}
    for level in (0.0, 1.0):
        m = told(still(), cxcr=level)
        bones.changed(m, msc_division_per_day=0.0, msc_adipogenesis_per_day=0.0)
        bones.changed(m, msc_chemotaxis=8.0, msc_settle_coupling_um=1e9)
        bones.peak(m, "CXCL12", 200.0)
        start = np.tile([bones.middle(m) - 8, bones.middle(m) + 8], 100)
        bones.put(m, "msc", start, runx2=0.7, pparg=0.2, drive=1.0, cxcr4=1.0, life_days=1e9)
        rules.tick(m, rules.free_mscs, 20)
        cells = m.populations["msc"].live
        far[level] = bones.distance(m, cells["site"], np.full(len(cells), bones.middle(m))).mean()
    assert far[1.0] < 0.85 * far[0.0]


@mechanism("notch-ligands", "notch-nicd", "notch3-ob", "nicd-ob")
def test_progenitors_begin_formation_by_contacts(still):
    """Each site holds a little less than the density that they need; isolated cells never begin."""

    def begun(progenitors, nicd):
        m = told(still(), nicd=nicd)
        sites = bones.disc(m, 4.0)
        bones.erode(m, sites, 20.0, REVERSAL, coupling_um=30.0, progenitors=progenitors)
        bones.changed(
            m, osteoblast_threshold=1.1, osteoblast_start_per_day=100.0, osteoblast_notch=0.3,
            msc_progenitor_division_per_day=0.0,
        )  # fmt: skip
        m.populations["osteoblast"].reserve(200)
        at = sites if progenitors else sites[:1]
        bones.put(m, "msc", at, runx2=0.7, drive=1.0, life_days=1e9, stage=1)
        rules.committed_mscs(m)
        return len(m.populations["osteoblast"])

    assert begun(1, nicd=1.0) == 0 == begun(0, nicd=2.0)
    assert begun(1, nicd=2.0) > 20


@mechanism("dm-aging", "cell-msc")
def test_the_marrow_holds_stem_cells_in_proportion(still):
    m = still()
    b = m.trabecula
    held = []
    for level in (1.0, 0.6):
        told(m, msc_pool=level)
        niche.measure(b.niche, b.sites, b.type_h, m.today, m.p, b.nx, b.ny)
        held.append(b.niche.copy())
    assert held[1] == pytest.approx(0.6 * held[0]) and held[0].min() > 0.0


@mechanism("hif-endothelium", "pdgf-bb", "vessel-osteo-coupling", "bone-endothelium-complement")
def test_capillaries_follow_their_signals_and_hold_stem_cells(still):
    density, held = [], []
    for level in (1.0, 1.5):
        m = told(still(), vessel=level)
        b = m.trabecula
        slit3 = np.full(b.type_h.shape, 32.0, np.float32)
        vessels.grow(b.type_h, slit3, 3000.0, m.today, m.p)
        niche.measure(b.niche, b.sites, b.type_h, m.today, m.p, b.nx, b.ny)
        density.append(float(b.type_h.mean()))
        held.append(float(b.niche.mean()))
    assert density[1] == pytest.approx(1.5 * density[0], rel=1e-3)
    assert held[1] == pytest.approx(1.5 * held[0], rel=1e-3)


# -- the skeleton ---------------------------------------------------------------------------------


def lived(still, **levels):
    m = told(still(), **levels)
    for _ in range(600):
        skeleton.step(m.skeleton, 1000.0, 60.0, m.body.rankl_binders, m.today, m.p, m.body.rest)
    return m.skeleton[0]


@mechanism("sys-crosstalk", "remodel-imbalance", "bone-compartments")
@pytest.mark.parametrize(
    ("name", "resorption"),
    [
        ("rankl_marrow", 1),
        ("rankl_osteocyte", 1),
        ("opg", -1),
        ("oc_activity", 1),
        ("oc_survival", 1),
        ("nfatc1", 1),
        ("oc_differentiation", 1),
        ("catk", 1),
    ],
)
def test_the_skeleton_as_a_whole_hears_what_the_patch_hears(still, name, resorption):
    rest, more = lived(still), lived(still, **{name: 1.3})
    assert resorption * (more["resorption"] - rest["resorption"]) > 0.02
    assert resorption * (more["cortex"] - rest["cortex"]) < 0.0


@pytest.mark.parametrize("name", ["ob_activity", "ob_survival", "ob_vigour"])
def test_the_skeleton_forms_less_with_weaker_osteoblasts(still, name):
    rest, less = lived(still), lived(still, **{name: 0.8})
    assert less["formation"] < 0.9 * rest["formation"] and less["cortex"] < rest["cortex"]
