"""Canonical Wnt: 1 at rest, more with Wnt, less with sclerostin and SFRP1."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bones
from bmu_abm import parameters
from bmu_abm.signalling import wnt
from drugs import lived

P = parameters.record({"wnt.half": 1.0, "wnt.sclerostin_kd_pm": 6.0, "wnt.sfrp1_kd_pm": 60.0})[0]
LEVEL = st.floats(0.01, 500.0)


def test_activity_is_one_at_the_reference_of_resting_bone():
    level = wnt.activity(1.0, wnt.REFERENCE_SCLEROSTIN_PM, wnt.REFERENCE_SFRP1_PM, P)
    assert level == pytest.approx(1.0)
    assert wnt.activity(0.0, 30.0, 4.0, P) == 0.0


@settings(max_examples=50, deadline=None)
@given(w=LEVEL, sclerostin=LEVEL, sfrp1=LEVEL)
@pytest.mark.mechanism("wnt-ligand", "scl-blocks-wnt", "sfrp1")
def test_signs(w, sclerostin, sfrp1):
    level = wnt.activity(w, sclerostin, sfrp1, P)
    assert wnt.activity(1.5 * w, sclerostin, sfrp1, P) > level
    assert wnt.activity(w, 1.5 * sclerostin, sfrp1, P) < level
    assert wnt.activity(w, sclerostin, 1.5 * sfrp1, P) < level


def test_enough_wnt_overcomes_the_inhibitors():
    ceiling = wnt.activity(1e9, 0.0, 0.0, P)
    assert wnt.activity(1e9, 200.0, 200.0, P) == pytest.approx(ceiling, rel=1e-6)


@pytest.mark.mechanism("wnt-bcat", "wnt-lrp-fz")
def test_a_cell_senses_the_three_fields_at_its_site(still):
    m = still()
    levels = {"Wnt": 1.0, "sclerostin": 30.0, "SFRP1": 4.0}
    for name, level in levels.items():
        m.fields.native(name)[:] = level
    b = m.trabecula

    def sensed():
        return wnt.beta_catenin(7, m.fields.fine, m.fields.coarse, m.p[0], b.nx, b.ny)

    rest = sensed()
    assert rest == pytest.approx(1.0, rel=1e-6)
    for name, up in (("Wnt", True), ("sclerostin", False), ("SFRP1", False)):
        m.fields.native(name)[:] = 2 * levels[name]
        assert (sensed() > rest) == up
        m.fields.native(name)[:] = levels[name]


def test_sclerostin_elsewhere_does_not_matter(still):
    m = still()
    bones.peak(m, "sclerostin", 100.0, width=2.0)
    m.fields.native("Wnt")[:] = 1.0
    b = m.trabecula
    near, far, behind = (
        wnt.beta_catenin(s, m.fields.fine, m.fields.coarse, m.p[0], b.nx, b.ny)
        for s in (bones.middle(m), 0, bones.middle(m) + 400)
    )
    assert near < 0.5 * far and far == pytest.approx(behind, rel=1e-6)


@pytest.mark.mechanism("d-romosozumab")
def test_cells_get_used_to_beta_catenin_that_a_drug_frees():
    """Beta-catenin of the body: at once as ever, within a year lower, and back after the stop."""
    course = [float(m.today["beta_catenin"][0]) for m in _courses(10, 360, 900)]
    rest = float(lived(10).today["beta_catenin"][0])
    assert course[0] > 0.85 * rest and course[1] < 0.8 * rest
    assert course[2] == pytest.approx(rest, rel=0.05)


def _courses(*days):
    use = {"use": "romosozumab", "stop_month": 12}
    return [lived(n, use) for n in days]


def test_without_a_drug_no_one_gets_used_to_anything():
    m = lived(60)
    assert (
        m.skeleton["wnt_habit"][0] == 1.0 == wnt.answer(1.0, P) and m.today["wnt_freed"][0] == 1.0
    )
