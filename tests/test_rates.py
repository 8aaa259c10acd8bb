"""Rates over a step: two half steps do what one whole step does."""

import math

import pytest

from bmu_abm import rates

RATES = (1e-4, 0.05, 0.3, 2.0)


@pytest.mark.parametrize("rate", RATES)
def test_two_half_steps_make_a_whole_one(rate):
    half = rates.kept(rate, 0.5)
    assert half * half == pytest.approx(rates.kept(rate, 1.0))
    survived = 1.0 - rates.chance(rate, 0.5)
    assert 1.0 - survived * survived == pytest.approx(rates.chance(rate, 1.0))
    felt = rates.days_felt(rate, 0.5)
    assert felt + half * felt == pytest.approx(rates.days_felt(rate, 1.0))


@pytest.mark.parametrize("rate", RATES[:3])
def test_births_make_numbers_grow_exponentially(rate):
    grown = 1.0 + rates.births(rate, 0.5)
    assert grown * grown == pytest.approx(1.0 + rates.births(rate, 1.0))
    assert 1.0 + rates.births(rate, 1.0) == pytest.approx(math.exp(rate))


def test_without_loss_a_step_is_felt_whole():
    assert rates.days_felt(0.0, 0.5) == 0.5


def test_a_step_holds_one_daughter_at_most():
    assert rates.births(5.0, 1.0) == 1.0


@pytest.mark.parametrize("rate", RATES)
def test_small_rates_do_what_their_first_order_says(rate):
    dt = 1e-6
    for law in (rates.chance, rates.births):
        assert law(rate, dt) == pytest.approx(rate * dt, rel=1e-5)
    assert rates.days_felt(rate, dt) == pytest.approx(dt, rel=1e-5)


@pytest.mark.parametrize("rate", RATES)
def test_what_happens_by_a_draw_happens_with_its_chance(rate):
    draws = [(k + 0.5) / 1000.0 for k in range(1000)]
    happened = [rates.happens(u, rate, 0.25) for u in draws]
    assert happened == [u < rates.chance(rate, 0.25) for u in draws]
