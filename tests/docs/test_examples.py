"""Examples and notebooks of the documentation: each of them runs."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import matplotlib
import pytest

DOCS = Path(__file__).parents[2] / "docs"


def load(path: Path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def images_of(solara, element) -> list[bytes]:
    """Render an element once and return the pictures in it."""
    box, context = solara.render(element, handle_error=False)
    try:
        todo, found = [box], []
        while todo:
            one = todo.pop()
            assert one is not None
            children = getattr(one, "children", ())
            todo += [child for child in children if not isinstance(child, str)]
            todo += getattr(one, "items", ()) if type(one).__name__ == "GridLayout" else ()
            if type(one).__name__ in ("Image", "ImageWidget"):
                found.append(bytes(one.value))
        return found
    finally:
        context.close()


@pytest.mark.filterwarnings("ignore::UserWarning:solara")
def test_solara_viz_renders_a_bone_that_lives():
    solara = pytest.importorskip("solara")
    pytest.importorskip("altair")
    path = DOCS / "examples" / "solara_viz.py"
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 42
    example = load(path)
    images_of(solara, example.page)
    before = images_of(solara, example.Surface(example.model))
    example.model.step()
    after = images_of(solara, example.Surface(example.model))
    assert len(before) == len(after) == 1 and before != after


def test_solara_viz_can_make_its_model_anew():
    pytest.importorskip("altair")
    example = load(DOCS / "examples" / "solara_viz.py")
    bone = example.SmallBone(load=0.5)
    assert bone.spec.host.load == 0.5 and bone.trabecula.nx == 40


@pytest.mark.parametrize("path", sorted((DOCS / "notebooks").glob("*.ipynb")), ids=lambda p: p.stem)
def test_the_cells_of_a_notebook_run_in_order(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    matplotlib.use("Agg", force=True)
    notebook = json.loads(path.read_text(encoding="utf-8"))
    assert notebook["nbformat"] == 4
    names = {"__name__": "__main__"}
    for number, cell in enumerate(notebook["cells"]):
        if cell["cell_type"] == "code":
            assert not cell["outputs"] and cell["execution_count"] is None
            text = "".join(cell["source"])
            exec(compile(text, f"{path.name}[{number}]", "exec"), names)
    assert "figure" in names
