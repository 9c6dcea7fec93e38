# SPDX-License-Identifier: Apache-2.0
"""A model against OpenVINO and ONNX Runtime on what it was compiled from, in turns."""

from __future__ import annotations

import textwrap
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from ascendcl.bench.duration import Duration
from ascendcl.bench.summary import Summary
from ascendcl.om.comparer import as_port, in_shape, paired_inputs, paired_outputs
from ascendcl.om.comparison import Difference, difference
from ascendcl.om.runnable import CompareError, OmModel, OpenVinoModel, read_openvino

if TYPE_CHECKING:
    from ascendcl.bench.load_run import Clock
    from ascendcl.model import Model
    from ascendcl.om.verify import Port

Array: TypeAlias = npt.NDArray[Any]
Contestant: TypeAlias = Callable[[], list[Array]]

OURS: Final = "ascendcl"
_SETTLE: Final = 20_000_000  # nanoseconds


@dataclass(frozen=True)
class Contest:
    """What came of it.

    Attributes
    ----------
    source : str
        The file that the others run.
    threads : int
        Of each execution, of each contestant on the processor.
    times : dict
        Milliseconds of one run, by contestant.
    differences : dict
        By contestant other than ours: what our outputs are off by, each against its.
    missing : tuple of str
        Who is not installed.
    """

    source: str
    threads: int
    times: Mapping[str, Summary]
    differences: Mapping[str, tuple[Difference, ...]]
    missing: tuple[str, ...]


def hold_contest(
    path: Path,
    model: Model,
    source: Path,
    arrays: Sequence[Array],
    *,
    threads: int,
    duration: Duration,
    warm_up: int = 3,
    clock: Clock = time.perf_counter_ns,
    tell: Callable[[int], None] | None = None,
) -> Contest:
    """Run the model and what it was compiled from on the same numbers, in turns.

    Untimed runs go before each timed one: the threads of the contestant before it spin on for some
    milliseconds (ONNX Runtime's do), and take the processor from whoever comes next.

    Parameters
    ----------
    path
        Of our model.
    model
        What is loaded of it, with as many threads as the others get.
    source
        ONNX, or what else OpenVINO reads, which it then runs alone.
    arrays
        The inputs of the model.
    threads
        Of an execution.
    duration
        How many rounds, or how long.
    warm_up
        Runs of each beforehand.
    clock
        Answers nanoseconds.
    tell
        Is called with the number of rounds after each.

    Raises
    ------
    CompareError
        The source cannot be read or run, or has other inputs or outputs.
    """
    ours = OmModel(path, model)
    try:
        theirs = read_openvino(source)
    except ImportError as error:
        raise CompareError(f'{source} is read by OpenVINO: pip install "ascendcl[host]"') from error
    pairs = paired_inputs(ours, theirs)
    fed = {
        other.name: as_port(array, other) for array, (_, other) in zip(arrays, pairs, strict=True)
    }
    for port in theirs.inputs:
        _check_shape(theirs, port, fed[port.name].shape)
    outputs = paired_outputs(ours, theirs)
    contestants: dict[str, Contestant] = {OURS: lambda: model.run(*arrays)}
    contestants["openvino"] = _openvino(theirs, fed, threads)
    missing = []
    if source.suffix == ".onnx":
        try:
            contestants["onnxruntime"] = _onnxruntime(source, theirs, fed, threads)
        except ImportError:
            missing.append("onnxruntime")
    results = {name: _run(name, contestant) for name, contestant in contestants.items()}
    differences = {
        name: tuple(
            difference(own, in_shape(results[OURS][index], found[other]), found[other])
            for index, (own, other) in enumerate(outputs)
        )
        for name, found in results.items()
        if name != OURS
    }
    times = times_in_turns(contestants, duration, warm_up=warm_up, clock=clock, tell=tell)
    summaries = {name: Summary.of(values) for name, values in times.items()}
    return Contest(str(source), threads, summaries, differences, tuple(missing))


def times_in_turns(
    contestants: Mapping[str, Callable[[], object]],
    duration: Duration,
    *,
    warm_up: int,
    clock: Clock,
    settle: int = _SETTLE,
    tell: Callable[[int], None] | None = None,
) -> dict[str, list[int]]:
    """Nanoseconds of one timed run of each per round, after `settle` of untimed ones."""
    for contestant in contestants.values():
        for _ in range(warm_up):
            contestant()
    times: dict[str, list[int]] = {name: [] for name in contestants}
    rounds, begun = 0, clock()
    while not duration.is_over(rounds, clock() - begun):
        for name, contestant in contestants.items():
            settled = clock() + settle
            contestant()
            while clock() < settled:
                contestant()
            start = clock()
            contestant()
            times[name].append(clock() - start)
        rounds += 1
        if tell:
            tell(rounds)
    return times


def _check_shape(model: OpenVinoModel, port: Port, shape: tuple[int, ...]) -> None:
    """OpenVINO would give a model of fixed shapes any others."""
    if len(shape) != len(port.shape) or any(
        own not in (-1, size) for own, size in zip(port.shape, shape, strict=True)
    ):
        raise CompareError(
            f"{model.path}: input {port.name!r} is {list(port.shape)}, and {list(shape)} here"
        )


def _run(name: str, contestant: Contestant) -> list[Array]:
    try:
        return contestant()
    except Exception as error:
        if name == OURS:
            raise
        raise CompareError(f"{name} does not run it on these inputs: {_words(error)}") from error


def _openvino(model: OpenVinoModel, fed: Mapping[str, Array], threads: int) -> Contestant:
    from ascendcl.om.openvino_package import ov

    arrays = [np.ascontiguousarray(fed[port.name]) for port in model.inputs]
    settings = {
        "INFERENCE_NUM_THREADS": threads,
        "NUM_STREAMS": 1,
        "INFERENCE_PRECISION_HINT": "f32",
    }
    try:
        model.model.reshape({index: array.shape for index, array in enumerate(arrays)})
        request = ov.Core().compile_model(model.model, "CPU", settings).create_infer_request()
    except RuntimeError as error:
        raise CompareError(
            f"{model.path}: OpenVINO does not take it in these shapes: {_words(error)}"
        ) from error
    return lambda: list(request.infer(arrays).values())


def _onnxruntime(
    source: Path, model: OpenVinoModel, fed: Mapping[str, Array], threads: int
) -> Contestant:
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        session = ort.InferenceSession(source, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # its exceptions have no common base but this
        raise CompareError(f"{source}: ONNX Runtime cannot load it: {_words(error)}") from error
    names = [port.name for port in session.get_inputs()]
    if missing := set(names) - set(fed):
        raise CompareError(f"{source}: ONNX Runtime asks for {sorted(missing)}, too")
    own = {name: np.ascontiguousarray(fed[name]) for name in names}
    known = [port.name for port in session.get_outputs()]
    asked = model.outputs if set(model.outputs) <= set(known) else None
    return lambda: list(session.run(asked, own))


def _words(error: Exception) -> str:
    """What it says, on one line."""
    return textwrap.shorten(str(error) or type(error).__name__, 400)
