# SPDX-License-Identifier: Apache-2.0
"""Holds a compiled model against what it was compiled from, in a process of its own.

The process sees the host runtime whatever this one uses, and a crash in it is an answer.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from .comparison import Difference, difference

if TYPE_CHECKING:
    from .host_model import Gears

Array: TypeAlias = npt.NDArray[Any]
Shape: TypeAlias = tuple[int, ...]

_TIMEOUT = 1800.0  # seconds; a process that hangs is an answer, too
_TRIED_SIZES = (64, 224, 16, 8, 640, 4, 2, 1)  # of open dims, until the reference takes one
_GREATEST = (9, 1, 0)


@dataclass(frozen=True)
class Port:
    """An input to make up: its name in the source, shape (-1: open), numpy type, ranges.

    The source may want it in another type and shape.
    """

    name: str
    shape: Shape
    dtype: str
    ranges: tuple[tuple[int, int], ...] = ()
    source_dtype: str = ""
    source_shape: Shape | None = None

    def for_source(self, array: Array) -> Array:
        """Answer the input as the source takes it."""
        if self.source_shape is not None:
            array = array.reshape(self.source_shape)
        return array.astype(self.source_dtype) if self.source_dtype else array


@dataclass(frozen=True)
class VerifyJob:
    """What to run.

    Attributes
    ----------
    model : str
        The .om file.
    source : str
        The ONNX file.
    attempts : list of list of Port
        Inputs in the order of the .om file, with the shapes of each run.
    all_attempts : bool
        Every one must run; else one of them that the reference takes.
    outputs : list of str
        Tensors of the ONNX file, in the order of the .om file.
    constants : dict
        Files (.npy) of inputs of the ONNX file that the .om file has as constants.
    given : dict
        Files (.npy) of inputs that are not made up.
    expected : dict
        Files (.npy) of what `reference` gives for these; it is not run then.
    reference : str
        Who gave them.
    seed : int
        Of what is made up.
    """

    model: str
    source: str
    attempts: list[list[Port]]
    all_attempts: bool
    outputs: list[str]
    constants: dict[str, str]
    given: dict[str, str]
    expected: dict[str, str]
    reference: str = ""
    seed: int = 0


@dataclass(frozen=True)
class Verdict:
    """What came of it: differences, or why there are none."""

    reference: str | None
    differences: tuple[Difference, ...] = ()
    problem: str = ""


def verify(job: VerifyJob) -> Verdict:
    """Run the compiled model and the reference on the same inputs."""
    with tempfile.TemporaryDirectory(prefix="ascendcl-") as folder:
        request, answer = Path(folder) / "job.json", Path(folder) / "answer.json"
        request.write_text(json.dumps(asdict(job)), encoding="utf-8")
        environment = {**os.environ, "ASCENDCL_RUNTIME": "host"}
        for variable in ("ASCENDCL_TRACE", "ASCENDCL_FAULT", "ASCENDCL_STRICT"):
            environment.pop(variable, None)
        try:
            done = subprocess.run(
                [sys.executable, "-m", "ascendcl.om.verify", str(request), str(answer)],
                env=environment,
                capture_output=True,
                text=True,
                timeout=_TIMEOUT,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Verdict(None, problem=f"it did not end within {_TIMEOUT:.0f} s")
        if not answer.exists():
            last = done.stderr.strip().splitlines()[-1:] or [""]
            how = (
                f"died of signal {-done.returncode}"
                if done.returncode < 0
                else f"ended with {done.returncode}"
            )
            return Verdict(None, problem=f"the process that runs it {how}: {last[0]}")
        found = json.loads(answer.read_text(encoding="utf-8"))
    rows = tuple(
        Difference(**{**row, "worst": tuple(row["worst"])}) for row in found["differences"]
    )
    return Verdict(found["reference"], rows, found["problem"])


def attempts_of(
    ports: Sequence[Port], gears: Gears | None, given: Mapping[str, Array]
) -> list[list[Port]]:
    """Answer what to run: each gear, or the one shape, or sizes that open dims may have."""
    if gears is not None:
        return [
            [replace(port, shape=tuple(shape)) for port, shape in zip(ports, shapes, strict=True)]
            for shapes in gears.shapes
        ]
    ports = [
        replace(port, shape=given[port.name].shape) if port.name in given else port
        for port in ports
    ]
    if not any(-1 in port.shape for port in ports):
        return [list(ports)]
    return [[_with_size(port, size) for port in ports] for size in _TRIED_SIZES]


def _with_size(port: Port, size: int) -> Port:
    """Open dims become `size`, as far as their ranges allow; a first one is a batch: 1."""
    shape = []
    for axis, dim in enumerate(port.shape):
        if dim >= 0:
            shape.append(dim)
            continue
        low, high = port.ranges[axis]
        wanted = max(1 if axis == 0 and len(port.shape) > 1 else size, low)
        shape.append(wanted if high < 0 else min(wanted, high))
    return replace(port, shape=tuple(shape))


def made_up(port: Port, rng: np.random.Generator, greatest: int) -> Array:
    """Make an input: normal floats, small integers (0 to `greatest`), coins."""
    dtype = np.dtype(port.dtype)
    if dtype.kind == "f":
        return rng.standard_normal(port.shape).astype(dtype)
    if dtype.kind == "b":
        return rng.integers(0, 2, port.shape).astype(dtype)
    return rng.integers(0, greatest + 1, port.shape).astype(dtype)


def _run_job(job: VerifyJob) -> Verdict:
    from .reference import reference_name

    if job.reference:
        return _run_expected(job)
    if reference_name() is None:
        return Verdict(None)
    constants = {name: np.load(file) for name, file in job.constants.items()}
    given = {name: np.load(file) for name, file in job.given.items()}
    verdict = Verdict(reference_name(), problem="nothing was run")
    rows: list[Difference] = []
    for ports in job.attempts:
        verdict = _run_attempt(job, ports, given, constants)
        if verdict.reference is None or bool(verdict.problem) == job.all_attempts:
            return verdict
        rows += verdict.differences
        if not job.all_attempts and not verdict.problem:
            return verdict
    return replace(verdict, differences=tuple(rows))


def _run_expected(job: VerifyJob) -> Verdict:
    expected = {name: np.load(file) for name, file in job.expected.items()}
    if list(expected) != job.outputs:
        problem = f"{job.reference} gives {len(expected)} outputs, not {len(job.outputs)}"
        return Verdict(job.reference, problem=problem)
    found = _run_compiled(job.model, [np.load(file) for file in job.given.values()])
    rows = [
        difference(name, ours, expected[name])
        for name, ours in zip(job.outputs, found, strict=True)
    ]
    return Verdict(job.reference, tuple(rows))


def _run_attempt(
    job: VerifyJob,
    ports: Sequence[Port],
    given: Mapping[str, Array],
    constants: Mapping[str, Array],
) -> Verdict:
    from .reference import reference_name, run_reference

    problem = ""
    # Integers may be indexes into tables whose sizes nobody tells: the reference refuses what is
    # out of range, then smaller ones are tried.
    has_integers = any(np.dtype(port.dtype).kind in "iu" for port in ports)
    for greatest in _GREATEST if has_integers else _GREATEST[:1]:
        rng = np.random.default_rng(job.seed)
        inputs = {port.name: made_up(port, rng, greatest) for port in ports} | dict(given)
        try:
            fed = {port.name: port.for_source(inputs[port.name]) for port in ports}
            expected = run_reference(Path(job.source), {**fed, **constants}, job.outputs)
        except Exception as error:
            shapes = ", ".join(f"{port.name} {list(port.shape)}" for port in ports)
            problem = f"{reference_name()} does not run it on made-up inputs ({shapes}): {error}"
            continue
        if expected is None:
            return Verdict(None)
        found = _run_compiled(job.model, [inputs[port.name] for port in ports])
        return Verdict(
            reference_name(),
            tuple(
                difference(name, _shaped(ours, theirs), theirs)
                for name, ours, theirs in zip(job.outputs, found, expected, strict=True)
            ),
        )
    return Verdict(reference_name(), problem=problem)


def _shaped(ours: Array, theirs: Array) -> Array:
    """A file that stands for another one may have another shape of as many elements."""
    return ours.reshape(theirs.shape) if ours.size == theirs.size else ours


def _run_compiled(path: str, inputs: Sequence[Array]) -> list[Array]:
    import ascendcl

    with ascendcl.Model.from_file(path) as model:
        found = model(*inputs)
    return list(found) if isinstance(found, tuple) else [found]


def _main(request: str, answer: str) -> None:
    content: dict[str, Any] = json.loads(Path(request).read_text(encoding="utf-8"))
    content["attempts"] = [
        [
            Port(
                **port
                | {
                    "shape": tuple(port["shape"]),
                    "source_shape": None
                    if port["source_shape"] is None
                    else tuple(port["source_shape"]),
                }
            )
            for port in ports
        ]
        for ports in content["attempts"]
    ]
    try:
        verdict = _run_job(VerifyJob(**content))
    except Exception as error:
        verdict = Verdict(None, problem=f"{type(error).__name__}: {error}")
    Path(answer).write_text(json.dumps(asdict(verdict)), encoding="utf-8")


if __name__ == "__main__":
    _main(sys.argv[1], sys.argv[2])
