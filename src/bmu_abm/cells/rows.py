"""Rows of a population inside a kernel: removal and a first filling-in."""

from __future__ import annotations

from bmu_abm.compiled import helper


@helper
def remove_row(cells, count, i):
    """Remove row `i`; the last row takes its place."""
    count[0] -= 1
    cells[i] = cells[count[0]]


@helper
def has_room(cells, count):
    """Tell whether one more cell fits."""
    return count[0] < cells.shape[0]
