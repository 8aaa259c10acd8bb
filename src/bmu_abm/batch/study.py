"""A study: a base scenario, a design of parameter points, replicates, and what is asked of them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PrivateAttr, ValidationError, model_validator

from bmu_abm import shipped, tomlfile
from bmu_abm.batch.axis import Axis, Place, resolve
from bmu_abm.batch.parts import Target, base_name, table_name
from bmu_abm.batch.stopping import Stop
from bmu_abm.batch.varied import Settings, Varied, VariedTable
from bmu_abm.errors import InputError
from bmu_abm.faults import fault, show
from bmu_abm.scenario import Scenario
from bmu_abm.schema import Table, explain, line_of, problem
from bmu_abm.settings import put

DESIGNS = ("grid", "one_at_a_time", "latin_hypercube", "sobol", "morris", "saltelli", "table")
_SAMPLED = ("latin_hypercube", "sobol", "morris", "saltelli")
_POWERS = ("sobol", "saltelli")
_INDEXED = ("morris", "saltelli")


class Study(Table):
    """What a study file may say; see docs/batch.md for worked examples.

    Attributes
    ----------
    title, description : str
    scenario : str or dict
        The base: a shipped name, a file beside the study, or a table.
    settings : dict
        Changes of the base by dotted path.
    design : str
        One of `DESIGNS`.
    points : int or None
        Points of a sampled design; trajectories of "morris", base samples of "saltelli".
    table : str or None
        File of an explicit design.
    seed, replicates : int
        Patches of every point; they are the same for all points.
    readouts : list of str
        Columns of the results; by default all.
    months : list of float
        Months that the summary tells; by default 0, 3, 6, each year and the last.
    stop : Stop or None
        Adds replicates until the standard error is small enough.
    target : list of Target
        What a calibration is to meet.
    trials, batch : int
        Parameter points that a calibration tries, and how many of them at a time.
    parameters, uncertainties, levers : dict of Varied
        What is varied. Levers are always a grid, crossed with the design of the uncertainties.
    """

    title: str = Field(min_length=1, max_length=200)
    description: str = Field("", max_length=10_000)
    scenario: Annotated[str | dict[str, Any], BeforeValidator(base_name)]
    settings: Settings = Field(default_factory=dict)
    design: Literal[
        "grid", "one_at_a_time", "latin_hypercube", "sobol", "morris", "saltelli", "table"
    ] = "grid"
    points: int | None = Field(None, ge=2, le=1_000_000)
    table: Annotated[str | None, BeforeValidator(table_name)] = None
    seed: int = Field(1, ge=0, lt=2**63)
    replicates: int = Field(8, ge=1, le=100_000)
    readouts: list[str] = Field(default_factory=list, max_length=500)
    months: list[float] = Field(default_factory=list, max_length=1000)
    stop: Stop | None = None
    target: list[Target] = Field(default_factory=list, max_length=1000)
    trials: int = Field(100, ge=1, le=100_000)
    batch: int = Field(4, ge=1, le=1000)
    parameters: VariedTable = Field(default_factory=dict, max_length=200)
    uncertainties: VariedTable = Field(default_factory=dict, max_length=200)
    levers: VariedTable = Field(default_factory=dict, max_length=200)

    _source: str = PrivateAttr("study")
    _name: str = PrivateAttr("study")
    _folder: Path = PrivateAttr(Path())
    _lines: dict[str, int] = PrivateAttr(default_factory=dict)

    @model_validator(mode="after")
    def _consistent(self) -> Study:
        self._check_groups()
        self._check_points()
        for key in ("readouts", "months"):
            values: list[Any] = getattr(self, key)
            if len(set(values)) < len(values):
                raise problem("names one of them twice", "give each once", key)
        if self.stop is not None and self.replicates < 2:
            what = "is 1, which has no standard error to stop by"
            raise problem(what, "begin with 2 or more", "replicates")
        if self.stop is not None and self.stop.max_replicates < self.replicates:
            what = f"is {self.stop.max_replicates}, fewer than replicates"
            raise problem(what, "raise it", "stop", "max_replicates")
        return self

    def _check_groups(self) -> None:
        if self.parameters and (self.uncertainties or self.levers):
            what = "stands beside uncertainties or levers"
            raise problem(what, "move them to one of the two", "parameters")
        varied = self.parameters or self.uncertainties or self.levers
        if self.design == "table":
            if self.table is None:
                raise problem("is missing", 'write table = "points.csv"', "table")
            if varied:
                what = "the design is a table, which says what is varied"
                raise problem(what, "remove this one", _first_group(self))
        elif self.table is not None:
            raise problem("is given, but the design is none", 'write design = "table"', "table")
        elif not varied:
            raise problem("nothing is varied", 'write [parameters."host.load"]', "parameters")
        if self.design in _INDEXED and (self.levers or len(self.sampled) < 2):
            what = f"is {self.design!r}, which needs two or more parameters and no levers"
            raise problem(what, "put all that is varied under [parameters]", "design")

    def _check_points(self) -> None:
        sampled = self.design in _SAMPLED and bool(self.sampled)
        if sampled and self.points is None:
            raise problem("is missing", "say how many points the design has", "points")
        if not sampled and self.points is not None:
            what = f"is given, but a design of {self.design!r} needs none"
            raise problem(what, "remove it, or choose a sampled design", "points")
        if self.points is not None and self.design in _POWERS and self.points & (self.points - 1):
            below = 1 << (self.points.bit_length() - 1)
            what = f"is {self.points}, and a Sobol sequence is balanced for powers of two only"
            raise problem(what, f"write {below} or {2 * below}", "points")

    @property
    def sampled(self) -> dict[str, Varied]:
        """The quantities that the design varies, without the levers."""
        return self.parameters or self.uncertainties

    @property
    def source(self) -> str:
        """The file, for messages."""
        return self._source

    @property
    def name(self) -> str:
        """Stem of the file: it names the default folder of the results."""
        return self._name

    @property
    def folder(self) -> Path:
        """Where the files that the study names are."""
        return self._folder

    @classmethod
    def load(cls, name_or_path: str | os.PathLike[str]) -> Study:
        """Read a study from a file, or a shipped one by name.

        Raises
        ------
        InputError
            Nothing is there, or what is there is wrong: one line.
        """
        path = shipped.find("study", name_or_path)
        document = tomlfile.load(path)
        source = shipped.source_of("study", path, document.source)
        return cls.from_dict(document.data, source, path, document.lines)

    @classmethod
    def from_dict(
        cls,
        data: Mapping[str, Any],
        source: str = "study",
        path: Path = Path("study"),
        lines: Mapping[str, int] | None = None,
    ) -> Study:
        """Check a table that reads like a study file; errors as in `load`."""
        try:
            study = cls.model_validate(dict(data) if isinstance(data, Mapping) else data)
        except ValidationError as error:
            raise explain(error, source, lines) from None
        study._source, study._lines = source, dict(lines or {})
        study._folder, study._name = path.parent, shipped.safe_stem(path, "study")
        study._check()
        return study

    def _check(self) -> None:
        """Check what needs the base scenario: paths, ranges, months, columns of their own."""
        axes = [*self.axes, *self.lever_axes]
        seen: dict[str, str] = {}
        for axis in axes:
            if axis.name in seen or axis.path in [a.path for a in axes if a is not axis]:
                key = f"{self._group(axis.path)}.{axis.path}"
                raise self.fault(key, "is varied twice, or shares a name", "give it once")
            seen[axis.name] = axis.path
        last = 12 * self.base.years
        for key, month in self._months_named():
            if not 0 <= month <= last:
                raise self.fault(key, f"month {month:g} is not within 0 to {last:g}", "change it")

    def _months_named(self) -> Iterator[tuple[str, float]]:
        yield from (("months", month) for month in self.months)
        if self.stop is not None and self.stop.month is not None:
            yield "stop.month", self.stop.month
        for i, target in enumerate(self.target):
            yield f"target.{i}.month", target.month

    def fault(self, key: str, what: str, mend: str) -> InputError:
        """Return the error about a key of this study."""
        return fault(self._source, key, what, mend, line_of(key, self._lines))

    @cached_property
    def base(self) -> Scenario:
        """The base scenario with its settings."""
        scenario = self._bare()
        if not self.settings:
            return scenario
        data = scenario.to_dict()
        for path, value in self.settings.items():
            put(data, path, value, f"{self._source}: settings")
        return Scenario.from_dict(data, f"{self._source}: settings", scenario.name)

    def _bare(self) -> Scenario:
        if isinstance(self.scenario, dict):
            return Scenario.from_dict(self.scenario, f"{self._source}: scenario", self._name)
        if shipped.path("scenario", self.scenario) is not None:
            return Scenario.load(self.scenario)
        file = self._folder / self.scenario
        if not file.is_file():
            what = f"there is no {show(self.scenario)} beside the study, and none ships"
            raise self.fault("scenario", what, "check the name")
        return Scenario.load(file)

    @cached_property
    def axes(self) -> list[Axis]:
        """The axes that the design varies."""
        return self._resolved("parameters" if self.parameters else "uncertainties", self.sampled)

    @cached_property
    def lever_axes(self) -> list[Axis]:
        """The axes of the levers."""
        return self._resolved("levers", self.levers)

    def _resolved(self, group: str, table: Mapping[str, Varied]) -> list[Axis]:
        return [
            resolve(path, varied, self.base, Place(self._source, f"{group}.{path}", self._lines))
            for path, varied in table.items()
        ]

    def _group(self, path: str) -> str:
        groups = ("parameters", "uncertainties", "levers")
        return next((g for g in reversed(groups) if path in getattr(self, g)), groups[0])

    def to_dict(self) -> dict[str, Any]:
        """Return the study as a table (JSON-able)."""
        return self.model_dump(mode="json", exclude_none=True)


def _first_group(study: Study) -> str:
    groups = ("parameters", "uncertainties", "levers")
    return next(name for name in groups if getattr(study, name))
