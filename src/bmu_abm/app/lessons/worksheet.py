"""Worksheets to print: one lesson on one or two pages, for students or, with answers, teachers."""

from __future__ import annotations

import html

from bmu_abm.app.lessons.answering import NOISE, Source, answer, filled
from bmu_abm.app.lessons.form import PREDICT, Question
from bmu_abm.app.lessons.markdown import to_html
from bmu_abm.app.lessons.reading import Lesson

_STYLE = """
@page { size: A4; margin: 16mm 18mm }
* { box-sizing: border-box }
body { font: 10.5pt/1.4 Roboto, Arial, sans-serif; color: #1F2933; background: #fff;
  max-width: 174mm; margin: 12mm auto; padding: 0 4mm }
h1 { font-size: 16pt; font-weight: 500; margin: 0 }
h2 { font-size: 12pt; font-weight: 500; margin: 4.5mm 0 1.5mm; color: #0F6E78;
  border-bottom: 0.3mm solid #CBD0D6; break-after: avoid }
h3 { font-size: 10.5pt; font-weight: 500; margin: 3mm 0 1mm; break-after: avoid }
p, ul, ol { margin: 1mm 0 } ul, ol { padding-left: 6mm }
b, strong { font-weight: 500 }
.who { display: flex; gap: 8mm; margin: 3mm 0 0; color: #55606E }
.who span { flex: 1; border-bottom: 0.3mm solid #55606E; min-height: 7mm }
.question { break-inside: avoid; margin: 2.5mm 0 }
.question ul { list-style: none; padding: 0; margin: 0.5mm 0 0 }
.question li { padding-left: 6mm; position: relative }
.question li::before { content: ""; position: absolute; left: 0.5mm; top: 0.9mm; width: 3.2mm;
  height: 3.2mm; border: 0.3mm solid #1F2933; border-radius: 50% }
.question li.right { font-weight: 500 } .question li.right::before { background: #0F6E78 }
.answer { border-left: 1mm solid #0F6E78; padding-left: 2.5mm; margin-top: 1mm }
.line { border-bottom: 0.2mm solid #CBD0D6; height: 7mm }
.noise { font-weight: 500 }
@media screen { body { margin: 24px auto } }
@media print { body { margin: 0; padding: 0; max-width: none } }
"""


def worksheet(lesson: Lesson, source: Source, teacher: bool) -> str:
    """Return the sheet as one HTML file that opens from the disk and prints.

    Parameters
    ----------
    lesson : Lesson
    source : Source
        The patches that answer; only the teacher's sheet tells what they say.
    teacher : bool
        With answers, explanation and the teacher's page.
    """
    head, values = lesson.head, filled(lesson, source)
    asked = list(enumerate(head.question, start=1))
    predicted = [(n, one) for n, one in asked if one.step == PREDICT]
    observed = [(n, one) for n, one in asked if one.step != PREDICT]

    def questions(some: list[tuple[int, Question]]) -> str:
        return "".join(_question(lesson, n, one, source, teacher) for n, one in some)

    def part(title: str) -> str:
        return f"<h2>{title}</h2>{to_html(lesson.parts[title], values)}"

    shown = [
        _title(lesson, teacher),
        part("Goal"),
        part("Predict") + questions(predicted),
        part("Run") + _runs(lesson),
        part("Observe") + f'<p class="noise">{NOISE}</p>' + questions(observed),
    ]
    if teacher:
        shown += [part("Explain"), part("Teacher"), _origin(lesson, source)]
    else:
        shown.append("<h2>Explain</h2><p>In your own words:</p>" + '<div class="line"></div>' * 4)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(head.title)}</title><style>{_STYLE}</style></head>"
        f"<body>{''.join(shown)}</body></html>\n"
    )


def _title(lesson: Lesson, teacher: bool) -> str:
    title = f"<h1>{html.escape(lesson.head.title)}</h1>"
    if teacher:
        return title + f"<p>Teacher’s sheet, with answers. {lesson.head.minutes} minutes.</p>"
    return title + '<div class="who">Name <span></span> Date <span></span> Seed <span></span></div>'


def _runs(lesson: Lesson) -> str:
    items = "".join(
        f"<li>{html.escape(run.title)}: {run.months} months</li>" for run in lesson.head.run
    )
    return f"<ul>{items}</ul>"


def _question(lesson: Lesson, number: int, one: Question, source: Source, teacher: bool) -> str:
    told = answer(lesson, one, source) if teacher else {}
    right = told.get("right")
    choices = "".join(
        f"<li{' class=right' if i == right else ''}>{html.escape(choice.text)}</li>"
        for i, choice in enumerate(one.choice)
    )
    says = f'<p class="answer">{html.escape(str(told["says"]))}</p>' if teacher else ""
    asked = f"<p><b>{number}.</b> {html.escape(one.ask)}</p>"
    return f'<div class="question">{asked}<ul>{choices}</ul>{says}</div>'


def _origin(lesson: Lesson, source: Source) -> str:
    if not source.called:
        return "<p>No patches of these runs were lived yet.</p>"
    return f"<p>Answers: {html.escape(source.called)}, computed by the model.</p>"
