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
Shape: TypeAlias = Sequence[int]
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
    def of(
        cls, path: Path, outputs: Sequence[str], shapes: Mapping[str, Sequence[Shape]]
    ) -> Reference | None:
        """Prepare a model; None where nothing here can run it.

        Parameters
        ----------
        path
            The model.
        outputs
            Tensors to answer.
        shapes
            Those that each input will have. Where they are not what the model declares, or outputs
            are none of its own, the model has to be changed, for which `onnx` must be installed.
        """
        name = reference_name()
        if name is None:
            return None
        if name == "onnxruntime":
            try:
                run = _by_onnxruntime(path, outputs, shapes)
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


def _by_onnxruntime(
    path: Path, outputs: Sequence[str], shapes: Mapping[str, Sequence[Shape]]
) -> Run | None:
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.log_severity_level = 4
    session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    own = {output.name for output in session.get_outputs()}
    others = [
        declared.name
        for declared in session.get_inputs()
        if any(not _allows(declared.shape, shape) for shape in shapes.get(declared.name, ()))
    ]
    if others or not own.issuperset(outputs):
        changed = _changed(path, outputs, others)
        if changed is None:
            return None
        session = ort.InferenceSession(changed, options, providers=["CPUExecutionProvider"])
    run: Run = session.run
    return run


def _by_onnx(path: Path, outputs: Sequence[str]) -> Run | None:
    if (model := _changed(path, outputs, ())) is None:
        return None
    import onnx
    from onnx.reference import ReferenceEvaluator

    evaluator: Any = ReferenceEvaluator(onnx.load_from_string(model))
    run: Run = evaluator.run
    return run


def _allows(declared: Sequence[Any], shape: Shape) -> bool:
    """Whether a shape is one of those declared, in which texts stand for open dims."""
    return len(declared) == len(shape) and all(
        not isinstance(dim, int) or dim == size for dim, size in zip(declared, shape, strict=True)
    )


def _changed(path: Path, outputs: Sequence[str], opened: Sequence[str]) -> bytes | None:
    """The model with these outputs, and the dims of some inputs open; None without `onnx`."""
    try:
        import onnx
    except ImportError:
        return None
    model = onnx.load(str(path))
    known = {output.name for output in model.graph.output}
    inferred = onnx.shape_inference.infer_shapes(model)
    types = {value.name: value for value in inferred.graph.value_info}
    for name in outputs:
        if name not in known:
            model.graph.output.append(types.get(name, onnx.ValueInfoProto(name=name)))
    if opened:
        declared = [each for each in model.graph.input if each.name in opened]
        for value in (*declared, *model.graph.output):
            value.type.tensor_type.ClearField("shape")
        del model.graph.value_info[:]
    content: bytes = model.SerializeToString()
    return content
