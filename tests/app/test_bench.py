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
    """So that the page lays itself out once for all three."""
    kinds = []

    def send(content, buffers=None):
        kinds.append(content["kind"])
        if content["kind"] == "frame":
            bench._hear(None, {"do": "taken", "number": content["number"]}, [])

    monkeypatch.setattr(bench, "send", send)
    session = bench.session
    session.ask(lambda: None)
    bench._hear(None, {"do": "hello"}, [])
    session.play().result(60)
    session.ask(kinds.clear)
    day = session.day
    while session.day < day + 90:
        session.ask(lambda: None)
    lived = session.ask(lambda: list(kinds))
    first = lived.index("frame")
    told = [i for i, kind in enumerate(lived) if kind in ("state", "points") and i > first]
    assert "state" in [lived[i] for i in told]
    assert "points" in [lived[i] for i in told]
    assert all(lived[i - 1] in ("frame", "points") for i in told)
