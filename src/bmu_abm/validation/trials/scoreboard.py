"""The scoreboard: verdict on every row, mean errors of density, table, page and provenance."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from bmu_abm.docs import table as markdown
from bmu_abm.runs.files import machine_errors, staged, write_atomically
from bmu_abm.runs.output import to_csv, to_json
from bmu_abm.runs.provenance import machine, versions
from bmu_abm.validation.targets import holds
from bmu_abm.validation.trials.figure import draw
from bmu_abm.validation.trials.readings import Frames, unread, value
from bmu_abm.validation.trials.rows import PERCENT_PER_POINT, Row

NEAR_POINTS = 1.5
WITHIN, MISSED, DIRECTION = "within trial scatter", "missed", "direction as found"
NEAR_DENSITY = f"within {NEAR_POINTS:g} points"
NEAR_OTHERS = f"within {NEAR_POINTS * PERCENT_PER_POINT:g} %"
NOT_SIMULATED = "not simulated"
SITES = {"bmd_lumbar_spine": "lumbar spine", "bmd_total_hip": "total hip"}


@dataclass(frozen=True)
class Basis:
    """What a scoreboard rests on.

    Attributes
    ----------
    seed : int
    se, most : float, int
        The standard error that was wanted (points), and patches of an arm at most.
    command : str
    patches : dict of str to int
        By arm.
    arms : dict of str to table
        The scenarios.
    """

    seed: int
    se: float
    most: int
    command: str
    patches: Mapping[str, int]
    arms: Mapping[str, dict[str, Any]]


def verdict(row: Row, simulated: float, se: float) -> str:
    """Return how a simulated value stands to what the trial found."""
    if row.how == "direction":
        sure = simulated * row.observed > 0.0 and abs(simulated) > 2.0 * se
        return DIRECTION if sure else MISSED
    if not (math.isnan(row.low) and math.isnan(row.high)) and holds(simulated, row.low, row.high):
        return WITHIN
    if abs(simulated - row.observed) <= NEAR_POINTS * row.point:
        return NEAR_DENSITY if row.density else NEAR_OTHERS
    return MISSED


def scored(rows: Sequence[Row], frames: Frames, reasons: Mapping[str, str]) -> pd.DataFrame:
    """Return one line a row.

    Parameters
    ----------
    rows : sequence of Row
        What is scored.
    frames : mapping of str to DataFrame
        The monthly rows of the arms that were lived.
    reasons : mapping of str to str
        Why rows with an arm are not simulated, by id.

    Returns
    -------
    DataFrame
        Columns `id, study, trial, drug, site, quantity, month, unit, observed, uncertainty, low,
        high, confidence, followed, readout, how, simulated, se, patches, verdict, note, source`.
    """
    return pd.DataFrame([_line(row, frames, reasons.get(row.id)) for row in rows])


def _line(row: Row, frames: Frames, reason: str | None) -> dict[str, Any]:
    why_not = row.why if not row.arm else reason or unread(row, frames)
    simulated, se = (math.nan, math.nan) if why_not is not None else value(row, frames)
    told = f"{NOT_SIMULATED}: {why_not}" if why_not is not None else verdict(row, simulated, se)
    patches = 0 if why_not is not None else min(frames[a]["replicate"].nunique() for a in row.arms)
    first = ("id", "study", "trial", "drug", "site", "quantity", "month", "unit", "observed")
    second = ("uncertainty", "low", "high", "confidence", "followed", "readout", "how")
    return {
        **{name: getattr(row, name) for name in (*first, *second)},
        "simulated": simulated,
        "se": se,
        "patches": patches,
        "verdict": told,
        "note": row.why if row.arm else "",
        "source": row.source,
    }


def mean_errors(table: pd.DataFrame) -> pd.DataFrame:
    """Return the mean absolute error of changes of density, by drug and over all (points).

    Returns
    -------
    DataFrame
        Index `drug`, then "all" and parts of all: verified values, the same people measured
        again, verified values of these, and cross-sections; columns `lumbar spine, total hip` and
        the number of rows behind each, `lumbar spine rows, total hip rows`.
    """
    counted = table[table["how"].isin(["change", "difference"]) & table["simulated"].notna()]
    groups = dict(list(counted.groupby("drug"))) | {"all": counted}
    followed, verified = counted["followed"], counted["confidence"] == "verified"
    groups["all, verified values"] = counted[verified]
    groups["the same people measured again"] = counted[followed]
    groups["the same people, verified values"] = counted[followed & verified]
    groups["cross-sections"] = counted[~followed]
    return pd.DataFrame({drug: _errors(part) for drug, part in groups.items()}).T.rename_axis(
        "drug"
    )


def _errors(part: pd.DataFrame) -> dict[str, float]:
    told: dict[str, float] = {}
    for start, site in SITES.items():
        rows = part[part["readout"].str.startswith(start)]
        told[site] = float((rows["simulated"] - rows["observed"]).abs().mean())
        told[f"{site} rows"] = float(len(rows))
    return told


def _count(table: pd.DataFrame) -> str:
    kinds = table["verdict"].str.partition(":")[0].value_counts()
    return ", ".join(f"{number} {kind}" for kind, number in kinds.items())


def _value(mean: float, more: str) -> str:
    return "" if math.isnan(mean) else f"{mean:.3g}{more}"


def _rows_text(table: pd.DataFrame) -> str:
    head = (
        "row", "trial", "drug", "what", "month", "found", "scatter", "model, mean ± standard error",
        "verdict", "value", "note",
    )  # fmt: skip
    cells = [
        (
            row.id,
            row.trial,
            row.drug,
            f"{row.site}: {row.quantity} ({row.unit})",
            _value(row.month, ""),
            _value(row.observed, ""),
            row.uncertainty,
            _value(row.simulated, f" ± {row.se:.2g}"),
            row.verdict,
            row.confidence,
            row.note,
        )
        for row in table.itertuples()
    ]
    return markdown(head, cells)


def _errors_text(errors: pd.DataFrame) -> str:
    cells = [
        (
            str(drug),
            *(
                f"{row[site]:.2f} ({row[f'{site} rows']:.0f})" if row[f"{site} rows"] else ""
                for site in SITES.values()
            ),
        )
        for drug, row in errors.iterrows()
    ]
    return markdown(("drug", *SITES.values()), cells)


def page(table: pd.DataFrame, basis: Basis) -> str:
    """Return the scoreboard as Markdown."""
    known = versions()
    patches = basis.patches.values()
    pooled = f"{min(patches)} to {max(patches)} patches an arm" if patches else "no arms"
    return f"""# Published trials beside the model

Written by `bmu validate`; do not edit. `docs/validate.md` says how rows are compared. Version
{known["bmu_abm"]}, sources {known["sources"]}, seed {basis.seed}; {pooled}, added until the
standard error of a change of density was at most {basis.se:g} points or {basis.most} were done.

Command: `{basis.command}`.

{len(table)} rows: {_count(table)}.

![Found and simulated, by drug](scoreboard.png)

## Mean absolute error of the change of density

In points; in brackets the number of rows.

{_errors_text(mean_errors(table))}
## Rows

{_rows_text(table)}"""


def write_scoreboard(folder: Path, table: pd.DataFrame, basis: Basis) -> None:
    """Write scoreboard.csv, scoreboard.md, scoreboard.png and provenance.json.

    Raises
    ------
    MachineError
        The disk is full or the folder is not writable.
    """
    known = {"versions": versions(), "platform": machine(), **asdict(basis)}
    files = {
        "scoreboard.csv": to_csv(table),
        "scoreboard.md": page(table, basis).encode(),
        "provenance.json": to_json(known),
    }
    with machine_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            write_atomically(folder / name, data)
        with staged(folder / "scoreboard.png") as picture:
            draw(table, picture)
