# SPDX-License-Identifier: Apache-2.0
"""Cases 66-89: memory, copies and fills."""

import ctypes
import threading

import pytest

from abi import Library, Struct, held_up

H2H, H2D, D2H, D2D, DEFAULT, H2BUF2D = range(6)
SIZE_MAX = 2**64 - 1


def out() -> "ctypes._CArgObject":
    """A pointer that nobody reads."""
    return ctypes.byref(ctypes.c_void_p())


def pageable(data: bytes) -> ctypes.Array[ctypes.c_char]:
    return ctypes.create_string_buffer(data, len(data))


@pytest.mark.case(66, "DOC+SRC")
def test_malloc_arguments(acl: Library) -> None:
    acl.set_device()
    assert acl.aclrtMalloc(None, 16, 0) == 100000
    assert acl.aclrtMalloc(out(), 0, 0) == 100000


@pytest.mark.case(67, "SRC")
def test_malloc_without_context(acl: Library) -> None:
    assert acl.aclrtMalloc(out(), 16, 0) == 107002


@pytest.mark.case(68, "DOC")
@pytest.mark.parametrize("function", ["aclrtMalloc", "aclrtMallocAlign32", "aclrtMallocCached"])
@pytest.mark.parametrize("size", [1, 31, 32, 33, 4096, 1 << 20, 3 << 20])
def test_alignment(acl: Library, function: str, size: int) -> None:
    acl.set_device()
    for _ in range(10):
        assert acl.out(function, ctypes.c_void_p, size, 0) % 64 == 0


@pytest.mark.case(69, "DOC+SRC")
def test_malloc_beyond_capacity(acl: Library) -> None:
    acl.set_device()
    total = ctypes.c_size_t()
    assert acl.aclrtGetMemInfo(1, ctypes.byref(ctypes.c_size_t()), ctypes.byref(total)) == 0
    assert acl.aclrtMalloc(out(), max(total.value, 1 << 45), 0) == 207001


@pytest.mark.case(70, "SRC")
def test_malloc_of_everything(acl: Library) -> None:
    acl.set_device()
    assert acl.aclrtMalloc(out(), SIZE_MAX, 0) == 100000


@pytest.mark.case(71, "SRC")
def test_free_null(acl: Library) -> None:
    assert acl.aclrtFree(None) == 100000


@pytest.mark.case(72, "SRC")
def test_free_needs_no_context(acl: Library) -> None:
    acl.set_device()
    device = acl.malloc(16)
    codes: list[int] = []
    thread = threading.Thread(target=lambda: codes.append(acl.aclrtFree(device)))
    thread.start()
    thread.join()
    assert codes == [0]


@pytest.mark.case(73, "SRC")
def test_malloc_host_arguments(acl: Library) -> None:
    assert acl.aclrtMallocHost(out(), 16) == 107002
    acl.set_device()
    assert acl.aclrtMallocHost(None, 16) == 100000
    assert acl.aclrtMallocHost(out(), 0) == 100000


@pytest.mark.case(74, "SRC")
def test_free_host(acl: Library) -> None:
    acl.set_device()
    assert acl.aclrtFreeHost(None) == 100000
    assert acl.aclrtFreeHost(acl.malloc(16)) == 107000
    assert acl.aclrtFreeHost(acl.malloc_host(16)) == 0


@pytest.mark.case(75, "SRC")
def test_memset_arguments(acl: Library) -> None:
    assert acl.aclrtMemset(None, 0, 0, 0) == 0
    assert acl.aclrtMemset(None, 16, 0, 16) == 100000
    acl.set_device()
    device = acl.malloc(16)
    stream = acl.create_stream()
    assert acl.aclrtMemsetAsync(device, 8, 0, 16, stream) == 107000


@pytest.mark.case(76, "SRC")
def test_copy_of_nothing(acl: Library) -> None:
    assert acl.aclrtMemcpy(None, 64, None, 0, H2D) == 0
    acl.set_device()
    assert acl.aclrtMemcpy(acl.malloc(64), 64, pageable(bytes(8)), 0, H2D) == 0


@pytest.mark.case(77, "SRC")
@pytest.mark.case(78, "SRC")
@pytest.mark.parametrize(("room", "count"), [(32, 64), (0, 8)])
def test_copy_into_too_little(acl: Library, room: int, count: int) -> None:
    acl.set_device()
    device = acl.malloc(64)
    assert acl.aclrtMemcpy(device, room, pageable(bytes(64)), count, H2D) == 107000


@pytest.mark.case(79, "SRC")
def test_copy_null(acl: Library) -> None:
    acl.set_device()
    assert acl.aclrtMemcpy(None, 64, pageable(bytes(64)), 64, H2D) == 100000
    assert acl.aclrtMemcpy(acl.malloc(64), 64, None, 64, H2D) == 100000


@pytest.mark.case(80, "SRC")
@pytest.mark.parametrize("kind", [6, 7, 99, -1])
def test_copy_kinds_that_are_none(acl: Library, kind: int) -> None:
    acl.set_device()
    stream = acl.create_stream()
    device = acl.malloc(64)
    assert acl.aclrtMemcpy(device, 64, pageable(bytes(64)), 64, kind) == 100000
    assert acl.aclrtMemcpyAsync(device, 64, pageable(bytes(64)), 64, kind, stream) == 100000


@pytest.mark.case(81, "SRC")
def test_copy_onto_itself(acl: Library) -> None:
    acl.set_device()
    device = acl.malloc(64)
    acl.write(device, bytes(range(64)))
    assert acl.aclrtMemcpy(device, 64, device, 64, D2D) == 0
    assert acl.read(device, 64) == bytes(range(64))


@pytest.mark.case(82, "SRC")
def test_copy_without_context(acl: Library) -> None:
    source, target = pageable(bytes(64)), pageable(bytes(64))
    assert acl.aclrtMemcpy(target, 64, source, 64, H2H) == 107002


@pytest.mark.case(83, "DOC")
@pytest.mark.parametrize("kind", [H2H, H2D, D2H, D2D, DEFAULT])
def test_the_kind_of_a_synchronous_copy_is_advice(acl: Library, kind: int) -> None:
    acl.set_device()
    device = acl.malloc(64)
    assert acl.aclrtMemcpy(device, 64, pageable(b"x" * 64), 64, kind) == 0
    assert acl.read(device, 64) == b"x" * 64


@pytest.mark.case(84, "SRC")
def test_copy_in_a_stream_of_another_context(acl: Library) -> None:
    acl.create_context()
    stream = acl.create_stream()
    acl.create_context()
    code = acl.aclrtMemcpyAsync(acl.malloc(64), 64, acl.malloc_host(64), 64, H2D, stream)
    assert code == 107003


@pytest.mark.case(85, "SRC")
def test_a_pageable_copy_is_done_on_return(acl: Library) -> None:
    acl.set_device()
    stream = acl.create_stream()
    device = acl.malloc(64)
    source = pageable(b"a" * 64)
    assert acl.aclrtMemcpyAsync(device, 64, source, 64, H2D, stream) == 0
    source[:64] = b"b" * 64
    target = pageable(bytes(64))
    assert acl.aclrtMemcpyAsync(target, 64, device, 64, D2H, stream) == 0
    assert target.raw == b"a" * 64


@pytest.mark.case(85, "SRC")
def test_a_pageable_copy_keeps_its_turn(acl: Library) -> None:
    acl.set_device()
    stream = acl.create_stream()
    device, pinned = acl.malloc(64), acl.malloc_host(64)
    ctypes.memset(pinned, 5, 64)
    target = pageable(bytes(64))
    with held_up(acl, stream) as release:
        assert acl.aclrtMemcpyAsync(device, 64, pinned, 64, H2D, stream) == 0
        threading.Timer(0.05, release.set).start()
        assert acl.aclrtMemcpyAsync(target, 64, device, 64, D2H, stream) == 0
        assert target.raw == b"\5" * 64


@pytest.mark.case(85, "SRC")
def test_a_page_locked_copy_really_is_asynchronous(acl: Library) -> None:
    acl.set_device()
    stream = acl.create_stream()
    device, pinned = acl.malloc(64), acl.malloc_host(64)
    ctypes.memset(pinned, 1, 64)
    with held_up(acl, stream):
        assert acl.aclrtMemcpyAsync(device, 64, pinned, 64, H2D, stream) == 0
        ctypes.memset(pinned, 2, 64)  # too early on purpose: the copy has not read it yet
    assert acl.read(device, 64) == b"\2" * 64


@pytest.mark.case(86, "SRC")
def test_asynchronous_kinds_of_unknown_memory(acl: Library) -> None:
    acl.set_device()
    stream = acl.create_stream()
    device, pinned, host = acl.malloc(64), acl.malloc_host(64), pageable(bytes(64))

    def codes(target: object, source: object) -> list[int]:
        kinds = (H2H, H2D, D2H, D2D, DEFAULT)
        return [acl.aclrtMemcpyAsync(target, 64, source, 64, kind, stream) for kind in kinds]

    assert codes(device, host) == [107000, 0, 107000, 0, 0]
    assert codes(host, device) == [107000, 107000, 0, 0, 0]
    assert codes(host, pinned) == [207000, 0, 107000, 107000, 107000]
    assert codes(pinned, host) == [207000, 107000, 0, 107000, 107000]
    # Where both ends are known the kind does not matter.
    assert codes(device, pinned) == [0] * 5
    assert codes(pinned, device) == [0] * 5
    assert codes(device, device) == [0] * 5


@pytest.mark.case(87, "SRC")
def test_asynchronous_host_to_host(acl: Library) -> None:
    acl.set_device()
    stream = acl.create_stream()
    host, pinned = pageable(bytes(64)), acl.malloc_host(64)
    assert acl.aclrtMemcpyAsync(pageable(bytes(64)), 64, host, 64, H2H, stream) == 207000
    assert acl.aclrtMemcpyAsync(pinned, 64, pinned, 64, H2H, stream) == 207000
    assert acl.aclrtMemcpyAsync(pinned, 64, pinned, 64, DEFAULT, stream) == 207000


@pytest.mark.case(88, "SRC")
def test_copy_2d(acl: Library) -> None:
    acl.set_device()
    device = acl.malloc(256)
    assert acl.aclrtMemcpy2d(device, 8, pageable(bytes(256)), 16, 9, 2, H2D) == 100000
    assert acl.aclrtMemcpy2d(device, 16, pageable(bytes(256)), 8, 9, 2, H2D) == 100000
    assert acl.aclrtMemcpy2d(device, 8, pageable(bytes(256)), 8, 0, 2, H2D) == 0
    acl.write(device, b"." * 32)
    source = pageable(b"abcdefghijklmnop")
    assert acl.aclrtMemcpy2d(device, 8, source, 5, 3, 3, H2D) == 0
    assert acl.read(device, 24) == b"abc.....fgh.....klm....."
    stream = acl.create_stream()
    assert acl.aclrtMemcpy2dAsync(device, 8, source, 5, 2, 1, H2D, stream) == 0


@pytest.mark.case(89, "SRC")
def test_memory_information(acl: Library) -> None:
    free, total = ctypes.c_size_t(), ctypes.c_size_t()
    both = ctypes.byref(free), ctypes.byref(total)
    assert acl.aclrtGetMemInfo(1, *both) == 107002
    acl.set_device()
    assert acl.aclrtGetMemInfo(1, None, ctypes.byref(total)) == 100000
    assert acl.aclrtGetMemInfo(12, *both) == 107016
    assert acl.aclrtGetMemInfo(1, *both) == 0
    assert 0 < free.value <= total.value


@pytest.mark.case(0, "N/E")
def test_free_of_what_is_no_device_memory(acl: Library) -> None:
    acl.set_device()
    device, pinned, host = acl.malloc(64), acl.malloc_host(64), pageable(bytes(64))
    codes = [acl.aclrtFree(p) for p in (device + 8, pinned, ctypes.addressof(host), 0x40)]
    assert codes == [107000] * 4
    assert [acl.aclrtFree(device), acl.aclrtFree(device)] == [0, 107000]
    assert [acl.aclrtFreeHost(pinned), acl.aclrtFreeHost(pinned)] == [0, 107000]


def free_memory(acl: Library) -> int:
    free = ctypes.c_size_t()
    assert acl.aclrtGetMemInfo(1, ctypes.byref(free), ctypes.byref(ctypes.c_size_t())) == 0
    return free.value


@pytest.mark.parametrize(("function", "taken"), [("aclrtMalloc", 128), ("aclrtMallocAlign32", 96)])
def test_what_an_allocation_takes(acl: Library, function: str, taken: int) -> None:
    acl.set_device()
    before = free_memory(acl)
    device = acl.out(function, ctypes.c_void_p, 65, 0)
    assert before - free_memory(acl) >= taken  # the host runtime takes that exactly
    assert acl.aclrtFree(device) == 0
    assert free_memory(acl) == before


def test_memory_ends_where_it_should_and_comes_back(
    acl: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASCENDCL_HOST_MEMORY", "1M")
    acl.set_device()
    total = ctypes.c_size_t()
    assert acl.aclrtGetMemInfo(0, ctypes.byref(ctypes.c_size_t()), ctypes.byref(total)) == 0
    if total.value != 1 << 20:
        pytest.skip("a device with memory of its own")
    blocks = [acl.malloc(99_000) for _ in range(10)]
    assert acl.aclrtMalloc(out(), 99_000, 0) == 207001
    assert "ASCENDCL_HOST_MEMORY" in acl.message()
    assert acl.aclrtFree(blocks.pop()) == 0
    assert acl.malloc(99_000)


@pytest.mark.parametrize("value", ["", "2K", "3m", "1G"])
def test_capacity(acl: Library, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("ASCENDCL_HOST_MEMORY", value)
    acl.set_device()
    total = ctypes.c_size_t()
    assert acl.aclrtGetMemInfo(0, ctypes.byref(ctypes.c_size_t()), ctypes.byref(total)) == 0
    if acl.aclrtGetSocName() != b"Host":
        pytest.skip("a device with memory of its own")
    known = {"2K": 2 << 10, "3m": 3 << 20, "1G": 1 << 30}
    assert total.value == known.get(value, total.value) > 0


@pytest.mark.parametrize("value", ["many", "-1", "1X", "1GB", "0", "99999999999999999999T"])
def test_capacity_that_is_none(acl: Library, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("ASCENDCL_HOST_MEMORY", value)
    if acl.aclrtGetSocName() != b"Host":
        pytest.skip("a device with memory of its own")
    assert acl.aclrtSetDevice(0) == 507033
    assert value in acl.message()


def test_memset(acl: Library) -> None:
    acl.set_device()
    device = acl.malloc(64)
    assert acl.aclrtMemset(device, 64, 0x1AB, 64) == 0
    assert acl.read(device, 64) == b"\xab" * 64
    stream = acl.create_stream()
    assert acl.aclrtMemsetAsync(device, 64, 1, 32, stream) == 0
    assert acl.aclrtSynchronizeStream(stream) == 0
    assert acl.read(device, 64) == b"\1" * 32 + b"\xab" * 32


def test_memset_of_words(acl: Library) -> None:
    acl.set_device()
    device = acl.malloc(64)
    words = (ctypes.c_uint32 * 16)()
    assert acl.aclrtMemsetD32(device + 1, 32, 7, 4) == 100000
    assert acl.aclrtMemsetD32(device, 15, 7, 4) == 100000
    assert acl.aclrtMemsetD32(ctypes.addressof(words), 64, 7, 4) == 100000
    assert acl.aclrtMemsetD32(device, 64, 0x01020304, 16) == 0
    assert acl.read(device, 8) == b"\4\3\2\1\4\3\2\1"


def test_registered_memory_counts_as_page_locked(acl: Library) -> None:
    acl.set_device()
    stream = acl.create_stream()
    device = acl.malloc(4096)
    host = pageable(bytes(4096))
    address = ctypes.addressof(host)
    registered = acl.aclrtHostRegister
    assert registered(address, 4096, 0, out()) == 0
    assert registered(address + 64, 64, 0, out()) == 507910
    with held_up(acl, stream):
        assert acl.aclrtMemcpyAsync(device, 4096, address, 4096, H2D, stream) == 0
        host[0] = b"!"
    assert acl.read(device, 1) == b"!"
    assert acl.aclrtFreeHost(address) == 107000
    assert [acl.aclrtHostUnregister(address), acl.aclrtHostUnregister(address)] == [0, 507911]


def test_pointer_attributes(acl: Library) -> None:
    acl.set_device()
    attributes = Struct.PtrAttributes()
    host = pageable(bytes(64))
    expected = {
        acl.malloc(64) + 63: acl.ACL_MEM_LOCATION_TYPE_DEVICE,
        acl.malloc_host(64): acl.ACL_MEM_LOCATION_TYPE_HOST,
        ctypes.addressof(host): acl.ACL_MEM_LOCATION_TYPE_UNREGISTERED,
    }
    for pointer, location in expected.items():
        assert acl.aclrtPointerGetAttributes(pointer, ctypes.byref(attributes)) == 0
        assert attributes.location_type == location


def test_buffered_copy_frees_its_source_at_once(acl: Library) -> None:
    acl.set_device()
    stream = acl.create_stream()
    device, pinned = acl.malloc(64), acl.malloc_host(64)
    ctypes.memset(pinned, 1, 64)
    with held_up(acl, stream):
        assert acl.aclrtMemcpyAsync(device, 64, pinned, 64, H2BUF2D, stream) == 0
        ctypes.memset(pinned, 2, 64)
    assert acl.read(device, 64) == b"\1" * 64
