"""The order in which a page is told things while its bone lives."""

import time

import lives
import pytest

from bmu_abm.app import bench as home
from bmu_abm.app.bench import Bench
from bmu_abm.app.limits import Limits
from bmu_abm.app.worker import ONE_AT_A_TIME


@pytest.fixture
def bench(monkeypatch):
    monkeypatch.setattr(home, "_NO_FRAME_S", 1e9)
    opened = Bench(lives.scenario(years=2), 1, Limits(frames_a_second=10.0))
    yield opened
    opened.close()


def test_state_and_points_go_with_a_frame_while_the_bone_lives(bench, monkeypatch):
    """So that the page lays itself out once for all three, and few messages travel."""
    alone, along = [], []

    def send(content, buffers=None):
        if content["kind"] != "frame":
            alone.append(content["kind"])
            return
        along.extend(one["kind"] for one in content["along"])
        bench._hear(None, {"do": "taken", "number": content["number"]}, [])

    monkeypatch.setattr(bench, "send", send)
    session = bench.session
    session.ask(lambda: None)
    bench._hear(None, {"do": "hello"}, [])
    session.play().result(60)
    session.ask(alone.clear)
    day = session.day
    while session.day < day + 90:
        session.ask(lambda: None)
    assert session.ask(lambda: list(alone)) == []
    assert {"state", "points"} <= set(session.ask(lambda: list(along)))


def test_a_click_is_answered_before_the_bone_lives_on_or_is_drawn(bench, monkeypatch):
    session, told = bench.session, []

    def send(content, buffers=None):
        told.append((content["kind"], content.get("playing"), session.day))

    session.ask(lambda: None)
    bench._hear(None, {"do": "hello"}, [])
    session.ask(lambda: None)
    session.ask(lambda: monkeypatch.setattr(bench, "send", send))
    with ONE_AT_A_TIME:  # no bone of the class can live or be drawn
        session.play().result(60)
        until = time.monotonic() + 20
        while not told and time.monotonic() < until:
            time.sleep(0.01)
        assert told[0] == ("state", True, 0)
