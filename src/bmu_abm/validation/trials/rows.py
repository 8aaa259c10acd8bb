"""The published values (`trials.csv`), and how each is read in the model (`rows.csv`)."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import pandas as pd

from bmu_abm.errors import InputError
from bmu_abm.faults import suggest
from bmu_abm.runs.summary import FLOWS, WINDOW_MONTHS

HOWS = ("change", "rate", "difference", "ratio", "baseline", "level", "direction")
# A marker moves about ten times as far as density: 5 % of it where density needs 0.5 points.
PERCENT_PER_POINT = 10.0
_CROSS_SECTION = "cross-sectional"  # as trials.csv says of the population
_Z95 = 1.96
_RANGE = re.compile(r"(?:95% CI |arm range )?(-?\d+(?:\.\d+)?)(?: to |-)(-?\d+(?:\.\d+)?)(?![\d.])")
_SPREAD = re.compile(r"(SE|SD) (\d+(?:\.\d+)?)")


@dataclass(frozen=True)
class Row:
    """A published value, and the reading of the model that is held against it.

    Attributes
    ----------
    id, trial, site, quantity, unit, month, observed, uncertainty, confidence, source
        As published; `trial` is its name in full, `month` the time since its baseline.
    followed : bool
        Whether the same people or animals were measured again; False for a cross-section, which
        compares people of different ages at one time.
    low, high : float
        What the trial's own scatter allows; nan where nothing is told.
    study : str
        What `bmu validate STUDY` calls the trial.
    drug : str
        Under what the row counts.
    arm, against : str
        Names of arms; an empty `arm`: the row is not simulated.
    how : str
        One of `HOWS`.
    readout : str
        Column of the output.
    start, end : float
        Months of the arm between which it is read.
    window : float
        Months that end at `end` over which a flow is averaged; 0: the state in that month.
    scale : float
        From the model's unit to the row's.
    why : str
        Why the row is not simulated, or what is special about its reading.
    """

    id: str
    trial: str
    site: str
    quantity: str
    unit: str
    month: float
    observed: float
    uncertainty: str
    confidence: str
    source: str
    followed: bool
    low: float
    high: float
    study: str
    drug: str
    arm: str
    against: str
    how: str
    readout: str
    start: float
    end: float
    window: float
    scale: float
    why: str

    @property
    def arms(self) -> tuple[str, ...]:
        """Return the arms that it is read in."""
        return tuple(name for name in (self.arm, self.against) if name)

    @property
    def density(self) -> bool:
        """Tell whether it is about the density of a site."""
        return self.readout.startswith("bmd_")

    @property
    def point(self) -> float:
        """Return how much of the row's own unit counts as one point of density."""
        if self.how == "level":
            return abs(self.observed) * PERCENT_PER_POINT / 100.0
        if self.how == "rate":
            return self.scale * 12.0 / (self.end - self.start)
        return 1.0 if self.density else PERCENT_PER_POINT


def scatter(value: float, uncertainty: str, n: str) -> tuple[float, float]:
    """Return the range that a trial's own scatter allows: its interval, or 1.96 standard errors.

    Parameters
    ----------
    value : float
        The published mean.
    uncertainty : str
        As published: "SE 0.4", "SD 7.4" (then `n` counts), "95% CI 8.2-10.1", "20 to 55".
    n : str
        Begins with the number of participants.
    """
    spread, count = _SPREAD.match(uncertainty), re.match(r"\d+", n)
    if spread is not None and (spread[1] == "SE" or count is not None):
        error = float(spread[2])
        if spread[1] == "SD" and count is not None:
            error /= math.sqrt(int(count[0]))
        return value - _Z95 * error, value + _Z95 * error
    ends = _RANGE.match(uncertainty)
    if ends is None:
        return math.nan, math.nan
    low, high = sorted((float(ends[1]), float(ends[2])))
    return low, high


def _table(name: str) -> dict[str, dict[str, str]]:
    file = resources.files(__package__) / name
    with file.open(encoding="utf-8") as stream:
        table = pd.read_csv(stream, dtype=str, keep_default_na=False)
    return {str(row["id"]): row for row in table.to_dict("records")}


def _number(text: str, otherwise: float = math.nan) -> float:
    return float(text) if text else otherwise


def _row(trial: Mapping[str, str], read: Mapping[str, str]) -> Row:
    observed, month = _number(trial["value"]), _number(trial["time_months"])
    low, high = scatter(observed, trial["uncertainty"], trial["n"])
    window = float(WINDOW_MONTHS) if read["readout"] in FLOWS else 0.0
    return Row(
        id=trial["id"],
        trial=trial["study"],
        site=trial["site_or_marker"],
        quantity=trial["quantity"],
        unit=trial["unit"],
        month=month,
        observed=observed,
        uncertainty=trial["uncertainty"],
        confidence=trial["confidence"],
        source=trial["source"],
        followed=_CROSS_SECTION not in trial["population"],
        low=low,
        high=high,
        study=read["study"],
        drug=read["drug"],
        arm=read["arm"],
        against=read["against"],
        how=read["how"],
        readout=read["readout"],
        start=_number(read["from"], 0.0),
        end=_number(read["to"], month),
        window=_number(read["window"], window),
        scale=_number(read["scale"], 1.0),
        why=read["why"],
    )


@cache
def all_rows() -> tuple[Row, ...]:
    """Return every published value with its reading; KeyError if one has none."""
    reading = _table("rows.csv")
    return tuple(_row(trial, reading[key]) for key, trial in _table("trials.csv").items())


def rows_of(studies: Collection[str]) -> list[Row]:
    """Return the rows of some studies, or of all if none is named.

    Raises
    ------
    InputError
        A name is no study.
    """
    names = {row.study for row in all_rows()}
    wrong = next((name for name in studies if name not in names), None)
    if wrong is not None:
        raise InputError(f"bmu validate: {wrong}: is no study; {suggest(wrong, names)}")
    return [row for row in all_rows() if not studies or row.study in studies]
