# SPDX-License-Identifier: Apache-2.0
"""Model.bind: memory that is bound once, chains of models, and state that stays on the device."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

import ascendcl as acl
from ascendcl import _acl
from ascendcl.om import GraphBuilder, ModelBuilder, TensorSpec
from written_models import DENSE, GEARS, dynamic_dense, model_with_gears, squares, static_dense

RANDOM = np.random.default_rng(8)
ROWS = 3


def counter() -> bytes:
    """next = state + step, sum = next + step."""
    graph = GraphBuilder("counter")
    spec = TensorSpec((4,), "float32", "ND")
    step, state = graph.data("step", spec), graph.data("state", spec)
    following = graph.op("Add", [state, step], spec, name="following")
    total = graph.op("Add", [following, step], spec, name="total")
    graph.output([following, total], ["next", "sum"])
    return ModelBuilder(graph).to_bytes()


@contextmanager
def counting(
    step: np.ndarray, total: np.ndarray
) -> Iterator[tuple[acl.BoundModel, acl.DeviceBuffer, acl.DeviceBuffer]]:
    """The counter at 0, and the two buffers of its state."""
    with (
        acl.Model.from_bytes(counter()) as model,
        acl.DeviceBuffer(16) as here,
        acl.DeviceBuffer(16) as there,
        model.bind([step, here], [there, total], state={"next:0": "state"}) as bound,
    ):
        here.copy_from(np.zeros(4, np.float32))
        yield bound, here, there


def image() -> np.ndarray:
    return RANDOM.random((1, 1, 8, 8), np.float32) * 16


def test_arrays_are_copied_in_each_run(digits: Path) -> None:
    source, target = image(), np.empty((1, 10), np.float32)
    with acl.Model.from_file(digits) as model, model.bind([source], [target]) as bound:
        for _ in range(3):
            source[...] = image()
            bound()
            assert np.array_equal(target, model(source))
        assert bound.inputs == (source,)
        assert bound.outputs == (target,)


def test_device_memory_is_used_in_place(digits: Path) -> None:
    with (
        acl.Model.from_file(digits) as model,
        acl.DeviceBuffer(256) as source,
        acl.DeviceBuffer(40) as target,
        model.bind([source], {model.outputs[0].name: target}) as bound,
    ):
        for _ in range(3):
            array = image()
            source.copy_from(array)
            bound()
            assert np.array_equal(target.copy_to(np.empty((1, 10), np.float32)), model(array))


def test_nothing_is_allocated_in_a_run(digits: Path) -> None:
    source, target = image(), np.empty((1, 10), np.float32)
    with (
        acl.Model.from_file(digits) as model,
        acl.Device(0) as device,
        acl.DeviceBuffer(256) as on_device,
        model.bind([on_device], [target]) as bound,
    ):
        on_device.copy_from(source)
        bound()
        before = device.memory_info().free
        for _ in range(10):
            bound()
            assert device.memory_info().free == before


def test_an_output_is_the_next_models_input(tmp_path: Path) -> None:
    """Two models in a row; the tensor between them never leaves the device."""
    content = counter()
    step = np.arange(4, dtype=np.float32)
    start = np.ones(4, np.float32)
    out = np.empty(4, np.float32)
    with (
        acl.Model.from_bytes(content) as first,
        acl.Model.from_bytes(content) as second,
        acl.DeviceBuffer(16) as between,
        acl.DeviceBuffer(16) as unused,
        first.bind([step, start], [between, unused]) as one,
        second.bind([step, between], [unused, out]) as two,
    ):
        one()
        two()
    assert np.array_equal(out, start + 3 * step)


def test_state_stays_on_the_device() -> None:
    step, total = np.ones(4, np.float32), np.empty(4, np.float32)
    buffer = np.empty(4, np.float32)
    with counting(step, total) as (bound, here, there):
        for i in range(1, 8):
            bound()
            assert np.array_equal(total, np.full(4, i + 1))
            assert np.array_equal(bound.inputs[1].copy_to(buffer), np.full(4, i))
            assert bound.inputs[1] is (there, here)[(i + 1) % 2]
            assert bound.outputs[0] is (here, there)[(i + 1) % 2]


def test_state_in_a_stream() -> None:
    step, total = np.ones(4, np.float32), np.empty(4, np.float32)
    with counting(step, total) as (bound, *_):
        asyncio.run(serve_bound(bound, 21))
        assert np.array_equal(total, np.full(4, 22))
        bound()
        assert np.array_equal(total, np.full(4, 23))


async def serve_bound(bound: acl.BoundModel, times: int) -> None:
    for future in [bound.run_async() for _ in range(times)]:
        assert await future is None


def test_a_run_that_did_not_take_place_exchanges_nothing() -> None:
    """Else the next one would go on from an older state."""
    step, total = np.ones(4, np.float32), np.empty(4, np.float32)

    async def serve(bound: acl.BoundModel) -> None:
        await serve_bound(bound, 3)
        late = bound.run_async(timeout=1e-9)
        following = [bound.run_async() for _ in range(3)]
        with pytest.raises(acl.AclTimeoutError):
            await late
        for future in following:
            await future

    with counting(step, total) as (bound, here, _):
        asyncio.run(serve(bound))
        assert np.array_equal(total, np.full(4, 7))
        assert bound.inputs[1] is here
        with pytest.raises(acl.AclTimeoutError):
            bound(timeout=1e-9)
        bound()
        assert np.array_equal(total, np.full(4, 8))


def test_closing_waits_for_what_was_submitted(digits: Path) -> None:
    array, target = image(), np.empty((1, 10), np.float32)

    async def serve(bound: acl.BoundModel, source: acl.DeviceBuffer) -> None:
        futures = [bound.run_async() for _ in range(64)]
        bound.close()
        source.close()  # nothing reads it any more
        for future in futures:
            assert await future is None

    with acl.Model.from_file(digits) as model:
        expected = model(array)
        source = acl.DeviceBuffer(256)
        source.copy_from(array)
        asyncio.run(serve(model.bind([source], [target]), source))
        assert np.array_equal(target, expected)


def test_bound_and_unbound_runs_take_turns(digits: Path) -> None:
    arrays = [image() for _ in range(20)]
    with acl.Model.from_file(digits) as model:
        expected = [model(array) for array in arrays]
        wrong: list[int] = []

        def run(own: np.ndarray, target: np.ndarray) -> None:
            with model.bind([own], [target]) as bound:
                for array, result in zip(arrays, expected, strict=True):
                    own[...] = array
                    bound()
                    wrong.extend([1] * (not np.array_equal(target, result)))
                    wrong.extend([1] * (not np.array_equal(model(array), result)))

        threads = [
            threading.Thread(target=run, args=(image(), np.empty((1, 10), np.float32)))
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not wrong


@pytest.mark.parametrize("kind", ["batch", "image", "dims"])
def test_gears(kind: str) -> None:
    with acl.Model.from_bytes(model_with_gears(kind)) as model:
        for shape in GEARS[kind][0]:
            source = RANDOM.standard_normal(shape).astype(np.float32)
            target = np.empty(shape, np.float32)
            with model.bind([source], [target]) as bound:
                bound()
                assert np.array_equal(target, np.maximum(source, 0))
        largest = max(GEARS[kind][0], key=np.prod)
        source = RANDOM.standard_normal(largest).astype(np.float32)
        with acl.DeviceBuffer(source.nbytes) as there, acl.DeviceBuffer(source.nbytes) as back:
            there.copy_from(source)
            with model.bind([there], [back]) as bound:
                bound()
            assert np.array_equal(back.copy_to(np.empty_like(source)), np.maximum(source, 0))


def test_refusals(digits: Path) -> None:
    good, out = image(), np.empty((1, 10), np.float32)
    with acl.Model.from_file(digits) as model, acl.DeviceBuffer(64) as small:
        with pytest.raises(ValueError, match="256 bytes, and the buffer has 64"):
            model.bind([small], [out])
        with pytest.raises(ValueError, match="expected shape"):
            model.bind([good[0]], [out])
        with pytest.raises(TypeError, match="expected dtype"):
            model.bind([good.astype(np.float64)], [out])
        with pytest.raises(ValueError, match="C-contiguous"):
            model.bind([good[..., ::-1]], [out])
        with pytest.raises(ValueError, match="writable"):
            model.bind([good], [np.broadcast_to(np.float32(0), (1, 10))])
        with pytest.raises(TypeError, match="sequence of 1"):
            model.bind(good, [out])  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="sequence of 1"):
            model.bind([good, good], [out])
        with pytest.raises(TypeError, match="expected a numpy array"):
            model.bind([bytes(256)], [out])  # type: ignore[list-item]
        with pytest.raises(ValueError, match="'picture' is not among the inputs"):
            model.bind({"picture": good}, [out])
        with pytest.raises(TypeError, match="device memory"):
            model.bind([good], [out], state={model.outputs[0].name: "image"})
        with pytest.raises(ValueError, match="'h' is not among the outputs"):
            model.bind([good], [out], state={"h": "image"})
        size = acl.query_size(digits)
        with (
            acl.DeviceBuffer(size.weight) as weight,
            acl.Model.from_file(digits, weight=weight),
            pytest.raises((acl.BufferInUse, ValueError)),
        ):
            model.bind([weight], [out])
    with acl.Model.from_bytes(dynamic_dense()) as model, pytest.raises(NotImplementedError):
        model.bind([np.zeros((2, len(DENSE)), np.float32)], [out, out])
    with acl.Model.from_file(digits) as model:
        pass
    with pytest.raises(acl.ModelClosedError):
        model.bind([good], [out])


def test_state_must_be_two_buffers_of_one_shape() -> None:
    step = np.ones(4, np.float32)
    with (
        acl.Model.from_bytes(counter()) as model,
        acl.DeviceBuffer(16) as here,
        pytest.raises(ValueError, match="two buffers"),
    ):
        model.bind([step, here], [here, step.copy()], state={"next:0": "state"})
    with (
        acl.Model.from_bytes(static_dense(ROWS)) as model,
        acl.DeviceBuffer(ROWS * 6 * 4) as source,
        acl.DeviceBuffer(ROWS * 4 * 4) as target,
        pytest.raises(ValueError, match="softmax"),
    ):
        model.bind([source], [target, np.empty((ROWS, 6), np.float32)], state={"softmax:0": "x"})


def test_state_is_exchanged_one_for_one() -> None:
    arrays = [acl.DeviceArray((4,), np.float32) for _ in range(3)]
    with (
        acl.Model.from_bytes(counter()) as model,
        pytest.raises(ValueError, match=r"'state'.* once"),
    ):
        model.bind(
            [np.ones(4, np.float32), arrays[0]],
            arrays[1:],
            state={"next:0": "state", "sum:0": "state"},
        )


def test_outputs_have_memory_of_their_own() -> None:
    """What lies in the memory of two tensors is one of them at most."""
    buffer = acl.DeviceBuffer(64)

    def part(offset: int) -> acl.DeviceArray:
        return acl.DeviceArray((4,), np.float32, buffer=buffer, offset=offset)

    step, host = np.ones(4, np.float32), np.empty(4, np.float32)
    with acl.Model.from_bytes(counter()) as model:
        with pytest.raises(ValueError, match=r"'next:0'.*'sum:0'"):
            model.bind([step, step], [part(0), part(0)])
        with pytest.raises(ValueError, match=r"'next:0'.*'sum:0'"):
            model(step, step, out=[part(0), part(12)])
        with pytest.raises(ValueError, match=r"'sum:0'.*'state'"):
            model.bind([step, part(16)], [part(0), part(20)])
        with pytest.raises(ValueError, match=r"'next:0'.*'sum:0'"):
            model.bind([step, step], [host, host])
        with pytest.raises(ValueError, match=r"'next:0'.*'sum:0'"):
            model(step, step, out=[host, host])
        with pytest.raises(ValueError, match=r"'state'.*'step'"):  # it is an output at times
            model.bind([part(0), part(0)], [part(16), part(32)], state={"next:0": "state"})
        model.bind([part(0), part(0)], [part(16), part(32)]).close()
        model.bind([step, step], [step, host]).close()  # copied before it is written
    buffer.close()


def test_what_is_bound_is_held(digits: Path) -> None:
    out = np.empty((1, 10), np.float32)
    with acl.Model.from_file(digits) as model, acl.DeviceBuffer(256) as source:
        bound = model.bind([source], [out])
        with pytest.raises(acl.BufferInUse):
            source.close()
        source.copy_from(image())  # the next request
        bound.close()
        bound.close()
        assert bound.closed
        with pytest.raises(acl.ClosedError):
            bound()
        source.fill(0)
        assert not source.in_use


def test_a_bound_model_outlives_neither_model_nor_memory(digits: Path) -> None:
    before = _acl.core.live_counts()
    with acl.Model.from_file(digits) as model:
        bound = model.bind([image()], [np.empty((1, 10), np.float32)])
    assert bound.closed
    with pytest.raises(acl.ModelClosedError):
        bound()
    bound.close()
    del bound, model
    gc.collect()
    assert _acl.core.live_counts() == before


def test_it_is_made_by_bind_alone() -> None:
    with pytest.raises(TypeError, match="bind"):
        acl.BoundModel()


def test_run_async_returns_while_another_thread_is_in_a_call(tmp_path: Path) -> None:
    """It submits; what holds the bound model meanwhile is waited for in the stream."""
    path = tmp_path / "slow.om"
    path.write_bytes(squares(512, 100))
    matrix, out = np.eye(512, dtype=np.float32), np.empty((512, 512), np.float32)
    order: list[str] = []

    def call() -> None:
        bound()
        order.append("called")

    async def serve() -> None:
        await bound.run_async()
        for _ in range(30):  # until the call was under way when the run was submitted
            order.clear()
            thread = threading.Thread(target=call)
            thread.start()
            await asyncio.sleep(0.005)
            future = bound.run_async()
            order.append("submitted")
            await future
            await asyncio.to_thread(thread.join)
            if order == ["submitted", "called"]:
                return
        pytest.fail("no run was ever submitted while a call was under way")

    with acl.Model.from_file(path) as model, model.bind([matrix], [out]) as bound:
        asyncio.run(serve())
