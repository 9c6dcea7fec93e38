# SPDX-License-Identifier: Apache-2.0
"""Inputs and outputs: from the graph, from the in/out info, and where the two disagree."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from om_files import (
    FLOAT16,
    INOUT,
    INOUT_OLD,
    block,
    desc,
    io_block,
    io_record,
    model_def,
    op,
    real_model,
    simple_inout,
    simple_model,
    static_file,
)

from ascendcl import om

Facts = tuple[str, str, str, int, list[int]]


def descriptors(model: Any, *more: tuple[int, bytes], **header: Any) -> om.Descriptors:
    return om.File.from_bytes(static_file(model, *more, **header)).models[0].descriptors


def facts(io: om.IoDescriptor) -> Facts:
    return io.name, io.dtype, io.format, io.size, io.dims


def data(name: str, td: Any, **attrs: Any) -> Any:
    return op(name, "Data", [""], input_desc=[td], attrs=attrs)


def net_output(*tds: Any, sources: list[tuple[str, int]]) -> Any:
    node = op("out", "NetOutput", [f"{n}:{i}" for n, i in sources], input_desc=tds)
    node.src_name.extend(n for n, _ in sources)
    node.src_index.extend(i for _, i in sources)
    return node


def inputs_of(*nodes: Any) -> list[om.IoDescriptor]:
    return descriptors(model_def(nodes)).inputs


def outputs_of(*tds: Any, **attrs: Any) -> list[om.IoDescriptor]:
    sources = [(f"src{i}", i) for i in range(len(tds))]
    return descriptors(model_def([net_output(*tds, sources=sources)], **attrs)).outputs


def test_lane() -> None:
    found = om.File.open(real_model("lane.om")).models[0].descriptors
    transposed = "_transposed_conv/ConvTranspose_Conv2DTranspose_"
    assert [facts(io) for io in found.inputs] == [
        ("input_image", "float32", "NCHW", 1572864, [1, 3, 256, 512])
    ]
    assert [facts(io) for io in found.outputs] == [
        (
            f"PartitionedCall_/binary{transposed}53:0:binary_logits",
            "float32",
            "NCHW",
            1048576,
            [1, 2, 256, 512],
        ),
        (
            f"PartitionedCall_/embedding{transposed}61:0:instance_embedding",
            "float32",
            "NCHW",
            2097152,
            [1, 4, 256, 512],
        ),
    ]
    assert (found.gear_kind, found.gears, found.user_input_order) == ("none", [], [])


def test_nanotrack() -> None:
    """An old file: its in/out info is partition 6."""
    model = om.File.open(real_model("nanotrack_backbone127.om")).models[0]
    assert INOUT_OLD in [partition.type for partition in model.partitions]
    assert [facts(io) for io in [*model.descriptors.inputs, *model.descriptors.outputs]] == [
        ("input", "float32", "NCHW", 193548, [1, 3, 127, 127]),
        ("Add_102:0:output", "float32", "NCHW", 12288, [1, 48, 8, 8]),
    ]


@pytest.mark.parametrize("more", [[], [(INOUT, simple_inout())], [(INOUT_OLD, simple_inout())]])
def test_graph_alone_and_with_either_partition(more: list[tuple[int, bytes]]) -> None:
    found = descriptors(simple_model(), *more)
    assert [facts(io) for io in found.inputs] == [("x", "float32", "NCHW", 96, [1, 2, 3, 4])]
    assert [facts(io) for io in found.outputs] == [
        ("relu:0:y", "float32", "NCHW", 96, [1, 2, 3, 4])
    ]
    assert found.inputs[0].dims_v2 == [1, 2, 3, 4]


def test_partition_6_of_a_flow_model_is_something_else() -> None:
    assert descriptors(simple_model(), (INOUT_OLD, b"flow"), model_type=3).inputs[0].name == "x"


def test_inputs_follow_their_index() -> None:
    tds = [desc([n]) for n in (1, 2, 3)]
    indexed = [data(f"x{i}", td, index=i) for i, td in zip((2, 0, 1), tds, strict=True)]
    assert [io.name for io in inputs_of(*indexed)] == ["x0", "x1", "x2"]
    plain = [data(f"x{i}", td) for i, td in zip((2, 0, 1), tds, strict=True)]
    assert [io.name for io in inputs_of(*plain)] == ["x2", "x0", "x1"]
    kinds = [
        op(kind, kind, [""], input_desc=[desc([1])]) for kind in ("AippData", "AnnData", "Add")
    ]
    assert [io.name for io in inputs_of(*kinds)] == ["AippData", "AnnData"]


@pytest.mark.parametrize(
    ("td", "attrs", "dims", "dims_v2", "size"),
    [
        (desc([2, 3], size=999), {}, [2, 3], [2, 3], 999),
        (desc([2, 3], dtype=FLOAT16), {}, [2, 3], [2, 3], 12),
        (desc([-1, 3], size=999), {}, [-1, 3], [-1, 3], 0),
        (desc([8, 3], size=96), {"_mbatch_origin_input_dims": [-1, 3]}, [-1, 3], [-1, 3], 96),
        (
            desc([8, 3], size=96),
            {"_mbatch_origin_input_dims": [-1, 3], "_dynamic_aipp_input_dims": [5]},
            [5],
            [5],
            96,
        ),
        (desc([8, 3], size=96), {"input_dims": [1, 9]}, [8, 3], [1, 9], 96),
    ],
    ids=["stored size", "no size", "unknown", "gears", "dynamic AIPP", "static AIPP"],
)
def test_input_dims_and_size(
    td: Any, attrs: dict[str, Any], dims: list[int], dims_v2: list[int], size: int
) -> None:
    (io,) = inputs_of(data("x", td, **attrs))
    assert (io.dims, io.dims_v2, io.size) == (dims, dims_v2, size)


@pytest.mark.parametrize(
    ("td", "dims", "size"),
    [
        (desc([2, 3], size=64), [2, 3], 24),
        (desc([2, 3], dtype=FLOAT16), [2, 3], 12),
        (desc([2, -1]), [2, -1], 0),
        (desc([]), [], 4),
        (desc([2, 3], _special_input_size=640), [2, 3], 640),
        (desc([2, 3, 4, 5], layout="FRACTAL_Z"), [4, 5, 3, 2], 480),
        (desc([2**62, 2**62]), [2**62, 2**62], 0),
    ],
    ids=["computed", "float16", "unknown", "scalar", "special", "FRACTAL_Z", "overflow"],
)
def test_output_dims_and_size(td: Any, dims: list[int], size: int) -> None:
    (io,) = outputs_of(td)
    assert (io.dims, io.size) == (dims, size)


@pytest.mark.parametrize(
    ("attrs", "names"),
    [
        ({}, ["output_0_src0_0", "output_1_src1_1"]),
        ({"attr_model_out_nodes_name": ["one"]}, ["output_0_src0_0", "output_1_src1_1"]),
        ({"attr_model_out_nodes_name": ["n:3:logits", "plain"]}, ["n:3:logits", "plain:1"]),
    ],
    ids=["none", "too few", "both"],
)
def test_output_names(attrs: dict[str, Any], names: list[str]) -> None:
    assert [io.name for io in outputs_of(desc([1]), desc([1]), **attrs)] == names


GEARS = {"_batch_num": 2, "_pred_value_0": [1, 2], "_pred_value_1": [3, 4]}


def gear_model(output_dims: list[str], **attrs: Any) -> Any:
    out = net_output(desc([3]), desc([4]), sources=[("c", 0), ("c", 1)])
    if output_dims:
        out.attr["_dynamic_output_dims"].list.s.extend(text.encode() for text in output_dims)
    return model_def([op("c", "Case", attrs={**GEARS, **attrs}), out])


def test_gears_of_the_graph() -> None:
    texts = ["0,0,1", "0,1,2", "1,1,4,5", "1,0,3"]
    model = gear_model(texts, mbatch_dynamic_type=2, user_designate_shape_order=["b", "a"])
    found = descriptors(model)
    assert (found.gear_kind, found.gears) == ("image", [[1, 2], [3, 4]])
    assert found.gear_output_dims == [[[1], [2]], [[3], [4, 5]]]
    assert found.user_input_order == ["b", "a"]


@pytest.mark.parametrize(
    "texts", [[], ["0,0,1"], ["0,0,1", "0,1,2", "1,0,3", "1,x"], ["0,0,1"] * 4, ["9,9,1"] * 4]
)
def test_output_dims_of_another_form_are_left_out(texts: list[str]) -> None:
    assert descriptors(gear_model(texts)).gear_output_dims == []


def test_gears_that_are_announced_but_absent() -> None:
    with pytest.raises(om.FormatError, match="_pred_value_2"):
        descriptors(gear_model([], _batch_num=2**40))


def integers(*values: int) -> bytes:
    return struct.pack(f"<{len(values)}q", *values)


def texts_block(kind: int, *texts: str) -> bytes:
    sizes = struct.pack(f"<{len(texts) + 1}I", len(texts), *map(len, texts))
    return block(kind, sizes + "".join(texts).encode())


@pytest.mark.parametrize(
    ("gears", "kind", "expected"),
    [
        (block(2, struct.pack("<I", 2) + integers(1, 8)), "batch", [[1], [8]]),
        (
            block(3, struct.pack("<3I", 2, 2, 2) + integers(1, 2, 3, 4)),
            "image",
            [[1, 2], [3, 4]],
        ),
        (block(4, struct.pack("<3I", 2, 1, 3) + integers(1, 2, 3, 4)), "dims", [[1], [2, 3, 4]]),
    ],
)
def test_gears_of_the_inout_info(gears: bytes, kind: str, expected: list[list[int]]) -> None:
    info = simple_inout() + gears + texts_block(5, "0,0,7", "1,0,8,9") + texts_block(6, "x")
    found = descriptors(simple_model(), (INOUT, info + block(99, b"newer")))
    assert (found.gear_kind, found.gears) == (kind, expected)
    assert found.gear_output_dims == [[[7]], [[8, 9]]]
    assert found.user_input_order == ["x"]


def test_ranges_come_from_the_inout_info() -> None:
    record = io_record("x", [-1, 4], size=0, ranges=[(1, 8), (4, 4)])
    model = model_def([data("x", desc([-1, 4]))])
    (io,) = descriptors(model, (INOUT, io_block(0, record))).inputs
    assert io.ranges == [(1, 8), (4, 4)]


OUT = io_block(1, io_record("relu:0:y", [1, 2, 3, 4], size=96))


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({"name": "y"}, "name is x in the graph and y"),
        ({"dims": [1, 2, 3, 5]}, r"shape is \[1,2,3,4\] in the graph and \[1,2,3,5\]"),
        ({"dims_v2": [1, 2, 3, 5]}, "shape before AIPP"),
        ({"size": 95}, "size is 96 in the graph and 95"),
        ({"dtype": 1}, "data type is float32 in the graph and float16"),
        ({"form": 1}, "format is NCHW in the graph and NHWC"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_contradictions_are_named(record: dict[str, Any], message: str) -> None:
    fields = {"name": "x", "dims": [1, 2, 3, 4], "size": 96, **record}
    info = io_block(0, io_record(**fields)) + OUT
    with pytest.raises(om.FormatError, match=f"input 0: .*{message}") as caught:
        descriptors(simple_model(), (INOUT, info))
    assert caught.value.code == "inconsistent"


def test_another_number_of_outputs_is_named() -> None:
    info = io_block(0, io_record("x", [1, 2, 3, 4], size=96))
    with pytest.raises(om.FormatError, match="outputs: the number is 1 in the graph and 0"):
        descriptors(simple_model(), (INOUT, info))


@pytest.mark.parametrize(
    ("model", "info"),
    [
        # Nothing says how old files without output names called their outputs.
        (
            simple_model(attr_model_out_nodes_name=[]),
            io_block(0, io_record("x", [1, 2, 3, 4], size=96))
            + io_block(1, io_record("other", [1, 2, 3, 4], size=96)),
        ),
        # AIPP changes what is seen of an input.
        (
            model_def([data("x", desc([1, 3], size=12), input_dims=[1, 9])]),
            io_block(0, io_record("x", [1, 9], size=9)),
        ),
        # Gears: one side may give the largest.
        (
            model_def([data("x", desc([8, 3], size=96), _mbatch_origin_input_dims=[-1, 3])]),
            io_block(0, io_record("x", [8, 3], size=12)),
        ),
        # A data type or format that our tables lack is the in/out info's to say.
        (
            model_def([data("x", desc([2], dtype=99, layout="NEW"))]),
            io_block(0, io_record("x", [2], size=2, dtype=2, form=2)),
        ),
    ],
    ids=["names", "AIPP", "gears", "unknown type"],
)
def test_what_may_differ_does_not_refuse_the_file(model: Any, info: bytes) -> None:
    assert descriptors(model, (INOUT, info)).inputs[0].name == "x"


def test_unknown_types_are_taken_from_the_inout_info() -> None:
    model = model_def([data("x", desc([2], dtype=99, layout="NEW"))])
    info = io_block(0, io_record("x", [2], size=2, dtype=2, form=2))
    (io,) = descriptors(model, (INOUT, info)).inputs
    assert facts(io) == ("x", "int8", "ND", 2, [2])


@pytest.mark.parametrize(
    "info",
    [
        b"\0",
        block(0, b"")[:-1],
        block(0, struct.pack("<I", 2**32 - 1)),
        io_block(0, io_record("x", [1, 2, 3, 4], size=96)[:-1]) + OUT,
        io_block(0, io_record("x", [1, 2, 3, 4], size=96) + b"\0") + OUT,
        block(0, struct.pack("<IQiiIIII", 1, 0, 0, 0, 0, 7, 0, 0) + b"1234567"),
        block(0, struct.pack("<IQiiIIII", 1, 0, 0, 0, 0, 0, 0, 8) + b"12345678"),
        block(3, struct.pack("<II", 1, 2**32 - 1)),
        block(6, struct.pack("<II", 1, 9) + b"x"),
    ],
    ids=range(9),
)
def test_damaged_inout_info(info: bytes) -> None:
    with pytest.raises(om.FormatError) as caught:
        descriptors(simple_model(), (INOUT, info))
    assert caught.value.code == "bad in/out info"


def test_a_graph_that_describes_no_input() -> None:
    with pytest.raises(om.FormatError, match="input x has no description"):
        descriptors(model_def([op("x", "Data")]))
