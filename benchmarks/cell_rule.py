"""One rule of a cell, as a plain Mesa `step` and compiled: the same result, how much faster?

The rule: a free mesenchymal stem cell makes its four moves of a day, up the gradient of CXCL12.

    python benchmarks/cell_rule.py [--cells 2000] [--days 20]
"""

from __future__ import annotations

import argparse
import math
import time

import mesa
import numpy as np

from bmu_abm import hashing
from bmu_abm.cells.msc import migrate
from bmu_abm.clock import MOVES_PER_DAY
from bmu_abm.compiled import helper
from bmu_abm.fields import CXCL12, SLIT3
from bmu_abm.model import BoneModel
from bmu_abm.scenario import Scenario
from bmu_abm.trabecula import HOLE

MASK = (1 << 64) - 1
A, B = 0xA0761D6478BD642F, 0xE7037ED1A0B428DB


# -- the rule as a plain Mesa agent ---------------------------------------------------------------


def mix(z):
    z = (z + 0x9E3779B97F4A7C15) & MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def bits(key, process, who, tick, k):
    z = key ^ mix(who)
    z = mix((z + process * A) & MASK)
    return mix(z ^ ((tick * B + k) & MASK))


def uniform(*draw):
    return ((bits(*draw) >> 11) + 0.5) * (1.0 / 9007199254740992.0)


def displacement(*draw):
    drawn = bits(*draw).to_bytes(8, "little")
    dx, dy = sum(drawn[:4]), sum(drawn[4:])
    return (dx - 510) / hashing.FOUR_BYTES_SD, (dy - 510) / hashing.FOUR_BYTES_SD


class PlainMSC(mesa.Agent):
    """A stem cell whose rule is written in Python."""

    def __init__(self, model, identity, face, x, y, cxcr4):
        super().__init__(model)
        self.identity, self.cxcr4 = identity, cxcr4
        self.face, self.x, self.y = face, x, y

    def step(self):
        m = self.model
        slit3 = m.sense("SLIT3", self.face, self.x, self.y)
        stride = m.step_sites * (1.0 + m.slit3_gain * slit3 / (m.slit3_half + slit3))
        here = math.log(1.0 + m.sense("CXCL12", self.face, self.x, self.y))
        for k in range(MOVES_PER_DAY):
            draw = (m.key, hashing.MSC_STEP, self.identity, m.tick)
            dx, dy = displacement(*draw, 2 * k)
            x = (self.x + round(dx * stride)) % m.nx
            y = (self.y + round(dy * stride)) % m.ny
            if m.holes[self.face][y][x]:
                continue
            there = math.log(1.0 + m.sense("CXCL12", self.face, x, y))
            w = uniform(*draw, 2 * k + 1)
            pull = m.chemotaxis * self.cxcr4 * (there - here)
            if pull + math.log(w / (1.0 - w)) > 0.0:
                self.x, self.y, here = x, y, there


class PlainModel(mesa.Model):
    """The marrow above a bone, for plain agents: fields and holes as lists, quick to read."""

    def __init__(self, bone):
        super().__init__()
        p = bone.p[0]
        self.nx, self.ny = bone.trabecula.nx, bone.trabecula.ny
        self.key, self.tick = int(bone.today["key"][0]), 0
        self.fields = {n: bone.fields.native(n).astype(float).tolist() for n in ("CXCL12", "SLIT3")}
        self.holes = (bone.trabecula.face("state") >= HOLE).tolist()
        self.step_sites, self.chemotaxis = float(p["msc_step_sites"]), float(p["msc_chemotaxis"])
        self.slit3_gain = float(p["msc_slit3_migration"])
        self.slit3_half = float(p["precursor_slit3_half_ng_ml"])

    def sense(self, name, face, x, y):
        """Return a coarse field at a site, interpolated as the compiled cells do."""
        field, mx, my = self.fields[name][face], self.nx // 2, self.ny // 2
        x0, y0 = x // 2, y // 2
        x1, y1 = (x0 + (1 if x & 1 else -1)) % mx, (y0 + (1 if y & 1 else -1)) % my
        near = 0.75 * field[y0][x0] + 0.25 * field[y0][x1]
        far = 0.75 * field[y1][x0] + 0.25 * field[y1][x1]
        return 0.75 * near + 0.25 * far

    def step(self):
        self.agents.do("step")
        self.tick += 1


# -- the rule compiled ----------------------------------------------------------------------------


@helper
def migrate_all(cells, n, coarse, sites, today, p, nx, ny):
    for i in range(n):
        migrate(cells[i], MOVES_PER_DAY, coarse, sites, today[0], p[0], nx, ny)


def compiled_day(bone):
    b, cells = bone.trabecula, bone.populations["msc"]
    migrate_all(cells.rows, len(cells), bone.fields.coarse, b.sites, bone.today, bone.p, b.nx, b.ny)
    bone.today["tick"] += 1


# -- the comparison -------------------------------------------------------------------------------


def bone_with_cells(n):
    """Return a bone with `n` free stem cells and uneven fields."""
    table = {"title": "One rule", "host": "premenopausal_woman", "years": 1, "patch": "small"}
    bone = BoneModel(Scenario.from_dict(table))
    rng = np.random.default_rng(1)
    bone.fields.coarse[[CXCL12, SLIT3]] = rng.exponential(50.0, (2, bone.fields.coarse.shape[1]))
    rows = np.zeros(n, bone.populations["msc"].dtype)
    rows["id"] = rng.integers(1, 2**62, n)
    rows["site"] = rng.integers(0, bone.trabecula.n_sites, n)
    rows["cxcr4"] = rng.uniform(0.0, 3.0, n)
    bone.populations["msc"].replace(rows)
    bone.today["tick"] = 0
    return bone


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cells", type=int, default=2000)
    parser.add_argument("--days", type=int, default=20)
    arguments = parser.parse_args()
    bone = bone_with_cells(arguments.cells)
    plain = PlainModel(bone)
    shape = (2, plain.ny, plain.nx)
    for row in bone.populations["msc"].live:
        face, y, x = (int(i) for i in np.unravel_index(row["site"], shape))
        PlainMSC(plain, int(row["id"]), face, x, y, float(row["cxcr4"]))
    start = bone.populations["msc"].live["site"].copy()
    compiled_day(bone)  # compiles
    bone.populations["msc"].live["site"][:] = start
    bone.today["tick"] = 0

    seconds = {}
    for name, day in (("plain", plain.step), ("compiled", lambda: compiled_day(bone))):
        begin = time.perf_counter()
        for _ in range(arguments.days):
            day()
        seconds[name] = (time.perf_counter() - begin) / arguments.days / arguments.cells

    ours = bone.populations["msc"].live["site"].tolist()
    theirs = [int(np.ravel_multi_index((a.face, a.y, a.x), shape)) for a in plain.agents]
    assert ours == theirs, "the two rules differ"
    assert ours != start.tolist()
    for name, s in seconds.items():
        print(f"{name:9s} {1e6 * s:8.3f} us per cell and day")
    print(f"ratio     {seconds['plain'] / seconds['compiled']:8.0f}   (same places, cell by cell)")


if __name__ == "__main__":
    main()
