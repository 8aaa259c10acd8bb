"""A lock file that keeps two processes from writing to one folder."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from bmu_abm.errors import MachineError
from bmu_abm.runs.files import machine_errors

_BUSY = {errno.EACCES, errno.EAGAIN, errno.EDEADLK}
_FAR_AWAY = 1 << 30


def _seize(stream: BinaryIO) -> None:
    if os.name == "nt":
        import msvcrt

        stream.seek(_FAR_AWAY)  # the locked byte must not hide the process id
        msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
    else:
        import fcntl

        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)


class StoreInUse(MachineError):
    """Another process writes to this store: another folder is the mend."""

    exit_code = 2


class FolderLock:
    """Held by one process at a time; the file names the process that holds it.

    The operating system drops the lock when its holder ends, however it ends: the file that a
    killed process leaves behind is stale, and taken over.

    Parameters
    ----------
    path : Path
        The lock file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._stream: BinaryIO | None = None

    def acquire(self) -> None:
        """Take the lock.

        Raises
        ------
        StoreInUse
            Another process holds it.
        MachineError
            The file cannot be made.
        """
        with machine_errors(self.path):
            stream = open(self.path, "a+b")  # noqa: SIM115  (kept open as long as it is held)
        try:
            _seize(stream)
        except OSError as error:
            if error.errno in _BUSY:
                stream.seek(0)
                holder = stream.read(40).decode(errors="replace").strip() or "unknown"
                stream.close()
                raise StoreInUse(
                    f"{self.path.parent}: process {holder} is writing to this store; "
                    "wait for it or choose another folder"
                ) from None
            # a file system without locks: go on unlocked
        self._sign(stream)

    def _sign(self, stream: BinaryIO) -> None:
        with machine_errors(self.path):
            stream.truncate(0)
            stream.seek(0)
            stream.write(str(os.getpid()).encode())
            stream.flush()
        self._stream = stream

    def release(self) -> None:
        """Give the lock back; harmless when it is not held."""
        if self._stream is not None:
            with suppress(OSError):
                self._stream.truncate(0)
            self._stream.close()
            self._stream = None
