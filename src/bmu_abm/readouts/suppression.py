"""What years of suppressed remodelling leave behind: two indices over rest.

They order arms and years of one model. Neither is an incidence, a risk or a threshold: no femur
breaks here, no jaw is simulated, and nothing of them acts on bone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bmu_abm.rates import days_felt, kept
from bmu_abm.readouts.markers import activity
from bmu_abm.signalling.mevalonate import work_left
from bmu_abm.systemic.inputs import over_rest

if TYPE_CHECKING:
    from bmu_abm.model import BoneModel

DAYS_PER_YEAR = 365.0
LEAST_RESORPTION = 0.05  # of the companion over rest: no crack waits for ever
SERVICE = ("resorption_um_per_year", "osteoclasts_per_mm2")  # what remodels, in absolute units


def indices(model: BoneModel) -> dict[str, float]:
    """Return the two indices of today, 1 at rest.

    `atypical_fracture_index` is the damage of the companion's cortex times what a crack waits there
    to be removed. `over_suppression_index` are the arrears of the patch over the pace at which
    osteoclasts could clear them.
    """
    return {
        "atypical_fracture_index": unmended(model.skeleton),
        "over_suppression_index": model.memory.arrears / pace_left(model),
    }


def unmended(skeleton: NDArray[np.void]) -> float:
    """Return damage of the shell times what it waits for an osteoclast, both over rest.

    A crack grows to a fracture where nobody removes it in time: Burr 1997 J Bone Miner Res
    (recalled).
    """
    wait = 1.0 / max(float(skeleton["resorption"][0]), LEAST_RESORPTION)
    return float(skeleton["cortex_damage"][0]) * wait


def arrears_after(
    arrears: float, need: float, service: float, turnover_per_year: float, days: float
) -> float:
    """Return the remodelling that is left undone (over rest) after some days.

    It comes with the damage of the patch and goes as it is remodelled, at the host's turnover.

    Parameters
    ----------
    arrears : float
        Before.
    need : float
        Damage over that of month 0.
    service : float
        Remodelling over the usual one (see `service`).
    turnover_per_year : float
        Of the host's bone at rest.
    """
    per_day = turnover_per_year / DAYS_PER_YEAR
    rate = per_day * service
    return float(arrears * kept(rate, days) + per_day * need * days_felt(rate, days))


def service(now: Mapping[str, float], usual: Mapping[str, float]) -> float:
    """Return remodelling over the usual one: of bone resorbed and of osteoclasts, the middle.

    The geometric mean: without either there is none.
    """
    return math.sqrt(math.prod(over_rest(now[name], usual[name]) for name in SERVICE))


def pace_left(model: BoneModel) -> float:
    """Return the share of its speed at which an osteoclast clears bone of this patch.

    It takes up what the bone under one of its nuclei holds of bisphosphonates, on average; 1
    without them.
    """
    if not len(model.drugs):
        return 1.0
    b = model.trabecula
    worth = float(b.bisphosphonate.sum(axis=(1, 2), dtype=float) @ model.drugs["potency"])
    per_nucleus = worth / b.n_sites * float(model.p["osteoclast_sites_per_nucleus"][0])
    return float(work_left(per_nucleus, model.p[0]))


def catch_up(model: BoneModel, damage: float, usual: Mapping[str, float]) -> None:
    """Let the arrears live through the days since the last sample; until month 0 they stay.

    Parameters
    ----------
    damage : float
        Of the patch today.
    usual : mapping
        The constants of the host that ratios are over.
    """
    memory = model.memory
    days = min(float(model.ledger["days"][0]), float(model.day))  # what came before is past
    if memory.begun and days > 0.0:
        need = over_rest(damage, memory.origin["damage"])
        served = service(activity(model), usual)
        turnover = model.spec.host.turnover_per_year
        memory.arrears = arrears_after(memory.arrears, need, served, turnover, days)
