"""Pages of the documentation that follow from the declarations: ``python -m bmu_abm.docs``.

`parameters.md`, `network.md` and `mechanisms.md` are written as a whole; in other pages the text
between ``<!-- begin NAME -->`` and ``<!-- end NAME -->`` is replaced.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from bmu_abm import shipped
from bmu_abm.errors import BmuError, InputError
from bmu_abm.fields import DECLARATIONS
from bmu_abm.host import Host
from bmu_abm.interventions import registry
from bmu_abm.interventions.declaration import Declaration
from bmu_abm.network import pages as network_pages
from bmu_abm.parameters import KINDS, REGISTRY, Parameter
from bmu_abm.tomlfile import load

COMMAND = "python -m bmu_abm.docs"
_BLOCK = re.compile(r"(<!-- begin (\w+) -->\n).*?(<!-- end \2 -->)", re.DOTALL)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; a bar inside a cell is escaped."""
    lines = [head, ["---"] * len(head), *rows]
    escaped = ([cell.replace("|", "\\|") for cell in cells] for cells in lines)
    return "".join(f"| {' | '.join(cells)} |\n" for cells in escaped)


def parameters_page() -> str:
    """Return the page of all parameters, a section for each room of the model."""
    kinds = Counter(parameter.kind for parameter in REGISTRY.values())
    shares = ", ".join(f"{kinds[kind]} {kind}" for kind in KINDS)
    head = f"""# Parameters

Written by `{COMMAND}` from `src/bmu_abm/parameters.csv` and the tables of the network; change
those files, not this page.

There are {len(REGISTRY)} parameters: {shares}.
*Measured* values lie in what the literature reports; *fitted* ones were moved until the model
showed what stands under "source"; *assumed* ones were chosen, and the source says what speaks for
them, if anything does. A star marks what no intervention may change during a run. Set a parameter
with `--set parameters.osteoclast.gate_rankl_pm=25`, or in a scenario's `[parameters]` table.
"""
    rooms = groupby(REGISTRY.values(), key=lambda parameter: parameter.path.split(".")[0])
    return head + "".join(f"\n## {room}\n\n{_room(group)}" for room, group in rooms)


def _room(parameters: Iterable[Parameter]) -> str:
    rows = [
        (
            f"`{p.path}`{'' if p.live else ' *'}",
            p.help,
            f"{p.default:g}",
            f"{p.low:g} to {p.high:g}",
            p.unit,
            p.kind,
            p.source,
        )
        for p in parameters
    ]
    return table(("path", "what it is", "default", "range", "unit", "kind", "source"), rows)


def fields_block() -> str:
    """Return the table of the diffusing signals."""
    rows = [
        (
            d.name,
            f"{d.diffusion_um2_per_s:g}",
            f"{d.half_life_s:g}",
            f"{d.decay_length_um:.0f}",
            "every site" if d.resolution == 1 else "blocks of 2 x 2 sites",
            d.unit,
            d.source,
        )
        for d in DECLARATIONS.values()
    ]
    head = ("signal", "D (um2/s)", "half-life (s)", "decay length (um)", "grid", "unit", "source")
    return table(head, rows)


def scenarios_block() -> str:
    """Return the table of the shipped scenarios."""
    rows = []
    for name in shipped.names("scenario"):
        data = _shipped("scenario", name)
        uses = ", ".join(f"`{course['use']}`" for course in data.get("intervention", []))
        rows.append((f"`{name}`", data["title"], f"`{data['host']}`", f"{data['years']}", uses))
    return table(("name", "title", "host", "years", "interventions"), rows)


def hosts_block() -> str:
    """Return the table of the shipped hosts."""
    rows = []
    for name in shipped.names("host"):
        host = Host.model_validate(name)
        made = "burn-in from fresh bone"
        if host.made_from is not None:
            made = f"{host.made_from.years:g} years of `{host.made_from.scenario}`"
        rows.append((f"`{name}`", host.title, f"{host.age_years:g}", made))
    return table(("name", "title", "age (years)", "made by"), rows)


def interventions_block() -> str:
    """Return a section for each shipped intervention, with its parameters."""
    sections = []
    for name in shipped.names("intervention"):
        declaration = registry.find(name).declaration
        head = f"### {name}\n\n{declaration.title} ({declaration.kind}). "
        sections.append(f"{head}{' '.join(declaration.description.split())}\n\n")
        sections.append(_declared(declaration) + "\n")
        sections.append(_beside(declaration))
    return "".join(sections)


def studies_block() -> str:
    """Return the table of the shipped studies."""
    rows = []
    for name in shipped.names("study"):
        data = _shipped("study", name)
        row = (data["title"], f"`{data['scenario']}`", data["design"], f"{data['replicates']}")
        rows.append((f"`{name}`", *row))
    return table(("name", "title", "scenario", "design", "replicates"), rows)


def _declared(declaration: Declaration) -> str:
    rows = [
        (f"`{name}`", p.help, f"{p.default:g}", f"{p.low:g} to {p.high:g}", p.unit, p.source)
        for name, p in declaration.parameters.items()
    ]
    return table(("parameter", "what it is", "default", "range", "unit", "source"), rows)


def _beside(declaration: Declaration) -> str:
    """Return what a drug does beside bone, with how it is known; nothing where nothing is told."""
    told = [
        f"{s.name} ({s.known}{'' if s.index is None else f' {s.index:g}'})"
        for s in declaration.side_effect
    ]
    return f"Beside bone: {'; '.join(told)}.\n\n" if told else ""


def _shipped(kind: shipped.Kind, name: str) -> dict[str, Any]:
    file = shipped.path(kind, name)
    return load(file).data if file else {}


BLOCKS: dict[str, Callable[[], str]] = {
    "fields": fields_block,
    "scenarios": scenarios_block,
    "hosts": hosts_block,
    "interventions": interventions_block,
    "studies": studies_block,
}


def filled(text: str) -> str:
    """Return a page with its generated blocks as the declarations have them now."""
    return _BLOCK.sub(lambda block: block[1] + BLOCKS[block[2]]() + block[3], text)


def pages(folder: Path) -> dict[Path, str]:
    """Return every page of a folder that has generated parts, with its new text."""
    new = {
        folder / "parameters.md": parameters_page(),
        folder / "network.md": network_pages.network_page(COMMAND, table),
        folder / "mechanisms.md": network_pages.mechanisms_page(
            COMMAND, table, folder.parent / "tests"
        ),
    }
    for path in sorted(folder.glob("*.md")):
        text = path.read_text(encoding="utf-8")
        if path not in new and _BLOCK.search(text):
            new[path] = filled(text)
    return new


def write(folder: Path) -> None:
    """Write the generated pages of a folder.

    Raises
    ------
    InputError
        There is no such folder.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: there is no such folder; run it where docs/ is")
    for path, text in pages(folder).items():
        path.write_text(text, encoding="utf-8", newline="\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(prog=COMMAND, description="Write the generated pages.")
    parser.add_argument("folder", type=Path, nargs="?", default=Path("docs"))
    try:
        write(parser.parse_args(arguments).folder)
    except BmuError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
