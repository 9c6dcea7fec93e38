# SPDX-License-Identifier: Apache-2.0
"""PyTorch modules: traced by OpenVINO's front end, and asked what they compute."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .compile_errors import UnsupportedModelError

if TYPE_CHECKING:
    import openvino as ov


def is_torch_module(model: object) -> bool:
    """Whether it is a module of PyTorch's, which is not imported for this."""
    return any(kind.__module__.startswith("torch.nn.") for kind in type(model).__mro__)


def read_torch(module: Any, example_inputs: Sequence[Any]) -> ov.Model:
    """Trace a module; the shapes are those of the examples, outputs without names get some.

    Raises
    ------
    UnsupportedModelError
        The module cannot be traced, or the front end lacks something of it.
    """
    from .openvino_package import ov

    shapes = [list(example.shape) for example in example_inputs]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the way in which OpenVINO traces
            model = ov.convert_model(module, example_input=tuple(example_inputs), input=shapes)
    except Exception as error:
        lines = [line for line in str(error).splitlines() if line.strip()] or [repr(error)]
        raise UnsupportedModelError(
            f"{type(module).__name__}: OpenVINO cannot convert it: {lines[-1]}", {}
        ) from error
    for number, port in enumerate(model.outputs):
        if not port.get_names():
            port.get_tensor().set_names({f"output_{number}"})
    return model


def run_torch(module: Any, inputs: Sequence[Any]) -> list[npt.NDArray[Any]]:
    """Answer what the module computes, tuples and mappings flattened."""
    import torch

    with torch.no_grad():
        return [np.asarray(tensor.detach().cpu()) for tensor in _flat(module(*inputs))]


def _flat(outputs: Any) -> list[Any]:
    if isinstance(outputs, Mapping):
        outputs = list(outputs.values())
    if isinstance(outputs, (list, tuple)):
        return [tensor for each in outputs for tensor in _flat(each)]
    return [] if outputs is None else [outputs]
