"""Mechanics of the plate: stress is load over intact section."""

from __future__ import annotations

from bmu_abm.compiled import helper


@helper
def relative_stress(thickness_um, today, p):
    """Return stress at a column of `thickness_um` over the customary one: load over section."""
    local = p.mechanics_local_share
    section = local * thickness_um * today.intact_share + (1.0 - local) * today.section_um
    return today.load * today.reference_um / max(section, 0.05 * today.reference_um)
