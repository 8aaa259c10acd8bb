"""The untreated twin of a bone: the same month 0, the same random numbers, no treatment."""

from __future__ import annotations

from collections.abc import Callable

from bmu_abm.app.arm import Arm
from bmu_abm.app.control import control_of
from bmu_abm.errors import InputError
from bmu_abm.scenario import Scenario

_TOLD_EVERY_DAYS = 30


def twin_of(arm: Arm, base: Scenario, told: Callable[[float], bool]) -> Arm:
    """Return a bone that was that of `arm` in month 0 and lived without treatment until today.

    Parameters
    ----------
    arm : Arm
    base : Scenario
        As the bone was opened: what the twin keeps of it is said by `control_of`.
    told : callable
        Hears the share that has been lived, and returns whether to go on.

    Raises
    ------
    InputError
        The snapshot of month 0 is damaged.
    """
    from bmu_abm.model import BoneModel
    from bmu_abm.runs.snapshot_cache import decode

    snapshot = decode(arm.kept[0])
    if snapshot is None:
        raise InputError("The snapshot of month 0 is damaged: press Reset.")
    twin = Arm(BoneModel.restore(snapshot))
    twin.model.adopt(control_of(base, arm.model.spec))
    twin.begin_again(arm)
    while twin.model.day < arm.model.day:
        twin.step()
        late = twin.model.day % _TOLD_EVERY_DAYS == 0
        if late and not told(twin.model.day / arm.model.day):
            break
    return twin
