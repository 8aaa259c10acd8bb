"""What somebody did to a bone and on which day: enough to live the same life again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bmu_abm.clock import day_of_month
from bmu_abm.faults import fault, show
from bmu_abm.scenario import Scenario

if TYPE_CHECKING:
    from bmu_abm.model import BoneModel

MOST_ACTS = 400
PLAN, TOUCH = "plan", "touch"


@dataclass(frozen=True)
class Act:
    """One deed.

    Attributes
    ----------
    day : int
        It acts before the step of this day.
    kind : str
        `plan`: treatments, parameters or length of the scenario change; `touch`: the pointer.
    data : dict
        JSON-able: the changed keys of the scenario, or the tool and its place.
    """

    day: int
    kind: str
    data: Mapping[str, Any]

    def table(self) -> dict[str, Any]:
        """Return the act as it stands in a link."""
        return {"day": self.day, "kind": self.kind, "data": dict(self.data)}


PLAN_KEYS = ("intervention", "parameters", "years")


def changed(scenario: Scenario, data: Mapping[str, Any]) -> Scenario:
    """Return a scenario with other treatments, parameters or another length, checked.

    Raises
    ------
    InputError
        A value is not allowed, or a key may not change during a run.
    """
    for key in data:
        if key not in PLAN_KEYS:
            raise fault("plan", key, "cannot change during a run", "restart to apply it")
    table = {**scenario.to_dict(), **data}
    return Scenario.from_dict(table, scenario.source, scenario.name)


def keep_the_past(old: Scenario, new: Scenario, day: int) -> None:
    """Refuse a plan that changes what has been given before today.

    A course that has begun keeps its start; it may stop from today on, or change its dose.

    Raises
    ------
    InputError
        A course would begin, or stop, in the past.
    """
    begun = {(one.use, one.start_month): one for one in old.intervention}
    for number, course in enumerate(new.intervention):
        if day_of_month(course.start_month) >= day:
            continue
        before = begun.get((course.use, course.start_month))
        key = f"intervention.{number}"
        if before is None:
            raise fault("plan", f"{key}.start_month", "is in the past", "go back, or start later")
        stop = course.stop_month
        if stop is not None and stop != before.stop_month and day_of_month(stop) < day:
            raise fault("plan", f"{key}.stop_month", "is in the past", "stop it now, or go back")


def perform(model: BoneModel, act: Act) -> None:
    """Let an act happen to a model, between two steps."""
    from bmu_abm.app import touch

    if act.kind == PLAN:
        model.adopt(changed(model.spec, act.data))
    else:
        touch.use(model, act.data)


def read(table: Any) -> Act:
    """Check an act that came from outside.

    Raises
    ------
    InputError
        It has not the form of an act.
    """
    if not isinstance(table, dict) or set(table) != {"day", "kind", "data"}:
        raise fault("link", "acts", "has a deed of unknown form", "take the link again")
    day, kind, data = table["day"], table["kind"], table["data"]
    if isinstance(day, bool) or not isinstance(day, int) or not 0 <= day <= 60 * 365:
        raise fault("link", "acts.day", f"is {show(day)}", "give a day from 0 to 21900")
    if kind not in (PLAN, TOUCH) or not isinstance(data, dict):
        raise fault("link", "acts.kind", f"is {show(kind)}", "give plan or touch")
    return Act(day, kind, data)
