"""A cell that is followed: day by day where it is, and what becomes of it in the end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from bmu_abm import hashing
from bmu_abm.app import looking
from bmu_abm.cells import precursor
from bmu_abm.clock import moves_in_step
from bmu_abm.fields import sample
from bmu_abm.signalling.rank import WITHHELD

if TYPE_CHECKING:
    from bmu_abm.model import BoneModel

_HOLE = 5
_NEARLY_RIPE = 0.6  # from here a precursor can become ripe, and fuse, within a day
MOST_EVENTS = 12
# Into what a cell can turn under the same id, and the words for it.
_TURNS = {
    ("osteoclast_precursor", "osteoclast"): "fused with its neighbours and is now an osteoclast",
    ("msc", "osteoblast"): "began to form bone and is now an osteoblast",
    ("msc", "adipocyte"): "turned to fat and is now an adipocyte",
}


@dataclass
class Followed:
    """One cell and its story.

    Attributes
    ----------
    kind : str
        Population in which it lives, or in which it ended.
    identity : int
        Lower 32 bits of its id, as the page knows it.
    row : numpy.void or None
        As it was when it was last seen.
    events : list of (int, str)
        Days and what happened, the last ones.
    ended : bool
    """

    kind: str
    identity: int
    row: np.void | None = None
    events: list[tuple[int, str]] = field(default_factory=list)
    ended: bool = False
    _nuclei: dict[int, float] = field(default_factory=dict)

    def begin(self, model: BoneModel) -> bool:
        """Look for the cell; False when it does not live today."""
        found = looking.find(model, self.kind, self.identity)
        self.row = None if found is None else found.copy()
        self._count(model)
        return found is not None

    def _count(self, model: BoneModel) -> None:
        """Keep the nuclei of all osteoclasts, to see tomorrow which has gained some."""
        if self.kind == "osteoclast_precursor":
            clasts = model.populations["osteoclast"].live
            self._nuclei = dict(zip(clasts["id"].tolist(), clasts["nuclei"].tolist(), strict=True))

    def watch(self, model: BoneModel) -> None:
        """See where the cell is after a day, and what became of it if it is gone."""
        if self.ended or self.row is None:
            return
        now = looking.find(model, self.kind, self.identity)
        if now is None:
            self._gone(model, self.row)
            return
        if self.kind == "osteoblast" and _buried_a_sister(model, int(now["site"])):
            self._note(model, "a sister cell was buried in the bone and is now an osteocyte")
        if self.kind == "osteoclast" and now["nuclei"] > self.row["nuclei"]:
            self._note(model, f"a precursor fused with it: {now['nuclei']:.0f} nuclei")
        if self.kind == "msc" and now["stage"] > 0 and self.row["stage"] == 0:
            self._note(model, "it settled on eroded bone and is committed to form bone")
        self.row = now.copy()
        self._count(model)

    def _gone(self, model: BoneModel, last: np.void) -> None:
        for (old, new), words in _TURNS.items():
            found = looking.find(model, new, self.identity) if old == self.kind else None
            if found is not None:
                self._note(model, f"it {words}")
                self.kind, self.row = new, found.copy()
                return
        host = self._host(model, last)
        if host is not None:
            self._note(model, f"it fused with an osteoclast, which has {host['nuclei']:.0f} nuclei")
            self.kind, self.identity = "osteoclast", int(host["id"]) & 0xFFFFFFFF
            self.row = host.copy()
            return
        self._note(model, end_of(model, self.kind, last))
        self.ended = True

    def _host(self, model: BoneModel, last: np.void) -> np.void | None:
        if self.kind != "osteoclast_precursor":
            return None
        return _fused_with(model, last, self._nuclei)

    def _note(self, model: BoneModel, words: str) -> None:
        self.events = [*self.events, (int(model.day), words)][-MOST_EVENTS:]

    def told(self) -> list[str]:
        """Return what happened, a line for each event."""
        return [f"Day {day}: {words}." for day, words in self.events]


def _distance(model: BoneModel, a: int, b: np.ndarray) -> np.ndarray:
    """Return how far sites `b` are from site `a` (sites; infinite on the other face)."""
    nx, ny = model.trabecula.nx, model.trabecula.ny
    half_x, half_y = nx // 2, ny // 2
    face, y, x = np.unravel_index(a, (2, ny, nx))
    faces, ys, xs = np.unravel_index(b, (2, ny, nx))
    dx = (xs - x + half_x) % nx - half_x
    dy = (ys - y + half_y) % ny - half_y
    return np.where(faces == face, np.hypot(dx, dy), np.inf)


def _fused_with(model: BoneModel, last: np.void, before: dict[int, float]) -> np.void | None:
    """Return the osteoclast that a precursor became part of, or None.

    The engine keeps no record of who joined whom. It is taken to be the nearest that is new or
    has gained nuclei since yesterday, in reach of where the precursor, ripe or nearly so, was
    seen.
    """
    clasts = model.populations["osteoclast"].live
    if last["nfatc1"] < _NEARLY_RIPE or not len(clasts) or _its_time_had_come(model, last):
        return None
    known = np.array([before.get(int(one), 0.0) for one in clasts["id"]])
    far = _distance(model, int(last["site"]), clasts["site"])
    far = far - np.sqrt(2.5 * np.maximum(clasts["nuclei"], 1) / np.pi)
    far[clasts["nuclei"] <= known] = np.inf
    nearest = int(np.argmin(far))
    return clasts[nearest] if far[nearest] <= _reach(model) else None


def _its_time_had_come(model: BoneModel, last: np.void) -> bool:
    """Tell whether a draw of the day ended a precursor: the same draws, read again."""
    p, moves = model.p[0], moves_in_step(model.spec.steps_per_day)
    b, n = model.trabecula, len(model.populations["osteoclast_precursor"])
    room = precursor.pool_has_room(n, model.today[0], p)
    lack = sample(model.sensed, WITHHELD, int(last["site"]), b.nx, b.ny) if room else 0.0
    life = precursor.life_of(int(last["osteomorph"]), float(lack), p)
    chance = -np.expm1(-1.0 / (life * (0.2 + 0.8 * last["colony"])) / moves)
    key, tick = model.today["key"][0], int(model.tick) - 1
    draws = [
        hashing.uniform(key, hashing.PRECURSOR_LIFE, int(last["id"]), tick, m) for m in range(moves)
    ]
    return bool(min(draws) < chance)


def _reach(model: BoneModel) -> float:
    """Return how far a precursor can be, after a day, from where it fuses (sites)."""
    p = model.p[0]
    walked = (
        3.0 * float(p["precursor_step_sites"]) * np.sqrt(moves_in_step(model.spec.steps_per_day))
    )
    return float(p["precursor_fusion_reach_sites"] + p["precursor_join_reach_sites"]) + walked


def _buried_a_sister(model: BoneModel, site: int) -> bool:
    cells = model.populations["osteocyte"].live
    return bool(((cells["site"] == site) & (cells["age"] < 1.0)).any())


def end_of(model: BoneModel, kind: str, last: np.void) -> str:
    """Return how a cell ended that was seen yesterday and turned into nothing."""
    site = int(last["site"])
    if kind not in ("osteocyte", "adipocyte") and model.trabecula.sites["state"][site] >= _HOLE:
        return "it ended where the plate was perforated"
    if kind == "osteoblast":
        return _end_of_osteoblast(model, last)
    if kind == "osteoclast":
        return "it lost its last nuclei and died"
    if kind == "osteocyte":
        return _end_of_osteocyte(model, last)
    if kind == "osteoclast_precursor":
        return f"it died before it could fuse (NFATc1 {last['nfatc1']:.2f}, fuses above 1)"
    if kind == "msc":
        return "it died without having settled"
    return "it gave its fat away and is gone"


def _end_of_osteoblast(model: BoneModel, last: np.void) -> str:
    """Return what the draw of the day made of a tired osteoblast: the same draw, read again."""
    key, tick = model.today["key"][0], int(model.tick) - 1
    u = hashing.uniform(key, hashing.OSTEOBLAST_FATE, int(last["id"]), tick)
    laid = f"laid down {last['laid_um']:.0f} µm"
    if u < float(model.p["osteoblast_lining_share"][0]):
        return f"it had {laid}, flattened and is now a lining cell"
    return f"it had {laid}, was worn out and died"


def _end_of_osteocyte(model: BoneModel, last: np.void) -> str:
    b = model.trabecula
    n, site = b.n_columns, int(last["site"])
    y, x = divmod(site % n, b.nx)
    column = y * b.nx + (x if site < n else b.nx - 1 - x)
    front, back = (heights.ravel()[column] for heights in b.heights())
    if not back < last["z"] < front:
        return "the bone around it was resorbed, which set it free"
    return "it died in its lacuna"
