"""Estradiol: what bone cells make of its serum level."""

from __future__ import annotations

PREMENOPAUSAL_PMOL_PER_L = 400.0


def response(
    estradiol_pmol_per_l: float,
    half_pmol_per_l: float,
    hill: float,
    reference_pmol_per_l: float = PREMENOPAUSAL_PMOL_PER_L,
    serm_pmol_per_l: float = 0.0,
    efficacy: float = 0.0,
) -> float:
    """Return the response of bone cells to estradiol: 1 at the host's own reference, 0 at none.

    A Hill curve; cells saturate, so the response stays near 1 until the level has halved and then
    falls steeply. The curve is that of a woman: a host whose cells are used to another level feels
    the share of it that is there. A partial agonist (as the estradiol that would hold as many
    receptors) competes for them, and a receptor that holds it does a share `efficacy` of the work.
    """
    scale = PREMENOPAUSAL_PMOL_PER_L / reference_pmol_per_l
    felt, partial = estradiol_pmol_per_l * scale, serm_pmol_per_l * scale
    own = _hill(PREMENOPAUSAL_PMOL_PER_L, 0.0, half_pmol_per_l, hill, efficacy)
    return _hill(felt, partial, half_pmol_per_l, hill, efficacy) / own


def _hill(full: float, partial: float, half: float, power: float, efficacy: float) -> float:
    raised, beside = max(full, 0.0) ** power, max(partial, 0.0) ** power
    return (raised + efficacy * beside) / (half**power + raised + beside)
