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
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from .aipp_numpy import apply_aipp
from .comparison import Difference, difference
from .recipes import FIRST, MORE, Recipe

if TYPE_CHECKING:
    from ascendcl import Model

    from .host_model import Gears
    from .reference import Reference

Array: TypeAlias = npt.NDArray[Any]
Shape: TypeAlias = tuple[int, ...]

_TIMEOUT = 1800.0  # seconds; a process that hangs is an answer, too
_TRIED_SIZES = (64, 224, 16, 8, 640, 4, 2, 1)  # of open dims, until the reference takes one
_ASKED_FROM = 1e-3  # relative L2: what two runtimes differ by in most models is far less
TIMES = 4  # of what the reference moves by itself, a difference may be due to roundings
_ROUNDING = 1e-7  # of float32
_NEXT_TO_WHOLE = 1e-3
_OTHER_SIZES = ((2, 37, 41, 43), (1, 6, 9, 5), (3, 16, 33, 35))
_UNTAKEN = "does not run it on made-up inputs"


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
    aipp: dict[str, Any] | None = None  # of pictures, what makes the network's input of them

    def for_source(self, array: Array) -> Array:
        """Answer the input as the source takes it."""
        if self.aipp is not None:
            return apply_aipp(array, self.aipp)
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
    others : list of list of Port
        More shapes: of these, those that the reference takes.
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
    other_dims : bool
        The model stands for another one, whose outputs may have other dims of as many elements.
    seed : int
        Of what is made up.
    skipped : list of str
        Recipes on which the reference died.
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
    others: list[list[Port]] = field(default_factory=list)
    other_dims: bool = False
    seed: int = 0
    skipped: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Verdict:
    """What came of it: differences, or why there are none."""

    reference: str | None
    differences: tuple[Difference, ...] = ()
    problem: str = ""
    bound: float = 0.0  # relative L2 that the differences were held against


def verify(job: VerifyJob) -> Verdict:
    """Run the compiled model and the reference on the same inputs."""
    while True:
        verdict, died_of = _in_a_process(job)
        # The reference itself may die, as of a division by zero: that says nothing of ours.
        if died_of is None or died_of in job.skipped:
            return verdict
        job = replace(job, skipped=[*job.skipped, died_of])


def _in_a_process(job: VerifyJob) -> tuple[Verdict, str | None]:
    """The verdict, and the recipe on which the reference died."""
    with tempfile.TemporaryDirectory(prefix="ascendcl-") as folder:
        request, answer = Path(folder) / "job.json", Path(folder) / "answer.json"
        stage = Path(folder) / "answer.stage"
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
            return Verdict(None, problem=f"it did not end within {_TIMEOUT:.0f} s"), None
        if not answer.exists():
            last = done.stderr.strip().splitlines()[-1:] or [""]
            how = (
                f"died of signal {-done.returncode}"
                if done.returncode < 0
                else f"ended with {done.returncode}"
            )
            died_of = stage.read_text(encoding="utf-8") if stage.exists() else ""
            problem = f"the process that runs it {how}: {last[0]}"
            return Verdict(None, problem=problem), died_of or None
        found = json.loads(answer.read_text(encoding="utf-8"))
    rows = tuple(
        Difference(**{**row, "worst": tuple(row["worst"])}) for row in found["differences"]
    )
    return Verdict(found["reference"], rows, found["problem"]), None


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
    return [[_with_sizes(port, (1, size)) for port in ports] for size in _TRIED_SIZES]


def others_of(attempts: Sequence[Sequence[Port]], ports: Sequence[Port]) -> list[list[Port]]:
    """Answer more shapes of open dims: what one hides, as a pool's last window, others show."""
    if len(attempts) < 2 or not any(-1 in port.shape for port in ports):
        return []
    return [[_with_sizes(port, sizes) for port in ports] for sizes in _OTHER_SIZES]


def _with_sizes(port: Port, sizes: Sequence[int]) -> Port:
    """Open dims become those of `sizes`, as far as their ranges allow; the first is a batch."""
    shape = []
    for axis, dim in enumerate(port.shape):
        if dim >= 0:
            shape.append(dim)
            continue
        low, high = port.ranges[axis]
        place = axis if len(port.shape) > 1 else 1
        wanted = max(sizes[min(place, len(sizes) - 1)], low)
        shape.append(wanted if high < 0 else min(wanted, high))
    return replace(port, shape=tuple(shape))


class _Verification:
    """A job at work: both models, loaded once."""

    def __init__(self, job: VerifyJob, model: Model, reference: Reference, stage: Path) -> None:
        self._job = job
        self._model = model
        self._reference = reference
        self._stage = stage
        self._constants = {name: np.load(file) for name, file in job.constants.items()}
        self._given = {name: np.load(file) for name, file in job.given.items()}
        self._worst: dict[str, Difference] = {}
        self._taken = FIRST[0]

    def run(self) -> Verdict:
        """Each attempt, or the first that the reference takes; one of them by all recipes."""
        problem, has_run = "nothing was run", False
        for ports in self._job.attempts:
            problem = self._first(ports)
            if problem and self._job.all_attempts:
                break
            if not problem and not has_run:
                has_run = True
                self._more(ports)
            if not problem and not self._job.all_attempts:
                break
        if has_run:
            for ports in self._job.others:
                self._compare(ports, self._taken, self._taken, is_other=True)
        return Verdict(self._reference.name, tuple(self._worst.values()), problem)

    def _first(self, ports: Sequence[Port]) -> str:
        problem = ""
        for recipe in FIRST:
            found = self._compare(ports, recipe, recipe)
            if not found:
                self._taken = recipe
                return ""
            problem = problem or found
        return problem or "the process of the reference died"

    def _more(self, ports: Sequence[Port]) -> None:
        if self._tells_apart(ports, "fiu"):
            for recipe in MORE:
                self._compare(ports, recipe, self._taken)  # one that is refused has been told

    def _tells_apart(self, ports: Sequence[Port], kinds: str) -> bool:
        """Whether recipes make different inputs of these kinds."""
        return any(
            np.dtype(port.dtype).kind in kinds for port in ports if port.name not in self._given
        )

    @staticmethod
    def _is_parameter(port: Port, ports: Sequence[Port]) -> bool:
        """Whether an input looks like an index, a shape, a scale, beside others that are data."""
        rank = len(port.shape)
        is_small = rank < 2 and any(len(each.shape) > rank for each in ports)
        has_floats = any(np.dtype(each.dtype).kind == "f" for each in ports)
        return is_small or (has_floats and np.dtype(port.dtype).kind in "iu")

    def _compare(
        self, ports: Sequence[Port], recipe: Recipe, first: Recipe, *, is_other: bool = False
    ) -> str:
        """Run both; why they could not, else nothing."""
        if recipe.name in self._job.skipped:
            return f"{self._reference.name} dies of it ({recipe.name})"
        rng = np.random.default_rng(self._job.seed)
        inputs = {
            port.name: self._given[port.name]
            if port.name in self._given
            else rng.integers(0, 256, port.shape, np.uint8)
            if port.aipp is not None
            else (first.as_parameters() if self._is_parameter(port, ports) else recipe).make(
                rng, port.shape, np.dtype(port.dtype)
            )
            for port in ports
        }
        fed = {port.name: port.for_source(inputs[port.name]) for port in ports}
        self._stage.write_text(recipe.name, encoding="utf-8")
        try:
            expected = self._reference.run({**fed, **self._constants})
        except Exception as error:
            shapes = ", ".join(f"{port.name} {list(port.shape)}" for port in ports)
            return f"{self._reference.name} {_UNTAKEN} ({shapes}): {error}"
        finally:
            self._stage.write_text("", encoding="utf-8")
        try:
            _set_aipp(self._model, ports)
            found = self._model.run(*(inputs[port.name] for port in ports))
        except Exception as error:
            return f"{type(error).__name__}: {error}"
        if self._job.other_dims:
            found = [
                ours.reshape(theirs.shape) if ours.size == theirs.size else ours
                for ours, theirs in zip(found, expected, strict=True)
            ]
        try:
            wanted = [
                _in_type_of(ours, theirs, name)
                for name, ours, theirs in zip(self._job.outputs, found, expected, strict=True)
            ]
        except OutOfTypeError as error:
            return f"{error} (on inputs: {recipe.name})"
        rows = [
            difference(name, ours, theirs)
            for name, ours, theirs in zip(self._job.outputs, found, wanted, strict=True)
        ]
        if any(_ASKED_FROM < row.relative_l2 < np.inf for row in rows):
            rows = self._with_moves(rows, fed, expected)
        for row in rows:
            # Of a shape that nobody asked for, what roundings may have done shows nothing.
            if not is_other or row.relative_l2 > TIMES * row.moved:
                self._keep(row, recipe)
        return ""

    def _with_moves(
        self, rows: Sequence[Difference], fed: Mapping[str, Array], expected: Sequence[Array]
    ) -> list[Difference]:
        """Ask the reference how far it moves itself when its inputs change by a rounding."""
        moved = {
            name: (value * (1 + _ROUNDING)).astype(value.dtype)
            for name, value in fed.items()
            if value.dtype.kind == "f"
        }
        others = self._reference.run({**fed, **moved, **self._constants})
        return [
            replace(row, moved=difference(row.name, other, theirs).relative_l2)
            for row, other, theirs in zip(rows, others, expected, strict=True)
        ]

    def _keep(self, row: Difference, recipe: Recipe) -> None:
        kept = self._worst.get(row.name)
        if kept is None or not row.relative_l2 <= kept.relative_l2:
            note = f"{row.note}; " if row.note else ""
            self._worst[row.name] = replace(row, note=f"{note}on inputs: {recipe.name}")


def _set_aipp(model: Model, ports: Sequence[Port]) -> None:
    """Give the parameters of dynamic AIPP."""
    from ascendcl.aipp import AippConfig

    dynamic = [(port.name, port.aipp) for port in ports if port.aipp and port.aipp["is_dynamic"]]
    for name, step in dynamic:
        _, height, width, _ = step["image"]
        reciprocal = tuple(step["values"][f"var_reci_chn_{i}"] for i in range(4))
        config = AippConfig(step["values"]["input_format"], width, height, reciprocal=reciprocal)
        model.set_aipp(config, name)


def as_input(value: npt.ArrayLike, port: Port) -> Array:
    """Answer a value that was given for an input, in its type and with as many dims."""
    array = np.asarray(value).astype(port.dtype)
    return array.reshape((1,) * len(port.shape)) if array.ndim == 0 else array


class OutOfTypeError(ValueError):
    """The type that was asked for an output does not hold what the source computes."""


def _in_type_of(ours: Array, theirs: Array, name: str) -> Array:
    """Floats as integers, which `output_type` makes of them: cut off towards zero.

    Raises
    ------
    OutOfTypeError
        One is beyond the type: it could be anything.
    """
    if ours.dtype.kind not in "iu" or theirs.dtype.kind != "f" or ours.shape != theirs.shape:
        return theirs
    limits, whole = np.iinfo(ours.dtype), np.trunc(theirs)
    outside = ~((whole >= limits.min) & (whole <= limits.max))
    if outside.any():
        raise OutOfTypeError(
            f"output_type: output {name!r} is {theirs[outside][0]:g} somewhere, which "
            f"{ours.dtype} does not hold"
        )
    # A rounding moves what is next to a whole number over it.
    is_next = np.abs(theirs - np.rint(theirs)) < _NEXT_TO_WHOLE
    return np.where(is_next & (np.abs(ours - theirs) < 1 + _NEXT_TO_WHOLE), ours, whole)


def _shapes_of(attempts: Sequence[Sequence[Port]]) -> dict[str, list[Shape]]:
    shapes: dict[str, list[Shape]] = {}
    for port in (port for ports in attempts for port in ports):
        shape = port.shape if port.source_shape is None else port.source_shape
        shapes.setdefault(port.name, []).append(shape)
    return shapes


def _run_job(job: VerifyJob, stage: Path) -> Verdict:
    import ascendcl

    from .reference import Reference, reference_name

    if job.reference:
        return _run_expected(job)
    try:
        reference = Reference.of(Path(job.source), job.outputs, _shapes_of(job.attempts))
    except Exception as error:
        return Verdict(reference_name(), problem=f"{reference_name()} does not take it: {error}")
    if reference is None:
        return Verdict(None)
    with ascendcl.Model.from_file(job.model) as model:
        return _Verification(job, model, reference, stage).run()


def _run_expected(job: VerifyJob) -> Verdict:
    import ascendcl

    expected = {name: np.load(file) for name, file in job.expected.items()}
    if list(expected) != job.outputs:
        problem = f"{job.reference} gives {len(expected)} outputs, not {len(job.outputs)}"
        return Verdict(job.reference, problem=problem)
    with ascendcl.Model.from_file(job.model) as model:
        found = model.run(*(np.load(file) for file in job.given.values()))
    rows = [
        difference(name, ours, expected[name])
        for name, ours in zip(job.outputs, found, strict=True)
    ]
    return Verdict(job.reference, tuple(rows))


def _port(content: dict[str, Any]) -> Port:
    source = content["source_shape"]
    shapes = {
        "shape": tuple(content["shape"]),
        "source_shape": None if source is None else tuple(source),
    }
    return Port(**content | shapes)


def _main(request: str, answer: str) -> None:
    content: dict[str, Any] = json.loads(Path(request).read_text(encoding="utf-8"))
    for key in ("attempts", "others"):
        content[key] = [[_port(port) for port in ports] for ports in content[key]]
    try:
        verdict = _run_job(VerifyJob(**content), Path(answer).with_suffix(".stage"))
    except Exception as error:
        verdict = Verdict(None, problem=f"{type(error).__name__}: {error}")
    Path(answer).write_text(json.dumps(asdict(verdict)), encoding="utf-8")


if __name__ == "__main__":
    _main(sys.argv[1], sys.argv[2])
