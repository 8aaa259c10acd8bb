"""Interventions: what a drug, a graft or a disease does to the bone, told in verbs."""

from bmu_abm.interventions.declaration import Declaration, DeclaredParameter
from bmu_abm.interventions.effect import Today
from bmu_abm.interventions.plan import Plan
from bmu_abm.interventions.registry import Intervention, find, names

__all__ = ["Declaration", "DeclaredParameter", "Intervention", "Plan", "Today", "find", "names"]
