# SPDX-License-Identifier: Apache-2.0
"""Tensors of a graph under construction: data types, specifications and values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod
from typing import Any, Literal, NamedTuple, TypeAlias

from . import layouts
from .messages import TensorDescriptor

Dialect: TypeAlias = Literal["cann8", "cann5", "cann20"]
"""Whose habits a graph follows: those of CANN 7 and 8, or of CANN 5."""


class DataType(NamedTuple):
    """One data type, as it is numbered in GE IR and in the ACL interface."""

    proto: int
    acl: int
    size: int


DATA_TYPES = {
    "float32": DataType(1, 0, 4),
    "float16": DataType(2, 1, 2),
    "int8": DataType(3, 2, 1),
    "uint8": DataType(4, 4, 1),
    "int16": DataType(5, 6, 2),
    "uint16": DataType(6, 7, 2),
    "int32": DataType(7, 3, 4),
    "int64": DataType(8, 9, 8),
    "uint32": DataType(9, 8, 4),
    "uint64": DataType(10, 10, 8),
    "bool": DataType(11, 12, 1),
    "float64": DataType(12, 11, 8),
    "complex64": DataType(16, 16, 8),
    "complex128": DataType(17, 17, 16),
}
"""Data types by numpy name."""

_C0_CODE = 5  # C0 = 1 << (code - 1)


@dataclass(frozen=True)
class TensorSpec:
    """Shape, data type and layout of a tensor.

    Parameters
    ----------
    shape
        Logical shape, -1 for an unknown dimension. The channels of a grouped filter are those of
        one group.
    dtype
        Numpy name of the data type.
    format
        Names the logical axes: ``NCHW``, ``NHWC``, ``HWCN`` or ``ND``.
    layout
        How the tensor is stored: `format` if not given, else ``NC1HWC0``, ``FRACTAL_Z`` or
        ``FRACTAL_NZ``.
    groups
        Groups of a filter in ``FRACTAL_Z``.
    ranges
        Lowest and highest value per dimension, for an unknown shape.
    """

    shape: tuple[int, ...]
    dtype: str = "float16"
    format: str = "NCHW"
    layout: str = ""
    groups: int = 1
    ranges: tuple[tuple[int, int], ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape", tuple(self.shape))
        if not self.layout:
            object.__setattr__(self, "layout", self.format)
        if self.dtype not in DATA_TYPES:
            raise ValueError(f"unknown data type {self.dtype!r}")
        if self.format not in layouts.FORMATS or self.format in layouts.BLOCKED:
            raise ValueError(f"{self.format!r} does not name logical axes")
        if self.layout not in layouts.BLOCKED and self.layout != self.format:
            raise ValueError(f"a tensor in {self.format} cannot be stored as {self.layout}")
        layouts.stored_shape(self.shape, self.format, self.layout, self.groups)

    @property
    def stored_shape(self) -> tuple[int, ...]:
        """Shape in which the tensor is stored."""
        return layouts.stored_shape(self.shape, self.format, self.layout, self.groups)

    @property
    def nbytes(self) -> int:
        """Bytes of the stored tensor, 0 where a dimension is unknown."""
        if any(dim < 0 for dim in self.stored_shape):
            return 0
        return prod(self.stored_shape) * DATA_TYPES[self.dtype].size

    @property
    def memory_size(self) -> int:
        """Bytes that a compiler reserves: 32-byte blocks and one more, 0 where unknown."""
        return -(-self.nbytes // 32) * 32 + 32 if self.nbytes else 0

    def descriptor(self, dialect: Dialect) -> TensorDescriptor:
        """Describe the tensor as a compiled graph does."""
        format_number = layouts.FORMATS[self.layout]
        layout = self.layout
        desc = TensorDescriptor(
            dtype=DATA_TYPES[self.dtype].proto,
            shape=list(self.stored_shape),
            size=self.memory_size,
            device_type="NPU",
            real_dim_cnt=len(self.shape),
            attr={
                "origin_format": self.format,
                "origin_shape": list(self.shape),
                "origin_shape_initialized": True,
            },
        )
        if dialect == "cann8":
            if self.layout in layouts.BLOCKED:
                sub_format = self.groups if self.groups > 1 else 0
                format_number |= sub_format << 8 | _C0_CODE << 24
            desc.attr["format_for_int"] = format_number
            desc.attr["origin_format_for_int"] = layouts.FORMATS[self.format]
        else:
            desc.has_out_attr = True
            if self.groups > 1 and dialect == "cann5":
                layout += f":{self.groups}"
        desc.layout = layout
        if self.ranges:
            desc.attr["shape_range"] = [list(pair) for pair in self.ranges]
        return desc


@dataclass(frozen=True)
class Value:
    """An output of a node, as one of its consumers sees it."""

    node: str
    index: int
    spec: TensorSpec

    def viewed_as(self, **changes: Any) -> Value:
        """Change the consumer's specification, as where a compiler has removed a reshape.

        Parameters
        ----------
        **changes
            Fields of :class:`TensorSpec`.
        """
        return replace(self, spec=replace(self.spec, **changes))
