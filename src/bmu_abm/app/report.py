"""A report of a session: one HTML file with pictures, readouts, the plan and the provenance."""

from __future__ import annotations

import base64
import html
import json
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd

from bmu_abm.app.arm import state_hash
from bmu_abm.app.session import Session
from bmu_abm.app.toml_out import text_of
from bmu_abm.app.words import sentence
from bmu_abm.interventions.plan import Plan
from bmu_abm.pictures.sheet import sheet
from bmu_abm.runs.figure import figure_png
from bmu_abm.runs.provenance import versions

_STYLE = """
body { font: 14px/1.5 Roboto, Arial, sans-serif; color: #1F2933; background: #F6F5F2;
  max-width: 860px; margin: 32px auto; padding: 0 16px }
h1 { font-size: 22px; font-weight: 500 } h2 { font-size: 16px; font-weight: 500 }
img { max-width: 100%; border: 1px solid #E3E5E8; border-radius: 8px }
pre { background: #fff; border: 1px solid #E3E5E8; border-radius: 8px; padding: 12px;
  overflow: auto; font-size: 12px }
"""


def report(session: Session, view: Any) -> str:
    """Return the page."""
    plan, arm = session.scenario, session.arms[0]
    points = arm.history.points
    told = " ".join(sentence(plan, session.day, points, len(arm.model.populations["osteoclast"])))
    origin = {
        "seed": session.seed,
        "day": session.day,
        "state": state_hash(arm.model),
        "versions": versions(),
        "acts": [act.table() for act in session.acts],
        "interventions": Plan.from_scenario(plan).provenance(),
    }
    parts = [
        f"<h1>{html.escape(plan.title)}</h1>",
        f"<p>{html.escape(plan.host.title)}, seed {session.seed}. {html.escape(told)}</p>",
        "<p>One patch is noise: run the scenario below with <code>bmu run</code> for an answer "
        "over many patches.</p>",
        _image(_picture(session, view), "the bone from above and its section"),
        _image(_course(session), "the course of the readouts"),
        f"<h2>The scenario</h2><pre>{html.escape(text_of(plan, session.seed))}</pre>",
        f"<h2>Provenance</h2><pre>{html.escape(json.dumps(origin, indent=1, default=str))}</pre>",
    ]
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        f"<title>{html.escape(plan.title)}</title><style>{_STYLE}</style>{''.join(parts)}</html>"
    )


def _image(data: bytes, words: str) -> str:
    code = base64.b64encode(data).decode()
    return f'<p><img alt="{words}" src="data:image/png;base64,{code}"></p>'


def _picture(session: Session, view: Any) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "picture.png"
        sheet(session.model, path, view.row, "light", view.stain)
        return path.read_bytes()


def _course(session: Session) -> bytes:
    rows = [{"replicate": 0, "seed": session.seed, **row} for row in session.arms[0].history.months]
    plan = session.scenario
    courses = [
        {"use": one.use, "start_month": one.start_month, "stop_month": one.stop_month}
        for one in plan.intervention
    ]
    return figure_png(pd.DataFrame(rows), plan.title, plan.patch.surface_mm2, courses)
