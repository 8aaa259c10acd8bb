"""What the vesicles and growth factors of grafted cells do for the cells of the host."""

from __future__ import annotations

from bmu_abm.compiled import helper, kernel
from bmu_abm.fields import SECRETOME, sample
from bmu_abm.signalling.binding import saturation


@helper
def support(s, coarse, today, nx, ny):
    """Return the effect of grafted cells at site `s`, 0 to 1; none where nobody was grafted."""
    if today.supported == 0:
        return 0.0
    return saturation(sample(coarse, SECRETOME, s, nx, ny), 1.0)


@kernel
def mean_support(coarse):
    """Return the effect of grafted cells, 0 to 1, that the marrow of the patch feels on average."""
    felt = 0.0
    for i in range(coarse.shape[1]):
        felt += saturation(float(coarse[SECRETOME, i]), 1.0)
    return felt / coarse.shape[1]
