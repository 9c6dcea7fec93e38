# SPDX-License-Identifier: Apache-2.0
"""Pictures as inputs of `ascendcl run`: laid out as the model wants them, or refused."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from answer import Command

import ascendcl as acl
from ascendcl.om import GraphBuilder, ModelBuilder, TensorSpec

pytestmark = pytest.mark.skipif(
    acl.runtime_info().kind == "host" and acl.runtime_info().engine is None,
    reason="the host runtime has no engine: openvino is not installed",
)

RNG = np.random.default_rng(2)


@pytest.fixture
def pillow() -> Any:
    return pytest.importorskip("PIL.Image")


def save(pillow: Any, path: Path, pixels: np.ndarray) -> Path:
    pillow.fromarray(pixels).save(path)
    return path


def same(tmp_path: Path, shape: tuple[int, ...], dtype: str, format: str) -> Path:
    """What it gets, as it is."""
    spec = TensorSpec(shape, dtype, format)
    graph = GraphBuilder("same")
    x = graph.data("x", spec)
    zero = graph.constant("zero", np.zeros(1, dtype), dtype=dtype)
    graph.output([graph.op("Add", [x, zero], spec)], ["y"])
    path = tmp_path / "same.om"
    path.write_bytes(ModelBuilder(graph).to_bytes())
    return path


def got(command: Command, tmp_path: Path, *words: object) -> np.ndarray:
    out = tmp_path / "y.npy"
    done = command("run", *words, "--output", out)
    assert done.code == 0, done.err
    found: np.ndarray = np.load(out)
    return found


def test_of_a_digit(command: Command, digits: Path, tmp_path: Path, pillow: Any) -> None:
    pixels = RNG.integers(0, 256, (8, 8), np.uint8)
    picture = save(pillow, tmp_path / "digit.png", pixels)
    found = got(command, tmp_path, digits, "--input", picture)
    with acl.Model.from_file(digits) as model:
        expected = model.run(pixels.astype(np.float32).reshape(1, 1, 8, 8))
    np.testing.assert_array_equal(found, expected[0])


@pytest.mark.parametrize("format", ["NCHW", "NHWC"])
@pytest.mark.parametrize("bgr", [False, True])
def test_layouts(command: Command, tmp_path: Path, pillow: Any, format: str, bgr: bool) -> None:
    pixels = RNG.integers(0, 256, (5, 7, 3), np.uint8)
    picture = save(pillow, tmp_path / "x.png", pixels)
    shape = (1, 3, 5, 7) if format == "NCHW" else (1, 5, 7, 3)
    model = same(tmp_path, shape, "float32", format)
    words = ["--mean", "10,20,30", "--std", "2", *(["--bgr"] if bgr else [])]
    found = got(command, tmp_path, model, "--input", picture, *words)
    expected = (pixels[..., :: -1 if bgr else 1].astype(np.float64) - [10, 20, 30]) / 2
    if format == "NCHW":
        expected = expected.transpose(2, 0, 1)
    np.testing.assert_array_equal(found, expected.reshape(shape).astype(np.float32))


def test_layout_that_is_not_told(command: Command, tmp_path: Path, pillow: Any) -> None:
    pixels = RNG.integers(0, 256, (3, 4, 3), np.uint8)
    picture = save(pillow, tmp_path / "x.png", pixels)
    model = same(tmp_path, (3, 4, 3), "float32", "ND")
    done = command("run", model, "--input", picture)
    assert (done.code, "--layout NCHW or --layout NHWC" in done.err) == (1, True)
    found = got(command, tmp_path, model, "--input", picture, "--layout", "NHWC")
    np.testing.assert_array_equal(found, pixels.astype(np.float32))
    done = command("run", model, "--input", picture, "--layout", "NCHW")
    assert (done.code, "3x4" in done.err, "4x3" in done.err) == (1, True, True)


def test_nothing_is_resized(command: Command, digits: Path, tmp_path: Path, pillow: Any) -> None:
    picture = save(pillow, tmp_path / "x.png", np.zeros((9, 10), np.uint8))
    done = command("run", digits, "--input", picture)
    assert done.code == 1
    assert [text for text in ("8x8", "10x9", "resized") if text not in done.err] == []


def test_what_8_bits_do_not_hold(
    command: Command, digits: Path, tmp_path: Path, pillow: Any
) -> None:
    picture = save(pillow, tmp_path / "x.png", np.full((8, 8), 3000, np.uint16))
    done = command("run", digits, "--input", picture)
    assert (done.code, "I;16" in done.err) == (1, True)


@pytest.mark.parametrize("alpha", [255, 254])
def test_transparent_ones(
    command: Command, digits: Path, tmp_path: Path, pillow: Any, alpha: int
) -> None:
    pixels = np.full((8, 8, 4), 200, np.uint8)
    pixels[..., 3] = 255
    pixels[0, 0, 3] = alpha
    picture = save(pillow, tmp_path / "x.png", pixels)
    done = command("run", digits, "--input", picture)
    assert (done.code, "transparent" in done.err) == ((0, False) if alpha == 255 else (1, True))


def test_pixels_as_they_are(command: Command, tmp_path: Path, pillow: Any) -> None:
    pixels = RNG.integers(0, 256, (4, 6, 3), np.uint8)
    picture = save(pillow, tmp_path / "x.png", pixels)
    spec = TensorSpec((1, 4, 6, 3), "uint8", "NHWC")
    graph = GraphBuilder("cast")
    x = graph.data("x", spec)
    to = TensorSpec((1, 4, 6, 3), "float32", "NHWC")
    graph.output([graph.op("Cast", [x], to, attrs={"DstT": 0, "dst_type": 0})], ["y"])
    model = tmp_path / "cast.om"
    model.write_bytes(ModelBuilder(graph).to_bytes())
    found = got(command, tmp_path, model, "--input", picture)
    np.testing.assert_array_equal(found[0], pixels.astype(np.float32))
    done = command("run", model, "--input", picture, "--mean", "1")
    assert (done.code, "uint8" in done.err, "--mean" in done.err) == (1, True, True)


def test_one_cut_short(command: Command, digits: Path, tmp_path: Path, pillow: Any) -> None:
    picture = save(pillow, tmp_path / "x.png", RNG.integers(0, 256, (8, 8), np.uint8))
    picture.write_bytes(picture.read_bytes()[:60])
    done = command("run", digits, "--input", picture)
    assert (done.code, str(picture) in done.err) == (1, True)


def test_without_pillow(
    command: Command, digits: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    picture = tmp_path / "x.png"
    picture.touch()
    done = command("run", digits, "--input", picture)
    assert done.code == 1
    assert 'pip install "ascendcl[pictures]"' in done.err
