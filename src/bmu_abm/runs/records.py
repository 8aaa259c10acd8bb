"""What is kept of a finished or failed run, and how runs become one tidy frame."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any, Protocol

import pandas as pd

from bmu_abm.runs.attempt import Failure
from bmu_abm.runs.points import KEY_COLUMNS, Point
from bmu_abm.runs.simulate import Result

Record = dict[str, Any]
DONE, FAILED = "done", "failed"


class Sink(Protocol):
    """Where an ensemble's outcomes go: memory, or a store on the disk."""

    def add(self, point: Point, result: Result) -> None:
        """Keep the rows of a finished run."""

    def fail(self, point: Point, failure: Failure) -> None:
        """Keep why a run failed."""

    def done(self) -> set[str]:
        """Return the ids of the finished runs whose rows are whole."""

    def records(self) -> list[Record]:
        """Return one record a run, finished or failed."""

    def read(self, record: Record) -> pd.DataFrame:
        """Return the rows of a finished run."""


class MemorySink:
    """Outcomes kept in memory."""

    def __init__(self) -> None:
        self._records: dict[str, Record] = {}
        self._frames: dict[str, pd.DataFrame] = {}

    def add(self, point: Point, result: Result) -> None:
        """Keep the rows of a finished run."""
        self._frames[point.run_id] = run_frame(point, result)
        self._records[point.run_id] = done_record(point, result)

    def fail(self, point: Point, failure: Failure) -> None:
        """Keep why a run failed."""
        self._records[point.run_id] = failed_record(point, failure)

    def done(self) -> set[str]:
        """Return the ids of the finished runs."""
        return set(self._frames)

    def records(self) -> list[Record]:
        """Return one record a run, finished or failed."""
        return list(self._records.values())

    def read(self, record: Record) -> pd.DataFrame:
        """Return the rows of a finished run."""
        return self._frames[record["run_id"]]


def _keys(point: Point) -> Record:
    fixed = {name: point.keys[name] for name in KEY_COLUMNS}
    return fixed | {"labels": dict(point.labels)}


def done_record(point: Point, result: Result) -> Record:
    """Return the record of a finished run."""
    counts = {"rows": len(result.rows), "surface_mm2": result.surface_mm2}
    return _keys(point) | {"status": DONE} | counts


def failed_record(point: Point, failure: Failure) -> Record:
    """Return the record of a failed run."""
    return _keys(point) | {"status": FAILED} | asdict(failure)


def run_frame(point: Point, result: Result) -> pd.DataFrame:
    """Return the rows of one run: its keys and labels, `month`, readouts as float64."""
    rows = pd.DataFrame(result.rows).drop(columns=["replicate", "seed"])
    readouts = rows.drop(columns="month").astype("float64")
    keys = pd.DataFrame(point.keys, index=rows.index)
    return pd.concat([keys, rows[["month"]], readouts], axis=1)


def _order(record: Record) -> tuple[str, int, int, str]:
    return record["scenario"], record["seed"], record["replicate"], record["run_id"]


def in_order(records: Iterable[Record]) -> list[Record]:
    """Sort records by scenario, seed and replicate, whatever the order in which runs finished."""
    return sorted(records, key=_order)


def gather(records: Iterable[Record], read: Callable[[Record], pd.DataFrame]) -> pd.DataFrame:
    """Return one tidy frame of all finished runs among the records, in a fixed order.

    Parameters
    ----------
    records : iterable of dict
        Records of runs; failed ones give no rows.
    read : callable
        Gives the rows of one record.
    """
    finished = in_order(record for record in records if record["status"] == DONE)
    if not finished:
        return pd.DataFrame(columns=[*KEY_COLUMNS, "month"])
    labels = list(dict.fromkeys(name for record in finished for name in record["labels"]))
    frame = pd.concat([read(record) for record in finished], ignore_index=True)
    first = [*KEY_COLUMNS, *labels, "month"]
    return frame[[*first, *frame.columns.drop(first)]]
