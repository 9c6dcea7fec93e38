# SPDX-License-Identifier: Apache-2.0
"""ATC's configuration of AIPP: how it is read, what is refused, and what a file says of it then."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from ascendcl import om
from ascendcl.om.aipp_config import parse_aipp

STATIC = "aipp_op {\n  aipp_mode: static\n  input_format: RGB888_U8\n"


def write(path: Path, *shapes: list[Any], kind: int = TensorProto.FLOAT) -> Path:
    """Answers its inputs a, b, ..., one by one."""
    names = "abc"[: len(shapes)]
    inputs = [helper.make_tensor_value_info(n, kind, s) for n, s in zip(names, shapes, strict=True)]
    outputs = [
        helper.make_tensor_value_info(f"{n}_", kind, s) for n, s in zip(names, shapes, strict=True)
    ]
    nodes = [helper.make_node("Identity", [name], [f"{name}_"]) for name in names]
    graph = helper.make_graph(nodes, "g", inputs, outputs)
    opset = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=8), path)
    return path


def compiled(folder: Path, text: str, model: Path | None = None, **options: Any) -> om.Compiled:
    (folder / "aipp.cfg").write_text(text)
    model = model or write(folder / "m.onnx", [1, 3, 8, 6])
    given = om.CompileOptions(insert_op_conf=folder / "aipp.cfg", **options)
    return om.compile(model, folder / "m.om", given)


def test_all_spellings() -> None:
    text = """
    # a comment
    aipp_op {
      aipp_mode: static   # the rest of the line
      input_format : RGB888_U8; mean_chn_0:104 mean_chn_1 :117
      var_reci_chn_0: [0.5]
      var_reci_chn_1 : 0.25
      var_reci_chn_1 : 0.25
      min_chn_0: -0.0
      csc_switch : true  rbuv_swap_switch: TRUE
      resize: false  resize_output_w : 0
    }
    aipp_op: { aipp_mode: dynamic related_input_name: "b" max_src_image_size: 10 }
    """
    first, second = parse_aipp(text, "x")
    assert first.values["mean_chn_0"] == 104
    assert first.values["mean_chn_1"] == 117
    assert (first.values["var_reci_chn_0"], first.values["var_reci_chn_1"]) == (0.5, 0.25)
    assert first.values["csc_switch"] is True
    assert first.values["rbuv_swap_switch"] is True
    assert first.values["matrix_r0c1"] == 516  # ATC's template: narrow BT.601 to BGR
    assert (first.values["input_bias_0"], first.values["output_bias_1"]) == (16, 128)
    assert second.is_dynamic
    assert second.values["related_input_name"] == "b"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "x: it has no aipp_op block"),
        ("aipp_ops {", "x:1: 'aipp_ops' stands where aipp_op { is expected"),
        ("aipp_op {\n aipp_mode: static\n", "x:2: the block that begins at x:1 does not end"),
        (f"{STATIC} mean: 3 }}", "x:4: mean: there is no such key"),
        (f"{STATIC} mean_chn_0: 256 }}", "x:4: mean_chn_0: 256 is not within 0 to 255"),
        (f"{STATIC} mean_chn_0: 1.5 }}", "x:4: mean_chn_0: a whole number is expected, not 1.5"),
        (f"{STATIC} mean_chn_0 3 }}", "x:4: '3' stands where ':' is expected after mean_chn_0"),
        (f"{STATIC} mean_chn_0: }}", "x:4: mean_chn_0: it has no value"),
        (f"{STATIC} min_chn_0: nan }}", "x:4: min_chn_0: nan is not within 0 to 255"),
        (f"{STATIC} crop: yes }}", "x:4: crop: true or false is expected, not yes"),
        (f"{STATIC} crop: false\n crop: false }}", "x:5: crop: it stands in line 4 already"),
        (f"{STATIC} resize: true }}", "x:4: resize: True is reserved, and not supported"),
        (f"{STATIC} single_line_mode: true }}", "x:4: single_line_mode: True is reserved"),
        (f"{STATIC} support_rotation: true }}", "x:4: support_rotation: True is reserved"),
        (f"{STATIC} crop: true }}", "x:4: crop: it needs src_image_size_w and src_image_size_h"),
        (f"{STATIC} src_image_size_w: 4 }}", "x:4: src_image_size_w: width and height are both"),
        (f"{STATIC} max_src_image_size: & }}", "x:4: '&' has no meaning here"),
        ("aipp_op { input_format: RGB888_U8 }", "x:1: aipp_mode: it must be given"),
        ("aipp_op { aipp_mode: static }", "x:1: input_format: static AIPP needs it"),
        ("aipp_op { aipp_mode: both }", "x:1: aipp_mode: both is none of static, dynamic"),
        ("aipp_op { aipp_mode: static input_format: RAW10 }", "RAW10 is not supported"),
        ("aipp_op { aipp_mode: dynamic }", "x:1: max_src_image_size: dynamic AIPP needs it"),
        (
            "aipp_op { aipp_mode: dynamic max_src_image_size: 9\n crop: true }",
            "x:2: crop: of dynamic AIPP, each run sets it",
        ),
        (
            "aipp_op { aipp_mode: static input_format: YUV420SP_U8\n src_image_size_w: 7 }",
            "x:2: src_image_size_w: 7 is odd, which YUV420SP_U8 cannot be",
        ),
        (
            "aipp_op { aipp_mode: static input_format: YUV400_U8\n csc_switch: true }",
            "x:2: csc_switch: YUV400_U8 has no colours to convert",
        ),
    ],
)
def test_what_is_wrong_is_told_by_line_and_key(text: str, message: str) -> None:
    with pytest.raises(om.CompileError) as error:
        parse_aipp(text, "x")
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ("related_input_rank: 1", "related_input_rank: 1, and the model has 1 inputs"),
        ("related_input_name: z", "there is no input 'z'; there are a"),
        ("src_image_size_w: 10 src_image_size_h: 8", "10, and the network takes 6"),
        (
            "src_image_size_w: 10 src_image_size_h: 8 crop: true load_start_pos_w: 5",
            "crop_size_w: 5 + 6 is more than src_image_size_w, which is 10",
        ),
        (
            "src_image_size_w: 6 src_image_size_h: 4 padding: true top_padding_size: 3",
            "src_image_size_h: 7 with padding, and the network takes 8",
        ),
    ],
)
def test_what_does_not_fit_the_network(tmp_path: Path, keys: str, message: str) -> None:
    with pytest.raises(om.CompileError) as error:
        compiled(tmp_path, f"{STATIC} {keys} }}", verify=False)
    assert message in str(error.value)
    assert "aipp.cfg:" in str(error.value)
    assert not (tmp_path / "m.om").exists()


@pytest.mark.parametrize(
    ("shapes", "options", "message"),
    [
        ([[1, 4, 8, 6]], {}, "AIPP makes 3 channels of it, the network takes 4"),
        ([[1, 3, 8]], {}, "no image of NCHW or NHWC"),
        ([[1, 3, "h", "w"]], {}, "AIPP needs its size (input_shape)"),
        ([["n", 3, 8, 6]], {"dynamic_dims": [[1], [2]]}, "not dynamic_dims"),
    ],
)
def test_networks_that_take_no_pictures(
    tmp_path: Path, shapes: list[Any], options: dict[str, Any], message: str
) -> None:
    model = write(tmp_path / "n.onnx", *shapes)
    with pytest.raises(om.CompileError) as error:
        compiled(tmp_path, STATIC + "}", model, verify=False, **options)
    assert message in str(error.value)


def test_gears_of_images_leave_no_room_for_crop(tmp_path: Path) -> None:
    model = write(tmp_path / "n.onnx", [1, 3, "h", "w"])
    text = f"{STATIC} src_image_size_w: 8 src_image_size_h: 8 crop: true }}"
    with pytest.raises(om.CompileError, match="crop: with dynamic_image_size the gear is the pict"):
        compiled(tmp_path, text, model, verify=False, dynamic_image_size=[[8, 8], [8, 12]])


def test_integers_are_no_picture(tmp_path: Path) -> None:
    model = write(tmp_path / "n.onnx", [1, 3, 8, 6], kind=TensorProto.INT32)
    with pytest.raises(om.CompileError, match="is int32: AIPP makes no such numbers"):
        compiled(tmp_path, STATIC + "}", model, verify=False)


def test_like_is_another_files_inputs(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    like = compiled(tmp_path / "other", STATIC + "}", verify=False).path
    with pytest.raises(om.CompileError, match="insert_op_conf: it is that of the other file"):
        compiled(tmp_path, STATIC + "}", like=like)


def test_the_file_says_it_as_real_files_do(tmp_path: Path) -> None:
    """Names, types and texts are those of face_aipp_ascend310.om."""
    text = (
        "aipp_op { aipp_mode: static input_format: YUV420SP_U8 src_image_size_w: 80 "
        "src_image_size_h: 80 csc_switch: true matrix_r0c1: 0 matrix_r0c2: 409 "
        "matrix_r2c1: 516 matrix_r2c2: 0 }"
    )
    path = compiled(tmp_path, text, write(tmp_path / "f.onnx", [1, 3, 80, 80]), verify=False).path
    real_file = Path(__file__).parents[3] / "shared" / "models" / "face_aipp_ascend310.om"
    graph = om.File.open(path).models[0].definition.graphs[0]
    node = graph.find("a")
    assert node is not None
    assert node.attrs["_data_related_aipp_mode"] == "static_aipp"
    assert node.attrs["input_dims"] == [1, 120, 80, 1]
    assert node.attrs["_aipp_inputs"] == ["NCHW:DT_FLOAT:a:76800:4:1,3,80,80"]
    assert node.attrs["_aipp_outputs"] == ["NC1HWC0:DT_FLOAT16:features:204800:5:1,1,80,80,16"]
    desc = node.input_descs[0]
    assert (desc.dtype, desc.layout, desc.shape, desc.size) == (
        "uint8",
        "NHWC",
        [1, 80, 80, 3],
        9600,
    )
    ours = node.attrs["aipp"]
    assert isinstance(ours, om.NamedAttrs)
    assert ours.attrs["input_format"] == 1
    for real in [real_file] if real_file.exists() else []:
        theirs = om.File.open(real).models[0].definition.graphs[0].find("data").attrs["aipp"]
        for name, value in theirs.attrs.items():
            assert (name, ours.attrs[name]) == (name, value)
            assert type(ours.attrs[name]) is type(value)


def test_two_inputs_of_which_the_second_has_pictures(tmp_path: Path) -> None:
    """A verified file: what is not of pictures is as it was."""
    model = write(tmp_path / "n.onnx", [2, 5], [1, 3, 8, 6])
    done = compiled(tmp_path, f"{STATIC} related_input_rank: 1 var_reci_chn_2: 0.5 }}", model)
    assert done.reference
    assert done.inputs == ("a: [2, 5]", "b: [1, 8, 6, 3]")


def test_verification_sees_a_wrong_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two parties that compute AIPP one is made wrong: the file says another mean."""
    from ascendcl.om.aipp_input import AippInput

    settings = AippInput._settings
    monkeypatch.setattr(AippInput, "_settings", lambda self: settings(self) | {"mean_chn_1": 3})
    with pytest.raises(om.VerificationError, match="output 'a_' is not what"):
        compiled(tmp_path, STATIC + "}")
    assert not (tmp_path / "m.om").exists()


def test_verification_on_a_picture_of_ones_own(tmp_path: Path) -> None:
    picture = np.arange(144, dtype=np.uint8)
    assert compiled(tmp_path, STATIC + "}", verify_input={"a": picture}).reference
    with pytest.raises(om.CompileError, match=r"'a' takes the picture .* of 144 bytes"):
        compiled(tmp_path, STATIC + "}", verify_input={"a": np.zeros((1, 3, 8, 6), np.float32)})


def test_command_line(tmp_path: Path) -> None:
    write(tmp_path / "m.onnx", [1, 3, 8, 6])
    (tmp_path / "aipp.cfg").write_text(STATIC + "mean_chn_0: 5 }")
    command = [sys.executable, "-m", "ascendcl", "compile", "m.onnx", "-o", "m.om"]

    def run(*more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*command, "--insert_op_conf", *more],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    done = run("aipp.cfg")
    assert done.returncode == 0, done.stderr
    assert "[1, 8, 6, 3]" in done.stdout
    shown = subprocess.run(
        [sys.executable, "-m", "ascendcl", "inspect", "m.om", "--json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(shown.stdout)["inputs"][0]
    assert told["aipp"] == "static_aipp"
    assert told["aipp_settings"]["mean_chn_0"] == 5
    (tmp_path / "aipp.cfg").write_text(STATIC + "mean: 5 }")
    refused = run("aipp.cfg")
    assert refused.returncode == 1
    assert "aipp.cfg:4: mean: there is no such key" in refused.stderr
    assert "missing.cfg" in run("missing.cfg").stderr
