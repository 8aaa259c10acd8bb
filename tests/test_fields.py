"""Fields: the spectral solution against a direct sparse solve, interpolation, declarations."""

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.linalg import spsolve

from bmu_abm import fields, screened
from bmu_abm.fields import COARSE, DECLARATIONS, FINE, NAMES, Fields

NX, NY = 40, 24
UNITS = {"pM", "1", "ng/ml"}


def ring(n):
    """Return the second difference on a ring of n points."""
    ones = np.ones(n)
    matrix = sparse.diags([-2 * ones, ones[1:], ones[1:]], [0, 1, -1]).tolil()
    matrix[0, n - 1] = matrix[n - 1, 0] = 1.0
    return matrix.tocsr()


def directly(source, length):
    """Return c of c - length^2 lap5(c) = source on one periodic face; length in grid cells."""
    ny, nx = source.shape
    laplacian = sparse.kron(sparse.eye(ny), ring(nx)) + sparse.kron(ring(ny), sparse.eye(nx))
    matrix = sparse.eye(nx * ny) - length**2 * laplacian
    return spsolve(matrix.tocsc(), source.ravel().astype(float)).reshape(ny, nx)


@pytest.mark.parametrize("name", NAMES)
def test_the_solution_is_that_of_a_direct_solve(name):
    """Within 1e-5 of the peak, for twenty point sources on each face."""
    rng = np.random.default_rng(NAMES.index(name))
    f = Fields(NX, NY, 10.0)
    source = f.native_source(name)
    for face in (0, 1):
        y, x = rng.integers(source.shape[1], size=20), rng.integers(source.shape[2], size=20)
        np.add.at(source[face], (y, x), rng.exponential(100.0, 20).astype(np.float32))
    f.solve()
    cell_um = 10.0 * DECLARATIONS[name].resolution
    exact = np.stack([directly(s, DECLARATIONS[name].decay_length_um / cell_um) for s in source])
    assert np.abs(f.native(name) - exact).max() <= 1e-5 * exact.max()
    assert f.native(name).min() >= 0.0


@pytest.mark.parametrize("band", [1, 3 * NX, 10**6])
def test_large_stacks_are_solved_in_bands_with_the_same_result(monkeypatch, band):
    whole, banded = Fields(NX, NY, 10.0), Fields(NX, NY, 10.0)
    whole.fine_source[:] = np.random.default_rng(0).exponential(1.0, whole.fine.shape)
    whole.coarse_source[:] = np.random.default_rng(1).exponential(1.0, whole.coarse.shape)
    banded.fine_source[:], banded.coarse_source[:] = whole.fine_source, whole.coarse_source
    whole.solve()
    monkeypatch.setattr(screened, "ALL_AT_ONCE", 0)
    monkeypatch.setattr(screened, "BAND", band)
    banded.solve()
    assert np.allclose(banded.fine, whole.fine, rtol=1e-6, atol=0)
    assert np.allclose(banded.coarse, whole.coarse, rtol=1e-6, atol=0)


def test_a_uniform_source_of_one_gives_a_field_of_one():
    f = Fields(NX, NY, 10.0)
    f.reset_sources(np.ones(len(FINE), np.float32), np.ones(len(COARSE), np.float32))
    f.solve()
    for name in NAMES:
        assert np.abs(f.map(name) - 1.0).max() < 1e-6
        assert f.mean(name) == pytest.approx(1.0, abs=1e-6)


def test_faces_do_not_leak_into_each_other():
    f = Fields(NX, NY, 10.0)
    for name in NAMES:
        f.native_source(name)[0, 0, 0] = 1000.0  # a corner, next to the other face in memory
    f.solve()
    for name in NAMES:
        assert f.native(name)[0].max() > 1.0 and not f.native(name)[1].any()


def test_what_is_held_up_does_not_depend_on_the_width_of_a_site():
    """The whole of a field is the whole of its source."""
    for site_um in (5.0, 20.0):
        f = Fields(NX, NY, site_um)
        f.native_source("RANKL")[1, 3, 4] = 50.0
        f.solve()
        assert f.native("RANKL").sum() == pytest.approx(50.0, rel=1e-4)


def test_the_field_falls_over_its_decay_length():
    """A line of sources gives exp(-x / L) in steps of the discrete equation."""
    f = Fields(200, 20, 10.0)
    f.native_source("RANKL")[0, :, 0] = 1.0
    f.solve()
    profile = f.native("RANKL")[0, 0]
    length = DECLARATIONS["RANKL"].decay_length_um / 20.0
    fall = np.log(profile[5] / profile[15]) / 10.0
    assert fall == pytest.approx(np.arccosh(1 + 0.5 / length**2), rel=1e-3)
    assert fall == pytest.approx(1 / length, rel=0.01)


# -- coarse fields --------------------------------------------------------------------------------


def random_coarse():
    f = Fields(NX, NY, 10.0)
    f.coarse[:] = np.random.default_rng(1).exponential(1.0, f.coarse.shape)
    return f


def test_a_cell_senses_what_the_map_shows():
    f = random_coarse()
    for i, name in enumerate(COARSE):
        shown = f.map(name).ravel()
        sensed = [fields.sample(f.coarse, i, s, NX, NY) for s in range(2 * NX * NY)]
        assert np.abs(shown - sensed).max() < 1e-5 * shown.max()


def test_interpolation_keeps_the_mean_and_straight_lines():
    f = random_coarse()
    assert f.map("OPG").mean(axis=(1, 2)) == pytest.approx(
        f.native("OPG").mean(axis=(1, 2)), rel=1e-6
    )
    f.native("OPG")[:] = np.arange(NX // 2)[None, None, :]
    line = f.map("OPG")[0, 3]
    # Block i has its middle between sites 2 i and 2 i + 1.
    assert line[1:-1] == pytest.approx((np.arange(NX)[1:-1] - 0.5) / 2)
    f.native("OPG")[:] = np.arange(NY // 2)[None, :, None]
    assert f.map("OPG")[1, 1:-1, 7] == pytest.approx((np.arange(NY)[1:-1] - 0.5) / 2)


def test_interpolation_is_periodic_on_each_face():
    f = Fields(NX, NY, 10.0)
    f.native("OPG")[0, 0, 0] = 16.0
    shown = f.map("OPG")
    assert shown[0, -1, -1] == 1.0 and shown[0, 0, 0] == 9.0 and not shown[1].any()


def test_every_site_has_its_block():
    f = random_coarse()
    blocks = [fields.coarse_index(s, NX, NY) for s in range(2 * NX * NY)]
    face, y, x = np.unravel_index(np.arange(2 * NX * NY), (2, NY, NX))
    expected = np.ravel_multi_index((face, y // 2, x // 2), f.native("OPG").shape)
    assert np.array_equal(blocks, expected)
    assert (np.bincount(blocks) == 4).all()


# -- declarations ---------------------------------------------------------------------------------


@pytest.mark.parametrize("declared", DECLARATIONS.values(), ids=NAMES)
def test_every_field_declares_its_physics(declared):
    assert declared.unit in UNITS and declared.source
    assert declared.diffusion_um2_per_s > 0 and declared.half_life_s > 0
    assert 5.0 < declared.decay_length_um < 500.0
    # Half resolution only where the decay length spans three blocks or more.
    assert declared.resolution == 1 or declared.decay_length_um >= 3 * 20.0


def test_rows_follow_the_declarations():
    assert FINE.index("Wnt") == fields.WNT
    names = ("RANKL", "OPG", "TGF-beta", "CXCL12", "SLIT3", "sclerostin", "M-CSF", "SFRP1")
    rows = (
        fields.RANKL, fields.OPG, fields.TGFB, fields.CXCL12, fields.SLIT3, fields.SCLEROSTIN,
        fields.MCSF, fields.SFRP1,
    )  # fmt: skip
    assert rows == tuple(COARSE.index(n) for n in names)


def test_an_unknown_field_is_refused_by_name():
    with pytest.raises(KeyError, match="RANKL"):
        Fields(NX, NY, 10.0).map("rankl")


def test_fast_fields_are_carried_on_to_when_they_are_read():
    """A field that grows by 2 a step is read half a step later; a falling one stays above 0."""
    f = Fields(20, 20, 10.0)
    rankl = f.native("RANKL")
    for solved, read in ((4.0, 4.0), (6.0, 7.0), (8.0, 9.0), (2.0, 0.0)):
        rankl[:] = solved
        f.native("OPG")[:] = solved
        f.carry_on()
        assert (rankl == read).all() and (f.native("OPG") == solved).all()
