# SPDX-License-Identifier: Apache-2.0
"""Cases 41-51: streams."""

import ctypes
import threading

import pytest

from abi import Library, held_up


@pytest.mark.case(41, "SRC")
def test_create_stream_null(acl: Library) -> None:
    acl.set_device()
    assert acl.aclrtCreateStream(None) == 100000


@pytest.mark.case(42, "SRC")
def test_create_stream_without_context(acl: Library) -> None:
    assert acl.aclrtCreateStream(ctypes.byref(ctypes.c_void_p())) == 107002


@pytest.mark.case(43, "DOC+SRC")
def test_destroy_stream_of_another_context(acl: Library) -> None:
    acl.create_context()
    stream = acl.create_stream()
    acl.create_context()
    assert acl.aclrtDestroyStream(stream) == 107003


@pytest.mark.case(44, "SRC")
def test_synchronize_stream_of_another_context(acl: Library) -> None:
    acl.create_context()
    stream = acl.create_stream()
    acl.create_context()
    assert acl.aclrtSynchronizeStream(stream) == 0


@pytest.mark.case(45, "DOC")
def test_synchronize_default_stream(acl: Library) -> None:
    assert acl.aclrtSynchronizeStream(None) == 107002
    acl.set_device()
    assert acl.aclrtSynchronizeStream(None) == 0


@pytest.mark.case(46, "SRC")
def test_destroy_stream_null(acl: Library) -> None:
    acl.set_device()
    assert acl.aclrtDestroyStream(None) == 100000


@pytest.mark.case(47, "SRC")
def test_destroy_stream_twice(acl: Library) -> None:
    acl.set_device()
    stream = acl.create_stream()
    assert [acl.aclrtDestroyStream(stream), acl.aclrtDestroyStream(stream)] == [0, 107017]
    assert acl.aclrtDestroyStream(0x1234) == 107017


@pytest.mark.case(48, "SRC")
def test_synchronize_timeouts(acl: Library) -> None:
    acl.set_device()
    stream = acl.create_stream()
    codes = [acl.aclrtSynchronizeStreamWithTimeout(stream, t) for t in (-2, 0, -1, 1000)]
    assert codes == [107000, 107000, 0, 0]


@pytest.mark.case(49, "DOC")
def test_synchronize_expires(acl: Library) -> None:
    acl.set_device()
    stream = acl.create_stream()
    with held_up(acl, stream):
        assert acl.aclrtSynchronizeStreamWithTimeout(stream, 10) == 507046
    assert acl.aclrtSynchronizeStreamWithTimeout(stream, 1000) == 0


@pytest.mark.case(50, "SRC+HDR")
def test_query(acl: Library) -> None:
    acl.set_device()
    stream = acl.create_stream()
    assert acl.aclrtStreamQuery(stream, None) == 100000
    assert acl.out("aclrtStreamQuery", ctypes.c_int, stream, first=False) == 0
    with held_up(acl, stream):
        assert acl.out("aclrtStreamQuery", ctypes.c_int, stream, first=False) == 1
    assert acl.out("aclrtStreamQuery", ctypes.c_int, stream, first=False) == 0


@pytest.mark.case(51, "SRC")
def test_wait_for_no_event(acl: Library) -> None:
    acl.set_device()
    assert acl.aclrtStreamWaitEvent(acl.create_stream(), None) == 100000
    event = acl.create_event()
    assert acl.aclrtStreamWaitEventWithTimeout(acl.create_stream(), event, -1) == 107000


def test_streams_end(acl: Library) -> None:
    acl.set_device()
    handles = []
    stream = ctypes.c_void_p()
    for _ in range(5000):
        code = acl.aclrtCreateStream(ctypes.byref(stream))
        if code != 0:
            break
        handles.append(stream.value)
    assert code == 207008
    assert len(handles) >= 500
    assert acl.aclrtDestroyStream(handles.pop()) == 0
    assert acl.create_stream()


def test_a_default_stream_cannot_be_destroyed(acl: Library) -> None:
    acl.set_device()
    stream = acl.out("aclrtCtxGetCurrentDefaultStream", ctypes.c_void_p)
    assert acl.aclrtDestroyStream(stream) == 100000


def test_a_stream_dies_with_its_context(acl: Library) -> None:
    context = acl.create_context()
    stream = acl.create_stream()
    assert acl.aclrtDestroyContext(context) == 0
    acl.set_device()
    assert acl.aclrtSynchronizeStream(stream) == 107017


def test_destroy_waits_for_what_is_queued(acl: Library) -> None:
    acl.set_device()
    stream = acl.create_stream()
    device = acl.malloc(64)
    acl.write(device, bytes(64))
    with held_up(acl, stream) as release:
        assert acl.aclrtMemsetAsync(device, 64, 7, 64, stream) == 0
        threading.Timer(0.05, release.set).start()
        assert acl.aclrtDestroyStream(stream) == 0
        assert acl.read(device, 64) == b"\7" * 64


def test_force_does_not(acl: Library) -> None:
    acl.set_device()
    stream = acl.create_stream()
    device = acl.malloc(64)
    acl.write(device, bytes(64))
    with held_up(acl, stream):
        assert acl.aclrtMemsetAsync(device, 64, 7, 64, stream) == 0
        assert acl.aclrtDestroyStreamForce(stream) == 0
    assert acl.read(device, 64) == bytes(64)


def test_abort(acl: Library) -> None:
    acl.set_device()
    stream = acl.create_stream()
    with held_up(acl, stream):
        assert acl.aclrtStreamAbort(stream) == 0
        assert acl.aclrtSynchronizeStream(stream) == 107023
    context = acl.current_context()
    acl.create_context()
    assert acl.aclrtStreamAbort(stream) == 107003
    assert acl.aclrtSetCurrentContext(context) == 0
    assert acl.aclrtDestroyStream(stream) == 0


def test_persistent_streams_are_not_waited_for(acl: Library) -> None:
    acl.set_device()
    flag = acl.ACL_STREAM_PERSISTENT
    stream = acl.out("aclrtCreateStreamWithConfig", ctypes.c_void_p, 0, flag)
    assert acl.aclrtSynchronizeStream(stream) == 0


def test_order_within_and_across_streams(acl: Library) -> None:
    acl.set_device()
    first, second = acl.create_stream(), acl.create_stream()
    event = acl.create_event_ex(acl.ACL_EVENT_SYNC)
    device = acl.malloc(1 << 20)
    for round_ in range(1, 100):
        assert acl.aclrtMemsetAsync(device, 1 << 20, 0, 1 << 20, first) == 0
        assert acl.aclrtMemsetAsync(device, 1 << 20, round_, 1 << 10, first) == 0
        assert acl.aclrtRecordEvent(event, first) == 0
        assert acl.aclrtStreamWaitEvent(second, event) == 0
        assert acl.aclrtMemsetAsync(device, 1 << 20, round_ + 1, 16, second) == 0
        assert acl.aclrtSynchronizeStream(second) == 0
        head = acl.read(device, 32)
        assert head == bytes([round_ + 1] * 16 + [round_] * 16)


def test_ids_and_priority(acl: Library) -> None:
    acl.set_device()
    first, second = acl.create_stream(), acl.create_stream()
    assert acl.aclrtStreamGetId(first, None) == 100000
    ids = {acl.out("aclrtStreamGetId", ctypes.c_int32, s, first=False) for s in (first, second)}
    assert len(ids) == 2
    high = acl.out("aclrtCreateStreamWithConfig", ctypes.c_void_p, 99, 0)
    assert acl.out("aclrtStreamGetPriority", ctypes.c_uint32, high, first=False) == 7
