"""Small bones for the engine's tests, and what must hold of any bone at the end of a step."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any

import numpy as np

from bmu_abm import day, snapshots
from bmu_abm.cells import footprint
from bmu_abm.fields import COARSE, FINE
from bmu_abm.host import shipped_host_table
from bmu_abm.model import BoneModel
from bmu_abm.scenario import Scenario
from bmu_abm.trabecula import ARRESTED, DEFECT, FORMATION, HOLE, INTACT_COLUMN, RESORPTION, REVERSAL

ERODED = (RESORPTION, REVERSAL, ARRESTED)
WOMAN = "premenopausal_woman"
# Readouts that are means over what may not have happened since the last sample.
MAY_BE_ABSENT = {"w_th_um", "e_de_um", "nuclei_per_osteoclast"}
# Remodelling on a patch of 0.3 mm2 every few weeks, whatever the fitted rates are.
BUSY = {"damage.random_per_mm2_year": 10.0}
# RANKL everywhere and many precursors: a thin plate is full of holes within weeks.
ATTACKED = {
    "sites": 20,
    "host": {"plate_thickness_um": 50.0, "plate_thickness_cv": 0.5},
    "parameters": {
        "marrow.rankl_pm": 120.0,
        "osteoclast.erosion_um_per_day": 12.0,
        "precursor.births_per_vessel_day": 0.5,
    },
}


def scenario(sites=20, host=None, parameters=None, interventions=(), **data) -> Scenario:
    """Return a scenario on a small patch; `host` changes single values of a healthy woman."""
    table = {
        "title": "A small bone",
        "host": shipped_host_table(WOMAN) | (host or {}),
        "years": 1,
        "patch": {"sites": sites},
        "parameters": parameters or {},
        "intervention": list(interventions),
    }
    return Scenario.from_dict(table | data, name="small_bone")


def bone(rng=1, replicate=0, **kwargs) -> BoneModel:
    """Return a fresh bone."""
    return BoneModel(scenario(**kwargs), rng=rng, replicate=replicate)


def still_bone() -> BoneModel:
    """Return a flat bone 140 um thick without cells and signals, but for adipokines of rest."""
    model = empty(bone(host={"plate_thickness_cv": 0.0}))
    day.wake(model)
    for array in (model.fields.fine, model.fields.coarse):
        array[:] = 0.0
    model.fields.native("adipokine")[:] = 1.0
    model.fields.reset_sources(np.zeros(len(FINE), np.float32), np.zeros(len(COARSE), np.float32))
    return model


def days(model: BoneModel, n: int) -> BoneModel:
    """Let a bone live for `n` days."""
    for _ in range(n):
        model.step()
    return model


def changed(model: BoneModel, **values: float) -> BoneModel:
    """Set parameters of a bone, by their names in the record, beyond their ranges if need be."""
    for name, value in values.items():
        model.body.rest[name] = value
        model.p[name] = value
    return model


def empty(model: BoneModel, *names: str) -> BoneModel:
    """Take all cells of some populations (or of all) out of a bone."""
    for name in names or tuple(model.populations):
        snapshots.release(model, name, np.ones(len(model.populations[name]), np.bool_))
    return model


def put(model: BoneModel, name: str, sites: Any, **fields: Any) -> np.ndarray:
    """Add cells on `sites`; returns their rows as a view (which a later death may shift)."""
    population = model.populations[name]
    population.reserve(2000 if len(population.rows) < 2000 else len(np.atleast_1d(sites)))
    sites = np.atleast_1d(sites)
    rows = np.zeros(len(sites), population.dtype)
    rows["id"] = 1000 + len(population) + np.arange(len(sites))
    rows["site"] = sites
    for field, value in fields.items():
        rows[field] = value
    population.append(rows)
    return population.rows[len(population) - len(sites) : len(population)]


def erode(model: BoneModel, sites: Any, depth_um: float, state: int, **fields: Any) -> None:
    """Turn quiescent sites of the front face into a cavity of some depth."""
    sites = np.atleast_1d(sites)
    rows = model.trabecula.sites
    rows["opened_nm"][sites] = rows["height"][sites]
    rows["height"][sites] -= round(1000 * depth_um)
    rows["state"][sites] = state
    for name in ("opened_day", "touched_day", "since"):
        rows[name][sites] = model.day
    for name, value in fields.items():
        rows[name][sites] = value
    n = int(model.n_active[0])
    model.active[n : n + len(sites)] = sites
    model.n_active[0] = n + len(sites)


def disc(model: BoneModel, radius: float) -> np.ndarray:
    """Return the sites of a disc in the middle of the front face."""
    b = model.trabecula
    front = np.arange(b.n_columns)
    return front[distance(model, front, np.full(b.n_columns, middle(model))) <= radius]


def middle(model: BoneModel) -> int:
    """Return the site in the middle of the front face."""
    return model.trabecula.ny // 2 * model.trabecula.nx + model.trabecula.nx // 2


def peak(model: BoneModel, name: str, height: float, width: float = 5.0) -> None:
    """Give a field a hill in the middle of the front face, `width` sites wide."""
    native = model.fields.native(name)
    r = model.fields.declarations[name].resolution
    face, y, x = np.indices(native.shape)
    nx, ny = model.trabecula.nx, model.trabecula.ny
    far = np.hypot(r * x - nx / 2, r * y - ny / 2) / width
    native[:] = np.where(face == 0, height * np.exp(-far * far), 0.0)


def digest(arrays: dict[str, np.ndarray]) -> str:
    """Return a hash of all bytes of a snapshot."""
    mixer = hashlib.blake2b(digest_size=16)
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        mixer.update(f"{name} {array.dtype} {array.shape}".encode())
        mixer.update(array.tobytes())
    return mixer.hexdigest()


# -- what must always hold ------------------------------------------------------------------------


def assert_sound(model: BoneModel) -> None:
    """Assert everything that must hold of a bone at the end of a step."""
    assert_balance(model)
    assert_cells_have_their_place(model)
    assert_footprints(model)
    assert_marks(model)
    assert_holes(model)
    assert_fields(model)


def assert_balance(model: BoneModel) -> None:
    """Bone volume = initial + formed - removed, to the nanometre."""
    book = model.ledger[0]
    expected = book["initial_nm"] + book["formed_total_nm"] - book["removed_total_nm"]
    assert model.trabecula.bone_volume_nm() == expected
    assert (model.trabecula.thickness_nm() >= 0).all()


def assert_cells_have_their_place(model: BoneModel) -> None:
    """No cell in a hole; one osteoblast at most, and then formation, on a site; ids are unique."""
    state = model.trabecula.sites["state"]
    for name, population in model.populations.items():
        cells = population.live
        assert not (state[cells["site"]] == HOLE).any(), f"{name} in a hole"
        assert len(np.unique(cells["id"])) == len(cells), f"two {name} share an id"
    blasts = model.populations["osteoblast"].live["site"]
    assert len(np.unique(blasts)) == len(blasts)
    assert sorted(blasts) == np.flatnonzero(state == FORMATION).tolist()


def assert_footprints(model: BoneModel) -> None:
    """Every covered site belongs to a living osteoclast, near enough to have covered it.

    A site has one owner, so footprints cannot overlap. The radius is that of the most nuclei, as
    those that a cell lost today still counted when it covered the site.
    """
    b, cells = model.trabecula, model.populations["osteoclast"].live
    owner = b.sites["osteoclast"]
    covered = np.flatnonzero(owner)
    rows = owner[covered] - 1
    assert (rows < len(cells)).all()
    most = float(model.p["osteoclast_max_nuclei"][0])
    radius = footprint.reach_of(most, model.p[0])
    far = distance(model, covered, cells["site"][rows])
    assert (far <= radius).all()


def distance(model: BoneModel, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the periodic distance (sites) between sites; infinite between faces."""
    nx, ny = model.trabecula.nx, model.trabecula.ny
    face_a, ya, xa = np.unravel_index(a, (2, ny, nx))
    face_b, yb, xb = np.unravel_index(b, (2, ny, nx))
    dx, dy = np.abs(xa - xb), np.abs(ya - yb)
    far = np.hypot(np.minimum(dx, nx - dx), np.minimum(dy, ny - dy))
    return np.where(face_a == face_b, far, np.inf)


def assert_marks(model: BoneModel) -> None:
    """What sites know of cells is what the cells say: progenitors, fat, the list of erosion."""
    b = model.trabecula
    msc = model.populations["msc"].live
    committed = np.bincount(msc["site"][msc["stage"] == 1], minlength=b.n_sites)
    assert (b.sites["progenitors"] == committed).all()
    assert (b.sites["fat"] == fat_of_discs(model)).all()
    active = model.active[: int(model.n_active[0])].tolist()
    assert len(set(active)) == len(active)
    eroded = np.flatnonzero(np.isin(b.sites["state"], ERODED)).tolist()
    # The list is tidied before progenitors start formation, so their sites leave it a step later.
    just_begun = {s for s in active if b.sites["state"][s] == FORMATION}
    assert all(b.sites["since"][s] >= model.day - 1 for s in just_begun)
    assert set(active) - just_begun == set(eroded)


def fat_of_discs(model: BoneModel) -> np.ndarray:
    """Return the number of adipocytes over each site, from the cells alone."""
    b = model.trabecula
    marks = np.zeros((2, b.ny, b.nx), np.int64)
    for cell in model.populations["adipocyte"].live:
        if not cell["placed"]:
            continue
        face, y, x = np.unravel_index(cell["site"], marks.shape)
        radius = cell["radius_um"] / 10.0
        r = int(radius)
        for dy in range(-r, r + 1):
            for dx in range(-r, r + 1):
                if dx * dx + dy * dy <= radius * radius:
                    marks[face, (y + dy) % b.ny, (x + dx) % b.nx] += 1
    return marks.ravel()


def assert_holes(model: BoneModel) -> None:
    """A hole is where both surfaces met; both ends of its column say so, and nothing lies there."""
    b = model.trabecula
    thick = b.thickness_nm().ravel()
    holes = b.column_kind == 1
    assert (thick[holes] == 0).all()
    assert (thick[b.column_kind == INTACT_COLUMN] > 0).all()
    front, back = b.face("state")[0].ravel(), b.face("state")[1][:, ::-1].ravel()
    for kind, state in ((1, HOLE), (2, DEFECT)):
        ends = b.column_kind == kind
        assert ((front == state) == ends).all() and ((back == state) == ends).all()
    assert int(model.ledger["perforated_columns"][0]) == holes.sum()


def assert_fields(model: BoneModel) -> None:
    """Fields are finite and non-negative, and so are their sources."""
    f = model.fields
    for array in (f.fine, f.coarse, f.fine_source, f.coarse_source):
        assert np.isfinite(array).all() and (array >= 0).all()


def assert_mirrored(model: BoneModel) -> None:
    """Mesa's agents and the rows are one to one, by type and id."""
    agents = list(model.agents)
    seen = Counter((agent.population_name, agent.unique_id) for agent in agents)
    rows = Counter(
        (name, int(identity))
        for name, population in model.populations.items()
        for identity in population.live["id"]
    )
    assert seen == rows
    for agent in agents:
        row = model.populations[agent.population_name].rows[agent._row]
        assert row["id"] == agent.unique_id
