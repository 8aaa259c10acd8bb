"""The body around the patch: hormones, drugs and load of the day, and what they do to its cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bmu_abm import genotype, grafting, parameters
from bmu_abm.fields import COARSE, FINE, Fields
from bmu_abm.interventions.plan import Plan
from bmu_abm.ledger import levels
from bmu_abm.network import graph
from bmu_abm.network.declared import INPUTS, LEVELS
from bmu_abm.signalling import wnt
from bmu_abm.signalling.binding import compete
from bmu_abm.signalling.secretome import mean_support
from bmu_abm.systemic import estrogen, mineral
from bmu_abm.systemic.environment import DRIVERS, Deposit, Environment, Graft, Lesion
from bmu_abm.systemic.inputs import estradiol, inputs
from bmu_abm.systemic.skeleton import pth_factor

if TYPE_CHECKING:
    from bmu_abm.host import Host
    from bmu_abm.model import BoneModel
    from bmu_abm.scenario import Scenario

DAYS_PER_YEAR = 365
UM3_PER_ML = 1e12


def first_day(scenario: Scenario) -> int:
    """Return the day on which a fresh plate of this scenario begins (negative)."""
    origin = scenario.origin()
    if origin is None:
        return -round(DAYS_PER_YEAR * scenario.host.burn_in_years)
    return first_day(origin) - round(DAYS_PER_YEAR * origin.years)


class Life:
    """A stretch of a host's life: its drivers, and the interventions from its own day 0."""

    def __init__(self, scenario: Scenario) -> None:
        self.drivers = host_drivers(scenario.host)
        self.plan = Plan.from_scenario(scenario)
        origin = scenario.origin()
        self.before = None if origin is None else Life(origin)
        self.past_days = 0 if origin is None else round(DAYS_PER_YEAR * origin.years)

    @property
    def deposits(self) -> bool:
        """Whether a drug is given in this life that bone mineral binds."""
        return self.plan.deposits or (self.before is not None and self.before.deposits)

    def environment(self, day: int) -> Environment:
        """Return the environment of a day, with the interventions of that day at work."""
        if day < 0 and self.before is not None:
            return self.before.environment(day + self.past_days)
        today = Environment(dict(self.drivers))
        if day >= 0:
            self.plan.apply(day, today)
        return today


def host_drivers(host: Host) -> dict[str, float]:
    """Return the drivers of a host at rest."""
    return {name: float(getattr(host, name)) for name in DRIVERS}


class Body:
    """What a patch gets from the body.

    Attributes
    ----------
    rest : record array, shape (1,)
        Parameters of the host without interventions.
    rest_factors, factors : ndarray of float64
        On the nodes and edges of the network: of the host, and of today.
    copies : ndarray of float64
        Added to the levels of the network today, or held back.
    drivers : dict of str to float
        Of today.
    rankl_binders : ndarray, shape (n, 2)
        Binders of RANKL beside OPG (pM); the first row is RANK.
    marrow_share : float
        Marrow of the patch over that of the host.
    all_sclerostin : ndarray of float32, shape (1, n_blocks)
        Sclerostin of the step with what a drug has bound of it; empty where none does.
    """

    def __init__(self, scenario: Scenario) -> None:
        host = scenario.host
        values = {**host.parameters, **scenario.parameters}
        self.rest = parameters.record(values)
        self.rest_factors = parameters.network_factors(values)
        for path, factor in genotype.factors(host.genotype).items():
            self.rest_factors[parameters.FACTOR_ROW[path]] *= factor
        self.factors = self.rest_factors.copy()
        self.copies = np.zeros(len(LEVELS))
        self._host = host
        self._vitamin_d_supply = 1.0
        self._life = Life(scenario)
        self._estradiol_reference = host.estradiol_reference_pmol_per_l
        gap_um = max(host.plate_pitch_um - host.plate_thickness_um, 10.0)
        half_um2 = scenario.patch.surface_mm2 * 1e6 / 2.0
        self.marrow_share = half_um2 * gap_um / (host.marrow_volume_ml * UM3_PER_ML)
        self.drivers = host_drivers(host)
        self.rankl_binders = np.zeros((1, 2))
        self.body_mass_kg = host.body_mass_kg
        self.new_depots = np.zeros(0, grafting.DEPOT)
        self.new_lesions: list[Lesion] = []
        self.new_deposits: list[Deposit] = []
        self.all_sclerostin = np.zeros((0, 0), np.float32)
        self._binders: dict[str, NDArray[np.float64]] = {}
        self._sources: list[tuple[str, float, str]] = []

    def wake(self, model: BoneModel) -> NDArray[np.void]:
        """Let the day's interventions act; returns the parameters of the day."""
        today = self._life.environment(model.day)
        p = parameters.copied(self.rest)
        self.factors[:] = self.rest_factors
        for path, factor in today.factors.items():
            if path in parameters.FACTOR_ROW:
                self.factors[parameters.FACTOR_ROW[path]] *= factor
            else:
                p[parameters.REGISTRY[path].field] *= factor
        self.copies[:] = 0.0
        for node, copies in today.copies.items():
            self.copies[LEVELS.index(node)] = copies
        self.drivers = today.drivers
        self._sources = today.sources
        self._take_binders(today, p)
        begins = self._first_step_of_day(model)
        self._take_grafts(today.grafts if begins else [], model, p)
        self.new_lesions = today.lesions if begins else []
        self.new_deposits = today.deposits if begins else []
        self._tell_cells(model, p)
        grafting.reach_by_blood(model.depots, self.body_mass_kg, model.today, p)
        self._bind_rank_fc(float(model.today["rank_fc_pm"][0]), p)
        freed = self._wnt_freed(p) * wnt.answer(model.skeleton["wnt_habit"][0], p[0])
        model.today["wnt_freed"] = freed
        return p

    def _first_step_of_day(self, model: BoneModel) -> bool:
        return model.tick % model.spec.steps_per_day == 0

    def _take_binders(self, today: Environment, p: NDArray[np.void]) -> None:
        rank = (float(p["binding_rank_pm"][0]), float(p["binding_rankl_rank_kd_pm"][0]))
        self.rankl_binders = np.array([rank, *today.binders.get("RANKL", [])])
        others = {name: rows for name, rows in today.binders.items() if name != "RANKL"}
        self._binders = {name: np.array(rows) for name, rows in others.items()}

    @property
    def frees_wnt(self) -> bool:
        """Whether a drug binds sclerostin today."""
        binders = self._binders.get("sclerostin")
        return binders is not None and bool(binders[:, 0].any())

    def _wnt_freed(self, p: NDArray[np.void]) -> float:
        """Return the factor on formation of average bone of what binds sclerostin; 1 without."""
        if not self.frees_wnt:
            return 1.0
        free = wnt.REFERENCE_SCLEROSTIN_PM * self._unbound_sclerostin()
        return float(wnt.activity(1.0, free, wnt.REFERENCE_SFRP1_PM, p[0]))

    def _unbound_sclerostin(self) -> float:
        """Return the share of sclerostin that no drug binds, in average bone."""
        return wnt.unbound_share(self._binders["sclerostin"]) if self.frees_wnt else 1.0

    def _bind_rank_fc(self, concentration_pm: float, p: NDArray[np.void]) -> None:
        if concentration_pm > 0.0:
            decoy = (concentration_pm, float(p["binding_rankl_rank_kd_pm"][0]))
            self.rankl_binders = np.vstack([self.rankl_binders, decoy])

    def _take_grafts(self, grafts: list[Graft], model: BoneModel, p: NDArray[np.void]) -> None:
        trapped = float(p["graft_lung_trapped"][0])
        rows = [
            grafting.given(g.count, g.route, dict(g.traits), trapped, model.tick * 64 + number % 64)
            for number, g in enumerate(grafts)
        ]
        self.new_depots = np.array(rows, grafting.DEPOT)

    def _tell_cells(self, model: BoneModel, p: NDArray[np.void]) -> None:
        """Write down what the rules of the cells need to know of the day."""
        t, b = model.today, model.trabecula
        t["day"], t["dt"] = model.day, 1.0 / model.spec.steps_per_day
        share = float(p["estrogen_from_testosterone"][0])
        self.drivers["estradiol_pmol_per_l"] = estradiol(self.drivers, self._host, share)
        felt = estrogen.response(
            self.drivers["estradiol_pmol_per_l"],
            float(p["estrogen_half_pmol_per_l"][0]),
            float(p["estrogen_hill"][0]),
            self._estradiol_reference,
            self.drivers["serm_pmol_per_l"],
            float(p["estrogen_serm_efficacy"][0]),
        )
        self._signal(model, felt, p)
        t["load"] = self.drivers["load"]
        t["strontium_diet"] = self.drivers["strontium"]
        t["rejection"] = self.drivers["immune_rejection"]
        for name in ("pth_given", "pth_injected", "pth_transient", "calcitonin_given"):
            t[name] = self.drivers[name]
        of_alfacalcidol = self.drivers["alfacalcidol_given"] * self.drivers["liver_function"]
        t["calcitriol_given"] = self.drivers["calcitriol_given"] + of_alfacalcidol
        bone_um = self._bone_nm(model.ledger) / 1000.0
        open_columns = model.ledger["perforated_columns"][0] + t["defect_columns"][0]
        intact = 1.0 - int(open_columns) / b.n_columns
        t["section_um"] = bone_um / b.n_columns
        t["intact_share"] = intact
        t["mean_thickness_um"] = bone_um / max(1.0, b.n_columns * intact)
        t["surface_mm2"] = b.surface_mm2

    def _signal(self, model: BoneModel, felt: float, p: NDArray[np.void]) -> None:
        """Let the network answer the drivers of the day, and its answers reach cells and bone."""
        t, g = model.today, graph.GRAPH
        setpoint = float(p["calcium_setpoint_mmol_per_l"][0])
        given = inputs(self.drivers, self._host, felt, model.skeleton[0], setpoint)
        given[INPUTS["sclerostin_unbound"]] = self._unbound_sclerostin()
        dt = float(t["dt"][0])
        if t["supported"][0]:
            given[INPUTS["graft_secretome"]] = 1.0 + mean_support(model.fields.coarse)
        graph.evaluate(
            levels(t), given, self.factors, self.copies, g.nodes, g.days, g.ends, g.curves, dt
        )
        t["beta_catenin"] *= wnt.answer(model.skeleton["wnt_habit"][0], p[0])
        t["estrogen"] = t["estrogen_receptor"]
        t["immune_tone"] = t["immune"]
        self._vitamin_d_supply = float(t["vitamin_d"][0])
        mineral.pace(p, float(t["mineralisation"][0]))

    @property
    def vitamin_d_nmol_per_l(self) -> float:
        """25-hydroxyvitamin D that becomes calcitriol: supply and liver, or given; and kidney."""
        d = self.drivers
        made = d["vitamin_d_nmol_per_l"] * d["liver_function"]
        return (made * self._vitamin_d_supply + d["calcifediol_given"]) * d["renal_function"]

    @staticmethod
    def _bone_nm(ledger: NDArray[np.void]) -> int:
        book = ledger[0]
        return int(book["initial_nm"] + book["formed_total_nm"] - book["removed_total_nm"])

    @property
    def deposits(self) -> bool:
        """Whether the host is ever given a drug that bone mineral binds."""
        return self._life.deposits

    def bind_ligands(self, fields: Fields) -> None:
        """Turn the field of each bound ligand (but RANKL) into its free part."""
        self.all_sclerostin = np.zeros((0, 0), np.float32)
        for name, binders in self._binders.items():
            free = fields.native(name).reshape(-1)
            total = free.copy()
            compete(total, np.zeros_like(free), 1.0, binders, free)
            if name == "sclerostin" and self.frees_wnt:
                self.all_sclerostin = total[None]

    def emit(self, model: BoneModel) -> None:
        """Start the sources of tomorrow's fields: other marrow cells, and what is given."""
        t = model.today[0]
        fine, coarse = self._marrow_sources(model.p[0], t, float(t["pth_receptor"]))
        for name, level, place in self._sources:
            if place == "uniform":
                target = fine if name in FINE else coarse
                target[(FINE if name in FINE else COARSE).index(name)] += level
        model.fields.reset_sources(fine, coarse)
        for name, level, place in self._sources:
            if place != "uniform":
                self._emit_at(model, name, level, place)

    @staticmethod
    def _marrow_sources(
        p: np.void, today: np.void, occupied: float
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        lack = 1.0 - today["estrogen"]
        rest = {
            "RANKL": p["marrow_rankl_pm"]
            * today["rankl_marrow"]
            * pth_factor(p["pth_rankl"], occupied)
            * (1.0 + p["estrogen_rankl"] * lack),
            "OPG": p["marrow_opg_pm"]
            * today["opg"]
            * pth_factor(-p["pth_opg"], occupied)
            * (1.0 - p["estrogen_opg"] * lack),
            "Wnt": p["marrow_wnt"] * today["wnt"],
            "M-CSF": p["marrow_mcsf_pm"] * today["m_csf"],
            "CXCL12": p["marrow_cxcl12_pm"],
            "SLIT3": p["marrow_slit3_ng_ml"],
            "secretome": today["secretome"],
        }
        fine = np.array([rest.get(name, 0.0) for name in FINE], np.float32)
        coarse = np.array([rest.get(name, 0.0) for name in COARSE], np.float32)
        return fine, coarse

    @staticmethod
    def _emit_at(model: BoneModel, name: str, level: float, place: str) -> None:
        """Add a source at capillaries (with a mean of `level`) or on every eroded site."""
        b = model.trabecula
        if place == "vessels":
            sites, strength = b.vessels, level * b.n_sites / max(1, len(b.vessels))
        else:
            sites, strength = model.active[: int(model.n_active[0])], level
        source = model.fields.native_source(name)
        face, y, x = np.unravel_index(sites, (2, b.ny, b.nx))
        block = model.fields.declarations[name].resolution
        np.add.at(source, (face, y // block, x // block), np.float32(strength / block**2))
