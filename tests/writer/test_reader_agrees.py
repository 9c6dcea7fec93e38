# SPDX-License-Identifier: Apache-2.0
"""What we write, our own reader reads: every form of file, and the sizes that are asked for."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest

import ascendcl as acl
from ascendcl.om import (
    File,
    Fusion,
    GraphBuilder,
    Header,
    ModelBuilder,
    TensorSpec,
    conv_kernel,
    encode_container,
    fixpipe_inputs,
)
from ascendcl.om.container import VERSION_NEW, VERSION_OLD

Dialect = Literal["cann8", "cann5"]
FILTER = np.arange(8 * 2 * 3 * 3).reshape(8, 2, 3, 3) / 64
ATTRS: dict[str, Any] = {
    "groups": 1,
    "alpha": 0.25,
    "text": "a",
    "list": [1, 2],
    "lists": [[1], [2, 3]],
}
FORMS = list(
    itertools.product(
        ["cann8", "cann5"], [VERSION_NEW, VERSION_OLD], [True, False], [True, False], [8, 6, None]
    )
)
GEOMETRY: dict[str, Any] = {"strides": (2, 1), "pads": (1, 0, 2, 1), "dilations": (1, 3)}


def builder(dialect: Dialect, **options: Any) -> ModelBuilder:
    graph = GraphBuilder("net", dialect)
    x = graph.data("x", TensorSpec((1, 4, 8, 8), "float32"))
    blocked = graph.op("TransData", [x], TensorSpec((1, 4, 8, 8), layout="NC1HWC0"), control=["x"])
    filters = graph.constant("w", FILTER, format="NCHW", layout="FRACTAL_Z", groups=2)
    y = graph.op(
        "Conv2D",
        fixpipe_inputs(blocked, filters),
        TensorSpec((1, 8, 4, 5), layout="NC1HWC0"),
        name="conv",
        attrs=ATTRS,
        fusion=Fusion(["c", "r"], ["Relu"], ["conv2d", "fix_pipe"], ["Pass"], "r"),
        kernel=conv_kernel((3, 3), (8, 8), **GEOMETRY),
    )
    z = graph.op("TransData", [y], TensorSpec((1, 8, 4, 5), "float32"), name="out")
    graph.output([z], ["out:0:z"])
    return ModelBuilder(graph, **options)


@pytest.mark.parametrize(
    ("dialect", "version", "wide", "compress", "inout"),
    FORMS,
)
def test_every_form(
    dialect: Dialect, version: int, wide: bool, compress: bool, inout: int | None
) -> None:
    built = builder(dialect, compress_names=compress, inout_info=inout)
    data = built.to_bytes(Header("net", version=version, wide=wide))
    file = File.from_bytes(data)
    assert (file.name, file.version, file.size) == ("net", version, len(data))
    assert file.platform_version == "1.11.z.0"
    assert not file.is_dynamic
    assert (file.work_size, file.weight_size) == (built.work_size, built.weight_size)
    assert file.zero_copy_size == built.io_size
    assert acl.query_size(data) == (built.work_size, built.weight_size)

    (model,) = file.models
    described = model.descriptors
    assert [(d.name, d.dims, d.size, d.dtype) for d in described.inputs] == [
        ("x", [1, 4, 8, 8], 1024, "float32")
    ]
    assert [(d.name, d.dims, d.size) for d in described.outputs] == [("out:0:z", [1, 8, 4, 5], 640)]

    conv = model.definition.graphs[0].find("conv")
    assert conv is not None
    assert [edge.kind for edge in conv.inputs] == ["data", "data", *["none"] * 11]
    assert {name: conv.attrs[name] for name in ATTRS} == ATTRS
    assert conv.input_descs[1].sub_format == 2
    assert conv.input_descs[1].origin_shape == [8, 2, 3, 3]

    geometry = model.kernels.geometry(conv, (3, 3))
    assert geometry is not None
    assert (geometry.strides, geometry.dilations) == (GEOMETRY["strides"], GEOMETRY["dilations"])
    pads = (geometry.pad_top, geometry.pad_bottom, geometry.pad_left, geometry.pad_right)
    assert pads == GEOMETRY["pads"]
    assert (geometry.input_h, geometry.input_w) == (8, 8)


def test_constant_as_stored() -> None:
    (model,) = File.from_bytes(builder("cann8").to_bytes()).models
    node = model.definition.graphs[0].find("w")
    assert node is not None
    stored = np.frombuffer(model.constant(node), np.float16)
    shape = node.output_descs[0].shape
    assert np.prod(shape) == stored.size
    expected = FILTER.astype(np.float16)  # group 0, output 1, channel 1, last window place
    assert stored.reshape(shape)[8, 0, 1, 1] == expected[1, 1, 2, 2]


def test_gears() -> None:
    graph = GraphBuilder("main")
    spec = TensorSpec((4, 3), "float32", "ND")
    x = graph.data("x", spec, {"_mbatch_origin_input_dims": [-1, 3]})
    pick = graph.data("ascend_mbatch_shape_data", TensorSpec((1,), "int64", "ND"))
    gears = []
    for i, batch in enumerate((1, 4)):
        part = TensorSpec((batch, 3), "float32", "ND")
        gear = GraphBuilder(f"gear_{i}")
        gear.output([gear.op("Relu", [gear.data(f"x_{i}", part)], part)])
        gears.append(gear)
    attrs = {"_batch_num": 2, "_pred_value_0": [1], "_pred_value_1": [4], "mbatch_dynamic_type": 1}
    names = [gear.name for gear in gears]
    (y,) = graph.node("Case", [pick, x], [spec], attrs=attrs, subgraphs=names)
    graph.output([y], ["y"])
    (model,) = File.from_bytes(ModelBuilder(graph, gears).to_bytes()).models
    assert model.descriptors.gear_kind == "batch"
    assert model.descriptors.gears == [[1], [4]]
    assert model.descriptors.inputs[0].dims == [-1, 3]
    assert [g.name for g in model.definition.graphs] == ["main", *names]


def test_several_models() -> None:
    models = [builder("cann8", name=name) for name in ("a", "b", "c")]
    file = File.from_bytes(encode_container([m.partitions() for m in models], Header("three")))
    assert file.is_dynamic
    assert [model.definition.name for model in file.models] == ["a", "b", "c"]
    assert file.weight_size == sum(model.weight_size for model in models)


def test_written_file_opens(tmp_path: Path) -> None:
    built = builder("cann8")
    built.write(tmp_path / "net.om")
    assert File.open(tmp_path / "net.om").work_size == built.work_size
