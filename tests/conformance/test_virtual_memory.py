# SPDX-License-Identifier: Apache-2.0
"""Reserved addresses, physical memory, mappings; the application's allocators; media memory."""

import ctypes

from abi import Library, Struct

MIB = 1 << 20
UNIT = 2 * MIB


class Properties(ctypes.Structure):
    _fields_ = (
        ("handle_type", ctypes.c_int),
        ("allocation_type", ctypes.c_int),
        ("mem_attr", ctypes.c_int),
        ("location_id", ctypes.c_uint32),
        ("location_type", ctypes.c_int),
        ("reserve", ctypes.c_uint64),
    )


def properties(device: int = 0, location: int = 1) -> ctypes.Array[ctypes.c_char]:
    value = Properties(0, 0, 4, device, location, 0)
    return ctypes.create_string_buffer(bytes(value), ctypes.sizeof(value))


def reserve(acl: Library, size: int) -> int:
    return acl.out("aclrtReserveMemAddress", ctypes.c_void_p, size, 0, None, 0)


def physical(acl: Library, size: int) -> int:
    return acl.out("aclrtMallocPhysical", ctypes.c_void_p, size, properties(), 0)


def used(acl: Library) -> dict[str, tuple[int, int]]:
    """Bytes and objects by kind."""
    infos, found = (Struct.MemUsageInfo * 64)(), ctypes.c_size_t()
    assert acl.aclrtGetMemUsageInfo(0, infos, 64, ctypes.byref(found)) == 0
    return {one.name.decode(): (one.cur_mem_size, one.reserved[0]) for one in infos[: found.value]}


def test_granularity(acl: Library) -> None:
    get = "aclrtMemGetAllocationGranularity"
    for option in (0, 1):
        assert acl.out(get, ctypes.c_size_t, properties(), option, first=False) == UNIT
    size = ctypes.byref(ctypes.c_size_t())
    assert acl.aclrtMemGetAllocationGranularity(properties(), 65535, size) == 100000
    assert acl.aclrtMemGetAllocationGranularity(None, 0, size) == 100000
    assert acl.aclrtMemGetAllocationGranularity(properties(99), 0, size) == 107001


def test_two_memories_at_neighbouring_addresses(acl: Library) -> None:
    acl.set_device()
    before = used(acl)
    start = reserve(acl, 4 * UNIT)
    assert start % UNIT == 0
    handles = [physical(acl, UNIT), physical(acl, UNIT)]
    now = used(acl)
    assert now["device memory"][0] - before["device memory"][0] == 2 * UNIT
    assert [now["physical memory"][1], now["reserved address"][1]] == [2, 1]
    for index, handle in enumerate(handles):
        assert acl.aclrtMapMem(start + index * UNIT, UNIT, 0, handle, 0) == 0
    data = bytes(range(256)) * 16
    acl.write(start + UNIT - 2048, data)  # across the seam
    assert acl.read(start + UNIT - 2048, 4096) == data
    attributes = Struct.PtrAttributes()
    assert acl.aclrtPointerGetAttributes(start + UNIT + 5, ctypes.byref(attributes)) == 0
    assert attributes.location_type == acl.ACL_MEM_LOCATION_TYPE_DEVICE
    # Memory keeps its bytes when it is mapped elsewhere.
    assert acl.aclrtUnmapMem(start) == 0
    assert acl.aclrtMapMem(start + 3 * UNIT, UNIT, 0, handles[0], 0) == 0
    assert acl.read(start + 4 * UNIT - 2048, 2048) == data[:2048]
    assert acl.aclrtReleaseMemAddress(start) == 148051
    for address in (start + UNIT, start + 3 * UNIT):
        assert acl.aclrtUnmapMem(address) == 0
    for handle in handles:
        assert acl.aclrtFreePhysical(handle) == 0
    assert acl.aclrtReleaseMemAddress(start) == 0
    assert used(acl) == before


def test_freed_memory_lives_as_long_as_its_mapping(acl: Library) -> None:
    acl.set_device()
    before = used(acl)["device memory"][0]
    start, handle = reserve(acl, UNIT), physical(acl, UNIT)
    assert acl.aclrtMapMem(start, UNIT, 0, handle, 0) == 0
    assert acl.aclrtFreePhysical(handle) == 0
    assert acl.aclrtFreePhysical(handle) == 107017
    acl.write(start, b"still")
    assert acl.read(start, 5) == b"still"
    assert acl.aclrtUnmapMem(start) == 0
    assert used(acl)["device memory"][0] == before


def test_bad_arguments(acl: Library) -> None:
    acl.set_device()
    out = ctypes.byref(ctypes.c_void_p())
    assert acl.aclrtReserveMemAddress(None, UNIT, 0, None, 0) == 100000
    assert acl.aclrtReserveMemAddress(out, 0, 0, None, 0) == 100000
    assert acl.aclrtReserveMemAddress(out, UNIT, 64, None, 0) == 100000
    assert acl.aclrtReserveMemAddress(out, UNIT, 0, 4096, 0) == 107000
    assert acl.aclrtReserveMemAddress(out, 1 << 62, 0, None, 0) == 207001
    assert acl.aclrtMallocPhysical(out, UNIT + 1, properties(), 0) == 107000
    assert acl.aclrtMallocPhysical(out, UNIT, None, 0) == 100000
    assert acl.aclrtMallocPhysical(out, UNIT, properties(location=2), 0) == 100000
    assert acl.aclrtMallocPhysical(out, 1 << 50, properties(), 0) == 207001
    start, handle = reserve(acl, 2 * UNIT), physical(acl, UNIT)
    assert acl.aclrtMapMem(start + 4096, UNIT, 0, handle, 0) == 107000
    assert acl.aclrtMapMem(start, 2 * UNIT, 0, handle, 0) == 107000
    assert acl.aclrtMapMem(start + 2 * UNIT, UNIT, 0, handle, 0) == 107000
    assert acl.aclrtMapMem(start, UNIT, UNIT, handle, 0) == 100000
    assert acl.aclrtMapMem(start, UNIT, 0, 0x1234, 0) == 107017
    assert acl.aclrtMapMem(start, UNIT, 0, handle, 0) == 0
    assert acl.aclrtMapMem(start, UNIT, 0, handle, 0) == 107000
    assert acl.aclrtFree(start) == 107000
    assert acl.aclrtHostUnregister(start) == 507911
    assert acl.aclrtUnmapMem(start + UNIT) == 107000
    assert acl.aclrtReleaseMemAddress(start + UNIT) == 107000
    assert acl.aclrtUnmapMem(None) == 100000


ALLOCATE = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)
FREE = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)
ADDRESS = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p)


def test_allocator(acl: Library) -> None:
    acl.set_device()
    stream, desc = acl.create_stream(), acl.aclrtAllocatorCreateDesc()
    functions = [ALLOCATE(lambda _, __: None), FREE(lambda _, __: None), ADDRESS(lambda _: None)]
    assert acl.aclrtAllocatorSetObjToDesc(desc, 0x10) == 0
    assert acl.aclrtAllocatorSetAllocFuncToDesc(desc, functions[0]) == 0
    assert acl.aclrtAllocatorSetFreeFuncToDesc(desc, functions[1]) == 0
    assert acl.aclrtAllocatorRegister(stream, desc) == 100000  # lacks a function
    assert acl.aclrtAllocatorSetGetAddrFromBlockFuncToDesc(desc, functions[2]) == 0
    assert acl.aclrtAllocatorSetAllocFuncToDesc(desc, None) == 100000
    assert acl.aclrtAllocatorRegister(None, desc) == 100000
    assert acl.aclrtAllocatorRegister(0x1234, desc) == 107017
    assert acl.aclrtAllocatorRegister(stream, desc) == 0
    assert acl.aclrtAllocatorDestroyDesc(desc) == 0
    assert acl.aclrtAllocatorDestroyDesc(desc) == 107017
    found = [ctypes.c_void_p() for _ in range(6)]
    assert acl.aclrtAllocatorGetByStream(stream, *map(ctypes.byref, found)) == 0
    addresses = [ctypes.cast(function, ctypes.c_void_p).value for function in functions]
    assert [one.value for one in found] == [desc, 0x10, *addresses[:2], None, addresses[2]]
    assert acl.aclrtAllocatorUnregister(stream) == 0
    assert acl.aclrtAllocatorUnregister(stream) == 100000
    assert acl.aclrtAllocatorDestroyDesc(None) == 100000


def test_memory_for_the_media_units(acl: Library) -> None:
    out = ctypes.c_void_p()
    assert acl.acldvppMalloc(ctypes.byref(out), 100) == 107002
    acl.set_device()
    before = used(acl)["device memory"]
    assert acl.acldvppMalloc(ctypes.byref(out), 100) == 0
    assert out.value is not None
    assert out.value % 128 == 0
    acl.write(out.value, b"x" * 100)
    assert acl.read(out.value, 100) == b"x" * 100
    assert [acl.acldvppFree(out), acl.acldvppFree(out)] == [0, 107000]
    assert used(acl)["device memory"] == before
    assert acl.acldvppMalloc(None, 100) == 100000
    assert acl.acldvppMalloc(ctypes.byref(out), 0) == 100000
    assert acl.acldvppFree(None) == 100000
