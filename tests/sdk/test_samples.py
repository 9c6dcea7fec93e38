# SPDX-License-Identifier: Apache-2.0
"""Programs in the manner of public ones, built by their own files against `ascendcl sdk`."""

from __future__ import annotations

import importlib.resources
import os
import platform
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from ascendcl.data import HeldOut, digits_held_out
from ascendcl.sdk import SdkTree, make_sdk

SAMPLES = Path(__file__).with_name("samples")
DIGITS = importlib.resources.files("ascendcl") / "data" / "digits.om"
PICTURES = range(0, 60, 20)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> SdkTree:
    return make_sdk(tmp_path_factory.mktemp("sdk") / "Ascend of mine")


@pytest.fixture(scope="module")
def held_out() -> HeldOut:
    return digits_held_out()


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory, held_out: HeldOut) -> list[Path]:
    folder = tmp_path_factory.mktemp("pictures")
    for i in PICTURES:
        held_out.images[i].tofile(folder / f"{i}.bin")
    return [folder / f"{i}.bin" for i in PICTURES]


@pytest.fixture
def sample(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of the sample that the test is of: builds write into their own folders."""
    return Path(shutil.copytree(SAMPLES / request.param, tmp_path / request.param))


def sourced(tree: SdkTree, **more: str) -> dict[str, str]:
    """The environment after set_env.sh."""
    run = subprocess.run(
        ["sh", "-c", '. "$1" && env -0', "sh", tree.set_env],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, **more},
    )
    return dict(line.split("=", 1) for line in run.stdout.split("\0") if line)


def cmake(source: Path, build: Path, environment: dict[str, str], *options: str) -> None:
    """Configure and build."""
    generator = ["-G", "Ninja"] if shutil.which("ninja") else []
    for command in (
        ["cmake", *generator, "-S", source, "-B", build, "-Wno-deprecated", *options],
        ["cmake", "--build", build],
    ):
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def answer(command: list[str | Path], environment: dict[str, str], cwd: Path) -> str:
    done = subprocess.run(
        command, capture_output=True, text=True, env=environment, cwd=cwd, check=False, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def classes(held_out: HeldOut) -> list[str]:
    """What the programs print for the pictures, by numpy's numbers."""
    return [f"class {held_out.probabilities[i].argmax()}\n" for i in PICTURES]


needs_cmake = pytest.mark.skipif(shutil.which("cmake") is None, reason="no cmake")


@needs_cmake
@pytest.mark.parametrize("sample", ["classification"], indirect=True)
def test_classification(
    sample: Path, tree: SdkTree, held_out: HeldOut, pictures: list[Path]
) -> None:
    environment = sourced(tree)
    cmake(sample, sample / "build" / "intermediates" / "host", environment)
    out = sample / "out"
    said = [answer([out / "main", DIGITS, file], environment, out) for file in pictures]
    assert said == classes(held_out)


@needs_cmake
@pytest.mark.parametrize("sample", ["msame"], indirect=True)
@pytest.mark.parametrize("root", ["", f"{platform.machine()}-linux"])
def test_msame(
    sample: Path, tree: SdkTree, held_out: HeldOut, pictures: list[Path], root: str
) -> None:
    """DDK_PATH with the architecture and without, libraries of acllib, no NPU_HOST_LIB."""
    environment = sourced(tree)
    del environment["NPU_HOST_LIB"]
    environment["DDK_PATH"] = str(tree.home / root)
    cmake(sample, sample / "build", environment)
    for file, i in zip(pictures, PICTURES, strict=True):
        options = ["--model", DIGITS, "--input", file, "--output", sample, "--loop", "2"]
        said = answer([sample / "out" / "msame", *options], environment, sample)
        assert said == "gears: no\n"
        found = np.fromfile(sample / "output_0.bin", np.float32)
        np.testing.assert_allclose(found, held_out.probabilities[i], rtol=0, atol=1e-5)


@needs_cmake
@pytest.mark.parametrize("sample", ["acl_lite"], indirect=True)
def test_library_and_application(
    sample: Path, tree: SdkTree, held_out: HeldOut, pictures: list[Path]
) -> None:
    installed = sample / "third party"
    environment = sourced(tree, THIRDPART_PATH=str(installed))
    cmake(sample / "lib", sample / "lib" / "build", environment)
    command = ["cmake", "--install", sample / "lib" / "build"]
    subprocess.run(command, check=True, capture_output=True, env=environment)
    cmake(sample / "app", sample / "app" / "build", environment)
    environment["LD_LIBRARY_PATH"] += f":{installed / 'lib'}"
    program = sample / "app" / "out" / "main"
    said = [answer([program, DIGITS, file], environment, sample) for file in pictures]
    assert said == classes(held_out)


@needs_cmake
@pytest.mark.parametrize("sample", ["deploy"], indirect=True)
def test_backend_of_a_framework(
    sample: Path, tree: SdkTree, held_out: HeldOut, pictures: list[Path]
) -> None:
    """Found by a find module, built with the paths in it, and run without set_env.sh."""
    build = sample / "build"
    cmake(sample, build, {**os.environ, "ASCEND_TOOLKIT_HOME": str(tree.home)})
    command: list[str | Path] = [build / "demo", build / "libacl_net.so", DIGITS]
    said = [answer([*command, file], dict(os.environ), sample) for file in pictures]
    assert said == classes(held_out)


@pytest.mark.skipif(shutil.which("make") is None, reason="no make")
@pytest.mark.parametrize("sample", ["makefile"], indirect=True)
def test_makefile(sample: Path, tree: SdkTree, held_out: HeldOut, pictures: list[Path]) -> None:
    environment = sourced(tree)
    done = subprocess.run(
        ["make", "-C", sample], capture_output=True, text=True, env=environment, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    said = [answer([sample / "classify", DIGITS, file], environment, sample) for file in pictures]
    assert said == classes(held_out)
