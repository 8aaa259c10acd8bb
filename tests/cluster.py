"""A Dask scheduler and its workers as processes of their own, for tests and benchmarks."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

TESTS = Path(__file__).parent
SOURCES = TESTS.parent / "src"


def environment(**more):
    """Return an environment in which package and stand-ins can be imported."""
    paths = [str(SOURCES), str(TESTS), os.environ.get("PYTHONPATH", "")]
    quiet = {
        "DASK_DISTRIBUTED__WORKER__DAEMON": "True",
        "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False",  # as docs/batch.md advises
        "DASK_LOGGING__DISTRIBUTED": "critical",
    }
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))} | quiet | more


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Cluster:
    """A scheduler and single-threaded workers without nannies, so that one can be killed."""

    def __init__(self, folder, workers=1):
        self.address = f"tcp://127.0.0.1:{free_port()}"
        self._folder = Path(folder)
        self._folder.mkdir(parents=True, exist_ok=True)
        port = self.address.rpartition(":")[2]
        host = ["--host", "127.0.0.1", "--port", port, "--no-dashboard", "--no-show"]
        self.scheduler = self._start("scheduler", *host)
        self.workers = []
        for _ in range(workers):
            self.add_worker()

    def _start(self, kind, *options):
        module = f"distributed.cli.dask_{kind}"
        with open(self._folder / f"{kind}.log", "ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", module, *options],
                stdout=log,
                stderr=log,
                env=environment(),
                start_new_session=True,
            )

    def add_worker(self):
        where = ["--local-directory", str(self._folder), "--no-dashboard", "--no-nanny"]
        self.workers.append(self._start("worker", self.address, "--nthreads", "1", *where))

    def kill_worker(self):
        """Kill the first worker and start another one in its place."""
        worker = self.workers.pop(0)
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
        self.add_worker()

    def wait_for_workers(self, seconds=120):
        from distributed import Client

        limit = time.monotonic() + seconds
        while True:
            with suppress(OSError), Client(self.address, timeout=20) as client:
                client.wait_for_workers(len(self.workers), timeout=seconds)
                return
            if time.monotonic() > limit:
                raise TimeoutError("the Dask cluster did not start")
            time.sleep(0.2)

    def close(self):
        for process in [*self.workers, self.scheduler]:
            with suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)
            process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *trouble):
        self.close()
