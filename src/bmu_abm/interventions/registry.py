"""Where interventions come from: shipped files, families of them, and plugins of other packages.

A plugin is an object under the entry point `bmu_abm.interventions`, with a `declaration` (a
`Declaration` or a table of the same form) and, unless the declaration's effects say it all, a
method ``act(today, environment)``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from pydantic import ValidationError

from bmu_abm import shipped, tomlfile
from bmu_abm.faults import fault, suggest
from bmu_abm.interventions import families
from bmu_abm.interventions.declaration import Declaration
from bmu_abm.interventions.effect import Environment, Today
from bmu_abm.schema import explain

GROUP = "bmu_abm.interventions"
Act = Callable[[Today, Environment], None]


@dataclass(frozen=True)
class Intervention:
    """An intervention that a scenario can use.

    Attributes
    ----------
    name : str
        What `use` says.
    declaration : Declaration
        Parameters and effects.
    origin : str
        `shipped`, or the entry point of the plugin.
    package : str or None
        Name and version of the package that brings a plugin.
    act : callable or None
        The plugin's own daily rule.
    """

    name: str
    declaration: Declaration
    origin: str = "shipped"
    package: str | None = None
    act: Act | None = None


def names() -> list[str]:
    """Return the names that `use` accepts, sorted."""
    return sorted({*shipped.names("intervention"), *families.names(), *_plugins()})


def plugins() -> list[str]:
    """Return the names of the interventions that other packages bring, sorted."""
    return sorted(_plugins())


@cache
def find(name: str) -> Intervention:
    """Return an intervention by name.

    Raises
    ------
    KeyError
        Nothing has this name; the message holds the mend.
    InputError
        Its file or plugin is wrong.
    """
    plugins, own = _plugins(), _shipped(name)
    if name in plugins and own is not None:
        raise fault(plugins[name].value, name, "a shipped intervention has this name", "rename it")
    if name in plugins:
        return _load_plugin(plugins[name])
    if own is None:
        raise KeyError(suggest(name, names()))
    return Intervention(name, declare(own.data, own.source, own.lines))


def _shipped(name: str) -> tomlfile.Document | None:
    """Return the file of a shipped name, or what a family makes of its own; None for neither."""
    file = shipped.path("intervention", name)
    if file is not None:
        return tomlfile.load(file)
    text = families.text(name)
    return None if text is None else tomlfile.parse(text, f"{name}.toml")


def declare(table: Any, source: str, lines: dict[str, int] | None = None) -> Declaration:
    """Check the table of an intervention against its form and the engine's declarations."""
    try:
        declaration = Declaration.model_validate(table)
    except ValidationError as error:
        raise explain(error, source, lines) from None
    return declaration


@cache
def _plugins() -> dict[str, EntryPoint]:
    found: dict[str, EntryPoint] = {}
    for point in entry_points(group=GROUP):
        if point.name in found:
            mend = "uninstall one of the two packages"
            raise fault(point.value, point.name, "two plugins have this name", mend)
        found[point.name] = point
    return found


def _load_plugin(point: EntryPoint) -> Intervention:
    try:
        plugin = point.load()
    except Exception as error:
        what = f"the plugin cannot be imported ({type(error).__name__}: {error})"
        raise fault(point.value, point.name, what, "repair or remove it") from None
    declaration = declare(getattr(plugin, "declaration", plugin), point.value)
    act = getattr(plugin, "act", None)
    if act is None and not declaration.effect:
        raise fault(point.value, point.name, "has no effect", "give it act() or effects")
    return Intervention(point.name, declaration, point.value, _package_of(point), act)


def _package_of(point: EntryPoint) -> str | None:
    package = getattr(point, "dist", None)
    return None if package is None else f"{package.name} {package.version}"
