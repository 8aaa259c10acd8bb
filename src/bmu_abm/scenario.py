"""A scenario: whose bone, for how long, on how large a patch, under which interventions."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PrivateAttr, ValidationError, model_validator

from bmu_abm import known, shipped, tomlfile
from bmu_abm.clock import day_of_month
from bmu_abm.faults import show, suggest
from bmu_abm.host import MAX_YEARS, Host, ParameterValues, flatten
from bmu_abm.interventions import carriers, presets, registry
from bmu_abm.interventions.declaration import RESERVED
from bmu_abm.interventions.presets import PresetKind
from bmu_abm.interventions.verbs import GraftEffect
from bmu_abm.patch import Patch
from bmu_abm.routes import IN_PLACE, Route
from bmu_abm.schema import Table, explain, problem
from bmu_abm.settings import put, value_of

_MOST_MONTHS = 12 * MAX_YEARS
_WHOLE = ("every_days", "doses")


class Course(Table):
    """One `[[intervention]]` of a scenario: what is used, when, and with which numbers.

    Attributes
    ----------
    use : str
        Name of an intervention.
    start_month, stop_month : float
        From the end of the burn-in; None: to the end of the run.
    form : str or None
        One of the forms that the intervention declares: other defaults.
    carrier : str
        What brings the dose to bone, or nothing in particular.
    donor, scaffold : str or None
        Of a graft: whose cells, and what holds them; each gives parameters other defaults.
    route : str or None
        Of a graft: where the cells are given; None: where the intervention gives them.
    settings : dict of str to float
        Parameters that the intervention declares; in a file they stand beside `use`.
    """

    use: str
    start_month: float = Field(0.0, ge=0.0, le=_MOST_MONTHS)
    stop_month: float | None = Field(None, gt=0.0, le=_MOST_MONTHS)
    form: str | None = None
    carrier: str = carriers.NONE
    donor: str | None = None
    route: Route | None = None
    scaffold: str | None = None
    settings: dict[str, float] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        course = {key: data[key] for key in RESERVED if key in data}
        return course | {"settings": {k: v for k, v in data.items() if k not in RESERVED}}

    @model_validator(mode="after")
    def _consistent(self) -> Course:
        if self.stop_month is not None and (
            day_of_month(self.stop_month) <= day_of_month(self.start_month)
        ):
            what = f"is {self.stop_month:g}, not after start_month ({self.start_month:g})"
            raise problem(what, "let it stop later, or start earlier", "stop_month")
        self._check_use()
        self._check_form()
        self._check_carrier()
        self._check_graft()
        for name, value in self.settings.items():
            self._check_setting(name, value)
        return self

    def _check_use(self) -> None:
        if any(mark in self.use for mark in "/\\~") or self.use.endswith(".toml"):
            mend = f"write the name of an intervention, such as '{registry.names()[0]}'"
            raise problem(f"is {show(self.use)}: a path, where a name is expected", mend, "use")
        if self.use not in registry.names():
            mend = suggest(self.use, registry.names())
            raise problem(f"unknown intervention {show(self.use)}", mend, "use")

    def _check_form(self) -> None:
        forms = registry.find(self.use).declaration.forms
        if self.form is not None and self.form not in forms:
            raise problem(f"is no form of {self.use}", suggest(self.form, forms), "form")

    def _check_carrier(self) -> None:
        if self.carrier == carriers.NONE:
            return
        if self.carrier not in carriers.names():
            mend = suggest(self.carrier, carriers.names())
            raise problem(f"unknown carrier {show(self.carrier)}", mend, "carrier")
        if "dose" not in registry.find(self.use).declaration.parameters:
            raise problem(f"is given, but {self.use} has no dose to carry", "remove it", "carrier")

    def _check_graft(self) -> None:
        """Refuse donor, route and scaffold of what gives no cells, and a scaffold in the blood."""
        effects = registry.find(self.use).declaration.effect
        routes = [self.route or one.route for one in effects if isinstance(one, GraftEffect)]
        if not routes:
            for key in ("donor", "route", "scaffold"):
                if getattr(self, key) is not None:
                    raise problem(f"is given, but {self.use} gives no cells", "remove it", key)
        if self.scaffold is not None and not set(routes) <= set(IN_PLACE):
            mend = f'write route = "{IN_PLACE[0]}" or "{IN_PLACE[1]}"'
            raise problem(f"is given, but the cells go {routes[0]}", mend, "scaffold")
        for kind, name in self.presets():
            self._check_preset(kind, name)

    def _check_preset(self, kind: PresetKind, name: str) -> None:
        if name not in presets.names(kind):
            raise problem(f"unknown {kind} {show(name)}", suggest(name, presets.names(kind)), kind)
        declared = registry.find(self.use).declaration.parameters
        for key in presets.find(kind, name).values:
            if key not in declared:
                what = f"{name} sets {key}, which {self.use} does not declare"
                raise problem(what, "remove it", kind)

    def _check_setting(self, name: str, value: float) -> None:
        declared = registry.find(self.use).declaration.parameters
        if name not in declared:
            mend = suggest(name, [*RESERVED, *declared])
            raise problem(f"is no parameter of {self.use}", mend, name)
        if name in _WHOLE and value != int(value):
            raise problem(f"must be a whole number, is {show(value)}", "round it", name)
        refusal = known.refuse_range(value, declared[name])
        if refusal is not None:
            raise problem(*refusal, name)

    def table(self) -> dict[str, Any]:
        """Return the course as it stands in a file."""
        table: dict[str, Any] = {"use": self.use, "start_month": self.start_month}
        if self.stop_month is not None:
            table["stop_month"] = self.stop_month
        named = {key: getattr(self, key) for key in ("form", "donor", "route", "scaffold")}
        table |= {key: name for key, name in named.items() if name is not None}
        if self.carrier != carriers.NONE:
            table["carrier"] = self.carrier
        return table | self.settings

    def presets(self) -> list[tuple[PresetKind, str]]:
        """Return the donor and the scaffold that are named, as (kind, name)."""
        named = [(kind, getattr(self, kind)) for kind in presets.KINDS]
        return [(kind, name) for kind, name in named if name is not None]

    def values(self) -> dict[str, float]:
        """Return every parameter: defaults, those of form, donor and scaffold, the course's own."""
        values = registry.find(self.use).declaration.defaults(self.form)
        for kind, name in self.presets():
            values |= presets.find(kind, name).numbers()
        return values | self.settings


def _real_integer(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int):
        raise problem(f"must be a whole number, is {show(value)}", "write 1, 2 or 4")
    if value not in (1, 2, 4):
        raise problem(f"is {show(value)}, which is not one of the choices", "choose 1, 2 or 4")
    return value


class Scenario(Table):
    """What a scenario file may say; see `docs` for a worked example.

    Attributes
    ----------
    title, description : str
    host : Host
        A shipped name or a table.
    years : float
        Length of the run after the burn-in.
    patch : Patch
        "tiny", "small", "reference" or a table.
    seed, replicates : int
        Defaults of the command line.
    sample_every_days : int or None
        Finer sampling than monthly.
    steps_per_day : int
        1, 2 or 4.
    parameters : dict of str to float
        Model parameters by path, over the host's and the declared defaults.
    intervention : list of Course
    """

    title: str = Field(min_length=1, max_length=200)
    description: str = Field("", max_length=10_000)
    host: Host
    years: float = Field(gt=0.0, le=MAX_YEARS)
    patch: Patch = Field(default_factory=lambda: Patch.model_validate("small"))
    seed: int = Field(1, ge=0, lt=2**63)
    replicates: int = Field(8, ge=1, le=100_000)
    sample_every_days: int | None = Field(None, ge=1, le=3650)
    steps_per_day: Annotated[int, BeforeValidator(_real_integer)] = 1
    parameters: Annotated[ParameterValues, BeforeValidator(flatten)] = Field(default_factory=dict)
    intervention: list[Course] = Field(default_factory=list, max_length=200)

    _name: str = PrivateAttr("scenario")
    _source: str = PrivateAttr("scenario")

    @model_validator(mode="after")
    def _within_horizon(self) -> Scenario:
        if self.years > self.host.horizon_years:
            what = f"is {self.years:g}, longer than the host's horizon of"
            mend = "shorten the run or choose another host"
            raise problem(f"{what} {self.host.horizon_years:g} years", mend, "years")
        return self

    @property
    def name(self) -> str:
        """Shipped name, or the stem of the file: it names the default output folder."""
        return self._name

    @property
    def source(self) -> str:
        """Where the scenario was read from, for messages."""
        return self._source

    @classmethod
    def load(cls, name_or_path: str | os.PathLike[str]) -> Scenario:
        """Read a shipped scenario by name, or a file.

        Raises
        ------
        InputError
            Nothing is there, or what is there is wrong: one line.
        """
        path = shipped.find("scenario", name_or_path)
        document = tomlfile.load(path)
        source = shipped.source_of("scenario", path, document.source)
        return cls.from_dict(
            document.data, source, shipped.safe_stem(path, "scenario"), document.lines
        )

    @classmethod
    def from_dict(
        cls,
        data: Mapping[str, Any],
        source: str = "scenario",
        name: str = "scenario",
        lines: Mapping[str, int] | None = None,
    ) -> Scenario:
        """Check a table that reads like a scenario file; errors as in `load`."""
        try:
            scenario = cls.model_validate(dict(data) if isinstance(data, Mapping) else data)
        except ValidationError as error:
            raise explain(error, source, lines) from None
        scenario._name, scenario._source = name, source
        return scenario

    def with_settings(self, settings: Mapping[str, str]) -> Scenario:
        """Return the scenario with values changed by dotted path, each spelt as in TOML.

        Examples
        --------
        >>> scenario.with_settings({"years": "5", "intervention.0.dose": "30"})  # doctest: +SKIP
        """
        data = self.to_dict()
        for path, text in settings.items():
            put(data, path, value_of(text), self._source)
        return Scenario.from_dict(data, self._source, self._name)

    def to_dict(self) -> dict[str, Any]:
        """Return the full table, host and patch resolved; JSON-able, and accepted by `from_dict`.

        Absent optional values are left out.
        """
        data = self.model_dump(mode="json", exclude={"intervention"}, exclude_none=True)
        return data | {"intervention": [course.table() for course in self.intervention]}

    def origin(self) -> Scenario | None:
        """Return what the host lived through before (`host.made_from`), as a scenario of its own.

        Patch, parameters and steps per day are those of this scenario; None for a host that
        comes straight out of its burn-in.
        """
        made = self.host.made_from
        if made is None:
            return None
        file = shipped.path("scenario", made.scenario)
        table = tomlfile.load(file).data if file else {}
        own = self.to_dict()
        shared = {key: own[key] for key in ("patch", "parameters", "steps_per_day")}
        table |= {"host": made.host, "years": made.years, **shared}
        return Scenario.from_dict(table, self._source, made.scenario)

    def burn_in_key(self) -> dict[str, Any]:
        """Return all that the burn-in depends on (JSON-able), and nothing else."""
        host = self.host.model_dump(mode="json", exclude=_NOT_BURNT_IN)
        own = self.to_dict()
        key = {"host": host, **{k: own[k] for k in ("patch", "parameters", "steps_per_day")}}
        origin = self.origin()
        if origin is not None:
            key["origin"] = origin.burn_in_key() | {
                "years": origin.years,
                "interventions": origin.treatments_key(),
            }
        return key

    def treatments_key(self) -> list[dict[str, Any]]:
        """Return all that decides what the courses do (JSON-able), what their files say included.

        A changed file changes the key.
        """
        return [_content(course) for course in self.intervention]

    def life_key(self) -> dict[str, Any]:
        """Return all that a run depends on (JSON-able) beside its seed: burn-in, plan, treatments.

        The seed and the number of replicates that the scenario proposes do not count.
        """
        own = self.to_dict()
        plan = {name: own[name] for name in own if name not in ("seed", "replicates")}
        return plan | {"burn_in": self.burn_in_key(), "intervention": self.treatments_key()}


_NOT_BURNT_IN = {"name", "title", "horizon_years", "marker_baseline", "sources"}


def _content(course: Course) -> dict[str, Any]:
    """Return a course with its values, and with what the files of treatment and carrier say."""
    declaration = registry.find(course.use).declaration
    effects = declaration.model_dump(mode="json", include={"gates", "effect"})
    content = course.table() | {"values": course.values()} | effects
    if course.carrier != carriers.NONE:
        content["carried"] = carriers.find(course.carrier).model_dump(mode="json")
    return content
