"""The page that Solara serves: one bench for each visitor."""

from __future__ import annotations

from collections.abc import Callable

import solara

from bmu_abm.app.house import HOUSE


@solara.component
def Page() -> None:
    """A bench, or a polite word when the house is full."""
    solara.Title("Bone remodelling")
    bench = solara.use_memo(HOUSE.enter, [])

    def leave_at_the_end() -> Callable[[], None]:
        return lambda: HOUSE.leave(bench)

    solara.use_effect(leave_at_the_end, [])
    if bench is None:
        solara.Markdown("The house is full. Please come back in a few minutes.")
        return
    solara.display(bench)
