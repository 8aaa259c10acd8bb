"""The lessons that this server offers: those that ship, and those of a teacher's folder."""

from __future__ import annotations

from pathlib import Path

from bmu_abm.app.lessons.reading import Lesson, lessons_of, shipped_lessons
from bmu_abm.faults import fault, show, suggest


class Shelf:
    """Lessons by name; a teacher's lesson replaces a shipped one of the same name."""

    def __init__(self) -> None:
        self._own: tuple[Lesson, ...] = ()

    def add(self, folder: Path) -> None:
        """Add the lessons of a folder; InputError when one of them is wrong."""
        self._own = lessons_of(folder)

    @property
    def own(self) -> tuple[Lesson, ...]:
        """Those of the teacher."""
        return self._own

    @property
    def lessons(self) -> tuple[Lesson, ...]:
        """All, the teacher's last."""
        names = {one.name for one in self._own}
        return (*(one for one in shipped_lessons() if one.name not in names), *self._own)

    def find(self, name: object) -> Lesson:
        """Return a lesson by name; InputError if there is none."""
        found = {one.name: one for one in self.lessons}
        if not isinstance(name, str) or name not in found:
            raise fault("page", "lesson", f"is {show(name)}", suggest(str(name), found))
        return found[name]


SHELF = Shelf()
