"""Lining cells under a drug that binds sclerostin: young ones wake, each once."""

import numpy as np
import pytest

import bones
import rules
from bmu_abm import day
from bmu_abm.trabecula import FORMATION, NEVER, QUIESCENT, RESORPTION
from drugs import body

mechanism = pytest.mark.mechanism


def lined(still, before=30.0, after=3.0, young=100, **changes):
    """Return a lined bone whose sclerostin a drug has bound; `young` sites were formed lately."""
    parameters = {"lining_wnt_per_day": 0.02, "lining_vigour": 0.5, "lining_ready_days": 180.0}
    m = bones.changed(still(), **parameters | changes)
    sites = m.trabecula.sites
    sites["formed_day"] = NEVER
    sites["formed_day"][:young] = m.day - 30
    for name, level in (("Wnt", 1.0), ("sclerostin", after), ("SFRP1", 4.0)):
        m.fields.native(name)[:] = level
    total = np.full(m.fields.coarse.shape[1], before, np.float32)
    m.body.all_sclerostin = total[None] if before > after else np.zeros((0, 0), np.float32)
    m.populations["osteoblast"].reserve(m.trabecula.n_sites)
    return m


def woken(m, days=1):
    rules.tick(m, rules.lining_wakes, days)
    return len(m.populations["osteoblast"])


@mechanism("d-romosozumab")
def test_young_lining_cells_wake_where_sclerostin_is_bound(still):
    """Each of 100 wakes within 30 days with a chance of 0.65: 46 to 84 within four errors."""
    m = lined(still)
    assert 46 <= woken(m, 30) <= 84
    cells = m.populations["osteoblast"].live
    assert (cells["site"] < 100).all() and (cells["vigour"] == 0.5).all()
    sites = m.trabecula.sites[cells["site"]]
    assert (sites["modelled"] == 1).all() and (sites["state"] == FORMATION).all()
    assert int(m.ledger["modelled_sites"][0]) == len(cells)
    bones.assert_cells_have_their_place(m)


@mechanism("d-romosozumab")
def test_where_nothing_is_bound_nobody_wakes(still):
    assert woken(lined(still, before=3.0), 30) == 0
    near = lined(still, before=3.0000002)
    near.body.all_sclerostin = np.full((1, near.fields.coarse.shape[1]), 3.0, np.float32)
    assert woken(near, 30) == 0


@mechanism("d-romosozumab")
def test_more_wake_where_more_is_bound(still):
    few, many = (woken(lined(still, after=after, young=800), 5) for after in (15.0, 1.0))
    assert 0 < few < 0.6 * many


@mechanism("d-romosozumab")
@pytest.mark.parametrize(
    "change",
    [{"modelled": 1}, {"formed_day": -100_000}, {"state": RESORPTION}, {"osteoclast": 1}],
    ids=lambda change: next(iter(change)),
)
def test_the_pool_are_young_lining_cells_that_have_not_been_woken(still, change):
    m = lined(still)
    for name, value in change.items():
        m.trabecula.sites[name] = value
    assert woken(m, 30) == 0


@mechanism("d-romosozumab")
def test_the_pool_runs_out(still):
    """Woken cells line the bone again and stay asleep: the second two months wake far fewer."""
    m = lined(still, young=400)
    counts = []
    for _ in range(2):
        counts.append(woken(m, 60))
        bones.empty(m, "osteoblast")
    assert (m.trabecula.sites["state"] == QUIESCENT).all()
    assert counts[0] > 310 and counts[1] < 0.25 * counts[0]


def test_a_day_in_which_nothing_binds_sclerostin_has_room_for_no_more_births(still):
    quiet, treated = body(), body("romosozumab")
    for m in (quiet, treated):
        m.day = 20
        m.p = m.body.wake(m)
    assert not quiet.body.frees_wnt and treated.body.frees_wnt
    more = day.births(treated)["osteoblast"] - day.births(quiet)["osteoblast"]
    assert more == treated.trabecula.n_sites


@mechanism("d-romosozumab", "scl-blocks-wnt")
def test_romosozumab_leaves_little_free_sclerostin(still):
    m = body("romosozumab")
    m.day = 20
    m.p = m.body.wake(m)
    m.fields.native("sclerostin")[:] = 30.0
    m.body.bind_ligands(m.fields)
    assert m.fields.mean("sclerostin") < 3.0
    assert m.body.all_sclerostin.shape == (1, m.fields.coarse.shape[1])
    assert (m.body.all_sclerostin == np.float32(30.0)).all()


@mechanism("d-romosozumab")
def test_a_living_bone_under_romosozumab_is_sound_and_models(busy):
    from bmu_abm.scenario import Scenario

    m = busy()
    table = m.spec.to_dict() | {"intervention": [{"use": "romosozumab"}]}
    m.adopt(Scenario.from_dict(table, name=m.spec.name))
    m.begin_treatment()
    bones.days(m, 12)
    assert int(m.ledger["modelled_sites"][0]) > 0
    bones.assert_sound(m)


def test_a_dose_of_0_is_no_drug_to_the_last_byte(busy):
    from bmu_abm.scenario import Scenario

    ends = []
    for uses in ([], [{"use": "romosozumab", "dose": 0}]):
        m = busy()
        m.adopt(Scenario.from_dict(m.spec.to_dict() | {"intervention": uses}, name=m.spec.name))
        m.begin_treatment()
        bones.days(m, 3)
        arrays = m.snapshot()
        ends.append(bones.digest({k: v for k, v in arrays.items() if k != "meta"}))
    assert ends[0] == ends[1]
