# SPDX-License-Identifier: Apache-2.0
"""Each example runs as it stands, and says what it should.

Those for servers have environments of their own: .ci/serve.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import ascendcl
from ascendcl.data import DIGITS_MODEL, digits_held_out

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
HELD_OUT = digits_held_out()


def said_by(*command: str | Path, cwd: Path) -> str:
    """Run a program that must not fail or warn; what it prints."""
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        env={**os.environ, "ASCENDCL_STRICT": "warn"},
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def said_by_example(name: str, *arguments: str | Path, cwd: Path) -> str:
    return said_by(sys.executable, "-W", "error", EXAMPLES / name, *arguments, cwd=cwd)


def test_minimal(tmp_path: Path) -> None:
    said = said_by_example("minimal.py", cwd=tmp_path)
    assert "image (1, 1, 8, 8) float32" in said
    assert f"this is a {HELD_OUT.labels[0]}" in said


def test_two_models(tmp_path: Path) -> None:
    said = said_by_example("two_models.py", cwd=tmp_path)
    need = ascendcl.query_size(DIGITS_MODEL)
    assert said.count(f": {need.work} bytes of work, {need.weight} of weights") == 2
    assert f"one workspace for all: {need.work} bytes" in said
    assert "both ran" in said


def test_pool_and_batcher(tmp_path: Path) -> None:
    said = said_by_example("pool_and_batcher.py", cwd=tmp_path)
    assert "pool: 100% right" in said
    assert "(7, 1, 8, 8) -> (7, 10)" in said
    assert "100 answered, 0 refused" in said


def test_asyncio(tmp_path: Path) -> None:
    said = said_by_example("asyncio_runs.py", cwd=tmp_path)
    assert said.splitlines() == ["run_async: 100% right", "pool.run: 100% right"]


@pytest.mark.parametrize("number", [0, 20, 40])
@pytest.mark.parametrize("ending", ["png", "jpg"])
def test_classify_image(tmp_path: Path, number: int, ending: str) -> None:
    """Of a picture larger than what the model takes, in colour."""
    images = pytest.importorskip("PIL.Image")
    grey = (HELD_OUT.images[number, 0] * (255 / 16)).round().astype(np.uint8)
    large = np.repeat(np.repeat(grey, 16, axis=0), 16, axis=1)
    picture = tmp_path / f"picture.{ending}"
    images.fromarray(np.stack([large] * 3, axis=-1)).save(picture)
    likeliest, *others = said_by_example("classify_image.py", picture, cwd=tmp_path).splitlines()
    assert likeliest.startswith(f"{HELD_OUT.labels[number]}: ")
    assert len(others) == 2


def test_recurrent(tmp_path: Path) -> None:
    """On the device and through the host it is the same; the example compares all numbers."""
    pytest.importorskip("onnx")
    said = said_by_example("recurrent.py", cwd=tmp_path)
    on_device, through_host = re.findall(r"\[.*\]", said)
    assert on_device == through_host


@pytest.mark.skipif(shutil.which("cmake") is None, reason="no cmake")
def test_cpp(tmp_path: Path) -> None:
    build = tmp_path / "build"
    config = [sys.executable, "-m", "ascendcl", "config", "--cmakedir"]
    folder = said_by(*config, cwd=tmp_path).strip()
    said_by("cmake", "-S", EXAMPLES / "cpp", "-B", build, f"-Dascendcl_DIR={folder}", cwd=tmp_path)
    said_by("cmake", "--build", build, cwd=tmp_path)
    inputs = [tmp_path / f"{i}.bin" for i in (0, 20, 40)]
    for i, file in zip((0, 20, 40), inputs, strict=True):
        HELD_OUT.images[i].tofile(file)
    said = said_by(build / "classify", DIGITS_MODEL, *inputs, cwd=tmp_path).splitlines()
    assert [line.rpartition(" (")[0] for line in said] == [
        f"{file}: {HELD_OUT.labels[i]}" for i, file in zip((0, 20, 40), inputs, strict=True)
    ]

    inputs[0].write_bytes(b"too short")
    command = [build / "classify", DIGITS_MODEL, inputs[0]]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "has 9 bytes, the model takes 256" in done.stderr


def test_every_example_has_a_test() -> None:
    tests = Path(__file__).read_text(encoding="utf-8")
    names = [path.name for path in EXAMPLES.glob("*.py")]
    assert len(names) >= 6
    assert [name for name in names if f'"{name}"' not in tests] == []
