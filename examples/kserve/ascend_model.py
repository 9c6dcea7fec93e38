# SPDX-License-Identifier: Apache-2.0
"""A pool or batcher as a model of KServe's: what it takes and gives is the .om file's own."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import kserve
import numpy as np
from kserve import InferInput, InferOutput, InferRequest, InferResponse
from kserve.errors import InvalidInput, ModelNotReady
from kserve.utils.numpy_codec import from_np_dtype

import acl

MODEL_FAILED = 507011  # what a request's data may be the reason of
# What numbers may stand for which in JSON: numpy would cut 1.5 to 1, and take null for NaN.
KINDS = {"b": "b", "i": "iu", "u": "iu", "f": "fiu"}


class NotNow(ModelNotReady):
    """Come again later: 503 by REST, UNAVAILABLE by gRPC."""

    def __init__(self, name: str, reason: object) -> None:
        super().__init__(name, str(reason))
        self.reason = self.error_msg  # what KServe's gRPC side reads


class AscendModel(kserve.Model):
    """Answers 400 for input that does not fit, and 503 when full, late, failed or draining.

    `timeout` is how many seconds a request may wait for its turn.
    """

    def __init__(self, name: str, service: acl.ModelPool | acl.Batcher, timeout: float) -> None:
        super().__init__(name)
        self.service, self.timeout, self.ready = service, timeout, True
        self.inputs = [described(info.name, info) for info in service.inputs]
        self.outputs = [described(info.tensor, info) for info in service.outputs]

    def load(self) -> bool:
        """Whether to send requests; KServe asks again before each."""
        return bool(self.ready and self.service.ready)

    async def healthy(self) -> bool:
        """Answer the protocol's question for readiness."""
        return self.load()

    def get_input_types(self) -> list[dict[str, Any]]:
        """Answer the metadata."""
        return self.inputs

    def get_output_types(self) -> list[dict[str, Any]]:
        """Answer the metadata."""
        return self.outputs

    async def predict(self, request: InferRequest, *_: Any) -> InferResponse:
        """Run the model on what was asked for, and answer by the request's id."""
        inputs = {each.name: decoded(each) for each in request.inputs}
        if len(inputs) != len(request.inputs):
            raise InvalidInput("an input is given twice")
        names = [output["name"] for output in self.outputs]
        wanted = [each.name for each in request.request_outputs or ()] or names
        if unknown := set(wanted).difference(names):
            raise InvalidInput(f"there is no output {', '.join(unknown)}: {', '.join(names)}")
        try:
            found = await self.service.run(inputs, timeout=self.timeout)
        except acl.DeviceFaultError as error:
            if error.code == MODEL_FAILED and self.service.ready:
                raise InvalidInput(str(error)) from error
            raise NotNow(self.name, error) from error
        except (acl.QueueFull, acl.PoolClosed, acl.AclTimeoutError) as error:
            raise NotNow(self.name, error) from error
        except (TypeError, ValueError) as error:
            raise InvalidInput(str(error)) from error
        arrays = dict(zip(names, found if isinstance(found, tuple) else (found,), strict=True))
        return InferResponse(
            request.id or str(uuid4()),
            self.name,
            [encoded(name, arrays[name]) for name in wanted],
            use_binary_outputs=request.use_binary_outputs,
            requested_outputs=request.request_outputs,
        )


def described(name: str, info: acl.TensorInfo) -> dict[str, Any]:
    """Input or output as the protocol has it; -1 is a size that each request chooses."""
    return {"name": name, "datatype": from_np_dtype(info.dtype), "shape": list(info.shape)}


def decoded(tensor: InferInput) -> np.ndarray:
    """Array of what came, by JSON or in bytes."""
    try:
        array = tensor.as_numpy()
        if list(array.shape) != list(tensor.shape):  # numpy takes -1 for a size to be found
            raise InvalidInput(f"shape {tensor.shape} is none")
        if isinstance(tensor.data, list) and tensor.data:
            given = np.asarray(tensor.data).dtype.kind
            if given not in KINDS.get(array.dtype.kind, ""):
                raise InvalidInput(f"data are not of type {tensor.datatype}")
    except Exception as error:  # whatever numpy and struct say of it
        raise InvalidInput(f"input {tensor.name!r}: {error}") from error
    return array


def encoded(name: str, array: np.ndarray) -> InferOutput:
    """Output as the protocol has it; KServe makes JSON of the bytes where they are to be JSON."""
    output = InferOutput(name, list(array.shape), from_np_dtype(array.dtype))
    output.set_data_from_numpy(array)
    return output
