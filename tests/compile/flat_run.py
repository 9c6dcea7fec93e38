# SPDX-License-Identifier: Apache-2.0
"""Runs a model by the flat functions alone, in work and weight memory of the user."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

import acl

Array = npt.NDArray[Any]

_NUMPY = {0: "float32", 1: "float16", 2: "int8", 3: "int32", 4: "uint8", 6: "int16"}
_NUMPY |= {7: "uint16", 8: "uint32", 9: "int64", 10: "uint64", 11: "float64", 12: "bool"}
_ND = 2
_HUGE_PAGE_FIRST = 0
_TO_DEVICE, _TO_HOST = 1, 2


def check(ret: int) -> None:
    assert ret == 0, acl.get_recent_err_msg()


class FlatModel:
    """A loaded model and its description."""

    def __init__(self, path: Path, work: acl.DeviceBuffer | None, weight: acl.DeviceBuffer) -> None:
        given = (work.ptr, work.size) if work else (0, 0)
        self.model_id, ret = acl.mdl.load_from_file_with_mem(
            str(path), *given, weight.ptr, weight.size
        )
        check(ret)
        self.desc = acl.mdl.create_desc()
        check(acl.mdl.get_desc(self.desc, self.model_id))
        self.is_open = work is None

    def close(self) -> None:
        check(acl.mdl.destroy_desc(self.desc))
        check(acl.mdl.unload(self.model_id))

    def run(self, inputs: Sequence[Array]) -> list[Array]:
        """Execute once; inputs in their order."""
        assert len(inputs) == acl.mdl.get_num_inputs(self.desc)
        with ExitStack() as held:
            into, out = (held.enter_context(_dataset()) for _ in range(2))
            for index, array in enumerate(inputs):
                ptr = held.enter_context(_memory(max(array.nbytes, 1)))
                _copy(ptr, array, _TO_DEVICE)
                held.enter_context(_buffer(into, ptr, array.nbytes))
                if self.is_open:
                    self._set_shape(held, into, index, array)
            outputs = range(acl.mdl.get_num_outputs(self.desc))
            # Of open shapes: the runtime allocates then, and its caller frees.
            sizes = [
                0 if self.is_open else acl.mdl.get_output_size_by_index(self.desc, index)
                for index in outputs
            ]
            ptrs = [held.enter_context(_memory(size)) if size else 0 for size in sizes]
            for ptr, size in zip(ptrs, sizes, strict=True):
                held.enter_context(_buffer(out, ptr, size))
            check(acl.mdl.execute(self.model_id, into, out))
            return [self._output(out, index) for index in outputs]

    def _set_shape(self, held: ExitStack, dataset: int, index: int, array: Array) -> None:
        dtype = acl.mdl.get_input_data_type(self.desc, index)
        tensor = acl.create_tensor_desc(dtype, list(array.shape), _ND)
        held.callback(acl.destroy_tensor_desc, tensor)
        _, ret = acl.mdl.set_dataset_tensor_desc(dataset, tensor, index)
        check(ret)

    def _output(self, out: int, index: int) -> Array:
        dtype = np.dtype(_NUMPY[acl.mdl.get_output_data_type(self.desc, index)])
        if self.is_open:
            tensor = acl.mdl.get_dataset_tensor_desc(out, index)
            rank = acl.get_tensor_desc_num_dims(tensor)
            shape = [acl.get_tensor_desc_dim_v2(tensor, axis)[0] for axis in range(rank)]
        else:
            dims, ret = acl.mdl.get_cur_output_dims(self.desc, index)
            check(ret)
            shape = dims["dims"]
        result = np.empty(shape, dtype)
        buffer = acl.mdl.get_dataset_buffer(out, index)
        ptr = acl.get_data_buffer_addr(buffer)
        assert acl.get_data_buffer_size_v2(buffer) >= prod(shape) * dtype.itemsize
        _copy(ptr, result, _TO_HOST)
        if self.is_open:
            check(acl.update_data_buffer(buffer, 0, 0))
            check(acl.rt.free(ptr))
        return result


def _copy(ptr: int, array: Array, kind: int) -> None:
    if array.nbytes == 0:
        return
    array = np.ascontiguousarray(array)
    pair = (ptr, array.nbytes), (acl.util.numpy_to_ptr(array), array.nbytes)
    (to, size), (source, count) = pair if kind == _TO_DEVICE else pair[::-1]
    check(acl.rt.memcpy(to, size, source, count, kind))


@contextmanager
def _memory(size: int) -> Iterator[int]:
    ptr, ret = acl.rt.malloc(size, _HUGE_PAGE_FIRST)
    check(ret)
    yield ptr
    check(acl.rt.free(ptr))


@contextmanager
def _dataset() -> Iterator[int]:
    dataset = acl.mdl.create_dataset()
    yield dataset
    check(acl.mdl.destroy_dataset(dataset))


@contextmanager
def _buffer(dataset: int, ptr: int, size: int) -> Iterator[None]:
    buffer = acl.create_data_buffer(ptr, size)
    _, ret = acl.mdl.add_dataset_buffer(dataset, buffer)
    check(ret)
    yield
    check(acl.destroy_data_buffer(buffer))
