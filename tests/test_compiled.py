"""Compiled kernels: edits are always seen, one type each, the same as plain Python, no leaks."""

import csv
import gc
import os
import shutil
import subprocess
import sys
import weakref
from pathlib import Path

import mesa
import numpy as np
import pytest

import bmu_abm
import bones
from bmu_abm import compiled, day
from bmu_abm.model import BoneModel

PACKAGE = Path(bmu_abm.__file__).parent


def python(code, **environment):
    """Run a few lines in a fresh interpreter; returns what they print."""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=os.environ | environment
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr, done.stderr
    return done.stdout.strip()


# -- hashes of sources ----------------------------------------------------------------------------


def test_the_engine_is_all_that_a_burn_in_imports():
    code = """
import sys
import bmu_abm.model, bmu_abm.runs.burnin
files = {m.__file__ for n, m in sys.modules.items() if n.split(".")[0] == "bmu_abm"}
print("\\n".join(files))
"""
    engine = {str(path) for path in compiled.engine_modules()}
    assert set(python(code).splitlines()) <= engine
    assert not any("pictures" in path or "validation" in path for path in engine)


@pytest.mark.parametrize(
    ("table", "column", "same"),
    [
        ("parameters.csv", "source", True),
        ("parameters.csv", "default", False),
        ("network/edges.csv", "note", True),
        ("network/edges.csv", "gain", False),
        ("network/register.csv", "where", True),
    ],
)
def test_the_engine_is_not_what_people_read_in_its_tables(
    tmp_path, monkeypatch, table, column, same
):
    package = tmp_path / "bmu_abm"
    shutil.copytree(compiled._PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__", "app"))
    monkeypatch.setattr(compiled, "_PACKAGE", package)
    before = compiled.engine_hash()
    with (package / table).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[0][column] += "1"
    with (package / table).open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, rows[0])
        out.writeheader()
        out.writerows(rows)
    assert (compiled.engine_hash() == before) == same


# -- the cache ------------------------------------------------------------------------------------

HELPER = '''"""A helper."""
from bmu_abm.compiled import helper
FACTOR = 1.0
@helper
def scaled(x):
    return FACTOR * x
'''
CALLER = '''"""A kernel whose helper lives in another module."""
from bmu_abm.compiled import kernel
from bmu_abm.a_helper import scaled
@kernel
def total(values):
    result = 0.0
    for i in range(values.shape[0]):
        result += scaled(values[i])
    return result
'''
RUN = """
import numpy as np
from bmu_abm.a_caller import total
print(total(np.ones(3)), sum(total.stats.cache_hits.values()))
"""


@pytest.fixture
def copy_of_the_package(tmp_path):
    """Return a copy to edit, and a function that runs the kernel in it with its own cache."""
    package = tmp_path / "bmu_abm"
    skip = shutil.ignore_patterns("__pycache__", "app", "pictures", "runs")
    shutil.copytree(PACKAGE, package, ignore=skip)
    (package / "a_helper.py").write_text(HELPER)
    (package / "a_caller.py").write_text(CALLER)
    places = {
        "PYTHONPATH": str(tmp_path), "NUMBA_CACHE_DIR": "", "HOME": str(tmp_path),
        "XDG_CACHE_HOME": str(tmp_path / "cache"), "LOCALAPPDATA": str(tmp_path / "cache"),
        "PYTHONDONTWRITEBYTECODE": "1",  # Python itself tells an edit by age and length alone
    }  # fmt: skip
    return package, lambda: python(RUN, **places)


def test_an_edit_of_a_helper_in_another_module_is_seen(copy_of_the_package):
    package, run = copy_of_the_package
    assert run() == "3.0 0"
    assert run() == "3.0 1"  # from the cache
    # As long as before, and not younger: only the content tells.
    helper = package / "a_helper.py"
    stamp = helper.stat()
    helper.write_text(HELPER.replace("FACTOR = 1.0", "FACTOR = 2.0"))
    os.utime(helper, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert run() == "6.0 0"


def test_the_name_of_the_cache_follows_what_kernels_can_see(copy_of_the_package, monkeypatch):
    package, _ = copy_of_the_package
    monkeypatch.setattr(compiled, "_PACKAGE", package)
    name = compiled.kernel_hash()
    with (package / "geometry.py").open("a") as file:
        file.write("\n# seen by kernels\n")
    changed = compiled.kernel_hash()
    assert changed != name
    with (package / "cli.py").open("a") as file:
        file.write("\n# not seen by kernels\n")
    assert compiled.kernel_hash() == changed


def test_an_empty_cache_is_told_from_a_full_one(tmp_path, monkeypatch):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    assert compiled.nothing_compiled()
    (tmp_path / "cells").mkdir()
    (tmp_path / "cells" / "rule.nbi").touch()
    assert not compiled.nothing_compiled()


# -- one type per kernel --------------------------------------------------------------------------


def test_every_kernel_has_one_signature_after_a_run(tmp_path):
    """A fresh bone, one restored from memory and one from a file; drugs, a graft, a bound field."""
    m = bones.bone(
        host={"burn_in_years": 0.02}, parameters=bones.ATTACKED["parameters"] | bones.BUSY,
        interventions=[
            {"use": "stem_cells", "start_month": 0},
            {"use": "denosumab", "start_month": 0.5},
            {"use": "pth_injections", "start_month": 0},
            {"use": "bone_defect", "start_month": 0, "size_um": 40},
            {"use": "alendronate", "start_month": 0},
        ],
    )  # fmt: skip
    bones.days(m, 12)
    np.savez(tmp_path / "bone.npz", **m.snapshot())
    for snapshot in (m.snapshot(), dict(np.load(tmp_path / "bone.npz"))):
        m = BoneModel.restore(snapshot)
        day.wake(m)
        m.body._binders = {"sclerostin": np.array([(10.0, 5.0)])}
        m.body.bind_ligands(m.fields)
        m.calls[0], m.n_calls[0], m.n_cracks[0] = 5, 1, 1
        bones.days(m, 12)
        m.sample()
    signatures = {name: len(kernel.signatures) for name, kernel in compiled.KERNELS.items()}
    assert set(signatures.values()) == {1}, signatures


# -- without Numba --------------------------------------------------------------------------------

PLAIN = """
import numpy as np
from bmu_abm.compiled import jit_is_off
from bmu_abm.model import BoneModel
assert jit_is_off()
m = BoneModel.restore(dict(np.load("{before}")))
for _ in range(3):
    m.step()
m.sample()
np.savez("{after}", **m.snapshot())
"""


def test_plain_python_lives_the_same_three_days(attacked, tmp_path):
    """Without Numba: whole numbers are equal; others to 1e-6, as 0.75 x float32 is rounded.

    The warnings of NumPy about hashes that wrap around would fail the test.
    """
    start = bones.days(attacked(), 3)
    start.calls[0], start.n_calls[0] = bones.middle(start), 1
    assert min(len(start.populations[k]) for k in ("osteoclast", "osteocyte", "msc")) > 0
    before, after = tmp_path / "before.npz", tmp_path / "after.npz"
    np.savez(before, **start.snapshot())
    python(PLAIN.format(before=before, after=after), NUMBA_DISABLE_JIT="1")
    compiled_run = bones.days(BoneModel.restore(dict(np.load(before))), 3)
    compiled_run.sample()
    theirs = np.load(after)
    for name, ours in compiled_run.snapshot().items():
        if name != "meta":
            assert_alike(name, ours, theirs[name])


def assert_alike(name, a, b):
    assert a.shape == b.shape, name
    for field in a.dtype.names or [None]:
        x, y = (a, b) if field is None else (a[field], b[field])
        if x.dtype.kind == "f":
            assert np.allclose(x, y, rtol=1e-6, atol=1e-6), (name, field)
        else:
            assert np.array_equal(x, y), (name, field)


# -- no trace -------------------------------------------------------------------------------------


def test_a_dropped_model_is_gone():
    m = bones.days(bones.bone(), 2)
    m.agents.do("step")
    cell = weakref.ref(next(iter(m.agents)))
    model = weakref.ref(m)
    del m
    gc.collect()
    assert model() is None and cell() is None


def test_fifty_models_leave_no_trace_in_mesa():
    def registries():
        ids = getattr(mesa.Agent, "_ids", {})
        return len(ids), sum(isinstance(o, mesa.Agent) for o in gc.get_objects())

    snapshot = bones.bone().snapshot()
    gc.collect()
    before = registries()
    for _ in range(50):
        assert len(BoneModel.restore(snapshot).agents) > 50
    gc.collect()
    assert registries() == before
