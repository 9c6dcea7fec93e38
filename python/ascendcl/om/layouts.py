# SPDX-License-Identifier: Apache-2.0
"""How a tensor is laid out in device memory: the shapes and the encoders of the fractal layouts.

A tensor has a logical shape in a plain format (NCHW, NHWC, HWCN, ND) and a stored layout, which is
that same format or one of ``NC1HWC0``, ``FRACTAL_Z`` (filters) and ``FRACTAL_NZ`` (matrices). The
encoders fill the positions that hold no element with zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import lcm

import numpy as np
import numpy.typing as npt

N0 = 16
"""Rows of a fractal block."""

C0 = 16
"""Columns of a fractal block of 16-bit elements."""

FORMATS = {
    "NCHW": 0,
    "NHWC": 1,
    "ND": 2,
    "NC1HWC0": 3,
    "FRACTAL_Z": 4,
    "HWCN": 16,
    "FRACTAL_NZ": 29,
}
"""Format numbers of the ACL interface by layout name."""

BLOCKED = frozenset({"NC1HWC0", "FRACTAL_Z", "FRACTAL_NZ"})
"""Layouts whose stored shape differs from the logical one."""

_AXES = {"NCHW": "NCHW", "NHWC": "NHWC", "HWCN": "HWCN"}

Array = npt.NDArray[np.generic]


def _ceil_div(a: int, b: int) -> int:
    return -(-a // b)


def _order(origin_format: str, layout: str) -> tuple[int, ...]:
    if origin_format not in _AXES:
        raise ValueError(f"{layout} needs an origin format of {sorted(_AXES)}, not {origin_format}")
    return tuple(origin_format.index(axis) for axis in "NCHW")


def _nchw(shape: Sequence[int], origin_format: str, layout: str) -> tuple[int, int, int, int]:
    if layout == "NC1HWC0" and len(shape) == 1:
        return 1, shape[0], 1, 1
    order = _order(origin_format, layout)
    if len(shape) != 4:
        raise ValueError(f"{layout} needs a logical shape of 4 dimensions, not {tuple(shape)}")
    n, c, h, w = (shape[i] for i in order)
    return n, c, h, w


def _fractal_z_block(n: int, c: int, groups: int) -> tuple[int, int, int]:
    """Groups per block, then C1 and N1 of one block."""
    if groups < 1 or n % groups:
        raise ValueError(f"{n} outputs cannot be split into {groups} groups")
    n_group = n // groups
    per_block = min(lcm(lcm(c, C0) // c, lcm(n_group, N0) // n_group), groups)
    return per_block, _ceil_div(per_block * c, C0), _ceil_div(per_block * n_group, N0)


def stored_shape(
    shape: Sequence[int], origin_format: str, layout: str, groups: int = 1
) -> tuple[int, ...]:
    """Answer the shape in which a tensor is stored.

    Parameters
    ----------
    shape
        Logical shape. For a filter in ``FRACTAL_Z`` the channels are those of one group.
    origin_format
        Names the logical axes: ``NCHW``, ``NHWC``, ``HWCN`` or ``ND``.
    layout
        Stored layout; a plain one stores the logical shape.
    groups
        Groups of the convolution, for ``FRACTAL_Z``.
    """
    if layout not in FORMATS:
        raise ValueError(f"unknown layout {layout!r}, expected one of {sorted(FORMATS)}")
    if layout == "NC1HWC0":
        n, c, h, w = _nchw(shape, origin_format, layout)
        return n, _ceil_div(c, C0), h, w, C0
    if layout == "FRACTAL_Z":
        n, c, kh, kw = _nchw(shape, origin_format, layout)
        per_block, c1, n1 = _fractal_z_block(n, c, groups)
        return _ceil_div(groups, per_block) * c1 * kh * kw, n1, N0, C0
    if layout == "FRACTAL_NZ":
        if len(shape) < 2:
            raise ValueError(f"FRACTAL_NZ needs at least 2 dimensions, not {tuple(shape)}")
        *batch, m, n = shape
        return *batch, _ceil_div(n, C0), _ceil_div(m, N0), N0, C0
    return tuple(shape)


def encode(array: npt.ArrayLike, origin_format: str, layout: str, groups: int = 1) -> Array:
    """Rearrange a logical tensor into its stored layout.

    Parameters
    ----------
    array
        Logical tensor.
    origin_format, layout, groups
        As in :func:`stored_shape`.

    Returns
    -------
    numpy.ndarray
        C-contiguous, of the dtype of `array` and the stored shape.
    """
    logical = np.asarray(array)
    target = stored_shape(logical.shape, origin_format, layout, groups)
    if layout == "NC1HWC0":
        return _encode_nc1hwc0(logical, origin_format, target)
    if layout == "FRACTAL_Z":
        return _encode_fractal_z(logical, origin_format, groups, target)
    if layout == "FRACTAL_NZ":
        return _encode_fractal_nz(logical, target)
    return np.ascontiguousarray(logical)


def _encode_nc1hwc0(logical: Array, origin_format: str, target: tuple[int, ...]) -> Array:
    if logical.ndim == 1:
        nchw = logical.reshape(1, -1, 1, 1)
    else:
        nchw = logical.transpose(_order(origin_format, "NC1HWC0"))
    n, c1, h, w, c0 = target
    padded = np.zeros((n, c1 * c0, h, w), logical.dtype)
    padded[:, : nchw.shape[1]] = nchw
    return np.ascontiguousarray(padded.reshape(n, c1, c0, h, w).transpose(0, 1, 3, 4, 2))


def _encode_fractal_z(
    logical: Array, origin_format: str, groups: int, target: tuple[int, ...]
) -> Array:
    nchw = logical.transpose(_order(origin_format, "FRACTAL_Z"))
    n, c, kh, kw = nchw.shape
    per_block, c1, n1 = _fractal_z_block(n, c, groups)
    n_group = n // groups
    # Each block is one dense filter with its groups on the diagonal.
    blocks = np.zeros((_ceil_div(groups, per_block), n1 * N0, c1 * C0, kh, kw), logical.dtype)
    for group in range(groups):
        block, place = divmod(group, per_block)
        rows = slice(place * n_group, (place + 1) * n_group)
        columns = slice(place * c, (place + 1) * c)
        blocks[block, rows, columns] = nchw[group * n_group : (group + 1) * n_group]
    split = blocks.reshape(len(blocks), n1, N0, c1, C0, kh, kw)
    return np.ascontiguousarray(split.transpose(0, 3, 5, 6, 1, 2, 4)).reshape(target)


def _encode_fractal_nz(logical: Array, target: tuple[int, ...]) -> Array:
    *batch, n1, m1, m0, n0 = target
    padded = np.zeros((*batch, m1 * m0, n1 * n0), logical.dtype)
    padded[..., : logical.shape[-2], : logical.shape[-1]] = logical
    split = padded.reshape(*batch, m1, m0, n1, n0)
    return np.ascontiguousarray(np.moveaxis(split, -2, -4))
