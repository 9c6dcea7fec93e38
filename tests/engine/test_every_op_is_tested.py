# SPDX-License-Identifier: Apache-2.0
"""Every op type and every fused op that the engine's tables name ran in a test of this folder."""

from __future__ import annotations

import numpy as np
import pytest
from graphs import examples, ran_tokens, ran_types, told_types, untold_types
from number_types import COMPUTED, COMPUTED_OF_FEW_BITS, MOVING, some
from op_tables import elementwise_types, entries

import ascendcl as acl
from onnx_oracle import Array

# Of which no test of this folder runs one node on plain float32, so that none is replayed here with
# integers either: test_integer_products has the convolutions and products.
NOT_RUN_ALONE = """
    BNInferenceD Conv2D Conv2DBackpropInput Conv2DBackpropInputD Conv2DTranspose Conv2DTransposeD
    Deconvolution DepthwiseConv2D DepthwiseConv2DNative FrameworkOp FullyConnection GEMM Gemm
    LogicalAnd LogicalNot LogicalOr RandomStandardNormal ReduceAll ReduceAllD ReduceAny ReduceAnyD
"""


def op_types() -> set[str]:
    return {entry[0] for entry in entries("OpEntry")} | set(elementwise_types().values())


@pytest.mark.usefixtures("whole_folder")
def test_every_op_type_ran() -> None:
    assert len(op_types()) > 200
    assert sorted(op_types() - ran_types) == []


@pytest.mark.usefixtures("whole_folder")
def test_every_fused_op_ran() -> None:
    tokens = {entry[0] for entry in entries("Token")} | set(elementwise_types())
    assert len(tokens) > 80
    # AIPP before a convolution: tests/aipp/test_compiled_graphs.py
    assert sorted(tokens - ran_tokens - {"aipp"}) == []


# What the declared output alone says: a size, a number of elements, or where to cut.
GO_BY_THE_DECLARED_DIMS = """
    ArgMaxWithValue ArgMinWithValue AvgPool AvgPoolV2 BroadcastTo BroadcastToD CacheUpdate Crop
    Expand ExpandD ExpandDims Fill FillD Flatten FlattenV2 MaxPool MaxPoolV2 MaxPoolV3 OneHot
    OneHotD Pooling ReFormat Reshape Resize ResizeBilinear ResizeBilinearV2 ResizeBilinearV2D
    ResizeD ResizeNearestNeighborV2 ResizeNearestNeighborV2D Split SplitD SplitV SplitVD Squeeze
    SqueezeV2 SqueezeV3 StridedRead StridedWrite TopK TopKD TopKV2 Unsqueeze UnsqueezeV2
    UnsqueezeV3 Upsample
"""


@pytest.mark.usefixtures("whole_folder")
def test_output_dims_that_are_left_open() -> None:
    assert sorted(untold_types) == GO_BY_THE_DECLARED_DIMS.split()
    assert not told_types & untold_types
    assert len(told_types) > 180


class Numbering:
    """Elements counted from 1: which of them lie where shows what an op moves; 0 is a fill."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, x: Array) -> Array:
        x = np.asarray(x)
        first = self.count + 1
        self.count += x.size
        return np.arange(first, self.count + 1, dtype=np.float32).reshape(x.shape)


@pytest.mark.usefixtures("whole_folder")
@pytest.mark.parametrize("dtype", ["int16", "uint32", "int64", "float64", "int8"])
def test_every_op_moves_numbers_as_they_are(dtype: str, rng: np.random.Generator) -> None:
    moving = sorted(MOVING & examples.keys())
    assert len(moving) > 60
    for type in moving:
        numbering = Numbering()
        places = examples[type].run(type, numbering, "float32")
        numbers = np.concatenate([np.zeros(1, dtype), some(dtype, rng, numbering.count)])
        again = Numbering()
        moved = examples[type].run(type, lambda x, a=again, n=numbers: n[a(x).astype(int)], dtype)
        for place, result in zip(places, moved, strict=True):
            if place.dtype != np.float32:  # of IdentityN
                continue
            expected = numbers[place.astype(int)]
            np.testing.assert_array_equal(result, expected, type, strict=True)


@pytest.mark.usefixtures("whole_folder")
@pytest.mark.parametrize("dtype", ["uint8", "int16", "int32", "uint64"])
def test_other_ops_refuse_integers(dtype: str, rng: np.random.Generator) -> None:
    """By the node's name and type, when the model is loaded: nothing is rounded."""
    others = sorted(examples.keys() - MOVING - COMPUTED)
    assert len(others) > 60
    if np.dtype(dtype).itemsize < 4:
        others = sorted(set(others) - COMPUTED_OF_FEW_BITS)
    for type in others:
        with pytest.raises(acl.AclError, match=rf"node '\w+' \({type}\)"):
            examples[type].run(type, lambda x: some(dtype, rng, *np.shape(x)), dtype)


@pytest.mark.usefixtures("whole_folder")
def test_every_op_has_a_rule_for_integers() -> None:
    assert op_types() >= MOVING | COMPUTED
    assert not MOVING & COMPUTED
    assert sorted(op_types() - MOVING - COMPUTED - examples.keys()) == NOT_RUN_ALONE.split()
