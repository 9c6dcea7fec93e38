# SPDX-License-Identifier: Apache-2.0
"""acl.util: addresses of Python objects, and native threads."""

from __future__ import annotations

import ctypes
import errno
import signal
import sys
import threading
import time
from typing import Any

import numpy as np
import pytest

import acl

NPY_INT32, NPY_FLOAT, NPY_OBJECT = 5, 11, 17


def test_bytes_to_ptr_is_the_payload_itself() -> None:
    data = bytes(range(200)) + b"tail"
    before = sys.getrefcount(data)
    address = acl.util.bytes_to_ptr(data)
    assert sys.getrefcount(data) == before
    assert ctypes.string_at(address, len(data)) == data
    # Clients write through the address and then read the object.
    ctypes.memmove(address, b"written", 7)
    assert data.startswith(b"written")


@pytest.mark.parametrize("wrong", [bytearray(b"x"), memoryview(b"x"), "x", 0, None])
def test_bytes_to_ptr_takes_bytes_only(wrong: Any) -> None:
    with pytest.raises(ValueError, match=r"acl\.util\.bytes_to_ptr: argument 'data' must be bytes"):
        acl.util.bytes_to_ptr(wrong)


@pytest.mark.parametrize("size", [0, 1, 5, 300_000])
def test_ptr_to_bytes_copies(size: int) -> None:
    source = ctypes.create_string_buffer(b"\x07" * max(size, 1))
    copy = acl.util.ptr_to_bytes(ctypes.addressof(source), size)
    assert copy == b"\x07" * size
    ctypes.memset(source, 0, 1)
    assert copy == b"\x07" * size


def test_ptr_to_bytes_refuses() -> None:
    with pytest.raises(ValueError, match="'ptr' must not be 0"):
        acl.util.ptr_to_bytes(0, 4)
    with pytest.raises(MemoryError):
        acl.util.ptr_to_bytes(1, 2**64 - 1)
    with pytest.raises(OverflowError, match=r"ptr_to_bytes: argument 'size'"):
        acl.util.ptr_to_bytes(1, -1)


def test_numpy_to_ptr() -> None:
    array = np.arange(6, dtype=np.float32).reshape(2, 3)
    assert acl.util.numpy_to_ptr(array) == array.ctypes.data
    with pytest.warns(RuntimeWarning, match="not C-contiguous"):
        assert acl.util.numpy_to_ptr(array.T) == array.ctypes.data
    with pytest.raises(ValueError, match=r"must be numpy\.ndarray, not list"):
        acl.util.numpy_to_ptr([1])


def test_numpy_contiguous_to_ptr() -> None:
    array = np.arange(6, dtype=np.int16).reshape(2, 3)
    address, same = acl.util.numpy_contiguous_to_ptr(array)
    assert (address, same is array) == (array.ctypes.data, True)
    address, copy = acl.util.numpy_contiguous_to_ptr(array.T)
    assert address == copy.ctypes.data != array.ctypes.data
    assert copy.flags.c_contiguous
    np.testing.assert_array_equal(copy, array.T)
    with pytest.raises(ValueError, match=r"must be numpy\.ndarray"):
        acl.util.numpy_contiguous_to_ptr(b"x")


@pytest.mark.parametrize(
    ("number", "dtype"),
    [(0, "?"), (1, "i1"), (2, "u1"), (3, "i2"), (4, "u2"), (5, "i4"), (6, "u4"), (7, "i8"),
     (8, "u8"), (9, "i8"), (10, "u8"), (11, "f4"), (12, "f8"), (23, "f2")],
)  # fmt: skip
def test_ptr_to_numpy_is_a_writable_view(number: int, dtype: str) -> None:
    memory = np.zeros(6, dtype=dtype)
    view = acl.util.ptr_to_numpy(memory.ctypes.data, (2, 3), number)
    assert (view.shape, view.dtype, view.ctypes.data) == ((2, 3), memory.dtype, memory.ctypes.data)
    view[1, 2] = 1
    assert memory[5] == 1
    assert not view.flags.owndata


def test_ptr_to_numpy_refuses() -> None:
    memory = np.zeros(4, dtype=np.int64)
    with pytest.raises(ValueError, match="'npy_type' is no plain"):
        acl.util.ptr_to_numpy(memory.ctypes.data, (4,), NPY_OBJECT)
    with pytest.raises(ValueError, match="'ptr' must not be 0"):
        acl.util.ptr_to_numpy(0, (4,), NPY_INT32)
    with pytest.raises(ValueError, match="negative"):
        acl.util.ptr_to_numpy(memory.ctypes.data, (-1,), NPY_INT32)
    with pytest.raises(TypeError, match="'shape' must be list, not int"):
        acl.util.ptr_to_numpy(memory.ctypes.data, 4, NPY_INT32)
    with pytest.raises(ValueError, match=r"too (big|large)"):
        acl.util.ptr_to_numpy(memory.ctypes.data, (2**40, 2**40), NPY_FLOAT)


def test_only_these_functions() -> None:
    names = {name for name in dir(acl.util) if not name.startswith("_")}
    assert names == {
        "bytes_to_ptr",
        "numpy_contiguous_to_ptr",
        "numpy_to_ptr",
        "ptr_to_bytes",
        "ptr_to_numpy",
        "start_thread",
        "stop_thread",
    }


def test_thread_runs_with_one_argument() -> None:
    seen: list[Any] = []
    arguments = ["a", 1]
    handler = signal.getsignal(signal.SIGINT)
    thread, ret = acl.util.start_thread(
        lambda given: seen.append((given, threading.get_ident())), arguments
    )
    assert ret == 0
    assert acl.util.stop_thread(thread) == 0
    assert seen == [(arguments, thread)]
    assert seen[0][0] is arguments
    assert signal.getsignal(signal.SIGINT) is handler


def test_thread_without_argument() -> None:
    seen: list[int] = []
    thread, _ = acl.util.start_thread(lambda: seen.append(1), None)
    assert acl.util.stop_thread(thread) == 0
    assert seen == [1]


def test_exception_is_shown_and_raised_by_stop_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda info: shown.append(info.exc_value))

    def fails(_: object) -> None:
        raise KeyError("lost")

    thread, _ = acl.util.start_thread(fails, [])
    with pytest.raises(RuntimeError, match="KeyError") as raised:
        acl.util.stop_thread(thread)
    assert isinstance(raised.value.__cause__, KeyError)
    assert [type(error) for error in shown] == [KeyError]


def test_stop_thread_knows_its_threads() -> None:
    assert acl.util.stop_thread(0) == errno.ESRCH
    assert acl.util.stop_thread(threading.get_ident()) == errno.ESRCH
    thread, _ = acl.util.start_thread(lambda: None, None)
    assert acl.util.stop_thread(thread) == 0
    assert acl.util.stop_thread(thread) == errno.ESRCH


def test_stop_thread_lets_others_run() -> None:
    go = threading.Event()
    thread, _ = acl.util.start_thread(lambda: go.wait(10), None)
    threading.Timer(0.1, go.set).start()
    start = time.monotonic()
    assert acl.util.stop_thread(thread) == 0
    assert 0.05 < time.monotonic() - start < 5
    with pytest.raises(TypeError, match=r"acl\.util\.start_thread: argument 'fn'"):
        acl.util.start_thread(1, None)
