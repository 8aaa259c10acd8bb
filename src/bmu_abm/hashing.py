"""Counter-based random draws: a draw is a hash of (run, process, who, tick).

No stream is consumed, so a treatment that touches one process leaves every other draw as it was,
and a snapshot needs no random state. The mixing function is the finaliser of SplitMix64
(Steele, Lea and Flood 2014).
"""

from __future__ import annotations

import math

import numpy as np

from bmu_abm.compiled import helper

# One code per random process. Codes are part of the meaning of a seed: append, never reorder.
(
    CRACK,
    CRACK_SHAPE,
    OSTEOCYTE_DEATH,
    OSTEOCYTE_BURIAL,
    PRECURSOR_BIRTH,
    PRECURSOR_LIFE,
    PRECURSOR_STEP,
    PRECURSOR_NOISE,
    FUSION,
    OSTEOCLAST_NUCLEUS,
    OSTEOCLAST_STEP,
    MSC_RENEWAL,
    MSC_STEP,
    MSC_FATE,
    MSC_DIVISION,
    OSTEOBLAST_VIGOUR,
    OSTEOBLAST_FATE,
    REVERSAL,
    ADIPOCYTE_LIFE,
    ADIPOCYTE_SIZE,
    GRAFT_EXIT,
    GRAFT_SETTLING,
    RANDOM_REMODELLING,
    RELINING,
    OSTEOMORPH,
    MSC_LIFE,
    DEFECT_FILL,
    AGEING,
    LINING,
) = range(29)

_MASK = (1 << 64) - 1
FOUR_BYTES_SD = math.sqrt(4.0 * (256.0**2 - 1.0) / 12.0)


def run_key(seed: int, replicate: int) -> int:
    """Return the 64-bit key of replicate `replicate` of seed `seed` (and of nothing else)."""
    return _mix_python(_mix_python(seed & _MASK) ^ ((replicate * 0xD1342543DE82EF95) & _MASK))


def _mix_python(z: int) -> int:
    z = (z + 0x9E3779B97F4A7C15) & _MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
    return z ^ (z >> 31)


@helper
def _mix(z):
    z = z + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@helper
def bits(key, process, who, tick, k=0):
    """Return 64 random bits: the `k`-th draw of `who` in `process` at `tick`."""
    z = np.uint64(key) ^ _mix(np.uint64(who))
    z = _mix(z + np.uint64(process) * np.uint64(0xA0761D6478BD642F))
    return _mix(z ^ (np.uint64(tick) * np.uint64(0xE7037ED1A0B428DB) + np.uint64(k)))


@helper
def uniform(key, process, who, tick, k=0):
    """Return a float64 in (0, 1): the `k`-th draw of `who` in `process` at `tick`."""
    z = bits(key, process, who, tick, k)
    return (np.float64(z >> np.uint64(11)) + 0.5) * (1.0 / 9007199254740992.0)


@helper
def displacement(key, process, who, tick, k=0):
    """Return two steps of mean 0 and variance 1, nearly normal, from one draw.

    Each is a sum of four uniform bytes: the 97.5th percentile is 1.95, none is beyond 3.45.
    """
    z = bits(key, process, who, tick, k)
    every_second = np.uint64(0x00FF00FF00FF00FF)
    pairs = (z & every_second) + ((z >> np.uint64(8)) & every_second)
    fours = pairs + (pairs >> np.uint64(16))
    dx = np.float64(np.int64(fours & np.uint64(0xFFFF)) - 510)
    dy = np.float64(np.int64((fours >> np.uint64(32)) & np.uint64(0xFFFF)) - 510)
    return dx * (1.0 / FOUR_BYTES_SD), dy * (1.0 / FOUR_BYTES_SD)


@helper
def gumbel(u):
    """Turn a uniform draw into a standard Gumbel draw (choice with a softmax)."""
    return -math.log(-math.log(u))


@helper
def normal(u, v):
    """Turn two uniform draws into a standard normal draw (Box and Muller)."""
    return math.sqrt(-2.0 * math.log(u)) * math.cos(2.0 * math.pi * v)


@helper
def cell_id(process, who, tick, k):
    """Return the id of a cell born on `tick` by `process` from `who` (a site or a parent's id).

    A hash to 63 bits: ten million births of a run share an id with probability 3e-6.
    """
    z = _mix(np.uint64(who) ^ np.uint64(0x5851F42D4C957F2D))
    z = _mix(z + np.uint64(process) * np.uint64(0xA0761D6478BD642F))
    z = _mix(z ^ (np.uint64(tick) * np.uint64(0xE7037ED1A0B428DB) + np.uint64(k)))
    return np.int64(z >> np.uint64(1))
