# SPDX-License-Identifier: Apache-2.0
"""What may be set and asked back: core limits, groups, stream attributes, timeouts, identity.

What no documentation settles is our choice: that the host runtime is nothing but a host.
"""

import ctypes

import pytest

from abi import Library

U32, U64, SIZE = ctypes.c_uint32, ctypes.c_uint64, ctypes.c_size_t
STALE = 0x1234


def device_limit(acl: Library, kind: int = 0) -> int:
    return acl.out("aclrtGetDeviceResLimit", U32, 0, kind, first=False)


def stream_limit(acl: Library, stream: int, kind: int = 0) -> int:
    return acl.out("aclrtGetStreamResLimit", U32, stream, kind, first=False)


def thread_limit(acl: Library, kind: int = 0) -> int:
    return acl.out("aclrtGetResInCurrentThread", U32, kind, first=False)


def test_device_core_limit(acl: Library) -> None:
    cores = device_limit(acl)
    assert cores >= 1
    assert acl.aclrtSetDeviceResLimit(0, 0, 1) == 0
    assert [device_limit(acl, 0), device_limit(acl, 1)] == [1, cores]
    assert acl.aclrtResetDeviceResLimit(0) == 0
    assert device_limit(acl) == cores
    assert acl.aclrtSetDeviceResLimit(0, 0, cores + 1) == 107000
    assert acl.aclrtSetDeviceResLimit(0, 0, 0) == 107000
    assert acl.aclrtSetDeviceResLimit(0, 2, 1) == 100000
    assert acl.aclrtSetDeviceResLimit(99, 0, 1) == 107001
    assert acl.aclrtResetDeviceResLimit(-1) == 107001
    assert acl.aclrtGetDeviceResLimit(0, 0, None) == 100000


def test_stream_core_limit_and_the_thread_that_uses_it(acl: Library) -> None:
    acl.set_device()
    cores = device_limit(acl)
    if cores < 2:
        pytest.skip("limits of one core cannot be told apart")
    stream = acl.create_stream()
    assert acl.aclrtSetStreamResLimit(stream, 1, 1) == 0
    assert [stream_limit(acl, stream, 1), thread_limit(acl, 1)] == [1, cores]
    assert acl.aclrtUseStreamResInCurrentThread(stream) == 0
    assert [thread_limit(acl, 1), thread_limit(acl, 0)] == [1, cores]
    assert acl.aclrtUnuseStreamResInCurrentThread(stream) == 0
    assert thread_limit(acl, 1) == cores
    assert acl.aclrtUseStreamResInCurrentThread(stream) == 0
    assert acl.aclrtDestroyStream(stream) == 0
    assert thread_limit(acl, 1) == cores
    assert acl.aclrtUseStreamResInCurrentThread(stream) == 107017
    assert acl.aclrtResetStreamResLimit(STALE) == 107017
    assert acl.aclrtGetResInCurrentThread(7, ctypes.byref(U32())) == 100000


def test_the_one_group(acl: Library) -> None:
    assert acl.aclrtGetGroupCount(ctypes.byref(U32())) == 107002
    acl.set_device()
    assert acl.out("aclrtGetGroupCount", U32) == 1
    assert [acl.aclrtSetGroup(0), acl.aclrtSetGroup(1), acl.aclrtSetGroup(-1)] == [
        0,
        107014,
        107014,
    ]
    info = acl.aclrtCreateGroupInfo()
    value, size = ctypes.c_int32(-1), SIZE()

    def detail(handle: int | None, index: int, attribute: int, room: int = 4) -> int:
        return acl.aclrtGetGroupInfoDetail(
            handle, index, attribute, ctypes.byref(value), room, ctypes.byref(size)
        )

    assert detail(info, 0, acl.ACL_GROUP_AICORE_INT) == 107014
    assert acl.aclrtGetAllGroupInfo(info) == 0
    assert detail(info, 0, acl.ACL_GROUP_AICORE_INT) == 0
    assert (value.value, size.value) == (device_limit(acl), 4)
    assert detail(info, 0, acl.ACL_GROUP_GROUPID_INT) == 0
    assert value.value == 0
    assert [detail(info, 1, 0), detail(info, 0, 99), detail(info, 0, 0, room=3)] == [100000] * 3
    assert [detail(None, 0, 0), acl.aclrtDestroyGroupInfo(None)] == [100000, 100000]
    assert acl.aclrtDestroyGroupInfo(info) == 0
    assert [acl.aclrtDestroyGroupInfo(info), detail(info, 0, 0)] == [107017, 107017]


@pytest.mark.parametrize(
    ("name", "value", "bad"),
    [
        ("ACL_STREAM_ATTR_FAILURE_MODE", 1, 2),
        ("ACL_STREAM_ATTR_FLOAT_OVERFLOW_CHECK", 1, 2),
        ("ACL_STREAM_ATTR_USER_CUSTOM_TAG", 77, None),
        ("ACL_STREAM_ATTR_CACHE_OP_INFO", 1, 2),
        ("ACL_STREAM_ATTR_PRIORITY", 3, 8),
    ],
)
def test_stream_attribute(acl: Library, name: str, value: int, bad: int | None) -> None:
    acl.set_device()
    stream, other = acl.create_stream(), acl.create_stream()
    attribute, box = getattr(acl, name), (U64 * 2)(value, 0)
    assert acl.aclrtSetStreamAttribute(stream, attribute, box) == 0
    box[0] = 0xFFFF
    assert [acl.aclrtGetStreamAttribute(stream, attribute, box), box[0]] == [0, value]
    assert [acl.aclrtGetStreamAttribute(other, attribute, box), box[0]] == [0, 0]
    if bad is not None:
        box[0] = bad
        assert acl.aclrtSetStreamAttribute(stream, attribute, box) == 100000
    assert acl.aclrtSetStreamAttribute(stream, 99, box) == 100000
    assert acl.aclrtGetStreamAttribute(stream, attribute, None) == 100000
    assert acl.aclrtSetStreamAttribute(STALE, attribute, box) == 107017


def test_attributes_and_their_older_functions_agree(acl: Library) -> None:
    acl.set_device()
    stream, box = acl.create_stream(), (U64 * 2)()
    assert acl.aclrtSetStreamOverflowSwitch(stream, 1) == 0
    acl.aclrtGetStreamAttribute(stream, acl.ACL_STREAM_ATTR_FLOAT_OVERFLOW_CHECK, box)
    assert box[0] == 1
    assert acl.out("aclrtGetStreamOverflowSwitch", U32, stream, first=False) == 1
    assert acl.aclrtSetStreamOverflowSwitch(stream, 2) == 100000
    assert acl.aclrtSetStreamFailureMode(stream, 1) == 0
    acl.aclrtGetStreamAttribute(stream, acl.ACL_STREAM_ATTR_FAILURE_MODE, box)
    assert box[0] == 1


def test_stream_from_a_configuration(acl: Library) -> None:
    acl.set_device()
    config = acl.aclrtCreateStreamConfigHandle()
    priority, flag = U32(5), SIZE(acl.ACL_STREAM_FAST_LAUNCH)
    assert acl.aclrtSetStreamConfigOpt(config, 3, ctypes.byref(priority), 4) == 0
    assert acl.aclrtSetStreamConfigOpt(config, 2, ctypes.byref(flag), 8) == 0
    assert acl.aclrtSetStreamConfigOpt(config, 3, ctypes.byref(priority), 2) == 100000
    assert acl.aclrtSetStreamConfigOpt(config, 9, ctypes.byref(priority), 4) == 100000
    stream = acl.out("aclrtCreateStreamV2", ctypes.c_void_p, config)
    assert acl.out("aclrtStreamGetPriority", U32, stream, first=False) == 5
    assert acl.out("aclrtStreamGetFlags", U32, stream, first=False) == flag.value
    assert acl.aclrtCreateStreamV2(None, config) == 100000
    assert acl.aclrtDestroyStreamConfigHandle(config) == 0
    assert acl.aclrtDestroyStreamConfigHandle(None) == 100000


def test_floats_overflow_to_infinity(acl: Library) -> None:
    assert acl.aclrtSetDeviceSatMode(1) == 107002
    acl.set_device()
    assert acl.out("aclrtGetDeviceSatMode", ctypes.c_int) == acl.ACL_RT_OVERFLOW_MODE_INFNAN
    assert [acl.aclrtSetDeviceSatMode(mode) for mode in (1, 0, 2)] == [0, 207000, 100000]
    memory = acl.malloc(64)
    acl.write(memory, b"\xff" * 64)
    assert acl.aclrtGetOverflowStatus(memory, 64, None) == 0
    assert acl.aclrtSynchronizeStream(None) == 0
    assert acl.read(memory, 64) == bytes(64)
    assert acl.aclrtGetOverflowStatus(memory, 63, None) == 100000
    assert acl.aclrtGetOverflowStatus(memory + 1, 64, None) == 107000
    assert acl.aclrtGetOverflowStatus(None, 64, None) == 100000
    assert acl.aclrtResetOverflowStatus(None) == 0


def test_operator_timeout(acl: Library) -> None:
    def kept() -> int:
        return acl.out("aclrtGetOpExecuteTimeout", U32)

    unit = acl.out("aclrtGetOpTimeOutInterval", U64)
    assert acl.aclrtSetOpExecuteTimeOut(3) == 0
    assert kept() == 3000
    assert acl.aclrtSetOpExecuteTimeOutWithMs(7) == 0
    assert kept() == 7
    actual = U64()
    assert acl.aclrtSetOpExecuteTimeOutV2(unit + 1, ctypes.byref(actual)) == 0
    assert (actual.value, kept()) == (2 * unit, 2 * unit // 1000)
    assert acl.aclrtSetOpExecuteTimeOutV2(0, ctypes.byref(actual)) == 0
    assert (actual.value, kept()) == (2**64 - 1, 2**32 - 1)
    assert acl.aclrtSetOpExecuteTimeOutV2(2**64 - 2, ctypes.byref(actual)) == 0
    assert actual.value == 2**64 - 1
    assert acl.aclrtSetOpExecuteTimeOutV2(1, None) == 100000


def test_uuid(acl: Library) -> None:
    first, again = (ctypes.c_char * 16)(), (ctypes.c_char * 16)()
    assert [acl.aclrtDeviceGetUuid(0, first), acl.aclrtDeviceGetUuid(0, again)] == [0, 0]
    assert first.raw == again.raw
    assert first.raw.startswith(b"acl-host")
    assert [acl.aclrtDeviceGetUuid(99, first), acl.aclrtDeviceGetUuid(0, None)] == [107001, 100000]


def test_utilization_of_units_that_are_not_there(acl: Library) -> None:
    rates = (ctypes.c_int32 * 6)()
    assert acl.aclrtGetDeviceUtilizationRate(0, rates) == 0
    assert list(rates[:3]) == [-1, -1, -1]
    assert 0 <= rates[3] <= 100
    assert acl.aclrtGetDeviceUtilizationRate(99, rates) == 107001


def test_no_release_of_cann_is_named(acl: Library) -> None:
    version = ctypes.create_string_buffer(b"\xff" * 512, 512)
    assert acl.aclsysGetCANNVersion(0, version) == 200001
    assert version.raw == bytes(512)
    assert [acl.aclsysGetCANNVersion(0, None), acl.aclsysGetCANNVersion(9, version)] == [100000] * 2
    assert acl.aclsysGetVersionStr(b"runtime", version) == 200001
    assert acl.aclsysGetVersionStr(None, version) == 100000
