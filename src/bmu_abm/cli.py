"""The `bmu` command. Heavy imports wait until a command needs them."""

from __future__ import annotations

import argparse
import errno
import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from bmu_abm import __version__
from bmu_abm.app.command import add_app
from bmu_abm.batch.commands import add_commands
from bmu_abm.errors import BmuError, InputError
from bmu_abm.faults import one_line
from bmu_abm.options import add_command, add_settings, changes, count
from bmu_abm.validation.trials.command import add_validate

if TYPE_CHECKING:
    from bmu_abm.scenario import Scenario

DONE, DEFECT, WRONG_INPUT, MACHINE_FAILED, INTERRUPTED = 0, 1, 2, 3, 130
_MACHINE_ERRNOS = {errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS, errno.EIO}


class _Parser(argparse.ArgumentParser):
    """A parser that tells a mistake in one line."""

    def error(self, message: str) -> NoReturn:
        raise InputError(one_line(f"{self.prog}: {message}; see '{self.prog} --help'"))


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments without the program's name; `sys.argv` when left out.

    Returns
    -------
    int
        0 done; 2 the input is wrong; 3 the machine failed; 130 interrupted; 1 a defect of ours.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        return _dispatch(arguments)
    except KeyboardInterrupt:
        return _tell("interrupted; what was written is readable", INTERRUPTED)
    except BmuError as error:
        return _tell(str(error), error.exit_code)
    except BrokenPipeError:
        return _close_pipe()
    except Exception as error:
        return _failed(error)


def _dispatch(arguments: list[str]) -> int:
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace, list[str]], int] = options.command
    return command(options, ["bmu", *arguments])


def _failed(error: Exception) -> int:
    """Tell an unforeseen failure: of the machine, or a defect of ours."""
    if os.environ.get("BMU_TRACEBACK"):
        import traceback

        traceback.print_exc()
    text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    if isinstance(error, MemoryError):
        return _tell("the memory is not enough; use a smaller patch or fewer jobs", MACHINE_FAILED)
    if isinstance(error, OSError) and error.errno in _MACHINE_ERRNOS:
        return _tell(f"the machine failed us: {error}", MACHINE_FAILED)
    return _tell(f"bmu: a defect of ours ({text}); set BMU_TRACEBACK=1 to see where", DEFECT)


def _tell(message: str, code: int) -> int:
    print(one_line(message, 1200), file=sys.stderr)
    return code


def _close_pipe() -> int:
    """Leave quietly when the reader of our output has gone (``bmu scenarios | head``)."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return DONE


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="bmu",
        description="Simulate bone remodelling at the scale of the bone multicellular unit.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"bmu {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_run(commands)
    _add_scenarios(commands)
    _add_check(commands)
    _add_network(commands)
    _add_bench(commands)
    add_commands(commands)
    add_validate(commands)
    add_app(commands)
    return parser


def _add_run(commands: Any) -> None:
    run = add_command(commands, "run", _run, "run a scenario and write its results")
    run.add_argument("scenario", metavar="SCENARIO", nargs="?", help="a shipped name or a file")
    add_settings(run)
    run.add_argument("--jobs", type=count, metavar="J", help="processes (default: all cores)")
    run.add_argument("--out", metavar="DIR", help="folder of results (default: ./runs/<name>)")
    run.add_argument("--quiet", action="store_true", help="no progress, no table")
    run.add_argument(
        "--replay", action="store_true", help="also write replay.html: the first patch as a film"
    )


def _add_scenarios(commands: Any) -> None:
    scenarios = add_command(commands, "scenarios", _scenarios, "list what ships, or print one file")
    scenarios.add_argument("name", metavar="NAME", nargs="?", help="a name from the list")


def _add_check(commands: Any) -> None:
    check = add_command(commands, "check", _check, "say what is wrong with a scenario; run nothing")
    check.add_argument("scenario", metavar="SCENARIO", nargs="?", help="a shipped name or a file")
    add_settings(check)


def _add_network(commands: Any) -> None:
    network = add_command(
        commands, "network", _network, "print the signalling network, or what is around one node"
    )
    network.add_argument("node", metavar="NODE", nargs="?", help="a node, such as nfkb")


def _add_bench(commands: Any) -> None:
    add_command(
        commands, "bench", _bench, "measure the speed of this machine; print one JSON object"
    )


def _run(options: argparse.Namespace, command: list[str]) -> int:
    scenario = _load(options)
    _warn(scenario, quiet=options.quiet)
    from bmu_abm.runs import run

    ensemble = run(
        scenario,
        seed=scenario.seed,
        replicates=scenario.replicates,
        jobs=options.jobs,
        out=options.out,
        quiet=options.quiet,
        command=command,
    )
    if options.replay and ensemble.folder is not None:
        from bmu_abm.app.replay import write_replay

        write_replay(scenario, scenario.seed, ensemble.folder)
    error = ensemble.first_failure
    if error is None:
        return DONE
    failed, whole = len(ensemble.failures), len(ensemble.points)
    told = f"bmu: {failed} of {whole} replicates failed, the first with: {error}"
    return _tell(told, error.exit_code)


def _warn(scenario: Scenario, quiet: bool) -> None:
    from bmu_abm.interventions.plan import Plan

    warnings = Plan.from_scenario(scenario).warnings()
    for warning in [] if quiet else warnings:
        print(f"warning: {warning}", file=sys.stderr)


def _load(options: argparse.Namespace) -> Scenario:
    """Return the scenario of the command line, with its settings."""
    name, settings = options.scenario, list(options.set)
    if name is None and settings and "=" not in settings[-1]:
        name = settings.pop()  # `--set a=1 SCENARIO`
    if name is None:
        raise InputError("bmu: no SCENARIO is given; 'bmu scenarios' lists what ships")
    from bmu_abm.scenario import Scenario

    scenario = Scenario.load(name)
    changed = changes(options, settings)
    return scenario.with_settings(changed) if changed else scenario


def _scenarios(options: argparse.Namespace, command: list[str]) -> int:
    from bmu_abm import shipped
    from bmu_abm.faults import fault, suggest
    from bmu_abm.interventions import families

    if options.name is None:
        _list_shipped()
        return DONE
    kinds = [kind for kind in shipped.KINDS if shipped.path(kind, options.name)]
    text = shipped.read(kinds[0], options.name) if kinds else families.text(options.name)
    if text is None:
        everything = [name for kind in shipped.KINDS for name in shipped.names(kind)]
        mend = suggest(options.name, [*everything, *families.names()])
        raise fault(options.name, "", "nothing ships under this name", mend)
    print(text, end="")
    return DONE


def _list_shipped() -> None:
    from bmu_abm import shipped, tomlfile

    for kind in shipped.KINDS:
        print(shipped.plural(kind))
        for name in shipped.names(kind):
            title = tomlfile.parse(shipped.read(kind, name), name).data["title"]
            print(f"  {name:<24} {title}")
        if kind == "intervention":
            _list_families()
            _list_plugins()


def _list_families() -> None:
    """Print one line for all microRNAs instead of one for each of their interventions."""
    from textwrap import fill

    from bmu_abm.interventions import families
    from bmu_abm.network.mirna import MICRO_RNAS

    print(f"interventions on one microRNA: NAME_{', NAME_'.join(families.KINDS)}, with NAME of")
    print(fill(" ".join(MICRO_RNAS), 98, initial_indent="  ", subsequent_indent="  "))


def _list_plugins() -> None:
    from bmu_abm.interventions import registry

    if registry.plugins():
        print("interventions of other packages")
    for name in registry.plugins():
        found = registry.find(name)
        print(f"  {name:<24} {found.declaration.title} ({found.package or found.origin})")


def _check(options: argparse.Namespace, command: list[str]) -> int:
    scenario = _load(options)
    _warn(scenario, quiet=False)
    uses = ", ".join(course.use for course in scenario.intervention) or "no intervention"
    years = f"{scenario.years:g} year{'' if scenario.years == 1 else 's'}"
    print(f"ok: {one_line(scenario.title)} ({scenario.host.name}, {years}, {uses})")
    return DONE


def _network(options: argparse.Namespace, command: list[str]) -> int:
    from bmu_abm.network import text

    print("\n".join(text.lines() if options.node is None else text.around(options.node)))
    return DONE


def _bench(options: argparse.Namespace, command: list[str]) -> int:
    import json

    from bmu_abm.runs.bench import bench

    print(json.dumps(bench()))
    return DONE


if __name__ == "__main__":
    sys.exit(main())
