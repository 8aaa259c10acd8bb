"""Are the readouts that a study names among those that the engine gives?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from bmu_abm.batch.study import Study
from bmu_abm.faults import suggest
from bmu_abm.runs.simulate import bone_model

if TYPE_CHECKING:
    from bmu_abm.model import BoneModel


def columns_of(study: Study, model_class: type[BoneModel] | None = None) -> list[str]:
    """Return the readouts of the engine, from a new tiny patch of the study's base scenario."""
    engine: Any = model_class or bone_model()
    return list(engine(study.base.with_settings({"patch": "tiny"}), rng=1).sample())


def check_readouts(study: Study, model_class: type[BoneModel] | None = None) -> None:
    """Refuse a study that names a readout which does not exist.

    Raises
    ------
    InputError
        With the nearest readout that does.
    """
    named = list(_named(study))
    if not named:
        return
    columns = columns_of(study, model_class)
    for key, name in named:
        if name not in columns:
            mend = suggest(name, [c for c in columns if not c.startswith("sum_")])
            raise study.fault(key, f"unknown readout {name!r}", mend)


def _named(study: Study) -> Iterator[tuple[str, str]]:
    for name in study.readouts:
        yield "readouts", name
    if study.stop is not None:
        yield "stop.readout", study.stop.readout
    for i, target in enumerate(study.target):
        yield f"target.{i}.readout", target.readout
