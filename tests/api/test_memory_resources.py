# SPDX-License-Identifier: Apache-2.0
"""Device memory of a resource: whose it is, when it comes back, and who is refused."""

from __future__ import annotations

import asyncio
import gc
import os
import subprocess
import sys
import textwrap
import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import ascendcl as acl
from lifetime.conftest import nothing_is_left  # noqa: F401
from rebatched import model_with_batches
from written_models import DENSE, dynamic_dense

IMAGE = np.ones((1, 1, 8, 8), np.float32)


class Recorded(acl.RuntimeMemory):
    """Memory of the runtime, and every call in order."""

    def __init__(self) -> None:
        super().__init__()
        self.given: list[tuple[int, int, int]] = []
        self.back: list[tuple[int, int, int]] = []
        self.threads: list[int] = []

    def allocate(self, size: int, device: int) -> int:
        address = super().allocate(size, device)
        self.given.append((address, size, device))
        return address

    def deallocate(self, address: int, size: int, device: int) -> None:
        self.back.append((address, size, device))
        self.threads.append(threading.get_ident())
        super().deallocate(address, size, device)


@pytest.fixture
def geared(tmp_path: Path, digits: Path) -> Path:
    path = tmp_path / "geared.om"
    path.write_bytes(model_with_batches(digits, (1, 2, 4)))
    return path


def used() -> int:
    return acl.memory_info().used


MADE: dict[str, Callable[[acl.MemoryResource], Any]] = {
    "DeviceBuffer": lambda memory: acl.DeviceBuffer(1000, memory=memory),
    "Workspace": lambda memory: acl.Workspace(1000, memory=memory),
    "DeviceArray": lambda memory: acl.DeviceArray((250,), np.float32, memory=memory),
    "from_numpy": lambda memory: acl.DeviceArray.from_numpy(
        np.zeros(250, np.float32), memory=memory
    ),
    "from_dlpack": lambda memory: acl.DeviceArray.from_dlpack(
        np.zeros(250, np.float32), memory=memory
    ),
}


@pytest.mark.parametrize("what", MADE)
def test_it_is_asked_once_and_gets_the_same_back(what: str) -> None:
    memory = Recorded()
    made = MADE[what](memory)
    ((address, size, device),) = memory.given
    assert (made.ptr, size, device, memory.back) == (address, 1000, 0, [])
    made.close()
    made.close()
    assert memory.back == memory.given
    dropped = MADE[what](memory)
    assert not dropped.closed
    del dropped
    gc.collect()
    assert memory.back == memory.given
    assert len(memory.back) == 2


def test_a_model_takes_all_that_it_needs(digits: Path) -> None:
    size = acl.query_size(digits)
    memory = Recorded()
    with acl.Model.from_file(digits) as model:
        expected = model(IMAGE)
    before = used()
    with acl.Model.from_file(digits, memory=memory) as model:
        work, weight, io = (each[1] for each in memory.given)
        assert (work, weight) == (size.work, size.weight)
        assert io >= sum(info.nbytes for info in (*model.inputs, *model.outputs))
        assert 0 <= used() - before - (work + weight + io) < 3 * 64
        assert model.workspace_is_user_managed
        assert model.weight_is_user_managed
        np.testing.assert_array_equal(model(IMAGE), expected)
        assert memory.back == []
    assert sorted(memory.back) == sorted(memory.given)
    with acl.Model.from_bytes(digits.read_bytes(), memory=memory) as model:
        np.testing.assert_array_equal(model(IMAGE), expected)
    assert sorted(memory.back) == sorted(memory.given)
    assert len(memory.back) == 6


def test_what_is_given_is_not_asked_for(digits: Path) -> None:
    size = acl.query_size(digits)
    memory = Recorded()
    with (
        acl.DeviceBuffer(size.work) as work,
        acl.DeviceBuffer(size.weight) as weight,
        acl.Model.from_file(digits, work=work, weight=weight, memory=memory) as model,
    ):
        assert len(memory.given) == 1  # inputs and outputs
        model(IMAGE)
    assert memory.back == memory.given


def test_gears_and_streams(geared: Path) -> None:
    batches = [np.full((n, 1, 8, 8), n, np.float32) for n in (1, 2, 4)]
    memory = Recorded()

    async def serve(model: acl.Model) -> list[Any]:
        return list(await asyncio.gather(*[model.run_async(x) for x in batches * 5]))

    with acl.Model.from_file(geared) as model:
        expected = [model(x) for x in batches]
    with acl.Model.from_file(geared, memory=memory) as model:
        for x, result in zip(batches, expected, strict=True):
            np.testing.assert_array_equal(model(x), result)
        for result, right in zip(asyncio.run(serve(model)), expected * 5, strict=True):
            np.testing.assert_array_equal(result, right)
        assert len(memory.given) == 4  # a second place for inputs and outputs
        assert memory.back == []
    assert sorted(memory.back) == sorted(memory.given)


def test_without_room_for_a_second_place_runs_wait(digits: Path) -> None:
    with acl.Model.from_file(digits) as model:
        expected = model(IMAGE)
    with acl.Pool(1 << 20) as measured, acl.Model.from_file(digits, memory=measured):
        limit = measured.used

    async def serve(model: acl.Model) -> list[Any]:
        return list(await asyncio.gather(*[model.run_async(IMAGE) for _ in range(10)]))

    with acl.Pool(limit) as pool, acl.Model.from_file(digits, memory=pool) as model:
        for result in asyncio.run(serve(model)):
            np.testing.assert_array_equal(result, expected)


def test_dynamic_shapes(tmp_path: Path) -> None:
    path = tmp_path / "dynamic.om"
    path.write_bytes(dynamic_dense())
    memory = Recorded()
    rows = np.ones((3, len(DENSE)), np.float32)
    with acl.Model.from_file(path) as model:
        expected = model(rows)
    with acl.Model.from_file(path, memory=memory) as model:
        for result, right in zip(model(rows), expected, strict=True):
            np.testing.assert_array_equal(result, right)
        assert [each[1] for each in memory.given] == [acl.query_size(path).weight]
    assert sorted(memory.back) == sorted(memory.given)


def test_a_pool_of_models(digits: Path) -> None:
    size = acl.query_size(digits)
    memory = Recorded()
    with acl.ModelPool(digits, workers=2, memory=memory) as pool:
        pool.submit(IMAGE).result(60)
        sizes = sorted(each[1] for each in memory.given)
        assert sizes[2:] == [size.work, size.work, size.weight]
        assert len(sizes) == 5
    assert sorted(memory.back) == sorted(memory.given)


def test_it_comes_back_after_whoever_holds_it_last(digits: Path) -> None:
    memory = Recorded()
    weight = acl.DeviceBuffer(acl.query_size(digits).weight, memory=memory)
    model = acl.Model.from_file(digits, weight=weight)
    with pytest.raises(acl.BufferInUse):
        weight.close()
    del weight
    gc.collect()
    assert memory.back == []
    model.close()
    assert memory.back == memory.given

    array = acl.DeviceArray((4,), np.float32, memory=memory)
    view = np.from_dlpack(array)
    with pytest.raises(acl.BufferInUse):
        array.close()
    del array
    gc.collect()
    view[:] = 3
    assert len(memory.back) == 1
    del view
    gc.collect()
    assert memory.back == memory.given


def test_a_bound_model_holds_it(digits: Path) -> None:
    memory = Recorded()
    with acl.Model.from_file(digits) as model:
        source = acl.DeviceArray.from_numpy(IMAGE, memory=memory)
        target = acl.DeviceArray(model.outputs[0].shape, np.float32, memory=memory)
        bound = model.bind([source], [target])
        with pytest.raises(acl.BufferInUse):
            source.close()
        bound()
        bound.close()
        source.close()
        assert len(memory.back) == 1
        del target, bound
        gc.collect()
    assert sorted(memory.back) == sorted(memory.given)


def test_any_thread_and_no_name(digits: Path) -> None:
    memory = Recorded()
    reference, back, threads = weakref.ref(memory), memory.back, memory.threads
    models = [acl.Model.from_file(digits, memory=memory)]
    given = memory.given
    del memory
    gc.collect()
    assert reference() is not None

    def drop() -> None:
        models.clear()
        gc.collect()

    thread = threading.Thread(target=drop)
    thread.start()
    thread.join()
    assert sorted(back) == sorted(given)
    assert set(threads) == {thread.ident}
    gc.collect()
    assert reference() is None


def test_a_reset_does_not_give_back_what_is_looked_at() -> None:
    memory = Recorded()
    array = acl.DeviceArray.from_numpy(np.arange(4, dtype=np.float32), memory=memory)
    view = np.from_dlpack(array)
    assert acl.rt.reset_device(0) == 0
    assert array.closed
    array.close()
    assert memory.back == []
    assert view.tolist() == [0, 1, 2, 3]
    del array, view
    gc.collect()
    assert memory.back == memory.given


def test_after_a_reset_the_last_model_gives_it_back(digits: Path) -> None:
    memory = Recorded()
    weight = acl.DeviceBuffer(acl.query_size(digits).weight, memory=memory)
    models = [acl.Model.from_file(digits, weight=weight) for _ in range(2)]
    assert acl.rt.reset_device(0) == 0
    weight.close()
    models[0].close()
    assert memory.back == []
    models[1].close()
    assert memory.back == memory.given
    assert weight.closed


def test_parts_of_a_buffer_are_counted_once(digits: Path) -> None:
    class Arena:
        def __init__(self, size: int) -> None:
            self.buffer = acl.DeviceBuffer(size)
            self.next = self.buffer.ptr

        def allocate(self, size: int, device: int) -> int:
            address, self.next = self.next, self.next + -(-size // 64) * 64
            assert self.next <= self.buffer.ptr + self.buffer.size
            return address

        def deallocate(self, address: int, size: int, device: int) -> None:
            pass

    gc.collect()
    before = acl.memory_info()
    size = acl.query_size(digits)
    arena = Arena(100_000)
    with acl.Model.from_file(digits, memory=arena) as model:
        model(IMAGE)
        now = acl.memory_info()
        assert (now.work - before.work, now.weight - before.weight) == size
        assert now.used == now.work + now.weight + now.io + now.pooled + now.other
        parts = size.work + size.weight + now.io - before.io
        assert acl.MemoryHolder("DeviceBuffer", "other", 100_000 - parts) in now.holders
        assert 0 <= now.other - before.other - (100_000 - parts) < 64
    arena.buffer.close()
    assert acl.memory_info() == before


class Refusing:
    def __init__(self, error: BaseException) -> None:
        self.error = error

    def allocate(self, size: int, device: int) -> int:
        raise self.error

    def deallocate(self, address: int, size: int, device: int) -> None:
        raise AssertionError


def test_its_own_error_comes_through(digits: Path) -> None:
    before = used()
    for error in (KeyError("mine"), MemoryError("none left")):
        for make in (*MADE.values(), lambda memory: acl.Model.from_file(digits, memory=memory)):
            with pytest.raises(type(error)) as caught:
                make(Refusing(error))
            assert caught.value is error
    assert used() == before


@pytest.mark.parametrize("refused", [1, 2, 3])
def test_a_load_that_is_refused_in_the_middle_gives_all_back(digits: Path, refused: int) -> None:
    class Some(Recorded):
        def allocate(self, size: int, device: int) -> int:
            if len(self.given) + 1 == refused:
                raise MemoryError
            return super().allocate(size, device)

    memory, before = Some(), used()
    with pytest.raises(MemoryError):
        acl.Model.from_file(digits, memory=memory)
    gc.collect()
    assert sorted(memory.back) == sorted(memory.given)
    assert len(memory.back) == refused - 1
    assert used() == before


def test_a_wrong_address_is_refused() -> None:
    class Wrong(Recorded):
        answer: object = None

        def allocate(self, size: int, device: int) -> Any:
            return self.answer

        def deallocate(self, address: int, size: int, device: int) -> None:
            self.back.append((address, size, device))

    memory = Wrong()
    with pytest.raises(TypeError, match=r"Wrong.allocate: the address that it answered must be"):
        acl.DeviceBuffer(8, memory=memory)
    for memory.answer in (0, -8):
        with pytest.raises(ValueError, match="the address that it answered"):
            acl.DeviceBuffer(8, memory=memory)
    memory.answer = id(memory)  # of the host
    with pytest.raises(acl.AclValueError, match="no memory at this address"):
        acl.DeviceBuffer(8, memory=memory)
    assert memory.back == [(id(memory), 8, 0)]
    with pytest.raises(ValueError, match="nothing is allocated at address 0x8 of device 0"):
        acl.RuntimeMemory().deallocate(8, 8, 0)


@pytest.mark.parametrize("wrong", [1, "pool", acl.Pool, object()])
def test_what_is_no_resource(wrong: Any, digits: Path) -> None:
    for make in (
        *MADE.values(),
        lambda memory: acl.Model.from_file(digits, memory=memory),
        lambda memory: acl.ModelPool(digits, memory=memory),
        acl.Tracking,
    ):
        with pytest.raises(TypeError, match=r"memory must have the methods of acl.MemoryResource"):
            make(wrong)


def test_arguments_that_exclude_each_other() -> None:
    memory = Recorded()
    with pytest.raises(ValueError, match="shareable"):
        acl.DeviceBuffer(8, shareable=True, memory=memory)
    with (
        acl.DeviceBuffer(8) as buffer,
        pytest.raises(ValueError, match="the buffer says the device and the memory"),
    ):
        acl.DeviceArray((1,), np.float32, buffer=buffer, memory=memory)
    assert memory.given == []


def test_a_failure_to_take_back_is_told() -> None:
    class Failing(Recorded):
        def deallocate(self, address: int, size: int, device: int) -> None:
            super().deallocate(address, size, device)
            raise acl.AclError(107000, "mine")

    buffer = acl.DeviceBuffer(8, memory=Failing())
    with pytest.warns(acl.AclWarning, match="mine failed with 107000"):
        buffer.close()


def test_tracking(digits: Path) -> None:
    tracking = acl.Tracking()
    size = acl.query_size(digits)
    with acl.DeviceBuffer(1000, memory=tracking):
        with acl.Model.from_file(digits, memory=tracking):
            live = tracking.live
            assert [each.nbytes for each in live[:2]] == sorted(size, reverse=True)
            assert len(live) == tracking.count == 4
            most = tracking.nbytes
            assert most == sum(each.nbytes for each in live) == tracking.peak
            assert all(f"{__file__}:" in each.who for each in live)
            assert all("(test_tracking)" in each.who for each in live)
            assert len(tracking.by_who()) == 2  # lines
            assert tracking.by_who().total() == most
        assert tracking.nbytes == 1000
        assert [each.nbytes for each in tracking.live] == [1000]
    assert (tracking.nbytes, tracking.count, tracking.peak) == (0, 4, most)
    assert tracking.live == ()


def test_who_is_the_thread_where_the_program_has_no_line() -> None:
    tracking = acl.Tracking()
    addresses: list[int] = []

    class Ours(threading.Thread):  # as a worker of a pool that loads again
        run = staticmethod(
            eval(
                "lambda: addresses.append(tracking.allocate(8, 0))",
                {"__name__": "ascendcl.pool.engine", "tracking": tracking, "addresses": addresses},
            )
        )

    thread = Ours(name="worker 1")
    thread.start()
    thread.join()
    assert [each.who for each in tracking.live] == ["thread worker 1"]
    tracking.deallocate(*addresses, 8, 0)


def test_tracking_with_threads() -> None:
    tracking = acl.Tracking(acl.Pool(1 << 20))
    errors: list[BaseException] = []

    def serve() -> None:
        try:
            for size in range(1, 60):
                with acl.DeviceBuffer(size, memory=tracking):
                    pass
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=serve) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert (tracking.nbytes, tracking.live, tracking.count) == (0, (), 4 * 59)
    assert 59 <= tracking.peak <= 4 * 59


def test_at_exit_all_goes_back(tmp_path: Path) -> None:
    """Buffers are closed by then, and their resource still gets what it gave."""
    script = f"""
        import atexit
        atexit.register(lambda: print(Counted.left, pool.used, pool.free))  # the last
        import numpy as np
        import ascendcl as acl

        class Counted(acl.RuntimeMemory):
            left = 0
            def allocate(self, size, device):
                Counted.left += 1
                return super().allocate(size, device)
            def deallocate(self, address, size, device):
                Counted.left -= 1
                super().deallocate(address, size, device)

        memory, pool = Counted(), acl.Pool(1 << 20)
        for each in (memory, pool):
            model = acl.Model.from_file({str(acl.__path__[0])!r} + "/data/digits.om", memory=each)
            model(np.ones((1, 1, 8, 8), np.float32))
        other = acl.Model.from_file({str(acl.__path__[0])!r} + "/data/digits.om", memory=memory)
        array = acl.DeviceArray.from_numpy(np.ones(4, np.float32), memory=pool)
        acl.DeviceBuffer(1000, memory=pool).close()
        print(Counted.left, pool.used > 0, pool.free > 0)
    """
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(script)],
        env={**os.environ, "ASCENDCL_RUNTIME": "host", "ASCENDCL_STRICT": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (result.stdout, result.stderr, result.returncode) == ("3 True True\n0 0 0\n", "", 0)
