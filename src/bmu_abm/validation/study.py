"""What a study is: arms over the same patches, and the numbers that are made of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from bmu_abm.scenario import Scenario

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
    """

    scenario: str
    settings: Mapping[str, str] = field(default_factory=dict)

    def resolved(self) -> Scenario:
        """Return the scenario."""
        return Scenario.load(self.scenario).with_settings(self.settings)


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
