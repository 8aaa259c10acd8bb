"""Lessons on the page: what a visitor asks for, and what the page is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bmu_abm.app.lessons.answering import NOISE, answer, filled, source_of
from bmu_abm.app.lessons.asking import ASKER, PATCHES, Asker
from bmu_abm.app.lessons.form import PREDICT
from bmu_abm.app.lessons.markdown import to_html
from bmu_abm.app.lessons.reading import PARTS, Lesson
from bmu_abm.app.lessons.shelf import SHELF
from bmu_abm.app.lessons.staging import Lived, arms_of, stage
from bmu_abm.app.session import Session
from bmu_abm.faults import fault, show

Message = dict[str, Any]
STEPS = tuple(part for part in PARTS if part != "Teacher")


class Classroom:
    """The lessons of one visitor.

    Parameters
    ----------
    session : Session
        The visitor's bone.
    tell : callable
        ``tell(kind, **content)`` sends a message to the page.
    give : callable
        ``give(name, mime, data)`` sends a file to the page.
    """

    def __init__(
        self,
        session: Session,
        tell: Callable[..., None],
        give: Callable[[str, str, bytes], None],
        asker: Asker = ASKER,
    ) -> None:
        self._session, self._tell, self._give, self._asker = session, tell, give, asker
        self._lesson: Lesson | None = None
        self._lived: dict[str, Lived] = {}
        self._staged: tuple[Lesson, str] | None = None
        self._version = asker.version
        asker.listeners.add(session.poke)

    def close(self) -> None:
        """Leave."""
        self._asker.listeners.discard(self._session.poke)

    def deeds(self) -> dict[str, Callable[[Message], Any]]:
        """Return what the page may ask for, by name."""
        return {
            "lessons": lambda m: self._tell("lessons", lessons=_listed(), steps=list(STEPS)),
            "lesson_part": self._part,
            "lesson_run": self._run,
            "lesson_answer": self._answer,
            "lesson_ask": self._ask,
            "lesson_sheet": self._sheet,
        }

    def turn(self) -> None:
        """Tell the page of patches that have been lived since; called by the session's thread."""
        if self._asker.version == self._version or self._lesson is None:
            return
        self._version = self._asker.version
        self._tell_patches(self._lesson)

    # -- what is asked for ----------------------------------------------------------------------

    def _part(self, message: Message) -> None:
        lesson, step = SHELF.find(message["lesson"]), message["step"]
        if step not in STEPS:
            raise fault("page", "step", f"is {show(step)}", f"choose one of {', '.join(STEPS)}")
        self._lesson = lesson
        source = source_of(lesson, self._asker)
        told = to_html(lesson.parts[step], filled(lesson, source))
        self._tell("lesson_part", lesson=lesson.name, step=step, html=told)
        self._tell_patches(lesson)

    def _run(self, message: Message) -> None:
        lesson = SHELF.find(message["lesson"])
        run = lesson.run(message["run"])
        self._session.submit(self._keep_lived)
        stage(self._session, lesson, run)

        def begin() -> None:
            self._staged = (lesson, run.name)
            self._tell("lesson_run", lesson=lesson.name, run=run.name)

        self._session.submit(begin)
        self._session.play(True)

    def _answer(self, message: Message) -> None:
        lesson, number = SHELF.find(message["lesson"]), message["question"]
        count = len(lesson.head.question)
        if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < count:
            raise fault("page", "question", f"is {show(number)}", f"give one of 0 to {count - 1}")

        def task() -> None:
            self._keep_lived()
            own = self._lived.get(lesson.name, {})
            source = source_of(lesson, self._asker)
            told = answer(lesson, lesson.head.question[number], source, own)
            self._tell("lesson_answer", lesson=lesson.name, question=number, **told)

        self._session.submit(task)

    def _ask(self, message: Message) -> None:
        self._lesson = SHELF.find(message["lesson"])
        self._asker.ask(self._lesson)

    def _sheet(self, message: Message) -> None:
        from bmu_abm.app.lessons.worksheet import worksheet

        lesson, teacher = SHELF.find(message["lesson"]), bool(message.get("teacher"))
        source = source_of(lesson, self._asker)
        text = worksheet(lesson, source, teacher)
        name = f"{lesson.name}_{'teacher' if teacher else 'student'}.html"
        self._give(name, "text/html", text.encode())

    # -- what is told ---------------------------------------------------------------------------

    def _keep_lived(self) -> None:
        """Note what the arms of the run that was staged have lived (session's thread).

        Not of another bone, nor of one to which something else was done.
        """
        if self._staged is None or not self._session.ready:
            return
        lesson, run = self._staged[0], self._staged[0].run(self._staged[1])
        same_bone = self._session.base is lesson.scenarios[run.name]
        if same_bone and self._session.acts == lesson.acts(run):
            self._lived.setdefault(lesson.name, {}).update(arms_of(self._session, run))

    def _tell_patches(self, lesson: Lesson) -> None:
        count = self._asker.count(lesson)
        wrong = self._asker.fault(lesson)
        if count is not None:
            called = f"{count} of {PATCHES} patches so far." if count < PATCHES else ""
            called = called or f"{PATCHES} patches have lived here."
        else:
            source = source_of(lesson)
            called = f"{source.called} answer." if source.called else "Nobody was asked yet."
        self._tell(
            "lesson_patches", lesson=lesson.name, asked=count is not None, words=wrong or called
        )


def _listed() -> list[dict[str, Any]]:
    """Return the lessons as the page lists them: without texts and answers."""
    return [
        {
            "name": lesson.name,
            "title": lesson.head.title,
            "minutes": lesson.head.minutes,
            "noise": NOISE,
            "runs": [
                {"name": run.name, "title": run.title, "months": run.months}
                for run in lesson.head.run
            ],
            "questions": [
                {
                    "ask": one.ask,
                    "predict": one.step == PREDICT,
                    "choices": [choice.text for choice in one.choice],
                }
                for one in lesson.head.question
            ],
        }
        for lesson in SHELF.lessons
    ]
