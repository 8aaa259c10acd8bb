"""What single keys of a study file may hold."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from bmu_abm import shipped
from bmu_abm.faults import show, suggest
from bmu_abm.schema import Table, problem

_MARKS = ("/", "\\", "~")


def base_name(value: Any) -> Any:
    """Accept a shipped scenario, the name of a file beside the study, or a table."""
    if not isinstance(value, str | dict):
        mend = 'write scenario = "estrogen_loss"'
        raise problem(f"must be a name or a table, is {show(value)}", mend)
    if isinstance(value, str):
        _refuse_path(value, "scenario")
        if shipped.path("scenario", value) is None and not value.endswith(".toml"):
            mend = suggest(value, shipped.names("scenario"))
            raise problem(f"unknown scenario {show(value)}", mend)
    return value


def _refuse_path(value: str, what: str) -> None:
    if any(mark in value for mark in _MARKS):
        mend = f"name a {what} that ships, or a file that stands beside the study"
        raise problem(f"is {show(value)}: a path, where a name is expected", mend)


def table_name(value: Any) -> Any:
    """Accept the name of a table beside the study."""
    if isinstance(value, str):
        _refuse_path(value, "table")
        if not value.endswith((".csv", ".parquet")):
            raise problem(f"is {show(value)}", "name a .csv or .parquet file beside the study")
    return value


class Target(Table):
    """`[[target]]`: what a calibration is to meet.

    Attributes
    ----------
    readout : str
        Which; flows count as means over the three months before.
    month : float
        When.
    value, sd : float
        The observation and its standard error, in the readout's unit.
    source : str
        Where it is written.
    """

    readout: str = Field(min_length=1)
    month: float = Field(ge=0.0)
    value: float
    sd: float = Field(gt=0.0)
    source: str = Field(min_length=1)
