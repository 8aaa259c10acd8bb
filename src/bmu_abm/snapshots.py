"""Snapshots: the whole state of a model as named arrays, taken and given back exactly."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bmu_abm import readouts
from bmu_abm.trabecula import FORMATION, NEVER, QUIESCENT

if TYPE_CHECKING:
    from bmu_abm.model import BoneModel

Arrays = dict[str, NDArray[Any]]
_SITE_DAYS = ("since", "opened_day", "touched_day", "formed_day")
_TRABECULA = ("sites", "born", "damage", "column_kind", "vessels", "type_h", "niche")
_FIELDS = ("fine", "coarse", "before", "fine_source", "coarse_source")


def take(model: BoneModel) -> Arrays:
    """Return the state of a model as arrays; `meta` holds the rest as JSON."""
    arrays: Arrays = {f"trabecula.{k}": getattr(model.trabecula, k).copy() for k in _TRABECULA}
    arrays |= {f"fields.{k}": getattr(model.fields, k).copy() for k in _FIELDS}
    arrays |= {f"cells.{k}": p.live.copy() for k, p in model.populations.items()}
    arrays["active"] = model.active[: int(model.n_active[0])].copy()
    arrays |= {k: getattr(model, k).copy() for k in ("ledger", "today", "skeleton", "depots")}
    arrays["sensed"] = model.sensed.copy()  # who looks at a restored bone sees what its cells felt
    arrays["parameters"] = model.p.copy()
    arrays |= {f"memory.{k}": v.copy() for k, v in model.memory.arrays().items()}
    if len(model.drugs):  # a bone that was given none is as large as ever
        arrays["drugs"] = model.drugs.copy()
        arrays["trabecula.bisphosphonate"] = model.trabecula.bisphosphonate.copy()
    meta = {
        "scenario": model.spec.to_dict(),
        "name": model.spec.name,
        "seed": model.seed_value,
        "replicate": model.replicate,
        "day": model.day,
        "drivers": model.body.drivers,
        "memory": model.memory.numbers(),
    }
    arrays["meta"] = np.frombuffer(json.dumps(meta).encode(), np.uint8).copy()
    return arrays


def give(model: BoneModel, arrays: Mapping[str, NDArray[Any]], meta: Mapping[str, Any]) -> None:
    """Fill a prepared model with the state of a snapshot.

    An array from a file has lost the mark that its fields are aligned, by which kernels would take
    it for another type and be compiled once more.
    """
    for k in _TRABECULA:
        dtype = getattr(model.trabecula, k).dtype
        setattr(model.trabecula, k, arrays[f"trabecula.{k}"].copy().view(dtype))
    for k in _FIELDS:
        getattr(model.fields, k)[:] = arrays[f"fields.{k}"]
    model.sensed[:] = arrays["sensed"]
    for k, population in model.populations.items():
        population.replace(arrays[f"cells.{k}"])
    active = arrays["active"]
    model.active[: len(active)], model.n_active[0] = active, len(active)
    for k in ("ledger", "today", "skeleton", "depots"):
        setattr(model, k, arrays[k].copy().view(getattr(model, k).dtype))
    if "drugs" in arrays:
        model.drugs = arrays["drugs"].copy().view(model.drugs.dtype)
        model.trabecula.bisphosphonate = arrays["trabecula.bisphosphonate"].copy()
    model.day, model.body.drivers = int(meta["day"]), dict(meta["drivers"])
    model.p = arrays["parameters"].copy()
    kept = {k[7:]: v for k, v in arrays.items() if k.startswith("memory.")}
    model.memory = readouts.Memory.restored(kept, meta["memory"])


def shift_dates(model: BoneModel, days: int) -> None:
    """Move the clock's zero by `days`: everything that carries a date is dated anew."""
    if days == 0:
        return
    model.trabecula.born -= np.int32(days)
    sites = model.trabecula.sites
    for name in _SITE_DAYS:
        dated = sites[name] != NEVER
        sites[name][dated] -= days
    model.memory.shift(days)


def release(model: BoneModel, name: str, mask: NDArray[np.bool_]) -> None:
    """Remove the cells of a population for which `mask` holds, and what they hold of the surface.

    Formation ends where its osteoblast is taken away.
    """
    population, sites = model.populations[name], model.trabecula.sites
    gone = population.live[mask]
    if name == "osteoclast":
        _renumber_footprints(sites, mask)
    elif name == "msc":
        committed = gone["site"][gone["stage"] == 1]
        np.subtract.at(sites["progenitors"], committed, 1)
    elif name == "osteoblast":
        forming = gone["site"][sites["state"][gone["site"]] == FORMATION]
        sites["state"][forming] = QUIESCENT
        sites["since"][forming] = model.day
    elif name == "adipocyte":
        _unmark_fat(model, gone)
    population.keep(~mask)


def _renumber_footprints(sites: NDArray[np.void], gone: NDArray[np.bool_]) -> None:
    owner = sites["osteoclast"]
    new_row = np.cumsum(~gone)
    table = np.concatenate([[0], np.where(gone, 0, new_row)]).astype(np.int32)
    sites["osteoclast"] = table[owner]


def _unmark_fat(model: BoneModel, gone: NDArray[np.void]) -> None:
    from bmu_abm.cells.adipocyte import mark

    b = model.trabecula
    for cell in gone[gone["placed"] == 1]:
        mark(b.sites, int(cell["site"]), float(cell["radius_um"]), -1, b.nx, b.ny)
