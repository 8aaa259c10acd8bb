"""A life as one HTML file that opens from the disk: map, section, charts and a scrubber.

It is built from the same scripts as the page, with frames that were recorded instead of a server.
"""

from __future__ import annotations

import base64
import html
import json
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bmu_abm.app.acts import Act
from bmu_abm.app.arm import Arm
from bmu_abm.app.catalog import everything
from bmu_abm.app.frame import View, bone_frame
from bmu_abm.app.growing import grown
from bmu_abm.app.packet import pack
from bmu_abm.app.static_files import FOLDER, joined, sheet
from bmu_abm.app.style import all_colours
from bmu_abm.app.told import columns, points
from bmu_abm.app.words import sentence
from bmu_abm.clock import DAYS_PER_YEAR, MONTHS_PER_YEAR
from bmu_abm.pictures.sheet import liveliest_row
from bmu_abm.runs.files import write_atomically

if TYPE_CHECKING:
    from bmu_abm.model import BoneModel
    from bmu_abm.scenario import Scenario

MOST_FRAMES = 120


def record(arm: Arm, acts: list[Act], last_day: int, view: View) -> dict[str, Any]:
    """Live from day 0 to `last_day` and return what a replay shows.

    Parameters
    ----------
    arm : Arm
        At day 0; it is lived on.
    acts : list of Act
    last_day : int
    view : View
        Row of the section; stain and theme can be changed in the replay where frames allow it.
    """
    frames = [_frame(arm.model, view, arm) for _ in arm.pauses(last_day, acts, MOST_FRAMES)]
    plan = arm.model.spec
    return {
        "title": plan.title,
        "host": plan.host.title,
        "seed": arm.model.seed_value,
        "years": last_day / DAYS_PER_YEAR,
        "courses": [course.table() for course in plan.intervention],
        "acts": [{"day": act.day, "kind": act.kind} for act in acts],
        "columns": columns(),
        "points": points(arm.history.points, columns()),
        "frames": frames,
    }


def _frame(model: BoneModel, view: View, arm: Arm) -> dict[str, Any]:
    meta, arrays = bone_frame(model, view)
    message = pack({"arms": [meta], "row": view.row}, {f"0.{k}": v for k, v in arrays.items()})
    osteoclasts = len(model.populations["osteoclast"])
    return {
        "day": int(model.day),
        "month": MONTHS_PER_YEAR * model.day / DAYS_PER_YEAR,
        "sentence": sentence(model.spec, int(model.day), arm.history.points, osteoclasts),
        "data": base64.b64encode(zlib.compress(message, 6)).decode(),
    }


def page(recorded: dict[str, Any]) -> str:
    """Return the HTML file of a recorded life."""
    offers = dict(everything())
    used = {course["use"] for course in recorded["courses"]}
    offers["interventions"] = [
        one for one in offers["interventions"] if not one["group"] or one["name"] in used
    ]
    shown = ("panels", "first_panels", "interventions", "modifiers")
    told = {
        **recorded,
        "offers": {key: offers[key] for key in shown},
        "colours": all_colours(),
    }
    data = json.dumps(told, separators=(",", ":")).replace("<", "\\u003c")
    player = (FOLDER / "replay.js").read_text(encoding="utf-8")
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(recorded['title'])}</title>"
        f"<style>body{{margin:0}}{sheet()}</style></head><body><div class='bmu' id='bmu'></div>"
        f'<script type="application/json" id="life">{data}</script>'
        f'<script type="module">{joined()}\n{player}</script></body></html>'
    )


def replay(arm: Arm, acts: list[Act], last_day: int, row: int) -> str:
    """Return the replay of a life as one HTML file."""
    return page(record(arm, acts, last_day, View(row=row)))


def write_replay(scenario: Scenario, seed: int, folder: Path) -> None:
    """Live the first patch of a scenario once more and write `replay.html` into a folder."""
    arm = Arm(grown(scenario, seed))
    arm.begin()
    last_day = round(DAYS_PER_YEAR * scenario.years)
    text = replay(arm, [], last_day, liveliest_row(arm.model))
    write_atomically(folder / "replay.html", text.encode())
