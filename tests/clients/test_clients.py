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
import pytest
from PIL import Image

import acl
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


@pytest.mark.parametrize("strict", ["off", "1"])
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


@pytest.mark.parametrize("strict", ["off", "1"])
def test_letterbox_detection(strict: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """OpenCV scales what Pillow decodes to the same picture, in the middle of gray.

    The picture is smooth, so that decoders differ by 1 in luma and scaling by 1 more; where chroma
    is sampled costs less than the slope of it, which is 1 in two pixels.
    """
    cv2 = pytest.importorskip("cv2")
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


@pytest.mark.parametrize("strict", ["off", "1"])
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
