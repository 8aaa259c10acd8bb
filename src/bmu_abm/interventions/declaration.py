"""What an intervention's file may say: its parameters, with unit and source, and its effects."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from bmu_abm import known
from bmu_abm.faults import show, suggest
from bmu_abm.host import Host
from bmu_abm.interventions.effect import names_of
from bmu_abm.interventions.quantity import Quantity, factors_of
from bmu_abm.interventions.side_effects import DrugClass, SideEffect
from bmu_abm.interventions.verbs import AnyEffect
from bmu_abm.schema import Table, problem
from bmu_abm.shipped import is_name

RESERVED = ("use", "start_month", "stop_month", "form", "carrier", "donor", "route", "scaffold")
HOST_NUMBERS = tuple(
    f"host.{name}" for name, field in Host.model_fields.items() if field.annotation is float
)


class DeclaredParameter(Table):
    """A number that a scenario may set in the intervention's table.

    Attributes
    ----------
    default, low, high : float
        Value and allowed range, in `unit`.
    live : bool
        Whether it may be moved while a run goes on.
    """

    default: float
    unit: str = Field(min_length=1)
    low: float
    high: float
    help: str = Field(min_length=1)
    source: str = Field(min_length=1)
    live: bool = False

    @model_validator(mode="after")
    def _in_range(self) -> DeclaredParameter:
        if not self.low <= self.default <= self.high:
            what = f"is {self.default:g}, outside of {self.low:g} to {self.high:g}"
            raise problem(what, "change the default or the range", "default")
        return self


class Form(Table):
    """A form in which an intervention is given: other defaults for some of its parameters."""

    help: str = Field(min_length=1)
    source: str = Field(min_length=1)
    values: dict[str, float]


class Label(Table):
    """What the label of a drug limits; going past it is a warning."""

    max_months: float = Field(gt=0.0)
    source: str = Field(min_length=1)


class Between(Table):
    """A range of a host's number in which the intervention acts."""

    low: float = float("-inf")
    high: float = float("inf")


Gate = list[str] | Between


def _known_gates(gates: dict[str, Gate]) -> dict[str, Gate]:
    for name in gates:
        if name not in Host.model_fields:
            raise problem("is no value of a host", suggest(name, Host.model_fields), name)
    return gates


class Declaration(Table):
    """An intervention: a drug, a graft, a disease model.

    Attributes
    ----------
    title, description, kind, sources
        What it is and where that is written.
    label : Label or None
        The longest time for which it may be given.
    gates : dict
        Conditions on the host (`sex = ["female"]`, `age_years = {low = 18}`); where one is not
        met the intervention does not act, and says so.
    parameters : dict of DeclaredParameter
        `every_days` makes repeated doses and `doses` limits their number; others are free.
    forms : dict of Form
        Forms in which it is given, by the name that a scenario writes as `form`.
    effect : list of effects
        What it does, in verbs.
    classes : list of str
        Classes of drugs that it belongs to.
    evidence : str
        `limited` where the data on it are few; the provenance of a run says so.
    side_effect : list of SideEffect
        What it does beside bone; told, never fed back.
    """

    title: str = Field(min_length=1, max_length=200)
    description: str = Field(min_length=1)
    kind: Literal[
        "drug", "supplement", "mirna", "graft", "disease", "delivery", "genotype", "hypothesis"
    ]
    sources: list[str] = Field(min_length=1)
    label: Label | None = None
    gates: Annotated[dict[str, Gate], AfterValidator(_known_gates)] = Field(default_factory=dict)
    parameters: dict[str, DeclaredParameter] = Field(default_factory=dict)
    forms: dict[str, Form] = Field(default_factory=dict)
    effect: list[AnyEffect] = Field(default_factory=list)
    classes: list[DrugClass] = Field(default_factory=list)
    evidence: Literal["ample", "limited"] = "ample"
    side_effect: list[SideEffect] = Field(default_factory=list)

    @model_validator(mode="after")
    def _consistent(self) -> Declaration:
        for name, parameter in self.parameters.items():
            _check_parameter(name, parameter)
        for name, form in self.forms.items():
            self._check_form(name, form)
        for number, effect in enumerate(self.effect):
            self._check_names(number, names_of(effect))
            self._check_positive(number, effect)
        return self

    def _check_form(self, name: str, form: Form) -> None:
        for key, value in form.values.items():
            if key not in self.parameters:
                what, mend = "is not a declared parameter", suggest(key, self.parameters)
                raise problem(what, mend, "forms", name, "values", key)
            refusal = known.refuse_range(value, self.parameters[key])
            if refusal is not None:
                raise problem(*refusal, "forms", name, "values", key)

    def defaults(self, form: str | None = None) -> dict[str, float]:
        """Return the defaults of all parameters, in one of the forms."""
        values = {name: parameter.default for name, parameter in self.parameters.items()}
        return values if form is None else values | self.forms[form].values

    def _check_names(self, number: int, names: dict[str, list[str]]) -> None:
        valid = [*self.parameters, *HOST_NUMBERS]
        for key, wanted in names.items():
            for name in wanted:
                if name not in valid:
                    what = f"{show(name)} is not a declared parameter"
                    raise problem(what, suggest(name, valid), "effect", number, key)

    def _check_positive(self, number: int, effect: Any) -> None:
        quantities = effect.all_quantities()
        for key in effect.must_be_positive():
            if key in quantities and self.least(quantities[key]) <= 0.0:
                what = "may become 0, and the effect divides by it"
                raise problem(what, "give it a low above 0", "effect", number, key)

    def least(self, quantity: Quantity) -> float:
        """Return the smallest factor that a quantity may hold (host numbers count as above 0)."""
        return min(self._lowest(factor) for factor in factors_of(quantity))

    def _lowest(self, name: float | str) -> float:
        if isinstance(name, str):
            return self.parameters[name].low if name in self.parameters else 1.0
        return float(name)


_WHOLE_AND_POSITIVE = ("every_days", "doses")


def _check_parameter(name: str, parameter: DeclaredParameter) -> None:
    if not is_name(name) or name in RESERVED:
        raise problem("is not a usable name", "use snake_case", "parameters", name)
    if name in _WHOLE_AND_POSITIVE and parameter.low < 1.0:
        raise problem("must be at least 1", "raise it", "parameters", name, "low")
    if name == "dose" and parameter.low < 0.0:
        raise problem("must be at least 0", "raise it", "parameters", name, "low")
