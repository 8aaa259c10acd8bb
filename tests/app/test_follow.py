"""A cell that is followed keeps its id, and its story agrees with the bone's own counts."""

from __future__ import annotations

import pytest

from bmu_abm.app import looking
from bmu_abm.app.follow import Followed, end_of
from bmu_abm.app.gaze import Gaze
from bmu_abm.errors import InputError

LOW = 0xFFFFFFFF


def follow_all(model, kind: str) -> list[Followed]:
    found = [Followed(kind, int(one) & LOW) for one in model.populations[kind].live["id"]]
    assert all(one.begin(model) for one in found)
    return found


def test_fates_of_osteoblasts_agree_with_the_ledger(busy):
    model = busy()
    lining = dead = told_lining = told_dead = 0
    for _ in range(6):
        cells = follow_all(model, "osteoblast")
        before = model.ledger[0].copy()
        model.step()
        lining += int(model.ledger[0]["lining_cells"] - before["lining_cells"])
        dead += int(model.ledger[0]["dead_osteoblasts"] - before["dead_osteoblasts"])
        for one in cells:
            one.watch(model)
        told = [one.events[-1][1] for one in cells if one.ended]
        told_lining += sum("lining" in words for words in told)
        told_dead += sum("worn out" in words for words in told)
    assert lining + dead > 0
    assert (told_lining, told_dead) == (lining, dead)


def test_a_followed_cell_is_the_same_cell_every_day(busy):
    model = busy()
    cells = follow_all(model, "osteoclast_precursor") + follow_all(model, "msc")
    for _ in range(6):
        model.step()
        for one in cells:
            one.watch(model)
            if not one.ended:
                assert looking.find(model, one.kind, one.identity) is not None
    assert any(one.ended for one in cells)
    for one in cells:
        assert one.ended <= bool(one.events)
        assert all(line.startswith("Day ") and line.endswith(".") for line in one.told())


def test_most_precursors_that_fuse_are_told_to_have_fused(busy):
    model = busy()
    fused = told = 0
    for _ in range(10):
        cells = follow_all(model, "osteoclast_precursor")
        before = int(model.ledger[0]["fused_precursors"])
        model.step()
        fused += int(model.ledger[0]["fused_precursors"]) - before
        for one in cells:
            one.watch(model)
        told += sum(one.kind == "osteoclast" for one in cells)
    if fused == 0:
        pytest.skip("nobody fused in this bone")
    assert 0.5 * fused <= told <= 1.5 * fused, (told, fused)


def test_every_kind_has_words_for_its_end(busy):
    model = busy()
    for kind in looking.NAMES:
        rows = model.populations[kind].live
        if len(rows):
            assert end_of(model, kind, rows[0]).startswith(("it ", "the "))


def test_gaze_follows_until_the_end_and_says_so(opened):
    session = opened()
    gaze = Gaze(session)

    def begin():
        with pytest.raises(InputError):
            gaze.follow(True)
        rows = session.model.populations["osteoclast_precursor"].live
        gaze.choose({"kind": "osteoclast_precursor", "id": int(rows["id"][0]) & LOW})
        gaze.follow(True)
        return gaze.told()

    assert session.ask(begin)["following"]
    told = None
    for _ in range(30):
        session.step(5).result()
        told = session.ask(gaze.told)
        if told["kind"] != "osteoclast_precursor":
            break
    assert told["kind"] in ("gone", "osteoclast") and told["story"]


def test_going_back_follows_the_same_cell_or_lets_go(opened):
    session = opened()
    gaze = Gaze(session)
    session.step(20).result()

    def begin():
        rows = session.model.populations["osteocyte"].live
        gaze.choose({"kind": "osteocyte", "id": int(rows["id"][0]) & LOW})
        gaze.follow(True)

    session.ask(begin)
    session.go_to(10).result()
    assert session.ask(gaze.told)["kind"] in ("osteocyte", "gone")
