"""How much bone surface a run simulates, and how finely."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from bmu_abm.faults import show, suggest
from bmu_abm.schema import Table, problem

NAMED_PATCHES = {"tiny": 40, "small": 100, "reference": 200}
FEWEST_SITES, MOST_SITES = 20, 1000


def _sides(value: Any) -> Any:
    """Accept one number for a square face."""
    sides = [value, value] if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(sides, list | tuple) or len(sides) != 2:
        raise problem(f"must be a whole number or [nx, ny], is {show(value)}", "write sites = 100")
    for side in sides:
        if not isinstance(side, int) or isinstance(side, bool):
            raise problem(f"must be whole numbers, is {show(value)}", "write sites = [100, 100]")
        if not FEWEST_SITES <= side <= MOST_SITES or side % 2:
            what = f"is {show(side)} but must be an even number from {FEWEST_SITES} to {MOST_SITES}"
            raise problem(what, "change the number of sites")
    return tuple(sides)


class Patch(Table):
    """The simulated piece of a trabecular plate.

    Attributes
    ----------
    sites : (int, int)
        Sites along x and y of one face: even, 20 to 1000.
    site_um, slice_um : float
        Edge of a site (um; the rules of the cells are written for 10) and thickness of a slice
        of bone (um).
    """

    sites: Annotated[tuple[int, int], BeforeValidator(_sides)] = Field(
        description="sites along x and y of one face"
    )
    site_um: float = Field(10.0, ge=10.0, le=10.0, description="edge of a site (um)")
    slice_um: float = Field(5.0, ge=2.5, le=10.0, description="thickness of a slice (um)")

    @model_validator(mode="before")
    @classmethod
    def _named(cls, value: Any) -> Any:
        if not isinstance(value, str | dict | Patch):
            mend = 'write patch = "small"'
            raise problem(f"must be a name or a table, is {show(value)}", mend)
        if not isinstance(value, str):
            return value
        if value not in NAMED_PATCHES:
            raise problem(f"unknown patch {show(value)}", suggest(value, NAMED_PATCHES))
        return {"sites": NAMED_PATCHES[value]}

    @property
    def nx(self) -> int:
        """Sites along x of one face."""
        return self.sites[0]

    @property
    def ny(self) -> int:
        """Sites along y of one face."""
        return self.sites[1]

    @property
    def surface_mm2(self) -> float:
        """Surface of both faces (mm2)."""
        return 2 * self.nx * self.ny * (self.site_um / 1000.0) ** 2
