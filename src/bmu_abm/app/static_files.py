"""The page's JavaScript and style: small files, joined into the one module that a widget takes."""

from __future__ import annotations

import re
from pathlib import Path

FOLDER = Path(__file__).parent / "static"
# In the order in which they need each other; none imports anything.
SCRIPTS = (
    "dom", "frame", "smooth", "relief", "sprites", "glyphs", "faces", "packets",
    "section_surfaces", "section_marrow", "section_cells", "section", "axis", "charts", "modifiers",
    "timeline", "panels", "dialogs", "keys", "pooled", "lesson", "cards", "page", "connection",
)  # fmt: skip
SHEETS = ("bench", "lesson")
_IMPORT = re.compile(r"^import .*?;\n", re.MULTILINE | re.DOTALL)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const|let))", re.MULTILINE)


def joined() -> str:
    """Return all scripts as one text without imports and exports."""
    texts = [(FOLDER / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS]
    return "\n".join(_EXPORT.sub("", _IMPORT.sub("", text)) for text in texts)


def script() -> str:
    """Return the module of the widget."""
    return joined() + "\nexport default { render };\n"


def sheet() -> str:
    """Return the style of the page."""
    return "".join((FOLDER / f"{name}.css").read_text(encoding="utf-8") for name in SHEETS)
