"""The form of a lesson's head: runs, measures, questions, claims. Every value is checked."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from bmu_abm.app.touch import LEAST_SITES, MOST_SITES, TOOLS
from bmu_abm.faults import show, suggest
from bmu_abm.schema import Table, problem

MOST_MONTHS = 120
PREDICT, OBSERVE = "predict", "observe"
_Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
_Text = Annotated[str, Field(min_length=1, max_length=600)]


def _window(value: Any) -> Any:
    """Accept one month, or the first and the last of a stretch."""
    months = [value] if isinstance(value, int) and not isinstance(value, bool) else value
    whole = isinstance(months, list) and all(
        isinstance(one, int) and not isinstance(one, bool) for one in months
    )
    if not whole or len(months) not in (1, 2) or min(months) < 0:
        raise problem(f"is {show(value)}", "write one month, such as 12, or two: [0, 12]")
    if len(months) == 2 and months[0] >= months[1]:
        raise problem(f"is {show(value)}", "let the last month be after the first")
    return tuple(months)


Months = Annotated[tuple[int, ...], BeforeValidator(_window)]


class Touch(Table):
    """A deed of the pointer: the tool acts on a disc of a face before the step of a month."""

    tool: str
    month: float = Field(0.0, ge=0.0, le=MOST_MONTHS)
    face: int = Field(0, ge=0, le=1)
    x: int = Field(ge=0, le=999, description="site")
    y: int = Field(ge=0, le=999, description="site")
    radius: int = Field(6, ge=LEAST_SITES, le=MOST_SITES, description="sites")

    @model_validator(mode="after")
    def _known(self) -> Touch:
        if self.tool not in TOOLS:
            raise problem(f"is {show(self.tool)}", suggest(self.tool, TOOLS), "tool")
        return self


class Run(Table):
    """What one click opens.

    Attributes
    ----------
    name : str
        The arm that is looked at; measures call it so.
    title : str
        What stands on the button.
    scenario : str
        Name of a shipped scenario.
    months : int
        How long it is lived.
    untreated : str or None
        Name of the second arm, if there is one: the same patch without treatment.
    days_a_second : float
        How fast it begins; a student may change it.
    intervention : list of tables, optional
        Instead of those of the scenario, in the form of a scenario file.
    touch : list of Touch
    """

    name: _Name
    title: str = Field(min_length=1, max_length=80)
    scenario: str
    months: int = Field(ge=1, le=MOST_MONTHS)
    untreated: _Name | None = None
    days_a_second: float = Field(15.0, ge=1.0, le=60.0)
    intervention: list[dict[str, Any]] | None = None
    touch: list[Touch] = Field(default_factory=list, max_length=20)

    @property
    def arms(self) -> tuple[str, ...]:
        """Names of its arms, the treated one first."""
        return (self.name,) if self.untreated is None else (self.name, self.untreated)


Take = Literal["mean", "sum", "change", "at"]


class Against(Table):
    """What a measure is held against; what is not said is as in the measure itself."""

    readout: str | None = None
    arm: _Name | None = None
    months: Months | None = None
    take: Take | None = None


class Measure(Table):
    """An expression over the readouts of many patches.

    Attributes
    ----------
    readout, arm, months, take
        `mean` or `sum` after the first month and up to the last, the `change` between both, or
        the value `at` one month.
    against : Against or None
    compare : str
        `ratio` or `difference` to what it is held against.
    factor : float
        Multiplies the result: 100 makes a percentage of a share.
    says, unit : str
        How it reads: "<says>: <value> <unit>".
    decimals : int
    """

    says: _Text
    readout: str
    arm: _Name
    months: Months
    take: Take = "mean"
    against: Against | None = None
    compare: Literal["ratio", "difference"] = "difference"
    factor: float = 1.0
    unit: str = Field("", max_length=40)
    decimals: int = Field(1, ge=0, le=4)

    @model_validator(mode="after")
    def _fits(self) -> Measure:
        sides = [(self.take, self.months)]
        if self.against is not None:
            both = (self.against.take or self.take, self.against.months or self.months)
            sides.append(both)
        for take, months in sides:
            if (len(months) == 1) != (take == "at"):
                mend = 'take = "at" goes with one month, all others with two'
                raise problem(f"is {show(list(months))} for {take!r}", mend, "months")
        return self

    def sides(self) -> list[tuple[str, str, Take, tuple[int, ...]]]:
        """Return (readout, arm, take, months) of the measure, and of what it is held against."""
        found = [(self.readout, self.arm, self.take, self.months)]
        other = self.against
        if other is not None:
            found.append(
                (
                    other.readout or self.readout,
                    other.arm or self.arm,
                    other.take or self.take,
                    other.months or self.months,
                )
            )
        return found


class Choice(Table):
    """A possible answer: right while the measure is at most `up_to` and above the one before."""

    text: str = Field(min_length=1, max_length=200)
    up_to: float | None = None


class Question(Table):
    """A question whose right choice follows from a measure."""

    ask: _Text
    measure: _Name
    step: Literal["predict", "observe"] = "observe"
    choice: list[Choice] = Field(min_length=2, max_length=6)

    @model_validator(mode="after")
    def _in_order(self) -> Question:
        limits = [one.up_to for one in self.choice]
        if limits[-1] is not None:
            raise problem("the last choice has a limit", "remove its up_to", "choice")
        inner = [one for one in limits[:-1] if one is not None]
        if len(inner) != len(limits) - 1 or sorted(set(inner)) != inner:
            mend = "give every choice but the last an up_to, from low to high"
            raise problem("the limits of the choices are not in order", mend, "choice")
        return self


class Claim(Table):
    """What the lesson says is so: the whole 95 % interval of a measure lies in a range."""

    says: _Text
    measure: _Name
    at_least: float | None = None
    at_most: float | None = None

    @model_validator(mode="after")
    def _bounded(self) -> Claim:
        if self.at_least is None and self.at_most is None:
            raise problem("has no bound", "give at_least, at_most or both", "measure")
        return self


class Head(Table):
    """The head of a lesson file."""

    title: str = Field(min_length=1, max_length=80)
    minutes: int = Field(ge=5, le=240)
    order: int = Field(100, ge=0, le=10_000)
    run: list[Run] = Field(min_length=1, max_length=4)
    measure: dict[_Name, Measure] = Field(min_length=1)
    question: list[Question] = Field(min_length=1, max_length=20)
    claim: list[Claim] = Field(default_factory=list, max_length=20)

    @model_validator(mode="after")
    def _names_fit(self) -> Head:
        months = {arm: run.months for run in self.run for arm in run.arms}
        if len(months) != sum(len(run.arms) for run in self.run):
            raise problem("two arms have the same name", "give each its own", "run")
        for name, one in self.measure.items():
            for _, arm, _, window in one.sides():
                if arm not in months:
                    what = f"is of an unknown arm {show(arm)}"
                    raise problem(what, suggest(arm, months), "measure", name)
                if window[-1] > months[arm]:
                    what = f"looks at month {window[-1]}, and {arm} lives {months[arm]}"
                    raise problem(what, "look earlier, or let the run live longer", "measure", name)
        for key in ("question", "claim"):
            for number, one_ in enumerate(getattr(self, key)):
                if one_.measure not in self.measure:
                    what = f"unknown measure {show(one_.measure)}"
                    mend = suggest(one_.measure, self.measure)
                    raise problem(what, mend, key, number, "measure")
        return self
