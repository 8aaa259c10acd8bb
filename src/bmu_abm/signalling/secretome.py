"""What the vesicles and growth factors of grafted cells do for the cells of the host."""

from __future__ import annotations

from bmu_abm.compiled import helper
from bmu_abm.fields import SECRETOME, sample
from bmu_abm.signalling.binding import saturation


@helper
def support(s, coarse, today, nx, ny):
    """Return the effect of grafted cells at site `s`, 0 to 1; none where nobody was grafted."""
    if today.supported == 0:
        return 0.0
    return saturation(sample(coarse, SECRETOME, s, nx, ny), 1.0)
