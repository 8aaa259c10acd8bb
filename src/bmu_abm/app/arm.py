"""One bone that is being watched: its model, its history, and the snapshots to go back to."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from bmu_abm.app.acts import Act, perform
from bmu_abm.app.history import History
from bmu_abm.runs.snapshot_cache import decode, encode

if TYPE_CHECKING:
    from bmu_abm.model import BoneModel

KEEP_EVERY_DAYS = 182
MOST_BYTES = 24_000_000


@dataclass
class Arm:
    """A bone with its past.

    Attributes
    ----------
    model : BoneModel
    history : History
    kept : dict of int to bytes
        Compressed snapshots by day, each taken before that day's acts; always one of day 0.
    """

    model: BoneModel
    history: History = field(default_factory=History)
    kept: dict[int, bytes] = field(default_factory=dict)
    every_days: int = KEEP_EVERY_DAYS

    def begin(self) -> None:
        """Measure month 0 and keep it."""
        self.history.watch(self.model)
        self.keep()

    def begin_again(self, twin: Arm) -> None:
        """Take month 0 over from an arm whose kept day 0 this one was restored from."""
        self.kept[0] = twin.kept[0]
        self.history.points = twin.history.points[:1]
        self.history.months = twin.history.months[:1]
        self.history.totals = twin.history.totals[:1]

    def step(self) -> bool:
        """Live one day; tells whether something was measured."""
        self.model.step()
        measured = self.history.watch(self.model)
        if self.model.day % self.every_days == 0:
            self.keep()
        return measured

    def keep(self) -> None:
        """Keep today, and thin out what is kept when it grows too large."""
        self.kept[int(self.model.day)] = encode(self.model.snapshot())
        while sum(map(len, self.kept.values())) > MOST_BYTES and len(self.kept) > 2:
            self.every_days *= 2
            self.kept = {d: kept for d, kept in self.kept.items() if d % self.every_days == 0}

    def go_back(self, day: int) -> None:
        """Restore the last kept day that is not after `day`, and forget what came after it."""
        from bmu_abm.model import BoneModel

        start = max(one for one in self.kept if one <= day)
        snapshot = decode(self.kept[start])
        if snapshot is None:
            raise ValueError(f"the snapshot of day {start} is damaged")
        self.model = BoneModel.restore(snapshot)
        self.history.cut(start)
        self.kept = {one: kept for one, kept in self.kept.items() if one <= start}

    def live_until(self, day: int, acts: list[Act]) -> None:
        """Step to `day`, performing the acts on their days; those of `day` itself included."""
        todo = [act for act in acts if self.model.day <= act.day <= day]
        while True:
            for act in [one for one in todo if one.day == self.model.day]:
                perform(self.model, act)
            if self.model.day >= day:
                return
            self.step()

    def pauses(self, last_day: int, acts: list[Act], most: int) -> Iterator[None]:
        """Live on to `last_day`; pause at the start and after each of at most `most` strides."""
        stride = max(1, -(-last_day // most))
        yield
        while self.model.day < last_day:
            self.live_until(min(last_day, int(self.model.day) + stride), acts)
            yield


def state_hash(model: BoneModel) -> str:
    """Return 16 hex digits of the bone and its cells: equal for equal states."""
    digest = hashlib.blake2b(digest_size=8)
    for name, values in sorted(model.snapshot().items()):
        if name != "meta":
            digest.update(name.encode())
            digest.update(np.ascontiguousarray(values).tobytes())
    return digest.hexdigest()
