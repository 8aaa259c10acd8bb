"""An explicit design: a table with a column a quantity and a row a point."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path
from typing import Any

import pandas as pd

from bmu_abm.batch.axis import Axis, Place, resolve
from bmu_abm.batch.design import MOST_POINTS, Design
from bmu_abm.batch.study import Study
from bmu_abm.batch.varied import Value, Varied
from bmu_abm.faults import fault, one_line, show

_MOST_BYTES = 200_000_000


def read_points(study: Study) -> Design:
    """Read the table of a study: CSV with a header, or Parquet; columns are paths.

    Raises
    ------
    InputError
        There is no such file, it is no table, a column is unknown or twice there, or a cell is
        empty, not finite or out of its range.
    """
    path = study.folder / str(study.table)
    _check_file(study, path)
    columns = _read_csv(path) if path.suffix == ".csv" else _read_parquet(path)
    if not columns or not next(iter(columns.values())):
        raise fault(path.name, "", "holds no points", "give it a header and a row a point")
    rows = list(zip(*columns.values(), strict=True))
    if len(rows) > MOST_POINTS:
        raise fault(path.name, "", f"holds more than {MOST_POINTS:,} points", "split it")
    return Design([_axis(study, path, name, values) for name, values in columns.items()], rows)


def _check_file(study: Study, path: Path) -> None:
    if not path.is_file():
        raise study.fault("table", f"there is no {show(path.name)} beside the study", "check it")
    if path.stat().st_size > _MOST_BYTES:
        raise study.fault("table", f"{path.name} is larger than 200 MB", "split it")


def _axis(study: Study, path: Path, name: str, values: list[Value]) -> Axis:
    levels = list(dict.fromkeys(values))
    varied = Varied.model_construct(values=levels)  # its cells are checked; there may be many
    return resolve(name, varied, study.base, Place(path.name, name, {}))


def _read_csv(path: Path) -> dict[str, list[Value]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
        lines = [line for line in csv.reader(io.StringIO(text), strict=True) if line]
    except (OSError, ValueError, csv.Error) as error:
        what = one_line(f"is no CSV ({error})", 200)
        raise fault(path.name, "", what, "save it as UTF-8 with commas") from None
    header = [name.strip() for name in lines[0]] if lines else []
    _check_header(path, header)
    columns: dict[str, list[Value]] = {name: [] for name in header}
    for number, line in enumerate(lines[1:], start=2):
        if len(line) != len(header):
            what = f"line {number} has {len(line)} cells, the header {len(header)}"
            raise fault(path.name, "", what, "give each column one")
        for name, cell in zip(header, line, strict=True):
            columns[name].append(_cell(path, name, number, _number(cell.strip())))
    return columns


def _check_header(path: Path, header: list[str]) -> None:
    for name in header:
        if not name:
            raise fault(path.name, "", "a column has no name", "name the quantity it holds")
        if header.count(name) > 1:
            raise fault(path.name, name, "two columns have this name", "keep one of them")


def _number(text: str) -> Value:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return {"true": True, "false": False}.get(text, text)


def _read_parquet(path: Path) -> dict[str, list[Value]]:
    try:
        frame = pd.read_parquet(path)
    except Exception as error:
        what = one_line(f"is no Parquet table ({error})", 200)
        raise fault(path.name, "", what, "write it with pandas.DataFrame.to_parquet") from None
    return {
        str(name): [_cell(path, str(name), i, value) for i, value in enumerate(column.tolist(), 1)]
        for name, column in frame.items()
    }


def _cell(path: Path, name: str, number: int, value: Any) -> Value:
    wrong = value is None or value == "" or not isinstance(value, bool | int | float | str)
    if wrong or (isinstance(value, float) and not math.isfinite(value)):
        what = f"line {number} holds {show(value)}, which is no value"
        raise fault(path.name, name, what, "write a finite number or a text")
    found: Value = value
    return found
