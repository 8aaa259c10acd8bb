"""Reading lesson files: a TOML head between two lines of +++, then the parts in Markdown."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bmu_abm import shipped, tomlfile
from bmu_abm.app.acts import TOUCH, Act
from bmu_abm.app.lessons.form import Head, Run
from bmu_abm.app.touch import check as check_touch
from bmu_abm.clock import MONTHS_PER_YEAR, day_of_month
from bmu_abm.errors import InputError
from bmu_abm.faults import fault, show, suggest
from bmu_abm.scenario import Scenario
from bmu_abm.schema import explain

FOLDER = Path(__file__).parent
PARTS = ("Goal", "Predict", "Run", "Observe", "Explain", "Teacher")
MARK = "+++"
MOST_LESSONS = 100
_HEADING = re.compile(r"^# +(.+?) *$")
BLANK = re.compile(r"\{\{ *(\w+) *\}\}")


@dataclass(frozen=True)
class Lesson:
    """A lesson that has been checked.

    Attributes
    ----------
    name : str
        Stem of its file.
    source : str
        Where it was read from, for messages.
    head : Head
    parts : dict of str to str
        Markdown of every part; ``{{name}}`` stands for a measure.
    scenarios : dict of str to Scenario
        What each run lives through, by its name.
    """

    name: str
    source: str
    head: Head
    parts: Mapping[str, str]
    scenarios: Mapping[str, Scenario]

    def run(self, name: str) -> Run:
        """Return a run by its name.

        Raises
        ------
        InputError
            The lesson has none of that name.
        """
        names = [run.name for run in self.head.run]
        if name not in names:
            raise fault(self.source, "run", f"is {show(name)}", suggest(name, names))
        return self.head.run[names.index(name)]

    def acts(self, run: Run) -> list[Act]:
        """Return the deeds of the pointer of a run."""
        return [
            Act(day_of_month(one.month), TOUCH, one.model_dump(exclude={"month"}))
            for one in run.touch
        ]

    def readouts(self) -> list[str]:
        """Return the readouts that its measures need, sorted."""
        return sorted({side[0] for one in self.head.measure.values() for side in one.sides()})


def read(path: Path) -> Lesson:
    """Read a file; errors as in `parse`, or it cannot be read, is too large or no text."""
    source = str(path)
    try:
        with path.open("rb") as stream:
            content = stream.read(tomlfile.MAX_BYTES + 1)
        if len(content) > tomlfile.MAX_BYTES:
            raise fault(source, "", "is larger than 1 MB", "is it the right file?")
        return parse(content.decode("utf-8-sig"), source, path.stem)
    except OSError as error:
        what = f"cannot be read ({(error.strerror or str(error)).lower()})"
        raise fault(source, "", what, "check the path") from None
    except UnicodeDecodeError:
        raise fault(source, "", "is not UTF-8 text", "save it as UTF-8") from None


def parse(text: str, source: str, name: str) -> Lesson:
    """Check the text of a lesson.

    Raises
    ------
    InputError
        One line that names the file, the key and the mend.
    """
    top, body, first = _split(text, source)
    document = tomlfile.parse("\n" * first + top, source)
    try:
        head = Head.model_validate(document.data)
    except ValidationError as error:
        raise explain(error, source, document.lines) from None
    parts = _parts(body, source, first + top.count("\n") + 1)
    _check_blanks(parts, head, source)
    scenarios = {run.name: _scenario(run, source) for run in head.run}
    return Lesson(name, source, head, parts, scenarios)


def _split(text: str, source: str) -> tuple[str, str, int]:
    """Return the head, the body, and the number of lines before the head."""
    lines = text.replace("\r\n", "\n").split("\n")
    marks = [number for number, line in enumerate(lines) if line.rstrip() == MARK]
    if len(marks) < 2 or any(line.strip() for line in lines[: marks[0]]):
        mend = f"begin with a line of {MARK}, the head in TOML, and another line of {MARK}"
        raise fault(source, "", "has no head", mend)
    top = "\n".join(lines[marks[0] + 1 : marks[1]])
    return top, "\n".join(lines[marks[1] + 1 :]), marks[0] + 1


def _parts(body: str, source: str, before: int) -> dict[str, str]:
    parts: dict[str, list[str]] = {}
    current: list[str] | None = None
    for number, line in enumerate(body.split("\n"), start=before + 1):
        found = _HEADING.match(line)
        if found is None:
            if current is not None:
                current.append(line)
            elif line.strip():
                raise fault(source, "", "text before the first part", "begin with # Goal", number)
            continue
        title = found.group(1)
        if title not in PARTS:
            raise fault(source, title, "unknown part", suggest(title, PARTS), number)
        if title in parts:
            raise fault(source, title, "stands twice", "remove one of the two", number)
        current = parts[title] = []
    told = {title: "\n".join(lines).strip() for title, lines in parts.items()}
    for title in PARTS:
        if not told.get(title):
            raise fault(source, title, "is missing", f"add a part that begins with # {title}")
    return told


def _check_blanks(parts: Mapping[str, str], head: Head, source: str) -> None:
    for title, text in parts.items():
        for name in BLANK.findall(text):
            if name not in head.measure:
                what = f"names an unknown measure {show(name)}"
                raise fault(source, title, what, suggest(name, head.measure))


def _scenario(run: Run, source: str) -> Scenario:
    place = f"{source}: run {run.name}"
    if shipped.path("scenario", run.scenario) is None:
        mend = suggest(run.scenario, shipped.names("scenario"))
        raise fault(source, f"run.{run.name}.scenario", f"is {show(run.scenario)}", mend)
    base = Scenario.load(run.scenario)
    table: dict[str, Any] = base.to_dict() | {"years": run.months / MONTHS_PER_YEAR}
    if run.intervention is None:
        kept = table["intervention"]
        table["intervention"] = [one for one in kept if one["start_month"] < run.months]
    else:
        table["intervention"] = run.intervention
    spec = Scenario.from_dict(table, place, run.scenario)
    for one in run.touch:
        try:
            check_touch(one.model_dump(exclude={"month"}), *spec.patch.sites)
        except InputError as error:
            raise InputError(f"{place}: {error}") from None
    return spec


@cache
def shipped_lessons() -> tuple[Lesson, ...]:
    """Return the lessons that come with the package, in their order."""
    return _in_order([read(file) for file in FOLDER.glob("*.md")])


def lessons_of(folder: Path) -> tuple[Lesson, ...]:
    """Return the lessons of a folder, in their order.

    Raises
    ------
    InputError
        It is no folder, holds no lesson or too many, or one of them is wrong.
    """
    if not folder.is_dir():
        raise fault(str(folder), "", "is no folder", "name a folder of lesson files")
    files = sorted(folder.glob("*.md"))
    if not files:
        raise fault(str(folder), "", "holds no lesson", "put files in it that end in .md")
    if len(files) > MOST_LESSONS:
        raise fault(str(folder), "", f"holds {len(files)} lessons", f"keep {MOST_LESSONS} at most")
    for file in files:
        if not shipped.is_name(file.stem):
            mend = "name it in small letters, digits and underscores, such as my_lesson.md"
            raise fault(str(file), "", "is no name for a lesson", mend)
    return _in_order([read(file) for file in files])


def _in_order(found: list[Lesson]) -> tuple[Lesson, ...]:
    key: Callable[[Lesson], Any] = lambda one: (one.head.order, one.name)  # noqa: E731
    return tuple(sorted(found, key=key))


def engine_readouts() -> list[str]:
    """Return the readouts of the engine, from a new tiny patch."""
    from bmu_abm.model import BoneModel

    spec = Scenario.load("healthy").with_settings({"patch": "tiny"})
    return list(BoneModel(spec, rng=1).sample())


def check_readouts(lessons: tuple[Lesson, ...], columns: list[str]) -> None:
    """Refuse a lesson that measures what the engine does not tell.

    Parameters
    ----------
    lessons : tuple of Lesson
    columns : list of str
        The readouts of the engine.

    Raises
    ------
    InputError
        With the nearest readout that there is.
    """
    for lesson in lessons:
        for name, one in lesson.head.measure.items():
            for readout, *_ in one.sides():
                if readout not in columns:
                    what, mend = f"unknown readout {show(readout)}", suggest(readout, columns)
                    raise fault(lesson.source, f"measure.{name}.readout", what, mend)
