"""When a point has enough replicates: its standard error is small, or its replicates are spent.

The rule looks at the replicates 0 to n - 1 of a point and says how many it needs next. So which
runs a study holds depends on its results alone, never on jobs, shards or interruptions.
"""

from __future__ import annotations

import math

from pydantic import Field

from bmu_abm.schema import Table


class Stop(Table):
    """`[stop]`: add replicates to a point until a standard error is small enough.

    Attributes
    ----------
    readout : str
        Whose mean over replicates counts; flows are means over the three months before.
    se_below : float
        The standard error that ends it, in the readout's unit.
    month : float or None
        When; by default the last month.
    max_replicates : int
        Where a point ends all the same.
    """

    readout: str = Field(min_length=1)
    se_below: float = Field(gt=0.0)
    month: float | None = Field(None, ge=0.0)
    max_replicates: int = Field(200, ge=2, le=100_000)

    def next_count(self, n: int, se: float) -> int:
        """Return how many replicates a point shall have after `n` gave the standard error `se`.

        At most twice as many as before, since an error of few replicates is itself uncertain;
        `n` when the point is done, also where no error can be told (nan).
        """
        if n >= self.max_replicates or not se > self.se_below:
            return n
        wanted = math.ceil(n * (se / self.se_below) ** 2) if math.isfinite(se) else 2 * n
        return min(max(wanted, n + 1), 2 * n, self.max_replicates)
