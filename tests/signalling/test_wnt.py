"""Canonical Wnt: 1 at rest, more with Wnt, less with sclerostin and SFRP1."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bones
from bmu_abm import parameters
from bmu_abm.signalling import wnt

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
