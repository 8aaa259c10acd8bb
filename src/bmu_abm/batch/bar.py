"""The progress bar of many runs."""

from __future__ import annotations

from typing import Any

from tqdm import tqdm


def expect(bar: tqdm[Any], more: int, there: int) -> None:
    """Let a bar expect more runs, of which some are there already.

    Those say nothing about the pace, so that the time that is told to remain is that of the rest.
    """
    if bar.disable:
        return
    bar.total += more
    bar.initial += there
    bar.n += there
    bar.refresh()
