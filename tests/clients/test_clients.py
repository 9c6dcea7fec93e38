# SPDX-License-Identifier: Apache-2.0
"""Programs written as pyACL's users write them: right results, and nothing left at the end.

Each file beside this one that is neither a test nor run_client is such a program. It knows nothing
but flat functions and bare numbers.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from PIL import Image

import acl
from ascendcl import om
from ascendcl.data import digits_held_out

HERE = Path(__file__).parent


def results_of(program: str, folder: Path) -> np.ndarray[Any, np.dtype[Any]]:
    """What a program's main() returns; nothing may be alive when it calls acl.finalize."""
    results = folder / "results.npy"
    path = os.pathsep.join([str(HERE), str(HERE.parent), *filter(None, sys.path)])
    run = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-W", "error", "-m", "run_client", program, results],
        env={**os.environ, "PYTHONPATH": path},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, "")
    if acl.runtime_info().kind == "host":
        [alive] = json.loads(run.stdout)
        assert not any(alive.values()), f"alive before acl.finalize: {alive}"
    return np.load(results)


@pytest.mark.parametrize(
    "program",
    [
        "sync_inference",
        "async_callback",
        "threads_one_context",
        "load_from_memory",
        "config_handle",
        "shared_memory",
        "dynamic_batch",
        "profiling",
    ],
)
def test_client(program: str, tmp_path: Path) -> None:
    held_out = digits_held_out()
    probabilities = results_of(program, tmp_path).reshape(held_out.probabilities.shape)
    np.testing.assert_allclose(probabilities, held_out.probabilities, rtol=1e-4, atol=1e-5)


def test_single_op(tmp_path: Path) -> None:
    """It computes twice the products of all images with each other, in half precision."""
    images = digits_held_out().images
    rows = images.reshape(len(images), -1).astype(np.float64)
    result = results_of("single_op", tmp_path)
    assert result.dtype == np.float16
    np.testing.assert_allclose(result, 2 * rows @ rows.T, rtol=1e-3)


def test_share_memory(tmp_path: Path) -> None:
    """It gives the images to another process and takes back what that one reads."""
    images = digits_held_out().images
    result = results_of("share_memory", tmp_path)
    np.testing.assert_array_equal(result.ravel(), images.ravel())


@pytest.mark.parametrize("strict", ["off", "fail"])
def test_picture_encoding(strict: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pillow's decoder gives the drawn luma back, and the chroma of areas of one colour.

    At the greatest level the steps of quantisation are 1 or little more: an error of 1 is 48 dB,
    and 40 dB leaves room for how an encoder rounds.
    """
    monkeypatch.setenv("ASCENDCL_STRICT", strict)
    drawn = results_of("picture_encoding", tmp_path).astype(np.float64)
    with Image.open(tmp_path / "encoded.jpg") as picture:
        picture.draft("YCbCr", None)
        decoded = np.asarray(picture.convert("YCbCr"), np.float64)
    height, width = decoded.shape[:2]
    error = np.mean((decoded[..., 0] - drawn[:height]) ** 2)
    assert 10 * np.log10(255**2 / error) > 40
    chroma = drawn[height:].reshape(height // 2, width // 2, 2)
    inside = decoded[80:160:2, 120:200:2, 1:]
    np.testing.assert_allclose(inside, chroma[40:80, 60:100], atol=3)


@pytest.mark.parametrize("strict", ["off", "fail"])
def test_letterbox_detection(strict: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """OpenCV scales what Pillow decodes to the same picture, in the middle of gray.

    The picture is smooth, so that decoders differ by 1 in luma and scaling by 1 more; where chroma
    is sampled costs less than the slope of it, which is 1 in two pixels.
    """
    cv2 = pytest.importorskip("opencv").cv2
    monkeypatch.setenv("ASCENDCL_STRICT", strict)
    y, x = np.mgrid[:200, :320]
    drawn = np.stack([x * 0.7 + 10, y + 20, 200 - x * 0.25], axis=-1).astype(np.uint8)
    path = tmp_path / "picture.jpg"
    Image.fromarray(drawn).save(path, quality=95, subsampling="4:2:0")
    with Image.open(path) as picture:
        picture.draft("YCbCr", None)
        decoded = np.asarray(picture.convert("YCbCr"))
    scaled = cv2.resize(decoded, (256, 160), interpolation=cv2.INTER_LINEAR).astype(int)

    result = results_of("letterbox_detection", tmp_path).astype(int)
    luma, chroma = result[:256], result[256:].reshape(128, 128, 2)
    np.testing.assert_allclose(luma[48:208], scaled[..., 0], atol=2)
    np.testing.assert_allclose(chroma[24:104], scaled[::2, ::2, 1:], atol=3)
    outside = [luma[:48], luma[208:], chroma[:24], chroma[104:]]
    assert all((part == 128).all() for part in outside)


@pytest.mark.parametrize("strict", ["off", "fail"])
def test_batch_crops(strict: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Areas with even corners that are not scaled are the same bytes, luma and chroma."""
    monkeypatch.setenv("ASCENDCL_STRICT", strict)
    pictures = np.random.default_rng(12).integers(0, 256, (2, 144, 128), np.uint8)
    np.save(tmp_path / "pictures.npy", pictures)
    crops = results_of("batch_crops", tmp_path)
    areas = [(0, 0, 0), (0, 16, 2), (0, 96, 64), (1, 50, 38)]  # picture, left, top
    for result, (index, left, top) in zip(crops, areas, strict=True):
        luma = pictures[index, top : top + 32, left : left + 32]
        row = 96 + top // 2
        chroma = pictures[index, row : row + 16, left : left + 32]
        np.testing.assert_array_equal(result, np.concatenate([luma, chroma]))


AIPP = """
aipp_op {
  aipp_mode: static
  input_format: YUV420SP_U8
  csc_switch: true
  matrix_r0c0: 256  matrix_r0c1: 0    matrix_r0c2: 359
  matrix_r1c0: 256  matrix_r1c1: -88  matrix_r1c2: -183
  matrix_r2c0: 256  matrix_r2c1: 454  matrix_r2c2: 0
  input_bias_0: 0  input_bias_1: 128  input_bias_2: 128
  var_reci_chn_0: 0.0039215686  var_reci_chn_1: 0.0039215686  var_reci_chn_2: 0.0039215686
}
"""


def compile_means(path: Path) -> None:
    """A model that takes pictures of 64 x 32 and answers the mean red, green and blue."""
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, 32, 64])
    means = helper.make_tensor_value_info("means", TensorProto.FLOAT, [1, 3, 1, 1])
    node = helper.make_node("GlobalAveragePool", ["image"], ["means"])
    graph = helper.make_graph([node], "g", [image], [means])
    opset = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=8), path / "means.onnx")
    (path / "aipp.cfg").write_text(AIPP)
    options = om.CompileOptions(insert_op_conf=path / "aipp.cfg", verify=False)
    om.compile(path / "means.onnx", path / "with_aipp.om", options)


@pytest.mark.parametrize("strict", ["off", "fail"])
def test_picture_classification(
    strict: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pillow's pixels have the same means; each step on the way may round by 1 of 255."""
    compile_means(tmp_path)
    monkeypatch.setenv("ASCENDCL_STRICT", strict)
    y, x = np.mgrid[:160, :320]
    drawn = np.stack([x * 0.7 + 10, y + 20, 200 - x * 0.25], axis=-1).astype(np.uint8)
    Image.fromarray(drawn).save(tmp_path / "picture.jpg", quality=95, subsampling="4:2:0")
    with Image.open(tmp_path / "picture.jpg") as picture:
        expected = np.asarray(picture.convert("RGB"), np.float64).mean(axis=(0, 1)) / 255
    np.testing.assert_allclose(
        results_of("picture_classification", tmp_path), expected, atol=2 / 255
    )


@pytest.mark.parametrize("strict", ["off", "fail"])
def test_video_frames(strict: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The frames are those that PyAV decodes of the same packets."""
    pytest.importorskip("av")
    from media.clips import H264_MAIN, make_clip

    monkeypatch.setenv("ASCENDCL_STRICT", strict)
    clip = make_clip(H264_MAIN, 256, 144, b_frames=2)
    named = {f"{k:03}": np.frombuffer(data, np.uint8) for k, data in enumerate(clip.packets)}
    np.savez(tmp_path / "packets.npz", **named)
    frames = results_of("video_frames", tmp_path)
    by_packet = dict(zip(clip.order, clip.pictures, strict=True))
    np.testing.assert_array_equal(frames, [by_packet[k] for k in sorted(by_packet)])
