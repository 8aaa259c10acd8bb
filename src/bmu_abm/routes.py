"""The routes by which grafted cells are given."""

from __future__ import annotations

from typing import Literal

Route = Literal["intravenous", "intracardiac", "intramarrow", "bone_surface"]
IN_PLACE = ("intramarrow", "bone_surface")  # where a scaffold can hold cells
