"""What was measured of a bone while it lived: a row every few days, and the rows of each month."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bmu_abm.clock import DAYS_PER_YEAR, MONTHS_PER_YEAR, day_of_month
from bmu_abm.readouts.markers import GAINS
from bmu_abm.readouts.table import baseline_of

if TYPE_CHECKING:
    from bmu_abm.model import BoneModel

EVERY_DAYS = 5
_WINDOW_DAYS = 30
# Flows of a month: between the samples of months they have no value of their own.
FLOWS = (
    "ms_bs", "oc_s_bs", "mar_um_per_day", "bfr_bs_um_per_year", "ac_f_per_year", "w_th_um",
    "e_de_um", "bsap_ratio", "ocn_ratio", "trap5b_ratio", "nuclei_per_osteoclast",
)  # fmt: skip


def month_on(day: int) -> int | None:
    """Return the whole month that is sampled on `day`, or None."""
    month = round(MONTHS_PER_YEAR * day / DAYS_PER_YEAR)
    return month if day_of_month(month) == day else None


@dataclass
class History:
    """Rows of one bone.

    Attributes
    ----------
    months : list of dict
        As `bmu run` writes them: `month`, then every readout.
    points : list of dict
        Every 5 days and on the days of months: `day`, `month`, and what has a value on that day;
        resorption and formation are over the last 30 days.
    """

    months: list[dict[str, Any]] = field(default_factory=list)
    points: list[dict[str, Any]] = field(default_factory=list)
    totals: list[tuple[int, int, int]] = field(default_factory=list)

    def watch(self, model: BoneModel) -> bool:
        """Measure what is due today; tells whether a point was added."""
        month = month_on(model.day)
        if month is None and model.day % EVERY_DAYS:
            return False
        if self.points and self.points[-1]["day"] >= model.day:
            return False
        row = model.sample() if month is not None else peek(model)
        if month is not None:
            self.months.append({"month": float(month)} | row)
        self._note_totals(model)
        self.points.append(self._point(model, row, month is not None))
        return True

    def _note_totals(self, model: BoneModel) -> None:
        book = model.ledger[0]
        today = (int(model.day), int(book["removed_total_nm"]), int(book["formed_total_nm"]))
        self.totals.append(today)

    def _point(self, model: BoneModel, row: dict[str, float], whole: bool) -> dict[str, Any]:
        kept = {k: v for k, v in row.items() if whole or k not in FLOWS}
        return {
            "day": int(model.day),
            "month": MONTHS_PER_YEAR * model.day / DAYS_PER_YEAR,
            **kept,
            **self._window(model, row),
        }

    def _window(self, model: BoneModel, row: Mapping[str, float]) -> dict[str, float]:
        """Return resorption and formation of the last 30 days, and the serum that follows them."""
        day, removed, formed = self.totals[-1]
        since = next(one for one in self.totals if one[0] >= day - _WINDOW_DAYS)
        days = day - since[0]
        if days < _WINDOW_DAYS // 2:
            return {}
        base = baseline_of(model)
        per_year = DAYS_PER_YEAR / days / model.trabecula.n_sites / 1000.0
        found = {
            "resorption_ratio": (removed - since[1]) * per_year / base["resorption_um_per_year"],
            "formation_ratio": (formed - since[2]) * per_year / base["formation_um_per_year"],
        }
        for name, driver in (("ctx_ratio", "resorption_ratio"), ("p1np_ratio", "formation_ratio")):
            share = float(model.p[0][GAINS[name][0]])
            found[name] = 1.0 - share + share * found[driver]
        return found

    def cut(self, day: int) -> None:
        """Forget what was measured after `day`."""
        self.points = [one for one in self.points if one["day"] <= day]
        self.totals = [one for one in self.totals if one[0] <= day]
        self.months = [one for one in self.months if day_of_month(one["month"]) <= day]

    def since(self, count: int) -> Iterator[dict[str, Any]]:
        """Yield the points after the first `count`."""
        yield from self.points[count:]


def peek(model: BoneModel) -> dict[str, float]:
    """Return every readout without starting the counts of the next stretch."""
    book, arrears = model.ledger.copy(), model.memory.arrears
    row = model.sample()
    model.ledger[:], model.memory.arrears = book, arrears
    return row
