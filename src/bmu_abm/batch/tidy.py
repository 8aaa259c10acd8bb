"""The tidy tables of a sweep, written run by run: memory does not grow with their length."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from bmu_abm.batch.estimates import Ask, summary_of_point
from bmu_abm.batch.plan import Run
from bmu_abm.runs.files import machine_errors, staged
from bmu_abm.runs.records import Record

_RUNS_AT_ONCE = 50
_POINTS_AT_ONCE = 100


class Source(Protocol):
    """Where the rows of finished runs are."""

    def finished(self, run_id: str) -> Record | None:
        """Return the record of a finished run, or None."""

    def read(self, record: Record) -> pd.DataFrame:
        """Return the rows of a finished run."""


class TableFile:
    """A table that is written piece by piece, as CSV and, where asked for, as Parquet."""

    def __init__(self, csv: Any, parquet: Path | None) -> None:
        self._csv = csv
        self._parquet = parquet
        self._writer: pq.ParquetWriter | None = None
        self._columns: list[str] | None = None

    def append(self, frame: pd.DataFrame) -> None:
        """Write the rows of a frame; its columns are those of the first one."""
        first = self._columns is None
        if self._columns is None:
            self._columns = list(frame.columns)
        frame = frame.reindex(columns=self._columns)
        frame.to_csv(self._csv, index=False, header=first, lineterminator="\n")
        if self._parquet is not None:
            self._append_parquet(frame)

    def _append_parquet(self, frame: pd.DataFrame) -> None:
        schema = None if self._writer is None else self._writer.schema
        table = pa.Table.from_pandas(frame, schema=schema, preserve_index=False)
        if self._writer is None:
            table = table.replace_schema_metadata(None)
            self._writer = pq.ParquetWriter(self._parquet, table.schema, compression="zstd")
        self._writer.write_table(table.replace_schema_metadata(None))

    def close(self) -> None:
        """Finish the Parquet file."""
        if self._writer is not None:
            self._writer.close()


@contextmanager
def table_file(folder: Path, stem: str, parquet: bool = False) -> Iterator[TableFile]:
    """Write ``STEM.csv`` and perhaps ``STEM.parquet``; both appear whole at the end, or not at all.

    Raises
    ------
    MachineError
        The disk is full or the folder is not writable.
    """
    with ExitStack() as open_files:
        open_files.enter_context(machine_errors(folder / f"{stem}.csv"))
        beside = None
        if parquet:
            beside = open_files.enter_context(staged(folder / f"{stem}.parquet"))
        path = open_files.enter_context(staged(folder / f"{stem}.csv"))
        stream = open_files.enter_context(open(path, "w", encoding="utf-8", newline=""))
        table = TableFile(stream, beside)
        try:
            yield table
            stream.flush()
            os.fsync(stream.fileno())
        finally:
            table.close()


def write_tables(
    folder: Path, source: Source, runs: Sequence[Run], points: pd.DataFrame, ask: Ask
) -> None:
    """Write timeseries (CSV, Parquet) and summary (CSV) of the finished runs.

    Parameters
    ----------
    folder : Path
        Where.
    source : Source
        Has the rows.
    runs : sequence of Run
        In order: by point, then by replicate.
    points : DataFrame
        `point`, then what is varied.
    ask : Ask
        Readouts and months.
    """
    with table_file(folder, "timeseries", parquet=True) as rows, table_file(folder, "summary") as s:
        waiting: list[pd.DataFrame] = []
        for point, parts in _by_point(source, runs, rows, points, ask):
            summary = summary_of_point(pd.concat(parts, ignore_index=True), ask)
            waiting.append(_labelled(summary, points, [point] * len(summary)))
            if len(waiting) == _POINTS_AT_ONCE:
                s.append(pd.concat(waiting, ignore_index=True))
                waiting = []
        if waiting:
            s.append(pd.concat(waiting, ignore_index=True))


def _by_point(
    source: Source, runs: Sequence[Run], rows: TableFile, points: pd.DataFrame, ask: Ask
) -> Iterator[tuple[int, list[pd.DataFrame]]]:
    """Write the rows of all runs, and yield for each point what its summary needs of them."""
    current, parts = -1, list[pd.DataFrame]()
    for chunk in _chunks(source, runs):
        rows.append(_tidy(chunk, points, ask))
        for run, frame in chunk:
            if run.point != current and parts:
                yield current, parts
                parts = []
            current = run.point
            parts.append(ask.needed(frame))
    if parts:
        yield current, parts


def _chunks(source: Source, runs: Sequence[Run]) -> Iterator[list[tuple[Run, pd.DataFrame]]]:
    finished = ((run, source.finished(run.run_id)) for run in runs)
    frames = ((run, source.read(record)) for run, record in finished if record is not None)
    while chunk := list(islice(frames, _RUNS_AT_ONCE)):
        yield chunk


def _tidy(chunk: list[tuple[Run, pd.DataFrame]], points: pd.DataFrame, ask: Ask) -> pd.DataFrame:
    """Return `run_id, point, replicate, seed`, what is varied, `month`, then readouts."""
    frame = pd.concat([frame for _, frame in chunk], ignore_index=True)
    point = [run.point for run, frame in chunk for _ in range(len(frame))]
    readouts = list(ask.readouts) or list(frame.columns)[list(frame.columns).index("month") + 1 :]
    labelled = _labelled(frame[["run_id", "replicate", "seed", "month", *readouts]], points, point)
    varied = list(points.columns[1:])
    return labelled[["run_id", "point", "replicate", "seed", *varied, "month", *readouts]]


def _labelled(frame: pd.DataFrame, points: pd.DataFrame, point: list[int]) -> pd.DataFrame:
    """Return a frame with the columns of its points in front."""
    labels = points.iloc[point].reset_index(drop=True)
    return pd.concat([labels, frame.reset_index(drop=True)], axis=1)
