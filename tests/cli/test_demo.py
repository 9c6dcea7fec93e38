# SPDX-License-Identifier: Apache-2.0
"""``python -m ascendcl demo``, and that the model computes what numpy computes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import ascendcl as acl
from ascendcl.cli import demo
from ascendcl.data import DIGITS_MODEL, HeldOut, digits_held_out

needs_engine = pytest.mark.skipif(
    acl.runtime_info().kind == "host" and acl.runtime_info().engine is None,
    reason="the host runtime has no engine: openvino is not installed",
)


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ascendcl", *arguments], capture_output=True, text=True, check=False
    )


def line(output: str, name: str) -> str:
    found = re.search(rf"^ *{re.escape(name)}  +(.+)$", output, re.MULTILINE)
    assert found, output
    return found[1]


@needs_engine
def test_demo() -> None:
    done = command("demo")
    assert done.returncode == 0, done.stderr
    size = acl.query_size(DIGITS_MODEL)
    assert line(done.stdout, "runtime").startswith(acl.runtime_info().kind)
    assert line(done.stdout, "work memory").startswith(f"{size.work} bytes")
    assert line(done.stdout, "weight memory").startswith(f"{size.weight} bytes")
    assert float(line(done.stdout, "accuracy").rstrip("%")) >= 97
    median = float(line(done.stdout, "latency, median").removesuffix(" ms"))
    assert 0 < median <= float(line(done.stdout, "latency, p99").removesuffix(" ms"))


@needs_engine
def test_model_computes_what_numpy_does() -> None:
    held_out = digits_held_out()
    with acl.Model.from_file(DIGITS_MODEL) as model:
        found = np.concatenate([model(image[None]) for image in held_out.images])
    assert found.shape == held_out.probabilities.shape == (len(held_out.labels), 10)
    # numpy had the same fp16 weights and fp32 arithmetic; an NPU computes in fp16.
    tolerance = 1e-5 if acl.runtime_info().kind == "host" else 2e-2
    np.testing.assert_allclose(found, held_out.probabilities, rtol=0, atol=tolerance)


@needs_engine
def test_demo_fails_below_the_known_accuracy(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    held_out = digits_held_out()
    wrong = HeldOut(held_out.images, (held_out.labels + 1) % 10, held_out.probabilities)
    monkeypatch.setattr(demo, "digits_held_out", lambda: wrong)
    from ascendcl.cli import main

    assert main(["demo"]) == 1
    assert "failed: the accuracy should be at least 97%" in capsys.readouterr().out


def test_demo_on_a_device_that_is_not_there() -> None:
    done = command("demo", "--device", "999")
    assert done.returncode == 1
    assert done.stderr.splitlines()[0].startswith("ascendcl: ")
    assert "Traceback" not in done.stderr


def test_package_data_is_small_and_balanced() -> None:
    folder = Path(DIGITS_MODEL).parent
    assert sum(path.stat().st_size for path in folder.iterdir() if path.is_file()) < 300_000
    held_out = digits_held_out()
    assert held_out.images.shape == (len(held_out.labels), 1, 8, 8)
    assert np.bincount(held_out.labels, minlength=10).min() > 20


@needs_engine
@pytest.mark.parametrize("runtime", ["host", None])
@pytest.mark.parametrize(
    "words",
    [
        ["run", str(DIGITS_MODEL), "--data", "zeros"],
        ["bench", str(DIGITS_MODEL), "--iterations", "1", "--json", "--quiet"],
        ["demo"],
        ["inspect", str(DIGITS_MODEL)],
    ],
    ids=lambda words: words[0],
)
def test_that_models_run_on_the_cpu_is_told_once(words: list[str], runtime: str | None) -> None:
    """On stderr, where nobody asked for it; `inspect` runs nothing."""
    if acl.runtime_info().kind == "cann":
        pytest.skip("CANN is found")
    environment = {key: value for key, value in os.environ.items() if key != "ASCENDCL_RUNTIME"}
    if runtime is not None:
        environment["ASCENDCL_RUNTIME"] = runtime
    done = subprocess.run(
        [sys.executable, "-m", "ascendcl", *words],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert done.returncode == 0, done.stderr
    is_told = runtime is None and words[0] != "inspect"
    lines = [line for line in done.stderr.splitlines() if "models run on the CPU" in line]
    assert len(lines) == is_told
