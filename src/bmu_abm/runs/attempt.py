"""What a worker does with one point: run it, or tell why that failed."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bmu_abm.errors import BmuError, InputError, MachineError
from bmu_abm.faults import one_line
from bmu_abm.runs.points import Point
from bmu_abm.runs.simulate import Result, simulate

if TYPE_CHECKING:
    from bmu_abm.model import BoneModel


class RunFailed(BmuError):
    """A run failed by a defect of ours; a note carries the worker's traceback."""


@dataclass(frozen=True)
class Failure:
    """Why a run gave nothing.

    Attributes
    ----------
    kind : str
        Name of the exception's class.
    error : str
        Its message, on one line.
    traceback : str
        Where it came from; empty when the process died.
    """

    kind: str
    error: str
    traceback: str = ""

    @classmethod
    def of(cls, error: BaseException) -> Failure:
        """Describe an exception."""
        text = one_line(str(error)) or type(error).__name__
        return cls(type(error).__name__, text, "".join(traceback.format_exception(error)))

    def as_error(self) -> BmuError:
        """Return the exception that tells this failure to a user."""
        known = {"InputError": InputError, "MachineError": MachineError}
        if self.kind in known:
            return known[self.kind](self.error)
        error = RunFailed(f"{self.kind}: {self.error}")
        error.add_note(self.traceback)
        return error


def attempt(point: Point, model_class: type[BoneModel] | None) -> Result | Failure:
    """Run a point; what goes wrong is returned, since not every exception can be pickled."""
    try:
        return simulate(point.scenario, point.seed, point.replicate, model_class=model_class)
    except Exception as error:
        return Failure.of(error)
