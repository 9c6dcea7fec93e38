# SPDX-License-Identifier: Apache-2.0
"""Tasks that fail or are aborted: the exception callback, aclrtDeviceTaskAbort."""

import ctypes
import threading

from abi import Library, held_up

INFO_CALLBACK = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
GETTERS = ("TaskId", "StreamId", "ThreadId", "DeviceId", "ErrorCode")


def fields(acl: Library, info: int) -> list[int]:
    return [getattr(acl, f"aclrtGet{name}FromExceptionInfo")(info) for name in GETTERS]


def fail_a_task(acl: Library, stream: int) -> None:
    """A wait that runs out of time; nothing ever records the event."""
    event = acl.create_event()
    assert acl.aclrtStreamWaitEventWithTimeout(stream, event, 10) == 0


def test_exception_callback(acl: Library) -> None:
    acl.set_device()
    stream = acl.create_stream()
    seen: list[tuple[int, list[int]]] = []
    callback = INFO_CALLBACK(lambda info: seen.append((info, fields(acl, info))))
    assert acl.aclrtSetExceptionInfoCallback(callback) == 0
    fail_a_task(acl, stream)
    task = acl.out("aclrtGetThreadLastTaskId", ctypes.c_uint32)
    assert acl.aclrtSynchronizeStream(stream) == 107019
    stream_id = acl.out("aclrtStreamGetId", ctypes.c_int32, stream, first=False)
    [(info, told)] = seen
    assert told == [task, stream_id, threading.get_native_id(), 0, 107019]
    # The information lasts as long as the callback.
    assert fields(acl, info) == [2**32 - 1] * 5
    assert fields(acl, 0x1234) == [2**32 - 1] * 5
    assert acl.aclrtSetExceptionInfoCallback(None) == 0
    fail_a_task(acl, stream)
    assert acl.aclrtSynchronizeStream(stream) == 107019
    assert len(seen) == 1


def test_message_survives_the_callback(acl: Library) -> None:
    acl.set_device()
    callback = INFO_CALLBACK(lambda _: acl.aclrtFree(None))
    assert acl.aclrtSetExceptionInfoCallback(callback) == 0
    memory = acl.malloc(64)
    assert acl.aclrtMemcpyAsyncWithDesc(memory, 6, None) == 0
    assert acl.aclrtSynchronizeStream(None) == 107000
    assert "descriptor" in acl.message()


def test_abort_of_a_devices_tasks(acl: Library) -> None:
    acl.set_device()
    stream, idle = acl.create_stream(), acl.create_stream()
    memory = acl.malloc(8)
    acl.write(memory, bytes(8))
    with held_up(acl, stream):
        assert acl.aclrtValueWrite(memory, 7, 0, stream) == 0
        assert acl.aclrtDeviceTaskAbort(0, 0) == 0
    assert acl.read(memory, 8) == bytes(8)
    assert acl.aclrtSynchronizeStream(idle) == 0
    # The stream stays of use.
    assert acl.aclrtValueWrite(memory, 9, 0, stream) == 0
    assert acl.aclrtSynchronizeStream(stream) == 0
    assert acl.read(memory, 8)[0] == 9
    assert acl.aclrtDeviceTaskAbort(99, 0) == 107001
    assert acl.aclrtDeviceTaskAbort(0, 36 * 60 * 1000 + 1) == 107000


def test_abort_of_a_task_that_does_not_end(acl: Library) -> None:
    acl.set_device()
    entered, release = threading.Event(), threading.Event()

    def linger(_: int) -> None:
        entered.set()
        release.wait(60)

    callback = INFO_CALLBACK(linger)
    assert acl.aclrtSetExceptionInfoCallback(callback) == 0
    stream = acl.create_stream()
    fail_a_task(acl, stream)
    assert entered.wait(60)
    assert acl.aclrtDeviceTaskAbort(0, 20) == 207020
    release.set()
    assert acl.aclrtDeviceTaskAbort(0, 0) == 0


def test_abort_ends_waits_and_is_told_at_the_next_synchronise(acl: Library) -> None:
    acl.set_device()
    stream = acl.create_stream()
    memory = acl.malloc(8)
    acl.write(memory, bytes(8))
    assert acl.aclrtValueWait(memory, 1, acl.ACL_STREAM_WAIT_VALUE_EQ, stream) == 0
    assert acl.aclrtStreamWaitEvent(stream, acl.create_event()) == 0
    assert acl.aclrtDeviceTaskAbort(0, 0) == 0
    assert acl.aclrtSynchronizeStream(stream) == 107022
    assert acl.aclrtSynchronizeStream(stream) == 0


def test_notify_timeout_is_in_milliseconds(acl: Library) -> None:
    acl.set_device()
    stream = acl.create_stream()
    notify = acl.out("aclrtCreateNotify", ctypes.c_void_p, 0)
    assert acl.aclrtWaitAndResetNotify(notify, stream, 10) == 0
    # 10 seconds would outlast this.
    assert acl.aclrtSynchronizeStreamWithTimeout(stream, 5000) == 107019
