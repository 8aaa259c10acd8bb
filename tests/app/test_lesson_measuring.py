"""Measures: sums over patches, their intervals, and the choice that follows."""

from __future__ import annotations

import numpy as np
import pytest

from bmu_abm.app.lessons.form import Claim, Measure, Question
from bmu_abm.app.lessons.measuring import (
    Value,
    arrays,
    evaluate,
    holds,
    right_choice,
    words,
)

CELLS = {"a": {"n": np.array([[0.0, 1, 3], [0, 3, 5]]), "m": np.array([[0.0, 2, 2], [0, 2, 2]])}}
CELLS["b"] = {"n": CELLS["a"]["n"] - 1.0, "m": CELLS["a"]["m"]}


def measure(**changes) -> Measure:
    table = {"says": "N", "readout": "n", "arm": "a", "months": [0, 2], **changes}
    return Measure.model_validate(table)


@pytest.mark.parametrize(
    ("changes", "mean"),
    [
        ({}, 3.0),  # months 1 and 2, not month 0
        ({"take": "sum"}, 6.0),
        ({"take": "change"}, 4.0),
        ({"take": "at", "months": 1}, 2.0),
        ({"factor": 100.0}, 300.0),
        ({"against": {"arm": "b"}}, 1.0),
        ({"against": {"arm": "b"}, "compare": "ratio"}, 12 / 8),
        ({"against": {"readout": "m"}, "take": "sum", "compare": "ratio"}, 12 / 8),
        ({"against": {"months": [0, 1]}}, 1.0),
    ],
)
def test_what_is_measured(changes, mean):
    assert evaluate(measure(**changes), CELLS).mean == pytest.approx(mean)


def test_the_interval_is_students_for_few_patches():
    value = evaluate(measure(take="at", months=2), CELLS)  # 3 and 5: standard error 1
    assert (value.low, value.high) == pytest.approx((4 - 12.71, 4 + 12.71))
    many = {"a": {"n": np.tile(CELLS["a"]["n"], (50, 1))}}
    value = evaluate(measure(take="at", months=2), many)
    assert value.high - value.mean == pytest.approx(2 * 1 / np.sqrt(99), rel=1e-6)


def test_pairs_have_no_error_where_every_pair_differs_by_the_same():
    value = evaluate(measure(against={"arm": "b"}), CELLS)
    assert value.low == value.high == 1.0


def test_what_was_not_lived_is_not_known():
    assert evaluate(measure(arm="c"), CELLS) is None
    assert evaluate(measure(months=[0, 3]), CELLS) is None
    assert evaluate(measure(readout="other"), CELLS) is None


def test_months_without_a_number_do_not_count():
    rows = [{"arm": [{"n": None}, {"n": None}, {"n": 4.0}]}]
    assert evaluate(measure(arm="arm"), arrays(rows, ["n"])).mean == 4.0


QUESTION = Question.model_validate(
    {
        "ask": "?",
        "measure": "n",
        "choice": [{"text": "low", "up_to": 1.0}, {"text": "mid", "up_to": 2.0}, {"text": "high"}],
    }
)


@pytest.mark.parametrize(
    ("value", "right"),
    [
        (Value(0.5, 0.4, 0.6, 9), (0, True)),
        (Value(1.5, 0.9, 1.9, 9), (1, False)),
        (Value(2.5, 2.1, 3.0, 9), (2, True)),
        (Value(1.0, 1.0, 1.0, 9), (0, True)),
        (Value(9.0, np.nan, np.nan, 1), (2, False)),
    ],
)
def test_the_right_choice(value, right):
    assert right_choice(QUESTION, value) == right


def test_a_claim_holds_only_with_its_whole_interval():
    claim = Claim(says="more", measure="n", at_least=1.0)
    assert holds(claim, Value(2, 1.1, 3, 9)) and not holds(claim, Value(2, 0.9, 3, 9))
    assert not holds(claim, Value(2, np.nan, np.nan, 1))


def test_how_a_value_reads():
    one = measure(unit="%", decimals=1)
    assert words(one, Value(-3.24, -4.0, -2.04, 20)) == "−3.2 % (95 % interval −4.0 to −2.0)"
    assert words(one, Value(-0.01, np.nan, np.nan, 1)) == "0.0 %"
