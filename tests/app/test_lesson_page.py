"""Lessons on the page: messages to and fro, the patches in the background, the sheets to print."""

from __future__ import annotations

import dataclasses
import re
import threading
from concurrent.futures import Executor, Future

import lives
import pytest
from lesson_texts import on_a_tiny_patch

from bmu_abm.app.lessons import asking, pooled, reading, shelf
from bmu_abm.app.lessons.answering import NOISE, Source, source_of
from bmu_abm.app.lessons.asking import PATCHES, Asker
from bmu_abm.app.lessons.classroom import STEPS, Classroom
from bmu_abm.app.lessons.markdown import to_html
from bmu_abm.app.lessons.worksheet import worksheet
from bmu_abm.clock import day_of_month
from bmu_abm.errors import InputError


class AtOnce(Executor):
    """Does what it is given while it is given it."""

    def submit(self, task, /, *arguments, **named):
        future = Future()
        try:
            future.set_result(task(*arguments, **named))
        except Exception as error:
            future.set_exception(error)
        return future


@pytest.fixture
def page(opened, monkeypatch):
    """Give what a page hears of a classroom on a tiny bone, and a way to ask."""
    session, heard, files = opened(), [], []
    lesson = on_a_tiny_patch("remodelling_cycle")
    monkeypatch.setattr(shelf.SHELF, "_own", (lesson,))
    asker = Asker(AtOnce)

    def tell(kind, **content):
        heard.append((kind, content))

    room = Classroom(session, tell, lambda *file: files.append(file), asker)

    def ask(deed, **content):
        heard.clear()
        room.deeds()[deed]({"do": deed, **content})
        session.ask(lambda: None)
        return dict(heard)

    ask.session, ask.files, ask.asker, ask.room, ask.lesson = session, files, asker, room, lesson
    return ask


NAME = "remodelling_cycle"


def test_the_list_gives_no_answer_away(page):
    told = page("lessons")["lessons"]
    assert told["steps"] == list(STEPS) and "Teacher" not in told["steps"]
    mine = next(one for one in told["lessons"] if one["name"] == NAME)
    assert mine["noise"] == NOISE
    assert set(mine["questions"][0]) == {"ask", "predict", "choices"}
    assert "up_to" not in str(told)


def test_every_step_is_told(page):
    for step in STEPS:
        told = page("lesson_part", lesson=NAME, step=step)["lesson_part"]
        assert told["step"] == step and told["html"].startswith("<p>")


def test_one_click_opens_both_arms_with_the_deeds_and_plays(page):
    assert page("lesson_run", lesson=NAME, run="cracked")["lesson_run"]["run"] == "cracked"
    session = page.session
    assert len(session.arms) == 2 and session.playing
    assert [act.kind for act in session.acts] == ["touch"] * 3
    assert {act.day for act in session.acts} == {day_of_month(1)}
    session.play(False).result()


def test_the_own_patch_answers_beside_the_many(page):
    page("lesson_run", lesson=NAME, run="cracked")
    page.session.go_to(day_of_month(6)).result()
    told = page("lesson_answer", lesson=NAME, question=0)["lesson_answer"]
    assert told["right"] is None and "Nobody knows yet" in told["says"]
    assert told["patch"].startswith("Your patch alone says") and NOISE in told["patch"]


def test_who_goes_back_and_on_again_is_still_answered(page):
    page("lesson_run", lesson=NAME, run="cracked")
    for month in (6, 2, 6):
        page.session.go_to(day_of_month(month)).result()
    assert page("lesson_answer", lesson=NAME, question=0)["lesson_answer"]["patch"]


def test_another_bone_does_not_answer_for_the_lesson(page):
    page("lesson_run", lesson=NAME, run="cracked")
    page.session.open(lives.scenario(), 1).result()
    page.session.go_to(day_of_month(6)).result()
    told = page("lesson_answer", lesson=NAME, question=0)["lesson_answer"]
    assert told["patch"] == ""


@pytest.mark.parametrize(
    ("deed", "content"),
    [
        ("lesson_part", {"lesson": "../../etc/passwd", "step": "Goal"}),
        ("lesson_part", {"lesson": NAME, "step": "Teacher"}),
        ("lesson_part", {"lesson": NAME, "step": {"a": 1}}),
        ("lesson_run", {"lesson": NAME, "run": "nothing"}),
        ("lesson_run", {"lesson": ["x"], "run": "cracked"}),
        ("lesson_answer", {"lesson": NAME, "question": 99}),
        ("lesson_answer", {"lesson": NAME, "question": True}),
        ("lesson_answer", {"lesson": NAME, "question": -1}),
        ("lesson_sheet", {"lesson": None}),
    ],
)
def test_a_hostile_message_is_one_line(page, deed, content):
    with pytest.raises(InputError) as caught:
        page(deed, **content)
    assert "\n" not in str(caught.value)


def lived(lesson, replicate):
    """Stand in for a life: only what the measures of a lesson need."""
    return {
        arm: [
            {name: float(month + replicate + (arm == run.name)) for name in lesson.readouts()}
            for month in range(run.months + 1)
        ]
        for run in lesson.head.run
        for arm in run.arms
    }


def test_patches_are_asked_once_for_all_visitors(page, monkeypatch):
    done = []
    monkeypatch.setattr(asking, "live", lambda *a: done.append(a[1]) or lived(*a))
    page("lesson_part", lesson=NAME, step="Observe")
    page("lesson_ask", lesson=NAME)
    page("lesson_ask", lesson=NAME)
    assert done == list(range(1, PATCHES + 1)) and page.asker.count(page.lesson) == PATCHES
    page.room.turn()
    told = page("lesson_answer", lesson=NAME, question=0)["lesson_answer"]
    assert "mean of 16 patches lived here" in told["says"] and told["right"] == 2
    assert (
        "16 patches have lived"
        in page("lesson_part", lesson=NAME, step="Observe")["lesson_patches"]["words"]
    )


def test_a_patch_lives_in_a_process_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setenv("BMU_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(asking, "PATCHES", 1)
    lesson, told, asker = on_a_tiny_patch("remodelling_cycle"), threading.Event(), Asker()
    asker.listeners.add(lambda: told.set() if asker.count(lesson) != 0 else None)
    try:
        asker.ask(lesson)
        assert told.wait(300) and asker.fault(lesson) == "" and asker.count(lesson) == 1
    finally:
        asker.close()


def test_too_few_patches_do_not_answer(page, monkeypatch):
    monkeypatch.setattr(asking, "live", lived)
    page.asker.ask(page.lesson)
    kept = next(iter(page.asker._kept.values()))
    for replicate in range(4, PATCHES + 1):
        del kept[replicate]
    assert page.asker.arms(page.lesson) == {} and page.asker.count(page.lesson) == 3


def test_a_life_that_fails_is_told_and_may_be_asked_again(page, monkeypatch):
    def fails(*_):
        raise InputError("the disk is full")

    monkeypatch.setattr(asking, "live", fails)
    page("lesson_ask", lesson=NAME)
    told = page("lesson_part", lesson=NAME, step="Observe")["lesson_patches"]
    assert told["words"] == "the disk is full" and not told["asked"]


def test_who_leaves_is_not_told_any_more(page):
    assert page.session.poke in page.asker.listeners
    page.room.close()
    assert not page.asker.listeners


# -- text and sheets -----------------------------------------------------------------------------


def test_markup_of_a_file_is_text():
    text = "<script>x</script> **bold** and *soft* `a < b`\n\n1. one\n   more\n2. {{n}}"
    told = to_html(text, {"n": "3 <b>"})
    assert "<script>" not in told and "&lt;script&gt;" in told
    assert "<b>bold</b>" in told and "<em>soft</em>" in told and "<code>a &lt; b</code>" in told
    assert told.endswith("<ol><li>one more</li><li>3 &lt;b&gt;</li></ol>")
    assert "(not lived yet)" in to_html("{{n}}", {})


def test_a_file_is_given_for_each_reader(page):
    page("lesson_sheet", lesson=NAME, teacher=False)
    page("lesson_sheet", lesson=NAME, teacher=True)
    assert [name for name, _, _ in page.files] == [f"{NAME}_student.html", f"{NAME}_teacher.html"]


@pytest.mark.parametrize("lesson", reading.shipped_lessons(), ids=lambda one: one.name)
def test_only_the_teacher_reads_the_answers(lesson):
    source = source_of(lesson)
    student, teacher = (worksheet(lesson, source, who) for who in (False, True))
    for question in lesson.head.question:
        assert all(choice.text.split("’")[0] in student for choice in question.choice[:1])
    assert "class=right" not in student and "95 % interval" not in student
    assert teacher.count("class=right") == len(lesson.head.question)
    assert "95 % interval" in teacher and "misconceptions" in teacher
    for sheet in (student, teacher):
        assert NOISE in sheet and "{{" not in sheet and "@page" in sheet
        assert not re.search(r"(src|href)=", sheet)


def test_a_lesson_without_patches_says_so():
    lesson = dataclasses.replace(reading.shipped_lessons()[0], name="own")
    assert pooled.of(lesson) is None
    teacher = worksheet(lesson, Source({}, ""), True)
    assert "Nobody knows yet" in teacher and "(not lived yet)" in teacher


def test_the_worksheets_are_one_command(tmp_path, capsys):
    from bmu_abm.app.lessons.__main__ import main

    assert main(["--sheets", str(tmp_path), "--only", "coupling"]) == 0
    assert sorted(one.name for one in tmp_path.iterdir()) == [
        "coupling_student.html",
        "coupling_teacher.html",
    ]
    assert main(["--lessons", str(tmp_path)]) == 2
    assert "holds no lesson" in capsys.readouterr().err
