# SPDX-License-Identifier: Apache-2.0
"""Static AIPP: a real file, and files whose network answers the image that AIPP made."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pixels import FORMATS, Image, Pixels, Settings

import acl
import ascendcl
from aipp_models import MODE, Array, Picture, load_code, ok, refusal, running, write
from ascendcl.om import File, ModelBuilder, TensorSpec
from rebatched import graph_for_batch

MODELS = Path(__file__).parents[2].parent / "shared" / "models"
FACE = MODELS / "face_aipp_ascend310.om"
BT601 = np.array([[298, 0, 409], [298, -100, -208], [298, 516, 0]])


def rgb_of(nv12: Array) -> Array:
    """As the file's matrix says; [height, width, 3]."""
    height, width = nv12.shape[0] * 2 // 3, nv12.shape[1]
    luma = nv12[:height].astype(int)
    chroma = nv12[height:].reshape(height // 2, width // 2, 2).repeat(2, 0).repeat(2, 1).astype(int)
    yuv = np.dstack([luma - 16, chroma - 128])
    return np.clip((yuv @ BT601.T) >> 8, 0, 255)


def face_picture(seed: int) -> Array:
    """Smooth with noise, as photographs are."""
    rng = np.random.default_rng(seed)
    ramp = np.add.outer(np.linspace(20, 120, 120), np.linspace(0, 100, 80))
    return np.clip(ramp + rng.normal(0, 12, ramp.shape), 0, 255).astype(np.uint8)


def with_groups(spec: TensorSpec) -> TensorSpec:
    """Depthwise filters: the file does not say so, as none of its time does."""
    is_depthwise = spec.layout == "FRACTAL_Z" and spec.shape[1] == 1
    return replace(spec, groups=spec.shape[0]) if is_depthwise else spec


def face_without_aipp() -> bytes:
    """The same network, fed with the image: AIPP's marks are taken away."""
    graph = graph_for_batch(FACE, 1)
    graph.dialect = "cann20"
    for node in graph.nodes.values():
        node.outputs = [with_groups(spec) for spec in node.outputs]
        node.inputs = [
            value and replace(value, spec=with_groups(value.spec)) for value in node.inputs
        ]
    data = graph.nodes["data"]
    data.outputs = [TensorSpec((1, 80, 80, 3), "float16", "NHWC")]
    for name in ("_data_related_aipp_mode", "aipp", "input_dims", "_aipp_inputs", "_aipp_outputs"):
        data.attrs.pop(name)
    data.attrs["index"] = 0
    node = graph.nodes["data_0_huawei_aippconv1"]
    (x, *others) = node.inputs
    assert x is not None
    node.inputs = [replace(x, spec=data.outputs[0]), *others]
    assert "aipp_conv2d" in node.kernel_name
    node.kernel_name = node.kernel_name.replace("aipp_conv2d", "conv2d")
    node.attrs[f"{node.name}_kernelname"] = node.kernel_name
    return ModelBuilder(graph).to_bytes()


@pytest.mark.skipif(not FACE.exists(), reason="no real models here")
@pytest.mark.filterwarnings("ignore::ascendcl.HostAssumption")
class TestFace:
    """te_fused_op_aipp_conv2d of an Ascend310, BT.601 narrow; its output biases are set, too."""

    @pytest.mark.parametrize("seed", range(3))
    def test_equals_the_network_fed_with_the_image(self, seed: int) -> None:
        picture = face_picture(seed)
        image = rgb_of(picture).astype(np.float16)[None]
        with ascendcl.Model.from_file(FACE) as model:
            actual = model.run(picture.reshape(1, 120, 80, 1))
        with ascendcl.Model.from_bytes(face_without_aipp()) as model:
            expected = model.run(image)
        assert len(actual) == len(expected)
        for ours, theirs in zip(actual, expected, strict=True):
            difference = ours.astype(np.float64) - theirs
            assert np.linalg.norm(difference) <= 1e-3 * np.linalg.norm(theirs.astype(np.float64))

    def test_pictures_make_a_difference(self) -> None:
        with ascendcl.Model.from_file(FACE) as model:
            first = model.run(face_picture(0).reshape(1, 120, 80, 1))
            second = model.run(face_picture(0)[::-1].copy().reshape(1, 120, 80, 1))
        assert any(not np.array_equal(a, b) for a, b in zip(first, second, strict=True))

    def test_findings(self) -> None:
        with ascendcl.Model.from_file(FACE) as model:
            found = [each for each in model.findings if each.quantity == "image of AIPP"]
        assert [(each.node, each.kind, each.value) for each in found] == [
            ("data", "checked", "[1,80,80,3] NHWC")
        ]

    def test_what_is_reported(self) -> None:
        with running(FACE.read_bytes()) as run:
            assert acl.mdl.get_input_size_by_index(run.desc, 0) == 9600
            assert ok(acl.mdl.get_input_dims(run.desc, 0))["dims"] == [1, 80, 80, 3]
            assert ok(acl.mdl.get_input_dims_v2(run.desc, 0))["dims"] == [1, 120, 80, 1]
            kind, attached, code = acl.mdl.get_aipp_type(run.id, 0)
            assert (kind, attached, code) == (1, 0xFFFFFFFF, 0)
            info = ok(acl.mdl.get_first_aipp_info(run.id, 0))
        assert info["inputFormat"] == 1
        assert (info["srcImageSizeW"], info["srcImageSizeH"]) == (80, 80)
        assert (info["cscSwitch"], info["cropSwitch"], info["paddingSwitch"]) == (1, 0, 0)
        matrix = [info[f"matrixR{row}C{column}"] for row in range(3) for column in range(3)]
        assert matrix == BT601.ravel().tolist()
        assert [info[f"inputBias{i}"] for i in range(3)] == [16, 128, 128]
        assert [info[f"outputBias{i}"] for i in range(3)] == [16, 128, 128]
        assert [info[f"varReciChn{i}"] for i in range(4)] == [1.0] * 4
        assert (info["srcFormat"], info["srcDatatype"], info["srcDimNum"]) == (0, 0, 4)
        assert info["shapeCount"] == 1
        (shape,) = info["outDims"]
        assert shape["srcDims"]["dims"] == [1, 3, 80, 80]
        assert shape["srcSize"] == 76800
        assert shape["aippOutdims"]["dims"] == [1, 1, 80, 80, 16]
        assert shape["aippOutSize"] == 204800

    def test_a_short_picture_is_refused(self) -> None:
        with running(FACE.read_bytes(), {"data": 9600 - 65}) as run:
            assert "needs 9600 bytes, its buffer has 9535" in refusal(run.execute())

    def test_the_file_has_the_quirks_that_are_told_of(self) -> None:
        (model,) = File.open(FACE).models
        (data,) = [n for n in model.definition.graphs[0].nodes if n.type == "Data"]
        settings = data.attrs["aipp"].attrs
        assert data.attrs["input_dims"] == [1, 120, 80, 1]
        assert [settings[f"output_bias_{i}"] for i in range(3)] == [16, 128, 128]


@pytest.mark.parametrize("dtype", ["float32", "float16", "uint8"])
@pytest.mark.parametrize("channels_last", [False, True])
@pytest.mark.parametrize("batch", [1, 3])
def test_the_network_gets_what_aipp_makes(
    pixels: Pixels, *, dtype: str, channels_last: bool, batch: int
) -> None:
    settings = {
        "input_format": FORMATS["YUV420SP_U8"],
        "src_image_size_w": 16,
        "src_image_size_h": 12,
        "crop": True,
        "load_start_pos_w": 2,
        "load_start_pos_h": 4,
        "crop_size_w": 10,
        "crop_size_h": 6,
        "padding": True,
        "left_padding_size": 1,
        "right_padding_size": 2,
        "top_padding_size": 3,
        "padding_value": 7.0,
        "csc_switch": True,
        "rbuv_swap_switch": True,
        "mean_chn_0": 10,
        "mean_chn_2": 20,
        "min_chn_1": 0.5,
        "var_reci_chn_0": 0.25,
        **{f"matrix_r{i // 3}c{i % 3}": int(BT601.flat[i]) for i in range(9)},
        **{f"input_bias_{i}": value for i, value in enumerate((16, 128, 128))},
    }
    size = 16 * 12 * 3 // 2
    picture = Picture(
        (batch, 3, 9, 13), batch * size, dtype=dtype, channels_last=channels_last, settings=settings
    )
    pictures = np.random.default_rng(5).integers(0, 256, (batch, size), dtype=np.uint8)
    expected = pixels(
        Settings(
            FORMATS["YUV420SP_U8"],
            source_w=16,
            source_h=12,
            convert_colour=True,
            matrix=tuple(map(int, BT601.ravel())),
            input_bias=(16, 128, 128),
            swap_rb_or_uv=True,
            padding_value=7.0,
            dtype=dtype,
            channels_last=channels_last,
            shape=picture.shape,
        ),
        [
            Image(
                crop=True,
                crop_start_w=2,
                crop_start_h=4,
                crop_size_w=10,
                crop_size_h=6,
                padding=True,
                padding_left=1,
                padding_right=2,
                padding_top=3,
                mean=(10, 0, 20, 0),
                minimum=(0, 0.5, 0, 0),
                reciprocal=(0.25, 1, 1, 1),
            )
        ],
        pictures,
    )
    with running(write(picture)) as run:
        assert run.names == ["data"]
        assert acl.mdl.get_input_size_by_index(run.desc, 0) == batch * size
        for _ in range(2):
            run.put("data", pictures)
            assert run.execute() == 0
            assert np.array_equal(run.image(picture.own_shape, dtype), expected)
            pictures, expected = pictures[::-1], expected[::-1]


RGB = Picture((1, 3, 4, 4), 48, settings={"input_format": FORMATS["RGB888_U8"]})


def with_settings(**settings: Any) -> Picture:
    return replace(RGB, settings={**(RGB.settings or {}), **settings})


@pytest.mark.parametrize(
    ("picture", "code", "reason"),
    [
        (with_settings(input_format=11), 200006, "how the bytes of RAW10 lie"),
        (with_settings(input_format=77), 200006, "how the bytes of 77 lie"),
        (with_settings(resize=True), 200006, "resize is documented as reserved"),
        (with_settings(aipp_mode=2), 545001, "aipp_mode is 2"),
        (with_settings(src_image_size_w=6), 500002, "makes an image of 6x4, the model takes 4x4"),
        (with_settings(mean_chn_1=300), 500002, "mean of channel 1 goes from 0 to 255"),
        (with_settings(mean_chn_1=40000), 545001, "mean_chn_1 is 40000"),
        (with_settings(csc_switch="yes"), 545001, "csc_switch is neither true nor false"),
        (with_settings(crop_size_w=1.5), 545001, "crop_size_w is no integer"),
        (with_settings(var_reci_chn_0="a"), 545001, "var_reci_chn_0 is no number"),
        (replace(RGB, source_bytes=40), 500002, "takes 48 bytes, the model says 40"),
        (replace(RGB, attrs={"aipp": 1}), 545001, "settings are not in the file"),
        (replace(RGB, attrs={MODE: "odd"}), 545001, "'odd' is no mode of AIPP"),
        (replace(RGB, attrs={"_aipp_inputs": []}), 545001, "does not say what the network takes"),
        (
            replace(RGB, attrs={"_aipp_inputs": ["NCHW:DT_FLOAT:data:1:4:1,3,4"]}),
            545001,
            "describes no tensor",
        ),
        (
            replace(RGB, attrs={"_aipp_inputs": ["NCHW:DT_FLOAT:data:192:4:1,3,4,5"]}),
            545001,
            "is not the image that the network takes",
        ),
        (
            replace(RGB, attrs={"_aipp_inputs": ["NCHW:DT_INT32:data:192:4:1,3,4,4"]}),
            545001,
            "the network takes int32",
        ),
        (
            replace(RGB, attrs={"_aipp_inputs": ["NHWC:DT_FLOAT:data:192:4:1,4,4,3"]}),
            200006,
            r"in the IR it is \[1,3,4,4\]",
        ),
    ],
)  # fmt: skip
def test_files_that_are_refused(picture: Picture, code: int, reason: str) -> None:
    model = write(picture)
    loaded, actual = load_code(model)
    assert actual != 0, loaded
    message = acl.get_recent_err_msg()
    assert re.search(reason, message), message
    if code != 545001:
        assert actual == code, message


def test_a_name_with_colons() -> None:
    picture = replace(RGB, attrs={"_aipp_inputs": ["NCHW:DT_FLOAT:a:b:0:192:4:1,3,4,4"]})
    with running(write(picture)) as run:
        info = ok(acl.mdl.get_first_aipp_info(run.id, 0))
        assert info["outDims"][0]["srcDims"]["name"] == "a:b:0"


def test_a_trace_tells_how_long_it_took(tmp_path: Path) -> None:
    """As an op before those of the program."""
    model, trace = tmp_path / "m.om", tmp_path / "trace.json"
    model.write_bytes(write(RGB))
    program = (
        "import sys, numpy as np, ascendcl\n"
        "with ascendcl.Model.from_file(sys.argv[1]) as model:\n"
        "    model.run(np.zeros(model.inputs[0].shape, np.uint8))\n"
    )
    environment = {**os.environ, "ASCENDCL_TRACE": str(trace), "ASCENDCL_RUNTIME": "host"}
    command = [sys.executable, "-c", program, str(model)]
    subprocess.run(command, env=environment, check=True)
    events = json.loads(trace.read_text())
    events = events["traceEvents"] if isinstance(events, dict) else events
    ops = [event for event in events if event.get("cat") == "op"]
    assert ops[0]["name"] == "AIPP"
    assert ops[0]["args"]["type"] == "Aipp"
