"""What changed since the frame before: most of a bone is as it was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

MARK = "@"
_LEAST_BYTES = 1024
_WORTH = 0.7


class Changes:
    """Remembers the arrays of the last frame, and leaves out of the next what is the same."""

    def __init__(self) -> None:
        self._before: Mapping[str, NDArray[Any]] = {}

    @property
    def whole(self) -> bool:
        """Whether nothing is known yet, so that the next frame is a whole one."""
        return not self._before

    def forget(self) -> None:
        """Send the next frame whole."""
        self._before = {}

    def of(self, arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """Return arrays, or the values that changed with their places in ``NAME@`` (flat).

        Parameters
        ----------
        arrays : mapping of str to ndarray
            Of a frame; must not be changed later.
        """
        found: dict[str, NDArray[Any]] = {}
        for name, values in arrays.items():
            places = self._changed(name, values)
            if places is None:
                found[name] = values
            else:
                found[name + MARK] = places
                found[name] = values.ravel()[places]
        self._before = arrays
        return found

    def _changed(self, name: str, values: NDArray[Any]) -> NDArray[Any] | None:
        """Return the places of what changed; None where the whole array is the shorter message."""
        before = self._before.get(name)
        if before is None or before.shape != values.shape or before.dtype != values.dtype:
            return None
        if values.nbytes < _LEAST_BYTES:
            return None
        places = np.flatnonzero(before != values)
        kind = np.dtype("<u2" if values.size <= 1 << 16 else "<u4")
        if len(places) * (kind.itemsize + values.itemsize) > _WORTH * values.nbytes:
            return None
        return places.astype(kind)
