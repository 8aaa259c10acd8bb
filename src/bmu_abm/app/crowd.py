"""Other patches of the same host under the same plan, lived in the background: one patch is noise.

A process of low priority lives them one after the other; what they say is pooled month by month.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import numpy as np

from bmu_abm.scenario import Scenario

PATCHES = 16
FEWEST_SHADED = 4
_T95 = {2: 12.7, 3: 4.3, 4: 3.18, 5: 2.78, 6: 2.57, 7: 2.45, 8: 2.36, 9: 2.31, 10: 2.26}
Rows = list[list[float]]


def lived(table: dict[str, Any], name: str, seed: int, replicate: int, names: list[str]) -> Rows:
    """Live one patch; returns `names` of every month (worker process)."""
    from bmu_abm.runs.simulate import simulate

    result = simulate(Scenario.from_dict(table, "crowd", name), seed, replicate)
    return [[float(row.get(key, float("nan"))) for key in names] for row in result.rows]


def _humble() -> None:
    if hasattr(os, "nice"):
        os.nice(15)


class Crowd:
    """The patches that were asked.

    Parameters
    ----------
    names : list of str
        Readouts that are pooled; the first is `month`.
    told : callable
        Called when another patch has been lived.
    """

    def __init__(self, names: list[str], told: Callable[[], None]) -> None:
        self._names, self._told = names, told
        self._pool: ProcessPoolExecutor | None = None
        self._kept: dict[tuple[str, int], Rows] = {}
        self._waiting: list[Future[Rows]] = []
        self._plans: list[str] = []
        self.version = 0

    @property
    def asked(self) -> bool:
        """Whether patches are being lived, or were."""
        return bool(self._plans)

    def ask(self, plans: list[Scenario], seed: int, count: int = PATCHES) -> None:
        """Let `count` patches live each plan; pairs are patches of the same number."""
        self.stop()
        if self._pool is None:
            self._pool = ProcessPoolExecutor(1, get_context("spawn"), initializer=_humble)
        self._plans = [json.dumps([plan.to_dict(), seed], sort_keys=True) for plan in plans]
        for replicate in range(1, count + 1):
            for key, plan in zip(self._plans, plans, strict=True):
                if (key, replicate) not in self._kept:
                    self._start(key, plan, seed, replicate)
        self.version += 1
        self._told()

    def _start(self, key: str, plan: Scenario, seed: int, replicate: int) -> None:
        assert self._pool is not None
        future = self._pool.submit(
            lived, plan.to_dict(), plan.name, seed, replicate, self._names
        )  # fmt: skip

        def keep(done: Future[Rows]) -> None:
            if not done.cancelled() and done.exception() is None:
                self._kept[key, replicate] = done.result()
                self.version += 1
                self._told()

        future.add_done_callback(keep)
        self._waiting.append(future)

    def stop(self) -> None:
        """Let nobody else begin."""
        for future in self._waiting:
            future.cancel()
        self._waiting, self._plans = [], []

    def close(self) -> None:
        """End the process."""
        self.stop()
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)

    def rows(self, number: int) -> dict[int, np.ndarray]:
        """Return the rows of a plan by patch."""
        key = self._plans[number]
        return {r: np.array(rows) for (k, r), rows in list(self._kept.items()) if k == key}

    def bands(self) -> list[dict[str, Any]]:
        """Return, for each plan and for the difference of the first two, what is shaded."""
        found = []
        both = [self.rows(number) for number in range(len(self._plans))]
        for number, patches in enumerate(both):
            found.append({"arm": number} | self._band(list(patches.values())))
        if len(both) == 2:
            pairs = [both[0][r] - both[1][r] for r in both[0].keys() & both[1].keys()]
            for one in pairs:
                one[:, 0] = next(iter(both[0].values()))[:, 0]
            found.append({"arm": "difference"} | self._band(pairs))
        return found

    def _band(self, patches: list[np.ndarray]) -> dict[str, Any]:
        told: dict[str, Any] = {"n": len(patches), "of": PATCHES, "columns": self._names}
        if not patches:
            return told
        stacked = np.stack(patches)
        whole = np.where(np.isfinite(stacked), stacked, 0.0)
        shaded = len(patches) >= FEWEST_SHADED
        low, high = np.quantile(whole, [0.1, 0.9], axis=0)
        mean = whole.mean(axis=0)
        return told | {
            "mean": _short(mean),
            "low": _short(low) if shaded else None,
            "high": _short(high) if shaded else None,
            "error": _short(interval(whole)),
        }


def interval(values: np.ndarray) -> np.ndarray:
    """Return half of the 95 % interval of the mean over the first axis (0 for a single value)."""
    n = len(values)
    if n < 2:
        return np.zeros(values.shape[1:])
    spread = values.std(axis=0, ddof=1) / np.sqrt(n)
    return np.asarray(_T95.get(n, 2.13 if n < 20 else 2.0) * spread)


def _short(values: np.ndarray) -> list[list[float]]:
    return [[float(f"{v:.5g}") for v in row] for row in values]
