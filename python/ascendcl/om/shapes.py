# SPDX-License-Identifier: Apache-2.0
"""ATC's options for shapes, as they are written on its command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

Dim: TypeAlias = "int | tuple[int, int]"
"""A size, -1 for an open one, or the least and the greatest size (-1: no greatest)."""

Shapes: TypeAlias = Mapping[str, Sequence[Dim]]


def parse_input_shape(text: str) -> dict[str, list[Dim]]:
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
            raise ValueError(f"{part!r} is not of the form name:1,3,-1,1~640")
        shapes[name] = [_dim(dim, part) for dim in dims.split(",")] if dims.strip() else []
    if not shapes:
        raise ValueError("no shape is given; the form is name:1,3,224,224;other:1,8")
    return shapes


def _dim(text: str, part: str) -> Dim:
    try:
        low, tilde, high = text.partition("~")
        first = int(low)
        if not tilde:
            if first < -1:
                raise ValueError
            return first
        last = int(high)
        if first < 0 or (last != -1 and last < first):
            raise ValueError
        return first, last
    except ValueError:
        raise ValueError(f"{text.strip()!r} in {part!r} is no size, -1 or range (1~640)") from None


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
