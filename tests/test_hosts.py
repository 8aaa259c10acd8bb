"""The shipped hosts: what is their own acts on their cells."""

import pytest

import bones
from bmu_abm import BoneModel
from bmu_abm.host import Host
from bmu_abm.interventions import Plan
from bmu_abm.scenario import Scenario
from declared import Recorder

SMALL = {"patch.sites": "20", "host.burn_in_years": "0"}


def lived(name, days, **settings) -> BoneModel:
    """Return a small fresh bone of a shipped scenario after some days of it."""
    scenario = Scenario.load(name).with_settings(SMALL | settings)
    return bones.days(BoneModel(scenario), days)


@pytest.mark.parametrize("name", ["young_man", "ovx_mouse", "ovx_rat", "ovx_rabbit"])
def test_a_host_at_its_own_estradiol_lacks_none(name):
    host = Host.model_validate(name)
    assert host.estradiol_pmol_per_l == host.estradiol_reference_pmol_per_l < 100.0


def test_the_cells_of_a_young_man_feel_no_lack_of_estrogen():
    assert lived("young_man", 1).today["estrogen"][0] == 1.0
    woman = {"host.estradiol_reference_pmol_per_l": "400"}
    assert lived("young_man", 1, **woman).today["estrogen"][0] < 0.3


@pytest.mark.mechanism("dm-ovx", "dm-species")
def test_a_mouse_feels_ovariectomy_and_what_a_pellet_replaces():
    felt = {
        name: lived(name, 15).today["estrogen"][0]
        for name in ("ovx_mouse_sham", "ovx_mouse", "ovx_mouse_estradiol")
    }
    assert felt["ovx_mouse_sham"] == 1.0
    assert felt["ovx_mouse"] < 0.1
    assert 0.9 < felt["ovx_mouse_estradiol"] < 1.0


def test_a_pellet_acts_in_animals_only_and_never_lowers_estradiol():
    pellet = {"use": "estradiol_pellet", "dose": 60}
    for host, before, after in (
        ("ovx_mouse", 5.0, 60.0),
        ("ovx_mouse", 90.0, 90.0),
        ("premenopausal_woman", 5.0, 5.0),
    ):
        table = {"title": "T", "host": host, "years": 0.25, "intervention": [pellet]}
        environment = Recorder(estradiol_pmol_per_l=before)
        Plan.from_scenario(Scenario.from_dict(table)).apply(3, environment)
        assert environment.drivers["estradiol_pmol_per_l"] == after


@pytest.mark.mechanism("dm-aging", "vitd-elderly")
def test_an_elderly_man_has_less_bone_less_estradiol_and_the_burden_of_his_age():
    old, young = Host.model_validate("elderly_man"), Host.model_validate("young_man")
    assert old.plate_thickness_um < young.plate_thickness_um
    assert old.plate_pitch_um > young.plate_pitch_um
    assert old.marrow_fat_fraction > young.marrow_fat_fraction
    assert old.testosterone_nmol_per_l < young.testosterone_nmol_per_l
    assert old.estradiol_pmol_per_l < old.estradiol_reference_pmol_per_l
    assert old.estradiol_reference_pmol_per_l == young.estradiol_pmol_per_l
    assert not old.parameters and old.horizon_years <= 10.0
    m, other = lived("elderly_man", 1), lived("young_man", 1)
    assert 0.7 < m.today["estrogen"][0] < 0.95
    for lost in ("msc_pool", "vitamin_d"):
        assert m.today[lost][0] < 0.98 * other.today[lost][0]
    assert m.today["rankl_marrow"][0] > 1.02 * other.today["rankl_marrow"][0]


def test_an_elderly_man_loses_his_estradiol_with_his_aromatase():
    scenario = Scenario.load("elderly_man").to_dict()
    uses = {"intervention": [{"use": "aromatase_block"}]}
    treated = Scenario.from_dict(scenario | uses).with_settings(SMALL)
    assert bones.days(BoneModel(treated), 2).body.drivers["estradiol_pmol_per_l"] < 65.0


@pytest.mark.mechanism("dm-samp8", "dm-species")
def test_a_samp8_mouse_has_aged_before_month_0_and_goes_on_as_it_was():
    """It is the other mouse, with a burden of age since half a year; its strain adds no more."""
    host = Host.model_validate("samp8_mouse")
    assert host.parameters == Host.model_validate("ovx_mouse").parameters
    table = {"title": "T", "host": "samp8_mouse", "years": 0.25}
    days, levels = [], []
    for uses in ([], [{"use": "early_ageing"}]):
        scenario = Scenario.from_dict(table | {"intervention": uses}).with_settings(SMALL)
        m = BoneModel(scenario)
        days.append(m.day)
        bones.days(m, 3)
        levels.append(float(m.today["msc_pool"][0]))
        m.day = -100
        bones.days(m, 2)
        levels.append(float(m.today["msc_pool"][0]))
        m.begin_treatment()
        bones.days(m, 2)
        levels.append(float(m.today["msc_pool"][0]))
    assert days == [-364, -364]  # half a year of the other mouse, and half a year with the burden
    young, aged = levels[::3], levels[1::3] + levels[2::3]
    assert young == pytest.approx([1.0] * 2) and aged == pytest.approx([aged[0]] * 4)
    assert aged[0] < 0.9
    assert lived("ovx_mouse_sham", 3).today["msc_pool"][0] == pytest.approx(1.0)


def test_a_mouse_goes_through_whole_cycles_within_weeks():
    """No cavity of a woman is filled within two months of its opening."""
    m = lived("ovx_mouse_sham", 60)
    row = m.sample()
    done = row["sum_completed_sites"]
    days = sum(row[f"sum_{phase}_days"] for phase in ("resorption", "reversal", "formation"))
    assert done > 100 and 14 <= days / done <= 28
    assert 5.0 < row["e_de_um"] < 16.0


@pytest.mark.mechanism("dm-ovx", "dm-species")
@pytest.mark.parametrize(
    ("name", "days", "sites"), [("ovx_mouse", 60, 40), ("ovx_rat", 60, 40), ("ovx_rabbit", 160, 60)]
)
def test_without_ovaries_an_animal_has_more_osteoclasts_and_less_bone(name, days, sites):
    """One seed of 0.16 to 0.36 mm2: twice the osteoclasts or more in 100 patches of 2 mm2."""
    size = {"patch.sites": str(sites)}
    intact, ovx = (lived(x, days, **size) for x in (f"{name}_sham", name))
    clasts = [m.sample()["osteoclasts_per_mm2"] for m in (intact, ovx)]
    assert clasts[1] > 1.3 * clasts[0]
    assert ovx.trabecula.bone_volume_nm() < 0.9 * intact.trabecula.bone_volume_nm()
