# SPDX-License-Identifier: Apache-2.0
"""DLPack 1.0, rule by rule, as a consumer in C sees it: structures read by ctypes.

https://dmlc.github.io/dlpack/latest/python_spec.html, and the array API standard's __dlpack__.
"""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import ascendcl as acl
from ascendcl import _acl

CPU, EXTENSION = 1, 12
READ_ONLY, IS_COPIED = 1, 2


class Tensor(ctypes.Structure):
    _fields_ = (
        ("data", ctypes.c_void_p),
        ("device_type", ctypes.c_int32),
        ("device_id", ctypes.c_int32),
        ("ndim", ctypes.c_int32),
        ("code", ctypes.c_uint8),
        ("bits", ctypes.c_uint8),
        ("lanes", ctypes.c_uint16),
        ("shape", ctypes.POINTER(ctypes.c_int64)),
        ("strides", ctypes.POINTER(ctypes.c_int64)),
        ("byte_offset", ctypes.c_uint64),
    )


class Versioned(ctypes.Structure):
    _fields_ = (
        ("major", ctypes.c_uint32),
        ("minor", ctypes.c_uint32),
        ("context", ctypes.c_void_p),
        ("deleter", ctypes.CFUNCTYPE(None, ctypes.c_void_p)),
        ("flags", ctypes.c_uint64),
        ("tensor", Tensor),
    )


class Unversioned(ctypes.Structure):
    _fields_ = (
        ("tensor", Tensor),
        ("context", ctypes.c_void_p),
        ("deleter", ctypes.CFUNCTYPE(None, ctypes.c_void_p)),
    )


api = ctypes.pythonapi
api.PyCapsule_GetName.restype = ctypes.c_char_p
api.PyCapsule_GetName.argtypes = [ctypes.py_object]
api.PyCapsule_GetPointer.restype = ctypes.c_void_p
api.PyCapsule_GetPointer.argtypes = [ctypes.py_object, ctypes.c_char_p]
api.PyCapsule_SetName.argtypes = [ctypes.py_object, ctypes.c_char_p]


def versioned(capsule: Any) -> Versioned:
    assert api.PyCapsule_GetName(capsule) == b"dltensor_versioned"
    return Versioned.from_address(api.PyCapsule_GetPointer(capsule, b"dltensor_versioned"))


@pytest.fixture
def array() -> Iterator[acl.DeviceArray]:
    with acl.DeviceArray.from_numpy(np.arange(6, dtype=np.float32).reshape(2, 3)) as made:
        yield made
        gc.collect()


@pytest.fixture
def elsewhere() -> Iterator[acl.DeviceArray]:
    """An array as on an NPU, whose memory the host cannot read in place."""
    with acl.DeviceBuffer(24) as buffer:
        buffer.copy_from(np.arange(6, dtype=np.float32))
        yield _elsewhere(buffer)
        gc.collect()


def _elsewhere(buffer: acl.DeviceBuffer) -> Any:
    made = _acl.core.ArrayMemory()
    made.bind_memory(buffer._handle, 0, (2, 3), 2, 32, "f", False, False)
    return made


def test_a_versioned_tensor(array: acl.DeviceArray) -> None:
    capsule = array.__dlpack__(max_version=(1, 0))
    managed = versioned(capsule)
    assert (managed.major, managed.minor, managed.flags) == (1, 0, 0)
    tensor = managed.tensor
    assert (tensor.data, tensor.byte_offset) == (array.ptr, 0)
    assert (tensor.device_type, tensor.device_id) == array.__dlpack_device__() == (CPU, 0)
    assert (tensor.code, tensor.bits, tensor.lanes) == (2, 32, 1)
    assert tensor.shape[: tensor.ndim] == [2, 3]
    assert tensor.strides[: tensor.ndim] == [3, 1]


@pytest.mark.parametrize("max_version", [(1, 0), (1, 5), (2, 0)])
def test_what_the_consumer_knows_at_most(
    array: acl.DeviceArray, max_version: tuple[int, int]
) -> None:
    assert versioned(array.__dlpack__(max_version=max_version)).major == 1


@pytest.mark.parametrize("arguments", [{}, {"max_version": None}, {"max_version": (0, 8)}])
def test_an_unversioned_tensor(array: acl.DeviceArray, arguments: dict[str, Any]) -> None:
    capsule = array.__dlpack__(**arguments)
    assert api.PyCapsule_GetName(capsule) == b"dltensor"
    managed = Unversioned.from_address(api.PyCapsule_GetPointer(capsule, b"dltensor"))
    assert managed.tensor.data == array.ptr


@pytest.mark.parametrize("is_versioned", [True, False])
def test_a_capsule_that_nobody_takes(array: acl.DeviceArray, is_versioned: bool) -> None:
    capsule = array.__dlpack__(max_version=(1, 0) if is_versioned else None)
    with pytest.raises(acl.BufferInUse):
        array.close()
    del capsule
    array.close()


@pytest.mark.parametrize("is_versioned", [True, False])
def test_a_capsule_that_is_taken(array: acl.DeviceArray, is_versioned: bool) -> None:
    """The consumer renames it, and calls the deleter itself: once, and whenever it likes."""
    name, kind = (b"dltensor_versioned", Versioned) if is_versioned else (b"dltensor", Unversioned)
    capsule = array.__dlpack__(max_version=(1, 0) if is_versioned else None)
    address = api.PyCapsule_GetPointer(capsule, name)
    used = b"used_" + name
    api.PyCapsule_SetName(capsule, used)
    del capsule
    gc.collect()
    with pytest.raises(acl.BufferInUse):
        array.close()
    kind.from_address(address).deleter(address)
    array.close()


def test_read_only(array: acl.DeviceArray) -> None:
    view = acl.DeviceArray(array.shape, array.dtype, buffer=array.buffer, read_only=True)
    assert versioned(view.__dlpack__(max_version=(1, 0))).flags == READ_ONLY
    assert not np.from_dlpack(view).flags.writeable
    with pytest.raises(BufferError, match="read-only"):
        view.__dlpack__()
    copied = versioned(view.__dlpack__(max_version=(1, 0), copy=True))
    assert copied.flags == IS_COPIED  # a copy is the consumer's own


def test_numpy_sees_the_memory(array: acl.DeviceArray) -> None:
    view = np.from_dlpack(array)
    view[1, 2] = 77
    assert array.numpy()[1, 2] == 77
    assert view.ctypes.data == array.ptr
    np.testing.assert_array_equal(np.from_dlpack(array, device="cpu"), array.numpy())


def test_copies(array: acl.DeviceArray) -> None:
    capsule = array.__dlpack__(max_version=(1, 0), copy=True)
    managed = versioned(capsule)
    assert managed.flags == IS_COPIED
    assert managed.tensor.data != array.ptr
    array.close()  # nothing of it is shared
    values = ctypes.cast(managed.tensor.data, ctypes.POINTER(ctypes.c_float))[:6]
    assert values == [0, 1, 2, 3, 4, 5]
    del capsule


def test_copy_is_never_made_unasked(array: acl.DeviceArray) -> None:
    for copy in (None, False):
        managed = versioned(array.__dlpack__(max_version=(1, 0), copy=copy))
        assert (managed.flags, managed.tensor.data) == (0, array.ptr)


@pytest.mark.parametrize("device", [(2, 0), (CPU, 1), (EXTENSION, 0), (-1, 0)])
def test_other_devices_are_refused(array: acl.DeviceArray, device: tuple[int, int]) -> None:
    with pytest.raises(BufferError, match=f"device .{device[0]}"):
        array.__dlpack__(max_version=(1, 0), dl_device=device)


def test_memory_that_the_host_cannot_read(elsewhere: Any) -> None:
    assert elsewhere.__dlpack_device__() == (EXTENSION, 0)
    managed = versioned(elsewhere.__dlpack__(max_version=(1, 0)))
    assert (managed.tensor.device_type, managed.flags) == (EXTENSION, 0)
    for copy in (None, True):
        capsule = elsewhere.__dlpack__(max_version=(1, 0), dl_device=(CPU, 0), copy=copy)
        copied = versioned(capsule)
        assert (copied.tensor.device_type, copied.flags) == (CPU, IS_COPIED)
        assert ctypes.cast(copied.tensor.data, ctypes.POINTER(ctypes.c_float))[5] == 5
    with pytest.raises(BufferError, match="without a copy"):
        elsewhere.__dlpack__(max_version=(1, 0), dl_device=(CPU, 0), copy=False)
    with pytest.raises(BufferError, match="copy_from"):
        elsewhere.__dlpack__(max_version=(1, 0), copy=True)
    with pytest.raises(BufferError, match="cannot read"):
        memoryview(elsewhere)
    with pytest.raises(RuntimeError, match="device"):
        np.from_dlpack(elsewhere)
    np.testing.assert_array_equal(
        np.from_dlpack(elsewhere, device="cpu"), np.arange(6).reshape(2, 3)
    )


def test_streams(array: acl.DeviceArray, elsewhere: Any) -> None:
    with acl.Stream() as stream, acl.Event() as event, acl.Stream() as other:
        for made in (array, elsewhere):
            for given in (None, -1, stream.handle):
                made.__dlpack__(max_version=(1, 0), stream=given)
        # Work that is not done is waited for, but with -1.
        stream.wait(event)
        elsewhere.__dlpack__(max_version=(1, 0), stream=-1)
        event.record(other)
        elsewhere.__dlpack__(max_version=(1, 0), stream=stream.handle)
        assert event.done


@pytest.mark.parametrize(
    "arguments",
    [
        {"max_version": 1},
        {"max_version": (1,)},
        {"max_version": ("1", 0)},
        {"dl_device": "cpu"},
        {"copy": 1},
        {"stream": "0"},
        {"versions": (1, 0)},
    ],
)
def test_arguments_that_are_none(array: acl.DeviceArray, arguments: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        array.__dlpack__(**arguments)
    with pytest.raises(TypeError):
        array.__dlpack__(None)  # type: ignore[misc]
    array.close()  # nothing holds it


@pytest.mark.parametrize(
    ("dtype", "code"),
    [("i1", 0), ("i8", 0), ("u2", 1), ("f2", 2), ("f8", 2), ("c8", 5), ("c16", 5), ("?", 6)],
)
def test_types(dtype: str, code: int) -> None:
    with acl.DeviceArray(3, dtype) as array:
        tensor = versioned(capsule := array.__dlpack__(max_version=(1, 0))).tensor
        assert (tensor.code, tensor.bits) == (code, np.dtype(dtype).itemsize * 8)
        del capsule
        assert np.from_dlpack(array).dtype == np.dtype(dtype)
        gc.collect()


def test_types_of_ml_dtypes() -> None:
    ml_dtypes = pytest.importorskip("ml_dtypes")
    for name, code in {"bfloat16": 4, "float8_e4m3fn": 10, "float8_e5m2": 12}.items():
        with acl.DeviceArray(3, getattr(ml_dtypes, name)) as array:
            assert versioned(array.__dlpack__(max_version=(1, 0))).tensor.code == code
            with pytest.raises((RuntimeError, BufferError)):
                np.from_dlpack(array)  # numpy knows none of them
            gc.collect()


def test_without_axes_and_without_elements() -> None:
    for shape in ((), (0,), (2, 0, 3)):
        with acl.DeviceArray(shape, np.int32) as array:
            assert np.from_dlpack(array).shape == shape
            gc.collect()


def test_import() -> None:
    source = np.arange(4, dtype=np.int64)[::2]
    with acl.DeviceArray.from_dlpack(source) as array:
        np.testing.assert_array_equal(array.numpy(), source)
    with acl.DeviceArray.from_numpy(source) as one, acl.DeviceArray.from_dlpack(one) as other:
        assert one.ptr != other.ptr
        np.testing.assert_array_equal(other.numpy(), source)
        gc.collect()
    with pytest.raises((AttributeError, TypeError)):
        acl.DeviceArray.from_dlpack([1, 2])


def test_of_a_closed_array(array: acl.DeviceArray) -> None:
    array.close()
    with pytest.raises(acl.ClosedError):
        array.__dlpack__(max_version=(1, 0))
    with pytest.raises(ValueError, match="no memory"):
        _acl.core.ArrayMemory().__dlpack__()
