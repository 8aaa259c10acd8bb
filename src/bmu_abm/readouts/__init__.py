"""What is measured of a patch: histomorphometry, micro-CT, density, markers, cells."""

from __future__ import annotations

from bmu_abm.readouts.memory import Memory
from bmu_abm.readouts.table import table

__all__ = ["Memory", "table"]
