# SPDX-License-Identifier: Apache-2.0
"""The node tests of onnx.backend.test: what they are, and what becomes of one that is compiled."""

from __future__ import annotations

import functools
import pickle
import tempfile
import warnings
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx

if TYPE_CHECKING:
    from ascendcl.om.verify import Verdict, VerifyJob

# Types that a model file of the host runtime can describe.
_NAMES = "FLOAT FLOAT16 DOUBLE INT8 INT16 INT32 INT64 UINT8 UINT16 UINT32 UINT64 BOOL"
TYPES = frozenset(map(onnx.TensorProto.DataType.Value, _NAMES.split()))

RIGHT = "right"
ROUNDING = "right but for rounding"
TOLD = "written, and told that float64 is computed in float32"
NO_RULE = "no rule in the front end"
UNREADABLE = "not read by the front end"
KNOWN_WRONG = "refused: known to come out wrong"
CAUGHT = "caught by the verification"
NOT_RUN = "not run by the host runtime"
NO_REFERENCE = "not run by the reference"
REFUSED = "refused by us"
CALL_REFUSED = "written, and the call refused"
WRONG = "WRONG AND WRITTEN"
DIED = "DIED"


# Another rounding turns the balance.
ON_THE_EDGE = {
    "test_nonmaxsuppression_iou_threshold_boundary": "an overlap of exactly the threshold"
}


@dataclass(frozen=True)
class Case:
    """One test: a model of one operator, what goes in and what has to come out."""

    name: str
    operator: str
    model: bytes
    inputs: dict[str, np.ndarray]
    outputs: dict[str, np.ndarray]
    rtol: float
    atol: float


@dataclass(frozen=True)
class Outcome:
    """What became of a test; `given` tells that its integer inputs had to be given."""

    case: str
    operator: str
    kind: str
    reason: str = ""
    given: bool = False


@functools.cache
def all_cases() -> tuple[list[Case], dict[str, int]]:
    """The tests whose tensors have types that the runtime has, and how many others there are."""
    from onnx.backend.test.loader import load_model_tests

    np.random.seed(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # some tests are about overflow
        tests = [t for t in load_model_tests(kind="node") if "_expanded" not in t.name]
    taken = [case for test in tests if (case := _case(test)) is not None]
    return taken, {"all": len(tests), "other types": len(tests) - len(taken)}


def _case(test: Any) -> Case | None:
    graph = test.model.graph
    ports = [*graph.input, *graph.output]
    if not all(port.type.WhichOneof("value") == "tensor_type" for port in ports):
        return None
    if not all(port.type.tensor_type.elem_type in TYPES for port in ports):
        return None
    ((inputs, outputs),) = test.data_sets
    return Case(
        test.name,
        graph.node[0].op_type,
        test.model.SerializeToString(),
        {port.name: _array(value) for port, value in zip(graph.input, inputs, strict=True)},
        {port.name: _array(value) for port, value in zip(graph.output, outputs, strict=True)},
        test.rtol,
        test.atol,
    )


def _array(value: Any) -> np.ndarray:
    is_proto = isinstance(value, onnx.TensorProto)
    return onnx.numpy_helper.to_array(value) if is_proto else np.asarray(value)


def save(cases: list[Case], folder: Path) -> None:
    """Keep the tests for processes to come: making them takes ten seconds."""
    for case in cases:
        (folder / f"{case.name}.pickle").write_bytes(pickle.dumps(case))


def load(folder: Path, name: str) -> Case:
    """One of the tests that were kept."""
    case: Case = pickle.loads((folder / f"{name}.pickle").read_bytes())
    return case


def verify_here() -> None:
    """Have compile verify in this process: another one costs seconds, and this one may die."""
    from ascendcl.om import compiler

    compiler.verify = verdict_here


def verdict_here(job: VerifyJob) -> Verdict:
    """What a process for it would answer."""
    from ascendcl.om.verify import Verdict, _run_job

    with tempfile.TemporaryDirectory() as folder:
        try:
            return _run_job(job, Path(folder) / "stage")
        except Exception as error:
            return Verdict(None, problem=f"{type(error).__name__}: {error}")


def outcome_of(case: Case, folder: Path) -> Outcome:
    """Compile, and run what was written on the test's own inputs.

    Made-up shapes and scales fit no model. Where the reference takes none, the test's own are given
    (--verify-input): of all inputs but the first, which stays made up, then of that, too. Where the
    number of dims depends on them, they are made constants (--input_value).
    """
    found = _outcome(case, folder, {})
    first = next(iter(case.inputs), "")
    others = {name: value for name, value in case.inputs.items() if name != first}
    for given in (others, case.inputs):
        if found.kind != NO_REFERENCE or not given:
            break
        found = replace(_outcome(case, folder, given), given=True)
    if found.kind == REFUSED and "number of dims" in found.reason and others:
        found = replace(_outcome(case, folder, {}, others), given=True)
    return found


def _outcome(  # noqa: PLR0911 a kind each
    case: Case,
    folder: Path,
    given: dict[str, np.ndarray],
    constants: dict[str, np.ndarray] | None = None,
) -> Outcome:
    from ascendcl.om.compile_errors import (
        CompileError,
        KnownWrongError,
        UnsupportedModelError,
        VerificationError,
    )
    from ascendcl.om.compiler import CompileOptions, compile
    from ascendcl.om.host_model import UnsupportedPortError

    def ended(kind: str, reason: object = "") -> Outcome:
        return Outcome(case.name, case.operator, kind, str(reason))

    source, target = folder / "model.onnx", folder / "model.om"
    source.write_bytes(case.model)
    target.unlink(missing_ok=True)
    try:
        compiled = compile(
            source, target, CompileOptions(verify_input=given, input_value=constants or {})
        )
    except UnsupportedModelError as error:
        if error.operators:
            return ended(NO_RULE, ", ".join(error.operators))
        return ended(UNREADABLE, str(error).removeprefix(f"{source}: "))
    except KnownWrongError as error:
        return ended(KNOWN_WRONG, str(error).rpartition("): ")[2])
    except VerificationError as error:
        text = str(error)
        if "does not run it on made-up inputs" in text:
            return ended(NO_REFERENCE, text)
        return ended(NOT_RUN if "could not be verified" in text else CAUGHT, text)
    except (CompileError, UnsupportedPortError) as error:
        return ended(REFUSED, error)
    if compiled.reference is None:
        return ended(WRONG, "not verified")
    return run(case, target)


def run(case: Case, target: Path) -> Outcome:
    """Run what was written on the test's own inputs."""
    import ascendcl

    ended = functools.partial(Outcome, case.name, case.operator)

    try:
        with ascendcl.Model.from_file(target) as model:
            is_told = any("float64 in float32" in each.reason for each in model.findings)
            found = model.run_named({each.name: case.inputs[each.name] for each in model.inputs})
    except (ValueError, TypeError, ascendcl.AclError) as error:
        return ended(CALL_REFUSED, str(error))
    worst = RIGHT, ""
    for name, expected in case.outputs.items():
        try:
            np.testing.assert_array_equal(found[name].shape, expected.shape, "shape")
            np.testing.assert_equal(found[name].dtype, expected.dtype)
            np.testing.assert_allclose(found[name], expected, rtol=case.rtol, atol=case.atol)
        except AssertionError as error:
            lines = [line.strip() for line in str(error).splitlines() if line.strip()]
            reason = f"{name}: {'; '.join(lines[1:6])}"
            if is_told:
                return ended(TOLD, reason)
            if case.name in ON_THE_EDGE:
                return ended(ROUNDING, ON_THE_EDGE[case.name])
            if not _is_rounding(found[name], expected):
                return ended(WRONG, reason)
            worst = ROUNDING, reason
    return ended(*worst)


def _is_rounding(value: np.ndarray, expected: np.ndarray) -> bool:
    """Whether it is float32 that differs, or integers by a step that a rounded half makes."""
    if value.shape != expected.shape or value.dtype != expected.dtype or not value.size:
        return False
    ours, theirs = value.astype(np.float64), expected.astype(np.float64)
    if value.dtype.kind == "f":
        return bool(np.linalg.norm(ours - theirs) <= 1e-5 * np.linalg.norm(theirs))
    return bool(value.dtype.itemsize == 1 and np.abs(ours - theirs).max() <= 1)
