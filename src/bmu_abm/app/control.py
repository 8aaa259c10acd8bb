"""The untreated arm: the same host and its disease, without drugs, grafts and changed numbers."""

from __future__ import annotations

from bmu_abm.interventions import registry
from bmu_abm.scenario import Scenario

NO_TREATMENT = ("disease", "genotype", "hypothesis")


def control_of(base: Scenario, plan: Scenario) -> Scenario:
    """Return what the untreated twin lives through.

    Parameters
    ----------
    base : Scenario
        As the bone was opened: its parameters.
    plan : Scenario
        As it stands: its length, and those of its courses that are no treatment.
    """
    courses = [
        course.table()
        for course in plan.intervention
        if registry.find(course.use).declaration.kind in NO_TREATMENT
    ]
    table = {**base.to_dict(), "years": plan.years, "intervention": courses}
    return Scenario.from_dict(table, base.source, base.name)
