"""Keeps a few tasks a worker in flight and hands out what they give.

Works with any executor that has the interface of `concurrent.futures`. A run that fails, or
whose worker dies, becomes a failure with its error; the others go on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    wait,
)
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

from bmu_abm.errors import MachineError
from bmu_abm.runs.attempt import Failure, attempt
from bmu_abm.runs.points import Point
from bmu_abm.runs.pool import available_cores
from bmu_abm.runs.records import Sink
from bmu_abm.runs.simulate import Result

if TYPE_CHECKING:
    from bmu_abm.model import BoneModel

_TASKS_PER_WORKER = 2


def run_points(
    points: Iterable[Point],
    dispatch: Dispatch,
    sink: Sink,
    bar: tqdm[Any],
    on_error: str = "record",
) -> None:
    """Run points and keep what they give; points are taken from the iterable as they are needed.

    Parameters
    ----------
    points : iterable of Point
        What is run.
    dispatch : Dispatch
        Where.
    sink : Sink
        Keeps rows and failures.
    bar : tqdm
        Moves by one a run.
    on_error : {"record", "raise"}
        What a failing run does: become a failure, or stop all.

    Raises
    ------
    BmuError
        A run failed, with `on_error="raise"`.
    """
    for point, outcome in dispatch.outcomes(points):
        if isinstance(outcome, Result):
            sink.add(point, outcome)
        else:
            sink.fail(point, outcome)
            if on_error == "raise":
                raise outcome.as_error()
        bar.update()


class _Here(Executor):
    """Runs a task when it is submitted."""

    workers = 1

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


class Dispatch:
    """Sends runs to an executor.

    Parameters
    ----------
    executor : Executor, optional
        Runs the tasks; none = here, one after the other. Its attribute `workers` may change
        while it works, as a cluster grows.
    model_class : type, optional
        The engine, BoneModel by default.
    """

    def __init__(self, executor: Executor | None, model_class: type[BoneModel] | None) -> None:
        self._executor = executor or _Here()
        self._alone = executor is None
        self._model_class = model_class
        self._pending: dict[Future[Any], Point] = {}

    def outcomes(self, points: Iterable[Point]) -> Iterator[tuple[Point, Result | Failure]]:
        """Yield each point with its outcome, as they finish.

        When a worker dies, all tasks in flight are lost, and it cannot be told which of them
        was the cause; so these are repeated one at a time at the end.
        """
        queue, suspects = iter(points), []
        try:
            while self._fill(queue):
                finished, _ = wait(self._pending, return_when=FIRST_COMPLETED)
                for future in finished:
                    point = self._pending.pop(future)
                    if _worker_died(future):
                        suspects.append(point)
                    else:
                        yield point, _outcome(future)
            for point in suspects:
                yield point, _outcome(self._submit(point))
        finally:
            for future in self._pending:
                future.cancel()

    def _room(self) -> int:
        workers = getattr(self._executor, "workers", None)
        workers = workers or getattr(self._executor, "_max_workers", None) or available_cores()
        return 1 if self._alone else _TASKS_PER_WORKER * workers

    def _fill(self, queue: Iterator[Point]) -> bool:
        room = self._room()
        while len(self._pending) < room and (point := next(queue, None)) is not None:
            self._pending[self._submit(point)] = point
        return bool(self._pending)

    def _submit(self, point: Point) -> Future[Any]:
        try:
            return self._executor.submit(attempt, point, self._model_class)
        except BrokenExecutor as error:
            lost: Future[Any] = Future()
            lost.set_exception(error)
            return lost


def _worker_died(future: Future[Any]) -> bool:
    return not future.cancelled() and isinstance(future.exception(), BrokenExecutor)


def _outcome(future: Future[Any]) -> Result | Failure:
    try:
        outcome: Result | Failure = future.result()
    except BrokenExecutor:
        return Failure("WorkerDied", "the worker process died: killed, or out of memory")
    except CancelledError:  # nobody here cancels what is waited for
        raise MachineError("the workers have gone; repeat the command: it goes on") from None
    except Exception as error:
        return Failure.of(error)
    return outcome
