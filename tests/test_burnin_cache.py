from __future__ import annotations

import errno
import os

import numpy as np
import pytest

from bmu_abm import shipped
from bmu_abm.errors import InputError
from bmu_abm.runs import ship, snapshot_cache
from bmu_abm.runs.burnin import burn_in_key, start
from bmu_abm.runs.simulate import simulate
from bmu_abm.runs.snapshot_cache import SnapshotCache, cache_bytes, decode, encode
from bmu_abm.scenario import Scenario
from fake_engine import BURN_IN_DAYS, FakeModel, fake_scenario

PLAIN = fake_scenario(years=0.25)


@pytest.fixture
def cache(tmp_path):
    return SnapshotCache(tmp_path / "cache", tmp_path / "shipped")


def go(cache, spec=PLAIN, seed=1, replicate=0):
    before = FakeModel.steps
    result = simulate(spec, seed, replicate, model_class=FakeModel, cache=cache)
    return result, FakeModel.steps - before


def same(one, other):
    return repr(one.rows) == repr(other.rows)


def test_a_burn_in_is_made_once(cache):
    first, steps = go(cache)
    again, fewer = go(cache)
    assert same(first, again)
    assert steps - fewer == BURN_IN_DAYS


def test_arms_share_a_burn_in_and_differ_afterwards(cache):
    arm = fake_scenario(years=0.25, intervention=[{"use": "denosumab"}])
    (control, _), (treated, steps) = go(cache), go(cache, arm)
    assert steps == 91
    assert control.rows[0] == treated.rows[0]
    assert not same(control, treated)


@pytest.mark.parametrize("change", ["seed", "replicate", "host", "parameters", "sources"])
def test_the_key_follows(change, monkeypatch):
    key = burn_in_key(PLAIN, 1, 0)
    if change == "sources":
        monkeypatch.setattr("bmu_abm.runs.burnin._engine", lambda: "other")
        assert burn_in_key(PLAIN, 1, 0) != key
    elif change in ("seed", "replicate"):
        assert burn_in_key(PLAIN, **({"seed": 1, "replicate": 0} | {change: 7})) != key
    else:
        values = {"host": {"load": 0.7}, "parameters": {"osteocyte.density_per_mm3": 9000.0}}
        assert burn_in_key(fake_scenario(**{change: values[change]}), 1, 0) != key


@pytest.mark.parametrize("damage", ["truncate", "alter", "empty"])
def test_a_damaged_file_is_made_again(cache, damage):
    first, steps = go(cache)
    (path,) = cache.folder.iterdir()
    data = path.read_bytes()
    kept = {"truncate": data[:-40], "alter": data[:-40] + b"x" * 40, "empty": b""}[damage]
    path.write_bytes(kept)
    again, same_steps = go(cache)
    assert same(first, again)
    assert steps == same_steps
    assert path.read_bytes() == data


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EROFS])
def test_a_folder_that_takes_nothing_does_not_stop_a_run(cache, monkeypatch, number):
    def refuse(path, data):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(snapshot_cache, "write_atomically", refuse)
    first, steps = go(cache)
    again, same_steps = go(cache)
    assert same(first, again)
    assert steps == same_steps


def test_a_file_in_place_of_the_folder_does_not_stop_a_run(tmp_path):
    (tmp_path / "cache").write_text("in the way")
    _, steps = go(SnapshotCache(tmp_path / "cache", tmp_path / "shipped"))
    assert steps == BURN_IN_DAYS + 91


def test_shipped_burn_ins_come_first(cache):
    first, _ = go(cache)
    cache.folder.rename(cache.shipped)
    again, steps = go(cache)
    assert same(first, again)
    assert steps == 91
    assert not cache.folder.exists()


def test_the_least_recently_used_goes_first(tmp_path):
    arrays = {"noise": np.random.default_rng(1).random(10_000)}
    size = len(encode(arrays))
    cache = SnapshotCache(tmp_path, tmp_path / "none", limit_bytes=int(2.5 * size))
    for moment, key in enumerate("ab", start=1):
        cache.save(key, arrays)
        os.utime(tmp_path / f"{key}.snapshot", (moment, moment))
    assert cache.load("a") is not None
    cache.save("c", arrays)
    assert sorted(path.stem for path in tmp_path.iterdir()) == ["a", "c"]


def test_the_size_of_the_cache_is_a_setting(tmp_path, monkeypatch):
    monkeypatch.setenv("BMU_CACHE_MB", "10")
    assert cache_bytes() == 10_000_000
    monkeypatch.setenv("BMU_CACHE_MB", "0")
    SnapshotCache(tmp_path / "c").save("a", {})
    assert not (tmp_path / "c").exists()
    for wrong in ("lots", "-1", "nan"):
        monkeypatch.setenv("BMU_CACHE_MB", wrong)
        with pytest.raises(InputError, match="BMU_CACHE_MB"):
            cache_bytes()


def test_a_host_made_from_another_lives_through_its_past(cache):
    origin = {"host": "premenopausal_woman", "scenario": "estrogen_loss", "years": 0.5}
    spec = fake_scenario(host={"made_from": origin}, years=0.25)
    parent_days = round(365 * spec.origin().host.burn_in_years)
    first, steps = go(cache, spec)
    again, fewer = go(cache, spec)
    assert steps == parent_days + round(365 * 0.5) + 91
    assert fewer == 91
    assert same(first, again)
    model = start(spec, 1, 0, FakeModel, cache)
    assert (model.day, model.spec) == (0, spec)


def test_a_snapshot_of_ten_megabytes_comes_back_whole(tmp_path):
    rng = np.random.default_rng(1)
    row = np.dtype([("height", "i4"), ("state", "u1")])
    arrays = {
        "born": np.repeat(rng.integers(-9000, 0, (10_000, 8), dtype=np.int32), 12, axis=1),
        "damage": rng.random((10_000, 96)).astype(np.float32),
        "sites": np.zeros(20_000, row),
    }
    data = encode(arrays)
    back = decode(data)
    assert all(np.array_equal(back[name], arrays[name]) for name in arrays)
    assert back["sites"].dtype == row
    assert back["born"].flags.writeable


# -- what a wheel brings ---------------------------------------------------------------------------


def test_the_first_patch_of_a_host_ships(tmp_path):
    """A run of a treated scenario finds the burn-in of its untreated host."""
    ship.make("premenopausal_woman", tmp_path / "shipped", "tiny")
    (file,) = (tmp_path / "shipped").iterdir()
    cache = SnapshotCache(tmp_path / "cache", tmp_path / "shipped")
    scenario = Scenario.load("estrogen_loss").with_settings({"patch": "tiny"})
    key = burn_in_key(scenario, ship.FIRST_SEED, ship.FIRST_REPLICATE)
    assert file.stem == key
    assert cache.load(key) is not None


def test_every_scenario_of_a_host_shares_its_burn_in():
    found = 0
    for name in shipped.names("scenario"):
        scenario = Scenario.load(name)
        alone = ship.untreated(scenario.host.name)
        if scenario.patch == alone.patch and not scenario.parameters:
            assert burn_in_key(scenario, 1, 0) == burn_in_key(alone, 1, 0), name
            found += 1
    assert found >= 8
