# SPDX-License-Identifier: Apache-2.0
"""AIPP before gears: what the settings leave open is the gear's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pixels import FORMATS, Image, Pixels, Settings

import acl
from aipp_models import PARAMETERS, Picture, WrittenModel, identity, refusal, running
from ascendcl.om import GraphBuilder, TensorSpec, join_gears
from ascendcl.om.messages import ModelDef, OpDef

mdl: Any = acl.mdl
Shape = tuple[int, int, int, int]


def write_gears(picture: Picture, shapes: list[Shape], kind: Any) -> bytes:
    """A gear per shape (NCHW); `picture` has the largest, and says which bytes that takes."""
    graphs = []
    for i, shape in enumerate(shapes):
        graph = GraphBuilder(f"gear_{i}")
        spec = TensorSpec(shape, picture.dtype, "ND")
        x = graph.data("data", spec)
        xml = identity(picture.dtype, shape)
        (y,) = graph.node("OpenVinoIr", [x], [spec], name="ir", attrs={"ir_xml": xml})
        graph.output([y], ["image"])
        graphs.append(graph)
    builder = join_gears(graphs, kind, inout_info=None)
    builder.__class__ = WrittenModel
    n, c, h, w = (a if a == b else -1 for a, b in zip(*shapes, strict=True))
    fed = TensorSpec(picture.shape[:1] + picture.shape[2:] + picture.shape[1:2], "uint8", "NHWC")

    def change(model: ModelDef) -> None:
        main = model.graph[0]
        (data,) = (op for op in main.op if op.name == "data")
        data.input_desc = [fed.descriptor("cann8")]
        data.input_desc[0].size = picture.source_bytes
        data.output_desc = [fed.descriptor("cann8")]
        data.attr |= picture.node_attrs(shapes)
        data.attr["_mbatch_origin_input_dims"] = [n, h, w, c]
        data.attr.pop("_dynamic_aipp_input_dims", None)
        if picture.settings is None:
            spec = TensorSpec((128 + 128 * picture.shape[0],), "uint8", "ND")
            (gear,) = (op for op in main.op if op.name == "ascend_mbatch_shape_data")
            carrier = OpDef(
                name=PARAMETERS,
                type="AippData",
                id=len(main.op),
                input=[""],
                input_desc=[spec.descriptor("cann8")],
                output_desc=[spec.descriptor("cann8")],
                attr={"index": 2, "data_type": 0},
            )
            carrier.input_desc[0].size = spec.nbytes
            main.op.insert(main.op.index(gear) + 1, carrier)

    builder.change = change  # type: ignore[attr-defined]
    return builder.to_bytes()


def test_static_settings_for_every_batch(pixels: Pixels) -> None:
    settings = {"input_format": FORMATS["YUV420SP_U8"], "mean_chn_0": 16}
    shapes: list[Shape] = [(1, 3, 6, 8), (4, 3, 6, 8)]
    picture = Picture(shapes[1], 4 * 72, settings=settings)
    pictures = np.random.default_rng(1).integers(0, 256, (4, 72), dtype=np.uint8)
    with running(write_gears(picture, shapes, "batch")) as run:
        assert run.names == ["data", "ascend_mbatch_shape_data"]
        assert mdl.get_input_size_by_index(run.desc, 0) == 4 * 72
        run.put("data", pictures)
        for shape in (*shapes, shapes[0]):
            assert mdl.set_dynamic_batch_size(run.id, run.inputs, 1, shape[0]) == 0
            assert run.execute() == 0, acl.get_recent_err_msg()
            expected = pixels(
                Settings(FORMATS["YUV420SP_U8"], dtype="float32", shape=shape),
                [Image(mean=(16, 0, 0, 0))],
                pictures[: shape[0]],
            )
            assert np.array_equal(run.image(shape, "float32"), expected)


def test_static_settings_for_every_size(pixels: Pixels) -> None:
    shapes: list[Shape] = [(1, 3, 6, 8), (1, 3, 10, 4)]
    picture = Picture((1, 3, 6, 8), 144, settings={"input_format": FORMATS["RGB888_U8"]})
    bytes_ = np.random.default_rng(2).integers(0, 256, 144, dtype=np.uint8)
    with running(write_gears(picture, shapes, "image")) as run:
        run.put("data", bytes_)
        for shape in shapes:
            assert mdl.set_dynamic_hw_size(run.id, run.inputs, 1, *shape[2:]) == 0
            assert run.execute() == 0, acl.get_recent_err_msg()
            expected = pixels(
                Settings(FORMATS["RGB888_U8"], dtype="float32", shape=shape),
                [Image()],
                bytes_[: 3 * shape[2] * shape[3]],
            )
            assert np.array_equal(run.image(shape, "float32"), expected)


def test_static_settings_that_fit_one_size_alone() -> None:
    """The largest is looked at when the model is loaded, the other when it is chosen."""
    settings = {"input_format": FORMATS["RGB888_U8"], "src_image_size_w": 8, "src_image_size_h": 6}
    shapes: list[Shape] = [(1, 3, 6, 8), (1, 3, 10, 4)]
    picture = Picture((1, 3, 6, 8), 144, settings=settings)
    with running(write_gears(picture, shapes, "image")) as run:
        assert mdl.set_dynamic_hw_size(run.id, run.inputs, 1, 10, 4) == 0
        code = run.execute()
        assert code == 500002
        assert "makes an image of 8x6, the model takes 4x10" in refusal(code)
        assert mdl.set_dynamic_hw_size(run.id, run.inputs, 1, 6, 8) == 0
        assert run.execute() == 0


def test_parameters_are_those_of_the_largest_batch(pixels: Pixels) -> None:
    shapes: list[Shape] = [(1, 3, 6, 8), (2, 3, 6, 8)]
    picture = Picture(shapes[1], 1000, settings=None)
    pictures = np.random.default_rng(3).integers(0, 256, (2, 144), dtype=np.uint8)
    with running(write_gears(picture, shapes, "batch")) as run:
        assert run.names == ["data", "ascend_mbatch_shape_data", PARAMETERS]
        assert mdl.get_aipp_type(run.id, 0) == (2, 2, 0)
        small, aipp = mdl.create_aipp(1), mdl.create_aipp(2)
        images = [Image(mean=(1, 0, 0, 0)), Image(mean=(2, 0, 0, 0))]
        for made in (small, aipp):
            assert mdl.set_aipp_input_format(made, FORMATS["RGB888_U8"]) == 0
            assert mdl.set_aipp_src_image_size(made, 8, 6) == 0
        for i, image in enumerate(images):
            assert mdl.set_aipp_dtc_pixel_mean(aipp, *image.mean, i) == 0
        assert mdl.set_input_aipp(run.id, run.inputs, 2, small) == 100000
        assert mdl.set_input_aipp(run.id, run.inputs, 2, aipp) == 0
        run.put("data", pictures)
        for shape in shapes:
            assert mdl.set_dynamic_batch_size(run.id, run.inputs, 1, shape[0]) == 0
            assert run.execute() == 0, acl.get_recent_err_msg()
            expected = pixels(
                Settings(FORMATS["RGB888_U8"], dtype="float32", shape=shape),
                images[: shape[0]],
                pictures[: shape[0]],
            )
            assert np.array_equal(run.image(shape, "float32"), expected)
        info, code = mdl.get_first_aipp_info(run.id, 0)
        assert code == 0
        assert [each["srcDims"]["dims"][0] for each in info["outDims"]] == [1, 2]
        for made in (small, aipp):
            assert mdl.destroy_aipp(made) == 0


def test_the_size_that_is_set_is_the_size_of_the_gear() -> None:
    shapes: list[Shape] = [(1, 3, 6, 8), (1, 3, 10, 4)]
    picture = Picture((1, 3, 6, 8), 1000, settings=None)
    with running(write_gears(picture, shapes, "image")) as run:
        aipp = mdl.create_aipp(1)
        assert mdl.set_aipp_input_format(aipp, FORMATS["RGB888_U8"]) == 0
        assert mdl.set_aipp_src_image_size(aipp, 8, 6) == 0
        assert mdl.set_input_aipp(run.id, run.inputs, 2, aipp) == 0
        assert mdl.set_dynamic_hw_size(run.id, run.inputs, 1, 10, 4) == 0
        code = run.execute()
        assert code == 100000
        assert "makes an image of 8x6, the model takes 4x10" in refusal(code)
        assert mdl.set_dynamic_hw_size(run.id, run.inputs, 1, 6, 8) == 0
        assert run.execute() == 0
        assert mdl.destroy_aipp(aipp) == 0


@pytest.mark.parametrize("mode", ["static_aipp", "dynamic_aipp"])
def test_dynamic_shapes_are_refused(mode: str) -> None:
    from aipp_models import MODE, load_code
    from ascendcl.om.container import Header

    graph = GraphBuilder("main")
    spec = TensorSpec((-1, 6, 8, 3), "uint8", "NHWC", ranges=((1, 4), (6, 6), (8, 8), (3, 3)))
    attrs = Picture((1, 3, 6, 8), 144, settings={}).node_attrs() | {MODE: mode}
    attrs.pop("input_dims")
    x = graph.data("data", spec, attrs=attrs)
    wide = TensorSpec((-1, 3, 6, 8), "float32", "ND", ranges=((1, 4), (3, 3), (6, 6), (8, 8)))
    xml = identity("float32", (-1, 3, 6, 8))
    parameters = TensorSpec((256,), "uint8", "ND")
    graph.data(PARAMETERS, parameters, attrs={MODE: "dynamic_aipp_conf"})
    (y,) = graph.node("OpenVinoIr", [x], [wide], name="ir", attrs={"ir_xml": xml})
    graph.output([y], ["image"])
    builder = WrittenModel(graph, inout_info=None)
    builder.change = lambda model: None  # type: ignore[method-assign]
    model = builder.to_bytes(Header("dynamic", is_unknown_shape=True))
    assert load_code(model)[1] == 200006
    assert "AIPP and dynamic shapes" in acl.get_recent_err_msg()
