"""Lesson files: those that ship are right, and a mistake in one is a line that names it."""

from __future__ import annotations

from pathlib import Path

import pytest
from lesson_texts import SHIPPED

from bmu_abm.app.lessons import reading
from bmu_abm.cli import main
from bmu_abm.errors import InputError

GOOD = """+++
title = "My lesson"
minutes = 20

[[run]]
name = "left"
title = "Left alone"
scenario = "healthy"
months = 3

[measure.cells]
says = "Osteoclasts"
readout = "n_osteoclast"
arm = "left"
months = [0, 3]

[[question]]
ask = "How many?"
measure = "cells"
choice = [{ text = "few", up_to = 3.0 }, { text = "many" }]
+++
# Goal
g
# Predict
p
# Run
r
# Observe
o
# Explain
There are {{cells}}.
# Teacher
t
"""


def told(text: str) -> str:
    with pytest.raises(InputError) as caught:
        reading.parse(text, "my_lesson.md", "my_lesson")
    line = str(caught.value)
    assert line.startswith("my_lesson.md") and "\n" not in line
    return line


def test_the_shipped_lessons_in_their_order():
    found = reading.shipped_lessons()
    assert tuple(one.name for one in found) == SHIPPED
    for one in found:
        assert set(one.parts) == set(reading.PARTS) and one.head.claim
        assert len({question.step for question in one.head.question}) == 2
        assert "noise" in one.parts["Teacher"]


def test_they_measure_what_the_engine_tells(busy):
    columns = list(busy().sample())
    reading.check_readouts(reading.shipped_lessons(), columns)
    wrong = reading.parse(GOOD.replace("n_osteoclast", "n_osteoclst"), "my_lesson.md", "x")
    with pytest.raises(InputError, match=r"my_lesson.md: measure.cells.readout: .*n_osteoclast"):
        reading.check_readouts((wrong,), columns)


def test_a_good_lesson_of_a_teacher():
    lesson = reading.parse(GOOD, "my_lesson.md", "my_lesson")
    assert lesson.scenarios["left"].years == 0.25
    assert lesson.parts["Explain"] == "There are {{cells}}."


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (("+++\ntitle", "title"), "has no head"),
        (('title = "My', 'titel = "My'), "my_lesson.md:2: titel: unknown key"),
        (("minutes = 20", "minutes = 2"), "my_lesson.md:3: minutes"),
        (('scenario = "healthy"', 'scenario = "helthy"'), "did you mean 'healthy'"),
        (("months = 3\n", "months = 0\n"), "run.0.months"),
        (('arm = "left"', 'arm = "right"'), "measure.cells: is of an unknown arm"),
        (("months = [0, 3]", "months = [0, 9]"), "looks at month 9"),
        (("months = [0, 3]", "months = [3, 0]"), "let the last month be after the first"),
        (("months = [0, 3]", "months = 3"), "goes with one month"),
        (('measure = "cells"', 'measure = "cell"'), "did you mean 'cells'"),
        (('{ text = "many" }', '{ text = "many", up_to = 9.0 }'), "the last choice has a limit"),
        (("up_to = 3.0", "upto = 3.0"), "question.0.choice.0.upto"),
        (("# Explain\n", ""), "Explain: is missing"),
        (("# Teacher", "# Pupil"), "Pupil: unknown part"),
        (("{{cells}}", "{{sells}}"), "Explain: names an unknown measure"),
        (("minutes = 20", "minutes = nan"), "minutes"),
        (("minutes = 20", "minutes ="), "my_lesson.md:3: minutes: is not valid TOML"),
        (
            ("months = 3\n", 'months = 3\nintervention = [{ use = "denosumb" }]\n'),
            "intervention.0.use",
        ),
        (
            ("months = 3\n", 'months = 3\ntouch = [{ tool = "microcrack", x = 500, y = 5 }]\n'),
            "run left: pointer: x",
        ),
        (
            ("months = 3\n", 'months = 3\ntouch = [{ tool = "hammer", x = 5, y = 5 }]\n'),
            "run.0.touch.0.tool",
        ),
    ],
)
def test_a_mistake_is_one_line_that_names_the_key(change, key):
    assert change[0] in GOOD
    assert key in told(GOOD.replace(*change, 1))


def test_a_folder_is_checked_before_anything_heavy(tmp_path, capsys):
    def says(*arguments: str) -> str:
        assert main(["app", "--no-browser", *arguments]) == 2
        err = capsys.readouterr().err.strip()
        assert len(err.splitlines()) == 1
        return err

    assert "is no folder" in says("--lessons", str(tmp_path / "none"))
    assert "holds no lesson" in says("--lessons", str(tmp_path))
    (tmp_path / "my_lesson.md").write_bytes(b"\xff\xfe")
    assert "not UTF-8" in says("--lessons", str(tmp_path))
    (tmp_path / "my_lesson.md").write_text(GOOD.replace("minutes = 20", 'minutes = "20"'))
    assert "my_lesson.md:3: minutes" in says("--lessons", str(tmp_path))
    (tmp_path / "my_lesson.md").write_text(GOOD)
    (tmp_path / "My lesson.md").write_text(GOOD)
    assert "no name for a lesson" in says("--lessons", str(tmp_path))


def test_a_teachers_lesson_comes_last_or_replaces_one(tmp_path):
    from bmu_abm.app.lessons.shelf import Shelf

    (tmp_path / "coupling.md").write_text(GOOD)
    shelf = Shelf()
    shelf.add(tmp_path)
    assert [one.name for one in shelf.lessons].count("coupling") == 1
    assert shelf.find("coupling").head.title == "My lesson"
    with pytest.raises(InputError, match="did you mean 'menopause'"):
        shelf.find("menopaus")


def test_the_example_of_the_documentation_is_a_lesson():
    page = Path(__file__).parents[2] / "docs" / "lessons.md"
    example = page.read_text(encoding="utf-8").split("```markdown\n")[1].split("```")[0]
    body = GOOD.rpartition("+++\n")[2].replace("{{cells}}", "{{formation_late}}")
    lesson = reading.parse(example + body, "lessons.md", "example")
    assert lesson.head.run[0].untreated == "untreated" and lesson.head.claim
