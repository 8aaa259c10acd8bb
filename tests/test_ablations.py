"""What happens when one part is taken out: each test names the effect that it needs.

All start from one remodelling bone of 0.7 mm2 and compare it with itself, untouched, by the same
draws; so the bounds are wide and the tests do not flicker.
"""

import numpy as np
import pytest

import bones
from bmu_abm.trabecula import FORMATION

FATE_OF_NEW = {
    "osteoclast_precursor": {"precursor_births_per_vessel_day": 0.0, "osteoclast_recycling": 0.0},
    "msc": {"msc_division_per_day": 0.0, "msc_progenitor_division_per_day": 0.0},
    "osteocyte": {"osteocyte_density_per_mm3": 1e-9},
}


def without(model, *names):
    """Take populations out of a bone, with their supply."""
    bones.empty(model, *names)
    for name in names:
        bones.changed(model, **FATE_OF_NEW.get(name, {}))
    return model


def flows(model, days):
    """Return bone formed and removed (um per site), and starts of formation, over some days."""
    model.sample()
    bones.days(model, days)
    bones.assert_sound(model)
    book = model.ledger[0]
    per_site = 1e-3 / model.trabecula.n_sites
    return {
        "formed": book["formed_nm"] * per_site,
        "removed": book["removed_nm"] * per_site,
        "starts": int(book["started_sites"]),
        "osteoclast_days": float(book["osteoclast_days"]),
    }


def eroded(model):
    return float(np.isin(model.trabecula.sites["state"], bones.ERODED).mean())


@pytest.fixture(scope="module")
def untouched(busy):
    """Return what the bone does in 150 days when nothing is taken out of it."""
    control = busy()
    return flows(control, 150) | {"eroded": eroded(control)}


@pytest.mark.mechanism("fig1-c", "cell-oc", "remodel-order")
def test_without_osteoclasts_formation_fades_within_months(busy, untouched):
    """Formation follows resorption: cavities that are open are filled, then there is none.

    Needed: in days 300 to 450, under 5 % of the formation of the untouched bone.
    """
    ablated = without(busy(), "osteoclast", "osteoclast_precursor")
    early = flows(ablated, 60)
    assert early["removed"] == 0.0 < early["formed"]
    flows(ablated, 240)
    late = flows(ablated, 150)
    assert late["formed"] < 0.05 * untouched["formed"]
    assert late["starts"] == 0


@pytest.mark.mechanism("cell-msc", "cell-ob")
def test_without_progenitors_eroded_surface_stays_open(busy, untouched):
    """Needed: twice the eroded surface of the untouched bone after 150 days, few new starts."""
    ablated = without(busy(), "msc")
    alone = flows(ablated, 150)
    assert alone["removed"] > 0.3 * untouched["removed"] > 0.0
    assert eroded(ablated) > 2.0 * untouched["eroded"]
    assert alone["starts"] < 0.2 * untouched["starts"]


def test_without_coupling_factors_formation_no_longer_follows_resorption(busy, untouched):
    """Neither matrix factors nor clastokines: bound coupling is gone within the day.

    Needed: starts of formation fall to a fifth at most though resorption goes on.
    """
    uncoupled = bones.changed(busy(), coupling_memory_days=0.005)
    loose = flows(uncoupled, 150)
    sites = uncoupled.trabecula.sites
    left_alone = (sites["osteoclast"] == 0) & (sites["state"] != FORMATION)
    assert not sites["coupling_um"][left_alone].any()
    assert loose["removed"] > 0.3 * untouched["removed"]
    assert loose["starts"] < 0.2 * untouched["starts"]


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_matrix_factors_and_clastokines_can_each_couple(busy, untouched, share):
    """Needed: with either alone, at least a quarter of the starts of formation."""
    one = flows(bones.changed(busy(), osteoclast_clastokine_share=share), 150)
    assert one["starts"] > 0.25 * untouched["starts"]


@pytest.mark.mechanism("cell-ocy", "rankl-osteocyte")
def test_without_osteocytes_rankl_and_sclerostin_fall(busy):
    """Needed: RANKL down by a tenth or more, sclerostin down to under 1 %."""
    control, ablated = busy(), without(busy(), "osteocyte")
    bones.days(control, 5), bones.days(ablated, 5)
    assert ablated.fields.mean("RANKL") < 0.9 * control.fields.mean("RANKL")
    assert ablated.fields.mean("sclerostin") < 0.01 * control.fields.mean("sclerostin")


NO_RANKL = {
    f"{source}_rankl_pm": 0.0
    for source in (
        "marrow", "osteocyte", "osteocyte_call", "osteocyte_front", "osteoblast", "adipocyte",
    )
}  # fmt: skip
NO_COLONY_FACTOR = {"marrow_mcsf_pm": 0.0, "eroded_mcsf_pm": 0.0}


@pytest.mark.parametrize(
    ("missing", "osteoclasts"),
    [({}, True), (NO_RANKL, False), (NO_COLONY_FACTOR, False)],
    ids=["both signals", "no RANKL", "no colony factor"],
)
@pytest.mark.mechanism("gmcsf-oc", "rankl-rank-activation")
def test_osteoclasts_form_only_with_rankl_and_a_colony_factor(busy, missing, osteoclasts):
    """In 60 days from unripe precursors, under plenty of RANKL in the marrow."""
    m = bones.empty(busy(), "osteoclast")
    m.populations["osteoclast_precursor"].live["nfatc1"] = 0.0
    bones.changed(m, **{"marrow_rankl_pm": 100.0, "precursor_births_per_vessel_day": 0.3} | missing)
    m.fields.fine_source[:], m.fields.coarse_source[:] = 0.0, 0.0  # of yesterday
    assert (flows(m, 60)["osteoclast_days"] > 0.0) == osteoclasts


@pytest.mark.mechanism("dm-ovx", "e2-deficiency")
def test_without_estrogen_more_is_resorbed(busy, untouched):
    """Loss of estradiol for 150 days: osteoclast-days up by a quarter or more."""
    lack = busy()
    lack.body._life.drivers["estradiol_pmol_per_l"] = 0.0
    assert flows(lack, 150)["osteoclast_days"] > 1.25 * untouched["osteoclast_days"]


def test_an_antibody_against_rankl_stops_resorption(busy, untouched):
    """In days 30 to 180, less than a tenth of the resorption of the untouched bone."""
    m = busy()
    take = m.body._take_binders

    def with_antibody(today, p):
        today.bind("RANKL", 1000.0, 3.0)
        take(today, p)

    m.body._take_binders = with_antibody
    flows(m, 30)
    assert flows(m, 150)["removed"] < 0.1 * untouched["removed"]
