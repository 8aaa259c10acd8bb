"""Sequences of drugs: what acts on which day when one is stopped, switched, overlapped or cycled.

Those with a drug or a scenario that does not ship are passed over.
"""

from itertools import pairwise

import numpy as np
import pytest

import bones
import rules
from bmu_abm import shipped
from bmu_abm.interventions import Plan
from bmu_abm.scenario import Scenario
from declared import AT_REST, Recorder

mechanism = pytest.mark.mechanism
KD_PM = 3.0  # of denosumab and RANKL
YEAR = 365
TWO_YEARS = 730
SEQUENCES = (
    "denosumab_stop", "denosumab_continuous", "denosumab_delayed", "denosumab_step_down",
    "denosumab_then_teriparatide", "denosumab_then_estradiol", "pth_then_denosumab", "pth_stop",
    "pth_denosumab_overlap", "pth_cycles", "odanacatib_holiday", "estradiol_stop",
)  # fmt: skip


def plan_of(name) -> Plan:
    """Return the plan of a shipped scenario; passes a test over where it does not ship."""
    if shipped.path("scenario", name) is None:
        pytest.skip(f"{name} does not ship")
    return Plan.from_scenario(Scenario.load(name))


def plan(*uses, host="postmenopausal_woman") -> Plan:
    """Return the plan of drugs given together from month 0 on; skips where one does not ship."""
    for use in uses:
        if shipped.path("intervention", use) is None:
            pytest.skip(f"{use} does not ship")
    courses = [{"use": use} for use in uses]
    table = {"title": "T", "host": host, "years": 3, "intervention": courses}
    return Plan.from_scenario(Scenario.from_dict(table))


def on(the_plan, day) -> Recorder:
    environment = Recorder(estradiol_pmol_per_l=48.0)
    the_plan.apply(day, environment)
    return environment


def bound(the_plan, day):
    """Return the binder of RANKL (pM) of a day, all courses together."""
    return sum(call[2] for call in on(the_plan, day).calls if call[:2] == ("bind", "RANKL"))


def injected(the_plan, day):
    return on(the_plan, day).drivers["pth_injected"]


# -- denosumab ------------------------------------------------------------------------------------


@mechanism("sq-deno-continuous", "sq-drug-holiday")
def test_denosumab_stays_above_its_kd_while_it_is_given_and_leaves_after_a_stop():
    always, stopped = plan_of("denosumab_continuous"), plan_of("denosumab_stop")
    assert min(bound(always, day) for day in range(5, 4 * YEAR, 7)) > KD_PM
    assert bound(stopped, 600) == bound(always, 600)
    assert bound(stopped, TWO_YEARS) > KD_PM > 100 * bound(stopped, 3 * YEAR)


@mechanism("sq-deno-continuous", "sq-drug-holiday")
def test_free_rankl_is_held_down_on_the_drug_and_is_all_back_after_it(still):
    free = {}
    taken = bound(plan_of("denosumab_continuous"), 1400)
    after = bound(plan_of("denosumab_stop"), 1400)
    for name, conc in (("none", 0.0), ("on", taken), ("after", after)):
        m = still()
        m.fields.native("RANKL")[:] = 20.0
        m.body.rankl_binders = np.vstack([m.body.rankl_binders, (conc, KD_PM)])
        free[name] = float(rules.sense(m).sensed[0].mean())
    assert free["on"] < 0.9 * free["none"]
    assert free["after"] == pytest.approx(free["none"], rel=1e-4)


def uncovered(the_plan, other, first, last):
    """Return the days on which neither denosumab is above its kd nor the other drug acts."""
    return sum(
        bound(the_plan, day) < KD_PM and not other(the_plan, day) for day in range(first, last)
    )


@mechanism("sq-deno-to-other")
def test_after_a_switch_from_denosumab_no_day_is_without_a_drug():
    def replaced(the_plan, day):
        return on(the_plan, day).drivers["estradiol_pmol_per_l"] > 48.0

    span = (TWO_YEARS, 42 * YEAR // 12)
    assert uncovered(plan_of("denosumab_stop"), injected, *span) > 400
    assert uncovered(plan_of("denosumab_then_teriparatide"), injected, *span) == 0
    assert uncovered(plan_of("denosumab_then_estradiol"), replaced, *span) == 0


@mechanism("sq-deno-to-other")
@pytest.mark.parametrize("name", ["denosumab_then_alendronate", "denosumab_then_zoledronate"])
def test_a_bisphosphonate_is_in_the_bone_when_denosumab_has_gone(name):
    the_plan = plan_of(name)
    days = [d for d in range(TWO_YEARS + 60) if "deposit" in {c[0] for c in on(the_plan, d).calls}]
    assert days[0] == TWO_YEARS and bound(the_plan, TWO_YEARS) > KD_PM


@mechanism("sq-deno-to-other")
def test_stepped_down_denosumab_falls_by_halves():
    the_plan = plan_of("denosumab_step_down")
    peaks = [max(bound(the_plan, day) for day in range(d, d + 40)) for d in (546, 730, 912, 1095)]
    for more, less in pairwise(peaks):
        assert 0.4 < less / more < 0.6


# -- drugs that form bone -------------------------------------------------------------------------


def test_a_switch_from_pth_to_denosumab_has_no_gap_and_no_overlap():
    the_plan = plan_of("pth_then_denosumab")
    switch = round(18 * YEAR / 12)
    before = [bound(the_plan, day) for day in range(0, switch, 20)]
    assert set(before) == {0.0} and injected(the_plan, switch - 1) > 0.0
    assert injected(the_plan, switch) == 0.0 and bound(the_plan, switch) > KD_PM
    assert injected(plan_of("pth_stop"), switch) == bound(plan_of("pth_stop"), switch) == 0.0


def test_an_overlap_gives_both_at_once():
    the_plan = plan_of("pth_denosumab_overlap")
    assert all(injected(the_plan, d) > 0.0 and bound(the_plan, d) > KD_PM for d in (20, 400, 720))


def test_cycles_of_pth_are_on_and_off():
    the_plan = plan_of("pth_cycles")
    months = [injected(the_plan, round((m + 0.5) * YEAR / 12)) > 0.0 for m in range(30)]
    assert months == [m % 6 < 3 and m < 24 for m in range(30)]


@mechanism("sq-drug-holiday")
def test_cathepsin_k_is_free_again_within_a_holiday_and_blocked_after_it():
    the_plan = plan_of("odanacatib_holiday")

    def left(day):
        """Return the smallest factor on the removal of matrix."""
        return min(call[2] for call in on(the_plan, day).calls if call[0] == "scale")

    assert left(700) < 0.8 and left(TWO_YEARS + 60) > 0.99 and left(1100) < 0.8


@mechanism("sq-pth-then-bp", "sq-romo-then-antires")
@pytest.mark.parametrize(
    ("name", "month"), [("teriparatide_then_alendronate", 24), ("romosozumab_then_alendronate", 12)]
)
def test_a_bisphosphonate_follows_a_drug_that_forms_bone(name, month):
    the_plan = plan_of(name)
    switch = round(month * YEAR / 12)
    courses = {arm.course.use: arm.course for arm in the_plan.arms}
    after = courses.pop("alendronate")
    (before,) = courses.values()
    assert before.stop_month == after.start_month == month
    given = [d for d in range(switch + 8) if "deposit" in {c[0] for c in on(the_plan, d).calls}]
    assert given[0] == switch


@mechanism("sq-drug-holiday")
def test_a_bisphosphonate_stays_in_the_mineral_through_a_holiday():
    """The opposite of denosumab, of which nothing is left after a year."""
    if shipped.path("intervention", "zoledronate") is None:
        pytest.skip("zoledronate does not ship")
    course = {"use": "zoledronate", "start_month": 0, "stop_month": 1}
    m = bones.days(bones.bone(interventions=[course], host={"burn_in_years": 0.0}), 3)
    held = float(m.trabecula.bisphosphonate.sum(dtype=float))
    bones.days(m, 90)
    assert float(m.trabecula.bisphosphonate.sum(dtype=float)) > 0.5 * held > 0.0


# -- together -------------------------------------------------------------------------------------


def changed(the_plan, day=40):
    """Return the drivers that are not at rest on a day."""
    rest = AT_REST | {"estradiol_pmol_per_l": 48.0}
    drivers = on(the_plan, day).drivers
    return {name: level for name, level in drivers.items() if level != rest.get(name)}


@mechanism("sq-ca-plus-vitd", "sq-bp-calcium", "sq-ct-plus-cad")
@pytest.mark.parametrize("drug", ["alendronate", "denosumab", "elcatonin"])
def test_supplements_beside_a_drug_do_what_they_do_alone_and_so_does_the_drug(drug):
    alone = [changed(plan(use)) for use in (drug, "calcium", "vitamin_d")]
    together = plan(drug, "calcium", "vitamin_d")
    assert changed(together) == {k: v for one in alone for k, v in one.items()}
    assert {"calcium_intake_mg_per_day", "vitamin_d_nmol_per_l"} <= set(changed(together))
    assert [call[0] for call in on(together, 0).calls] == [c[0] for c in on(plan(drug), 0).calls]


@mechanism("sq-et-plus-progestin")
def test_a_progestogen_leaves_to_bone_what_the_estrogen_does():
    assert changed(plan("estrogen_progestogen")) == changed(plan("estradiol"))


@mechanism("sq-bp-nano-combo")
def test_on_a_nanoparticle_more_of_a_bisphosphonate_reaches_the_bone():
    alone, carried = plan("alendronate"), plan_of("alendronate_nanoparticle")
    first = [on(one, 0).calls for one in (alone, carried)]
    amount = [max(call[2] for call in calls if call[0] == "deposit") for calls in first]
    assert amount[1] >= amount[0] > 0.0
    assert len(on(carried, 1).calls) > len(on(alone, 1).calls)  # what the particle does itself


@pytest.mark.parametrize("name", SEQUENCES)
def test_a_sequence_is_that_of_a_woman_after_the_menopause_and_breaks_no_label(name):
    the_plan = plan_of(name)
    assert Scenario.load(name).host.name == "postmenopausal_woman"
    assert the_plan.warnings() == []
