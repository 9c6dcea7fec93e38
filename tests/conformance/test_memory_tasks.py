# SPDX-License-Identifier: Apache-2.0
"""Work on memory in streams: words as signals, copies by descriptor and in batches, reductions."""

import ctypes
import struct

import numpy as np
import pytest

from abi import Library

WAIT = {
    "GEQ": (5, 4, 6),
    "EQ": (5, 4, 5),
    "AND": (6, 9, 4),
    "NOR": (2**64 - 2, 1, 0),
}
INNER = 6


def word(value: int) -> bytes:
    return struct.pack("<Q", value)


@pytest.mark.parametrize("comparison", list(WAIT))
def test_wait_for_a_word(acl: Library, comparison: str) -> None:
    value, closed, opened = WAIT[comparison]
    acl.set_device()
    waiting, writing = acl.create_stream(), acl.create_stream()
    memory = acl.malloc(8)
    acl.write(memory, word(closed))
    flag = getattr(acl, f"ACL_STREAM_WAIT_VALUE_{comparison}")
    assert acl.aclrtValueWait(memory, value, flag, waiting) == 0
    assert acl.aclrtSynchronizeStreamWithTimeout(waiting, 50) == 507046
    assert acl.aclrtValueWrite(memory, opened, 0, writing) == 0
    assert acl.aclrtSynchronizeStream(waiting) == 0
    assert acl.read(memory, 8) == word(opened)


def test_a_copy_opens_a_wait(acl: Library) -> None:
    acl.set_device()
    stream, memory = acl.create_stream(), acl.malloc(8)
    acl.write(memory, word(0))
    assert acl.aclrtValueWait(memory, 3, 1, stream) == 0
    acl.write(memory, word(3))
    assert acl.aclrtSynchronizeStream(stream) == 0


def test_wait_for_memory_that_is_freed(acl: Library) -> None:
    acl.set_device()
    stream, memory = acl.create_stream(), acl.malloc(8)
    acl.write(memory, word(0))
    assert acl.aclrtValueWait(memory, 3, 1, stream) == 0
    assert acl.aclrtFree(memory) == 0
    assert acl.aclrtSynchronizeStream(stream) == 107000


def test_bad_words(acl: Library) -> None:
    acl.set_device()
    memory, host = acl.malloc(16), ctypes.create_string_buffer(16)
    for function in (acl.aclrtValueWrite, acl.aclrtValueWait):
        assert function(None, 1, 0, None) == 100000
        assert function(memory, 1, 9, None) == 100000
        assert function(memory + 4, 1, 0, None) == 107008
        assert function(ctypes.addressof(host), 1, 0, None) == 107000
        assert function(memory, 1, 0, 0x1234) == 107017


def test_copy_by_descriptor(acl: Library) -> None:
    acl.set_device()
    size = acl.out("aclrtGetMemcpyDescSize", ctypes.c_size_t, INNER, first=False)
    desc, source, target = acl.malloc(size), acl.malloc(100), acl.malloc(100)
    data = bytes(range(100))
    acl.write(source, data)
    acl.write(target, bytes(100))
    assert acl.aclrtSetMemcpyDesc(desc, INNER, source, target, 100, None) == 0
    assert acl.aclrtMemcpyAsyncWithDesc(desc, INNER, None) == 0
    assert acl.aclrtSynchronizeStream(None) == 0
    assert acl.read(target, 100) == data
    assert acl.aclrtSetMemcpyDesc(None, INNER, source, target, 100, None) == 100000
    assert acl.aclrtSetMemcpyDesc(desc, 1, source, target, 100, None) == 100000
    assert acl.aclrtSetMemcpyDesc(desc, INNER, source, target, 0, None) == 100000
    assert acl.aclrtSetMemcpyDesc(desc + 1, INNER, source, target, 4, None) == 107000
    assert acl.aclrtGetMemcpyDescSize(1, ctypes.byref(ctypes.c_size_t())) == 100000
    # What the descriptor says is looked at in its turn.
    assert acl.aclrtSetMemcpyDesc(desc, INNER, source, target, 101, None) == 0
    assert acl.aclrtMemcpyAsyncWithDesc(desc, INNER, None) == 0
    assert acl.aclrtSynchronizeStream(None) == 107000


def batch(acl: Library, pairs: list[tuple[int, int, int, int]]) -> list[object]:
    count = len(pairs)
    columns = [list(column) for column in zip(*pairs, strict=True)]
    pointers, sizes = ctypes.c_void_p * count, ctypes.c_size_t * count
    return [
        pointers(*columns[0]), sizes(*columns[1]), pointers(*columns[2]), sizes(*columns[3]), count,
        (ctypes.c_char * 32)(), (ctypes.c_size_t * 1)(0), 1,
    ]  # fmt: skip


def test_batch_of_copies(acl: Library) -> None:
    acl.set_device()
    first, second, host = acl.malloc(8), acl.malloc(8), acl.malloc_host(8)
    ctypes.memmove(host, b"abcdefgh", 8)
    failing = ctypes.c_size_t()
    good = batch(acl, [(first, 8, host, 8), (second, 8, host, 4)])
    assert acl.aclrtMemcpyBatch(*good, ctypes.byref(failing)) == 0
    assert failing.value == 2**64 - 1
    assert [acl.read(first, 8), acl.read(second, 4)] == [b"abcdefgh", b"abcd"]
    bad = batch(acl, [(first, 8, host, 8), (second, 4, host, 8)])
    assert acl.aclrtMemcpyBatch(*bad, ctypes.byref(failing)) == 107000
    assert failing.value == 1
    assert acl.aclrtMemcpyBatchV2(*bad) == 107000
    ctypes.memmove(host, b"ABCDEFGH", 8)
    assert acl.aclrtMemcpyBatchAsync(*good, ctypes.byref(failing), None) == 0
    assert acl.aclrtSynchronizeStream(None) == 0
    assert [acl.read(first, 8), acl.read(second, 4)] == [b"ABCDEFGH", b"ABCD"]
    assert acl.aclrtMemcpyBatchAsyncV2(*good, None) == 0
    assert acl.aclrtSynchronizeStream(None) == 0
    assert acl.aclrtMemcpyBatchV2(*[*good[:4], 0, *good[5:]]) == 100000


KINDS = {10: np.add, 11: np.maximum, 12: np.minimum}
TYPES = {0: np.float32, 1: np.float16, 2: np.int8, 3: np.int32, 6: np.int16, 8: np.uint32}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", TYPES)
def test_reduce(acl: Library, kind: int, dtype: int) -> None:
    numbers = np.random.default_rng(kind)
    left, right = (
        numbers.integers(-100 if dtype != 8 else 0, 100, 37).astype(TYPES[dtype]) for _ in "ab"
    )
    if dtype < 2:
        left, right = left / 3, right / 7
    acl.set_device()
    target, source = acl.malloc(left.nbytes), acl.malloc(left.nbytes)
    acl.write(target, left.tobytes())
    acl.write(source, right.tobytes())
    assert acl.aclrtReduceAsync(target, source, left.nbytes, kind, dtype, None, None) == 0
    assert acl.aclrtSynchronizeStream(None) == 0
    result = np.frombuffer(acl.read(target, left.nbytes), TYPES[dtype])
    np.testing.assert_array_equal(result, KINDS[kind](left, right))


def test_reduce_bfloat16(acl: Library) -> None:
    """1 + 2^-8 lies halfway and goes to the even neighbour, 1; 1 + 3 * 2^-8 goes up to it."""
    acl.set_device()
    values = np.array([[1, 1, np.inf], [2**-8, 3 * 2**-8, 1]], np.float32)
    stored = (values.view(np.uint32) >> 16).astype(np.uint16)
    target, source = acl.malloc(6), acl.malloc(6)
    acl.write(target, stored[0].tobytes())
    acl.write(source, stored[1].tobytes())
    assert acl.aclrtReduceAsync(target, source, 6, 10, acl.ACL_BF16, None, None) == 0
    assert acl.aclrtSynchronizeStream(None) == 0
    bits = np.frombuffer(acl.read(target, 6), np.uint16).astype(np.uint32) << 16
    assert bits.view(np.float32).tolist() == [1, 1 + 2**-6, np.inf]


def test_bad_reductions(acl: Library) -> None:
    acl.set_device()
    memory, host = acl.malloc(64), ctypes.create_string_buffer(64)
    reduce = acl.aclrtReduceAsync
    assert reduce(None, memory, 4, 10, 0, None, None) == 100000
    assert reduce(memory, memory, 0, 10, 0, None, None) == 100000
    assert reduce(memory, memory, 4, 10, 0, None, memory) == 100000
    assert reduce(memory, memory, 4, 13, 0, None, None) == 207000
    assert reduce(memory, memory, 4, 10, acl.ACL_STRING, None, None) == 207000
    assert reduce(memory, memory, 6, 10, 0, None, None) == 107000
    assert reduce(memory, memory, 128, 10, 0, None, None) == 107000
    assert reduce(ctypes.addressof(host), memory, 4, 10, 0, None, None) == 107000


def test_cache_operation(acl: Library) -> None:
    acl.set_device()
    memory = acl.malloc(64)
    assert [acl.aclrtCmoAsync(memory, 64, kind, None) for kind in range(5)] == [0] * 4 + [100000]
    assert acl.aclrtCmoAsync(None, 64, 0, None) == 100000
    assert acl.aclrtCmoAsync(memory, 65, 0, None) == 107000
    assert acl.aclrtSynchronizeStream(None) == 0
