# SPDX-License-Identifier: Apache-2.0
"""Runs the model that a file was compiled from by somebody else: ONNX Runtime, or ONNX itself."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]
Run: TypeAlias = Callable[[Sequence[str], dict[str, Array]], list[Any]]


def reference_name() -> str | None:
    """Name what would run an ONNX model here; None where nothing can."""
    if importlib.util.find_spec("onnxruntime"):
        return "onnxruntime"
    if importlib.util.find_spec("onnx"):
        return "onnx.reference"
    return None


class Reference:
    """A model as somebody else runs it.

    Attributes
    ----------
    name : str
        Who that is.
    """

    def __init__(self, name: str, run: Run, outputs: Sequence[str]) -> None:
        self.name = name
        self._run = run
        self._outputs = list(outputs)

    @classmethod
    def of(cls, path: Path, outputs: Sequence[str]) -> Reference | None:
        """Prepare a model; None where nothing here can run it.

        Parameters
        ----------
        path
            The model.
        outputs
            Tensors to answer; also such as are no outputs of the graph, where `onnx` is installed.
        """
        name = reference_name()
        if name is None:
            return None
        if name == "onnxruntime":
            try:
                run = _by_onnxruntime(path, outputs)
            except Exception:
                # It lacks an operator, or one for a type; onnx.reference may have it.
                if not importlib.util.find_spec("onnx"):
                    raise
                name, run = "onnx.reference", _by_onnx(path, outputs)
        else:
            run = _by_onnx(path, outputs)
        return None if run is None else cls(name, run, outputs)

    def run(self, inputs: Mapping[str, Array]) -> list[Array]:
        """Answer the outputs, in order."""
        return [np.asarray(each) for each in self._run(self._outputs, dict(inputs))]


def _by_onnxruntime(path: Path, outputs: Sequence[str]) -> Run | None:
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.log_severity_level = 4
    session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    own = {output.name for output in session.get_outputs()}
    if not own.issuperset(outputs):
        widened = _with_outputs(path, [each for each in outputs if each not in own])
        if widened is None:
            return None
        session = ort.InferenceSession(widened, options, providers=["CPUExecutionProvider"])
    run: Run = session.run
    return run


def _by_onnx(path: Path, outputs: Sequence[str]) -> Run | None:
    if (model := _with_outputs(path, outputs)) is None:
        return None
    import onnx
    from onnx.reference import ReferenceEvaluator

    evaluator: Any = ReferenceEvaluator(onnx.load_from_string(model))
    run: Run = evaluator.run
    return run


def _with_outputs(path: Path, names: Sequence[str]) -> bytes | None:
    """The model with tensors inside of it as outputs; None without `onnx`."""
    try:
        import onnx
    except ImportError:
        return None
    model = onnx.load(str(path))
    known = {output.name for output in model.graph.output}
    inferred = onnx.shape_inference.infer_shapes(model)
    types = {value.name: value for value in inferred.graph.value_info}
    for name in names:
        if name not in known:
            model.graph.output.append(types.get(name, onnx.ValueInfoProto(name=name)))
    content: bytes = model.SerializeToString()
    return content
