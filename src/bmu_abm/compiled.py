"""Compiled kernels: one decorator, and a cache on disk that follows the package's sources.

Numba's cache looks only at the file of the cached function, so an edit of a helper in another
module would go unnoticed. The cache folder is therefore named by a hash of all modules that
compiled code can see; folders of older sources are removed.
"""

from __future__ import annotations

import csv
import functools
import hashlib
import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

_KEEP_DAYS = 14
KERNELS: dict[str, Any] = {}


_PACKAGE = Path(__file__).parent
_REGISTER = "register.csv"
_PROSE = ("source", "help", "note", "kind", "mechanisms")
_IMPORT = re.compile(r"^from bmu_abm(?:\.([\w.]+))? import ([^\n]+)", re.MULTILINE)


def source_hash() -> str:
    """Return 16 hex digits that change with any source file of the package.

    The browser app is left out: nothing imports it, so it cannot change a bone.
    """
    app = _PACKAGE / "app"
    files = [*_PACKAGE.rglob("*.py"), *_PACKAGE.rglob("*.csv")]
    return _digest([file for file in files if app not in file.parents])


def engine_hash() -> str:
    """Return 16 hex digits that change with any source that a model's course can depend on.

    The modules of a model and of its burn-in, transitively, and the tables beside them without what
    only people read in them.
    """
    modules = engine_modules()
    folders = {module.parent for module in modules}
    tables = (t for t in _PACKAGE.rglob("*.csv") if t.parent in folders and t.name != _REGISTER)
    return _digest([*modules, *tables], _without_prose)


def engine_modules() -> set[Path]:
    """Return the files of the modules that a model consists of."""
    burn_in = _PACKAGE / "runs" / "burnin.py"
    return _with_imports([_PACKAGE / "model.py", burn_in, *_packages(burn_in)])


def kernel_hash() -> str:
    """Return 16 hex digits that change with any source that compiled code can see.

    Those are the modules that hold kernels and, transitively, the modules they import at the
    top level.
    """
    files = _PACKAGE.rglob("*.py")
    kernels = [f for f in files if "from bmu_abm.compiled import" in f.read_text(encoding="utf-8")]
    return _digest(_with_imports(kernels))


def _with_imports(files: Iterable[Path]) -> set[Path]:
    """Return files of the package with all that they import at the top level, transitively."""
    todo = list(files)
    seen = set(todo)
    while todo:
        for path in _imports(todo.pop().read_text(encoding="utf-8")):
            if path not in seen and path.is_file():
                seen.add(path)
                todo.append(path)
    return seen


def _imports(text: str) -> Iterator[Path]:
    """Yield the files of the package that a source may import by `from bmu_abm... import`."""
    for module, names in _IMPORT.findall(text):
        base = _PACKAGE.joinpath(*module.split(".")) if module else _PACKAGE
        yield base.with_suffix(".py")
        yield from _packages(base / "__init__.py")
        for name in re.findall(r"\w+", names):
            yield base / f"{name}.py"
            yield base / name / "__init__.py"


def _packages(file: Path) -> Iterator[Path]:
    """Yield the `__init__.py` of the packages that a file is in."""
    for folder in file.parents:
        yield folder / "__init__.py"
        if folder == _PACKAGE:
            return


def _digest(paths: Iterable[Path], read: Callable[[Path], bytes] = Path.read_bytes) -> str:
    digest = hashlib.blake2b(digest_size=8)
    for path in sorted(paths):
        digest.update(path.relative_to(_PACKAGE).as_posix().encode())
        digest.update(read(path))
    return digest.hexdigest()


def _without_prose(path: Path) -> bytes:
    """Return a module as it is, and a table as JSON without the columns that no rule reads."""
    if path.suffix != ".csv":
        return path.read_bytes()
    with path.open(encoding="utf-8", newline="") as file:
        rows = [{k: v for k, v in row.items() if k not in _PROSE} for row in csv.DictReader(file)]
    return json.dumps(rows).encode()


def _cache_root() -> Path:
    return user_cache_path("bmu_abm") / "kernels"


def nothing_compiled() -> bool:
    """Tell whether the cache on disk is still empty, so that the first run has to compile."""
    folder = os.environ.get("NUMBA_CACHE_DIR")
    return folder is None or next(Path(folder).rglob("*.nbi"), None) is None


def _prune(root: Path, keep: str) -> None:
    horizon = time.time() - _KEEP_DAYS * 86400
    for folder in root.iterdir():
        if folder.name != keep and folder.stat().st_mtime < horizon:
            shutil.rmtree(folder, ignore_errors=True)


def _use_cache() -> None:
    if os.environ.get("NUMBA_CACHE_DIR"):
        return
    root, name = _cache_root(), kernel_hash()
    try:
        (root / name).mkdir(parents=True, exist_ok=True)
        os.utime(root / name)
        _prune(root, name)
    except OSError:
        return
    os.environ["NUMBA_CACHE_DIR"] = str(root / name)


_use_cache()

import numba  # noqa: E402  (the cache folder must be set before Numba is imported)
import numpy as np  # noqa: E402


def kernel(function: Callable[..., Any]) -> Any:
    """Compile a rule that the model calls once a step; registered in `KERNELS` by its name."""
    compiled = _compile(function) if not jit_is_off() else _as_plain_python(function)
    KERNELS[f"{function.__module__}.{function.__name__}"] = compiled
    return compiled


def helper(function: Callable[..., Any]) -> Any:
    """Compile a small function that kernels call.

    It is always inlined: passing arrays to a call costs more than most helpers do.
    """
    if jit_is_off():
        return _as_plain_python(function)
    return _compile(function, forceinline=True)


def _compile(function: Callable[..., Any], **options: Any) -> Any:
    return numba.njit(cache=True, nogil=True, error_model="numpy", **options)(function)


def jit_is_off() -> bool:
    """Tell whether the kernels run as plain Python (NUMBA_DISABLE_JIT=1)."""
    return bool(vars(numba.config).get("DISABLE_JIT", False))


def _as_plain_python(function: Callable[..., Any]) -> Callable[..., Any]:
    """Let compiled code run without Numba: rows have attributes, hashes wrap around silently."""

    @functools.wraps(function)
    def run(*arguments: Any) -> Any:
        if not any(map(_is_bare, arguments)):  # called by other such code
            return function(*arguments)
        with np.errstate(over="ignore"):
            return function(*map(_with_attributes, arguments))

    return run


def _is_bare(argument: Any) -> bool:
    """Tell whether an array was not made for such code yet."""
    return type(argument) in (np.ndarray, np.void)


def _with_attributes(argument: Any) -> Any:
    if not _is_bare(argument) or not argument.dtype.names:
        return argument
    if isinstance(argument, np.void):
        return argument.view(np.dtype((np.record, argument.dtype)))
    return argument.view(np.recarray)
