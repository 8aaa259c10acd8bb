"""What one visitor may ask of the machine, and how many visitors there may be."""

from __future__ import annotations

from dataclasses import dataclass

from bmu_abm.faults import fault
from bmu_abm.scenario import Scenario

MOST_DAYS_A_SECOND = 365.0


@dataclass(frozen=True)
class Limits:
    """Bounds of a server.

    Attributes
    ----------
    most_sites : int
        Sites of a face: 10000 is the small patch.
    most_days_a_second : float
        Fastest speed.
    most_sessions : int
        Open pages; further ones are told that the house is full.
    frames_a_second : float
        Fastest drawing.
    """

    most_sites: int = 40_000
    most_days_a_second: float = MOST_DAYS_A_SECOND
    most_sessions: int = 40
    frames_a_second: float = 40.0

    def check(self, scenario: Scenario) -> Scenario:
        """Return the scenario if it may run here; InputError if its patch is too large."""
        sites = scenario.patch.nx * scenario.patch.ny
        if sites > self.most_sites:
            what = f"has {sites} sites a face, and this page allows {self.most_sites}"
            raise fault(scenario.source, "patch", what, 'write patch = "small"')
        if scenario.steps_per_day != 1:
            what = f"is {scenario.steps_per_day}, and this page lives one step a day"
            raise fault(scenario.source, "steps_per_day", what, "write steps_per_day = 1")
        return scenario


LAPTOP = Limits()
CLASS = Limits(most_sites=10_000, most_days_a_second=60.0, frames_a_second=10.0)
