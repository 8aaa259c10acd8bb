"""Defects: what is cut, who is called, what bridges it, and what holds meanwhile."""

import numpy as np
import pytest

import bones
import rules
from bmu_abm import lesion
from bmu_abm.scenario import Scenario
from bmu_abm.trabecula import DEFECT, DEFECT_COLUMN, FORMATION, INTACT_COLUMN

mechanism = pytest.mark.mechanism
STEM = {"runx2": 0.7, "pparg": 0.2, "drive": 1.0, "cxcr4": 1.0, "life_days": 1e9}
OPEN = {"lesion_bridge_per_day": 100.0, "lesion_seed_um": 10.0, "lesion_vigour": 1.0}


def wounded(still, shape="disc", size_um=50.0, **parameters):
    m = bones.changed(still(), **OPEN | parameters)
    for name, level in (("Wnt", 1.0), ("sclerostin", 30.0), ("SFRP1", 4.0)):
        m.fields.native(name)[:] = level
    lesion.cut(m, shape, size_um)
    m.populations["osteoblast"].reserve(400)
    return rules.silence(m)


def rim(m):
    """Return the sites of the front face beside a defect."""
    state = m.trabecula.face("state")[0]
    hole = state == DEFECT
    beside = sum(np.roll(hole, step, axis) for step in (1, -1) for axis in (0, 1)) > 0
    return np.flatnonzero(beside & ~hole)


@mechanism("dm-cranial-defect-scid", "dm-cranial-defect-nude-rat")
def test_a_disc_is_taken_out_with_its_cells_and_the_ledger_knows(still):
    m = bones.changed(still(), **OPEN)
    bones.put(m, "msc", [0, bones.middle(m)], **STEM)
    bones.put(m, "osteocyte", [0, bones.middle(m)], z=m.trabecula.sites["height"][0] - 5000)
    bones.put(m, "osteoclast", bones.middle(m), nuclei=8.0)
    lesion.cut(m, "disc", 50.0)
    assert (
        int(m.today["defect_columns"][0]) == (m.trabecula.column_kind == DEFECT_COLUMN).sum() > 10
    )
    for name in ("msc", "osteocyte"):
        assert m.populations[name].live["site"].tolist() == [0]
    assert len(m.populations["osteoclast"]) == 0
    bones.assert_balance(m)
    bones.assert_holes(m)


@mechanism("dm-femur-fracture-ovx")
def test_a_fracture_runs_across_the_patch(still):
    m = wounded(still, "gap", 40.0)
    gap = (m.trabecula.column_kind == DEFECT_COLUMN).reshape(20, 20)
    assert gap.all(axis=0).sum() == 4 and gap.sum() == 80


@mechanism("dm-cranial-defect-scid", "dm-femur-fracture-ovx")
def test_osteogenic_cells_at_the_rim_bridge_it_and_others_do_not(still):
    for cells, bridged in (({}, True), ({"runx2": 0.1}, False)):
        m = wounded(still)
        before = int(m.today["defect_columns"][0])
        bones.put(m, "msc", rim(m)[:6], **STEM | cells)
        rules.defects_heal(m)
        after = int(m.today["defect_columns"][0])
        assert (after < before) == bridged
        assert after == (m.trabecula.column_kind == DEFECT_COLUMN).sum()
        assert len(m.populations["osteoblast"]) == 2 * (before - after)
        bones.assert_balance(m)
        bones.assert_holes(m)
        bones.assert_cells_have_their_place(m)
    away = wounded(still)
    bones.put(away, "msc", [0, 1, 2], **STEM)
    rules.defects_heal(away)
    assert len(away.populations["osteoblast"]) == 0


def test_new_bone_is_a_young_seed_at_the_height_of_its_neighbour(still):
    m = wounded(still)
    bones.put(m, "msc", rim(m)[0], **STEM)
    m.trabecula.damage[:] = 5.0
    rules.defects_heal(m)
    column = int(m.populations["osteoblast"].live["site"].min())
    assert m.trabecula.column_kind[column] == INTACT_COLUMN
    thick = m.trabecula.thickness_nm().ravel()[column]
    assert thick == 10_000
    young = m.trabecula.born[column] == m.day
    assert young.sum() == 2 and (m.trabecula.damage[column][young] == 0.0).all()
    assert m.trabecula.sites["state"][column] == FORMATION


@mechanism("dm-postmenopausal-mouse", "dm-femur-fracture-ovx")
def test_more_stem_cells_at_the_rim_close_it_sooner(still):
    """What SLIT3 brings and ovariectomy takes: osteogenic cells that reach the rim."""
    left = []
    for number in (2, 8):
        m = wounded(still, lesion_bridge_per_day=0.5)
        bones.put(m, "msc", rim(m)[:number], **STEM)
        rules.tick(m, rules.defects_heal, 4)
        left.append(int(m.today["defect_columns"][0]))
    assert left[1] < left[0]


@mechanism("dm-postmenopausal-mouse")
def test_slit3_brings_stem_cells_to_the_rim():
    m = {}
    for dose in ("0", "400"):
        scenario = Scenario.load("slit3_ovx_mouse").with_settings(
            {"patch.sites": "20", "host.burn_in_years": "0", "intervention.1.start_month": "0",
             "intervention.2.start_month": "0", "intervention.2.dose": dose}
        )  # fmt: skip
        m[dose] = bones.days(bones.BoneModel(scenario), 30)
        bones.assert_balance(m[dose])
    assert m["400"].fields.mean("SLIT3") > 2.0 * m["0"].fields.mean("SLIT3")
    assert m["400"].trabecula.type_h.mean() > 1.1 * m["0"].trabecula.type_h.mean()


@mechanism("dm-femur-fracture-ovx", "dm-cranial-defect-scid")
def test_a_living_bone_with_a_gap_is_sound():
    scenario = Scenario.load("fracture_ovx_mouse").with_settings(
        {"patch.sites": "20", "host.burn_in_years": "0", "intervention.1.start_month": "0",
         "intervention.1.size_um": "40"}
    )  # fmt: skip
    m = bones.BoneModel(scenario)
    for _ in range(25):
        m.step()
        bones.assert_sound(m)
    assert int(m.today["defect_columns"][0]) < 80  # it has begun to close
