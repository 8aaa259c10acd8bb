"""Side effects: data of the interventions, tied to the register; nothing of them acts on bone."""

import copy

import pytest

import bones
from bmu_abm.errors import InputError
from bmu_abm.interventions import Plan, find, names, registry
from bmu_abm.network.register import REGISTER
from drugs import LACK, lived, state

mechanism = pytest.mark.mechanism
DECLARED = [(name, s) for name in names() for s in find(name).declaration.side_effect]
SIMULATED = [m.id for m in REGISTER.values() if m.group == "side-effect" and not m.context]


def warnings(host, **course):
    return Plan.from_scenario(bones.scenario(host=host, interventions=[course], years=4)).warnings()


@mechanism(
    "se-ca-hypercalcemia", "se-vitd-toxic", "se-vitd-deposit", "se-et-endometrial",
    "se-et-breast", "se-et-cvd", "se-et-vte", "se-et-stroke", "se-et-obesity", "se-ralox-men",
    "se-ralox-vte", "se-ct-flush", "se-deno-hypoca", "se-deno-infection", "se-deno-rash",
    "se-deno-pain", "se-deno-mronj", "se-deno-aff", "se-odn-cv", "se-pth-hyperca",
    "se-pth-limit", "se-romo-data", "se-vitk-stomach", "se-vitk-warfarin", "se-sr-vte",
    "se-sr-cv", "se-sr-skin", "se-sc-tumour", "se-sc-immune", "se-sc-unwanted-diff",
    "se-sc-rejection", "se-bp-gi", "se-bp-flu", "se-bp-renal", "se-bp-mronj", "se-bp-aff",
    "se-mirna-offtarget",
)  # fmt: skip
@pytest.mark.parametrize("id", SIMULATED)
def test_a_side_effect_of_the_register_is_declared_by_an_intervention(id):
    told = [s for _, s in DECLARED if s.id == id]
    assert told and len({s.known for s in told}) == 1
    assert all(s.source for s in told)


def test_what_is_declared_stands_in_the_register():
    assert {s.id for _, s in DECLARED} <= set(REGISTER)


def test_an_emergent_side_effect_is_seen_in_a_column():
    columns = bones.bone().sample()
    assert {s.readout for _, s in DECLARED if s.known == "emergent"} <= set(columns)


@mechanism("se-et-endometrial", "se-et-breast", "se-et-vte", "se-ralox-vte")
def test_indices_are_ordered_as_the_trials_found_them():
    def index(name, id):
        return next(s.index for n, s in DECLARED if n == name and s.id == id)

    alone, both = "conjugated_estrogens", "estrogen_progestogen"
    endometrium = [index(n, "se-et-endometrial") for n in (alone, both, "raloxifene")]
    assert endometrium[0] > endometrium[1] > 1.0 >= endometrium[2]
    assert index(alone, "se-et-breast") > 1.0 >= index("raloxifene", "se-et-breast")
    assert index(alone, "se-et-vte") > index("raloxifene", "se-ralox-vte") > 1.0


@mechanism("se-ralox-men", "se-vitk-warfarin")
@pytest.mark.parametrize(
    ("use", "host"),
    [("raloxifene", {"sex": "male"}), ("menatetrenone", {"warfarin": "yes"})],
)
def test_a_contraindication_closes_a_gate_and_says_so(use, host):
    assert "does not act" in warnings(host, use=use)[0]
    assert not [text for text in warnings({}, use=use) if "does not act" in text]
    untreated, closed = lived(20, host=host), lived(20, use, host=host)
    assert untreated.skeleton.tobytes() == closed.skeleton.tobytes()


@mechanism("se-pth-limit")
@pytest.mark.parametrize(
    ("use", "months"), [("teriparatide", 24), ("abaloparatide", 18), ("romosozumab", 12)]
)
def test_past_its_label_a_drug_is_warned_of(use, months):
    assert not warnings({}, use=use, stop_month=months)
    assert "of its label" in warnings({}, use=use, stop_month=months + 2)[0]


@mechanism("se-romo-data")
def test_few_data_are_flagged_in_the_provenance():
    def record(use):
        scenario = bones.scenario(interventions=[{"use": use}])
        return Plan.from_scenario(scenario).provenance()[0]

    assert record("romosozumab")["evidence"] == "limited" != record("denosumab")["evidence"]
    assert record("denosumab")["side_effects"][0]["id"] == "se-deno-hypoca"
    assert record("denosumab")["classes"] == ["antiresorptive"]


# -- what the model shows by itself ---------------------------------------------------------------


@mechanism("se-deno-hypoca")
def test_denosumab_lowers_serum_calcium_and_more_on_a_poor_diet():
    fall = {}
    for intake in (300.0, 1000.0):
        host = LACK | {"calcium_intake_mg_per_day": intake}
        before, after = lived(30, host=host), lived(30, "denosumab", host=host)
        fall[intake] = state(before, "calcium") - state(after, "calcium")
        assert state(after, "pth") > state(before, "pth")
    assert fall[300.0] > 0.05 < fall[1000.0]
    fed = lived(30, "denosumab", "calcium", host=LACK | {"calcium_intake_mg_per_day": 300.0})
    poor = lived(30, "denosumab", host=LACK | {"calcium_intake_mg_per_day": 300.0})
    assert state(poor, "calcium") < state(fed, "calcium")


@mechanism("se-pth-hyperca")
def test_pth_analogues_raise_serum_calcium_and_more_of_it_more():
    serum = [
        state(lived(5, {"use": "teriparatide", "dose": dose}), "calcium") for dose in (0, 20, 40)
    ]
    assert serum[0] < serum[1] < serum[2]
    assert state(lived(5, "abaloparatide"), "calcium") < serum[1]


# -- the form -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"known": "index"}, "index"),
        ({"index": 2.0}, "index"),
        ({"readout": "pain_ratio"}, "readout"),
        ({"known": "guessed"}, "known"),
        ({"id": "flush"}, "id"),
    ],
)
def test_a_wrong_side_effect_is_told_in_one_line(change, part):
    table = copy.deepcopy(find("salcatonin").declaration.model_dump(exclude_none=True))
    table["side_effect"][0] |= change
    with pytest.raises(InputError, match=f"side_effect.0.*{part}") as caught:
        registry.declare(table, "d.toml")
    assert "\n" not in str(caught.value)
