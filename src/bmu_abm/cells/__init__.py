"""The cells: one record array per type, compiled rules, and Mesa agents that mirror the rows."""

from __future__ import annotations

from dataclasses import dataclass

from bmu_abm.cells import adipocyte, msc, osteoblast, osteoclast, osteocyte, precursor
from bmu_abm.cells.population import Cell


@dataclass(frozen=True)
class Kind:
    """A type of cell: its population's name, its fields, and its Mesa class."""

    name: str
    fields: list[tuple[str, str]]
    agent: type[Cell]


KINDS = (
    Kind("msc", msc.FIELDS, msc.MSC),
    Kind("osteoblast", osteoblast.FIELDS, osteoblast.Osteoblast),
    Kind("osteocyte", osteocyte.FIELDS, osteocyte.Osteocyte),
    Kind("osteoclast_precursor", precursor.FIELDS, precursor.OsteoclastPrecursor),
    Kind("osteoclast", osteoclast.FIELDS, osteoclast.Osteoclast),
    Kind("adipocyte", adipocyte.FIELDS, adipocyte.Adipocyte),
)
