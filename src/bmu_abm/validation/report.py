"""A study's results beside the ranges of the field: table, page and figure."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from bmu_abm.docs import table as markdown
from bmu_abm.validation.targets import holds, targets

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from bmu_abm.validation.study import Study, Values

_INSIDE, _OUTSIDE, _BAND = "#1b7f79", "#c2562d", "#dfe6e4"
_LEFT, _RIGHT = -0.75, 1.75  # the axis ends here, in widths of the range


def beside_targets(study: str, values: Values) -> pd.DataFrame:
    """Return one row a number, those without a range last.

    Returns
    -------
    DataFrame
        Index `label`; columns `value, se, low, high, unit, holds, source`; `holds` is empty
        where there is no range.
    """
    ranges = targets(study)
    rows = pd.DataFrame.from_dict(values, orient="index", columns=["value", "se"])
    rows = rows.join(ranges).rename_axis("label")
    order = [*ranges.index, *(label for label in rows.index if label not in ranges.index)]
    rows = rows.loc[order]
    verdicts = [
        ("yes" if holds(row.value, row.low, row.high) else "no") if label in ranges.index else ""
        for label, row in zip(rows.index, rows.itertuples(), strict=True)
    ]
    rows.insert(5, "holds", verdicts)
    return rows[["value", "se", "low", "high", "unit", "holds", "source"]]


def _range_text(low: float, high: float) -> str:
    if pd.isna(low) and pd.isna(high):
        return ""
    if pd.isna(low):
        return f"at most {high:g}"
    return f"at least {low:g}" if pd.isna(high) else f"{low:g} to {high:g}"


def _budget_text(arm: str, table: pd.DataFrame) -> str:
    head = (table.index.name, *table.columns)
    rows = [(str(month), *row) for month, row in zip(table.index, table.to_numpy(), strict=True)]
    return f"""
## Where the bone of the arm "{arm}" went

Change since month 0 in % of the mineral of cancellous bone then; the parts add up exactly.

{markdown(head, rows)}"""


def _course_text(name: str) -> str:
    return f"""
![Means over the patches, with their standard errors]({name}_course.png)
"""


def page(
    name: str,
    study: Study,
    rows: pd.DataFrame,
    basis: str,
    budgets: Mapping[str, pd.DataFrame],
    options: str = "",
) -> str:
    """Return the page of a study as Markdown.

    `budgets` are tables of text, by arm; `options` those of the command that are not the usual.
    """
    cells = [
        (
            str(label),
            f"{row.value:.3g}" + _error_text(row.value, row.se),
            _range_text(row.low, row.high),
            row.unit if isinstance(row.unit, str) else "",
            row.holds,
            row.source if isinstance(row.source, str) else "",
        )
        for label, row in zip(rows.index, rows.itertuples(), strict=True)
    ]
    course = _course_text(name) if study.charts else ""
    dots = f"![Every number on the scale of its range]({name}.png)\n\n" if has_dots(rows) else ""
    head = ("", "model, mean ± standard error", "range", "unit", "within", "range from")
    return f"""# {study.title}

Written by `python -m bmu_abm.validation {name}{options}`; do not edit.

{study.about} {basis}

{dots}{markdown(head, cells)}{course}{"".join(_budget_text(*item) for item in budgets.items())}"""


def _error_text(value: float, se: float) -> str:
    """Return a standard error as it stands behind its value; what is rounding alone is 0."""
    if pd.isna(se):
        return ""
    return f" ± {se if se > 1e-9 * abs(value) else 0.0:.2g}"


def has_dots(rows: pd.DataFrame) -> bool:
    """Tell whether any number has a closed range, on the scale of which it can be drawn."""
    return bool((rows["low"].notna() & rows["high"].notna()).any())


def draw(rows: pd.DataFrame, title: str, path: Path) -> None:
    """Draw every number with a closed range on the scale of that range, low at 0, high at 1."""
    from matplotlib.figure import Figure

    closed = rows[rows["low"].notna() & rows["high"].notna()]
    figure = Figure(figsize=(7.2, 0.9 + 0.27 * len(closed)), layout="constrained")
    ax = figure.add_subplot()
    ax.axvspan(0.0, 1.0, color=_BAND, lw=0)
    for k, row in enumerate(closed.itertuples()):
        _dot(ax, len(closed) - 1 - k, row)
    ax.set_yticks(range(len(closed)), list(closed.index[::-1]), fontsize=8)
    ax.set_xlim(-0.8, 1.8)
    ax.set_xticks([0.0, 1.0], ["low", "high"])
    ax.tick_params(length=0)
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.set_title(title, loc="left", fontsize=10)
    figure.savefig(path, dpi=150)


def _dot(ax: Axes, height: int, row: object) -> None:
    value, se, low, high = (getattr(row, name) for name in ("value", "se", "low", "high"))
    width = high - low
    at = (value - low) / width
    color = _INSIDE if holds(value, low, high) else _OUTSIDE
    error = 0.0 if pd.isna(se) else se / width
    marker = "<" if at < _LEFT else ">" if at > _RIGHT else "o"  # an arrow: it lies farther out
    shown = min(_RIGHT, max(_LEFT, at))
    ax.errorbar([shown], [height], xerr=[error], fmt=marker, ms=4.5, color=color)
