"""Interventions: dose days, curves, verbs, plans; each mechanism by its own direct effect."""

import itertools
import math
from importlib.metadata import EntryPoint
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bmu_abm import shipped
from bmu_abm.errors import InputError
from bmu_abm.grafting import TRAITS
from bmu_abm.interventions import Plan, find, names, registry
from bmu_abm.interventions.dosing import Clearance, Schedule, body_amount, saturable_amount
from bmu_abm.interventions.quantity import Product, evaluate
from bmu_abm.interventions.waveforms import Const, Exponential, Pulse, Ramp, Sigmoid, Step
from bmu_abm.scenario import Scenario
from declared import AT_REST, Recorder, declared  # noqa: F401

HOST = "premenopausal_woman"


def plan(*courses, host=HOST, years=4) -> Plan:
    table = {"title": "T", "host": host, "years": years, "intervention": list(courses)}
    return Plan.from_scenario(Scenario.from_dict(table))


def after(the_plan: Plan, day: int, **drivers) -> Recorder:
    environment = Recorder(**drivers)
    the_plan.apply(day, environment)
    return environment


def declare(effect, **parameters):
    """Return the declaration of a small drug with one effect."""
    number = {"unit": "mg", "low": 0.0, "high": 100.0, "help": "h", "source": "s"}
    return registry.declare(
        {
            "title": "T",
            "description": "D",
            "kind": "drug",
            "sources": ["s"],
            "parameters": {name: number | {"default": value} for name, value in parameters.items()},
            "effect": [effect],
        },
        "d.toml",
    )


# --- dose days


def test_doses_fall_on_start_plus_multiples_before_the_stop():
    schedule = Schedule(start_day=30, stop_day=90, every_days=20)
    assert [day for day in range(200) if schedule.is_dose_day(day)] == [30, 50, 70]
    open_ended = Schedule(start_day=30, every_days=20)
    assert [day for day in range(100) if open_ended.is_dose_day(day)] == [30, 50, 70, 90]


def test_the_stop_is_exclusive():
    schedule = Schedule(start_day=0, stop_day=40, every_days=20)
    assert [day for day in range(100) if schedule.is_dose_day(day)] == [0, 20]
    assert schedule.is_on(39) and not schedule.is_on(40)


def test_the_number_of_doses_may_be_limited():
    assert [d for d in range(99) if Schedule(5, None, 10, 2).is_dose_day(d)] == [5, 15]
    assert [d for d in range(99) if Schedule(5).is_dose_day(d)] == [5]


@settings(deadline=None)
@given(
    start=st.integers(0, 400),
    length=st.none() | st.integers(1, 900),
    gap=st.none() | st.integers(1, 200),
    most=st.none() | st.integers(1, 5),
)
def test_doses_are_counted_as_they_fall(start, length, gap, most):
    stop = None if length is None else start + length
    schedule = Schedule(start, stop, gap, most)
    days = [day for day in range(-5, 1500) if schedule.is_dose_day(day)]
    expected = [start + i * (gap or 0) for i in range(1500 if gap else 1)]
    expected = [day for day in expected if day < 1500 and (stop is None or day < stop)]
    assert days == expected[:most]


# --- amounts


@settings(deadline=None)
@given(
    day=st.integers(0, 700),
    gap=st.integers(1, 200),
    out=st.floats(0.05, 200),
    into=st.none() | st.floats(0.05, 50),
    stop=st.none() | st.integers(1, 500),
)
def test_doses_superpose(day, gap, out, into, stop):
    whole = body_amount(Schedule(0, stop, gap), day, out, into)
    last = day if stop is None else min(day, stop - 1)
    single = (body_amount(Schedule(i), day, out, into) for i in range(0, last + 1, gap))
    assert whole == pytest.approx(math.fsum(single), rel=1e-6, abs=1e-12)


def test_the_amount_is_the_bateman_curve():
    into, out = math.log(2) / 3, math.log(2) / 26
    for day in (0, 10, 100):
        times = [day + (i + 0.5) / 1000 for i in range(1000)]
        curve = [into / (into - out) * (math.exp(-out * t) - math.exp(-into * t)) for t in times]
        expected = sum(curve) / 1000
        assert body_amount(Schedule(0), day, 26.0, 3.0) == pytest.approx(expected, rel=1e-6)


def test_equal_half_lives_are_no_special_case():
    near = body_amount(Schedule(0), 5, 3.0, 3.01)
    assert body_amount(Schedule(0), 5, 3.0, 3.0) == pytest.approx(near, rel=0.01)


def test_nothing_is_in_the_body_before_the_first_dose():
    assert body_amount(Schedule(10, None, 7), 9, 26.0, 3.0) == 0.0


@pytest.mark.parametrize("gap", [None, 40])
def test_a_way_that_takes_nothing_leaves_the_bateman_curve(gap):
    linear = Clearance(into=math.log(2) / 3, out=math.log(2) / 26, most=0.0, half=1.0)
    for day in (0, 1, 10, 100, 300):
        expected = body_amount(Schedule(0, None, gap), day, 26.0, 3.0)
        found = saturable_amount(Schedule(0, None, gap), day, linear)
        assert found == pytest.approx(expected, rel=1e-3)


def test_what_is_cleared_by_a_way_that_saturates_goes_slowly_while_there_is_much_of_it():
    """A half-life at much of it, and one at little, are those of the two limits of the rate."""
    clearance = Clearance(into=5.0, out=0.01, most=0.01, half=0.02)
    amounts = [saturable_amount(Schedule(0), day, clearance) for day in range(400)]
    speeds = [math.log(a / b) for a, b in itertools.pairwise(amounts)]
    assert speeds[3] == pytest.approx(0.01 + 0.01 / (0.02 + amounts[3]), rel=0.02)
    assert speeds[-1] == pytest.approx(0.01 + 0.01 / 0.02, rel=1e-3)


def test_the_order_in_which_days_are_asked_for_does_not_matter():
    clearance = Clearance(into=0.5, out=0.02, most=0.02, half=0.1)
    days = [300, 3, 120, 3, 0]
    late = [saturable_amount(Schedule(5, 200, 60), day, clearance) for day in days]
    early = [saturable_amount(Schedule(5, 200, 60), day, clearance) for day in sorted(days)]
    assert sorted(late) == sorted(early) and late[1] == late[3] and late[-1] == 0.0
    assert late[0] > 0.0, "what is left outlasts the stop"


def test_denosumab_lasts_for_half_a_year_and_then_goes():
    """Serum above a tenth of its peak for four months, below after six; a hundredth after eight."""
    denosumab = registry.find("denosumab").declaration
    effect = denosumab.effect[0]
    values = {name: p.default for name, p in denosumab.parameters.items()}
    values["host.body_mass_kg"] = 65.0
    level = [effect.curve.at(Schedule(0, 10, 182), day, values) for day in range(241)]
    assert 5 <= level.index(max(level)) <= 20
    assert level[120] > 0.1 * max(level) > level[181] and level[240] < 0.01 * max(level)


# --- curves


def at(curve, day, start=100, stop=None, values=None):
    return curve.at(Schedule(start, stop), day, values or {})


def test_curves_begin_at_the_start_and_end_at_the_stop():
    ramp = Ramp(shape="ramp", over_months=12)
    assert at(Const(), 99) == 0.0 and at(Const(), 100) == 1.0
    assert at(Const(), 110, stop=110) == 0.0
    assert at(ramp, 100) == 0.0 and at(ramp, 465) == 1.0 and at(ramp, 900) == 1.0
    assert at(Step(shape="step", after_months=12), 464) == 0.0
    assert at(Step(shape="step", after_months=12), 465) == 1.0
    assert at(Exponential(shape="exponential", half_time_days=4), 104) == pytest.approx(0.5)
    pulse = Pulse(shape="pulse", on_days=2, every_days=10)
    assert [at(pulse, 100 + d) for d in (0, 1, 2, 9, 10)] == [1.0, 1.0, 0.0, 0.0, 1.0]


def test_the_sigmoid_is_anchored_at_zero():
    curve = Sigmoid(shape="sigmoid", middle_months=12, width_months=6)
    assert at(curve, 100) == 0.0
    heights = [at(curve, 100 + day) for day in range(0, 4000, 30)]
    assert heights == sorted(heights) and heights[-1] == pytest.approx(1.0)
    assert at(Sigmoid(shape="sigmoid", middle_months=0, width_months=0.01), 4000) == 1.0


# --- quantities


def test_quantities():
    values = {"dose": 60.0, "volume": 3.0}
    assert evaluate(2.5, values) == 2.5 and evaluate("dose", values) == 60.0
    product = Product(parameter="dose", times=[0.1, "volume"], over="volume")
    assert evaluate(product, values) == pytest.approx(6.0)
    assert evaluate(product, values | {"dose": 0.0}) == 0.0


# --- verbs


def test_set_in_its_four_modes(monkeypatch):
    for mode, value, expected in (
        ("level", 100.0, 100.0),
        ("times", 0.5, 200.0),
        ("add", 50.0, 450.0),
        ("at_least", 500.0, 500.0),
        ("at_least", 50.0, 400.0),
    ):
        effect = {"verb": "set", "target": "estradiol_pmol_per_l", mode: value}
        use(monkeypatch, declare(effect))
        assert after(plan({"use": "small_drug"}), 3).drivers["estradiol_pmol_per_l"] == expected


def use(monkeypatch, declaration, act=None) -> None:
    """Register a declaration as the plugin `small_drug`."""
    plugin = SimpleNamespace(declaration=declaration.model_dump(exclude_none=True), act=act)
    point = SimpleNamespace(name="small_drug", value="test:plugin", load=lambda: plugin)
    monkeypatch.setattr(registry, "_plugins", lambda: {"small_drug": point})
    registry.find.cache_clear()


def test_scale_saturates_behind_a_receptor(monkeypatch):
    effect = {
        "verb": "scale",
        "path": "osteocyte.rankl_pm",
        "factor": 0.2,
        "amount": "dose",
        "half_max": 10.0,
    }
    use(monkeypatch, declare(effect, dose=0.0))
    for dose, factor in ((0.0, 1.0), (10.0, 0.6), (90.0, 0.28)):
        calls = after(plan({"use": "small_drug", "dose": dose}), 0).calls
        assert calls == [("scale", "osteocyte.rankl_pm", pytest.approx(factor))]
    assert after(plan({"use": "small_drug", "dose": 0}), 0).calls[0][2] == 1.0


def test_a_factor_never_falls_below_zero(monkeypatch):
    effect = {"verb": "scale", "path": "osteocyte.rankl_pm", "factor": 0.0, "amount": "dose"}
    use(monkeypatch, declare(effect, dose=5.0))
    assert after(plan({"use": "small_drug"}), 0).calls[0][2] == 0.0


def test_denosumab_binds_picomolar_to_nanomolar_and_washes_out():
    course = {"use": "denosumab", "start_month": 0, "stop_month": 1}
    conc = [after(plan(course), day).calls[0][2] for day in range(400)]
    peak = max(range(400), key=conc.__getitem__)
    assert 5 <= peak <= 20 and 2_000 < conc[peak] < 20_000
    little = math.log(2) / 60 + 1300 / (411 * 77.9)  # a day, when there is little of it
    assert conc[380] / conc[360] == pytest.approx(math.exp(-20 * little), rel=0.02)
    assert after(plan(course), 5).calls[0][3] == 3.0


def test_slit3_is_emitted_while_it_is_given():
    the_plan = plan({"use": "recombinant_slit3", "start_month": 1, "stop_month": 2, "dose": 50})
    assert after(the_plan, 30).calls == [("emit", "SLIT3", 50.0, "vessels")]
    assert (
        after(the_plan, 29).calls
        == after(the_plan, 61).calls
        == [("emit", "SLIT3", 0.0, "vessels")]
    )


def test_cells_are_grafted_on_dose_days_only():
    the_plan = plan({"use": "stem_cells", "doses": 2, "every_days": 7, "cxcr4": 10})
    grafts = {day: after(the_plan, day).calls for day in range(40)}
    assert [day for day, calls in grafts.items() if calls] == [0, 7]
    assert grafts[0] == [("graft", "msc", 2.0e6 * 65, "intravenous", TRAITS | {"cxcr4": 10.0})]


@pytest.mark.mechanism("dm-cranial-defect-scid", "dm-femur-fracture-ovx")
@pytest.mark.parametrize(("use", "shape"), [("bone_defect", "disc"), ("fracture_gap", "gap")])
def test_a_lesion_is_cut_on_one_day_and_not_at_all_at_size_0(use, shape):
    the_plan = plan({"use": use, "start_month": 1, "size_um": 80})
    assert {day: after(the_plan, day).calls for day in (29, 30, 31)} == {
        29: [], 30: [("lesion", shape, 80.0)], 31: [],
    }  # fmt: skip
    assert after(plan({"use": use, "size_um": 0}), 0).calls == []


def test_a_deposit_is_made_on_dose_days_only_and_scales_with_the_dose():
    courses = [
        {"use": "alendronate", "start_month": 1, "stop_month": 2} | more
        for more in ({}, {"dose": 35})
    ]
    whole, half = ({day: after(plan(course), day).calls for day in range(90)} for course in courses)
    assert [day for day, calls in whole.items() if calls] == [30, 37, 44, 51, 58]
    ((verb, drug, nmol),) = whole[30]
    assert verb == "deposit" and drug == (1.0, 1.0)
    assert half[30] == [("deposit", drug, pytest.approx(0.5 * nmol))]


def test_injections_and_infusion_of_pth_are_two_drivers():
    given = {"use": "pth_injections", "level": 0.75}, {"use": "pth_infusion", "level": 0.75}
    for arm, driver, other in zip(
        given, ("pth_injected", "pth_given"), ("pth_given", "pth_injected"), strict=True
    ):
        drivers = after(plan(arm), 3).drivers
        assert drivers[driver] == 0.75 and drivers[other] == 0.0


@pytest.mark.mechanism("dm-nodscid-gc")
def test_a_host_without_immunity_rejects_nothing():
    assert after(plan({"use": "severe_immunodeficiency"}), 0).drivers["immune_rejection"] == 0.0


# --- menopause


def estradiol(the_plan: Plan, day: int) -> float:
    return after(the_plan, day).drivers["estradiol_pmol_per_l"]


@pytest.mark.mechanism("dm-menopause", "e2-deficiency")
def test_menopause_lowers_estradiol_through_the_transition():
    the_plan = plan({"use": "menopause"}, years=10)
    assert estradiol(the_plan, 0) == 400.0
    levels = [estradiol(the_plan, day) for day in range(0, 3651, 10)]
    assert levels == sorted(levels, reverse=True)
    assert 0.5 < estradiol(the_plan, 365) / 400 < 0.75
    assert 0.10 <= estradiol(the_plan, 3 * 365) / 400 <= 0.15
    assert estradiol(the_plan, 3650) / 400 == pytest.approx(0.12, abs=1e-4)


def test_the_postmenopausal_host_begins_where_the_menopause_ends():
    scenario = Scenario.from_dict({"title": "T", "host": "postmenopausal_woman", "years": 1})
    origin = scenario.origin()
    assert origin is not None
    end = estradiol(Plan.from_scenario(origin), 13 * 365)
    assert end == pytest.approx(scenario.host.estradiol_pmol_per_l, rel=1e-3)


def test_oophorectomy_lowers_estradiol_within_days():
    the_plan = plan({"use": "oophorectomy"})
    assert estradiol(the_plan, 0) == 400.0
    assert estradiol(the_plan, 10) / 400 == pytest.approx(0.12, abs=0.001)


@pytest.mark.mechanism("hrt-prevention")
def test_replacement_acts_after_the_menopause_whatever_the_order():
    courses = [{"use": "estradiol", "dose": 1}, {"use": "menopause"}]
    for order in (courses, courses[::-1]):
        assert estradiol(plan(*order, years=10), 3000) == 220.0


# --- a dose of zero


@pytest.mark.parametrize("name", names())
def test_a_dose_of_zero_is_no_drug_to_the_last_bit(name):
    if "dose" not in find(name).declaration.parameters:
        pytest.skip("has no dose")
    the_plan = plan({"use": name, "dose": 0, "start_month": 0}, host="postmenopausal_woman")
    for day in (0, 1, 7, 182, 400):
        untouched = AT_REST | {"estradiol_pmol_per_l": 48.123456789}
        environment = after(the_plan, day, **untouched)
        assert environment.drivers == untouched
        for verb, *rest in environment.calls:
            assert rest[1] == (1.0 if verb == "scale" else 0.0)


@pytest.mark.parametrize("name", names())
def test_a_vanishing_dose_is_close_to_none(name):
    if "dose" not in find(name).declaration.parameters:
        pytest.skip("has no dose")
    environment = after(plan({"use": name, "dose": 1e-9}), 7)
    assert environment.drivers == pytest.approx(AT_REST, rel=1e-6, abs=1e-6)
    assert all(
        abs(call[2] - (call[0] == "scale")) < 1e-3 for call in environment.calls if len(call) > 2
    )


# --- plans


def test_warnings_tell_label_gates_and_late_starts(monkeypatch):
    effect = {"verb": "scale", "path": "osteocyte.rankl_pm", "factor": 0.5}
    limited = declare(effect).model_copy(update={"gates": {"sex": ["male"]}})
    table = limited.model_dump(exclude_none=True) | {"label": {"max_months": 24, "source": "s"}}
    use(monkeypatch, registry.declare(table, "d.toml"))
    the_plan = plan(
        {"use": "small_drug", "stop_month": 20}, {"use": "small_drug", "start_month": 40}
    )
    text = " | ".join(the_plan.warnings())
    assert "28 months, longer than the 24 months of its label" in text
    assert "does not act: the host's sex is female, not male" in text
    assert after(the_plan, 5).calls == [("scale", "osteocyte.rankl_pm", 1.0)] * 2
    record = the_plan.provenance()[0]
    assert record["label_exceeded"] and record["gates_not_met"]
    late = plan({"use": "denosumab", "start_month": 60})
    assert "after the run's end" in late.warnings()[0]


def test_provenance_holds_every_number_with_unit_and_source():
    import json

    record = plan({"use": "denosumab", "dose": 30}).provenance()[0]
    assert record["parameters"]["dose"] == {
        "value": 30.0,
        "unit": "mg",
        "source": "60 mg: US label",
    }
    assert record["parameters"]["kd_pm"]["value"] == 3.0
    json.dumps(record, allow_nan=False)


def test_a_plugin_acts_by_its_own_rule(monkeypatch):
    effect = {"verb": "scale", "path": "osteocyte.rankl_pm", "factor": 1.0}
    seen = []
    use(monkeypatch, declare(effect, dose=3.0), act=lambda today, environment: seen.append(today))
    after(plan({"use": "small_drug", "dose": 4}), 17)
    assert seen[0].day == 17 and seen[0].values["dose"] == 4.0
    assert plan({"use": "small_drug"}).provenance()[0]["origin"] == "test:plugin"


def test_a_broken_plugin_is_told_in_one_line(monkeypatch):
    point = EntryPoint("small_drug", "no_such_module:thing", registry.GROUP)
    monkeypatch.setattr(registry, "_plugins", lambda: {"small_drug": point})
    registry.find.cache_clear()
    with pytest.raises(InputError, match="no_such_module:thing: small_drug: the plugin cannot"):
        find("small_drug")


def test_two_sources_of_one_name_are_refused(monkeypatch):
    point = EntryPoint("denosumab", "other:thing", registry.GROUP)
    monkeypatch.setattr(registry, "_plugins", lambda: {"denosumab": point})
    registry.find.cache_clear()
    with pytest.raises(InputError, match="a shipped intervention has this name"):
        find("denosumab")


# --- declarations


@pytest.mark.parametrize("name", shipped.names("intervention"))
def test_a_shipped_intervention_is_complete(name):
    declaration = find(name).declaration
    assert declaration.effect or declaration.side_effect
    assert declaration.sources
    assert all(p.unit and p.source and p.help for p in declaration.parameters.values())


MSC = {"verb": "graft", "cell": "msc", "count": 1.0, "route": "intramarrow"}


@pytest.mark.parametrize(
    ("effect", "part"),
    [
        ({"verb": "skale", "path": "x", "factor": 1.0}, "effect.0"),
        ({"verb": "scale", "path": "osteocyte.rankl", "factor": 1.0}, "'osteocyte.rankl_pm'"),
        ({"verb": "scale", "path": "osteocyte.density_per_mm3", "factor": 1.0}, "may not change"),
        ({"verb": "set", "target": "estradiol", "level": 1.0}, "'estradiol_pmol_per_l'"),
        ({"verb": "set", "target": "load"}, "exactly one of"),
        ({"verb": "set", "target": "load", "level": 1.0, "times": 2.0}, "exactly one of"),
        ({"verb": "bind", "ligand": "RANK-L", "conc_pm": 1.0, "kd_pm": 3.0}, "'RANKL'"),
        ({"verb": "bind", "ligand": "RANKL", "conc_pm": "doze", "kd_pm": 3.0}, "'dose'"),
        ({"verb": "bind", "ligand": "RANKL", "conc_pm": 1.0, "kd_pm": "dose"}, "divides by it"),
        ({"verb": "emit", "field": "SLIT3", "level": True}, "effect.0.level"),
        ({"verb": "emit", "field": "SLIT3", "level": 1.0, "were": "x"}, "did you mean 'where'"),
        ({"verb": "emit", "field": "SLIT3", "level": {"parameter": "dose", "tims": 2}}, "'times'"),
        (
            {"verb": "deposit", "nmol": 1.0, "affinity": "dose", "potency": 1.0},
            "divides by it",
        ),
        ({"verb": "graft", "cell": "cow", "count": 1.0, "route": "intramarrow"}, "effect.0.cell"),
        ({**MSC, "traits": {"cxcr5": 2.0}}, "'cxcr4'"),
        ({**MSC, "route": "intravenus"}, "did you mean 'intravenous'"),
        (
            {"verb": "emit", "field": "SLIT3", "level": 1.0, "curve": {"shape": "wave"}},
            "effect.0.curve",
        ),
    ],
)
def test_a_wrong_effect_is_told_in_one_line(effect, part):
    with pytest.raises(InputError) as caught:
        declare(effect, dose=1.0)
    assert str(caught.value).startswith("d.toml: effect.0") and part in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_default_outside_of_its_range_is_refused():
    with pytest.raises(InputError, match=r"parameters\.dose\.default: is 500"):
        declare({"verb": "emit", "field": "SLIT3", "level": "dose"}, dose=500.0)
