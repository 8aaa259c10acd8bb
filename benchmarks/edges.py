"""Flip every edge of the signalling network, one at a time: which tests notice?

``python benchmarks/edges.py`` runs the test of each edge on the network as it is, and again with
the edge reversed; a reversal is caught when the test fails. An edge that the network evaluates is
flipped in its table. One that a rule carries is reversed in the rule, as `reversals.toml` says.
Results are kept in `docs/validation/edges.csv` after each edge; a run goes on from them as long as
package and tests are the same, and ``--part 1/4`` or ``--minutes 5`` does some of them.

Nothing is compiled: the rules run as plain Python, so that no cache of kernels can hide a reversal.
"""

from __future__ import annotations

import argparse
import ast
import csv
import dataclasses
import hashlib
import os
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import CodeType
from typing import Any

ROOT = Path(__file__).parents[1]
TESTS = ROOT / "tests"
REVERSALS = Path(__file__).with_name("reversals.toml")
HEAD = ("source", "target", "sign", "done by", "test", "caught", "code")
BAR = 0.98


def prepare() -> None:
    """Let rules run as plain Python, and tests import each other; before the package is loaded."""
    os.environ["NUMBA_DISABLE_JIT"] = "1"
    os.environ["NUMBA_CACHE_DIR"] = tempfile.mkdtemp(prefix="edges")
    sys.path[:0] = [str(TESTS), str(TESTS / "network")]


# -- reversing a rule -----------------------------------------------------------------------------


def reversed_source(path: Path, entry: dict[str, str]) -> str:
    """Return the source of a module with one piece of it replaced; it must occur once."""
    text = path.read_text(encoding="utf-8")
    first, last = 0, len(text)
    if "in" in entry:
        first, last = _span(text, entry["in"])
    inside = text[first:last]
    if inside.count(entry["from"]) != 1:
        raise ValueError(f"reversals.toml: {entry['from']!r} occurs not once in {path.name}")
    return text[:first] + inside.replace(entry["from"], entry["to"]) + text[last:]


def _span(text: str, function: str) -> tuple[int, int]:
    lines = text.splitlines(keepends=True)
    starts = [sum(map(len, lines[:n])) for n in range(len(lines) + 1)]
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.name == function:
            return starts[node.lineno - 1], starts[node.end_lineno or node.lineno]
    raise ValueError(f"reversals.toml: no function {function}")


def _codes(code: CodeType) -> Iterator[tuple[str, CodeType]]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant.co_qualname, constant
            yield from _codes(constant)


@contextmanager
def reversed_rule(entry: dict[str, str]) -> Iterator[None]:
    """Let the functions of a module run with one piece of their source replaced.

    They stay the same objects, so that all who have imported them run what is replaced.
    """
    name = "bmu_abm." + entry["module"].removesuffix(".py").replace("/", ".")
    module = import_module(name)
    path = Path(str(module.__file__))
    changed = compile(reversed_source(path, entry), str(path), "exec")
    found = dict(_codes(changed))
    kept: list[tuple[Any, CodeType]] = []
    for qualified, code in _codes(compile(path.read_text(encoding="utf-8"), str(path), "exec")):
        function = _function(module, qualified)
        if function is not None and code != found[qualified]:
            kept.append((function, function.__code__))
            function.__code__ = found[qualified]
    if not kept:
        raise ValueError(f"reversals.toml: {entry['from']!r} changes no function")
    try:
        yield
    finally:
        for function, code in kept:
            function.__code__ = code


def _function(module: Any, qualified: str) -> Any:
    """Return the function itself below decorators; None for what is inside of another one."""
    found: Any = module
    for part in qualified.split("."):
        found = vars(found).get(part) if hasattr(found, "__dict__") else None
    found = getattr(found, "fget", found)
    found = getattr(found, "__func__", found)
    while hasattr(found, "__wrapped__"):
        found = found.__wrapped__
    return found if hasattr(found, "__code__") else None


# -- the tests ------------------------------------------------------------------------------------


def passes(test: Callable[[], None]) -> bool:
    """Tell whether a test passes."""
    try:
        test()
    except Exception:  # a reversed rule may break in any way
        return False
    return True


def of_the_network(edge: Any) -> tuple[bool, bool]:
    """Return whether the test of an edge passes as it is, and with its sign flipped."""
    import test_graph

    import levels

    flipped = dataclasses.replace(edge, sign="-" if edge.sign == "+" else "+")
    test = test_graph.test_an_edge_moves_its_target_by_its_sign
    as_it_is = passes(lambda: test(edge))
    declared = levels.EVALUATED
    levels.EVALUATED = tuple(flipped if other is edge else other for other in declared)
    try:
        return as_it_is, passes(lambda: test(flipped))
    finally:
        levels.EVALUATED = declared


def of_a_rule(edge: Any, still: Any, reversals: dict[str, dict[str, str]]) -> tuple[bool, bool]:
    """Return whether the test of an edge passes as it is, and with its rule reversed."""
    import test_carried

    name = (edge.source, edge.target)
    test = test_carried.test_a_carried_edge_moves_its_target_by_its_sign
    as_it_is = passes(lambda: test(still, name))
    with reversed_rule(reversals[".".join(name)]):
        return as_it_is, passes(lambda: test(still, name))


# -- the table ------------------------------------------------------------------------------------


def fingerprint() -> str:
    """Return 8 digits that change with the package, the tests of edges and the reversals."""
    digest = hashlib.blake2b(digest_size=4)
    engine = [p for p in (ROOT / "src/bmu_abm").rglob("*") if p.suffix in (".py", ".csv")]
    own = [TESTS / name for name in ("levels.py", "bones.py", "rules.py", "network_effects.py")]
    apart = ("app", "pictures", "runs", "batch", "validation")
    for path in sorted([*engine, *own, *(TESTS / "network").glob("*"), REVERSALS]):
        if path.is_file() and not set(apart) & set(path.parts):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def read(path: Path, code: str) -> dict[tuple[str, str], dict[str, str]]:
    """Return the results of a table that are of the present code."""
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    return {(row["source"], row["target"]): row for row in rows if row["code"] == code}


def write(path: Path, rows: dict[tuple[str, str], dict[str, str]]) -> None:
    """Write the table of results."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, HEAD, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows[key] for key in sorted(rows))


def main(arguments: list[str] | None = None) -> int:
    """Run the reversals; return 1 when fewer than 98 % of all edges are caught."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", default="1/1", help="i/n: every n-th edge")
    parser.add_argument("--minutes", type=float, default=1e9, help="stop after so long")
    parser.add_argument("--out", type=Path, default=ROOT / "docs/validation/edges.csv")
    asked = parser.parse_args(arguments)
    part, of = map(int, asked.part.split("/"))
    prepare()
    return run(asked.out, part, of, time.monotonic() + 60.0 * asked.minutes)


def run(out: Path, part: int, of: int, until: float) -> int:
    """Run the reversals of a part of the edges until a time; return 1 below the bar."""
    import bones
    from bmu_abm.network.declared import EDGES
    from conftest import _restorer

    still = _restorer(bones.still_bone)
    reversals = tomllib.loads(REVERSALS.read_text(encoding="utf-8"))
    code = fingerprint()
    rows = read(out, code)
    for edge in EDGES[part - 1 :: of]:
        key = (edge.source, edge.target)
        if key in rows or time.monotonic() > until:
            continue
        results = of_a_rule(edge, still, reversals) if edge.carried_by else of_the_network(edge)
        rows[key] = row_of(edge, *results, code)
        write(out, rows)
    return told(rows, len(EDGES))


def row_of(edge: Any, as_it_is: bool, reversed_passes: bool, code: str) -> dict[str, str]:
    """Return the row of an edge; a test that fails on the network as it is catches nothing."""
    caught = as_it_is and not reversed_passes
    test = "test_carried" if edge.carried_by else "test_graph"
    done_by = edge.carried_by or "the network"
    verdict = "yes" if caught else "no" if as_it_is else "the test fails as it is"
    return dict(
        zip(HEAD, (edge.source, edge.target, edge.sign, done_by, test, verdict, code), strict=True)
    )


def told(rows: dict[tuple[str, str], dict[str, str]], total: int) -> int:
    """Print what was caught; return 1 below the bar."""
    caught = sum(row["caught"] == "yes" for row in rows.values())
    for key, row in sorted(rows.items()):
        if row["caught"] != "yes":
            print(".".join(key), row["caught"])
    print(f"caught {caught} of {len(rows)} reversed edges; {total} edges in all")
    return int(caught < BAR * total)


if __name__ == "__main__":
    sys.exit(main())
