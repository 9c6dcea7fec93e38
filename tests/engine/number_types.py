# SPDX-License-Identifier: Apache-2.0
"""Numbers of each type that float32 or 32 bits do not hold, and what ops make of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from onnx_oracle import Array

SIGNED = ["int8", "int16", "int32", "int64"]
UNSIGNED = ["uint8", "uint16", "uint32", "uint64"]
INTEGERS = SIGNED + UNSIGNED

# Ops whose results are those of numpy for every integer type and float64: test_number_types.py.
COMPUTED = {
    "Abs",
    "Add",
    "Addcdiv",
    "Addcmul",
    "AddN",
    "AddV2",
    "ArgMaxD",
    "ArgMaxV2",
    "ArgMaxWithValue",
    "ArgMin",
    "ArgMinD",
    "ArgMinWithValue",
    "Bias",
    "BiasAdd",
    "BatchMatMul",
    "BatchMatMulV2",
    "BatchMatMulV3",
    "Cast",
    "Ceil",
    "ClipByValue",
    "Cumsum",
    "CumsumD",
    "Div",
    "Equal",
    "Eltwise",
    "Floor",
    "FloorDiv",
    "FloorMod",
    "FusedMulAdd",
    "GlobalAveragePool",
    "Greater",
    "GreaterEqual",
    "Less",
    "Lerp",
    "LessEqual",
    "MatMul",
    "MatMulV2",
    "MatMulV3",
    "Maximum",
    "Minimum",
    "Mod",
    "Mul",
    "Neg",
    "NotEqual",
    "OnesLike",
    "Pow",
    "RealDiv",
    "ReduceMax",
    "ReduceMaxD",
    "ReduceMean",
    "ReduceMeanD",
    "ReduceMin",
    "ReduceMinD",
    "ReduceProd",
    "ReduceProdD",
    "ReduceSum",
    "ReduceSumD",
    "Relu",
    "Relu6",
    "Rint",
    "Round",
    "Scale",
    "Sign",
    "Square",
    "SquaredDifference",
    "Sub",
    "TopK",
    "TopKD",
    "TopKV2",
    "ZerosLike",
}

# Of integers whose numbers float32 holds, the same.
COMPUTED_OF_FEW_BITS = {"MaxPool", "MaxPoolV2", "MaxPoolV3"}

# Ops that only move elements: which of the input's, float32 shows.
MOVING = {
    "BatchToSpaceND",
    "BatchToSpaceNDD",
    "BroadcastTo",
    "BroadcastToD",
    "CacheUpdate",
    "Concat",
    "ConcatD",
    "ConcatV2",
    "ConcatV2D",
    "ConfusionTranspose",
    "ConfusionTransposeD",
    "Crop",
    "DepthToSpace",
    "Dropout",
    "Expand",
    "ExpandD",
    "ExpandDims",
    "Fill",
    "FillD",
    "Flatten",
    "FlattenV2",
    "Gather",
    "GatherElements",
    "GatherNd",
    "GatherV2",
    "GatherV2D",
    "GuaranteeConst",
    "Identity",
    "IdentityN",
    "MaskedFill",
    "MemcpyAddrAsync",
    "MemcpyAsync",
    "MirrorPad",
    "OneHot",
    "OneHotD",
    "Pack",
    "Pad",
    "PadD",
    "PadV2",
    "PadV3",
    "PadV3D",
    "Permute",
    "PreventGradient",
    "ReFormat",
    "Reshape",
    "Resize",
    "ResizeD",
    "ResizeNearestNeighborV2",
    "ResizeNearestNeighborV2D",
    "ReverseV2",
    "ReverseV2D",
    "Select",
    "SelectV2",
    "ShuffleChannel",
    "Slice",
    "SliceD",
    "Snapshot",
    "SpaceToBatchND",
    "SpaceToBatchNDD",
    "SpaceToDepth",
    "Split",
    "SplitD",
    "SplitV",
    "SplitVD",
    "Squeeze",
    "SqueezeV2",
    "SqueezeV3",
    "StopGradient",
    "StridedRead",
    "StridedSlice",
    "StridedSliceD",
    "StridedSliceV2",
    "StridedSliceV3",
    "StridedWrite",
    "Tile",
    "TileD",
    "TileWithAxis",
    "TransData",
    "Transpose",
    "TransposeD",
    "Unpack",
    "Unsqueeze",
    "UnsqueezeV2",
    "UnsqueezeV3",
}


def awkward(dtype: str) -> Array:
    """Numbers near the limits of `dtype`, float32 and 32 bits, and small ones of each sign."""
    numbers = [0, 1, -1, 2, -2, 3, -3, 7, -7, 100, -100]
    for power in (7, 8, 15, 16, 24, 31, 32, 40, 53, 63, 64):
        for step in (-1, 0, 1):
            numbers += [2**power + step, -(2**power) + step]
    if dtype == "float64":
        return np.array([number + 0.1 for number in numbers])
    limits = np.iinfo(dtype)
    return np.array([n for n in numbers if limits.min <= n <= limits.max], dtype)


def pairs(dtype: str) -> tuple[Array, Array]:
    """Every awkward number with every other."""
    numbers = awkward(dtype)
    a, b = np.meshgrid(numbers, numbers)
    return a.copy(), b.copy()


def some(dtype: str, rng: np.random.Generator, *shape: int) -> Array:
    """Awkward numbers in a shape."""
    return rng.choice(awkward(dtype), shape)


def truncated(a: Array, b: Array) -> Array:
    """A quotient that is rounded towards zero."""
    if a.dtype.kind == "f":
        return np.asarray(a / b)
    return np.asarray((a - np.fmod(a, b)) // b)


def power(a: Array, b: Array) -> Array:
    """Answer a**b in the type of a; of a negative exponent what an integer has of it."""

    def one(base: Any, exponent: Any) -> int:
        if exponent < 0:
            return {1: 1, -1: -1 if exponent % 2 else 1}.get(int(base), 0)
        bits = 8 * a.dtype.itemsize
        return pow(int(base), int(exponent), 1 << bits)

    if a.dtype.kind == "f":
        return np.asarray(np.power(a, b))
    flat = [one(x, y) for x, y in zip(a.ravel(), b.ravel(), strict=True)]
    unsigned = np.array([x % (1 << (8 * a.dtype.itemsize)) for x in flat], np.uint64)
    return unsigned.astype(a.dtype).reshape(a.shape)
