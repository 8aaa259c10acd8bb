"""BoneModel: a living trabecula; `step()` lives the parts of a day (`day.py`) in their order."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

import mesa
import numpy as np
from numpy.typing import NDArray

from bmu_abm import bisphosphonate, body, day, grafting, niche, readouts, snapshots
from bmu_abm.cells import KINDS, osteocyte
from bmu_abm.cells.population import Cell, Mirror, Population
from bmu_abm.fields import Fields
from bmu_abm.hashing import run_key
from bmu_abm.ledger import LEDGER, TODAY, levels
from bmu_abm.populate import populate
from bmu_abm.scenario import Scenario
from bmu_abm.signalling import rank
from bmu_abm.systemic import skeleton
from bmu_abm.systemic.environment import Deposit
from bmu_abm.trabecula import INTACT_COLUMN, Trabecula, grow_plate

DAYS_PER_YEAR = 365


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
        p = self.body.rest[0]
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
        b = self.trabecula
        b.niche[:] = niche.capacity(host.marrow_fat_fraction, self.body.rest[0], b.nx, b.ny)
        self._settle_fields()
        self.memory = readouts.Memory.of(self)

    def _prepare(self, scenario: Scenario, seed: int, replicate: int) -> None:
        """Make the empty rooms of a model."""
        super().__init__(rng=int(seed))
        self.spec, self.seed_value, self.replicate = scenario, int(seed), int(replicate)
        patch = scenario.patch
        self.trabecula = Trabecula(patch.nx, patch.ny, patch.site_um, patch.slice_um)
        self.fields = Fields(patch.nx, patch.ny, patch.site_um)
        self.sensed = np.zeros((len(rank.SENSED), self.fields.coarse.shape[1]), np.float32)
        self.populations = {k.name: Population(k.name, k.fields) for k in KINDS}
        self.mirror = Mirror(self, {k.name: k.agent for k in KINDS})
        self.active = np.zeros(self.trabecula.n_sites, np.int64)
        self.n_active = np.zeros(1, np.int64)
        self.calls = np.zeros(osteocyte.MAX_CALLS, np.int64)
        self.n_calls, self.n_cracks = np.zeros(1, np.int64), np.zeros(1, np.int64)
        self.depots = np.zeros(0, grafting.DEPOT)
        self.drugs = np.zeros(0, bisphosphonate.DRUG)
        self.ledger, self.today = np.zeros(1, LEDGER), np.zeros(1, TODAY)
        levels(self.today)[:] = 1.0
        self.today["key"] = np.uint64(run_key(self.seed_value, self.replicate))
        self.skeleton = skeleton.at_rest()
        self._adopt_plan(scenario)

    def _adopt_plan(self, scenario: Scenario) -> None:
        self.spec = scenario
        self.body = body.Body(scenario)
        self.p = self.body.rest.copy()

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
            for part in day.PARTS.values():
                part(self)
            self.today["tick"] += 1
        self.day += 1
        self.memory.watch(self)

    def profile(self, days: int) -> dict[str, float]:
        """Live `days` days and return the milliseconds that each part of a step took on average."""
        spent = dict.fromkeys(day.PARTS, 0.0)
        for _ in range(days):
            for _ in range(self.spec.steps_per_day):
                for name, part in day.PARTS.items():
                    start = time.perf_counter()
                    part(self)
                    spent[name] += time.perf_counter() - start
                self.today["tick"] += 1
            self.day += 1
            self.memory.watch(self)
        steps = days * self.spec.steps_per_day
        return {part: 1000.0 * seconds / steps for part, seconds in spent.items()}

    def cells(self, name: str) -> tuple[NDArray[np.void], NDArray[np.int64]]:
        """Return the rows of a population and its count, as kernels take them."""
        population = self.populations[name]
        return population.rows, population.count

    def _settle_fields(self) -> None:
        """Give fresh bone the fields of its resting cells; no dose before the first step."""
        day.wake(self)
        self.depots = self.depots[:0]
        bisphosphonate.forget(self)
        self.body.emit(self)
        day.osteocytes(self)
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
    bisphosphonate.take(model, [Deposit(nmol=1.0, affinity=1.0, potency=1.0)])
    for _ in range(2):
        model.step()
    model.sample()
