# SPDX-License-Identifier: Apache-2.0
"""Runs the corpus: inputs that are made up, onnxruntime's answer, ours by both interfaces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from corpus import Trained
from flat_run import FlatModel, check

import acl
from onnx_oracle import onnxruntime

Array = npt.NDArray[Any]

COSINE = 0.99999
COSINE_INT8 = 0.995  # each runtime rounds activations in its own way

_DTYPES = {"float": "float32", "int64": "int64", "int32": "int32", "bool": "bool"}


def session_of(path: Path) -> Any:
    """ONNX Runtime on the original."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def made_up(session: Any, model: Trained, *, other: bool, seed: int = 0) -> dict[str, Array]:
    """Inputs by name, constants left out, in the order of the file."""
    rng = np.random.default_rng(seed)
    arrays: dict[str, Array] = {}
    for port in session.get_inputs():
        if port.name in model.constants:
            continue
        about = model.inputs[port.name]
        dtype = np.dtype(_DTYPES[port.type.removeprefix("tensor(").rstrip(")")])
        shape = about.other if other and about.other else about.shape
        values = about.other_values if other and about.other_values else about.values
        if values is not None:
            arrays[port.name] = np.array(values, dtype).reshape(shape)
        elif dtype.kind == "f":
            arrays[port.name] = rng.standard_normal(shape).astype(dtype)
        else:
            arrays[port.name] = rng.integers(0, about.greatest + 1, shape).astype(dtype)
    return arrays


def expected(session: Any, model: Trained, inputs: Mapping[str, Array]) -> list[Array]:
    """What onnxruntime answers."""
    constants = {name: np.array(value, np.int64) for name, value in model.constants.items()}
    return list(session.run(None, {**inputs, **constants}))


def by_a_rounding(inputs: Mapping[str, Array]) -> dict[str, Array]:
    """The inputs, floats changed in their last digit."""
    return {
        name: (value * (1 + 1e-7)).astype(value.dtype) if value.dtype.kind == "f" else value
        for name, value in inputs.items()
    }


class Both:
    """One compiled model loaded twice into the same memory: by the flat functions and by Model."""

    def __init__(self, path: Path) -> None:
        work, weight = acl.query_size(path)  # which calls acl.init()
        assert acl.mdl.query_size(str(path)) == (work, weight, 0)
        check(acl.rt.set_device(0))  # a context for the flat functions
        self.work = acl.DeviceBuffer(work) if work else None  # 0: of open shapes
        self.weight = acl.DeviceBuffer(weight)
        self.model = acl.Model.from_file(path, work=self.work, weight=self.weight)
        assert self.model.workspace_is_user_managed == (work > 0)
        assert self.model.weight_is_user_managed
        self.flat = FlatModel(path, self.work, self.weight)

    def __enter__(self) -> Both:
        return self

    def __exit__(self, *_: object) -> None:
        self.flat.close()
        self.model.close()
        self.weight.close()
        if self.work:
            self.work.close()
        check(acl.rt.reset_device(0))  # takes set_device() back: other tests reset the device, too

    def run(self, inputs: Sequence[Array]) -> list[Array]:
        """What both answer, which is the same."""
        by_model = self.model(*inputs)
        results = list(by_model) if isinstance(by_model, tuple) else [by_model]
        for flat, result in zip(self.flat.run(inputs), results, strict=True):
            assert flat.shape == result.shape
            assert flat.tobytes() == result.tobytes(), "the flat functions give other bits"
        return results


def cosine(value: Array, reference: Array) -> float:
    """Of whole tensors; 1 where both are all zero or empty."""
    assert value.shape == reference.shape
    assert value.dtype == reference.dtype
    ours, theirs = (array.astype(np.float64).ravel() for array in (value, reference))
    assert np.isfinite(ours).all()
    norms = float(np.linalg.norm(ours)), float(np.linalg.norm(theirs))
    if not any(norms):
        return 1.0
    return float(ours @ theirs) / (norms[0] * norms[1]) if all(norms) else 0.0
