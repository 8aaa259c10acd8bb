"""A day in the bone: its parts, in the order in which they happen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from bmu_abm import bisphosphonate, damage, grafting, lesion, niche, snapshots, surface, vessels
from bmu_abm.cells import adipocyte, msc, osteoblast, osteocyte, resorbing
from bmu_abm.clock import moves_in_step
from bmu_abm.fields import SLIT3
from bmu_abm.signalling import rank
from bmu_abm.systemic import skeleton
from bmu_abm.systemic.pth import BURSTS
from bmu_abm.trabecula import HOLE

if TYPE_CHECKING:
    from bmu_abm.model import BoneModel

MARROW_EVERY_DAYS = 10


def wake(model: BoneModel) -> None:
    """Ask the body what day it is: hormones, drugs, load, grafts; and make room for births."""
    model.p = model.body.wake(model)
    for wound in model.body.new_lesions:
        lesion.cut(model, wound.shape, wound.size_um)
    bisphosphonate.take(model, model.body.new_deposits)
    if len(model.body.new_depots):
        model.depots = np.concatenate([model.depots, model.body.new_depots])
    for name, extra in births(model).items():
        model.populations[name].reserve(extra)


def births(model: BoneModel) -> dict[str, int]:
    """Return how many cells of each type may be born in a step at most."""
    n = {name: len(population) for name, population in model.populations.items()}
    vessels = len(model.trabecula.vessels)
    wounded = int(model.today["defect_columns"][0] > 0)
    waking = int(model.today["pth_burst"][0] > BURSTS)
    freed = int(model.body.frees_wnt)
    grafted = grafting.most_arrivals(model.depots, model.body.marrow_share, vessels)
    return {
        "osteocyte": 256 + n["osteoblast"] // 20,
        "osteoblast": 64
        + int(model.n_active[0])
        + waking * n["osteoblast"]
        + freed * model.trabecula.n_sites
        + 2 * (n["msc"] + grafted) * wounded,
        "msc": 64 + n["msc"] + grafted,
        "osteoclast_precursor": 64 + 4 * vessels + 16 * n["osteoclast"],
        "osteoclast": 32 + n["osteoclast_precursor"] // 3,
        "adipocyte": 64 + n["msc"] // 4,
    }


def bone_ages(model: BoneModel) -> None:
    """Damage grows; osteocytes sense, speak and die; events make patches of them call."""
    b, g = model.trabecula, (model.trabecula.nx, model.trabecula.ny)
    damage.accumulate(
        b.sites, b.born, b.damage, b.column_kind, b.slice_nm, model.calls, model.n_calls,
        model.n_cracks, model.today, model.p, *g, model.spec.steps_per_day,
    )  # fmt: skip
    osteocytes(model)
    if model.n_calls[0]:
        osteocyte.call(
            *model.cells("osteocyte"), b.sites, b.damage, b.slice_nm, model.calls,
            model.n_calls, model.n_cracks, model.ledger, model.today, model.p, *g,
        )  # fmt: skip


def osteocytes(model: BoneModel) -> None:
    """Osteocytes sense, speak and die."""
    b, f = model.trabecula, model.fields
    osteocyte.live(
        *model.cells("osteocyte"), b.sites, f.coarse, f.coarse_source, model.calls,
        model.n_calls, model.today, model.p, b.nx, b.ny,
    )  # fmt: skip


def signals(model: BoneModel) -> None:
    """Solve the fields for their sources, bind what drugs bind, start new sources."""
    model.today["supported"] = model.fields.solve()
    model.fields.carry_on()
    model.body.bind_ligands(model.fields)
    rank.sense(model.fields.coarse, model.body.rankl_binders, model.sensed, model.p)
    model.body.emit(model)


def osteoclast_lineage(model: BoneModel) -> None:
    """Precursors enter, move and fuse; osteoclasts move and resorb."""
    b, f, g = model.trabecula, model.fields, (model.trabecula.nx, model.trabecula.ny)
    holes = int(model.ledger["perforated_columns"][0])
    resorbing.live(
        *model.cells("osteoclast_precursor"), *model.cells("osteoclast"), model.sensed, f.coarse,
        f.coarse_source, b.sites, b.column_kind, b.vessels, model.active, model.n_active,
        b.bisphosphonate, model.drugs, b.slice_nm, model.ledger, model.today, model.p, *g,
        moves_in_step(model.spec.steps_per_day),
    )  # fmt: skip
    if model.ledger["perforated_columns"][0] > holes:
        leave_holes(model)


def leave_holes(model: BoneModel) -> None:
    """Lose the cells whose place has just become a hole (the later rules see it themselves)."""
    for name in ("osteocyte", "osteoclast_precursor", "osteoclast"):
        place = model.trabecula.sites["state"][model.populations[name].live["site"]]
        snapshots.release(model, name, place >= HOLE)


def osteoblast_lineage(model: BoneModel) -> None:
    """Eroded surface ages; progenitors gather on it; osteoblasts fill it."""
    b, f, g = model.trabecula, model.fields, (model.trabecula.nx, model.trabecula.ny)
    surface.age(
        model.active, model.n_active, b.sites, f.coarse_source, model.ledger, model.today,
        model.p, *g,
    )  # fmt: skip
    stem_cells(model)
    if model.today["defect_columns"][0] > 0:
        lesion.heal(
            *model.cells("msc"), *model.cells("osteoblast"), f.fine, f.coarse, f.coarse_source,
            b.sites, b.column_kind, b.born, b.damage, b.slice_nm, model.ledger, model.today,
            model.p, *g,
        )  # fmt: skip
    blasts = model.cells("osteoblast")
    osteoblast.fill_gaps(
        *blasts, model.active, model.n_active, b.sites, model.ledger, model.today, model.p, *g
    )
    if model.today["pth_burst"][0] > BURSTS or model.body.frees_wnt:
        osteoblast.wake_lining(
            *blasts, b.sites, f.fine, f.coarse, model.body.all_sclerostin, model.ledger,
            model.today, model.p, *g,
        )  # fmt: skip
    osteoblast.live(
        *blasts, *model.cells("osteocyte"), f.fine, f.fine_source, f.coarse, f.coarse_source,
        b.sites, b.born, b.damage, b.slice_nm, model.ledger, model.today, model.p, *g,
    )  # fmt: skip


def stem_cells(model: BoneModel) -> None:
    """Grafted cells arrive; stem cells choose, move and multiply; progenitors start formation."""
    b, f, g = model.trabecula, model.fields, (model.trabecula.nx, model.trabecula.ny)
    moves = moves_in_step(model.spec.steps_per_day)
    cells, blasts = model.cells("msc"), model.cells("osteoblast")
    if len(model.depots):
        grafting.arrive(
            *cells, b.vessels, b.sites, f.coarse, model.depots, model.body.marrow_share,
            model.today, model.p, *g,
        )  # fmt: skip
        model.depots = grafting.remaining(model.depots)
    msc.live_free(
        *cells, *model.cells("adipocyte"), f.fine, f.coarse, f.coarse_source, b.sites,
        b.type_h, b.niche, model.today, model.p, *g, moves,
    )  # fmt: skip
    msc.live_committed(
        *cells, *blasts, f.fine, f.fine_source, f.coarse, f.coarse_source, b.sites,
        model.ledger, model.today, model.p, *g, moves,
    )  # fmt: skip


def marrow(model: BoneModel) -> None:
    """Fat ages and secretes; the skeleton as a whole moves on; the ledger counts the day."""
    b, f, g = model.trabecula, model.fields, (model.trabecula.nx, model.trabecula.ny)
    adipocyte.live(
        *model.cells("adipocyte"), b.sites, f.coarse_source, model.today, model.p, *g,
    )  # fmt: skip
    bisphosphonate.meet_skeleton(model.drugs, model.skeleton, model.today, model.p)
    skeleton.step(
        model.skeleton, model.body.drivers["calcium_intake_mg_per_day"],
        model.body.vitamin_d_nmol_per_l, model.body.rankl_binders, model.today,
        model.p, model.body.rest,
    )  # fmt: skip
    if model.tick % (MARROW_EVERY_DAYS * model.spec.steps_per_day) == 0:
        vessels.grow(b.type_h, f.coarse[SLIT3], float(MARROW_EVERY_DAYS), model.today, model.p)
        niche.measure(b.niche, b.sites, b.type_h, model.today, model.p, *g)
        bisphosphonate.desorb(
            b.sites, b.bisphosphonate, model.drugs, b.slice_nm, float(MARROW_EVERY_DAYS), model.p,
            *g,
        )  # fmt: skip
    dt = model.today["dt"][0]
    model.ledger["days"] += dt
    model.ledger["osteoclast_days"] += dt * len(model.populations["osteoclast"])


# With more than one step a day, all of it happens as often.
PARTS: dict[str, Callable[[BoneModel], None]] = {
    "wake": wake,
    "bone_ages": bone_ages,
    "signals": signals,
    "osteoclast_lineage": osteoclast_lineage,
    "osteoblast_lineage": osteoblast_lineage,
    "marrow": marrow,
}
