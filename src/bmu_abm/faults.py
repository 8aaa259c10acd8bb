"""How a mistake in an input is told: one line with the file, the key, what is wrong, the mend."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time
from difflib import get_close_matches

from bmu_abm.errors import InputError

_LONGEST_LINE = 600
_LONGEST_VALUE = 60
_LONGEST_LIST = 12


def one_line(text: str, limit: int = _LONGEST_LINE) -> str:
    """Return `text` on one printable line of at most `limit` characters."""
    flat = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    flat = flat.encode("utf-8", "backslashreplace").decode("utf-8")
    return flat if len(flat) <= limit else flat[: limit - 3] + "..."


def show(value: object) -> str:
    """Return a short form of a value, as it would stand in a file."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, float):
        return f"{value:.12g}"
    if isinstance(value, date | time):
        return value.isoformat()
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # an integer of thousands of digits, a bottomless list
        return f"a very long {type(value).__name__}"
    return one_line(text, _LONGEST_VALUE)


def nearest(name: str, valid: Iterable[str]) -> str | None:
    """Return the valid name that looks most like `name`, or None when none comes near."""
    names = list(valid)
    folded = {n.lower().replace("-", "_"): n for n in names}
    wanted = name.lower().replace("-", "_").strip()[:200]
    found = get_close_matches(wanted, list(folded), n=1, cutoff=0.55)
    if found:
        return folded[found[0]]
    tails = {n.rsplit(".", 1)[-1]: n for n in names}
    close = get_close_matches(wanted.rsplit(".", 1)[-1], list(tails), n=1, cutoff=0.7)
    return tails[close[0]] if close else None


def suggest(name: str, valid: Iterable[str]) -> str:
    """Return the mend for an unknown name: the nearest valid one, else the list of them."""
    names = sorted(valid)
    near = nearest(name, names)
    if near is not None:
        return f"did you mean '{near}'?"
    if not names:
        return "remove it"
    more = ", ..." if len(names) > _LONGEST_LIST else ""
    return f"valid are {', '.join(names[:_LONGEST_LIST])}{more}"


def fault(source: str, key: str, what: str, mend: str, line: int | None = None) -> InputError:
    """Return an `InputError` that reads ``file:line: key: what is wrong; mend``.

    Parameters
    ----------
    source : str
        The file (or another name of the input).
    key : str
        Dotted key, "" when the mistake belongs to the whole file.
    what, mend : str
        What is wrong, and what to do about it.
    line : int or None
        Line number in the file where it is known.
    """
    place = source if line is None else f"{source}:{line}"
    parts = [one_line(place, 300), one_line(key, 120)] if key else [one_line(place, 300)]
    return InputError(one_line(f"{': '.join(parts)}: {what}; {mend}", 2 * _LONGEST_LINE))
