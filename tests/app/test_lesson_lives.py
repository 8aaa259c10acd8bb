"""Each lesson does what a student does, and the model shows what the lesson claims.

Two halves: every lesson is lived here for a few months through a session, on a tiny patch, with
its own runs and deeds; and its claims are held against 20 patches that
`python -m bmu_abm.app.lessons --replicates 20` lived through the same function, whose file must be
of exactly these runs.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace

import lives
import numpy as np
import pytest
from lesson_texts import SHIPPED, on_a_tiny_patch, text_of

from bmu_abm.app.lessons import pooled, reading, staging
from bmu_abm.app.lessons.answering import answer, source_of
from bmu_abm.app.lessons.measuring import Value, evaluate, holds
from bmu_abm.interventions import registry


@pytest.fixture(params=SHIPPED)
def lesson(request):
    return next(one for one in reading.shipped_lessons() if one.name == request.param)


# -- the claims, over 20 patches --------------------------------------------------------------


def test_the_patches_are_of_this_lessons_own_runs(lesson):
    found = pooled.shipped(lesson.name)
    assert found is not None and found.patches >= 20
    assert found.lives == staging.life_key(lesson), f"run {pooled.COMMAND} --replicates 20"
    arms = {arm: run.months for run in lesson.head.run for arm in run.arms}
    assert set(found.arms) == set(arms)
    for arm, months in arms.items():
        assert set(found.arms[arm]) == set(lesson.readouts())
        for values in found.arms[arm].values():
            assert values.shape == (found.patches, months + 1)


def test_they_show_what_the_lesson_claims(lesson):
    found = pooled.of(lesson)
    for claim in lesson.head.claim:
        value = evaluate(lesson.head.measure[claim.measure], found.arms)
        assert holds(claim, value), f"{claim.says} {value}"


def test_every_question_has_an_answer_and_no_placeholder_stays_empty(lesson):
    source = source_of(lesson)
    for question in lesson.head.question:
        assert answer(lesson, question, source)["right"] is not None
    for name in lesson.head.measure:
        assert evaluate(lesson.head.measure[name], source.arms) is not None, name


def test_what_is_told_in_times_is_a_ratio_and_what_is_told_of_one_month_is_of_that_month(lesson):
    for measure in lesson.head.measure.values():
        assert (measure.unit == "times") <= (measure.compare == "ratio"), measure.says
        told = re.search(r" in month (\d+)", measure.says)
        assert told is None or measure.months == (int(told[1]),), measure.says


def test_claims_have_a_direction(lesson):
    """With the arms exchanged, what a lesson says of a treatment is not found.

    Where they are read in other months: with the control in the place of the treated arm.
    """
    found, swapped = pooled.of(lesson), 0
    for claim in lesson.head.claim:
        measure = lesson.head.measure[claim.measure]
        treated, control = measure.sides()[0][1], measure.sides()[-1][1]
        nothing = 1.0 if measure.compare == "ratio" else 0.0
        admits = holds(claim, Value(nothing, nothing, nothing, 20))
        if treated == control or admits:
            continue
        same = measure.sides()[0][3] == measure.sides()[-1][3]
        exchanged = {
            treated: found.arms[control],
            control: found.arms[treated if same else control],
        }
        swapped += 1
        assert not holds(claim, evaluate(measure, exchanged)), claim.says
    assert swapped


def test_other_runs_are_not_answered_by_these_patches(lesson):
    longer = re.sub(
        r"(?m)^months = (\d+)", lambda m: f"months = {int(m[1]) + 1}", text_of(lesson.name), count=1
    )
    changed = reading.parse(longer, "x.md", lesson.name)
    assert staging.life_key(changed) != staging.life_key(lesson)
    assert pooled.of(changed) is None
    said = reading.parse(text_of(lesson.name).replace("title = ", "title = 'New' #", 1), "x", "y")
    assert staging.life_key(said) == staging.life_key(lesson)


def test_what_the_file_of_a_treatment_says_is_lived(monkeypatch):
    """Else a lesson would go on with patches of the drug as it was."""
    lesson = next(one for one in reading.shipped_lessons() if one.name == "coupling")
    key = staging.life_key(lesson)
    old = registry.find("denosumab")
    edited = old.declaration.model_copy(update={"effect": old.declaration.effect[:-1]})
    monkeypatch.setattr(registry, "find", lambda name: replace(old, declaration=edited))
    assert staging.life_key(lesson) != key


# -- the path, lived ---------------------------------------------------------------------------


def lived(lesson, months):
    found = staging.live(lesson, 1, lives.grow, months)
    for run in lesson.head.run:
        for arm in run.arms:
            assert [row["month"] for row in found[arm]] == list(range(months + 1))
    return found


def same(one, two):
    return all(one[k] == two[k] or (one[k] != one[k] and two[k] != two[k]) for k in one)


def test_microcracks_are_called_to_and_only_in_one_arm():
    found = lived(on_a_tiny_patch("remodelling_cycle"), 3)
    cracked, untouched = found["cracked"], found["untouched"]
    assert same(cracked[1], untouched[1])
    assert cracked[2]["damage"] > untouched[2]["damage"]
    assert cracked[2]["rankl_opg_ratio"] > untouched[2]["rankl_opg_ratio"]


@pytest.mark.parametrize(
    ("name", "first", "later"), [("coupling", 2, 4), ("antiresorptives", 0, 3)]
)
def test_denosumab_acts_after_its_first_dose_only(name, first, later):
    found = lived(on_a_tiny_patch(name), later)
    treated, untreated = found["denosumab"], found["untreated"]
    assert same(treated[first], untreated[first]) and not same(treated[later], untreated[later])
    assert treated[later]["n_osteoclast"] <= untreated[later]["n_osteoclast"]


def test_the_ovaries_are_gone_in_one_of_two_equal_bones():
    found = lived(on_a_tiny_patch("menopause"), 2)
    gone, kept = found["menopause"], found["before"]
    assert gone[0]["bv_tv"] == kept[0]["bv_tv"]
    assert gone[2]["estradiol_pmol_per_l"] < 0.2 * kept[2]["estradiol_pmol_per_l"]


def test_cells_are_given_and_more_cxcr4_brings_more_home():
    found = lived(on_a_tiny_patch("fat_and_homing"), 2)  # before those that came divide
    homed = {arm: sum(row["n_donor_msc"] for row in rows) for arm, rows in found.items()}
    assert homed["no_cells"] == 0 < homed["cells"] < homed["cxcr4"]
    assert found["no_cells"][1]["estradiol_pmol_per_l"] == pytest.approx(
        found["cells"][1]["estradiol_pmol_per_l"]
    )


def test_alendronate_follows_denosumab_in_month_24():
    found = lived(on_a_tiny_patch("rebound"), 25)
    stopped, followed = found["stopped"], found["followed"]
    assert not same(stopped[3], found["untreated"][3])
    assert same(stopped[24], followed[24]) and not same(stopped[25], followed[25])
    assert followed[24]["bisphosphonate_nmol_per_mm2"] == 0.0
    assert followed[25]["bisphosphonate_nmol_per_mm2"] > 0.0


def test_pulses_of_pth_make_camp_and_an_infusion_raises_rankl():
    found = lived(on_a_tiny_patch("anabolic_window"), 2)
    daily, infusion, untreated = (found[arm][1] for arm in ("daily", "infusion", "untreated"))
    assert daily["pth_burst_hours"] > infusion["pth_burst_hours"] + 0.3
    assert infusion["rankl_opg_ratio"] > untreated["rankl_opg_ratio"]
    assert daily["serum_calcium_mmol_per_l"] > untreated["serum_calcium_mmol_per_l"]


def test_sponge_and_mimic_move_formation_in_opposite_directions():
    found = lived(on_a_tiny_patch("micro_rna"), 2)
    estradiol = {arm: rows[2]["estradiol_pmol_per_l"] for arm, rows in found.items()}
    assert len(set(estradiol.values())) == 1
    pace = {arm: rows[1]["formation_um_per_year"] for arm, rows in found.items()}
    assert pace["mimic"] < pace["untreated"] < pace["sponge"]


def test_the_sequence_to_beat_parts_from_its_first_drug_in_month_24():
    found = lived(on_a_tiny_patch("own_therapy"), 25)
    sequence, alone = found["sequence"], found["alone"]
    assert same(sequence[24], alone[24]) and not same(sequence[25], alone[25])
    assert not same(alone[3], found["untreated"][3])
    assert sequence[25]["n_osteoclast"] <= alone[25]["n_osteoclast"]


def test_a_mistake_while_living_is_raised():
    lesson = on_a_tiny_patch("remodelling_cycle")
    acts = lesson.head.run[0].touch[0].model_copy(update={"x": 99})
    run = lesson.head.run[0].model_copy(update={"touch": [acts]})
    head = lesson.head.model_copy(update={"run": [run]})
    with pytest.raises(Exception, match="pointer: x"):
        staging.live(replace(lesson, head=head), 1, lives.grow, 2)


# -- the file ------------------------------------------------------------------------------------


def test_a_file_comes_back(tmp_path):
    lesson = on_a_tiny_patch("menopause")
    patches = [staging.live(lesson, 1, lives.grow, 1) for _ in range(2)]
    path = tmp_path / "menopause.json"
    path.write_text(pooled.text_of(lesson, patches))
    found = pooled.read(path)
    assert found.belongs_to(lesson) and found.patches == 2
    values = found.arms["menopause"]["ac_f_per_year"]
    assert values.shape == (2, 2) and np.array_equal(values[0], values[1], equal_nan=True)
    assert json.loads(path.read_text())["made_by"].endswith("--replicates 2")
