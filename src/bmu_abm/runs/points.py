"""The points of a design: which scenario, which seed, which replicate."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from bmu_abm import __version__
from bmu_abm.errors import InputError

if TYPE_CHECKING:
    from bmu_abm.scenario import Scenario

KEY_COLUMNS = ("run_id", "scenario", "replicate", "seed")
Label = str | int | float | bool


@dataclass(frozen=True)
class Point:
    """One run that is to be done.

    Attributes
    ----------
    scenario : Scenario
        What is run.
    seed, replicate : int
        Which patch.
    labels : dict
        Columns that the frame of an ensemble carries for this run, such as the varied dose.
    """

    scenario: Scenario
    seed: int
    replicate: int
    labels: Mapping[str, Label] = field(default_factory=dict)

    def __post_init__(self) -> None:
        taken = {*KEY_COLUMNS, "month"} & set(self.labels)
        if taken:
            raise InputError(f"labels: {min(taken)!r} is a column of every frame; rename it")

    @cached_property
    def run_id(self) -> str:
        """16 hex digits from version, what the scenario lives, seed and replicate.

        An edited file of a treatment gives another id, so no store takes its old runs for new ones.
        """
        what = [__version__, self.scenario.life_key(), self.seed, self.replicate]
        text = json.dumps(what, sort_keys=True)
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()

    @property
    def keys(self) -> dict[str, Any]:
        """The columns that tell this run from the others."""
        values = (self.run_id, self.scenario.name, self.replicate, self.seed)
        return dict(zip(KEY_COLUMNS, values, strict=True)) | dict(self.labels)


def replicates(
    scenario: Scenario, seed: int, n: int, labels: Mapping[str, Label] | None = None
) -> list[Point]:
    """Return the design of `n` replicates of one scenario."""
    return [Point(scenario, seed, replicate, labels or {}) for replicate in range(n)]


def unique_points(design: Iterable[Point | tuple[Any, int, int]]) -> list[Point]:
    """Return the points of a design in order, each run once."""
    points = (item if isinstance(item, Point) else _point(*item) for item in design)
    return list({point.run_id: point for point in points}.values())


def _point(scenario: Scenario, seed: int, replicate: int) -> Point:
    return Point(scenario, int(seed), int(replicate))
