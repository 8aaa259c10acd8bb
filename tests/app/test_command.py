"""`bmu app`: its options are checked before anything heavy begins."""

from __future__ import annotations

import argparse
import socket

import pytest

from bmu_abm.cli import main


@pytest.mark.parametrize(
    "options",
    [
        ["--port", "0"],
        ["--port", "x"],
        ["--port", "99999"],
        ["--scenario", "no_such"],
        ["--days", "0"],
        ["--days", "fast"],
        ["--nonsense"],
    ],
)
def test_a_wrong_option_is_one_line(capsys, options):
    assert main(["app", *options]) == 2
    told = capsys.readouterr()
    assert told.out == "" and len(told.err.strip().splitlines()) == 1


def test_a_taken_port_is_told(capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert main(["app", "--port", str(taken.getsockname()[1]), "--no-browser"]) == 3
    assert "choose another with --port" in capsys.readouterr().err


def test_an_address_that_is_none_is_told(capsys):
    assert main(["app", "--host", "no such address", "--no-browser"]) in (2, 3)
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_telemetry_is_off_and_the_page_is_ours(monkeypatch):
    from bmu_abm.app.command import settings

    for name in ("SOLARA_APP", "SOLARA_TELEMETRY_MIXPANEL_ENABLE", "SOLARA_MODE"):
        monkeypatch.setenv(name, "something else")
    settings(for_class=False)
    import os

    assert os.environ["SOLARA_TELEMETRY_MIXPANEL_ENABLE"] == "False"
    assert os.environ["SOLARA_APP"] == "bmu_abm.app.page"


@pytest.mark.parametrize(
    ("options", "cores", "days"),
    [
        ([], 2, 365.0),
        (["--class"], 1, 28.0),
        (["--class"], 2, 56.0),
        (["--class"], 64, 365.0),
        (["--class", "--days", "110"], 2, 110.0),
        (["--days", "20"], 8, 20.0),
    ],
)
def test_days_in_all_follow_the_cores_unless_they_are_given(monkeypatch, options, cores, days):
    from bmu_abm.app.command import add_app, limits_of

    monkeypatch.setattr("bmu_abm.runs.pool.available_cores", lambda: cores)
    parser = argparse.ArgumentParser()
    add_app(parser.add_subparsers())
    limits = limits_of(parser.parse_args(["app", *options]))
    assert limits.days_in_all == days
    assert limits.most_sites == (10_000 if "--class" in options else 40_000)
    assert limits.days_a_second(5) == days / 5
