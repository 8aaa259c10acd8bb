"""The session: pace, treatment, time travel and two arms, without a browser."""

from __future__ import annotations

import time

import lives
import numpy as np
import pytest

from bmu_abm.app.arm import state_hash
from bmu_abm.app.limits import Limits
from bmu_abm.app.pace import Pace
from bmu_abm.app.session import Session
from bmu_abm.errors import InputError
from bmu_abm.runs.simulate import simulate
from bmu_abm.trabecula import DEFECT

DENOSUMAB = {"intervention": [{"use": "denosumab", "start_month": 2}]}


def test_opens_at_month_zero_and_steps(opened):
    session = opened()
    assert session.day == 0
    session.step(3).result()
    assert session.day == 3 and not session.playing


def test_same_months_as_a_run(opened):
    spec = lives.scenario(years=0.25)
    session = opened(spec)
    session.step(365).result()
    told = session.arms[0].history.months
    row = simulate(spec, 1, 0, cache=lives._NOWHERE).rows[-1]
    assert told[-1]["month"] == row["month"] == 3
    same = {key: told[-1][key] for key in told[-1] if told[-1][key] == told[-1][key]}
    assert same == {key: row[key] for key in same}


def test_plays_at_the_wanted_pace(opened):
    session = opened()
    session.set_speed(20)
    session.play().result()
    begun = time.monotonic()
    time.sleep(1.5)
    session.play(False).result()
    lived = session.day / (time.monotonic() - begun)
    assert 0 < lived < 26


def test_pace_forgets_what_was_late():
    now = [0.0]
    pace = Pace(10.0, now=lambda: now[0])
    lived = []
    pace.live(lambda: lived.append(1) or True)
    now[0] = 60.0
    for _ in range(3):
        pace.live(lambda: lived.append(1) or True)
        now[0] += 0.1
    assert len(lived) < 10


def test_going_back_and_on_again_is_the_same_life(opened):
    session = opened()
    session.step(40).result()
    session.plan(DENOSUMAB).result()
    session.step(60).result()
    before = session.ask(lambda: state_hash(session.model))
    session.go_to(20).result()
    assert session.day == 20
    session.go_to(100).result()
    assert session.ask(lambda: state_hash(session.model)) == before


def test_warnings_are_those_of_the_plan_as_it_stands(opened):
    session = opened()
    assert session.trial.warnings == []
    session.plan({"intervention": [{"use": "denosumab", "start_month": 30}]}).result()
    assert "starts in month 30" in session.trial.warnings[0]
    session.plan({"intervention": []}).result()
    assert session.trial.warnings == []


def test_another_deed_drops_the_old_branch(opened):
    session = opened()
    session.step(40).result()
    session.plan(DENOSUMAB).result()
    session.step(10).result()
    session.go_to(20).result()
    session.touch({"tool": "microcrack", "face": 0, "x": 5, "y": 5, "radius": 3}).result()
    assert [act.kind for act in session.acts] == ["touch"]


def test_undo_gives_the_life_without_the_deed(opened):
    session, other = opened(), opened()
    session.step(10).result()
    session.touch({"tool": "precursors", "face": 0, "x": 5, "y": 5, "radius": 4}).result()
    session.step(10).result()
    other.step(20).result()
    treated, plain = (one.ask(lambda one=one: state_hash(one.model)) for one in (session, other))
    assert treated != plain
    session.undo().result()
    assert session.day == 20
    assert session.ask(lambda: state_hash(session.model)) == plain


def test_two_arms_without_treatment_are_the_same(opened):
    session = opened()
    session.step(30).result()
    session.compare(True).result()
    session.step(30).result()
    hashes = session.ask(lambda: [state_hash(arm.model) for arm in session.arms])
    assert len(hashes) == 2 and hashes[0] == hashes[1]


def test_two_arms_differ_only_after_the_start(opened):
    session = opened()
    session.compare(True).result()
    session.plan(DENOSUMAB).result()
    session.step(60).result()
    same = session.ask(lambda: [state_hash(arm.model) for arm in session.arms])
    session.step(60).result()
    apart = session.ask(lambda: [state_hash(arm.model) for arm in session.arms])
    assert same[0] == same[1] and apart[0] != apart[1]


@pytest.mark.parametrize(
    "data",
    [
        {"intervention": [{"use": "denosumab", "start_month": 0.1}]},
        {"intervention": [{"use": "denosumab", "start_month": 9, "dose": 1e9}]},
        {"intervention": [{"use": "no_such_drug"}]},
        {"parameters": {"osteoclast.erosion_um_per_day": 1e9}},
        {"years": 0.01},
        {"host": "young_man"},
        {"years": float("nan")},
    ],
)
def test_a_wrong_plan_is_told_and_changes_nothing(opened, data):
    session = opened()
    session.step(30).result()
    before = session.scenario.to_dict()
    session.plan(data).result()
    assert len(session.notices) == 1 and "\n" not in session.notices[0]
    assert session.scenario.to_dict() == before and not session.acts


def test_what_has_begun_keeps_its_start_and_may_stop_now(opened):
    session = opened()
    session.plan({"intervention": [{"use": "denosumab", "start_month": 0.5}]}).result()
    session.step(60).result()
    course = {"use": "denosumab", "start_month": 0.5, "stop_month": 2.0, "dose": 30}
    session.plan({"intervention": [course]}).result()
    assert not session.notices
    assert session.scenario.intervention[0].stop_month == 2.0


def test_a_live_parameter_acts_on_the_next_step(opened):
    session, other = opened(), opened()
    session.plan({"parameters": {"osteoclast.erosion_um_per_day": 2.0}}).result()
    session.step(1).result()
    other.step(1).result()
    rates = [float(one.model.p["osteoclast_erosion_um_per_day"][0]) for one in (session, other)]
    assert rates[0] == 2.0 < rates[1]


def test_limits_refuse_a_large_patch():
    with pytest.raises(InputError, match="patch"):
        Session(lives.scenario(), limits=Limits(most_sites=100), grow=lives.grow)


def test_sessions_share_nothing(opened):
    one, two = opened(seed=1), opened(seed=2)
    one.plan(DENOSUMAB).result()
    one.step(5).result()
    assert two.day == 0 and not two.acts and two.seed == 2


def test_a_microcrack_makes_osteocytes_call(opened):
    session = opened()
    damage = float(session.model.trabecula.damage.sum())
    session.touch({"tool": "microcrack", "face": 1, "x": 20, "y": 20, "radius": 6}).result()
    cells = session.model.populations["osteocyte"].live
    assert float(session.model.trabecula.damage.sum()) > damage
    assert (cells["calling"] == 1.0).any()


def test_a_defect_goes_through_the_plate_with_all_cells_and_the_budget_counts_it(opened):
    session = opened()
    b, ledger = session.model.trabecula, session.model.ledger
    volume, removed = b.bone_volume_nm(), int(ledger["removed_total_nm"][0])
    session.touch({"tool": "defect", "face": 1, "x": 8, "y": 20, "radius": 6}).result()
    lost = volume - b.bone_volume_nm()
    assert lost > 0 and int(ledger["removed_total_nm"][0]) - removed == lost
    assert b.face("state")[1, 20, 8] == DEFECT and b.face("state")[0, 20, b.nx - 1 - 8] == DEFECT
    open_sites = np.flatnonzero(b.sites["state"] == DEFECT)
    for name, population in session.model.populations.items():
        assert not np.isin(population.live["site"], open_sites).any(), name
    session.step(3).result(60)
    assert session.day == 3


def test_a_page_that_has_gone_does_not_end_the_session(opened):
    session = opened()

    def gone(*_):
        raise RuntimeError("the page has gone")

    session.listeners.append(gone)
    session.on_notice = gone
    session.step(2).result(60)
    session.listeners.remove(gone)
    session.step(2).result(60)
    assert session.day == 4
