"""Indices of suppressed remodelling: damage of the cortex, and arrears of the patch, over rest."""

import numpy as np
import pytest

import bones
from bmu_abm import bisphosphonate
from bmu_abm.interventions import find, names
from bmu_abm.readouts import suppression
from bmu_abm.readouts.memory import Memory
from bmu_abm.readouts.table import baseline_of
from bmu_abm.signalling.mevalonate import work_left
from bmu_abm.systemic import cortex, skeleton
from bmu_abm.systemic.environment import Deposit

mechanism = pytest.mark.mechanism
YEAR = 365


# -- the cortex -----------------------------------------------------------------------------------


def shell(**values):
    state = skeleton.at_rest()
    for name, value in values.items():
        state[name] = value
    return state


def tired(state, years, p, load=1.0):
    """Return the damage of a shell after some years of its remodelling of today."""
    for _ in range(round(12 * years)):
        cortex.tire(state[0], load, YEAR / 12, p[0])
    return float(state["cortex_damage"][0])


@pytest.fixture(scope="module")
def p():
    return bones.bone().p


@mechanism("se-bp-aff", "se-deno-aff")
def test_a_cortex_at_rest_stays_as_tired_as_it_is(p):
    state = shell()
    assert tired(state, 30, p) == 1.0 == state["cortex_age"][0]


@mechanism("se-bp-aff", "se-deno-aff")
def test_damage_of_the_cortex_rises_with_years_of_suppression_and_falls_after_them(p):
    state = shell(resorption=0.2, formation=0.2)
    during = [tired(state, 1, p) for _ in range(10)]
    state["resorption"] = state["formation"] = 1.0
    after = [tired(state, 1, p) for _ in range(10)]
    assert during == sorted(during) and 1.05 < during[0] < 1.5 < during[-1] < 4.0
    assert after == sorted(after, reverse=True) and 1.0 < after[-1] < during[-1] - 0.3


@mechanism("se-bp-aff", "se-deno-aff")
def test_more_suppression_tires_more(p):
    damage = [tired(shell(resorption=r, formation=r), 5, p) for r in (1.4, 1.0, 0.6, 0.2)]
    assert damage == sorted(damage) and damage[0] < 1.0 == damage[1]


@mechanism("se-bp-aff", "se-deno-aff")
def test_load_lost_cortex_and_old_bone_tire_sooner(p):
    assert tired(shell(), 1, p, load=1.2) > 1.05
    assert tired(shell(cortex=0.9), 1, p) > 1.03
    old, young = (tired(shell(cortex_age=age), 1, p) for age in (1.5, 0.5))
    assert old > 1.0 > young
    p = bones.changed(bones.bone(), damage_stress_exponent=0.0).p
    assert tired(shell(), 1, p, load=1.2) == 1.0


@mechanism("se-bp-aff", "se-deno-aff")
def test_damaged_bone_goes_first(p):
    slow = bones.changed(bones.bone(), skeleton_crack_targeting=1.0).p
    left = [tired(shell(cortex_damage=2.0), 5, q) - 1.0 for q in (p, slow)]
    assert left[0] < 0.7 * left[1] < 0.7


@mechanism("se-bp-aff", "se-deno-aff")
def test_the_books_of_the_shell_close(p):
    """Sums over the shell: what grows, less what resorption takes (new bone brings nothing)."""
    values = {"resorption": 0.5, "formation": 1.2, "cortex": 0.9, "cortex_damage": 2.0}
    state, dt = shell(cortex_age=1.3, **values), 1.0
    growth = float(cortex.fatigue(1.0 / 0.9, 1.3, p[0]))
    cortex.tire(state[0], 1.0, dt, p[0])
    k, q = 0.03 / YEAR, float(p["skeleton_crack_targeting"][0])
    volume = 0.9 + k * (1.2 - 0.5)
    damage = 0.9 * 2.0 + k * q * (0.9 * growth - 0.5 * 2.0)
    age = 0.9 * 1.3 + k * (0.9 - 0.5 * 1.3)
    assert volume * state["cortex_damage"][0] == pytest.approx(damage, rel=1e-7)
    assert volume * state["cortex_age"][0] == pytest.approx(age, rel=1e-7)


@mechanism("se-bp-aff", "se-deno-aff")
def test_the_companion_lives_the_cortex_and_the_column_shows_it(still):
    m = still()
    m.skeleton["resorption"] = m.skeleton["formation"] = 0.1
    skeleton.step(m.skeleton, 1000.0, 60.0, m.body.rankl_binders, m.today, m.p, m.body.rest)
    told = m.sample()["atypical_fracture_index"]
    assert m.skeleton["cortex_damage"][0] > 1.0
    assert told == pytest.approx(m.skeleton["cortex_damage"][0] / m.skeleton["resorption"][0])


@mechanism("se-bp-aff", "se-deno-aff")
def test_the_index_falls_when_resorption_is_let_go_before_damage_does(still):
    m = still()
    m.skeleton["cortex_damage"], m.skeleton["resorption"] = 1.2, 0.4
    held = suppression.unmended(m.skeleton)
    m.skeleton["cortex_damage"], m.skeleton["resorption"] = 1.25, 0.6
    assert held == pytest.approx(3.0) and suppression.unmended(m.skeleton) < held
    m.skeleton["resorption"] = 0.0
    assert np.isfinite(suppression.unmended(m.skeleton))


# -- the patch ------------------------------------------------------------------------------------


def arrears(service, years, start=1.0, need=1.0):
    return suppression.arrears_after(start, need, service, 0.11, YEAR * years)


@mechanism("se-bp-mronj", "se-deno-mronj")
def test_arrears_rise_with_years_of_suppression_and_fall_after_them():
    assert arrears(1.0, 10) == pytest.approx(1.0)
    during = [arrears(0.1, years) for years in (1, 3, 10)]
    assert 1.05 < during[0] < during[1] < during[2] < 2.1
    assert arrears(0.0, 10) == pytest.approx(1.0 + 0.11 * 10)
    assert arrears(0.1, 3, need=1.5) > during[1]
    after = [arrears(1.0, years, during[2]) for years in (1, 3, 10)]
    assert 1.0 < after[2] < after[1] < after[0] < during[2]


@mechanism("se-bp-mronj", "se-deno-mronj")
def test_months_add_up_to_years():
    level = 1.0
    for _ in range(36):
        level = arrears(0.3, 1 / 12, level)
    assert level == pytest.approx(arrears(0.3, 3))


@mechanism("se-bp-mronj", "se-deno-mronj")
def test_service_is_nothing_without_osteoclasts_or_without_resorption():
    usual = {"resorption_um_per_year": 7.0, "osteoclasts_per_mm2": 3.0}
    assert suppression.service(usual, usual) == 1.0
    for name in usual:
        assert suppression.service(usual | {name: 0.0}, usual) == 0.0
        assert suppression.service(usual | {name: usual[name] / 4}, usual) == 0.5
        assert suppression.service(usual, usual | {name: 0.0}) == 1.0


def index(m):
    return suppression.indices(m)["over_suppression_index"]


def month(m, share=1.0, damage=10.0):
    """Let 30 days pass in which a share of the usual constants is remodelled; return the index."""
    base, b = baseline_of(m), m.trabecula
    per_site_nm = 1000.0 * base["resorption_um_per_year"] * 30.0 / YEAR
    m.day += 30
    m.ledger["days"] = 30.0
    m.ledger["removed_nm"] = round(share * per_site_nm * b.n_sites)
    m.ledger["osteoclast_days"] = share * base["osteoclasts_per_mm2"] * b.surface_mm2 * 30.0
    suppression.catch_up(m, damage, base)
    m.ledger["days"] = 0.0
    return index(m)


@pytest.fixture
def patch(still):
    """Return how to make a bone without cells at month 0."""

    def make():
        m = still()
        m.trabecula.damage[:] = 10.0
        m.begin_treatment()
        return m

    return make


@mechanism("se-bp-mronj", "se-deno-mronj")
def test_the_index_of_a_patch_that_remodels_as_its_host_does_is_1(patch):
    m = patch()
    assert m.sample()["over_suppression_index"] == 1.0
    assert [month(m) for _ in range(24)] == pytest.approx([1.0] * 24, rel=1e-4)
    assert m.sample()["over_suppression_index"] == index(m)


@mechanism("se-bp-mronj", "se-deno-mronj")
def test_the_index_of_a_patch_follows_remodelling_and_damage(patch):
    m = patch()
    during = [month(m, 0.1) for _ in range(36)]
    assert during == sorted(during) and 1.2 < during[-1] < 1.4
    worn = month(m, 0.1, damage=20.0) - during[-1]
    assert worn > 1.5 * (during[-1] - during[-2])
    after = [month(m, 2.0) for _ in range(36)]
    assert after == sorted(after, reverse=True) and after[-1] < 1.0 + 0.7 * (during[-1] - 1.0)


@mechanism("se-bp-mronj", "se-deno-mronj")
def test_a_sample_lets_the_arrears_live_by_the_damage_of_the_patch(patch):
    m = patch()
    m.trabecula.damage[:] = 20.0
    m.day, m.ledger["days"] = 30, 30.0
    m.ledger["removed_nm"], m.ledger["osteoclast_days"] = 0, 0.0
    expected = suppression.arrears_after(1.0, 2.0, 0.0, m.spec.host.turnover_per_year, 30.0)
    assert m.sample()["over_suppression_index"] == pytest.approx(expected) and expected > 1.01


@mechanism("se-bp-mronj", "se-deno-mronj")
def test_bound_drug_slows_the_clearing_by_its_dose_and_potency(patch):
    told = {}
    for nmol, potency in ((0.0, 1.0), (1e3, 1.0), (1e5, 1.0), (1e3, 100.0)):
        m = patch()
        bisphosphonate.take(m, [Deposit(nmol=nmol, affinity=1.0, potency=potency)])
        told[nmol, potency] = index(m)
    assert told[0.0, 1.0] == 1.0 < told[1e3, 1.0] < told[1e5, 1.0]
    assert told[1e3, 100.0] == pytest.approx(told[1e5, 1.0], rel=1e-5)
    assert told[1e5, 1.0] < 1.0 / (1.0 - float(m.p["bisphosphonate_activity_loss"][0])) + 1e-9


@mechanism("se-bp-mronj", "se-deno-mronj")
def test_an_osteoclast_takes_up_what_lies_under_one_of_its_nuclei(patch):
    """Of a column its two faces have half each."""
    m = patch()
    bisphosphonate.take(m, [Deposit(nmol=1.0, affinity=1.0, potency=3.0)])
    m.trabecula.bisphosphonate[:] = 0.0
    m.trabecula.bisphosphonate[0, :, 3] = 0.04
    taken = 3.0 * 0.02 * float(m.p["osteoclast_sites_per_nucleus"][0])
    expected = 1.0 / float(work_left(taken, m.p[0]))
    assert index(m) == pytest.approx(expected, rel=1e-5) and 1.05 < expected < 2.0


@mechanism("se-bp-mronj", "se-deno-mronj")
def test_what_was_before_month_0_does_not_count_after_it(still):
    """Days of a stretch across month 0 are past; the arrears begin at 1."""
    m = still()
    m.ledger["days"] = 30.0
    m.begin_treatment()
    suppression.catch_up(m, 10.0, baseline_of(m))
    assert index(m) == 1.0


@mechanism("se-bp-mronj", "se-deno-mronj")
def test_arrears_outlast_a_snapshot(patch):
    m = patch()
    month(m, 0.2)
    back = Memory.restored(m.memory.arrays(), m.memory.numbers())
    assert back.arrears == m.memory.arrears > 1.0


@mechanism("se-bp-aff", "se-deno-aff")
@mechanism("se-bp-mronj", "se-deno-mronj")
def test_every_antiresorptive_that_names_them_points_to_the_index():
    columns = {"mronj": "over_suppression_index", "aff": "atypical_fracture_index"}
    told = [
        (name, s.readout, columns[s.id.rsplit("-", 1)[1]])
        for name in names()
        for s in find(name).declaration.side_effect
        if s.id.endswith(("-mronj", "-aff"))
    ]
    assert {name for name, *_ in told} >= {"denosumab", "alendronate", "zoledronate"}
    assert all(readout == column for _, readout, column in told)
    assert np.unique([column for *_, column in told]).tolist() == sorted(columns.values())
