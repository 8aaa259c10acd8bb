"""The pages of the interventions, `docs/interventions/`, written from their files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bmu_abm import shipped
from bmu_abm.interventions import families, registry, words
from bmu_abm.interventions.declaration import Declaration
from bmu_abm.network.mirna import MICRO_RNAS
from bmu_abm.network.register import REGISTER

Table = Callable[..., str]
FOLDER = "interventions"
_NOTE = """
[`bmu validate`](../validate.md) lives the trials of it that are published, where there are any.
"""


def pages(folder: Path, command: str, table: Table) -> dict[Path, str]:
    """Return the page of every shipped intervention, and of every family of them, by its place.

    Parameters
    ----------
    folder : Path
        That of the docs.
    command : str
        What writes the pages.
    table : callable
        ``table(head, rows)`` as Markdown.
    """
    place = folder / FOLDER
    found = {
        place / f"{name}.md": _page(name, registry.find(name).declaration, command, table)
        for name in shipped.names("intervention")
    }
    return found | {
        place / f"mir_{kind}s.md": _family_page(kind, command, table) for kind in families.KINDS
    }


def index(table: Table) -> str:
    """Return the table of all interventions with links to their pages."""
    rows = []
    for name in shipped.names("intervention"):
        one = registry.find(name).declaration
        link = f"[`{name}`]({FOLDER}/{name}.md)"
        rows.append((link, one.title, one.kind, ", ".join(one.classes)))
    for kind, title in families.KINDS.items():
        link = f"[`mir_..._{kind}`]({FOLDER}/mir_{kind}s.md)"
        rows.append((link, title, "mirna", f"one of each of {len(MICRO_RNAS)} microRNAs"))
    return table(("name", "title", "kind", "classes"), rows)


def _page(name: str, declaration: Declaration, command: str, table: Table) -> str:
    head = f"# {declaration.title}\n\nWritten by `{command}`; do not edit.\n\n"
    kinds = ", ".join([declaration.kind, *declaration.classes])
    use = f'`use = "{name}"` in a scenario. {kinds[0].upper()}{kinds[1:]}.'
    text = f"{head}{' '.join(declaration.description.split())}\n\n{use}\n"
    return text + _sections(declaration, table, _carried(name))


def _family_page(kind: str, command: str, table: Table) -> str:
    first = next(iter(MICRO_RNAS.values()))
    declaration = registry.find(f"{first.slug}_{kind}").declaration
    told = " ".join(declaration.description.split()).replace(first.name, "the microRNA")
    title = families.KINDS[kind]
    head = f"# {title[0].upper()}{title[1:]}\n\nWritten by `{command}`; do not edit.\n\n"
    names = ", ".join(f"`{slug}_{kind}`" for slug in MICRO_RNAS)
    text = f"{head}{told} As told by that of {first.name}.\n\n{names}\n"
    return text + _sections(declaration, table, [])


def _sections(declaration: Declaration, table: Table, mechanisms: list[str]) -> str:
    parts = [
        ("What it does", [words.told(effect) for effect in declaration.effect]),
        ("Limits", words.limits(declaration)),
        ("Beside bone", [words.aside(one) for one in declaration.side_effect]),
        ("Mechanisms", mechanisms),
        ("Sources", declaration.sources),
    ]
    lists = "".join(f"\n## {title}\n\n{_list(lines)}" for title, lines in parts if lines)
    return (
        f"{lists}\n## Numbers\n\n{_numbers(declaration, table)}{_forms(declaration, table)}{_NOTE}"
    )


def _list(lines: list[str]) -> str:
    return "".join(f"- {line}\n" for line in lines)


def _numbers(declaration: Declaration, table: Table) -> str:
    rows = [
        (f"`{name}`", p.help, f"{p.default:g}", f"{p.low:g} to {p.high:g}", p.unit, p.source)
        for name, p in declaration.parameters.items()
    ]
    return table(("parameter", "what it is", "default", "range", "unit", "source"), rows)


def _forms(declaration: Declaration, table: Table) -> str:
    if not declaration.forms:
        return ""
    rows = [
        (f"`{name}`", form.help, ", ".join(f"`{k}` {v:g}" for k, v in form.values.items()))
        for name, form in declaration.forms.items()
    ]
    return f"\n{table(('form', 'what it is', 'its own defaults'), rows)}"


def _carried(name: str) -> list[str]:
    """Return the mechanisms that this file carries, and what is left out of them."""
    where = f"interventions/{name}.toml"
    return [
        f"`{one.id}`: {one.name}{f' ({one.note})' if one.note else ''}"
        for one in REGISTER.values()
        if one.where == where
    ]
