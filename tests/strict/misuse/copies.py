# SPDX-License-Identifier: Apache-2.0
"""Copies and fills that name too much, nothing, or the wrong side."""

from __future__ import annotations

import mmap

import numpy as np
from program import D2D, D2H, FAR, GARBAGE, H2D, H2H, breaks, device, got, host, started, stream

import acl


def pointer(array: np.ndarray) -> int:
    return acl.util.numpy_to_ptr(array)


@breaks("ACL-018", 107000)
def copy_more_than_the_destination_has() -> int:
    started()
    data = np.zeros(1 << 16, np.uint8)
    return acl.rt.memcpy(device(64), data.nbytes, pointer(data), data.nbytes, H2D)


@breaks("ACL-018", 107000)
def say_that_the_destination_is_longer() -> int:
    started()
    return acl.rt.memcpy(device(64), 4096, host(64), 64, H2D)


@breaks("ACL-018", 107000)
def copy_more_than_the_source_has() -> int:
    started()
    return acl.rt.memcpy(host(1 << 16), 1 << 16, device(64), 1 << 16, D2H)


@breaks("ACL-018", 107000)
def copy_from_the_last_byte() -> int:
    started()
    return acl.rt.memcpy(device(64), 64, host(64) + 63, 2, H2D)


@breaks("ACL-018", 107000)
def copy_between_blocks() -> int:
    started()
    return acl.rt.memcpy(device(64), 64, device(64) + 32, 64, D2D)


@breaks("ACL-018", 107000)
def copy_from_garbage() -> int:
    started()
    return acl.rt.memcpy(device(64), 64, GARBAGE, 64, H2D)


@breaks("ACL-018", 107000)
def copy_to_garbage() -> int:
    started()
    return acl.rt.memcpy(FAR, 64, device(64), 64, D2H)


@breaks("ACL-018", 107000)
def copy_to_memory_that_is_read_only() -> int:
    started()
    with open(__file__, "rb") as file:
        mapping = mmap.mmap(file.fileno(), 64, prot=mmap.PROT_READ)
    array = np.frombuffer(mapping, np.uint8)
    return acl.rt.memcpy(array.ctypes.data, 64, device(64), 64, D2H)


@breaks("ACL-018", 107000)
def copy_from_memory_that_is_unmapped() -> int:
    started()
    mapping = mmap.mmap(-1, 1 << 20)
    array = np.frombuffer(mapping, np.uint8)
    address = array.ctypes.data
    del array
    mapping.close()
    return acl.rt.memcpy(device(64), 64, address, 64, H2D)


@breaks("ACL-018", 107000)
def copy_past_the_end_of_a_mapping() -> int:
    started()
    return acl.rt.memcpy(device(1 << 24), 1 << 24, pointer(np.zeros(8)), 1 << 62, H2D)


@breaks("ACL-018", 107000)
def fill_more_than_there_is() -> int:
    started()
    return acl.rt.memset(device(64), 1 << 20, 0, 1 << 20)


@breaks("ACL-018", 107000)
def fill_garbage() -> int:
    started()
    return acl.rt.memset(GARBAGE, 64, 0, 64)


@breaks("ACL-018", 107000)
def fill_in_a_stream_more_than_there_is() -> int:
    started()
    queue = stream()
    ret = acl.rt.memset_async(device(64), 1 << 20, 0, 1 << 20, queue)
    acl.rt.synchronize_stream(queue)
    return ret


@breaks("ACL-018", 107000)
def copy_in_a_stream_more_than_there_is() -> int:
    started()
    queue = stream()
    ret = acl.rt.memcpy_async(device(64), 1 << 20, host(1 << 20), 1 << 20, H2D, queue)
    acl.rt.synchronize_stream(queue)
    return ret


@breaks("ACL-018", 107000)
def copy_in_a_stream_from_garbage() -> int:
    started()
    queue = stream()
    ret = acl.rt.memcpy_async(device(64), 64, GARBAGE, 64, H2D, queue)
    acl.rt.synchronize_stream(queue)
    return ret


@breaks("ACL-018", 107000)
def copy_rows_that_are_too_many() -> int:
    started()
    return acl.rt.memcpy2d(device(64), 16, host(1 << 16), 16, 16, 4096, H2D)


@breaks("ACL-018", 107000)
def copy_rows_that_are_too_far_apart() -> int:
    started()
    return acl.rt.memcpy2d(device(1 << 12), 16, host(64), 1 << 16, 16, 4, H2D)


@breaks("ACL-018", 107000)
def copy_rows_in_a_stream() -> int:
    started()
    queue = stream()
    ret = acl.rt.memcpy2d_async(device(64), 16, host(1 << 16), 16, 16, 4096, H2D, queue)
    acl.rt.synchronize_stream(queue)
    return ret


@breaks("ACL-018", 107000)
def reduce_more_than_there_is() -> int:
    started()
    return acl.rt.reduce_async(device(64), device(64), 4096, 10, 0, stream(), 0)


@breaks("ACL-018", 107000)
def flush_more_than_there_is() -> int:
    started()
    return acl.rt.mem_flush(device(64), 4096)


@breaks("ACL-018", 107000)
def fetch_more_than_there_is() -> int:
    started()
    return acl.rt.cmo_async(device(64), 1 << 20, 0, stream())


@breaks("ACL-018", 107000)
def free_garbage() -> int:
    started()
    return acl.rt.free(GARBAGE)


@breaks("ACL-018", 107000)
def free_host_garbage() -> int:
    started()
    return acl.rt.free_host(GARBAGE)


@breaks("ACL-018", 107000)
def register_garbage() -> int:
    started()
    _, ret = acl.rt.host_register(GARBAGE, 4096, 0)
    return ret


@breaks("ACL-018", 107000)
def write_a_value_to_garbage() -> int:
    started()
    return acl.rt.value_write(GARBAGE, 1, 0, stream())


@breaks("ACL-024", 107000)
def copy_to_a_device_that_is_the_host() -> int:
    started()
    return acl.rt.memcpy(host(64), 64, host(64), 64, H2D)


@breaks("ACL-024", 107000)
def copy_to_numpy_as_to_a_device() -> int:
    started()
    array = np.zeros(64, np.uint8)
    return acl.rt.memcpy(pointer(array), 64, device(64), 64, D2D)


@breaks("ACL-024", 107000)
def copy_from_a_device_as_from_the_host() -> int:
    started()
    return acl.rt.memcpy(device(64), 64, device(64), 64, H2D)


@breaks("ACL-024", 107000)
def copy_to_a_device_as_to_the_host() -> int:
    started()
    return acl.rt.memcpy(device(64), 64, device(64), 64, D2H)


@breaks("ACL-024", 107000)
def copy_between_hosts_by_a_device() -> int:
    started()
    return acl.rt.memcpy(device(64), 64, host(64), 64, H2H)


@breaks("ACL-024", 107000)
def copy_rows_the_wrong_way() -> int:
    started()
    return acl.rt.memcpy2d(device(64), 16, host(64), 16, 16, 4, D2H)


@breaks("ACL-024", 107000)
def copy_in_a_stream_the_wrong_way() -> int:
    started()
    queue = stream()
    ret = acl.rt.memcpy_async(device(64), 64, host(64), 64, D2H, queue)
    acl.rt.synchronize_stream(queue)
    return ret
