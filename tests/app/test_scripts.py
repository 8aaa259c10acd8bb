"""The page's scripts are joined into one: a name may stand at the top of one of them only."""

from __future__ import annotations

import re
from collections import Counter

from bmu_abm.app.static_files import FOLDER, SCRIPTS

DECLARED = re.compile(r"^(?:export )?(?:async )?(?:function\*? |class |(?:const|let) )(.*)$", re.M)
FURTHER = re.compile(r", ([A-Z][A-Z_]*) = ")


def names(text: str) -> set[str]:
    """Return what a script declares at its top level."""
    found = set()
    for line in DECLARED.findall(text):
        head = re.match(r"[A-Za-z_$][\w$]*", line)
        found |= {head.group()} if head else set()
        found |= set(FURTHER.findall(line))
    return found


def test_no_name_is_declared_by_two_scripts():
    texts = [(FOLDER / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS]
    counted = Counter(name for text in texts for name in names(text))
    assert "CUT_SHARE" in counted
    assert [name for name, count in counted.items() if count > 1] == []
