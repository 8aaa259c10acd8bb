"""Bones that many tests share, made once; every test gets its own copy."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import bones


def _restorer(make: Callable) -> Callable:
    from bmu_abm import day
    from bmu_abm.model import BoneModel

    snapshot = make().snapshot()

    def restore() -> BoneModel:
        model = BoneModel.restore(snapshot)
        day.wake(model)
        return model

    return restore


@pytest.fixture(scope="session")
def busy():
    """Return copies of a bone of 60 x 60 sites in the middle of remodelling, 1.5 years old."""
    return _restorer(lambda: bones.days(bones.bone(sites=60, parameters=bones.BUSY), 550))


@pytest.fixture(scope="session")
def attacked():
    """Return copies of a thin little plate that osteoclasts are perforating."""
    return _restorer(lambda: bones.days(bones.bone(**bones.ATTACKED), 12))


@pytest.fixture(scope="session")
def still():
    """Return copies of a flat bone of 20 x 20 sites without any cell, its fields at 0."""
    return _restorer(bones.still_bone)
