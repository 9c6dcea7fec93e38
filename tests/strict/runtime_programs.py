# SPDX-License-Identifier: Apache-2.0
"""As model_programs.py: copies, stale handles, start and end, events."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from pathlib import Path

from model_objects import data_sets, load, started, succeed
from owned import finish, load_own, release

from abi import Library, held_up


def copy_from_pageable_memory(acl: Library, om: Path) -> int:
    del om
    device, data = started(acl).malloc(64), ctypes.create_string_buffer(64)
    stream = acl.create_stream()
    return acl.aclrtMemcpyAsync(device, 64, data, 64, acl.ACL_MEMCPY_HOST_TO_DEVICE, stream)


def _copy_and_free(acl: Library, free: Callable[[int, int], int]) -> int:
    device, host = started(acl).malloc(64), acl.malloc_host(64)
    stream = acl.create_stream()
    with held_up(acl, stream):
        kind = acl.ACL_MEMCPY_HOST_TO_DEVICE
        succeed(acl, "aclrtMemcpyAsync", device, 64, host, 64, kind, stream)
        return free(device, host)


def free_host_memory_early(acl: Library, om: Path) -> int:
    del om
    return _copy_and_free(acl, lambda _, host: acl.aclrtFreeHost(host))


def free_device_memory_early(acl: Library, om: Path) -> int:
    del om
    return _copy_and_free(acl, lambda device, _: acl.aclrtFree(device))


def copy_and_synchronize(acl: Library, om: Path) -> None:
    del om
    device, host = started(acl).malloc(64), acl.malloc_host(64)
    pageable = ctypes.create_string_buffer(64)
    stream = acl.create_stream()
    to_device = acl.ACL_MEMCPY_HOST_TO_DEVICE
    succeed(acl, "aclrtMemcpyAsync", device, 64, host, 64, to_device, stream)
    buffered = acl.ACL_MEMCPY_HOST_TO_BUF_TO_DEVICE
    succeed(acl, "aclrtMemcpyAsync", device, 64, pageable, 64, buffered, stream)
    succeed(acl, "aclrtMemsetAsync", device, 64, 1, 64, stream)
    succeed(acl, "aclrtSynchronizeStream", stream)
    succeed(acl, "aclrtMemcpy", pageable, 64, device, 64, acl.ACL_MEMCPY_DEVICE_TO_HOST)
    succeed(acl, "aclrtFreeHost", host)
    release(acl, device)
    succeed(acl, "aclrtDestroyStream", stream)
    finish(acl)


def free_twice(acl: Library, om: Path) -> int:
    del om
    memory = started(acl).malloc(64)
    release(acl, memory)
    return acl.aclrtFree(memory)


def copy_to_freed_memory(acl: Library, om: Path) -> int:
    del om
    memory, data = started(acl).malloc(64), ctypes.create_string_buffer(8)
    release(acl, memory)
    return acl.aclrtMemcpy(memory + 32, 8, data, 8, acl.ACL_MEMCPY_HOST_TO_DEVICE)


def _use_twice(acl: Library, handle: int, destroy: str) -> int:
    succeed(acl, destroy, handle)
    return getattr(acl, destroy)(handle)


def destroy_a_stream_twice(acl: Library, om: Path) -> int:
    del om
    return _use_twice(started(acl), acl.create_stream(), "aclrtDestroyStream")


def destroy_an_event_twice(acl: Library, om: Path) -> int:
    del om
    return _use_twice(started(acl), acl.create_event(), "aclrtDestroyEvent")


def destroy_a_context_twice(acl: Library, om: Path) -> int:
    del om
    return _use_twice(started(acl), acl.create_context(), "aclrtDestroyContext")


def destroy_a_data_set_twice(acl: Library, om: Path) -> int:
    del om
    return _use_twice(started(acl), acl.aclmdlCreateDataset(), "aclmdlDestroyDataset")


def destroy_a_data_buffer_twice(acl: Library, om: Path) -> int:
    del om
    return _use_twice(started(acl), acl.aclCreateDataBuffer(None, 0), "aclDestroyDataBuffer")


def destroy_a_desc_twice(acl: Library, om: Path) -> int:
    del om
    return _use_twice(started(acl), acl.aclmdlCreateDesc(), "aclmdlDestroyDesc")


def ask_a_destroyed_tensor_desc(acl: Library, om: Path) -> int:
    del om
    desc = started(acl).aclCreateTensorDesc(0, 0, None, 2)
    acl.aclDestroyTensorDesc(desc)
    return acl.aclGetTensorDescDimV2(desc, 0, ctypes.byref(ctypes.c_int64()))


def execute_with_a_destroyed_data_buffer(acl: Library, om: Path) -> int:
    model = load(started(acl), om)
    inputs, outputs = data_sets(acl, model)
    succeed(acl, "aclDestroyDataBuffer", acl.aclmdlGetDatasetBuffer(inputs.handle, 0))
    return acl.aclmdlExecute(model, inputs.handle, outputs.handle)


def execute_with_freed_memory(acl: Library, om: Path) -> int:
    model = load(started(acl), om)
    inputs, outputs = data_sets(acl, model)
    release(acl, inputs.addresses[0])
    return acl.aclmdlExecute(model, inputs.handle, outputs.handle)


def execute_an_unloaded_model(acl: Library, om: Path) -> int:
    model = load(started(acl), om)
    inputs, outputs = data_sets(acl, model)
    succeed(acl, "aclmdlUnload", model)
    return acl.aclmdlExecute(model, inputs.handle, outputs.handle)


def make_and_destroy_many(acl: Library, om: Path) -> None:
    del om
    started(acl)
    for _ in range(50):
        memory, stream, event = acl.malloc(64), acl.create_stream(), acl.create_event()
        buffer, dataset = acl.aclCreateDataBuffer(memory, 64), acl.aclmdlCreateDataset()
        succeed(acl, "aclmdlAddDatasetBuffer", dataset, buffer)
        succeed(acl, "aclrtMemset", memory, 64, 1, 64)
        succeed(acl, "aclDestroyDataBuffer", buffer)
        succeed(acl, "aclmdlDestroyDataset", dataset)
        succeed(acl, "aclrtDestroyStream", stream)
        succeed(acl, "aclrtDestroyEvent", event)
        release(acl, memory)
    finish(acl)


def finalize_with_memory_left(acl: Library, om: Path) -> int:
    del om
    started(acl).malloc(64)
    succeed(acl, "aclrtResetDevice", 0)
    return acl.aclFinalize()


def finalize_with_objects_left(acl: Library, om: Path) -> int:
    del om
    started(acl).aclmdlCreateDataset()
    acl.create_event()
    acl.aclmdlCreateConfigHandle()
    succeed(acl, "aclrtResetDevice", 0)
    return acl.aclFinalize()


def finalize_with_a_model_loaded(acl: Library, om: Path) -> int:
    load(started(acl), om)
    succeed(acl, "aclrtResetDevice", 0)
    return acl.aclFinalize()


def finalize_with_a_device_set(acl: Library, om: Path) -> int:
    del om
    return started(acl).aclFinalize()


def from_init_to_finalize(acl: Library, om: Path) -> None:
    """Twice; a program may go on with what a second aclInit answers."""
    for _ in range(2):
        loaded = load_own(started(acl), om)
        context = acl.create_context()
        succeed(acl, "aclrtDestroyContext", context)
        acl.set_device()
        succeed(acl, "aclrtResetDevice", 0)  # the second aclrtSetDevice's
        acl.set_device()
        release(acl, loaded, loaded.work, loaded.weight)
        succeed(acl, "aclrtResetDevice", 0)
        finish(acl)


def wait_for_an_unrecorded_event(acl: Library, om: Path) -> int:
    del om
    event = started(acl).create_event_ex(acl.ACL_EVENT_SYNC)
    return acl.aclrtStreamWaitEvent(acl.create_stream(), event)


def synchronize_with_an_unrecorded_event(acl: Library, om: Path) -> int:
    del om
    return started(acl).aclrtSynchronizeEvent(acl.create_event())


def destroy_an_event_that_is_waited_for(acl: Library, om: Path) -> int:
    del om
    stream, event = started(acl).create_stream(), acl.create_event()
    succeed(acl, "aclrtStreamWaitEvent", stream, event)
    code = acl.aclrtDestroyEvent(event)
    succeed(acl, "aclrtStreamAbort", stream)
    return code


def _waiting(acl: Library) -> tuple[int, int]:
    stream, event = acl.create_stream(), acl.create_event()
    succeed(acl, "aclrtStreamWaitEvent", stream, event)
    return stream, event


def abort_a_stream_that_waits(acl: Library) -> None:
    stream, event = _waiting(started(acl))
    succeed(acl, "aclrtStreamAbort", stream)
    succeed(acl, "aclrtDestroyEvent", event)


def destroy_a_stream_that_waits(acl: Library) -> None:
    stream, event = _waiting(started(acl))
    succeed(acl, "aclrtDestroyStreamForce", stream)
    succeed(acl, "aclrtDestroyEvent", event)


def destroy_a_context_that_waits(acl: Library) -> None:
    context = started(acl).create_context()
    _waiting(acl)
    succeed(acl, "aclrtDestroyContext", context)


def record_and_wait(acl: Library, om: Path) -> None:
    del om
    first, second = started(acl).create_stream(), acl.create_stream()
    early, late = acl.create_event(), acl.create_event()
    succeed(acl, "aclrtRecordEvent", early, first)
    succeed(acl, "aclrtStreamWaitEvent", second, early)
    succeed(acl, "aclrtStreamWaitEvent", second, late)  # recorded while the stream waits
    succeed(acl, "aclrtRecordEvent", late, first)
    succeed(acl, "aclrtSynchronizeEvent", late)
    succeed(acl, "aclrtSynchronizeStream", second)
    for event in (early, late):
        succeed(acl, "aclrtDestroyEvent", event)
    for stream in (first, second):
        succeed(acl, "aclrtDestroyStream", stream)
    finish(acl)


def name_more_than_there_is(acl: Library, om: Path) -> int:
    """It is not used; a copy of so much would corrupt the heap."""
    del om
    device, data = started(acl).malloc(64), ctypes.create_string_buffer(64)
    return acl.aclrtMemcpy(device, 4096, data, 64, acl.ACL_MEMCPY_HOST_TO_DEVICE)


def copy_a_batch_too_long(acl: Library, om: Path) -> int:
    """The second of two copies says that its source has more than it has."""
    del om
    started(acl)
    pair = ctypes.c_void_p * 2
    destinations = pair(acl.malloc(64), acl.malloc(64))
    sources = pair(acl.malloc_host(64), acl.malloc_host(32))
    sizes = (ctypes.c_size_t * 2)(64, 64)
    attributes, first = (ctypes.c_uint8 * 256)(), (ctypes.c_size_t * 1)(0)
    failing = ctypes.c_size_t()
    return acl.aclrtMemcpyBatch(
        destinations, sizes, sources, sizes, 2, attributes, first, 1, ctypes.byref(failing)
    )


def launch_what_is_no_function(acl: Library, om: Path) -> int:
    del om
    data = ctypes.create_string_buffer(64)
    stream = started(acl).create_stream()
    return acl.aclrtLaunchHostFunc(stream, ctypes.addressof(data), None)


def use_an_event_as_a_stream(acl: Library, om: Path) -> int:
    del om
    return started(acl).aclrtSynchronizeStream(acl.create_event())


def add_what_is_no_data_buffer(acl: Library, om: Path) -> int:
    del om
    data_set = started(acl).aclmdlCreateDataset()
    return acl.aclmdlAddDatasetBuffer(data_set, acl.malloc(64))


def copy_the_wrong_way(acl: Library, om: Path) -> int:
    del om
    device, data = started(acl).malloc(64), ctypes.create_string_buffer(64)
    return acl.aclrtMemcpy(device, 64, data, 64, acl.ACL_MEMCPY_DEVICE_TO_HOST)


def copy_each_way(acl: Library, om: Path) -> None:
    """By each kind, between pageable, page-locked, registered and device memory."""
    del om
    device, host = started(acl).malloc(64), acl.malloc_host(64)
    pageable, registered = (ctypes.create_string_buffer(64) for _ in range(2))
    shared = ctypes.c_void_p()
    address = ctypes.addressof(registered)
    succeed(acl, "aclrtHostRegister", address, 64, acl.ACL_HOST_REGISTER_MAPPED, ctypes.byref(shared))
    on_host = (ctypes.addressof(pageable), host, address)
    on_device = (device, shared.value)
    for kind, ends, starts in (
        (acl.ACL_MEMCPY_HOST_TO_HOST, on_host, on_host),
        (acl.ACL_MEMCPY_HOST_TO_DEVICE, on_device, on_host),
        (acl.ACL_MEMCPY_DEVICE_TO_HOST, on_host, on_device),
        (acl.ACL_MEMCPY_DEVICE_TO_DEVICE, on_device, on_device),
        (acl.ACL_MEMCPY_DEFAULT, on_host + on_device, on_host + on_device),
    ):
        for end in ends:
            for start in starts:
                succeed(acl, "aclrtMemcpy", end, 64, start, 64, kind)
    succeed(acl, "aclrtHostUnregister", address)
    succeed(acl, "aclrtFreeHost", host)
    release(acl, device)
    finish(acl)
