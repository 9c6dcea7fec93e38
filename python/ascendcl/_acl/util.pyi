# SPDX-License-Identifier: Apache-2.0
"""acl.util: addresses of Python objects and native threads.

Handles, addresses and sizes are ints, taken modulo 2^64; 0 is NULL. `ret` is 0 on success.
"""

from collections.abc import Callable, Sequence
from typing import Any, SupportsIndex

import numpy.typing as npt

def bytes_to_ptr(data: bytes) -> int:
    """The address of the very payload of `data`; keep `data` alive. ValueError for anything but
    bytes.
    """

def ptr_to_bytes(ptr: SupportsIndex, size: SupportsIndex) -> bytes:
    """A copy of `size` bytes at `ptr`."""

def numpy_to_ptr(array: npt.NDArray[Any]) -> int:
    """The address of an array's data; keep `array` alive. Warns when it is not C-contiguous."""

def numpy_contiguous_to_ptr(array: npt.NDArray[Any]) -> tuple[int, npt.NDArray[Any]]:
    """The address of a C-contiguous array, and that array: `array` itself or a copy. Keep it
    alive.

    Returns (ptr, array_out).
    """

def ptr_to_numpy(
    ptr: SupportsIndex, shape: Sequence[SupportsIndex], npy_type: SupportsIndex
) -> npt.NDArray[Any]:
    """A writable view of memory, which it does not keep alive; `npy_type` is NumPy's number (11
    float32, 2 uint8, 23 float16).
    """

def start_thread(fn: Callable[..., object], args_list: object) -> tuple[int, int]:
    """Run `fn(args_list)` in a native thread, or `fn()` if `args_list` is None. The id is also the
    thread's `threading.get_ident()`.

    Returns (thread_id, ret).
    """

def stop_thread(thread_id: SupportsIndex) -> int:
    """Join a thread of `start_thread`; RuntimeError when its function raised."""
