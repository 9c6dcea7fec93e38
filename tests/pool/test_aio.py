# SPDX-License-Identifier: Apache-2.0
"""The queue of results that other threads fill and an event loop empties."""

from __future__ import annotations

import asyncio
import gc
import os
import threading

import pytest

from ascendcl.aio import Completions


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208


def test_every_result_arrives_once_and_in_order() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        completions = Completions.of(loop)
        assert Completions.of(loop) is completions
        futures = [[loop.create_future() for _ in range(500)] for _ in range(4)]
        arrived: list[tuple[int, int]] = []
        for row in futures:
            for future in row:
                future.add_done_callback(lambda done: arrived.append(done.result()))

        def post(row: int) -> None:
            for column, future in enumerate(futures[row]):
                completions.post(future, result=(row, column))

        threads = [threading.Thread(target=post, args=(row,)) for row in range(4)]
        for thread in threads:
            thread.start()
        await asyncio.gather(*(future for row in futures for future in row))
        await asyncio.sleep(0)
        for thread in threads:
            thread.join()
        assert sorted(arrived) == [(row, column) for row in range(4) for column in range(500)]
        for row in range(4):
            columns = [column for of_row, column in arrived if of_row == row]
            assert columns == sorted(columns)

    asyncio.run(main())


def test_exceptions_and_cancelled_futures() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        cancelled, failing = loop.create_future(), loop.create_future()
        cancelled.cancel()
        Completions.of(loop).post(cancelled, result=1)
        Completions.of(loop).post(failing, exception=KeyError("x"))
        with pytest.raises(KeyError, match="x"):
            await failing
        assert cancelled.cancelled()

    asyncio.run(main())


def test_a_loop_that_is_closed_or_gone() -> None:
    """Results for it are dropped, and its descriptor goes with it."""
    gc.collect()
    files = open_files()

    async def main() -> tuple[Completions, asyncio.Future[None]]:
        loop = asyncio.get_running_loop()
        return Completions.of(loop), loop.create_future()

    completions, future = asyncio.run(main())
    completions.post(future, result=None)
    del completions, future
    gc.collect()
    assert open_files() == files


def test_what_was_on_its_way_when_the_loop_closed() -> None:
    gc.collect()
    files = open_files()

    async def main() -> None:
        loop = asyncio.get_running_loop()
        Completions.of(loop).post(loop.create_future(), result=None)
        loop.stop()

    for _ in range(2):  # the second takes away what was for the first
        loop = asyncio.new_event_loop()
        task = loop.create_task(main())
        loop.run_forever()
        loop.close()
        del task
    del loop
    gc.collect()
    assert open_files() <= files + 1


def test_uvloop() -> None:
    uvloop = pytest.importorskip("uvloop")

    async def main() -> None:
        loop = asyncio.get_running_loop()
        futures = [loop.create_future() for _ in range(100)]

        def post() -> None:
            for i, future in enumerate(futures):
                completions.post(future, result=i)

        completions = Completions.of(loop)
        thread = threading.Thread(target=post)
        thread.start()
        assert await asyncio.gather(*futures) == list(range(100))
        thread.join()

    loop = uvloop.new_event_loop()
    loop.run_until_complete(main())
    loop.close()
