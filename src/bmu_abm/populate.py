"""The first cells of a plate: osteocytes in its bone, progenitors, precursors and fat around it."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from bmu_abm.cells.population import Population
from bmu_abm.trabecula import Trabecula

BLOCK = 16384  # columns at a time, so that large patches need little memory


def populate(
    populations: Mapping[str, Population],
    trabecula: Trabecula,
    rng: np.random.Generator,
    p: np.void,
    *,
    fat_fraction: float,
    day: int,
) -> None:
    """Seed a fresh plate with the cells that its host would have; sets no field."""
    bury_osteocytes(populations["osteocyte"], trabecula, rng, p, day)
    seed_msc(populations["msc"], trabecula, rng, p)
    seed_precursors(populations["osteoclast_precursor"], trabecula, rng, p)
    seed_fat(populations["adipocyte"], trabecula, rng, p, fat_fraction)


def _new(population: Population, rng: np.random.Generator, n: int) -> NDArray[np.void]:
    rows = np.zeros(n, population.dtype)
    rows["id"] = rng.integers(1, 2**63 - 1, n)
    return rows


def bury_osteocytes(
    population: Population, trabecula: Trabecula, rng: np.random.Generator, p: np.void, day: int
) -> None:
    """Bury osteocytes in every slice, as many as have survived to its age."""
    parts = [
        _drawn(trabecula, slice(first, first + BLOCK), rng, p, day)
        for first in range(0, trabecula.n_columns, BLOCK)
    ]
    columns, slices = (np.concatenate(part) for part in zip(*parts, strict=True))
    rows = _new(population, rng, len(columns))
    rows["site"] = columns
    rows["z"] = slices * trabecula.slice_nm + rng.integers(1, trabecula.slice_nm, len(columns))
    rows["age"] = day - trabecula.born[columns, slices]
    rows["secretion"] = 1.0
    rows["customary_strain"] = customary_strain(trabecula, p)[columns]
    population.append(rows)


def _drawn(
    trabecula: Trabecula, block: slice, rng: np.random.Generator, p: np.void, day: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Draw which slices of a block of columns hold an osteocyte; returns columns and slices."""
    z0 = np.arange(trabecula.n_slices) * trabecula.slice_nm
    front, back = (h.reshape(-1, 1)[block] for h in trabecula.heights())
    inside = (z0 >= back) & (z0 + trabecula.slice_nm <= front)
    years = (day - trabecula.born[block]) / 365.0
    per_slice = p["osteocyte_density_per_mm3"] * trabecula.slice_um * trabecula.site_um**2 * 1e-9
    alive = per_slice * inside * survival(years, p)
    columns, slices = np.nonzero(rng.random(alive.shape) < alive)
    return columns + block.start, slices


def survival(years: NDArray[np.float64], p: np.void) -> NDArray[np.float64]:
    """Return the share of osteocytes that are alive at an age, without estrogen loss."""
    cubed = years + years**3 / (3.0 * p["osteocyte_ageing_years"] ** 2)
    return np.exp(-cubed / p["osteocyte_life_years"])


def customary_strain(trabecula: Trabecula, p: np.void) -> NDArray[np.float64]:
    """Return the strain of each column under the customary load: what its cells are used to."""
    thick = trabecula.thickness_nm().ravel() / 1000.0
    share = p["mechanics_local_share"]
    mean = thick.mean()
    return mean / (share * thick + (1.0 - share) * mean)


def seed_msc(
    population: Population, trabecula: Trabecula, rng: np.random.Generator, p: np.void
) -> None:
    """Scatter free mesenchymal stem cells."""
    count = round(p["msc_density_per_mm2"] * trabecula.surface_mm2)
    rows = _new(population, rng, count)
    rows["site"] = rng.integers(0, trabecula.n_sites, count)
    rows["drive"] = np.exp(p["msc_fate_spread"] * rng.standard_normal(count))
    rows["runx2"], rows["pparg"] = 0.7, 0.2
    rows["cxcr4"], rows["life_days"] = p["msc_cxcr4"], p["msc_life_days"]
    population.append(rows)


def seed_precursors(
    population: Population, trabecula: Trabecula, rng: np.random.Generator, p: np.void
) -> None:
    """Scatter osteoclast precursors at their steady number."""
    per_day = p["precursor_births_per_vessel_day"] * len(trabecula.vessels)
    count = round(per_day * p["precursor_life_days"] * 0.8)
    rows = _new(population, rng, count)
    rows["site"] = rng.integers(0, trabecula.n_sites, count)
    rows["age"] = rng.exponential(p["precursor_life_days"], count)
    population.append(rows)


def seed_fat(
    population: Population,
    trabecula: Trabecula,
    rng: np.random.Generator,
    p: np.void,
    fraction: float,
) -> None:
    """Place adipocytes until they cover `fraction` of the marrow above the surface."""
    area_um2 = math.pi * p["adipocyte_radius_um"] ** 2 * math.exp(2 * p["adipocyte_radius_sd"] ** 2)
    # Discs overlap by chance: n discs of area a cover 1 - exp(-n a / A).
    wanted = -math.log1p(-fraction) * trabecula.surface_mm2 * 1e6 / area_um2
    rows = _new(population, rng, round(wanted))
    rows["site"] = rng.integers(0, trabecula.n_sites, len(rows))
    spread = p["adipocyte_radius_sd"] * rng.standard_normal(len(rows))
    rows["radius_um"] = p["adipocyte_radius_um"] * np.exp(spread)
    rows["age"] = rng.exponential(p["adipocyte_life_days"], len(rows))
    population.append(rows)
