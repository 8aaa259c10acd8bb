from __future__ import annotations

import os
import subprocess
import sys

import pytest

from bmu_abm.errors import InputError, MachineError
from bmu_abm.runs import files, store
from bmu_abm.runs.ensemble import replicates, run_ensemble
from bmu_abm.runs.output import to_csv
from bmu_abm.runs.store import Store
from fake_engine import FakeModel, fake_scenario

SCENARIO = fake_scenario(years=0.25)


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("BMU_CACHE_DIR", str(tmp_path / "cache"))


def fill(folder, n=3, **options):
    design = replicates(SCENARIO, 1, n)
    return run_ensemble(design, store=folder, model_class=FakeModel, **options)


def steps_of(action):
    before = FakeModel.steps
    action()
    return FakeModel.steps - before


def test_a_store_gives_the_same_bytes_as_memory(tmp_path):
    kept = fill(tmp_path / "s")
    assert to_csv(kept.frame()) == to_csv(fill(None).frame())
    assert to_csv(Store(tmp_path / "s").frame()) == to_csv(kept.frame())


def test_resume_skips_what_is_done(tmp_path):
    whole = to_csv(fill(tmp_path / "a", 4).frame())
    fill(tmp_path / "b", 2)
    assert to_csv(fill(tmp_path / "b", 4).frame()) == whole
    assert steps_of(lambda: fill(tmp_path / "b", 4)) == 0
    assert steps_of(lambda: fill(tmp_path / "b", 4, resume=False)) > 0


def test_an_ensemble_shows_only_its_own_design(tmp_path):
    fill(tmp_path / "s", 4)
    assert sorted(fill(tmp_path / "s", 2).frame()["replicate"].unique()) == [0, 1]


@pytest.mark.parametrize("damage", ["truncate", "alter", "remove"])
def test_a_damaged_part_is_done_again(tmp_path, damage):
    whole = to_csv(fill(tmp_path / "s").frame())
    part = sorted((tmp_path / "s" / "parts").iterdir())[0]
    data = part.read_bytes()
    if damage == "remove":
        part.unlink()
    else:
        part.write_bytes(data[:-100] if damage == "truncate" else data[:50] + b"x" + data[51:])
    with pytest.raises(MachineError, match="missing or damaged"):
        Store(tmp_path / "s").frame()
    assert to_csv(fill(tmp_path / "s").frame()) == whole
    assert part.read_bytes() == data


def test_a_manifest_line_cut_in_half_is_done_again(tmp_path):
    whole = to_csv(fill(tmp_path / "s").frame())
    manifest = tmp_path / "s" / "manifest.jsonl"
    manifest.write_bytes(manifest.read_bytes()[:-200])
    assert len(Store(tmp_path / "s").done()) == 2
    assert to_csv(fill(tmp_path / "s").frame()) == whole
    assert len(manifest.read_bytes().splitlines()) == 3


def test_a_garbled_line_in_the_middle_is_ignored(tmp_path):
    fill(tmp_path / "s")
    manifest = tmp_path / "s" / "manifest.jsonl"
    lines = manifest.read_bytes().splitlines(keepends=True)
    lines[1] = lines[1].replace(b'"replicate": 1', b'"replicate": 7')
    manifest.write_bytes(b"".join(lines))
    assert len(Store(tmp_path / "s").done()) == 2


def test_a_store_of_another_version_is_refused(tmp_path, monkeypatch):
    fill(tmp_path / "s", 1)
    monkeypatch.setattr(store, "__version__", "9.9.9")
    with pytest.raises(InputError, match=r"this is 9\.9\.9"):
        Store(tmp_path / "s")


def test_what_is_no_store_is_refused(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="is a file"):
        Store(tmp_path / "file")


def test_a_second_process_is_kept_out_and_a_stale_lock_is_not(tmp_path):
    fill(tmp_path / "s", 1)
    code = (
        "import sys; from bmu_abm.runs.store import Store\n"
        f"with Store({str(tmp_path / 's')!r}): print('held', flush=True); sys.stdin.read()"
    )
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    holder = subprocess.Popen([sys.executable, "-c", code], **pipes)
    assert holder.stdout.readline().strip() == b"held"
    with pytest.raises(MachineError, match=f"process {holder.pid} is writing"):
        fill(tmp_path / "s", 1)
    holder.kill()
    holder.communicate()
    assert (tmp_path / "s" / "lock").read_text() == str(holder.pid)
    fill(tmp_path / "s", 2)


def test_a_full_disk_is_told_in_one_line_and_leaves_the_store_readable(tmp_path, monkeypatch):
    fill(tmp_path / "s", 1)

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "sync", full)
    with pytest.raises(MachineError, match="No space left on device") as caught:
        fill(tmp_path / "s", 2)
    assert "\n" not in str(caught.value)
    monkeypatch.undo()
    assert len(Store(tmp_path / "s").frame()["replicate"].unique()) == 1
    assert not [name for name in os.listdir(tmp_path / "s" / "parts") if name.endswith("tmp")]
