"""What can be taken away from a session: tables, pictures, the scenario."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from bmu_abm.app.arm import Arm
from bmu_abm.app.link import Life, write
from bmu_abm.app.session import Session
from bmu_abm.app.toml_out import text_of
from bmu_abm.faults import fault, show, suggest
from bmu_abm.model import BoneModel
from bmu_abm.pictures.sheet import sheet
from bmu_abm.runs.snapshot_cache import decode

File = tuple[str, str, bytes]


def life_of(session: Session) -> Life:
    """Return what a link of this moment holds."""
    done = [act for act in session.acts if act.day <= session.day]
    return Life(session.base, session.seed, done, session.day)


def _rows(session: Session) -> list[dict[str, Any]]:
    """Return the monthly readouts of all arms, in the columns of `bmu run`."""
    return [
        {"arm": name, "seed": session.seed, **row}
        for name, arm in zip(("treated", "untreated"), session.arms, strict=False)
        for row in arm.history.months
    ]


def table(session: Session) -> File:
    """Return the monthly readouts as CSV."""
    stream, rows = io.StringIO(), _rows(session)
    writer = csv.DictWriter(stream, list(rows[0]) if rows else ["arm"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return f"{_stem(session)}.csv", "text/csv", stream.getvalue().encode()


def parquet(session: Session) -> File:
    """Return the monthly readouts as Parquet: the same columns, with their types."""
    stream = io.BytesIO()
    pd.DataFrame(_rows(session)).to_parquet(stream, index=False)
    return f"{_stem(session)}.parquet", "application/vnd.apache.parquet", stream.getvalue()


def film(session: Session, view: Any) -> File:
    """Return this life until today as an animated GIF."""
    from bmu_abm.app.animation import gif

    data = gif(_from_the_start(session), session.acts, session.day, view.theme, view.stain)
    return f"{_stem(session)}.gif", "image/gif", data


def scenario(session: Session) -> File:
    """Return the plan as it stands, as a scenario file."""
    text = text_of(session.scenario, session.seed)
    return f"{session.scenario.name}.toml", "application/toml", text.encode()


def picture(session: Session, ending: str, view: Any) -> File:
    """Return the map and the section of the treated bone as PNG or SVG."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"picture.{ending}"
        sheet(session.model, path, view.row, view.theme, view.stain)
        mime = "image/png" if ending == "png" else "image/svg+xml"
        return f"{_stem(session)}.{ending}", mime, path.read_bytes()


def _stem(session: Session) -> str:
    return f"{session.scenario.name}_seed{session.seed}_day{session.day}"


def take(session: Session, what: Any, view: Any) -> File:
    """Return a file.

    Raises
    ------
    InputError
        There is nothing of this name.
    """
    from bmu_abm.app.replay import replay
    from bmu_abm.app.report import report

    makers: dict[str, Callable[[], File]] = {
        "csv": lambda: table(session),
        "parquet": lambda: parquet(session),
        "gif": lambda: film(session, view),
        "toml": lambda: scenario(session),
        "png": lambda: picture(session, "png", view),
        "svg": lambda: picture(session, "svg", view),
        "report": lambda: (
            f"{_stem(session)}.html",
            "text/html",
            report(session, view).encode(),
        ),
        "replay": lambda: (
            f"{_stem(session)}_replay.html",
            "text/html",
            replay(_from_the_start(session), session.acts, session.day, view.row).encode(),
        ),
    }
    if what not in makers:
        raise fault("download", "", f"is {show(what)}", suggest(str(what), makers))
    return makers[what]()


def _from_the_start(session: Session) -> Arm:
    """Return a second bone at month 0, to be lived again."""
    snapshot = decode(session.arms[0].kept[0])
    if snapshot is None:
        raise fault("replay", "", "the snapshot of month 0 is damaged", "press Reset")
    arm = Arm(BoneModel.restore(snapshot))
    arm.begin_again(session.arms[0])
    return arm


def link(session: Session) -> str:
    """Return what stands behind ``#`` in the link of this moment."""
    return write(life_of(session))
