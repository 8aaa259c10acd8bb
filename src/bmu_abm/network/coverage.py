"""Which tests are tied to which mechanism, read from the tests themselves.

A test is tied by `@pytest.mark.mechanism("traf6-nfkb")`, or the name `mechanism` for that mark. The
two tests of all edges, of those that the network evaluates and of those that a rule carries, are
tied to what each edge stands for.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from bmu_abm.network.declared import EDGES

OF_EDGES = "tests/network/test_graph.py::test_an_edge_moves_its_target_by_its_sign"
OF_RULES = "tests/network/test_carried.py::test_a_carried_edge_moves_its_target_by_its_sign"


def tied_tests(folder: Path) -> dict[str, list[str]]:
    """Return the tests of a folder by the mechanisms to which they are tied."""
    found: dict[str, list[str]] = {}
    for path in sorted(folder.rglob("test_*.py")):
        place = path.relative_to(folder.parent).as_posix()
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for test in tree.body:
            if isinstance(test, ast.FunctionDef) and test.name.startswith("test_"):
                for mechanism in _tied(test):
                    _note(found, mechanism, f"{place}::{test.name}")
    if (folder / "network").is_dir():
        for edge in EDGES:
            for mechanism in edge.mechanisms:
                _note(found, mechanism, OF_RULES if edge.carried_by else OF_EDGES)
    return found


def _note(found: dict[str, list[str]], mechanism: str, test: str) -> None:
    tests = found.setdefault(mechanism, [])
    if test not in tests:
        tests.append(test)


def _tied(test: ast.FunctionDef) -> Iterator[str]:
    """Yield the names in the marks of a test, those of its parametrised cases included."""
    for decorator in test.decorator_list:
        for node in ast.walk(decorator):
            if isinstance(node, ast.Call) and _is_mark(node.func):
                for argument in node.args:
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                        yield argument.value


def _is_mark(function: ast.expr) -> bool:
    if isinstance(function, ast.Attribute):
        return function.attr == "mechanism"
    return isinstance(function, ast.Name) and function.id == "mechanism"
