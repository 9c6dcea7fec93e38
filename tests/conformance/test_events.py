# SPDX-License-Identifier: Apache-2.0
"""Cases 52-65: events; notifies."""

import ctypes
import threading
import time

import pytest

from abi import Library, held_up

NOT_READY, COMPLETE = 0, 1  # aclrtQueryEventStatus; aclrtQueryEvent has them the other way round


def status(acl: Library, event: int) -> int:
    return acl.out("aclrtQueryEventStatus", ctypes.c_int, event, first=False)


def recorded(acl: Library) -> int:
    event = acl.create_event()
    assert acl.aclrtRecordEvent(event, None) == 0
    assert acl.aclrtSynchronizeEvent(event) == 0
    return event


@pytest.mark.case(52, "SRC")
def test_create_null(acl: Library) -> None:
    acl.set_device()
    assert acl.aclrtCreateEvent(None) == 100000


@pytest.mark.case(53, "SRC")
@pytest.mark.parametrize("flag", [0, 0x80])
def test_flags_that_are_none(acl: Library, flag: int) -> None:
    acl.set_device()
    assert acl.aclrtCreateEventWithFlag(ctypes.byref(ctypes.c_void_p()), flag) == 107000
    assert acl.aclrtCreateEventExWithFlag(ctypes.byref(ctypes.c_void_p()), flag) == 107000


@pytest.mark.case(54, "SRC")
def test_flags_that_stand_alone(acl: Library) -> None:
    acl.set_device()
    event = ctypes.byref(ctypes.c_void_p())
    flag = acl.ACL_EVENT_DEVICE_USE_ONLY | acl.ACL_EVENT_SYNC
    assert acl.aclrtCreateEventWithFlag(event, flag) == 107000
    assert acl.aclrtCreateEventWithFlag(event, acl.ACL_EVENT_IPC) == 107000


@pytest.mark.case(55, "SRC")
def test_record(acl: Library) -> None:
    acl.set_device()
    assert acl.aclrtRecordEvent(None, acl.create_stream()) == 100000
    assert acl.aclrtRecordEvent(acl.create_event(), None) == 0


@pytest.mark.case(56, "SRC")
def test_status_when_never_recorded(acl: Library) -> None:
    acl.set_device()
    assert status(acl, acl.create_event()) == NOT_READY
    assert status(acl, acl.create_event_ex(acl.ACL_EVENT_SYNC)) == COMPLETE


@pytest.mark.case(57, "SRC")
def test_old_query_when_never_recorded(acl: Library) -> None:
    acl.set_device()
    event = acl.create_event()
    assert acl.out("aclrtQueryEvent", ctypes.c_int, event, first=False) == 0


@pytest.mark.case(58, "SRC")
def test_what_ex_events_cannot(acl: Library) -> None:
    acl.set_device()
    event = acl.create_event_ex(acl.ACL_EVENT_SYNC)
    assert acl.aclrtQueryEvent(event, ctypes.byref(ctypes.c_int())) == 207000
    assert acl.aclrtResetEvent(event, acl.create_stream()) == 207000
    assert acl.aclrtQueryEventWaitStatus(event, ctypes.byref(ctypes.c_int())) == 207000


@pytest.mark.case(59, "SRC")
def test_elapsed_time_when_never_recorded(acl: Library) -> None:
    acl.set_device()
    first, second = acl.create_event(), acl.create_event()
    assert acl.aclrtEventElapsedTime(ctypes.byref(ctypes.c_float()), first, second) == 507000


@pytest.mark.case(60, "SRC")
def test_elapsed_time_null(acl: Library) -> None:
    acl.set_device()
    event = acl.create_event()
    assert acl.aclrtEventElapsedTime(None, event, event) == 100000


@pytest.mark.case(61, "SRC")
def test_elapsed_time(acl: Library) -> None:
    acl.set_device()
    first = recorded(acl)
    time.sleep(0.02)
    second = recorded(acl)
    elapsed = acl.out("aclrtEventElapsedTime", ctypes.c_float, first, second)
    assert 15 <= elapsed < 5000
    assert acl.out("aclrtEventElapsedTime", ctypes.c_float, second, first) == -elapsed


@pytest.mark.case(62, "SRC")
def test_elapsed_time_when_not_complete(acl: Library) -> None:
    acl.set_device()
    first, second, stream = recorded(acl), acl.create_event(), acl.create_stream()
    with held_up(acl, stream):
        assert acl.aclrtRecordEvent(second, stream) == 0
        code = acl.aclrtEventElapsedTime(ctypes.byref(ctypes.c_float()), first, second)
        assert code == 107006
        assert status(acl, second) == NOT_READY
    assert status(acl, second) == COMPLETE


@pytest.mark.case(62, "SRC")
def test_elapsed_time_of_an_event_without_time(acl: Library) -> None:
    acl.set_device()
    event = acl.create_event_ex(acl.ACL_EVENT_SYNC)
    assert acl.aclrtRecordEvent(event, None) == 0
    assert acl.aclrtSynchronizeEvent(event) == 0
    assert acl.aclrtEventElapsedTime(ctypes.byref(ctypes.c_float()), event, event) == 107006


@pytest.mark.case(63, "SRC")
def test_synchronize_timeouts(acl: Library) -> None:
    acl.set_device()
    event = acl.create_event()
    codes = [acl.aclrtSynchronizeEventWithTimeout(event, timeout) for timeout in (0, -2)]
    assert codes == [107000, 107000]
    assert acl.aclrtSynchronizeEvent(None) == 100000


@pytest.mark.case(63, "SRC")
def test_synchronize_expires(acl: Library) -> None:
    acl.set_device()
    event, stream = acl.create_event(), acl.create_stream()
    with held_up(acl, stream):
        assert acl.aclrtRecordEvent(event, stream) == 0
        assert acl.aclrtSynchronizeEventWithTimeout(event, 10) == 507047
    assert acl.aclrtSynchronizeEventWithTimeout(event, 1000) == 0


@pytest.mark.case(64, "SRC")
def test_destroy(acl: Library) -> None:
    acl.set_device()
    assert acl.aclrtDestroyEvent(None) == 100000
    event = acl.create_event()
    assert [acl.aclrtDestroyEvent(event), acl.aclrtDestroyEvent(event)] == [0, 107017]
    assert acl.aclrtRecordEvent(event, None) == 107017


@pytest.mark.case(65, "SRC")
def test_record_in_a_stream_of_another_context(acl: Library) -> None:
    acl.create_context()
    stream = acl.create_stream()
    acl.create_context()
    assert acl.aclrtRecordEvent(acl.create_event(), stream) == 107003


def test_destroy_of_a_pending_event_does_not_block(acl: Library) -> None:
    acl.set_device()
    event, stream = acl.create_event(), acl.create_stream()
    with held_up(acl, stream):
        assert acl.aclrtRecordEvent(event, stream) == 0
        assert acl.aclrtDestroyEvent(event) == 0


def test_a_plain_event_is_waited_for_until_it_is_recorded(acl: Library) -> None:
    acl.set_device()
    waiting, recording, event = acl.create_stream(), acl.create_stream(), acl.create_event()
    assert acl.aclrtStreamWaitEvent(waiting, event) == 0
    assert acl.aclrtSynchronizeStreamWithTimeout(waiting, 20) == 507046
    assert acl.out("aclrtQueryEventWaitStatus", ctypes.c_int, event, first=False) == 1
    assert acl.aclrtRecordEvent(event, recording) == 0
    assert acl.aclrtSynchronizeStreamWithTimeout(waiting, 5000) == 0
    assert acl.out("aclrtQueryEventWaitStatus", ctypes.c_int, event, first=False) == 0


def test_reset_makes_a_plain_event_new(acl: Library) -> None:
    acl.set_device()
    stream, event = acl.create_stream(), recorded(acl)
    assert acl.aclrtResetEvent(event, stream) == 0
    assert acl.aclrtSynchronizeStream(stream) == 0
    assert status(acl, event) == NOT_READY
    assert acl.aclrtStreamWaitEvent(stream, event) == 0
    assert acl.aclrtSynchronizeStreamWithTimeout(stream, 20) == 507046
    assert acl.aclrtRecordEvent(event, None) == 0
    assert acl.aclrtSynchronizeStreamWithTimeout(stream, 5000) == 0


def test_a_stream_may_lose_its_patience(acl: Library) -> None:
    acl.set_device()
    stream, event = acl.create_stream(), acl.create_event()
    assert acl.aclrtStreamWaitEventWithTimeout(stream, event, 20) == 0
    assert acl.aclrtSynchronizeStream(stream) != 0
    assert acl.aclrtSynchronizeStream(stream) == 0  # told once


def test_a_waiting_stream_can_be_destroyed_by_force(acl: Library) -> None:
    acl.set_device()
    stream, event = acl.create_stream(), acl.create_event()
    assert acl.aclrtStreamWaitEvent(stream, event) == 0
    assert acl.aclrtDestroyStreamForce(stream) == 0


def test_a_waiting_stream_does_not_keep_a_device_from_a_reset_by_force(acl: Library) -> None:
    acl.set_device()
    stream, event = acl.create_stream(), acl.create_event()
    assert acl.aclrtStreamWaitEvent(stream, event) == 0
    codes: list[int] = []
    reset = threading.Thread(target=lambda: codes.append(acl.aclrtResetDeviceForce(0)), daemon=True)
    reset.start()
    reset.join(20)
    assert codes == [0]


def test_notify(acl: Library) -> None:
    acl.set_device()
    notify = acl.out("aclrtCreateNotify", ctypes.c_void_p, 0)
    waiting, recording = acl.create_stream(), acl.create_stream()
    for _ in range(20):
        assert acl.aclrtWaitAndResetNotify(notify, waiting, 0) == 0
        assert acl.aclrtSynchronizeStreamWithTimeout(waiting, 1) == 507046
        assert acl.aclrtRecordNotify(notify, recording) == 0
        assert acl.aclrtSynchronizeStreamWithTimeout(waiting, 5000) == 0
    assert [acl.aclrtDestroyNotify(notify), acl.aclrtDestroyNotify(notify)] == [0, 107017]
