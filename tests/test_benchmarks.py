"""The benchmarks run; what they measure is their own affair."""

import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "benchmarks"


@pytest.mark.parametrize(
    ("name", "options", "says"),
    [
        ("cell_rule.py", ["--cells", "60", "--days", "2"], "same places, cell by cell"),
        ("leak.py", ["--models", "2"], "grown by"),
        ("memory.py", ["--runs", "4", "8", "--replicates", "2"], "grown by"),
    ],
)
def test_a_benchmark_runs(name, options, says):
    done = subprocess.run(
        [sys.executable, str(FOLDER / name), *options], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert says in done.stdout
