"""What one click of a student does to a session, and the life that follows, month by month."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bmu_abm.app.control import control_of
from bmu_abm.app.lessons.form import Run
from bmu_abm.app.lessons.reading import Lesson
from bmu_abm.app.session import Session
from bmu_abm.clock import day_of_month
from bmu_abm.errors import BmuError

if TYPE_CHECKING:
    from bmu_abm.model import BoneModel
    from bmu_abm.scenario import Scenario

SEED = 1
Rows = list[dict[str, Any]]
Lived = dict[str, Rows]
Grow = Callable[["Scenario", int, Any], "BoneModel"]


def stage(session: Session, lesson: Lesson, run: Run) -> None:
    """Open the bone of a run with its deeds, alone or beside its untreated twin.

    As everything that is asked of a session it is done by the session's thread, in order.
    """
    session.open(lesson.scenarios[run.name], session.seed, lesson.acts(run), 0)
    session.compare(run.untreated is not None)
    session.set_speed(run.days_a_second)


def arms_of(session: Session, run: Run) -> Lived:
    """Return the monthly rows of the arms of a session in which a run was staged."""
    return {
        name: list(arm.history.months) for name, arm in zip(run.arms, session.arms, strict=False)
    }


def live(lesson: Lesson, replicate: int, grow: Grow | None = None, months: int = 1000) -> Lived:
    """Do what a student does with one patch: every run of the lesson, from its first month on.

    Parameters
    ----------
    lesson : Lesson
    replicate : int
        Which patch.
    grow : callable, optional
        Makes a bone at month 0; the patch of this replicate by default.
    months : int
        Stop a run after so many months.

    Raises
    ------
    BmuError
        The session told a mistake.
    """
    lived: Lived = {}
    for run in lesson.head.run:
        session = Session(lesson.scenarios[run.name], SEED, grow=grow or patch(replicate))
        told: list[str] = []
        session.on_notice = told.append
        try:
            stage(session, lesson, run)
            session.go_to(day_of_month(min(months, run.months))).result()
            if told:
                raise BmuError(told[0])
            lived |= session.ask(lambda s=session, r=run: arms_of(s, r))  # type: ignore[misc]
        finally:
            session.close()
    return lived


def patch(replicate: int) -> Grow:
    """Return what grows the patch of a replicate, as `bmu run` numbers them."""

    def grow(scenario: Scenario, seed: int, told: Any = None) -> BoneModel:
        from bmu_abm.model import BoneModel
        from bmu_abm.runs.burnin import start
        from bmu_abm.runs.snapshot_cache import SnapshotCache

        return start(scenario, seed, replicate, BoneModel, SnapshotCache())

    return grow


def life_key(lesson: Lesson) -> str:
    """Return 16 hex digits of all that is lived: scenarios, their controls, deeds, seed.

    What the files of the treatments say counts; what is only said or measured does not.
    """
    parts = []
    for run in lesson.head.run:
        spec = lesson.scenarios[run.name]
        arms = [spec] if run.untreated is None else [spec, control_of(spec, spec)]
        lived = [_bare(one.to_dict()) | {"intervention": one.treatments_key()} for one in arms]
        parts.append([run.name, run.untreated, lived, [one.table() for one in lesson.acts(run)]])
    text = json.dumps([SEED, parts], sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


_SAID = ("title", "description", "seed", "replicates")
_SAID_OF_HOST = ("title", "sources")


def _bare(table: dict[str, Any]) -> dict[str, Any]:
    """Return a scenario without what is only said of it."""
    host = {key: one for key, one in table["host"].items() if key not in _SAID_OF_HOST}
    return {key: one for key, one in table.items() if key not in _SAID} | {"host": host}
