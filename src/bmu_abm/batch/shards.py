"""The stores of a sweep: one that is written, and those of shards, which are read with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pandas as pd

from bmu_abm.batch.plan import Shard
from bmu_abm.errors import InputError
from bmu_abm.runs.attempt import Failure
from bmu_abm.runs.points import Point
from bmu_abm.runs.records import DONE, Record
from bmu_abm.runs.simulate import Result
from bmu_abm.runs.store import Store

OWN, SHARDS = "store", "shards"


class Stores:
    """A sink over several stores: what any of them holds is done; one is written.

    Parameters
    ----------
    own : Store
        Takes what is new.
    others : list of Store
        Only read.
    """

    def __init__(self, own: Store, others: list[Store]) -> None:
        self.own = own
        self._others = others
        self._home: dict[str, tuple[Store, Record]] = {}

    def add(self, point: Point, result: Result) -> None:
        """Keep the rows of a finished run."""
        self.own.add(point, result)
        self._home[point.run_id] = (self.own, self.own.record(point.run_id))

    def fail(self, point: Point, failure: Failure) -> None:
        """Keep why a run failed."""
        self.own.fail(point, failure)

    def done(self) -> set[str]:
        """Return the ids of the finished runs whose rows are whole, in any of the stores."""
        self._home = {}
        for store in (self.own, *self._others):
            for key in store.done():
                self._home.setdefault(key, (store, store.record(key)))
        return set(self._home)

    def records(self) -> list[Record]:
        """Return one record a run, finished or failed."""
        return [record for _, record in self._home.values()] + self.failures()

    def failures(self) -> list[Record]:
        """Return the records of the runs that failed and were not finished since."""
        failed: dict[str, Record] = {}
        for store in (*self._others, self.own):
            for record in store.records():
                if record["status"] != DONE and record["run_id"] not in self._home:
                    failed[record["run_id"]] = record
        return list(failed.values())

    def finished(self, run_id: str) -> Record | None:
        """Return the record of a finished run, or None."""
        found = self._home.get(run_id)
        return None if found is None else found[1]

    def read(self, record: Record) -> pd.DataFrame:
        """Return the rows of a finished run."""
        return self._home[record["run_id"]][0].read(record)


@contextmanager
def open_stores(folder: Path, shard: Shard | None) -> Iterator[Stores]:
    """Open the stores of a sweep, locked against other processes while they are in use.

    A shard has a store of its own and sees no other; the whole sees them all.

    Raises
    ------
    InputError
        A store is of another version, or the folder is of something else.
    MachineError
        Another process uses a store, or the folder cannot be written.
    """
    if folder.is_dir() and not (folder / OWN).exists() and not (folder / SHARDS).exists():
        stranger = next((p for p in sorted(folder.iterdir()) if not p.name.startswith(".")), None)
        if stranger is not None:
            what = f"holds {stranger.name!r} and no sweep"
            raise InputError(f"{folder}: {what}; give another folder with --out")
    own = folder / OWN if shard is None else folder / SHARDS / str(shard)
    parts = [] if shard is not None else sorted((folder / SHARDS).glob("*-of-*"))
    with ExitStack() as held:
        others = [held.enter_context(Store(part)) for part in parts]
        yield Stores(held.enter_context(Store(own)), others)
