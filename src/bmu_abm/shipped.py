"""What comes with the package: scenarios, hosts, interventions, their presets, and studies."""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path
from typing import Literal

from bmu_abm.errors import MachineError
from bmu_abm.faults import fault, suggest

Kind = Literal["scenario", "host", "intervention", "carrier", "donor", "scaffold", "study"]
_FOLDERS: dict[Kind, str] = {
    "scenario": "",
    "host": "hosts",
    "intervention": "interventions",
    "carrier": "carriers",
    "donor": "donors",
    "scaffold": "scaffolds",
    "study": "studies",
}
KINDS: tuple[Kind, ...] = tuple(_FOLDERS)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")


@cache
def folder() -> Path:
    """Return the folder of shipped files: package data, or the repository's when editable.

    Raises
    ------
    MachineError
        If the installation has lost its scenarios.
    """
    package = Path(__file__).resolve().parent
    for candidate in (package / "_scenarios", package.parents[1] / "scenarios"):
        if (candidate / "hosts").is_dir():
            return candidate
    raise MachineError("the scenarios that ship with bmu_abm are missing; install it again")


def plural(kind: Kind) -> str:
    """Return the heading of a list of a kind."""
    return _FOLDERS[kind] or "scenarios"


def is_name(text: str) -> bool:
    """Tell whether `text` is shaped like a shipped name (snake case; never a path)."""
    return _NAME.fullmatch(text) is not None


def names(kind: Kind) -> list[str]:
    """Return the shipped names of a kind, sorted."""
    files = (folder() / _FOLDERS[kind]).glob("*.toml")
    return sorted(file.stem for file in files if is_name(file.stem))


def path(kind: Kind, name: str) -> Path | None:
    """Return the file of a shipped name, or None when nothing ships under it."""
    if not is_name(name):
        return None
    file = folder() / _FOLDERS[kind] / f"{name}.toml"
    return file if file.is_file() else None


def found(kind: Kind, name: str) -> Path:
    """Return the file of a shipped name; KeyError if there is none of that name."""
    file = path(kind, name)
    if file is None:
        raise KeyError(name)
    return file


def read(kind: Kind, name: str) -> str:
    """Return the text of a shipped file; KeyError if there is none of that name."""
    return found(kind, name).read_text(encoding="utf-8")


def find(kind: Kind, name_or_path: str | os.PathLike[str]) -> Path:
    """Return the file of a shipped name, or else a path that may be one.

    Raises
    ------
    InputError
        It is shaped like a shipped name; nothing ships under it, and no such file is here.
    """
    if isinstance(name_or_path, str):
        file = path(kind, name_or_path)
        if file is not None:
            return file
        if is_name(name_or_path) and not Path(name_or_path).exists():
            mend = f"{suggest(name_or_path, names(kind))} ('bmu scenarios' lists all)"
            raise fault(name_or_path, "", f"no {kind} ships under this name", mend)
    return Path(name_or_path)


def source_of(kind: Kind, file: Path, otherwise: str) -> str:
    """Return how messages call a file: a shipped one by its name alone."""
    return file.name if file.parent == folder() / _FOLDERS[kind] else otherwise


def safe_stem(file: Path, otherwise: str) -> str:
    """Return the stem of a file as a name that is safe for a folder."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "_", file.stem).strip("._-")[:100] or otherwise
