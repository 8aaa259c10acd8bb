"""What fills while RANKL is blocked: each store by itself; bone without a drug has none."""

import math

import numpy as np
import pytest

import bones
import rules
from bmu_abm import bisphosphonate
from bmu_abm.cells.osteoclast import FISSIONED, SHED
from bmu_abm.scenario import Scenario
from bmu_abm.signalling import rank
from bmu_abm.systemic.environment import Deposit
from drugs import body, level, lived, state

mechanism = pytest.mark.mechanism
KD_PM = 3.0
YEAR = 365.0
# Calls and age act on any bone; what stands here waits for a drug that binds RANKL.
STORES = {"use": "rebound_stores", "spared_life": 20.0, "fission": 5.0, "gate": 0.0}


def blocked(m, conc_pm=1e6):
    """Let an antibody bind RANKL."""
    m.body.rankl_binders = np.array([m.body.rankl_binders[0], (conc_pm, KD_PM)])
    return m


def signalled(still, rankl=60.0, **parameters):
    """Return a bone with RANKL and colony factors everywhere."""
    m = bones.changed(still(), **{"binding_rankl_unreached": 0.0, **parameters})
    m.fields.native("RANKL")[:], m.fields.native("M-CSF")[:] = rankl, 1e9
    return m


# -- what a drug withholds ------------------------------------------------------------------------


@pytest.mark.parametrize("conc_pm", [None, 0.0])
def test_without_a_drug_nothing_is_withheld_and_the_gate_finds_what_is_free(still, conc_pm):
    m = signalled(still, osteoclast_gate_blocking=0.3)
    bones.peak(m, "RANKL", 90.0)
    if conc_pm is not None:
        blocked(m, conc_pm)
    heard = rules.sense(m).sensed
    assert (heard[rank.WITHHELD] == 0.0).all()
    assert (heard[rank.GATE] == heard[rank.FREE_RANKL]).all() and heard[rank.GATE].max() > 30.0


@mechanism("deno-rebound")
def test_what_is_withheld_is_the_share_of_the_signal_that_is_lost(still):
    m = signalled(still, precursor_rankl_half_pm=26.0)
    own = float(rules.sense(m).sensed[rank.FREE_RANKL, 3])
    heard = rules.sense(blocked(m, 60.0)).sensed[:, 3]
    left = float(heard[rank.FREE_RANKL])
    assert 0.1 * own < left < 0.6 * own

    def signal(free):
        return free**4 / (26.0**4 + free**4)

    assert heard[rank.WITHHELD] == pytest.approx(1.0 - signal(left) / signal(own), rel=1e-3)
    assert heard[rank.GATE] == heard[rank.FREE_RANKL]


@mechanism("deno-rebound")
@pytest.mark.parametrize("blocking", [0.0, 0.25, 1.0])
def test_the_gate_lacks_a_share_of_what_is_bound(still, blocking):
    m = signalled(still, osteoclast_gate_blocking=blocking)
    own = float(rules.sense(m).sensed[rank.FREE_RANKL, 3])
    heard = rules.sense(blocked(m)).sensed[:, 3]
    assert heard[rank.GATE] == pytest.approx((1.0 - blocking) * own, rel=1e-3, abs=1e-2)
    assert heard[rank.FREE_RANKL] < 0.01


@mechanism("d-denosumab")
@pytest.mark.parametrize("share", [0.0, 0.2, 1.0])
def test_precursors_and_the_gate_meet_rankl_that_an_antibody_does_not_reach(still, share):
    """With much antibody, that share of what they would find; osteoclasts find a part of it."""
    m = signalled(still, binding_rankl_unreached=share, binding_rankl_unreached_life=0.4)
    m.p["precursor_rankl_half_pm"] = 26.0
    own = rules.sense(m).sensed[:, 3].copy()
    heard = rules.sense(blocked(m)).sensed[:, 3]
    met = share * own[rank.FREE_RANKL]
    assert heard[rank.GATE] == pytest.approx(met, rel=1e-3, abs=1e-2)
    assert heard[rank.FREE_RANKL] == pytest.approx(0.4 * met, rel=1e-3, abs=1e-2)
    signal = met**4 / (26.0**4 + met**4)
    before = own[rank.FREE_RANKL] ** 4 / (26.0**4 + own[rank.FREE_RANKL] ** 4)
    assert heard[rank.INDUCTION] == pytest.approx(own[rank.INDUCTION] * signal / before, rel=1e-3)


def test_the_skeleton_resorbs_less_the_less_rankl_is_out_of_reach_and_by_shorter_lives():
    few, more = (
        lived(
            200,
            "denosumab",
            parameters={"binding.rankl_unreached": share, "binding.rankl_unreached_life": 0.0},
        )
        for share in (0.0, 1.0)
    )
    assert state(few, "resorption") < state(more, "resorption") - 0.01
    assert state(more, "resorption") < 0.4  # as much is presented as ever; its osteoclasts die


def test_the_skeleton_resorbs_more_the_longer_osteoclasts_live_by_what_is_out_of_reach():
    brief, longer = (
        lived(200, "denosumab", parameters={"binding.rankl_unreached_life": share})
        for share in (0.0, 1.0)
    )
    assert state(brief, "resorption") < state(longer, "resorption") - 0.05


# -- the gate -------------------------------------------------------------------------------------


def removed_um(m):
    return int(m.ledger["removed_nm"][0]) / 1000.0


def with_osteoclast(still, **parameters):
    still_there = {"osteoclast_nucleus_loss_per_day": 0.0}
    m = signalled(still, **still_there | parameters)
    bones.put(m, "osteoclast", bones.middle(m), nuclei=8.0)
    return m


@mechanism("deno-rebound")
def test_lined_bone_waits_while_rankl_is_blocked_and_is_opened_when_it_is_back(still):
    m = blocked(with_osteoclast(still))
    rules.tick(m, rules.osteoclasts, 3)
    assert removed_um(m) == 0.0
    m.body.rankl_binders = m.body.rankl_binders[:1]
    rules.osteoclasts(m)
    assert removed_um(m) > 10.0


@mechanism("deno-rebound")
def test_where_the_gate_feels_no_block_lined_bone_does_not_wait(still):
    m = blocked(with_osteoclast(still, osteoclast_gate_blocking=0.0))
    rules.osteoclasts(m)
    free = with_osteoclast(still)
    rules.osteoclasts(free)
    assert removed_um(m) > 0.5 * removed_um(free) > 0.0


# -- precursors that are spared -------------------------------------------------------------------


def left_of_400(still, drug=True, **parameters):
    """Return how many of 400 precursors with a life of 12 days are left after five days."""
    m = signalled(still, precursor_life_days=12.0, **parameters)
    if drug:
        blocked(m)
    bones.put(m, "osteoclast_precursor", np.arange(400))
    rules.tick(m, rules.precursors_live, 5)
    return len(m.populations["osteoclast_precursor"])


@mechanism("deno-rebound")
def test_precursors_that_find_no_rankl_live_on_where_they_are_spared(still):
    """Bounds of four standard deviations about 400 exp(-5 / life)."""
    full = {"precursor_pool_per_mm2": 1e9}
    usual = left_of_400(still)
    assert abs(usual - 400 * math.exp(-5 / 12)) < 40
    assert left_of_400(still, precursor_spared_life=1.0, **full) == usual
    spared = left_of_400(still, precursor_spared_life=20.0, **full)
    assert abs(spared - 400 * math.exp(-5 / 240)) < 12
    assert left_of_400(still, drug=False, precursor_spared_life=20.0, **full) == usual


@mechanism("deno-rebound")
def test_the_pool_of_spared_precursors_is_full_at_its_capacity(still):
    """The patch has 0.08 mm2 of bone surface: 300 cells are 3750 per mm2."""
    m = signalled(still)
    assert m.today["surface_mm2"][0] == pytest.approx(0.08)
    left = left_of_400(still, precursor_spared_life=1e6, precursor_pool_per_mm2=3750.0)
    assert 285 <= left < 300
    few = left_of_400(still, precursor_spared_life=1e6, precursor_pool_per_mm2=0.0)
    assert few == left_of_400(still)


# -- osteomorphs ----------------------------------------------------------------------------------


def morphs_after_a_day(still, drug=True, **parameters):
    fast = {"osteoclast_recycling": 0.2, "osteoclast_nucleus_loss_per_day": 0.3}
    m = signalled(still, **fast | parameters)
    if drug:
        blocked(m)
    m.populations["osteoclast_precursor"].reserve(400)
    apart = np.arange(8) * 50 + 5
    bones.put(m, "osteoclast", apart, nuclei=12.0)
    rules.osteoclasts(m)
    kinds = m.populations["osteoclast_precursor"].live["osteomorph"]
    lost = 96 - m.populations["osteoclast"].live["nuclei"].sum()
    return int((kinds == SHED).sum()), int((kinds == FISSIONED).sum()), lost


@mechanism("deno-rebound")
def test_an_osteoclast_fissions_where_a_drug_withholds_rank_signalling(still):
    shed, fissioned, lost = morphs_after_a_day(still)
    assert fissioned == 0 and 0 < shed < 0.4 * lost
    again, fissioned, _ = morphs_after_a_day(still, osteoclast_fission=5.0)
    assert again == shed and shed + fissioned > 0.85 * lost


@mechanism("deno-rebound")
def test_without_a_drug_no_osteoclast_fissions(still):
    as_ever = morphs_after_a_day(still, drug=False)
    assert as_ever[1] == 0
    assert morphs_after_a_day(still, drug=False, osteoclast_fission=50.0) == as_ever


@mechanism("deno-rebound")
def test_what_comes_of_fission_lasts_and_ripens_fast(still):
    ripened, left = [], []
    for kind in (0, SHED, FISSIONED):
        m = signalled(
            still, precursor_life_days=5.0, precursor_osteomorph_life_days=5.0,
            precursor_fission_life_days=1e9, precursor_refusion=3.0,
        )  # fmt: skip
        cells = bones.put(m, "osteoclast_precursor", np.arange(200), osteomorph=kind)
        rules.precursors_move(m, 0, 0.25)
        ripened.append(float(cells["nfatc1"][0]))
        rules.tick(m, rules.precursors_live, 4)
        left.append(len(m.populations["osteoclast_precursor"]))
    assert ripened[0] == ripened[1] and ripened[2] == pytest.approx(3.0 * ripened[0])
    assert left[2] == 200 and max(left[:2]) < 130


# -- osteocytes: age, and calls that wait ---------------------------------------------------------


def opg_of_age(still, years, **parameters):
    m = bones.changed(still(), osteocyte_life_years=1e9, **parameters)
    sites = np.arange(m.trabecula.n_columns)
    z = m.trabecula.sites["height"][sites] - 20_000
    told = {"z": z, "age": years * YEAR, "customary_strain": 1.0, "secretion": 1.0}
    bones.put(m, "osteocyte", sites, **told)
    rules.osteocytes(rules.silence(m))
    return float(m.fields.native_source("OPG").sum(dtype=float))


@mechanism("deno-rebound")
def test_the_fall_of_opg_with_age_turns_about_the_age_of_rest(still):
    told = {"osteocyte_opg_age_years": 8.0, "osteocyte_opg_rest_years": 5.0}

    def at(slope):
        told["osteocyte_opg_age_slope"] = slope
        return {years: opg_of_age(still, years, **told) for years in (2, 5, 9)}

    usual, flat, steep = at(1.0), at(0.0), at(3.0)
    assert usual[2] > usual[5] > usual[9] > 0.0
    assert flat[2] == pytest.approx(flat[9]) == pytest.approx(usual[5], rel=1e-3)
    assert steep[5] == pytest.approx(usual[5], rel=1e-3)
    for years in (2, 9):
        change = usual[years] - usual[5]
        assert steep[years] - usual[5] == pytest.approx(3.0 * change, rel=0.01)


def test_opg_does_not_fall_below_none(still):
    assert opg_of_age(still, 60, osteocyte_opg_age_slope=5.0) == 0.0


@mechanism("deno-rebound")
@pytest.mark.parametrize("memory", [60.0, 400.0])
def test_a_call_that_nobody_answers_waits_for_as_long_as_it_is_remembered(still, memory):
    m = bones.changed(still(), osteocyte_life_years=1e9, osteocyte_call_memory_days=memory)
    z = m.trabecula.sites["height"][10] - 20_000
    cells = bones.put(m, "osteocyte", [10], z=z, age=YEAR, customary_strain=1.0, calling=1.0)
    rules.tick(m, rules.osteocytes, 60)
    assert cells["calling"][0] == pytest.approx(math.exp(-60.0 / memory), rel=1e-6)


# -- the switches ---------------------------------------------------------------------------------


def test_the_switches_set_the_parameters_of_the_day():
    usual, off = body(), body({**STORES, "opg_age": 0.0, "memory": 0.15})
    named = ("precursor_spared_life", "osteoclast_fission", "osteoclast_gate_blocking",
             "osteocyte_opg_age_slope", "osteocyte_call_memory_days")  # fmt: skip
    before, after = ([float(m.body.wake(m)[name][0]) for name in named] for m in (usual, off))
    assert before == [1.0, 1.0, 1.0, 1.0, 400.0]
    assert after == pytest.approx([20.0, 5.0, 0.0, 0.0, 60.0])
    plain = body("rebound_stores")
    assert plain.body.wake(plain).tobytes() == usual.body.wake(usual).tobytes()


@mechanism("deno-rebound")
def test_no_store_touches_bone_without_a_drug_that_binds_rankl(busy):
    """The same bytes after five days; under an antibody they are others."""
    ends = []
    for uses in ([], [STORES], [{"use": "denosumab"}], [{"use": "denosumab"}, STORES]):
        m = busy()
        m.adopt(Scenario.from_dict(m.spec.to_dict() | {"intervention": uses}, name=m.spec.name))
        m.begin_treatment()
        bones.days(m, 5)
        arrays = m.snapshot()
        told = ("meta", "parameters")  # they say what was switched on
        ends.append(bones.digest({k: v for k, v in arrays.items() if k not in told}))
    assert ends[0] == ends[1]
    assert len(set(ends)) == 3


# -- against a bisphosphonate ---------------------------------------------------------------------


@mechanism("deno-vs-bp-speed")
def test_an_antibody_stops_at_once_what_a_bisphosphonate_lets_go_on(still):
    """A week's alendronate lies on the bone; who has resorbed none of it works on."""
    removed = {}
    for name in ("none", "antibody", "bisphosphonate"):
        m = with_osteoclast(still, osteoclast_nucleus_loss_per_day=0.029)
        m.populations["osteoclast_precursor"].reserve(100)
        if name == "antibody":
            blocked(m)
        if name == "bisphosphonate":
            bisphosphonate.take(m, [Deposit(nmol=900.0, affinity=1.0, potency=1.0)])
        rules.osteoclasts(m)
        removed[name] = removed_um(m)
    assert removed["antibody"] == 0.0
    assert removed["bisphosphonate"] > 0.5 * removed["none"] > 0.0


@mechanism("deno-vs-bp-speed")
def test_the_cortex_too_is_held_sooner_by_an_antibody():
    fast, slow = (state(lived(30, use), "resorption") for use in ("denosumab", "alendronate"))
    assert fast < slow - 0.1 and slow < 1.0


# -- the other half of romosozumab ----------------------------------------------------------------


def levels_of(*uses):
    """Return what is free of sclerostin, RANKL of osteocytes and OPG, in a body on day 20."""
    m = body(*uses)
    m.day = 20
    m.body.wake(m)
    return [level(m, name) for name in ("sclerostin_unbound", "rankl_osteocyte", "opg")]


def under(**told):
    return levels_of({"use": "romosozumab", **told})


@mechanism("d-romosozumab", "beyond-scl-rankl", "beyond-scl-opg")
def test_osteocytes_whose_sclerostin_is_bound_make_less_rankl_and_more_opg():
    rest, (free, rankl, opg) = levels_of(), under()
    assert rest[0] == 1.0 and free < 0.05
    assert rankl < 0.6 * rest[1] and opg > 1.15 * rest[2]
    less = under(dose=1.0)
    assert free < less[0] < 1.0 and rankl < less[1] < rest[1] and opg > less[2] > rest[2]


@mechanism("d-romosozumab")
def test_a_dose_of_0_binds_no_sclerostin():
    assert under(dose=0.0) == levels_of()
