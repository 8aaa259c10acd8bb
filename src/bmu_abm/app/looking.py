"""A closer look: what a cell or a site is, senses and does, in words and numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from bmu_abm.fields import MCSF, SCLEROSTIN, TGFB
from bmu_abm.pictures.palette import STATE_NAMES
from bmu_abm.signalling.rank import COLONY, FREE_RANKL, INDUCTION
from bmu_abm.trabecula import NEVER

if TYPE_CHECKING:
    from bmu_abm.model import BoneModel

NAMES = {
    "osteoblast": "Osteoblast",
    "msc": "Stem cell",
    "osteoclast_precursor": "Osteoclast precursor",
    "osteoclast": "Osteoclast",
    "osteocyte": "Osteocyte",
    "adipocyte": "Adipocyte",
}
Facts = list[tuple[str, str]]


def block_of(model: BoneModel, site: int) -> int:
    """Return the block of the coarse fields over a site."""
    b = model.trabecula
    face, y, x = np.unravel_index(site, (2, b.ny, b.nx))
    return int((face * (b.ny // 2) + y // 2) * (b.nx // 2) + x // 2)


def find(model: BoneModel, kind: str, identity: int) -> np.void | None:
    """Return the row of a living cell by the lower 32 bits of its id, or None."""
    if kind not in model.populations:
        return None
    rows = model.populations[kind].live
    found = np.flatnonzero((rows["id"] & 0xFFFFFFFF) == identity)
    return rows[found[0]] if len(found) else None


def cell(model: BoneModel, kind: str, identity: int) -> dict[str, Any] | None:
    """Return what is to be said of a cell, or None when it lives no more."""
    row = find(model, kind, identity)
    if row is None:
        return None
    site = int(row["site"])
    b = model.trabecula
    face, y, x = (int(one) for one in np.unravel_index(site, (2, b.ny, b.nx)))
    facts = [("age", _days(float(row["age"]))), *_own(kind, row), *sensed(model, site)]
    return {
        "kind": kind,
        "id": identity,
        "face": face,
        "x": x,
        "y": y,
        "title": f"{NAMES[kind]}, {_days(float(row['age']))} old",
        "words": why(model, kind, row),
        "facts": facts,
    }


def _days(days: float) -> str:
    return f"{days:.0f} days" if days < 730 else f"{days / 365:.1f} years"


def _own(kind: str, row: np.void) -> Facts:
    if kind == "osteoclast":
        removed = float(row["removed_um3"]) / 1000.0
        return [("nuclei", f"{row['nuclei']:.0f}"), ("bone removed", f"{removed:,.0f} × 10³ µm³")]
    if kind == "osteoclast_precursor":
        return [("NFATc1 (fuses above 1)", f"{row['nfatc1']:.2f}")]
    if kind == "msc":
        return [("Runx2", f"{row['runx2']:.2f}"), ("PPAR-γ", f"{row['pparg']:.2f}")]
    if kind == "osteoblast":
        return [
            ("vigour", f"{row['vigour']:.2f}"),
            ("matrix laid down", f"{row['laid_um']:.1f} µm"),
        ]
    if kind == "osteocyte":
        return [
            ("sclerostin, × rest", f"{row['secretion']:.2f}"),
            ("distress", f"{row['calling']:.2f}"),
        ]
    return [("radius", f"{row['radius_um']:.0f} µm")]


def sensed(model: BoneModel, site: int) -> Facts:
    """Return what can be sensed at a site, with units."""
    block = block_of(model, site)
    coarse = model.fields.coarse
    return [
        ("free RANKL", f"{model.sensed[FREE_RANKL, block]:.1f} pM"),
        ("colony factor M-CSF", f"{coarse[MCSF, block]:.1f} pM"),
        ("TGF-β", f"{coarse[TGFB, block]:.1f} pM"),
        ("sclerostin", f"{coarse[SCLEROSTIN, block]:.1f} pM"),
        ("Wnt", f"{model.fields.fine[0, site]:.2f}"),
    ]


def why(model: BoneModel, kind: str, row: np.void) -> str:
    """Return why a cell does what it does, with the numbers that decide."""
    site = int(row["site"])
    if kind == "osteoclast":
        return _why_osteoclast(model, row, site)
    if kind == "osteoclast_precursor":
        return _why_precursor(model, row, site)
    if kind == "msc":
        return _why_stem_cell(model, row, site)
    if kind == "osteoblast":
        return f"Lays down matrix where its cavity still lacks it: {row['laid_um']:.1f} µm so far."
    if kind == "osteocyte":
        calls = float(row["calling"]) > 0.5
        return "Damage is near: it calls for resorption." if calls else "Rests and holds bone back."
    return "Stores fat and takes the room of stem cells."


def _why_osteoclast(model: BoneModel, row: np.void, site: int) -> str:
    free = float(model.sensed[FREE_RANKL, block_of(model, site)])
    gate = float(model.p["osteoclast_gate_rankl_pm"][0])
    if free >= gate:
        return f"RANKL {free:.0f} pM > {gate:.0f} pM: opens bone that was at rest, goes on."
    return f"RANKL {free:.0f} pM < {gate:.0f} pM: stays on bone that is open, and loses nuclei."


def _why_precursor(model: BoneModel, row: np.void, site: int) -> str:
    block = block_of(model, site)
    rank, colony = float(model.sensed[INDUCTION, block]), float(model.sensed[COLONY, block])
    ripe = float(row["nfatc1"])
    if ripe >= 1.0:
        return f"NFATc1 {ripe:.2f} > 1, colony factor {colony:.2f}: ripe, fuses where others are."
    gain = float(model.p["precursor_nfatc1_gain_per_day"][0]) * rank
    loss = float(model.p["precursor_nfatc1_decay_per_day"][0]) * ripe
    course = "rises" if gain > loss else "falls"
    return f"RANK and colony factor induce {rank:.2f}: NFATc1 {ripe:.2f} {course}; fuses above 1."


def _why_stem_cell(model: BoneModel, row: np.void, site: int) -> str:
    if int(row["stage"]) == 1:
        return "Committed: waits on eroded bone until enough progenitors have gathered to form."
    runx2, pparg = float(row["runx2"]), float(row["pparg"])
    leads, other = ("Runx2", "PPAR-γ") if runx2 >= pparg else ("PPAR-γ", "Runx2")
    high, low = max(runx2, pparg), min(runx2, pparg)
    fate = "bone" if runx2 >= pparg else "fat"
    return f"Free in the marrow: {leads} {high:.2f} > {other} {low:.2f}, leans to {fate}."


def site(model: BoneModel, face: int, x: int, y: int) -> dict[str, Any]:
    """Return what is to be said of a site: its state and the column of bone below it."""
    b = model.trabecula
    index = (face * b.ny + y) * b.nx + x
    here = b.sites[index]
    column = y * b.nx + (x if face == 0 else b.nx - 1 - x)
    front, back = (heights.ravel()[column] / 1000.0 for heights in b.heights())
    state = STATE_NAMES[int(here["state"])]
    since = int(model.day - here["since"])
    thick = max(front - back, 0.0)
    facts = [
        ("state", state),
        ("for", _days(since) if abs(since) < -NEVER / 2 else "always"),
        ("bone below", f"{thick:.0f} µm"),
        *sensed(model, index),
    ]
    return {
        "kind": "site",
        "face": face,
        "x": x,
        "y": y,
        "title": f"Site {'front' if face == 0 else 'back'} {10 * x + 5}, {10 * y + 5} µm: {state}",
        "words": f"{thick:.0f} µm of bone between the two faces.",
        "facts": facts,
        "column": slices(model, column, front, back, face),
    }


def slices(
    model: BoneModel, column: int, front: float, back: float, face: int
) -> list[dict[str, float]]:
    """Return the slices of a column from the face inwards: thickness, age, damage."""
    b = model.trabecula
    listed = []
    for number in range(b.n_slices):
        low, high = number * b.slice_um, (number + 1) * b.slice_um
        thick = min(high, front) - max(low, back)
        if thick > 0:
            age = (model.day - int(b.born[column, number])) / 365.0
            damage = float(b.damage[column, number])
            listed.append(
                {"um": round(thick, 2), "years": round(age, 2), "damage": round(damage, 2)}
            )
    return listed[::-1] if face == 0 else listed
