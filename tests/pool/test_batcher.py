# SPDX-License-Identifier: Apache-2.0
"""Requests that share runs: which go together, when, and that each gets its own rows."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from faults import faults
from gate import SECONDS, Gate

import ascendcl as acl
from ascendcl.om import GraphBuilder, ModelBuilder, TensorSpec, join_gears
from rebatched import model_with_batches, static_model
from written_models import GEARS, dynamic_dense, model_with_gears

Arrays = list[np.ndarray]

NEVER = 3600.0  # seconds of max_delay in which nothing is padded by time

# Other batches of a model compute in another order of operations.
CLOSE = {"rtol": 1e-4, "atol": 1e-6}


@pytest.fixture(scope="session")
def fours_and_eights(digits: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Batches of 4 and 8 alone: less than four are padded."""
    path = tmp_path_factory.mktemp("geared") / "fours.om"
    path.write_bytes(model_with_batches(digits, (4, 8)))
    return path


class Counted(Gate):
    """Lets everything through, and keeps the sizes of the batches."""

    def pass_through(self, model: acl.Model, inputs: tuple[np.ndarray, ...]) -> None:
        super().pass_through(model, inputs)
        self.sizes.append(len(inputs[0]))

    def __init__(self) -> None:
        super().__init__()
        self.sizes: list[int] = []


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    made = Counted()
    run = acl.Model.run

    def gated(self: acl.Model, *inputs: np.ndarray, **options: object) -> Arrays:
        made.pass_through(self, inputs)
        return run(self, *inputs, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(acl.Model, "run", gated)
    return made


def set_seconds(batcher: acl.Batcher, seconds: dict[int, float]) -> None:
    """Costs as if they had been measured."""
    from ascendcl.batching.cover import Covers

    for line in batcher._queue.lines.values():  # type: ignore[attr-defined]
        line.covers = Covers(seconds)


def sizes_of(
    counted: Counted, batcher: acl.Batcher, requests: Arrays
) -> tuple[list[int], list[np.ndarray]]:
    """The batches that requests make which come while the worker is busy, and their results."""
    counted.close()
    first = batcher.submit(np.concatenate(requests)[:1])
    counted.wait_for(1)
    counted.sizes.clear()
    futures = [batcher.submit(request) for request in requests]
    counted.open()
    results = [future.result(SECONDS) for future in futures]
    first.result(SECONDS)
    return counted.sizes[1:], results


LINEAR = {1: 1.0, 2: 1.5, 4: 2.5, 8: 4.25}


@pytest.mark.parametrize(
    ("waiting", "sizes"),
    [(12, [8, 4]), (8, [8]), (19, [8, 8, 2, 1]), (6, [4, 2]), (1, [1])],
)
def test_exact_covers_go_at_once(  # noqa: PLR0917
    waiting: int, sizes: list[int], geared: Path, images: Arrays, expected: Arrays, counted: Counted
) -> None:
    with acl.Batcher(geared, max_delay=NEVER) as batcher:
        set_seconds(batcher, LINEAR)
        found, results = sizes_of(counted, batcher, images[:waiting])
        stats = batcher.stats()
    assert found == sizes
    np.testing.assert_allclose(results, expected[:waiting], **CLOSE)
    assert stats["rows_padded"] == 0


def test_padding_waits(geared: Path, images: Arrays, expected: Arrays, counted: Counted) -> None:
    """Seven are padded to eight after max_delay, where the eighth does not come."""
    with acl.Batcher(geared, max_delay=NEVER) as batcher:
        set_seconds(batcher, LINEAR)
        counted.close()
        first = batcher.submit(images[0])
        counted.wait_for(1)
        counted.sizes.clear()
        futures = [batcher.submit(image) for image in images[:7]]
        counted.open()
        first.result(SECONDS)
        assert not any(future.done() for future in futures)
        futures.append(batcher.submit(images[7]))
        results = [future.result(SECONDS) for future in futures]
        assert counted.sizes[1:] == [8]
    np.testing.assert_allclose(results, expected[:8], **CLOSE)


def test_padding_after_the_delay(
    fours_and_eights: Path, images: Arrays, expected: Arrays, counted: Counted
) -> None:
    with acl.Batcher(fours_and_eights, max_delay=0.01) as batcher:
        counted.sizes.clear()
        futures = [batcher.submit(image) for image in images[:3]]
        results = [future.result(SECONDS) for future in futures]
        batcher.drain(SECONDS)
        stats = batcher.stats()
    np.testing.assert_allclose(results, expected[:3], **CLOSE)
    assert sum(counted.sizes) == 3 + stats["rows_padded"]
    assert stats["rows_num"] == 3


def test_draining_waits_for_nothing(fours_and_eights: Path, images: Arrays) -> None:
    with acl.Batcher(fours_and_eights, max_delay=NEVER) as batcher:
        future = batcher.submit(images[0])
        assert not future.done()
    assert future.result(0).shape == (1, 10)
    with acl.ModelPool(fours_and_eights) as pool:
        batcher = acl.Batcher(pool, max_delay=NEVER)
        future = batcher.submit(images[0])
        batcher.drain(SECONDS)
        assert future.result(0).shape == (1, 10)
        batcher.close()


def test_rows_stay_together(
    geared: Path, images: Arrays, expected: Arrays, counted: Counted
) -> None:
    requests = [np.concatenate(images[at : at + n]) for at, n in ((0, 3), (3, 3), (6, 3), (9, 7))]
    with acl.Batcher(geared, max_delay=0) as batcher:
        set_seconds(batcher, LINEAR)
        sizes, results = sizes_of(counted, batcher, requests)
        assert sizes == [8, 4, 8]  # 3 + 3 and two more, 3, 7
        np.testing.assert_allclose(np.concatenate(results), np.concatenate(expected[:16]), **CLOSE)
        assert [len(result) for result in results] == [3, 3, 3, 7]
        with pytest.raises(ValueError, match="9 rows are more than the largest batch, 8"):
            batcher.submit(np.concatenate(images[:9]))


def test_rows_that_are_split(
    geared: Path, images: Arrays, expected: Arrays, counted: Counted
) -> None:
    requests = [np.concatenate(images[at : at + n]) for at, n in ((0, 3), (3, 30), (33, 3))]
    with acl.Batcher(geared, max_delay=NEVER, split=True) as batcher:
        set_seconds(batcher, LINEAR)
        sizes, results = sizes_of(counted, batcher, requests)
        batcher.drain(SECONDS)
        stats = batcher.stats()
    assert sizes == [8, 8, 8, 8, 4]
    np.testing.assert_allclose(np.concatenate(results), np.concatenate(expected[:36]), **CLOSE)
    assert [len(result) for result in results] == [3, 30, 3]
    assert (stats["requests_ok"], stats["requests_running"], stats["rows_padded"]) == (4, 0, 0)


def test_the_rest_of_a_split_request_is_padded(
    geared: Path, images: Arrays, expected: Arrays, counted: Counted
) -> None:
    """Its batch has as many rows as the request, and one of them is not the request's."""
    requests = [*images[:7], np.concatenate(images[7:15])]
    with acl.Batcher(geared, max_delay=0, split=True) as batcher:
        set_seconds(batcher, LINEAR)
        sizes, results = sizes_of(counted, batcher, requests)
    assert sizes == [8, 8]
    np.testing.assert_allclose(results[-1], np.concatenate(expected[7:15]), **CLOSE)


def test_a_split_request_fails_once(geared: Path, images: Arrays, expected: Arrays) -> None:
    with acl.Batcher(geared, workers=2, split=True) as batcher:
        with faults("aclrtMemcpy:3:507000"):
            big = batcher.submit(np.concatenate(images))
            assert isinstance(big.exception(SECONDS), acl.AclError)
        np.testing.assert_allclose(batcher.submit(images[0]).result(SECONDS), expected[0], **CLOSE)
        batcher.drain(SECONDS)
        stats = batcher.stats()
    assert (stats["requests_ok"], stats["requests_error"]) == (1, 1)
    assert (stats["requests_waiting"], stats["requests_running"]) == (0, 0)


def test_one_that_fails_does_not_take_others_with_it(
    geared: Path, images: Arrays, expected: Arrays, counted: Counted
) -> None:
    """The batch fails; each is run alone, and one of them fails again."""
    with acl.Batcher(geared, max_delay=NEVER) as batcher:
        set_seconds(batcher, LINEAR)
        counted.close()
        first = batcher.submit(images[0])
        counted.wait_for(1)
        futures = [batcher.submit(image) for image in images[:8]]
        # The first run, then the batch, then the second of those alone.
        with faults("aclmdlExecute:2:507000,aclmdlExecute:4:507000"):
            counted.open()
            errors = [future.exception(SECONDS) for future in futures]
        first.result(SECONDS)
        assert [error is not None for error in errors] == [False, True, *[False] * 6]
        for i, future in enumerate(futures):
            if i != 1:
                np.testing.assert_allclose(future.result(), expected[i], **CLOSE)


def test_expired_and_cancelled_leave_before(geared: Path, images: Arrays, counted: Counted) -> None:
    with acl.Batcher(geared, max_delay=NEVER) as batcher:
        set_seconds(batcher, LINEAR)
        counted.close()
        first = batcher.submit(images[0])
        counted.wait_for(1)
        counted.sizes.clear()
        late = [batcher.submit(image, timeout=0.01) for image in images[:3]]
        futures = [batcher.submit(image) for image in images[:6]]
        assert all(isinstance(f.exception(SECONDS), acl.AclTimeoutError) for f in late)
        assert futures[0].cancel()
        assert futures[3].cancel()
        counted.open()
        for future in (first, *futures[1:3], *futures[4:]):
            future.result(SECONDS)
        batcher.drain(SECONDS)
        assert counted.sizes[1:] == [4]
        stats = batcher.stats()
    assert (stats["requests_expired"], stats["requests_cancelled"]) == (3, 2)


def test_asyncio(geared: Path, images: Arrays, expected: Arrays) -> None:
    async def ask(batcher: acl.Batcher) -> Arrays:
        return await asyncio.gather(*(batcher.run(image) for image in images))

    with acl.Batcher(geared, workers=2) as batcher:
        np.testing.assert_allclose(asyncio.run(ask(batcher)), expected, **CLOSE)
        np.testing.assert_allclose(list(batcher.map(images)), expected, **CLOSE)
        batcher.drain(SECONDS)
        stats = batcher.stats()
    assert stats["runs_num"] < stats["requests_num"] / 2


def test_queue_full_and_closed(geared: Path, images: Arrays, counted: Counted) -> None:
    with acl.Batcher(geared, max_delay=NEVER, max_waiting=3) as batcher:
        counted.close()
        first = batcher.submit(images[0])
        counted.wait_for(1)
        waiting = [batcher.submit(image) for image in images[:3]]
        with pytest.raises(acl.QueueFull):
            batcher.submit(images[0])
        assert batcher.try_submit(images[0]) is None
        closing = threading.Thread(target=batcher.close)
        closing.start()
        for future in waiting:
            assert isinstance(future.exception(SECONDS), acl.PoolClosed)
        counted.open()
        closing.join()
        assert first.exception() is None
        with pytest.raises(acl.PoolClosed):
            batcher.submit(images[0])


def test_beside_a_pool_s_own_requests(geared: Path, images: Arrays, expected: Arrays) -> None:
    pairs = [np.concatenate(images[i : i + 2]) for i in range(0, 64, 2)]
    with acl.ModelPool(geared, workers=2) as pool:
        with acl.Batcher(pool) as batcher:
            by_pool = [pool.submit(pair) for pair in pairs]
            by_batcher = [batcher.submit(image) for image in images]
            for i, future in enumerate(by_pool):
                right = np.concatenate(expected[2 * i : 2 * i + 2])
                np.testing.assert_allclose(future.result(SECONDS), right, **CLOSE)
            for i, future in enumerate(by_batcher):
                np.testing.assert_allclose(future.result(SECONDS), expected[i], **CLOSE)
        assert pool.ready
        pool.submit(pairs[0]).result(SECONDS)
        pool.close()
    with pytest.raises(acl.PoolClosed):
        acl.Batcher(pool)


def test_pool_that_is_closed_while_a_batcher_is_made(
    geared: Path, images: Arrays, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else requests would wait for workers that have gone."""
    new_queue = acl.Batcher._new_queue

    def close_after(self: acl.Batcher, *arguments: Any) -> Any:
        queue = new_queue(self, *arguments)
        pool.close()
        return queue

    monkeypatch.setattr(acl.Batcher, "_new_queue", close_after)
    with acl.ModelPool(geared) as pool, pytest.raises(acl.PoolClosed):
        acl.Batcher(pool).submit(images[0]).result(SECONDS)


def test_closed_pool_closes_its_batcher(geared: Path, images: Arrays) -> None:
    pool = acl.ModelPool(geared)
    batcher = acl.Batcher(pool)
    pool.close()
    assert not batcher.ready
    with pytest.raises(acl.PoolClosed):
        batcher.submit(images[0])
    batcher.close()


def test_sticky_fault(geared: Path, images: Arrays, expected: Arrays) -> None:
    with acl.Batcher(geared, workers=2) as batcher:
        with faults("aclmdlExecute:3:507015"):
            futures = [batcher.submit(image) for image in images]
            errors = [future.exception(SECONDS) for future in futures]
        assert any(isinstance(error, acl.DeviceFaultError) for error in errors)
        for future, error, right in zip(futures, errors, expected, strict=True):
            if error is None:
                np.testing.assert_allclose(future.result(), right, **CLOSE)
        results = [batcher.submit(image).result(SECONDS) for image in images[:5]]
        np.testing.assert_allclose(results, expected[:5], **CLOSE)
        assert batcher.stats()["heals_num"] == 1


def test_static_batch(digits: Path, images: Arrays, expected: Arrays, tmp_path: Path) -> None:
    """A model of one size is padded to it."""
    path = tmp_path / "four.om"
    path.write_bytes(static_model(digits, 4))
    with acl.Batcher(path, max_delay=0) as batcher:
        result = batcher.submit(np.concatenate(images[:3])).result(SECONDS)
        batcher.drain(SECONDS)
        assert batcher.stats()["rows_padded"] == 1
    np.testing.assert_allclose(result, np.concatenate(expected[:3]), **CLOSE)


def test_dynamic_batch(tmp_path: Path, counted: Counted) -> None:
    path = tmp_path / "dynamic.om"
    path.write_bytes(dynamic_dense())
    rows = np.random.default_rng(3).standard_normal((6, 1, 6)).astype(np.float32)
    with acl.Model.from_file(path) as model:
        right = model(np.concatenate(rows))
        low, high = model.inputs[0].ranges[0]
    with acl.Batcher(path, max_delay=0, sizes=[2, 5]) as batcher:
        assert batcher.inputs[0].shape == (-1, 6)
        for i, row in enumerate(rows):
            found = batcher.submit(row).result(SECONDS)
            for one, all_of_them in zip(found, right, strict=True):
                np.testing.assert_allclose(one, all_of_them[i : i + 1], **CLOSE)
        assert set(counted.sizes) == {2, 5, 6}
    assert high is not None
    with pytest.raises(ValueError, match="none of them is within"):
        acl.Batcher(path, sizes=[high + 1])
    assert low >= 1


def test_lines_of_different_rows(tmp_path: Path) -> None:
    """Gears of several shapes of rows: each has a line of its own."""
    path = tmp_path / "dims.om"
    path.write_bytes(model_with_gears("dims"))
    (first, second), _, _ = GEARS["dims"]
    rows = [np.ones((1, *shape[1:]), np.float32) for shape in (first, second)]
    with acl.Batcher(path, max_delay=0) as batcher:
        futures = [batcher.submit(row) for row in rows * 5]
        for future, row in zip(futures, rows * 5, strict=True):
            np.testing.assert_array_equal(future.result(SECONDS), row)
        with pytest.raises(ValueError, match="expected as many rows in each input"):
            batcher.submit(np.ones((1, 5, 2), np.float32))
        with pytest.raises(ValueError, match="got none"):
            batcher.submit(rows[0][:0])


def softmax_over_rows(rows: int) -> GraphBuilder:
    graph = GraphBuilder(f"rows_{rows}")
    spec = TensorSpec((rows, 3), "float32", "ND")
    x = graph.data("x", spec)
    graph.output([graph.op("SoftmaxV2", [x], spec, name="softmax", attrs={"axes": [0]})], ["y"])
    return graph


def test_rows_that_depend_on_each_other_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "softmax.om"
    path.write_bytes(join_gears([softmax_over_rows(n) for n in (2, 4)], "batch").to_bytes())
    with pytest.raises(ValueError, match="depends on the other rows"):
        acl.Batcher(path)
    with acl.ModelPool(path) as pool:
        with pytest.raises(ValueError, match="depends on the other rows"):
            acl.Batcher(pool)
        assert pool.ready


def summed(rows: int) -> GraphBuilder:
    graph = GraphBuilder(f"rows_{rows}")
    x = graph.data("x", TensorSpec((rows, 3), "float32", "ND"))
    y = graph.op(
        "ReduceSumD",
        [x],
        TensorSpec((3,), "float32", "ND"),
        attrs={"axes": [0], "keep_dims": False},
    )
    graph.output([y], ["y"])
    return graph


def test_models_without_a_batch_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "sum.om"
    path.write_bytes(ModelBuilder(summed(2)).to_bytes())
    with pytest.raises(ValueError, match="has no batch as its first axis"):
        acl.Batcher(path)


def test_arguments(geared: Path, digits: Path) -> None:
    with pytest.raises(ValueError, match="max_delay must be a number of seconds"):
        acl.Batcher(geared, max_delay=-1)
    with pytest.raises(ValueError, match="max_waiting must be 1"):
        acl.Batcher(geared, max_waiting=0)
    with pytest.raises(ValueError, match=r"the model has batches of \[1, 2, 4, 8\], not of \[3\]"):
        acl.Batcher(geared, sizes=[3, 4])
    with pytest.raises(ValueError, match="must be 1"):
        acl.Batcher(geared, sizes=[0])
    with (
        acl.ModelPool(geared) as pool,
        pytest.raises(TypeError, match="the pool that is given decides workers"),
    ):
        acl.Batcher(pool, workers=2)
    with pytest.raises(TypeError, match="nothing is converted"):
        acl.Batcher(geared, example=[np.zeros((1, 1, 8, 8))])
    with acl.Batcher(geared, sizes=[2], example=[np.zeros((3, 1, 8, 8), np.float32)]) as batcher:
        assert "acl.Batcher of" in repr(batcher)
