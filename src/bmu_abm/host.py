"""The host: whose bone it is, and what is measured of it before the run."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from bmu_abm import known, shipped, tomlfile
from bmu_abm.faults import show, suggest
from bmu_abm.genotype import VARIANTS
from bmu_abm.schema import Table, problem
from bmu_abm.systemic.estrogen import PREMENOPAUSAL_PMOL_PER_L

MAX_YEARS = 60.0


def refuse_non_name(value: str, kind: shipped.Kind) -> None:
    """Raise unless `value` is the name of a shipped `kind`; a path is never followed."""
    if any(mark in value for mark in "/\\~") or value.endswith(".toml"):
        mend = f"write the name of a shipped {kind}, such as '{shipped.names(kind)[0]}'"
        raise problem(f"is {show(value)}: a path, where a name is expected", mend)
    if shipped.path(kind, value) is None:
        raise problem(f"unknown {kind} {show(value)}", suggest(value, shipped.names(kind)))


def _host_name(value: str) -> str:
    refuse_non_name(value, "host")
    return value


def _scenario_name(value: str) -> str:
    refuse_non_name(value, "scenario")
    return value


def flatten(value: Any) -> Any:
    """Turn nested tables of parameters into dotted paths (``osteoclast.life_days``)."""
    flat: dict[str, Any] = {}
    todo: list[tuple[str, Any]] = [("", value)]
    while todo:
        prefix, item = todo.pop()
        if not isinstance(item, dict) or (prefix and not item):
            flat[prefix] = item
        elif prefix.count(".") > 3:
            raise problem("has too many dots in a parameter's path", "write room.name", prefix)
        else:
            todo += [(f"{prefix}.{k}" if prefix else str(k), v) for k, v in reversed(item.items())]
    return flat if isinstance(value, dict) else value


def check_parameters(values: dict[str, float]) -> dict[str, float]:
    """Refuse unknown paths and values outside of their declared range."""
    for path, value in values.items():
        refusal = known.refuse_parameter(path, value)
        if refusal is not None:
            raise problem(*refusal, path)
    return values


ParameterValues = Annotated[dict[str, float], AfterValidator(check_parameters)]


def check_genotype(values: dict[str, int]) -> dict[str, int]:
    """Refuse variants that are not declared, and counts of alleles other than 0 to 2."""
    for name, count in values.items():
        if name not in VARIANTS:
            raise problem("is no variant", suggest(name, VARIANTS), name)
        if not 0 <= count <= 2:
            raise problem(f"is {count} risk alleles", "give 0, 1 or 2", name)
    return values


Genotype = Annotated[dict[str, int], AfterValidator(check_genotype)]


class MadeFrom(Table):
    """A host that is another one, grown up through a scenario.

    Attributes
    ----------
    host, scenario : str
        Shipped names: whose burn-in it starts from, and what it then lives through.
    years : float
        For how long.
    """

    host: Annotated[str, AfterValidator(_host_name)]
    scenario: Annotated[str, AfterValidator(_scenario_name)]
    years: float = Field(gt=0.0, le=MAX_YEARS)


class Host(Table):
    """Whose bone the patch represents; the names carry the units.

    A host with `made_from` takes every value that it does not state from its parent.
    """

    name: str = Field("custom", min_length=1, max_length=64)
    title: str = Field(min_length=1, max_length=200)
    species: Literal["human", "mouse", "rat", "rabbit"]
    sex: Literal["female", "male"]
    age_years: float = Field(ge=0.0, le=120.0)
    site: str = Field("iliac crest", min_length=1, max_length=100)
    years_since_menopause: float | None = Field(None, ge=0.0, le=80.0)
    estradiol_pmol_per_l: float = Field(ge=0.0, le=10_000.0)
    estradiol_reference_pmol_per_l: float = Field(PREMENOPAUSAL_PMOL_PER_L, gt=0.0, le=10_000.0)
    testosterone_nmol_per_l: float = Field(1.0, ge=0.0, le=200.0)
    load: float = Field(1.0, ge=0.0, le=5.0)
    plate_thickness_um: float = Field(ge=20.0, le=400.0)
    plate_thickness_cv: float = Field(0.3, ge=0.0, le=0.6)
    plate_pitch_um: float = Field(ge=40.0, le=5_000.0)
    turnover_per_year: float = Field(gt=0.0, le=5.0)
    marrow_fat_fraction: float = Field(ge=0.0, le=0.95)
    calcium_intake_mg_per_day: float = Field(900.0, ge=0.0, le=10_000.0)
    vitamin_d_nmol_per_l: float = Field(60.0, ge=0.0, le=1_000.0)
    immune_tone: float = Field(1.0, ge=0.0, le=20.0)
    renal_function: float = Field(1.0, ge=0.0, le=2.0)
    liver_function: float = Field(1.0, ge=0.0, le=2.0)
    aromatase: float = Field(1.0, ge=0.0, le=10.0)
    glucocorticoid: float = Field(1.0, ge=0.0, le=100.0)
    retinoic_acid: float = Field(1.0, ge=0.0, le=100.0)
    reactive_oxygen: float = Field(1.0, ge=0.0, le=100.0)
    ageing: float = Field(1.0, ge=0.0, le=20.0)
    dysbiosis: float = Field(1.0, ge=0.0, le=20.0)
    nerve: float = Field(1.0, ge=0.0, le=20.0)
    hypoxia: float = Field(1.0, ge=0.0, le=20.0)
    strontium: float = Field(1.0, ge=0.0, le=10_000.0)
    immune_rejection: float = Field(1.0, ge=0.0, le=10.0)
    genotype: Genotype = Field(default_factory=dict)
    phosphate: float = Field(1.0, ge=0.0, le=5.0)
    pth_given: float = Field(0.0, ge=0.0, le=100.0)
    pth_injected: float = Field(0.0, ge=0.0, le=100.0)
    calcitriol_given: float = Field(0.0, ge=0.0, le=100.0)
    calcitonin_given: float = Field(0.0, ge=0.0, le=1000.0)
    calcifediol_given: float = Field(0.0, ge=0.0, le=5_000.0)
    alfacalcidol_given: float = Field(0.0, ge=0.0, le=100.0)
    pth_transient: float = Field(0.0, ge=0.0, le=1.0)
    serm_pmol_per_l: float = Field(0.0, ge=0.0, le=100_000.0)
    warfarin: Literal["no", "yes"] = "no"
    body_mass_kg: float = Field(gt=0.0, le=500.0)
    marrow_volume_ml: float = Field(gt=0.0, le=20_000.0)
    label_gap_days: int = Field(14, ge=1, le=28)
    burn_in_years: float = Field(10.0, ge=0.0, le=MAX_YEARS)
    horizon_years: float = Field(60.0, gt=0.0, le=MAX_YEARS)
    parameters: ParameterValues = Field(default_factory=dict)
    made_from: MadeFrom | None = None
    marker_baseline: dict[str, float] = Field(default_factory=dict)
    sources: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, value: Any) -> Any:
        """Replace a shipped name by its table, inherit from the parent, flatten parameters."""
        if isinstance(value, str):
            refuse_non_name(value, "host")
            value = shipped_host_table(value)
        if isinstance(value, Host):
            return value
        if not isinstance(value, dict):
            mend = 'write host = "premenopausal_woman"'
            raise problem(f"must be a shipped name or a table, is {show(value)}", mend)
        table = {**_inherited(value.get("made_from")), **value}
        if "parameters" in table:
            table["parameters"] = flatten(table["parameters"])
        return table

    @model_validator(mode="after")
    def _consistent(self) -> Host:
        if self.plate_pitch_um <= self.plate_thickness_um:
            what = f"is {self.plate_pitch_um:g} but must exceed plate_thickness_um"
            raise problem(what, "give a wider pitch or a thinner plate", "plate_pitch_um")
        if self.years_since_menopause is not None and self.sex == "male":
            raise problem("is given for a male host", "remove it", "years_since_menopause")
        unknown = next((k for k in self.sources if k not in Host.model_fields), None)
        if unknown is not None:
            mend = suggest(unknown, Host.model_fields)
            raise problem("is no value of a host", mend, "sources", unknown)
        return self


_OWN = ("name", "title", "made_from", "marker_baseline")


def shipped_host_table(name: str) -> dict[str, Any]:
    """Return the table of a shipped host, with its name."""
    file = shipped.path("host", name)
    if file is None:
        raise KeyError(name)
    return {"name": name, **tomlfile.load(file).data}


def _inherited(made_from: Any) -> dict[str, Any]:
    """Return what a host takes from its parent; nothing when `made_from` is absent or malformed."""
    name = made_from.get("host") if isinstance(made_from, dict) else None
    if not isinstance(name, str) or shipped.path("host", name) is None:
        return {}
    table = shipped_host_table(name)
    parent = {**_inherited(table.get("made_from")), **table}
    return {key: value for key, value in parent.items() if key not in _OWN}
