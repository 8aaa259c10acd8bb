"""Same scenario, same bytes; a restored bone goes on as if it had never stopped."""

import json

import numpy as np
import pytest

import bones
from bmu_abm.model import BoneModel

COURSES = [
    {"use": "oophorectomy", "start_month": 0},
    {"use": "denosumab", "start_month": 1},
    {"use": "stem_cells", "start_month": 0, "dose": 1e9, "every_days": 5, "doses": 10},
    {"use": "zoledronate", "start_month": 0},
]


def treated(sites=20, interventions=COURSES, **kwargs):
    return bones.bone(
        sites=sites, host={"burn_in_years": 0.1}, interventions=interventions, years=1,
        parameters=bones.ATTACKED["parameters"], **kwargs,
    )  # fmt: skip


def test_same_scenario_seed_and_replicate_same_bytes():
    one, two = (bones.days(treated(rng=7, replicate=3), 60) for _ in range(2))
    assert bones.digest(one.snapshot()) == bones.digest(two.snapshot())
    assert one.sample() == pytest.approx(two.sample(), rel=0, abs=0, nan_ok=True)


@pytest.mark.parametrize("other", [{"rng": 8}, {"replicate": 4}])
def test_another_seed_or_replicate_is_another_bone(other):
    same = {"rng": 7, "replicate": 3}
    a, b = treated(**same), treated(**same | other)
    assert not np.array_equal(a.trabecula.sites["height"], b.trabecula.sites["height"])


@pytest.mark.parametrize("stop", [5, 36, 46, 66])
def test_a_restored_bone_is_the_uninterrupted_one(stop, tmp_path):
    """Stopped in the burn-in, at month 0, between doses, and before denosumab; through a file."""
    m = bones.days(treated(), stop)
    np.savez(tmp_path / "bone.npz", **m.snapshot())
    with np.load(tmp_path / "bone.npz", allow_pickle=False) as file:
        restored = BoneModel.restore(dict(file))
    assert bones.digest(restored.snapshot()) == bones.digest(m.snapshot())
    for _ in range(8):
        bones.days(m, 5), bones.days(restored, 5)
        assert bones.digest(restored.snapshot()) == bones.digest(m.snapshot())
    bones.assert_sound(restored)


def test_a_restored_bone_reads_as_it_did():
    """Also what the day's drugs have changed: drivers and parameters."""
    m = bones.days(treated(), 46)
    restored = BoneModel.restore(m.snapshot())
    assert m.body.drivers["estradiol_pmol_per_l"] < 100.0
    assert restored.sample() == pytest.approx(m.sample(), rel=0, abs=0, nan_ok=True)


def test_a_restored_bone_shows_what_its_cells_sensed(busy):
    lived = bones.days(busy(), 1)
    assert lived.sensed.any()
    assert np.array_equal(BoneModel.restore(lived.snapshot()).sensed, lived.sensed)


def test_a_sample_does_not_change_the_bone():
    a, b = (bones.days(treated(), 40) for _ in range(2))
    a.sample()
    bones.days(a, 10), bones.days(b, 10)
    ours, theirs = a.snapshot(), b.snapshot()
    for name in ours:
        if name not in ("ledger", "meta"):
            assert ours[name].tobytes() == theirs[name].tobytes(), name


def test_a_snapshot_is_a_copy(busy):
    m = busy()
    snapshot = m.snapshot()
    before = bones.digest(snapshot)
    bones.days(m, 2)
    other = bones.days(BoneModel.restore(snapshot), 2)
    assert bones.digest(snapshot) == before
    assert bones.digest(other.snapshot()) == bones.digest(m.snapshot())


def test_a_snapshot_holds_plain_arrays_and_the_scenario(busy):
    snapshot = busy().snapshot()
    assert all(isinstance(a, np.ndarray) and not a.dtype.hasobject for a in snapshot.values())
    meta = json.loads(bytes(snapshot["meta"]))
    assert meta["scenario"]["patch"]["sites"] == [60, 60]
    assert bones.scenario(sites=60, parameters=bones.BUSY).to_dict() == meta["scenario"]


@pytest.mark.parametrize(
    "use", ["denosumab", "estradiol", "stem_cells", "odanacatib", "alendronate"]
)
def test_a_dose_of_zero_is_no_drug_to_the_byte(use):
    nothing = bones.days(treated(interventions=[]), 70)
    zero = bones.days(treated(interventions=[{"use": use, "start_month": 0, "dose": 0.0}]), 70)
    ours, theirs = nothing.snapshot(), zero.snapshot()
    assert all(ours[k].tobytes() == theirs[k].tobytes() for k in ours if k != "meta")


def test_a_drug_changes_no_draw_before_it_starts_and_pairs_stay_close():
    """Before month 1 both arms are one bone; after it they differ."""
    with_drug = treated(interventions=[{"use": "denosumab", "start_month": 1}])
    without = treated(interventions=[])
    bones.days(with_drug, 36 + 30), bones.days(without, 36 + 30)
    assert cells(with_drug) == cells(without)
    bones.days(with_drug, 40), bones.days(without, 40)
    assert cells(with_drug) != cells(without)


def cells(model):
    arrays = model.snapshot()
    return bones.digest({k: v for k, v in arrays.items() if k.startswith(("cells", "trabecula"))})
