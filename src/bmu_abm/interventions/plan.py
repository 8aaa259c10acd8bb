"""The plan of a scenario: which intervention acts on which day, in which order, and how much."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bmu_abm.clock import MONTHS_PER_YEAR, day_of_month
from bmu_abm.interventions import carriers, presets, registry
from bmu_abm.interventions.declaration import Between
from bmu_abm.interventions.dosing import Schedule
from bmu_abm.interventions.effect import Effect, Environment, Today
from bmu_abm.interventions.registry import Intervention
from bmu_abm.interventions.verbs import DepositEffect, phase_of

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
    reached : dict of str to float
        The same as cells of bone meet them, after the carrier.
    schedule : Schedule
        When it is given.
    closed : list of str
        Conditions on the host that are not met; the intervention acts only if there are none.
    """

    intervention: Intervention
    course: Course
    values: dict[str, float]
    reached: dict[str, float]
    schedule: Schedule
    closed: list[str]

    def today(self, day: int) -> Today:
        """Return what the effects need to know of a day."""
        gate = 0.0 if self.closed else 1.0
        return Today(self.schedule, day, self.reached, gate, self.course.route)

    def steps(self) -> list[tuple[Effect, Arm]]:
        """Return the effects of what is given and of its carrier, each with its numbers."""
        declaration, name = self.intervention.declaration, self.course.carrier
        own: list[tuple[Effect, Arm]] = [(effect, self) for effect in declaration.effect]
        if name == carriers.NONE:
            return own
        usual = declaration.parameters["dose"].default
        carrier = replace(self, reached=carriers.own_values(name, self.values["dose"], usual))
        return own + [(effect, carrier) for effect in carriers.find(name).effect]


class Plan:
    """What acts on the bone and when.

    Effects act in the order of the scenario, except that drivers are set in the order levels,
    multiples, additions, floors.
    """

    def __init__(self, arms: list[Arm], months: float) -> None:
        self.arms = arms
        self.months = months
        steps = [step for arm in arms for step in arm.steps()]
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

    @property
    def deposits(self) -> bool:
        """Whether a drug is given that bone mineral binds."""
        return any(isinstance(effect, DepositEffect) for effect, _ in self._steps)

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
        exposure = {}
        if "dose" in declaration.parameters:
            exposure = carriers.exposure(course.carrier, arm.values)
        return {
            "use": course.use,
            "title": declaration.title,
            "kind": declaration.kind,
            "origin": arm.intervention.origin,
            "package": arm.intervention.package,
            "start_month": course.start_month,
            "stop_month": course.stop_month,
            "form": course.form,
            "carrier": course.carrier,
            "exposure": exposure,
            "parameters": {
                name: {"value": arm.values[name], "unit": declared.unit, "source": declared.source}
                for name, declared in declaration.parameters.items()
            },
            "route": course.route,
            "presets": {
                kind: {"name": name, **presets.find(kind, name).model_dump(mode="json")}
                for kind, name in course.presets()
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
    intervention, values = registry.find(course.use), course.values()
    schedule = _schedule(course, values)
    values |= {f"host.{k}": v for k, v in host if isinstance(v, float)}
    reached = carriers.carried(course.carrier, values)
    return Arm(intervention, course, values, reached, schedule, _closed_gates(intervention, host))


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
