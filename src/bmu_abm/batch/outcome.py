"""What a sweep leaves besides its tables: points.csv, summary.json, provenance.json."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from bmu_abm import __version__
from bmu_abm.batch.plan import Plan, Run
from bmu_abm.batch.shards import Stores
from bmu_abm.interventions.plan import Plan as Treatment
from bmu_abm.runs.files import machine_errors, write_atomically
from bmu_abm.runs.output import to_csv, to_json
from bmu_abm.runs.provenance import machine, versions
from bmu_abm.runs.records import Record

_TOLD_FAILURES = 20
_OF_THE_MACHINE = {"WorkerDied", "KilledWorker", "MachineError", "OSError", "MemoryError"}


@dataclass(frozen=True)
class Outcome:
    """How far a sweep has come.

    Attributes
    ----------
    runs : list of Run
        All that were planned, in order.
    done : int
        How many of them are finished.
    failures : list of dict
        Records of those that failed, by run id.
    surface_mm2 : float
        Of all finished runs together.
    """

    runs: list[Run]
    done: int
    failures: list[Record]
    surface_mm2: float

    @classmethod
    def of(cls, runs: list[Run], stores: Stores) -> Outcome:
        """Look up the runs in the stores."""
        records = [stores.finished(run.run_id) for run in runs]
        kept = [record for record in records if record is not None]
        wanted = {run.run_id for run in runs}
        failed = [record for record in stores.failures() if record["run_id"] in wanted]
        surface = sum(float(record["surface_mm2"]) for record in kept)
        return cls(runs, len(kept), sorted(failed, key=lambda r: str(r["run_id"])), surface)

    @property
    def failed(self) -> int:
        """Number of planned runs that failed."""
        keys = {record["run_id"] for record in self.failures}
        return sum(run.run_id in keys for run in self.runs)

    @property
    def missing(self) -> int:
        """Number of planned runs that were neither finished nor failed."""
        return len(self.runs) - self.done - self.failed

    @property
    def exit_code(self) -> int:
        """0 nothing failed; else of the gravest: 1 a defect, 3 the machine, 2 a wrong input."""
        kinds = {record["kind"] for record in self.failures}
        if kinds - _OF_THE_MACHINE - {"InputError"}:
            return 1
        if kinds & _OF_THE_MACHINE:
            return 3
        return 2 if kinds else 0


def write_outcome(
    folder: Path,
    plan: Plan,
    outcome: Outcome,
    stores: Stores,
    told: Mapping[str, Any],
    command: str | None,
) -> None:
    """Write points.csv, summary.json and provenance.json.

    Parameters
    ----------
    told : mapping
        What else the summary says: the status, the stopping rule.

    Raises
    ------
    MachineError
        The disk is full or the folder is not writable.
    """
    _write(folder / "points.csv", to_csv(points_table(plan, outcome, stores)))
    _write(folder / "summary.json", to_json(_summary(plan, outcome, told)))
    _write(folder / "provenance.json", to_json(_provenance(plan, command)))


def _write(path: Path, data: bytes) -> None:
    with machine_errors(path):
        write_atomically(path, data)


def points_table(plan: Plan, outcome: Outcome, stores: Stores) -> pd.DataFrame:
    """Return the points with `planned`, `done` and `failed` runs of each."""
    frame = plan.design.frame()
    keys = {record["run_id"] for record in outcome.failures}
    planned = Counter(run.point for run in outcome.runs)
    done = Counter(r.point for r in outcome.runs if stores.finished(r.run_id) is not None)
    failed = Counter(run.point for run in outcome.runs if run.run_id in keys)
    for name, counter in (("planned", planned), ("done", done), ("failed", failed)):
        frame[name] = [counter[point] for point in frame["point"]]
    return frame


def _summary(plan: Plan, outcome: Outcome, told: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "title": plan.study.title,
        **told,
        "points": len(plan.design.rows),
        "runs": {
            "planned": len(outcome.runs),
            "done": outcome.done,
            "failed": outcome.failed,
            "missing": outcome.missing,
        },
        "surface_mm2": outcome.surface_mm2,
        "failures": [_failure(r) for r in outcome.failures[:_TOLD_FAILURES]],
    }


def _failure(record: Record) -> dict[str, Any]:
    return {key: record[key] for key in ("run_id", "replicate", "kind", "error")}


def _provenance(plan: Plan, command: str | None) -> dict[str, Any]:
    base = plan.study.base
    treatment = Treatment.from_scenario(base)
    return {
        "version": __version__,
        "versions": versions(),
        "platform": machine(),
        "command": command,
        "study_file": plan.study.source,
        "study": plan.study.to_dict(),
        "scenario_name": base.name,
        "scenario": base.to_dict(),
        "seed": plan.study.seed,
        "varied": _varied(plan),
        "interventions": treatment.provenance(),
        "warnings": treatment.warnings(),
    }


def _varied(plan: Plan) -> list[dict[str, Any]]:
    axes: Sequence[Any] = plan.design.axes
    return [{"path": axis.path, "column": axis.name, "base": axis.base} for axis in axes]
