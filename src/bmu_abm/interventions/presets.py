"""Donors of grafted cells, and scaffolds that hold them: named defaults of a graft's parameters.

A donor is a file in `scenarios/donors/`, a scaffold one in `scenarios/scaffolds/`. A course names
them, `donor = "adsc_young"`; what it sets itself goes before what they set.
"""

from __future__ import annotations

from functools import cache
from typing import Literal

from pydantic import Field, ValidationError

from bmu_abm import shipped, tomlfile
from bmu_abm.schema import Table, explain

PresetKind = Literal["donor", "scaffold"]
KINDS: tuple[PresetKind, ...] = ("donor", "scaffold")


class PresetValue(Table):
    """A default for one parameter, and where it is from."""

    value: float
    source: str = Field(min_length=1)


class Preset(Table):
    """A donor or a scaffold.

    Attributes
    ----------
    title, description, sources
        What it is and where that is written.
    values : dict of PresetValue
        By the name of the parameter that the intervention declares.
    """

    title: str = Field(min_length=1, max_length=200)
    description: str = Field(min_length=1)
    sources: list[str] = Field(min_length=1)
    values: dict[str, PresetValue] = Field(min_length=1)

    def numbers(self) -> dict[str, float]:
        """Return the defaults alone."""
        return {name: one.value for name, one in self.values.items()}


def names(kind: PresetKind) -> list[str]:
    """Return the names that a course may give, sorted."""
    return shipped.names(kind)


@cache
def find(kind: PresetKind, name: str) -> Preset:
    """Return a donor or a scaffold by name.

    Raises
    ------
    KeyError
        Nothing has this name.
    InputError
        Its file is wrong.
    """
    document = tomlfile.load(shipped.found(kind, name))
    try:
        return Preset.model_validate(document.data)
    except ValidationError as error:
        raise explain(error, document.source, document.lines) from None
