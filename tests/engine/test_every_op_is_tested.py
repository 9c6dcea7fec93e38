# SPDX-License-Identifier: Apache-2.0
"""Every op type and every fused op that the engine's tables name ran in a test of this folder."""

from __future__ import annotations

import pytest
from graphs import ran_tokens, ran_types, told_types, untold_types
from op_tables import elementwise_types, entries


@pytest.mark.usefixtures("whole_folder")
def test_every_op_type_ran() -> None:
    types = {entry[0] for entry in entries("OpEntry")} | set(elementwise_types().values())
    assert len(types) > 200
    assert sorted(types - ran_types) == []


@pytest.mark.usefixtures("whole_folder")
def test_every_fused_op_ran() -> None:
    tokens = {entry[0] for entry in entries("Token")} | set(elementwise_types())
    assert len(tokens) > 80
    assert sorted(tokens - ran_tokens) == []


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
