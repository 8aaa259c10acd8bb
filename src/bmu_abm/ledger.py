"""What kernels share for a day: the state of the body (`TODAY`) and the counts they add to.

The ledger is exact in nanometres; the balance of bone volume must close in every step.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bmu_abm.network.declared import LEVELS

# Every field has eight bytes; the levels of the network are the last ones.
TODAY = np.dtype(
    [
        ("key", "u8"),  # key of the run for draws
        ("tick", "i8"),  # steps since the model was made
        ("day", "i8"),  # days since month 0
        ("dt", "f8"),  # length of a step, days
        ("estrogen", "f8"),  # response of bone cells to estradiol, 1 before the menopause
        ("load", "f8"),  # load on the plate, 1 customary
        ("mean_thickness_um", "f8"),  # over intact columns
        ("section_um", "f8"),  # mean thickness times the intact share: what carries the load
        ("reference_um", "f8"),  # the same when the plate was made
        ("intact_share", "f8"),
        ("surface_mm2", "f8"),
        ("fat_fraction", "f8"),
        ("immune_tone", "f8"),
        ("pth_given", "f8"),  # PTH, calcitriol and calcitonin from outside, over rest
        ("pth_injected", "f8"),  # one injection, as its mean over the day
        ("calcitriol_given", "f8"),
        ("calcitonin_given", "f8"),
        ("pth_transient", "f8"),  # share of the hold of injected PTH that does not last
        ("wnt_freed", "f8"),  # beta-catenin of average bone under a drug that binds sclerostin
        ("strontium_diet", "f8"),  # in food, over the usual
        ("rejection", "f8"),  # power of the host to reject foreign cells, 1 normal
        ("defect_columns", "i8"),  # columns that a lesion has taken away and nobody has bridged
        ("rank_fc_pm", "f8"),  # decoy of RANKL that grafted cells have secreted
        ("secretome", "f8"),  # of grafted cells in the lung
        ("bisphosphonate_fmol", "f8"),  # alendronate's worth in a nucleus of the whole skeleton
        ("supported", "i8"),  # 1: there is secretome in the marrow
        *((name, "f8") for name in LEVELS),
    ],
    align=True,
)

LEDGER = np.dtype(
    [
        ("removed_nm", "i8"),
        ("cut_nm", "f8"),  # of it, bone whose collagen cathepsin K cut, over the usual share
        ("formed_nm", "i8"),
        ("removed_total_nm", "i8"),
        ("formed_total_nm", "i8"),
        ("donor_total_nm", "i8"),  # of it, by osteoblasts of a graft
        ("initial_nm", "i8"),
        ("activated_sites", "i8"),  # cavities that count as activations
        ("started_sites", "i8"),  # sites on which formation began
        ("completed_sites", "i8"),  # cavities that were filled
        ("arrested_sites", "i8"),
        ("relined_sites", "i8"),
        ("modelled_sites", "i8"),  # formation on surface that was not resorbed
        ("perforated_columns", "i8"),  # since the start
        ("calls", "i8"),  # patches of osteocytes that began to call
        ("days", "f8"),  # since the last sample
        ("osteoclast_days", "f8"),
        ("osteoclast_nuclei_days", "f8"),
        ("fused_precursors", "i8"),
        ("osteoclast_site_days", "f8"),
        ("mineralising_days", "f8"),
        ("wall_um", "f8"),  # sums over completed sites
        ("wall_um2", "f8"),
        ("depth_um", "f8"),
        ("depth_um2", "f8"),
        ("balance_um", "f8"),
        ("resorption_days", "f8"),
        ("reversal_days", "f8"),
        ("formation_days", "f8"),  # to the end of the osteoid seam
        ("unfilled_days", "f8"),  # eroded days of sites that were lined without being filled
        ("lining_cells", "i8"),  # osteoblasts by their end
        ("dead_osteoblasts", "i8"),
        ("buried_osteoblasts", "i8"),
    ],
    align=True,
)


def levels(today: NDArray[np.void]) -> NDArray[np.float64]:
    """Return the levels of the network's nodes, in the order of `LEVELS`, as a view of a day."""
    return today.view(np.float64)[-len(LEVELS) :]


# Kept over samples; everything else starts from zero after a sample.
LASTING = (
    "removed_total_nm",
    "formed_total_nm",
    "donor_total_nm",
    "initial_nm",
    "perforated_columns",
)
