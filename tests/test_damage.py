"""Microdamage: it grows with stress and age; damaged bone cracks."""

import numpy as np
import pytest

import bones
import rules
from bmu_abm.damage import PERIOD, REFERENCE_DAMAGE


def grown(m, load=1.0, age_years=0.0):
    """Return the damage that a month adds to the slices of every column, and its place."""
    b = m.trabecula
    bones.changed(
        m, damage_rate_per_year=1.0, damage_stress_exponent=4.0, damage_age_years=15.0,
        damage_crack_per_mm2_year=0.0, damage_random_per_mm2_year=0.0,
    )  # fmt: skip
    m.today["load"] = load
    b.damage[:], b.born[:] = 0.0, m.day - round(365 * age_years)
    rules.tick(m, rules.accumulate_damage, PERIOD)
    centre = b.n_slices // 2
    return b.damage[:, centre]


def test_a_year_at_the_customary_stress_is_the_unit(still):
    assert grown(still()) == pytest.approx(PERIOD / 365, rel=1e-5)


@pytest.mark.mechanism("damage-accum")
def test_damage_grows_with_the_power_of_stress_and_with_age(still):
    assert grown(still(), load=1.3) == pytest.approx(1.3**4 * PERIOD / 365, rel=1e-5)
    assert grown(still(), age_years=15.0) == pytest.approx(2 * PERIOD / 365, rel=1e-5)


def test_thin_columns_carry_more_stress(still):
    m = still()
    m.trabecula.sites["height"][:200] -= 40_000
    damage = grown(m)
    assert damage[:200].min() > 1.2 * damage[200:].max()


def test_only_bone_is_damaged(still):
    m = still()
    grown(m)
    b = m.trabecula
    middles = (np.arange(b.n_slices) + 0.5) * b.slice_nm
    front, back = (int(h[0, 0]) for h in b.heights())
    bone = (middles > back) & (middles < front)
    assert ((b.damage[0] > 0) == bone).all()


def cracks(still, damage, rate):
    """Return the microcracks in a month on 0.08 mm2."""
    m = still()
    bones.changed(
        m, damage_rate_per_year=0.0, damage_crack_per_mm2_year=rate, damage_random_per_mm2_year=0.0
    )
    m.trabecula.damage[:] = damage
    rules.tick(m, rules.accumulate_damage, PERIOD)
    assert m.n_cracks[0] == m.n_calls[0]
    return int(m.n_calls[0])


def test_cracks_come_with_damage(still):
    """Events in proportion to damage; bounds of four standard deviations."""
    rate = 20_000.0  # per mm2 and year at the reference damage: 0.08 mm2
    expected = rate * 0.08 * PERIOD / 365
    assert cracks(still, 0.0, rate) == 0
    for damage in (1.0, 2.0):
        mean = expected * damage
        assert abs(cracks(still, damage * REFERENCE_DAMAGE, rate) - mean) < 4 * np.sqrt(mean)


def test_random_remodelling_needs_no_damage(still):
    m = still()
    bones.changed(m, damage_random_per_mm2_year=20_000.0, damage_crack_per_mm2_year=0.0)
    m.trabecula.damage[:] = 0.0
    called = 0
    for _ in range(PERIOD):
        rules.accumulate_damage(m)
        assert m.n_cracks[0] == called
        called = int(m.n_calls[0])
        m.today["tick"] += 1
    expected = 20_000.0 * 0.08 * PERIOD / 365
    assert abs(called - expected) < 4 * np.sqrt(expected)
    assert len(set(m.calls[: m.n_calls[0]] // 400)) == 2  # both faces
