"""Arms of stem-cell therapy: who gets which cells where, and what the cells do to the host's."""

import numpy as np
import pytest

import bones
import rules
from bmu_abm import BoneModel, day, grafting
from bmu_abm.grafting import DEPOT
from bmu_abm.interventions import presets
from bmu_abm.scenario import Scenario
from bmu_abm.trabecula import REVERSAL
from network_effects import EFFECTS, eroded, forming, removed, told, with_fields

mechanism = pytest.mark.mechanism
LEVELS = {"Wnt": 1.0, "sclerostin": 30.0, "SFRP1": 4.0}


# -- the arms -------------------------------------------------------------------------------------

# Donor, route, scaffold, what else the cells are, and what else is done to the host.
VEIN, OVX = "intravenous", ("oophorectomy",)
ARMS = {
    "sc-esc-col1-ovx": ("esc", "bone_surface", "collagen_i", {}, (*OVX, "fracture_gap")),
    "sc-bmmsc-gfp-ovx": ("bm_msc", None, None, {}, OVX),
    "sc-bmmsc-rankfc-ovx": ("bm_msc", None, None, {"rank_fc": 1.0}, OVX),
    "sc-bmmsc-cxcr4-ovx": ("bm_msc", None, None, {"cxcr4": 3.0}, OVX),
    "sc-bmmsc-plga-ovxrat": ("bm_msc", "intramarrow", "plga_collagen", {}, OVX),
    "sc-vsel-scid": (
        "vsel", "bone_surface", "collagen_sponge", {}, ("severe_immunodeficiency", "bone_defect"),
    ),
    "sc-ucb-gc": (
        "cd34_ucb", "intracardiac", None, {}, ("severe_immunodeficiency", "glucocorticoid"),
    ),
    "sc-adsc-zfp467-ovx": ("adsc_young", None, None, {"adipo_bias": 0.6}, OVX),
    "sc-adsc-col1-ovxrabbit": ("adsc_young", "intramarrow", "collagen_i", {}, OVX),
    "sc-adsc-young-samp8": (
        "adsc_young", "intramarrow", "suspension", {}, ("early_ageing", *OVX),
    ),
    "sc-adsc-aged-samp8": ("adsc_aged", "intramarrow", "suspension", {}, ("early_ageing", *OVX)),
    "sc-ipsc-cpc-nuderat": (
        "ipsc", "bone_surface", "calcium_phosphate_cement", {},
        ("severe_immunodeficiency", "bone_defect"),
    ),
}  # fmt: skip
HOSTS = {"sc-bmmsc-plga-ovxrat": "ovx_rat", "sc-ipsc-cpc-nuderat": "ovx_rat"}
HOSTS |= {"sc-adsc-col1-ovxrabbit": "ovx_rabbit"}


def arm(name, **settings) -> Scenario:
    return Scenario.load(name.replace("-", "_")).with_settings(settings)


@mechanism(
    "sc-esc-col1-ovx", "sc-bmmsc-gfp-ovx", "sc-bmmsc-rankfc-ovx", "sc-bmmsc-cxcr4-ovx",
    "sc-bmmsc-plga-ovxrat", "sc-vsel-scid", "sc-ucb-gc", "sc-adsc-zfp467-ovx",
    "sc-adsc-col1-ovxrabbit", "sc-adsc-young-samp8", "sc-adsc-aged-samp8", "sc-ipsc-cpc-nuderat",
)  # fmt: skip
@pytest.mark.parametrize("name", ARMS)
def test_an_arm_gives_its_cells_to_its_host_by_its_route(name):
    donor, route, scaffold, own, disease = ARMS[name]
    scenario = arm(name)
    *before, graft = scenario.intervention
    assert scenario.host.name == HOSTS.get(name, "ovx_mouse")
    assert tuple(course.use for course in before) == disease
    assert (graft.donor, graft.route, graft.scaffold) == (donor, route, scaffold)
    numbers = presets.find("donor", donor).numbers() | own
    assert numbers.items() <= graft.values().items()
    assert all(course.start_month <= graft.start_month for course in before)


SMALL = {"patch.sites": "20", "host.burn_in_years": "0"}


@mechanism("sc-bmmsc-gfp-ovx", "sc-ob-growth")
@pytest.mark.parametrize("name", ARMS)
def test_donor_cells_of_an_arm_live_in_the_patch_and_leave_it_sound(name):
    """A hundredth of a real patch, so with a hundred times the cells."""
    last = len(arm(name).intervention) - 1
    at_once = {f"intervention.{i}.start_month": "0" for i in range(last + 1)}
    wound = {"fracture_gap": "40", "bone_defect": "60"}
    sizes = {
        f"intervention.{i}.size_um": wound[use]
        for i, use in enumerate(ARMS[name][4])
        if use in wound
    }
    dose = {f"intervention.{last}.dose": "1e9"}
    m = BoneModel(arm(name, **SMALL, **at_once, **sizes, **dose))
    for _ in range(4):
        m.step()
        bones.assert_sound(m)
    assert m.sample()["n_donor_msc"] > 0.0


# -- potency --------------------------------------------------------------------------------------


def of_donor(still, name, days=20, wnt=0.8):
    """Return a bone in whose marrow the cells of a donor have decided for some days."""
    m = bones.changed(still(), graft_rejection_per_day=0.0, msc_fate_days=5.0)
    bones.changed(m, msc_division_per_day=0.0, msc_adipogenesis_per_day=0.0)
    traits = presets.find("donor", name).numbers() | {"life_days": 1e9}
    count = 100.0 / m.body.marrow_share
    m.depots = np.array([grafting.given(count, "intramarrow", traits, 0.8, 1)], DEPOT)
    with_fields(m, **LEVELS | {"Wnt": wnt})
    rules.grafts_arrive(m)
    return rules.tick(m, rules.free_mscs, days)


def runx2_of(still, name):
    return float(of_donor(still, name).populations["msc"].live["runx2"].mean())


@mechanism("sc-adult-potential", "sc-cell-sources", "sc-esc-col1-ovx", "sc-ipsc-cpc-nuderat")
def test_embryonic_cells_are_turned_further_to_bone_than_adult_ones(still):
    esc, ipsc, marrow, fat = (runx2_of(still, x) for x in ("esc", "ipsc", "bm_msc", "adsc_young"))
    assert min(esc, ipsc) > 1.1 * marrow and marrow > 1.05 * fat


@mechanism("sc-adsc-young-samp8", "sc-adsc-aged-samp8")
def test_cells_of_a_young_donor_are_turned_further_to_bone_than_those_of_an_aged_one(still):
    assert runx2_of(still, "adsc_young") > 1.1 * runx2_of(still, "adsc_aged")


@mechanism("sc-adult-potential")
def test_equal_numbers_of_embryonic_and_adult_cells_make_more_and_fewer_osteoblasts(still):
    """Where Wnt is weak, cells that are driven weakly lose Runx2 before they find eroded bone."""
    blasts = {}
    for name in ("esc", "adsc_aged"):
        m = of_donor(still, name, wnt=0.45)
        sites = np.arange(400)
        bones.erode(m, sites, 30.0, REVERSAL, coupling_um=30.0)
        bones.changed(m, msc_fate_days=1e9, graft_settling=1.0, osteoblast_threshold=0.01)
        m.populations["osteoblast"].reserve(400)
        for rule in (rules.free_mscs, rules.committed_mscs):
            rules.tick(m, rule, 3)
        blasts[name] = int(m.populations["osteoblast"].live["donor"].sum())
    assert blasts["esc"] > 2 * blasts["adsc_aged"]


# -- homing ---------------------------------------------------------------------------------------


def given(still, cells=400.0, route="intravenous", days=1, **traits):
    m = bones.changed(still(), graft_lung_clearance_per_day=0.25)
    m.fields.native("CXCL12")[:] = float(m.p["marrow_cxcl12_pm"][0])
    count = cells / m.body.marrow_share
    m.depots = np.array([grafting.given(count, route, traits, 0.8, 1)], DEPOT)
    return rules.tick(m, rules.grafts_arrive, days)


@mechanism("sc-bmmsc-cxcr4-ovx", "sc-homing")
def test_more_cells_with_cxcr4_home_to_the_marrow(still):
    plain, rich = (float(given(still, cxcr4=x).depots["marrow"][0]) for x in (1.0, 3.0))
    assert rich > 2.0 * plain


@mechanism("sc-bmmsc-rankfc-ovx", "sc-homing")
def test_rank_fc_binds_rankl_and_brings_no_cell_home(still):
    m = {gene: given(still, rank_fc=gene) for gene in (0.0, 1.0)}
    for bone in m.values():
        grafting.reach_by_blood(bone.depots, bone.body.body_mass_kg, bone.today, bone.p)
    assert float(m[1.0].today["rank_fc_pm"][0]) > float(m[0.0].today["rank_fc_pm"][0]) == 0.0
    assert m[0.0].depots["marrow"][0] == m[1.0].depots["marrow"][0]
    free = []
    for bone in m.values():
        bone.fields.native("RANKL")[:] = 30.0
        bone.body._take_binders(bone.body._life.environment(0), bone.p)
        bone.body._bind_rank_fc(1000.0 * float(bone.today["rank_fc_pm"][0] > 0.0), bone.p)
        free.append(float(rules.sense(bone).sensed[0].mean()))
    assert free[1] < 0.9 * free[0]


@mechanism("sc-ob-growth")
def test_the_host_has_the_larger_share_where_cells_came_by_vein(still):
    def share_of_host(route):
        m = given(still, 40.0, route, days=2)
        bones.put(m, "msc", np.arange(30))
        return float((m.populations["msc"].live["donor"] == 0).mean())

    assert share_of_host("intravenous") > share_of_host("intramarrow")


@mechanism("sc-ob-growth", "sc-bmmsc-gfp-ovx")
def test_what_comes_of_a_donor_cell_is_marked_as_it_is(still):
    for donor in (0, 1):
        m = still()
        sites = bones.disc(m, 5)
        bones.erode(m, sites, 30.0, REVERSAL, coupling_um=50.0)
        bones.put(m, "msc", sites, runx2=0.7, pparg=0.2, drive=1.0, life_days=1e9, stage=1,
                  donor=donor)  # fmt: skip
        m.trabecula.sites["progenitors"][sites] = 1
        bones.changed(m, osteoblast_threshold=0.5, osteocyte_density_per_mm3=1e6)
        for name in ("osteoblast", "osteocyte"):
            m.populations[name].reserve(2000)
        with_fields(m, **LEVELS)
        rules.tick(m, rules.committed_mscs, 3)
        rules.tick(m, rules.osteoblasts, 20)
        for name in ("osteoblast", "osteocyte"):
            cells = m.populations[name].live
            assert len(cells) > 20 and (cells["donor"] == donor).all()


# -- what they secrete ----------------------------------------------------------------------------


@mechanism("sc-opg-tnf-rankl")
def test_grafted_cells_raise_opg_and_lower_tnf_and_rankl(still):
    m = bones.bone(host={"burn_in_years": 0.0})
    told_levels = {}
    for secretome in (0.0, 4.0):
        m.today["supported"], m.fields.native("secretome")[:] = int(secretome > 0.0), secretome
        for _ in range(20):  # TNF-alpha follows within days
            day.wake(m)
        names = ("tnf_alpha", "rankl_marrow", "rankl_osteoblast", "rankl_osteocyte")
        told_levels[secretome] = np.array([float(m.today[name][0]) for name in names])
    assert (told_levels[4.0] < 0.95 * told_levels[0.0]).all()
    made = EFFECTS["graft", "opg_field"]
    assert made(still, 2.0) > made(still, 0.0)


def test_where_nobody_was_grafted_no_level_hears_of_it():
    m = bones.days(bones.bone(host={"burn_in_years": 0.0}), 2)
    assert float(m.today["graft_secretome"][0]) == 1.0


@mechanism("sc-paracrine")
def test_cells_that_never_leave_the_lung_support_the_marrow():
    dose = {"use": "stem_cells", "dose": 1e9}
    m = bones.bone(interventions=[dose], host={"burn_in_years": 0.0})
    bones.days(bones.changed(m, graft_homing=0.0), 5)
    assert m.sample()["n_donor_msc"] == 0.0
    assert m.fields.mean("secretome") > 0.1 and m.today["supported"][0] == 1
    assert float(m.today["graft_secretome"][0]) > 1.05


@mechanism("sc-oc-inhibit")
def test_an_osteoclast_within_reach_of_a_grafted_cell_erodes_less(still):
    """The secretome of one cell falls by a factor e within 11 sites."""
    depth = []
    for donor in (45, 255):
        m = with_fields(told(still(), supported=1), RANKL=100.0)
        bones.changed(m, osteoclast_nucleus_loss_per_day=0.0, msc_step_sites=0.0)
        bones.changed(m, graft_secretome=200.0, osteoclast_secretome_brake=1.0)
        bones.put(m, "msc", [donor], runx2=0.7, pparg=0.2, drive=1.0, life_days=1e9, secretome=1.0)
        rules.free_mscs(rules.silence(m))
        m.fields.solve()
        with_fields(m, RANKL=100.0)
        bones.put(m, "osteoclast", [45], nuclei=4.0)
        rules.osteoclasts(rules.silence(m))
        depth.append(removed(m))
    assert depth[0] < 0.9 * depth[1]
    assert EFFECTS["graft", "osteoclast"](still, 3.0) < removed(eroded(still))


def worked(still, secretome):
    """Return a bone whose osteoblasts have worked until their end, and for how many days."""

    def near():
        return with_fields(told(still(), supported=int(secretome > 0.0)), secretome=secretome)

    m, days = forming(near), 1
    while len(m.populations["osteoblast"]) and days < 2000:
        rules.osteoblasts(m)
        m.today["tick"] += 1
        days += 1
    return m, days


@mechanism("sc-lifespan", "sc-alp-ocn")
def test_osteoblasts_near_grafted_cells_live_longer_and_make_more_alp_and_osteocalcin(still):
    """Both markers follow the days of mineralising osteoblasts."""
    (plain, short), (fed, long) = worked(still, 0.0), worked(still, 3.0)
    assert long > 1.2 * short
    days = [float(m.ledger["mineralising_days"][0]) for m in (plain, fed)]
    assert days[1] > 1.2 * days[0]
    assert fed.ledger["formed_nm"][0] > 1.05 * plain.ledger["formed_nm"][0]


@mechanism("sc-lifespan")
def test_osteoblasts_keep_more_vigour_and_osteocytes_live_longer(still):
    for target in ("osteoblast", "osteocyte"):
        lived = EFFECTS["graft", target]
        assert lived(still, 2.0) > lived(still, 0.0)


@mechanism("sc-aim")
def test_full_support_gives_more_to_formation_than_it_takes_from_resorption(still):
    """Relative change of what an osteoblast lays down in its life, with the daughters of
    progenitors, and of what an osteoclast removes.
    """
    (plain, _), (fed, _) = worked(still, 0.0), worked(still, 1e6)
    laid = float(fed.ledger["formed_nm"][0] / plain.ledger["formed_nm"][0])
    daughters = 1.0 + float(plain.p["msc_secretome_division"][0])
    kept = EFFECTS["graft", "osteoclast"](still, 1e6) / removed(eroded(still))
    assert laid * daughters - 1.0 > 1.0 - kept > 0.2


@mechanism("sc-rat-rabbit")
@pytest.mark.parametrize("host", ["ovx_rat", "ovx_rabbit"])
def test_a_rat_and_a_rabbit_with_a_graft_lose_less_bone(host):
    """Paired patches of 0.08 mm2 without ovaries, cells in the marrow from the first day on."""
    ovx = {"use": "oophorectomy"}
    graft = {"use": "stem_cells", "route": "intramarrow", "dose": 1e9, "life_days": 300.0}
    left = []
    for courses in ([ovx], [ovx, graft]):
        table = {"title": "T", "host": host, "years": 0.5, "patch": {"sites": 20}}
        scenario = Scenario.from_dict(table | {"intervention": courses})
        scenario = scenario.with_settings({"host.burn_in_years": "0"})
        m = bones.days(BoneModel(scenario, rng=2), 60)
        left.append(m.trabecula.bone_volume_nm())
    assert left[1] > left[0]
