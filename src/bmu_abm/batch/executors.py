"""Where runs are done: here, in processes of this machine, or on a Dask cluster."""

from __future__ import annotations

import importlib
import logging
import sys
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from functools import cache
from types import ModuleType, TracebackType
from typing import TYPE_CHECKING, Any

from bmu_abm.compiled import nothing_compiled, source_hash
from bmu_abm.errors import InputError, MachineError
from bmu_abm.faults import one_line
from bmu_abm.runs.pool import WorkerPool, warm_up_kernels

if TYPE_CHECKING:
    from bmu_abm.model import BoneModel

_CONNECT_SECONDS = 15
_sources = cache(source_hash)


def need(module: str, extra: str) -> ModuleType:
    """Import a library of an extra.

    Raises
    ------
    InputError
        It is not installed; the message names the extra.
    """
    try:
        return importlib.import_module(module)
    except ImportError:
        name = module.partition(".")[0]
        mend = f"install it with: pip install 'bmu_abm[{extra}]'"
        raise InputError(f"bmu: {name} is not installed; {mend}") from None


@contextmanager
def executor_for(
    jobs: int, cluster: str | None, model_class: type[BoneModel] | None, quiet: bool = True
) -> Iterator[Executor | None]:
    """Give the executor of a sweep; None runs here, one after the other.

    Parameters
    ----------
    jobs : int
        Processes on this machine.
    cluster : str or None
        Address of a Dask scheduler; then `jobs` does not count.
    model_class : type, optional
        The engine, BoneModel by default: its kernels are compiled before processes start.
    quiet : bool
        Do not tell that compiling takes a while.

    Raises
    ------
    InputError
        The extra `cluster` is not installed, or no scheduler answers.
    """
    if cluster is not None:
        with ClusterExecutor(cluster) as there:
            yield there
        return
    if model_class is None and not quiet and nothing_compiled():
        print("compiling the rules of the cells: once, for a minute or two", file=sys.stderr)
    if jobs == 1:
        yield None
        return
    if model_class is None:
        warm_up_kernels()
    keep_main = getattr(model_class, "__module__", "") == "__main__"
    with WorkerPool(jobs, keep_main=keep_main) as pool:
        yield pool


def checked(sources: str, fn: Any, *args: Any) -> Any:
    """Run a task on a cluster's worker whose package is the one that sent it."""
    if _sources() != sources:
        raise InputError("a worker has other sources of bmu_abm; install the same ones there")
    return fn(*args)


class ClusterExecutor(Executor):
    """A Dask cluster behind the interface of `concurrent.futures`.

    Parameters
    ----------
    address : str
        Of the scheduler, ``tcp://host:8786``.
    """

    def __init__(self, address: str) -> None:
        distributed = need("distributed", "cluster")
        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        try:
            self._client = distributed.Client(address, timeout=_CONNECT_SECONDS)
        except (OSError, ValueError, TypeError) as error:
            what = f"no Dask scheduler answers there ({type(error).__name__})"
            mend = "start one with 'dask scheduler' and give its address"
            raise InputError(one_line(f"bmu: --cluster {address}: {what}; {mend}")) from None
        self._address = address
        self._inner = self._client.get_executor(pure=False)

    @property
    def workers(self) -> int:
        """Threads of all workers that the cluster has now; at least one."""
        try:
            return max(1, sum(self._client.nthreads().values()))
        except (OSError, RuntimeError) as error:
            raise self._gone() from error

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Send a task to the cluster.

        Raises
        ------
        MachineError
            The scheduler has gone.
        """
        if self._client.status != "running":
            raise self._gone()
        future: Future[Any] = self._inner.submit(checked, _sources(), fn, *args, **kwargs)
        return future

    def _gone(self) -> MachineError:
        what = f"{self._address}: the scheduler of the cluster has gone"
        return MachineError(f"{what}; start it again and repeat the command: it goes on")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave the cluster; it goes on without us."""
        self._client.close(timeout=5)
