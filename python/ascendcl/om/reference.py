# SPDX-License-Identifier: Apache-2.0
"""Runs the model that a file was compiled from by somebody else: ONNX Runtime, or ONNX itself."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]


def reference_name() -> str | None:
    """Name what would run an ONNX model here; None where nothing can."""
    if importlib.util.find_spec("onnxruntime"):
        return "onnxruntime"
    if importlib.util.find_spec("onnx"):
        return "onnx.reference"
    return None


def run_reference(
    path: Path, inputs: Mapping[str, Array], outputs: Sequence[str]
) -> list[Array] | None:
    """Run an ONNX model.

    Parameters
    ----------
    path
        The model.
    inputs
        By name.
    outputs
        Tensors to answer; also such as are no outputs of the graph, where `onnx` is installed.

    Returns
    -------
    list of numpy.ndarray or None
        In the order of `outputs`; None where nothing here can run it.
    """
    name = reference_name()
    if name is None:
        return None
    source: str | bytes = str(path)
    if name == "onnxruntime":
        import onnxruntime as ort

        options = ort.SessionOptions()
        options.log_severity_level = 4
        session = ort.InferenceSession(source, options, providers=["CPUExecutionProvider"])
        own = {output.name for output in session.get_outputs()}
        open_inputs = [
            each.name
            for each in session.get_inputs()
            if each.name in inputs and _declares_otherwise(each.shape, inputs[each.name].shape)
        ]
        if open_inputs or not own.issuperset(outputs):
            widened = _with_outputs(
                path, [each for each in outputs if each not in own], open_inputs
            )
            if widened is None:
                return None
            session = ort.InferenceSession(widened, options, providers=["CPUExecutionProvider"])
        results: list[Any] = session.run(list(outputs), dict(inputs))
    else:
        from onnx.reference import ReferenceEvaluator

        if (model := _with_outputs(path, outputs)) is None:
            return None
        import onnx

        evaluator: Any = ReferenceEvaluator(onnx.load_from_string(model))
        results = evaluator.run(list(outputs), dict(inputs))
    return [np.asarray(result) for result in results]


def _declares_otherwise(declared: Sequence[Any], shape: Sequence[int]) -> bool:
    return any(
        isinstance(dim, int) and dim != size for dim, size in zip(declared, shape, strict=False)
    )


def _with_outputs(
    path: Path, names: Sequence[str], open_inputs: Sequence[str] = ()
) -> bytes | None:
    """The model with tensors inside of it as outputs, inputs opened; None without `onnx`."""
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
    for value in model.graph.input:
        if value.name in open_inputs:
            for dim in value.type.tensor_type.shape.dim:
                dim.Clear()
    if open_inputs:  # what follows from the sizes that were declared is wrong now
        del model.graph.value_info[:]
        for value in model.graph.output:
            for dim in value.type.tensor_type.shape.dim:
                dim.Clear()
    content: bytes = model.SerializeToString()
    return content
