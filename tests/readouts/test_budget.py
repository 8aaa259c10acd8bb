"""The budget of loss: parts that close exactly, and each part by itself."""

import numpy as np
import pytest

import bones
from bmu_abm.readouts import budget
from bmu_abm.trabecula import FORMATION, QUIESCENT, REVERSAL

PARTS = ("space", "balance", "perforation", "mineral")


def begun(m):
    m.day = int(m.today["day"][0])
    m.begin_treatment()
    return m


def parts(m):
    row = m.sample()
    assert sum(row[f"budget_{part}_pct"] for part in PARTS) == pytest.approx(
        row["bmd_cancellous_pct"], abs=1e-9
    )
    return {part: row[f"budget_{part}_pct"] for part in PARTS} | {"all": row["bmd_cancellous_pct"]}


def whole_nm(b):
    """Return what lay between the surfaces of each column before its open cavities."""
    rest = b.sites["state"] == QUIESCENT
    level = np.where(rest, b.sites["height"], b.sites["opened_nm"]).reshape(2, b.ny, b.nx)
    return (level[0].astype(int) - level[1][:, ::-1]).ravel()


@pytest.mark.parametrize("kind", ["busy", "attacked"])
def test_the_parts_close_and_bone_is_what_they_say(kind, request):
    m = begun(request.getfixturevalue(kind)())
    for _ in range(6):
        bones.days(m, 30)
        parts(m)
        now = budget.state(m)
        bone = m.trabecula.bone_volume_nm() / 1000.0 / m.trabecula.n_columns
        assert now["finished_um"] - now["space_um"] - now["gone_um"] == pytest.approx(bone)


def test_holes_are_perforation(attacked):
    m = begun(attacked())
    b = m.trabecula
    bone = b.bone_volume_nm()
    whole, gone = whole_nm(b), b.column_kind == 1
    b.sites["opened_nm"][b.sites["state"] == QUIESCENT] = 0  # of cavities that are long filled
    bones.days(m, 40)
    new = (b.column_kind == 1) & ~gone
    assert new.any()
    lost = 100.0 * whole[new].sum() / bone
    assert parts(m)["perforation"] == pytest.approx(-lost, rel=0.02)


def test_an_open_cavity_is_space_and_a_shallow_wall_is_balance(still):
    """A cavity of 40 um under 100 of 400 columns of 140 um, then filled with 36 um."""
    m = begun(still())
    sites = np.arange(100)
    bones.erode(m, sites, 40.0, REVERSAL)
    opened = parts(m)
    whole = 100.0 * 100 * 40.0 / (m.trabecula.n_columns * 140.0)
    assert opened["space"] == pytest.approx(-whole)
    assert opened["balance"] == opened["perforation"] == 0.0
    table = m.trabecula.sites
    table["height"][sites] += 36_000
    table["state"][sites] = FORMATION
    assert parts(m)["space"] == pytest.approx(-whole / 10.0)
    table["state"][sites] = QUIESCENT
    closed = parts(m)
    assert closed["balance"] == pytest.approx(-whole / 10.0)
    assert closed["space"] == closed["perforation"] == 0.0


def test_younger_bone_is_a_loss_of_mineral(still):
    m = begun(still())
    m.trabecula.born[:] = m.day - 30
    young = parts(m)
    assert young["mineral"] == pytest.approx(young["all"])
    assert young["mineral"] < -5.0
    assert young["space"] == young["balance"] == young["perforation"] == 0.0


def test_a_defect_is_gone(still):
    m = begun(still())
    b = m.trabecula
    chosen = np.zeros((b.ny, b.nx), bool)
    chosen[:, :2] = True
    b.cut_defect(chosen, m.day)
    assert parts(m)["perforation"] == pytest.approx(-100.0 * chosen.mean())
