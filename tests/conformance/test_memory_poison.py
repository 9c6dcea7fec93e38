# SPDX-License-Identifier: Apache-2.0
"""Under AddressSanitizer, what lies behind a block and what was freed must not be touched."""

import ctypes

import pytest

from abi import Library


def poisoned(address: int) -> bool:
    function = getattr(ctypes.CDLL(None), "__asan_address_is_poisoned", None)
    if function is None:
        pytest.skip("not a process under AddressSanitizer")
    return bool(function(ctypes.c_void_p(address)))


@pytest.mark.parametrize("size", [1, 32, 100, 512, 4096])
def test_device_memory_ends_where_it_was_asked_to(acl: Library, size: int) -> None:
    acl.set_device()
    device = acl.malloc(size)
    assert not poisoned(device + size - 1)
    assert poisoned(device + size)
    assert poisoned(device + (size + 511) // 512 * 512 - 1) == (size % 512 != 0)


def test_pinned_memory_ends_where_it_was_asked_to(acl: Library) -> None:
    acl.set_device()
    host = acl.malloc_host(100)
    assert not poisoned(host + 99)
    assert poisoned(host + 100)


def test_freed_memory_is_poisoned(acl: Library) -> None:
    acl.set_device()
    device = acl.malloc(100)
    assert acl.aclrtFree(device) == 0
    assert poisoned(device)
