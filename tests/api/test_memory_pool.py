# SPDX-License-Identifier: Apache-2.0
"""acl.Pool: what is used again, what is refused, and what goes back to the runtime when."""

from __future__ import annotations

import gc
import os
import random
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import numpy as np
import pytest

import ascendcl as acl
from lifetime.conftest import nothing_is_left  # noqa: F401

IMAGE = np.ones((1, 1, 8, 8), np.float32)


def used() -> int:
    with acl.Device(0) as device:
        info = device.memory_info()
        return info.total - info.free


def test_memory_is_used_again() -> None:
    before = used()
    with acl.Pool(1 << 20) as pool:
        first = acl.DeviceBuffer(1000, memory=pool)
        address, held = first.ptr, used()
        assert (pool.used, pool.free) == (1024, 0)
        first.close()
        assert (pool.used, pool.free, used()) == (0, 1024, held)
        for size in (1000, 1024, 900):  # as much, or a little less
            with acl.DeviceBuffer(size, memory=pool) as again:
                assert (again.ptr, again.size) == (address, size)
        with acl.DeviceBuffer(8, memory=pool) as small:
            assert small.ptr != address
        assert pool.trim(keep=1535) == 1024  # the largest first
        assert pool.trim(keep=512) == 0
        assert pool.trim() == 512
        assert (pool.used, pool.free, used()) == (0, 0, before)


def test_the_smallest_that_serves() -> None:
    with acl.Pool(1 << 20) as pool:
        buffers = [acl.DeviceBuffer(n * 512, memory=pool) for n in (10, 8, 9, 30)]
        addresses = {each.size: each.ptr for each in buffers}
        for each in buffers:
            each.close()
        with (
            acl.DeviceBuffer(8 * 512, memory=pool) as one,
            acl.DeviceBuffer(8 * 512, memory=pool) as other,
            acl.DeviceBuffer(8 * 512, memory=pool) as third,
        ):
            assert [each.ptr for each in (one, other, third)] == [
                addresses[n * 512] for n in (8, 9, 10)
            ]


def test_the_limit(digits: Path) -> None:
    size = acl.query_size(digits)
    with (
        acl.Pool(100_000) as pool,
        acl.Model.from_file(digits, memory=pool),
        acl.DeviceBuffer(10_000, memory=pool) as buffer,
    ):
        held = pool.used
        with pytest.raises(acl.AclMemoryError) as caught:
            acl.DeviceArray((100_000 - held + 1,), np.uint8, memory=pool)
        text = str(caught.value)
        assert (
            f"{100_001 - held} bytes on device 0 are too many: of 100000, {held} are in use" in text
        )
        assert (
            "the largest holders: "
            f"digits.om (weight) {size.weight} bytes on device 0, "
            f"digits.om (work) {size.work} bytes on device 0, "
            f"DeviceBuffer (other) {buffer.size} bytes on device 0" in text
        )
        assert pool.used == held
        with acl.DeviceBuffer(30_000):  # the runtime has more
            pass
        with acl.DeviceBuffer((100_000 - held) // 512 * 512, memory=pool):
            pass
    with pytest.raises(acl.AclMemoryError, match="are too many"):
        acl.DeviceBuffer(100_001, memory=acl.Pool(100_000))
    with pytest.raises(
        acl.AclMemoryError, match=r"1 bytes .* of 100, 0 are in use, in blocks of 512"
    ):
        acl.DeviceBuffer(1, memory=acl.Pool(100))


def test_what_is_free_makes_room() -> None:
    with acl.Pool(10 * 512) as pool:
        buffers = [acl.DeviceBuffer(n * 512, memory=pool) for n in (1, 2, 3, 4)]
        for each in buffers[1:]:
            each.close()
        with acl.DeviceBuffer(6 * 512, memory=pool):  # none of them is as large
            assert pool.used + pool.free <= pool.limit
            assert pool.used == 7 * 512
        buffers[0].close()
        with acl.DeviceBuffer(10 * 512, memory=pool):
            assert (pool.used, pool.free) == (10 * 512, 0)


def test_nothing_is_lent_that_is_held(digits: Path) -> None:
    weights = acl.query_size(digits).weight
    with acl.Pool(1 << 20) as pool:
        buffer = acl.DeviceBuffer(weights, memory=pool)
        model = acl.Model.from_file(digits, weight=buffer)
        address = buffer.ptr
        expected = model(IMAGE)
        with pytest.raises(acl.BufferInUse):
            buffer.close()
        del buffer
        gc.collect()
        with acl.DeviceBuffer(weights, memory=pool) as other:
            assert other.ptr != address
            other.fill(255)
        np.testing.assert_array_equal(model(IMAGE), expected)
        model.close()

        array = acl.DeviceArray.from_numpy(np.arange(8, dtype=np.float32), memory=pool)
        view = memoryview(array)
        address = array.ptr
        del array
        gc.collect()
        with acl.DeviceArray((8,), np.float32, memory=pool) as other:
            assert other.ptr != address
            other.copy_from(np.zeros(8, np.float32))
            assert view.tolist() == list(range(8))
        view.release()
        gc.collect()
        pool.trim()
        assert pool.used == 0


def test_memory_info_sums_to_the_byte(digits: Path) -> None:
    gc.collect()
    before = acl.memory_info()
    with acl.Pool(1 << 20) as pool, acl.Model.from_file(digits, memory=pool) as model:
        acl.DeviceBuffer(5000, memory=pool).close()
        now = acl.memory_info()
        assert now.used == used()
        assert now.used == now.work + now.weight + now.io + now.pooled + now.other
        size = acl.query_size(digits)
        assert (now.work - before.work, now.weight - before.weight) == size
        lent = size.work + size.weight + (now.io - before.io)
        assert now.pooled == pool.used + pool.free - lent
        assert now.pooled >= pool.free == 5120
        assert acl.MemoryHolder("Pool", "pooled", now.pooled) in now.holders
        assert 0 <= now.other - before.other < 64 * 6  # what aclrtMalloc adds to each block
        del model
    assert acl.memory_info() == before


def test_after_closing(digits: Path) -> None:
    before = used()
    pool = acl.Pool(1 << 20)
    model = acl.Model.from_file(digits, memory=pool)
    expected = model(IMAGE)
    acl.DeviceBuffer(5000, memory=pool).close()
    pool.close()
    pool.close()
    assert pool.closed
    assert "closed" in repr(pool)
    assert (pool.free, pool.used > 0) == (0, True)
    with pytest.raises(acl.ClosedError, match="Pool: it was closed"):
        acl.DeviceBuffer(10, memory=pool)
    np.testing.assert_array_equal(model(IMAGE), expected)
    model.close()
    assert (pool.used, used()) == (0, before)


def test_a_pool_that_nobody_has_lives_by_what_it_lent(digits: Path) -> None:
    before = used()
    model = acl.Model.from_file(digits, memory=acl.Pool(1 << 20))
    acl.DeviceArray((4,), np.float32, memory=acl.Pool(1 << 20)).close()
    gc.collect()
    model(IMAGE)
    model.close()
    del model
    gc.collect()
    assert used() == before


def test_a_reset_takes_its_memory(digits: Path) -> None:
    """What was free is not lent again, nor what comes back of before."""
    with acl.Pool(1 << 20) as pool:
        with acl.Model.from_file(digits, memory=pool) as model:
            expected = model(IMAGE)
        old = acl.DeviceBuffer(7000, memory=pool)
        assert acl.rt.reset_device(0) == 0
        with acl.Model.from_file(digits, memory=pool) as model:
            np.testing.assert_array_equal(model(IMAGE), expected)
            assert old.closed
            held = pool.used
            old.close()
            assert held - pool.used == 7168
            assert pool.free == 0
        with pytest.raises(acl.ClosedError):
            old.fill(0)


def test_memory_that_comes_back_in_the_midst_of_a_call() -> None:
    """A destructor may run while its own thread has the lock: it must not wait for it."""
    with acl.Pool(1 << 20) as pool:
        buffer = acl.DeviceBuffer(1000, memory=pool)
        with pool._lock:
            del buffer
            gc.collect()
        assert (pool.used, pool.free) == (0, 1024)
        buffer = acl.DeviceBuffer(1000, memory=pool)
        pool._is_closed = True
        with pool._turn():
            del buffer
            gc.collect()
        assert not pool._returned
        assert sum(each.held for each in pool._shelves.values()) == 0


def test_arguments() -> None:
    with pytest.raises(TypeError, match="Pool: limit must be int"):
        acl.Pool("1 GiB")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="Pool: limit must be 1 to"):
        acl.Pool(0)
    with acl.Pool(1 << 20) as pool:
        with pytest.raises(ValueError, match=r"Pool.allocate: size must be 1 to"):
            pool.allocate(0)
        with pytest.raises(ValueError, match=r"Pool.trim: keep must be 0 to"):
            pool.trim(-1)
        with pytest.raises(ValueError, match="nothing is allocated at address 0x8 of device 0"):
            pool.deallocate(8, 8)
        address = pool.allocate(100)
        assert pool.used == 512
        pool.deallocate(address, 100)
        assert pool.used == 0
        with pytest.raises(TypeError, match="cannot be pickled"):
            pool.__reduce_ex__(2)


def test_threads(digits: Path) -> None:
    """Nobody ever sees what another one wrote."""
    errors: list[BaseException] = []

    with acl.Model.from_file(digits) as model:
        expected = model(IMAGE)

    def serve(pool: acl.Pool, seed: int) -> None:
        chance = random.Random(seed)
        kept: list[tuple[acl.DeviceArray, int]] = []
        try:
            for _ in range(150):
                size = chance.randrange(1, 5000)
                array = acl.DeviceArray((size,), np.uint8, memory=pool)
                value = chance.randrange(256)
                array.copy_from(np.full(size, value, np.uint8))
                kept.append((array, value))
                if len(kept) > 5:
                    old, right = kept.pop(chance.randrange(len(kept)))
                    assert (np.asarray(old) == right).all()
                    del old
                if chance.random() < 0.05:
                    with acl.Model.from_file(digits, memory=pool) as model:
                        np.testing.assert_array_equal(model(IMAGE), expected)
                if chance.random() < 0.05:
                    pool.trim()
            assert all((np.asarray(old) == right).all() for old, right in kept)
        except BaseException as error:
            errors.append(error)

    with acl.Pool(1 << 21) as pool:
        threads = [threading.Thread(target=serve, args=(pool, seed)) for seed in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        gc.collect()
        assert not errors, errors
        assert pool.used == 0


def run(script: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(script)],
        env={**os.environ, "ASCENDCL_RUNTIME": "host", **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_where_the_device_is_full_what_is_free_goes() -> None:
    script = """
        import ascendcl as acl
        pool = acl.Pool(1 << 30)
        acl.DeviceBuffer(8_000_000, memory=pool).close()
        kept = acl.DeviceBuffer(12_000_000, memory=pool)
        print(pool.free)
        try:
            acl.DeviceBuffer(12_000_000, memory=pool)
        except acl.AclMemoryError as error:
            print(error.code, "Pool:" in str(error), "DeviceBuffer (other) 12000000" in str(error))
    """
    result = run(script, ASCENDCL_HOST_MEMORY=str(1 << 24))
    assert (result.stdout, result.stderr) == ("0\n207001 False True\n", "")


def test_two_devices_have_a_limit_each() -> None:
    script = """
        import ascendcl as acl
        pool = acl.Pool(10_240)
        buffers = [acl.DeviceBuffer(10_000, device, memory=pool) for device in (0, 1)]
        print([buffer.device_id for buffer in buffers], pool.used)
        try:
            acl.DeviceBuffer(1000, 1, memory=pool)
        except acl.AclMemoryError as error:
            print(str(error).count("on device 1"), "on device 0" in str(error))
        infos = [acl.memory_info(device) for device in (0, 1)]
        print([info.pooled for info in infos])
        for buffer in buffers:
            buffer.close()
        print(pool.trim(keep=5000), pool.free)
    """
    result = run(script, ASCENDCL_HOST_DEVICES="2")
    assert result.stderr == ""
    assert result.stdout == "[0, 1] 20480\n2 False\n[240, 240]\n20480 0\n"


def test_a_forked_child_is_refused() -> None:
    script = """
        import os
        import ascendcl as acl
        pool = acl.Pool(1 << 20)
        buffer = acl.DeviceBuffer(1000, memory=pool)
        pool._lock.acquire()  # as another thread may have, at the fork
        child = os.fork()
        if child == 0:
            try:
                acl.DeviceBuffer(1000, memory=pool)
            except acl.ForkedError:
                del buffer
                os._exit(7)
            os._exit(1)
        pool._lock.release()
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), pool.used)
    """
    result = run(script)
    assert (result.stdout, result.stderr) == ("7 1024\n", "")
