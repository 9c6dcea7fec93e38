# SPDX-License-Identifier: Apache-2.0
"""Requests to a pool: each gets its own answer, once, whichever way it was asked."""

from __future__ import annotations

import asyncio
import concurrent.futures
import itertools
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gate import SECONDS, Gate

import ascendcl as acl
from ascendcl.pool.queue import Fifo

Arrays = list[np.ndarray]


@pytest.mark.parametrize("workspace", ["own", "shared"])
@pytest.mark.parametrize("share_weights", [True, False])
def test_answers_are_the_model_s(
    workspace: str, share_weights: bool, digits: Path, images: Arrays, expected: Arrays
) -> None:
    with acl.ModelPool(digits, workers=3, workspace=workspace, share_weights=share_weights) as pool:
        futures = [pool.submit(image) for image in images]
        found = [future.result(SECONDS) for future in futures]
    np.testing.assert_array_equal(found, expected)


def test_by_name_and_by_map(digits: Path, images: Arrays, expected: Arrays) -> None:
    with acl.ModelPool(digits, workers=2) as pool:
        np.testing.assert_array_equal(
            pool.submit({"image": images[0]}).result(SECONDS), expected[0]
        )
        np.testing.assert_array_equal(list(pool.map(images)), expected)


def test_map_takes_from_an_endless_iterable(digits: Path, images: Arrays, expected: Arrays) -> None:
    with acl.ModelPool(digits, workers=2, max_waiting=0) as pool:
        results = pool.map(itertools.cycle(images))
        found = list(itertools.islice(results, 100))
        results.close()
        np.testing.assert_array_equal(found, [expected[i % len(images)] for i in range(100)])
        pool.drain(SECONDS)
        assert pool.stats()["requests_num"] < 120


def test_asyncio(digits: Path, images: Arrays, expected: Arrays) -> None:
    async def ask(pool: acl.ModelPool) -> Arrays:
        return await asyncio.gather(*(pool.run(image) for image in images))

    with acl.ModelPool(digits, workers=2) as pool:
        for _ in range(3):  # a loop of its own each time
            np.testing.assert_array_equal(asyncio.run(ask(pool)), expected)


def test_a_loop_without_readers(
    digits: Path, images: Arrays, expected: Arrays, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: object, *_: object) -> None:
        raise NotImplementedError

    async def ask(pool: acl.ModelPool) -> Arrays:
        # Python's own loop needs it for its wake-ups; it has them by now.
        monkeypatch.setattr(type(asyncio.get_running_loop()), "add_reader", refuse)
        return await asyncio.gather(*(pool.run(image) for image in images))

    with acl.ModelPool(digits) as pool:
        np.testing.assert_array_equal(asyncio.run(ask(pool)), expected)


def test_nothing_is_swapped_among_many_clients(
    digits: Path, images: Arrays, expected: Arrays
) -> None:
    wrong: list[int] = []

    def by_threads(seed: int) -> None:
        for i in np.random.default_rng(seed).integers(len(images), size=200):
            if not np.array_equal(pool.submit(images[i]).result(SECONDS), expected[i]):
                wrong.append(i)

    async def by_tasks(seed: int) -> None:
        order = np.random.default_rng(seed).integers(len(images), size=200)
        found = await asyncio.gather(*(pool.run(images[i]) for i in order))
        wrong.extend(
            i
            for i, result in zip(order, found, strict=True)
            if not np.array_equal(result, expected[i])
        )

    with acl.ModelPool(digits, workers=3) as pool:
        clients = [threading.Thread(target=by_threads, args=(i,)) for i in range(4)]
        clients += [
            threading.Thread(target=lambda i=i: asyncio.run(by_tasks(i))) for i in range(4, 6)
        ]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        pool.drain(SECONDS)
        stats = pool.stats()
    assert wrong == []
    assert (stats["requests_ok"], stats["requests_num"]) == (1200, 1200)


def test_what_does_not_fit_is_refused_at_once(digits: Path, geared: Path, images: Arrays) -> None:
    with acl.ModelPool(digits) as pool:
        with pytest.raises(ValueError, match="expected shape"):
            pool.submit(images[0][:, :, :4])
        with pytest.raises(TypeError, match="nothing is converted"):
            pool.submit(images[0].astype(np.float64))
        with pytest.raises(TypeError, match="the model takes 1 inputs"):
            pool.submit()
        with pytest.raises(ValueError, match="not nan"):
            pool.submit(images[0], timeout=float("nan"))
        assert pool.stats()["requests_num"] == 0
    with acl.ModelPool(geared) as pool, pytest.raises(acl.AclValueError, match="no gear is"):
        pool.submit(np.concatenate(images[:3]))


def test_cancel_before_the_start(digits: Path, images: Arrays, gate: Gate) -> None:
    with acl.ModelPool(digits, max_waiting=1) as pool:
        gate.close()
        running = pool.submit(images[0])
        gate.wait_for(1)
        waiting = pool.submit(images[1])
        assert not running.cancel()
        assert waiting.cancel()
        assert waiting.cancel()
        # Its place is free, and those who wait for futures hear of it.
        other = pool.submit(images[2])
        done, _ = concurrent.futures.wait([waiting], SECONDS)
        assert done == {waiting}
        gate.open()
        other.result(SECONDS)
        running.result(SECONDS)
        pool.drain(SECONDS)
        stats = pool.stats()
    assert (stats["requests_ok"], stats["requests_cancelled"], stats["runs_num"]) == (2, 1, 2)


def test_cancel_of_a_task(digits: Path, images: Arrays, expected: Arrays, gate: Gate) -> None:
    async def ask(pool: acl.ModelPool) -> None:
        gate.close()
        running = asyncio.create_task(pool.run(images[0]))
        await asyncio.to_thread(gate.wait_for, 1)
        waiting = [asyncio.create_task(pool.run(image)) for image in images[1:4]]
        await asyncio.sleep(0)
        assert pool.stats()["requests_waiting"] == 3
        waiting[1].cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting[1]
        assert pool.stats()["requests_waiting"] == 2
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        gate.open()
        np.testing.assert_array_equal(await waiting[0], expected[1])
        np.testing.assert_array_equal(await waiting[2], expected[3])

    with acl.ModelPool(digits) as pool:
        asyncio.run(ask(pool))
        pool.drain(SECONDS)
        stats = pool.stats()
    # The one that ran was computed; its result was dropped.
    assert (stats["requests_ok"], stats["requests_cancelled"], stats["runs_num"]) == (3, 1, 3)


def test_deadline_in_the_queue(digits: Path, images: Arrays, gate: Gate) -> None:
    async def ask(pool: acl.ModelPool) -> None:
        with pytest.raises(acl.AclTimeoutError, match="was not begun"):
            await pool.run(images[2], timeout=0.02)

    with acl.ModelPool(digits) as pool:
        gate.close()
        running = pool.submit(images[0], timeout=SECONDS)
        gate.wait_for(1)
        late = [pool.submit(images[1], timeout=seconds) for seconds in (0.05, 0.01, 0.0, -1.0)]
        patient = pool.submit(images[3], timeout=SECONDS)
        for future in late:  # while the worker is busy
            assert isinstance(future.exception(SECONDS), acl.AclTimeoutError)
        asyncio.run(ask(pool))
        gate.open()
        running.result(SECONDS)
        patient.result(SECONDS)
        pool.drain(SECONDS)
        stats = pool.stats()
    assert (stats["requests_ok"], stats["requests_expired"], stats["runs_num"]) == (2, 5, 2)


def test_the_clock_sleeps_until_a_deadline(
    digits: Path, images: Arrays, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = 0
    expired = Fifo.expired

    def counted(self: Fifo, now: float) -> Any:
        nonlocal looks
        looks += threading.current_thread().name == "ascendcl-clock"
        return expired(self, now)

    monkeypatch.setattr(Fifo, "expired", counted)
    with acl.ModelPool(digits) as pool:
        gate.close()
        requests = [pool.submit(images[0], timeout=SECONDS) for _ in range(3)]
        gate.wait_for(1)
        time.sleep(0.2)  # in which a clock that wakes itself looks a thousand times
        gate.open()
        for request in requests:
            request.result(SECONDS)
    assert looks <= 2 + 2 * len(requests)


def test_queue_full(digits: Path, images: Arrays, gate: Gate) -> None:
    async def ask(pool: acl.ModelPool) -> None:
        with pytest.raises(acl.QueueFull):
            await pool.run(images[0])

    with acl.ModelPool(digits, max_waiting=2) as pool:
        gate.close()
        taken = [pool.submit(images[0])]
        gate.wait_for(1)
        taken += [pool.submit(images[0]), pool.try_submit(images[0])]
        with pytest.raises(acl.QueueFull, match="2 wait"):
            pool.submit(images[0])
        assert pool.try_submit(images[0]) is None
        asyncio.run(ask(pool))
        gate.open()
        for future in taken:
            assert future is not None
            future.result(SECONDS)
        pool.drain(SECONDS)
        stats = pool.stats()
    assert (stats["requests_ok"], stats["requests_rejected"]) == (3, 3)


def test_without_a_queue(digits: Path, images: Arrays, gate: Gate) -> None:
    with acl.ModelPool(digits, workers=2, max_waiting=0) as pool:
        gate.close()
        taken = [pool.try_submit(images[0]) for _ in range(3)]
        assert [future is None for future in taken] == [False, False, True]
        gate.open()


def test_close_answers_what_waits(digits: Path, images: Arrays, gate: Gate) -> None:
    pool = acl.ModelPool(digits)
    gate.close()
    running = pool.submit(images[0])
    gate.wait_for(1)
    waiting = [pool.submit(image) for image in images[:3]]
    closing = threading.Thread(target=pool.close)
    closing.start()
    for future in waiting:  # at once, while the other runs
        assert isinstance(future.exception(SECONDS), acl.PoolClosed)
    assert not running.done()
    assert not pool.ready
    with pytest.raises(acl.PoolClosed):
        pool.submit(images[0])
    gate.open()
    closing.join()
    assert running.exception() is None
    assert pool.closed
    pool.close()
    stats = pool.stats()
    assert (stats["requests_ok"], stats["requests_error"], stats["requests_num"]) == (1, 3, 4)


def test_drain(digits: Path, images: Arrays, gate: Gate) -> None:
    with acl.ModelPool(digits) as pool:
        gate.close()
        futures = [pool.submit(image) for image in images[:3]]
        gate.wait_for(1)
        with pytest.raises(acl.AclTimeoutError, match="3 are left"):
            pool.drain(timeout=0.01)
        assert not pool.ready
        with pytest.raises(acl.PoolClosed):
            pool.submit(images[0])
        gate.open()
        pool.drain()
        assert all(future.done() and future.exception() is None for future in futures)


def test_end_of_a_block(digits: Path, images: Arrays, gate: Gate) -> None:
    with acl.ModelPool(digits) as pool:
        futures = [pool.submit(image) for image in images]
    assert all(future.exception() is None for future in futures)
    with pytest.raises(KeyError), acl.ModelPool(digits) as pool:  # noqa: PT012
        gate.close()
        running = pool.submit(images[0])
        gate.wait_for(1)
        waiting = pool.submit(images[1])
        waiting.add_done_callback(lambda _: gate.open())
        raise KeyError
    assert running.exception() is None
    assert isinstance(waiting.exception(), acl.PoolClosed)


def test_callbacks(digits: Path, images: Arrays, gate: Gate) -> None:
    """They run on the worker: waiting for it there is refused, and it goes on whatever they do."""
    refused: list[str] = []

    def wait_for_oneself(_: object) -> None:
        for end in (pool.close, pool.drain):
            try:
                end()
            except RuntimeError as error:
                refused.append(str(error))
        raise SystemExit

    with acl.ModelPool(digits) as pool:
        gate.close()
        future = pool.submit(images[0])
        future.add_done_callback(wait_for_oneself)
        gate.open()
        pool.submit(images[1]).result(SECONDS)
    assert len(refused) == 2
    assert all("a callback of a request runs on the worker" in each for each in refused)


def test_arguments(digits: Path) -> None:
    with pytest.raises(acl.AclFileNotFoundError):
        acl.ModelPool("missing.om")
    with pytest.raises(TypeError, match="path must be str"):
        acl.ModelPool(b"digits.om")
    with pytest.raises(ValueError, match="too few for 2 devices"):
        acl.ModelPool(digits, devices=[0, 1], workers=1)
    with pytest.raises(ValueError, match="different numbers"):
        acl.ModelPool(digits, devices=[0, 0])
    with pytest.raises(ValueError, match="different numbers"):
        acl.ModelPool(digits, devices=[])
    with pytest.raises(ValueError, match="workspace must be"):
        acl.ModelPool(digits, workspace="none")
    with pytest.raises(TypeError, match="workspace must be"):
        acl.ModelPool(digits, workspace=4096)
    with pytest.raises(ValueError, match="workers must be 1"):
        acl.ModelPool(digits, workers=0)
    with pytest.raises(ValueError, match="max_waiting must be 0"):
        acl.ModelPool(digits, max_waiting=-1)
    with pytest.raises(ValueError, match="heal_timeout"):
        acl.ModelPool(digits, heal_timeout=float("nan"))
    with pytest.raises(acl.AclValueError, match="no such device"):
        acl.ModelPool(digits, devices=[77])


def test_workspace_of_the_client(digits: Path, images: Arrays, expected: Arrays) -> None:
    """A model beside the pool may use it, too."""
    with acl.DeviceBuffer(acl.query_size(digits).work) as work:
        with (
            acl.ModelPool(digits, workers=2, workspace=work) as pool,
            acl.Model.from_file(digits, work=work) as other,
        ):
            futures = [pool.submit(image) for image in images]
            np.testing.assert_array_equal(other(images[0]), expected[0])
            found = [future.result(SECONDS) for future in futures]
        np.testing.assert_array_equal(found, expected)
        assert not work.in_use
    with acl.DeviceBuffer(16) as small, pytest.raises(ValueError, match="16"):
        acl.ModelPool(digits, workspace=small)


def test_cannot_be_pickled(digits: Path) -> None:
    import pickle

    with acl.ModelPool(digits) as pool, pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(pool)
