"""Draws: uniform, independent of each other, and the same in Python and compiled code."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bmu_abm import hashing


def draws(process=hashing.CRACK, n=20_000):
    key = np.uint64(hashing.run_key(1, 0))
    return np.array([hashing.uniform(key, process, s, 5, 0) for s in range(n)])


def test_draws_are_uniform_and_processes_are_independent():
    """Four standard errors of a mean, a variance and a correlation of 20,000 draws."""
    a, b = draws(), draws(hashing.FUSION)
    assert a.min() > 0.0 and a.max() < 1.0
    assert abs(a.mean() - 0.5) < 4 * np.sqrt(1 / 12 / len(a))
    assert abs(a.var() - 1 / 12) < 4 * np.sqrt(1 / 180 / len(a))
    assert abs(np.corrcoef(a, b)[0, 1]) < 4 / np.sqrt(len(a))
    assert abs(np.corrcoef(a[1:], a[:-1])[0, 1]) < 4 / np.sqrt(len(a))


@settings(max_examples=50, deadline=None)
@given(
    seed=st.integers(0, 2**63 - 1), replicate=st.integers(0, 10**6), who=st.integers(0, 2**63 - 1)
)
def test_a_draw_depends_on_everything_in_its_key(seed, replicate, who):
    def draw(seed=seed, replicate=replicate, process=3, who=who, tick=9, k=0):
        key = np.uint64(hashing.run_key(seed, replicate))
        return hashing.uniform(key, process, who, tick, k)

    others = [
        draw(seed=seed + 1), draw(replicate=replicate + 1), draw(process=4), draw(who=who ^ 1),
        draw(tick=10), draw(k=1),
    ]  # fmt: skip
    assert draw() == draw() and len({draw(), *others}) == 7


def test_ids_of_the_newborn_are_positive_and_differ():
    ids = {
        hashing.cell_id(process, site, tick, 0)
        for process in (1, 2)
        for site in range(300)
        for tick in range(30)
    }
    assert len(ids) == 18_000 and min(ids) > 0


def test_processes_have_codes_of_their_own():
    codes = [
        v for k, v in vars(hashing).items() if k.isupper() and isinstance(v, int) and k[0] != "_"
    ]
    assert sorted(codes) == list(range(len(codes)))


def test_normal_and_gumbel_draws():
    u, v = draws(), draws(hashing.FUSION)
    normal = np.array([hashing.normal(a, b) for a, b in zip(u, v, strict=True)])
    assert normal.mean() == pytest.approx(0.0, abs=0.03) and normal.std() == pytest.approx(
        1, abs=0.03
    )
    gumbel = np.array([hashing.gumbel(a) for a in u])
    assert gumbel.mean() == pytest.approx(0.5772, abs=0.04)


def test_a_displacement_is_nearly_normal_and_its_parts_are_independent():
    """40,000 draws: means and correlation within 4 standard errors, variance within 3 %."""
    key = np.uint64(hashing.run_key(1, 0))
    steps = np.array(
        [hashing.displacement(key, hashing.MSC_STEP, who, 17) for who in range(40_000)]
    )
    assert np.abs(steps.mean(axis=0)).max() < 4 / 200
    assert steps.var(axis=0) == pytest.approx([1.0, 1.0], rel=0.03)
    assert abs(np.corrcoef(steps.T)[0, 1]) < 4 / 200
    assert np.quantile(steps, 0.975) == pytest.approx(1.95, abs=0.02)
    assert 2.9 < np.abs(steps).max() < 3.46
