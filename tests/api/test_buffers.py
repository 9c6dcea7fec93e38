# SPDX-License-Identifier: Apache-2.0
"""Device memory: copies, limits, foreign memory, and who may close it."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

import numpy as np
import pytest

import ascendcl as acl


@pytest.fixture
def buffer():
    with acl.DeviceBuffer(64) as made:
        yield made


@pytest.mark.parametrize("with_stream", [False, True])
def test_copies_there_and_back(buffer: acl.DeviceBuffer, with_stream: bool) -> None:
    source = np.arange(16, dtype=np.float32)
    with acl.Stream() as stream:
        used = stream if with_stream else None
        buffer.copy_from(source, stream=used)
        target = np.zeros(16, np.float32)
        assert buffer.copy_to(target, stream=used) is target
    np.testing.assert_array_equal(target, source)


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_takes_bytes_of_any_kind(buffer: acl.DeviceBuffer, kind: type) -> None:
    buffer.copy_from(kind(b"abcdef"))
    assert bytes(buffer.copy_to(bytearray(6))) == b"abcdef"


def test_fill(buffer: acl.DeviceBuffer) -> None:
    buffer.fill(0xA5)
    assert bytes(buffer.copy_to(bytearray(64))) == b"\xa5" * 64
    for value in (-1, 256):
        with pytest.raises(ValueError, match="0 to 255"):
            buffer.fill(value)


def test_limits(buffer: acl.DeviceBuffer) -> None:
    with pytest.raises(ValueError, match="65 bytes do not fit a buffer of 64"):
        buffer.copy_from(bytes(65))
    with pytest.raises(ValueError, match="65 bytes do not fit a buffer of 64"):
        buffer.copy_to(bytearray(65))


def test_refuses_what_it_cannot_copy(buffer: acl.DeviceBuffer) -> None:
    with pytest.raises(ValueError, match="contiguous"):
        buffer.copy_from(np.zeros((4, 4), np.float32)[:, ::2])
    with pytest.raises((BufferError, TypeError)):
        buffer.copy_to(b"read-only")  # type: ignore[type-var]
    with pytest.raises(TypeError):
        buffer.copy_from(3)  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [0, -1])
def test_size_must_be_positive(size: int) -> None:
    with pytest.raises(ValueError, match=str(size)):
        acl.DeviceBuffer(size)


def test_out_of_memory_is_a_memory_error() -> None:
    total = acl.Device(0).memory_info().total
    with pytest.raises(MemoryError, match="207001") as caught:
        acl.DeviceBuffer(2 * total)
    assert isinstance(caught.value, acl.AclMemoryError)
    assert caught.value.symbol == "ACL_ERROR_RT_MEMORY_ALLOCATION"
    assert caught.value.function == "aclrtMalloc"


def test_memory_is_given_back_at_once() -> None:
    device = acl.Device(0)
    free = device.memory_info().free
    buffer = acl.DeviceBuffer(1 << 20)
    assert device.memory_info().free <= free - (1 << 20)
    buffer.close()
    assert device.memory_info().free == free
    buffer.close()
    assert buffer.closed
    for use in (lambda: buffer.fill(0), lambda: buffer.copy_from(b"x")):
        with pytest.raises(acl.ClosedError):
            use()


def test_leased_buffers_do_not_close(digits: Path) -> None:
    size = acl.query_size(digits)
    work, weight = acl.DeviceBuffer(size.work), acl.DeviceBuffer(size.weight)
    image = np.ones((1, 1, 8, 8), np.float32)
    with acl.Model.from_file(digits, work=work, weight=weight) as model:
        expected = model(image)
        for buffer in (work, weight):
            for use in (
                buffer.close,
                lambda b=buffer: b.fill(0),
                lambda b=buffer: b.copy_from(b"x"),
            ):
                with pytest.raises(acl.BufferInUse):
                    use()
            assert not buffer.closed
        np.testing.assert_array_equal(model(image), expected)
    work.close()
    weight.close()
    assert work.closed
    assert weight.closed


class Owner:
    def __init__(self, buffer: acl.DeviceBuffer) -> None:
        self.buffer = buffer


def test_foreign_memory_keeps_its_owner(digits: Path) -> None:
    size = acl.query_size(digits)
    owner = Owner(acl.DeviceBuffer(size.weight))
    alive = weakref.ref(owner)
    weight = acl.DeviceBuffer.from_handle(owner.buffer.ptr, size.weight, owner)
    model = acl.Model.from_file(digits, weight=weight)
    del owner, weight
    gc.collect()
    assert alive() is not None
    model(np.ones((1, 1, 8, 8), np.float32))
    model.close()
    gc.collect()
    assert alive() is None


def test_closing_foreign_memory_lets_the_owner_go() -> None:
    owner = Owner(acl.DeviceBuffer(64))
    alive = weakref.ref(owner)
    wrapped = acl.DeviceBuffer.from_handle(owner.buffer.ptr, 64, owner)
    wrapped.copy_from(b"through")
    assert bytes(owner.buffer.copy_to(bytearray(7))) == b"through"
    del owner
    wrapped.close()
    gc.collect()
    assert alive() is None


@pytest.mark.parametrize(("ptr", "size"), [(0, 16), (-1, 16), (4096, 0)])
def test_foreign_memory_must_have_an_address_and_a_size(ptr: int, size: int) -> None:
    with pytest.raises(ValueError, match=r"from_handle: (ptr|size) must be 1 to"):
        acl.DeviceBuffer.from_handle(ptr, size, None)


@pytest.mark.parametrize("size", ["16", 1.5, None])
def test_a_size_is_an_integer(size: object) -> None:
    with pytest.raises(TypeError, match=r"DeviceBuffer: size must be int, not"):
        acl.DeviceBuffer(size)  # type: ignore[arg-type]
