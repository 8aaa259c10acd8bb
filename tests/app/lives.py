"""Small bones for the tests of the app: a tiny patch that has lived a short burn-in."""

from __future__ import annotations

from bmu_abm.app.session import Session
from bmu_abm.host import shipped_host_table
from bmu_abm.runs.snapshot_cache import SnapshotCache
from bmu_abm.scenario import Scenario


def scenario(**changes) -> Scenario:
    host = shipped_host_table("premenopausal_woman") | {"burn_in_years": 0.3}
    table = {"title": "Small bone", "host": host, "years": 2, "patch": "tiny"}
    return Scenario.from_dict(table | changes, "test", "small_bone")


def grow(spec, seed, told=None):
    """Grow a bone without the cache of the user."""
    from bmu_abm.app.growing import grown

    return grown(spec, seed, told, _NOWHERE)


class _Memory(SnapshotCache):
    def __init__(self) -> None:
        self._kept: dict = {}

    def load(self, key):
        return self._kept.get(key)

    def save(self, key, snapshot) -> None:
        self._kept[key] = snapshot


_NOWHERE = _Memory()


def session(spec: Scenario | None = None, seed: int = 1, **how) -> Session:
    """Open a session and wait until its bone is there."""
    opened = Session(spec or scenario(), seed, grow=grow, **how)
    opened.notices = []
    opened.on_notice = opened.notices.append
    opened.ask(lambda: None)
    assert opened.ready
    return opened
