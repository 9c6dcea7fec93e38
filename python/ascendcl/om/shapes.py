# SPDX-License-Identifier: Apache-2.0
"""ATC's options for shapes, as they are written on its command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

Dim: TypeAlias = "int | tuple[int, int]"
"""A size, -1 for an open one, or the least and the greatest size (-1: no greatest)."""

Shapes: TypeAlias = Mapping[str, Sequence[Dim]]


def parse_input_shape(text: str, option: str = "--input_shape") -> dict[str, list[Dim]]:
    """Read ``name:1,3,-1,1~640;other:8``.

    A name may hold colons: the shape stands behind the last one.

    Raises
    ------
    ValueError
        The text is not of that form; the part is named.
    """
    shapes: dict[str, list[Dim]] = {}
    for part in filter(None, (piece.strip() for piece in text.split(";"))):
        name, colon, dims = part.rpartition(":")
        if not colon or not name:
            raise ValueError(f"{option}: {part!r} is not of the form name:1,3,-1,1~640")
        sizes = dims.split(",") if dims.strip() else []
        try:
            shapes[name] = [_dim(size) for size in sizes]
        except ValueError as error:
            raise ValueError(f"{option}: {part!r}: {error}") from None
    if not shapes:
        raise ValueError(f"{option}: no shape is given; the form is name:1,3,224,224;other:1,8")
    return shapes


def _dim(text: str) -> Dim:
    low, tilde, high = text.partition("~")
    try:
        dim: Dim = (int(low), int(high)) if tilde else int(low)
    except ValueError:
        raise ValueError(f"{text.strip()!r} is no size, -1 or range (1~640)") from None
    require_dim(dim)
    return dim


def require_dim(dim: Dim) -> None:
    """Refuse a negative size that is not -1, and a range that ends before it begins.

    Raises
    ------
    ValueError
        With the dim as the command line has it.
    """
    if not isinstance(dim, tuple):
        if dim < -1:
            raise ValueError(f"{dim} is no size; an open one is -1")
        return
    low, high = dim
    if low < 0 or high < -1:
        raise ValueError(
            f"{low}~{high} is no range of sizes; one without an end is {max(low, 0)}~-1"
        )
    if -1 != high < low:
        raise ValueError(f"{low}~{high} is no range: it ends before it begins")


def parse_sizes(text: str, option: str) -> list[int]:
    """Read ``1,2,4,8``: sizes above 0."""
    try:
        sizes = [int(size) for size in text.split(",")]
    except ValueError:
        raise ValueError(f"{option}: {text!r} is not a list of sizes as 1,2,4,8") from None
    if any(size < 1 for size in sizes):
        raise ValueError(f"{option}: sizes are above 0, not {text!r}")
    return sizes


def parse_size_lists(text: str, option: str) -> list[list[int]]:
    """Read ``416,416;832,832``: as many sizes in each list, no list twice."""
    lists = [parse_sizes(part, option) for part in text.split(";") if part.strip()]
    if len({len(sizes) for sizes in lists}) > 1:
        raise ValueError(f"{option}: {text!r} gives lists of different lengths")
    if len(set(map(tuple, lists))) != len(lists):
        raise ValueError(f"{option}: {text!r} gives a list twice")
    return lists
