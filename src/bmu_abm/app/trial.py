"""A bone with all that was done to it, and its untreated twin while they are compared.

It knows days and acts, and neither clock nor thread: a session calls it from its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bmu_abm.app import acts as deeds
from bmu_abm.app.acts import PLAN, TOUCH, Act
from bmu_abm.app.arm import Arm
from bmu_abm.app.twin import twin_of
from bmu_abm.clock import DAYS_PER_YEAR
from bmu_abm.errors import InputError
from bmu_abm.faults import fault
from bmu_abm.interventions.plan import Plan
from bmu_abm.scenario import Scenario


class Trial:
    """One bone or two, their acts and their days.

    Parameters
    ----------
    base : Scenario
        As the bone is opened.
    seed : int

    Attributes
    ----------
    arms : list of Arm
        The treated bone, and the untreated one while they are compared. Empty until the first
        bone is there.
    acts : list of Act
        What was done so far, by day, and what a link says is still to be done.
    ghost : list of dict
        Points of the branch that was left.
    epoch : int
        Grows when a history begins anew or is cut.
    """

    def __init__(self, base: Scenario, seed: int) -> None:
        self.base, self.seed = base, seed
        self.arms: list[Arm] = []
        self.acts: list[Act] = []
        self.ghost: list[dict[str, Any]] = []
        self.epoch = 0
        self._done = 0
        self._warned: tuple[Scenario | None, list[str]] = (None, [])

    def begin(self, scenario: Scenario, seed: int, acts: list[Act], model: Any) -> None:
        """Take over a bone of month 0, with acts that its days will bring."""
        self.base, self.seed = scenario, seed
        self.acts, self._done, self.ghost = sorted(acts, key=lambda act: act.day), 0, []
        self.arms = [Arm(model)]
        self.arms[0].begin()
        self.epoch += 1

    # -- what is there --------------------------------------------------------------------------

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

    @property
    def warnings(self) -> list[str]:
        """What somebody who plans this should know; looked for once for each plan."""
        if self._warned[0] is not self.scenario:
            self._warned = (self.scenario, Plan.from_scenario(self.scenario).warnings())
        return self._warned[1]

    # -- days -----------------------------------------------------------------------------------

    def live_a_day(self) -> bool:
        """Perform what is due today and step; False at the end of the plan."""
        if self.day >= self.last_day:
            return False
        self.perform_due()
        for arm in self.arms:
            arm.step()
        return True

    def perform_due(self) -> None:
        """Perform the acts of the days until today."""
        while self._done < len(self.acts) and self.acts[self._done].day <= self.day:
            deeds.perform(self.model, self.acts[self._done])
            self._done += 1

    # -- acting ---------------------------------------------------------------------------------

    def plan(self, data: dict[str, Any]) -> None:
        """Change treatments, parameters or the length of the plan from today on."""
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
        self.perform_due()
        self._let_the_twin_follow()

    def touch(self, data: Mapping[str, Any]) -> None:
        """Use a tool of the pointer today."""
        from bmu_abm.app import touch

        touch.check(data, self.model.trabecula.nx, self.model.trabecula.ny)
        self._add(Act(self.day, TOUCH, data))
        self.perform_due()

    def _add(self, act: Act) -> None:
        """Add an act today; what was planned for later by another branch is dropped."""
        if self._done >= deeds.MOST_ACTS:
            raise InputError("This bone has lived through enough: reset it.")
        self.acts[self._done :] = [act]

    # -- time travel ----------------------------------------------------------------------------

    def go_back(self, day: int) -> None:
        """Restore the kept day before `day`; what came after it becomes the ghost."""
        self.ghost = self.arms[0].history.points
        for arm in self.arms:
            arm.go_back(day)
        self._done = sum(act.day < self.day for act in self.acts)
        self._let_the_twin_follow()
        self.epoch += 1

    def take_back(self) -> None:
        """Forget the last act, and go back to the kept day before it."""
        if not self._done:
            raise InputError("There is nothing to take back.")
        act = self.acts[self._done - 1]
        del self.acts[self._done - 1 :]
        self.go_back(act.day)

    # -- two arms -------------------------------------------------------------------------------

    def compare(self, on: bool, told: Callable[[float], bool]) -> None:
        """Let the same trabecula live without treatment until today, or no longer.

        `told` hears the share that has been lived, and returns whether to go on.
        """
        self.arms = self.arms[:1]
        if on:
            self.arms.append(twin_of(self.arms[0], self.base, told))
        self.epoch += 1

    def _let_the_twin_follow(self) -> None:
        """Give the untreated bone what is no treatment of the plan: its length, a disease."""
        from bmu_abm.app.control import control_of

        if len(self.arms) == 2:
            self.arms[1].model.adopt(control_of(self.base, self.scenario))
