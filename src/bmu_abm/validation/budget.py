"""Where the bone of an arm went: the budget of loss over its patches."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from bmu_abm.validation.pooled import Stretch, jackknife

PARTS = {
    "cancellous mineral (%)": "bmd_cancellous_pct",
    "remodelling space": "budget_space_pct",
    "balance of cavities": "budget_balance_pct",
    "perforation": "budget_perforation_pct",
    "mineral degree": "budget_mineral_pct",
}


def budget(frame: pd.DataFrame, months: Sequence[float]) -> pd.DataFrame:
    """Return the change of cancellous mineral since month 0 and its parts, as text.

    Returns
    -------
    DataFrame
        Index `month`; a column for each of `PARTS`, "mean ± standard error" in %.
    """
    rows = {}
    for month in months:
        last = Stretch(frame, 0, month)
        values = {title: last.last(name) for title, name in PARTS.items()}
        means = {title: jackknife(v, 0.0 * v + 1.0) for title, v in values.items()}
        rows[f"{month:g}"] = {title: f"{m:.2f} ± {se:.2f}" for title, (m, se) in means.items()}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("month")
