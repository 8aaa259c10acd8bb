"""The rules of the cells, one at a time: each runs one kernel on a bone, as a step would."""

from __future__ import annotations

from bmu_abm import bisphosphonate, damage, grafting, lesion, surface
from bmu_abm.cells import adipocyte, msc, osteoblast, osteoclast, osteocyte, precursor
from bmu_abm.clock import MOVES_PER_DAY as MOVES
from bmu_abm.model import BoneModel
from bmu_abm.signalling import rank

SPAN = 1.0 / MOVES  # days of a move


def _grid(m: BoneModel) -> tuple[int, int]:
    return m.trabecula.nx, m.trabecula.ny


def tick(m: BoneModel, rule, times: int) -> BoneModel:
    """Run a rule for some days, with fresh draws every day."""
    for _ in range(times):
        rule(m)
        m.today["tick"] += 1
    return m


def silence(m: BoneModel) -> BoneModel:
    """Set the sources of all fields to 0."""
    m.fields.fine_source[:], m.fields.coarse_source[:] = 0.0, 0.0
    return m


def accumulate_damage(m: BoneModel) -> None:
    b = m.trabecula
    damage.accumulate(
        b.sites, b.born, b.damage, b.column_kind, b.slice_nm, m.calls, m.n_calls, m.n_cracks,
        m.today, m.p, *_grid(m), m.spec.steps_per_day,
    )  # fmt: skip


def osteocytes(m: BoneModel) -> None:
    b, f = m.trabecula, m.fields
    osteocyte.live(
        *m.cells("osteocyte"), b.sites, f.coarse, f.coarse_source, m.calls, m.n_calls,
        m.today, m.p, *_grid(m),
    )  # fmt: skip


def calls(m: BoneModel) -> None:
    b = m.trabecula
    osteocyte.call(
        *m.cells("osteocyte"), b.sites, b.damage, b.slice_nm, m.calls, m.n_calls, m.n_cracks,
        m.ledger, m.today, m.p, *_grid(m),
    )  # fmt: skip


def precursors_enter(m: BoneModel) -> None:
    b, cells = m.trabecula, m.populations["osteoclast_precursor"]
    cells.reserve(500)
    for move in range(MOVES):
        precursor.enter(
            cells.rows, cells.count, b.sites, b.vessels, m.today, move, SPAN, m.p, *_grid(m)
        )


def sense(m: BoneModel) -> BoneModel:
    """Let the osteoclast lineage sense the fields as they are."""
    rank.sense(m.fields.coarse, m.body.rankl_binders, m.sensed, m.p)
    return m


def precursors_move(m: BoneModel, move: int, span: float) -> None:
    precursor.live(
        *m.cells("osteoclast_precursor"), sense(m).sensed, m.trabecula.sites, m.today, move, span,
        m.p, *_grid(m),
    )  # fmt: skip


def precursors_live(m: BoneModel) -> None:
    for move in range(MOVES):
        precursors_move(m, move, SPAN)


def precursors_fuse(m: BoneModel) -> None:
    for move in range(MOVES):
        precursor.fuse(
            *m.cells("osteoclast_precursor"), *m.cells("osteoclast"), m.trabecula.sites,
            m.fields.coarse, m.ledger, m.today, move, SPAN, m.p, *_grid(m),
        )  # fmt: skip


def osteoclasts(m: BoneModel) -> None:
    b, f = m.trabecula, sense(m).fields
    for move in range(MOVES):
        osteoclast.live(
            *m.cells("osteoclast"), *m.cells("osteoclast_precursor"), m.sensed, f.coarse,
            f.coarse_source, b.sites, b.column_kind, m.active, m.n_active, b.bisphosphonate,
            m.drugs, b.slice_nm, m.ledger, m.today, move, SPAN, m.p, *_grid(m),
        )  # fmt: skip


def drugs_desorb(m: BoneModel, days: float) -> None:
    b = m.trabecula
    bisphosphonate.desorb(b.sites, b.bisphosphonate, m.drugs, b.slice_nm, days, m.p, *_grid(m))


def surface_ages(m: BoneModel) -> None:
    surface.age(
        m.active, m.n_active, m.trabecula.sites, m.fields.coarse_source, m.ledger, m.today, m.p,
        *_grid(m),
    )  # fmt: skip


def grafts_arrive(m: BoneModel) -> None:
    b, cells = m.trabecula, m.populations["msc"]
    cells.reserve(5000)
    grafting.arrive(
        cells.rows, cells.count, b.vessels, b.sites, m.fields.coarse, m.depots,
        m.body.marrow_share, m.today, m.p, *_grid(m),
    )  # fmt: skip


def free_mscs(m: BoneModel) -> None:
    b, f = m.trabecula, m.fields
    m.populations["msc"].reserve(len(m.populations["msc"]))
    msc.live_free(
        *m.cells("msc"), *m.cells("adipocyte"), f.fine, f.coarse, f.coarse_source, b.sites,
        b.type_h, b.niche, m.today, m.p, *_grid(m), MOVES,
    )  # fmt: skip


def committed_mscs(m: BoneModel) -> None:
    b, f = m.trabecula, m.fields
    m.populations["msc"].reserve(len(m.populations["msc"]))
    msc.live_committed(
        *m.cells("msc"), *m.cells("osteoblast"), f.fine, f.fine_source, f.coarse,
        f.coarse_source, b.sites, m.ledger, m.today, m.p, *_grid(m), MOVES,
    )  # fmt: skip


def gaps_fill(m: BoneModel) -> None:
    osteoblast.fill_gaps(
        *m.cells("osteoblast"), m.active, m.n_active, m.trabecula.sites, m.ledger, m.today, m.p,
        *_grid(m),
    )  # fmt: skip


def lining_wakes(m: BoneModel) -> None:
    osteoblast.wake_lining(
        *m.cells("osteoblast"), m.trabecula.sites, m.fields.fine, m.fields.coarse,
        m.body.all_sclerostin, m.ledger, m.today, m.p, *_grid(m),
    )  # fmt: skip


def defects_heal(m: BoneModel) -> None:
    b, f = m.trabecula, m.fields
    lesion.heal(
        *m.cells("msc"), *m.cells("osteoblast"), f.fine, f.coarse, f.coarse_source, b.sites,
        b.column_kind, b.born, b.damage, b.slice_nm, m.ledger, m.today, m.p, *_grid(m),
    )  # fmt: skip


def osteoblasts(m: BoneModel) -> None:
    b, f = m.trabecula, m.fields
    osteoblast.live(
        *m.cells("osteoblast"), *m.cells("osteocyte"), f.fine, f.fine_source, f.coarse,
        f.coarse_source, b.sites, b.born, b.damage, b.slice_nm, m.ledger, m.today, m.p, *_grid(m),
    )  # fmt: skip


def adipocytes(m: BoneModel) -> None:
    f = m.fields
    adipocyte.live(
        *m.cells("adipocyte"), m.trabecula.sites, f.coarse_source, m.today, m.p,
        *_grid(m),
    )  # fmt: skip
