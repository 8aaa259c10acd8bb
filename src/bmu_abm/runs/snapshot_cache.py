"""Snapshots of a model as files, and the cache that keeps the recently used ones.

A file is a magic word, a digest, the raw size and a compressed archive of arrays. One that is
cut short or altered does not match its digest and counts as absent.
"""

from __future__ import annotations

import hashlib
import io
import os
import struct
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pyarrow as pa
from platformdirs import user_cache_path

from bmu_abm.errors import InputError
from bmu_abm.runs.files import write_atomically

Snapshot = dict[str, np.ndarray]

SUFFIX = ".snapshot"
_MAGIC = b"BMUSNAP1"
_HEADER = struct.Struct("<8s16sQ")
_DEFAULT_MEGABYTES = 2048


def _codec() -> pa.Codec:
    return pa.Codec("zstd", compression_level=1)


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=16).digest()


def encode(snapshot: Snapshot) -> bytes:
    """Pack the arrays of a snapshot into the content of one file."""
    archive = io.BytesIO()
    np.savez(archive, **snapshot)  # type: ignore[arg-type]
    raw = archive.getvalue()
    packed = _codec().compress(raw, asbytes=True)
    return _HEADER.pack(_MAGIC, _digest(packed), len(raw)) + packed


def decode(data: bytes) -> Snapshot | None:
    """Unpack what `encode` made; None when the bytes are not whole."""
    if len(data) < _HEADER.size:
        return None
    magic, digest, raw_size = _HEADER.unpack_from(data)
    packed = data[_HEADER.size :]
    if magic != _MAGIC or digest != _digest(packed):
        return None
    raw = _codec().decompress(packed, decompressed_size=raw_size, asbytes=True)
    with np.load(io.BytesIO(raw), allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}


def cache_folder() -> Path:
    """Return the folder of cached burn-ins: BMU_CACHE_DIR, else the user's cache folder."""
    chosen = os.environ.get("BMU_CACHE_DIR")
    return Path(chosen) if chosen else user_cache_path("bmu_abm") / "burnins"


def cache_bytes() -> int:
    """Return the size in bytes above which old snapshots go (BMU_CACHE_MB; 0 = keep none).

    Raises
    ------
    InputError
        BMU_CACHE_MB is not a number of megabytes.
    """
    text = os.environ.get("BMU_CACHE_MB", str(_DEFAULT_MEGABYTES))
    try:
        megabytes = float(text)
    except ValueError:
        megabytes = -1.0
    if not 0 <= megabytes < 1e9:
        raise InputError(f"BMU_CACHE_MB: {text!r} is no size; give megabytes, for example 2048")
    return int(megabytes * 1e6)


def shipped_folder() -> Path:
    """Return the folder of the burn-ins that come with the package; it may be absent."""
    return Path(__file__).parents[1] / "_burnins"


class SnapshotCache:
    """Snapshots by key: the shipped ones first, then those in the user's cache folder.

    A cache never stops a run: where a file cannot be read or written, the snapshot is made again.

    Parameters
    ----------
    folder : Path, optional
        Where snapshots are kept; by default `cache_folder()`.
    shipped : Path, optional
        A folder that is only read; by default `shipped_folder()`.
    limit_bytes : int, optional
        Size above which the least recently used go; by default `cache_bytes()`.
    """

    def __init__(
        self,
        folder: Path | None = None,
        shipped: Path | None = None,
        limit_bytes: int | None = None,
    ) -> None:
        self.folder = cache_folder() if folder is None else folder
        self.shipped = shipped_folder() if shipped is None else shipped
        self.limit_bytes = cache_bytes() if limit_bytes is None else limit_bytes

    def load(self, key: str) -> Snapshot | None:
        """Return the snapshot of a key, or None when there is no whole one."""
        for folder in (self.shipped, self.folder):
            snapshot = _read(folder / f"{key}{SUFFIX}")
            if snapshot is not None:
                return snapshot
        return None

    def save(self, key: str, snapshot: Snapshot) -> None:
        """Keep a snapshot, if the disk allows it, and drop the least recently used."""
        if self.limit_bytes == 0:
            return
        with suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            write_atomically(self.folder / f"{key}{SUFFIX}", encode(snapshot))
            self._prune()

    def get(self, key: str, make: Callable[[], Snapshot]) -> Snapshot:
        """Return the snapshot of a key, making and keeping it when it is not there."""
        snapshot = self.load(key)
        if snapshot is None:
            snapshot = make()
            self.save(key, snapshot)
        return snapshot

    def _prune(self) -> None:
        paths = [*self.folder.glob(f"*{SUFFIX}"), *self.folder.glob(f".*{SUFFIX}*.tmp")]
        files = [(path, path.stat()) for path in paths]
        excess = sum(stat.st_size for _, stat in files) - self.limit_bytes
        for path, stat in sorted(files, key=lambda item: item[1].st_mtime_ns):
            if excess <= 0:
                return
            path.unlink(missing_ok=True)
            excess -= stat.st_size


def _read(path: Path) -> Snapshot | None:
    try:
        snapshot = decode(path.read_bytes())
    except OSError:
        return None
    with suppress(OSError):
        os.utime(path)
    return snapshot
