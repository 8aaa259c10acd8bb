"""Markdown of lessons as HTML: paragraphs, lists, smaller headings, emphasis. All else is text.

Whatever a file holds is escaped first, so that no markup of its own reaches a page.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping

from bmu_abm.app.lessons.reading import BLANK

_ITEM = re.compile(r"^(?:[-*]|(\d+)\.) +(.*)$")
_INLINE = (
    (re.compile(r"`([^`]+)`"), r"<code>\1</code>"),
    (re.compile(r"\*\*([^*]+)\*\*"), r"<b>\1</b>"),
    (re.compile(r"(?<!\w)\*([^*\s][^*]*)\*(?!\w)"), r"<em>\1</em>"),
)


def to_html(text: str, values: Mapping[str, str]) -> str:
    """Return a part of a lesson as HTML.

    Parameters
    ----------
    text : str
    values : mapping of str to str
        What stands for the measures that it names; one that is absent is said to be not lived.
    """
    return "".join(_block(block, values) for block in re.split(r"\n\s*\n", text.strip()))


def _block(block: str, values: Mapping[str, str]) -> str:
    lines = block.strip().split("\n")
    if lines[0].startswith("## "):
        rest = "\n".join(lines[1:])
        return f"<h3>{_inline(lines[0][3:], values)}</h3>" + (_block(rest, values) if rest else "")
    items = list(_items(lines))
    if not items:
        return f"<p>{_inline(' '.join(lines), values)}</p>"
    before, kind = items[0]
    intro = f"<p>{_inline(before, values)}</p>" if before else ""
    body = "".join(f"<li>{_inline(text, values)}</li>" for text, _ in items[1:])
    return f"{intro}<{kind}>{body}</{kind}>"


def _items(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Yield the text before a list with the kind of the list, then its items; or nothing."""
    found: list[list[str]] = [[]]
    kind = ""
    for line in lines:
        item = _ITEM.match(line)
        if item:
            kind = kind or ("ol" if item.group(1) else "ul")
            found.append([item.group(2)])
        else:
            found[-1].append(line.strip())
    if kind:
        for words in found:
            yield " ".join(words), kind


def _inline(text: str, values: Mapping[str, str]) -> str:
    filled = html.escape(
        BLANK.sub(lambda found: values.get(found.group(1), "(not lived yet)"), text)
    )
    for pattern, form in _INLINE:
        filled = pattern.sub(form, filled)
    return filled
