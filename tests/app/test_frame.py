"""Frames: what the browser gets is what is there, and it fits through the message."""

from __future__ import annotations

import json
import time

import numpy as np
import pytest

from bmu_abm.app.easel import Easel
from bmu_abm.app.frame import KINDS, View, bone_frame, differing
from bmu_abm.app.limits import Limits
from bmu_abm.app.pace import Pace
from bmu_abm.app.packet import pack, unpack
from bmu_abm.app.style import all_colours
from bmu_abm.app.worker import ONE_AT_A_TIME
from bmu_abm.pictures.patch import Patch, cells_of, osteocytes_of
from bmu_abm.pictures.stains import STAINS
from bmu_abm.pictures.surface_cells import CALLING


def test_a_message_comes_back():
    arrays = {"a": np.arange(7, dtype=np.uint8), "b": np.ones((2, 3), np.float32)}
    meta, found = unpack(pack({"n": "µm"}, arrays))
    assert meta == {"n": "µm"}
    assert all((found[name] == values).all() for name, values in arrays.items())


def test_a_type_that_browsers_lack_is_refused():
    with pytest.raises(ValueError, match="x is of type"):
        pack({}, {"x": np.zeros(3, np.int64)})


def test_frame_holds_every_cell_and_height(busy):
    model = busy()
    meta, arrays = bone_frame(model, View(row=3))
    for kind, count in zip(KINDS, meta["counts"], strict=True):
        if kind != "osteocyte":
            assert count == len(model.populations[kind])
    outside = Patch.of(model).height_um(0) - 240
    assert np.abs(arrays["height"][0] / 10 - outside).max() <= 0.051
    assert (arrays["state"] == Patch.of(model).sites["state"]).all()


def test_osteocytes_are_those_of_the_pictures(busy):
    """The map shows those that call, on the nearer face; the section all within two rows."""
    model = busy()
    rows = model.populations["osteocyte"].live
    rows["calling"][::3] = 2.0 * CALLING
    meta, arrays = bone_frame(model, View(row=1))
    patch = Patch.of(model)
    calling = osteocytes_of(model, patch)
    calling = calling.where(calling.rows["calling"] > CALLING)
    first = sum(meta["counts"][: KINDS.index("osteocyte")])
    mine = slice(first, first + len(calling))
    assert len(calling) == meta["counts"][KINDS.index("osteocyte")] > 0
    assert (arrays["cell_face"][mine] == calling.face).all()
    assert (arrays["cell_x"][mine] == calling.x).all()
    apart = (cells_of(model, patch, "osteocyte").y - 1) % patch.ny
    assert len(arrays["ocy_x"]) == (np.minimum(apart, patch.ny - apart) <= 2).sum()


@pytest.mark.parametrize("stain", STAINS)
@pytest.mark.parametrize("field", ["", "RANKL", "damage"])
def test_every_stain_and_signal_can_be_sent(busy, stain, field):
    meta, arrays = bone_frame(busy(), View(row=3, stain=stain, field=field))
    json.dumps(meta, allow_nan=False)
    back, found = unpack(pack(meta, arrays))
    assert ("classes" in found) == (stain != "schematic")
    assert ("field" in found) == bool(field)
    if back["painted"]:
        assert found["classes"].max() < len(back["painted"]["colours"])


def test_what_differs_is_marked(busy):
    one, two = Patch.of(busy()), Patch.of(busy())
    assert not differing(one, two).any()
    two.sites["state"][0, 4, 5] = 5
    assert differing(one, two).sum() == 1


def test_colours_are_those_of_the_pictures():
    colours = all_colours()
    json.dumps(colours, allow_nan=False)
    assert colours["themes"]["light"]["accent"] == "#0F6E78"
    assert len(colours["themes"]["dark"]["stains"]["goldner"]["ages"]) == 255


def test_two_frames_travel_and_a_third_waits_but_not_for_ever(opened):
    session, sent, now = opened(), [], [10.0]
    easel = Easel(session, lambda number, data: sent.append(number), now=lambda: now[0])

    def later(seconds):
        session.version += 1
        now[0] += seconds
        easel.turn()
        return list(sent)

    assert later(0.5) == [1]
    assert later(0.5) == [1, 2]
    assert later(0.5) == [1, 2]  # not yet taken
    easel.taken(2)
    assert later(0.5) == [1, 2, 3]
    assert later(0.5) == [1, 2, 3, 4]
    assert later(2.0) == [1, 2, 3, 4, 5]  # the answer never came


def test_a_page_that_rested_is_not_silent_when_it_goes_on(opened):
    session, now = opened(), [10.0]
    easel = Easel(session, lambda number, data: None, now=lambda: now[0])
    easel.turn()  # a page answers each second frame
    now[0] += 300.0
    assert easel.silent_s == 0.0
    session.version += 1
    easel.turn()
    now[0] += 0.5
    assert easel.silent_s == 0.5
    now[0] += 40.0
    assert easel.silent_s == 40.5


def test_days_that_fall_between_do_not_halve_the_frames(opened):
    """A day each 0.13 s and frames each 0.18 s at least: on average a frame each 0.18 s."""
    session, sent, now = opened(), [], [10.0]
    easel = Easel(session, lambda number, data: sent.append(now[0]), 1 / 0.18, now=lambda: now[0])
    for _ in range(150):
        now[0] += 0.13
        session.version += 1
        easel.turn()
        easel.taken(len(sent))
    assert len(sent) == pytest.approx(150 * 0.13 / 0.18, abs=2)
    now[0] += 60.0  # what was not sent in a rest is not made up for
    at = len(sent)
    for _ in range(18):
        now[0] += 0.01
        session.version += 1
        easel.turn()
        easel.taken(len(sent))
    assert len(sent) - at <= 2


def test_a_bone_lives_and_is_drawn_in_its_turn_but_is_sent_outside_it(opened):
    """A page that takes its frame slowly holds up no other; a bone that rests waits for none."""
    session, held = opened(), []
    easel = Easel(session, lambda number, data: held.append(ONE_AT_A_TIME.locked()))
    easel.turn()
    assert held == [False]
    with ONE_AT_A_TIME:
        assert session.set_speed(20).result(20) is None  # a click is heard
        session.play(True).result(20)
        time.sleep(0.3)
        assert session.day == 0
    until = time.monotonic() + 20
    while session.day == 0 and time.monotonic() < until:
        time.sleep(0.05)
    assert session.day > 0


def test_nothing_new_nothing_sent(opened):
    session, sent, now = opened(), [], [10.0]
    easel = Easel(session, lambda number, data: sent.append(number), now=lambda: now[0])
    for _ in range(5):
        easel.turn()
        easel.taken(len(sent))
        now[0] += 1.0
    assert sent == [1]


def whole(before, arrays):
    """Return the arrays of a frame as a page puts them together."""
    found = {name: values for name, values in arrays.items() if not name.endswith("@")}
    for name in list(found):
        if f"{name}@" in arrays:
            found[name] = before[name].copy()
            found[name].reshape(-1)[arrays[f"{name}@"]] = arrays[name]
    return found


def test_frames_that_hold_what_changed_add_up_to_whole_ones(opened):
    session, sent, now = opened(), [], [10.0]
    easel = Easel(session, lambda number, data: sent.append(unpack(data)), now=lambda: now[0])
    seen = {}
    for number in range(4):
        easel.turn()
        meta, arrays = sent[-1]
        assert meta["after"] == number
        seen = whole(seen, arrays)
        expected = easel.frame()[1]
        assert seen.keys() == expected.keys()
        assert all((seen[name] == values).all() for name, values in expected.items())
        easel.taken(number + 1)
        session.step(3).result(60)
        now[0] += 1.0
    assert arrays["0.height"].size < seen["0.height"].size / 4


def test_a_page_that_asks_again_gets_a_whole_frame(opened):
    session, sent, now = opened(), [], [10.0]
    easel = Easel(session, lambda number, data: sent.append(unpack(data)), now=lambda: now[0])
    easel.turn()
    easel.again()
    now[0] += 1.0
    easel.turn()
    meta, arrays = sent[-1]
    assert len(sent) == 2 and meta["after"] == 0 and "0.height@" not in arrays


def test_pages_share_the_frames_of_a_class():
    limits = Limits(frames_a_second=10.0, frames_in_all=60.0)
    assert limits.gap_s(1) == limits.gap_s(6) == 0.1
    assert limits.gap_s(12) == 0.2


def test_bones_share_the_days_of_a_class():
    now = [0.0]
    pace = Pace(30.0, now=lambda: now[0])
    pace.most = Limits(days_in_all=110.0).days_a_second(11)
    pace.restart()
    for _ in range(200):
        pace.live(lambda: True)
        now[0] += 0.01
    assert pace.measured() == pytest.approx(10.0, abs=1.0)
