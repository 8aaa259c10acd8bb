"""What one visitor may ask of the machine, and how many visitors there may be."""

from __future__ import annotations

from dataclasses import dataclass, replace

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
        Fastest drawing of a page.
    frames_in_all : float
        Frames a second that all pages share, so that a class is served evenly and clicks get
        through.
    days_in_all : float
        Days a second that all bones share.
    """

    most_sites: int = 40_000
    most_days_a_second: float = MOST_DAYS_A_SECOND
    most_sessions: int = 40
    frames_a_second: float = 40.0
    frames_in_all: float = 80.0
    days_in_all: float = MOST_DAYS_A_SECOND

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

    def gap_s(self, playing: int) -> float:
        """Return the seconds between two frames of a page while so many pages play."""
        return max(1.0 / self.frames_a_second, playing / self.frames_in_all)

    def days_a_second(self, playing: int) -> float:
        """Return the days a second that there is room for on a page while so many pages play."""
        return self.days_in_all / max(1, playing)


LAPTOP = Limits()
_CLASS = Limits(
    most_sites=10_000, most_days_a_second=60.0, frames_a_second=10.0, frames_in_all=54.0
)
DAYS_A_CORE = 28.0


def for_class(cores: int) -> Limits:
    """Return the limits for many visitors on a machine with so many cores.

    Days cost processor time, and what they take is missing for frames and clicks: of those of a
    small patch a core has room for `DAYS_A_CORE` a second beside the frames. They are lived in one
    process, which does not get beyond what one visitor may ask for, however many cores there are.
    """
    return replace(_CLASS, days_in_all=min(DAYS_A_CORE * max(1, cores), MOST_DAYS_A_SECOND))
