"""A store of finished runs on the disk: one Parquet part a run, and a manifest.

    store.json        the format and the version that wrote it
    manifest.jsonl    one line a finished or failed run, with size and digest of its part
    parts/*.parquet   the rows of one run each
    lock              held while a process writes

A part is whole on the disk before its line is written, and a line that was cut in half does not
parse; so at any moment the manifest names only what can be read, and the rest is done again.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
from contextlib import suppress
from pathlib import Path
from types import TracebackType

import pandas as pd

from bmu_abm import __version__
from bmu_abm.errors import InputError, MachineError
from bmu_abm.runs.attempt import Failure
from bmu_abm.runs.files import clear_stale, machine_errors, sync, write_atomically
from bmu_abm.runs.lock import FolderLock
from bmu_abm.runs.points import Point
from bmu_abm.runs.records import (
    DONE,
    Record,
    done_record,
    failed_record,
    gather,
    run_frame,
)
from bmu_abm.runs.simulate import Result

_FORMAT = 1


def _digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()


class Store:
    """Runs on the disk. Reading needs nothing; writing happens inside a `with` block.

    Parameters
    ----------
    folder : path
        Where the store is; made when it is first written to.

    Raises
    ------
    InputError
        The folder holds a store of another version, or something that is no store.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)
        self._manifest = self.folder / "manifest.jsonl"
        self._parts = self.folder / "parts"
        self._lock = FolderLock(self.folder / "lock")
        self._check_version()
        self._records = self._read_manifest()

    def __enter__(self) -> Store:
        """Make the folder where needed and lock it."""
        with machine_errors(self.folder):
            self._parts.mkdir(parents=True, exist_ok=True)
        self._lock.acquire()
        try:
            self._prepare()
        except BaseException:
            self._lock.release()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Unlock the folder."""
        self._lock.release()

    def add(self, point: Point, result: Result) -> None:
        """Keep the rows of a finished run; they are on the disk when this returns.

        Raises
        ------
        MachineError
            The disk is full or not writable; what was there before stays readable.
        """
        data = _encode(run_frame(point, result))
        path = self._parts / f"{point.run_id}.parquet"
        with machine_errors(path):
            write_atomically(path, data, durable=True)
        whole = {"part": path.name, "size": len(data), "digest": _digest(data)}
        self._append(done_record(point, result) | whole)

    def fail(self, point: Point, failure: Failure) -> None:
        """Keep why a run failed; a resumed ensemble tries it again."""
        self._append(failed_record(point, failure))

    def done(self) -> set[str]:
        """Return the ids of the finished runs whose parts are whole; forget the damaged ones."""
        finished = {key: r for key, r in self._records.items() if r["status"] == DONE}
        for key, record in finished.items():
            if self._part(record) is None:
                del self._records[key]
        return finished.keys() & self._records.keys()

    def records(self) -> list[Record]:
        """Return one record a run, finished or failed."""
        return list(self._records.values())

    def record(self, run_id: str) -> Record:
        """Return the record of a run, finished or failed; KeyError where there is none."""
        return self._records[run_id]

    def read(self, record: Record) -> pd.DataFrame:
        """Return the rows of a finished run.

        Raises
        ------
        MachineError
            Its part is missing, cut short or altered.
        """
        data = self._part(record)
        if data is None:
            part = self._parts / f"{record['run_id']}.parquet"
            raise MachineError(f"{part}: missing or damaged; resume the ensemble to make it again")
        return pd.read_parquet(io.BytesIO(data))

    def frame(self) -> pd.DataFrame:
        """Return all finished runs as one tidy frame, in an order that does not depend on when
        they were run.
        """
        return gather(self.records(), self.read)

    def _part(self, record: Record) -> bytes | None:
        if record["status"] != DONE:
            return None
        try:
            data = (self._parts / record["part"]).read_bytes()
        except OSError:
            return None
        whole = len(data) == record["size"] and _digest(data) == record["digest"]
        return data if whole else None

    def _check_version(self) -> None:
        path = self.folder / "store.json"
        if self.folder.exists() and not self.folder.is_dir():
            raise InputError(f"{self.folder}: is a file; give a folder for the store")
        if not path.exists():
            if self._manifest.exists():
                raise InputError(f"{self.folder}: has no store.json; give another folder")
            return
        version = _stored_version(path)
        if version != __version__:
            raise InputError(
                f"{self.folder}: store of version {version}, this is {__version__}; "
                "give another folder, or use that version"
            )

    def _prepare(self) -> None:
        """Describe a new store, and clear what a killed process left: half lines and files."""
        path = self.folder / "store.json"
        clear_stale(self.folder)
        clear_stale(self._parts)
        with machine_errors(path):
            if not path.exists():
                head = json.dumps({"format": _FORMAT, "version": __version__}) + "\n"
                write_atomically(path, head.encode(), durable=True)
            with open(self._manifest, "a+b") as stream:
                stream.seek(0)
                stream.truncate(stream.read().rfind(b"\n") + 1)
        self._records = self._read_manifest()

    def _read_manifest(self) -> dict[str, Record]:
        try:
            lines = self._manifest.read_bytes().split(b"\n")
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise MachineError(f"{self._manifest}: cannot read: {error.strerror}") from error
        records = (record for line in lines if (record := _parse(line)) is not None)
        return {record["run_id"]: record for record in records}

    def _append(self, record: Record) -> None:
        line = json.dumps(record, sort_keys=True)
        sealed = json.dumps({"check": _digest(line.encode()), "run": record}, sort_keys=True)
        with machine_errors(self._manifest), open(self._manifest, "ab") as stream:
            stream.write(sealed.encode() + b"\n")
            stream.flush()
            sync(stream.fileno())
        self._records[record["run_id"]] = record


def _encode(frame: pd.DataFrame) -> bytes:
    stream = io.BytesIO()
    frame.to_parquet(stream, index=False, compression="zstd")
    return stream.getvalue()


def _parse(line: bytes) -> Record | None:
    with suppress(ValueError, KeyError, TypeError):
        sealed = json.loads(line)
        record = sealed["run"]
        if _digest(json.dumps(record, sort_keys=True).encode()) == sealed["check"]:
            return record
    return None


def _stored_version(path: Path) -> str:
    with suppress(OSError, ValueError, KeyError, TypeError):
        return str(json.loads(path.read_bytes())["version"])
    return "unknown"
