from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import lives


@pytest.fixture
def opened():
    """Give sessions, and close them at the end."""
    sessions = []

    def make(*args, **how):
        sessions.append(lives.session(*args, **how))
        return sessions[-1]

    yield make
    for one in sessions:
        one.close()
