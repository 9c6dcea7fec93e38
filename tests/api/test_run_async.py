# SPDX-License-Identifier: Apache-2.0
"""Model.run_async: results, order, errors, what a future holds, kinds of event loops."""

from __future__ import annotations

import asyncio
import gc
import os
import shutil
import subprocess
import sys
import textwrap
import threading
import time
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import ascendcl as acl
from ascendcl import _acl
from ascendcl.om import GraphBuilder, ModelBuilder, TensorSpec
from written_models import DENSE, dynamic_dense, model_with_gears


@pytest.fixture
def images() -> list[np.ndarray]:
    generator = np.random.default_rng(3)
    return [generator.random((1, 1, 8, 8), np.float32) * 16 for _ in range(64)]


def same(results: list[Any], expected: list[np.ndarray]) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(results, expected, strict=True))


def test_results_are_those_of_calls(digits: Path, images: list[np.ndarray]) -> None:
    async def serve() -> list[np.ndarray]:
        return list(await asyncio.gather(*[model.run_async(image) for image in images]))

    with acl.Model.from_file(digits) as other, acl.Model.from_file(digits) as model:
        expected = [other(image) for image in images]
        assert same(asyncio.run(serve()), expected)


def test_calls_before_and_after(digits: Path, images: list[np.ndarray]) -> None:
    """The runtime knows a model that ran in calls by another id once it runs in a stream."""

    async def serve() -> list[np.ndarray]:
        return [await model.run_async(image) for image in images[:3]]

    with acl.Model.from_file(digits) as model:
        expected = [model(image) for image in images]
        before = model.model_id
        assert same(asyncio.run(serve()), expected[:3])
        assert model.model_id != before
        assert same([model(image) for image in images], expected)
        assert same(asyncio.run(serve()), expected[:3])
    assert acl.mdl.unload(before) == 145003  # and is gone by its first one


def test_user_managed_memory_is_taken_over(digits: Path, images: list[np.ndarray]) -> None:
    size = acl.query_size(digits)

    async def serve() -> np.ndarray:
        return await model.run_async(images[0])

    with (
        acl.DeviceBuffer(size.work) as work,
        acl.DeviceBuffer(size.weight) as weight,
        acl.Model.from_file(digits, work=work, weight=weight) as model,
    ):
        expected = model(images[0])
        assert np.array_equal(asyncio.run(serve()), expected)
        assert work.in_use
        assert weight.in_use


def test_bytes_that_ran_in_calls_are_refused(digits: Path, images: list[np.ndarray]) -> None:
    async def serve(model: acl.Model) -> np.ndarray:
        return await model.run_async(images[0])

    with acl.Model.from_bytes(digits.read_bytes()) as model:
        expected = model(images[0])
        with pytest.raises(acl.NotSupportedError, match="loaded from bytes"):
            asyncio.run(serve(model))
        assert np.array_equal(model(images[0]), expected)
    with acl.Model.from_bytes(digits.read_bytes()) as model:
        assert np.array_equal(asyncio.run(serve(model)), expected)
        assert np.array_equal(model(images[0]), expected)


def test_a_file_that_has_changed_is_refused(
    digits: Path, images: list[np.ndarray], tmp_path: Path
) -> None:
    copy = Path(shutil.copy(digits, tmp_path / "model.om"))

    async def serve() -> np.ndarray:
        return await model.run_async(images[0])

    with acl.Model.from_file(copy) as model:
        expected = model(images[0])
        copy.write_bytes(model_with_gears("batch"))
        with pytest.raises(acl.AclValueError, match="changed"):
            asyncio.run(serve())
        assert np.array_equal(model(images[0]), expected)


def test_inputs_may_be_lent_and_outputs_given(digits: Path, images: list[np.ndarray]) -> None:
    async def serve() -> None:
        out = [np.empty((1, 10), np.float32) for _ in images]
        futures = [
            model.run_async({"image": image}, out=[target])
            for image, target in zip(images, out, strict=True)
        ]
        results = await asyncio.gather(*futures)
        assert all(a is b for a, b in zip(results, out, strict=True))
        assert same(results, expected)

    with acl.Model.from_file(digits) as model:
        name = model.inputs[0].name
        assert name == "image"
        expected = [model(image) for image in images]
        asyncio.run(serve())


@pytest.mark.parametrize("kind", ["batch", "image", "dims"])
def test_gears(kind: str) -> None:
    async def serve() -> None:
        futures = [(x, model.run_async(x)) for x in arrays]
        for x, future in futures:
            assert np.array_equal(await future, np.maximum(x, 0))

    generator = np.random.default_rng(4)
    with acl.Model.from_bytes(model_with_gears(kind)) as model:
        shapes = [gear.inputs[0] for gear in model.gears]
        chosen = [shapes[i] for i in generator.integers(0, len(shapes), 40)]
        arrays = [generator.standard_normal(shape).astype(np.float32) for shape in chosen]
        asyncio.run(serve())


def test_dynamic_shapes() -> None:
    async def serve() -> None:
        futures = [model.run_async(rows) for rows in arrays]
        for rows, (_, double) in zip(arrays, await asyncio.gather(*futures), strict=True):
            assert np.array_equal(double, 2 * rows)

    generator = np.random.default_rng(5)
    with acl.Model.from_bytes(dynamic_dense()) as model:
        arrays = [
            generator.standard_normal((n, len(DENSE))).astype(np.float32) for n in (2, 5, 2, 3)
        ]
        model(arrays[0])
        asyncio.run(serve())
        model(arrays[1])


def test_arguments_are_checked_at_once(digits: Path, images: list[np.ndarray]) -> None:
    async def serve() -> None:
        with pytest.raises(ValueError, match="expected shape"):
            model.run_async(images[0][0])
        with pytest.raises(TypeError, match="expected dtype"):
            model.run_async(images[0].astype(np.float64))
        with pytest.raises(ValueError, match="timeout must be positive"):
            model.run_async(images[0], timeout=0)
        with pytest.raises(ValueError, match=r"read-only|writable"):
            model.run_async(images[0], out=[np.broadcast_to(np.float32(0), (1, 10))])

    with acl.Model.from_file(digits) as model:
        asyncio.run(serve())
        with pytest.raises(RuntimeError, match="no running event loop"):
            model.run_async(images[0])


def test_a_cancelled_future_is_dropped(digits: Path, images: list[np.ndarray]) -> None:
    async def serve() -> None:
        futures = [model.run_async(image) for image in images]
        for future in futures[::2]:
            future.cancel()
        results = await asyncio.gather(*futures, return_exceptions=True)
        assert all(isinstance(result, asyncio.CancelledError) for result in results[::2])
        assert same(results[1::2], expected[1::2])
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(asyncio.shield(asyncio.Event().wait()), 0.01)
        assert np.array_equal(await model.run_async(images[0]), expected[0])

    with acl.Model.from_file(digits) as model:
        expected = [model(image) for image in images]
        asyncio.run(serve())


def test_closing_waits_for_what_was_submitted(digits: Path, images: list[np.ndarray]) -> None:
    async def serve() -> None:
        futures = [model.run_async(image) for image in images]
        model.close()
        assert same(await asyncio.gather(*futures), expected)
        with pytest.raises(acl.ModelClosedError):
            model.run_async(images[0])
        with pytest.raises(acl.ModelClosedError):
            model(images[0])

    with acl.Model.from_file(digits) as model:
        expected = [model(image) for image in images]
        asyncio.run(serve())


def test_closed_by_many_while_others_submit(digits: Path, images: list[np.ndarray]) -> None:
    """Nothing is released twice, or under a run."""
    wrong: list[BaseException] = []

    def use(model: acl.Model, start: threading.Barrier) -> None:
        async def serve() -> None:
            futures = [model.run_async(image) for image in images[:8]]
            assert same(await asyncio.gather(*futures), expected)

        start.wait()
        try:
            asyncio.run(serve())
        except acl.ModelClosedError:
            pass
        except BaseException as error:
            wrong.append(error)

    def close(model: acl.Model, start: threading.Barrier) -> None:
        start.wait()
        model.close()

    with acl.Model.from_file(digits) as model:
        expected = [model(image) for image in images[:8]]
    before = _acl.core.live_counts()
    for _ in range(20):
        model = acl.Model.from_file(digits)
        start = threading.Barrier(4)
        threads = [
            threading.Thread(target=each, args=(model, start)) for each in (use, use, close, close)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert model.closed
    assert not wrong
    del model, threads
    gc.collect()
    assert _acl.core.live_counts() == before


def test_a_future_holds_the_model(digits: Path, images: list[np.ndarray]) -> None:
    before = _acl.core.live_counts()

    async def serve() -> list[np.ndarray]:
        model = acl.Model.from_file(digits)
        model_ref = weakref.ref(model)
        futures = [model.run_async(image.copy()) for image in images]
        del model
        results = await asyncio.gather(*futures)
        await asyncio.sleep(0)
        gc.collect()
        assert model_ref() is None
        return results

    with acl.Model.from_file(digits) as model:
        expected = [model(image) for image in images]
    assert same(asyncio.run(serve()), expected)
    gc.collect()
    assert _acl.core.live_counts() == before


def test_a_loop_that_ends_first(digits: Path, images: list[np.ndarray]) -> None:
    """Nobody waits any more: nothing is lost but the results."""
    before = _acl.core.live_counts()

    async def submit(model: acl.Model) -> None:
        for image in images:
            model.run_async(image)

    model = acl.Model.from_file(digits)
    for _ in range(20):
        asyncio.run(submit(model))
    gc.collect()
    expected = model(images[0])
    asyncio.run(asyncio.wait_for(_run(model, images[0]), 60))
    assert np.array_equal(asyncio.run(_run(model, images[0])), expected)
    model.close()
    del model
    gc.collect()
    assert _acl.core.live_counts() == before


def test_a_loop_that_ends_first_keeps_no_model(digits: Path) -> None:
    """What was under way goes when it has ended, though no loop runs any more."""
    before = _acl.core.live_counts()

    async def submit(model: acl.Model) -> None:
        x = np.zeros(model.inputs[0].shape, np.float32)
        await model.run_async(x)
        for _ in range(20):
            model.run_async(x)

    model = acl.Model.from_bytes(sines(3))
    asyncio.run(submit(model))
    del model
    for _ in range(600):
        gc.collect()
        if _acl.core.live_counts() == before:
            return
        time.sleep(0.1)
    assert _acl.core.live_counts() == before


def sines(count: int) -> bytes:
    """A model that takes the sine of a million numbers so many times: some milliseconds each."""
    graph = GraphBuilder("sines")
    spec = TensorSpec((1024, 1024), "float32", "ND")
    x = graph.data("x", spec)
    for i in range(count):
        x = graph.op("Sin", [x], spec, name=f"sin_{i}")
    graph.output([x], ["y"])
    return ModelBuilder(graph).to_bytes()


async def _run(model: acl.Model, image: np.ndarray) -> np.ndarray:
    return await model.run_async(image)


def test_loops_in_several_threads(digits: Path, images: list[np.ndarray]) -> None:
    async def serve(wrong: list[int]) -> None:
        for _ in range(5):
            results = await asyncio.gather(*[model.run_async(image) for image in images])
            if not same(results, expected):
                wrong.append(1)

    with acl.Model.from_file(digits) as model:
        expected = [model(image) for image in images]
        wrong: list[int] = []
        threads = [threading.Thread(target=lambda: asyncio.run(serve(wrong))) for _ in range(4)]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):  # and calls among them
            assert np.array_equal(model(images[0]), expected[0])
        assert not wrong


class WithoutReaders(asyncio.SelectorEventLoop):
    """As a proactor loop: it watches no descriptors for others."""

    def add_reader(self, *_: Any) -> None:
        raise NotImplementedError


def test_a_loop_without_add_reader(digits: Path, images: list[np.ndarray]) -> None:
    async def serve() -> list[np.ndarray]:
        return list(await asyncio.gather(*[model.run_async(image) for image in images]))

    with acl.Model.from_file(digits) as model:
        expected = [model(image) for image in images]
        loop = WithoutReaders()
        # The loop's own wake-up is a reader, too.
        loop._add_reader(loop._ssock, loop._read_from_self)
        try:
            assert same(loop.run_until_complete(serve()), expected)
        finally:
            loop.close()


def test_a_failure_is_the_futures_exception(digits: Path) -> None:
    """Of the run that failed alone, with the runtime's words, which belong to another thread."""
    program = """
        import asyncio, numpy as np, ascendcl as acl
        from ascendcl.data import DIGITS_MODEL

        async def serve(model):
            zeros = np.zeros((1, 1, 8, 8), np.float32)
            futures = [model.run_async(zeros) for _ in range(5)]
            for result in await asyncio.gather(*futures, return_exceptions=True):
                print(type(result).__name__, "made to fail" in str(result))
            try:
                [model(zeros) for _ in range(2)]
            except acl.AclError as error:
                print("call", error.code, "made to fail" in str(error))

        with acl.Model.from_file(DIGITS_MODEL) as model:
            asyncio.run(serve(model))
    """
    rules = "aclmdlExecuteAsync:3:507011;aclmdlExecuteAsync:6:507011"
    result = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        env={**os.environ, "ASCENDCL_FAULT": rules},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    ok, failed = "ndarray False", "DeviceFaultError True"
    assert result.stdout.splitlines() == [ok, ok, failed, ok, ok, "call 507011 True"], result.stderr


def test_the_process_ends_with_runs_in_flight(digits: Path) -> None:
    program = """
        import asyncio, numpy as np, ascendcl as acl
        from ascendcl.data import DIGITS_MODEL
        model = acl.Model.from_file(DIGITS_MODEL)

        async def submit():
            for _ in range(100):
                model.run_async(np.zeros((1, 1, 8, 8), np.float32))

        asyncio.run(submit())
    """
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(program)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_other_tasks_run_meanwhile(digits: Path, images: list[np.ndarray]) -> None:
    async def serve() -> None:
        ticks = 0
        future = asyncio.gather(*[model.run_async(image) for image in images * 20])
        while not future.done():
            ticks += 1
            await asyncio.sleep(0)
        assert ticks > 1

    with acl.Model.from_file(digits) as model:
        asyncio.run(serve())


def test_a_late_run_is_not_begun(digits: Path, images: list[np.ndarray]) -> None:
    async def serve() -> None:
        late = model.run_async(images[0], timeout=1e-9)
        time.sleep(0.001)
        with pytest.raises(acl.AclTimeoutError, match="has not run"):
            await late
        assert (await model.run_async(images[0], timeout=3600)).shape == (1, 10)

    with acl.Model.from_file(digits) as model:
        asyncio.run(serve())


def test_ctrl_c_while_futures_are_completed(digits: Path, images: list[np.ndarray]) -> None:
    """It reaches who runs the loop, and no future is left without its result."""

    class Interrupted(asyncio.Future[Any]):
        def set_result(self, result: Any) -> None:
            if hits:
                hits.pop()
                raise KeyboardInterrupt
            super().set_result(result)

    class Loop(asyncio.SelectorEventLoop):
        def create_future(self) -> asyncio.Future[Any]:
            return Interrupted(loop=self)

    hits = [True]
    futures: list[asyncio.Future[Any]] = []

    async def serve(model: acl.Model) -> None:
        futures.extend(model.run_async(image) for image in images)
        await asyncio.wait(futures)

    with acl.Model.from_file(digits) as model:
        expected = [model(image) for image in images]
        loop = Loop()
        try:
            with pytest.raises(KeyboardInterrupt):
                loop.run_until_complete(serve(model))
            loop.run_until_complete(asyncio.wait_for(asyncio.gather(*futures), 60))
            assert same([future.result() for future in futures], expected)
        finally:
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.close()
