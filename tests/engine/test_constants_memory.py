# SPDX-License-Identifier: Apache-2.0
"""Many constants that share their bytes: what they take decoded has a bound that the file sets."""

from __future__ import annotations

from typing import cast

import numpy as np
import pytest
from graphs import plain

import ascendcl as acl
from ascendcl.om import GraphBuilder, Header, ModelBuilder, PartitionType, encode_container
from ascendcl.om.messages import TensorDef

COUNT = 1 << 18  # elements of each, 512 KiB stored and 1 MiB decoded


def sharing(constants: int) -> bytes:
    """A sum of constants that all lie at offset 0 of the weights."""
    graph = GraphBuilder("g")
    y = graph.data("x", plain((COUNT,)))
    for i in range(constants):
        half = graph.constant(f"c{i}", np.ones(COUNT), dtype="float16")
        y = graph.op("Add", [y, graph.op("Cast", [half], plain((COUNT,)))], plain((COUNT,)))
    graph.output([y])
    builder = ModelBuilder(graph)
    model = builder.model_def()
    for op in model.graph[0].op:
        if op.type == "Const":
            cast("TensorDef", op.attr["value"]).desc.data_offset = 0
    partitions = []
    for kind, content in builder.partitions():
        if kind == PartitionType.MODEL_DEF:
            partitions.append((kind, model.encode()))
        elif kind == PartitionType.WEIGHTS:
            partitions.append((kind, bytes(content)[: 2 * COUNT]))
        else:
            partitions.append((kind, content))
    return encode_container([partitions], Header("m"))


def test_some_may_share_their_bytes() -> None:
    with acl.Model.from_bytes(sharing(4)) as model:
        np.testing.assert_array_equal(model(np.zeros(COUNT, np.float32)), np.full(COUNT, 4))


def test_more_than_the_file_can_mean_is_damage() -> None:
    """16 MiB and 8 times the file: 20 MiB and a little here, which 24 constants are beyond."""
    with pytest.raises(acl.AclError, match=r"take \d+ bytes, the file holds \d+"):
        acl.Model.from_bytes(sharing(24))
