"""The `bmu` command: exit codes, one line for every mistake, and a quick start."""

import errno
import json
import sys
from types import ModuleType, SimpleNamespace

import pytest

from bmu_abm import cli
from bmu_abm.errors import MachineError
from declared import declared, run_process  # noqa: F401  (a fixture)


@pytest.fixture
def runs(monkeypatch):
    """A stand-in for `bmu_abm.runs` that keeps the arguments it was called with."""
    package, bench = ModuleType("bmu_abm.runs"), ModuleType("bmu_abm.runs.bench")
    seen = SimpleNamespace(calls=[], error=None, failure=None)

    def run(scenario, **options):
        seen.calls.append((scenario, options))
        if seen.error is not None:
            raise seen.error
        return SimpleNamespace(
            first_failure=seen.failure, failures=[seen.failure] * 2, points=[None] * 5
        )

    package.run, bench.bench = run, lambda: {"ms_per_step": 1.5}
    monkeypatch.setitem(sys.modules, "bmu_abm.runs", package)
    monkeypatch.setitem(sys.modules, "bmu_abm.runs.bench", bench)
    return seen


def told(capsys, argv) -> tuple[int, str]:
    code = cli.main(argv)
    out, err = capsys.readouterr()
    assert err.count("\n") <= 1 and "Traceback" not in err
    return code, err or out


def test_run_hands_everything_over(runs, capsys):
    argv = [
        *("run", "estrogen_loss", "--years", "3", "--seed", "5", "--replicates", "2"),
        *("--jobs", "1", "--patch", "tiny", "--set", "intervention.0.fraction=0.2"),
        *("host.load=0.9", "--out", "here", "--quiet"),
    ]
    assert told(capsys, argv) == (0, "")
    scenario, options = runs.calls[0]
    assert scenario.years == 3 and scenario.patch.nx == 40 and scenario.host.load == 0.9
    assert scenario.intervention[0].settings == {"fraction": 0.2}
    assert options == {
        "seed": 5,
        "replicates": 2,
        "jobs": 1,
        "out": "here",
        "quiet": True,
        "command": ["bmu", *argv],
    }


def test_failed_replicates_are_told_and_change_the_exit_code(runs, capsys):
    runs.failure = MachineError("the disk broke")
    code, text = told(capsys, ["run", "healthy"])
    assert code == 3
    assert text == "bmu: 2 of 5 replicates failed, the first with: the disk broke\n"


def test_the_scenario_may_come_after_set(runs, capsys):
    assert cli.main(["run", "--set", "years=1", "healthy"]) == 0
    assert cli.main(["run", "--set", "years=1", "--set", "seed=3", "--quiet", "healthy"]) == 0
    assert [call[0].years for call in runs.calls] == [1, 1]
    assert runs.calls[1][0].seed == 3


@pytest.mark.parametrize(
    ("argv", "part"),
    [
        ([], "COMMAND"),
        (["fly"], "fly"),
        (["run"], "no SCENARIO"),
        (["check"], "no SCENARIO"),
        (["run", "helthy"], "did you mean 'healthy'"),
        (["run", "healthy", "--jobs", "0"], "--jobs"),
        (["run", "healthy", "--jobs", "many\nlines"], "--jobs"),
        (["run", "healthy", "--years", "-1"], "years"),
        (["run", "healthy", "--years", "nan"], "years"),
        (["run", "healthy", "--seed", "1.5"], "seed"),
        (["run", "healthy", "--replicates", "0"], "replicates"),
        (["run", "healthy", "--patch", "big"], "patch"),
        (["run", "healthy", "--set", "years"], "PATH=VALUE"),
        (["run", "healthy", "--set", "=3"], "PATH=VALUE"),
        (["run", "healthy", "--set", "yers=3"], "did you mean 'years'"),
        (["run", "healthy", "--year", "3"], "--year"),
        (["run", "healthy", "extra"], "extra"),
        (["scenarios", "denosumap"], "did you mean 'denosumab'"),
        (["scenarios", "../healthy"], "nothing ships"),
        (["bench", "x"], "x"),
    ],
)
def test_a_wrong_command_line_is_told_in_one_line(runs, capsys, argv, part):
    code, text = told(capsys, argv)
    assert code == 2 and part in text
    assert not runs.calls


@pytest.mark.parametrize(
    ("error", "code", "part"),
    [
        (MachineError("results: the disk is full"), 3, "the disk is full"),
        (OSError(errno.ENOSPC, "No space left on device"), 3, "No space"),
        (PermissionError(errno.EACCES, "Permission denied", "x"), 3, "Permission denied"),
        (MemoryError(), 3, "memory"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (ZeroDivisionError("division\nby zero"), 1, "BMU_TRACEBACK=1"),
    ],
)
def test_exit_codes(runs, capsys, monkeypatch, error, code, part):
    monkeypatch.delenv("BMU_TRACEBACK", raising=False)
    runs.error = error
    result, text = told(capsys, ["run", "healthy"])
    assert result == code and part in text


def test_the_traceback_of_a_defect_can_be_asked_for(runs, capsys, monkeypatch):
    monkeypatch.setenv("BMU_TRACEBACK", "1")
    runs.error = ZeroDivisionError("x")
    assert cli.main(["run", "healthy"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_check_and_scenarios_print(capsys):
    code, text = told(capsys, ["check", "estrogen_loss"])
    assert code == 0
    expected = "ok: Natural menopause, ten years (premenopausal_woman, 10 years, menopause, ageing)"
    assert text.strip() == expected
    code, text = told(capsys, ["scenarios"])
    assert code == 0 and "healthy" in text and "postmenopausal_woman" in text
    for name in ("healthy", "premenopausal_woman", "denosumab"):
        code, text = told(capsys, ["scenarios", name])
        assert (code == 0 and text.startswith("title = ")) or "\ntitle = " in text


def test_bench_prints_one_json_object(runs, capsys):
    code, text = told(capsys, ["bench"])
    assert code == 0 and json.loads(text) == {"ms_per_step": 1.5}


def test_help_loads_nothing_heavy():
    code = (
        "import sys; from bmu_abm import cli\n"
        "try: cli.main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'mesa', 'numba', 'numpy', 'pydantic', 'matplotlib'} & set(sys.modules)\n"
        "sys.exit(f'loads {heavy}' if heavy else 0)"
    )
    done = run_process([sys.executable, "-c", code])
    assert done.returncode == 0, done.stderr
    assert "usage: bmu" in done.stdout


def test_the_reader_of_a_list_may_go_away():
    command = f"{sys.executable} -m bmu_abm scenarios | head -n 1"
    done = run_process(command, shell=True)
    assert done.stdout == "scenarios\n" and done.stderr == ""
