"""One binary message: a short JSON header, then arrays one after the other.

Layout: length of the header (uint32, little endian), the header in UTF-8, spaces up to a multiple
of 4, the arrays, each at a multiple of 4. The header holds `meta` and, for each array, `name`,
`type` (NumPy's code), `shape` and `at` (bytes from the first array).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

TYPES = ("|u1", "|i1", "<u2", "<i2", "<u4", "<i4", "<f4")
_ALIGN = 4


def pack(meta: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Return the message.

    Raises
    ------
    ValueError
        The type of an array cannot be read in a browser.
    """
    listed, parts, at = [], [], 0
    for name, values in arrays.items():
        values = np.ascontiguousarray(values)
        if values.dtype.str not in TYPES:
            raise ValueError(f"{name} is of type {values.dtype.str}")
        listed.append(
            {"name": name, "type": values.dtype.str[1:], "shape": list(values.shape), "at": at}
        )
        data = values.tobytes()
        data += b"\0" * (-len(data) % _ALIGN)
        parts.append(data)
        at += len(data)
    header = json.dumps({"meta": meta, "arrays": listed}, separators=(",", ":")).encode()
    header += b" " * (-len(header) % _ALIGN)
    return len(header).to_bytes(4, "little") + header + b"".join(parts)


def unpack(message: bytes) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Return `meta` and the arrays of a message."""
    size = int.from_bytes(message[:4], "little")
    header = json.loads(message[4 : 4 + size])
    first, arrays = 4 + size, {}
    for one in header["arrays"]:
        code = one["type"] if one["type"] in ("u1", "i1") else "<" + one["type"]
        count = int(np.prod(one["shape"]))
        flat = np.frombuffer(message, np.dtype(code), count, first + one["at"])
        arrays[one["name"]] = flat.reshape(one["shape"])
    return header["meta"], arrays
