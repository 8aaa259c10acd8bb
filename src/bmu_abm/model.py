"""BoneModel: a living trabecula; `step()` is the day, told in order."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

import mesa
import numpy as np
from numpy.typing import NDArray

from bmu_abm import body, damage, grafting, readouts, snapshots, surface, vessels
from bmu_abm.cells import KINDS, adipocyte, msc, osteoblast, osteoclast, osteocyte, precursor
from bmu_abm.cells.population import Cell, Mirror, Population
from bmu_abm.fields import SLIT3, Fields
from bmu_abm.hashing import run_key
from bmu_abm.ledger import LEDGER, TODAY
from bmu_abm.populate import populate
from bmu_abm.scenario import Scenario
from bmu_abm.systemic import skeleton
from bmu_abm.trabecula import HOLE, INTACT_COLUMN, Trabecula, grow_plate

DAYS_PER_YEAR = 365
MARROW_EVERY_DAYS = 10
# The parts of a step, in the order in which they happen.
ORDER = ("wake", "bone_ages", "signals", "osteoclast_lineage", "osteoblast_lineage", "marrow")


class BoneModel(mesa.Model):
    """One patch of a trabecula, with its cells, its fields and the body around it.

    Parameters
    ----------
    scenario : Scenario
        Host, patch, parameters and interventions.
    rng : int
        Seed; draws depend on it and on `replicate` alone.
    replicate : int
        Which of the paired patches of a seed.

    Attributes
    ----------
    day : int
        Days since month 0; negative during the burn-in.
    trabecula : Trabecula
    populations : dict of str to Population
    fields : Fields
    """

    def __init__(self, scenario: Scenario, rng: int = 1, replicate: int = 0) -> None:
        self._prepare(scenario, rng, replicate)
        host = scenario.host
        make = np.random.default_rng([rng, replicate, 20])
        p = self._rest[0]
        grow_plate(
            self.trabecula,
            make,
            thickness_um=host.plate_thickness_um,
            thickness_cv=host.plate_thickness_cv,
            turnover_per_year=host.turnover_per_year,
            vessels_per_mm2=float(p["marrow_vessels_per_mm2"]),
        )
        self.day = body.first_day(scenario)
        self.trabecula.born += self.day
        populate(
            self.populations,
            self.trabecula,
            make,
            p,
            fat_fraction=host.marrow_fat_fraction,
            day=self.day,
        )
        self.ledger["initial_nm"] = self.trabecula.bone_volume_nm()
        self.today["reference_um"] = self.trabecula.bone_volume_nm() / self.trabecula.n_columns
        self.today["reference_um"] /= 1000.0
        self.today["fat_fraction"] = host.marrow_fat_fraction
        self.today["type_h"] = 1.0
        self._settle_fields()
        self.memory = readouts.Memory.of(self)

    def _prepare(self, scenario: Scenario, seed: int, replicate: int) -> None:
        """Make the empty rooms of a model."""
        super().__init__(rng=int(seed))
        self.spec, self.seed_value, self.replicate = scenario, int(seed), int(replicate)
        patch = scenario.patch
        self.trabecula = Trabecula(patch.nx, patch.ny, patch.site_um, patch.slice_um)
        self.fields = Fields(patch.nx, patch.ny, patch.site_um)
        self.populations = {k.name: Population(k.name, k.fields) for k in KINDS}
        self.mirror = Mirror(self, {k.name: k.agent for k in KINDS})
        self.active = np.zeros(self.trabecula.n_sites, np.int64)
        self.n_active = np.zeros(1, np.int64)
        self.calls = np.zeros(osteocyte.MAX_CALLS, np.int64)
        self.n_calls, self.n_cracks = np.zeros(1, np.int64), np.zeros(1, np.int64)
        self.depots = np.zeros(0, grafting.DEPOT)
        self.ledger, self.today = np.zeros(1, LEDGER), np.zeros(1, TODAY)
        self.today["key"] = np.uint64(run_key(self.seed_value, self.replicate))
        self.skeleton = skeleton.at_rest()
        self._adopt_plan(scenario)

    def _adopt_plan(self, scenario: Scenario) -> None:
        self.spec = scenario
        self.body = body.Body(scenario)
        self._rest = self.body.rest
        self._p = self._rest.copy()

    # -- time -----------------------------------------------------------------------------------

    @property
    def tick(self) -> int:
        """Steps since the plate was made."""
        return int(self.today["tick"][0])

    @property
    def month(self) -> float:
        """Months since month 0."""
        return 12.0 * self.day / DAYS_PER_YEAR

    def step(self) -> None:
        """Live one day."""
        if self.day == 0 and not self.memory.begun:
            self.begin_treatment()
        for _ in range(self.spec.steps_per_day):
            self._live()
        self.day += 1
        self.memory.watch(self)

    def _live(self) -> None:
        """Live one step of a day, in this order."""
        for part in ORDER:
            getattr(self, f"_{part}")()
        self.today["tick"] += 1

    def profile(self, days: int) -> dict[str, float]:
        """Live `days` days and return the milliseconds that each part of a step took on average."""
        spent = dict.fromkeys(ORDER, 0.0)
        for _ in range(days):
            for _ in range(self.spec.steps_per_day):
                for part in ORDER:
                    start = time.perf_counter()
                    getattr(self, f"_{part}")()
                    spent[part] += time.perf_counter() - start
                self.today["tick"] += 1
            self.day += 1
            self.memory.watch(self)
        steps = days * self.spec.steps_per_day
        return {part: 1000.0 * seconds / steps for part, seconds in spent.items()}

    def _signals(self) -> None:
        """Solve the fields for their sources, bind what drugs bind, start new sources."""
        self.fields.solve()
        self.fields.carry_on()
        self.body.bind_ligands(self.fields)
        self.body.emit(self)

    def _wake(self) -> None:
        """Ask the body what day it is: hormones, drugs, load, and room for births."""
        self._p = self.body.wake(self)
        if len(self.body.new_depots):
            self.depots = np.concatenate([self.depots, self.body.new_depots])
        births = {
            "osteocyte": 256 + len(self.populations["osteoblast"]) // 20,
            "osteoblast": 64 + int(self.n_active[0]),
            "msc": 64
            + len(self.populations["msc"])
            + grafting.most_arrivals(
                self.depots,
                self.body.marrow_share,
                len(self.trabecula.vessels),
            ),
            "osteoclast_precursor": 64
            + 4 * len(self.trabecula.vessels)
            + 16 * len(self.populations["osteoclast"]),
            "osteoclast": 32 + len(self.populations["osteoclast_precursor"]) // 3,
            "adipocyte": 64 + len(self.populations["msc"]) // 4,
        }
        for name, extra in births.items():
            self.populations[name].reserve(extra)

    def _cells(self, name: str) -> tuple[NDArray[np.void], NDArray[np.int64]]:
        population = self.populations[name]
        return population.rows, population.count

    def _bone_ages(self) -> None:
        """Damage grows; osteocytes sense, speak and die; events make patches of them call."""
        b, f, g = self.trabecula, self.fields, (self.trabecula.nx, self.trabecula.ny)
        damage.accumulate(
            b.sites, b.born, b.damage, b.column_kind, b.slice_nm, self.calls, self.n_calls,
            self.n_cracks, self.today, self._p, *g, self.spec.steps_per_day,
        )  # fmt: skip
        osteocyte.live(
            *self._cells("osteocyte"), b.sites, f.coarse, f.coarse_source, self.calls,
            self.n_calls, self.today, self._p, *g,
        )  # fmt: skip
        if self.n_calls[0]:
            osteocyte.call(
                *self._cells("osteocyte"), b.sites, b.damage, b.slice_nm, self.calls,
                self.n_calls, self.n_cracks, self.ledger, self.today, self._p, *g,
            )  # fmt: skip

    def _osteoclast_lineage(self) -> None:
        """Precursors enter, move and fuse; osteoclasts move and resorb."""
        b, f, g = self.trabecula, self.fields, (self.trabecula.nx, self.trabecula.ny)
        rankl = self.body.rankl_binders
        clasts = self._cells("osteoclast")
        cells = self._cells("osteoclast_precursor")
        holes = int(self.ledger["perforated_columns"][0])
        moves = max(1, osteoclast.MOVES_PER_DAY // self.spec.steps_per_day)
        span = float(self.today["dt"][0]) / moves
        for m in range(moves):
            move = (self.today, m, span, self._p, *g)
            precursor.enter(*cells, b.sites, b.vessels, *move)
            precursor.live(*cells, f.coarse, b.sites, rankl, *move)
            precursor.fuse(*cells, *clasts, b.sites, f.coarse, self.ledger, *move)
            osteoclast.live(
                *clasts, *cells, f.coarse, f.coarse_source, b.sites, b.column_kind, rankl,
                self.active, self.n_active, self.ledger, *move,
            )  # fmt: skip
        if self.ledger["perforated_columns"][0] > holes:
            self._leave_holes()

    def _leave_holes(self) -> None:
        """Lose the cells whose place has just become a hole (the later rules see it themselves)."""
        for name in ("osteocyte", "osteoclast_precursor", "osteoclast"):
            place = self.trabecula.sites["state"][self.populations[name].live["site"]]
            snapshots.release(self, name, place >= HOLE)

    def _osteoblast_lineage(self) -> None:
        """Eroded surface ages; progenitors gather on it; osteoblasts fill it."""
        b, f, g = self.trabecula, self.fields, (self.trabecula.nx, self.trabecula.ny)
        surface.age(
            self.active, self.n_active, b.sites, f.coarse_source, self.ledger, self.today,
            self._p, *g,
        )  # fmt: skip
        cells, blasts = self._cells("msc"), self._cells("osteoblast")
        if len(self.depots):
            grafting.arrive(
                *cells, b.vessels, b.sites, f.coarse, self.depots, self.body.marrow_share,
                self.today, self._p, *g,
            )  # fmt: skip
            self.depots = grafting.remaining(self.depots)
        msc.live_free(
            *cells, *self._cells("adipocyte"), f.fine, f.coarse, f.coarse_source, b.sites,
            b.type_h, self.today, self._p, *g, self.spec.steps_per_day,
        )  # fmt: skip
        msc.live_committed(
            *cells, *blasts, f.fine, f.fine_source, f.coarse, f.coarse_source, b.sites,
            self.ledger, self.today, self._p, *g, self.spec.steps_per_day,
        )  # fmt: skip
        osteoblast.fill_gaps(
            *blasts, self.active, self.n_active, b.sites, self.ledger, self.today, self._p, *g
        )
        osteoblast.live(
            *blasts, *self._cells("osteocyte"), f.fine, f.fine_source, f.coarse, f.coarse_source,
            b.sites, b.born, b.damage, b.slice_nm, self.ledger, self.today, self._p, *g,
        )  # fmt: skip

    def _marrow(self) -> None:
        """Fat ages and secretes; the skeleton as a whole moves on; the ledger counts the day."""
        b, f, g = self.trabecula, self.fields, (self.trabecula.nx, self.trabecula.ny)
        adipocyte.live(
            *self._cells("adipocyte"), b.sites, f.coarse_source, self.today, self._p, *g,
        )  # fmt: skip
        skeleton.step(
            self.skeleton, self.body.drivers["calcium_intake_mg_per_day"],
            self.body.drivers["vitamin_d_nmol_per_l"], self.body.rankl_binders, self.today,
            self._p, self._rest,
        )  # fmt: skip
        if self.tick % (MARROW_EVERY_DAYS * self.spec.steps_per_day) == 0:
            self.today["fat_fraction"] = np.count_nonzero(b.sites["fat"]) / b.n_sites
            slit3 = f.coarse[SLIT3]
            vessels.grow(b.type_h, slit3, self.today, float(MARROW_EVERY_DAYS), self._p)
        dt = self.today["dt"][0]
        self.ledger["days"] += dt
        self.ledger["osteoclast_days"] += dt * len(self.populations["osteoclast"])

    def _settle_fields(self) -> None:
        """Give fresh bone the fields of its resting cells; no dose before the first step."""
        self._wake()
        self.depots = self.depots[:0]
        self.body.emit(self)
        b, f, g = self.trabecula, self.fields, (self.trabecula.nx, self.trabecula.ny)
        osteocyte.live(
            *self._cells("osteocyte"), b.sites, f.coarse, f.coarse_source, self.calls,
            self.n_calls, self.today, self._p, *g,
        )  # fmt: skip
        self.n_calls[0] = 0

    # -- treatment ------------------------------------------------------------------------------

    def adopt(self, scenario: Scenario) -> None:
        """Go on under another scenario with the same patch: its host, drugs and parameters."""
        self._adopt_plan(scenario)

    def begin_treatment(self) -> None:
        """Make today month 0: dates are counted from here, readouts compare with here."""
        snapshots.shift_dates(self, self.day)
        self.day = 0
        self.today["day"] = 0
        self.memory.begin(self)

    def sample(self) -> dict[str, float]:
        """Return every readout; flows are means since the last sample."""
        return readouts.table(self)

    def kill(self, cell: Cell) -> None:
        """Remove one cell from the bone."""
        population = self.populations[cell.population_name]
        self.mirror.flush()
        snapshots.release(self, cell.population_name, population.live["id"] == cell.unique_id)
        self.mirror.invalidate()

    # -- Mesa -----------------------------------------------------------------------------------

    @property
    def agents(self) -> mesa.agent.AgentSet:
        """All living cells, as Mesa agents."""
        self._flush()
        return super().agents

    @property
    def agents_by_type(self) -> dict[type[mesa.Agent], mesa.agent.AgentSet]:
        """Living cells by type."""
        self._flush()
        return super().agents_by_type

    def _flush(self) -> None:
        mirror = self.__dict__.get("mirror")  # Mesa may look before there is one
        if mirror is not None:
            mirror.flush()

    # -- snapshots ------------------------------------------------------------------------------

    def snapshot(self) -> dict[str, NDArray[Any]]:
        """Return the whole state as named arrays; `restore` goes on from it exactly."""
        return snapshots.take(self)

    @classmethod
    def restore(cls, snapshot: Mapping[str, NDArray[Any]]) -> BoneModel:
        """Return a model that goes on from a snapshot as if it had never stopped."""
        meta = json.loads(bytes(snapshot["meta"]).decode())
        model = cls.__new__(cls)
        spec = Scenario.from_dict(meta["scenario"], name=meta["name"])
        model._prepare(spec, meta["seed"], meta["replicate"])
        snapshots.give(model, snapshot, meta)
        return model

    @property
    def intact_columns(self) -> int:
        """Number of columns that are bone."""
        return int(np.count_nonzero(self.trabecula.column_kind == INTACT_COLUMN))


def warm_up() -> None:
    """Compile every kernel (or load it from the cache) by living two days on a tiny patch."""
    data = {"title": "warm-up", "host": "premenopausal_woman", "years": 1, "patch": "tiny"}
    model = BoneModel(Scenario.from_dict(data))
    for _ in range(2):
        model.step()
    model.sample()
