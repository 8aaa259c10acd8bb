"""The order in which a page is told things while its bone lives."""

import lives
import pytest

from bmu_abm.app import bench as home
from bmu_abm.app.bench import Bench
from bmu_abm.app.limits import Limits


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
