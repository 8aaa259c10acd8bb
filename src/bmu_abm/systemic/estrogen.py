"""Estradiol: what bone cells make of its serum level."""

from __future__ import annotations

PREMENOPAUSAL_PMOL_PER_L = 400.0


def response(
    estradiol_pmol_per_l: float,
    half_pmol_per_l: float,
    hill: float,
    reference_pmol_per_l: float = PREMENOPAUSAL_PMOL_PER_L,
) -> float:
    """Return the response of bone cells to estradiol: 1 at the host's own reference, 0 at none.

    A Hill curve; cells saturate, so the response stays near 1 until the level has halved and then
    falls steeply. The curve is that of a woman: a host whose cells are used to another level feels
    the share of it that is there.
    """
    felt = estradiol_pmol_per_l * (PREMENOPAUSAL_PMOL_PER_L / reference_pmol_per_l)
    return _hill(felt, half_pmol_per_l, hill) / _hill(
        PREMENOPAUSAL_PMOL_PER_L, half_pmol_per_l, hill
    )


def _hill(x: float, half: float, power: float) -> float:
    raised = max(x, 0.0) ** power
    return raised / (half**power + raised)
