"""Who is in: the benches of this server, no more than it has room for."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from bmu_abm.app.limits import LAPTOP, Limits

if TYPE_CHECKING:
    from bmu_abm.app.bench import Bench
    from bmu_abm.scenario import Scenario


_FORSAKEN_S = 120.0


class House:
    """The benches that are open.

    Attributes
    ----------
    limits : Limits
    scenario : str
        What each visitor finds.
    """

    def __init__(self, limits: Limits = LAPTOP, scenario: str = "healthy") -> None:
        self.limits, self.scenario = limits, scenario
        self._benches: list[Bench] = []
        self._lock = threading.Lock()

    def air(self, scenario: Scenario) -> None:
        """Do once what each visitor needs: imports, the first bone, what is offered, a frame."""
        from bmu_abm.app.arm import Arm
        from bmu_abm.app.bench import Bench  # noqa: F401 - its imports are what takes the time
        from bmu_abm.app.catalog import everything
        from bmu_abm.app.frame import View, bone_frame
        from bmu_abm.app.growing import grown
        from bmu_abm.app.style import all_colours

        everything()
        all_colours()
        arm = Arm(grown(scenario, 1))
        arm.begin()
        arm.step()
        bone_frame(arm.model, View())

    def enter(self) -> Bench | None:
        """Return a bench for a visitor, or None when the house is full."""
        from bmu_abm.app.bench import Bench

        with self._lock:
            if len(self._benches) >= self.limits.most_sessions:
                self._close_the_forsaken()
            if len(self._benches) >= self.limits.most_sessions:
                return None
            bench = Bench(self.scenario, limits=self.limits, playing=self.playing)
            self._benches.append(bench)
            return bench

    def _close_the_forsaken(self) -> None:
        """Close the benches whose page has not answered for a while."""
        for bench in [one for one in self._benches if one.easel.silent_s > _FORSAKEN_S]:
            self._benches.remove(bench)
            bench.close()

    def leave(self, bench: Bench | None) -> None:
        """Close a bench."""
        with self._lock:
            if bench in self._benches and bench is not None:
                self._benches.remove(bench)
        if bench is not None:
            bench.close()

    def playing(self) -> int:
        """Return how many bones live at this moment."""
        return sum(bench.session.playing for bench in list(self._benches))

    def __len__(self) -> int:
        return len(self._benches)


HOUSE = House()
