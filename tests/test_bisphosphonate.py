"""Bisphosphonate: who binds it, what buries and frees it, what it does, and its books."""

import numpy as np
import pytest

import bones
import rules
from bmu_abm import bisphosphonate, lesion
from bmu_abm.body import Life
from bmu_abm.interventions import Plan
from bmu_abm.readouts import density
from bmu_abm.signalling import mevalonate
from bmu_abm.systemic import skeleton
from bmu_abm.systemic.environment import Deposit
from bmu_abm.trabecula import FORMATION, HOLE_COLUMN, RESORPTION

mechanism = pytest.mark.mechanism
DRUGS = ("alendronate", "risedronate", "ibandronate", "zoledronate", "etidronate", "clodronate")
WEEK = 900.0  # nmol that bone binds of a week's alendronate
REFERENCE = {"Wnt": 1.0, "sclerostin": 30.0, "SFRP1": 4.0}
FOR_EVER = {"bisphosphonate_cell_half_life_days": 1e12}


def take(m, nmol=WEEK, affinity=1.0, potency=1.0):
    bisphosphonate.take(m, [Deposit(nmol, affinity, potency)])
    return m


def bound(m):
    return float(m.trabecula.bisphosphonate.sum(dtype=float))


def open_slice(m, s):
    """Return the slice that lies open on a site of the front face."""
    return (int(m.trabecula.sites["height"][s]) - 1) // m.trabecula.slice_nm


def on(m, s):
    return float(m.trabecula.bisphosphonate[0, s, open_slice(m, s)])


def assert_books_close(m):
    """Given = bound + freed + lost, for each drug, up to the rounding of a sum."""
    held = m.trabecula.bisphosphonate.sum(axis=(1, 2), dtype=float)
    gone = m.drugs["freed_fmol"] + m.drugs["lost_fmol"]
    assert held + gone == pytest.approx(m.drugs["given_fmol"], rel=1e-9)
    assert (m.trabecula.bisphosphonate >= 0.0).all()
    holes = m.trabecula.column_kind == HOLE_COLUMN
    assert not m.trabecula.bisphosphonate[:, holes].any()


# -- uptake ---------------------------------------------------------------------------------------


@mechanism("bp-hydroxyapatite")
def test_the_patch_binds_the_share_of_its_surface_on_the_slices_that_lie_open(still):
    m = take(still())
    skeleton_mm2 = float(m.p["bisphosphonate_skeleton_mm2_per_kg"][0]) * m.body.body_mass_kg
    assert bound(m) == pytest.approx(1e6 * WEEK / skeleton_mm2 * m.trabecula.surface_mm2, rel=1e-6)
    b = m.trabecula
    front, back = (heights.ravel() for heights in b.heights())
    columns = np.arange(b.n_columns)
    outer = b.bisphosphonate[0, columns, (front - 1) // b.slice_nm]
    outer = outer + b.bisphosphonate[0, columns, back // b.slice_nm]
    assert float(outer.sum(dtype=float)) == pytest.approx(bound(m), rel=1e-6)
    assert_books_close(m)


@mechanism("bp-hydroxyapatite")
@pytest.mark.parametrize("affinity", [1.0, 0.25])
def test_bare_mineral_binds_most_and_less_so_where_the_drug_is_held_loosely(still, affinity):
    m = bones.changed(
        still(), bisphosphonate_eroded_preference=8.0, bisphosphonate_forming_preference=3.0
    )
    bones.erode(m, 45, 20.0, RESORPTION)
    bones.erode(m, 55, 0.0, FORMATION)
    take(m, affinity=affinity)
    rest = on(m, 65)
    assert on(m, 45) == pytest.approx((1.0 + 7.0 * affinity) * rest, rel=1e-5)
    assert on(m, 55) == pytest.approx((1.0 + 2.0 * affinity) * rest, rel=1e-5)


def test_holes_and_defects_bind_nothing(still):
    m = still()
    lesion.cut(m, "disc", 50.0)
    take(m)
    assert not m.trabecula.bisphosphonate[:, m.trabecula.column_kind > 0].any()
    assert_books_close(m)


def test_a_drug_has_one_layer_and_another_drug_its_own(still):
    m = take(take(take(still()), potency=5.0))
    assert m.trabecula.bisphosphonate.shape[0] == len(m.drugs) == 2
    assert m.drugs["given_fmol"][0] == pytest.approx(2.0 * m.drugs["given_fmol"][1], rel=1e-5)


# -- burial and loss ------------------------------------------------------------------------------


@mechanism("bp-hydroxyapatite")
def test_new_bone_buries_it_and_the_next_dose_lies_on_new_bone(still):
    m = take(still())
    s, b = bones.middle(m), m.trabecula
    old, held = open_slice(m, s), on(m, s)
    whole = bound(m)
    cells = bones.disc(m, 4.0)
    bones.erode(m, cells, 0.0, FORMATION)
    bones.put(m, "osteoblast", cells, vigour=1.0)
    for name, level in REFERENCE.items():
        m.fields.native(name)[:] = level
    m.populations["osteocyte"].reserve(200)
    bones.changed(m, osteoblast_rate_um_per_day=0.8, osteoblast_vigour_days=1e6)
    rules.tick(rules.silence(m), rules.osteoblasts, 12)
    new = open_slice(m, s)
    assert new > old and b.bisphosphonate[0, s, new] == 0.0
    assert b.bisphosphonate[0, s, old] == pytest.approx(held) and bound(m) == whole
    take(m)
    assert on(m, s) > 0.0
    rules.drugs_desorb(m, 1e5)  # bone shuts it in, and so does osteoid
    assert b.bisphosphonate[0, s, old] == pytest.approx(held)
    assert on(m, s) > 0.0 and on(m, 0) == pytest.approx(0.0, abs=1e-9)


@mechanism("bp-hydroxyapatite")
def test_blood_carries_it_off_slowly_and_more_slowly_where_affinity_is_high(still):
    """Half of alendronate in a half-life; with exponent 2, 2^-4 of what binds half as tightly."""
    left = {}
    for affinity in (0.5, 1.0, 2.0):
        m = bones.changed(
            take(still(), affinity=affinity), bisphosphonate_surface_half_life_days=400.0,
            bisphosphonate_affinity_exponent=2.0,
        )  # fmt: skip
        whole = bound(m)
        rules.drugs_desorb(m, 400.0)
        left[affinity] = bound(m) / whole
        assert_books_close(m)
    expected = {0.5: 2.0**-4, 1.0: 0.5, 2.0: 2.0**-0.25}
    assert left == pytest.approx(expected, rel=1e-5)


# -- release --------------------------------------------------------------------------------------


def resorbed(m, rankl=100.0, days=1, **parameters):
    """Let an osteoclast of eight nuclei resorb in the middle of the front face."""
    bones.changed(m, osteoclast_nucleus_loss_per_day=0.0, osteoclast_gate_rankl_pm=22.0)
    bones.changed(m, **FOR_EVER | parameters)
    m.fields.native("RANKL")[:] = rankl
    bones.put(m, "osteoclast", bones.middle(m), nuclei=8.0)
    rules.tick(m, rules.osteoclasts, days)
    return m


@mechanism("bp-hydroxyapatite", "bp-oc-apoptosis")
def test_who_resorbs_a_slice_takes_up_its_share_of_what_was_in_it(still):
    m = take(still(), potency=3.0)
    s = bones.middle(m)
    slice_, held, height = open_slice(m, s), on(m, s), m.trabecula.sites["height"].copy()
    resorbed(m, bisphosphonate_rebinding=0.0)
    b = m.trabecula
    removed = (height - b.sites["height"])[: b.n_columns] / b.slice_nm
    left = held * np.clip(1.0 - removed, 0.0, 1.0)
    assert removed.max() > 0.5 and (removed == 0.0).any()
    assert b.bisphosphonate[0, :, slice_] == pytest.approx(left, rel=1e-4, abs=1e-9)
    taken = 8.0 * m.populations["osteoclast"].live["bisphosphonate"][0]
    assert taken == pytest.approx(3.0 * m.drugs["freed_fmol"][0], rel=1e-9)
    assert m.drugs["freed_fmol"][0] == pytest.approx((held - left).sum(), rel=1e-4)
    assert_books_close(m)


@mechanism("bp-hydroxyapatite")
def test_a_part_of_it_binds_to_the_bone_below(still):
    freed = {}
    for share in (0.0, 0.5):
        m = take(still())
        slice_ = open_slice(m, bones.middle(m))
        resorbed(m, days=2, bisphosphonate_rebinding=share, bisphosphonate_activity_loss=0.0)
        below = m.trabecula.bisphosphonate[0, :, slice_ - 6 : slice_]
        assert below.any() == (share > 0.0)
        freed[share] = float(m.drugs["freed_fmol"][0])
        assert_books_close(m)
    assert 0.0 < freed[0.5] < 0.9 * freed[0.0]


def test_an_osteoclast_that_does_not_resorb_meets_nothing(still):
    m = resorbed(take(still()), rankl=15.0)
    assert m.populations["osteoclast"].live["bisphosphonate"][0] == 0.0
    assert m.drugs["freed_fmol"][0] == 0.0


def test_what_is_in_the_cell_fades(still):
    m = still()
    cells = bones.put(m, "osteoclast", bones.middle(m), nuclei=8.0, bisphosphonate=4.0)
    bones.changed(m, bisphosphonate_cell_half_life_days=2.0, osteoclast_nucleus_loss_per_day=0.0)
    rules.tick(m, rules.osteoclasts, 4)
    assert cells["bisphosphonate"][0] == pytest.approx(1.0)


def test_a_precursor_that_joins_dilutes_it(still):
    m = still()
    middle = bones.middle(m)
    cells = bones.put(m, "osteoclast", middle, nuclei=8.0, bisphosphonate=3.0)
    m.trabecula.sites["osteoclast"][bones.disc(m, 2)] = 1
    bones.put(m, "osteoclast_precursor", middle + 5, nfatc1=1.1, colony=1.0)
    bones.changed(m, precursor_fusion_per_day=1e6)
    rules.precursors_fuse(m)
    assert cells["nuclei"][0] == 9.0
    assert cells["bisphosphonate"][0] == pytest.approx(3.0 * 8.0 / 9.0)


# -- effect ---------------------------------------------------------------------------------------


def test_without_a_drug_nothing_changes():
    p = bones.bone().p[0]
    assert mevalonate.work_left(0.0, p) == 1.0 == mevalonate.hastened_death(0.0, p)
    assert mevalonate.voice_left(0.0, p) == 1.0
    assert mevalonate.left_after(0.0, 1.0, p) == 0.0 and mevalonate.on_average(0.0, p) == 1.0


@mechanism("bp-oc-apoptosis")
def test_it_slows_the_osteoclast_and_saturates(still):
    """Half of the loss of 0.6 at the half-way amount: 0.7 of the speed; 0.4 at most."""
    removed = {}
    for fmol in (0.0, 0.2, 1e9):
        m = still()
        bones.changed(
            m, osteoclast_nucleus_loss_per_day=0.0, bisphosphonate_half_fmol=0.2,
            bisphosphonate_activity_loss=0.6, osteoclast_steer_depth_per_um=0.0, **FOR_EVER,
        )  # fmt: skip
        m.fields.native("RANKL")[:] = 100.0
        bones.put(m, "osteoclast", bones.middle(m), nuclei=8.0, bisphosphonate=fmol)
        rules.osteoclasts(m)
        removed[fmol] = int(m.ledger["removed_nm"][0])
    assert removed[0.2] == pytest.approx(0.7 * removed[0.0], rel=0.02)
    assert removed[1e9] == pytest.approx(0.4 * removed[0.0], rel=0.02)


@mechanism("bp-oc-apoptosis")
@pytest.mark.parametrize(("loss", "left"), [(0.0, 1.0), (0.4, 0.6)])
def test_its_own_factors_are_lost_by_less_than_its_work(still, loss, left):
    """At full inhibition a fifth of the speed; of what the cell secretes as told."""
    said = {}
    for fmol in (0.0, 1e9):
        m = still()
        bones.changed(
            m, osteoclast_nucleus_loss_per_day=0.0, bisphosphonate_activity_loss=0.8,
            bisphosphonate_signal_loss=loss, osteoclast_steer_depth_per_um=0.0,
            osteoclast_depth_scale_um=200.0, osteoclast_clastokine_share=0.6, **FOR_EVER,
        )  # fmt: skip
        m.fields.native("RANKL")[:] = 100.0
        bones.put(m, "osteoclast", bones.middle(m), nuclei=8.0, bisphosphonate=fmol)
        rules.osteoclasts(m)
        sites = m.trabecula.sites
        said[fmol] = [float(sites[name].sum()) for name in ("clastokine_um", "coupling_um")]
    assert said[1e9][0] == pytest.approx(left * said[0.0][0], rel=0.02)
    assert said[1e9][1] == pytest.approx(0.2 * said[0.0][1], rel=0.02)


APART = [45, 55, 245, 255, 445, 455, 645, 655]  # far enough for eight footprints


def nuclei_left(m):
    """Return the nuclei (of 96) of eight osteoclasts after ten days' work on a bone."""
    bones.changed(m, osteoclast_nucleus_loss_per_day=0.04, osteoclast_recycling=0.0)
    bones.changed(m, osteoclast_gate_rankl_pm=22.0)
    m.fields.native("RANKL")[:] = 100.0
    bones.put(m, "osteoclast", APART, nuclei=12.0)
    rules.tick(m, rules.osteoclasts, 10)
    return float(m.populations["osteoclast"].live["nuclei"].sum())


@mechanism("bp-oc-apoptosis", "oc-apoptosis")
def test_nuclei_die_of_what_their_osteoclast_has_resorbed_the_more_the_higher_the_dose(still):
    doses = (0.0, 5 * WEEK, 1e6 * WEEK)
    left = [
        nuclei_left(take(bones.changed(still(), bisphosphonate_death_gain=3.0), nmol))
        for nmol in doses
    ]
    assert left[0] > left[1] + 5 and left[1] > left[2] + 5


# -- books ----------------------------------------------------------------------------------------


def test_nothing_is_lost_while_a_plate_is_perforated_and_cut(attacked):
    m = take(take(attacked()), 50.0, 0.4, 9.0)
    holes = int(m.ledger["perforated_columns"][0])
    bones.days(m, 15)
    assert m.ledger["perforated_columns"][0] > holes and (m.drugs["freed_fmol"] > 0.0).all()
    assert_books_close(m)
    bones.assert_sound(m)
    before = m.drugs["lost_fmol"].copy()
    lesion.cut(m, "disc", 80.0)
    assert (m.drugs["lost_fmol"] > before).all()
    assert_books_close(m)


def test_nothing_is_lost_in_a_year_of_remodelling(busy):
    m = busy()
    for _ in range(6):
        bones.days(take(m), 60)
    assert (m.drugs["freed_fmol"] > 0.0).all() and (m.drugs["lost_fmol"] > 0.0).all()
    assert_books_close(m)


# -- long treatment -------------------------------------------------------------------------------


@mechanism("bp-turnover-suppression")
def test_long_treatment_lowers_turnover_and_bone_grows_old_and_worn(busy):
    told = []
    for nmol in (0.0, 50 * WEEK):
        m = busy()
        start = m.ledger[0].copy()
        for _ in range(12):
            bones.days(take(m, nmol), 50)
        b, book = m.trabecula, m.ledger[0]
        state = density.state(m)
        intact = m.intact_columns / b.n_columns
        per_mass = (b.bone_volume_nm() / 1000.0 / m.intact_columns) ** 1.5 * intact
        told.append(
            {
                "removed": float(book["removed_total_nm"] - start["removed_total_nm"]),
                "formed": float(book["formed_total_nm"] - start["formed_total_nm"]),
                "damage": state["damage"],
                "mineral": state["mineral_degree"],
                "quality": state["strength"] / (per_mass * state["mineral_degree"] ** 2),
            }
        )
    bare, treated = told
    assert treated["removed"] < 0.7 * bare["removed"]
    assert treated["formed"] < 0.8 * bare["formed"]
    assert treated["damage"] > 1.01 * bare["damage"]
    assert treated["mineral"] > bare["mineral"]
    assert treated["quality"] < bare["quality"]  # strength at the same mass and mineral


# -- the skeleton as a whole ----------------------------------------------------------------------


def companion(still, years, doses):
    """Return the companion at the end of every day; `doses` are deposits by day."""
    m = still()
    days = []
    for day in range(round(365 * years)):
        bisphosphonate.take(m, doses.get(day, []))
        bisphosphonate.meet_skeleton(m.drugs, m.skeleton, m.today, m.p)
        skeleton.step(m.skeleton, 1000.0, 60.0, m.body.rankl_binders, m.today, m.p, m.body.rest)
        m.today["pth_receptor"] = m.skeleton["pth_occupied"]
        days.append(m.skeleton[0].copy())
    return np.array(days)


def doses_of(use, years=1, host=None, **settings):
    """Return the deposits of a shipped drug by day."""
    course = {"use": use} | settings
    life = Life(bones.scenario(interventions=[course], host=host))
    given = {day: life.environment(day).deposits for day in range(365 * years)}
    return {day: deposits for day, deposits in given.items() if deposits}


@mechanism("d-alendronate", "bp-offset", "bp-turnover-suppression")
def test_the_skeleton_resorbs_less_calcium_dips_and_nothing_overshoots_after_the_stop(still):
    bare = companion(still, 4, {})
    treated = companion(still, 4, doses_of("alendronate"))
    assert treated["resorption"][365] < 0.7
    assert treated["calcium"][:120].min() < bare["calcium"][:120].min() - 0.005
    assert treated["pth"][:120].max() > 1.03
    after = treated["resorption"][2 * 365]
    assert treated["resorption"][365] < after < 0.9  # a year after the last tablet
    assert (treated["resorption"] <= bare["resorption"].max() + 0.01).all()


def test_the_skeleton_is_under_the_drug_for_a_share_of_the_time():
    m = bones.changed(
        bones.bone(), bisphosphonate_activity_loss=0.5, bisphosphonate_death_gain=3.0,
        bisphosphonate_skeleton_share=0.6,
    )  # fmt: skip
    assert mevalonate.on_average(1e12, m.p[0]) == pytest.approx(0.4 + 0.6 * 0.5 / 4.0)


@mechanism("d-zoledronate")
def test_one_infusion_of_zoledronate_lasts_and_one_tablet_of_alendronate_does_not(still):
    one = {use: companion(still, 1, doses_of(use, every_days=3650)) for use in DRUGS[::3]}
    assert len(doses_of("zoledronate", every_days=3650)) == 1
    one["tablet"] = companion(still, 1, doses_of("alendronate", every_days=3650))
    assert one["zoledronate"]["resorption"][-1] < 0.5
    assert one["tablet"]["resorption"][-1] > 0.8


# -- the drugs ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "use",
    [
        pytest.param("alendronate", marks=mechanism("d-alendronate")),
        pytest.param("risedronate", marks=mechanism("d-risedronate")),
        pytest.param("ibandronate", marks=mechanism("d-ibandronate")),
        pytest.param("zoledronate", marks=mechanism("d-zoledronate")),
        pytest.param("etidronate", marks=mechanism("d-etidronate")),
        pytest.param("clodronate", marks=mechanism("d-chlorophosphonate")),
    ],
)
def test_a_year_of_each_drug_kills_osteoclasts_and_slows_resorption(still, use):
    bare, m = still(), bones.changed(still(), bisphosphonate_death_gain=3.0)
    for deposits in doses_of(use).values():
        bisphosphonate.take(m, deposits)
    assert len(m.drugs) == 1
    assert nuclei_left(m) < nuclei_left(bare) - 3
    assert m.ledger["removed_nm"][0] < 0.9 * bare.ledger["removed_nm"][0]
    assert_books_close(m)


@mechanism("d-etidronate", "d-chlorophosphonate")
@pytest.mark.parametrize("use", ["etidronate", "clodronate"])
def test_those_without_nitrogen_do_less_at_an_equal_dose(still, use):
    (one, *_), *_ = doses_of(use).values()
    inside = [
        resorbed(take(still(), 1000.0, affinity, potency)).populations["osteoclast"].live
        for affinity, potency in ((1.0, 1.0), (one.affinity, one.potency))
    ]
    amounts = [float(cells["bisphosphonate"][0]) for cells in inside]
    assert 0.0 < amounts[1] < 0.05 * amounts[0]


@mechanism("d-alendronate", "d-zoledronate", "d-risedronate", "d-ibandronate")
def test_affinity_and_potency_are_in_the_order_of_their_sources():
    first = {use: next(iter(doses_of(use).values()))[0] for use in DRUGS}
    by_affinity = ["zoledronate", "alendronate", "ibandronate", "risedronate", "etidronate"]
    by_potency = ["zoledronate", "risedronate", "ibandronate", "alendronate", "clodronate"]
    for key, order in (("affinity", [*by_affinity, "clodronate"]), ("potency", by_potency)):
        values = [getattr(first[use], key) for use in order]
        assert values == sorted(values, reverse=True) and len(set(values)) == len(values)


@mechanism("d-etidronate")
def test_etidronate_is_taken_on_the_first_fourteen_days_of_ninety():
    assert sorted(doses_of("etidronate")) == [
        day for cycle in range(5) for day in range(90 * cycle, min(365, 90 * cycle + 14))
    ]


def test_doses_come_as_often_as_the_label_says_and_end_with_the_course():
    assert sorted(doses_of("alendronate", stop_month=2)) == list(range(0, 61, 7))
    assert sorted(doses_of("zoledronate", years=3)) == [0, 365, 730]
    assert len(doses_of("clodronate")) == 365
    assert doses_of("alendronate")[0][0].nmol == pytest.approx(70e6 * 0.006 * 0.5 / 249.1)


@pytest.mark.parametrize("use", DRUGS)
def test_a_weak_kidney_shuts_the_gate(use):
    weak = {"renal_function": 0.3}
    assert not doses_of(use, host=weak)
    plan = Plan.from_scenario(bones.scenario(interventions=[{"use": use}], host=weak))
    assert "renal_function" in plan.warnings()[0]


def test_the_amount_is_a_readout_where_a_drug_is_planned():
    name = "bisphosphonate_nmol_per_mm2"
    assert name not in bones.bone().sample()
    m = bones.bone(interventions=[{"use": "zoledronate"}], host={"burn_in_years": 0.01})
    assert m.sample()[name] == 0.0
    bones.days(m, 8)
    told = m.sample()[name]
    assert told == pytest.approx(1e-6 * bound(m) / m.trabecula.surface_mm2) and told > 1e-4
