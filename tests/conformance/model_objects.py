# SPDX-License-Identifier: Apache-2.0
"""What the cases of the model API need: its structures, loaded models, data sets with memory."""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import abi

# Codes that depend on the release: 9.x wraps what older ones answered as 145000.
WRONG_DATA_SET = (500002, 145000)

UNTOUCHED = 4711


class IODims(ctypes.Structure):
    """aclmdlIODims."""

    _fields_ = (
        ("name", ctypes.c_char * 128),
        ("dim_count", ctypes.c_size_t),
        ("dims", ctypes.c_int64 * 128),
    )

    @property
    def shape(self) -> list[int]:
        return list(self.dims[: self.dim_count])


class IODimsRange(ctypes.Structure):
    """aclmdlIODimsRange."""

    _fields_ = (("range_count", ctypes.c_size_t), ("range", ctypes.c_int64 * 2 * 128))


class Batch(ctypes.Structure):
    """aclmdlBatch."""

    _fields_ = (("batch_count", ctypes.c_size_t), ("batch", ctypes.c_uint64 * 128))


class HW(ctypes.Structure):
    """aclmdlHW."""

    _fields_ = (("hw_count", ctypes.c_size_t), ("hw", ctypes.c_uint64 * 2 * 128))


def started(acl: abi.Library) -> abi.Library:
    """Initialise and set device 0."""
    code = acl.aclInit(None)
    assert code == 0, f"aclInit -> {code}: {acl.message()}"
    acl.set_device()
    return acl


def succeed(acl: abi.Library, function: str, *arguments: Any) -> None:
    """Call a function that must answer 0."""
    code = getattr(acl, function)(*arguments)
    assert code == 0, f"{function} -> {code}: {acl.message()}"


def load(acl: abi.Library, path: Path) -> int:
    """Load from a file, all memory left to the system."""
    model_id = ctypes.c_uint32()
    succeed(acl, "aclmdlLoadFromFile", bytes(path), ctypes.byref(model_id))
    return model_id.value


def load_with_memory(
    acl: abi.Library, path: Path, work: tuple[int | None, int], weight: tuple[int | None, int]
) -> int:
    """Load from a file into the given memory: address and size of each."""
    model_id = ctypes.c_uint32()
    out = ctypes.byref(model_id)
    succeed(acl, "aclmdlLoadFromFileWithMem", bytes(path), out, *work, *weight)
    return model_id.value


def query_size(acl: abi.Library, path: Path) -> tuple[int, int]:
    """Work and weight size."""
    work, weight = ctypes.c_size_t(), ctypes.c_size_t()
    succeed(acl, "aclmdlQuerySize", bytes(path), ctypes.byref(work), ctypes.byref(weight))
    return work.value, weight.value


def describe(acl: abi.Library, model_id: int) -> int:
    """A description of a loaded model."""
    desc = acl.aclmdlCreateDesc()
    assert desc
    succeed(acl, "aclmdlGetDesc", desc, model_id)
    return int(desc)


def sizes(acl: abi.Library, model_id: int) -> tuple[list[int], list[int]]:
    """Bytes of each input and of each output."""
    desc = describe(acl, model_id)
    inputs = [acl.aclmdlGetInputSizeByIndex(desc, i) for i in range(acl.aclmdlGetNumInputs(desc))]
    outputs = [
        acl.aclmdlGetOutputSizeByIndex(desc, i) for i in range(acl.aclmdlGetNumOutputs(desc))
    ]
    succeed(acl, "aclmdlDestroyDesc", desc)
    return inputs, outputs


def ramp(size: int) -> bytes:
    """Harmless numbers, whether they are read as float32 or float16."""
    return b"".join(struct.pack("<f", i % 16) for i in range((size + 3) // 4))[:size]


class DataSet:
    """A data set whose buffers have device memory of their own."""

    def __init__(self, acl: abi.Library, buffer_sizes: Sequence[int]) -> None:
        self.acl = acl
        self.handle = acl.aclmdlCreateDataset()
        assert self.handle
        self.addresses: list[int] = []
        self.sizes = list(buffer_sizes)
        for size in buffer_sizes:
            address = acl.malloc(size)
            acl.write(address, ramp(size))
            buffer = acl.aclCreateDataBuffer(address, size)
            succeed(acl, "aclmdlAddDatasetBuffer", self.handle, buffer)
            self.addresses.append(address)

    def contents(self) -> list[bytes]:
        return [self.acl.read(a, s) for a, s in zip(self.addresses, self.sizes, strict=True)]

    def clear(self) -> None:
        for address, size in zip(self.addresses, self.sizes, strict=True):
            self.acl.write(address, bytes(size))

    def destroy(self) -> None:
        """The data set, its data buffers and their memory."""
        for index in range(self.acl.aclmdlGetDatasetNumBuffers(self.handle)):
            buffer = self.acl.aclmdlGetDatasetBuffer(self.handle, index)
            succeed(self.acl, "aclDestroyDataBuffer", buffer)
        succeed(self.acl, "aclmdlDestroyDataset", self.handle)
        for address in self.addresses:
            succeed(self.acl, "aclrtFree", address)


def data_sets(acl: abi.Library, model_id: int) -> tuple[DataSet, DataSet]:
    """Inputs filled with numbers, and room for the outputs, of a model's exact sizes."""
    inputs, outputs = sizes(acl, model_id)
    return DataSet(acl, inputs), DataSet(acl, outputs)


def execute(acl: abi.Library, model_id: int) -> list[bytes]:
    """The outputs for the numbers that `data_sets` puts into the inputs."""
    inputs, outputs = data_sets(acl, model_id)
    outputs.clear()
    succeed(acl, "aclmdlExecute", model_id, inputs.handle, outputs.handle)
    result = outputs.contents()
    inputs.destroy()
    outputs.destroy()
    return result
