# SPDX-License-Identifier: Apache-2.0
"""Calls of acl.op on numpy arrays: the descs, buffers, attributes and memory that they take."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

import acl

Array = np.ndarray[Any, np.dtype[Any]]
Attribute = bool | int | float | str | Sequence[Any]

ND, NCHW = 2, 0
DATA_TYPES = {
    "float32": 0,
    "float16": 1,
    "int8": 2,
    "int32": 3,
    "uint8": 4,
    "int64": 9,
    "float64": 11,
    "bool": 12,
}
MALLOC_NORMAL_ONLY, HOST_TO_DEVICE, DEVICE_TO_HOST = 2, 1, 2


def data_type(array: Array) -> int:
    return DATA_TYPES[array.dtype.name]


class DeviceArrays:
    """Arrays in device memory, each with a data buffer."""

    def __init__(self, arrays: Sequence[Array]) -> None:
        self.arrays = [np.ascontiguousarray(array) for array in arrays]
        self.pointers: list[int] = []
        self.buffers: list[int] = []
        for array in self.arrays:
            pointer, ret = acl.rt.malloc(max(array.nbytes, 1), MALLOC_NORMAL_ONLY)
            assert ret == 0
            self.pointers.append(pointer)
            self.buffers.append(acl.create_data_buffer(pointer, array.nbytes))
        self.upload()

    def upload(self) -> None:
        for array, pointer in zip(self.arrays, self.pointers, strict=True):
            size, address = array.nbytes, acl.util.numpy_to_ptr(array)
            assert acl.rt.memcpy(pointer, size, address, size, HOST_TO_DEVICE) == 0

    def download(self) -> list[Array]:
        for array, pointer in zip(self.arrays, self.pointers, strict=True):
            size, address = array.nbytes, acl.util.numpy_to_ptr(array)
            assert acl.rt.memcpy(address, size, pointer, size, DEVICE_TO_HOST) == 0
        return self.arrays

    def free(self) -> None:
        for buffer, pointer in zip(self.buffers, self.pointers, strict=True):
            assert acl.destroy_data_buffer(buffer) == 0
            assert acl.rt.free(pointer) == 0


@contextlib.contextmanager
def on_device(*arrays: Array) -> Iterator[DeviceArrays]:
    device = DeviceArrays(arrays)
    try:
        yield device
    finally:
        device.free()


@contextlib.contextmanager
def descs_of(
    arrays: Sequence[Array],
    constant: Sequence[int] = (),
    format: int = ND,
    dims: Sequence[int] | None = None,
) -> Iterator[list[int]]:
    """Tensor descs; `dims` instead of the arrays' own where given."""
    descs = []
    for index, array in enumerate(arrays):
        shape = list(array.shape if dims is None else dims)
        descs.append(acl.create_tensor_desc(data_type(array), shape, format))
        if index in constant:
            address = acl.util.numpy_to_ptr(array)
            assert acl.set_tensor_const(descs[-1], address, array.nbytes) == 0
    try:
        yield descs
    finally:
        for desc in descs:
            acl.destroy_tensor_desc(desc)


def set_attribute(attr: int, name: str, value: Attribute) -> int:
    """By the type of the value; numbers in a list are ints unless one is a float."""
    match value:
        case bool():
            ret = acl.op.set_attr_bool(attr, name, value)
        case int():
            ret = acl.op.set_attr_int(attr, name, value)
        case float():
            ret = acl.op.set_attr_float(attr, name, value)
        case str():
            ret = acl.op.set_attr_string(attr, name, value)
        case [float(), *_]:
            ret = acl.op.set_attr_list_float(attr, name, list(value))
        case _:
            ret = acl.op.set_attr_list_int(attr, name, list(value))
    return int(ret)


@contextlib.contextmanager
def attributes_of(values: Mapping[str, Attribute]) -> Iterator[int]:
    attr = acl.op.create_attr()
    try:
        for name, value in values.items():
            assert set_attribute(attr, name, value) == 0
        yield attr
    finally:
        acl.op.destroy_attr(attr)


def execute(
    op_type: str,
    inputs: Sequence[Array],
    outputs: Sequence[Array],
    attributes: Mapping[str, Attribute] | None = None,
    *,
    constant: Sequence[int] = (),
    format: int = ND,
    output_dims: Sequence[int] | None = None,
    stream: int = 0,
    function: Any = acl.op.execute_v2,
    waited: int = 0,
) -> int:
    """Run an op into `outputs` and wait for it, which answers `waited`; the code of the call."""
    with (
        on_device(*inputs) as device_inputs,
        on_device(*outputs) as device_outputs,
        descs_of(inputs, constant, format) as input_descs,
        descs_of(outputs, (), format, output_dims) as output_descs,
        attributes_of(attributes or {}) as attr,
    ):
        ret = function(
            op_type,
            input_descs,
            device_inputs.buffers,
            output_descs,
            device_outputs.buffers,
            attr,
            stream,
        )
        assert acl.rt.synchronize_stream(stream) == waited
        for output, computed in zip(outputs, device_outputs.download(), strict=True):
            output[...] = computed
        return int(ret)


def computed(op_type: str, inputs: Sequence[Array], output: Array, **options: Any) -> Array:
    """The one output of an op; `output` says its shape and type."""
    output = np.zeros_like(output)
    ret = execute(op_type, inputs, [output], **options)
    assert ret == 0, f"{op_type}: {acl.get_recent_err_msg()}"
    return output


def random(rng: np.random.Generator, dtype: str, *shape: int) -> Array:
    """Any value of an integer type, normal deviates of a float."""
    if np.dtype(dtype).kind == "f":
        return rng.normal(size=shape).astype(dtype)
    limits = np.iinfo(dtype)
    return rng.integers(limits.min, limits.max, shape, dtype, endpoint=True)


def wide(array: Array) -> Array:
    """In a type that products of its elements fit."""
    return array.astype(np.float64 if array.dtype.kind == "f" else np.int32)
