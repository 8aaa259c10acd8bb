"""A bone at month 0: from the shipped burn-ins, the cache, or grown now while telling how far."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from bmu_abm.runs.burnin import burn_in_key, start
from bmu_abm.runs.snapshot_cache import SnapshotCache
from bmu_abm.scenario import Scenario

if TYPE_CHECKING:
    from bmu_abm.model import BoneModel

_TOLD_EVERY_DAYS = 30


class Abandoned(Exception):
    """Nobody waits for this bone any more."""


def grown(
    scenario: Scenario,
    seed: int,
    told: Callable[[int], bool] | None = None,
    cache: SnapshotCache | None = None,
) -> BoneModel:
    """Return a bone at month 0 with its treatment begun.

    Parameters
    ----------
    scenario : Scenario
    seed : int
    told : callable, optional
        Hears the day (negative) now and then while a burn-in is lived; returns whether to go on.
    cache : SnapshotCache, optional
        The user's by default.

    Raises
    ------
    Abandoned
        `told` said no.
    """
    from bmu_abm.model import BoneModel

    cache = cache or SnapshotCache()
    if told is not None and not is_grown(scenario, seed, cache):
        start(scenario, seed, 0, _telling(told), cache)
    return start(scenario, seed, 0, BoneModel, cache)


def is_grown(scenario: Scenario, seed: int, cache: SnapshotCache | None = None) -> bool:
    """Tell whether the burn-in of a scenario is at hand."""
    return (cache or SnapshotCache()).load(burn_in_key(scenario, seed, 0)) is not None


def _telling(told: Callable[[int], bool]) -> type[BoneModel]:
    from bmu_abm.model import BoneModel

    class Telling(BoneModel):
        """A bone that tells its day while it grows."""

        def step(self) -> None:
            super().step()
            if self.day % _TOLD_EVERY_DAYS == 0 and not told(int(self.day)):
                raise Abandoned

    return Telling
