"""Run a study and write its results: ``python -m bmu_abm.validation STUDY``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from bmu_abm.compiled import engine_hash
from bmu_abm.runs.ensemble import replicates, run_ensemble
from bmu_abm.runs.pool import WorkerPool, available_cores
from bmu_abm.validation.budget import budget
from bmu_abm.validation.course import draw_course
from bmu_abm.validation.report import beside_targets, draw, has_dots, page
from bmu_abm.validation.studies import STUDIES
from bmu_abm.validation.study import Study

if TYPE_CHECKING:
    import pandas as pd


def run(study: Study, count: int, seed: int, store: Path | None) -> tuple[dict, float]:
    """Run all arms over the same patches.

    Returns
    -------
    frames : dict of str to DataFrame
        The monthly rows of every arm.
    surface_mm2 : float
        Bone surface that the smallest arm pools.
    """
    frames: dict[str, pd.DataFrame] = {}
    surface = float("inf")
    with WorkerPool(available_cores()) as pool:
        for name, arm in study.arms.items():
            design = replicates(arm.resolved(), seed, count)
            ensemble = run_ensemble(
                design,
                pool,
                store and store / engine_hash() / name,
                on_error="raise",
                progress=True,
            )
            frames[name] = ensemble.frame()
            surface = min(surface, float(ensemble.runs["surface_mm2"].sum()))
    return frames, surface


def main() -> None:
    """Run one study."""
    parser = argparse.ArgumentParser(prog="python -m bmu_abm.validation", description=__doc__)
    parser.add_argument("study", choices=STUDIES)
    parser.add_argument("--replicates", type=int, help="patches of 2 mm2 in every arm")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--store", type=Path, help="keep finished runs here, and go on from them")
    parser.add_argument("--out", type=Path, default=Path("docs/validation"))
    asked = parser.parse_args()
    study = STUDIES[asked.study]
    count = study.replicates if asked.replicates is None else asked.replicates
    if count < 2:
        parser.error("--replicates: an error needs 2 patches or more")
    frames, surface = run(study, count, asked.seed, asked.store)
    rows = beside_targets(asked.study, study.values(frames))
    basis = f"Pooled over {count} patches, at least {surface:g} mm2 of surface an arm; "
    basis += f"seed {asked.seed}."
    asked.out.mkdir(parents=True, exist_ok=True)
    rows.to_csv(asked.out / f"{asked.study}.csv", float_format="%.5g")
    budgets = {arm: budget(frames[arm], months) for arm, months in study.budgets.items()}
    options = f" --replicates {count}" if count != study.replicates else ""
    options += f" --seed {asked.seed}" if asked.seed != 1 else ""
    text = page(asked.study, study, rows, basis, budgets, options)
    (asked.out / f"{asked.study}.md").write_text(text, encoding="utf-8")
    if has_dots(rows):
        draw(rows, study.title, asked.out / f"{asked.study}.png")
    if study.charts:
        draw_course(frames, study.charts, asked.out / f"{asked.study}_course.png")
    print(rows.drop(columns="source").to_string(float_format="{:.3g}".format))


if __name__ == "__main__":
    main()
