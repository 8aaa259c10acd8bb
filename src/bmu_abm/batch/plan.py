"""The runs of a study: points x replicates, each made when it is needed.

A study of a hundred thousand runs keeps a few words a run in memory; the scenario of a point is
built anew each time it is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from bmu_abm.batch.design import Design, design_of
from bmu_abm.batch.study import Study
from bmu_abm.errors import InputError
from bmu_abm.runs.points import Point
from bmu_abm.scenario import Scenario
from bmu_abm.settings import put

MOST_RUNS = 10_000_000


@dataclass(frozen=True)
class Shard:
    """Part `number` of `of` parts of a study, from 1."""

    number: int
    of: int

    @classmethod
    def parse(cls, text: str) -> Shard:
        """Read ``2/8``.

        Raises
        ------
        InputError
            It is not of this form, or there is no such part.
        """
        found = re.fullmatch(r"([0-9]{1,6})/([0-9]{1,6})", text)
        if not found or not 1 <= int(found[1]) <= int(found[2]):
            raise InputError(
                f"bmu: --shard {text[:40]!r}: is not i/n with i from 1 to n; write 1/8"
            )
        return cls(int(found[1]), int(found[2]))

    def holds(self, index: int) -> bool:
        """Tell whether the item at an index, from 0, belongs to this part."""
        return index % self.of == self.number - 1

    def __str__(self) -> str:
        return f"{self.number}-of-{self.of}"


class Run(NamedTuple):
    """One run of a study: which point, which replicate, and the id of the run."""

    point: int
    replicate: int
    run_id: str


class Plan:
    """The runs of a study.

    Parameters
    ----------
    study : Study
        What is run.
    shard : Shard, optional
        Only this part of it: every n-th run, or, with a stopping rule, every n-th point.
    design : Design, optional
        The points; by default what the study says.

    Raises
    ------
    InputError
        The design is wrong.
    """

    def __init__(
        self, study: Study, shard: Shard | None = None, design: Design | None = None
    ) -> None:
        self.study = study
        self.design = design_of(study) if design is None else design
        self.shard = shard
        self._check_size()

    def _check_size(self) -> None:
        runs = len(self.design.rows) * self.study.replicates
        if runs > MOST_RUNS:
            what = f"points x replicates make {runs:,} runs, more than {MOST_RUNS:,}"
            raise self.study.fault("replicates", what, "give fewer points or replicates")

    def scenario(self, point: int) -> Scenario:
        """Return the scenario of a point.

        Raises
        ------
        InputError
            The values of the point do not go together.
        """
        base, source = self.study.base, self.study.source
        settings = self.design.settings(point)
        if not settings:
            return base
        data = base.to_dict()
        for path, value in settings.items():
            put(data, path, value, source)
        return Scenario.from_dict(data, source, base.name)

    def first_counts(self) -> dict[int, int]:
        """Return the number of replicates with which each point begins."""
        points = range(len(self.design.rows))
        by_point = self.study.stop is not None and self.shard is not None
        kept = (p for p in points if not by_point or self.shard is None or self.shard.holds(p))
        return dict.fromkeys(kept, self.study.replicates)

    def runs(self, counts: Mapping[int, int], begun: Mapping[int, int] | None = None) -> list[Run]:
        """Return the runs of points with so many replicates, in order.

        Parameters
        ----------
        counts : mapping of int to int
            Replicates of each point.
        begun : mapping, optional
            Replicates that are left out, since they were returned before.
        """
        begun = begun or {}
        by_run = self.study.stop is None and self.shard is not None
        return [
            run
            for point, n in counts.items()
            for run in self._of_point(point, begun.get(point, 0), n)
            if not by_run or self.shard is None or self.shard.holds(self._position(run))
        ]

    def _position(self, run: Run) -> int:
        return run.point * self.study.replicates + run.replicate

    def _of_point(self, point: int, first: int, n: int) -> Iterator[Run]:
        if first < n:
            scenario = self.scenario(point)
            for replicate in range(first, n):
                key = Point(scenario, self.study.seed, replicate).run_id
                yield Run(point, replicate, key)

    def points(self, runs: Iterable[Run]) -> Iterator[Point]:
        """Yield the runs as the engine takes them, each id once."""
        scenario = lru_cache(maxsize=8)(self.scenario)
        seen: set[str] = set()
        for run in runs:
            if run.run_id not in seen:
                seen.add(run.run_id)
                yield Point(scenario(run.point), self.study.seed, run.replicate)
