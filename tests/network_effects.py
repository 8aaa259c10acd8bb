"""What each edge that a rule carries does to its target: one small measurement an edge.

`EFFECTS[source, target]` is a function of a bone factory and of the amount of the source; it
returns the amount of the target. The amounts are 0.5 and 2 where `RANGES` names no others.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import numpy as np

import bones
import rules
from bmu_abm import grafting, lesion, niche, parameters, vessels
from bmu_abm.body import Body
from bmu_abm.cells import osteoclast, precursor
from bmu_abm.fields import COARSE, FINE, corners
from bmu_abm.grafting import DEPOT
from bmu_abm.host import Host
from bmu_abm.readouts import density
from bmu_abm.readouts.fracture import hazard_ratio
from bmu_abm.signalling import rank, wnt
from bmu_abm.systemic import calcium, mineral, pth, skeleton
from bmu_abm.systemic.inputs import estradiol
from bmu_abm.trabecula import FORMATION, REVERSAL

Edge = tuple[str, str]
EFFECTS: dict[Edge, Callable] = {}
RANGES: dict[Edge, tuple[float, float]] = {}
P = parameters.record({})[0]
LEVELS = {"Wnt": 1.0, "sclerostin": 30.0, "SFRP1": 4.0}


def effect(source: str, target: str, low: float = 0.5, high: float = 2.0, **fixed):
    """Register a measurement of an edge."""

    def register(function: Callable) -> Callable:
        EFFECTS[source, target] = partial(function, **fixed)
        RANGES[source, target] = (low, high)
        return function

    return register


def told(m, **levels):
    """Give a bone levels of the network, or of the day."""
    for name, level in levels.items():
        m.today[name] = level
    return m


def with_fields(m, **levels):
    """Set fields all over; `M_CSF` stands for M-CSF."""
    for name, level in levels.items():
        m.fields.native(name.replace("_", "-"))[:] = level
    return m


def source_of(m, name):
    """Return what has been given to a field since it was silenced."""
    return float(m.fields.native_source(name).sum(dtype=float))


# -- osteocytes -----------------------------------------------------------------------------------


def osteocytes(still, number=100, calling=0.0, **today):
    m = told(still(), **today)
    sites = np.arange(number)
    z = m.trabecula.sites["height"][sites] - 20_000
    bones.put(m, "osteocyte", sites, z=z, age=1500.0, customary_strain=1.0, calling=calling)
    rules.osteocytes(rules.silence(m))
    return m


@effect("osteocyte", "rankl_field", field="RANKL")
@effect("osteocyte", "sclerostin_field", field="sclerostin")
def by_number_of_osteocytes(still, x, field):
    return source_of(osteocytes(still, round(100 * x)), field)


@effect("rankl_osteocyte", "rankl_field", field="RANKL", level="rankl_osteocyte")
@effect("sclerostin", "sclerostin_field", field="sclerostin", level="sclerostin")
@effect("opg", "opg_field", field="OPG", level="opg")
@effect("load", "sclerostin_field", 0.8, 1.2, field="sclerostin", level="load")
@effect("load", "rankl_field", 0.5, 1.0, field="RANKL", level="load")
@effect("estrogen_receptor", "rankl_field", 0.2, 1.0, field="RANKL", level="estrogen")
@effect("estrogen_receptor", "opg_field", 0.2, 1.0, field="OPG", level="estrogen")
def said_by_osteocytes(still, x, field, level):
    return source_of(osteocytes(still, **{level: x}), field)


@effect("call", "rankl_field", 0.0, 1.0)
def said_by_calling_osteocytes(still, x):
    return source_of(osteocytes(still, calling=x), "RANKL")


@effect("damage", "call", 0.0, 40.0)
def calls_of_damaged_bone(still, x):
    m = bones.changed(still(), damage_crack_per_mm2_year=3e4, damage_random_per_mm2_year=0.0)
    bones.changed(m, damage_rate_per_year=0.0)
    m.trabecula.damage[:] = x
    rules.tick(m, rules.accumulate_damage, 10)
    return int(m.n_calls[0])


@effect("load", "damage", 0.8, 1.2)
def damage_under_load(still, x):
    m = bones.changed(told(still(), load=x), damage_crack_per_mm2_year=0.0)
    m.trabecula.damage[:] = 0.0
    rules.accumulate_damage(m)
    return float(m.trabecula.damage.sum())


# -- osteoblasts ----------------------------------------------------------------------------------


def forming(still, number=20, vigour=1.0, days=1, changed=None, **today):
    """Return a flat bone on which osteoblasts have formed for a day."""
    m = told(bones.changed(still(), osteoblast_vigour_sd=0.0, **(changed or {})), **today)
    sites = 2 * np.arange(number)
    bones.erode(m, sites, 0.0, FORMATION)
    m.n_active[0] = 0
    bones.put(m, "osteoblast", sites, vigour=vigour)
    with_fields(m, **LEVELS)
    m.populations["osteocyte"].reserve(200)
    rules.tick(rules.silence(m), rules.osteoblasts, days)
    return m


@effect("osteoblast", "rankl_field", field="RANKL")
@effect("osteoblast", "opg_field", field="OPG")
@effect("osteoblast", "slit3_field", field="SLIT3")
def by_number_of_osteoblasts(still, x, field):
    return source_of(forming(still, round(20 * x)), field)


@effect("rankl_osteoblast", "rankl_field", field="RANKL", level="rankl_osteoblast")
@effect("slit3", "slit3_field", field="SLIT3", level="slit3")
@effect("gmcsf", "m_csf_field", 1.5, 2.0, field="M-CSF", level="gmcsf")
def said_by_osteoblasts(still, x, field, level):
    return source_of(forming(still, **{level: x}), field)


@effect("osteoblast", "formation")
def formed_by_osteoblasts(still, x):
    return int(forming(still, round(20 * x)).ledger["formed_nm"][0])


@effect("ob_activity", "formation", level="ob_activity")
@effect("beta_catenin", "formation", level="beta_catenin")
def formed_under(still, x, level):
    return int(forming(still, **{level: x}).ledger["formed_nm"][0])


@effect("formation", "bone")
def bone_after_formation(still, x):
    return forming(still, vigour=x).trabecula.bone_volume_nm()


@effect("formation", "damage", 0.01, 2.0)
def damage_after_formation(still, x):
    m = still()
    m.trabecula.damage[:] = 7.0

    def damaged():
        m.trabecula.damage[:] = 7.0
        return m

    fast = {"osteoblast_rate_um_per_day": 10.0}
    return float(forming(damaged, vigour=x, changed=fast).trabecula.damage.sum(dtype=float))


@effect("osteoblast", "osteocyte")
def buried_by_osteoblasts(still, x):
    m = forming(still, round(20 * x), changed={"osteocyte_density_per_mm3": 1e8})
    return len(m.populations["osteocyte"])


@effect("osteoblast", "lining_cell")
def lining_of_tired_osteoblasts(still, x):
    m = forming(still, round(20 * x), vigour=0.01, changed={"osteoblast_lining_share": 1.0})
    return int(m.ledger["lining_cells"][0])


@effect("ob_survival", "osteoblast", level="ob_survival")
@effect("estrogen_receptor", "osteoblast", 0.1, 1.0, level="estrogen")
def life_of_vigour(still, x, level):
    """Return the time with which vigour fades (days), from a day of it."""
    left = forming(still, **{level: x}).populations["osteoblast"].live["vigour"].mean()
    return -1.0 / math.log(float(left))


@effect("graft", "osteoblast", 0.0, 2.0)
def vigour_near_grafted_cells(still, x):
    def near():
        return with_fields(told(still(), supported=1), secretome=x)

    return float(forming(near).populations["osteoblast"].live["vigour"].mean())


@effect("graft", "osteocyte", 0.0, 3.0)
def osteocytes_left_near_grafted_cells(still, x):
    m = bones.changed(with_fields(told(still(), supported=1), secretome=x))
    bones.changed(m, osteocyte_life_years=0.02, osteocyte_secretome_survival=0.5)
    sites = np.arange(400)
    bones.put(m, "osteocyte", sites, z=m.trabecula.sites["height"][sites] - 20_000)
    rules.tick(m, rules.osteocytes, 5)
    return len(m.populations["osteocyte"])


@effect("graft", "opg_field", 0.0, 2.0)
def opg_of_grafted_cells(still, x):
    m = rules.silence(still())
    bones.put(m, "msc", [bones.middle(m)], **YOUNG | {"secretome": x})
    rules.free_mscs(m)
    return source_of(m, "OPG")


@effect("pth_burst", "osteoblast", 1.2, 3.0)
def osteoblasts_woken(still, x):
    """One step of waking beside 50 osteoblasts that stand apart."""
    m = bones.changed(told(still(), pth_burst=x), lining_wake_per_hour=0.5)
    sites = 4 * np.arange(50)
    bones.erode(m, sites, 0.0, FORMATION)
    m.n_active[0] = 0
    bones.put(m, "osteoblast", sites, vigour=1.0)
    m.populations["osteoblast"].reserve(100)
    rules.lining_wakes(m)
    return len(m.populations["osteoblast"])


@effect("mineralisation", "bone", 0.5, 1.0)
def mineral_of_new_bone(still, x):
    p = parameters.record({})
    mineral.pace(p, x)
    return float(p["mineral_primary_share"][0] / p["mineral_lag_days"][0])


# -- stem cells -----------------------------------------------------------------------------------

YOUNG = {"runx2": 0.4, "pparg": 0.4, "drive": 1.0, "cxcr4": 1.0, "life_days": 1e9}


def stem_cells(still, number=5, fields=None, days=1, **today):
    """Return free stem cells after a day of deciding."""
    own = {name: today.pop(name) for name in ("runx2", "pparg") if name in today}
    m = with_fields(told(still(), **today), **LEVELS | (fields or {}))
    bones.changed(m, msc_division_per_day=0.0, msc_adipogenesis_per_day=0.0, msc_fate_days=2.0)
    bones.put(m, "msc", np.arange(number), **YOUNG | own)
    rules.tick(rules.silence(m), rules.free_mscs, days)
    return m


@effect("beta_catenin", "preosteoblast", level="beta_catenin")
@effect("runx2_osterix", "preosteoblast", level="runx2_osterix")
@effect("msc_osteogenesis", "preosteoblast", level="msc_osteogenesis")
@effect("estrogen_receptor", "preosteoblast", 0.1, 1.0, level="estrogen")
def runx2_under(still, x, level):
    return float(stem_cells(still, **{level: x}).populations["msc"].live["runx2"].mean())


@effect("adipokine_field", "preosteoblast", 0.0, 3.0)
def runx2_near_fat(still, x):
    m = stem_cells(still, fields={"adipokine": x})
    return float(m.populations["msc"].live["runx2"].mean())


@effect("pparg", "preadipocyte")
def pparg_under_its_drive(still, x):
    m = told(still())
    m.today["pparg"] = x
    m = stem_cells(lambda: m)
    return float(m.populations["msc"].live["pparg"].mean())


@effect("preosteoblast", "preadipocyte", 0.2, 1.0)
def pparg_of_osteogenic_cells(still, x):
    return float(stem_cells(still, runx2=x).populations["msc"].live["pparg"].mean())


@effect("preadipocyte", "fat_cell", 0.2, 0.9)
def fat_of_preadipocytes(still, x):
    m = bones.changed(still(), msc_adipogenesis_per_day=100.0, msc_division_per_day=0.0)
    bones.changed(m, msc_fate_days=1e9)
    m.populations["adipocyte"].reserve(50)
    bones.put(m, "msc", np.arange(10), **YOUNG | {"runx2": 0.2, "pparg": x})
    rules.free_mscs(m)
    return len(m.populations["adipocyte"])


@effect("preadipocyte", "sfrp1_field", 0.1, 0.9)
def sfrp1_of_preadipocytes(still, x):
    return source_of(stem_cells(still, runx2=0.5, pparg=x), "SFRP1")


def settled(still, number, coupling_um=10.0):
    m = bones.changed(still(), msc_step_sites=0.2, msc_division_per_day=0.0, msc_fate_days=1e9)
    bones.erode(m, bones.disc(m, 5), 30.0, REVERSAL, coupling_um=coupling_um)
    at = np.repeat(bones.middle(m), number)
    bones.put(m, "msc", at, **YOUNG | {"runx2": 0.7, "pparg": 0.2})
    rules.free_mscs(m)
    return int((m.populations["msc"].live["stage"] == 1).sum())


@effect("stem_cell", "preosteoblast")
def progenitors_of_stem_cells(still, x):
    return settled(still, round(10 * x))


@effect("resorption", "preosteoblast", 1.0, 10.0)
def progenitors_on_coupled_bone(still, x):
    return settled(still, 10, coupling_um=x)


def begun(still, progenitors=1, coupling_um=30.0, threshold=0.8, **today):
    """Return a bone on which progenitors have had a day to begin formation."""
    m = told(with_fields(still(), **LEVELS), **today)
    sites = bones.disc(m, 4.0)
    bones.erode(m, sites, 20.0, REVERSAL, coupling_um=coupling_um, progenitors=progenitors)
    bones.changed(
        m, osteoblast_threshold=threshold, osteoblast_start_per_day=100.0, osteoblast_notch=0.3,
        osteoblast_vigour_sd=0.0, msc_progenitor_division_per_day=0.0,
    )  # fmt: skip
    m.populations["osteoblast"].reserve(200)
    bones.put(m, "msc", sites, **YOUNG | {"stage": 1, "runx2": 0.7})
    rules.committed_mscs(m)
    return m.populations["osteoblast"].live


@effect("ob_vigour", "osteoblast")
def vigour_of_those_that_begin(still, x):
    return float(begun(still, ob_vigour=x)["vigour"].mean())


@effect("preosteoblast", "osteoblast", 0.0, 2.0)
def osteoblasts_of_progenitors(still, x):
    return len(begun(still, progenitors=round(x)))


@effect("nicd", "osteoblast", 1.0, 2.0)
def osteoblasts_by_contacts(still, x):
    return len(begun(still, threshold=1.1, nicd=x))


@effect("resorption", "osteoblast", 5.0, 30.0)
def vigour_of_coupled_osteoblasts(still, x):
    return float(begun(still, coupling_um=x)["vigour"].mean())


def nearness(still, height=200.0, **today):
    """Return how near stem cells are to a peak of CXCL12 after three days."""
    m = told(still(), **today)
    bones.changed(m, msc_division_per_day=0.0, msc_chemotaxis=8.0, msc_settle_coupling_um=1e9)
    bones.peak(m, "CXCL12", height)
    middle = bones.middle(m)
    bones.put(m, "msc", np.tile([middle - 8, middle + 8], 20), **YOUNG)
    rules.tick(m, rules.free_mscs, 3)
    cells = m.populations["msc"].live
    return -float(bones.distance(m, cells["site"], np.full(len(cells), middle)).mean())


@effect("cxcr", "stem_cell", 0.0, 3.0)
def nearness_by_receptors(still, x):
    return nearness(still, cxcr=x)


@effect("cxcl12_field", "stem_cell", 0.0, 400.0)
def nearness_by_cxcl12(still, x):
    return nearness(still, height=x)


@effect("type_h", "stem_cell", 0.25, 1.0)
def daughters_at_capillaries(still, x):
    m = bones.changed(still(), msc_division_per_day=0.5, msc_step_sites=0.0)
    m.trabecula.type_h[:], m.trabecula.niche[:] = x, 1e9
    bones.put(m, "msc", np.arange(60), **YOUNG | {"runx2": 0.7})
    m.populations["msc"].reserve(100)
    rules.free_mscs(m)
    return len(m.populations["msc"])


@effect("msc_pool", "stem_cell")
def stem_cells_that_marrow_holds(still, x):
    m = told(still(), msc_pool=x)
    b = m.trabecula
    niche.measure(b.niche, b.sites, b.type_h, m.today, m.p, b.nx, b.ny)
    return float(b.niche.sum())


@effect("slit3_field", "type_h", 0.0, 100.0, level="slit3")
@effect("vessel", "type_h", level="vessel")
def capillaries(still, x, level):
    m = still()
    slit3 = x if level == "slit3" else 32.0
    if level == "vessel":
        told(m, vessel=x)
    field = np.full(m.trabecula.type_h.shape, slit3, np.float32)
    vessels.grow(m.trabecula.type_h, field, 300.0, m.today, m.p)
    return float(m.trabecula.type_h.mean())


# -- fat and marrow -------------------------------------------------------------------------------


def fat(still, number=2, **today):
    m = told(rules.silence(still()), **today)
    bones.put(m, "adipocyte", 5 * np.arange(number), radius_um=30.0)
    rules.adipocytes(m)
    return m


@effect("fat_cell", "sfrp1_field", field="SFRP1")
@effect("fat_cell", "rankl_field", field="RANKL")
@effect("fat_cell", "adipokine_field", field="adipokine")
def by_number_of_fat_cells(still, x, field):
    return source_of(fat(still, round(2 * x)), field)


@effect("adipokine", "adipokine_field", field="adipokine", level="adipokine")
@effect("sfrp1", "sfrp1_field", field="SFRP1", level="sfrp1")
def said_by_fat(still, x, field, level):
    return source_of(fat(still, **{level: x}), field)


@effect("pth_receptor", "rankl_field", field="RANKL", level="pth")
@effect("pth_receptor", "opg_field", field="OPG", level="pth")
@effect("rankl_marrow", "rankl_field", field="RANKL", level="rankl_marrow")
@effect("wnt", "wnt_field", field="Wnt", level="wnt")
@effect("m_csf", "m_csf_field", field="M-CSF", level="m_csf")
def said_by_marrow(still, x, field, level):
    m = still()
    if level != "pth":
        told(m, **{level: x})
    fine, coarse = Body._marrow_sources(m.p[0], m.today[0], x if level == "pth" else 1.0)
    return float(fine[FINE.index(field)] if field in FINE else coarse[COARSE.index(field)])


# -- what cells sense -----------------------------------------------------------------------------


def sensed(still, row, **fields):
    m = with_fields(still(), **{"RANKL": 40.0, "OPG": 100.0, "M_CSF": 10.0} | fields)
    return float(rules.sense(m).sensed[row, 5])


@effect("rankl_field", "rank_occupancy", 20.0, 80.0, field="RANKL")
@effect("opg_field", "rank_occupancy", 50.0, 200.0, field="OPG")
def free_rankl(still, x, field):
    return sensed(still, rank.FREE_RANKL, **{field: x})


@effect("rank_occupancy", "ripe_precursor", 20.0, 80.0, field="RANKL")
@effect("m_csf_field", "ripe_precursor", 2.0, 20.0, field="M_CSF")
@effect("adipokine_field", "ripe_precursor", 0.0, 3.0, field="adipokine")
def induction_of_nfatc1(still, x, field):
    return sensed(still, rank.INDUCTION, **{field: x})


@effect("tgf_beta_field", "precursor", 0.1, 5.0)
def attraction_of_tgf_beta(still, x):
    return sensed(still, rank.ATTRACTION, **{"TGF_beta": x})


@effect("chemokine", "precursor")
def attraction_by_response(still, x):
    m = with_fields(told(still(), chemokine=x), RANKL=60.0)
    b, heard = m.trabecula, rules.sense(m).sensed
    around = corners(7, b.nx, b.ny)
    return float(precursor.attraction(7, around, heard, b.sites, m.today[0], m.p[0]))


@effect("wnt_field", "beta_catenin", field="Wnt")
@effect("sclerostin_field", "beta_catenin", field="sclerostin")
@effect("sfrp1_field", "beta_catenin", field="SFRP1")
def beta_catenin(still, x, field):
    m = with_fields(still(), **LEVELS | {field: x * LEVELS[field]})
    b = m.trabecula
    return float(wnt.beta_catenin(7, m.fields.fine, m.fields.coarse, m.p[0], b.nx, b.ny))


# -- the osteoclast lineage -----------------------------------------------------------------------


def ripened(still, **today):
    """Return NFATc1 of precursors after a day."""
    m = with_fields(told(still(), **today), RANKL=60.0, M_CSF=60.0)
    cells = bones.put(m, "osteoclast_precursor", np.arange(5))
    bones.changed(m, precursor_life_days=1e9)
    rules.precursors_live(m)
    return float(cells["nfatc1"].mean())


@effect("nfatc1", "ripe_precursor", level="nfatc1")
@effect("oc_differentiation", "ripe_precursor", level="oc_differentiation")
@effect("tnfr1", "ripe_precursor", 1.5, 5.0, level="tnfr1")
def nfatc1_under(still, x, level):
    return ripened(still, **{level: x})


@effect("m_csf_field", "precursor", 0.0, 1000.0)
def precursors_left(still, x):
    m = bones.changed(with_fields(still(), M_CSF=x), precursor_life_days=2.0)
    bones.put(m, "osteoclast_precursor", np.arange(60))
    rules.precursors_live(m)
    return len(m.populations["osteoclast_precursor"])


@effect("precursor_entry", "precursor", level="precursor_entry")
@effect("immune", "precursor", level="immune_tone")
@effect("estrogen_receptor", "precursor", 0.0, 1.0, level="estrogen")
def precursors_that_enter(still, x, level):
    m = bones.changed(told(still(), **{level: x}), precursor_births_per_vessel_day=8.0)
    rules.precursors_enter(m)
    return len(m.populations["osteoclast_precursor"])


def fused(still, number=6, slit3=0.0):
    m = bones.changed(with_fields(still(), SLIT3=slit3), precursor_fusion_per_day=20.0)
    bones.changed(m, precursor_slit3_brake=1.0)
    m.populations["osteoclast"].reserve(10)
    bones.put(m, "osteoclast_precursor", np.full(number, bones.middle(m)), nfatc1=1.1)
    rules.precursors_fuse(m)
    return len(m.populations["osteoclast"])


@effect("ripe_precursor", "osteoclast", 2.0, 6.0)
def osteoclasts_of_ripe_precursors(still, x):
    return fused(still, round(x))


@effect("slit3_field", "osteoclast", 0.0, 1e12)
def osteoclasts_under_slit3(still, x):
    return fused(still, slit3=x)


def nuclei_kept(still, free=10.0, tgfb=0.0, **today):
    """Return the mean life of a nucleus (days)."""
    m = with_fields(told(still(), **today), **{"TGF_beta": tgfb})
    cell = bones.put(m, "osteoclast", bones.middle(m), nuclei=8.0)[0]
    b = m.trabecula
    rate = osteoclast.nucleus_loss(cell, free, m.fields.coarse, m.today[0], m.p[0], b.nx, b.ny)
    return 1.0 / float(rate)


@effect("oc_survival", "osteoclast", 0.5, 1.1)
def nuclei_kept_by_survival_signals(still, x):
    return nuclei_kept(still, oc_survival=x)


@effect("estrogen_receptor", "osteoclast", 0.0, 1.0)
def nuclei_kept_with_estrogen(still, x):
    return nuclei_kept(still, estrogen=x)


@effect("tgf_beta_field", "osteoclast", 0.0, 50.0)
def nuclei_kept_under_tgf_beta(still, x):
    return nuclei_kept(still, tgfb=x)


@effect("rankl_field", "osteoclast", 1.0, 10.0)
def nuclei_kept_by_rankl(still, x):
    return nuclei_kept(still, free=x)


def eroded(still, number=1, changed=None, **today):
    """Return a bone on which osteoclasts have worked for a day."""
    m = with_fields(told(still(), **today), RANKL=100.0)
    bones.changed(m, osteoclast_nucleus_loss_per_day=0.0, **(changed or {}))
    bones.put(m, "osteoclast", [45, 55, 245, 255][:number], nuclei=4.0)
    rules.osteoclasts(rules.silence(m))
    return m


def removed(m):
    return int(m.ledger["removed_nm"][0])


@effect("osteoclast", "resorption", 1.0, 4.0)
def resorbed_by_osteoclasts(still, x):
    return removed(eroded(still, round(x)))


@effect("oc_activity", "resorption", level="oc_activity")
@effect("catk", "resorption", level="catk")
def resorbed_under(still, x, level):
    return removed(eroded(still, **{level: x}))


@effect("graft", "osteoclast", 0.0, 3.0)
def resorbed_near_grafted_cells(still, x):
    def near():
        return with_fields(told(still(), supported=1), secretome=x)

    return removed(eroded(near))


def at_pace(x):
    return {"osteoclast_erosion_um_per_day": 4.0 * x}


@effect("resorption", "bone")
def bone_after_resorption(still, x):
    return eroded(still, changed=at_pace(x)).trabecula.bone_volume_nm()


@effect("resorption", "tgf_beta_field")
def tgf_beta_of_resorption(still, x):
    return source_of(eroded(still, changed=at_pace(x)), "TGF-beta")


@effect("resorption", "cxcl12_field")
def cxcl12_of_eroded_bone(still, x):
    m = rules.silence(still())
    bones.erode(m, np.arange(round(20 * x)), 20.0, REVERSAL)
    rules.surface_ages(m)
    return source_of(m, "CXCL12")


# -- bone as a whole ------------------------------------------------------------------------------


@effect("bone", "strength")
def strength_of_plates(still, x):
    m = still()
    b = m.trabecula
    b.sites["height"][: b.n_columns] -= round(70_000 * (2.0 - x))
    m.ledger["removed_total_nm"] += round(70_000 * (2.0 - x)) * b.n_columns
    return density.state(m)["strength"]


@effect("damage", "strength", 0.0, 50.0)
def strength_of_damaged_plates(still, x):
    m = still()
    m.trabecula.damage[:] = x
    return density.state(m)["strength"]


@effect("strength", "fracture")
def hazard_by_strength(still, x):
    return hazard_ratio(x, 1.0, 4.0)


@effect("falls", "fracture")
def hazard_by_falls(still, x):
    return hazard_ratio(1.0, x, 4.0)


def defect(still, number=0):
    m = with_fields(rules.silence(still()), **LEVELS)
    lesion.cut(m, "disc", 50.0)
    bones.changed(m, lesion_bridge_per_day=100.0)
    rim = lesion.columns_of(m.trabecula, "disc", 75.0) & ~lesion.columns_of(
        m.trabecula, "disc", 50.0
    )
    bones.put(m, "msc", np.flatnonzero(rim)[:number], **YOUNG | {"runx2": 0.7})
    m.populations["osteoblast"].reserve(100)
    rules.defects_heal(m)
    return m


@effect("defect", "cxcl12_field", 0.0, 1.0)
def cxcl12_of_defects(still, x):
    if x > 0.0:
        return source_of(defect(still), "CXCL12")
    m = rules.silence(still())
    rules.defects_heal(m)
    return source_of(m, "CXCL12")


@effect("preosteoblast", "defect", 0.0, 8.0)
def defect_that_is_left(still, x):
    return int(defect(still, round(x)).today["defect_columns"][0])


@effect("immunity", "graft", 0.0, 1.0)
def grafted_cells_left(still, x):
    m = told(still(), rejection=x)
    m.depots = np.array([grafting.given(1e6, "intramarrow", {"foreign": 1.0}, 0.8, 1)], DEPOT)
    m.depots["marrow"], m.depots["blood"] = 1e6, 0.0
    rules.grafts_arrive(m)
    return float(m.depots["marrow"][0])


# -- the body -------------------------------------------------------------------------------------


@effect("aromatase", "estradiol", driver="aromatase")
@effect("testosterone", "estradiol", 10.0, 30.0, driver="testosterone_nmol_per_l")
def estradiol_of_men(still, x, driver):
    drivers = {"estradiol_pmol_per_l": 90.0, "testosterone_nmol_per_l": 20.0, "aromatase": 1.0}
    return estradiol(drivers | {driver: x}, Host.model_validate("young_man"), 0.85)


@effect("vitamin_d", "calcitriol")
def vitamin_d_for_the_kidney(still, x):
    m = still()
    m.body._vitamin_d_supply = x
    return calcium.active_vitamin_d(m.body.vitamin_d_nmol_per_l, 1.0)


@effect("calcium_intake", "calcium_absorbed", 500.0, 1500.0)
def absorbed_of_food(still, x):
    return calcium.absorbed(x, 60.0, 1.0, P)


@effect("calcitriol", "calcium_absorbed", 20.0, 80.0)
def absorbed_by_calcitriol(still, x):
    return calcium.absorbed(1000.0, x, 1.0, P)


@effect("calcitonin", "calcium_absorbed", 1.0, 5.0)
def absorbed_under_calcitonin(still, x):
    return calcium.absorbed(1000.0, 60.0, 1.0, P, 0.0, x)


@effect("calcium_absorbed", "calcium_pool", 500.0, 1500.0)
def calcium_by_uptake(still, x):
    return calcium.balance(x, 60.0, 1.0, 1.0, P)[0]


@effect("resorption", "calcium_pool", 0.5, 1.5)
def calcium_by_resorption(still, x):
    return calcium.balance(1000.0, 60.0, x, 1.0, P)[0]


@effect("formation", "calcium_pool", 0.5, 1.5)
def calcium_by_formation(still, x):
    return calcium.balance(1000.0, 60.0, 1.0, x, P)[0]


@effect("serum_calcium", "pth", 2.2, 2.6)
def pth_by_calcium(still, x):
    return calcium.pth_of(x, P)


@effect("serum_calcium", "calcitonin", 2.4, 2.6)
def calcitonin_by_calcium(still, x):
    return calcium.calcitonin_of(x, 0.0, P)


@effect("pth", "calcitriol")
def calcitriol_by_pth(still, x):
    return calcium.active_vitamin_d(60.0, x)


@effect("pth", "calcium_pool")
def calcium_kept_by_pth(still, x):
    return -calcium.excreted(2.4, x, P)


@effect("calcitonin", "calcium_pool", 1.0, 5.0)
def calcium_kept_under_calcitonin(still, x):
    return -calcium.excreted(2.4, 1.0, P, x)


@effect("pth", "pth_receptor")
def receptors_that_hold_pth(still, x):
    return pth.live_a_day(pth.at_rest(P)[0], x, 0.0, P)[1]


@effect("pth_burst", "pth_receptor", 1.5, 3.0)
def what_a_month_of_bursts_leaves(still, x):
    m = still()
    for _ in range(30):
        skeleton.remember_bursts(m.skeleton[0], x, 0.0, 1.0, P)
    return skeleton.with_bursts(1.0, m.skeleton["pth_pulsed"][0], P)


@effect("pth", "pth_burst", 0.2, 1.0)
def bursts_of_injected_pth(still, x):
    return pth.live_a_day(pth.at_rest(P)[0], 1.0, x, P)[2]
