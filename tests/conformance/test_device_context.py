# SPDX-License-Identifier: Apache-2.0
"""Cases 15-40: devices and contexts."""

import ctypes
import threading
from collections.abc import Callable
from typing import Any

import pytest

from abi import Library


def on_thread(function: Callable[[], Any]) -> Any:
    """What `function` answers on a thread of its own."""
    answers: list[Any] = []
    thread = threading.Thread(target=lambda: answers.append(function()))
    thread.start()
    thread.join()
    return answers[0]


def malloc_code(acl: Library) -> int:
    return acl.aclrtMalloc(ctypes.byref(ctypes.c_void_p()), 16, 0)


def context_code(acl: Library) -> int:
    return acl.aclrtGetCurrentContext(ctypes.byref(ctypes.c_void_p()))


@pytest.mark.case(15, "DOC+SRC")
def test_set_device_minus_one(acl: Library) -> None:
    assert acl.aclrtSetDevice(-1) == 107001


@pytest.mark.case(16, "DOC+SRC")
def test_set_device_count(acl: Library) -> None:
    assert acl.aclrtSetDevice(acl.device_count()) == 107001


@pytest.mark.case(17, "DOC+SRC")
def test_get_device_before_any_set(acl: Library) -> None:
    assert acl.aclrtGetDevice(ctypes.byref(ctypes.c_int32())) == 107002


@pytest.mark.case(18, "DOC")
def test_get_device(acl: Library) -> None:
    acl.set_device()
    assert acl.out("aclrtGetDevice", ctypes.c_int32) == 0


@pytest.mark.case(19, "SRC")
def test_get_device_null(acl: Library) -> None:
    acl.set_device()
    assert acl.aclrtGetDevice(None) == 100000


@pytest.mark.case(20, "SRC")
def test_device_count_null(acl: Library) -> None:
    assert acl.aclrtGetDeviceCount(None) == 100000


@pytest.mark.case(21, "SRC+HDR")
def test_run_mode(acl: Library) -> None:
    assert acl.aclrtGetRunMode(None) == 100000
    assert acl.out("aclrtGetRunMode", ctypes.c_int) == acl.ACL_HOST == 1


@pytest.mark.case(22, "DOC+SRC")
def test_resets_are_counted(acl: Library) -> None:
    acl.set_device()
    acl.set_device()
    assert acl.aclrtResetDevice(0) == 0
    assert malloc_code(acl) == 0
    assert acl.aclrtResetDevice(0) == 0
    assert malloc_code(acl) == 107002


@pytest.mark.case(22, "SRC/DOC")
def test_last_reset_leaves_an_explicit_context(acl: Library) -> None:
    acl.set_device()
    context = acl.create_context()
    assert acl.aclrtResetDevice(0) == 0
    assert acl.current_context() == context


@pytest.mark.case(23, "DOC+SRC")
def test_reset_without_set(acl: Library) -> None:
    assert acl.aclrtResetDevice(0) == 507007


@pytest.mark.case(24, "DOC+SRC")
def test_reset_twice(acl: Library) -> None:
    acl.set_device()
    assert [acl.aclrtResetDevice(0), acl.aclrtResetDevice(0)] == [0, 507007]


@pytest.mark.case(25, "DOC")
def test_reset_after_force(acl: Library) -> None:
    acl.set_device()
    acl.set_device()
    assert [acl.aclrtResetDeviceForce(0), acl.aclrtResetDevice(0)] == [0, 507007]
    assert acl.aclrtResetDeviceForce(0) == 507007


@pytest.mark.case(26, "SRC")
def test_reset_of_no_device(acl: Library) -> None:
    assert acl.aclrtResetDevice(99) == 107001


@pytest.mark.case(27, "DOC+SRC")
def test_a_new_thread_has_no_context(acl: Library) -> None:
    acl.set_device()
    assert on_thread(lambda: malloc_code(acl)) == 107002


@pytest.mark.case(28, "DOC")
def test_threads_share_the_default_context(acl: Library) -> None:
    acl.set_device()

    def other() -> int:
        acl.set_device()
        return acl.current_context()

    assert on_thread(other) == acl.current_context()


@pytest.mark.case(29, "DOC+SRC")
def test_context_of_another_thread(acl: Library) -> None:
    context = acl.create_context()
    assert on_thread(lambda: (acl.aclrtSetCurrentContext(context), malloc_code(acl))) == (0, 0)


@pytest.mark.case(30, "SRC")
def test_create_context_arguments(acl: Library) -> None:
    assert acl.aclrtCreateContext(None, 0) == 100000
    assert acl.aclrtCreateContext(ctypes.byref(ctypes.c_void_p()), 99) == 107001


@pytest.mark.case(31, "DOC+SRC")
def test_a_created_context_is_current(acl: Library) -> None:
    assert acl.create_context() == acl.current_context()


@pytest.mark.case(32, "SRC")
def test_destroy_context(acl: Library) -> None:
    context = acl.create_context()
    assert acl.aclrtDestroyContext(context) == 0
    assert context_code(acl) == 107002
    assert acl.aclrtDestroyContext(context) == 107002


@pytest.mark.case(33, "SRC")
def test_destroy_context_null(acl: Library) -> None:
    assert acl.aclrtDestroyContext(None) == 100000


@pytest.mark.case(34, "SRC")
def test_destroy_default_context(acl: Library) -> None:
    acl.set_device()
    assert acl.aclrtDestroyContext(acl.current_context()) == 107002


@pytest.mark.case(35, "SRC")
def test_set_destroyed_context(acl: Library) -> None:
    context = acl.create_context()
    assert acl.aclrtDestroyContext(context) == 0
    assert acl.aclrtSetCurrentContext(context) == 107000


@pytest.mark.case(36, "SRC")
def test_set_context_null(acl: Library) -> None:
    assert acl.aclrtSetCurrentContext(None) == 100000


@pytest.mark.case(37, "DOC")
def test_the_last_context_is_current(acl: Library) -> None:
    first = acl.create_context()
    second = acl.create_context()
    assert acl.current_context() == second
    assert acl.aclrtSetCurrentContext(first) == 0
    assert acl.current_context() == first


@pytest.mark.case(38, "SRC")
def test_set_device_replaces_an_explicit_context(acl: Library) -> None:
    context = acl.create_context()
    acl.set_device()
    assert acl.current_context() != context


@pytest.mark.case(39, "SRC")
def test_peer_access_to_itself(acl: Library) -> None:
    assert acl.aclrtDeviceCanAccessPeer(ctypes.byref(ctypes.c_int32()), 0, 0) == 100000
    assert acl.aclrtDeviceCanAccessPeer(None, 0, 1) == 100000


@pytest.mark.case(40, "SRC+DOC")
def test_peer_access_flags(acl: Library) -> None:
    acl.set_device()
    assert acl.aclrtDeviceEnablePeerAccess(1, 1) == 200006
    assert acl.aclrtDeviceEnablePeerAccess(0, 0) == 100000


def test_a_context_destroyed_elsewhere(acl: Library) -> None:
    context = acl.create_context()
    assert on_thread(lambda: acl.aclrtDestroyContext(context)) == 0
    assert malloc_code(acl) == 107002


def test_context_outputs_null(acl: Library) -> None:
    acl.set_device()
    assert acl.aclrtGetCurrentContext(None) == 100000
    assert acl.aclrtCtxGetCurrentDefaultStream(None) == 100000


def test_system_options(acl: Library) -> None:
    acl.set_device()
    value = ctypes.c_int64()
    get = acl.aclrtCtxGetSysParamOpt
    assert get(acl.ACL_OPT_DETERMINISTIC, ctypes.byref(value)) == 107021
    assert get(77, ctypes.byref(value)) == 100000
    assert acl.aclrtCtxSetSysParamOpt(acl.ACL_OPT_DETERMINISTIC, 1) == 0
    assert get(acl.ACL_OPT_DETERMINISTIC, ctypes.byref(value)) == 0
    assert value.value == 1


def test_primary_context_state(acl: Library) -> None:
    active = ctypes.c_int32(7)
    flags = ctypes.c_uint32()
    assert acl.aclrtGetPrimaryCtxState(0, ctypes.byref(flags), ctypes.byref(active)) == 100000
    assert acl.aclrtGetPrimaryCtxState(0, None, ctypes.byref(active)) == 0
    assert active.value == 0
    acl.set_device()
    assert acl.aclrtGetPrimaryCtxState(0, None, ctypes.byref(active)) == 0
    assert active.value == 1


def test_ts_device(acl: Library) -> None:
    acl.set_device()
    assert [acl.aclrtSetTsDevice(ts) for ts in (0, 1, 2, -1)] == [0, 0, 100000, 100000]


def test_synchronize_device(acl: Library) -> None:
    assert acl.aclrtSynchronizeDevice() == 107002
    acl.set_device()
    assert acl.aclrtSynchronizeDevice() == 0
    codes = [acl.aclrtSynchronizeDeviceWithTimeout(timeout) for timeout in (-2, 0, -1, 100)]
    assert codes == [107000, 107000, 0, 0]


class TestSeveralDevices:
    """The host runtime plays as many as it is told; elsewhere the machine must have them."""

    @pytest.fixture(autouse=True)
    def three_devices(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ASCENDCL_HOST_DEVICES", "3")

    def test_contexts_of_two_devices(self, acl: Library) -> None:
        if acl.device_count() < 2:
            pytest.skip("one device")
        first = acl.create_context(0)
        acl.create_context(1)
        assert acl.out("aclrtGetDevice", ctypes.c_int32) == 1
        assert acl.aclrtSetCurrentContext(first) == 0
        assert acl.out("aclrtGetDevice", ctypes.c_int32) == 0

    def test_visible_devices(self, acl: Library, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ASCEND_RT_VISIBLE_DEVICES", "2,0")
        assert acl.device_count() == 2
        assert acl.out("aclrtGetLogicDevIdByUserDevId", ctypes.c_int32, 0, first=False) == 2
        assert acl.out("aclrtGetUserDevIdByLogicDevId", ctypes.c_int32, 0, first=False) == 1
        assert acl.aclrtSetDevice(2) == 107001

    def test_peer_access_goes_one_way(self, acl: Library) -> None:
        if acl.device_count() < 2:
            pytest.skip("one device")
        assert acl.aclrtDeviceEnablePeerAccess(1, 0) == 107002
        acl.set_device(0)
        if acl.out("aclrtDeviceCanAccessPeer", ctypes.c_int32, 0, 1) != 1:
            pytest.skip("the devices have no access to each other")
        assert acl.aclrtDeviceEnablePeerAccess(1, 0) == 0
        assert acl.out("aclrtDevicePeerAccessStatus", ctypes.c_int32, 0, 1, first=False) == 1
        assert acl.out("aclrtDevicePeerAccessStatus", ctypes.c_int32, 1, 0, first=False) == 0
        assert acl.aclrtDeviceDisablePeerAccess(1) == 0
