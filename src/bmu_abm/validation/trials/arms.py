"""The arms of the trials (`arms.toml`): whose bone lives them, and what it is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from bmu_abm import tomlfile
from bmu_abm.faults import fault
from bmu_abm.interventions import registry
from bmu_abm.scenario import Scenario

_SOURCE = "arms.toml"


@dataclass(frozen=True)
class TrialArm:
    """An arm that one or several trials have.

    Attributes
    ----------
    name : str
        What `rows.csv` calls it.
    host : str or table
        Whose bone it is.
    years : float
        Length.
    courses : sequence of tables
        What is given, as in a scenario; beside `dose` may stand the `unit` that is meant.
    sample_every_days : int or None
        Where trials measured between whole months.
    """

    name: str
    host: str | Mapping[str, Any]
    years: float
    courses: Sequence[Mapping[str, Any]]
    sample_every_days: int | None = None

    def missing(self) -> str | None:
        """Return why the arm cannot be lived, or None: an intervention does not ship."""
        lost = [c["use"] for c in self.courses if c["use"] not in registry.names()]
        return f"no intervention {lost[0]}" if lost else None

    def scenario(self) -> Scenario:
        """Return the arm as a scenario.

        Raises
        ------
        InputError
            A dose is in another unit than its intervention declares, or the table is wrong.
        """
        table: dict[str, Any] = {
            "title": f"Trial arm: {self.name}",
            "host": self.host,
            "years": self.years,
            "intervention": [self._course(course) for course in self.courses],
        }
        if self.sample_every_days is not None:
            table["sample_every_days"] = self.sample_every_days
        return Scenario.from_dict(table, _SOURCE, self.name)

    def _course(self, course: Mapping[str, Any]) -> dict[str, Any]:
        plain = {key: value for key, value in course.items() if key != "unit"}
        if "unit" in course:
            declared = registry.find(course["use"]).declaration.parameters.get("dose")
            unit = None if declared is None else declared.unit
            if unit != course["unit"]:
                what = f"the dose of {course['use']} is in {course['unit']}, its file has {unit}"
                raise fault(_SOURCE, f"arms.{self.name}", what, "convert the dose")
        return plain


@cache
def arms() -> dict[str, TrialArm]:
    """Return the arms by name."""
    file = resources.files(__package__) / _SOURCE
    data = tomlfile.parse(file.read_text(encoding="utf-8"), _SOURCE).data
    return {name: _arm(name, table, data) for name, table in data["arms"].items()}


def _arm(name: str, table: Mapping[str, Any], data: Mapping[str, Any]) -> TrialArm:
    own_hosts, host = data["hosts"], table["host"]
    background = data["backgrounds"][table["background"]] if "background" in table else []
    return TrialArm(
        name,
        {"name": host, **own_hosts[host]} if host in own_hosts else host,
        float(table["years"]),
        [*background, *table.get("courses", [])],
        table.get("sample_every_days"),
    )
