"""c - L^2 lap(c) = s with the five-point Laplacian on periodic faces, solved without iteration.

Fourier along x leaves, for each wave number, a constant three-term equation along y. Its solution
is a geometric recursion up and another one down, each closed around the ring. In single precision
the error is about 1e-7 of the peak.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from bmu_abm.compiled import helper, kernel

# Larger stacks of fields are solved face by face and transformed in bands of rows: what the
# transforms return then stays in the processor's cache and needs no fresh memory pages.
ALL_AT_ONCE = 500_000
BAND = 32_000  # elements
NOTHING = np.float32(1e-30)  # below it a recursion ends, before numbers that slow processors down


class Solver:
    """Solves several fields of one grid at once.

    Parameters
    ----------
    lengths : sequence of float
        Decay length of each field, in grid cells.
    ny, nx : int
        Grid of a face.
    """

    def __init__(self, lengths: list[float], ny: int, nx: int) -> None:
        self._shape = (len(lengths), 2, ny, nx)
        self._factors = np.stack([factors(length, ny, nx) for length in lengths])
        self._spectrum = np.empty((ny, nx // 2 + 1), np.complex64)

    def solve(self, source: NDArray[np.float32], out: NDArray[np.float32]) -> None:
        """Write the first fields of the stack to `out`, as many as `source` has rows."""
        shape = (len(source), *self._shape[1:])
        sources, fields = source.reshape(shape), out.reshape(shape)
        if source.size <= ALL_AT_ONCE:
            _solve(sources, self._factors[: len(source)], fields)
            return
        for row in range(len(source)):
            for face in range(2):
                self._solve_face(sources[row, face], self._factors[row], fields[row, face])

    def _solve_face(self, source: NDArray, factor: NDArray, out: NDArray) -> None:
        ny, nx = source.shape
        spectrum = self._spectrum
        height = max(1, BAND // nx)
        bands = [slice(first, first + height) for first in range(0, ny, height)]
        for band in bands:
            spectrum[band] = fft.rfft(source[band])
        recur(spectrum.view(np.float32)[None, None], factor[None])
        for band in bands:
            solved = fft.irfft(spectrum[band], n=nx, overwrite_x=True)
            np.maximum(solved, np.float32(0.0), out=out[band])


def factors(length: float, ny: int, nx: int) -> NDArray[np.float32]:
    """Return ratio, closure and gain of the recursions for each wave number of `rfft`.

    Shape (3, 2 (nx // 2 + 1)): each factor stands twice, for the real and the imaginary part.
    """
    square = length * length
    wave = 2.0 - 2.0 * np.cos(2.0 * np.pi * np.arange(nx // 2 + 1) / nx)
    middle = 1.0 + square * (2.0 + wave)
    ratio = 2.0 * square / (middle + np.sqrt(middle * middle - 4.0 * square * square))
    rows = np.stack([ratio, 1.0 / (1.0 - ratio**ny), ratio / square])
    return np.repeat(rows, 2, axis=-1).astype(np.float32)


def _solve(source: NDArray, factor: NDArray, out: NDArray) -> None:
    spectrum = fft.rfft(source)
    recur(spectrum.view(np.float32), factor)
    solved = fft.irfft(spectrum, n=source.shape[-1], overwrite_x=True)
    np.maximum(solved, np.float32(0.0), out=out)


@helper
def carried(before, ratio, source):
    """Return the next term of a recursion, or 0 where nothing is left of it."""
    term = before * ratio + source
    return term if abs(term) > NOTHING else np.float32(0.0)


@kernel
def recur(spectrum, factor):
    """Solve along y, in place: `spectrum` (fields, faces, ny, m), `factor` (fields, 3, m)."""
    n_fields, n_faces, ny, m = spectrum.shape
    last = np.empty(m, np.float32)
    for f in range(n_fields):
        ratio, closure, gain = factor[f, 0], factor[f, 1], factor[f, 2]
        for face in range(n_faces):
            rows = spectrum[f, face]
            last[:] = 0.0
            for y in range(ny):  # what comes around the ring
                for k in range(m):
                    last[k] = carried(last[k], ratio[k], rows[y, k])
            for k in range(m):
                last[k] *= closure[k]
            for y in range(ny):
                for k in range(m):
                    last[k] = carried(last[k], ratio[k], rows[y, k])
                    rows[y, k] = last[k]
            last[:] = 0.0
            for y in range(ny - 1, -1, -1):
                for k in range(m):
                    last[k] = carried(last[k], ratio[k], rows[y, k])
            for k in range(m):
                last[k] *= closure[k]
            for y in range(ny - 1, -1, -1):
                for k in range(m):
                    last[k] = carried(last[k], ratio[k], rows[y, k])
                    rows[y, k] = last[k] * gain[k]
