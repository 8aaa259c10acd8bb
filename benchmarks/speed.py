"""Where the time of a day goes: ms per step by kernel on the small patch; snapshot and restore.

    python benchmarks/speed.py [--days 73] [--blocks 5] [--warm 365] [--sites 100]

Each figure is the least and the median over the blocks, by the clock on the wall: the least is
what the code needs, the median what the machine leaves to it.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import defaultdict
from statistics import median

from bmu_abm import fields
from bmu_abm.compiled import KERNELS
from bmu_abm.model import BoneModel, warm_up
from bmu_abm.scenario import Scenario


class Clock:
    """Adds up the time that functions take."""

    def __init__(self):
        self.spent = defaultdict(float)

    def timed(self, name, function):
        def run(*arguments):
            begin = time.perf_counter_ns()
            result = function(*arguments)
            self.spent[name] += (time.perf_counter_ns() - begin) / 1e6
            return result

        return run

    def watch(self):
        """Put the clock around every kernel, where the model looks for it, and the solver."""
        for name, kernel in KERNELS.items():
            module, function = name.rsplit(".", 1)
            short = name.removeprefix("bmu_abm.").removeprefix("cells.")
            setattr(sys.modules[module], function, self.timed(short, kernel))
        fields.Fields.solve = self.timed("fields.solve", fields.Fields.solve)


def blocks_of(model, clock, days, blocks):
    """Return, by part, the ms per step of every block."""
    figures = defaultdict(list)
    for _ in range(blocks):
        clock.spent.clear()
        begin = time.perf_counter()
        for _ in range(days):
            model.step()
        whole = 1000.0 * (time.perf_counter() - begin)
        parts = dict(clock.spent)
        model.sample()
        parts["the rest, in Python"] = whole - sum(parts.values())
        parts["a step"] = whole
        for name, ms in parts.items():
            figures[name].append(ms / days)
    return figures


def best_of(function, times=20):
    """Return the least and the median wall time in ms, and the last result."""
    taken = []
    for _ in range(times):
        begin = time.perf_counter()
        result = function()
        taken.append(1000.0 * (time.perf_counter() - begin))
    return min(taken), median(taken), result


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--days", type=int, default=73)
    parser.add_argument("--blocks", type=int, default=5)
    parser.add_argument("--sites", type=int, default=100, help="along a side")
    parser.add_argument("--warm", type=int, default=365, help="days before the first block")
    arguments = parser.parse_args()
    warm_up()
    patch = {"sites": arguments.sites}
    table = {"title": "Speed", "host": "premenopausal_woman", "years": 1, "patch": patch}
    model = BoneModel(Scenario.from_dict(table))
    for _ in range(arguments.warm):
        model.step()
    model.sample()
    clock = Clock()
    clock.watch()
    figures = blocks_of(model, clock, arguments.days, arguments.blocks)
    print(f"{'ms per step':32s} {'least':>8s} {'median':>8s}")
    for name, values in sorted(figures.items(), key=lambda item: median(item[1])):
        if max(values) >= 0.0005:
            print(f"{name:32s} {min(values):8.3f} {median(values):8.3f}")
    years = model.trabecula.surface_mm2 / 365 / (min(figures["a step"]) / 1000.0)
    print(f"{'mm2-years per second':32s} {years:8.2f}  (best block)")
    least, middle, snapshot = best_of(model.snapshot)
    print(f"{'snapshot, ms':32s} {least:8.2f} {middle:8.2f}")
    least, middle, _ = best_of(lambda: BoneModel.restore(snapshot))
    print(f"{'restore, ms':32s} {least:8.2f} {middle:8.2f}")
    print(f"{'snapshot, MB':32s} {sum(a.nbytes for a in snapshot.values()) / 1e6:8.2f}")
    print(f"{'cells':32s} {sum(map(len, model.populations.values())):8d}")


if __name__ == "__main__":
    main()
