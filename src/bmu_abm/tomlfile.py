"""Reading TOML from people: whatever the file holds, the outcome is a table or one clear line."""

from __future__ import annotations

import os
import re
import stat
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bmu_abm.errors import InputError
from bmu_abm.faults import fault

MAX_BYTES = 1_000_000
MAX_LINE = 4_000

_POSITION = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)")
_PART = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_PATH = rf"{_PART}(?:\s*\.\s*{_PART})*"
_HEADER = re.compile(rf"\s*(\[\[?)\s*({_PATH})\s*\]")
_KEY = re.compile(rf"\s*({_PATH})\s*=")


@dataclass(frozen=True)
class Document:
    """A parsed file.

    Attributes
    ----------
    data : dict
        The table.
    source : str
        The file's name, as the user gave it.
    lines : dict[str, int]
        Line number of every dotted key that starts a line.
    """

    data: dict[str, Any]
    source: str
    lines: dict[str, int] = field(default_factory=dict)


def load(path: str | os.PathLike[str]) -> Document:
    """Read a TOML file.

    Raises
    ------
    InputError
        If it is missing, not a regular file, unreadable, larger than 1 MB, not UTF-8, nested too
        deeply, or not TOML: one line that names the file, the place and the mend.
    """
    source = os.fspath(path)
    return parse(_decode(_read(Path(path), source), source), source)


def parse(text: str, source: str) -> Document:
    """Parse the text of a TOML file; errors as in `load`."""
    _refuse_long_lines(text, source)
    try:
        data = tomllib.loads(text)
    except RecursionError:
        raise fault(source, "", "brackets are nested too deeply", "use fewer levels") from None
    except ValueError as error:
        raise _syntax_fault(str(error), text, source) from None
    return Document(data, source, line_numbers(text))


def _read(path: Path, source: str) -> bytes:
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise fault(source, "", "is a folder", "name a .toml file in it")
        if not stat.S_ISREG(status.st_mode):
            raise fault(source, "", "is not a regular file", "name a .toml file")
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise _access_fault(error, source) from None
    if len(content) > MAX_BYTES:
        size = max(status.st_size, len(content)) / 1e6
        what = f"is {size:.1f} MB, more than the {MAX_BYTES / 1e6:.0f} MB that a scenario may have"
        raise fault(source, "", what, "is it the right file? Remove what is not needed")
    return content


def _access_fault(error: Exception, source: str) -> InputError:
    if isinstance(error, FileNotFoundError):
        return fault(source, "", "there is no such file", "check the path")
    if isinstance(error, PermissionError):
        return fault(source, "", "may not be read", "give yourself permission to read it")
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return fault(source, "", f"cannot be read ({reason.lower()})", "check the path")


def _decode(content: bytes, source: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise fault(source, "", "is not UTF-8 text", "save it as UTF-8", line) from None


def _refuse_long_lines(text: str, source: str) -> None:
    for number, line in enumerate(text.split("\n"), start=1):
        if len(line) > MAX_LINE:
            what = f"the line has {len(line)} characters, more than {MAX_LINE}"
            raise fault(source, "", what, "break it into shorter lines", number)


_MENDS = {
    "Cannot overwrite a value": "a key may stand only once: remove one of the two",
    "Cannot declare": "a table may stand only once: remove one of the two",
    "Exceeds the limit": "write a shorter number",
}


def _syntax_fault(message: str, text: str, source: str) -> InputError:
    found = _POSITION.search(message)
    line = int(found.group(1)) if found and found.group(1) else None
    reason = _POSITION.sub("", message)
    if found and line is None:
        reason += " at the end of the file"
    mend = next((m for start, m in _MENDS.items() if reason.startswith(start)), "correct this line")
    key = _key_on(text.split("\n")[line - 1]) if line else ""
    return fault(source, key, f"is not valid TOML: {reason}", mend, line)


def _key_on(line: str) -> str:
    """Return the key or header that stands on a line, or ""."""
    if header := _HEADER.match(line):
        return _bare(header.group(2))
    key = _KEY.match(line)
    return _bare(key.group(1)) if key else ""


def line_numbers(text: str) -> dict[str, int]:
    """Return the line on which each dotted key stands (``intervention.0.dose`` -> 12)."""
    lines: dict[str, int] = {}
    counts: dict[str, int] = {}
    prefix, inside = "", ""
    for number, line in enumerate(text.split("\n"), start=1):
        if not inside:
            prefix = _note(line, number, prefix, lines, counts)
        inside = _string_left_open(line, inside)
    return lines


def _note(
    line: str, number: int, prefix: str, lines: dict[str, int], counts: dict[str, int]
) -> str:
    """Enter the header or key of a line into `lines`; return the table that is now open."""
    if header := _HEADER.match(line):
        prefix = _bare(header.group(2))
        if header.group(1) == "[[":
            counts[prefix] = counts.get(prefix, -1) + 1
        prefix = _indexed(prefix, counts)
        lines.setdefault(prefix, number)
    elif key := _KEY.match(line):
        name = _bare(key.group(1))
        lines.setdefault(f"{prefix}.{name}" if prefix else name, number)
    return prefix


def _bare(path: str) -> str:
    return ".".join(part.strip("\"'") for part in re.findall(_PART, path))


def _indexed(path: str, counts: dict[str, int]) -> str:
    """Put the number of the open element behind every array of tables in `path`."""
    out: list[str] = []
    seen: list[str] = []
    for part in path.split("."):
        out.append(part)
        seen.append(part)
        if ".".join(seen) in counts:
            out.append(str(counts[".".join(seen)]))
    return ".".join(out)


def _string_left_open(line: str, inside: str) -> str:
    """Return the triple quote that is open at the end of the line, or ""."""
    position = 0
    while True:
        marks = [inside] if inside else ['"""', "'''"]
        hits = [(line.find(mark, position), mark) for mark in marks]
        hits = [hit for hit in hits if hit[0] >= 0]
        if not hits:
            return inside
        at, mark = min(hits)
        inside, position = ("" if inside else mark), at + 3
