"""What many patches lived through a lesson, as a small file beside it, with what it belongs to."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from bmu_abm import __version__, compiled
from bmu_abm.app.lessons.measuring import arrays
from bmu_abm.app.lessons.reading import FOLDER, Lesson
from bmu_abm.app.lessons.staging import SEED, Lived, life_key

COMMAND = "python -m bmu_abm.app.lessons"
POOLED = FOLDER / "pooled"


@dataclass(frozen=True)
class Pooled:
    """Readouts of many patches, and where they come from.

    Attributes
    ----------
    lives, engine : str
        Digits of what was lived (`staging.life_key`), and of the engine that lived it.
    patches : int
    arms : dict
        (patches, months) by arm and readout.
    """

    lives: str
    engine: str
    patches: int
    arms: Mapping[str, Mapping[str, Any]]

    def belongs_to(self, lesson: Lesson) -> bool:
        """Tell whether this is what the lesson's own runs gave."""
        return self.lives == life_key(lesson)


def text_of(lesson: Lesson, lived: Sequence[Lived]) -> str:
    """Return the file of a lesson's patches: the readouts that its measures need."""
    names = lesson.readouts()
    told = {
        "lesson": lesson.name,
        "made_by": f"{COMMAND} --replicates {len(lived)}",
        "lives": life_key(lesson),
        "engine": compiled.engine_hash(),
        "version": __version__,
        "seed": SEED,
        "replicates": list(range(1, len(lived) + 1)),
    }
    head = ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in told.items())
    rows = []
    for arm, readouts in arrays(lived, names).items():
        for name, values in readouts.items():
            rows.append(f"{json.dumps(arm + '/' + name)}: [\n{_rows(values)}\n]")
    return "{\n" + head + ',\n"readouts": {\n' + ",\n".join(rows) + "\n}\n}\n"


def _rows(values: Any) -> str:
    lines = [[None if x != x else float(f"{x:.5g}") for x in row] for row in values]
    return ",\n".join(json.dumps(line, separators=(",", ":")) for line in lines)


def read(path: Path) -> Pooled:
    """Read a file that `text_of` made."""
    table = json.loads(path.read_text(encoding="utf-8"))
    names = sorted({key.split("/")[1] for key in table["readouts"]})
    arms = list(dict.fromkeys(key.split("/")[0] for key in table["readouts"]))
    lived: list[Lived] = [
        {
            arm: [
                dict(zip(names, month, strict=True))
                for month in zip(
                    *(table["readouts"][f"{arm}/{name}"][patch] for name in names), strict=True
                )
            ]
            for arm in arms
        }
        for patch in range(len(table["replicates"]))
    ]
    return Pooled(table["lives"], table["engine"], len(lived), arrays(lived, names))


@cache
def shipped(lesson_name: str) -> Pooled | None:
    """Return what ships for a lesson, or None."""
    path = POOLED / f"{lesson_name}.json"
    return read(path) if path.is_file() else None


def of(lesson: Lesson) -> Pooled | None:
    """Return the patches that ship for a lesson, if they are of its own runs."""
    found = shipped(lesson.name)
    return found if found is not None and found.belongs_to(lesson) else None
