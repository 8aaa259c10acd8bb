"""Sites, faces and columns: where a neighbour is and which column a site ends.

Flat site index `s = (face * ny + y) * nx + x`, face 0 in front and 1 behind; each face is periodic
by itself. The two ends of a column are `(0, y, x)` and `(1, y, nx - 1 - x)`; a column has the
index of its front site.
"""

from __future__ import annotations

import numpy as np

from bmu_abm.compiled import helper

FRONT, BACK = 0, 1
SITE_UM = 10.0  # for which the rules are written


@helper
def neighbour(s, dx, dy, nx, ny):
    """Return the site `dx` to the right of and `dy` below `s` on the same face."""
    row = s // nx
    first = ny if row >= ny else 0
    x = wrapped(s - row * nx + dx, nx)
    y = wrapped(row - first + dy, ny)
    return (first + y) * nx + x


@helper
def strode(s, dx, dy, nx, ny):
    """Return the site nearest to a real offset (dx, dy) in sites from the middle of `s`."""
    return neighbour(s, int(np.rint(dx)), int(np.rint(dy)), nx, ny)


@helper
def wrapped(x, n):
    """Return x modulo n; fast where x is at most one period away."""
    if x < 0:
        x += n
    elif x >= n:
        x -= n
    return x if 0 <= x < n else x % n


@helper
def partner(s, nx, ny):
    """Return the site at the other end of the column of `s`."""
    row = s // nx
    x = s - row * nx
    other = row + ny if row < ny else row - ny
    return other * nx + (nx - 1 - x)


@helper
def column_of(s, nx, ny):
    """Return the column of which `s` is an end."""
    return s if s < nx * ny else partner(s, nx, ny)


@helper
def back_site(c, nx, ny):
    """Return the back site of column `c`."""
    return partner(c, nx, ny)


@helper
def outward(s, nx, ny):
    """Return +1 on the front face, where the surface rises with z, and -1 on the back."""
    return 1 if s < nx * ny else -1


@helper
def separation(a, b, nx, ny):
    """Return the periodic offset (dx, dy) in sites from `a` to `b`, both on one face."""
    row_a, row_b = a // nx, b // nx
    dx = (b - row_b * nx) - (a - row_a * nx)
    dy = (row_b - ny if row_b >= ny else row_b) - (row_a - ny if row_a >= ny else row_a)
    if dx > nx // 2:
        dx -= nx
    elif dx < -(nx // 2):
        dx += nx
    if dy > ny // 2:
        dy -= ny
    elif dy < -(ny // 2):
        dy += ny
    return dx, dy
