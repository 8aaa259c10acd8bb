"""What an intervention does beside bone, as data: it is told, and never acts on the bone."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from bmu_abm.schema import Table, problem

DrugClass = Literal[
    "anabolic",
    "antiresorptive",
    "bisphosphonate",
    "calcitonin",
    "calcium",
    "estrogen",
    "pth analogue",
    "serm",
    "vitamin D",
]
Known = Literal["emergent", "index", "gate", "label", "not quantified"]


class SideEffect(Table):
    """A side effect of an intervention.

    Attributes
    ----------
    id : str
        Its name in the register of mechanisms.
    name : str
        What it is.
    known : str
        `emergent`: the column `readout` shows it; `index`: a relative risk while it is given;
        `gate` and `label`: a limit of the declaration, which is warned of; `not quantified`.
    readout : str or None
        Column in which an emergent one is seen.
    index : float or None
        Relative risk while it is given, 1 for none; those of several interventions multiply.
    source : str
        Where it is written.
    """

    id: str = Field(pattern=r"^se(-[a-z0-9]+)+$")
    name: str = Field(min_length=1, max_length=100)
    known: Known
    readout: str | None = None
    index: float | None = Field(None, ge=0.0, le=100.0)
    source: str = Field(min_length=1)

    @model_validator(mode="after")
    def _says_how(self) -> SideEffect:
        for key, kind in (("readout", "emergent"), ("index", "index")):
            if (getattr(self, key) is not None) != (self.known == kind):
                what = f"goes with known = '{kind}', and only with it"
                raise problem(what, f"give {key}, or another 'known'", key)
        return self
