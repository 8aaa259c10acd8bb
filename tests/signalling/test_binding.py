"""Binding: the solver against bisection, binders at 0, receptors, bound fields."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bones
import rules
from bmu_abm import parameters
from bmu_abm.signalling import binding, rank

PM = st.floats(1e-3, 1e5)
BINDERS = st.lists(st.tuples(st.floats(0.0, 1e5), st.floats(0.01, 1e4)), min_size=1, max_size=4)


def by_bisection(total, own, own_kd, binders):
    """Return the free ligand by 200 halvings of [0, total]."""
    low, high = 0.0, total
    for _ in range(200):
        free = 0.5 * (low + high)
        bound = own * free / (own_kd + free) + sum(b * free / (k + free) for b, k in binders)
        low, high = (free, high) if free + bound < total else (low, free)
    return 0.5 * (low + high)


@settings(max_examples=200, deadline=None)
@given(total=PM, own=st.floats(0.0, 1e5), own_kd=st.floats(0.01, 1e4), binders=BINDERS)
def test_free_ligand_solves_the_balance(total, own, own_kd, binders):
    free = binding.free_ligand(total, own, own_kd, np.array(binders))
    assert free == pytest.approx(by_bisection(total, own, own_kd, binders), rel=1e-4)


@settings(max_examples=50, deadline=None)
@given(total=PM, own=st.floats(0.0, 1e4), own_kd=st.floats(0.1, 1e4), binders=BINDERS)
def test_a_binder_of_concentration_zero_changes_no_float(total, own, own_kd, binders):
    without = binding.free_ligand(total, own, own_kd, np.array(binders))
    with_nothing = binding.free_ligand(total, own, own_kd, np.array([*binders, (0.0, 3.0)]))
    assert with_nothing == without
    assert binding.free_ligand(total, 0.0, 1.0, np.array([(0.0, 3.0)])) == total


@settings(max_examples=100, deadline=None)
@given(
    totals=st.lists(st.tuples(PM, st.floats(0.0, 1e5)), min_size=1, max_size=9),
    own_kd=st.floats(0.01, 1e4),
    binders=BINDERS,
)
def test_many_places_at_once_hold_the_same_balance(totals, own_kd, binders):
    total, own = np.array(totals, np.float32).T.copy()
    free = np.empty_like(total)
    binding.compete(total, own, own_kd, np.array(binders), free)
    for f, t, o in zip(free.tolist(), total.tolist(), own.tolist(), strict=True):
        assert f == pytest.approx(by_bisection(t, o, own_kd, binders), rel=1e-3, abs=1e-6 * t)


def test_no_ligand_no_free_ligand():
    assert binding.free_ligand(0.0, 10.0, 1.0, np.array([(10.0, 1.0)])) == 0.0


@settings(max_examples=50, deadline=None)
@given(total=PM, binders=BINDERS, more=st.floats(1.0, 1e4))
def test_more_binder_leaves_less_free(total, binders, more):
    less = binding.free_ligand(total, more, 5.0, np.array(binders))
    assert 0.0 < less < binding.free_ligand(total, 0.0, 5.0, np.array(binders)) <= total


@pytest.mark.mechanism("rank-trimer", "rank-receptor")
def test_receptor_curves():
    assert binding.occupancy(29.0, 29.0) == 0.5 and binding.occupancy(0.0, 29.0) == 0.0
    assert binding.saturation(3.0, 1.0) == 0.75
    assert binding.hill4(26.0, 26.0) == 0.5
    assert binding.hill4(52.0, 26.0) == pytest.approx(16 / 17)


# -- RANKL, OPG, RANK -----------------------------------------------------------------------------


def free_rankl(m, rankl, opg, antibody=0.0):
    m.fields.native("RANKL")[:], m.fields.native("OPG")[:] = rankl, opg
    m.body.rankl_binders = np.array([(2.0, 29.0), (antibody, 3.0)])
    return float(rules.sense(m).sensed[rank.FREE_RANKL, 5])


@pytest.mark.mechanism("opg-decoy", "rank-receptor")
def test_opg_and_an_antibody_compete_with_rank_for_rankl(still):
    m = bones.changed(still(), binding_rankl_opg_kd_pm=100.0, binding_rankl_unreached=0.0)
    binders = [(2.0, 29.0)]
    alone = by_bisection(40.0, 120.0, 100.0, binders)
    assert free_rankl(m, 40.0, 120.0) == pytest.approx(alone, rel=1e-4)
    assert free_rankl(m, 40.0, 400.0) < free_rankl(m, 40.0, 120.0) < free_rankl(m, 40.0, 0.0)
    bound = by_bisection(40.0, 120.0, 100.0, [*binders, (200.0, 3.0)])
    assert free_rankl(m, 40.0, 120.0, antibody=200.0) == pytest.approx(bound, rel=1e-4)
    assert free_rankl(m, 0.0, 120.0) == 0.0


def sensed(m, rankl, mcsf, tgfb=0.0):
    """Return attraction, induction of NFATc1 and colony factor where nothing binds RANKL."""
    fields = {"RANKL": rankl, "OPG": 0.0, "M-CSF": mcsf, "TGF-beta": tgfb}
    for name, level in fields.items():
        m.fields.native(name)[:] = level
    m.body.rankl_binders = np.zeros((1, 2)) + 1e-12
    return rules.sense(m).sensed[1:, 7].tolist()


def test_induction_of_nfatc1_is_a_product_of_rank_and_colony_factor(still):
    m = bones.changed(still(), precursor_rankl_half_pm=26.0, precursor_mcsf_half_pm=5.0)
    assert sensed(m, 26.0, 5.0)[1] == pytest.approx(0.25)
    assert sensed(m, 0.0, 5.0)[1] == sensed(m, 26.0, 0.0)[1] == 0.0
    assert sensed(m, 1e6, 1e9)[1] == pytest.approx(1.0)


def test_rankl_and_matrix_factors_attract(still):
    m = bones.changed(
        still(), precursor_rankl_half_pm=26.0, coupling_tgfb_half_pm=8.0, precursor_chemotaxis=3.0
    )
    assert sensed(m, 0.0, 5.0)[0] == 0.0
    assert sensed(m, 26.0, 5.0)[0] == pytest.approx(1.5)
    assert sensed(m, 0.0, 5.0, tgfb=8.0)[0] == pytest.approx(1.5)


# -- bound fields ---------------------------------------------------------------------------------


def test_compete_leaves_the_free_part_of_a_field(still):
    m = still()
    field = m.fields.native("sclerostin")
    field[:] = np.linspace(0.0, 80.0, field.size, dtype=np.float32).reshape(field.shape)
    totals = field.ravel().copy()
    binders = np.array([(500.0, 5.0), (20.0, 50.0)])
    binding.compete(totals, np.zeros_like(totals), 1.0, binders, field.reshape(-1))
    for i in (0, 1, 50, 199):
        expected = by_bisection(float(totals[i]), 0.0, 1.0, [(500.0, 5.0), (20.0, 50.0)])
        assert field.flat[i] == pytest.approx(expected, rel=1e-5)
    assert field.max() < 2.0


def test_a_binder_of_sclerostin_frees_wnt_in_a_living_bone(still):
    """The model turns the field of a bound ligand into its free part, before cells sense it."""
    from bmu_abm.systemic.environment import Environment

    m = still()
    m.fields.native_source("sclerostin")[:] = 40.0
    m.fields.solve()
    environment = Environment(dict(m.body.drivers))
    environment.bind("sclerostin", 0.0, 5.0)
    m.body._take_binders(environment, m.p)
    before = m.fields.coarse.copy()
    m.body.bind_ligands(m.fields)
    assert (m.fields.coarse == before).all()
    environment.bind("sclerostin", 1000.0, 5.0)
    m.body._take_binders(environment, m.p)
    m.body.bind_ligands(m.fields)
    assert m.fields.mean("sclerostin") < 0.4
    others = [i for i in range(7) if m.fields.coarse[i].any()]
    assert len(others) == 1


def test_declared_constants_are_within_their_ranges():
    for path in ("binding.rankl_rank_kd_pm", "binding.rankl_opg_kd_pm"):
        declared = parameters.REGISTRY[path]
        assert declared.unit == "pM" and declared.kind == "measured"
