"""The plan of a scenario: which intervention acts on which day, in which order, and how much."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bmu_abm.clock import MONTHS_PER_YEAR, day_of_month
from bmu_abm.interventions import registry
from bmu_abm.interventions.declaration import Between
from bmu_abm.interventions.dosing import Schedule
from bmu_abm.interventions.registry import Intervention
from bmu_abm.interventions.verbs import Effect, Environment, Today, phase_of

if TYPE_CHECKING:
    from bmu_abm.host import Host
    from bmu_abm.scenario import Course, Scenario


@dataclass(frozen=True)
class Arm:
    """One intervention of a scenario, with its numbers and its days.

    Attributes
    ----------
    intervention : Intervention
        What is given.
    course : Course
        What the scenario says about it.
    values : dict of str to float
        Its parameters (defaults, then the scenario's), and the host's numbers as `host.NAME`.
    schedule : Schedule
        When it is given.
    closed : list of str
        Conditions on the host that are not met; the intervention acts only if there are none.
    """

    intervention: Intervention
    course: Course
    values: dict[str, float]
    schedule: Schedule
    closed: list[str]

    def today(self, day: int) -> Today:
        """Return what the effects need to know of a day."""
        return Today(self.schedule, day, self.values, 0.0 if self.closed else 1.0)


class Plan:
    """What acts on the bone and when.

    Effects act in the order of the scenario, except that drivers are set in the order levels,
    multiples, additions, floors.
    """

    def __init__(self, arms: list[Arm], months: float) -> None:
        self.arms = arms
        self.months = months
        steps = [(effect, arm) for arm in arms for effect in arm.intervention.declaration.effect]
        self._steps: list[tuple[Effect, Arm]] = sorted(steps, key=lambda step: phase_of(step[0]))

    @classmethod
    def from_scenario(cls, scenario: Scenario) -> Plan:
        """Return the plan of a scenario."""
        arms = [_arm(course, scenario.host) for course in scenario.intervention]
        return cls(arms, scenario.years * MONTHS_PER_YEAR)

    def apply(self, day: int, environment: Environment) -> None:
        """Let every intervention act on the environment of `day` (>= 0)."""
        for effect, arm in self._steps:
            effect.act(arm.today(day), environment)
        for arm in self.arms:
            if arm.intervention.act is not None:
                arm.intervention.act(arm.today(day), environment)

    def warnings(self) -> list[str]:
        """Return what a user should know: closed gates, label limits passed, late starts."""
        late = [
            f"{arm.course.use} starts in month {arm.course.start_month:g}, after the run's end"
            for arm in self.arms
            if arm.course.start_month >= self.months
        ]
        gates = [
            f"{arm.course.use} does not act: {text}" for arm in self.arms for text in arm.closed
        ]
        return [*gates, *self._label_warnings(), *late]

    def _label_warnings(self) -> list[str]:
        out = []
        for name in dict.fromkeys(arm.course.use for arm in self.arms):
            label = registry.find(name).declaration.label
            months = self.months_of(name)
            if label is not None and months > label.max_months:
                out.append(
                    f"{name} is given for {months:g} months, longer than the "
                    f"{label.max_months:g} months of its label"
                )
        return out

    def months_of(self, name: str) -> float:
        """Return for how many months of the run an intervention is given, all courses together."""
        return sum(_months(arm.course, self.months) for arm in self.arms if arm.course.use == name)

    def provenance(self) -> list[dict[str, Any]]:
        """Return every intervention with its numbers, units and sources (JSON-able)."""
        return [self._record(arm) for arm in self.arms]

    def _record(self, arm: Arm) -> dict[str, Any]:
        declaration, course = arm.intervention.declaration, arm.course
        label = declaration.label
        months = self.months_of(course.use)
        return {
            "use": course.use,
            "title": declaration.title,
            "kind": declaration.kind,
            "origin": arm.intervention.origin,
            "start_month": course.start_month,
            "stop_month": course.stop_month,
            "parameters": {
                name: {"value": arm.values[name], "unit": declared.unit, "source": declared.source}
                for name, declared in declaration.parameters.items()
            },
            "sources": declaration.sources,
            "gates_not_met": arm.closed,
            "label_exceeded": label is not None and months > label.max_months,
            "effects": [effect.model_dump(mode="json") for effect in declaration.effect],
            "classes": declaration.classes,
            "evidence": declaration.evidence,
            "side_effects": [s.model_dump(exclude_none=True) for s in declaration.side_effect],
        }


def _arm(course: Course, host: Host) -> Arm:
    intervention = registry.find(course.use)
    declared = intervention.declaration.parameters
    values = {name: parameter.default for name, parameter in declared.items()} | course.settings
    schedule = _schedule(course, values)
    values |= {f"host.{k}": v for k, v in host if isinstance(v, float)}
    return Arm(intervention, course, values, schedule, _closed_gates(intervention, host))


def _schedule(course: Course, values: dict[str, float]) -> Schedule:
    return Schedule(
        start_day=day_of_month(course.start_month),
        stop_day=None if course.stop_month is None else day_of_month(course.stop_month),
        every_days=round(values["every_days"]) if "every_days" in values else None,
        most_doses=round(values["doses"]) if "doses" in values else None,
    )


def _closed_gates(intervention: Intervention, host: Host) -> list[str]:
    closed = []
    for name, gate in intervention.declaration.gates.items():
        value = getattr(host, name)
        if isinstance(gate, Between):
            if value is None or not gate.low <= value <= gate.high:
                closed.append(f"the host's {name} is not from {gate.low:g} to {gate.high:g}")
        elif value not in gate:
            closed.append(f"the host's {name} is {value}, not {' or '.join(gate)}")
    return closed


def _months(course: Course, end: float) -> float:
    stop = end if course.stop_month is None else min(end, course.stop_month)
    return max(0.0, stop - course.start_month)
