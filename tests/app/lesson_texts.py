"""Shipped lessons for the tests, with their own runs and deeds on a patch that is soon grown."""

from __future__ import annotations

import dataclasses

from bmu_abm.app.lessons import reading
from bmu_abm.app.lessons.reading import Lesson

SHIPPED = (
    "remodelling_cycle", "coupling", "menopause", "fat_and_homing", "antiresorptives",
    "rebound", "anabolic_window", "micro_rna", "own_therapy",
)  # fmt: skip


def text_of(name: str) -> str:
    return (reading.FOLDER / f"{name}.md").read_text(encoding="utf-8")


def on_a_tiny_patch(name: str) -> Lesson:
    text = text_of(name).replace("x = 75, y = 75", "x = 34, y = 8").replace("y = 70", "y = 30")
    lesson = reading.parse(text, f"{name}.md", name)
    quick = {"patch": '"tiny"', "host.burn_in_years": "0.3"}
    small = {run: spec.with_settings(quick) for run, spec in lesson.scenarios.items()}
    return dataclasses.replace(lesson, scenarios=small)
