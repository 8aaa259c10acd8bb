"""Rows and lists inside a kernel: removal, room, and the list of events."""

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


@helper
def note(calls, n_calls, s):
    """Append an event at site `s` to the list of calls, if there is room."""
    if n_calls[0] < calls.shape[0]:
        calls[n_calls[0]] = s
        n_calls[0] += 1
