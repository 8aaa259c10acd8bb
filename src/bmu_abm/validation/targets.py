"""What the field has measured: the ranges in `targets.csv`."""

from __future__ import annotations

import math
from importlib import resources

import pandas as pd


def targets(study: str) -> pd.DataFrame:
    """Return the ranges of a study.

    Returns
    -------
    DataFrame
        Index `label`; columns `low, high, unit, source`. An open end is nan.
    """
    file = resources.files(__package__) / "targets.csv"
    with file.open(encoding="utf-8") as stream:
        table = pd.read_csv(stream, keep_default_na=False, na_values={"low": "", "high": ""})
    return table[table["study"] == study].drop(columns="study").set_index("label")


def holds(value: float, low: float, high: float) -> bool:
    """Tell whether a value lies in a range with perhaps open ends; nan does not."""
    above = math.isnan(low) or value >= low
    below = math.isnan(high) or value <= high
    return not math.isnan(value) and above and below
