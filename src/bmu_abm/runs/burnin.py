"""Burn-ins: the state of a patch at month 0, made once and then read from the cache.

Most hosts live their burn-in from fresh bone. A host that is `made_from` another one is that
host after its burn-in, having lived some years of a scenario: the postmenopausal woman is the
premenopausal one after the menopause.
"""

from __future__ import annotations

import functools
import hashlib
import json
from typing import TYPE_CHECKING, Any

from bmu_abm import __version__
from bmu_abm.clock import DAYS_PER_YEAR
from bmu_abm.compiled import engine_hash
from bmu_abm.runs.snapshot_cache import Snapshot, SnapshotCache

if TYPE_CHECKING:
    from bmu_abm.model import BoneModel
    from bmu_abm.scenario import Scenario

FLOW_DAYS = 30

_engine = functools.cache(engine_hash)


def burn_in_key(scenario: Scenario, seed: int, replicate: int) -> str:
    """Return 32 hex digits that name the burn-in of one replicate.

    They change with what the scenario says of its burn-in (host and its past, patch, parameters),
    the package's version or any source of its engine, the seed and the replicate.
    """
    parts = [scenario.burn_in_key(), _engine(), __version__, seed, replicate]
    text = json.dumps(parts, sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def start(
    scenario: Scenario,
    seed: int,
    replicate: int,
    model_class: type[BoneModel],
    cache: SnapshotCache,
) -> BoneModel:
    """Return a model at month 0 with its treatment begun.

    The model is always restored from the snapshot, also right after the burn-in was made, so
    that a run does not depend on what the cache held.
    """
    key = burn_in_key(scenario, seed, replicate)
    snapshot = cache.get(key, lambda: _make(scenario, seed, replicate, model_class, cache))
    model = model_class.restore(snapshot)
    model.adopt(scenario)
    model.begin_treatment()
    return model


def _make(
    scenario: Scenario,
    seed: int,
    replicate: int,
    model_class: type[BoneModel],
    cache: SnapshotCache,
) -> Snapshot:
    origin = scenario.origin()
    if origin is None:
        model, end = model_class(scenario, rng=seed, replicate=replicate), 0
    else:
        model = start(origin, seed, replicate, model_class, cache)
        end = round(DAYS_PER_YEAR * origin.years)
    advance(model, end - FLOW_DAYS)
    model.sample()  # so that the flows of month 0 are those of the last month
    advance(model, end)
    return model.snapshot()


def advance(model: Any, day: int) -> None:
    """Step a model until its clock shows `day`; a day that is past does nothing."""
    while model.day < day:
        model.step()
