# SPDX-License-Identifier: Apache-2.0
"""What a model takes and gives: names, shapes, types, in one shape or per gear."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import numpy as np

from ascendcl.dtypes import dtype_of, format_name

if TYPE_CHECKING:
    from ascendcl import _acl

# An input that ATC adds to models whose shapes are chosen at run time.
GEAR_INPUT = "ascend_mbatch_shape_data"

# How ATC names an output: node, number of its output, tensor of the source model.
_OUTPUT_NAME = re.compile(r"(?P<node>.+?):(?P<index>\d+):(?P<tensor>.+)", re.DOTALL)


@dataclass(frozen=True)
class TensorInfo:
    """An input or output of a model.

    A size is -1 where each call chooses it: among the model's gears, or with dynamic shapes within
    `ranges`. `nbytes` is then that of the largest shape, 0 where there is none.

    `ranges` has the least and the greatest size of each axis of an input with dynamic shapes, None
    where there is no greatest, and is empty for others.

    `aipp` is ``static`` or ``dynamic`` of an input whose pictures the model preprocesses: it takes
    any array of bytes that holds as many as there are in its pictures.
    """

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    format: str
    nbytes: int
    ranges: tuple[tuple[int, int | None], ...] = ()
    aipp: str = ""

    @property
    def tensor(self) -> str:
        """The name in the source model: "y" of an output that ATC calls "node:0:y"."""
        found = _OUTPUT_NAME.fullmatch(self.name)
        return found["tensor"] if found else self.name


@dataclass(frozen=True)
class Gear:
    """One of the shapes that a model with several was compiled for.

    Batch sizes, image sizes and free dimensions are all told as the shapes that follow from them:
    one per input and output.
    """

    inputs: tuple[tuple[int, ...], ...]
    outputs: tuple[tuple[int, ...], ...]


def infos_of(described: _acl.core._Described) -> tuple[TensorInfo, ...]:
    """Make them of what the runtime describes."""
    return tuple(
        TensorInfo(
            name, shape, dtype_of(dtype), format_name(format_), nbytes, _limits(shape, ranges)
        )
        for name, shape, dtype, format_, nbytes, ranges in described
    )


def _limits(
    shape: tuple[int, ...], ranges: Sequence[tuple[int, int]]
) -> tuple[tuple[int, int | None], ...]:
    """The ranges of a shape that is open; the runtime writes -1 for what has no limit."""
    if all(size >= 0 for size in shape):
        return ()
    return tuple((max(low, 0), None if high < 0 else high) for low, high in ranges)


def in_gear(
    infos: Sequence[TensorInfo], shapes: Sequence[tuple[int, ...]]
) -> tuple[TensorInfo, ...]:
    """Answer the tensors in the shapes that one gear has for them."""
    return tuple(
        replace(info, shape=shape, nbytes=math.prod(shape) * info.dtype.itemsize)
        for info, shape in zip(infos, shapes, strict=True)
    )


def with_open_sizes(outputs: Sequence[TensorInfo], gears: Sequence[Gear]) -> tuple[TensorInfo, ...]:
    """The outputs with -1 where the gears differ; the runtime reports those of the largest."""
    if not gears:
        return tuple(outputs)
    infos = []
    for info, shapes in zip(outputs, zip(*(g.outputs for g in gears), strict=True), strict=True):
        by_axis = zip_longest(*shapes, fillvalue=-1)
        shape = tuple(sizes[0] if len(set(sizes)) == 1 else -1 for sizes in by_axis)
        infos.append(replace(info, shape=shape))
    return tuple(infos)


def named_shapes(names: Sequence[str], shapes: Sequence[tuple[int, ...]]) -> str:
    """Write shapes with their names."""
    return ", ".join(f"{name} {shape}" for name, shape in zip(names, shapes, strict=True))


def check_runnable(inputs: Sequence[TensorInfo]) -> None:
    """Refuse a model with inputs that a user does not feed.

    Raises
    ------
    NotImplementedError
        It has one.
    """
    for info in inputs:
        if info.name == GEAR_INPUT:
            raise NotImplementedError(
                f"{info.name!r} of shape {info.shape}: acl.Model does not run models whose gears "
                "are not told; the flat functions of acl.mdl may"
            )
