"""What the model answers to the questions of a lesson: over many patches, and of one alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bmu_abm.app.lessons import pooled
from bmu_abm.app.lessons.asking import Asker
from bmu_abm.app.lessons.form import Question
from bmu_abm.app.lessons.measuring import arrays, evaluate, right_choice, words
from bmu_abm.app.lessons.reading import Lesson
from bmu_abm.app.lessons.staging import Lived

NOISE = "One patch is noise: ask many patches before you believe one."


@dataclass(frozen=True)
class Source:
    """Patches that answer: their readouts by arm, and what they are called."""

    arms: Mapping[str, Any]
    called: str


def source_of(lesson: Lesson, asker: Asker | None = None) -> Source:
    """Return the patches that were asked here, else those that ship; none if there are none."""
    asked = asker.arms(lesson) if asker is not None else {}
    if asked:
        first = next(iter(next(iter(asked.values())).values()))
        return Source(asked, f"{len(first)} patches lived here")
    found = pooled.of(lesson)
    if found is None:
        return Source({}, "")
    return Source(found.arms, f"{found.patches} patches lived beforehand")


def filled(lesson: Lesson, source: Source) -> dict[str, str]:
    """Return every measure in words, where it can be told."""
    found = {}
    for name, measure in lesson.head.measure.items():
        value = evaluate(measure, source.arms)
        if value is not None:
            found[name] = words(measure, value)
    return found


def answer(
    lesson: Lesson, question: Question, source: Source, own: Lived | None = None
) -> dict[str, Any]:
    """Return what the model answers (JSON-able).

    Parameters
    ----------
    lesson : Lesson
    question : Question
    source : Source
        The patches that answer.
    own : dict, optional
        Monthly rows of the student's own patch, by arm.

    Returns
    -------
    dict
        `right`: number of the choice, or None when no patch was lived; `sure`: whether the whole
        interval lies in it; `says`, `patch`: in words, the latter of the student's own patch.
    """
    measure = lesson.head.measure[question.measure]
    value = evaluate(measure, source.arms)
    patch = _of_one(lesson, question, own or {})
    if value is None:
        says = "Nobody knows yet: ask 16 patches, and wait until four of them have lived."
        return {"right": None, "sure": False, "says": says, "patch": patch}
    right, sure = right_choice(question, value)
    says = f"{measure.says}: {words(measure, value)}, mean of {source.called}."
    if not sure:
        says += " The interval reaches into another answer: these patches cannot decide."
    return {"right": right, "sure": sure, "says": says, "patch": patch}


def _of_one(lesson: Lesson, question: Question, own: Lived) -> str:
    measure = lesson.head.measure[question.measure]
    value = evaluate(measure, arrays([own], lesson.readouts()) if own else {})
    if value is None:
        return ""
    choice = question.choice[right_choice(question, value)[0]].text
    return f"Your patch alone says {words(measure, value)}: “{choice}”. {NOISE}"
