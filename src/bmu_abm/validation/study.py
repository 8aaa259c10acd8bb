"""What a study is: arms over the same patches, and the numbers that are made of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from bmu_abm.scenario import Scenario
from bmu_abm.validation.course import Chart

Frames = Mapping[str, pd.DataFrame]
Values = dict[str, tuple[float, float]]  # label: mean, standard error


@dataclass(frozen=True)
class Arm:
    """One scenario of a study, with what is set in it.

    Attributes
    ----------
    scenario : str
        Name of a shipped scenario.
    settings : dict of str to str
        Values by dotted path, as `--set` takes them.
    given : sequence of dict
        Interventions that are given beside those of the scenario.
    """

    scenario: str
    settings: Mapping[str, str] = field(default_factory=dict)
    given: Sequence[Mapping[str, object]] = ()

    def resolved(self) -> Scenario:
        """Return the scenario."""
        scenario = Scenario.load(self.scenario).with_settings(self.settings)
        if not self.given:
            return scenario
        table = scenario.to_dict()
        table["intervention"] = [*table["intervention"], *map(dict, self.given)]
        return Scenario.from_dict(table, self.scenario, scenario.name)


@dataclass(frozen=True)
class Study:
    """Arms over the same patches, and the numbers that are held against `targets.csv`."""

    title: str
    about: str
    replicates: int
    arms: Mapping[str, Arm]
    values: Callable[[Frames], Values]
    # Months for which the page tells the budget of loss, by arm.
    budgets: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    # What the page shows over time.
    charts: tuple[Chart, ...] = ()
