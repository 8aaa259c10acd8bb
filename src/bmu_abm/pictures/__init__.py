"""Static pictures of the bone: a face from above, a section, stains, and whole figures.

Examples
--------
>>> from bmu_abm.pictures import sheet
>>> sheet(model, "month_28.png")  # doctest: +SKIP
"""

from bmu_abm.pictures.field_map import field_map
from bmu_abm.pictures.section import section
from bmu_abm.pictures.sheet import sheet, stains_sheet
from bmu_abm.pictures.stains import STAINS
from bmu_abm.pictures.surface_map import surface_map

__all__ = ["STAINS", "field_map", "section", "sheet", "stains_sheet", "surface_map"]
