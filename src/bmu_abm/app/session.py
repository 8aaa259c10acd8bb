"""A visitor's bone: it lives at a wanted pace, is treated, touched, taken back and compared.

Every method may be called from any thread; what it asks for is done by the session's own.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any

from bmu_abm.app.acts import Act
from bmu_abm.app.arm import Arm
from bmu_abm.app.growing import grown
from bmu_abm.app.limits import LAPTOP, Limits
from bmu_abm.app.pace import Pace
from bmu_abm.app.serial import Serial
from bmu_abm.app.trial import Trial
from bmu_abm.app.worker import ONE_AT_A_TIME
from bmu_abm.errors import InputError
from bmu_abm.scenario import Scenario

_HIGHEST_SEED = 9999
_SHOWN_EVERY_S = 0.3


class Session(Serial):
    """A bone, its treatments and its clock.

    Parameters
    ----------
    scenario : Scenario
        What is opened first.
    seed : int
    limits : Limits
    grow : callable
        Makes a bone at month 0: ``grow(scenario, seed, told)``.

    Attributes
    ----------
    trial : Trial
        The bone, or the two that are compared, with their acts.
    playing : bool
    version, urgent : int
        Grow with whatever can be seen, and with what somebody asked for.
    growing : float or None
        Share of the burn-in that has been lived, while one is.
    watchers : list of callable
        See the treated bone after each day.
    """

    def __init__(
        self,
        scenario: Scenario,
        seed: int = 1,
        *,
        limits: Limits = LAPTOP,
        grow: Callable[..., Any] = grown,
    ) -> None:
        super().__init__(self._turn)
        self.limits, self._grow = limits, grow
        self.trial = Trial(limits.check(scenario), seed)
        self.playing, self.version, self.urgent, self._heeded = False, 0, 0, 0
        self.growing: float | None = None
        self.watchers: list[Callable[[Any], None]] = []
        self.pace = Pace(min(30.0, limits.most_days_a_second))
        self._worker.start()
        self.submit(lambda: self._open(scenario, seed, [], 0))

    # -- the thread -----------------------------------------------------------------------------

    def _turn(self) -> float | None:
        pause = None
        if self.urgent != self._heeded:  # a click is answered before the bone lives on
            self._heeded = self.urgent
            self._beat()
        if self.playing and self.arms:
            with ONE_AT_A_TIME:
                pause = self._told(lambda: self.pace.live(self._live_a_day))
        self._beat()
        return pause

    def _see(self, at_once: bool = False) -> None:
        self.version += 1
        self.urgent += at_once

    # -- what is there --------------------------------------------------------------------------

    @property
    def ready(self) -> bool:
        """Whether there is a bone to look at."""
        return bool(self.arms)

    @property
    def arms(self) -> list[Arm]:
        """The treated bone, and the untreated one while they are compared."""
        return self.trial.arms

    @property
    def acts(self) -> list[Act]:
        """What was done so far, by day."""
        return self.trial.acts

    @property
    def ghost(self) -> list[dict[str, Any]]:
        """Points of the branch that was left."""
        return self.trial.ghost

    @property
    def epoch(self) -> int:
        """Grows when a history begins anew or is cut."""
        return self.trial.epoch

    @property
    def base(self) -> Scenario:
        """The scenario as it was opened."""
        return self.trial.base

    @property
    def seed(self) -> int:
        """The seed of the bone."""
        return self.trial.seed

    @property
    def model(self) -> Any:
        """The treated bone."""
        return self.trial.model

    @property
    def day(self) -> int:
        """Days since month 0."""
        return self.trial.day

    @property
    def scenario(self) -> Scenario:
        """The plan as it stands now."""
        return self.trial.scenario

    @property
    def last_day(self) -> int:
        """The day on which the plan ends."""
        return self.trial.last_day

    # -- the clock ------------------------------------------------------------------------------

    def play(self, on: bool = True) -> Future[None]:
        """Let the bone live, or hold it."""
        return self.submit(lambda: self._play(on))

    def _play(self, on: bool) -> None:
        if on and self.arms and self.day >= self.last_day:
            raise InputError("This is the end of the plan: make it longer, or go back.")
        self.playing = on
        self.pace.restart()
        self._see(at_once=True)

    def step(self, days: int = 1) -> Future[None]:
        """Live some days and hold."""
        return self.submit(lambda: self._step(days))

    def _step(self, days: int) -> None:
        self.playing = False
        self._live_to(min(self.day + max(1, min(days, 365)), self.last_day))

    def set_speed(self, days_a_second: float) -> Future[None]:
        """Set how fast days pass."""
        wanted = min(max(float(days_a_second), 1.0), self.limits.most_days_a_second)

        def task() -> None:
            self.pace.days_a_second = wanted
            self.pace.restart()
            self._see(at_once=True)

        return self.submit(task)

    def _live_a_day(self) -> bool:
        lived = self.trial.live_a_day()
        if lived:
            for watcher in self.watchers:
                watcher(self.model)
        else:
            self.playing = False
        self._see()
        return lived

    def _live_to(self, day: int) -> None:
        shown = time.monotonic()
        while self.day < day and not self.closed:
            self._live_a_day()
            if time.monotonic() - shown > _SHOWN_EVERY_S:
                self._beat()
                shown = time.monotonic()
        self.trial.perform_due()
        self._see(at_once=True)

    # -- the bone -------------------------------------------------------------------------------

    def open(
        self, scenario: Scenario, seed: int, acts: list[Act] | None = None, day: int = 0
    ) -> Future[None]:
        """Open another bone; with acts and a day, one that has lived until then."""
        return self.submit(lambda: self._open(scenario, seed, acts or [], day))

    def reset(self) -> Future[None]:
        """Begin again with the same seed, with the plan as it stands."""
        return self.submit(lambda: self._open(self.scenario, self.seed, [], 0))

    def new_seed(self) -> Future[None]:
        """Begin again with another trabecula of the same host."""
        seed = 1 + secrets.randbelow(_HIGHEST_SEED)
        return self.submit(lambda: self._open(self.scenario, seed, [], 0))

    def _open(self, scenario: Scenario, seed: int, acts: list[Act], day: int) -> None:
        self.limits.check(scenario)
        self.playing, compared = False, len(self.arms) == 2
        self._growing(0.0)
        try:
            model = self._grow(scenario, seed, self._told_day(scenario))
        finally:
            self._growing(None)
        self.trial.begin(scenario, seed, acts, model)
        if compared:
            self._compare(True)
        self._live_to(min(day, self.last_day))

    def _growing(self, share: float | None) -> None:
        self.growing = share
        self._see()
        self._beat()

    def _told_day(self, scenario: Scenario) -> Callable[[int], bool]:
        from bmu_abm.body import first_day

        first = min(first_day(scenario), -1)

        def told(day: int) -> bool:
            self._growing(max(0.0, min(1.0, 1.0 - day / first)))
            return not self.closed

        return told

    # -- acting ---------------------------------------------------------------------------------

    def plan(self, data: Mapping[str, Any]) -> Future[None]:
        """Change treatments, parameters or the length of the plan; it acts on the next step."""
        return self.submit(lambda: self._plan(dict(data)))

    def _plan(self, data: dict[str, Any]) -> None:
        self.trial.plan(data)
        self._see(at_once=True)

    def touch(self, data: Mapping[str, Any]) -> Future[None]:
        """Use a tool of the pointer on the bone."""
        return self.submit(lambda: self._touch(dict(data)))

    def _touch(self, data: dict[str, Any]) -> None:
        self.trial.touch(data)
        self._see(at_once=True)

    # -- time travel ----------------------------------------------------------------------------

    def go_to(self, day: int) -> Future[None]:
        """Go to another day: back to a kept one and on from there, or ahead."""
        return self.submit(lambda: self._go_to(day))

    def _go_to(self, day: int) -> None:
        day = max(0, min(day, self.last_day))
        if day < self.day:
            self.playing = False
            self.trial.go_back(day)
        self._live_to(day)

    def undo(self) -> Future[None]:
        """Take back the last act, and live again from there to today."""
        return self.submit(self._undo)

    def _undo(self) -> None:
        today = self.day
        self.trial.take_back()
        self._live_to(min(today, self.last_day))

    # -- two arms -------------------------------------------------------------------------------

    def compare(self, on: bool) -> Future[None]:
        """Show the same trabecula without treatment beside this one, or no longer."""
        return self.submit(lambda: self._compare(on))

    def _compare(self, on: bool) -> None:
        def told(share: float) -> bool:
            self._growing(share)
            return not self.closed

        try:
            self.trial.compare(on, told)
        finally:
            self._growing(None)
        self._see(at_once=True)
