"""What must hold of every bone at the end of every step."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import bones
from bmu_abm.model import BoneModel
from bmu_abm.readouts.memory import bone_of
from bmu_abm.trabecula import DEFECT, HOLE


@pytest.mark.mechanism("remodel-balance")
def test_a_remodelling_bone_is_sound_every_day(busy):
    m = busy()
    assert len(m.populations["osteoblast"]) + len(m.populations["osteoclast"]) > 0
    for _ in range(120):
        m.step()
        bones.assert_sound(m)
    assert m.ledger["removed_nm"][0] > 0 and m.ledger["formed_nm"][0] > 0


def test_a_bone_that_is_being_perforated_is_sound_and_its_holes_stay(attacked):
    m = attacked()
    sites = m.trabecula.sites
    for _ in range(60):
        old, heights = sites["state"] == HOLE, sites["height"].copy()
        m.step()
        bones.assert_sound(m)
        assert (sites["state"][old] == HOLE).all()
        assert (sites["height"][old] == heights[old]).all()  # nothing is laid on a hole
    assert old.sum() > 20


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    seed=st.integers(0, 2**63 - 1),
    replicate=st.integers(0, 1000),
    steps=st.sampled_from([1, 2, 4]),
    rankl=st.floats(20.0, 200.0),
    thickness=st.floats(30.0, 200.0),
    fat=st.floats(0.05, 0.8),
    load=st.floats(0.3, 2.0),
    estradiol=st.floats(0.0, 400.0),
)
def test_any_bone_is_sound(seed, replicate, steps, rankl, thickness, fat, load, estradiol):
    m = bones.bone(
        rng=seed, replicate=replicate, steps_per_day=steps,
        host={
            "plate_thickness_um": thickness, "marrow_fat_fraction": fat, "load": load,
            "estradiol_pmol_per_l": estradiol,
        },
        parameters={"marrow.rankl_pm": rankl, "precursor.births_per_vessel_day": 0.5},
    )  # fmt: skip
    for _ in range(25):
        m.step()
        bones.assert_sound(m)
    assert all(np.isfinite(v) for k, v in m.sample().items() if k not in bones.MAY_BE_ABSENT)


def test_drugs_and_grafts_leave_the_bone_sound():
    m = bones.bone(
        sites=[40, 20], parameters=bones.BUSY, host={"burn_in_years": 0.1},
        interventions=[
            {"use": "oophorectomy", "start_month": 0},
            {"use": "stem_cells", "start_month": 1, "dose": 1e9, "every_days": 5, "doses": 4},
            {"use": "denosumab", "start_month": 2},
            {"use": "odanacatib", "start_month": 2.5},
            {"use": "recombinant_slit3", "start_month": 0.5},
        ],
    )  # fmt: skip
    donors = 0
    for _ in range(120):
        m.step()
        bones.assert_sound(m)
        donors += int(m.populations["msc"].live["donor"].sum())
    bones.assert_mirrored(m)
    assert m.day > 80 and donors > 0


def test_steps_per_day_share_a_day():
    for steps in (1, 2, 4):
        m = bones.days(bones.bone(steps_per_day=steps), 3)
        assert m.tick == 3 * steps and m.day == 3 - 3650
        assert m.ledger["days"][0] == pytest.approx(3.0)


def test_month_zero_is_the_day_after_the_burn_in():
    m = bones.bone(host={"burn_in_years": 0.02}, patch="tiny")
    assert m.day == -7
    bones.days(m, 8)
    assert m.day == 1 and m.memory.begun
    assert m.month == pytest.approx(12 / 365)


def test_treatment_can_begin_on_any_day_and_dates_move_with_it(busy):
    m = busy()
    age = m.day - m.trabecula.born
    forming = m.trabecula.sites["formed_day"] > -900_000
    formed = m.day - m.trabecula.sites["formed_day"][forming]
    m.begin_treatment()
    assert m.day == 0
    assert np.array_equal(-m.trabecula.born, age)
    assert np.array_equal(-m.trabecula.sites["formed_day"][forming], formed)
    bones.days(m, 3)
    bones.assert_sound(m)


def test_a_defect_is_no_hole_and_is_cleared_of_cells(busy):
    m = busy()
    b = m.trabecula
    columns = np.zeros((b.ny, b.nx), np.bool_)
    columns[10:25, 5:20] = True
    thick = int(b.thickness_nm()[columns].sum())
    there = (b.column_kind == 1) & columns.ravel()
    holes = m.sample()["hole_area_fraction"]
    assert b.cut_defect(columns, m.day) == thick
    m.ledger["removed_total_nm"] += thick
    assert m.intact_columns == (b.column_kind == 0).sum()
    m.step()
    bones.assert_balance(m)
    assert (b.sites["state"] == DEFECT).sum() == 2 * (columns.sum() - there.sum())
    for name, population in m.populations.items():
        cells = population.live["site"]
        assert not (b.sites["state"][cells] == DEFECT).any(), name
    # The defect is 6 % of the patch; a day may perforate a little of the rest.
    assert m.sample()["hole_area_fraction"] == (b.column_kind == 1).mean() < holes + 0.02


def test_a_defect_leaves_holes_as_they_are(attacked):
    m = bones.days(attacked(), 20)
    b = m.trabecula
    holes = b.column_kind == 1
    assert holes.any() and not holes.all()
    b.cut_defect(np.ones((b.ny, b.nx), np.bool_), m.day)
    assert np.array_equal(b.column_kind == 1, holes)
    assert b.bone_volume_nm() == 0
    bones.assert_holes(m)


def test_two_models_share_nothing(busy):
    a, b = busy(), busy()
    before = bones.digest(b.snapshot())
    bones.days(a, 5)
    assert bones.digest(b.snapshot()) == before
    assert isinstance(a, BoneModel)


def test_month_0_changes_the_dates_and_nothing_else(busy):
    m = busy()
    before, day = bone_of(m), m.day
    osteoid = m.sample()["os_bs"]
    m.begin_treatment()
    assert day != 0 and m.day == 0
    assert bone_of(m) == m.memory.origin == before
    row = m.sample()
    assert row["bmd_lumbar_spine_pct"] == 0.0 and row["os_bs"] == osteoid
