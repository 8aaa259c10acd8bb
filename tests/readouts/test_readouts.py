"""Readouts: every promised column, its identities, labels, holes, density and markers."""

import numpy as np
import pytest

import bones
from bmu_abm import grafting
from bmu_abm.readouts import density, memory
from bmu_abm.readouts.fracture import hazard_ratio
from bmu_abm.readouts.structure import count_holes
from bmu_abm.trabecula import FORMATION, HOLE

PROMISED = [
    "bv_tv",
    "tb_th_um",
    "tb_n_per_mm",
    "tb_sp_um",
    "bmd_lumbar_spine_pct",
    "bmd_total_hip_pct",
    "resorption_ratio",
    "formation_ratio",
    "ctx_ratio",
    "ntx_ratio",
    "p1np_ratio",
    "bsap_ratio",
    "ocn_ratio",
    "trap5b_ratio",
    "es_bs",
    "os_bs",
    "ms_bs",
    "oc_s_bs",
    "mar_um_per_day",
    "bfr_bs_um_per_year",
    "ac_f_per_year",
    "w_th_um",
    "e_de_um",
    "n_msc",
    "n_osteoblast",
    "n_osteocyte",
    "n_osteoclast_precursor",
    "n_osteoclast",
    "n_adipocyte",
    "fat_fraction",
    "rankl_opg_ratio",
    "free_sclerostin_ratio",
    "serum_calcium_mmol_per_l",
    "pth_ratio",
    "estradiol_pmol_per_l",
    "microdamage_ratio",
    "strength_ratio",
    "t_score",
    "hole_area_fraction",
    "perforations",
]
SHARES = ("bv_tv", "es_bs", "os_bs", "ms_bs", "fat_fraction", "hole_area_fraction")


def test_every_promised_column_is_there_and_finite(busy):
    row = busy().sample()
    assert set(PROMISED) <= set(row)
    for name, value in row.items():
        assert isinstance(float(value), float)
        assert np.isfinite(value) or name in bones.MAY_BE_ABSENT, name
    assert all(0.0 <= row[name] <= 1.0 for name in SHARES)
    assert all(row[name] >= 0 for name in PROMISED if not name.startswith(("bmd", "t_score")))


def test_wall_and_depth_are_those_of_filled_cavities(busy):
    m = busy()
    m.sample()
    empty = m.sample()
    assert np.isnan(empty["w_th_um"]) and np.isnan(empty["e_de_um"])
    m.ledger["completed_sites"], m.ledger["wall_um"], m.ledger["depth_um"] = 4, 180.0, 200.0
    row = m.sample()
    assert row["w_th_um"] == 45.0 and row["e_de_um"] == 50.0


def test_flows_start_anew_after_a_sample_and_states_do_not(busy):
    m = busy()
    first, second = m.sample(), m.sample()
    for name in ("bv_tv", "es_bs", "os_bs", "n_msc", "microdamage_ratio", "perforations"):
        assert first[name] == second[name]
    assert first["bfr_bs_um_per_year"] > 0 == second["bfr_bs_um_per_year"]
    assert second["sum_activated_sites"] == 0


def test_flows_are_means_over_the_days_since_the_last_sample(busy):
    m = bones.days(busy(), 1)
    m.sample()
    before = m.ledger[0].copy()
    bones.days(m, 30)
    book, b = m.ledger[0], m.trabecula
    row = m.sample()
    assert before["days"] == 0
    formed = (book["formed_total_nm"] - before["formed_total_nm"]) / 1000 / b.n_sites
    removed = (book["removed_total_nm"] - before["removed_total_nm"]) / 1000 / b.n_sites
    assert row["formation_um_per_year"] == pytest.approx(formed * 365 / 30)
    assert row["resorption_um_per_year"] == pytest.approx(removed * 365 / 30)
    left = (b.sites["state"] < HOLE).mean()  # per surface: of the bone that is left
    assert row["bfr_bs_um_per_year"] == pytest.approx(row["formation_um_per_year"] / left)


@pytest.mark.mechanism("me-microct", "me-bvtv", "me-tbn", "me-tbth")
def test_plate_model_identities(busy):
    m = busy()
    row = m.sample()
    intact = m.intact_columns / m.trabecula.n_columns
    assert row["bv_tv"] == pytest.approx(row["tb_th_um"] * row["tb_n_per_mm"] / 1000)
    assert row["tb_th_um"] + row["tb_sp_um"] == pytest.approx(1000 / row["tb_n_per_mm"])
    assert row["tb_n_per_mm"] == pytest.approx(1000 * intact / m.spec.host.plate_pitch_um)
    assert row["tb_th_um"] == pytest.approx(m.trabecula.thickness_nm().mean() / 1000 / intact)


@pytest.mark.mechanism("me-tbn", "me-tbth", "microarch-loss")
def test_holes_lower_number_not_thickness(attacked):
    m = bones.days(attacked(), 40)
    row = m.sample()
    holes = m.trabecula.column_kind == 1
    assert row["hole_area_fraction"] == holes.mean() > 0
    assert row["tb_n_per_mm"] == pytest.approx(
        (1 - holes.mean()) * 1000 / m.spec.host.plate_pitch_um
    )
    assert row["tb_th_um"] == pytest.approx(
        m.trabecula.thickness_nm().ravel()[~holes].mean() / 1000
    )
    assert row["es_bs"] <= 1 and row["perforations"] >= 1


def test_surfaces_are_shares_of_the_bone_that_is_left(busy):
    m = busy()
    sites = m.trabecula.sites
    bone = sites["state"] < HOLE
    row = m.sample()
    assert row["es_bs"] == np.isin(sites["state"], bones.ERODED).sum() / bone.sum()
    covered = m.day - sites["formed_day"] <= m.p["mineral_lag_days"][0]
    assert row["os_bs"] == (covered & bone).sum() / bone.sum()


@pytest.mark.parametrize(
    ("holes", "count"),
    [
        ([], 0),
        ([(3, 3)], 1),
        ([(3, 3), (4, 4)], 1),  # corners touch
        ([(3, 3), (6, 6)], 2),
        ([(0, 5), (9, 5)], 1),  # over the edge
        ([(0, 0), (9, 9)], 1),
        ([(5, 0), (5, 9), (2, 4)], 2),
    ],
)
def test_holes_are_counted_on_a_periodic_face(holes, count):
    face = np.zeros((10, 10), np.bool_)
    for place in holes:
        face[place] = True
    assert count_holes(face) == count


# -- density --------------------------------------------------------------------------------------


@pytest.mark.mechanism("me-dexa", "bone-compartments")
def test_density_changes_by_its_cancellous_and_cortical_shares():
    origin = {"mineral_um": 100.0, "cortex": 1.0}
    now = {"mineral_um": 90.0, "cortex": 0.98}
    assert density.dxa_change_pct(now, origin, 0.5) == pytest.approx(-6.0)
    assert density.dxa_change_pct(now, origin, 0.0) == pytest.approx(-2.0)
    assert density.dxa_change_pct(origin, origin, 0.5) == 0.0
    assert density.t_score({"mineral_um": 120.0, "cortex": 1.0}, 120.0, 0.5) == 0.0
    assert density.t_score({"mineral_um": 90.0, "cortex": 0.9}, 120.0, 0.5) < -1.0


@pytest.mark.mechanism("me-bmd", "bone-matrix")
def test_mineral_is_bone_times_its_degree(still):
    m = still()
    m.trabecula.born[:] = m.day - 10_000_000
    m.trabecula.damage[:] = 2.0
    state = density.state(m)
    assert state["mineral_um"] == pytest.approx(140.0) and state["mineral_degree"] == pytest.approx(
        1
    )
    assert state["damage"] == pytest.approx(2.0)
    m.trabecula.born[:] = m.day
    assert density.state(m)["mineral_um"] == 0.0  # all osteoid


@pytest.mark.parametrize("harm", ["thin", "young", "damaged", "perforated"])
@pytest.mark.mechanism("microarch-loss")
def test_strength_falls_with_what_weakens_a_plate(still, harm):
    m = still()
    b = m.trabecula
    rest = density.state(m)["strength"]
    if harm == "thin":
        b.sites["height"][: b.n_columns] -= 20_000
    elif harm == "young":
        b.born[:] = m.day - 20
    elif harm == "damaged":
        b.damage[:] += 20.0
    else:
        b.sites["height"][:50] = b.face("height")[1][:, ::-1].ravel()[:50]
        b.column_kind[:50] = 1
    assert density.state(m)["strength"] < 0.95 * rest


def test_month_zero_is_the_origin(busy):
    m = busy()
    m.begin_treatment()
    row = m.sample()
    assert row["bmd_lumbar_spine_pct"] == row["bmd_total_hip_pct"] == 0.0
    assert row["strength_ratio"] == 1.0


# -- markers and labels ---------------------------------------------------------------------------


@pytest.mark.mechanism("me-alp", "me-ocn", "alp-ocn-osteogenic")
def test_serum_moves_less_than_the_patch(busy):
    m = busy()
    bones.changed(m, serum_ctx_gain=0.6, serum_p1np_gain=0.5)
    row = m.sample()
    assert row["ctx_ratio"] == pytest.approx(0.4 + 0.6 * row["resorption_ratio"])
    assert row["p1np_ratio"] == pytest.approx(0.5 + 0.5 * row["formation_ratio"])


def test_a_ratio_is_over_the_constant_of_the_host():
    for baseline in (4.0, 8.0):
        m = bones.bone(host={"marker_baseline": {"resorption_um_per_year": baseline}})
        m.ledger["removed_nm"], m.ledger["days"] = 800_000 * 8, 365.0
        assert m.sample()["resorption_ratio"] == pytest.approx(8.0 / baseline)


def test_a_double_label_measures_the_apposition_rate(still):
    m = still()
    sites = m.trabecula.sites
    sites["state"][:100] = FORMATION
    sites["state"][120:140] = FORMATION
    m.memory.give_label(m)
    sites["height"][:60] += 9_800  # 0.7 um a day
    sites["height"][120:140] += 2_900  # too slow to tell the labels apart
    sites["state"][60:100] = 0  # formation ended between the labels
    sites["state"][100:120] = FORMATION  # and began
    m.memory.take_biopsy(m)
    biopsy = m.memory.biopsy
    assert biopsy["mar_um_per_day"] == pytest.approx(0.7)
    assert biopsy["ms_bs"] == pytest.approx((60 + 0.5 * 80) / 800)


@pytest.mark.parametrize("gap", [5, 14])
def test_labels_are_given_before_each_sample_and_read_on_its_day(gap):
    m = bones.bone(host={"label_gap_days": gap})
    given, read = [], []
    m.memory.give_label = lambda model: given.append(model.day)
    m.memory.take_biopsy = lambda model: read.append(model.day)
    for m.day in range(400):
        m.memory.label_day = given[-1] if given else None
        m.memory.watch(m)
    assert given == [round(365 * k / 12) - gap for k in range(1, 14)]
    assert read == [day + gap for day in given if day + gap < 400]
    assert memory.next_sample_day(0) == 0 and memory.next_sample_day(31) == 61


def test_the_apposition_rate_is_over_the_days_between_the_labels_of_the_host():
    m = bones.bone(host={"label_gap_days": 5})
    m.trabecula.sites["state"][:100] = FORMATION
    m.memory.give_label(m)
    m.trabecula.sites["height"][:100] += 6_000
    m.memory.take_biopsy(m)
    assert m.memory.biopsy["mar_um_per_day"] == pytest.approx(1.2)


def test_cells_and_bone_of_a_graft_are_told_apart(busy):
    m = busy()
    row = m.sample()
    assert row["n_donor_msc"] == row["graft_lung_pct"] == row["graft_marrow_pct"] == 0.0
    m.populations["msc"].live["donor"][:3] = 1
    m.depots = np.array(
        [grafting.given(4.0 / m.body.marrow_share, "intravenous", {}, 0.75, 1)], grafting.DEPOT
    )
    m.ledger["donor_total_nm"] = 1000 * m.trabecula.n_columns
    row = m.sample()
    assert row["n_donor_msc"] == 3.0 and row["donor_bone_um"] == 1.0
    assert row["graft_lung_pct"] == pytest.approx(75.0)
    assert row["graft_marrow_pct"] == pytest.approx(75.0)


# -- risks ----------------------------------------------------------------------------------------


@pytest.mark.mechanism("me-fracture", "vitd-muscle")
def test_the_hazard_of_a_fracture_rises_with_lost_strength_and_falls():
    assert hazard_ratio(1.0, 1.0, 4.0) == 1.0
    assert hazard_ratio(0.5, 1.0, 4.0) == pytest.approx(16.0)
    assert hazard_ratio(1.0, 2.0, 4.0) == pytest.approx(2.0)
    hazards = [hazard_ratio(s, 1.0, 4.0) for s in (0.4, 0.6, 0.8, 1.0, 1.2)]
    assert hazards == sorted(hazards, reverse=True)


@pytest.mark.mechanism("me-fracture", "opioid-endorphin", "prostaglandins")
def test_risks_of_the_network_are_read_out(busy):
    m = busy()
    m.today["falls"], m.today["pain"] = 1.5, 0.7
    row = m.sample()
    assert row["falls_ratio"] == 1.5 and row["pain_ratio"] == 0.7
    expected = 1.5 * row["strength_ratio"] ** -float(m.p["fracture_strength_exponent"][0])
    assert row["fracture_hazard_ratio"] == pytest.approx(expected)


@pytest.mark.mechanism("mirna-biomarker")
def test_mir_21_of_serum_rises_with_osteoclasts_and_not_with_osteoblasts(busy):
    """More of the cells that release it, as after ovariectomy."""
    rest, more = busy(), busy()
    more.ledger["osteoclast_days"] *= 2.0
    low, high = rest.sample(), more.sample()
    assert high["mir21_ratio"] > low["mir21_ratio"]
    assert high["mir194_ratio"] == low["mir194_ratio"]


@pytest.mark.mechanism("me-serum-mirna")
def test_a_mimic_is_seen_in_serum(busy):
    """Twice the level in the cells: the share of bone cells in serum doubles."""
    for node, name in (("mir21", "mir21_ratio"), ("mir194", "mir194_ratio")):
        rest, mimic = busy(), busy()
        mimic.today[node] = 2.0 * rest.today[node]
        share = float(rest.p["serum_mirna_share"][0])
        low, high = rest.sample()[name], mimic.sample()[name]
        assert high - low == pytest.approx(low - (1.0 - share)) and high > low
