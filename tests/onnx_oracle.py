# SPDX-License-Identifier: Apache-2.0
"""ONNX Runtime, which says what a network computes."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt
import onnx

import sanitizers

with sanitizers.leaks_allowed():  # its import loses two objects
    import onnxruntime

Array = npt.NDArray[Any]


def run_onnx(model: onnx.ModelProto, inputs: dict[str, Array]) -> list[Array]:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    return session.run(None, inputs)
