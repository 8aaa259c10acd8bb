"""Five kills of a sweep of 200 small runs; `benchmarks/kills.py` does twenty, with bone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cluster import environment

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "kills.py"


@pytest.mark.skipif(sys.platform != "linux", reason="looks for workers in /proc")
def test_a_sweep_that_is_killed_five_times_ends_with_the_same_rows():
    command = [sys.executable, str(SCRIPT), "--stand-in", "--kills", "5"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment())
    assert done.returncode == 0, done.stdout + done.stderr
    assert "5 kills" in done.stdout and "the same rows" in done.stdout, done.stdout
    assert "parent" in done.stdout and " worker" in done.stdout
