# SPDX-License-Identifier: Apache-2.0
"""Along which axis, and in which sizes, a model takes batches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ascendcl.model import Model
    from ascendcl.tensor_info import TensorInfo

    Shapes = Sequence[tuple[int, ...]]
    # The shape of one row of each input.
    RowShapes = tuple[tuple[int, ...], ...]

__all__ = ["batch_sizes", "without_batch"]

# Of a model with any batch: each size is a program of its own, and the host runtime keeps eight.
DEFAULT_SIZES: Final = (1, 2, 4, 8)


def batch_sizes(model: Model, sizes: Sequence[int] | None) -> dict[RowShapes, list[int]]:
    """The sizes of batches that there are of each shape of rows.

    Parameters
    ----------
    model : Model
        With gears, dynamic along the first axes, or of one shape.
    sizes : sequence of int or None
        Which to use of those that the model has.

    Raises
    ------
    ValueError
        An input or output has no batch as its first axis, or the model does not have a size.
    """
    if model.gears:
        found: dict[RowShapes, list[int]] = {}
        for gear in model.gears:
            size = _common_size(model, gear.inputs, gear.outputs)
            found.setdefault(_rows_of(gear.inputs), []).append(size)
    elif any(info.ranges for info in model.inputs):
        found = {_dynamic_rows(model): _dynamic_sizes(model, sizes)}
    else:
        inputs = [info.shape for info in model.inputs]
        size = _common_size(model, inputs, [info.shape for info in model.outputs])
        found = {_rows_of(inputs): [size]}
    if sizes is None:
        return found
    for has in found.values():
        missing = sorted(set(sizes) - set(has))
        if missing or not sizes:
            raise ValueError(f"sizes: the model has batches of {sorted(has)}, not of {missing}")
    return {rows: sorted(sizes) for rows in found}


def without_batch(infos: Sequence[TensorInfo]) -> tuple[TensorInfo, ...]:
    """The tensors with any size along the first axis."""
    return tuple(replace(info, shape=(-1, *info.shape[1:]), ranges=()) for info in infos)


def _rows_of(shapes: Shapes) -> RowShapes:
    return tuple(shape[1:] for shape in shapes)


def _common_size(model: Model, inputs: Shapes, outputs: Shapes) -> int:
    size = inputs[0][0] if inputs and inputs[0] else 0
    named = [
        *(("input", info, shape) for info, shape in zip(model.inputs, inputs, strict=True)),
        *(("output", info, shape) for info, shape in zip(model.outputs, outputs, strict=True)),
    ]
    for role, info, shape in named:
        if not shape or shape[0] != size or size < 1:
            raise ValueError(
                f"{role} {info.name!r} has no batch as its first axis: its shape is {shape}, and "
                f"the first axis of input {model.inputs[0].name!r} is {size}"
            )
    return size


def _dynamic_rows(model: Model) -> RowShapes:
    for info in model.inputs:
        if not info.shape or any(size < 0 for size in info.shape[1:]) or info.shape[0] >= 0:
            raise ValueError(
                f"input {info.name!r}: of a model with dynamic shapes the first axis, and no "
                f"other, must be open; its shape is {info.shape}"
            )
    for info in model.outputs:
        if not info.shape or info.shape[0] >= 0:
            raise ValueError(
                f"output {info.name!r} has no batch as its first axis: its shape is {info.shape}"
            )
    return _rows_of([info.shape for info in model.inputs])


def _dynamic_sizes(model: Model, sizes: Sequence[int] | None) -> list[int]:
    limits = [info.ranges[0] for info in model.inputs if info.ranges]
    least = max(low for low, _ in limits)
    greatest = min((high for _, high in limits if high is not None), default=None)
    fitting = [
        size
        for size in (DEFAULT_SIZES if sizes is None else sizes)
        if size >= max(least, 1) and (greatest is None or size <= greatest)
    ]
    if not fitting:
        raise ValueError(f"sizes: none of them is within {least} to {greatest}")
    return fitting
