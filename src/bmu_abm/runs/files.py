"""Writing files so that a reader never meets half of one."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bmu_abm.errors import MachineError


@contextmanager
def machine_errors(path: Path) -> Iterator[None]:
    """Turn an OSError inside the block into a MachineError of one line about `path`."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise MachineError(
            f"{path}: cannot write: {reason}; free or choose another place"
        ) from error


def write_atomically(path: Path, data: bytes, *, durable: bool = False) -> None:
    """Write a file under a temporary name beside it, then rename it.

    Parameters
    ----------
    path : Path
        The file; its folder exists.
    data : bytes
        All of its content.
    durable : bool
        Wait until the disk has it (fsync of the file and of its folder).

    Raises
    ------
    OSError
        The disk is full or the folder is not writable; no temporary file is left.
    """
    with staged(path) as temporary, open(temporary, "wb") as stream:
        stream.write(data)
        if durable:
            sync(stream.fileno())
    if durable:
        _sync_folder(path.parent)


@contextmanager
def staged(path: Path) -> Iterator[Path]:
    """Give a temporary name beside `path` to write to; it becomes `path` when the block ends.

    A block that raises leaves `path` as it was, and no temporary file.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.tmp")
    try:
        yield temporary
        os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def clear_stale(folder: Path) -> None:
    """Remove the temporary files that a killed process left; only where nobody else writes."""
    for path in folder.glob(".*.tmp"):
        with suppress(OSError):
            path.unlink()


def sync(descriptor: int) -> None:
    """Wait until the disk has what was written to an open file."""
    os.fsync(descriptor)


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        sync(descriptor)
    finally:
        os.close(descriptor)
