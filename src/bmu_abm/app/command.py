"""`bmu app`: options, the first bone, and the server. Heavy imports wait."""

from __future__ import annotations

import argparse
import os
import socket
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bmu_abm.errors import InputError, MachineError
from bmu_abm.options import add_command, count

if TYPE_CHECKING:
    from bmu_abm.app.limits import Limits

PORT = 8765
_LOCAL = "127.0.0.1"


def port(text: str) -> int:
    """Read a port number."""
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"must be a port from 1 to 65535, is {text[:40]!r}")
    return int(text)


def add_app(commands: Any) -> None:
    """Add the command to the parser of `bmu`."""
    app = add_command(commands, "app", serve, "open the trabecula in the browser, offline")
    app.add_argument("--port", type=port, default=PORT, metavar="P", help=f"port (default: {PORT})")
    app.add_argument("--host", default=_LOCAL, metavar="ADDRESS", help="address to listen on")
    app.add_argument("--scenario", default="healthy", metavar="NAME", help="what it opens with")
    app.add_argument(
        "--class",
        dest="for_class",
        action="store_true",
        help="limits for many visitors: small patches, 60 days and 10 frames a second",
    )
    app.add_argument(
        "--days",
        type=count,
        metavar="N",
        help="days a second that all bones share (default: 365; with --class 28 for each core)",
    )
    app.add_argument("--lessons", metavar="FOLDER", help="lessons of your own, beside the shipped")
    app.add_argument("--no-browser", action="store_true", help="do not open the browser")


def serve(options: argparse.Namespace, command: list[str]) -> int:
    """Serve the page until Ctrl-C."""
    from bmu_abm.batch.executors import need
    from bmu_abm.scenario import Scenario

    scenario = Scenario.load(options.scenario)
    _take_lessons(options.lessons)
    _refuse_taken(options.host, options.port)
    settings(options.for_class)
    need("anywidget", "app")
    uvicorn = need("uvicorn", "app")
    need("solara", "app")
    _prepare(scenario, options)
    print(f"Bone remodelling: http://{options.host}:{options.port} (Ctrl-C ends it)", flush=True)
    if not options.no_browser:
        _open_browser(options)
    uvicorn.run(
        "solara.server.starlette:app",
        host=options.host,
        port=options.port,
        log_level="warning",
        ws_per_message_deflate=False,  # a frame is short, and packing it is slow
    )
    return 0


def settings(for_class: bool) -> None:
    """Tell Solara what to serve and to keep to itself; before it is imported."""
    os.environ["SOLARA_APP"] = "bmu_abm.app.page"
    os.environ["SOLARA_MODE"] = "production"
    os.environ["SOLARA_TELEMETRY_MIXPANEL_ENABLE"] = "False"
    os.environ.setdefault("SOLARA_KERNEL_CULL_TIMEOUT", "20m" if for_class else "2h")
    os.environ.setdefault("SOLARA_KERNEL_MAX_COUNT", "120")


def _refuse_taken(host: str, number: int) -> None:
    try:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, number))
    except socket.gaierror:
        raise InputError(f"bmu app: --host: {host!r} is no address; use 127.0.0.1") from None
    except OSError as error:
        why = error.strerror or str(error)
        raise MachineError(
            f"bmu app: port {number} of {host} cannot be used ({why}); choose another with --port"
        ) from None


def _take_lessons(folder: str | None) -> None:
    """Check the lessons of a teacher before anything heavy begins."""
    from pathlib import Path

    from bmu_abm.app.lessons.shelf import SHELF

    if folder is not None:
        SHELF.add(Path(folder))


def _prepare(scenario: Any, options: argparse.Namespace) -> None:
    """Compile, and grow the first bone, so that nobody waits before an empty page."""
    from bmu_abm.app.growing import is_grown
    from bmu_abm.app.house import HOUSE
    from bmu_abm.model import warm_up

    HOUSE.limits = limits_of(options)
    HOUSE.scenario = options.scenario
    HOUSE.limits.check(scenario)
    warm_up()
    _check_lessons()
    if not is_grown(scenario, 1):
        print("growing the first trabecula, once", file=sys.stderr, flush=True)
    HOUSE.air(scenario)


def limits_of(options: argparse.Namespace) -> Limits:
    """Return the bounds of the server: of the machine, unless they are given."""
    from bmu_abm.app.limits import LAPTOP, for_class
    from bmu_abm.runs.pool import available_cores

    limits = for_class(available_cores()) if options.for_class else LAPTOP
    return limits if options.days is None else replace(limits, days_in_all=float(options.days))


def _check_lessons() -> None:
    from bmu_abm.app.lessons.reading import check_readouts, engine_readouts
    from bmu_abm.app.lessons.shelf import SHELF

    if SHELF.own:
        check_readouts(SHELF.own, engine_readouts())


def _open_browser(options: argparse.Namespace) -> None:
    import threading
    import webbrowser

    threading.Timer(1.5, webbrowser.open, [f"http://{options.host}:{options.port}"]).start()
