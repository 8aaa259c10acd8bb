"""A visitor's bone: it lives at a wanted pace, is treated, touched, taken back and compared.

Every method may be called from any thread; what it asks for is done by the session's own.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, TypeVar

from bmu_abm.app import acts as deeds
from bmu_abm.app.acts import PLAN, TOUCH, Act
from bmu_abm.app.arm import Arm
from bmu_abm.app.control import control_of
from bmu_abm.app.growing import Abandoned, grown
from bmu_abm.app.limits import LAPTOP, Limits
from bmu_abm.app.pace import Pace
from bmu_abm.app.worker import Worker
from bmu_abm.clock import DAYS_PER_YEAR
from bmu_abm.errors import BmuError, InputError
from bmu_abm.faults import fault
from bmu_abm.scenario import Scenario

T = TypeVar("T")
_HIGHEST_SEED = 9999
_SHOWN_EVERY_S, _TOLD_EVERY_DAYS = 0.3, 30


class Session:
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
    arms : list of Arm
        The treated bone, and the untreated one while they are compared. Empty until the first
        bone is there.
    acts : list of Act
        What was done so far, by day.
    playing : bool
    version, urgent : int
        Grow with whatever can be seen, and with what somebody asked for.
    epoch : int
        Grows when a history begins anew or is cut.
    growing : float or None
        Share of the burn-in that has been lived, while one is.
    """

    def __init__(
        self,
        scenario: Scenario,
        seed: int = 1,
        *,
        limits: Limits = LAPTOP,
        grow: Callable[..., Any] = grown,
    ) -> None:
        self.limits, self._grow = limits, grow
        self.base, self.seed = limits.check(scenario), seed
        self.arms: list[Arm] = []
        self.acts: list[Act] = []
        self.ghost: list[dict[str, Any]] = []
        self.playing, self.version, self.epoch, self.urgent = False, 0, 0, 0
        self.growing: float | None = None
        self.pace = Pace(min(30.0, limits.most_days_a_second))
        self.listeners: list[Callable[[], None]] = []
        self.on_notice: Callable[[str], None] = lambda line: None
        self._done = 0
        self._worker = Worker(self._turn)
        self._worker.start()
        self.submit(lambda: self._open(scenario, seed, [], 0))

    # -- the thread -----------------------------------------------------------------------------

    def submit(self, task: Callable[[], T]) -> Future[T | None]:
        """Let the session's thread do a task; a mistake becomes a notice."""
        return self._worker.submit(lambda: self._told(task))

    def ask(self, task: Callable[[], T], seconds: float = 120.0) -> T:
        """Let the thread do a task and wait for its result; mistakes are raised."""
        return self._worker.submit(task).result(seconds)

    def poke(self) -> None:
        """Let the listeners look again."""
        self._worker.poke()

    def close(self) -> None:
        """End the session."""
        self._worker.close()
        self.listeners.clear()

    @property
    def closed(self) -> bool:
        """Whether the session has ended."""
        return self._worker.closed

    def _told(self, task: Callable[[], T]) -> T | None:
        try:
            return task()
        except BmuError as error:
            self._notice(str(error))
        except Abandoned:
            pass
        except Exception as error:
            self.playing = False
            self._notice(f"a defect of ours: {type(error).__name__}: {error}; press Reset")
        return None

    def _notice(self, line: str) -> None:
        """Tell a mistake; a page that has gone must not end the thread."""
        with suppress(Exception):
            self.on_notice(line)

    def _turn(self) -> float | None:
        pause = None
        if self.playing and self.arms:
            pause = self._told(lambda: self.pace.live(self._live_a_day))
        self._beat()
        return pause

    def _beat(self) -> None:
        for listener in list(self.listeners):
            self._told(listener)

    def _see(self, at_once: bool = False) -> None:
        self.version += 1
        self.urgent += at_once

    # -- what is there --------------------------------------------------------------------------

    @property
    def ready(self) -> bool:
        """Whether there is a bone to look at."""
        return bool(self.arms)

    @property
    def model(self) -> Any:
        """The treated bone."""
        return self.arms[0].model

    @property
    def day(self) -> int:
        """Days since month 0."""
        return int(self.model.day)

    @property
    def scenario(self) -> Scenario:
        """The plan as it stands now."""
        return self.arms[0].model.spec if self.arms else self.base

    @property
    def last_day(self) -> int:
        """The day on which the plan ends."""
        return round(DAYS_PER_YEAR * self.scenario.years)

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
        if self.day >= self.last_day:
            self.playing = False
            self._see()
            return False
        self._perform_due()
        for arm in self.arms:
            arm.step()
        self._see()
        return True

    def _perform_due(self) -> None:
        while self._done < len(self.acts) and self.acts[self._done].day <= self.day:
            deeds.perform(self.model, self.acts[self._done])
            self._done += 1

    def _live_to(self, day: int) -> None:
        shown = time.monotonic()
        while self.day < day and not self.closed:
            self._live_a_day()
            if time.monotonic() - shown > _SHOWN_EVERY_S:
                self._beat()
                shown = time.monotonic()
        self._perform_due()
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
        self.base, self.seed = scenario, seed
        self.acts, self._done, self.ghost = sorted(acts, key=lambda act: act.day), 0, []
        self.arms = [Arm(model)]
        self.arms[0].begin()
        self.epoch += 1
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
        wanted = deeds.changed(self.scenario, data)
        if round(DAYS_PER_YEAR * wanted.years) < self.day:
            raise fault("plan", "years", "is in the past", "go back first")
        deeds.keep_the_past(self.scenario, wanted, self.day)
        last = self.acts[self._done - 1] if self._done else None
        if last is not None and last.kind == PLAN and last.day == self.day:
            self.acts[self._done - 1 :] = [Act(self.day, PLAN, {**last.data, **data})]
            self._done -= 1
        else:
            self._add(Act(self.day, PLAN, data))
        self._perform_due()
        self._follow_plan(data)
        self._see(at_once=True)

    def _follow_plan(self, data: Mapping[str, Any]) -> None:
        """Let the untreated bone have what is no treatment of the plan: its length, a disease."""
        if len(self.arms) == 2:
            control = self.arms[1].model
            control.adopt(control_of(self.base, self.scenario))

    def touch(self, data: Mapping[str, Any]) -> Future[None]:
        """Use a tool of the pointer on the bone."""
        return self.submit(lambda: self._touch(dict(data)))

    def _touch(self, data: dict[str, Any]) -> None:
        from bmu_abm.app import touch

        touch.check(data, self.model.trabecula.nx, self.model.trabecula.ny)
        self._add(Act(self.day, TOUCH, data))
        self._perform_due()
        self._see(at_once=True)

    def _add(self, act: Act) -> None:
        """Add an act today; what was planned for later by another branch is dropped."""
        if self._done >= deeds.MOST_ACTS:
            raise InputError("This bone has lived through enough: reset it.")
        self.acts[self._done :] = [act]

    # -- time travel ----------------------------------------------------------------------------

    def go_to(self, day: int) -> Future[None]:
        """Go to another day: back to a kept one and on from there, or ahead."""
        return self.submit(lambda: self._go_to(day))

    def _go_to(self, day: int) -> None:
        day = max(0, min(day, self.last_day))
        if day < self.day:
            self.playing = False
            self.ghost = self.arms[0].history.points
            for arm in self.arms:
                arm.go_back(day)
            self._done = sum(act.day < self.day for act in self.acts)
            self._readopt()
            self.epoch += 1
        self._live_to(day)

    def _readopt(self) -> None:
        """Give a restored control the plan of today: its own snapshot may hold an older one."""
        if len(self.arms) == 2:
            self.arms[1].model.adopt(control_of(self.base, self.scenario))

    def undo(self) -> Future[None]:
        """Take back the last act, and live again from there to today."""
        return self.submit(self._undo)

    def _undo(self) -> None:
        if not self._done:
            raise InputError("There is nothing to take back.")
        today, act = self.day, self.acts[self._done - 1]
        del self.acts[self._done - 1 :]
        self.ghost = self.arms[0].history.points
        for arm in self.arms:
            arm.go_back(act.day)
        self._done = sum(one.day < self.day for one in self.acts)
        self.epoch += 1
        self._live_to(min(today, self.last_day))

    # -- two arms -------------------------------------------------------------------------------

    def compare(self, on: bool) -> Future[None]:
        """Show the same trabecula without treatment beside this one, or no longer."""
        return self.submit(lambda: self._compare(on))

    def _compare(self, on: bool) -> None:
        from bmu_abm.model import BoneModel
        from bmu_abm.runs.snapshot_cache import decode

        self.arms = self.arms[:1]
        if on:
            snapshot = decode(self.arms[0].kept[0])
            if snapshot is None:
                raise InputError("The snapshot of month 0 is damaged: press Reset.")
            twin = Arm(BoneModel.restore(snapshot))
            twin.model.adopt(control_of(self.base, self.scenario))
            twin.begin_again(self.arms[0])
            self._live_twin(twin)
            self.arms.append(twin)
        self.epoch += 1
        self._see(at_once=True)

    def _live_twin(self, twin: Arm) -> None:
        """Let the untreated bone live until today, and tell how far it is."""
        try:
            while twin.model.day < self.day and not self.closed:
                twin.step()
                if twin.model.day % _TOLD_EVERY_DAYS == 0:
                    self._growing(twin.model.day / self.day)
        finally:
            self._growing(None)
