"""What the readouts remember: month 0, the tetracycline labels, the last biopsy, arrears."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bmu_abm.readouts import budget, density
from bmu_abm.trabecula import FORMATION

if TYPE_CHECKING:
    from bmu_abm.model import BoneModel

LEAST_SEPARATION_NM = 3000  # two labels that are closer cannot be told apart


class Memory:
    """Month 0, labels, the last biopsy, and the remodelling that is left undone.

    Attributes
    ----------
    begun : bool
        Whether month 0 has been.
    origin : dict of str to float
        Mineral, cortex, strength and the parts of the bone at month 0 (see `bone_of`).
    biopsy : dict of str to float
        `ms_bs` and `mar_um_per_day` of the last double label.
    arrears : float
        Remodelling that is left undone, over rest.
    """

    def __init__(self, n_sites: int) -> None:
        self.begun = False
        self.origin: dict[str, float] = {}
        self.biopsy = {"ms_bs": 0.0, "mar_um_per_day": 0.0}
        self.arrears = 1.0
        self.label_day: int | None = None
        self.label_nm = np.zeros(n_sites, np.int32)
        self.labelled = np.zeros(n_sites, np.bool_)

    @classmethod
    def of(cls, model: BoneModel) -> Memory:
        """Return the memory of fresh bone, compared with itself until month 0 comes."""
        memory = cls(model.trabecula.n_sites)
        memory.origin = bone_of(model)
        return memory

    def begin(self, model: BoneModel) -> None:
        """Remember today as month 0."""
        self.begun = True
        self.origin = bone_of(model)
        self.arrears = 1.0

    def watch(self, model: BoneModel) -> None:
        """Give a label some days before each month's sample, and take the biopsy on its day."""
        gap = model.spec.host.label_gap_days
        if model.day == next_sample_day(model.day) - gap:
            self.give_label(model)
        elif self.label_day is not None and model.day == self.label_day + gap:
            self.take_biopsy(model)

    def give_label(self, model: BoneModel) -> None:
        """Give the first tetracycline label: it sticks where bone is being laid down."""
        sites = model.trabecula.sites
        self.labelled = sites["state"] == FORMATION
        self.label_nm = sites["height"].copy()
        self.label_day = model.day

    def take_biopsy(self, model: BoneModel) -> None:
        """Read a double label: mineralising surface (double + half of single) and its rate.

        Both labels stand for matrix; the constant mineralisation lag moves them alike.
        """
        sites = model.trabecula.sites
        second = sites["state"] == FORMATION
        apart = np.abs(sites["height"] - self.label_nm)
        both = self.labelled & second & (apart >= LEAST_SEPARATION_NM)
        either = (self.labelled | second) & ~both
        surface = max(1, 2 * model.intact_columns)
        share = (np.count_nonzero(both) + 0.5 * np.count_nonzero(either)) / surface
        gap = model.spec.host.label_gap_days
        rate = float(apart[both].mean()) / 1000.0 / gap if both.any() else 0.0
        self.biopsy = {"ms_bs": share, "mar_um_per_day": rate}
        self.label_day = None

    def shift(self, days: int) -> None:
        """Move the clock's zero by `days`."""
        if self.label_day is not None:
            self.label_day -= days

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return what a snapshot keeps as arrays."""
        return {"label_nm": self.label_nm, "labelled": self.labelled}

    def numbers(self) -> dict[str, Any]:
        """Return what a snapshot keeps as JSON."""
        names = ("begun", "origin", "biopsy", "arrears", "label_day")
        return json.loads(json.dumps({name: getattr(self, name) for name in names}))

    @classmethod
    def restored(cls, arrays: Mapping[str, NDArray[Any]], numbers: Mapping[str, Any]) -> Memory:
        """Return a memory from a snapshot."""
        memory = cls(len(arrays["labelled"]))
        for name, value in {**arrays, **numbers}.items():
            setattr(memory, name, value.copy() if isinstance(value, np.ndarray | dict) else value)
        return memory


def bone_of(model: BoneModel) -> dict[str, float]:
    """Return mineral, strength and the parts of the bone, of which changes are told."""
    return density.state(model) | budget.state(model)


def next_sample_day(day: int) -> int:
    """Return the first monthly sample day on or after `day`."""
    month = int(np.floor(12 * day / 365)) - 1
    while round(365 * month / 12) < day:
        month += 1
    return round(365 * month / 12)
