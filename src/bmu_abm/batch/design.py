"""The points of a study: grid, one at a time, Latin hypercube, Sobol sequence, or a table."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from bmu_abm.batch.axis import Axis
from bmu_abm.batch.study import Study
from bmu_abm.batch.varied import Value

MOST_POINTS = 1_000_000
Row = tuple[Value | None, ...]


@dataclass(frozen=True)
class Design:
    """Parameter points in order.

    Attributes
    ----------
    axes : list of Axis
        What is varied.
    rows : list of tuple
        One value an axis; None leaves what the base scenario holds.
    """

    axes: list[Axis]
    rows: list[Row]

    def settings(self, index: int) -> dict[str, Value]:
        """Return what a point changes of the base scenario, by path.

        A value that the base holds anyway is not set: so the point has the id, and the burn-in,
        of the plain scenario.
        """
        pairs = zip(self.axes, self.rows[index], strict=True)
        return {a.path: v for a, v in pairs if v is not None and not _same(v, a.base)}

    def frame(self) -> pd.DataFrame:
        """Return the table of points: `point`, then a column an axis."""
        columns: dict[str, list[Value | None]] = {axis.name: [] for axis in self.axes}
        for row in self.rows:
            for axis, value in zip(self.axes, row, strict=True):
                columns[axis.name].append(axis.base if value is None else value)
        typed = {name: _column(values) for name, values in columns.items()}
        return pd.DataFrame({"point": range(len(self.rows)), **typed})


def _same(value: Value, base: Value | None) -> bool:
    return value == base and isinstance(value, bool) == isinstance(base, bool)


def _column(values: Sequence[Value | None]) -> pd.Series:
    kinds = {type(value) for value in values}
    if kinds <= {bool} or kinds <= {int}:
        return pd.Series(list(values))
    if kinds <= {int, float}:
        return pd.Series(values, dtype="float64")
    return pd.Series([None if v is None else str(v) for v in values], dtype="str")


def design_of(study: Study) -> Design:
    """Return the design of a study.

    Raises
    ------
    InputError
        It has too many points, its table is wrong, or a library that it needs is missing.
    """
    if study.design == "table":
        from bmu_abm.batch.points_table import read_points

        return read_points(study)
    axes, levers = study.axes, study.lever_axes
    sampled = _sampled(study, axes) if axes else [()]
    crossed = _grid(study, levers)
    _check_size(study, len(sampled) * len(crossed))
    rows = [row + lever for row in sampled for lever in crossed]
    return Design([*axes, *levers], rows)


def _sampled(study: Study, axes: list[Axis]) -> list[Row]:
    if study.design in _SHARES:
        shares = _SHARES[study.design](study, len(axes))
        return [tuple(axis.at(u) for axis, u in zip(axes, row, strict=True)) for row in shares]
    return _grid(study, axes) if study.design == "grid" else _one_at_a_time(axes)


def _grid(study: Study, axes: list[Axis]) -> list[Row]:
    steps = [axis.steps() for axis in axes]
    _check_size(study, math.prod(len(levels) for levels in steps))
    return list(itertools.product(*steps))


def _check_size(study: Study, points: int) -> None:
    if points > MOST_POINTS:
        what = f"the design has {points:.3g} points, more than {MOST_POINTS:,}"
        raise study.fault("design", what, "give fewer levels, or sample it: latin_hypercube")


def _one_at_a_time(axes: list[Axis]) -> list[Row]:
    """Return the base point, then each quantity at each of its levels."""
    base: Row = (None,) * len(axes)
    rows = [base]
    for i, axis in enumerate(axes):
        levels = [value for value in axis.steps() if not _same(value, axis.base)]
        rows += [(*base[:i], value, *base[i + 1 :]) for value in levels]
    return rows


Shares = list[list[float]]


def _latin_hypercube(study: Study, n_axes: int) -> Shares:
    from scipy.stats import qmc

    sampler = qmc.LatinHypercube(n_axes, rng=study.seed)
    shares: Shares = sampler.random(study.points).tolist()
    return shares


def _sobol(study: Study, n_axes: int) -> Shares:
    from scipy.stats import qmc

    sampler = qmc.Sobol(n_axes, rng=study.seed)
    shares: Shares = sampler.random_base2((study.points or 1).bit_length() - 1).tolist()
    return shares


def _indexed(study: Study, n_axes: int) -> Shares:
    from bmu_abm.batch.indices import shares

    return shares(study, n_axes)


_SHARES: dict[str, Callable[[Study, int], Shares]] = {
    "latin_hypercube": _latin_hypercube,
    "sobol": _sobol,
    "morris": _indexed,
    "saltelli": _indexed,
}
